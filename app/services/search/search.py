"""Full text search: what is asked, which records fit, and a page of the best of them.

The words of every record are in `search_entry`; who may see which is asked of `visibility.seen` as everywhere.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    Subquery,
    TextClause,
    Uuid,
    any_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Appearance, Claim, Document, DocumentVersion, Event, Record, SearchEntry, table_of
from app.schemas.kinds import KINDS
from app.schemas.search import SearchQuery
from app.services import paging
from app.services.access import Caller
from app.services.lists import existing, narrowing
from app.services.paging import Listing, Slice
from app.services.search import results, sampling
from app.services.visibility import seen
from app.texts import languages

# What cites a document in an event: the columns that name one.
_CITING: Final = [(kind.model, name) for kind in KINDS if kind.in_event for name in kind.pointers_to(Document)]
MAX_TERMS: Final = 32
_RANKED: Final = 20_000  # entries: where more fit, the best of the latest texts are found
_LATEST: Final = 10_000  # texts that are then looked through, as many of each kind
# Where the parts of each kind of record have their ids, which grow with time.
_PARTS: Final[dict[str, list[type[Record]]]] = {
    "event": [Event],
    "claim": [Claim],
    "statement": [Appearance],
    "document": [Document, DocumentVersion],
}
# Longer texts weigh less (1); between 0 and 1 (32).
_RANK_NORMALISATION: Final = 1 | 32

_TERM: Final = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
# With about how many entries fit, where there are many.
_QUERY: Final[TextClause] = text("""
WITH size AS (SELECT pg_relation_size('search_entry') / current_setting('block_size')::int AS pages)
SELECT matching, ranking, CASE WHEN pages > :few_pages THEN pages / CAST(:pages AS float) * (
    SELECT count(*) FROM search_entry TABLESAMPLE SYSTEM (CAST(:pages AS float) * 100 / (SELECT pages FROM size))
    REPEATABLE (1) WHERE vector @@ (SELECT CAST(matching AS tsquery))) ELSE 0 END AS fitting
FROM size CROSS JOIN search_query(:language, CAST(:groups AS jsonb))""")
# Words are looked for in texts of every language. What is a stop word in one may be found in another, or nowhere.
_LEAVING_OUT: Final[TextClause] = text("""
SELECT CAST(config AS text) FROM search_configs(NULL) config
WHERE NOT EXISTS (
    SELECT FROM jsonb_array_elements(CAST(:groups AS jsonb)) AS g(terms)
    CROSS JOIN jsonb_array_elements(terms) AS t(term)
    WHERE NOT (term->>'unwanted')::boolean AND search_phrase(config, term->>'words') IS NOT NULL)
ORDER BY 1""")


@dataclass(frozen=True, slots=True)
class TextQuery:
    """The two tsqueries of a search: what fits, and by what it is ranked; and whether very many entries fit."""

    matching: str
    ranking: str
    is_common: bool = False


def groups(words: str, parameter: str = "q") -> list[list[dict[str, Any]]]:
    """Read a query: alternatives, each of terms that must all fit. Raises Invalid for too many."""
    alternatives: list[list[dict[str, Any]]] = [[]]
    for term in _TERM.finditer(words):
        phrase = term["word"] if term["phrase"] is None else term["phrase"]
        if term["word"] is not None and not term["no"] and phrase.lower() == "or":
            alternatives.append([])
        else:
            alternatives[-1].append({"words": phrase, "unwanted": bool(term["no"])})
    if sum(map(len, alternatives)) > MAX_TERMS:
        raise Invalid.parameter(parameter, f"it has more than {MAX_TERMS} words")
    return [group for group in alternatives if group]


async def page(session: AsyncSession, caller: Caller, query: SearchQuery) -> tuple[Slice, bool]:
    """The records that fit, the best first; and whether only the latest texts were looked through.

    Raises Invalid where nothing can be looked for, and BadCursor.
    """
    text_query = await _text_query(session, query.language, groups(query.q))
    if text_query is None:
        raise Invalid.parameter("q", "there is nothing to look for: only signs, stop words and excluded words")
    event_ids = (await existing.find(session, caller, query)).get("event")
    latest = text_query.is_common and not (query.event or query.count or query.facets)
    entries = _entries(caller, query, text_query, event_ids, latest=latest)
    best = _visible(caller, query, entries)
    slice_ = await paging.page(session, Listing(best), {"rank": "rank"}, query.model_copy(update={"facets": None}))
    if not slice_.rows and query.cursor is None and (left_out := await _left_out(session, groups(query.q))):
        raise Invalid.parameter(
            "q", f"nothing has these words, which are left out of every search of {left_out} texts: give others, too"
        )
    if query.facets is not None:
        slice_ = replace(slice_, facets=await _facets(session, caller, query, entries))
    parts = _entries(caller, query, text_query, event_ids, [row["id"] for row in slice_.rows])
    return replace(slice_, rows=await results.hits(session, caller, slice_.rows, parts, text_query.ranking)), latest


async def claims(session: AsyncSession, caller: Caller, words: str) -> Subquery | None:
    """The claims whose words fit, by `id` (after merges), each with its `rank`; None: there is nothing to look for.

    Raises Invalid, for a parameter `query`.
    """
    text_query = await _text_query(session, None, groups(words, "query"))
    query = SearchQuery.model_construct(q=words, type="claim")
    return None if text_query is None else _visible(caller, query, _entries(caller, query, text_query)).subquery()


async def _text_query(
    session: AsyncSession, language: str | None, terms: list[list[dict[str, Any]]]
) -> TextQuery | None:
    # Several languages, and one with several codes, have words in several forms: they are looked for in all forms.
    one_code = language if language is not None and len(languages.codes_of(language)) == 1 else None
    parameters = {"language": one_code, "groups": json.dumps(terms, ensure_ascii=False), **sampling.PAGES}
    row = (await session.execute(_QUERY, parameters)).one()
    return None if row.matching is None else TextQuery(row.matching, row.ranking, row.fitting > _RANKED)


async def _left_out(session: AsyncSession, terms: list[list[dict[str, Any]]]) -> str:
    """The languages in which all words that are looked for are stop words: `english`; empty where there is none."""
    rows = await session.execute(_LEAVING_OUT, {"groups": json.dumps(terms, ensure_ascii=False)})
    return ", ".join(rows.scalars())


# --- what fits -------------------------------------------------------------------------------------------------------


def _types(query: SearchQuery) -> set[str]:
    return set(query.type.split(",")) if query.type else set(results.SELECTED)


def _entries(
    caller: Caller,
    query: SearchQuery,
    text_query: TextQuery,
    event_ids: Sequence[UUID] | None = None,
    ids: Sequence[UUID] | None = None,
    *,
    latest: bool = False,
) -> Subquery:
    """Every part that fits, under the id of what it leads to: of these `ids`, of these events, or among the `latest`.

    Of a visible event, or a document. Whether a document is public is a question of its own, asked of few: see
    `_visible`. Here only of what was merged. The fence (OFFSET 0) has what fits ranked before it is sorted: sorted are
    numbers, not vectors.
    """
    types = _types(query)
    entry, event = _looked_through(types, event_ids, ids, latest=latest), seen(caller, Event)
    root = case((event.c.merged_into.is_(None), event.c.id), else_=func.event_root(event.c.id))
    rank = func.ts_rank(entry.c.vector, sampling.tsquery(text_query.ranking), _RANK_NORMALISATION)
    fitting = (
        select(
            entry.c.type,
            # Other kinds' entries have the id after merges; into what an event was merged not every caller may know.
            case((entry.c.type == "event", root), else_=entry.c.id).label("id"),
            entry.c.part,
            entry.c.language,
            *([] if ids is None else [entry.c.vector]),
            cast(func.round(rank * results.RANK_STEPS), Integer).label("rank"),
        )
        .select_from(entry.outerjoin(event, event.c.id == entry.c.event_id))
        .where(
            entry.c.vector.op("@@")(sampling.tsquery(text_query.matching)),
            or_(entry.c.type == "document", event.c.id.is_not(None)),
        )
    )
    if query.type:
        fitting = fitting.where(entry.c.type.in_(types))
    if not caller.may("read") and "document" in types:
        fitting = fitting.where(
            or_(entry.c.owner == entry.c.id, entry.c.type != "document", _is_seen(caller, entry.c.owner))
        )
    if query.language:
        fitting = fitting.where(entry.c.language.in_(languages.codes_of(query.language)))
    return fitting.offset(0).subquery()


def _looked_through(
    types: set[str], event_ids: Sequence[UUID] | None, ids: Sequence[UUID] | None, *, latest: bool
) -> FromClause:
    """The entries among which those that fit are looked for: all, by their words, or the few that are told otherwise.

    These are fenced (OFFSET 0) and found by arrays, so that no plan reads all that have the words, or the whole table.
    """
    entry = table_of(SearchEntry)
    rows: Select[Any] | CompoundSelect[Any]
    if ids is not None:
        given_ids = func.unnest(cast(literal(list(ids)), ARRAY(Uuid())))
        kin = select(given_ids).union_all(select(func.event_kin(given_ids)))
        rows = select(entry).where(entry.c.id == any_(narrowing.as_array(kin)))
    elif event_ids is not None:
        rows = _of_events(event_ids, types)
    elif latest:
        rows = select(entry).where(
            entry.c.part == any_(narrowing.as_array(_latest_parts(types))), entry.c.type.in_(types)
        )
    else:
        return entry
    return rows.offset(0).subquery()


def _latest_parts(types: set[str]) -> CompoundSelect[Any]:
    """The ids of the latest parts of each kind, as many of each."""
    models = [table_of(model) for type_ in sorted(types) for model in _PARTS[type_]]
    parts = _LATEST // len(models)
    return union_all(
        *(select(select(model.c.id).order_by(model.c.id.desc()).limit(parts).subquery()) for model in models)
    )


def _of_events(event_ids: Sequence[UUID], types: set[str]) -> Select[Any] | CompoundSelect[Any]:
    """The entries of what belongs to the events, and of the documents that they cite."""
    entry = table_of(SearchEntry)
    ids = any_(literal(event_ids, ARRAY(Uuid())))
    inside = select(entry).where(entry.c.event_id == ids)
    if "document" not in types:
        return inside
    citing = [(table_of(model), name) for model, name in _CITING]
    cited = union_all(
        *(select(table.c[name].label("id")).where(table.c.event_id == ids) for table, name in citing)
    ).subquery()
    roots = select(func.document_root(cited.c.id))
    return inside.union_all(
        select(entry).where(entry.c.id == any_(narrowing.as_array(roots)), entry.c.type == "document")
    )


def _visible(caller: Caller, query: SearchQuery, entries: Subquery) -> Select[*tuple[Any, ...]]:
    """Each record once, by its best part.

    The order is made first (another fence keeps it so): then whether a document is public is only asked of those
    that make the page.
    """
    best = select(entries.c.type, entries.c.id, func.max(entries.c.rank).label("rank")).group_by(
        entries.c.type, entries.c.id
    )
    if caller.may("read") or "document" not in _types(query):
        return best
    rows = best.order_by(func.max(entries.c.rank).desc(), entries.c.id.desc()).offset(0).subquery()
    return select(rows).where(or_(rows.c.type != "document", _is_seen(caller, rows.c.id)))


def _is_seen(caller: Caller, id_: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask it of one document (fenced: not of all of them at once)."""
    document = seen(caller, Document)
    return exists(select(document.c.id).where(document.c.id == id_).offset(0))


async def _facets(
    session: AsyncSession, caller: Caller, query: SearchQuery, entries: Subquery
) -> dict[str, dict[str, int]]:
    """Count the records that fit; by language those that fit with words in it."""
    visible = _visible(caller, query, entries).subquery()
    fitting = entries.join(visible, (visible.c.type == entries.c.type) & (visible.c.id == entries.c.id))
    names = list(dict.fromkeys((query.facets or "").split(",")))
    counts = [
        select(
            literal(name).label("facet"), entries.c[name].label("word"), func.count(distinct(entries.c.id)).label("n")
        )
        .select_from(fitting)
        .group_by(entries.c[name])
        for name in names
    ]
    facets: dict[str, dict[str, int]] = {name: {} for name in names}
    for facet, word, count in await session.execute(union_all(*counts).order_by(text("n DESC, word"))):
        facets[facet][word] = count
    return facets
