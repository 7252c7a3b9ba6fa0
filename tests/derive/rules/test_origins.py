"""Who does not depend on whom: what goes back to one and the same is one origin."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import make
import pytest
from scenes import claim, claims, drawn, found_in, rows, said

from app.derive.rules.rows import View
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.pictures.dossiers import ClaimPicture
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead
from app.vocabulary import SURE_COPY, Independence

IT = claim("This")


class Spoken(NamedTuple):
    statement: StatementRead
    appearances: list[AppearanceRead]


def source(**fields: Any) -> SourceRead:
    return make.read(SourceRead, **fields)


def unnamed(**fields: Any) -> SourceRead:
    return source(disclosure="anonymous", **fields)


def documents(count: int, **fields: Any) -> list[DocumentRead]:
    return [make.read(DocumentRead, published="2023-08-09", **fields) for _ in range(count)]


def spoken(by: SourceRead | None, *documents_: DocumentRead, via: SourceRead | None = None, **fields: Any) -> Spoken:
    """That it is so, as of the 9th unless `said` says otherwise; `via`: who passed it on."""
    statement = said(IT, by, **{"said": "2023-08-09"} | fields)
    hops = [make.read(HopRead, source_id=via.id, state="confirmed")] if via else []
    return Spoken(statement, [found_in(statement, document, hops=hops) for document in documents_ or (None,)])


def link(start: DocumentRead, end: DocumentRead, **fields: Any) -> DocumentLinkRead:
    usual = {"relation": "syndicated_from", "how_known": "declared", "state": "confirmed"}
    return make.read(DocumentLinkRead, from_id=start.id, to_id=end.id, **usual | fields)


def picture(statements: Iterable[Spoken], independence: Independence = "family", **archive: Any) -> ClaimPicture:
    utterances = list(statements)
    event_rows = rows(
        claims=[IT],
        statements=[utterance.statement for utterance in utterances],
        appearances=[appearance for utterance in utterances for appearance in utterance.appearances],
        **archive,
    )
    return claims(drawn(event_rows, View(independence=independence, restricted=True, confidential=True)))[0]


def grouped(statements: Sequence[Spoken], independence: Independence = "family", **archive: Any) -> list[list[int]]:
    """The members of each origin, by their positions in `statements`."""
    positions = {utterance.statement.id: nth for nth, utterance in enumerate(statements)}
    claim_picture = picture(statements, independence, **archive)
    groups = [[positions[id_] for id_ in origin.statement_ids] for origin in claim_picture.origins.get("support", [])]
    # What is of one time is in the order of names: that is not looked at here.
    return sorted(sorted(group) for group in groups)


def causes(*statements: Spoken, independence: Independence = "family", **archive: Any) -> list[dict[str, Any]]:
    """What joined them, if they are one; without what is not known of it."""
    (origin,) = picture(statements, independence, **archive).origins["support"]
    return [join.model_dump(exclude_none=True) for join in origin.joined_by]


# --- what is one -----------------------------------------------------------------------------------------------------


def test_ten_outlets_with_one_wire_are_one_origin() -> None:
    wire, *articles = documents(11)
    officials = [unnamed() for _ in articles]
    statements = [spoken(official, article) for official, article in zip(officials, articles, strict=True)]
    archive: dict[str, Any] = {"sources": officials, "documents": [wire, *articles]}
    assert len(grouped(statements, **archive)) == 10
    links = [link(article, wire) for article in articles]
    claim_picture = picture(statements, **archive, document_links=links)
    assert len(claim_picture.origins["support"]) == 1
    assert (
        claim_picture.counts["support"].sources,
        claim_picture.counts["support"].origins,
        claim_picture.standing,
    ) == (
        10,
        1,
        "single_origin",
    )
    assert claim_picture.why == "1 independent source supports it: 10 sources go back to one"


def test_named_ones_are_never_joined_by_documents() -> None:
    first, second, copies = source(), source(), documents(2)
    links = [link(*copies)]
    third = source()
    statements = [spoken(first, copies[0]), spoken(second, copies[0]), spoken(third, copies[1])]
    archive: dict[str, Any] = {"sources": [first, second, third], "documents": copies, "document_links": links}
    assert grouped(statements, **archive) == [[0], [1], [2]]


def test_an_unnamed_source_is_not_joined_to_a_named_one_by_documents() -> None:
    named, nameless, shared = source(), unnamed(), documents(1)
    assert grouped(
        [spoken(named, *shared), spoken(nameless, *shared)], sources=[named, nameless], documents=shared
    ) == [
        [0],
        [1],
    ]


def test_nobodys_words_are_no_origin() -> None:
    speaker, papers = source(), documents(1)
    claim_picture = picture([spoken(None, *papers), spoken(speaker, *papers)], sources=[speaker], documents=papers)
    assert [len(origin.statement_ids) for origin in claim_picture.origins["support"]] == [1]
    assert (claim_picture.counts["support"].statements, claim_picture.counts["support"].sources) == (2, 1)
    assert picture([spoken(None, *papers)], documents=papers).origins == {"support": []}


def test_sources_of_one_house_are_one_by_family_two_by_source() -> None:
    house = source(party="x")
    between = source(parent_id=house.id)
    first, second = source(parent_id=house.id), source(parent_id=between.id)
    statements = [spoken(first), spoken(second)]
    archive: dict[str, Any] = {"sources": [house, first, second, between]}
    assert grouped(statements, **archive) == [[0, 1]]
    assert grouped(statements, "source", **archive) == [[0], [1]]
    assert causes(*statements, **archive) == [{"how": "family", "source_id": house.id}]
    assert picture(statements, **archive).origins["support"][0].source_id == house.id


def test_one_source_is_one_however_often_it_speaks() -> None:
    first, second = source(), source()
    merged = source(merged_into=first.id)
    statements = [spoken(first), spoken(second, said="2023-08-10"), spoken(merged, said="2023-08-11")]
    archive: dict[str, Any] = {"sources": [first, second, merged]}
    for independence in ("source", "family"):
        assert grouped(statements, independence, **archive) == [[0, 2], [1]]
    assert causes(statements[0], statements[2], **archive) == [{"how": "source", "source_id": first.id}]


def test_who_passed_it_on_joins_unnamed_sources_with_each_other_and_with_himself() -> None:
    house = source()
    channel = source(parent_id=house.id)
    first, second, third = unnamed(), unnamed(), unnamed()
    places = documents(4)
    statements = [
        spoken(first, places[0], via=channel),
        spoken(second, places[1], via=channel),
        spoken(house, places[2]),
        spoken(third, places[3]),
    ]
    archive: dict[str, Any] = {"sources": [house, channel, first, second, third], "documents": places}
    assert grouped(statements, **archive) == [[0, 1, 2], [3]]
    assert grouped(statements[:2], "source", **archive) == [[0, 1]]
    assert (
        causes(*statements[:2], **archive)
        == causes(statements[0], statements[2], **archive)
        == [{"how": "chain", "source_id": house.id}]
    )
    assert picture(statements, **archive).origins["support"][0].source_id == house.id


def test_a_hop_that_is_not_confirmed_joins_nothing() -> None:
    channel, first, second = source(), unnamed(), unnamed()
    places = documents(2)
    statements = [spoken(first, places[0], via=channel), spoken(second, places[1], via=channel)]
    for state in ("proposed", "rejected"):
        for _, (appearance,) in statements:
            appearance.hops[0] = make.read(HopRead, source_id=channel.id, state=state)
        assert grouped(statements, sources=[channel, first, second], documents=places) == [[0], [1]]


def test_an_unnamed_source_whose_parent_is_known_goes_with_its_family() -> None:
    ministry = source()
    official, papers = unnamed(parent_id=ministry.id), documents(1)
    statements = [spoken(ministry), spoken(official, *papers)]
    assert grouped(statements, sources=[ministry, official], documents=papers) == [[0, 1]]


def test_unknown_never_counts_as_new() -> None:
    """What shares its documents with several of which more is known goes with the earliest, and these stay apart."""
    late, early = source(), source()
    first, second, unknown = unnamed(parent_id=late.id), unnamed(parent_id=early.id), unnamed()
    copies = documents(3)
    statements = [
        spoken(first, copies[0], said="2023-08-11"),
        spoken(second, copies[1], said="2023-08-10"),
        spoken(unknown, copies[2], said="2023-08-09"),
    ]
    archive: dict[str, Any] = {
        "sources": [late, early, first, second, unknown],
        "documents": copies,
        "document_links": [link(copies[0], copies[2]), link(copies[1], copies[2])],
    }
    assert grouped(statements, **archive) == [[0], [1, 2]]
    ids = [utterance.statement.id for utterance in statements]
    shown = picture(statements, **archive).origins["support"]
    assert [origin.statement_ids for origin in shown] == [[ids[2], ids[1]], [ids[0]]]
    assert grouped(statements, "source", **archive) == [[0], [1, 2]]


def test_one_unnamed_source_is_one_wherever_it_speaks() -> None:
    """There are never more independent sources than sources."""
    official, channel, other_channel = unnamed(), source(), source()
    places = documents(3)
    statements = [
        spoken(official, places[0]),
        spoken(official, places[1], via=channel, said="2023-08-10"),
        spoken(official, places[2], via=other_channel, said="2023-08-11"),
    ]
    archive: dict[str, Any] = {"sources": [official, channel, other_channel], "documents": places}
    assert grouped(statements, **archive) == [[0, 1, 2]]
    assert causes(*statements, **archive) == [{"how": "source", "source_id": official.id}]
    assert grouped(statements[1:], **archive) == [[0, 1]]


# --- documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        ({"state": "confirmed", "how_known": "declared"}, True),
        ({"state": "confirmed", "how_known": "editor", "relation": "rewrites"}, True),
        ({"state": "proposed", "how_known": "similarity", "score": SURE_COPY}, True),
        ({"state": "proposed", "how_known": "similarity", "score": SURE_COPY - 0.001}, False),
        ({"state": "proposed", "how_known": "similarity"}, False),
        ({"state": "rejected", "how_known": "similarity", "score": 1.0}, False),
        ({"state": "confirmed", "relation": "reply_to"}, False),
        ({"state": "proposed", "score": 1.0, "relation": "reply_to"}, False),
        *(({"relation": relation}, True) for relation in ("translation_of", "quotes", "revision_of")),
    ],
)
def test_which_links_make_documents_one(given: dict[str, Any], *, joined: bool) -> None:
    first, second, copies = unnamed(), unnamed(), documents(2)
    for pair in (copies, copies[::-1]):
        link_, statements = link(*pair, **given), [spoken(first, copies[0]), spoken(second, copies[1])]
        archive: dict[str, Any] = {"sources": [first, second], "documents": copies, "document_links": [link_]}
        assert grouped(statements, **archive) == ([[0, 1]] if joined else [[0], [1]])
        if joined:
            link_fields = link_.model_dump(include={"relation", "how_known", "state", "score"}, exclude_none=True)
            ends = {"link_id": link_.id, "from_id": pair[0].id, "to_id": pair[1].id}
            assert causes(*statements, **archive) == [{"how": "link", **link_fields, **ends}]


def test_documents_that_nothing_cites_join_and_only_those_on_the_way_are_told() -> None:
    speaker, official = unnamed(), unnamed()
    first, copy, wire, second, beyond = documents(5)
    way = [link(first, copy), link(copy, wire), link(second, wire)]
    aside = [link(wire, beyond), link(*documents(2))]
    statements = [spoken(speaker, first), spoken(official, second)]
    archive: dict[str, Any] = {
        "sources": [speaker, official],
        "documents": [first, copy, wire, second, beyond],
        "document_links": way + aside,
    }
    assert grouped(statements, **archive) == [[0, 1]]
    assert {cause["link_id"] for cause in causes(*statements, **archive)} == {step.id for step in way}


def test_merged_documents_are_one_and_links_follow_the_merge() -> None:
    first, second, third = unnamed(), unnamed(), unnamed()
    article, copy = documents(2)
    merged = make.read(DocumentRead, merged_into=article.id)
    statements = [spoken(first, article), spoken(second, merged), spoken(third, copy)]
    archive: dict[str, Any] = {"sources": [first, second, third], "documents": [article, merged, copy]}
    assert grouped(statements, **archive) == [[0, 1], [2]]
    assert causes(*statements[:2], **archive) == [{"how": "document", "document_id": article.id}]
    tie = link(copy, merged)
    assert grouped(statements, **archive, document_links=[tie]) == [[0, 1, 2]]
    told_ends = causes(*statements[1:], **archive, document_links=[tie])
    assert [(cause["from_id"], cause["to_id"]) for cause in told_ends] == [(copy.id, article.id)]


def test_one_document_joins_also_where_another_one_came_first() -> None:
    """The first was published elsewhere before, the second was passed on by somebody: they share this document."""
    first, second, channel = unnamed(), unnamed(), source()
    earlier = make.read(DocumentRead, published="2023-08-08")
    (shared,) = documents(1)
    archive: dict[str, Any] = {"sources": [first, second, channel], "documents": [earlier, shared]}
    cause = [{"how": "document", "document_id": shared.id}]
    statements = [spoken(first, earlier, shared), spoken(second, shared)]
    assert grouped(statements, **archive) == [[0, 1]]
    assert causes(*statements, **archive) == cause
    statements = [spoken(first, shared), spoken(second, shared, via=channel)]
    assert grouped(statements, **archive) == [[0, 1]]
    assert causes(*statements, **archive) == cause


def test_what_an_origin_goes_by() -> None:
    first, second, channel = unnamed(), unnamed(), source()
    (shared,) = documents(1)
    archive: dict[str, Any] = {"sources": [first, second, channel], "documents": [shared]}

    def goes_by(*statements: Spoken) -> tuple[object, object]:
        (origin,) = picture(statements, **archive).origins["support"]
        return origin.source_id, origin.document_id

    assert goes_by(spoken(first, shared)) == (None, shared.id)
    assert goes_by(spoken(first, shared), spoken(second, shared)) == (None, shared.id)
    assert goes_by(spoken(first)) == (None, None)
    assert goes_by(spoken(first, shared, via=channel)) == (channel.id, None)
    # More is known of the later one: then that is what both go by.
    assert goes_by(spoken(first, shared), spoken(second, shared, via=channel, said="2023-08-10")) == (channel.id, None)
    assert goes_by(spoken(channel, shared)) == (channel.id, None)


# --- parties ---------------------------------------------------------------------------------------------------------


def test_a_party_is_one_where_independence_is_of_parties() -> None:
    x, also_x, y, neutral = source(party="x"), source(party="x"), source(party="y"), source()
    also_neutral = source()
    statements = [spoken(speaker) for speaker in (x, also_x, y, neutral, also_neutral)]
    archive: dict[str, Any] = {"sources": [x, also_x, y, neutral, also_neutral]}
    assert grouped(statements, **archive) == [[0], [1], [2], [3], [4]]
    assert grouped(statements, "party", **archive) == [[0, 1], [2], [3], [4]]
    by_party = picture(statements, "party", **archive).origins["support"]
    assert sorted(origin.party or "" for origin in by_party) == ["", "", "x", "y"]
    # It goes by no source: there is more than one, and neither is the other's.
    assert {origin.source_id for origin in by_party} == {None, y.id, neutral.id, also_neutral.id}
    assert causes(*statements[:2], independence="party", **archive) == [{"how": "party", "party": "x"}]
    counted = picture(statements, "party", **archive).counts["support"]
    assert (counted.sources, counted.origins, counted.parties) == (5, 4, 4)


@pytest.mark.parametrize(
    ("members", "top", "party"),
    [
        (("x", "x"), "y", "x"),
        (("x", None), None, "x"),
        (("x", "z"), "y", "y"),
        (("x", "z"), None, None),
        ((None, None), "y", "y"),
        ((None, None), None, None),
    ],
)
def test_the_party_of_an_origin_is_its_members_if_they_agree_else_its_tops(
    members: tuple[str | None, str | None], top: str | None, party: str | None
) -> None:
    house = source(party=top)
    first, second = (source(party=own_party, parent_id=house.id) for own_party in members)
    (origin,) = picture([spoken(first), spoken(second)], sources=[house, first, second]).origins["support"]
    assert origin.party == party


@pytest.mark.parametrize(("parties", "party"), [((None, None), "z"), (("x", "y"), "z"), (("x", None), "x")])
def test_the_top_of_an_origin_is_known_though_its_first_member_is_not(
    parties: tuple[str | None, str | None], party: str
) -> None:
    channel = source(party="z")
    first, second = (unnamed(party=own_party) for own_party in parties)
    (shared,) = documents(1)
    statements = [spoken(first, shared), spoken(second, shared, via=channel, said="2023-08-10")]
    archive: dict[str, Any] = {"sources": [first, second, channel], "documents": [shared]}
    assert [origin.party for origin in picture(statements, **archive).origins["support"]] == [party]


def test_what_a_party_passed_on_is_of_that_party() -> None:
    """By party there are never more origins than parties, but for those of none."""
    channel, ministry, official = source(party="z"), source(party="z"), unnamed()
    (document,) = documents(1)
    statements = [spoken(official, document, via=channel), spoken(ministry)]
    archive: dict[str, Any] = {"sources": [channel, ministry, official], "documents": [document]}
    assert grouped(statements, **archive) == [[0], [1]]
    assert grouped(statements, "party", **archive) == [[0, 1]]
    assert causes(*statements, independence="party", **archive) == [{"how": "party", "party": "z"}]


# --- denials ---------------------------------------------------------------------------------------------------------


def test_denials_have_origins_of_their_own() -> None:
    first, second, third = source(), source(), source()
    statements = [
        spoken(first),
        *(spoken(speaker, stance="deny") for speaker in (first, second)),
        spoken(third, stance="comment"),
    ]
    claim_picture = picture(statements, sources=[first, second, third])
    assert {stance: len(origins) for stance, origins in claim_picture.origins.items()} == {
        "support": 1,
        "deny": 2,
        "comment": 1,
    }
    assert list(claim_picture.origins) == ["support", "deny", "comment"]
