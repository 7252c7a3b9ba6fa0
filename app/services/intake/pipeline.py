"""The one order of steps in which new records are written, whatever brings them: prepare, foresee, store.

    prepare   before the ledger's lock, without the database: labels, and what is in the texts
    foresee   before the lock, on a session for reading: where quotations stand, and which claims are similar
    store     under the lock: match, store what is new, complete what is not, propose copies and wire credits

While one holds the lock nobody else can write. So what takes long is done before it; what was read then may have
changed by the time of the lock, and is asked again under it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.database import foreseeing
from app.models import Appearance, Document, Event, Record, Source
from app.schemas.kinds import KINDS, Round
from app.services.intake import copies, matching, quotes, storing
from app.services.intake import credits as wire_credits
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import (
    check_circles,
    check_new,
    levels,
    placed_sources,
    say_what_was_read,
)
from app.services.intake.references import point_labels, resolve
from app.services.search import similar

# In the order of the table: what records may point at stands before them. Unnamed sources are told apart by what they
# speak in, so they come between the two.
_BEFORE_UNNAMED: Final = [kind.model for kind in KINDS if kind.stored is Round.SUBJECTS]
_AFTER_UNNAMED: Final = [
    kind.model for kind in sorted(KINDS, key=lambda kind: kind.stored) if kind.stored > Round.SUBJECTS
]


# --- before the lock -------------------------------------------------------------------------------------------------


async def prepare(batch: Batch) -> None:
    """Do what needs no database. Texts are read in a thread: that takes a while."""
    if copies.brings_texts(batch):
        await asyncio.to_thread(prepare_here, batch)
    else:
        prepare_here(batch)


def prepare_here(batch: Batch) -> None:
    """`prepare` in the caller's own thread."""
    point_labels(batch)
    batch.features = copies.fingerprint_texts(batch)


async def foresee(
    session: AsyncSession, batch: Batch, *, repeated: Callable[[AsyncSession], Awaitable[bool]] | None = None
) -> None:
    """Look quotations and similar claims up on a session for reading, as far as can be seen before the lock.

    Expects a writing session that has not begun: its first statement takes the lock. `repeated` tells whether the batch
    was stored before and so has no quotations to look up. Raises Invalid for an unknown label.
    """
    quoting = quotes.concerns(batch)
    if quoting:  # its documents may be named by a label
        batch.check_labels()
    if not quoting and batch.compared is None:
        return
    stored_claims: similar.StoredTexts = {}
    async with foreseeing(session) as reading:
        if batch.compared is not None:
            stored_claims = await similar.read(reading, batch.compared)
        if quoting and not (repeated and await repeated(reading)):
            await quotes.look_ahead(reading, batch)
    if batch.compared is not None:
        batch.compared.nearby = await asyncio.to_thread(similar.compare, batch.compared, stored_claims)


# --- under the lock --------------------------------------------------------------------------------------------------


async def store(session: AsyncSession, batch: Batch) -> None:
    """Match and store a batch, and propose what follows from it. Raises what `match_and_store` raises."""
    await match_and_store(session, batch)
    await propose(session, batch)


async def match_and_store(session: AsyncSession, batch: Batch) -> None:
    """Give every draft the id and outcome of its record, storing those that are new.

    A dry batch stores nothing: what is not there has the outcome `gone`. Raises Invalid, Conflict or Gone, with the
    pointer of the draft that can't be stored; nothing is then kept.
    """
    batch.check_labels()
    await resolve(session, batch)
    for drafts in batch.drafts.values():
        check_circles(drafts)
    placed = placed_sources(batch)
    for model in _BEFORE_UNNAMED:
        await _match_and_store(session, batch, model, [draft for draft in batch.drafts[model] if draft not in placed])
    # Who belongs to an unnamed source comes after it.
    for level in levels([draft for draft in batch.drafts[Source] if draft in placed]):
        await _match_and_store(session, batch, Source, level)
    say_what_was_read(batch)
    for model in _AFTER_UNNAMED:
        await _match_and_store(session, batch, model, batch.drafts[model])
    # The ledger tells first what the body says, then what follows from it for others.
    await quotes.write_rechecked(session, batch)


async def _match_and_store(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> None:
    """Insert the drafts that are new, in their order, and complete what the others found."""
    to_store = await matching.match(session, batch, model, drafts)
    new = [draft for draft in drafts if draft in to_store]
    matched = [draft for draft in drafts if draft not in to_store]
    if not batch.dry:
        for draft in new:
            check_new(draft)
    if (before_storing := _BEFORE_STORING.get(model)) is not None:
        await before_storing(session, batch, new, matched)
    if not batch.dry:
        await storing.insert(session, model, new)
        await storing.complete(session, model, matched)
        if batch.from_export:
            await storing.merge(session, model, matched)


async def find(session: AsyncSession, model: type[Record], reference: str, pointer: str) -> UUID:
    """The id of the record that a change names: found as those that a new record names. Raises Invalid or Gone."""
    batch = Batch()
    draft = batch.refer(model, reference, pointer)
    await resolve(session, batch)
    return draft.id


async def propose(session: AsyncSession, batch: Batch) -> None:
    """Propose links between copies, and steps of chains for wire credits."""
    await copies.propose(session, batch)
    await wire_credits.propose(session, batch)


# --- what some kinds need before they are stored ---------------------------------------------------------------------


async def _name_events(session: AsyncSession, batch: Batch, new: list[Draft], _matched: list[Draft]) -> None:
    if not batch.dry:
        await storing.name_events(session, new)


async def _check_urls(session: AsyncSession, batch: Batch, _made: list[Draft], matched: list[Draft]) -> None:
    if not batch.dry and not batch.from_export:
        await matching.check_urls(session, matched)


async def _visit_quotations(session: AsyncSession, batch: Batch, new: list[Draft], matched: list[Draft]) -> None:
    """Also where a body has no appearance: it may bring a new text for those that are stored."""
    stored = [draft for draft in matched if draft.same_as is None]
    if batch.dry:
        await quotes.note_fidelities(session, stored)
    else:
        await quotes.decide(session, batch, new, stored)


_BeforeStoring: TypeAlias = Callable[[AsyncSession, Batch, list[Draft], list[Draft]], Awaitable[None]]
_BEFORE_STORING: Final[dict[type[Record], _BeforeStoring]] = {
    Event: _name_events,
    Document: _check_urls,
    Appearance: _visit_quotations,
}
