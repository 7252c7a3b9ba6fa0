"""What a review is of: lists, several addresses in one text, several claims, and what there is room for but one of."""

import json
from typing import Any

import checking
import pytest
from checking import PAGE, one, review

from app.imports import claimreview, evidence, works
from app.imports.checks import Notes, Party, Work


def test_of_what_there_is_room_for_one_the_others_are_noted() -> None:
    found, noted = one(
        url=[PAGE, "https://checks.example/other", f"{PAGE}#part"],
        headline=["A title", "Another"],
        name="A third",
        reviewBody="More",
        datePublished=["2023-08-10", "2023-08-11"],
        reviewRating={"alternateName": ["False", "True"], "name": "Wrong", "ratingExplanation": "It stands"},
        itemReviewed=[
            {
                "@type": "Claim",
                "text": "It has fallen down",
                "author": {
                    "name": ["Anna", "Ann"],
                    "url": "https://anna.example",
                    "sameAs": ["https://a.example", "x"],
                },
                "datePublished": "2023-08-09",
                "appearance": {
                    "url": "https://seen.example/1",
                    "contentUrl": "https://seen.example/1.mp4",
                    "author": "Ben",
                },
            },
            {"@type": "Claim", "datePublished": "2023-08-08"},
        ],
    )
    assert (found.url, found.title, found.label, found.said) == (PAGE, "A title", "False", "2023-08-09")
    assert found.claimants == [Party("Anna", None, "https://anna.example")]
    assert set(noted) == {
        *(f"{works.FURTHER}: {field}" for field in ("url", "headline", "title", "datePublished", "name")),
        f"{works.FURTHER}: alternateName", f"{works.FURTHER}: the address of a source",
        f"the address of a source: {evidence.NOT_ABSOLUTE}", f"{works.NO_RULE}: contentUrl",
        f"{works.NO_RULE}: author", f"{works.NO_RULE}: reviewBody beside an explanation",
        works.OTHER_WORDS, works.OTHER_TIME,
    }  # fmt: skip


SEEN = [f"https://seen.example/{n}" for n in range(1, 4)]


@pytest.mark.parametrize("together", [", ", ",", "; ", " ", "\n", " | ", " and ", "، ", ">, <", "\n- ", " 2) "])
def test_each_address_of_a_text_is_used(together: str) -> None:
    item = {"@type": "Claim", "appearance": together.join(SEEN)}
    found, noted = one(itemReviewed=item)
    assert ([work.url for work in found.appearances], noted) == (SEEN, {})


@pytest.mark.parametrize(
    ("text", "used", "noted"),
    [
        ("https://seen.example/1,2", ["https://seen.example/1,2"], []),
        ("https://seen.example/(a)_(b).", ["https://seen.example/(a)_(b)."], []),
        ("(see https://seen.example/1)", ["https://seen.example/1"], ["(see"]),
        ("https://seen.example/some page", [], ["https://seen.example/some page"]),
        ("https://seen.example/page 2", [], ["https://seen.example/page 2"]),
        ("www.seen.example/2, https://seen.example/1", ["https://seen.example/1"], ["www.seen.example/2"]),
        ("https://arch.example/2020/https://a.example/1", ["https://arch.example/2020/https://a.example/1"], []),
        ("ftp://seen.example/1", [], ["ftp://seen.example/1"]),
        ("https://a.example/1https://b.example/2", ["https://a.example/1", "https://b.example/2"], []),
        ("https://a.example/1 and https://b.example/2.", ["https://a.example/1", "https://b.example/2"], []),
        ("https://a.example/1.", ["https://a.example/1."], []),
        ("https://a.example/?text=It%20https://b.example/2", ["https://a.example/?text=It%20https://b.example/2"], []),
        ("https://a.example/It%20https://b.example/2", ["https://a.example/It%20https://b.example/2"], []),
    ],
)  # fmt: skip
def test_what_is_one_address_and_what_is_none(text: str, used: list[str], noted: list[str]) -> None:
    notes: Notes = []
    assert evidence.absolute([text], "", "seen", notes) == used
    assert [note.what for note in notes] == noted


def test_a_work_with_several_addresses_is_several_documents() -> None:
    work = {"@type": "VideoObject", "url": SEEN, "name": "A film", "datePublished": "2023-08-09"}
    expected = [Work(url, "A film", "2023-08-09", kind="video") for url in SEEN]
    assert one(itemReviewed=work)[0].appearances == expected
    assert one(itemReviewed={"@type": "Claim", "appearance": work})[0].appearances == expected


def test_a_work_without_a_page_is_its_file() -> None:
    work = {"@type": "ImageObject", "contentUrl": ["https://seen.example/a.png", "b.png"]}
    found, noted = one(itemReviewed=work)
    assert found.appearances == [Work("https://seen.example/a.png", kind="image")]
    assert noted == {f"appearance: {evidence.NOT_ABSOLUTE}": 1}


# --- several claims ---------------------------------------------------------------------------------------------------


def claims_and_claimants(**more: Any) -> tuple[list[tuple[str, list[str]]], dict[str, int]]:
    notes: Notes = []
    checks = claimreview.read(json.dumps(review(**more)), notes)
    found = [(check.claim, [party.name for party in check.claimants]) for check in checks]
    return found, dict(checking.reasons(notes))


def test_each_claim_of_a_list_is_one() -> None:
    anna = {"@type": "Claim", "author": "Anna", "image": "x"}
    found, noted = claims_and_claimants(claimReviewed=["It fell", "It burnt", "It fell"], itemReviewed=anna)
    assert found == [("It fell", ["Anna"]), ("It burnt", ["Anna"])]
    assert noted == {f"{works.NO_RULE}: image": 1}


def test_nobody_is_given_the_claim_of_another() -> None:
    fell = {"@type": "Claim", "text": "It fell.", "author": "Anna"}
    burnt = {"@type": "Claim", "text": "It burnt", "author": "Ben"}
    apart = [("It fell.", ["Anna"]), ("It burnt", ["Ben"])]
    assert claims_and_claimants(claimReviewed=None, itemReviewed=[fell, burnt]) == (apart, {})
    found, noted = claims_and_claimants(claimReviewed=["It burnt", "It fell", "It sank"], itemReviewed=[fell, burnt])
    assert (found, noted) == ([("It burnt", ["Ben"]), ("It fell", ["Anna"]), ("It sank", [])], {})
    untold = {"@type": "CreativeWork", "author": "Cem"}
    found, noted = claims_and_claimants(claimReviewed=["It burnt", "It fell"], itemReviewed=[fell, untold])
    assert (found, noted) == ([("It burnt", []), ("It fell", ["Anna"])], {works.WHICH: 1})
