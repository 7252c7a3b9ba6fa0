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
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.models import Claim, Event, SearchEntry, table_of
from app.schemas.claims import ClaimCreate
from app.schemas.reports import ClaimPart, ReportCreate, ReportEvent, SimilarClaim
from app.schemas.search import SimilarQuery
from app.services import likeness, lists
from app.services.access import Caller
from app.services.likeness import SIMILAR, Folded
from app.services.references import as_uuid
from app.services.visibility import seen

_CANDIDATES: Final = 200  # claims that are compared with one text
_CANDIDATES_EACH: Final = 20  # with each of a body
_NAMED: Final = 5  # similar claims that an answer names for each new one
_LOOKED_AT: Final = 1000  # characters of a text whose words are looked for
_ANY: Final = text(
    "SELECT concat_ws(' | ', search_any(r->>'language', r->>'words'), search_any('und', r->>'words')) "
    "FROM jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY x(r, nth) ORDER BY nth"
)
_STAYED: Final = text("SELECT id FROM claim WHERE id = ANY (:ids)")


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
    (words,) = await _asked(session, [(query.language, query.text)])
    rows = (await session.execute(_alike(caller, query, words))).mappings().all()
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
    one = likeness.folded(words)
    found: dict[UUID, tuple[UUID, str, float]] = {}
    for row in rows:
        for other in (row["text"], *row["translations"].values()):
            score = likeness.likeness(one, likeness.folded(other)) if isinstance(other, str) else 0.0
            if score > 0 and (row["root"] not in found or score > found[row["root"]][2]):
                found[row["root"]] = (row["root"], other, score)
    return sorted(found.values(), key=lambda one: (-one[2], one[0]))[:limit]


def _alike(caller: Caller, query: SimilarQuery, words: str) -> Select[*tuple[Any, ...]]:
    entry = table_of(SearchEntry)
    found = _sharing(caller, cast(literal(words), TSQUERY), _CANDIDATES)
    if query.event:
        found = found.where(entry.c.event_id.in_(lists.events_at(caller, query.event)))
    if query.question:
        asked = table_of(Claim).alias()
        answering = select(asked.c.id).where(asked.c.question_id.in_(lists.questions_at(caller, query.question)))
        found = found.where(entry.c.owner.in_(answering))
    if query.language:
        found = found.where(entry.c.language.in_([query.language.partition("-")[0].lower(), "und"]))
    return found


def _sharing(caller: Caller, words: ColumnElement[Any], most: int) -> Select[*tuple[Any, ...]]:
    """Select the claims that have one of these words, those with the most of them first."""
    entry, claim = table_of(SearchEntry), seen(caller, Claim)
    return (
        select(entry.c.id.label("root"), claim.c.text, claim.c.translations)
        .select_from(entry.join(claim, claim.c.id == entry.c.owner))
        .where(entry.c.type == "claim", entry.c.vector.op("@@")(words))
        .order_by(func.ts_rank(entry.c.vector, words, 1).desc(), entry.c.owner)
        .limit(most)
    )


async def _asked(session: AsyncSession, texts: Sequence[tuple[str | None, str]]) -> list[str]:
    """For each text, with its language, the tsquery of any of its words; of an unknown language, in every language."""
    rows = json.dumps([{"language": language, "words": words[:_LOOKED_AT]} for language, words in texts])
    return list(await session.scalars(_ANY, {"rows": rows}))


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
    """By the place of each new claim the stored ones that share most words with it, in three statements."""
    kin = await _kin(session, caller, events)
    if not kin:
        return {}
    words = await _asked(session, [(one.language, one.text) for one in new])
    given = [
        {"nth": nth, "words": query, "events": kin[one.event]}
        for nth, (one, query) in enumerate(zip(new, words, strict=True))
        if one.event in kin
    ]
    asked = (
        func.jsonb_to_recordset(literal(given, JSONB))
        .table_valued(column("nth", Integer), column("words", TSQUERY), column("events", ARRAY(Uuid())))
        .render_derived(with_types=True)
    )
    inside = table_of(SearchEntry).c.event_id == any_(asked.c.events)
    near = _sharing(caller, asked.c.words, _CANDIDATES_EACH).where(inside).correlate(asked).lateral()
    found: dict[int, list[tuple[UUID, str]]] = defaultdict(list)
    for row in await session.execute(select(asked.c.nth, near).select_from(asked.join(near, true()))):
        found[row.nth] += [
            (row.root, other) for other in (row.text, *row.translations.values()) if isinstance(other, str)
        ]
    return found


async def _kin(session: AsyncSession, caller: Caller, events: list[str]) -> dict[int, list[str]]:
    """The ids of the events at these addresses and of those merged with them, as far as the caller may see them."""
    named = [
        {"nth": nth, "id": key and str(key), "ref": address.removeprefix("ref:"), "slug": address}
        for nth, address in enumerate(events)
        for key in [as_uuid(address)]
    ]
    asked = (
        func.jsonb_to_recordset(literal(named, JSONB))
        .table_valued(column("nth", Integer), column("id", Uuid()), column("ref", Text), column("slug", Text))
        .render_derived(with_types=True)
    )
    event = seen(caller, Event)
    here = or_(event.c.id == asked.c.id, event.c.ref == asked.c.ref, event.c.slug == asked.c.slug)
    found: dict[int, list[str]] = defaultdict(list)
    for nth, id_ in await session.execute(
        select(asked.c.nth, func.event_kin(event.c.id)).join_from(asked, event, here)
    ):
        found[nth].append(str(id_))
    return found


def _nearby(new: list[_New], stored: dict[int, list[tuple[UUID, str]]]) -> Nearby:
    """Those that are alike enough, stored or in the same body, the most alike first."""
    folds: dict[str, Folded] = {}

    def folded(words: str) -> Folded:
        if words not in folds:
            folds[words] = likeness.folded(words)
        return folds[words]

    beside = _beside(new, [folded(one.text) for one in new])
    nearby: Nearby = {}
    for nth, one in enumerate(new):
        own = folded(one.text)
        found = [Near(other, likeness.likeness(own, folded(other)), id=id_) for id_, other in stored.get(nth, ())]
        found += [
            Near(new[place].text, likeness.likeness(own, folded(new[place].text)), pointer=new[place].pointer)
            for place in beside[nth]
        ]
        nearby[one.pointer] = sorted((near for near in found if near.score >= SIMILAR), key=lambda near: -near.score)
    return nearby


def _beside(new: list[_New], folds: list[Folded]) -> list[list[int]]:
    """For each claim those of the same event in the same body that share most words with it."""
    having: dict[tuple[int, str], list[int]] = defaultdict(list)
    words = [set(fold.words.split()) for fold in folds]
    for nth, one in enumerate(new):
        for word in words[nth]:
            having[one.event, word].append(nth)
    beside = []
    for nth, one in enumerate(new):
        shared = Counter(other for word in words[nth] for other in having[one.event, word] if other != nth)
        beside.append([other for other, _ in shared.most_common(_CANDIDATES_EACH)])
    return beside


async def still_there(session: AsyncSession, nearby: Nearby) -> Nearby:
    """The same without the claims that were deleted since."""
    ids = {near.id for found in nearby.values() for near in found if near.id}
    there = set(await session.scalars(_STAYED, {"ids": list(ids)})) | {None}
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
