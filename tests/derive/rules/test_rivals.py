"""Claims that can't both be true."""

from uuid import UUID

import make
from hypothesis import given
from hypothesis import strategies as st

from app.derive.rules.rivals import Supporter, find_exclusions, rivals
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import ClaimRelation, words

ONE = make.read(QuestionRead, single_answer=True)
MANY = make.read(QuestionRead, single_answer=False)
QUESTIONS = {ONE.id: ONE, MANY.id: MANY}
A, B = make.uuid(), make.uuid()


def claims(*questions: QuestionRead | None) -> list[ClaimRead]:
    return [make.read(ClaimRead, text=str(n), question_id=q and q.id) for n, q in enumerate(questions)]


def link(relation: str, first: ClaimRead, second: ClaimRead) -> ClaimLinkRead:
    return make.read(ClaimLinkRead, from_id=first.id, to_id=second.id, relation=relation)


def alone(source_id: UUID) -> Supporter:
    """A source that is its own family."""
    return Supporter(source_id, source_id)


def rival_positions(
    all_claims: list[ClaimRead],
    families: list[set[UUID]],
    links: list[ClaimLinkRead] | None = None,
    *,
    behind: dict[UUID, set[UUID]] | None = None,
) -> list[list[int]]:
    """For each claim the places of its rivals; `behind`: who once supported it."""
    supported = {claim.id: set(map(alone, sources)) for claim, sources in zip(all_claims, families, strict=True)}
    once = {claim_id: set(map(alone, sources)) for claim_id, sources in (behind or {}).items()}
    positions = {claim.id: position for position, claim in enumerate(all_claims)}
    rivals_by_claim = rivals(all_claims, find_exclusions(all_claims, links or [], QUESTIONS), supported, once)
    return [[positions[id_] for id_ in rivals_by_claim.get(claim.id, [])] for claim in all_claims]


def test_other_answers_to_a_question_with_one_answer_are_rivals() -> None:
    assert rival_positions(claims(ONE, ONE, MANY, None), [{A}, {B}, {B}, {B}]) == [[1], [0], [], []]
    assert rival_positions(claims(MANY, MANY), [{A}, {B}]) == [[], []]


def test_a_link_makes_two_answers_compatible_or_any_two_claims_rivals() -> None:
    answers = claims(ONE, ONE)
    for relation in ("supports", "refines", "compatible", "same_as"):
        assert rival_positions(answers, [{A}, {B}], [link(relation, *answers)]) == [[], []]
    assert rival_positions(answers, [{A}, {B}], [link("contradicts", *answers), link("refines", *answers)]) == [
        [1],
        [0],
    ]
    apart = claims(ONE, MANY, None)
    assert rival_positions(apart, [{A}, {B}, {B}], [link("contradicts", *apart[:2])]) == [[1], [0], []]


def test_a_rival_has_a_source_behind_it_and_the_two_have_two_families() -> None:
    assert rival_positions(claims(ONE, ONE), [set(), set()]) == [[], []]
    assert rival_positions(claims(ONE, ONE), [{A}, {A}]) == [[], []]
    assert rival_positions(claims(ONE, ONE), [{A}, {A, B}]) == [[1], [0]]


def test_what_nobody_supports_any_more_has_as_rivals_what_others_support() -> None:
    answers = claims(ONE, ONE, ONE)
    # Nobody ever did: whatever is supported, by however many.
    assert rival_positions(answers, [set(), {A}, {A, B}]) == [[1, 2], [2], [1]]
    # Whoever took it back and says something else now is not against himself.
    behind = {answers[0].id: {A}}
    assert rival_positions(answers, [set(), {A}, {A, B}], behind=behind) == [[2], [2], [1]]
    assert rival_positions(answers, [set(), {B}, set()], behind=behind)[0] == [1]


def test_what_is_linked_with_a_claim_is_linked_with_what_says_the_same() -> None:
    english, spanish, rain = answers = claims(ONE, ONE, ONE)
    families = [{A}, {B}, {make.uuid()}]
    same = link("same_as", english, spanish)
    assert rival_positions(answers, families, [same]) == [[2], [2], [0, 1]]
    assert rival_positions(answers, families, [same, link("refines", english, rain)]) == [[], [], []]
    assert rival_positions(answers, families, [link("compatible", rain, spanish), same]) == [[], [], []]
    # A link of its own goes before.
    both = [same, link("refines", english, rain), link("contradicts", spanish, rain)]
    assert rival_positions(answers, families, both) == [[], [2], [1]]
    apart = claims(MANY, MANY, None)
    links = [link("same_as", apart[0], apart[1]), link("contradicts", apart[1], apart[2])]
    assert rival_positions(apart, families, links) == [[2], [2], [0, 1]]


def test_what_is_the_same_over_a_third_is_no_rival() -> None:
    answers = claims(ONE, ONE, ONE)
    links = [link("same_as", answers[0], answers[1]), link("same_as", answers[2], answers[1])]
    assert rival_positions(answers, [{A}, {B}, {make.uuid()}], links) == [[], [], []]


def test_of_figures_links_alone_are_asked_here() -> None:
    figure = make.read(ClaimRead, figure=make.figure("exact", 1, 1), question_id=ONE.id)
    second = make.read(ClaimRead, figure=make.figure("exact", 2, 2), question_id=ONE.id)
    worded = claims(ONE)[0]
    all_claims = [figure, second, worded]
    assert rival_positions(all_claims, [{A}, {B}, {A}], []) == [[], [], []]
    assert rival_positions(all_claims, [{A}, {B}, {B}], [link("contradicts", figure, worded)]) == [[2], [], [0]]
    assert rival_positions(all_claims, [{A}, {B}, {A}], [link("contradicts", figure, second)]) == [[1], [0], []]
    # A figure that nobody gives any more is left behind.
    assert rival_positions(all_claims, [set(), {A, B}, {A, B}], [link("contradicts", figure, worded)]) == [[], [], []]


@given(
    st.lists(st.tuples(st.sampled_from([ONE, MANY, None]), st.sets(st.sampled_from([A, B]))), max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(words(ClaimRelation))), max_size=6),
)
def test_rivals_are_what_a_look_at_every_pair_finds(
    shape: list[tuple[QuestionRead | None, set[UUID]]], ties: list[tuple[int, int, str]]
) -> None:
    all_claims, families = claims(*(question for question, _ in shape)), [supporters for _, supporters in shape]
    links = [link(r, all_claims[i], all_claims[j]) for i, j, r in ties if i != j and max(i, j) < len(all_claims)]
    same = [{i} for i in range(len(shape))]
    for _ in shape:
        for a, b, relation in ties:
            if relation == "same_as" and max(a, b) < len(shape):
                same[a] |= same[b]
                same[b] |= same[a]
    expected = []
    for i, (question, families_of_claim) in enumerate(shape):
        rival_numbers = []
        for j, (other_question, families_of_rival) in enumerate(shape):
            between = {r for a, b, r in ties if {a, b} == {i, j}}
            if not between:
                between = {r for a, b, r in ties if (a in same[i] and b in same[j]) or (b in same[i] and a in same[j])}
                between |= {"same_as"} if j in same[i] else set()
                between = {"contradicts"} if "contradicts" in between else between
            answers = question is ONE and other_question is ONE and between <= {"contradicts"}
            if (
                i != j
                and ("contradicts" in between or answers)
                and families_of_rival
                and (not families_of_claim or len(families_of_claim | families_of_rival) > 1)
            ):
                rival_numbers.append(j)
        expected.append(rival_numbers)
    assert rival_positions(all_claims, families, links) == expected
