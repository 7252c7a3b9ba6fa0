"""Figures: what they say, which of them are still current, and which can't both be true."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules.construct import built
from app.derive.rules.rivals import NO_EXCLUSIONS, Exclusions
from app.derive.rules.statements import StatementInContext
from app.schemas.claims import ClaimRead, FigureRead, figure_words
from app.schemas.questions import QuestionRead
from app.vocabulary import (
    ABOUT_AT_LEAST,
    ABOUT_TENTH,
    MEASURE_DEFAULTS,
    MEASURES_NOT_COUNTED,
    VAGUE_RANGES,
    counts_things,
)

# What follows the number, or the thing that is counted, where that is not the measure's own name.
_MEASURE_WORDS: Final = {
    "seriously_injured": "seriously injured",
    "in_intensive_care": "in intensive care",
    "sought_help": "sought help",
    "buildings_damaged": "damaged",
    "buildings_destroyed": "destroyed",
    "distance": "",
    "duration": "",
    "amount": "",
    "other": "",
}
# Of a whole: those that stand behind what they are said of, `5 children in intensive care`.
_AFTER_THE_THING: Final = ("in intensive care", "sought help")
_PREPOSITIONS: Final = frozenset((
    "in", "at", "on", "of", "by", "from", "near", "under", "over", "among", "between", "with", "without", "for", "to",
    "during", "after", "before", "around", "outside", "inside",
))  # fmt: skip
_PLURALS: Final = frozenset((
    "people", "children", "men", "women", "police", "personnel", "aircraft", "staff", "troops", "crew",
))  # fmt: skip
_MEASURES_OF_SIZE: Final = frozenset(MEASURES_NOT_COUNTED) - {"other"}
_VAGUE: Final = VAGUE_RANGES.keys() - {"none"}
UNSAID_UNITS: Final = ("persons", "items")
# A figure that ends this long before the latest one is outdated, though its family has given none since.
OUTDATED_AFTER: Final = timedelta(hours=24)


Whole = tuple[QuestionRead, FigureRead]
"""What a figure is a part of, and the question that this answers."""


def text(question: QuestionRead, figure: FigureRead, total: Whole | None = None) -> str:
    """`at least 22 civilians injured`, `80 to 90 families displaced`, `no buildings destroyed`, `4 killed (Izmail)`.

    Of `all` with the words of its whole: `all 10 aboard killed`, `all aboard killed`.
    """
    is_one = figure.qualifier == "exact" and figure.min == 1
    unit, subject = _counted(question, may_be_subject=not is_one and figure.qualifier != "all")
    if figure.qualifier == "all":
        amount, unit = _all_of(figure, total), "" if total else unit
    else:
        amount = figure_words(figure.qualifier, figure.min, figure.max, counted=bool(unit))
    beside = f"({subject})" if subject else ""
    return " ".join(part for part in (amount, unit, _measure_words(question), beside) if part)


def _counted(question: QuestionRead, *, may_be_subject: bool = True) -> tuple[str, str]:
    """What follows a number, and the subject where that is another."""
    unit, subject = "" if question.unit in UNSAID_UNITS else question.unit or "", question.subject or ""
    # What is counted says more than the unit that is anyhow the measure's: 3 houses damaged.
    is_usual = not unit or unit == MEASURE_DEFAULTS.get(question.measure or "other", ("", ""))[1]
    if is_usual and may_be_subject and question.measure not in _MEASURES_OF_SIZE and _is_plural(subject):
        return subject, ""
    return unit, subject


def _measure_words(question: QuestionRead) -> str:
    measure = question.measure or ""
    return _MEASURE_WORDS.get(measure, measure)


def _all_of(figure: FigureRead, total: Whole | None) -> str:
    """`all 10 aboard`, `all 31 injured civilians`, `all aboard (about 10)`; of a whole without words its number."""
    if total is None:
        return "all"
    (question, total_figure), amount, aside = total, "all", ""
    if figure.min is not None and figure.min == figure.max:
        amount = figure_words("all", figure.min, figure.max)
    elif total_figure.qualifier not in ("unknown", "all"):
        aside = f"({figure_words(total_figure.qualifier, total_figure.min, total_figure.max)})"
    counted, subject = _counted(question)
    measure = _measure_words(question)
    things = (counted, measure) if measure in _AFTER_THE_THING else (measure, counted)
    return " ".join(part for part in (amount, *things, subject, aside) if part)


def _is_plural(subject: str) -> bool:
    """Whether English words say what is counted, and not where or of whom: `missiles`, `residents of Kyiv`."""
    words = [word.lower() for word in subject.split()]
    ends = [nth for nth, word in enumerate(words) if word in _PREPOSITIONS]
    nouns = words[: ends[0]] if ends else words
    return bool(nouns) and (
        nouns[-1] in _PLURALS or re.fullmatch(r"[a-z-]{2,}[^s\W\d_]s", nouns[-1], re.ASCII) is not None
    )


class Range(NamedTuple):
    """Closed: the least and the most that a figure allows."""

    low: float
    high: float


def allowed_range(question: QuestionRead, figure: FigureRead) -> Range | None:
    """What the number can be if the figure is true; None: the figure says nothing of it."""
    if figure.qualifier in VAGUE_RANGES:
        return Range(*VAGUE_RANGES[figure.qualifier])
    low = 0.0 if figure.min is None else figure.min
    high = math.inf if figure.max is None else figure.max
    if figure.qualifier == "about":
        return _around(low)
    # Of what is not counted, as distances, there are halves: more than 4 km is anything above 4.
    counted = counts_things(question.measure, question.unit)
    if figure.qualifier == "more_than":
        low = low + 1 if counted else math.nextafter(low, math.inf)
    elif figure.qualifier == "fewer_than":
        high = high - 1 if counted else math.nextafter(high, -math.inf)
    # `all_of` gives what is all of another the range of that one, if it has one.
    says_nothing = figure.qualifier == "unknown" or (figure.qualifier == "all" and figure.min is None)
    return None if says_nothing or low > high else Range(low, high)


def _around(number: float) -> Range:
    """What `about` leaves open. One product and one quotient: the tenth alone, rounded, would miss its own edge."""
    low, high = number * (ABOUT_TENTH - 1) / ABOUT_TENTH, number * (ABOUT_TENTH + 1) / ABOUT_TENTH
    return Range(max(0.0, min(low, number - ABOUT_AT_LEAST)), max(high, number + ABOUT_AT_LEAST))


def plotted_range(question: QuestionRead, figure: FigureRead) -> tuple[float | None, float | None]:
    """The ends of its range to plot: null for the upper one is no end, for both that nothing is said of the number."""
    range_ = allowed_range(question, figure)
    if range_ is None:
        return None, None
    if not counts_things(question.measure, question.unit) and figure.qualifier in ("more_than", "fewer_than"):
        # Not the float next to it: a plot shows the number that was said.
        range_ = Range(figure.min or 0.0, math.inf if figure.max is None else figure.max)
    return range_.low, None if range_.high == math.inf else range_.high


def all_of(figure: FigureRead, total: Whole | None) -> FigureRead:
    """A figure that is `all` of another, with the range of that one, whose own is known."""
    low, high = plotted_range(*total) if total is not None else (None, None)
    return built(FigureRead, figure.__dict__ | {"min": low, "max": high})


def envelope(ranges: Sequence[Range]) -> Range | None:
    """From the least to the most that any of them allows."""
    if not ranges:
        return None
    return Range(min(range_.low for range_ in ranges), max(range_.high for range_ in ranges))


def parts(claims: Mapping[UUID, ClaimRead]) -> frozenset[UUID]:
    """The claims whose figure is a part of another one of their own question: they stand beside its series."""
    part_ids = set()
    for claim in claims.values():
        total = claims.get(claim.figure.of_id) if claim.figure and claim.figure.of_id else None
        if total is not None and total.question_id == claim.question_id:
            part_ids.add(claim.id)
    return frozenset(part_ids)


class FigureStates(NamedTuple):
    """The figures that count, by how they stand to the others of their question."""

    weighed: frozenset[UUID]
    """The statements that give them."""
    replaced: frozenset[UUID]
    """Statements whose family has given a later figure."""
    current: frozenset[UUID]
    """Statements that are neither replaced nor outdated."""
    unordered: frozenset[UUID]
    """Statements of one family which differ, though which of them came last is not known."""
    outdated_claims: frozenset[UUID]
    """Claims that are supported, but by no current statement."""
    rivals: dict[UUID, list[UUID]]
    """Of each claim: the current ones that can't be true together with it."""


def weigh(
    counted: Iterable[StatementInContext],
    questions: Mapping[UUID, QuestionRead],
    claims: Mapping[UUID, ClaimRead],
    part_figures: Collection[UUID],
    exclusions: Exclusions = NO_EXCLUSIONS,
) -> FigureStates:
    """Weigh the explicit live figures at one moment; `part_figures`: the claims that `parts` gives.

    On a question whose true value changes with time, a figure gives way to its family's figure that starts at or after
    its end, and what ends 24 h or more before the latest of those left is outdated. On others all are current.
    """
    by_question = defaultdict(list)
    for statement in counted:
        claim = claims[statement.claim_id] if statement.claim_id and statement.row.stance == "support" else None
        if claim is not None and claim.figure is not None and claim.id not in part_figures and claim.question_id:
            by_question[claim.question_id].append(statement)
    weighed, replaced, current, unordered, outdated_claims = (set[UUID]() for _ in range(5))
    rivals: dict[UUID, list[UUID]] = {}
    for question_id, statements in by_question.items():
        remaining, current_statements = statements, statements
        if questions[question_id].evolving:
            remaining = unreplaced(statements)
            current_statements = recent(remaining, questions[question_id], claims)
            unordered |= _unordered(remaining)
        current_claims = {statement.claim_id for statement in current_statements}
        statement_ids = {statement.row.id for statement in statements}
        weighed |= statement_ids
        replaced |= statement_ids.difference(statement.row.id for statement in remaining)
        current |= {statement.row.id for statement in current_statements}
        outdated_claims |= {
            statement.claim_id
            for statement in statements
            if statement.claim_id and statement.claim_id not in current_claims
        }
        rivals |= rival_figures(questions[question_id], claims, current_statements, exclusions)
    return FigureStates(
        frozenset(weighed),
        frozenset(replaced),
        frozenset(current),
        frozenset(unordered),
        frozenset(outdated_claims),
        rivals,
    )


def gives_way(statement: StatementInContext, later_start: datetime) -> bool:
    """Whether a figure of the same family that starts then comes after it; the same moment is no later one."""
    said = statement.said
    return later_start >= said.end and (said.start, said.end) != (later_start, later_start)


def unreplaced(statements: Sequence[StatementInContext]) -> list[StatementInContext]:
    """The statements whose figure no later one of their own family has replaced."""
    last_starts: dict[UUID, datetime] = {}
    for statement in statements:
        start = statement.said.start
        last_starts[statement.family] = max(start, last_starts.get(statement.family, start))
    return [statement for statement in statements if not gives_way(statement, last_starts[statement.family])]


def recent(
    remaining: Sequence[StatementInContext], question: QuestionRead, claims: Mapping[UUID, ClaimRead]
) -> list[StatementInContext]:
    """The statements whose time ends less than 24 h before the latest figure.

    A figure that nobody gives, or that says no number or a vague one (`dozens`), outdates none.
    """
    ends = (
        statement.said.end
        for statement in remaining
        if statement.row.source_id and statement.claim_id and _tells_a_number(question, claims[statement.claim_id])
    )
    latest = max(ends, default=None)
    return [s for s in remaining if latest is None or latest - s.said.end < OUTDATED_AFTER]


def _tells_a_number(question: QuestionRead, claim: ClaimRead) -> bool:
    figure = claim.figure
    return figure is not None and figure.qualifier not in _VAGUE and allowed_range(question, figure) is not None


def _unordered(remaining: Iterable[StatementInContext]) -> set[UUID]:
    """What overlaps with its family's last figure and is another one: both stay, and neither is the later."""
    by_family = defaultdict(list)
    for statement in remaining:
        by_family[statement.family].append(statement)
    return {
        statement.row.id
        for statements in by_family.values()
        if len({statement.claim_id for statement in statements}) > 1
        for statement in statements
    }


def rival_figures(
    question: QuestionRead,
    claims: Mapping[UUID, ClaimRead],
    current: Iterable[StatementInContext],
    exclusions: Exclusions,
) -> dict[UUID, list[UUID]]:
    """Current figures with a source behind them of which but one can be true, if two families are in it.

    Those whose ranges have nothing in common, unless a link lets both stand; and those that a link has contradict.
    """
    if not question.single_answer and not exclusions.opposed:
        return {}
    families: dict[UUID, set[UUID]] = defaultdict(set)
    for statement in current:
        if statement.claim_id and statement.row.source_id:
            families[statement.claim_id].add(statement.family)
    ranges = {}
    for claim_id in families:
        figure = claims[claim_id].figure
        if figure is not None:
            ranges[claim_id] = allowed_range(question, figure) if question.single_answer else None
    return {
        claim_id: [
            rival_id
            for rival_id, rival_range in ranges.items()
            if (
                rival_id in opposed
                or (_are_apart(range_, rival_range) and rival_id not in exclusions.compatible.get(claim_id, ()))
            )
            and len(families[claim_id] | families[rival_id]) > 1
        ]
        for claim_id, range_ in ranges.items()
        for opposed in [exclusions.opposed.get(claim_id, ())]
        if range_ is not None or opposed
    }


def _are_apart(first: Range | None, second: Range | None) -> bool:
    """Whether they have nothing in common; None: what says nothing excludes nothing."""
    return first is not None and second is not None and (first.low > second.high or second.low > first.high)


def exclude(question: QuestionRead, first: FigureRead, second: FigureRead) -> bool:
    """Whether two figures can't both be true."""
    return question.single_answer and _are_apart(allowed_range(question, first), allowed_range(question, second))
