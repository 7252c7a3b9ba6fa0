"""One event at one moment, as far as one caller sees it, with merges followed: what all pictures are drawn from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from app.derive.rules import dates, families, figures, in_force, merges, rivals, voices
from app.derive.rules.construct import built
from app.derive.rules.dates import Dates
from app.derive.rules.families import Kin
from app.derive.rules.figures import Weighed
from app.derive.rules.in_force import Ended
from app.derive.rules.rivals import Bounds
from app.derive.rules.rows import Rows, View
from app.derive.rules.voices import Place, Voice
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead, FigureRead
from app.schemas.questions import QuestionRead


@dataclass(frozen=True, slots=True)
class Scene:
    rows: Rows
    view: View
    kin: Kin
    dates: Dates
    questions: dict[UUID, QuestionRead]
    claims: dict[UUID, ClaimRead]
    """Those that stayed after merges, with the texts of figures, in their order."""
    ends: dict[UUID, UUID]
    """Every claim's place among `claims`."""
    links: list[ClaimLinkRead]
    """Between `claims`, each once."""
    heard: list[Voice]
    """What had been said, in its order."""
    ended: dict[UUID, Ended]
    counting: list[Voice]
    """What of it is explicit and stands."""
    assessments: list[AssessmentRead]
    """What had been assessed, in its order."""
    places: dict[UUID, Place]
    """Of each claim."""
    beside: frozenset[UUID]
    """Figures that are a part of another one of their own question."""
    weighed: Weighed
    bounds: Bounds
    rivals: dict[UUID, list[UUID]]
    """Of each of `claims`, in their order."""


def scene(rows: Rows, view: View) -> Scene:
    rows = _visible(rows, view)
    questions = {question.id: question for question in rows.questions}
    ends = merges.ends({claim.id: claim.merged_into for claim in rows.claims})
    claims = {claim.id: _worded(claim, questions, ends) for claim in rows.claims if ends[claim.id] == claim.id}
    kin, dated = families.kinship(rows.sources), dates.dates(rows)
    every = voices.voices(rows, claims, ends, kin, dated)
    heard = voices.united([voice for voice in every if view.until is None or voice.said.end <= view.until])
    ended = in_force.endings(heard, view.until)
    assessments = _made(rows, ends, view)
    places = _places(claims.values(), heard)
    told = {voice.claim_id for voice in heard} | {assessment.claim_id for assessment in assessments}
    shown = sorted((id_ for id_ in claims if view.until is None or id_ in told), key=places.__getitem__)
    links = _links(rows.claim_links, ends, set(shown))
    counting, beside = in_force.counting(heard, ended), figures.parts(claims)
    claims = {id_: claims[id_] for id_ in shown}
    weighed, bounds = (
        figures.weigh(counting, questions, claims, beside),
        rivals.bounds(claims.values(), links, questions),
    )
    return Scene(
        rows,
        view,
        kin,
        dated,
        questions,
        claims,
        ends,
        links,
        heard,
        ended,
        counting,
        assessments,
        places,
        beside,
        weighed,
        bounds,
        _rivals(claims, bounds, weighed, counting),
    )


def _rivals(
    claims: dict[UUID, ClaimRead], bounds: Bounds, weighed: Weighed, counting: Iterable[Voice]
) -> dict[UUID, list[UUID]]:
    families: dict[UUID, set[UUID]] = defaultdict(set)
    for voice in counting:
        if voice.claim_id and voice.row.stance == "support" and voice.row.source_id:
            families[voice.claim_id].add(voice.family)
    order = {id_: place for place, id_ in enumerate(claims)}
    numbers = {id_: sorted(others, key=order.__getitem__) for id_, others in weighed.rivals.items()}
    return rivals.rivals(list(claims.values()), bounds, families) | numbers


def _visible(rows: Rows, view: View) -> Rows:
    """Without the rows of merged events that the caller may not read."""
    if view.restricted or not rows.restricted & rows.merged:
        return rows
    merged = rows.merged - rows.restricted
    return replace(
        rows,
        merged=merged,
        event_links=[link for link in rows.event_links if {link.from_id, link.to_id} & merged],
        questions=[row for row in rows.questions if row.event_id in merged],
        claims=[row for row in rows.claims if row.event_id in merged],
        claim_links=[row for row in rows.claim_links if row.event_id in merged],
        statements=[row for row in rows.statements if row.event_id in merged],
        appearances=[row for row in rows.appearances if row.event_id in merged],
        assessments=[row for row in rows.assessments if row.event_id in merged],
    )


def _worded(claim: ClaimRead, questions: dict[UUID, QuestionRead], ends: dict[UUID, UUID]) -> ClaimRead:
    """The claim with the text of its figure, and with what that is a part of after merges."""
    question = questions.get(claim.question_id) if claim.question_id else None
    if claim.question_id and question is None:
        claim = built(ClaimRead, claim.__dict__ | {"question_id": None})
    if claim.figure is None or question is None:
        return claim
    of = claim.figure.of_id and ends.get(claim.figure.of_id)
    figure = claim.figure if of == claim.figure.of_id else built(FigureRead, claim.figure.__dict__ | {"of_id": of})
    return built(ClaimRead, claim.__dict__ | {"figure": figure, "text": figures.text(question, figure)})


def _made(rows: Rows, ends: dict[UUID, UUID], view: View) -> list[AssessmentRead]:
    """What had been assessed: an assessment without a time of its own was made when it was recorded."""
    made = [
        row
        for row in rows.assessments
        if row.claim_id in ends and (view.until is None or (row.made_to or row.created_at) <= view.until)
    ]
    made = [
        row
        if ends[row.claim_id] == row.claim_id
        else built(AssessmentRead, row.__dict__ | {"claim_id": ends[row.claim_id]})
        for row in made
    ]
    return sorted(
        made,
        key=lambda row: (
            row.made_from or row.created_at,
            row.made_to or row.created_at,
            row.label or row.rating,
            row.id,
        ),
    )


def _places(claims: Iterable[ClaimRead], heard: Iterable[Voice]) -> dict[UUID, Place]:
    """By when a claim was first said, or recorded where nobody said it."""
    first: dict[UUID | None, Voice] = {}
    for voice in heard:
        first.setdefault(voice.claim_id, voice)
    places = {}
    for claim in claims:
        known = first.get(claim.id)
        start, end = (known.said.start, known.said.end) if known else (claim.created_at, claim.created_at)
        places[claim.id] = (start, end, claim.text or "", claim.id)
    return places


def _links(links: Iterable[ClaimLinkRead], ends: dict[UUID, UUID], shown: set[UUID]) -> list[ClaimLinkRead]:
    """Those between claims that are shown; two that merges made the same are one."""
    found: dict[tuple[UUID, str, UUID], ClaimLinkRead] = {}
    for link in sorted(links, key=lambda link: link.id):
        start, end = ends.get(link.from_id), ends.get(link.to_id)
        if start in shown and end in shown and start is not None and end is not None and start != end:
            found.setdefault(
                (start, link.relation, end), built(ClaimLinkRead, link.__dict__ | {"from_id": start, "to_id": end})
            )
    return list(found.values())
