"""Claims that say nearly the same: found by the words they share, then ranked by how alike they are. And questions.

For a body it is done before the body is stored: with a transaction of its own, and the comparing in a thread, so that
nothing of it happens under the ledger's lock.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    Text,
    TextClause,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Askable, ask
from app.models import Claim, Event
from app.schemas import addresses, kinds
from app.schemas.claims import ClaimCreate
from app.schemas.questions import QuestionCreate, QuestionIn
from app.schemas.reports import ClaimPart, ReportCreate, Similar
from app.services.access import Caller
from app.services.visibility import seen
from app.texts import alike
from app.texts.alike import COMPARED_CHARACTERS, SIMILAR, FoldedClaim

SIMILAR_IN_ANSWER: Final = 5  # for each new claim or question
_NEIGHBOURS: Final = 20  # claims that each claim of a body is compared with: stored ones, and as many beside it
_MATCHES: Final = 500  # occurrences that are counted for each claim, from its rarest words on
_ENTRIES: Final = 5000  # claims of an event, with each of their languages, that are looked through: the latest
# For each new claim the `neighbours` that share its rarest words, among the latest `entries` of the event. Words are
# counted from the rarest on until `matches` claims have them; the rarest always is. And the latest open questions.
# Both as a table `s`; `kin` is what `_kin` selects.
_STORED: Final = text("""
(WITH asked AS MATERIALIZED (
    SELECT nth, event, lexeme
    FROM jsonb_to_recordset(CAST(:new AS jsonb)) AS r(nth int, event int, language text, words text)
    CROSS JOIN LATERAL (SELECT search_lexemes(language, words) UNION SELECT search_lexemes('und', words)) l(lexeme)
), stored AS MATERIALIZED (
    SELECT k.event, s.id, s.owner, lexeme
    FROM kin k(event, id)
    CROSS JOIN LATERAL (
        SELECT id, owner, vector FROM search_entry e WHERE e.event_id = k.id AND e.type = 'claim'
        ORDER BY part DESC LIMIT :entries) s
    CROSS JOIN LATERAL unnest(tsvector_to_array(s.vector)) lexeme
    WHERE lexeme IN (SELECT lexeme FROM asked)
), rarity AS (
    SELECT event, lexeme, count(*) AS n FROM stored GROUP BY event, lexeme
), chosen AS (
    SELECT nth, event, lexeme, n FROM (
        SELECT *, sum(n) OVER w AS upto, row_number() OVER w AS place FROM asked JOIN rarity USING (event, lexeme)
        WINDOW w AS (PARTITION BY nth ORDER BY n, lexeme)) a
    WHERE upto <= :matches OR place = 1
), best AS (
    SELECT nth, id, owner, row_number() OVER (PARTITION BY nth ORDER BY sum(1.0 / n) DESC, owner) AS place
    FROM chosen JOIN stored USING (event, lexeme) GROUP BY nth, id, owner
)
SELECT nth, best.id, text, translations
FROM best CROSS JOIN LATERAL (SELECT text, translations FROM claim WHERE claim.id = owner OFFSET 0) c
WHERE place <= :neighbours
UNION ALL
SELECT -1 - k.event, q.id, q.text, '{}'::jsonb
FROM kin k(event, id)
CROSS JOIN LATERAL (
    SELECT id, coalesce(measure || ' (' || subject || ')', text) AS text FROM question
    WHERE event_id = k.id AND (answer = 'open' OR subject IS NOT NULL) ORDER BY id DESC LIMIT :questions) q) s""")
# The open questions of each event, the latest: few, so that all are compared.
_STORED_QUESTIONS: Final = text("""
(SELECT -1 - k.event AS nth, q.id, q.text, '{}'::jsonb AS translations
FROM kin k(event, id)
CROSS JOIN LATERAL (
    SELECT id, coalesce(measure || ' (' || subject || ')', text) AS text FROM question
    WHERE event_id = k.id AND (answer = 'open' OR subject IS NOT NULL) ORDER BY id DESC LIMIT :questions) q) s""")
_QUESTIONS_COMPARED: Final = 200
_STILL_STORED: Final = text(
    "SELECT id FROM claim WHERE id = ANY (:ids) UNION ALL SELECT id FROM question WHERE id = ANY (:ids)"
)


@dataclass(frozen=True, slots=True)
class Near:
    """A claim or question that is alike: stored, or another one of the same body, at `pointer`."""

    text: str
    score: float
    id: UUID | None = None
    pointer: str = ""


# What is near to each claim and question of a body, by its pointer.
Nearby = dict[str, list[Near]]


@dataclass(frozen=True, slots=True)
class _NewClaim:
    """A claim of a body, and the place of its event among those of the body."""

    pointer: str
    event: int
    text: str
    language: str | None


@dataclass(slots=True)
class Compared:
    """The claims and questions of a body for which similar ones are looked for, about the events at these addresses."""

    caller: Caller
    events: list[str]
    claims: list[_NewClaim]
    questions: list[_NewClaim] = field(default_factory=list)
    nearby: Nearby = field(default_factory=dict)
    """What `compare` found."""


# For each claim of a body, by its place, the stored ones that share words with it, with each of their texts; and the
# questions of each event, by -1 less its place.
StoredTexts: TypeAlias = dict[int, list[tuple[UUID, str]]]


# --- the claims of a body --------------------------------------------------------------------------------------------


def in_claim(caller: Caller, event: str, data: ClaimCreate) -> Compared | None:
    """The claim of a core call and its question, to be compared with others of the event at this address.

    None: it is a figure, and its question a quantity.
    """
    claims, questions = _new_claims([data], 0, ""), _new_questions([("/question", data.question)], 0)
    return Compared(caller, [event], claims, questions) if claims or questions else None


def in_question(caller: Caller, event: str, data: QuestionCreate) -> Compared | None:
    questions = _new_questions([("", data)], 0)
    return Compared(caller, [event], [], questions) if questions else None


def in_report(caller: Caller, data: ReportCreate) -> Compared | None:
    claims, questions = [], []
    for nth, event in enumerate(data.events):
        at = f"/events/{nth}"
        claims += _new_claims(event.claims or (), nth, f"{at}/claims")
        described: list[tuple[str, QuestionIn | None]] = [
            *((f"{at}/questions/{number}", question) for number, question in enumerate(event.questions or ())),
            *((f"{at}/claims/{number}/question", claim.question) for number, claim in enumerate(event.claims or ())),
            *(
                (f"{at}/statements/{number}/question", statement.question)
                for number, statement in enumerate(event.statements or ())
            ),
        ]
        questions += _new_questions(described, nth)
    events = [event.event or (f"ref:{event.ref}" if event.ref else event.slug or "") for event in data.events]
    return Compared(caller, events, claims, questions) if claims or questions else None


def _new_questions(described: Iterable[tuple[str, QuestionIn | None]], event: int) -> list[_NewClaim]:
    """Questions that are described in place, by their pointers: open ones, and quantities of some subject."""
    return [
        _NewClaim(pointer, event, words, question.language)
        for pointer, question in described
        if isinstance(question, QuestionCreate) and (words := _asked(question)) is not None
    ]


def _asked(question: QuestionCreate) -> str | None:
    """As it is compared; of a quantity what is counted, as `_STORED_QUESTIONS` has it: `killed (civilians)`."""
    if question.measure is None:
        return question.text
    return None if question.subject is None else alike.QUANTITY.format(question.measure, question.subject)


def _new_claims(claims: Sequence[ClaimCreate], event: int, pointer: str) -> list[_NewClaim]:
    """The claims in words; figures are not compared."""
    return [
        _NewClaim(f"{pointer}/{nth}" if pointer else "", event, claim.text, claim.language)
        for nth, claim in enumerate(claims)
        if claim.text is not None
    ]


async def find(session: Askable, compared: Compared) -> None:
    """Note what is near to the claims and questions of a body."""
    compared.nearby = await _compare_in_thread(compared, await _read(session, compared))


async def _read(session: Askable, compared: Compared) -> StoredTexts:
    """The stored claims that share words with those of a body, and questions: one statement, however many."""
    new = [
        {"nth": nth, "event": claim.event, "language": claim.language, "words": claim.text[:COMPARED_CHARACTERS]}
        for nth, claim in enumerate(compared.claims)
    ]
    places = [
        {"nth": nth, "id": address.id and str(address.id), "ref": address.ref or address.slug, "slug": address.slug}
        for nth, address in enumerate(map(addresses.parse, compared.events))
    ]
    stored: StoredTexts = defaultdict(list)
    bounds = {"entries": _ENTRIES, "matches": _MATCHES, "neighbours": _NEIGHBOURS}
    questions = {"addresses": json.dumps(places), "questions": _QUESTIONS_COMPARED if compared.questions else 0}
    claims = {"new": json.dumps(new), **bounds} if new else {}
    statement = _reading(_STORED if new else _STORED_QUESTIONS, compared.caller.scopes)
    for row in await ask(session, statement, {**questions, **claims}):
        texts = (row.text, *row.translations.values())
        stored[row.nth] += [(row.id, translation) for translation in texts if isinstance(translation, str)]
    return stored


@cache
def _reading(stored: TextClause, scopes: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """Laid out once for each kind of caller: every claim that is sent asks it, and writing it takes a millisecond."""
    kin = _kin(Caller(scopes=scopes)).cte("kin").prefix_with("MATERIALIZED")
    return select(text("s.*")).select_from(stored).add_cte(kin)


def _kin(caller: Caller) -> Select[*tuple[Any, ...]]:
    """The events at these addresses and those merged with them, as far as the caller may see each of them."""
    addressed = (
        func.jsonb_to_recordset(bindparam("addresses", type_=JSONB))
        .table_valued(column("nth", Integer), column("id", Uuid()), column("ref", Text), column("slug", Text))
        .render_derived(with_types=True)
    )
    # The kin of none but these, whatever the planner knows (OFFSET 0).
    events, relatives = seen(caller, Event), seen(caller, Event)
    at_address = or_(events.c.id == addressed.c.id, events.c.ref == addressed.c.ref, events.c.slug == addressed.c.slug)
    event = select(events.c.id).where(at_address).correlate(addressed).offset(0).lateral()
    kin = func.event_kin(event.c.id).table_valued("id").render_derived().lateral()
    relative = select(relatives.c.id).where(relatives.c.id == kin.c.id).correlate(kin).offset(0).lateral()
    return select(addressed.c.nth, relative.c.id).select_from(
        addressed.join(event, true()).join(kin, true()).join(relative, true())
    )


async def _compare_in_thread(compared: Compared, stored: StoredTexts) -> Nearby:
    """`compare` in a thread, if there is anything to compare with."""
    if not stored and max(len(compared.claims), len(compared.questions)) == 1:
        return {}
    return await threads.run(compare, compared, stored)


def compare(compared: Compared, stored: StoredTexts) -> Nearby:
    """For each claim and question of a body those that are alike enough, stored or of the same body, most alike first.

    Heavy: call it in a thread.
    """
    folds: dict[str, FoldedClaim] = {}

    def folded(words: str) -> FoldedClaim:
        if words not in folds:
            folds[words] = alike.fold(words)
        return folds[words]

    claims = compared.claims
    neighbours = _neighbours(claims, [folded(claim.text) for claim in claims])
    claims_nearby: Nearby = {}
    for nth, claim in enumerate(claims):
        fold = folded(claim.text)
        candidates = [Near(words, alike.likeness(fold, folded(words)), id=id_) for id_, words in stored.get(nth, ())]
        for neighbour in (claims[number] for number in neighbours[nth]):
            likeness = alike.likeness(fold, folded(neighbour.text))
            candidates.append(Near(neighbour.text, likeness, pointer=neighbour.pointer))
        claims_nearby[claim.pointer] = _alike_enough(candidates)
    return claims_nearby | _compare_questions(compared.questions, stored, folded)


def _alike_enough(candidates: Iterable[Near]) -> list[Near]:
    similar = (candidate for candidate in candidates if candidate.score >= SIMILAR)
    return sorted(similar, key=lambda candidate: -candidate.score)


def _compare_questions(questions: list[_NewClaim], stored: StoredTexts, folded: Callable[[str], FoldedClaim]) -> Nearby:
    """Each text once for its event: many claims of a report may have one question."""
    by_text = {(question.event, question.text): question for question in reversed(questions)}
    questions_nearby: dict[tuple[int, str], list[Near]] = {}
    for (event, words), question in by_text.items():
        candidates = [Near(stored_words, 0, id=id_) for id_, stored_words in stored.get(-1 - event, ())]
        candidates += [
            Near(neighbour.text, 0, pointer=neighbour.pointer)
            for neighbour in by_text.values()
            if neighbour.event == event and neighbour is not question
        ]
        questions_nearby[event, words] = _alike_enough(
            replace(candidate, score=alike.questions(words, candidate.text, folded)) for candidate in candidates
        )
    return {question.pointer: questions_nearby[question.event, question.text] for question in questions}


def _neighbours(claims: list[_NewClaim], folds: list[FoldedClaim]) -> list[list[int]]:
    """For each claim the numbers of those of the same event in the same body that share its rarest words."""
    bearers: dict[tuple[int, str], list[int]] = defaultdict(list)
    words = [set(fold.words.split()) for fold in folds]
    for nth, claim in enumerate(claims):
        for word in words[nth]:
            bearers[claim.event, word].append(nth)
    neighbours = []
    for nth, claim in enumerate(claims):
        shared: Counter[int] = Counter()
        for sharing in sorted((bearers[claim.event, word] for word in words[nth]), key=len):
            if shared.total() + len(sharing) > _MATCHES and shared:
                break
            shared.update(sharing)
        del shared[nth]
        neighbours.append([number for number, _ in shared.most_common(_NEIGHBOURS)])
    return neighbours


async def still_there(session: AsyncSession, claims_nearby: Nearby) -> Nearby:
    """What `compare` found, without the claims that were deleted since."""
    ids = {claim.id for claims in claims_nearby.values() for claim in claims if claim.id}
    stored = {None, *(row.id for row in await ask(session, _STILL_STORED, {"ids": list(ids)}))}
    return {pointer: [claim for claim in claims if claim.id in stored] for pointer, claims in claims_nearby.items()}


def name(answers: dict[str, ClaimPart], compared: Compared | None) -> None:
    """Name in the answer to a body the claims similar to each one that was created: each once, and not itself."""
    claims_nearby = compared.nearby if compared is not None else {}
    for pointer, answer in answers.items():
        if answer.claim.outcome != "created":
            continue
        similar: dict[UUID, Similar] = {}
        for candidate in claims_nearby.get(pointer, ()):
            id_ = candidate.id or answers[candidate.pointer].claim.id
            if id_ is not None and id_ != answer.claim.id:
                similar.setdefault(
                    id_, Similar(id=id_, url=kinds.url(Claim, id_), text=candidate.text, score=candidate.score)
                )
        answer.similar = list(similar.values())[:SIMILAR_IN_ANSWER]
