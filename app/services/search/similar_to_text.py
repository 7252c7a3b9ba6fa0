"""The stored claims that are most like a text: found by its rarest words, then ranked by how alike they are."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import ask
from app.models import Claim, SearchEntry, table_of
from app.schemas.search import SimilarQuery
from app.services.access import Caller
from app.services.lists import existing, narrowing
from app.services.lists.bound import Ids
from app.services.search import sampling
from app.services.visibility import seen
from app.texts import alike, languages
from app.texts.alike import COMPARED_CHARACTERS

_CANDIDATES: Final = 200  # claims that are compared with one text
_FEW: Final = 1_000  # claims that are enough to compare with: no more frequent word is looked for beside theirs
_MANY: Final = 10_000  # claims that are looked through at most
# The words of a text, and of these the rarest: a word that every second claim has leads to nothing that others don't.
# How rare they are is only asked where there are many claims; there a few pages of them tell it well enough.
_WORDS: Final = text("""
WITH size AS (SELECT pg_relation_size('search_entry') / current_setting('block_size')::int AS pages)
SELECT string_agg(word, ' | ') AS all_words,
    string_agg(word, ' | ') FILTER (WHERE upto <= :many) AS rare,
    string_agg(word, ' | ') FILTER (WHERE upto > :many AND upto - n < :few) AS common
FROM (
    SELECT quote_literal(lexeme) AS word, n, sum(n) OVER (ORDER BY n, lexeme) AS upto FROM (
        SELECT lexeme, coalesce((SELECT pages FROM size) / CAST(:pages AS float) * claims, 0) AS n
        FROM (
            SELECT DISTINCT search_lexemes(language, :words) AS lexeme
            FROM unnest(CAST(:languages AS text[])) l(language)) asked
        LEFT JOIN (
            SELECT lexeme, count(*) AS claims
            FROM search_entry TABLESAMPLE SYSTEM (
                (SELECT least(100, CAST(:pages AS float) * 100 / greatest(pages, 1)) FROM size)) REPEATABLE (1)
            CROSS JOIN unnest(tsvector_to_array(vector)) lexeme
            WHERE type = 'claim' AND (SELECT pages > :few_pages FROM size) GROUP BY lexeme) sampled
        USING (lexeme)) w) w""")


async def page(session: AsyncSession, caller: Caller, query: SimilarQuery) -> list[dict[str, Any]]:
    """The claims that are most like a text, the most alike first, as fields of `SimilarRead`."""
    ids = await existing.find(session, caller, query)
    tags = [*query.language.split(","), languages.UNDETERMINED] if query.language else [None, languages.UNDETERMINED]
    parameters = {
        "languages": tags,
        "words": query.text[:COMPARED_CHARACTERS],
        "few": _FEW,
        "many": _MANY,
        **sampling.PAGES,
    }
    words = (await ask(session, _WORDS, parameters))[0]
    sharing = _sharing_words(caller, query, ids, words)
    rows = (await session.execute(sharing)).mappings().all()
    best = await threads.run(_best, query.text, rows, query.limit)
    claims = seen(caller, Claim)
    selected = select(claims).where(claims.c.id.in_([id_ for id_, _, _ in best]))
    claims_by_id = {row["id"]: row for row in (await session.execute(selected)).mappings()}
    return [
        {"claim": claims_by_id[id_], "text": words, "score": score, "exact": score == 1.0}
        for id_, words, score in best
        if id_ in claims_by_id
    ]


def _best(words: str, rows: Iterable[Any], limit: int) -> list[tuple[UUID, str, float]]:
    """Each claim once: its id, the text or translation of it that is most like the words, and their likeness."""
    fold = alike.fold(words)
    best: dict[UUID, tuple[UUID, str, float]] = {}
    for row in rows:
        for translation in (row["text"], *row["translations"].values()):
            is_text = isinstance(translation, str)
            score = alike.likeness(fold, alike.fold(translation)) if is_text else 0.0
            if score > 0 and (row["id"] not in best or score > best[row["id"]][2]):
                best[row["id"]] = (row["id"], translation, score)
    return sorted(best.values(), key=lambda candidate: (-candidate[2], candidate[0]))[:limit]


def _sharing_words(caller: Caller, query: SimilarQuery, ids: Ids, words: Any) -> Select[*tuple[Any, ...]]:
    """Select the claims that have one of these words, those with the most of them first; of all claims: a rare one.

    Where hardly any has a rare one, some of those that have the next. The claims of an event or a question are few:
    none of their plans begins with all that have a word (OFFSET 0).
    """
    table, claim = table_of(SearchEntry), seen(caller, Claim)
    any_word, rare, common = map(sampling.tsquery, (words.all_words, words.rare, words.common))
    entries = select(table).where(table.c.type == "claim")
    if query.event:
        entry = entries.where(table.c.event_id == any_(_array(ids["event"]))).offset(0).subquery()
    elif query.question:
        answers = table_of(Claim)
        answer_ids = select(answers.c.id).where(answers.c.question_id == any_(_array(ids["question"])))
        entry = entries.where(table.c.part == any_(narrowing.as_array(answer_ids))).offset(0).subquery()
    else:
        has_rare, has_common = map(table.c.vector.bool_op("@@"), (rare, common))
        claims_with_common = entries.where(has_common, ~has_rare).limit(_MANY).subquery()
        entry = entries.where(has_rare).union_all(select(claims_with_common)).subquery()
    rank = func.ts_rank(entry.c.vector, any_word, 1).label("rank")
    best = select(entry.c.id, entry.c.owner, rank).where(entry.c.vector.op("@@")(any_word))
    if query.language:
        best = best.where(entry.c.language.in_([*languages.codes_of(query.language), "und"]))
    # The order is made first (OFFSET 0): of as many as are compared the claims themselves are read.
    ranked = best.order_by(rank.desc(), entry.c.owner).offset(0).subquery()
    claims = (
        select(ranked.c.id, claim.c.text, claim.c.translations)
        .select_from(ranked.join(claim, claim.c.id == ranked.c.owner))
        .order_by(ranked.c.rank.desc(), ranked.c.owner)
        .limit(_CANDIDATES)
    )
    if query.event and query.question:
        claims = claims.where(claim.c.question_id == any_(_array(ids["question"])))
    return claims


def _array(ids: Any) -> ColumnElement[Any]:
    return literal(ids, ARRAY(Uuid()))
