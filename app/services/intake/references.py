"""Resolve references: which record, or which draft of the same body, an id, `ref:`, slug or `#label` names.

A ref that two parts of one body bear is that of one record, unless what they say shows that they are two.

And what comes back from an export: each record by its id alone, whatever else is like it.
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from anyascii import anyascii
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, ask_all
from app.errors import Conflict, Gone, Invalid
from app.models import Claim, Document, Event, Question, Record, Statement, table_of
from app.schemas import addresses, kinds
from app.services import visibility
from app.services.access import Caller
from app.services.intake import unseen
from app.services.intake.drafts import Batch, Draft, Drafts
from app.services.intake.foreign_keys import event_of
from app.services.redaction import gone
from app.texts import folding
from app.vocabulary import SLUG_CHARACTERS

# The reason that the ledger notes where a quotation was looked up again because its document has another text: that is
# nobody's judgement.
RECHECKED: Final = "the quotation was looked up in another version of its document"


def point_labels(batch: Drafts) -> None:
    """Point the `#label`s of a body at what bears them; of one that nothing bears, note what to say."""
    for (model, reference, _), draft in batch.references.items():
        if not reference.startswith("#"):
            continue
        labelled = batch.labels.get(reference)
        if labelled is None or labelled.model is not model:
            detail = f"no {model.__tablename__} of this body has the label {reference}"
            batch.unknown_label = Invalid.at(draft.pointer, detail)
            return
        draft.same_as, draft.outcome = labelled, "matched"


async def resolve(session: AsyncSession, batch: Batch) -> None:
    """Point every reference of a body at its draft, of many lines at one of an earlier line, or at its record.

    Raises Invalid that names all that fail, or Gone at the first; if the batch is dry, their outcome is `gone`.
    """
    bearers: dict[tuple[type[Record], str], Draft] = {}
    for model in {model for model, _, _ in batch.references}:
        for draft in batch.drafts.get(model, ()):
            for name in _names(draft):
                bearers.setdefault((model, name), draft)
    to_look_up: dict[type[Record], list[Draft]] = defaultdict(list)
    for (model, reference, line), draft in batch.references.items():
        bearer = bearers.get((model, reference))
        # A line may name what a line before it brings, never a later one: it would depend on where batches end.
        if bearer is not None and bearer.line <= line:
            draft.same_as, draft.outcome = bearer, "matched"
        elif draft.same_as is None:
            to_look_up[model].append(draft)
    questions = [_question(batch, model, drafts) for model, drafts in to_look_up.items()]
    answers = await ask_all(session, questions) if questions else []
    errors = [
        error
        for (model, drafts), rows in zip(to_look_up.items(), answers, strict=True)
        for error in await _point(session, batch, model, drafts, rows)
    ]
    if errors:
        raise Invalid("The body names records that are not there.", errors)


def _names(draft: Draft) -> Iterator[str]:
    """The addresses by which other parts of the body can name a draft."""
    if draft.value("ref"):
        yield f"ref:{draft.values['ref']}"
    if draft.value("slug"):  # of an event
        yield draft.values["slug"]
    if draft.restored:
        yield str(draft.id)


def _question(
    batch: Batch, model: type[Record], drafts: Iterable[Draft]
) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
    """The question for the stored records that the drafts name."""
    parsed = [addresses.parse(reference) for reference in {draft.reference or "" for draft in drafts}]
    ids = [address.id for address in parsed if address.id is not None]
    refs = [address.ref for address in parsed if address.ref is not None]
    slugs = [address.slug for address in parsed if address.slug is not None]
    return _stored(model, visibility.nameless(batch.caller)), {"ids": ids, "refs": refs, "slugs": slugs}


async def _point(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft], rows: Iterable[Row[Any]]
) -> list[dict[str, str]]:
    """Give the drafts the ids and values of the stored records that they name; returns an error for each other one."""
    stored: dict[str, tuple[UUID, dict[str, Any]]] = {}
    for row in rows:
        # An export means the very record that it names, everybody else what that was merged into.
        id_: UUID = row.id if batch.from_export else row.root
        values: dict[str, Any] = dict(zip(row._fields[3:], row[3:], strict=True))
        names = (str(row.id), row.ref and f"ref:{row.ref}", values.get("slug"))
        stored |= dict.fromkeys(filter(None, names), (id_, values))
    addresses_not_there = (addresses.parse(draft.reference or "") for draft in drafts if draft.reference not in stored)
    refs = {address.ref for address in addresses_not_there if address.ref is not None}
    lost_rows = await ask(session, *gone.losses(model, refs)) if refs else ()
    deleted = await gone.lost_refs(session, batch.caller, model, lost_rows)
    errors = []
    for draft in drafts:
        reference = draft.reference or ""
        if reference in stored and (batch.from_export or not stored[reference][1]["redacted"]):
            draft.id, draft.values = stored[reference]
            draft.outcome = "matched"
        elif batch.dry:
            draft.outcome = "gone"
        elif (ref := addresses.parse(reference).ref) in deleted:
            raise deleted[ref].at(draft.pointer)
        elif reference in stored:
            raise gone.redacted([draft.pointer])
        else:
            detail = f"there is no {model.__tablename__.replace('_', ' ')} {draft.reference}"
            errors.append({"pointer": draft.pointer, "detail": detail})
    return errors


# What of a stored record other drafts of the body may need to know, where its table has it.
_NEEDED: Final = (
    "redacted", "event_id", "document_id", "slug", "answer", "measure", "unit", "name", "kind", "disclosure",
    "occurred",
)  # fmt: skip


@cache
def _stored(model: type[Record], caller: Caller) -> Select[*tuple[Any, ...]]:
    """Select the records with these ids, refs or, of events, slugs; `root` and `event_root` are after merges."""
    table = table_of(model)
    columns = [table.c.id, table.c.ref, root_of(table, caller).label("root")]  # first: they are no values of a draft
    columns += [table.c[name] for name in _NEEDED if name in table.c]
    if "text" in table.c and "merged_into" in table.c:  # of one that was merged, it is not its target's
        columns.append(case((table.c.merged_into.is_(None), table.c.text)).label("text"))
    if "event_id" in table.c or "slug" in table.c:
        columns.append(event_root_of(table, caller).label("event_root"))
    named = [
        table.c.ref == any_(bindparam("refs", None, ARRAY(Text()))),
        table.c.id == any_(bindparam("ids", None, ARRAY(Uuid()))),
    ]
    if "slug" in table.c:
        named.append(table.c.slug == any_(bindparam("slugs", None, ARRAY(Text()))))
    return _there(select(*columns).where(or_(*named)), model, caller)


def _there(query: Select[Any], model: type[Record], caller: Caller) -> Select[Any]:
    """Of these rows of one table those that are there for the caller; of one ref, the first comes last."""
    columns = table_of(model).c
    return unseen.selecting(query.order_by(columns.shadow.desc()) if "shadow" in columns else query, caller, model)


def bearing_refs(model: type[Record], caller: Caller) -> Select[*tuple[Any, ...]]:
    """Select the records that bear `refs`; `root`, `event_root` and `slug` are after merges."""
    return _bearing_refs(model, visibility.nameless(caller))


@cache
def _bearing_refs(model: type[Record], caller: Caller) -> Select[*tuple[Any, ...]]:
    table = table_of(model)
    columns = [table.c.ref, table.c.id, root_of(table, caller).label("root")]
    if "event_id" in table.c:
        columns += [table.c.event_id, event_root_of(table, caller).label("event_root")]
    if "slug" in table.c:
        stays = table.alias()
        columns.append(select(stays.c.slug).where(stays.c.id == root_of(table, caller)).scalar_subquery().label("slug"))
    return _there(select(*columns).where(table.c.ref == any_(bindparam("refs", None, ARRAY(Text())))), model, caller)


def root_of(table: Table, caller: Caller) -> ColumnElement[UUID]:
    """The id of the record that a row became after merges; of what became part of a hidden event, that is not told."""
    if "merged_into" not in table.c:
        return table.c.id
    merged_root = visibility.merge_root(table.name, table.c.id)
    if "visibility" in table.c and not caller.may("read"):
        merged_root = case((func.is_public(merged_root), merged_root), else_=table.c.id)
    return case((table.c.merged_into.is_(None), table.c.id), else_=merged_root)


def event_root_of(table: Table, caller: Caller) -> ColumnElement[UUID]:
    """The event of a row after merges; of an event itself, what it became."""
    if "event_id" not in table.c:
        return root_of(table, caller)
    event = table_of(Event).alias("e")
    merged_root: ColumnElement[UUID] = func.event_root(event.c.id)
    if not caller.may("read"):
        merged_root = case((func.is_public(merged_root), merged_root), else_=event.c.id)
    root = case((event.c.merged_into.is_(None), event.c.id), else_=merged_root)
    return select(root).where(event.c.id == table.c.event_id).scalar_subquery()


# --- what comes back from an export ----------------------------------------------------------------------------------

_DELETED: Final = text("SELECT record_id FROM change WHERE record_id = ANY (:ids) AND type = :type AND op = 'delete'")


async def by_id(session: AsyncSession, caller: Caller, model: type[Record], drafts: list[Draft]) -> list[Draft]:
    """Match the drafts whose id is stored; returns those that are new. Raises Gone, or Conflict for a ref."""
    if not drafts:
        return []
    table = table_of(model)
    ids = list({draft.id for draft in drafts})
    stored = set(await session.scalars(select(table.c.id).where(table.c.id == any_(literal(ids, ARRAY(Uuid()))))))
    await _check_deleted(session, model, [draft for draft in drafts if draft.id not in stored])
    first_by_id: dict[UUID, Draft] = {}
    for draft in drafts:
        earlier = first_by_id.setdefault(draft.id, draft)
        if draft.id in stored:
            draft.outcome = "matched"
        elif earlier is not draft:  # a line that comes twice
            draft.same_as, draft.outcome = earlier, "matched"
            earlier.values = draft.values | earlier.values
            earlier.points_at = draft.points_at | earlier.points_at
    new = [draft for draft in first_by_id.values() if draft.id not in stored]
    await _check_refs(session, caller, model, new)
    return new


async def _check_deleted(session: AsyncSession, model: type[Record], drafts: Iterable[Draft]) -> None:
    """What was deleted or redacted here does not come back with an export of before."""
    ids = [draft.id for draft in drafts]
    rows = await ask(session, _DELETED, {"ids": ids, "type": model.__tablename__}) if ids else []
    deleted = {row.record_id for row in rows}
    for draft in drafts:
        if draft.id in deleted:
            detail = "the record with this id was deleted; it is not made again"
            errors = [{"pointer": f"{draft.pointer}/id", "detail": detail}]
            raise Gone("A record with this id was deleted.", errors=errors)


async def _check_refs(session: AsyncSession, caller: Caller, model: type[Record], new: Iterable[Draft]) -> None:
    refs = [draft.value("ref") for draft in new if draft.value("ref")]
    if not refs:
        return
    table = table_of(model)
    columns = [table.c[name] for name in ("id", "ref", "shadow") if name in table.c]
    query = select(*columns).where(table.c.ref == any_(literal(refs, ARRAY(Text()))))
    rows = (await session.execute(query)).mappings()
    bearers = {(row["ref"], row.get("shadow", 0)): row["id"] for row in rows}
    for draft in new:
        if (bearer := bearers.get((draft.value("ref"), draft.value("shadow") or 0))) is not None:
            clash = Conflict(
                "Another record bears this ref.",
                errors=[{"pointer": f"{draft.pointer}/ref", "detail": "a record with another id bears it"}],
                url=kinds.url(model, bearer),
            )
            clash.bearer = (model, bearer)
            await unseen.refuse(session, caller, [clash])


# --- one ref for two ------------------------------------------------------------------------------------------------

# What makes a record this one, in the columns that stand under the name that a body gives them.
_TELLING: Final[dict[type[Record], tuple[str, ...]]] = {
    Claim: ("question_id", "text", "qualifier", "min", "max"),
    Statement: ("claim_id", "question_id", "source_id", "stance", "explicitness"),
    Question: ("measure", "subject", "unit", "text"),
    Document: ("page_key",),
}
# Of these only whether it is told: a claim is words, or a figure.
_TOLD_OR_NOT: Final[dict[type[Record], tuple[str, ...]]] = {Claim: ("text",)}
_TEXTS: Final = ("text", "subject")


def clashes(draft: Draft, earlier: Draft) -> Iterator[Invalid]:
    """What two drafts of one ref say that can't be said of one record; expects that what they point at is matched.

    Only within one body: of lines the later one is told what was not taken, as if the earlier had been there.
    """
    pointer = f"{draft.pointer}/ref"
    if "event_id" in table_of(draft.model).c and event_of(earlier) != event_of(draft):
        yield Invalid.at(pointer, f"{earlier.pointer} bears it, in another event")
    elif draft.line == earlier.line and _are_two(draft, earlier):
        words = kinds.kind_of(draft.model).words
        yield Invalid.at(pointer, f"{earlier.pointer} bears it, and is another {words}: each needs a ref of its own")


def _are_two(draft: Draft, earlier: Draft) -> bool:
    if any((draft.value(name) is None) != (earlier.value(name) is None) for name in _TOLD_OR_NOT.get(draft.model, ())):
        return True
    return any(
        _compared(name, draft) != _compared(name, earlier)
        for name in _TELLING.get(draft.model, ())
        if draft.value(name) is not None and earlier.value(name) is not None
    )


def _compared(name: str, draft: Draft) -> Any:
    value = draft.value(name)
    return folding.whole(value) if name in _TEXTS else value


# --- readable addresses of events ------------------------------------------------------------------------------------

_SLUG_NUMBER_CHARACTERS: Final = 8  # kept free of the title, for what tells namesakes apart
_SLUG_BYTES: Final = 3  # of what tells a restricted one apart
_TAKEN_SLUGS: Final = text("SELECT slug FROM event WHERE slug LIKE ANY (:patterns)")


def slug_of(title: str) -> str:
    """The title in small Latin letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9]+", "-", anyascii(title).lower()).strip("-")
    return words[: SLUG_CHARACTERS - _SLUG_NUMBER_CHARACTERS].strip("-") or "event"


async def name_events(session: AsyncSession, new: Sequence[Draft]) -> None:
    """Give new events that bring no slug one made of their title. Raises Invalid for one without a title.

    That of a restricted event can't be guessed: the next event of its title is then not numbered because of it.
    """
    for draft in new:
        if draft.value("title") is None:
            raise Invalid.at(f"{draft.pointer}/title", "no event has this ref or slug, and a new one needs a title")
    for draft in new:
        if not draft.value("slug") and draft.value("visibility") == "restricted":
            draft.values["slug"] = f"{slug_of(draft.values['title'])}-{secrets.token_hex(_SLUG_BYTES)}"
    unnamed = [draft for draft in new if not draft.value("slug")]
    slugs = {draft.values["slug"] for draft in new if draft.value("slug")}
    if stems := {slug_of(draft.values["title"]) for draft in unnamed}:
        slugs |= {row.slug for row in await ask(session, _TAKEN_SLUGS, {"patterns": [f"{stem}%" for stem in stems]})}
    for draft in unnamed:
        draft.values["slug"] = slug = _free(slug_of(draft.values["title"]), slugs)
        slugs.add(slug)


def _free(stem: str, slugs: set[str]) -> str:
    if stem not in slugs:
        return stem
    number = 2
    while f"{stem}-{number}" in slugs:
        number += 1
    return f"{stem}-{number}"
