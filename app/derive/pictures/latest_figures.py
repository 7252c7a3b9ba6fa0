"""What a reader would say of a quantity now: what the last of its current figures say together."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.pictures import labels
from app.derive.rules import figures
from app.derive.rules.construct import built
from app.derive.rules.figures import Range
from app.schemas.pictures.diffs import FigureNow, FiguresNow
from app.schemas.pictures.dossiers import ClaimPicture, QuestionPicture, StatementPicture
from app.texts.messages.wording import ENGLISH, Wording

# The states of a figure that has neither been replaced nor become outdated.
_CURRENT_STATES: Final = ("current", "order_unknown")


class _CurrentFigure(NamedTuple):
    """A current figure, given once."""

    claim_id: UUID
    range: Range
    start: datetime
    end: datetime
    by_somebody: bool


def latest(question: QuestionPicture | None, words: Wording = ENGLISH) -> FiguresNow:
    """The figures that are current, and what the last of them allow together; None: the question was not there."""
    statements_by_claim = [(claim, _giving(question, claim)) for claim in question.claims] if question else []
    current = [(claim, statements) for claim, statements in statements_by_claim if statements]
    if question is None or not current:
        return built(FiguresNow, says=None, min=None, max=None, figures=[])
    ranges = {
        claim.id: range_
        for claim, _ in current
        if claim.figure and (range_ := figures.allowed_range(question, claim.figure)) is not None
    }
    current_figures = [
        _CurrentFigure(claim.id, ranges[claim.id], said.effective_from, said.effective_to, said.source_id is not None)
        for claim, statements in current
        if claim.id in ranges
        for said in statements
    ]
    overtaken = _overtaken(current_figures) if question.evolving else set()
    last = [claim for claim, _ in current if claim.id not in overtaken]
    last_ranges = [ranges[claim.id] for claim in last if claim.id in ranges]
    envelope = figures.envelope(last_ranges)
    return built(
        FiguresNow,
        says=_says_together(words, last, last_ranges),
        min=envelope.low if envelope else None,
        max=envelope.high if envelope and envelope.high != math.inf else None,
        figures=[
            built(
                FigureNow,
                claim_id=claim.id,
                text=claim.text,
                source_ids=list(dict.fromkeys(said.source_id for said in statements if said.source_id)),
                overtaken=claim.id in overtaken,
            )
            for claim, statements in current
        ],
    )


def _giving(question: QuestionPicture, claim: ClaimPicture) -> list[StatementPicture]:
    """The statements that give its figure now; a part of another figure of its own question stands beside these."""
    if claim.figure is None:
        return []
    explicit = [s for s in claim.statements if s.live and s.outright and s.stance == "support"]
    if question.evolving:
        return [statement for statement in explicit if statement.figure_state in _CURRENT_STATES]
    return [] if claim.figure.of_id in {answer.id for answer in question.claims} else explicit


def _overtaken(current_figures: Iterable[_CurrentFigure]) -> set[UUID]:
    """The claims of something that changes with time whose figure has since been followed by more, or by less vague.

    A toll grows: who named a lower number in the morning says nothing against the evening's. A later number that is
    lower is another matter, and both stay. What is said in nobody's name overtakes nobody.
    """
    by_start = sorted(current_figures, key=lambda figure: figure.start)
    starts = [figure.start for figure in by_start]
    # From each place of that order on, the most that anybody, and that somebody, says.
    peaks: list[tuple[tuple[float, float], tuple[float, float]]] = [((-math.inf, -math.inf),) * 2]
    for figure in reversed(by_start):
        of_anybody, of_somebody = peaks[-1]
        says = _says(figure)
        peaks.append((max(of_anybody, says), max(of_somebody, says) if figure.by_somebody else of_somebody))
    peaks.reverse()
    is_overtaken: dict[UUID, list[bool]] = defaultdict(list)
    for figure in by_start:
        # Of two that are of one moment none is the later.
        later = bisect_right if figure.start == figure.end else bisect_left
        following = peaks[later(starts, figure.end)]
        is_overtaken[figure.claim_id].append(following[figure.by_somebody] > _says(figure))
    return {claim_id for claim_id, flags in is_overtaken.items() if all(flags)}


def _says(figure: _CurrentFigure) -> tuple[float, float]:
    """To compare what figures say: by the least they allow, then by how little they leave open."""
    return figure.range.low, -figure.range.high


def _says_together(words: Wording, last: list[ClaimPicture], ranges: list[Range]) -> str:
    """`60 to 80`, `60 to 80 or more`; of one figure its own words."""
    if len(last) == 1 and (only := last[0].figure) is not None:
        return labels.amount(words, only.qualifier, only.min, only.max)
    envelope = figures.envelope(ranges)
    if envelope is None:
        return labels.amount(words, "unknown", None, None)
    if envelope.high != math.inf:
        return labels.amount(words, "between", envelope.low, envelope.high)
    highest = max(end for range_ in ranges for end in range_ if end != math.inf)
    if highest == envelope.low:
        return labels.amount(words, "at_least", envelope.low, None)
    return labels.amount(words, "between_or_more", envelope.low, highest)
