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


class Told(NamedTuple):
    statement: StatementRead
    places: list[AppearanceRead]


def source(**given: Any) -> SourceRead:
    return make.read(SourceRead, **given)


def unnamed(**given: Any) -> SourceRead:
    return source(disclosure="anonymous", **given)


def documents(count: int, **given: Any) -> list[DocumentRead]:
    return [make.read(DocumentRead, published="2023-08-09", **given) for _ in range(count)]


def told(by: SourceRead | None, *places: DocumentRead, via: SourceRead | None = None, **given: Any) -> Told:
    """That it is so, as of the 9th unless `said` says otherwise; `via`: who passed it on."""
    statement = said(IT, by, **{"said": "2023-08-09"} | given)
    hops = [make.read(HopRead, source_id=via.id, state="confirmed")] if via else []
    return Told(statement, [found_in(statement, place, hops=hops) for place in places or (None,)])


def link(start: DocumentRead, end: DocumentRead, **given: Any) -> DocumentLinkRead:
    about = {"relation": "syndicated_from", "how_known": "declared", "state": "confirmed"}
    return make.read(DocumentLinkRead, from_id=start.id, to_id=end.id, **about | given)


def picture(every: Iterable[Told], independence: Independence = "family", **more: Any) -> ClaimPicture:
    every = list(every)
    shown = rows(
        claims=[IT],
        statements=[one.statement for one in every],
        appearances=[place for one in every for place in one.places],
        **more,
    )
    return claims(drawn(shown, View(independence=independence, restricted=True, confidential=True)))[0]


def found(every: Sequence[Told], independence: Independence = "family", **more: Any) -> list[list[int]]:
    """The members of each origin, by their places in `every`."""
    places = {one.statement.id: nth for nth, one in enumerate(every)}
    shown = picture(every, independence, **more)
    return [[places[id_] for id_ in origin.statement_ids] for origin in shown.origins.get("support", [])]


def causes(*every: Told, independence: Independence = "family", **more: Any) -> list[dict[str, Any]]:
    """What joined them, if they are one; without what is not known of it."""
    (origin,) = picture(every, independence, **more).origins["support"]
    return [join.model_dump(exclude_none=True) for join in origin.joined_by]


# --- what is one -----------------------------------------------------------------------------------------------------


def test_ten_outlets_with_one_wire_are_one_origin() -> None:
    wire, *articles = documents(11)
    officials = [unnamed() for _ in articles]
    every = [told(official, article) for official, article in zip(officials, articles, strict=True)]
    apart: dict[str, Any] = {"sources": officials, "documents": [wire, *articles]}
    assert len(found(every, **apart)) == 10
    links = [link(article, wire) for article in articles]
    shown = picture(every, **apart, document_links=links)
    assert len(shown.origins["support"]) == 1
    assert (shown.counts["support"].sources, shown.counts["support"].origins, shown.standing) == (
        10,
        1,
        "single_origin",
    )
    assert shown.why == "1 independent source supports it: 10 sources go back to one"


def test_named_ones_are_never_joined_by_documents() -> None:
    one, other, copy = source(), source(), documents(2)
    links = [link(*copy)]
    third = source()
    every = [told(one, copy[0]), told(other, copy[0]), told(third, copy[1])]
    more: dict[str, Any] = {"sources": [one, other, third], "documents": copy, "document_links": links}
    assert found(every, **more) == [[0], [1], [2]]


def test_an_unnamed_source_is_not_joined_to_a_named_one_by_documents() -> None:
    one, other, both = source(), unnamed(), documents(1)
    assert found([told(one, *both), told(other, *both)], sources=[one, other], documents=both) == [[0], [1]]


def test_nobodys_words_are_no_origin() -> None:
    one, place = source(), documents(1)
    shown = picture([told(None, *place), told(one, *place)], sources=[one], documents=place)
    assert [len(origin.statement_ids) for origin in shown.origins["support"]] == [1]
    assert (shown.counts["support"].statements, shown.counts["support"].sources) == (2, 1)
    assert picture([told(None, *place)], documents=place).origins == {"support": []}


def test_sources_of_one_house_are_one_by_family_two_by_source() -> None:
    house = source(party="x")
    between = source(parent_id=house.id)
    one, other = source(parent_id=house.id), source(parent_id=between.id)
    every = [told(one), told(other)]
    more: dict[str, Any] = {"sources": [house, one, other, between]}
    assert found(every, **more) == [[0, 1]]
    assert found(every, "source", **more) == [[0], [1]]
    assert causes(*every, **more) == [{"how": "family", "source_id": house.id}]
    assert picture(every, **more).origins["support"][0].source_id == house.id


def test_one_source_is_one_however_often_it_speaks() -> None:
    one, other = source(), source()
    merged = source(merged_into=one.id)
    every = [told(one), told(other, said="2023-08-10"), told(merged, said="2023-08-11")]
    more: dict[str, Any] = {"sources": [one, other, merged]}
    for independence in ("source", "family"):
        assert found(every, independence, **more) == [[0, 2], [1]]
    assert causes(every[0], every[2], **more) == [{"how": "source", "source_id": one.id}]


def test_who_passed_it_on_joins_unnamed_sources_with_each_other_and_with_himself() -> None:
    house = source()
    channel = source(parent_id=house.id)
    first, second, third = unnamed(), unnamed(), unnamed()
    places = documents(4)
    every = [
        told(first, places[0], via=channel),
        told(second, places[1], via=channel),
        told(house, places[2]),
        told(third, places[3]),
    ]
    more: dict[str, Any] = {"sources": [house, channel, first, second, third], "documents": places}
    assert found(every, **more) == [[0, 1, 2], [3]]
    assert found(every[:2], "source", **more) == [[0, 1]]
    assert causes(*every[:2], **more) == causes(every[0], every[2], **more) == [{"how": "chain", "source_id": house.id}]
    assert picture(every, **more).origins["support"][0].source_id == house.id


def test_a_hop_that_is_not_confirmed_joins_nothing() -> None:
    channel, one, other = source(), unnamed(), unnamed()
    places = documents(2)
    every = [told(one, places[0], via=channel), told(other, places[1], via=channel)]
    for state in ("proposed", "rejected"):
        for _, (appearance,) in every:
            appearance.hops[0] = make.read(HopRead, source_id=channel.id, state=state)
        assert found(every, sources=[channel, one, other], documents=places) == [[0], [1]]


def test_an_unnamed_source_whose_parent_is_known_goes_with_its_family() -> None:
    ministry = source()
    official, place = unnamed(parent_id=ministry.id), documents(1)
    every = [told(ministry), told(official, *place)]
    assert found(every, sources=[ministry, official], documents=place) == [[0, 1]]


def test_unknown_never_counts_as_new() -> None:
    """What shares its documents with several of which more is known goes with the earliest, and these stay apart."""
    late, early = source(), source()
    first, second, unknown = unnamed(parent_id=late.id), unnamed(parent_id=early.id), unnamed()
    copies = documents(3)
    every = [
        told(first, copies[0], said="2023-08-11"),
        told(second, copies[1], said="2023-08-10"),
        told(unknown, copies[2], said="2023-08-09"),
    ]
    more: dict[str, Any] = {
        "sources": [late, early, first, second, unknown],
        "documents": copies,
        "document_links": [link(copies[0], copies[2]), link(copies[1], copies[2])],
    }
    assert found(every, **more) == [[2, 1], [0]]
    assert found(every, "source", **more) == [[2, 1], [0]]


def test_one_unnamed_source_is_one_wherever_it_speaks() -> None:
    """There are never more independent sources than sources."""
    one, channel, other = unnamed(), source(), source()
    places = documents(3)
    every = [
        told(one, places[0]),
        told(one, places[1], via=channel, said="2023-08-10"),
        told(one, places[2], via=other, said="2023-08-11"),
    ]
    more: dict[str, Any] = {"sources": [one, channel, other], "documents": places}
    assert found(every, **more) == [[0, 1, 2]]
    assert causes(*every, **more) == [{"how": "source", "source_id": one.id}]
    assert found(every[1:], **more) == [[0, 1]]


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
    one, other, copies = unnamed(), unnamed(), documents(2)
    for pair in (copies, copies[::-1]):
        link_, every = link(*pair, **given), [told(one, copies[0]), told(other, copies[1])]
        more: dict[str, Any] = {"sources": [one, other], "documents": copies, "document_links": [link_]}
        assert found(every, **more) == ([[0, 1]] if joined else [[0], [1]])
        if joined:
            about = link_.model_dump(include={"relation", "how_known", "state", "score"}, exclude_none=True)
            ends = {"link_id": link_.id, "from_id": pair[0].id, "to_id": pair[1].id}
            assert causes(*every, **more) == [{"how": "link", **about, **ends}]


def test_documents_that_nothing_cites_join_and_only_those_on_the_way_are_told() -> None:
    one, other = unnamed(), unnamed()
    first, copy, wire, second, beyond = documents(5)
    way = [link(first, copy), link(copy, wire), link(second, wire)]
    aside = [link(wire, beyond), link(*documents(2))]
    every = [told(one, first), told(other, second)]
    more: dict[str, Any] = {
        "sources": [one, other],
        "documents": [first, copy, wire, second, beyond],
        "document_links": way + aside,
    }
    assert found(every, **more) == [[0, 1]]
    assert {cause["link_id"] for cause in causes(*every, **more)} == {each.id for each in way}


def test_merged_documents_are_one_and_links_follow_the_merge() -> None:
    one, other, third = unnamed(), unnamed(), unnamed()
    kept, copy = documents(2)
    merged = make.read(DocumentRead, merged_into=kept.id)
    every = [told(one, kept), told(other, merged), told(third, copy)]
    more: dict[str, Any] = {"sources": [one, other, third], "documents": [kept, merged, copy]}
    assert found(every, **more) == [[0, 1], [2]]
    assert causes(*every[:2], **more) == [{"how": "document", "document_id": kept.id}]
    tie = link(copy, merged)
    assert found(every, **more, document_links=[tie]) == [[0, 1, 2]]
    told_ends = causes(*every[1:], **more, document_links=[tie])
    assert [(cause["from_id"], cause["to_id"]) for cause in told_ends] == [(copy.id, kept.id)]


def test_one_document_joins_also_where_another_one_came_first() -> None:
    """The first was published elsewhere before, the second was passed on by somebody: they share this document."""
    one, other, channel = unnamed(), unnamed(), source()
    earlier = make.read(DocumentRead, published="2023-08-08")
    (shared,) = documents(1)
    more: dict[str, Any] = {"sources": [one, other, channel], "documents": [earlier, shared]}
    cause = [{"how": "document", "document_id": shared.id}]
    every = [told(one, earlier, shared), told(other, shared)]
    assert found(every, **more) == [[0, 1]]
    assert causes(*every, **more) == cause
    every = [told(one, shared), told(other, shared, via=channel)]
    assert found(every, **more) == [[0, 1]]
    assert causes(*every, **more) == cause


def test_what_an_origin_goes_by() -> None:
    one, other, channel = unnamed(), unnamed(), source()
    (shared,) = documents(1)
    more: dict[str, Any] = {"sources": [one, other, channel], "documents": [shared]}

    def goes_by(*every: Told) -> tuple[object, object]:
        (origin,) = picture(every, **more).origins["support"]
        return origin.source_id, origin.document_id

    assert goes_by(told(one, shared)) == (None, shared.id)
    assert goes_by(told(one, shared), told(other, shared)) == (None, shared.id)
    assert goes_by(told(one)) == (None, None)
    assert goes_by(told(one, shared, via=channel)) == (channel.id, None)
    # More is known of the later one: then that is what both go by.
    assert goes_by(told(one, shared), told(other, shared, via=channel, said="2023-08-10")) == (channel.id, None)
    assert goes_by(told(channel, shared)) == (channel.id, None)


# --- parties ---------------------------------------------------------------------------------------------------------


def test_a_party_is_one_where_independence_is_of_parties() -> None:
    mine, yours, theirs, none = source(party="x"), source(party="x"), source(party="y"), source()
    also_none = source()
    every = [told(one) for one in (mine, yours, theirs, none, also_none)]
    more: dict[str, Any] = {"sources": [mine, yours, theirs, none, also_none]}
    assert found(every, **more) == [[0], [1], [2], [3], [4]]
    assert found(every, "party", **more) == [[0, 1], [2], [3], [4]]
    shown = picture(every, "party", **more).origins["support"]
    assert [origin.party for origin in shown] == ["x", "y", None, None]
    # It goes by no source: there is more than one, and neither is the other's.
    assert [origin.source_id for origin in shown] == [None, theirs.id, none.id, also_none.id]
    assert causes(*every[:2], independence="party", **more) == [{"how": "party", "party": "x"}]
    counted = picture(every, "party", **more).counts["support"]
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
    one, other = (source(party=own, parent_id=house.id) for own in members)
    (origin,) = picture([told(one), told(other)], sources=[house, one, other]).origins["support"]
    assert origin.party == party


@pytest.mark.parametrize(("parties", "party"), [((None, None), "z"), (("x", "y"), "z"), (("x", None), "x")])
def test_the_top_of_an_origin_is_known_though_its_first_member_is_not(
    parties: tuple[str | None, str | None], party: str
) -> None:
    channel = source(party="z")
    one, other = (unnamed(party=own) for own in parties)
    (shared,) = documents(1)
    every = [told(one, shared), told(other, shared, via=channel, said="2023-08-10")]
    more: dict[str, Any] = {"sources": [one, other, channel], "documents": [shared]}
    assert [origin.party for origin in picture(every, **more).origins["support"]] == [party]


def test_what_a_party_passed_on_is_of_that_party() -> None:
    """By party there are never more origins than parties, but for those of none."""
    channel, ministry, one = source(party="z"), source(party="z"), unnamed()
    (place,) = documents(1)
    every = [told(one, place, via=channel), told(ministry)]
    more: dict[str, Any] = {"sources": [channel, ministry, one], "documents": [place]}
    assert found(every, **more) == [[0], [1]]
    assert found(every, "party", **more) == [[0, 1]]
    assert causes(*every, independence="party", **more) == [{"how": "party", "party": "z"}]


# --- denials ---------------------------------------------------------------------------------------------------------


def test_denials_have_origins_of_their_own() -> None:
    one, other, third = source(), source(), source()
    every = [told(one), *(told(speaker, stance="deny") for speaker in (one, other)), told(third, stance="comment")]
    shown = picture(every, sources=[one, other, third])
    assert {stance: len(origins) for stance, origins in shown.origins.items()} == {
        "support": 1,
        "deny": 2,
        "comment": 1,
    }
    assert list(shown.origins) == ["support", "deny", "comment"]
