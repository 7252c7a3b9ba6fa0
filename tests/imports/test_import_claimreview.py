"""ClaimReview in every odd shape in which publishers write it."""

import json
from typing import Any

import checking
import pytest
from checking import PAGE, one, review

from app.imports import claimreview, evidence, jsonld, works
from app.imports.checks import Notes, Party, Work


def read(text: str, base: str | None = None) -> tuple[list[str], dict[str, int]]:
    """The claims, and the reasons noted."""
    notes: Notes = []
    return [check.claim for check in claimreview.read(text, notes, base)], dict(checking.reasons(notes))


def test_a_plain_one() -> None:
    found, noted = one()
    assert noted == {}
    assert (found.url, found.claim, found.published) == (PAGE, "The bridge has fallen", "2023-08-10")
    assert found.reviewer == Party("Checkers", "outlet", "https://checks.example")
    assert (found.claimants, found.said) == ([Party("Anna Speaker", "person")], "2023-08-09")
    assert (found.label, found.value, found.best, found.worst) == ("False", 1, 5, 1)


THREE = [review(claimReviewed=str(n), url=f"{PAGE}/{n}") for n in range(3)]


@pytest.mark.parametrize(
    "whole",
    [
        THREE,
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "x"}, *THREE]},
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": each} for each in THREE]},
        {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [each]} for each in THREE]},
        {
            "@type": "ItemList",
            "itemListElement": [{"@type": "ListItem", "position": 1, "item": each} for each in THREE],
        },
        {"@type": "NewsArticle", "review": THREE[:1], "mainEntity": {"@list": THREE[1:]}},
        [[THREE[0]], {"x": {"y": THREE[1:]}}],
    ],
)
def test_wherever_they_stand(whole: Any) -> None:
    assert read(json.dumps(whole)) == (["0", "1", "2"], {})


def test_one_a_line() -> None:
    assert read("\n".join(json.dumps(each) for each in THREE)) == (["0", "1", "2"], {})


PAGE_HTML = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><head>%s
<script type="application/ld+json">%s</script>
<script type="application/ld+json; charset=utf-8"> <!-- %s --> </script>
<script type="APPLICATION/LD+JSON">//<![CDATA[
%s
//]]></script>
<script type="application/ld+json">{"@type": "ClaimReview", oops}</script>
<script>{"@type": "ClaimReview"}</script></head><body>Text</body></html>"""


def test_in_a_page() -> None:
    bad = {jsonld.BROKEN_REVIEW: 1, jsonld.REPAIRED: 2}
    assert read(PAGE_HTML % ("", *map(json.dumps, THREE))) == (["0", "1", "2"], bad)


def test_the_reviews_own_address_may_be_relative_and_evidence_never() -> None:
    for head, start in (("", "https://checks.example/x/"), ('<base href="/y/">', "https://checks.example/y/")):
        seen = ["../other", "1", "www.seen.example/2", "//seen.example/3", "seen.html", "https://seen.example/4"]
        item = {"@type": "Claim", "appearance": [{"@type": "CreativeWork", "url": "seen"}, *seen]}
        scripts = [json.dumps(review(url="2023/bridge", itemReviewed=item)), "[]", "{}"]
        notes: Notes = []
        (found,) = claimreview.read(PAGE_HTML % (head, *scripts), notes, "https://checks.example/x/1")
        assert found.url == f"{start}2023/bridge"
        assert found.appearances == [Work("https://seen.example/4")]
        noted = [note.what for note in notes if note.why == f"appearance: {evidence.NOT_ABSOLUTE}"]
        assert noted == ["seen", *seen[:-1]]
        assert claimreview.RELATIVE in checking.reasons(notes)


def test_a_page_is_the_address_of_a_review_that_gives_none() -> None:
    text = f'<script type="application/ld+json">{json.dumps(review(url=None))}</script>'
    notes: Notes = []
    (found,) = claimreview.read(text, notes, PAGE)
    assert found.url == PAGE
    assert read(json.dumps(review(url=None))) == ([], {claimreview.NO_URL: 1})
    assert read(json.dumps(review(url="ftp://x", mainEntityOfPage={"@id": PAGE}))) == (["The bridge has fallen"], {})


def test_names_of_schema_org_in_other_dress() -> None:
    dressed = {
        "@type": ["http://schema.org/ClaimReview", "schema:Review"],
        "schema:url": {"@id": PAGE},
        "http://schema.org/claimReviewed": {"@value": "The bridge has fallen", "@language": "en"},
        "https://schema.org/author": [{"@type": ["schema:Organization"], "schema:name": ["Checkers"]}],
        "schema:reviewRating": [{"schema:alternateName": ["False"]}],
        "schema:inLanguage": {"@type": "Language", "name": "English", "alternateName": "en_GB"},
    }
    notes: Notes = []
    (found,) = claimreview.read(json.dumps(dressed), notes)
    assert (found.url, found.claim, found.reviewer.name) == (PAGE, "The bridge has fallen", "Checkers")
    assert (found.label, found.claim_language) == ("False", "en-GB")
    assert notes == []


def test_a_node_that_only_names_another_is_that_one() -> None:
    graph = {
        "@graph": [
            review(author={"@id": "#us"}, itemReviewed={"@id": "#claim"}, reviewRating={"@id": "#rating"}),
            {"@id": "#us", "@type": "NewsMediaOrganization", "name": "Checkers"},
            {"@id": "#claim", "@type": "Claim", "author": {"@id": "#her"}, "appearance": {"@id": "https://seen.example/1"}},
            {"@id": "#her", "@type": "Person", "name": "Anna Speaker"},
            {"@id": "#rating", "@type": "Rating", "alternateName": "True"},
        ]
    }  # fmt: skip
    notes: Notes = []
    (found,) = claimreview.read(json.dumps(graph), notes)
    assert (found.reviewer, found.claimants) == (Party("Checkers", "outlet"), [Party("Anna Speaker", "person")])
    assert (found.label, found.appearances, notes) == ("True", [Work("https://seen.example/1")], [])


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "claimants"),
    [
        ("Anna Speaker", [Party("Anna Speaker")]),
        ({"name": "Anna Speaker"}, [Party("Anna Speaker")]),
        ({"@type": "Organization", "name": "The Ministry"}, [Party("The Ministry")]),
        ({"@type": ["Organization", "GovernmentOrganization"], "name": "Ministry"}, [Party("Ministry", "authority")]),
        ({"@type": "Corporation", "name": "Works"}, [Party("Works", "company")]),
        (["Anna", {"@type": "Person", "name": "Ben"}, "Anna"], [Party("Anna"), Party("Ben", "person")]),
        (
            {"@type": "Person", "name": "Anna", "jobTitle": "Mayor", "sameAs": ["", "https://anna.example"]},
            [Party("Anna", "person", "https://anna.example", "Mayor")],
        ),
        ({"@type": "Person", "name": "Tom &amp; Ann&#39;s AT&T"}, [Party("Tom & Ann's AT&T", "person")]),
        ([], []),
        ("", []),
    ],
)
def test_claimants(author: Any, claimants: list[Party]) -> None:
    found, noted = one(itemReviewed={"@type": "Claim", "author": author})
    assert (found.claimants, noted) == (claimants, {})


def test_an_author_without_a_name_is_noted() -> None:
    found, noted = one(
        itemReviewed={"@type": "Claim", "author": {"@type": "Person", "name": "", "url": "https://x.example"}}
    )
    assert (found.claimants, noted) == ([], {works.NO_NAME: 1})


@pytest.mark.parametrize(
    ("who", "reviewer", "byline"),
    [
        ({"author": "Checkers"}, Party("Checkers", "outlet"), None),
        ({"author": {"@type": "Person", "name": "Zoe"}}, Party("Zoe", "person"), None),
        (
            {"author": [{"@type": "Person", "name": one} for one in ("Zoe", "Yan")], "publisher": {"name": "Checkers"}},
            Party("Checkers", "outlet"),
            "Zoe, Yan",
        ),
        ({"author": None, "publisher": {"name": "Checkers"}}, Party("Checkers", "outlet"), None),
        ({"author": {"@type": "Organization", "url": "https://www.c.example/x"}},
         Party("c.example", "outlet", "https://www.c.example/x"), None),
        ({"author": None}, Party("checks.example", "outlet"), None),
    ],
)  # fmt: skip
def test_reviewers(who: dict[str, Any], reviewer: Party, byline: str | None) -> None:
    found, noted = one(**who)
    assert (found.reviewer, found.byline, noted) == (reviewer, byline, {})


# --- what -------------------------------------------------------------------------------------------------------------


def test_the_claim_may_stand_in_the_item() -> None:
    assert one(claimReviewed=None, itemReviewed={"@type": "Claim", "text": "It stands"})[0].claim == "It stands"
    assert one(claimReviewed="", itemReviewed=[{"@type": ["Claim"], "name": "It stands"}])[0].claim == "It stands"
    work = {"@type": "CreativeWork", "name": "an address to Congress"}
    assert read(json.dumps(review(claimReviewed=None, itemReviewed=work))) == ([], {claimreview.NO_CLAIM: 1})


def test_where_it_appeared() -> None:
    item = {
        "@type": "Claim",
        "firstAppearance": "https://first.example/1?a=1&amp;b=2",
        "appearance": [
            "https://seen.example/1",
            {"@type": "VideoObject", "url": "https://seen.example/2", "name": "A film", "datePublished": "2023-08-08"},
            {"@type": "CreativeWork", "@id": "https://seen.example/3", "inLanguage": "ru"},
            {"@type": "CreativeWork", "headline": "nowhere"},
            "https://seen.example/1?utm_source=x",
        ],
    }
    found, noted = one(itemReviewed=item)
    assert found.appearances == [
        Work("https://first.example/1?a=1&b=2"),
        Work("https://seen.example/1"),
        Work("https://seen.example/2", "A film", "2023-08-08", kind="video"),
        Work("https://seen.example/3", language="ru"),
    ]
    assert noted == {"appearance: no address that can be kept": 1}


def test_a_work_that_is_no_claim_is_where_it_appeared() -> None:
    work = {"@type": "SocialMediaPosting", "url": "https://posts.example/1", "datePublished": "2023-08-09"}
    found, noted = one(itemReviewed=work)
    assert found.appearances == [Work("https://posts.example/1", published="2023-08-09", kind="post")]
    assert (found.said, noted) == ("2023-08-09", {})


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ({"alternateName": "Falso", "ratingValue": "5", "bestRating": "1", "worstRating": "5"}, ("Falso", 5, 1, 5)),
        ({"name": "Falso"}, ("Falso", None, None, None)),
        ({"ratingValue": "False"}, ("False", None, None, None)),
        ({"alternateName": "", "ratingValue": "2.5"}, (None, 2.5, None, None)),
        ({"alternateName": ["Half true"], "ratingValue": 3}, ("Half true", 3, None, None)),
        ("Falso", ("Falso", None, None, None)),
        ([{"alternateName": "True"}], ("True", None, None, None)),
        (None, (None, None, None, None)),
    ],
)
def test_ratings_are_kept_as_given(rating: Any, expected: tuple[Any, ...]) -> None:
    found, noted = one(reviewRating=rating)
    assert (found.label, found.value, found.best, found.worst) == expected
    assert set(noted) <= {claimreview.UPSIDE_DOWN}
    assert noted[claimreview.UPSIDE_DOWN] == (expected[2] == 1)


@pytest.mark.parametrize("number", ["4,5", "five of 5", "nan", True, "1e400"])
def test_what_is_no_number_is_noted(number: Any) -> None:
    found, noted = one(reviewRating={"alternateName": "False", "ratingValue": number})
    assert found.value is None
    assert bool(noted) == (number is not True)  # not even words


def test_dates_that_are_none_are_noted_and_left_out() -> None:
    found, noted = one(datePublished="03/04/2021", itemReviewed={"@type": "Claim", "datePublished": "soon"})
    assert (found.published, found.said, sum(noted.values())) == (None, None, 2)


@pytest.mark.parametrize(
    ("published", "said", "kept"),
    [
        ("2567-05-04", "2567-05-02", (None, None)),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", (None, None)),
        ("1990-12-31", "1990-12-31", (None, "1990-12-31")),
        ("1991-01-01", "1234", ("1991-01-01", "1234")),
        ("1402-05-18", "2019-11-00", (None, "2019-11")),
    ],
)
def test_years_that_can_t_be_are_left_out_and_noted(published: str, said: str, kept: tuple[Any, Any]) -> None:
    work = {"@type": "CreativeWork", "url": "https://seen.example/1", "datePublished": said}
    found, noted = one(datePublished=published, itemReviewed=work)
    assert (found.published, found.said) == kept
    # What can be the time of a word, and not that of a page.
    of_page = kept[1] if kept[1] and kept[1] >= "1991" else None
    assert [page.published for page in found.appearances] == [of_page]
    assert sum(noted.values()) == [kept[0], kept[1]].count(None) + (kept[1] != of_page)


def test_a_language_that_the_words_are_not_in_is_left_out() -> None:
    found, noted = one(claimReviewed="Мост упал", headline="The bridge stands", inLanguage="en")
    assert (found.claim_language, found.language, sum(noted.values())) == (None, "en", 1)
    assert one(inLanguage="no language")[1] == {
        "inLanguage of the title: not a language tag of BCP 47: `en`, `ru`, `zh-Hans`, `pt-BR`": 1,
        "inLanguage of the claim: not a language tag of BCP 47: `en`, `ru`, `zh-Hans`, `pt-BR`": 1,
    }


def test_what_has_no_rule_is_noted_by_name() -> None:
    _, noted = one(image="https://checks.example/1.png", keywords=[], author={"name": "Checkers", "logo": {"url": "x"}})
    assert noted == {f"{works.NO_RULE}: image": 1, f"{works.NO_RULE}: logo": 1}


# --- what is none -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", jsonld.NOT_JSON),
        ("{", jsonld.NOT_JSON),
        ("[" * 100_000, jsonld.NOT_JSON),
        ('{"a":' * 500 + "1" + "}" * 500, f"{jsonld.NOT_JSON}: nested too deep"),
        ("null", claimreview.NONE),
        ('{"@type": "NewsArticle"}', claimreview.NONE),
        ("<html><body>nothing</body></html>", claimreview.NONE),
        ("<", claimreview.NONE),
        (json.dumps(review(claimReviewed="x" * 5001)), claimreview.NO_CLAIM),
        (json.dumps(review(claimReviewed={"a": 1})), claimreview.NO_CLAIM),
        (json.dumps(review(url="javascript:alert(1)")), claimreview.NO_URL),
        (json.dumps(review(url="https://user:secret@checks.example/1")), claimreview.NO_URL),
    ],
)
def test_what_is_none_says_why(text: str, why: str) -> None:
    found, noted = read(text)
    assert found == []
    assert why in noted


def test_control_characters_go() -> None:
    found, _ = one(claimReviewed="The\u0000 bridge\ud800 has\u0007 fallen")
    assert found.claim == "The bridge has fallen"
