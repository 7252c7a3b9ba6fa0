"""Unnamed sources, and who passed their words on."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import make
import pytest
from scenes import ALL, EVENT, WHAT, claim, claims, drawn, found_in, rows, said

from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import ClaimPicture
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead
from app.vocabulary import Independence

IT, DRONE, FIRE = claim("This"), *(claim(text, question_id=WHAT.id) for text in ("A drone", "Fireworks"))
TOLL = make.read(QuestionRead, measure="killed", unit="persons", evolving=True, single_answer=True)
NINE, TWELVE = (
    make.read(ClaimRead, event_id=EVENT.id, question_id=TOLL.id, figure=make.figure("exact", n, n)) for n in (9, 12)
)
HOUSE, PAPER = (make.read(SourceRead, name=name) for name in ("House", "Paper"))
AGENCY = make.read(SourceRead, name="Agency", parent_id=HOUSE.id)
READERS = [make.read(SourceRead, name="a reader", disclosure="anonymous") for _ in range(2)]
ARTICLE, OTHER_ARTICLE = (make.read(DocumentRead, published="2023-08-09", publisher_id=AGENCY.id) for _ in range(2))
PRINT = make.read(DocumentRead, published="2023-08-09", publisher_id=PAPER.id)
Spoken = tuple[StatementRead, AppearanceRead]


def spoken(
    by: SourceRead, document: DocumentRead, via: SourceRead | None = None, *, about: ClaimRead = IT, **fields: Any
) -> Spoken:
    """`via`: who passed it on."""
    statement = said(about, by, **{"said": "2023-08-09"} | fields)
    hops = [make.read(HopRead, source_id=via.id, state="confirmed")] if via else []
    return statement, found_in(statement, document, hops=hops)


def pictures(*utterances: Spoken, independence: Independence = "family") -> dict[UUID, ClaimPicture]:
    event_rows = rows(
        questions=[WHAT, TOLL],
        claims=[IT, DRONE, FIRE, NINE, TWELVE],
        statements=[statement for statement, _ in utterances],
        appearances=[appearance for _, appearance in utterances],
        sources=[HOUSE, AGENCY, PAPER, *READERS],
        documents=[ARTICLE, OTHER_ARTICLE, PRINT],
    )
    shown = claims(drawn(event_rows, replace(ALL, independence=independence)))
    return {each.id: each for each in shown}


def picture(*utterances: Spoken, independence: Independence = "family") -> ClaimPicture:
    return pictures(*utterances, independence=independence)[IT.id]


@pytest.mark.parametrize("independence", ["family", "source"])
def test_an_agencys_unnamed_source_is_the_one_that_a_paper_has_from_it(independence: Independence) -> None:
    """A reader told the agency: its own article says so, and a paper that quotes the agency."""
    own, quoted = spoken(READERS[0], ARTICLE), spoken(READERS[1], PRINT, via=AGENCY)
    for utterances in ((own, quoted), (quoted, own)):
        shown = picture(*utterances, independence=independence)
        assert (shown.standing, shown.counts["support"].sources) == ("single_origin", 2)
        (origin,) = shown.origins["support"]
        assert origin.source_id == HOUSE.id
        assert [(join.how, join.source_id) for join in origin.joined_by] == [("chain", HOUSE.id)]


def test_what_was_passed_on_is_one_in_whatever_words() -> None:
    own, quoted = spoken(READERS[0], ARTICLE), spoken(READERS[1], PRINT, via=AGENCY)
    in_words = [
        (statement, appearance.model_copy(update={"wording": wording, "language": "en"}))
        for (statement, appearance), wording in ((own, "the lights went out"), (quoted, "all went dark"))
    ]
    assert picture(*in_words).standing == "single_origin"


def test_what_is_of_no_one_chain_stays_apart() -> None:
    """What the paper has heard beside is its own; two articles of one agency may each have found a reader."""
    own = spoken(READERS[0], ARTICLE)
    assert len(picture(own, spoken(READERS[1], PRINT)).origins["support"]) == 2
    assert len(picture(own, spoken(READERS[1], OTHER_ARTICLE)).origins["support"]) == 2


def test_a_channels_unnamed_source_is_the_channels() -> None:
    assert len(picture(spoken(AGENCY, ARTICLE), spoken(READERS[0], ARTICLE)).origins["support"]) == 1
    assert len(picture(spoken(PAPER, ARTICLE), spoken(READERS[0], ARTICLE)).origins["support"]) == 2


def test_who_may_be_one_does_not_silence_the_other() -> None:
    """An agency's reader who denies what another of its readers says disputes it."""
    own = spoken(READERS[0], ARTICLE)
    assert picture(own, spoken(READERS[1], PRINT, via=AGENCY, stance="deny")).standing == "contested"


# --- what it says of other claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [8, 9, 10])
def test_who_passed_on_one_claim_tells_nothing_of_another(day: int) -> None:
    """Survivors say it to the article; what else they say it has from the paper, which supports this, too."""
    utterances = [
        spoken(READERS[0], ARTICLE),
        spoken(PAPER, ARTICLE),
        spoken(READERS[0], ARTICLE, via=PAPER, about=DRONE, said=f"2023-08-{day:02}"),
    ]
    for order in (utterances, utterances[::-1]):
        shown = pictures(*order)
        assert (shown[IT.id].standing, len(shown[IT.id].origins["support"])) == ("corroborated", 2)
        assert [origin.source_id for origin in shown[DRONE.id].origins["support"]] == [PAPER.id]


def test_one_unnamed_source_disputes_nothing_with_itself() -> None:
    both = [spoken(READERS[0], ARTICLE, about=DRONE), spoken(READERS[0], ARTICLE, via=PAPER, about=FIRE)]
    assert {shown.standing for shown in pictures(*both).values() if shown.statements} == {"single_origin"}
    other = spoken(READERS[1], PRINT, about=FIRE)
    assert {shown.standing for shown in pictures(*both, other).values() if shown.statements} == {"contested"}


def test_a_later_number_of_an_unnamed_source_replaces_its_first() -> None:
    """Though only the second came over somebody."""
    shown = pictures(
        spoken(READERS[0], ARTICLE, about=NINE),
        spoken(READERS[0], ARTICLE, via=PAPER, about=TWELVE, said="2023-08-10"),
    )
    assert (shown[NINE.id].standing, shown[TWELVE.id].standing) == ("outdated", "single_origin")
