"""Is it the same again? Turns the drafts of a body into records: found by ref, found by key, or stored.

A record that is found is only completed, never overwritten. Runs under the ledger's lock, so that what is not found
now is not being stored by somebody else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, Invalid, Problem, raise_together
from app.models import (
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
    table_of,
)
from app.schemas import kinds
from app.services.intake import given_ids, keys, quotes, storing
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import (
    check_circles,
    check_new,
    event_of,
    fill,
    is_named,
    levels,
    placed_sources,
    point,
    say_what_was_read,
)
from app.services.intake.references import find_labels, gone, real, resolve

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
_KEYS: Final[dict[type[Record], TextClause]] = {
    Document: keys.DOCUMENTS,
    DocumentVersion: keys.VERSIONS,
    DocumentLink: keys.DOCUMENT_LINKS,
    Report: keys.REPORTS,
    EventLink: keys.EVENT_LINKS,
    Question: keys.QUESTIONS,
    Appearance: keys.APPEARANCES,
    ClaimLink: keys.CLAIM_LINKS,
    Assessment: keys.ASSESSMENTS,
    AssessmentDocument: keys.EVIDENCE,
}
_QUICK: Final = {
    keys.STATEMENTS: keys.DIRECT_STATEMENTS,
    keys.SOURCELESS_STATEMENTS: keys.DIRECT_SOURCELESS_STATEMENTS,
}
# What a record that was merged keeps for itself: its target has its own.
_OWN: Final = ("ref", "url", "canonical_url")


async def settle(session: AsyncSession, batch: Batch, *, dry: bool = False) -> None:
    """Give every draft the id and outcome of its record, storing those that are new.

    `dry` stores, completes and refuses nothing: what is not there has the outcome `gone`. Raises Invalid, Conflict or
    Gone, with the pointer of the draft that can't be settled; nothing is then kept.
    """
    find_labels(batch)
    await resolve(session, batch, dry=dry)
    for drafts in batch.drafts.values():
        check_circles(drafts)
    placed = placed_sources(batch)
    named = [draft for draft in batch.drafts[Source] if draft not in placed]
    await _settle(session, batch, Source, named, dry=dry)
    for model in _BEFORE_UNNAMED:
        await _settle(session, batch, model, batch.drafts[model], dry=dry)
    for level in levels([draft for draft in batch.drafts[Source] if draft in placed]):
        await _settle(session, batch, Source, level, dry=dry)
    say_what_was_read(batch)
    for model in _AFTER_UNNAMED:
        await _settle(session, batch, model, batch.drafts[model], dry=dry)
    if not batch.restoring:
        await quotes.look_again(session, batch, dry=dry)


async def _settle(session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft], *, dry: bool) -> None:
    if not drafts:
        return
    for draft in drafts:
        fill(draft, dry=dry)
    given = await given_ids.by_id(session, model, [draft for draft in drafts if draft.restored])
    left = await _by_ref(session, model, [draft for draft in drafts if not draft.restored], dry=dry)
    if model is AppearanceHop:
        new = await storing.unwritten_hops(session, left, dry=dry)
    elif model is Source:
        new = await _named(session, [draft for draft in left if is_named(draft)], dry=dry)
        new += await _unnamed(session, [draft for draft in left if not is_named(draft)], dry=dry)
    else:
        new = [draft for query, some in _keyed(model, left) for draft in await _by_key(session, query, some, dry=dry)]
    new += given
    for draft in drafts:
        point(draft, own_table=True)
    if dry:
        for draft in new:
            draft.outcome = "gone"
    else:
        await _store(session, batch, model, drafts, set(new))


async def _store(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft], new: set[Draft]
) -> None:
    """Insert the drafts that are new, in their order, and complete what the others found."""
    made = [draft for draft in drafts if draft in new]
    found = [draft for draft in drafts if draft not in new]
    for draft in made:
        check_new(draft)
    if model is Event:
        await storing.name_events(session, made)
    elif model is Document and not batch.restoring:
        await _check_urls(session, found)
    elif model is Appearance:
        await quotes.look_up(session, batch, made)
    await storing.insert(session, model, made)
    await storing.complete(session, model, found)
    if batch.restoring:
        await given_ids.merge(session, model, found)


def _keyed(model: type[Record], drafts: list[Draft]) -> list[tuple[TextClause | None, list[Draft]]]:
    """By which statement each draft is looked for; None: by none."""
    if model is Event:
        return _split(drafts, "slug", keys.EVENTS, None)
    if model is Claim:
        return _split(drafts, "qualifier", keys.FIGURES, keys.CLAIMS)
    if model is Statement:
        return _split(drafts, "source_id", keys.STATEMENTS, keys.SOURCELESS_STATEMENTS)
    if model is Appearance:
        return _lone(drafts)
    return [(_KEYS[model], drafts)]


def _split(
    drafts: list[Draft], column: str, those_with: TextClause, others: TextClause | None
) -> list[tuple[TextClause | None, list[Draft]]]:
    return [
        (those_with, [draft for draft in drafts if draft.value(column) is not None]),
        (others, [draft for draft in drafts if draft.value(column) is None]),
    ]


def _lone(drafts: list[Draft]) -> list[tuple[TextClause | None, list[Draft]]]:
    """An appearance that is the only one of a statement that is new is new itself."""
    of = [real(draft.points_at["statement_id"]) for draft in drafts]
    how_many = Counter(of)
    parts: tuple[list[Draft], list[Draft]] = [], []
    for draft, statement in zip(drafts, of, strict=True):
        parts[statement.outcome == "created" and how_many[statement] == 1].append(draft)
    return [(keys.APPEARANCES, parts[False]), (None, parts[True])]


async def _check_urls(session: AsyncSession, drafts: list[Draft]) -> None:
    """A URL that a document found by its ref would get must not be another's."""
    addressed = [draft for draft in drafts if draft.value("canonical_url") and draft.value("ref") and not draft.twin]
    if not addressed:
        return
    rows = storing.as_json({"id": draft.id, "canonical_url": draft.values["canonical_url"]} for draft in addressed)
    hits = {row.draft: row for row in await session.execute(keys.DOCUMENTS, {"rows": rows}) if row.hit is not None}
    for draft in addressed:
        if draft.id in hits and hits[draft.id].hit != draft.id:
            raise _clash(draft, "url", "another document has it", hits[draft.id].hit)


# --- by ref ----------------------------------------------------------------------------------------------------------


def _take(draft: Draft, hit: UUID, owner: UUID | None = None, *, merged: bool = False) -> None:
    """Make it the record that was found, in the event (of a version: the document) where that is."""
    draft.id, draft.outcome = hit, "matched"
    if owner is not None:
        draft.values["document_id" if draft.model is DocumentVersion else "event_id"] = owner
    if merged:
        for name in _OWN:
            draft.values.pop(name, None)


def _clash(draft: Draft, field: str, says: str, hit: UUID) -> Conflict:
    return Conflict(
        f"The same {kinds.kind_of(draft.model).path[:-1].replace('-', ' ')} is there otherwise.",
        errors=[{"pointer": f"{draft.pointer}/{field}", "detail": says}],
        url=kinds.url(draft.model, hit),
    )


async def _by_ref(session: AsyncSession, model: type[Record], drafts: list[Draft], *, dry: bool) -> list[Draft]:
    """Take what the refs name; give the drafts that are left for their keys."""
    named = {draft.value("ref") for draft in drafts if draft.value("ref")}
    if not named:
        return drafts
    merges = "merged_into" in table_of(model).columns
    root = f"{model.__tablename__}_root(id)" if merges else "id"
    scope = "event_id, event_root(event_id)" if "event_id" in table_of(model).columns else "NULL::uuid, NULL::uuid"
    query = text(f"SELECT ref, id, {root}, {scope} FROM {model.__tablename__} WHERE ref = ANY (:refs)")  # noqa: S608
    found = {row[0]: row[1:] for row in await session.execute(query, {"refs": list(named)})}
    lost = {} if dry else await gone(session, model, named - found.keys())
    left, first, problems = list[Draft](), dict[str, Draft](), list[Problem]()
    for draft in drafts:
        ref = draft.value("ref")
        if ref in lost:
            problems.append(lost[ref].at(f"{draft.pointer}/ref"))
        elif ref in found:
            itself, hit, owner, event = found[ref]
            if event_of(draft) not in (None, event) and model is not Event:
                problems.append(_clash(draft, "ref", "a record of another event bears it", hit))
            _take(draft, hit, owner, merged=hit != itself)
        elif ref is not None and (twin := first.setdefault(ref, draft)) is not draft:
            if event_of(twin) != event_of(draft) and model is not Event:
                problems.append(Invalid.at(f"{draft.pointer}/ref", f"{twin.pointer} bears it, in another event"))
            _join(draft, twin)
        else:
            left.append(draft)
    raise_together(problems)
    return left


def _join(draft: Draft, twin: Draft) -> None:
    """Make it the same record as an earlier draft; what it knows more than that is kept."""
    draft.twin, draft.outcome = twin, "matched"
    for name, value in draft.values.items():
        if twin.values.get(name) is None:
            twin.values[name] = value
    for name, to in draft.points_at.items():
        twin.points_at.setdefault(name, to)


# --- by key ----------------------------------------------------------------------------------------------------------


async def _by_key(session: AsyncSession, query: TextClause | None, drafts: list[Draft], *, dry: bool) -> list[Draft]:
    """Take what has a draft's key; give the drafts that are new."""
    if not drafts or query is None:
        return drafts
    new: list[Draft] = []
    first: dict[str, Draft] = {}
    bearers: dict[UUID, str] = {}
    problems: list[Problem] = []
    for draft, row in await _hits(session, query, drafts):
        try:
            if row is None:
                new.append(draft)
            elif row.hit is not None:
                _check_ref(draft, row, bearers, dry=dry)
                _take(draft, row.hit, row.owner, merged=row.hit != row.via)
            elif (twin := first.setdefault(row.key, draft)) is not draft:
                _twin(draft, twin)
            else:
                new.append(draft)
        except Problem as problem:
            problems.append(problem)
    raise_together(problems)
    return new


async def _hits(session: AsyncSession, query: TextClause, drafts: list[Draft]) -> list[tuple[Draft, Row[Any] | None]]:
    """The answer to each draft, in their order; that of a quick statement, if there is one and it can tell.

    None: it is new, and no other draft asks for the same.
    """
    quick = _QUICK.get(query)
    if quick is None:
        every = {row.draft: row for row in await session.execute(query, {"rows": _rows(drafts)})}
        return [(draft, every[draft.id]) for draft in drafts]
    found = {row.draft: row for row in await session.execute(quick, {"rows": _rows(drafts)})}
    if tangled := [draft for draft in drafts if draft.id in found and found[draft.id].tangled]:
        found |= {row.draft: row for row in await session.execute(query, {"rows": _rows(tangled)})}
    return [(draft, found.get(draft.id)) for draft in drafts]


def _rows(drafts: Iterable[Draft]) -> str:
    return storing.as_json({"id": draft.id, **draft.values, **_hints(draft)} for draft in drafts)


def _check_ref(draft: Draft, row: Any, bearers: dict[UUID, str], *, dry: bool) -> None:
    """Refuse a hit that bears another ref, or is given another by an earlier draft."""
    ref = draft.value("ref")
    known = (row.hit_ref or bearers.setdefault(row.hit, ref)) if ref and not dry else ref
    if known != ref:
        raise _clash(draft, "ref", f"it bears the ref {known}", row.hit)


def _twin(draft: Draft, twin: Draft) -> None:
    if draft.value("ref") and twin.value("ref") and draft.value("ref") != twin.value("ref"):
        raise Invalid.at(f"{draft.pointer}/ref", f"{twin.pointer} asks for the same record under another ref")
    _join(draft, twin)


def _hints(draft: Draft) -> dict[str, Any]:
    """What a key needs beside the record's own columns, or does not need of them."""
    where = real(draft.within) if draft.within is not None else None
    if draft.model is DocumentVersion:
        return {"text": None}
    if draft.model is Document:
        return {"sha256": where.values["sha256"]} if where is not None and where.value("sha256") else {}
    if draft.model is Source and where is not None:
        return {"within": where.id, "document" if where.model is Document else "about": where.id}
    if draft.model is Statement:
        hints: dict[str, Any] = {} if where is None else {"document": where.id}
        speaker = draft.points_at.get("source_id")
        return hints if speaker is not None and is_named(real(speaker)) else hints | {"nameless": True}
    return {}


_AMBIGUOUS: Final = "more than one source has this name: say which by its ref or id"
_LOST: Final = "an unnamed source that stands alone needs a ref, or it could never be found again"

# --- sources ---------------------------------------------------------------------------------------------------------


async def _named(session: AsyncSession, drafts: list[Draft], *, dry: bool) -> list[Draft]:
    """The same name or alias, and the same kind; a kind that is not given matches any. Two hits are never guessed."""
    if not drafts:
        return []
    hits: dict[UUID, list[Any]] = defaultdict(list)
    names: dict[UUID, tuple[str, list[str]]] = {}
    rows = storing.as_json({"id": draft.id, **draft.values} for draft in drafts)
    for row in await session.execute(keys.NAMED_SOURCES, {"rows": rows}):
        names[row.draft] = (row.name, row.names)
        if row.hit is not None:
            hits[row.draft].append(row)
    # Those that say their kind first: then one that does not may find its like among them.
    new: list[Draft] = []
    bearers: dict[UUID, str] = {}
    problems: list[Problem] = []
    for draft in sorted(drafts, key=lambda one: one.value("kind") is None):
        name, others = names[draft.id]
        alike = [
            one
            for one in new
            if (name in names[one.id][1] or names[one.id][0] in others)
            and draft.value("kind") in (None, one.value("kind"))
        ]
        stored = hits[draft.id]
        if draft.value("ref"):
            stored = [row for row in stored if row.hit_ref is None] or stored[:1]
        try:
            if len(stored) + len(alike) > 1 and not dry:
                raise Invalid.at(f"{draft.pointer}/name", _AMBIGUOUS)
            if stored:
                _check_ref(draft, stored[0], bearers, dry=dry)
                _take(draft, stored[0].hit)
            elif alike:
                _twin(draft, alike[0])
            else:
                new.append(draft)
        except Problem as problem:
            problems.append(problem)
    raise_together(problems)
    return new


async def _unnamed(session: AsyncSession, drafts: list[Draft], *, dry: bool) -> list[Draft]:
    alone = [draft for draft in drafts if draft.within is None]
    raise_together([Invalid.at(draft.pointer, _LOST) for draft in alone if not draft.value("ref")])
    placed = [draft for draft in drafts if draft.within is not None]
    return await _by_key(session, keys.UNNAMED_SOURCES, placed, dry=dry) + alone
