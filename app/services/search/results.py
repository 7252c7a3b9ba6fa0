"""The hits of a page of a search: each record's title and source, and excerpts with the words marked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Subquery, func, literal, null, select, true
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import (
    Appearance,
    Claim,
    Document,
    DocumentVersion,
    Event,
    Question,
    Source,
    Statement,
    table_of,
)
from app.schemas import kinds
from app.schemas.claims import figure_words
from app.services.access import Caller
from app.services.search import highlights
from app.services.search.highlights import Lexemes
from app.services.visibility import seen

HitFields = dict[str, Any]
# A rank is a whole number in the database, for cursors, and a part of one outside.
RANK_STEPS: Final = 1_000_000
_EXCERPT_CHARACTERS: Final = 400
_WORDS: Final = sql_table(
    "search_words", *(sql_column(name) for name in ("type", "part", "nth", "field", "weight", "language", "words"))
)


async def hits(
    session: AsyncSession, caller: Caller, rows: Sequence[Mapping[Any, Any]], entries: Subquery, ranking: str
) -> list[HitFields]:
    """The rows (type, id, rank) of a page as fields of a Hit; `entries` are the parts that fit, with their vectors."""
    fields_by_key: dict[tuple[str, UUID], HitFields] = {}
    for type_, selected in SELECTED.items():
        if ids := [row["id"] for row in rows if row["type"] == type_]:
            for record in (await session.execute(selected(caller, ids))).mappings():
                fields_by_key[type_, record["id"]] = {"highlights": [], "language": None} | _titled(record)
    await _name_sources(session, caller, list(fields_by_key.values()))
    await _name_events(session, caller, list(fields_by_key.values()))
    if fields_by_key:
        await _mark(session, fields_by_key, entries, ranking)
    return [
        fields_by_key[row["type"], row["id"]]
        | {
            "type": row["type"],
            "url": kinds.url(kinds.named(row["type"]).model, row["id"]),
            "rank": row["rank"] / RANK_STEPS,
        }
        for row in rows
    ]


def _titled(row: RowMapping) -> HitFields:
    """A claim that is a figure has no text of its own."""
    figure = row.get("qualifier")
    return {**row, "title": figure_words(figure, row["min"], row["max"])} if figure else dict(row)


# --- what it is ------------------------------------------------------------------------------------------------------


def _events(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    event = seen(caller, Event)
    return select(event.c.id, event.c.id.label("event_id"), event.c.title).where(event.c.id.in_(ids))


def _claims(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    claim = seen(caller, Claim)
    figure = (claim.c.qualifier, claim.c.min, claim.c.max)
    return select(
        claim.c.id,
        claim.c.event_id,
        claim.c.id.label("claim_id"),
        claim.c.question_id,
        claim.c.text.label("title"),
        *figure,
    ).where(claim.c.id.in_(ids))


def _statements(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    statement, claim, question = seen(caller, Statement), seen(caller, Claim), seen(caller, Question)
    title = func.coalesce(claim.c.text, question.c.text).label("title")
    said = (statement.c.claim_id, statement.c.question_id, statement.c.source_id, statement.c.stance)
    figure = (claim.c.qualifier, claim.c.min, claim.c.max)
    return (
        select(statement.c.id, statement.c.event_id, title, *said, *figure)
        .select_from(
            statement.outerjoin(claim, claim.c.id == statement.c.claim_id).outerjoin(
                question, question.c.id == statement.c.question_id
            )
        )
        .where(statement.c.id.in_(ids))
    )


def _documents(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    document = seen(caller, Document)
    columns = (document.c.id, null().label("event_id"), document.c.title, document.c.id.label("document_id"))
    return select(*columns, document.c.publisher_id.label("source_id")).where(document.c.id.in_(ids))


# The kinds that are searched, by type, each with what a hit shows of it.
SELECTED: Final[Mapping[str, Callable[[Caller, list[UUID]], Select[*tuple[Any, ...]]]]] = {
    "event": _events,
    "claim": _claims,
    "statement": _statements,
    "document": _documents,
}


async def _name_sources(session: AsyncSession, caller: Caller, fields_of_hits: list[HitFields]) -> None:
    ids = {fields["source_id"] for fields in fields_of_hits if fields.get("source_id")}
    if not ids:
        return
    source = seen(caller, Source)
    query = select(source.c.id, source.c.name, source.c.kind, source.c.disclosure).where(source.c.id.in_(ids))
    source_by_id = {row["id"]: row for row in (await session.execute(query)).mappings()}
    for fields in fields_of_hits:
        fields["source"] = source_by_id.get(fields.get("source_id"))


async def _name_events(session: AsyncSession, caller: Caller, fields_of_hits: list[HitFields]) -> None:
    ids = {fields["event_id"] for fields in fields_of_hits if fields["event_id"]}
    event = seen(caller, Event)
    query = select(event.c.id, event.c.slug, event.c.title).where(event.c.id.in_(ids))
    event_by_id = {row["id"]: row for row in (await session.execute(query)).mappings()} if ids else {}
    for fields in fields_of_hits:
        fields["event"] = event_by_id.get(fields["event_id"])


# --- where the words stand -------------------------------------------------------------------------------------------


async def _mark(
    session: AsyncSession, fields_by_key: dict[tuple[str, UUID], HitFields], entries: Subquery, ranking: str
) -> None:
    """Say of each record which part of it fits, and show the words there."""
    lexemes = highlights.lexemes(ranking)
    rows = (await session.execute(_excerpts(entries, lexemes))).mappings().all()
    ranges = await highlights.ranges(session, [(row["language"], row["excerpt"]) for row in rows], lexemes)
    for row, marked in zip(rows, ranges, strict=True):
        fields = fields_by_key[row["type"], row["id"]]
        fields["language"] = fields["language"] or (row["base"] if row["base"] != "und" else None)
        # A statement's parts are its appearances, a document's are itself and its versions.
        if row["type"] == "statement":
            fields |= {"appearance_id": row["part"], "document_id": row["document_id"]}
        if row["version_id"] is not None:
            fields["version_id"] = row["version_id"]
        if marked:
            excerpt, start, within = highlights.trimmed(row["excerpt"], row["start"], row["size"], marked)
            part = {"field": row["field"], "language": row["language"], "text": excerpt, "start": start}
            fields["highlights"].append(part | {"ranges": within})


def _excerpts(entries: Subquery, lexemes: Lexemes) -> Select[*tuple[Any, ...]]:
    """Select the fields of the best part of each record; of a document those of its own and of its latest version."""
    version, appearance = table_of(DocumentVersion), table_of(Appearance)
    best = (
        select(
            entries,
            version.c.id.label("version_id"),
            appearance.c.document_id,
        )
        .select_from(
            entries.outerjoin(version, (version.c.id == entries.c.part) & (entries.c.type == "document")).outerjoin(
                appearance, (appearance.c.id == entries.c.part) & (entries.c.type == "statement")
            )
        )
        .ext(distinct_on(entries.c.type, entries.c.id, version.c.id.is_(None)))
        .order_by(
            entries.c.type,
            entries.c.id,
            version.c.id.is_(None),
            version.c.retrieved_at.desc(),
            entries.c.rank.desc(),
            entries.c.part,
        )
        .subquery()
    )
    # The fence (OFFSET 0) has the parts looked up one by one, not the words of all records read.
    words = select(_WORDS).where(_WORDS.c.type == best.c.type, _WORDS.c.part == best.c.part).offset(0).lateral()
    excerpt_function = func.search_excerpt(
        best.c.vector,
        words.c.weight,
        words.c.words,
        literal(lexemes.whole),
        literal(lexemes.beginnings),
        _EXCERPT_CHARACTERS,
    ).table_valued("start", "excerpt")
    excerpt = excerpt_function.lateral()
    same_language: ColumnElement[bool] = (
        func.lower(func.split_part(func.coalesce(words.c.language, "und"), "-", 1)) == best.c.language
    )
    columns = [best.c[name] for name in ("type", "id", "part", "version_id", "document_id")]
    shown_columns = (
        words.c.field,
        words.c.language,
        func.length(words.c.words).label("size"),
        excerpt.c.start,
        excerpt.c.excerpt,
    )
    return (
        select(*columns, best.c.language.label("base"), *shown_columns)
        .select_from(best.join(words, same_language).join(excerpt, true()))
        .where(words.c.words != "")
        .order_by(best.c.version_id.is_not(None), best.c.rank.desc(), words.c.nth, words.c.language)
    )
