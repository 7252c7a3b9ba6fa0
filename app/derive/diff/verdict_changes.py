"""What the rules decide at two moments: where claims and questions stand, independent sources, current figures."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from app.derive.diff import snapshots
from app.derive.diff.snapshots import SnapshotPair, compare
from app.derive.rules import figures
from app.derive.rules.construct import built
from app.derive.rules.figures import Range
from app.schemas.claims import figure_words
from app.schemas.pictures.diffs import FigureNow, FiguresMoved, FiguresNow, OriginsMoved, StandingMoved, StatusMoved
from app.schemas.pictures.dossiers import ClaimPicture, JoinRead, OriginRead, QuestionPicture, StatementPicture
from app.vocabulary import Stance

# The states of a figure that has neither been replaced nor become outdated.
_CURRENT_STATES: Final = ("current", "order_unknown")


def standings(pair: SnapshotPair) -> list[StandingMoved]:
    """Of claims that are there at both moments."""
    return [
        built(
            StandingMoved,
            claim_id=after.id,
            question_id=after.question_id,
            text=after.text,
            from_=before.standing,
            to=after.standing,
            why=after.why,
            why_before=before.why,
            reasons=after.reasons,
            reasons_before=before.reasons,
        )
        for before, after in compare(pair.before.claims, pair.after.claims).both
        if before.standing != after.standing
    ]


def statuses(pair: SnapshotPair) -> list[StatusMoved]:
    """Of questions that are there at both moments."""
    return [
        built(
            StatusMoved,
            question_id=after.id,
            text=after.text,
            from_=before.status,
            to=after.status,
            why=after.why,
            why_before=before.why,
            reasons=after.reasons,
            reasons_before=before.reasons,
        )
        for before, after in compare(pair.before.questions, pair.after.questions).both
        if before.status != after.status
    ]


# --- origins ---------------------------------------------------------------------------------------------------------


def origins(pair: SnapshotPair) -> list[OriginsMoved]:
    """Counts of independent sources, of claims that are there at both moments."""
    return [
        _origins_moved(before, after, stance)
        for before, after in compare(pair.before.claims, pair.after.claims).both
        for stance in sorted(before.origins.keys() | after.origins.keys())
        if len(before.origins.get(stance, ())) != len(after.origins.get(stance, ()))
    ]


def _origins_moved(before: ClaimPicture, after: ClaimPicture, stance: Stance) -> OriginsMoved:
    origins_before, origins_after = before.origins.get(stance, []), after.origins.get(stance, [])
    return built(
        OriginsMoved,
        claim_id=after.id,
        question_id=after.question_id,
        text=after.text,
        stance=stance,
        from_=len(origins_before),
        to=len(origins_after),
        joined_by=list(_joining(origins_before, origins_after)),
        parted_by=list(_joining(origins_after, origins_before)),
    )


def _joining(parted: Iterable[OriginRead], together: Iterable[OriginRead]) -> Iterator[JoinRead]:
    """What makes one, of `together`, of statements that are of several of `parted`."""
    origin_of_statement = {statement_id: origin for origin in parted for statement_id in origin.statement_ids}
    for origin in together:
        joined = [origin_of_statement[id_] for id_ in origin.statement_ids if id_ in origin_of_statement]
        distinct = {id(part): part for part in joined}
        if len(distinct) > 1:
            causes = [_cause(join) for part in distinct.values() for join in part.joined_by]
            yield from (join for join in origin.joined_by if _cause(join) not in causes)


def _cause(join: JoinRead) -> tuple[object, ...]:
    return join.how, join.source_id, join.document_id, join.party, join.link_id


# --- figures ---------------------------------------------------------------------------------------------------------


def figures_moved(pair: SnapshotPair) -> list[FiguresMoved]:
    """Of quantities, asked at either moment, whose current figures are others."""
    moved = []
    for id_, question in (pair.before.questions | pair.after.questions).items():
        if question.measure is None:
            continue
        before, after = (current(snapshot.questions.get(id_)) for snapshot in pair)
        claim_ids = ([figure.claim_id for figure in figures_now.figures] for figures_now in (before, after))
        if before.says != after.says or not snapshots.is_same(pair, *claim_ids):
            moved.append(
                built(
                    FiguresMoved,
                    question_id=id_,
                    text=question.text,
                    measure=question.measure,
                    from_=before,
                    to=after,
                )
            )
    return moved


def current(question: QuestionPicture | None) -> FiguresNow:
    """The figures that are current, and what they allow together; None: the question was not there."""
    if question is None:
        return built(FiguresNow, says=None, min=None, max=None, figures=[])
    with_statements = [(claim, _giving(question, claim)) for claim in question.claims if claim.figure]
    figure_claims = [(claim, statements) for claim, statements in with_statements if statements]
    stated = [claim.figure for claim, _ in figure_claims if claim.figure]
    if not stated:
        return built(FiguresNow, says=None, min=None, max=None, figures=[])
    ranges = [range_ for figure in stated if (range_ := figures.allowed_range(question, figure)) is not None]
    envelope = figures.envelope(ranges)
    single_figure = stated[0] if len(stated) == 1 else None
    return built(
        FiguresNow,
        says=figure_words(single_figure.qualifier, single_figure.min, single_figure.max)
        if single_figure
        else _words(envelope),
        min=envelope.low if envelope else None,
        max=envelope.high if envelope and envelope.high != math.inf else None,
        figures=[
            built(
                FigureNow,
                claim_id=claim.id,
                text=claim.text,
                source_ids=list(dict.fromkeys(statement.source_id for statement in statements if statement.source_id)),
            )
            for claim, statements in figure_claims
        ],
    )


def _giving(question: QuestionPicture, claim: ClaimPicture) -> list[StatementPicture]:
    """The statements that give a figure now; a part of another figure of its own question stands beside these."""
    explicit = [s for s in claim.statements if s.live and s.explicitness == "explicit" and s.stance == "support"]
    if question.evolving:
        return [statement for statement in explicit if statement.figure_state in _CURRENT_STATES]
    total_id = claim.figure.of_id if claim.figure else None
    return [] if total_id in {answer.id for answer in question.claims} else explicit


def _words(envelope: Range | None) -> str:
    if envelope is None:
        return "an unknown number"
    if envelope.high == math.inf:
        return figure_words("at_least", envelope.low, None)
    return figure_words("between", envelope.low, envelope.high)
