"""The one order of steps in which new records are written, whatever brings them: prepare, foresee, store.

    prepare   before the ledger's lock, without the database: labels, and what is in the texts
    foresee   before the lock, by statements of their own: where quotations stand, and which claims are similar
    store     under the lock: match, store what is new, complete what is not, propose copies and wire credits

While one holds the lock nobody else can write. So what takes long is done before it; what was read then may have
changed by the time of the lock, and is asked again under it.

Nothing else matches or stores drafts, with one exception: `credits` finds and stores the agencies that documents
credit. No body names these, so there is nobody to whom an ambiguous name could be refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Asking, asking_ahead, hear, turn_for_texts
from app.models import (
    Appearance,
    AppearanceHop,
    Claim,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    Question,
    Record,
    Source,
    SourceLink,
    Statement,
)
from app.schemas.kinds import KINDS, Round
from app.services import database_errors, namesakes
from app.services.access import Caller
from app.services.intake import aliases, by_name, copies, doubts, matching, quotes, remarks, storing, unseen
from app.services.intake import credits as wire_credits
from app.services.intake.drafts import Batch, Draft, Drafts
from app.services.intake.foreign_keys import (
    check_circles,
    check_documents,
    check_new,
    check_versions,
    is_named,
    let_publishers_speak,
    placed_sources,
    remark_on_hops_alone,
    say_what_was_read,
)
from app.services.intake.references import name_events, point_labels, resolve
from app.services.redaction import gone
from app.services.search import similar
from app.texts import folding, names
from app.texts.names import Likeness

# In the order of the table: what records may point at stands before them. Unnamed sources are told apart by what they
# speak in, so they come between the two.
_BEFORE_UNNAMED: Final = [kind.model for kind in KINDS[1:] if kind.stored is Round.SUBJECTS]  # after the sources
_AFTER_UNNAMED: Final = [
    kind.model for kind in sorted(KINDS, key=lambda kind: kind.stored) if kind.stored > Round.SUBJECTS
]


# --- before the lock -------------------------------------------------------------------------------------------------


async def prepare(session: AsyncSession, batch: Batch) -> None:
    """Do what needs no database. Long texts are read in a thread, a few bodies at a time: that takes a while.

    Expects a session as `foresee`. Raises Unavailable where too many others bring texts.
    """
    if copies.brings_much_text(batch):
        async with turn_for_texts(session):
            await threads.run(_prepare, batch)
    else:
        _prepare(batch)


def _prepare(batch: Drafts) -> None:
    point_labels(batch)
    by_name.unname(batch)
    # Remembered, as under the lock the names of new sources and what is claimed and asked are compared with others.
    for draft in batch.drafts.get(Source, ()):
        if is_named(draft):
            names.read(draft.value("name"))
    for draft in (*batch.drafts.get(Claim, ()), *batch.drafts.get(Question, ())):
        if words := draft.value("text"):
            folding.whole(words)
    batch.features = copies.fingerprint_texts(batch)


def prepare_line(batch: Drafts, *, is_short: bool) -> None:
    """Prepare one of many bodies that are stored together, in the caller's own thread.

    Raises Invalid for an unknown label at once: it must not fail the lines beside it.
    """
    _prepare(batch)
    batch.check_labels()
    if is_short and batch.versions:  # this is done while the lines before are stored, and not between them
        quotes.look_into_own_texts(batch)


def prepare_line_again(batch: Drafts, prepared: Drafts) -> None:
    """Prepare a fresh batch of a line that was prepared before: its texts are the same, and so are their features."""
    point_labels(batch)
    by_name.unname(batch)
    batch.features = prepared.features
    batch.spots = prepared.spots  # its drafts are others, so none of them is `located`


async def foresee(
    session: AsyncSession, batch: Batch, *, repeated: Callable[[Asking], Awaitable[bool]] | None = None
) -> None:
    """Look quotations and similar claims up by statements of their own, as far as can be seen before the lock.

    Expects a writing session that has not begun: its first statement takes the lock. `repeated` tells whether the batch
    was stored before and so has no quotations to look up. Raises Invalid for an unknown label.
    """
    quoting = quotes.concerns(batch)
    # Quotations can't be looked up in a document whose label nothing bears. Of other bodies `store` checks the labels:
    # that the event of the path is missing is said first.
    if quoting:
        batch.check_labels()
    reading = asking_ahead(session)

    async def look_quotations_up() -> None:
        if not (repeated and await repeated(reading)):
            await quotes.look_ahead(reading, batch)

    steps = [look_quotations_up()] if quoting else []
    if batch.compared is not None:
        steps.append(similar.find(reading, batch.compared))
    await asyncio.gather(*steps)


# --- under the lock --------------------------------------------------------------------------------------------------


async def store(
    session: AsyncSession, batch: Batch, *, before_proposing: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Give every draft the id and outcome of its record, storing those that are new; propose what follows from them.

    A dry batch is only matched: what is not there has the outcome `gone`. What the answer has to tell beside that is
    noted in `batch.remarks` and `batch.proposed`. `before_proposing` is called when all that the body says is stored,
    unless the batch is dry. Raises Invalid, Conflict or Gone, with the pointer of the draft
    that can't be stored; nothing is then kept.
    """
    try:
        await _match_and_store(session, batch)
        if batch.dry:
            return
        _tell_if_known(batch, after=_AFTER_UNNAMED[-1])
        if before_proposing is not None:
            await before_proposing()
        await _propose(session, batch)
        await hear(session)
    except DBAPIError as error:  # the database knows again what was redacted
        if not (ids := database_errors.redacted_ids(error)):
            raise
        drafts = chain.from_iterable(batch.drafts.values())
        raise gone.redacted([draft.pointer for draft in drafts if draft.id in ids] or [""]) from error
    finally:
        # Else a document and what was read of it keep each other, and a long text, until the garbage collector comes.
        for document in batch.drafts[Document]:
            document.within = None


async def _propose(session: AsyncSession, batch: Batch) -> None:
    created, completed = (
        [draft for draft in batch.drafts[Source] if draft.outcome in outcomes]
        for outcomes in (("created",), ("completed", "replaced"))
    )
    links = batch.proposed[SourceLink]
    if not batch.from_export:  # before the names are compared: of such a one they are the same
        alike = await namesakes.called_alike(session, batch.called_alike) if batch.called_alike else []
        shadows = [(*pair, namesakes.SAME_REF) for pair in batch.shadows[Source]]
        links += await namesakes.link(session, [*_may_be(batch), *alike, *shadows])
    sources: list[namesakes.NamedSource] = [
        *by_name.proposable(created),
        *await namesakes.stored(session, {draft.original.id for draft in completed if is_named(draft)}),
    ]
    links += await namesakes.propose(session, batch.caller, sources, linking=not batch.from_export)
    batch.proposed[DocumentLink] += await copies.propose(session, batch)
    batch.proposed[DocumentLink] += await copies.propose_links(session, unseen.links(batch), unseen.SHADOW)
    batch.proposed[AppearanceHop] += await wire_credits.propose(session, batch)


def _may_be(batch: Batch) -> Iterator[tuple[UUID, UUID, Likeness]]:
    """Each mention whose name fits several sources, with each of these."""
    for draft, candidates in batch.may_be.items():
        ids = [candidate if isinstance(candidate, UUID) else candidate.original.id for candidate in candidates]
        yield from ((draft.original.id, id_, namesakes.SEVERAL) for id_ in ids if id_ != draft.original.id)


async def _match_and_store(session: AsyncSession, batch: Batch) -> None:
    batch.check_labels()
    await resolve(session, batch)
    for drafts in batch.drafts.values():
        check_circles(drafts)
    placed = by_name.with_namesakes(batch, placed_sources(batch))
    # In levels: a source's parent tells it from others of its name, so the parent has to be matched before.
    sources = [draft for draft in batch.drafts[Source] if draft not in placed]
    for level in (
        [sources] if batch.from_export else by_name.levels(sources)
    ):  # those of an export are found by their ids
        await _match_and_store_kind(session, batch, Source, level)
    for model in _BEFORE_UNNAMED:
        await _match_and_store_kind(session, batch, model, batch.drafts[model])
    placed |= batch.to_place
    for level in by_name.levels([draft for draft in batch.drafts[Source] if draft in placed]):
        await _match_and_store_kind(session, batch, Source, level)
    say_what_was_read(batch)
    await let_publishers_speak(session, batch)
    remark_on_hops_alone(batch)
    for model in _AFTER_UNNAMED:
        await _match_and_store_kind(session, batch, model, batch.drafts[model])
    # The ledger tells first what the body says, then what follows from it for others.
    await quotes.write_rechecked(session, batch)


async def _match_and_store_kind(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> None:
    """Insert the drafts that are new, in their order, and complete the records that the others matched."""
    if drafts or _BEFORE_STORING.get(model) is _visit_quotations:  # for a new text alone, too
        await _store_kind(session, batch, model, drafts)


async def _store_kind(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> None:
    to_store = await matching.match(session, batch, model, drafts)
    _tell_alike(drafts)
    new = [draft for draft in drafts if draft in to_store]
    unstored = [draft for draft in new if draft not in batch.stored_already]
    matched = [draft for draft in drafts if draft not in to_store]
    if batch.correct is not None and not batch.dry:
        await batch.correct(session, batch, model, matched)
    if not batch.dry:
        for draft in unstored:
            check_new(draft)
        if not unseen.sees_all(batch.caller):
            await unseen.give_way(session, batch, model, drafts)
    if (before_storing := _BEFORE_STORING.get(model)) is not None:
        await before_storing(session, batch, new, matched)
    if not batch.dry:
        # Whatever else tells of the record may yet change it.
        if not matched:
            _tell_if_known(batch, after=model)
        await _insert(session, batch, model, unstored)
        await storing.complete(session, batch, model, matched)
        if not batch.from_export:
            await aliases.add(session, batch, drafts)  # which only sources have
        if batch.from_export:
            await storing.merge(session, model, matched)


async def _insert(session: AsyncSession, batch: Batch, model: type[Record], new: Sequence[Draft]) -> None:
    is_shown = batch.drafts[model] == [batch.shown]
    sent = await storing.insert(session, model, new, giving=is_shown)
    if is_shown:
        batch.shown_sent = sent


def _tell_if_known(batch: Batch, *, after: type[Record]) -> None:
    """Tell once that it is known what all drafts are: while the last are stored, if these are all new."""
    if batch.when_known is None or after not in _AFTER_UNNAMED:
        return
    if not any(batch.drafts.get(model) for model in _AFTER_UNNAMED[_AFTER_UNNAMED.index(after) + 1 :]):
        batch.when_known()
        batch.when_known = None


def _tell_alike(drafts: list[Draft]) -> None:
    """Of what completes what another line has brought, also have its other mentions in its own line be `completed`."""
    completed = {(draft.original, draft.line) for draft in drafts if draft.same_as and draft.outcome == "completed"}
    for draft in drafts if completed else ():
        if draft.same_as and (draft.original, draft.line) in completed:
            draft.outcome = "completed"


async def bearers(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]
) -> dict[Draft, UUID | None]:
    """By its key alone, the stored record that each of these drafts would be; they are matched already."""
    return await matching.bearers(session, batch, model, drafts)


async def find(session: AsyncSession, caller: Caller, model: type[Record], reference: str, pointer: str) -> UUID:
    """The id of the record that a PATCH names, resolved like a reference in a new body. Raises Invalid or Gone."""
    batch = Batch(caller)
    draft = batch.refer(model, reference, pointer)
    await resolve(session, batch)
    return draft.id


# --- what some kinds need before they are stored ---------------------------------------------------------------------


async def _name_events(session: AsyncSession, batch: Batch, new: list[Draft], _matched: list[Draft]) -> None:
    if not batch.dry:
        await name_events(session, new)


async def _suggest_kinds(_: AsyncSession, batch: Batch, new: list[Draft], _matched: list[Draft]) -> None:
    if not batch.dry and not batch.from_export:
        for draft in new:
            remarks.suggested_kind(batch, draft)


async def _check_documents(session: AsyncSession, batch: Batch, new: list[Draft], matched: list[Draft]) -> None:
    if not batch.dry and not batch.from_export:
        await matching.check_urls(session, batch, matched)
        await check_documents(session, [*new, *matched])


async def _check_versions(session: AsyncSession, batch: Batch, new: list[Draft], _matched: list[Draft]) -> None:
    if not batch.dry and not batch.from_export:
        await check_versions(session, new)


async def _check_withdrawals(session: AsyncSession, batch: Batch, _new: list[Draft], matched: list[Draft]) -> None:
    await doubts.check_withdrawals(session, batch, matched)


async def _visit_quotations(session: AsyncSession, batch: Batch, new: list[Draft], matched: list[Draft]) -> None:
    """Runs also for a body without appearances: it may bring a new text for the stored ones."""
    stored = [draft for draft in matched if draft.same_as is None]
    if batch.dry:
        await quotes.note_fidelities(session, stored)
    else:
        await quotes.decide(session, batch, new, stored)


_BeforeStoring: TypeAlias = Callable[[AsyncSession, Batch, list[Draft], list[Draft]], Awaitable[None]]
_BEFORE_STORING: Final[dict[type[Record], _BeforeStoring]] = {
    Event: _name_events,
    Question: _suggest_kinds,
    Document: _check_documents,
    DocumentVersion: _check_versions,
    Statement: _check_withdrawals,
    Appearance: _visit_quotations,
}
