"""What a page of a search tells of each record: what it is, whose it is, and where the words stand."""

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
    Record,
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

Told = dict[str, Any]
# A rank is a whole number in the database, for cursors, and a part of one outside.
WHOLE: Final = 1_000_000
_EXCERPT: Final = 400  # characters of a field
_WORDS: Final = sql_table(
    "search_words", *(sql_column(name) for name in ("type", "part", "nth", "field", "weight", "language", "words"))
)
_MODELS: Final[dict[str, type[Record]]] = {"event": Event, "claim": Claim, "statement": Statement, "document": Document}


async def told(
    session: AsyncSession, caller: Caller, rows: Sequence[Mapping[Any, Any]], entries: Subquery, ranking: str
) -> list[Told]:
    """The rows (type, id, rank) of a page as fields of a Hit; `entries` are the parts that fit, with their vectors."""
    about: dict[tuple[str, UUID], Told] = {}
    for type_, model in _MODELS.items():
        if ids := [row["id"] for row in rows if row["type"] == type_]:
            for one in (await session.execute(_ABOUT[model](caller, ids))).mappings():
                about[type_, one["id"]] = {"highlights": [], "language": None} | _titled(one)
    await _name_sources(session, caller, list(about.values()))
    if about:
        await _mark(session, about, entries, ranking)
    return [
        about[row["type"], row["id"]]
        | {"type": row["type"], "url": kinds.url(_MODELS[row["type"]], row["id"]), "rank": row["rank"] / WHOLE}
        for row in rows
    ]


def _titled(row: RowMapping) -> Told:
    """A claim that is a figure has no text of its own."""
    figure = row.get("qualifier")
    return {**row, "title": figure_words(figure, row["min"], row["max"])} if figure else dict(row)


# --- what it is ------------------------------------------------------------------------------------------------------


def _events(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    of = seen(caller, Event)
    return select(of.c.id, of.c.id.label("event_id"), of.c.title).where(of.c.id.in_(ids))


def _claims(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    of = seen(caller, Claim)
    figure = (of.c.qualifier, of.c.min, of.c.max)
    return select(
        of.c.id, of.c.event_id, of.c.id.label("claim_id"), of.c.question_id, of.c.text.label("title"), *figure
    ).where(of.c.id.in_(ids))


def _statements(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    of, claim, question = seen(caller, Statement), seen(caller, Claim), seen(caller, Question)
    title = func.coalesce(claim.c.text, question.c.text).label("title")
    said = (of.c.claim_id, of.c.question_id, of.c.source_id, of.c.stance)
    figure = (claim.c.qualifier, claim.c.min, claim.c.max)
    return (
        select(of.c.id, of.c.event_id, title, *said, *figure)
        .select_from(
            of.outerjoin(claim, claim.c.id == of.c.claim_id).outerjoin(question, question.c.id == of.c.question_id)
        )
        .where(of.c.id.in_(ids))
    )


def _documents(caller: Caller, ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    of = seen(caller, Document)
    own = (of.c.id, null().label("event_id"), of.c.title, of.c.id.label("document_id"))
    return select(*own, of.c.publisher_id.label("source_id")).where(of.c.id.in_(ids))


_ABOUT: Final[dict[type[Record], Callable[[Caller, list[UUID]], Select[*tuple[Any, ...]]]]] = {
    Event: _events,
    Claim: _claims,
    Statement: _statements,
    Document: _documents,
}


async def _name_sources(session: AsyncSession, caller: Caller, about: list[Told]) -> None:
    ids = {one["source_id"] for one in about if one.get("source_id")}
    if not ids:
        return
    of = seen(caller, Source)
    query = select(of.c.id, of.c.name, of.c.kind, of.c.disclosure).where(of.c.id.in_(ids))
    known = {row["id"]: row for row in (await session.execute(query)).mappings()}
    for one in about:
        one["source"] = known.get(one.get("source_id"))


# --- where the words stand -------------------------------------------------------------------------------------------


async def _mark(session: AsyncSession, about: dict[tuple[str, UUID], Told], entries: Subquery, ranking: str) -> None:
    """Say of each record which part of it fits, and show the words there."""
    wanted = highlights.lexemes(ranking)
    rows = (await session.execute(_excerpts(entries, wanted))).mappings().all()
    ranges = await highlights.ranges(session, [(row["language"], row["excerpt"]) for row in rows], wanted)
    for row, marked in zip(rows, ranges, strict=True):
        one = about[row["type"], row["id"]]
        one["language"] = one["language"] or (row["base"] if row["base"] != "und" else None)
        if row["type"] == "statement":
            one |= {"appearance_id": row["part"], "document_id": row["document_id"]}
        if row["version_id"] is not None:
            one["version_id"] = row["version_id"]
        if marked:
            excerpt, start, within = highlights.trimmed(row["excerpt"], row["start"], row["size"], marked)
            shown = {"field": row["field"], "language": row["language"], "text": excerpt, "start": start}
            one["highlights"].append(shown | {"ranges": within})


def _excerpts(entries: Subquery, wanted: Lexemes) -> Select[*tuple[Any, ...]]:
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
    shown_part = func.search_excerpt(
        best.c.vector, words.c.weight, words.c.words, literal(wanted.whole), literal(wanted.beginnings), _EXCERPT
    ).table_valued("start", "excerpt")
    excerpt = shown_part.lateral()
    own: ColumnElement[bool] = (
        func.lower(func.split_part(func.coalesce(words.c.language, "und"), "-", 1)) == best.c.language
    )
    columns = [best.c[name] for name in ("type", "id", "part", "version_id", "document_id")]
    shown = (
        words.c.field,
        words.c.language,
        func.length(words.c.words).label("size"),
        excerpt.c.start,
        excerpt.c.excerpt,
    )
    return (
        select(*columns, best.c.language.label("base"), *shown)
        .select_from(best.join(words, own).join(excerpt, true()))
        .where(words.c.words != "")
        .order_by(best.c.version_id.is_not(None), best.c.rank.desc(), words.c.nth, words.c.language)
    )
