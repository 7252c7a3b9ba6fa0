"""Claims that can't both be true."""

from uuid import UUID

import make
from hypothesis import given
from hypothesis import strategies as st

from app.derive.rules.rivals import find_exclusions, rivals
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead
from app.vocabulary import ClaimRelation, words

ONE = make.read(QuestionRead, single_answer=True)
MANY = make.read(QuestionRead, single_answer=False)
QUESTIONS = {ONE.id: ONE, MANY.id: MANY}
A, B = make.uuid(), make.uuid()


def claims(*questions: QuestionRead | None) -> list[ClaimRead]:
    return [make.read(ClaimRead, text=str(n), question_id=q and q.id) for n, q in enumerate(questions)]


def link(relation: str, one: ClaimRead, other: ClaimRead) -> ClaimLinkRead:
    return make.read(ClaimLinkRead, from_id=one.id, to_id=other.id, relation=relation)


def found(
    every: list[ClaimRead], families: list[set[UUID]], links: list[ClaimLinkRead] | None = None
) -> list[list[int]]:
    """For each claim the places of its rivals."""
    supported = {claim.id: of_it for claim, of_it in zip(every, families, strict=True)}
    places = {claim.id: place for place, claim in enumerate(every)}
    known = rivals(every, find_exclusions(every, links or [], QUESTIONS), supported)
    return [[places[id_] for id_ in known.get(claim.id, [])] for claim in every]


def test_other_answers_to_a_question_with_one_answer_are_rivals() -> None:
    assert found(claims(ONE, ONE, MANY, None), [{A}, {B}, {B}, {B}]) == [[1], [0], [], []]
    assert found(claims(MANY, MANY), [{A}, {B}]) == [[], []]


def test_a_link_makes_two_answers_compatible_or_any_two_claims_rivals() -> None:
    answers = claims(ONE, ONE)
    for relation in ("supports", "refines", "compatible", "same_as"):
        assert found(answers, [{A}, {B}], [link(relation, *answers)]) == [[], []]
    assert found(answers, [{A}, {B}], [link("contradicts", *answers), link("refines", *answers)]) == [[1], [0]]
    apart = claims(ONE, MANY, None)
    assert found(apart, [{A}, {B}, {B}], [link("contradicts", *apart[:2])]) == [[1], [0], []]


def test_a_rival_has_a_source_behind_it_and_the_two_have_two_families() -> None:
    assert found(claims(ONE, ONE), [set(), {A}]) == [[], []]
    assert found(claims(ONE, ONE), [set(), {A, B}]) == [[1], []]
    assert found(claims(ONE, ONE), [{A}, {A}]) == [[], []]
    assert found(claims(ONE, ONE), [{A}, {A, B}]) == [[1], [0]]


def test_figures_have_none_here() -> None:
    figure = make.read(ClaimRead, figure=make.figure("exact", 1, 1), question_id=ONE.id)
    other = make.read(ClaimRead, figure=make.figure("exact", 2, 2), question_id=ONE.id)
    worded = claims(ONE)[0]
    every = [figure, other, worded]
    assert found(every, [{A}, {B}, {A}], [link("contradicts", figure, worded)]) == [[], [], []]


@given(
    st.lists(st.tuples(st.sampled_from([ONE, MANY, None]), st.sets(st.sampled_from([A, B]))), max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(words(ClaimRelation))), max_size=6),
)
def test_rivals_are_what_a_look_at_every_pair_finds(
    shape: list[tuple[QuestionRead | None, set[UUID]]], ties: list[tuple[int, int, str]]
) -> None:
    every, families = claims(*(question for question, _ in shape)), [of_it for _, of_it in shape]
    links = [link(r, every[i], every[j]) for i, j, r in ties if i != j and max(i, j) < len(every)]
    expected = []
    for i, (question, own) in enumerate(shape):
        mine = []
        for j, (other_question, theirs) in enumerate(shape):
            between = {r for a, b, r in ties if {a, b} == {i, j}}
            answers = question is ONE and other_question is ONE and between <= {"contradicts"}
            if i != j and ("contradicts" in between or answers) and theirs and len(own | theirs) > 1:
                mine.append(j)
        expected.append(mine)
    assert found(every, families, links) == expected
