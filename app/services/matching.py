"""Is it the same again? Turns the drafts of a body into records: found by ref, found by key, or stored.

A record that is found is only completed, never overwritten. Runs under the ledger's lock, so that what is not found
now is not being stored by somebody else.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Invalid
from app.models import (
    table_of,
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Question,
    Record,
    Report,
    Source,
    Statement,
)
from app.services import same, slugs, storing
from app.services.drafts import Batch, Draft
from app.services.references import PATHS, gone, resolve, real

# A record's event is that of the first of these that it has: with events merged, it need not be the one addressed.
_PARENTS: Final = ("appearance_id", "assessment_id", "statement_id", "claim_id", "question_id", "event_id")
# What the records of each table may point at stands before them; unnamed sources are told apart by what they speak in.
_BEFORE_UNNAMED: Final[tuple[type[Record], ...]] = (
    Document,
    DocumentVersion,
    DocumentLink,
    Report,
    Event,
    EventLink,
    Question,
    Claim,
)
_AFTER_UNNAMED: Final[tuple[type[Record], ...]] = (
    Statement,
    Appearance,
    AppearanceHop,
    ClaimLink,
    Assessment,
    AssessmentDocument,
)
_ALWAYS_NAMED: Final = ("outlet", "agency", "channel")
_KEYS: Final[dict[type[Record], TextClause]] = {
    Document: same.DOCUMENTS,
    DocumentVersion: same.VERSIONS,
    DocumentLink: same.DOCUMENT_LINKS,
    Report: same.REPORTS,
    EventLink: same.EVENT_LINKS,
    Question: same.QUESTIONS,
    Appearance: same.APPEARANCES,
    ClaimLink: same.CLAIM_LINKS,
    Assessment: same.ASSESSMENTS,
    AssessmentDocument: same.EVIDENCE,
}


async def settle(session: AsyncSession, batch: Batch, *, dry: bool = False) -> None:
    """Give every draft the id and outcome of its record, storing those that are new.

    `dry` stores and completes nothing: what is not there has the outcome `gone`. Raises Invalid, Conflict or Gone,
    with the pointer of the draft that can't be settled; nothing is then kept.
    """
    await resolve(session, batch)
    sources = batch.drafts[Source]
    placed = [draft for draft in sources if not _is_named(draft) and draft.within is not None]
    steps: list[tuple[type[Record], list[Draft]]] = [(Source, [draft for draft in sources if draft not in set(placed)])]
    steps += [(model, batch.drafts[model]) for model in _BEFORE_UNNAMED]
    steps += [(Source, placed)]
    steps += [(model, batch.drafts[model]) for model in _AFTER_UNNAMED]
    for model, drafts in steps:
        for level in _levels(drafts):
            await _settle(session, model, level, dry=dry)


def _levels(drafts: Sequence[Draft]) -> Iterable[list[Draft]]:
    """In the order in which they can be stored: what others of the same table point at comes first."""
    left = list(drafts)
    while left:
        waiting = set(left)
        ready = [draft for draft in left if not any(real(to) in waiting for to in draft.points_at.values())]
        if not ready:
            raise Invalid.at(left[0].pointer, "these records point at each other in a circle")
        yield ready
        chosen = set(ready)
        left = [draft for draft in left if draft not in chosen]


async def _settle(session: AsyncSession, model: type[Record], drafts: list[Draft], *, dry: bool) -> None:
    for draft in drafts:
        _fill(draft)
    left = await _by_ref(session, model, drafts, dry=dry)
    if model is Event:
        left = await slugs.settle(session, left)
    elif model is AppearanceHop:
        left = await _hops(session, left)
    elif model is Source:
        left = await _named(session, [d for d in left if _is_named(d)]) + await _unnamed(
            session, [d for d in left if not _is_named(d)]
        )
    elif model is Claim:
        left = await _by_key(session, same.CLAIMS, [d for d in left if d.value("qualifier") is None]) + await _by_key(
            session, same.FIGURES, [d for d in left if d.value("qualifier") is not None]
        )
    elif model is Statement:
        left = await _by_key(session, same.STATEMENTS, [d for d in left if d.value("source_id")]) + await _by_key(
            session, same.SOURCELESS_STATEMENTS, [d for d in left if not d.value("source_id")]
        )
    else:
        left = await _by_key(session, _KEYS[model], left)
    new = set(left)
    if dry:
        for draft in left:
            draft.outcome = "gone"
        return
    await storing.insert(session, model, [draft for draft in drafts if draft in new])
    await storing.complete(session, model, [draft for draft in drafts if draft not in new])


def _fill(draft: Draft) -> None:
    """Put the ids of what a draft points at into its columns, now that they are known."""
    for column, to in draft.points_at.items():
        draft.values[column] = real(to).id
    parent = next((real(draft.points_at[name]) for name in _PARENTS if name in draft.points_at), None)
    if parent is None or "event_id" not in table_of(draft.model).columns:
        return
    draft.values["event_id"] = parent.id if parent.model is Event else parent.values["event_id"]
    for name, to in draft.points_at.items():
        _same_event(draft, name, real(to))


def _same_event(draft: Draft, name: str, to: Draft) -> None:
    """What a record points at belongs to the same event, or to one merged with it."""
    if to.reference is None or to.model is Event or "event_id" not in table_of(to.model).columns:
        return
    event = real(draft.points_at["event_id"]) if "event_id" in draft.points_at else None
    if event is not None and to.values["event_root"] != event.values.get("event_root", event.id):
        raise Invalid.at(f"{draft.pointer}/{name.removesuffix('_id')}", "this belongs to another event")


def _take(draft: Draft, hit: UUID, event_id: UUID | None = None) -> None:
    draft.id, draft.outcome = hit, "matched"
    if event_id is not None:
        draft.values["event_id"] = event_id


def _clash(draft: Draft, ref: str, hit: UUID) -> Conflict:
    return Conflict(
        f"The same {PATHS[draft.model][:-1].replace('-', ' ')} is there under another ref.",
        errors=[{"pointer": f"{draft.pointer}/ref", "detail": f"it bears the ref {ref}"}],
        url=f"/v1/{PATHS[draft.model]}/{hit}",
    )


async def _by_ref(session: AsyncSession, model: type[Record], drafts: list[Draft], *, dry: bool) -> list[Draft]:
    """Take what the refs name; give the drafts that are left for their keys."""
    named = {draft.value("ref") for draft in drafts if draft.value("ref")}
    if not named:
        return drafts
    merges = "merged_into" in table_of(model).columns
    root = f"{model.__tablename__}_root(id)" if merges else "id"
    scope = "event_id, event_root(event_id)" if "event_id" in table_of(model).columns else "NULL::uuid, NULL::uuid"
    query = text(f"SELECT ref, {root}, {scope} FROM {model.__tablename__} WHERE ref = ANY (:refs)")  # noqa: S608
    found = {row[0]: row[1:] for row in await session.execute(query, {"refs": list(named)})}
    lost = await gone(session, model, named - found.keys())
    left, first = [], dict[str, Draft]()
    for draft in drafts:
        ref = draft.value("ref")
        if ref in lost and not dry:
            raise lost[ref].at(draft.pointer)
        if ref in found:
            hit, event_id, root_id = found[ref]
            asked = draft.points_at.get("event_id")
            if asked is not None and root_id != real(asked).values.get("event_root", real(asked).id):
                raise Conflict(
                    "The ref belongs to another event.",
                    errors=[{"pointer": f"{draft.pointer}/ref", "detail": "a record of another event bears it"}],
                )
            _take(draft, hit, event_id)
        elif ref is not None and (twin := first.setdefault(ref, draft)) is not draft:
            draft.twin, draft.outcome = twin, "matched"
            _merge(twin, draft)
        else:
            left.append(draft)
    return left


def _merge(twin: Draft, draft: Draft) -> None:
    """What the second mention knows more than the first is kept."""
    for name, value in draft.values.items():
        if twin.values.get(name) is None:
            twin.values[name] = value


async def _by_key(session: AsyncSession, query: TextClause, drafts: list[Draft]) -> list[Draft]:
    """Take what has a draft's key; give the drafts that are new."""
    if not drafts:
        return []
    rows = storing.as_json({"id": draft.id, **draft.values, **_hints(draft)} for draft in drafts)
    by_id = {draft.id: draft for draft in drafts}
    new: list[Draft] = []
    first: dict[str, Draft] = {}
    for row in await session.execute(query, {"rows": rows}):
        draft = by_id[row.draft]
        ref = draft.value("ref")
        if row.hit is not None:
            if ref and row.hit_ref and ref != row.hit_ref:
                raise _clash(draft, row.hit_ref, row.hit)
            _take(draft, row.hit, row.event_id)
        elif (twin := first.setdefault(row.key, draft)) is not draft:
            _twin(draft, twin)
        else:
            new.append(draft)
    return new


def _twin(draft: Draft, twin: Draft) -> None:
    if draft.value("ref") and twin.value("ref") and draft.value("ref") != twin.value("ref"):
        raise Invalid.at(f"{draft.pointer}/ref", f"{twin.pointer} asks for the same record under another ref")
    draft.twin, draft.outcome = twin, "matched"
    _merge(twin, draft)


def _hints(draft: Draft) -> dict[str, Any]:
    """What a key needs beside the record's own columns."""
    if draft.model is Statement:
        where = draft.within
        hints: dict[str, Any] = {} if where is None else {"document": real(where).id}
        speaker = draft.points_at.get("source_id")
        if speaker is None or not _is_named(real(speaker)):
            hints["nameless"] = True
        return hints
    if draft.model is Source and draft.within is not None:
        where = real(draft.within)
        return {"within": where.id, "document" if where.model is Document else "about": where.id}
    if draft.model is Document and draft.within is not None and draft.within.value("sha256"):
        return {"sha256": draft.within.value("sha256")}
    return {}


# --- sources -----------------------------------------------------------------------------------------------------------


def _is_named(draft: Draft) -> bool:
    disclosed = (draft.value("disclosure") or "named") == "named" or draft.value("kind") in _ALWAYS_NAMED
    return disclosed and draft.value("name") is not None


async def _named(session: AsyncSession, drafts: list[Draft]) -> list[Draft]:
    """The same name or alias, and the same kind; a kind that is not given matches any. Two hits are never guessed."""
    if not drafts:
        return []
    hits: dict[UUID, list[Any]] = defaultdict(list)
    rows = storing.as_json({"id": draft.id, **draft.values} for draft in drafts)
    names: dict[UUID, tuple[str, list[str]]] = {}
    for row in await session.execute(same.NAMED_SOURCES, {"rows": rows}):
        names[row.draft] = (row.name, row.names)
        if row.hit is not None:
            hits[row.draft].append(row)
    # Those that say their kind first: then one that does not may find its like among them.
    new: list[Draft] = []
    for draft in sorted(drafts, key=lambda one: one.value("kind") is None):
        name, others = names[draft.id]
        kind = draft.value("kind")
        alike = [
            one
            for one in new
            if (name in names[one.id][1] or names[one.id][0] in others) and kind in (None, one.value("kind"))
            and not (draft.value("ref") and one.value("ref"))
        ]
        stored = hits[draft.id]
        if draft.value("ref"):
            stored = [row for row in stored if row.hit_ref is None] or stored[:1]
        if len(stored) + len(alike) > 1:
            raise Invalid.at(f"{draft.pointer}/name", "more than one source has this name: say which by its ref or id")
        if stored:
            if draft.value("ref") and stored[0].hit_ref:
                raise _clash(draft, stored[0].hit_ref, stored[0].hit)
            _take(draft, stored[0].hit)
        elif alike:
            _twin(draft, alike[0])
        else:
            new.append(draft)
    return new


async def _unnamed(session: AsyncSession, drafts: list[Draft]) -> list[Draft]:
    for draft in drafts:
        if draft.within is None and not draft.value("ref"):
            raise Invalid.at(draft.pointer, "an unnamed source that stands alone needs a ref, or it could never be found again")
    placed = [draft for draft in drafts if draft.within is not None]
    return await _by_key(session, same.UNNAMED_SOURCES, placed) + [draft for draft in drafts if draft.within is None]


# --- hops ----------------------------------------------------------------------------------------------------------------


async def _hops(session: AsyncSession, drafts: list[Draft]) -> list[Draft]:
    """A chain is written once: an appearance that has one keeps it."""
    if not drafts:
        return []
    found = {real(draft.points_at["appearance_id"]).id for draft in drafts}
    query = select(AppearanceHop.appearance_id).where(AppearanceHop.appearance_id.in_(bindparam("found", expanding=True)))
    chained = set(await session.scalars(query, {"found": list(found)}))
    new, steps = [], set[tuple[UUID, int]]()
    for draft in drafts:
        step = (draft.values["appearance_id"], draft.values["step"])
        if step[0] in chained or step in steps:
            draft.outcome = "matched"
        else:
            steps.add(step)
            new.append(draft)
    return new
