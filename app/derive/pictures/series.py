"""Figures as they were given: who said which number when, and what range was left open at each moment."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.pictures import masking, source_names
from app.derive.pictures.masking import MaskedSources
from app.derive.rules import context, figures, in_force
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.rows import Rows, View
from app.derive.rules.voices import Place, Voice
from app.schemas.claims import FigureRead
from app.schemas.pictures.figures import FiguresRead, PointRead, PointState, QuantityRead, SeriesRead, StepRead
from app.schemas.questions import QuestionRead
from app.vocabulary import Measure


class _Step(NamedTuple):
    low: float | None
    high: float | None
    """None: no limit, or no range at all."""
    figures: int
    disputed: bool


_NO_FIGURES: Final = _Step(None, None, 0, disputed=False)


def series(
    rows: Rows, view: View, position: str, as_of: str | None = None, measure: Measure | None = None
) -> FiguresRead:
    """The figures of one event as this caller may see them; `measure`: only of questions of this one.

    Drawn from the full rows, as the dossier is: so all callers see one envelope, and only names are masked.
    """
    scene = context.scene(rows, view)
    sources = MaskedSources(scene.rows, scene.kin, sees_confidential=view.confidential)
    supporting: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in scene.heard:
        if voice.question_id and voice.row.stance == "support" and voice.row.explicitness == "explicit":
            supporting[voice.question_id].append(voice)
    questions = [
        question
        for question in scene.questions.values()
        if question.measure is not None and measure in (None, question.measure)
    ]
    questions.sort(key=lambda question: _order(question, supporting.get(question.id, ())))
    until = in_force.stood_until(scene.heard)
    quantities = [_quantity(scene, sources, question, supporting.get(question.id, ()), until) for question in questions]
    points = [point for quantity in quantities for line in quantity.series for point in line.points]
    return built(
        FiguresRead,
        position=position,
        as_of=as_of,
        said_before=view.said_before,
        event_id=scene.rows.event_id,
        questions=quantities,
        sources=source_names.side_map({point.source_id for point in points if point.source_id}, sources.side_map),
    )


def _order(question: QuestionRead, supporting: Sequence[Voice]) -> tuple[bool, Place]:
    """By the first figure; those without any last."""
    if supporting:
        return False, supporting[0].place
    return True, (question.created_at, question.created_at, question.text or question.measure or "", question.id)


def _quantity(
    scene: Scene, sources: MaskedSources, question: QuestionRead, said: Iterable[Voice], until: Mapping[UUID, datetime]
) -> QuantityRead:
    """`said`: what supports figures of this question; `until`: when a statement that ended no longer stood."""
    figure_voices = [(voice, figure) for voice in said if (figure := _figure(scene, voice)) is not None]
    by_family: dict[UUID | None, list[tuple[Voice, FigureRead]]] = defaultdict(list)
    for voice, figure in figure_voices:
        by_family[masking.family_id(sources, voice)].append((voice, figure))
    # A part of another figure says nothing of the range of the whole.
    whole_voices = [voice for voice, _ in figure_voices if voice.claim_id not in scene.beside]
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
                family_id=family_id,
                party=_party(sources, [voice for voice, _ in members]),
                points=[_point(scene, sources, question, voice, figure) for voice, figure in members],
            )
            for family_id, members in by_family.items()
        ],
        envelope=list(_envelope(scene, question, whole_voices, until)),
    )


def _figure(scene: Scene, voice: Voice) -> FigureRead | None:
    return scene.claims[voice.claim_id].figure if voice.claim_id else None


def _party(sources: MaskedSources, voices: Sequence[Voice]) -> str | None:
    """The party of one family's statements, if they are of one and this caller may know it."""
    parties = {voice.party for voice in voices}
    may_know = all(masking.may_know_party(sources, voice.row.source_id) for voice in voices if voice.row.source_id)
    return parties.pop() if may_know and len(parties) == 1 else None


def _point(scene: Scene, sources: MaskedSources, question: QuestionRead, voice: Voice, figure: FigureRead) -> PointRead:
    row, ended = voice.row, scene.ended.get(voice.row.id)
    low, high = figures.shown(question, figure)
    # By what it ended is told only to whoever may know that both statements are of one family.
    shown_end = ended if ended is not None and masking.may_know_one_family(sources, row, ended.by) else None
    return built(
        PointRead,
        statement_id=row.id,
        claim_id=voice.claim_id,
        source_id=masking.show_speaker(sources, row),
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
        part=voice.claim_id in scene.beside,
        state=_state(scene, voice),
        ended=shown_end.at if shown_end else None,
        superseded_by=shown_end.by.id if shown_end and shown_end.reason == "superseded" else None,
        withdrawn_reason=row.withdrawn_reason if in_force.withdrawn(row, scene.view.until) else None,
    )


def _state(scene: Scene, voice: Voice) -> PointState:
    id_, weighed = voice.row.id, scene.weighed
    if (ended := scene.ended.get(id_)) is not None:
        return "superseded" if ended.reason == "superseded" else "withdrawn"
    if id_ in weighed.replaced:
        return "replaced"
    if id_ in weighed.current or voice.claim_id in scene.beside:
        return "order_unknown" if id_ in weighed.unordered else "current"
    return "outdated"


# --- the envelope ----------------------------------------------------------------------------------------------------


def _envelope(
    scene: Scene, question: QuestionRead, said: Sequence[Voice], until: Mapping[UUID, datetime]
) -> Iterator[StepRead]:
    """The range that figures left open, from each moment on at which that changed.

    A statement counts from the end of the time in which it was made, until it is withdrawn or superseded (`until`).
    """
    moments: dict[datetime, list[Voice]] = defaultdict(list)
    for voice in said:
        end = until.get(voice.row.id)
        if end is None or end > voice.said.end:
            moments[voice.said.end].append(voice)
            if end is not None and (scene.view.until is None or end <= scene.view.until):
                moments[end].append(voice)
    active: dict[UUID, dict[UUID, Voice]] = defaultdict(dict)
    counted: dict[UUID, list[Voice]] = {}
    last = _NO_FIGURES
    for at in sorted(moments):
        for voice in moments[at]:
            # A statement's first moment begins it, its second one ends it.
            of_family = active[voice.family]
            if of_family.pop(voice.row.id, None) is None:
                of_family[voice.row.id] = voice
        for family in {voice.family for voice in moments[at]}:
            voices = list(active[family].values())
            counted[family] = figures.left(voices) if question.evolving else voices
        remaining = [voice for voices in counted.values() for voice in voices]
        step = _step(scene, question, figures.recent(remaining) if question.evolving else remaining)
        if step != last:
            last = step
            yield built(StepRead, {"at": at}, **step._asdict())


def _step(scene: Scene, question: QuestionRead, current: Sequence[Voice]) -> _Step:
    """From the least to the most that any current figure allows; disputed, if no number lies in all their ranges."""
    ranges, lows, highs = [], [], []
    for voice in current:
        figure = _figure(scene, voice)
        if figure is not None and (range_ := figures.allowed(question, figure)) is not None:
            ranges.append(range_)
            low, high = figures.shown(question, figure)
            lows.append(low or 0.0)
            highs.append(math.inf if high is None else high)
    if not ranges:
        return _Step(None, None, len(current), disputed=False)
    apart = max(range_.low for range_ in ranges) > min(range_.high for range_ in ranges)
    disputed = apart and any(figures.opposed(question, scene.claims, current).values())
    return _Step(min(lows), None if max(highs) == math.inf else max(highs), len(current), disputed)
