"""Figures against each other: what each allows, which are current, and which can't both be true."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any, Final
from uuid import UUID

import make
import pytest
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st

from app.derive.rules import figures
from app.derive.rules.figures import FigureStates
from app.derive.rules.statements import StatementInContext, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import Qualifier

TOLL: Final = make.read(QuestionRead, measure="injured", evolving=True, single_answer=True)
LAUNCHED: Final = make.read(QuestionRead, measure="launched", single_answer=True)
GUESSES: Final = make.read(QuestionRead, measure="injured", evolving=True)
QUESTIONS: Final = {question.id: question for question in (TOLL, LAUNCHED, GUESSES)}
A, B, C = make.uuid(), make.uuid(), make.uuid()
Given = tuple[Qualifier, float | None, float | None]


def claim(qualifier: Qualifier, low: float | None = None, high: float | None = None, **more: Any) -> ClaimRead:
    whole, question = more.pop("of", None), more.pop("question", TOLL)
    figure = make.figure(qualifier, low, high).model_copy(update={"of_id": whole and whole.id})
    return make.read(ClaimRead, question_id=question.id, figure=figure, **more)


def exact(number: float, **more: Any) -> ClaimRead:
    return claim("exact", number, number, **more)


def statement(about: ClaimRead, family: UUID, said: str = "2023-08-09", **given: Any) -> StatementInContext:
    return make.statement(said, family=family, claim=about.id, question=about.question_id, **given)


def weighed(*statements: StatementInContext, claims: Iterable[ClaimRead]) -> FigureStates:
    known = {each.id: each for each in claims}
    return figures.weigh(sorted(statements, key=order), QUESTIONS, known, figures.parts(known))


def states(*statements: StatementInContext, claims: Iterable[ClaimRead]) -> list[str]:
    """Of each: replaced, outdated, current, order unknown; or that it is not weighed."""
    found = weighed(*statements, claims=claims)
    return [_state(found, each.row.id) for each in statements]


def _state(found: FigureStates, id_: UUID) -> str:
    if id_ not in found.weighed:
        return "not weighed"
    if id_ in found.replaced:
        return "replaced"
    if id_ in found.current:
        return "order unknown" if id_ in found.unordered else "current"
    return "outdated"


# --- what a figure allows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("exact", 31, 31), ("exact", 31, 31), False),
        (("exact", 31, 31), ("about", 30, 30), False),
        (("exact", 33, 33), ("about", 30, 30), False),
        (("exact", 34, 34), ("about", 30, 30), True),
        (("exact", 0, 0), ("about", 1, 1), False),
        (("exact", 9, 9), ("about", 8, 8), False),
        (("exact", 10, 10), ("about", 8, 8), True),
        (("exact", 9.45, 9.45), ("about", 10.5, 10.5), False),
        (("about", 2_000, 2_000), ("about", 2_500, 2_500), True),
        (("about", 1_900, 1_900), ("thousands", None, None), False),
        (("tens", None, None), ("exact", 22, 22), False),
        (("tens", None, None), ("dozens", None, None), False),
        (("several", None, None), ("tens", None, None), True),
        (("exact", 31, 31), ("at_least", 31, None), False),
        (("exact", 31, 31), ("more_than", 31, None), True),
        (("exact", 31, 31), ("fewer_than", None, 31), True),
        (("exact", 31, 31), ("at_most", None, 31), False),
        (("exact", 24, 24), ("dozens", None, None), False),
        (("exact", 23, 23), ("dozens", None, None), True),
        (("dozens", None, None), ("hundreds", None, None), True),
        (("between", 20, 30), ("between", 30, 40), False),
        (("between", 20, 30), ("between", 31, 40), True),
        (("none", None, None), ("exact", 0, 0), False),
        (("none", None, None), ("at_least", 1, None), True),
        (("at_least", 999, None), ("hundreds", None, None), False),
        (("more_than", 999, None), ("hundreds", None, None), True),
        (("unknown", None, None), ("exact", 31, 31), False),
        (("at_least", 31, None), ("at_least", 80, None), False),
    ],
)
def test_figures_whose_ranges_have_nothing_in_common_exclude_each_other(
    one: Given, other: Given, *, apart: bool
) -> None:
    first, second = claim(*one), claim(*other)
    for pair in ((first, second), (second, first)):
        assert figures.exclude(TOLL, *(make.figure(*given) for given in (one, other))) == apart
        found = weighed(statement(pair[0], A), statement(pair[1], B), claims=pair).rivals
        assert {id_ for id_, its in found.items() if its} == ({first.id, second.id} if apart else set())


# --- which are current -----------------------------------------------------------------------------------------------


def test_a_figure_gives_way_to_its_familys_later_one() -> None:
    few, many = exact(31), exact(80)
    first, second, theirs = statement(few, A), statement(many, A, "2023-08-10"), statement(few, B, "2023-08-10")
    every = [few, many]
    assert states(first, second, claims=every) == ["replaced", "current"]
    assert states(first, second, theirs, claims=every) == ["replaced", "current", "current"]
    assert weighed(first, second, claims=every).outdated_claims == {few.id}
    assert weighed(first, second, theirs, claims=every).outdated_claims == set()
    # Not to a denial, to what is only beside it, or to another question's.
    denial = statement(many, A, "2023-08-10", stance="deny")
    other = exact(80, question=GUESSES)
    assert states(first, denial, statement(other, A, "2023-08-10"), claims=[*every, other]) == [
        "current",
        "not weighed",
        "current",
    ]


def test_the_same_figure_again_takes_the_place_of_the_first() -> None:
    few = exact(31)
    first, again = statement(few, A), statement(few, A, "2023-08-11")
    assert states(first, again, claims=[few]) == ["replaced", "current"]
    assert weighed(first, again, claims=[few]).outdated_claims == set()


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("2023-08-09", "2023-08-09", ["order unknown", "order unknown"]),
        ("2023-08-09", "2023-08-09T12:00Z", ["order unknown", "order unknown"]),
        ("2023-08-09", "2023-08-09T23:59Z", ["order unknown", "order unknown"]),
        ("2023-08-09", "2023-08-10T00:00Z", ["replaced", "current"]),
        ("2023-08-09T12:00Z", "2023-08-09T12:00Z", ["order unknown", "order unknown"]),
        ("2023-08-09T12:00Z", "2023-08-09T12:01Z", ["replaced", "current"]),
        ("2023-08-09T12:00:30Z", "2023-08-09T12:00Z", ["order unknown", "order unknown"]),
        ("2023-08-09/2023-08-11", "2023-08-11", ["order unknown", "order unknown"]),
        ("2023-08-09/2023-08-11", "2023-08-12", ["replaced", "current"]),
        ("2023-08", "2023-08-31", ["order unknown", "order unknown"]),
    ],
)
def test_on_one_day_both_stay_and_are_labelled(first: str, second: str, found: list[str]) -> None:
    few, many = exact(31), exact(80)
    statements = [statement(few, A, first), statement(many, A, second)]
    assert states(*statements, claims=[few, many]) == found


def test_one_figure_twice_on_one_day_has_no_order_to_know() -> None:
    few, many = exact(31), exact(80)
    assert states(statement(few, A), statement(few, A), statement(many, B), claims=[few, many]) == ["current"] * 3


def test_two_figures_at_one_moment_of_no_length_both_stay() -> None:
    """Such are those whose time is that of reading or recording them."""
    few, many = exact(31), exact(80)
    one, other = (statement(each, A)._replace(said=_moment(0)) for each in (few, many))
    later = statement(many, A)._replace(said=_moment(1))
    assert states(one, other, claims=[few, many]) == ["order unknown", "order unknown"]
    assert states(one, later, claims=[few, many]) == ["replaced", "current"]


def _moment(seconds: int) -> Any:
    at = make.BORN + timedelta(seconds=seconds)
    return make.statement().said._replace(start=at, end=at, by="recorded")


@pytest.mark.parametrize(
    ("said", "latest", "found"),
    [
        ("2023-08-09T12:00:00Z", "2023-08-10T12:00:00Z", "outdated"),
        ("2023-08-09T12:00:01Z", "2023-08-10T12:00:00Z", "current"),
        ("2023-08-09T12:00:00.000001Z", "2023-08-10T12:00:00.000000Z", "current"),
        ("2023-08-09", "2023-08-10", "outdated"),
        ("2023-08-09", "2023-08-10T23:58Z", "current"),
        ("2023-08-09", "2023-08-10T23:59Z", "outdated"),
        ("2023-08-09", "2023-08-09", "current"),
        ("2023-08-09", "2023-08", "outdated"),
    ],
)
def test_what_ends_24_hours_before_the_latest_end_is_outdated(said: str, latest: str, found: str) -> None:
    few, many = exact(31), exact(80)
    assert states(statement(few, A, said), statement(many, B, latest), claims=[few, many]) == [found, "current"]
    outdated = weighed(statement(few, A, said), statement(many, B, latest), claims=[few, many]).outdated_claims
    assert outdated == ({few.id} if found == "outdated" else set())


def test_a_figure_that_was_replaced_does_not_outdate_others() -> None:
    """Of those left: the latest end is that of a figure which still stands."""
    few, more, unknown = exact(31), exact(43), claim("unknown")
    first, own = statement(few, A), statement(more, B, "2023-08-11")
    assert states(first, own, claims=[few, more]) == ["outdated", "current"]
    assert states(first, statement(few, C, "2023-08-09T20:00Z"), claims=[few]) == ["current", "current"]
    later = statement(unknown, B, "2023-08-12")
    assert states(first, own, later, claims=[few, more, unknown]) == ["current", "replaced", "current"]


@pytest.mark.parametrize("qualifier", ["several", "tens", "dozens", "hundreds", "thousands"])
def test_a_vague_figure_outdates_none(qualifier: Qualifier) -> None:
    few, vague, none = exact(31), claim(qualifier), claim("none")
    late = statement(vague, B, "2023-08-20")
    assert states(statement(few, A), late, claims=[few, vague]) == ["current", "current"]
    assert states(statement(few, A), statement(none, B, "2023-08-20"), claims=[few, none]) == ["outdated", "current"]
    # It is outdated itself; and its own family's word before it is replaced.
    assert states(late, statement(few, A, "2023-08-22"), claims=[few, vague]) == ["outdated", "current"]
    assert states(statement(few, B), late, claims=[few, vague]) == ["replaced", "current"]


def test_who_knows_no_number_outdates_no_other() -> None:
    few, many, unknown = exact(31), exact(80), claim("unknown")
    early, late = statement(few, A), statement(unknown, B, "2023-08-20")
    assert states(early, late, claims=[few, unknown]) == ["current", "current"]
    assert weighed(early, late, claims=[few, unknown]).outdated_claims == set()
    # What is outdated by a number is so whoever knows none since; and one's own last word is that one knows none.
    assert states(early, statement(many, C, "2023-08-12"), late, claims=[few, many, unknown]) == [
        "outdated", "current", "current",
    ]  # fmt: skip
    assert states(early, statement(unknown, A, "2023-08-20"), claims=[few, unknown]) == ["replaced", "current"]


def test_nobodys_figure_is_weighed_but_is_no_rival_and_outdates_none() -> None:
    few, many = exact(31), exact(80)
    nobodys = statement(many, B, "2023-08-12", source_id=None, by="nobody")
    assert states(statement(few, A), nobodys, claims=[few, many]) == ["current", "current"]
    assert states(nobodys, statement(few, A, "2023-08-14"), claims=[few, many]) == ["outdated", "current"]
    together = [statement(few, A), statement(many, B, source_id=None, by="nobody")]
    assert not any(weighed(*together, claims=[few, many]).rivals.values())


def test_what_does_not_change_with_time_is_always_current() -> None:
    few, many = exact(2, question=LAUNCHED), exact(3, question=LAUNCHED)
    first, second, theirs = statement(few, A), statement(many, A, "2023-08-12"), statement(many, B, "2023-08-20")
    assert states(first, second, theirs, claims=[few, many]) == ["current"] * 3
    assert weighed(first, second, theirs, claims=[few, many]).rivals == {few.id: [many.id], many.id: [few.id]}
    assert not any(weighed(first, second, claims=[few, many]).rivals.values())


def test_a_part_of_another_figure_is_left_out_only_of_its_wholes_own_question() -> None:
    whole = exact(31)
    part = exact(19, of=whole)
    elsewhere = exact(19, of=whole, question=LAUNCHED)
    every = [whole, part, elsewhere]
    assert figures.parts({each.id: each for each in every}) == {part.id}
    statements = [statement(whole, A), statement(part, B, "2023-08-12"), statement(elsewhere, B)]
    assert states(*statements, claims=every) == ["current", "not weighed", "current"]
    assert not any(weighed(*statements, claims=every).rivals.values())


def test_figures_of_a_question_with_several_answers_are_no_rivals() -> None:
    few, many = exact(31, question=GUESSES), exact(80, question=GUESSES)
    found = weighed(statement(few, A), statement(many, B), claims=[few, many])
    assert not any(found.rivals.values())
    assert not figures.exclude(GUESSES, make.figure("exact", 1, 1), make.figure("exact", 2, 2))


def test_rivals_are_current_and_of_two_families() -> None:
    few, many, unknown = exact(31), exact(80), claim("unknown")
    every = [few, many, unknown]
    assert weighed(statement(few, A), statement(many, B), claims=every).rivals == {few.id: [many.id], many.id: [few.id]}
    assert not any(weighed(statement(few, A), statement(many, A), claims=every).rivals.values())
    assert not any(weighed(statement(few, A), statement(many, B, "2023-08-12"), claims=every).rivals.values())
    assert not any(weighed(statement(few, A), statement(unknown, B), claims=every).rivals.values())
    own = weighed(statement(few, A), statement(many, A), statement(many, B), claims=every).rivals
    assert own == {few.id: [many.id], many.id: [few.id]}


# --- by hand ---------------------------------------------------------------------------------------------------------

SPANS: Final = (
    *("2023-08-09", "2023-08-09T12:00Z", "2023-08-09T12:00Z", "2023-08-09T13:00Z", "2023-08-10", "2023-08-10T12:00Z"),
    *("2023-08-11", "2023-08-09/2023-08-10", "2023-08"),
)
NUMBERS: Final[Sequence[Given]] = (
    ("exact", 31, 31),
    ("exact", 80, 80),
    ("at_least", 43, None),
    ("fewer_than", None, 43),
    ("between", 30, 43),
    ("dozens", None, None),
    ("unknown", None, None),
    ("none", None, None),
)


def event(pick: Random) -> tuple[list[StatementInContext], dict[UUID, ClaimRead]]:
    claims: list[ClaimRead] = []
    for _ in range(pick.randint(1, 6)):
        whole = pick.choice(claims) if claims and pick.random() < 0.15 else None
        number = pick.choice(NUMBERS)
        claims.append(claim(*number, of=whole, question=pick.choice((TOLL, TOLL, TOLL, LAUNCHED, GUESSES))))
    statements = []
    for _ in range(pick.randint(0, 9)):
        stance = "deny" if pick.random() < 0.1 else "support"
        nobody: dict[str, Any] = {"source_id": None, "by": "nobody"} if pick.random() < 0.15 else {}
        about, whose = pick.choice(claims), pick.choice((A, B, C))
        one = statement(about, whose, pick.choice(SPANS), stance=stance, **nobody)
        statements.append(one._replace(said=_moment(pick.choice((0, 0, 3600)))) if pick.random() < 0.1 else one)
    return sorted(statements, key=order), {each.id: each for each in claims}


def can_be(question: QuestionRead, one: ClaimRead, other: ClaimRead) -> bool:
    """Whether any number up to a thousand fits both."""
    return not question.single_answer or any(_fits(n, one) and _fits(n, other) for n in range(1001))


def _fits(number: int, about: ClaimRead) -> bool:
    assert about.figure is not None
    low, high = about.figure.min, about.figure.max
    fits = {
        "exact": number == low,
        "at_least": low is not None and number >= low,
        "fewer_than": high is not None and number < high,
        "between": low is not None and high is not None and low <= number <= high,
        "dozens": 24 <= number <= 99,
        "unknown": True,
        "none": number == 0,
    }
    return fits[about.figure.qualifier]


def by_hand(
    statements: Sequence[StatementInContext], claims: Mapping[UUID, ClaimRead]
) -> tuple[dict[UUID, str], set[UUID], Any]:
    """The state of each statement, the claims left behind, and who is whose rival."""
    state = {each.row.id: "not weighed" for each in statements}
    outdated, rivals = set(), set()
    for question in QUESTIONS.values():
        mine = {id_ for id_, each in claims.items() if each.question_id == question.id}
        mine -= {id_ for id_ in mine if (figure := claims[id_].figure) and figure.of_id in mine}
        given = [v for v in statements if v.claim_id in mine and v.row.stance == "support"]
        replaced = [v for v in given if question.evolving and any(_comes_after(o, v) for o in given)]
        left = [v for v in given if v not in replaced]
        stale = [
            v
            for v in left
            if question.evolving
            and any(
                o.said.end - v.said.end >= figures.OUTDATED_AFTER
                and o.row.source_id
                and (figure := _of(claims, o).figure) is not None
                and figure.qualifier not in ("several", "tens", "dozens", "hundreds", "thousands")
                and figures.allowed_range(question, figure) is not None
                for o in left
            )
        ]
        current = [v for v in left if v not in stale]
        for v in given:
            another = any(o.family == v.family and o.claim_id != v.claim_id for o in left)
            unordered = question.evolving and another
            state[v.row.id] = "order unknown" if unordered else "current"
        state |= {v.row.id: "replaced" for v in replaced} | {v.row.id: "outdated" for v in stale}
        outdated |= {v.claim_id for v in given} - {v.claim_id for v in current}
        spoken = [v for v in current if v.source_id]
        for v, o in product(spoken, spoken):
            families = {each.family for each in spoken if each.claim_id in (v.claim_id, o.claim_id)}
            if len(families) > 1 and not can_be(question, _of(claims, v), _of(claims, o)):
                rivals.add((v.claim_id, o.claim_id))
    return state, {id_ for id_ in outdated if id_}, rivals


def _of(claims: Mapping[UUID, ClaimRead], about: StatementInContext) -> ClaimRead:
    assert about.claim_id is not None
    return claims[about.claim_id]


def _comes_after(other: StatementInContext, one: StatementInContext) -> bool:
    """Whether it is its family's later word: it begins when this one has ended, and not at the very same moment."""
    same = other.said.start == one.said.start == one.said.end
    return other.family == one.family and other.said.start >= one.said.end and not same


@settings(max_examples=soaking.times(200))
@given(st.integers(0, 2**32))
def test_figures_are_weighed_as_a_look_at_every_pair_does(seed: int) -> None:
    pick = Random(seed)
    statements, claims = event(pick)
    found = figures.weigh(statements, QUESTIONS, claims, figures.parts(claims))
    state, outdated, rivals = by_hand(statements, claims)
    assert {v.row.id: _state(found, v.row.id) for v in statements} == state
    assert found.outdated_claims == outdated
    assert {(one, other) for one, its in found.rivals.items() for other in its} == rivals
    again = figures.weigh(pick.sample(statements, len(statements)), QUESTIONS, claims, figures.parts(claims))
    assert {**again._asdict(), "rivals": None} == {**found._asdict(), "rivals": None}
    assert {id_: set(its) for id_, its in again.rivals.items()} == {id_: set(its) for id_, its in found.rivals.items()}
