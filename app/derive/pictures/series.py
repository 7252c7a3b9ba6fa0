"""Figures as they were given: who said which number when, and what range was left open at each moment."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app.derive.pictures import masking as faces_of
from app.derive.pictures import source_names
from app.derive.pictures.masking import Faces
from app.derive.rules import context, figures, in_force
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.rows import Rows, View
from app.derive.rules.voices import Place, Voice
from app.schemas.claims import FigureRead
from app.schemas.pictures.figures import FiguresRead, PointRead, PointState, QuantityRead, SeriesRead, StepRead
from app.schemas.questions import QuestionRead
from app.vocabulary import Measure

_NOTHING: Final = (None, None, 0, False)


def series(
    rows: Rows, view: View, position: str, as_of: str | None = None, measure: Measure | None = None
) -> FiguresRead:
    """The figures of one event as this caller may see them; `measure`: only of questions of this one.

    Drawn from the full rows, as the dossier is: so all callers see one envelope, and only names are masked.
    """
    found = context.scene(rows, view)
    faces = Faces(found.rows, found.kin, open=view.confidential)
    said: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in found.heard:
        if voice.question_id and voice.row.stance == "support" and voice.row.explicitness == "explicit":
            said[voice.question_id].append(voice)
    asked = [
        question
        for question in found.questions.values()
        if question.measure is not None and measure in (None, question.measure)
    ]
    asked.sort(key=lambda question: _first(question, said.get(question.id, ())))
    until = in_force.stood_until(found.heard)
    questions = [_quantity(found, faces, question, said.get(question.id, ()), until) for question in asked]
    every = {point.source_id for one in questions for line in one.series for point in line.points}
    return built(
        FiguresRead,
        position=position,
        as_of=as_of,
        said_before=view.said_before,
        event_id=found.rows.event_id,
        questions=questions,
        sources=source_names.named({id_ for id_ in every if id_}, faces.shown),
    )


def _first(question: QuestionRead, said: Sequence[Voice]) -> tuple[bool, Place]:
    """By the first figure; those without any last."""
    if said:
        return False, said[0].place
    return True, (question.created_at, question.created_at, question.text or question.measure or "", question.id)


def _quantity(
    found: Scene, faces: Faces, question: QuestionRead, said: Iterable[Voice], until: Mapping[UUID, datetime]
) -> QuantityRead:
    given = [(voice, figure) for voice in said if (figure := _figure(found, voice)) is not None]
    lines: dict[UUID | None, list[tuple[Voice, FigureRead]]] = defaultdict(list)
    for voice, figure in given:
        lines[faces_of.family(faces, voice)].append((voice, figure))
    return built(
        QuantityRead,
        question_id=question.id,
        text=question.text,
        measure=question.measure,
        subject=question.subject,
        unit=question.unit,
        evolving=question.evolving,
        single_answer=question.single_answer,
        series=[
            built(
                SeriesRead,
                family_id=family,
                party=_party(faces, [voice for voice, _ in points]),
                points=[_point(found, faces, question, *point) for point in points],
            )
            for family, points in lines.items()
        ],
        envelope=list(
            _envelope(found, question, [voice for voice, _ in given if voice.claim_id not in found.beside], until)
        ),
    )


def _figure(found: Scene, voice: Voice) -> FigureRead | None:
    return found.claims[voice.claim_id].figure if voice.claim_id else None


def _party(faces: Faces, voices: Iterable[Voice]) -> str | None:
    parties = {voice.party for voice in voices}
    told = all(faces_of.tells_party(faces, voice.row.source_id) for voice in voices if voice.row.source_id)
    return parties.pop() if told and len(parties) == 1 else None


def _point(found: Scene, faces: Faces, question: QuestionRead, voice: Voice, figure: FigureRead) -> PointRead:
    row, ended = voice.row, found.ended.get(voice.row.id)
    low, high = figures.shown(question, figure)
    told = ended is not None and faces_of.may_tell(faces, row, ended.by)
    return built(
        PointRead,
        statement_id=row.id,
        claim_id=voice.claim_id,
        source_id=faces_of.face(faces, row.event_id, row.source_id) if row.source_id else None,
        text=figures.text(question, figure),
        said=row.said,
        effective_from=voice.said.start,
        effective_to=voice.said.end,
        effective_by=voice.said.by,
        qualifier=figure.qualifier,
        min=figure.min,
        max=figure.max,
        low=low,
        high=high,
        of_id=figure.of_id,
        part=voice.claim_id in found.beside,
        state=_state(found, voice),
        ended=ended.at if ended and told else None,
        superseded_by=ended.by.id if ended and told and ended.reason == "superseded" else None,
        withdrawn_reason=row.withdrawn_reason if in_force.withdrawn(row, found.view.until) else None,
    )


def _state(found: Scene, voice: Voice) -> PointState:
    id_, weighed = voice.row.id, found.weighed
    if (ended := found.ended.get(id_)) is not None:
        return "superseded" if ended.reason == "superseded" else "withdrawn"
    if id_ in weighed.replaced:
        return "replaced"
    if id_ in weighed.current or voice.claim_id in found.beside:
        return "order_unknown" if id_ in weighed.unordered else "current"
    return "outdated"


# --- the envelope ----------------------------------------------------------------------------------------------------


def _envelope(
    found: Scene, question: QuestionRead, said: Sequence[Voice], until: Mapping[UUID, datetime]
) -> Iterator[StepRead]:
    """What was left open from each moment on at which that changed.

    A statement counts from the end of the time in which it was made, until it is withdrawn or superseded (`until`).
    """
    moments: dict[datetime, list[Voice]] = defaultdict(list)
    for voice in said:
        end = until.get(voice.row.id)
        if end is None or end > voice.said.end:
            moments[voice.said.end].append(voice)
            if end is not None and (found.view.until is None or end <= found.view.until):
                moments[end].append(voice)
    active: dict[UUID, dict[UUID, Voice]] = defaultdict(dict)
    left: dict[UUID, list[Voice]] = {}
    last: tuple[object, ...] = _NOTHING
    for at in sorted(moments):
        for voice in moments[at]:
            family = active[voice.family]
            if family.pop(voice.row.id, None) is None:
                family[voice.row.id] = voice
        for key in {voice.family for voice in moments[at]}:
            voices = list(active[key].values())
            left[key] = figures.left(voices) if question.evolving else voices
        remaining = [voice for voices in left.values() for voice in voices]
        step = _step(found, question, figures.recent(remaining) if question.evolving else remaining)
        if step != last:
            last = step
            yield built(StepRead, at=at, low=step[0], high=step[1], figures=step[2], disputed=step[3])


def _step(
    found: Scene, question: QuestionRead, current: Sequence[Voice]
) -> tuple[float | None, float | None, int, bool]:
    ranges, lows, highs = [], [], []
    for voice in current:
        figure = _figure(found, voice)
        if figure is not None and (range_ := figures.allowed(question, figure)) is not None:
            ranges.append(range_)
            low, high = figures.shown(question, figure)
            lows.append(low or 0.0)
            highs.append(math.inf if high is None else high)
    if not ranges:
        return None, None, len(current), False
    apart = max(range_.low for range_ in ranges) > min(range_.high for range_ in ranges)
    disputed = apart and any(figures.opposed(question, found.claims, current).values())
    return min(lows), None if max(highs) == math.inf else max(highs), len(current), disputed
