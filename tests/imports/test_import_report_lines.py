"""What fact-checks become, and what the service makes of it."""

import json
from collections import Counter
from typing import Any

import checking
import httpx
import pytest
from checking import PAGE, assessments, claims, made, review, statements

from app.imports import claimreview, report_lines
from app.imports.checks import FactCheck, Party, Work

HER, SEEN = Party("Anna Speaker", "person"), [Work("https://seen.example/1"), Work("https://seen.example/2")]


def check(**more: Any) -> FactCheck:
    usual: dict[str, Any] = {
        "where": "1",
        "url": PAGE,
        "claim": "It fell",
        "reviewer": Party("Checkers", "outlet"),
        "label": "False",
    }
    return FactCheck(**usual | more)


def documents(lines: list[dict[str, Any]]) -> list[str | None]:
    return [one.get("document", {}).get("url") for one in statements(lines)]


def test_a_claimant_speaks_in_each_page_and_in_the_review() -> None:
    lines, noted = made([check(claimants=[HER], said="2023-08-09", appearances=SEEN)])
    assert documents(lines) == ["https://seen.example/1", "https://seen.example/2", None]
    assert {json.dumps(one["source"]) for one in statements(lines)} == {'{"name": "Anna Speaker", "kind": "person"}'}
    assert not any("ref" in one for one in statements(lines))
    assert noted == {}


def test_without_its_time_a_statement_in_several_pages_is_one_by_its_ref() -> None:
    lines, _ = made(
        [check(claimants=[HER], appearances=SEEN), check(url=f"{PAGE}/2", claimants=[HER], appearances=SEEN)]
    )
    refs = [one["ref"] for one in statements(lines)]
    assert (len(refs), len(set(refs))) == (6, 2)
    assert "ref" not in statements(made([check(claimants=[HER])])[0])[0]


@pytest.mark.parametrize("spelling", ["ANNA SPEAKER", "Anna Spéaker", " Anna\u00a0Speaker"])
def test_a_name_in_another_spelling_has_the_same_ref(spelling: str) -> None:
    checks = [check(claimants=[Party(name, "person")], appearances=SEEN) for name in (HER.name, spelling)]
    (first, _, _), (again, _, _) = (statements(made([one])[0]) for one in checks)
    assert first["ref"] == again["ref"]


@pytest.mark.parametrize(
    ("name", "disclosure"),
    [
        ("Unknown", "anonymous"), ("An anonymous user", "anonymous"), ("Неизвестный пользователь", "anonymous"),
        ("مجهول", "anonymous"), ("Multiple sources", "group"), ("Пользователи соцсетей", "group"), ("N/A", "anonymous"),
    ],
)  # fmt: skip
def test_somebody_unknown_is_one_and_many_are_a_group(name: str, disclosure: str) -> None:
    lines, noted = made([check(claimants=[Party(name)])])
    assert [one["source"] for one in statements(lines)] == [{"name": name, "disclosure": disclosure}]
    assert noted == {report_lines.NOBODY_HERE: 1}


def test_without_a_claimant_the_pages_speak_for_themselves() -> None:
    lines, noted = made([check(appearances=SEEN)])
    assert statements(lines) == [{"document": {"url": work.url}} for work in SEEN]
    assert noted == {}
    many = Party("Multiple sources", url="https://seen.example/1")
    lines, noted = made([check(claimants=[many], appearances=SEEN)])
    assert not any("source" in one for one in statements(lines))
    assert noted == {report_lines.NOBODY: 1, report_lines.NOBODY_URL: 1}


def test_nobody_is_made_up() -> None:
    lines, noted = made([check(said="2023-08-09", claimants=[Party("x.com")])])
    assert statements(lines) == []
    assert noted == {report_lines.PLATFORM: 1, report_lines.UNSAID: 1}


def test_the_reviews_own_page_is_no_appearance() -> None:
    lines, noted = made([check(appearances=[Work(f"{PAGE}?utm_source=x"), SEEN[0]])])
    assert documents(lines) == ["https://seen.example/1"]
    assert noted == {report_lines.ITSELF: 1}


def test_a_kind_that_all_who_tell_one_agree_on_holds_for_that_name() -> None:
    told = [Party("Anna"), Party("anna", "person"), Party("Ben", "person"), Party("Ben", "company"), Party("Checkers")]
    lines, _ = made([check(url=f"{PAGE}/{n}", claimants=[one]) for n, one in enumerate(told)])
    assert [one["source"].get("kind") for one in statements(lines)] == [
        "person",
        "person",
        "person",
        "company",
        "outlet",
    ]


def test_an_event_of_its_own_is_the_same_each_time() -> None:
    (line,), _ = made([check(tags=["bridges"], claim_language="en")])
    (event,) = line["events"]
    assert (event["title"], event["language"], event["kind"], event["tags"]) == (
        "It fell",
        "en",
        "fact-check",
        ["bridges"],
    )
    again = made([check(url=f"{PAGE}?utm_campaign=x#top", claim="It had fallen")])[0][0]
    assert (line["ref"], event["ref"]) == (again["ref"], again["events"][0]["ref"])
    assert line["ref"] != made([check(url=f"{PAGE}/2")])[0][0]["ref"]


def test_all_may_be_about_one_event() -> None:
    lines, _ = made([check(), check(url=f"{PAGE}/2")], event="bridge-2023")
    assert [line["events"][0]["event"] for line in lines] == ["bridge-2023"] * 2
    assert lines[0]["ref"] not in (lines[1]["ref"], made([check()])[0][0]["ref"])


def test_a_long_claim_makes_a_shorter_title() -> None:
    (line,), _ = made([check(claim="word " * 200)])
    title = line["events"][0]["title"]
    assert (len(title), title[-1]) == (500, "…")


def test_a_claim_that_is_the_reviews_headline_is_noted() -> None:
    _, noted = made([check(title="“It fell.”")])
    assert noted == {report_lines.OWN_HEADLINE: 1}


def test_a_claim_whose_language_is_not_known_is_the_same() -> None:
    lines, noted = made([check(), check(claim_language="en")])
    assert [(one["text"], one["language"]) for one in claims(lines)] == [("It fell", "en")]
    assert noted == {report_lines.AGAIN: 1}


def test_one_page_under_two_addresses_is_one_report_and_one_event() -> None:
    again = PAGE.replace("https://", "http://www.") + "/?utm_source=x#top"
    lines, noted = made([check(claimants=[HER]), check(url=again, claimants=[HER])])
    assert (len(lines), noted) == (1, {report_lines.AGAIN: 1})
    (alone,), _ = made([check(url=again)])
    assert (alone["ref"], alone["events"][0]["ref"]) == (lines[0]["ref"], lines[0]["events"][0]["ref"])
    assert made([check(appearances=[Work(again)])])[1] == {report_lines.ITSELF: 1}


def test_claims_are_the_same_as_the_service_has_it() -> None:
    same = [check(claim=words) for words in ("It’s fallen by 5 %.", "it's  FALLEN by ٥ %", "“It's fallen by 5 %”")]
    assert len(claims(made(same)[0])) == 1
    other = [check(claim=words) for words in ("It's 5", "It's -5", "It's 5 %", "It's 6")]
    assert len(claims(made(other)[0])) == len(other)
    tongues = [check(claim="It fell", claim_language=tag) for tag in (None, "en", "en-GB", "fr")]
    assert [claim.get("language") for claim in claims(made(tongues)[0])] == ["en", "fr"]


def test_of_what_a_page_has_but_one_the_others_are_noted() -> None:
    first = check(byline="Zoe", published="2023-08-10", language="en", tags=["a", "b"])
    other = check(claim="It stands", byline="Yan", published="2023-08-11", language="fr", text="x", tags=["b", "c"])
    lines, noted = made([first, other])
    assert lines[0]["events"][0]["tags"] == ["a", "b", "c"]
    assert lines[0]["document"]["text"] == "x"
    assert noted == {f"{name}: {report_lines.OTHER_OF_PAGE}": 1 for name in ("byline", "published", "language")}
    assert made([first], event="bridge")[1] == {report_lines.TAGS: 1}


def test_what_is_not_used_of_a_later_review_of_a_claim_is_noted_too() -> None:
    parties = [[HER], [Party("x.com"), HER, Party("Ben")], [Party("x.com")]]
    _, noted = made([check(claimants=claimants) for claimants in parties])
    assert noted == {report_lines.PLATFORM: 1, report_lines.AGAIN: 1}


def test_what_the_service_would_refuse_as_a_whole_is_noted() -> None:
    lines, noted = made(
        [
            check(explanation="x" * 20_000),
            check(url=f"{PAGE}/2", label="x" * 501, explanation="y" * 19_900),
        ]
    )
    assert len(lines) == 1
    assert noted["the report as a whole is not valid"] == 1


# --- through the service ----------------------------------------------------------------------------------------------

ODD = [
    review(
        url=f"{PAGE}/1",
        itemReviewed={"@type": "Claim", "author": ["Anna Speaker", {"@type": "Person", "name": "Ben"}],
                      "appearance": ["https://seen.example/1", {"@id": "https://seen.example/2"}]},
    ),
    review(url=f"{PAGE}/2", claimReviewed="The tower has fallen", author={"url": "https://checks.example"},
           reviewRating={"ratingValue": 5, "bestRating": 1, "worstRating": 5}),
    review(url=f"{PAGE}/3", claimReviewed="The wall has fallen", author="Checkers",
           itemReviewed={"@type": "Movie", "url": "https://seen.example/3", "author": {"name": "Multiple sources"}}),
    review(url=f"{PAGE}/4", claimReviewed="The gate has fallen", itemReviewed={"author": "Fuentes varias"}),
]  # fmt: skip


def lines_of(*odd: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return made(claimreview.read(json.dumps(odd), []), **more)[0]


def body(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "type"}


async def test_the_service_takes_each_and_takes_it_once(client: httpx.AsyncClient) -> None:
    lines = lines_of(*ODD)
    for status, outcome in ((201, "created"), (200, "matched")):
        for line in lines:
            answer = await client.post("/v1/reports", json=body(line))
            assert answer.status_code == status, answer.text
            assert answer.json()["outcome"] == outcome
    found = (await client.get("/v1/statements")).json()["items"]
    assert len(found) == len({one["id"] for one in found}) == 5
    appearances = [(await client.get(f"/v1/statements/{one['id']}/appearances")).json()["items"] for one in found]
    # Anna and Ben of the bridge in two pages and in the review; the others in one.
    assert Counter(len(places) for places in appearances) == {3: 2, 1: 3}
    sources = {one["name"]: one for one in (await client.get("/v1/sources")).json()["items"]}
    assert set(sources) == {"Checkers", "Anna Speaker", "Ben", "Fuentes varias"}
    assert sources["Fuentes varias"]["disclosure"] == "group"
    rated = (await client.get("/v1/assessments")).json()["items"]
    assert Counter(one["rating"] for one in rated) == {"false": 4}
    assert {(one["label"], one["best_rating"], one["worst_rating"]) for one in rated} == {("False", 5, 1), (None, 1, 5)}


async def test_all_about_one_event_makes_no_other(client: httpx.AsyncClient, event: str) -> None:
    for line in lines_of(*ODD, event="explosion"):
        assert (await client.post("/v1/reports", json=body(line))).status_code == 201
    assert (await client.get("/v1/events?count=true")).json()["total"] == 1
    assert (await client.get(f"{event}/claims?count=true")).json()["total"] == 4


async def test_a_better_reading_replaces_the_one_before(client: httpx.AsyncClient) -> None:
    for claim in ("It fel", "It fell"):
        answer = await client.post("/v1/reports", json=body(lines_of(review(claimReviewed=claim))[0]))
        assert answer.status_code == 201
    assert [one["text"] for one in (await client.get("/v1/claims")).json()["items"]] == ["It fell"]


async def test_they_go_in_as_lines(client: httpx.AsyncClient) -> None:
    sent = b"".join(json.dumps(line).encode() + b"\n" for line in lines_of(*ODD))
    answer = await client.post("/v1/ingest", content=sent, headers={"Content-Type": "application/x-ndjson"})
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [one.get("status") for one in told[:-1]] == [201] * 4, told
    assert told[-1]["failed"] == 0


@pytest.mark.parametrize("name", ["statements", "assessments"])
def test_the_helpers_here_see_something(name: str) -> None:
    assert getattr(checking, name)(lines_of(*ODD))
    assert assessments(lines_of(*ODD))
