"""One source against itself."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any, Final
from uuid import UUID

import make
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import ALL, EVENT, WHAT, claim, drawn, found_in, rows, said, view

from app.derive.rules import figures, in_force
from app.derive.rules.context import event_context
from app.derive.rules.rows import Rows, View
from app.derive.rules.statements import StatementInContext
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import ContradictionRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

MINISTRY: Final = make.read(SourceRead, name="Ministry")
MINISTER: Final = make.read(SourceRead, name="Minister", parent_id=MINISTRY.id)
ARMY: Final = make.read(SourceRead, name="Army")
SOMEBODY: Final = make.read(SourceRead, name=None, disclosure="anonymous")
OTHER: Final = make.read(SourceRead, name=None, disclosure="anonymous")
SOURCES: Final = [MINISTRY, MINISTER, ARMY, SOMEBODY, OTHER]
WHERE: Final = make.read(QuestionRead, text="Where was it?", kind="place")
MISSING: Final = make.read(QuestionRead, measure="missing", unit="persons", evolving=True, single_answer=True)
SENT: Final = make.read(QuestionRead, measure="launched", unit="items", single_answer=True)
QUESTIONS: Final = [WHAT, WHERE, MISSING, SENT]
DRONE, FIRE = (claim(text, question_id=WHAT.id) for text in ("A drone", "Fireworks"))
NORTH, SOUTH = (claim(text, question_id=WHERE.id) for text in ("North", "South"))
LOOSE: Final = claim("Loose")
NINE, TWELVE, TWO, THREE = (
    make.read(ClaimRead, event_id=EVENT.id, question_id=asked.id, figure=make.figure("exact", number, number))
    for asked, number in ((MISSING, 9), (MISSING, 12), (SENT, 2), (SENT, 3))
)
PART: Final = make.read(
    ClaimRead,
    event_id=EVENT.id,
    question_id=MISSING.id,
    figure=make.figure("exact", 5, 5).model_copy(update={"of_id": TWELVE.id}),
)
CLAIMS: Final = [DRONE, FIRE, NORTH, SOUTH, LOOSE, NINE, TWELVE, TWO, THREE, PART]


def says(by: SourceRead | None, about: ClaimRead, day: int = 9, **given: Any) -> StatementRead:
    return said(about, by, **{"said": f"2023-08-{day:02}"} | given)


def denies(by: SourceRead | None, about: ClaimRead, day: int = 9, **given: Any) -> StatementRead:
    return says(by, about, day, stance="deny", **given)


def contradictions(*spoken: StatementRead, asked: View = ALL, **more: Any) -> list[ContradictionRead]:
    every = rows(statements=list(spoken), claims=CLAIMS, questions=QUESTIONS, sources=SOURCES, **more)
    return drawn(every, asked).self_contradictions


def pairs(*spoken: StatementRead, asked: View = ALL, **more: Any) -> list[tuple[int, int]]:
    """The statements that contradict each other, by their places."""
    places = {one.id: nth for nth, one in enumerate(spoken)}
    found = contradictions(*spoken, asked=asked, **more)
    return [(places[one.statement_ids[0]], places[one.statement_ids[1]]) for one in found]


def test_one_source_supports_and_denies_one_claim() -> None:
    first, second = says(MINISTRY, DRONE), denies(MINISTER, DRONE, 10)
    (found,) = contradictions(first, second)
    assert found == ContradictionRead(
        kind="both_ways",
        family_id=MINISTRY.id,
        question_id=WHAT.id,
        claim_ids=[DRONE.id],
        statement_ids=[first.id, second.id],
        live=True,
    )
    assert pairs(denies(MINISTRY, DRONE), says(MINISTRY, DRONE, 10)) == [(0, 1)]
    assert pairs(says(MINISTRY, DRONE), denies(ARMY, DRONE, 10)) == []
    assert pairs(says(MINISTRY, NINE), denies(MINISTRY, NINE, 10)) == [(0, 1)]


def test_one_source_supports_two_claims_of_which_one_can_be_true() -> None:
    first, second = says(MINISTRY, DRONE), says(MINISTER, FIRE, 10)
    (found,) = contradictions(second, first)
    assert (found.kind, found.claim_ids, found.question_id) == ("rival_claims", [DRONE.id, FIRE.id], WHAT.id)
    assert pairs(says(MINISTRY, DRONE), says(ARMY, FIRE, 10)) == []
    assert pairs(denies(MINISTRY, DRONE), denies(MINISTRY, FIRE, 10)) == []
    assert pairs(denies(MINISTRY, DRONE), says(MINISTRY, FIRE, 10)) == []
    assert pairs(says(MINISTRY, NORTH), says(MINISTRY, SOUTH, 10)) == []
    assert pairs(says(MINISTRY, DRONE, explicitness="implied"), says(MINISTRY, FIRE, 10)) == []
    # That others support them, too, is a dispute, and this one is a contradiction none the less.
    assert pairs(says(MINISTRY, DRONE), says(MINISTRY, FIRE, 10), says(ARMY, FIRE)) == [(0, 1)]


def test_links_make_rivals_also_across_questions_and_spare_others() -> None:
    for one, other in ((DRONE, NORTH), (NORTH, SOUTH), (NORTH, LOOSE)):
        opposed = make.read(ClaimLinkRead, from_id=one.id, to_id=other.id, relation="contradicts")
        for spoken in (
            (says(MINISTRY, one), says(MINISTRY, other, 10)),
            (says(MINISTRY, other), says(MINISTRY, one, 10)),
        ):
            (found,) = contradictions(*spoken, claim_links=[opposed])
            assert found.statement_ids == [each.id for each in spoken]
            assert found.question_id == (one.question_id if one.question_id == other.question_id else None)
            assert contradictions(*spoken) == []
    refined = make.read(ClaimLinkRead, from_id=DRONE.id, to_id=FIRE.id, relation="refines")
    assert pairs(says(MINISTRY, DRONE), says(MINISTRY, FIRE), claim_links=[refined]) == []


def test_what_was_withdrawn_before_does_not_contradict_what_comes_later() -> None:
    later = says(MINISTRY, FIRE, 12)
    assert pairs(says(MINISTRY, DRONE, withdrawn="2023-08-11"), later) == []
    assert pairs(says(MINISTRY, DRONE, withdrawn="2023-08-12"), later) == []
    # But one that was withdrawn only then stood when the other was made.
    (found,) = contradictions(says(MINISTRY, DRONE, withdrawn="2023-08-13"), later)
    assert not found.live
    (found,) = contradictions(says(MINISTRY, DRONE), says(MINISTRY, FIRE, 12, withdrawn="2023-08-13"))
    assert not found.live
    before = view("2023-08-12", restricted=True, confidential=True)
    (found,) = contradictions(says(MINISTRY, DRONE, withdrawn="2023-08-13"), later, asked=before)
    assert found.live


def test_what_the_family_withdrew_elsewhere_is_withdrawn_here() -> None:
    covered, withdrawn = says(MINISTRY, DRONE), says(MINISTER, DRONE, 10, withdrawn="2023-08-11")
    assert pairs(covered, withdrawn, says(MINISTRY, FIRE, 12)) == []
    assert pairs(covered, withdrawn, says(MINISTRY, FIRE, 10)) == [(1, 2)]


def test_what_a_later_one_supersedes_does_not_contradict_it() -> None:
    first = says(MINISTRY, DRONE)
    assert pairs(first, says(MINISTRY, FIRE, 10, supersedes_id=first.id)) == []
    assert pairs(first, denies(MINISTRY, DRONE, 10, supersedes_id=first.id)) == []
    assert pairs(first, says(MINISTRY, FIRE, 10), says(MINISTRY, NORTH, 11, supersedes_id=first.id)) == [(0, 1)]
    assert pairs(first, says(MINISTRY, FIRE, 12), says(MINISTRY, NORTH, 11, supersedes_id=first.id)) == []


def test_an_earlier_word_still_stands_when_only_its_repetition_was_taken_back() -> None:
    first, again = says(MINISTRY, DRONE), says(MINISTRY, DRONE, 10)
    assert pairs(first, again, says(MINISTRY, FIRE, 11, supersedes_id=again.id)) == [(0, 2)]


def test_figures_that_change_contradict_each_other_only_where_neither_is_the_later() -> None:
    """12 and 9 missing, by one ministry on one day."""
    assert pairs(says(MINISTRY, TWELVE), says(MINISTER, NINE)) == []
    at_noon = [says(MINISTRY, number, said="2023-08-09T12:00Z") for number in (TWELVE, NINE)]
    assert pairs(*at_noon) == [(0, 1)]
    assert pairs(says(MINISTRY, TWELVE), says(MINISTER, NINE, 10)) == []
    assert pairs(says(MINISTRY, TWELVE), says(ARMY, NINE)) == []
    assert pairs(says(MINISTRY, TWELVE, said="2023-08-09T12:00Z"), says(MINISTRY, NINE, said="2023-08-09T12:01Z")) == []
    assert pairs(says(MINISTRY, TWO), says(MINISTRY, THREE, 12)) == [(0, 1)]
    # A part of it is no other answer, and to deny what one has replaced is no contradiction.
    assert pairs(says(MINISTRY, TWELVE), says(MINISTRY, PART)) == []
    assert pairs(says(MINISTRY, TWELVE), says(MINISTRY, NINE, 10), denies(MINISTRY, TWELVE, 11)) == []
    assert pairs(says(MINISTRY, TWELVE), denies(MINISTRY, NINE, 10), denies(MINISTRY, TWELVE, 11)) == [(0, 2)]


def test_of_figures_of_one_day_the_order_is_not_known() -> None:
    def unknown(*spoken: StatementRead, **more: Any) -> list[tuple[str, list[UUID], bool]]:
        every = rows(statements=list(spoken), claims=CLAIMS, questions=QUESTIONS, sources=SOURCES, **more)
        return [(each.says, sorted(each.statement_ids), each.live) for each in drawn(every).order_unknown]

    first, second = says(MINISTRY, NINE), says(MINISTER, TWELVE)
    ids = [first.id, second.id]
    assert unknown(first, second) == unknown(second, first)
    assert unknown(first, second) == [("gave 9 and 12 on one day", sorted(ids), True)]
    longer = says(MINISTRY, NINE, said="2023-08-09/2023-08-10")
    assert [words for words, *_ in unknown(longer, second)] == ["gave 9 and 12 at times that overlap"]
    assert unknown(first, says(MINISTRY, TWELVE, 10)) == []
    assert unknown(says(MINISTRY, TWO), says(MINISTRY, THREE)) == []
    assert [live for *_, live in unknown(first, says(MINISTRY, TWELVE, withdrawn="2023-08-11"))] == [False]
    # By when a paper came out nobody is known to have said both at once.
    paper = make.read(DocumentRead, published="2023-08-09T12:00Z")
    spoken = [says(MINISTRY, number, said=None) for number in (TWELVE, NINE)]
    places = [found_in(each, paper) for each in spoken]
    assert len(unknown(*spoken, appearances=places, documents=[paper])) == 1
    # Unless somebody says that they go together, or that they contradict each other.
    for relation, told in (("compatible", []), ("contradicts", [(0, 1)])):
        link = make.read(ClaimLinkRead, from_id=NINE.id, to_id=TWELVE.id, relation=relation)
        assert unknown(first, second, claim_links=[link]) == []
        assert len(pairs(first, second, claim_links=[link])) == len(told)


def test_who_may_have_counted_on_is_not_accused() -> None:
    """More people, of whom nobody told whether their number grows."""

    def listed(first: str, second: str, numbers: tuple[int, int], by: SourceRead = MINISTER, **told_of: Any) -> str:
        rescued = make.read(
            QuestionRead,
            **{"measure": "other", "unit": "persons", "single_answer": True, "evolving": False, "told": []} | told_of,
        )
        answers = [
            make.read(ClaimRead, event_id=EVENT.id, question_id=rescued.id, figure=make.figure("exact", number, number))
            for number in numbers
        ]
        spoken = [
            says(source, answer, said=when)
            for source, answer, when in zip((MINISTRY, by), answers, (first, second), strict=True)
        ]
        every = rows(statements=spoken, claims=answers, questions=[rescued], sources=SOURCES)
        dossier = drawn(every)
        return " ".join(
            [each.kind for each in dossier.self_contradictions] + ["order_unknown" for _ in dossier.order_unknown]
        )

    noon, night, day = "2023-08-09T12:00Z", "2023-08-09T22:00Z", "2023-08-09"
    assert listed(noon, night, (31, 80)) == ""
    assert listed(noon, night, (80, 31)) == "rival_claims"
    assert listed(day, "2023-08-10", (31, 80)) == ""
    assert listed(day, day, (31, 80)) == listed(day, day, (80, 31)) == "order_unknown"
    assert listed(noon, noon, (31, 80)) == "rival_claims"
    # What was told decides, and so does what is no count of people.
    for told_of in (
        {"told": ["evolving"]},
        {"told": ["kind"]},
        {"unit": "items"},
        {"measure": "launched", "unit": "items"},
    ):
        assert listed(noon, night, (31, 80), **told_of) == "rival_claims", told_of
    assert listed(noon, night, (80, 31), evolving=True, told=["evolving"]) == ""
    assert listed(noon, night, (31, 80), by=ARMY) == ""  # of two families it is a dispute, and no contradiction


def test_a_correction_of_the_same_day_is_none_in_whatever_order() -> None:
    for stance in ("support", "deny"):
        wrong = says(MINISTRY, DRONE)
        right = says(MINISTRY, FIRE if stance == "support" else DRONE, stance=stance, supersedes_id=wrong.id)
        for spoken in ((wrong, right), (right, wrong)):
            places = [found_in(each, None, wording=words) for each, words in zip(spoken, "ab", strict=True)]
            assert pairs(*spoken, appearances=places) == []
    taken_back = says(MINISTRY, DRONE, withdrawn="2023-08-09")
    assert pairs(taken_back, says(MINISTRY, FIRE)) == []


def test_unnamed_sources_are_compared_with_themselves_alone() -> None:
    paper = make.read(DocumentRead)
    for others, found in (((SOMEBODY, SOMEBODY), [(0, 1)]), ((SOMEBODY, OTHER), []), ((SOMEBODY, MINISTRY), [])):
        spoken = [says(others[0], DRONE), says(others[1], FIRE)]
        places = [found_in(each, paper) for each in spoken]
        assert pairs(*spoken, appearances=places, documents=[paper]) == found
    assert pairs(says(None, DRONE), says(None, FIRE)) == []
    apart = [make.read(DocumentRead), make.read(DocumentRead)]
    spoken = [says(SOMEBODY, DRONE), says(SOMEBODY, FIRE)]
    places = [found_in(each, paper) for each, paper in zip(spoken, apart, strict=True)]
    assert pairs(*spoken, appearances=places, documents=apart) == [(0, 1)]


def test_each_pair_of_claims_is_told_once_for_a_family() -> None:
    spoken = [
        says(MINISTRY, DRONE),
        says(MINISTER, FIRE, 10),
        says(MINISTRY, DRONE, 11),
        denies(MINISTRY, DRONE, 12),
        denies(MINISTRY, DRONE, 13),
        says(ARMY, DRONE, 14),
        says(ARMY, FIRE, 15),
    ]
    assert pairs(*spoken) == [(0, 1), (2, 3), (5, 6)]
    assert pairs(*spoken[::-1]) == [(6, 5), (4, 3), (1, 0)]


# --- by hand ---------------------------------------------------------------------------------------------------------

SPANS: Final = (
    *("2023-08-09", "2023-08-09T12:00Z", "2023-08-10", "2023-08-10T12:00Z", "2023-08-11", "2023-08-12"),
    "2023-08-09/2023-08-10",
)

DAYS: Final = ("2023-08-11", "2023-08-12", "2023-08-13", "2023-08-11/2023-08-13")


def event(pick: Random) -> Rows:
    spoken: list[StatementRead] = []
    some = pick.sample(CLAIMS, 4) if pick.random() < 0.5 else pick.sample(CLAIMS[:2] + CLAIMS[5:7], 3)
    for _ in range(pick.randint(2, 9)):
        earlier = pick.choice(spoken).id if spoken and pick.random() < 0.2 else None
        day = pick.choice(SPANS)
        back = [each for each in DAYS if each > day[-10:] and each > day[:10]] if pick.random() < 0.25 else []
        spoken.append(
            said(
                pick.choice(some),
                pick.choice((None, MINISTRY, MINISTRY, MINISTER, SOMEBODY, OTHER, ARMY)),
                stance=pick.choice(("support", "support", "support", "deny", "comment")),
                said=day,
                explicitness="implied" if pick.random() < 0.1 else "explicit",
                withdrawn=pick.choice(back) if back else None,
                supersedes_id=earlier,
            )
        )
    links = [
        make.read(
            ClaimLinkRead, from_id=a.id, to_id=b.id, relation=pick.choice(("contradicts", "contradicts", "refines"))
        )
        for a, b in combinations(CLAIMS, 2)
        if pick.random() < 0.05
    ]
    papers = [make.read(DocumentRead), make.read(DocumentRead)]
    places = [found_in(each, pick.choice(papers)) for each in spoken if pick.random() < 0.5]
    return rows(
        statements=spoken,
        claims=CLAIMS,
        questions=QUESTIONS,
        sources=SOURCES,
        claim_links=links,
        appearances=places,
        documents=papers,
    )


def by_hand(every: Rows) -> set[tuple[str, UUID, frozenset[UUID]]]:
    """What contradicts what, by whom, in which claims: a look at every pair at the time of its later statement."""
    house = {MINISTRY.id: MINISTRY.id, MINISTER.id: MINISTRY.id}
    statements = event_context(every, ALL).statements
    found = set()
    for nth, later in enumerate(statements):
        for earlier in statements[:nth]:
            whose = {house.get(v.source_id, v.source_id) if v.source_id else None for v in (earlier, later)}
            explicit = {earlier.row.explicitness, later.row.explicitness} == {"explicit"}
            if None in whose or len(whose) > 1 or not explicit or _over(earlier, later, statements):
                continue
            kind = _kind(every, earlier, later, statements[: nth + 1])
            if kind and earlier.claim_id and later.claim_id:
                found.add((kind, whose.pop() or earlier.row.id, frozenset((earlier.claim_id, later.claim_id))))
    return found


def _over(earlier: StatementInContext, later: StatementInContext, statements: Sequence[StatementInContext]) -> bool:
    """Whether one of the two did no longer stand at the end of the other; the later, where it is surely that, did."""

    def over(one: StatementInContext, other: StatementInContext) -> bool:
        by_then = [v for v in statements if v.said.end <= other.said.end or v is one]
        return one.row.id in in_force.endings(by_then, other.said.end)

    overlap = later.said.start < earlier.said.end or later.said.start == earlier.said.start
    return over(earlier, later) or (overlap and over(later, earlier))


def _kind(
    every: Rows, earlier: StatementInContext, later: StatementInContext, statements: Sequence[StatementInContext]
) -> str | None:
    known = {each.id: each for each in every.claims}
    asked = {each.id: each for each in every.questions}
    assert earlier.claim_id
    assert later.claim_id
    one, other = known[earlier.claim_id], known[later.claim_id]
    stances = [earlier.row.stance, later.row.stance]
    if "comment" in stances or _replaced(every, earlier, statements):
        return None
    if one.id == other.id:
        return "both_ways" if stances[0] != stances[1] else None
    if stances != ["support", "support"]:
        return None
    between = {link.relation for link in every.claim_links if {link.from_id, link.to_id} == {one.id, other.id}}
    if "contradicts" in between:
        return "rival_claims"
    exclude = one.question_id == other.question_id == WHAT.id
    if one.figure and other.figure and one.question_id == other.question_id and PART.id not in (one.id, other.id):
        # Said in one minute both, or of something that does not grow.
        at_once = earlier.said == later.said and later.said.end - later.said.start == timedelta(minutes=1)
        proven = one.question_id == SENT.id or at_once
        exclude = proven and figures.exclude(asked[one.question_id or EVENT.id], one.figure, other.figure)
    return "rival_claims" if exclude and not between else None


def _replaced(every: Rows, earlier: StatementInContext, statements: Sequence[StatementInContext]) -> bool:
    """Whether its family had given a later figure by then."""
    series = (NINE.id, TWELVE.id)
    whose = {MINISTER.id: MINISTRY.id}
    return earlier.row.stance == "support" and any(
        v.claim_id in series
        and earlier.claim_id in series
        and (v.row.stance, v.row.explicitness) == ("support", "explicit")
        and whose.get(v.row.source_id or v.row.id, v.row.source_id)
        == whose.get(earlier.row.source_id or v.row.id, earlier.row.source_id)
        and v.said.start >= earlier.said.end
        for v in statements
    )


@settings(max_examples=soaking.times(120))
@given(st.integers(0, 2**32))
def test_contradictions_are_what_a_look_at_every_pair_finds(seed: int) -> None:
    every = event(Random(seed))
    found = drawn(every).self_contradictions
    known = {each.id: each for each in every.statements}
    house = {MINISTER.id: MINISTRY.id}
    told = [
        (one.kind, house.get(who, who), frozenset(one.claim_ids))
        for one in found
        if (who := known[one.statement_ids[1]].source_id)
    ]
    assert len(told) == len(found) == len(set(told))
    assert set(told) == by_hand(every)
