"""Claims that say nearly the same: found by the words they share, then ranked by how alike they are.

For a body it is done before the body is stored: with a transaction of its own, and the comparing in a thread, so that
nothing of it happens under the ledger's lock.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.models import Claim, Event, SearchEntry, table_of
from app.schemas import addresses
from app.schemas.claims import ClaimCreate
from app.schemas.reports import ClaimPart, ReportCreate, ReportEvent, SimilarClaim
from app.schemas.search import SimilarQuery
from app.services import lists
from app.services.access import Caller
from app.services.visibility import seen
from app.texts import alike
from app.texts.alike import LOOKED_AT, SIMILAR, Folded

_CANDIDATES: Final = 200  # claims that are compared with one text
_NAMED: Final = 5  # similar claims that an answer names for each new one
_ANY: Final = text(
    "SELECT string_agg(quote_literal(lexeme), ' | ') FROM ("
    "SELECT search_lexemes(:language, :words) UNION SELECT search_lexemes('und', :words)) s(lexeme)"
)
# For each new claim the twenty that share its rarest words, among the latest 5,000 of the event; of words that so many
# have that 500 would not be enough, only the rarest.
_STORED: Final = text("""
WITH asked AS MATERIALIZED (
    SELECT nth, event, lexeme
    FROM jsonb_to_recordset(CAST(:new AS jsonb)) AS r(nth int, event int, language text, words text)
    CROSS JOIN LATERAL (SELECT search_lexemes(language, words) UNION SELECT search_lexemes('und', words)) l(lexeme)
), stored AS MATERIALIZED (
    SELECT k.event, s.id, s.owner, lexeme
    FROM jsonb_to_recordset(CAST(:kin AS jsonb)) AS k(event int, id uuid)
    CROSS JOIN LATERAL (
        SELECT id, owner, vector FROM search_entry e WHERE e.event_id = k.id AND e.type = 'claim'
        ORDER BY part DESC LIMIT 5000) s
    CROSS JOIN LATERAL unnest(tsvector_to_array(s.vector)) lexeme
    WHERE lexeme IN (SELECT lexeme FROM asked)
), rarity AS (
    SELECT event, lexeme, count(*) AS n FROM stored GROUP BY event, lexeme
), chosen AS (
    SELECT nth, event, lexeme, n FROM (
        SELECT *, sum(n) OVER w AS upto, row_number() OVER w AS place FROM asked JOIN rarity USING (event, lexeme)
        WINDOW w AS (PARTITION BY nth ORDER BY n, lexeme)) a
    WHERE upto <= 500 OR place = 1
), best AS (
    SELECT nth, id, owner, row_number() OVER (PARTITION BY nth ORDER BY sum(1.0 / n) DESC, owner) AS place
    FROM chosen JOIN stored USING (event, lexeme) GROUP BY nth, id, owner
)
SELECT nth, best.id, text, translations
FROM best CROSS JOIN LATERAL (SELECT text, translations FROM claim WHERE claim.id = owner OFFSET 0) c
WHERE place <= 20""")
_BESIDE: Final = 20  # other claims of a body that each of them is compared with
_ENOUGH: Final = 500
_THERE: Final = text("SELECT id FROM claim WHERE id = ANY (:ids)")


@dataclass(frozen=True, slots=True)
class Near:
    """A claim that is alike: stored, or another one of the same body, at `pointer`."""

    text: str
    score: float
    id: UUID | None = None
    pointer: str = ""


# What is near to each claim of a body, by its pointer.
Nearby = dict[str, list[Near]]


@dataclass(frozen=True, slots=True)
class _New:
    """A claim of a body, and the place of its event among those of the body."""

    pointer: str
    event: int
    text: str
    language: str | None


# --- one text --------------------------------------------------------------------------------------------------------


async def page(session: AsyncSession, caller: Caller, query: SimilarQuery) -> list[dict[str, Any]]:
    """The claims that are most like a text, as fields of `SimilarRead`."""
    words = await session.scalar(_ANY, {"language": query.language, "words": query.text[:LOOKED_AT]})
    rows = (await session.execute(_alike(caller, query, words or ""))).mappings().all()
    best = await asyncio.to_thread(_best, query.text, rows, query.limit)
    claims = seen(caller, Claim)
    found = select(claims).where(claims.c.id.in_([id_ for id_, _, _ in best]))
    whole = {row["id"]: row for row in (await session.execute(found)).mappings()}
    return [
        {"claim": whole[id_], "text": words, "score": score, "exact": score == 1.0}
        for id_, words, score in best
        if id_ in whole
    ]


def _best(words: str, rows: Iterable[Any], limit: int) -> list[tuple[UUID, str, float]]:
    """Each claim once, by its text or translation that is most like the words."""
    one = alike.folded(words)
    found: dict[UUID, tuple[UUID, str, float]] = {}
    for row in rows:
        for other in (row["text"], *row["translations"].values()):
            score = alike.likeness(one, alike.folded(other)) if isinstance(other, str) else 0.0
            if score > 0 and (row["id"] not in found or score > found[row["id"]][2]):
                found[row["id"]] = (row["id"], other, score)
    return sorted(found.values(), key=lambda one: (-one[2], one[0]))[:limit]


def _alike(caller: Caller, query: SimilarQuery, words: str) -> Select[*tuple[Any, ...]]:
    """Select the claims that have one of these words, those with the most of them first."""
    entry, claim, any_word = table_of(SearchEntry), seen(caller, Claim), cast(literal(words), TSQUERY)
    found = (
        select(entry.c.id, claim.c.text, claim.c.translations)
        .select_from(entry.join(claim, claim.c.id == entry.c.owner))
        .where(entry.c.type == "claim", entry.c.vector.op("@@")(any_word))
        .order_by(func.ts_rank(entry.c.vector, any_word, 1).desc(), entry.c.owner)
        .limit(_CANDIDATES)
    )
    if query.event:
        found = found.where(entry.c.event_id.in_(lists.events_at(caller, query.event)))
    if query.question:
        found = found.where(claim.c.question_id.in_(lists.questions_at(caller, query.question)))
    if query.language:
        found = found.where(entry.c.language.in_([query.language.partition("-")[0].lower(), "und"]))
    return found


# --- the claims of a body --------------------------------------------------------------------------------------------


async def before_claim(database: Database, caller: Caller, event: str, data: ClaimCreate) -> Nearby:
    """What is near to the claim of a core call, about the event at an address."""
    return await _before(database, caller, [event], _new([data], 0, ""))


async def before_report(database: Database, caller: Caller, data: ReportCreate) -> Nearby:
    """What is near to each claim of a report, about the same event."""
    new = [
        one for nth, event in enumerate(data.events) for one in _new(event.claims or (), nth, f"/events/{nth}/claims")
    ]
    return await _before(database, caller, [_address(event) for event in data.events], new)


def _new(claims: Sequence[ClaimCreate], event: int, at: str) -> list[_New]:
    """Those that are words, not figures."""
    return [
        _New(f"{at}/{nth}" if at else "", event, one.text, one.language)
        for nth, one in enumerate(claims)
        if one.text is not None
    ]


def _address(event: ReportEvent) -> str:
    return event.event or (f"ref:{event.ref}" if event.ref else event.slug or "")


async def _before(database: Database, caller: Caller, events: list[str], new: list[_New]) -> Nearby:
    if not new:
        return {}
    async with database.reading() as session:
        stored = await _stored(session, caller, events, new)
    return await asyncio.to_thread(_nearby, new, stored)


async def _stored(
    session: AsyncSession, caller: Caller, events: list[str], new: list[_New]
) -> dict[int, list[tuple[UUID, str]]]:
    """By the place of each new claim the stored ones that share words with it: two statements, however many."""
    kin = await _kin(session, caller, events)
    if not kin:
        return {}
    rows = [
        {"nth": nth, "event": one.event, "language": one.language, "words": one.text[:LOOKED_AT]}
        for nth, one in enumerate(new)
    ]
    found: dict[int, list[tuple[UUID, str]]] = defaultdict(list)
    for row in await session.execute(_STORED, {"new": json.dumps(rows), "kin": json.dumps(kin)}):
        texts = (row.text, *row.translations.values())
        found[row.nth] += [(row.id, other) for other in texts if isinstance(other, str)]
    return found


async def _kin(session: AsyncSession, caller: Caller, events: list[str]) -> list[dict[str, Any]]:
    """The events at these addresses and those merged with them, as far as the caller may see each of them."""
    named = [
        {"nth": nth, "id": address.id and str(address.id), "ref": address.ref or address.slug, "slug": address.slug}
        for nth, address in enumerate(map(addresses.parse, events))
    ]
    asked = (
        func.jsonb_to_recordset(literal(named, JSONB))
        .table_valued(column("nth", Integer), column("id", Uuid()), column("ref", Text), column("slug", Text))
        .render_derived(with_types=True)
    )
    event, one = seen(caller, Event), seen(caller, Event)
    here = or_(event.c.id == asked.c.id, event.c.ref == asked.c.ref, event.c.slug == asked.c.slug)
    kin = func.event_kin(event.c.id).table_valued("id").render_derived().lateral()
    query = select(asked.c.nth, one.c.id).select_from(
        asked.join(event, here).join(kin, true()).join(one, one.c.id == kin.c.id)
    )
    return [{"event": nth, "id": str(id_)} for nth, id_ in await session.execute(query)]


def _nearby(new: list[_New], stored: dict[int, list[tuple[UUID, str]]]) -> Nearby:
    """Those that are alike enough, stored or in the same body, the most alike first."""
    folds: dict[str, Folded] = {}

    def folded(words: str) -> Folded:
        if words not in folds:
            folds[words] = alike.folded(words)
        return folds[words]

    beside = _beside(new, [folded(one.text) for one in new])
    nearby: Nearby = {}
    for nth, one in enumerate(new):
        own = folded(one.text)
        found = [Near(other, alike.likeness(own, folded(other)), id=id_) for id_, other in stored.get(nth, ())]
        found += [
            Near(new[place].text, alike.likeness(own, folded(new[place].text)), pointer=new[place].pointer)
            for place in beside[nth]
        ]
        nearby[one.pointer] = sorted((near for near in found if near.score >= SIMILAR), key=lambda near: -near.score)
    return nearby


def _beside(new: list[_New], folds: list[Folded]) -> list[list[int]]:
    """For each claim those of the same event in the same body that share its rarest words."""
    having: dict[tuple[int, str], list[int]] = defaultdict(list)
    words = [set(fold.words.split()) for fold in folds]
    for nth, one in enumerate(new):
        for word in words[nth]:
            having[one.event, word].append(nth)
    beside = []
    for nth, one in enumerate(new):
        shared: Counter[int] = Counter()
        for others in sorted((having[one.event, word] for word in words[nth]), key=len):
            if shared.total() + len(others) > _ENOUGH and shared:
                break
            shared.update(others)
        del shared[nth]
        beside.append([other for other, _ in shared.most_common(_BESIDE)])
    return beside


async def still_there(session: AsyncSession, nearby: Nearby) -> Nearby:
    """The same without the claims that were deleted since."""
    ids = {near.id for found in nearby.values() for near in found if near.id}
    there = set(await session.scalars(_THERE, {"ids": list(ids)})) | {None}
    return {pointer: [near for near in found if near.id in there] for pointer, found in nearby.items()}


def name(answers: dict[str, ClaimPart], nearby: Nearby) -> None:
    """Name in the answer to a body what is near to each claim that was created: each once, and not itself."""
    for pointer, answer in answers.items():
        if answer.claim.outcome != "created":
            continue
        found: dict[UUID, SimilarClaim] = {}
        for near in nearby.get(pointer, ()):
            id_ = near.id or answers[near.pointer].claim.id
            if id_ is not None and id_ != answer.claim.id:
                found.setdefault(id_, SimilarClaim(id=id_, text=near.text, score=near.score))
        answer.similar = list(found.values())[:_NAMED]
