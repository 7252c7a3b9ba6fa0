"""Self-contradictions: where a family says what it denied, or what excludes what it said before.

And beside them where it gave two figures of something that grows, of which nobody knows which came last.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

from app.derive.rules import figures, in_force, rivals
from app.derive.rules.context import EventContext
from app.derive.rules.in_force import Lapses
from app.derive.rules.statements import StatementInContext, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import PERSONS

ContradictionKind = Literal["both_ways", "rival_claims", "order_unknown"]
_CONTRADICTIONS: Final = ("both_ways", "rival_claims")
_BySense = dict[tuple[UUID, str], list[StatementInContext]]
"""By claim and stance, support or deny: what a family said, in its order."""
# Two figures that a source gave in one minute, by its own word, are no series: nothing grew between them.
_AT_ONCE: Final = timedelta(minutes=1)


class SelfContradiction(NamedTuple):
    """Two statements of one family that can't both hold: the earlier still stood when the later was made.

    Where neither is surely the later, each still stood at the end of the other.
    """

    kind: ContradictionKind
    """`both_ways`: it supports and denies one claim; `rival_claims`: it supports two that exclude each other.

    `order_unknown`: two figures of what grows; one may have come after the other, so they need be no contradiction.
    """
    earlier: StatementInContext
    later: StatementInContext


def contradictions(context: EventContext) -> list[SelfContradiction]:
    """Each pair of claims, and each claim taken both ways, once for a family: where that was first so.

    With the figures of which the order is not known, which are no contradictions.

    Families here are those of named sources and of unnamed ones that belong to somebody; any other unnamed source is
    compared with itself alone, and not at all where more than one may be meant: two officials may differ. On a
    question whose true value changes with time two figures contradict each other only where neither is the later one.
    What only reports had said that took it back accuses nobody, nor does what puts right (`act`) what was said before.
    """
    by_family: dict[UUID, list[StatementInContext]] = defaultdict(list)
    for statement in context.statements:
        row, ended = statement.row, context.ended.get(statement.row.id)
        if ended is not None and ended.by_report:
            continue
        if statement.outright and statement.claim_id and row.stance in ("support", "deny"):
            speaker = statement.family if statement.family_by == "source" else _one_speaker(statement, context)
            if speaker is not None:
                by_family[speaker].append(statement)
    lapses = in_force.lapses(context.statements)
    pairs = [
        pair
        for statements in by_family.values()
        if len(statements) > 1
        for pair in _of_family(statements, lapses, context)
    ]
    return sorted(pairs, key=lambda pair: (order(pair.later), order(pair.earlier)))


def _one_speaker(statement: StatementInContext, context: EventContext) -> UUID | None:
    """The unnamed source, if it is one."""
    member = context.kin.members.get(statement.source_id) if statement.source_id else None
    return None if member is None or member.several else member.id


def _of_family(
    statements: Sequence[StatementInContext], lapses: Lapses, context: EventContext
) -> Iterator[SelfContradiction]:
    """`statements`: of one family, in their order."""
    reported: set[tuple[ContradictionKind, frozenset[UUID]]] = set()
    # By question, or all that answer none: what the family said in each sense.
    said_before: dict[UUID | None, _BySense] = defaultdict(dict)
    for later in statements:
        claim = context.claims.get(_claim_id(later))
        if claim is None:
            continue
        to_question = said_before[claim.question_id]
        if _replaces_figures(later, claim, context):
            _drop_replaced(to_question, later, context)
        standing = [
            (earlier, said)
            for said in _opposite(later, claim, said_before, context)
            if (earlier := _last_in_force(said, lapses, later)) is not None
        ]
        is_corrected = False
        for earlier, said in sorted(standing, key=lambda pair: order(pair[0])):
            kind, claim_ids = _kind(earlier, later, context), frozenset((_claim_id(earlier), claim.id))
            corrected = _corrected(earlier, later) if kind in _CONTRADICTIONS else None
            is_corrected |= corrected is later
            if corrected is earlier:
                said.clear()
            elif kind is not None and corrected is None and (kind, claim_ids) not in reported:
                reported.add((kind, claim_ids))
                yield SelfContradiction(kind, earlier, later)
        if not is_corrected:
            to_question.setdefault((claim.id, later.row.stance), []).append(later)


def _corrected(earlier: StatementInContext, later: StatementInContext) -> StatementInContext | None:
    """Which of two that contradict each other the other one puts right, by its own word."""
    if later.row.act == "correct":
        return earlier
    return later if earlier.row.act == "correct" and _overlap(earlier, later) else None


def _drop_replaced(to_question: _BySense, later: StatementInContext, context: EventContext) -> None:
    """Forget the family's figures that the later one replaces: growing is no contradiction."""
    supported = [claim_id for claim_id, stance in to_question if stance == "support"]
    for claim_id in supported:
        if claim_id in context.part_figures:
            continue
        said = to_question.pop((claim_id, "support"))
        if remaining := [earlier for earlier in said if not figures.gives_way(earlier, later.said.start)]:
            to_question[claim_id, "support"] = remaining


def _last_in_force(
    said: Sequence[StatementInContext], lapses: Lapses, later: StatementInContext
) -> StatementInContext | None:
    """The last of these that was still in force when the later statement was made.

    Where their times overlap, either may be the later: then that one still stood at the end of this, too.
    """
    return next(
        (
            statement
            for statement in reversed(said)
            if in_force.stands_at(lapses.get(statement.row.id, ()), later.said.end)
            and (not _overlap(statement, later) or in_force.stands_at(lapses.get(later.row.id, ()), statement.said.end))
        ),
        None,
    )


def _overlap(earlier: StatementInContext, later: StatementInContext) -> bool:
    """Whether the later of two in their order need not be the later in time."""
    return later.said.start < earlier.said.end or later.said.start == earlier.said.start


def _replaces_figures(later: StatementInContext, claim: ClaimRead, context: EventContext) -> bool:
    """Whether it takes the place of the family's earlier figures."""
    question = context.questions.get(claim.question_id) if claim.figure and claim.question_id else None
    evolving = question is not None and question.evolving and claim.id not in context.part_figures
    return evolving and later.row.stance == "support"


def _opposite(
    later: StatementInContext, claim: ClaimRead, said_before: Mapping[UUID | None, _BySense], context: EventContext
) -> Iterator[list[StatementInContext]]:
    """What the family said before in each sense that can stand against this: few, however much it said."""
    to_question = said_before.get(claim.question_id, {})
    opposite_stance = "deny" if later.row.stance == "support" else "support"
    if (said := to_question.get((claim.id, opposite_stance))) is not None:
        yield said
    if later.row.stance == "support":
        opposed = context.exclusions.opposed.get(claim.id, set())
        for claim_id in opposed & context.claims.keys():
            said = said_before.get(context.claims[claim_id].question_id, {}).get((claim_id, "support"))
            if said is not None:
                yield said
        if claim.figure is not None or claim.id in context.exclusions.answers:
            yield from (
                said
                for (claim_id, stance), said in to_question.items()
                if stance == "support" and claim_id not in opposed
            )


def _kind(earlier: StatementInContext, later: StatementInContext, context: EventContext) -> ContradictionKind | None:
    """How the two contradict each other; None: they do not."""
    first, second = context.claims[_claim_id(earlier)], context.claims[_claim_id(later)]
    if first.id == second.id:
        return "both_ways" if earlier.row.stance != later.row.stance else None
    if {earlier.row.stance, later.row.stance} != {"support"}:
        return None
    if rivals.exclude(context.exclusions, first.id, second.id):
        return "rival_claims"
    question = context.questions.get(first.question_id) if first.question_id else None
    if question is None or not _figures_exclude(question, first, second, context):
        return None
    if _at_once(earlier, later) or not (question.evolving or _may_grow(question)):
        return "rival_claims"
    return _of_what_grows(question, earlier, later, context)


def _of_what_grows(
    question: QuestionRead, earlier: StatementInContext, later: StatementInContext, context: EventContext
) -> ContradictionKind | None:
    """The later one may say how many there were by then; what it surely replaced is no longer here."""
    if question.evolving or _overlap(earlier, later):
        return "order_unknown"
    first, second = (context.claims[_claim_id(statement)] for statement in (earlier, later))
    return None if _has_grown(question, first, second) else "rival_claims"


def _may_grow(question: QuestionRead) -> bool:
    """Whether it counts people of a kind without a measure of its own, and nobody told whether their number grows."""
    return question.measure == "other" and question.unit == PERSONS and not {"kind", "evolving"} & set(question.told)


def _has_grown(question: QuestionRead, first: ClaimRead, second: ClaimRead) -> bool:
    """Whether all that the second figure allows is more than the first does: who gave both may have counted on."""
    before, after = (
        figures.allowed_range(question, claim.figure) if claim.figure is not None else None for claim in (first, second)
    )
    return before is not None and after is not None and before.high < after.low


def _figures_exclude(question: QuestionRead, first: ClaimRead, second: ClaimRead, context: EventContext) -> bool:
    """Whether the two are figures of this question of which but one can be true; `question`: of the first."""
    if first.figure is None or second.figure is None or second.question_id != question.id:
        return False
    if {first.id, second.id} & context.part_figures or second.id in context.exclusions.compatible.get(first.id, ()):
        return False
    return figures.exclude(question, first.figure, second.figure)


def _at_once(earlier: StatementInContext, later: StatementInContext) -> bool:
    """Whether both were said in the same minute, by their own word: what a document tells is only when it came out."""
    times = earlier.said, later.said
    start, end = min(said.start for said in times), max(said.end for said in times)
    return end - start <= _AT_ONCE and {said.by for said in times} == {"said"}


def _claim_id(statement: StatementInContext) -> UUID:
    if statement.claim_id is None:
        raise TypeError
    return statement.claim_id
