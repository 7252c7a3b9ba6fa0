"""What the rules make of it at two moments: where claims and questions stand, independent sources, current figures."""

import math
from collections.abc import Iterable, Iterator

from app.derive.diff import snapshots
from app.derive.diff.snapshots import Between
from app.derive.rules import figures
from app.derive.rules.construct import built
from app.derive.rules.figures import Range
from app.schemas.claims import figure_words
from app.schemas.pictures.diffs import FigureNow, FiguresMoved, FiguresNow, OriginsMoved, StandingMoved, StatusMoved
from app.schemas.pictures.dossiers import ClaimPicture, JoinRead, OriginRead, QuestionPicture, StatementPicture
from app.vocabulary import Stance

_NOW = ("current", "order_unknown")


def standings(ends: Between) -> list[StandingMoved]:
    """Of claims that are there at both moments."""
    was = ends.before.claims
    return [
        built(
            StandingMoved,
            claim_id=id_,
            question_id=claim.question_id,
            text=claim.text,
            from_=was[id_].standing,
            to=claim.standing,
            why=claim.why,
            why_before=was[id_].why,
        )
        for id_, claim in ends.after.claims.items()
        if id_ in was and was[id_].standing != claim.standing
    ]


def statuses(ends: Between) -> list[StatusMoved]:
    """Of questions that are there at both moments."""
    was = ends.before.questions
    return [
        built(
            StatusMoved,
            question_id=id_,
            text=question.text,
            from_=was[id_].status,
            to=question.status,
            why=question.why,
            why_before=was[id_].why,
        )
        for id_, question in ends.after.questions.items()
        if id_ in was and was[id_].status != question.status
    ]


# --- origins ---------------------------------------------------------------------------------------------------------


def origins(ends: Between) -> list[OriginsMoved]:
    """Counts of independent sources, of claims that are there at both moments."""
    found = []
    for id_, claim in ends.after.claims.items():
        was = ends.before.claims.get(id_)
        if was is not None:
            stances = sorted(was.origins.keys() | claim.origins.keys())
            found += [_origins(was, claim, s) for s in stances if _count(was, s) != _count(claim, s)]
    return found


def _count(claim: ClaimPicture, stance: Stance) -> int:
    return len(claim.origins.get(stance, ()))


def _origins(was: ClaimPicture, claim: ClaimPicture, stance: Stance) -> OriginsMoved:
    before, after = was.origins.get(stance, []), claim.origins.get(stance, [])
    return built(
        OriginsMoved,
        claim_id=claim.id,
        question_id=claim.question_id,
        text=claim.text,
        stance=stance,
        from_=len(before),
        to=len(after),
        joined_by=list(_joining(before, after)),
        parted_by=list(_joining(after, before)),
    )


def _joining(apart: Iterable[OriginRead], together: Iterable[OriginRead]) -> Iterator[JoinRead]:
    """What makes one, of `together`, of statements that are of several of `apart`."""
    own = {id_: origin for origin in apart for id_ in origin.statement_ids}
    for origin in together:
        once = {id(own[id_]): own[id_] for id_ in origin.statement_ids if id_ in own}
        if len(once) > 1:
            known = [_cause(join) for one in once.values() for join in one.joined_by]
            yield from (join for join in origin.joined_by if _cause(join) not in known)


def _cause(join: JoinRead) -> tuple[object, ...]:
    return join.how, join.source_id, join.document_id, join.party, join.link_id


# --- figures ---------------------------------------------------------------------------------------------------------


def figures_moved(ends: Between) -> list[FiguresMoved]:
    """Of quantities, asked at either moment, whose current figures are others."""
    found = []
    for id_, question in (ends.before.questions | ends.after.questions).items():
        if question.measure is not None:
            was, is_ = (current(end.questions.get(id_)) for end in ends)
            if was.says != is_.says or not _same(ends, was, is_):
                found.append(
                    built(
                        FiguresMoved,
                        question_id=id_,
                        text=question.text,
                        measure=question.measure,
                        from_=was,
                        to=is_,
                    )
                )
    return found


def _same(ends: Between, was: FiguresNow, is_: FiguresNow) -> bool:
    return snapshots.same(ends, [one.claim_id for one in was.figures], [one.claim_id for one in is_.figures])


def current(question: QuestionPicture | None) -> FiguresNow:
    """The figures that are current, and what they allow together."""
    given = (
        [] if question is None else [(c, said) for c in question.claims if c.figure and (said := _giving(question, c))]
    )
    if question is None or not given:
        return built(FiguresNow, says=None, min=None, max=None, figures=[])
    told = [claim.figure for claim, _ in given if claim.figure]
    ranges = [range_ for figure in told if (range_ := figures.allowed(question, figure)) is not None]
    spread = figures.envelope(ranges)
    return built(
        FiguresNow,
        says=figure_words(told[0].qualifier, told[0].min, told[0].max) if len(told) == 1 else _words(spread),
        min=spread.low if spread else None,
        max=spread.high if spread and spread.high != math.inf else None,
        figures=[
            built(
                FigureNow,
                claim_id=claim.id,
                text=claim.text,
                source_ids=list(dict.fromkeys(one.source_id for one in said if one.source_id)),
            )
            for claim, said in given
        ],
    )


def _giving(question: QuestionPicture, claim: ClaimPicture) -> list[StatementPicture]:
    """The statements that give a figure now; a part of another figure of its own question stands beside these."""
    explicit = [s for s in claim.statements if s.live and s.explicitness == "explicit" and s.stance == "support"]
    if question.evolving:
        return [statement for statement in explicit if statement.figure_state in _NOW]
    whole = claim.figure.of_id if claim.figure else None
    return [] if whole in {other.id for other in question.claims} else explicit


def _words(spread: Range | None) -> str:
    if spread is None:
        return "an unknown number"
    if spread.high == math.inf:
        return figure_words("at_least", spread.low, None)
    return figure_words("between", spread.low, spread.high)
