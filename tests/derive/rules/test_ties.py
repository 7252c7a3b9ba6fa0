"""Sources that may be the same are one origin until an editor has said, and nothing else follows from the guess."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

import make
import pytest
import soaking
from scenes import EVENT, WHAT, claim, claims, drawn, rows, said

from app.derive.rules.rows import View
from app.schemas.pictures.dossiers import ClaimPicture
from app.schemas.sources import SourceLinkRead, SourceRead
from app.vocabulary import AMBIGUOUS_NAME, LinkState

IT = claim("This")
DRONE, FIRE = (claim(text, question_id=WHAT.id) for text in ("A drone", "Fireworks"))


def named(name: str, **fields: Any) -> SourceRead:
    return make.read(SourceRead, name=name, **fields)


def tie(start: SourceRead, end: SourceRead, **fields: Any) -> SourceLinkRead:
    usual: dict[str, Any] = {"how_known": "name", "state": "proposed", "score": 0.9, "reason": "alike"}
    return make.read(SourceLinkRead, from_id=start.id, to_id=end.id, **usual | fields)


def fits(mention: SourceRead, *candidates: SourceRead) -> list[SourceLinkRead]:
    return [tie(mention, candidate, score=0.5, reason=AMBIGUOUS_NAME) for candidate in candidates]


def picture(
    speakers: Sequence[SourceRead], links: Sequence[SourceLinkRead], stances: Sequence[str] = (), **more: Any
) -> ClaimPicture:
    spoken = [said(IT, one, stance=stance) for one, stance in zip(speakers, stances or ["support"] * 99, strict=False)]
    view = View(independence=more.pop("independence", "family"), restricted=True, confidential=True)
    sources = more.pop("sources", speakers)
    return claims(drawn(rows(claims=[IT], statements=spoken, sources=[*sources], source_links=[*links], **more), view))[
        0
    ]


def origins(speakers: Sequence[SourceRead], links: Sequence[SourceLinkRead], **more: Any) -> int:
    return len(picture(speakers, links, **more).origins["support"])


def test_what_may_be_one_is_counted_once_and_says_why() -> None:
    first, second = named("A"), named("B")
    link = tie(first, second)
    shown = picture([first, second], [link])
    (origin,) = shown.origins["support"]
    (join,) = origin.joined_by
    assert join.model_dump(exclude_none=True) == {
        "how": "same_as", "link_id": link.id, "from_id": first.id, "to_id": second.id, "relation": "same_as",
        "how_known": "name", "state": "proposed", "score": 0.9, "reason": "alike",
    }  # fmt: skip
    assert (shown.standing, shown.why) == (
        "single_origin", "1 independent source supports it: 2 sources go back to one, or may be the same",
    )  # fmt: skip
    assert origins([first, second], [tie(first, second, state="rejected")]) == 2


def test_it_silences_no_dispute_and_takes_nothing_back() -> None:
    first, second = named("A"), named("B")
    link = tie(first, second)
    shown = picture([first, second], [link], ["support", "deny"])
    assert shown.standing == "contested"
    assert shown.why.endswith("1 denial by B; B, who denies it, may be the same as A, who supports it")
    assert "may be" not in picture([first, second], [tie(first, second, state="rejected")], ["support", "deny"]).why


def test_who_may_have_taken_his_denial_back_or_says_a_rival_is_told() -> None:
    first, second, third = named("A"), named("B"), named("C")
    spoken = [
        said(DRONE, first, stance="deny", said="2023-08-09", withdrawn="2023-08-10"),
        said(DRONE, second, stance="deny", said="2023-08-11"),
        said(DRONE, third),
        said(FIRE, first),
        said(FIRE, second, said="2023-08-12"),
    ]
    event: dict[str, Any] = {"questions": [WHAT], "claims": [DRONE, FIRE], "sources": [first, second, third]}
    links = [tie(first, second), tie(second, third, score=0.8)]
    shown = {one.text: one for one in claims(drawn(rows(statements=spoken, source_links=links, **event)))}
    codes = {text: [why.code for why in one.reasons if "perhaps" in why.code] for text, one in shown.items()}
    assert codes == {
        "A drone": ["denier_perhaps_supporter", "denier_perhaps_took_back", "rival_perhaps_supporter"],
        "Fireworks": ["rival_perhaps_supporter"],
    }
    assert "B, who denies it, may be the same as A, who took a denial back" in shown["A drone"].why
    assert "B, who supports a rival claim, may be the same as C, who supports this one" in shown["A drone"].why
    hidden: dict[str, Any] = {"confidential": frozenset([second.id]), "masks": {(EVENT.id, second.id): make.uuid()}}
    every = rows(statements=spoken, source_links=links, **event, **hidden)
    assert not [one.why for one in claims(drawn(every, View())) if "may be the same as" in one.why]
    assert [one.why for one in claims(drawn(every)) if "may be the same as" in one.why]


def test_two_that_are_not_the_same_are_not_one_over_a_third() -> None:
    """The third goes with either; of two bodies that may be one the members may differ."""
    first, second, third = named("A"), named("B"), named("C")
    links = [tie(first, third), tie(second, third, score=0.8)]
    assert origins([first, second, third], links) == 1
    links.append(tie(first, second, state="rejected"))
    shown = picture([first, second, third], links)
    assert sorted(len(origin.statement_ids) for origin in shown.origins["support"]) == [1, 2]
    assert [join.link_id for origin in shown.origins["support"] for join in origin.joined_by] == [links[0].id]
    # What was stored before a rejection was carried over to all links of the two.
    assert origins([first, second], [links[2], tie(second, first)]) == 2
    body, other = named("Army"), named("The army")
    first, second = (
        one.model_copy(update={"parent_id": one_of.id}) for one, one_of in ((first, body), (second, other))
    )
    assert origins([first, second], [links[2], tie(body, other)], sources=[first, second, body, other]) == 1


def test_never_two_that_contradict_and_the_surest_first() -> None:
    north, south, either = named("A", country="FR"), named("A", country="DE"), named("B")
    links = [tie(either, north, score=0.8), tie(either, south, score=0.9)]
    shown = picture([north, south, either], links)
    assert len(shown.origins["support"]) == 2
    assert [[join.link_id for join in origin.joined_by] for origin in shown.origins["support"]] in (
        [[], [links[1].id]],
        [[links[1].id], []],
    )
    assert origins([north, south], [tie(north, south)]) == 2
    assert origins([north, either], links) == 1


def test_an_ambiguous_mention_adds_nothing_and_joins_nobody() -> None:
    first, second, mention = named("A"), named("A", role="other"), named("A", placed=True)
    links = fits(mention, first, second)
    assert origins([first, second, mention], links) == 2
    assert origins([first, mention], links) == origins([second, mention], links) == origins([mention], links) == 1
    another = named("A", placed=True)
    assert origins([first, mention, another], links + fits(another, first, second)) == 1


def test_mentions_of_one_name_may_be_one_wherever_those_they_fit_are_known() -> None:
    first, second = named("A"), named("A", role="other")
    mentions = [named(name, placed=True) for name in ("A", "Á", "«a»")]
    assert origins(mentions, []) == origins([first, *mentions], fits(mentions[0], first)[:0]) - 1 == 1
    [origin] = picture(mentions, []).origins["support"]
    assert [(join.how, join.state, join.link_id, join.reason) for join in origin.joined_by] == [
        ("same_as", "proposed", None, AMBIGUOUS_NAME)
    ]
    every = [link for mention in mentions for link in fits(mention, first, second)]
    assert (origins([first, *mentions], every), origins([first, second, *mentions], every)) == (1, 2)
    # One that goes with somebody whom another does not fit takes nobody along.
    assert origins([first, *mentions[:2]], fits(mentions[0], first)) == 2
    # Another name, what contradicts, what an editor has said, and who is known by the name: two.
    assert origins([mentions[0], named("B", placed=True)], []) == 2
    assert origins([named("A", placed=True, party=party) for party in ("north", "south")], []) == 2
    assert origins(mentions[:2], [tie(*mentions[:2], state="rejected", how_known="editor")]) == 2
    assert origins([first, mentions[0]], []) == 2
    group = {"placed": True, "disclosure": "group"}
    assert origins([named("Some sites", **group), named("Some sites", **group)], []) == 2


def test_a_mention_is_ambiguous_by_what_its_links_say_too() -> None:
    """Whether or not it is known only where it was mentioned: they say that its name fits several."""
    first, second, mention = named("A"), named("A", role="other"), named("A")
    assert origins([first, second, mention], fits(mention, first, second)) == 2
    assert origins([first, second, mention], [tie(mention, first), tie(mention, second)]) == 1


def test_a_sure_tie_yields_where_two_others_can_hold_in_its_place() -> None:
    first, second = named("A", country="FR"), named("B", party="north")
    third, fourth, fifth = named("C", country="DE"), named("D", party="south"), named("E")
    links = [tie(first, second), tie(second, third, score=0.8), tie(first, fourth, score=0.8)]
    assert origins([first, second, third, fourth], links[:1]) == 3
    assert origins([first, second, third, fourth], links) == 2
    assert origins([first, second, third, fourth, fifth], [*links, tie(fifth, first, score=0.7)]) == 2


def test_a_proposal_between_parents_joins_their_families() -> None:
    ministry, ministerstvo = named("Ministry"), named("Министерство")
    speakers = [named("spokesman", parent_id=ministry.id), named("press service", parent_id=ministerstvo.id)]
    known = [ministry, ministerstvo, *speakers]
    links = [tie(ministry, ministerstvo)]
    assert origins(speakers, links, sources=known) == 1
    assert origins(speakers, links, sources=known, independence="source") == 2


def test_it_follows_merges() -> None:
    first, second = named("A"), named("B")
    merged = named("C", merged_into=second.id)
    assert origins([first, second], [tie(first, merged)], sources=[first, second, merged]) == 1
    assert origins([merged, second], [tie(merged, second)], sources=[second, merged]) == 1


@pytest.mark.soak
def test_every_count_lies_between_what_editors_can_make_of_it() -> None:
    """A proposal never raises a count; all rejected is the one bound, as many confirmed as hold together the other."""
    for random in map(Random, soaking.seeds(30)):
        speakers = [named(random.choice("AB"), country=random.choice((None, "FR", "DE"))) for _ in range(6)]
        pairs = [random.sample(speakers, 2) for _ in range(random.randrange(1, 9))]
        links = [tie(*pair, score=random.choice((None, 0.5, 0.9))) for pair in pairs]
        links += fits(speakers[0], *random.sample(speakers[1:], 2)) if random.random() < 0.5 else []
        counted = [origins(speakers, links[:nth]) for nth in range(len(links) + 1)]
        assert all(before >= after for before, after in pairwise(counted))
        assert counted[-1] <= origins(speakers, [with_state(link, "rejected") for link in links]) == len(speakers)
        shuffled = [(random.sample(speakers, 6), random.sample(links, len(links))) for _ in range(3)]
        assert {origins(*one) for one in shuffled} == {counted[-1]}


def with_state(link: SourceLinkRead, state: LinkState) -> SourceLinkRead:
    return link.model_copy(update={"state": state})


def test_whoever_may_be_of_a_side_is_no_other_side() -> None:
    """Also where the one that it may be says nothing of the claim, and over a third."""
    police, minister = named("Police", party="ukraine"), named("B", party="ukraine")
    bare, between = named("A"), named("C")

    def verdict(links: Sequence[SourceLinkRead], *more: SourceRead, **kwargs: Any) -> tuple[str, int, str]:
        shown = picture([police, bare, *more], links, sources=[police, minister, bare, between, *more], **kwargs)
        return shown.standing, shown.counts["support"].parties, shown.why

    perhaps = "2 sources support it, perhaps both of one side (Ukraine): which sources are the same is not decided"
    assert verdict([tie(bare, minister)]) == ("one_sided", 1, perhaps)
    assert verdict([tie(bare, between), tie(minister, between)]) == ("one_sided", 1, perhaps)
    two_sides = ("corroborated", 2, "2 independent sources support it, not all of one side")
    assert verdict([]) == two_sides
    assert verdict([tie(bare, minister, state="rejected")]) == two_sides
    # Whoever may be of a third side is of none that is there; and one that is of neither stays another.
    other = named("D", party="russia")
    other_links = [tie(bare, other)]
    shown = picture([police, bare], other_links, sources=[police, bare, other])
    assert (shown.standing, shown.counts["support"].parties) == ("corroborated", 2)
    third = named("E")
    assert verdict([tie(bare, minister)], third)[:2] == ("corroborated", 2)
    # Two of whom nothing is known but that both may be of one side.
    links = [tie(bare, minister), tie(third, other), tie(third, minister, score=0.5)]
    shown = picture([bare, third], links, sources=[bare, third, minister, other])
    assert (shown.standing, shown.counts["support"].parties) == ("one_sided", 1)
    assert "perhaps both of one side:" in shown.why
    # A mention that fits several may be of any of their sides, and makes none of these another's.
    mention = named("B", placed=True)
    links = fits(mention, minister, other, bare)
    assert picture([police, mention], links, sources=[police, mention, minister, other, bare]).standing == "one_sided"
    assert picture([police, bare], links, sources=[police, mention, minister, other, bare]).standing == "corroborated"


def test_asked_strictly_whoever_may_be_of_a_side_goes_with_it() -> None:
    police, minister, bare = named("Police", party="ukraine"), named("B", party="ukraine"), named("A")
    link = tie(bare, minister)
    shown = picture([police, bare], [link], sources=[police, bare, minister], independence="party")
    (origin,) = shown.origins["support"]
    assert (shown.standing, origin.party) == ("single_origin", "ukraine")
    assert [(join.how, join.link_id) for join in origin.joined_by] == [("same_as", link.id), ("party", None)]


def test_a_body_of_a_side_lends_it_to_whoever_may_be_of_the_body() -> None:
    army, ministry = named("Army", party="russia"), named("Ministry", party="russia")
    body, press_office = named("Defence ministry"), named("Press office")
    press_office = press_office.model_copy(update={"parent_id": body.id})
    links = [tie(body, ministry)]
    sources = [army, ministry, body, press_office]
    assert picture([army, press_office], links, sources=sources).standing == "one_sided"
