"""Find for each draft the stored record, or the earlier draft, that it duplicates: by its ref, then by its key.

A record that is found is only completed, never overwritten. `pipeline` calls this under the ledger's lock, so that what
is not found now is not being stored by somebody else.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, hear, send
from app.errors import Invalid, Problem, raise_together
from app.models import AppearanceHop, Claim, Document, Record, Source, Statement, table_of
from app.schemas import kinds
from app.services import visibility
from app.services.intake import aliases, by_name, in_place, keys, references, remarks, storing, unseen
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import PARTS, check_new, event_of, fill, is_named, levels, linked, point, whole_of
from app.services.intake.joining import adopt, check_ref, clash, join, join_unless_other_ref
from app.services.intake.references import bearing_refs, by_id
from app.services.redaction import gone

# What is asked first, and the same where it may store the drafts for which nothing is found by the way.
_QUICK: Final = {keys.STATEMENTS: (keys.DIRECT_STATEMENTS, keys.STORING_STATEMENTS)}


async def match(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> set[Draft]:
    """Give drafts of one table the id and outcome of the stored record that they are; returns those that are new.

    Expects that what they point at is matched. Raises Invalid, Conflict or Gone, with the pointer of the draft.
    """
    if not drafts:
        return set()
    for draft in drafts:
        fill(batch, draft)
    # First those of an export: where two drafts are the same, the one whose id was given is the record.
    new = await by_id(session, batch.caller, model, [draft for draft in drafts if draft.restored])
    left = await _by_ref(session, batch, model, [draft for draft in drafts if not draft.restored])
    new += left if model in batch.known_new else await _OTHERWISE.get(model, _by_keys)(session, batch, model, left)
    for draft in linked(drafts):
        point(draft, kinds.kind_of(model).own_pointers)
    if batch.dry:
        for draft in new:
            draft.outcome = "gone"
    return set(new)


# --- by ref ----------------------------------------------------------------------------------------------------------


async def _by_ref(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Adopt what the refs name; give the drafts that are left for their keys."""
    refs = {ref for draft in drafts if (ref := draft.values.get("ref"))}
    if not refs:
        return drafts
    of_event = "event_id" in table_of(model).c
    stored, deleted = await _bearers_of(session, batch, model, refs, drafts)
    left, first_by_ref, problems = list[Draft](), dict[str, Draft](), list[Problem]()
    for draft in drafts:
        ref = draft.value("ref")
        if ref in deleted:
            problems.append(deleted[ref].at(f"{draft.pointer}/ref"))
        elif ref in stored:
            row = stored[ref]
            if of_event and event_of(draft) not in (None, row.event_root):
                problems.append(clash(draft, "ref", "a record of another event bears it", row.root))
            adopt(draft, row.root, row.event_id if of_event else None, merged=row.root != row.id)
            draft.slug = getattr(row, "slug", None)
            draft.by_ref = True
        elif ref is not None and (earlier := first_by_ref.setdefault(ref, draft)) is not draft:
            problems += references.clashes(draft, earlier)
            join(batch, draft, earlier)
        else:
            left.append(draft)
    await unseen.refuse(session, batch.caller, problems)
    return left


async def _bearers_of(
    session: AsyncSession, batch: Batch, model: type[Record], refs: set[str], drafts: list[Draft]
) -> tuple[dict[str, Row[Any]], dict[str, gone.Lost]]:
    """By ref, the records that bear these, and those that did; meanwhile the drafts' keys are made ready."""
    bearing = lost = None
    if model not in batch.known_new:
        bearing = await send(session, bearing_refs(model, batch.caller), {"refs": [*refs]})
    if not batch.dry:
        lost = await send(session, *gone.losses(model, refs))
    if not _QUICK.keys().isdisjoint(keys.STATEMENTS_OF[model].values()):
        batch.keys_ready = drafts, keys.rows(drafts)
    await hear(session)
    stored = {row.ref: row for row in await bearing.rows()} if bearing else {}
    lost_rows = [row for row in await lost.rows() if row.ref not in stored] if lost else []
    return stored, await gone.lost_refs(session, batch.caller, model, lost_rows)


# --- by key ----------------------------------------------------------------------------------------------------------


async def _by_keys(
    session: AsyncSession,
    batch: Batch,
    model: type[Record],
    drafts: list[Draft],
    earlier_by_key: dict[str, Draft] | None = None,
) -> list[Draft]:
    """Adopt what has the drafts' keys; give the drafts that are new. `earlier_by_key`: new drafts compared before."""
    new: list[Draft] = []
    for column, query in sorted(keys.STATEMENTS_OF[model].items(), key=lambda entry: entry[0] is None):
        with_value = [draft for draft in drafts if column is None or draft.value(column) is not None]
        new += await _by_key(session, batch, query, with_value, earlier_by_key)
        drafts = [draft for draft in drafts if column is not None and draft.value(column) is None]
    return new + drafts


async def bearers(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]
) -> dict[Draft, UUID | None]:
    """The record that has the key of each of these drafts, whatever its ref; None where there is none."""
    bearer_of: dict[Draft, UUID | None] = {}
    for column, unnarrowed in sorted(keys.STATEMENTS_OF[model].items(), key=lambda entry: entry[0] is None):
        query = unseen.narrowed(unnarrowed, batch.caller, model)
        with_value = [draft for draft in drafts if column is None or draft.value(column) is not None]
        rows = (
            {row.draft: row.hit for row in await ask(session, query, {"rows": keys.rows(with_value)})}
            if with_value
            else {}
        )
        bearer_of |= {draft: rows[draft.id] for draft in with_value}
        drafts = [draft for draft in drafts if draft not in bearer_of]
    return bearer_of


async def _by_key(
    session: AsyncSession,
    batch: Batch,
    query: TextClause,
    drafts: list[Draft],
    earlier_by_key: dict[str, Draft] | None = None,
) -> list[Draft]:
    if not drafts:
        return drafts
    new: list[Draft] = []
    first_by_key = {} if earlier_by_key is None else earlier_by_key
    ref_of_hit: dict[UUID, str] = {}
    problems: list[Problem] = []
    for draft, row in await _hits(session, batch, query, drafts):
        try:
            if row is None:
                new.append(draft)
            elif row.hit is not None:
                check_ref(batch, draft, row.hit, row.hit_ref, ref_of_hit)
                adopt(draft, row.hit, row.owner, merged=row.hit != row.via)
            elif (earlier := first_by_key.setdefault(row.key, draft)) is not draft:
                join_unless_other_ref(batch, draft, earlier)
            else:
                new.append(draft)
        except Problem as problem:
            problems.append(problem)
    await unseen.refuse(session, batch.caller, problems)
    return new


async def _hits(
    session: AsyncSession, batch: Batch, query: TextClause, drafts: list[Draft]
) -> list[tuple[Draft, Row[Any] | None]]:
    """For each draft, in their order, the row of its key; by the quick statement, if there is one and it suffices.

    None: the draft is new, and no other draft has its key.
    """
    quick, narrowed = _QUICK.get(query), unseen.narrowed(query, batch.caller, drafts[0].model)
    if quick is None:
        # However many drafts ask the same question, as reports on one event do, it is looked for once.
        row_keys = [to_json(draft.values) if query in keys.QUESTIONS else draft.id for draft in drafts]
        first_by_values: dict[bytes | UUID, Draft] = {}
        first_drafts = [
            first_by_values.setdefault(values, draft) for values, draft in zip(row_keys, drafts, strict=True)
        ]
        rows = {row.draft: row for row in await ask(session, narrowed, {"rows": keys.rows(first_by_values.values())})}
        return [(draft, rows[first.id]) for draft, first in zip(drafts, first_drafts, strict=True)]
    stores_others = _may_be_stored(batch, drafts)
    ready_drafts, ready_rows = batch.keys_ready or ([], "")
    batch.keys_ready = None
    rows_sent = ready_rows if ready_drafts == drafts else keys.rows(drafts)
    rows = {row.draft: row for row in await ask(session, quick[stores_others], {"rows": rows_sent})}
    # Where something was merged, the quick statement can't tell.
    if tangled := [draft for draft in drafts if draft.id in rows and rows[draft.id].tangled]:
        rows |= {row.draft: row for row in await ask(session, narrowed, {"rows": keys.rows(tangled)})}
    hits = [(draft, rows.get(draft.id)) for draft in drafts]
    if stores_others:
        batch.stored_already.update(draft for draft, row in hits if row is None)
    return hits


def _may_be_stored(batch: Batch, drafts: Sequence[Draft]) -> bool:
    """Whether statements need nothing between being found to be new and being stored."""
    is_asked_more = batch.dry or batch.correct is not None or batch.shown is not None
    # What points at others of its table is pointed when all are matched.
    if is_asked_more or linked(drafts) or visibility.may_hide(batch.caller, Statement):
        return False
    try:
        for draft in drafts:
            check_new(draft)
    except Invalid:  # it may not be new
        return False
    return True


async def check_urls(session: AsyncSession, batch: Batch, drafts: Iterable[Draft]) -> None:
    """A URL that a document found by its ref would get must not be another's."""
    addressed = [d for d in drafts if d.value("canonical_url") and d.value("ref") and not d.same_as]
    if not addressed:
        return
    names = ("canonical_url", "page_key")
    rows = storing.as_json({"id": draft.id} | {name: draft.values[name] for name in names} for draft in addressed)
    query = unseen.narrowed(keys.DOCUMENTS, batch.caller, Document)
    bearer_of = {row.draft: row.hit for row in await ask(session, query, {"rows": rows}) if row.hit is not None}
    clashing = [draft for draft in addressed if bearer_of.get(draft.id, draft.id) != draft.id][:1]
    clashes = [clash(draft, "url", "another document has it", bearer_of[draft.id]) for draft in clashing]
    await unseen.refuse(session, batch.caller, clashes)


# --- sources ---------------------------------------------------------------------------------------------------------

_NEEDS_REF: Final = "an unnamed source that stands alone needs a ref, or it could never be found again"
_PLACED: Final = (
    "More than one source of this name is there, and nothing that was given tells which: it is stored as one that is "
    "known only here, and linked to those that it may be. A ref or an id says which it is."
)
_NAMED_HERE: Final = (
    "More than one source of this name is there: it was taken for the one of which this body tells more."
)


async def _sources(session: AsyncSession, batch: Batch, _: type[Record], drafts: list[Draft]) -> list[Draft]:
    by_name.leave_parents_out(batch, drafts)
    placed = [draft for draft in drafts if draft in batch.to_place]
    drafts = [draft for draft in drafts if draft not in batch.to_place]
    new = await _in_their_places(session, batch, placed)
    new += await _named(session, batch, [draft for draft in drafts if is_named(draft)])
    aliases.unite(drafts)
    return new + await _unnamed(session, batch, [draft for draft in drafts if not is_named(draft)])


async def _named(session: AsyncSession, batch: Batch, drafts: list[Draft]) -> list[Draft]:
    """Match by name or alias whom nothing contradicts. Of several none is guessed: the draft is one of its place."""
    if not drafts:
        return []
    candidates = await by_name.look_up(session, batch.caller, drafts)
    if batch.sources_before is not None:
        batch.sources_before.leave_out(batch, candidates, drafts)
    new: list[Draft] = []
    to_place: list[Draft] = []
    # Of one body those that tell most come first, for then others can be told from them; lines are in their order.
    for draft in sorted(drafts, key=lambda draft: (draft.line, by_name.how_much_is_left_open(draft))):
        stored, earlier = _fitting(batch, candidates, draft)
        if len(stored) + len(earlier) > 1:
            draft.may_be = tuple(source.id for source in stored)
            batch.may_be[draft] = [*draft.may_be, *earlier]
            if draft.value("ref"):
                new.append(draft)
                candidates.add(draft)
            else:
                to_place.append(draft)
            continue
        if stored:
            adopt(draft, stored[0].id)
            candidates.take(draft)
            remarks.matched_by_name(batch, draft)
        elif earlier:
            join(batch, draft, earlier[0])
            remarks.matched_by_name(batch, draft)
            candidates.learn_names(earlier[0])
        else:
            new.append(draft)
            candidates.add(draft)
        batch.mentioned.add(draft)
    if batch.sources_before is not None:
        id_of = batch.sources_before.take_again(batch, new)
        for draft, id_ in id_of.items():
            adopt(draft, id_)
        new = [draft for draft in new if draft not in id_of]
    return new + await _place(session, batch, to_place)


def _fitting(batch: Batch, candidates: by_name.Candidates, draft: Draft) -> tuple[list[by_name.Stored], list[Draft]]:
    """Those that a draft may be, stored before or by this batch: of several that which its body means, if it tells."""
    # What was delivered before is only found again, whatever ref an editor has given it since.
    stored, earlier = candidates.fitting(draft, whatever_ref=batch.dry)
    meant_id = _meant_id(batch, draft, [*stored, *earlier])
    if meant_id is None:
        return stored, earlier
    batch.note("matched", f"{draft.pointer}/name", _NAMED_HERE, sent=draft.value("name"))
    return [source for source in stored if source.id == meant_id], [new for new in earlier if new.id == meant_id]


def _meant_id(batch: Batch, source: Draft, fitting: Iterable[by_name.Stored | Draft]) -> UUID | None:
    """Of several that its name fits, whom the body itself calls so: of whom it tells more, first as a speaker."""
    fitting_ids = {record.id for record in fitting}
    if source.value("ref") or len(fitting_ids) < 2:  # noqa: PLR2004
        return None
    mentions = [
        mention
        for mention in (*batch.drafts[Source], *batch.references.values())
        if mention.line == source.line
        and mention.original.id in fitting_ids
        and (mention in batch.mentioned or mention.by_ref or mention.reference is not None)
    ]
    speakers = {said.points_at.get("source_id") for said in batch.drafts[Statement] if mentions}
    spoken_ids = {mention.original.id for mention in mentions if mention in speakers}
    named_ids = spoken_ids if len(spoken_ids) == 1 else {mention.original.id for mention in mentions}
    return named_ids.pop() if len(named_ids) == 1 else None


async def _place(session: AsyncSession, batch: Batch, drafts: Sequence[Draft]) -> list[Draft]:
    """Have drafts that may be several sources matched by the place where they were mentioned.

    Now, where a document that they publish needs them, or where there is no such place; else when that is stored.
    """
    publications: dict[Draft, Draft] = {}
    for document in batch.drafts[Document]:
        if "publisher_id" in document.points_at:
            publications.setdefault(document.points_at["publisher_id"].original, document)
    for draft in drafts:
        draft.values["placed"], draft.published_in = True, publications.get(draft)
    at_once = [draft for draft in drafts if draft.within is None or draft.published_in is not None]
    batch.to_place.update(set(drafts).difference(at_once))
    return await _in_their_places(session, batch, at_once)


async def _in_their_places(session: AsyncSession, batch: Batch, drafts: list[Draft]) -> list[Draft]:
    """Match those that may be several sources: where one of these is known in the place, it is meant."""
    new = await in_place.named(session, batch, drafts)
    for draft in drafts:
        if draft.id in draft.may_be:
            del batch.may_be[draft], draft.values["placed"]
            remarks.matched_by_name(batch, draft)
        else:
            batch.note("changed", f"{draft.pointer}/name", _PLACED, sent=draft.value("name"))
    return new


async def _unnamed(session: AsyncSession, batch: Batch, drafts: list[Draft]) -> list[Draft]:
    described = [draft for draft in drafts if draft.within is None and draft.value("placed")]
    without_place = [draft for draft in drafts if draft.within is None and draft not in described]
    raise_together(
        [Invalid.at(f"{draft.pointer}/ref", _NEEDS_REF) for draft in without_place if not draft.value("ref")]
    )
    new = await in_place.unnamed(session, batch, [draft for draft in drafts if draft.within is not None])
    return new + await in_place.named(session, batch, described) + without_place


async def _hops(session: AsyncSession, batch: Batch, _: type[Record], drafts: list[Draft]) -> list[Draft]:
    # Not by a key, but by whether the appearance has a chain. Here a chain that was only proposed is deleted.
    return await storing.unwritten_hops(session, batch, drafts)


async def _parts(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Match by key, but for the only part of a new record: that is new itself."""
    wholes = [whole_of(draft) for draft in drafts]
    how_many = Counter(wholes)
    sought, new = list[Draft](), list[Draft]()
    for draft, whole in zip(drafts, wholes, strict=True):
        only_one = whole is not None and whole.outcome == "created" and not whole.restored and how_many[whole] == 1
        (new if only_one else sought).append(draft)
    return await _by_keys(session, batch, model, sought) + new


async def _claims(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Match wholes before their parts: which figure a figure is a part of belongs to its key."""
    new: list[Draft] = []
    earlier_by_key: dict[str, Draft] = {}
    for level in levels(drafts):
        for draft in level:
            point(draft, kinds.kind_of(model).own_pointers)
        new += await _by_keys(session, batch, model, level, earlier_by_key)
    return new


_Matcher: TypeAlias = Callable[[AsyncSession, Batch, type[Record], list[Draft]], Awaitable[list[Draft]]]
# The kinds that are not matched by their keys alone.
_OTHERWISE: Final[dict[type[Record], _Matcher]] = {
    Source: _sources,
    Claim: _claims,
    **dict.fromkeys(PARTS, _parts),
    AppearanceHop: _hops,
}
