"""Where claims stand, and why: every standing, reached through a dossier."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, get_args

import make
import pytest
from scenes import ALL, EVENT, WHAT, claims, drawn, found_in, rows, view
from speakers import (
    AGENCY,
    ARMY,
    IT,
    MINISTER,
    MINISTRY,
    NEIGHBOUR,
    OFFICIAL,
    OTHER,
    SOMEBODY,
    SOURCES,
    THIRD,
    WITNESS,
    denies,
    says,
)

from app.derive.rules.rows import View
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import ClaimPicture
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead
from app.vocabulary import Standing

TOLL: Final = make.read(QuestionRead, measure="injured", unit="persons", evolving=True, single_answer=True)


def toll(number: float) -> ClaimRead:
    return make.read(ClaimRead, event_id=EVENT.id, question_id=TOLL.id, figure=make.figure("exact", number, number))


def picture(spoken: Sequence[StatementRead], seen_by: View = ALL, **archive: Any) -> dict[str, ClaimPicture]:
    """The claims by their texts."""
    fields: dict[str, Any] = {"claims": [IT, OTHER, THIRD], "questions": [WHAT, TOLL], "sources": SOURCES} | archive
    dossier = drawn(rows(statements=spoken, **fields), seen_by)
    return {shown_claim.text or "": shown_claim for shown_claim in claims(dossier)}


def stands(*spoken: StatementRead, seen_by: View = ALL, **archive: Any) -> tuple[Standing, str]:
    shown_claim = picture(spoken, seen_by, **archive)["A drone"]
    return shown_claim.standing, shown_claim.why


REPLACED = says(MINISTRY)
CLAIMS: Final[dict[str, tuple[Standing, str, list[StatementRead]]]] = {
    "one source": ("single_origin", "1 independent source supports it: Ministry", [says(MINISTRY)]),
    "an unnamed source": (
        "single_origin",
        "1 independent source supports it: an unnamed source (an official)",
        [says(OFFICIAL)],
    ),
    "an unnamed source without a role": (
        "single_origin",
        "1 independent source supports it: an unnamed source",
        [says(SOMEBODY)],
    ),
    "twice by one source": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), says(MINISTRY, said="2023-08-10")],
    ),
    "one family": (
        "single_origin",
        "1 independent source supports it: 2 sources go back to one",
        [says(MINISTRY), says(MINISTER)],
    ),
    "two of one side": (
        "one_sided",
        "2 sources support it, both of one side (Russia)",
        [says(MINISTRY), says(AGENCY)],
    ),
    "two sides": (
        "corroborated",
        "2 independent sources support it, not all of one side",
        [says(MINISTRY), says(ARMY)],
    ),
    "no party is a side of its own": (
        "corroborated",
        "2 independent sources support it, not all of one side",
        [says(WITNESS), says(NEIGHBOUR)],
    ),
    "a source beside nobody's word": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), says(None)],
    ),
    "denied by another": (
        "contested",
        "1 independent source supports it: Ministry; 1 denial by Army",
        [says(MINISTRY), denies(ARMY)],
    ),
    "denied by several": (
        "contested",
        "2 sources support it, both of one side (Russia); 2 independent sources deny it",
        [says(MINISTRY), says(AGENCY), denies(ARMY), denies(WITNESS)],
    ),
    "denied by one of those that support it": (
        "contested",
        "2 sources support it, both of one side (Russia); 1 denial by Ministry",
        [says(MINISTRY), says(AGENCY), denies(MINISTRY)],
    ),
    "denied by its own source": (
        "single_origin",
        "1 independent source supports it: Ministry; 1 denial by Ministry; the same source says both",
        [says(MINISTRY), denies(MINISTRY)],
    ),
    "denied by its own family": (
        "single_origin",
        "1 independent source supports it: Ministry; 1 denial by Minister; the same source says both",
        [says(MINISTRY), denies(MINISTER)],
    ),
    "denied by its own unnamed source": (
        "single_origin",
        "1 independent source supports it: an unnamed source; 1 denial by an unnamed source; the same source says both",
        [says(SOMEBODY), denies(SOMEBODY)],
    ),
    "denied by its own source, and stated in nobody's name": (
        "single_origin",
        "1 independent source supports it: Ministry; 1 denial by Ministry; the same source says both",
        [says(MINISTRY), says(None), denies(MINISTRY)],
    ),
    "denied in nobody's name": (
        "single_origin",
        "1 independent source supports it: Ministry; it is denied in nobody's name, once",
        [says(MINISTRY), denies(None)],
    ),
    "a rival is supported": (
        "contested",
        "1 independent source supports it: Ministry; 1 rival claim is supported",
        [says(MINISTRY), says(ARMY, OTHER)],
    ),
    "two rivals and a denial": (
        "contested",
        "1 independent source supports it: Ministry; 1 denial by Army; 2 rival claims are supported",
        [says(MINISTRY), denies(ARMY), says(ARMY, OTHER), says(WITNESS, THIRD)],
    ),
    "a rival was taken back, another implied": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), says(ARMY, OTHER, withdrawn="2023-08-10"), says(ARMY, THIRD, explicitness="implied")],
    ),
    "its own source supports a rival": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), says(MINISTER, OTHER)],
    ),
    "nobody with a name supports a rival": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), says(None, OTHER)],
    ),
    "only in nobody's name": (
        "unattributed",
        "it is only stated in nobody's name, 2 times; 1 denial by Army; 1 rival claim is supported",
        [says(None), says(None), denies(ARMY), says(ARMY, OTHER), says(WITNESS, OTHER)],
    ),
    "only denied": ("denied", "nobody supports it; 1 denial by Army", [denies(ARMY)]),
    "only denied in nobody's name": (
        "denied",
        "nobody supports it; it is denied in nobody's name, 2 times",
        [denies(None), denies(None)],
    ),
    "implied support alone": ("unsupported", "nobody supports it", [says(MINISTRY, explicitness="implied")]),
    "implied support, and a denial": (
        "denied",
        "nobody supports it; 1 denial by Army",
        [says(MINISTRY, explicitness="inferred"), denies(ARMY)],
    ),
    "an implied denial": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [says(MINISTRY), denies(ARMY, explicitness="implied")],
    ),
    "only a comment": ("unsupported", "nobody supports it", [says(MINISTRY, stance="comment")]),
    "nothing": ("unsupported", "nobody supports it", []),
    "a denial that was withdrawn": ("unsupported", "nobody supports it", [denies(ARMY, withdrawn="2023-08-10")]),
    "withdrawn": (
        "withdrawn",
        "Ministry took it back (10 August 2023)",
        [says(MINISTRY, withdrawn="2023-08-10")],
    ),
    "withdrawn in nobody's name": (
        "withdrawn",
        "whoever stated it took it back (10 August 2023)",
        [says(None, withdrawn="2023-08-10")],
    ),
    "withdrawn, and denied, with a rival": (
        "withdrawn",
        "Ministry took it back (10 August 2023); 1 denial by Army; 1 rival claim is supported",
        [says(MINISTRY, withdrawn="2023-08-10"), denies(ARMY), says(ARMY, OTHER), says(WITNESS, OTHER)],
    ),
    "all withdrawn": (
        "withdrawn",
        "the 2 statements that supported it were taken back",
        [says(MINISTRY, withdrawn="2023-08-10"), says(AGENCY, withdrawn="2023-08-11")],
    ),
    "one of two withdrawn": (
        "single_origin",
        "1 independent source supports it: Agency",
        [says(MINISTRY, withdrawn="2023-08-10"), says(AGENCY)],
    ),
    "superseded": (
        "withdrawn",
        "Ministry said something else instead",
        [REPLACED, says(MINISTRY, OTHER, said="2023-08-10", supersedes_id=REPLACED.id)],
    ),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_where_a_claim_stands_and_why(case: str) -> None:
    standing, why, spoken = CLAIMS[case]
    assert stands(*spoken) == (standing, why)
    assert stands(*reversed(spoken)) == (standing, why)


FIGURES: Final[dict[str, tuple[Standing, str, list[tuple[float, SourceRead | None, dict[str, Any]]]]]] = {
    "replaced by its own source": (
        "outdated",
        "whoever gave it has given a later figure since",
        [(31, MINISTRY, {}), (80, MINISTER, {"said": "2023-08-10"})],
    ),
    "left behind by others": (
        "outdated",
        "later figures were given 24 hours after it, or more; 1 denial by Army",
        [(31, MINISTRY, {}), (80, AGENCY, {"said": "2023-08-11"}), (31, ARMY, {"stance": "deny"})],
    ),
    "left behind, and nobody's": (
        "outdated",
        "later figures were given 24 hours after it, or more",
        [(31, None, {}), (80, AGENCY, {"said": "2023-08-11"})],
    ),
    "corrected by its own source": (
        "outdated",
        "it was replaced by a later figure",
        [(31, MINISTRY, {"superseded": True})],
    ),
    "corrected by all its sources": (
        "outdated",
        "all of it was replaced by a later figure",
        [(31, MINISTRY, {"superseded": True}), (31, AGENCY, {"superseded": True})],
    ),
    "withdrawn": ("withdrawn", "Ministry took it back (10 August 2023)", [(31, MINISTRY, {"withdrawn": "2023-08-10"})]),
    "one corrected, one withdrawn": (
        "withdrawn",
        "the 2 statements that supported it were taken back",
        [(31, MINISTRY, {"superseded": True}), (31, AGENCY, {"withdrawn": "2023-08-10"})],
    ),
    "its later one was withdrawn": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [(31, MINISTRY, {}), (80, MINISTRY, {"said": "2023-08-10", "withdrawn": "2023-08-11"})],
    ),
    "another figure at the same time": (
        "contested",
        "1 independent source supports it: Ministry; 1 rival claim is supported",
        [(31, MINISTRY, {}), (80, AGENCY, {})],
    ),
    "two of its own source on one day": (
        "single_origin",
        "1 independent source supports it: Ministry",
        [(31, MINISTRY, {}), (80, MINISTRY, {})],
    ),
    "given again by one, replaced by the other": (
        "contested",
        "1 independent source supports it: Agency; 1 rival claim is supported",
        [(31, MINISTRY, {}), (80, MINISTRY, {"said": "2023-08-10"}), (31, AGENCY, {"said": "2023-08-10"})],
    ),
    "denied by whom it has been replaced": (
        "contested",
        "1 independent source supports it: Agency; 1 denial by Ministry; 1 rival claim is supported",
        [
            (31, MINISTRY, {}),
            (80, MINISTRY, {"said": "2023-08-10"}),
            (31, MINISTRY, {"stance": "deny", "said": "2023-08-10"}),
            (31, AGENCY, {"said": "2023-08-10"}),
        ],
    ),
}


@pytest.mark.parametrize("case", FIGURES)
def test_where_a_figure_stands_and_why(case: str) -> None:
    standing, why, figures = FIGURES[case]
    numbers = {number: toll(number) for number in {31.0, *(number for number, *_ in figures)}}
    spoken = []
    for number, by, fields in figures:
        superseded = fields.get("superseded")
        spoken.append(
            says(by, numbers[number], **{name: value for name, value in fields.items() if name != "superseded"})
        )
        if superseded:
            spoken.append(says(by, IT, said="2023-08-10", supersedes_id=spoken[-1].id))
    shown_claim = picture(spoken, claims=[IT, *numbers.values()])["31 injured"]
    assert (shown_claim.standing, shown_claim.why) == (standing, why)


def test_every_standing_is_reached() -> None:
    assert {standing for standing, *_ in (*CLAIMS.values(), *FIGURES.values())} == set(get_args(Standing))


def test_two_unnamed_sources_of_one_document_are_not_said_to_be_one() -> None:
    paper = make.read(DocumentRead)
    spoken = [says(SOMEBODY), denies(OFFICIAL)]
    archive: dict[str, Any] = {
        "documents": [paper],
        "appearances": [found_in(statement, paper) for statement in spoken],
    }
    assert stands(*spoken, **archive) == (
        "single_origin",
        (
            "1 independent source supports it: an unnamed source; 1 denial by an unnamed source (an official); "
            "nothing shows that these are two sources"
        ),
    )


def test_one_unnamed_source_does_not_contest_itself_in_two_documents() -> None:
    papers = [make.read(DocumentRead, published="2023-08-09") for _ in range(3)]
    spoken = [says(SOMEBODY), denies(SOMEBODY), says(SOMEBODY, OTHER)]
    found_there = [found_in(statement, paper) for statement, paper in zip(spoken, papers, strict=True)]
    assert stands(*spoken, documents=papers, appearances=found_there)[0] == "single_origin"


def test_a_figure_whose_value_does_not_change_is_not_outdated() -> None:
    fixed = make.read(QuestionRead, measure="launched", unit="items", single_answer=True)
    figure = make.read(ClaimRead, event_id=EVENT.id, question_id=fixed.id, figure=make.figure("exact", 3, 3))
    first = says(MINISTRY, figure)
    later = says(MINISTRY, IT, said="2023-08-12", supersedes_id=first.id)
    shown_claim = picture([first, later], questions=[WHAT, fixed], claims=[IT, figure])["3 launched"]
    assert (shown_claim.standing, shown_claim.why) == ("withdrawn", "Ministry said something else instead")


def test_by_party_and_by_source() -> None:
    spoken = [says(MINISTRY), says(AGENCY), says(MINISTER)]
    by_party, by_source = (View(independence=each, restricted=True, confidential=True) for each in ("party", "source"))
    assert stands(*spoken, seen_by=by_party) == (
        "single_origin",
        "1 independent source supports it: 3 sources go back to one",
    )
    assert stands(*spoken, seen_by=by_source) == ("one_sided", "3 sources support it, all of one side (Russia)")


def test_a_claim_stands_where_it_stood_then() -> None:
    spoken = [says(MINISTRY, withdrawn="2023-08-12"), denies(ARMY, said="2023-08-11"), says(AGENCY, said="2023-08-13")]
    days = ["2023-08-09", "2023-08-10", "2023-08-11", "2023-08-12", "2023-08-13"]
    then = [stands(*spoken, seen_by=view(day, restricted=True, confidential=True))[0] for day in days]
    assert then == ["single_origin", "single_origin", "contested", "withdrawn", "contested"]


def test_links_make_rivals_of_any_claims_and_spare_answers() -> None:
    spoken = [says(MINISTRY), says(ARMY, OTHER)]
    for relation, standing in (("contradicts", "contested"), ("refines", "single_origin")):
        ties = [make.read(ClaimLinkRead, from_id=a.id, to_id=b.id, relation=relation) for a, b in pairwise([IT, OTHER])]
        assert stands(*spoken, claim_links=ties)[0] == standing


def test_a_link_goes_before_what_figures_allow() -> None:
    """Of figures that exclude each other, of those that do not, and of a figure and a claim in words."""
    few, many, words_ = toll(9), toll(31), OTHER
    roughly = make.read(ClaimRead, event_id=EVENT.id, question_id=TOLL.id, figure=make.figure("at_least", 22, None))
    for one, other, standings in (
        (few, many, {"": "contested", "compatible": "single_origin", "contradicts": "contested"}),
        (many, roughly, {"": "single_origin", "refines": "single_origin", "contradicts": "contested"}),
        (many, words_, {"": "single_origin", "contradicts": "contested"}),
    ):
        for relation, standing in standings.items():
            links = [make.read(ClaimLinkRead, from_id=one.id, to_id=other.id, relation=relation)] if relation else []
            spoken = [says(MINISTRY, one), says(ARMY, other)]
            drawn_claims = picture(spoken, claims=[one, other], claim_links=links)
            assert [claim.standing for claim in drawn_claims.values()] == [standing, standing]
            left_behind = [says(MINISTRY, one, said="2023-08-01"), says(ARMY, other), says(ARMY, many)]
            assert picture(left_behind, claims=[one, other, many], claim_links=links)[_text(one)].rivals == []


def _text(claim: ClaimRead) -> str:
    return f"{claim.figure.min:g} injured" if claim.figure else claim.text or ""
