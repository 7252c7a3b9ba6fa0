"""Unnamed sources, and who passed their words on."""

from typing import Any

import make
import pytest
from scenes import claim, claims, drawn, found_in, rows, said

from app.derive.rules.rows import View
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import ClaimPicture
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead
from app.vocabulary import Independence

IT = claim("This")
HOUSE, PAPER = (make.read(SourceRead, name=name) for name in ("House", "Paper"))
AGENCY = make.read(SourceRead, name="Agency", parent_id=HOUSE.id)
READERS = [make.read(SourceRead, name="a reader", disclosure="anonymous") for _ in range(2)]
ARTICLE, OTHER_ARTICLE = (make.read(DocumentRead, published="2023-08-09", publisher_id=AGENCY.id) for _ in range(2))
PRINT = make.read(DocumentRead, published="2023-08-09", publisher_id=PAPER.id)
Spoken = tuple[StatementRead, AppearanceRead]


def spoken(by: SourceRead, document: DocumentRead, via: SourceRead | None = None, **fields: Any) -> Spoken:
    """`via`: who passed it on."""
    statement = said(IT, by, **{"said": "2023-08-09"} | fields)
    hops = [make.read(HopRead, source_id=via.id, state="confirmed")] if via else []
    return statement, found_in(statement, document, hops=hops)


def picture(*utterances: Spoken, independence: Independence = "family") -> ClaimPicture:
    event_rows = rows(
        claims=[IT],
        statements=[statement for statement, _ in utterances],
        appearances=[appearance for _, appearance in utterances],
        sources=[HOUSE, AGENCY, PAPER, *READERS],
        documents=[ARTICLE, OTHER_ARTICLE, PRINT],
    )
    (shown,) = claims(drawn(event_rows, View(independence=independence, restricted=True, confidential=True)))
    return shown


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
