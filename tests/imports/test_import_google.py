"""Answers of the Google Fact Check Tools API."""

import json
from typing import Any

import checking
import pytest
from checking import assessments, made, statements

from app.imports import google, report_lines
from app.imports.checks import FactCheck, Notes, Party

SITE = {"name": "Checkers", "site": "checks.example"}


def claim(text: str = "The bridge has fallen", *reviews: Any, **more: Any) -> dict[str, Any]:
    return {"text": text, "claimReview": list(reviews) or [review()], **more}


def review(number: int = 1, **more: Any) -> dict[str, Any]:
    usual = {
        "publisher": SITE,
        "url": f"https://checks.example/{number}",
        "title": "No, it stands",
        "languageCode": "en",
    }
    return usual | {"reviewDate": "2023-08-10T00:00:00Z", "textualRating": "False"} | more


def read(answer: Any) -> tuple[list[FactCheck], dict[str, int]]:
    notes: Notes = []
    return google.read(json.dumps(answer).encode(), notes), dict(checking.reasons(notes))


@pytest.mark.parametrize(
    "answer",
    [
        {"claims": [claim()]},
        [claim()],
        [{"claims": [claim()]}, {}, {"claims": []}],
        {"results": [{"claim": claim()}]},
        claim(),
    ],
)
def test_answers_lists_of_answers_and_claims_alone(answer: Any) -> None:
    (found,), noted = read(answer)
    assert (found.claim, found.url, found.label) == ("The bridge has fallen", "https://checks.example/1", "False")
    assert (found.published, found.language) == ("2023-08-10", "en")
    assert found.reviewer == Party("Checkers", "outlet", "https://checks.example")
    assert noted == {}


def test_further_pages_are_noted() -> None:
    found, noted = read({"claims": [claim()], "nextPageToken": "CAo"})
    assert (len(found), noted) == (1, {google.MORE: 1})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (claim(""), google.NO_TEXT),
        ({"text": "x"}, google.NO_REVIEW),
        ({"text": "x", "claimReview": []}, google.NO_REVIEW),
        (claim("x", review(url="")), google.NO_URL),
        (claim("x", review(url="checks.example/1")), google.NO_URL),
        (claim("x", "https://checks.example/1"), google.NO_OBJECT),
        ([1, None], google.NO_OBJECT),
        ({"error": {"code": 403}}, google.NO_CLAIMS),
    ],
)
def test_what_is_none_says_why(answer: Any, why: str) -> None:
    found, noted = read(answer)
    assert found == []
    assert why in noted


def test_a_member_that_is_not_known_is_noted() -> None:
    assert read(claim("x", review(rating=3), image="y"))[1] == {
        f"{google.UNUSED_FIELD}: image": 1,
        f"{google.UNUSED_FIELD}: rating": 1,
    }


def test_missing_claimants_and_dates_stay_missing() -> None:
    found, _ = read([claim(), claim("b", review(2, reviewDate=None), claimDate="")])
    lines, noted = made(found)
    assert statements(lines) == []
    assert "made" not in assessments(lines)[1]
    assert noted == {}


def test_the_claimant_says_it_in_the_review() -> None:
    found, _ = read([claim(claimant="Anna Speaker", claimDate="2023-08-09T10:00:00Z")])
    assert statements(made(found)[0]) == [{"source": {"name": "Anna Speaker"}, "said": "2023-08-09T10:00:00Z"}]


def test_a_site_where_anybody_posts_is_no_claimant() -> None:
    found, _ = read([claim(claimant=name, claimDate="2023-08-09") for name in ("x.com", "www.Facebook.com")])
    lines, noted = made(found)
    assert statements(lines) == []
    assert noted == {report_lines.PLATFORM: 2, report_lines.UNSAID: 1, report_lines.AGAIN: 1}
    found, _ = read([claim(claimant="paper.example")])
    assert statements(made(found)[0]) == [{"source": {"name": "paper.example"}}]


def test_who_is_described_and_not_named_is_a_group_of_that_page() -> None:
    found, _ = read([claim(claimant="عدّة مصادر")])
    assert statements(made(found)[0]) == [{"source": {"name": "عدّة مصادر", "disclosure": "group"}}]


def test_one_page_with_two_claims_is_one_report_about_one_event() -> None:
    found, _ = read([claim("The bridge has fallen"), claim("The tower has fallen")])
    (line,), noted = made(found)
    (event,) = line["events"]
    assert (event["title"], [one["text"] for one in event["claims"]]) == (
        "No, it stands",
        ["The bridge has fallen", "The tower has fallen"],
    )
    assert [one["claim"] for one in event["assessments"]] == ["#1", "#2"]
    assert noted == {}


def test_reviews_of_one_claim_are_about_one_event_that_of_the_earliest() -> None:
    later, earlier = review(2, reviewDate="2023-08-12T00:00:00Z"), review(1, reviewDate="2023-08-11T00:00:00Z")
    lines, _ = made(read([claim("It fell", later, earlier), claim("It fell", later)])[0])
    alone, _ = made(read([claim("It fell", earlier)])[0])
    assert [line["document"]["url"][-1] for line in lines] == ["2", "1"]
    refs = {event["ref"] for line in lines for event in line["events"]}
    assert refs == {alone[0]["events"][0]["ref"]}
    assert len(assessments(lines)) == 2


def test_a_nameless_reviewer_is_called_as_its_site_mostly_is() -> None:
    nameless = {"site": "checks.example"}
    claims = [
        claim("a"),
        claim("b", review(2, publisher=nameless)),
        claim("c", review(3, publisher={"site": "b.example"})),
    ]
    lines, noted = made(read(claims)[0])
    assert [one["author"]["name"] for one in assessments(lines)] == ["Checkers", "Checkers", "b.example"]
    assert noted == {report_lines.NAMELESS: 2}


def test_the_same_again_is_noted_and_another_rating_too() -> None:
    lines, noted = made(read([claim(), claim(), claim("The bridge has fallen!", review(textualRating="True"))])[0])
    assert len(assessments(lines)) == 1
    assert noted == {report_lines.AGAIN: 1, report_lines.RATED_TWICE: 1}


def test_words_too_long_for_a_label_are_kept_whole() -> None:
    words = "We found that this is false. " * 30
    lines, noted = made(read([claim("x", review(textualRating=words))])[0])
    (judged,) = assessments(lines)
    assert (judged["rating"], judged["explanation"], "label" in judged) == ("other", words.strip(), False)
    assert sum(noted.values()) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_answers_in_any_encoding_of_json(encoding: str) -> None:
    notes: Notes = []
    (found,) = google.read(json.dumps(claim("Le préfet l’a démenti"), ensure_ascii=False).encode(encoding), notes)
    assert (found.claim, notes) == ("Le préfet l’a démenti", [])


def test_a_member_that_stands_twice_is_not_guessed() -> None:
    text = json.dumps(claim()).replace('"textualRating": "False"', '"textualRating": "False", "textualRating": "True"')
    with pytest.raises(ValueError, match="`textualRating` stands twice"):
        google.read(text.encode(), [])
