"""Figures as they were given: who said which number when, and what range was left open at each moment."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import NEVER, SortKey
from app.derive.pictures import labels, masking, source_names
from app.derive.pictures.masking import MaskedSources
from app.derive.rules import figures, in_force
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext, event_context
from app.derive.rules.in_force import Lapse, Lapses
from app.derive.rules.rows import Rows, View
from app.derive.rules.statements import StatementInContext
from app.schemas.claims import FigureRead
from app.schemas.pictures.figures import FiguresRead, PointRead, PointState, QuantityRead, SeriesRead, StepRead
from app.schemas.questions import QuestionRead
from app.texts import folding
from app.vocabulary import Measure


class _Step(NamedTuple):
    low: float | None
    high: float | None
    """None: no limit, or no range at all."""
    figures: int
    disputed: bool


_NO_FIGURES: Final = _Step(None, None, 0, disputed=False)


def series(
    rows: Rows,
    view: View,
    position: str,
    as_of: str | None = None,
    measure: Measure | None = None,
    *,
    subject: str | None = None,
) -> FiguresRead:
    """The figures of one event as this caller may see them; `measure`, `subject`: only of questions of these.

    Drawn from the full rows, as the dossier is: so all callers see one envelope, and only names are masked.
    """
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
    supporting: dict[UUID, list[StatementInContext]] = defaultdict(list)
    for statement in context.statements:
        if statement.question_id and statement.row.stance == "support" and statement.row.explicitness == "explicit":
            supporting[statement.question_id].append(statement)
    folded_subject = None if subject is None else folding.whole(subject)
    questions = [
        question
        for question in context.questions.values()
        if question.measure is not None
        and measure in (None, question.measure)
        and folded_subject in (None, folding.whole(question.subject or ""))
    ]
    questions.sort(key=lambda question: _order(context, question, supporting.get(question.id, ())))
    lapses = in_force.lapses(context.statements)
    quantities = [
        _quantity(context, sources, question, supporting.get(question.id, ()), lapses) for question in questions
    ]
    lines = [line for quantity in quantities for line in quantity.series]
    named_ids = {line.family_id for line in lines} | {point.source_id for line in lines for point in line.points}
    named_sources = source_names.side_map(
        {id_ for id_ in named_ids if id_ in sources.side_map}, ordering.side_map(sources.side_map)
    )
    return built(
        FiguresRead,
        position=position,
        as_of=as_of,
        hint=None,
        said_before=view.said_before,
        event_id=context.rows.event_id,
        questions=quantities,
        sources=named_sources,
        parties=labels.parties(view.wording, named_sources),
        countries=labels.countries(view.wording, named_sources),
    )


def _order(context: EventContext, question: QuestionRead, supporting: Sequence[StatementInContext]) -> SortKey:
    """By the first figure, then by the question; those without any last."""
    start, end = (supporting[0].said.start, supporting[0].said.end) if supporting else (NEVER, NEVER)
    return start, end, context.names.questions[question.id], question.id


def _quantity(
    context: EventContext,
    sources: MaskedSources,
    question: QuestionRead,
    said: Iterable[StatementInContext],
    lapses: Lapses,
) -> QuantityRead:
    """`said`: what supports figures of this question; `lapses`: when statements were not in force."""
    figure_statements = [
        (statement, figure) for statement in said if (figure := _figure(context, statement)) is not None
    ]
    by_family: dict[UUID | None, list[tuple[StatementInContext, FigureRead]]] = defaultdict(list)
    for statement, figure in figure_statements:
        by_family[masking.family_id(sources, statement)].append((statement, figure))
    # A part of another figure, or what is foreseen, says nothing of the range of the whole.
    whole_statements = [
        statement
        for statement, _ in figure_statements
        if statement.claim_id not in context.part_figures and not statement.predicted
    ]
    return built(
        QuantityRead,
        question_id=question.id,
        text=question.text,
        heading=labels.heading(context.view.wording, question),
        measure=question.measure,
        subject=question.subject,
        unit=question.unit,
        evolving=question.evolving,
        single_answer=question.single_answer,
        series=[
            built(
                SeriesRead,
                family_id=family_id,
                name=source_names.of_statements(
                    sources, [statement for statement, _ in members], family_id, context.view.wording
                ),
                party=_party(statement for statement, _ in members),
                points=[_point(context, sources, question, statement, figure) for statement, figure in members],
            )
            for family_id, members in by_family.items()
        ],
        envelope=list(_envelope(context, question, whole_statements, lapses)),
    )


def _figure(context: EventContext, statement: StatementInContext) -> FigureRead | None:
    return context.claims[statement.claim_id].figure if statement.claim_id else None


def _party(statements: Iterable[StatementInContext]) -> str | None:
    """The party of one family's statements, if they are of one."""
    parties = {statement.party for statement in statements}
    return parties.pop() if len(parties) == 1 else None


def _point(
    context: EventContext,
    sources: MaskedSources,
    question: QuestionRead,
    statement: StatementInContext,
    figure: FigureRead,
) -> PointRead:
    row, ended = statement.row, context.ended.get(statement.row.id)
    claim, words = context.claims[statement.claim_id] if statement.claim_id else None, context.view.wording
    text = labels.claim_text(context, claim) if claim else None
    low, high = figures.plotted_range(question, figure)
    # By what it ended is told only to whoever may know that both statements are of one family.
    withdrawn = in_force.withdrawn(row, context.view.until)
    shown_end = ended if ended is not None and masking.may_know_one_family(sources, row, ended.by) else None
    return built(
        PointRead,
        statement_id=row.id,
        claim_id=statement.claim_id,
        source_id=masking.show_speaker(sources, row),
        text=labels.as_given(words, text, figure=figure, preliminary=row.preliminary),
        said=row.said,
        effective=statement.said.words,
        effective_from=statement.said.start,
        effective_to=statement.said.end,
        effective_by=statement.said.by,
        qualifier=figure.qualifier,
        min=figure.min,
        max=figure.max,
        low=low,
        high=high,
        of_id=figure.of_id,
        part=statement.claim_id in context.part_figures,
        state=_state(context, statement),
        ended=shown_end.at if shown_end else None,
        superseded_by=shown_end.by.id if shown_end and shown_end.reason == "superseded" else None,
        withdrawn_reason=row.withdrawn_reason if withdrawn else None,
        withdrawn_by=row.withdrawn_by if withdrawn else None,
        preliminary=row.preliminary,
    )


def _state(context: EventContext, statement: StatementInContext) -> PointState:
    id_, weighed = statement.row.id, context.figure_states
    if (ended := context.ended.get(id_)) is not None:
        return "withdrawn" if ended.reason == "withdrawn_elsewhere" else ended.reason
    if statement.predicted:
        return "predicted"
    if id_ in weighed.replaced:
        return "replaced"
    if id_ in weighed.current or statement.claim_id in context.part_figures:
        return "order_unknown" if id_ in weighed.unordered else "current"
    return "outdated"


# --- the envelope ----------------------------------------------------------------------------------------------------


def _envelope(
    context: EventContext,
    question: QuestionRead,
    said: Sequence[StatementInContext],
    lapses: Lapses,
) -> Iterator[StepRead]:
    """The range that figures left open, from each moment on at which that changed.

    A statement counts from the end of the time in which it was made, until it ceases to stand.
    """
    moments: dict[datetime, list[StatementInContext]] = defaultdict(list)
    for statement in said:
        times, stood = lapses.get(statement.row.id, ()), False
        for at in _moments(statement.said.end, times, context.view.until):
            if in_force.stands_at(times, at) != stood:
                moments[at].append(statement)
                stood = not stood
    active: dict[UUID, dict[UUID, StatementInContext]] = defaultdict(dict)
    counted: dict[UUID, list[StatementInContext]] = {}
    last = _NO_FIGURES
    for at in sorted(moments):
        for statement in moments[at]:
            # A statement's first moment begins it, its next one ends it, and so on.
            of_family = active[statement.family]
            if of_family.pop(statement.row.id, None) is None:
                of_family[statement.row.id] = statement
        for family in {statement.family for statement in moments[at]}:
            statements = list(active[family].values())
            counted[family] = figures.unreplaced(statements) if question.evolving else statements
        remaining = [statement for statements in counted.values() for statement in statements]
        step = _step(
            context, question, figures.recent(remaining, question, context.claims) if question.evolving else remaining
        )
        if step != last:
            last = step
            yield built(StepRead, {"at": at}, **step._asdict())


def _moments(said: datetime, times: Iterable[Lapse], until: datetime | None) -> list[datetime]:
    """When a statement may begin or cease to stand, in order; what is only after the picture's moment is not in it."""
    ends = {at for lapse in times for at in lapse if said < at < in_force.FOR_GOOD and (until is None or at <= until)}
    return sorted({said} | ends)


def _step(context: EventContext, question: QuestionRead, current: Sequence[StatementInContext]) -> _Step:
    """From the least to the most that any current figure allows; disputed, if no number lies in all their ranges."""
    ranges, lows, highs = [], [], []
    for statement in current:
        figure = _figure(context, statement)
        if figure is not None and (range_ := figures.allowed_range(question, figure)) is not None:
            ranges.append(range_)
            low, high = figures.plotted_range(question, figure)
            # `At most 5` names no least number: it may be none.
            lows.append(low or 0.0)
            highs.append(math.inf if high is None else high)
    if not ranges:
        return _Step(None, None, len(current), disputed=False)
    ranges_part = max(range_.low for range_ in ranges) > min(range_.high for range_ in ranges)
    may_be_disputed = ranges_part or context.exclusions.opposed
    disputed = may_be_disputed and any(
        figures.rival_figures(question, context.claims, current, context.exclusions).values()
    )
    return _Step(min(lows), None if max(highs) == math.inf else max(highs), len(current), bool(disputed))
