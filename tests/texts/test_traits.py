"""What tells two sources of one name apart, and what does not."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.texts import traits
from app.vocabulary import SOURCE_CLASSES


@dataclass
class Told:
    """What is known of a source: nothing but what is said here."""

    kind: str | None = None
    role: str | None = None
    party: str | None = None
    country: str | None = None
    parent_id: object = None
    url: str | None = None
    external_ids: dict[str, str] = field(default_factory=dict)


def contradict(first: dict[str, Any], second: dict[str, Any]) -> bool:
    answer = traits.contradict(Told(**first), Told(**second))
    assert answer == traits.contradict(Told(**second), Told(**first))
    return answer


APART: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"party": "north"}, {"party": "south"}),
    ({"country": "FR"}, {"country": "DE"}),
    ({"parent_id": 1}, {"parent_id": 2}),
    ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"wikidata": "Q2"}}),
    ({"external_ids": {"isni": "1", "wikidata": "Q1"}}, {"external_ids": {"wikidata": "Q2", "isni": "1"}}),
    ({"url": "https://navy.no.example/"}, {"url": "https://navy.se.example/"}),
    ({"url": "https://t.me/navy_no"}, {"url": "https://t.me/navy_se"}),
]


@pytest.mark.parametrize(("first", "second"), APART)
def test_what_both_tell_and_differs_contradicts(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert contradict(first, second)
    for told in (first, second):
        assert not contradict(told, told)
        assert not contradict(told, {})
    # What agrees beside it takes nothing back.
    assert contradict({"party": "east", "country": "NO"} | first, {"party": "east", "country": "NO"} | second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"kind": "person"}, {"kind": "company"}),
        ({"role": "mayor"}, {"role": "minister"}),
        ({"party": "north"}, {"country": "NO"}),
        ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"isni": "1"}}),
        ({"url": "https://www.navy.example/en"}, {"url": "http://news.navy.example"}),
        ({"url": "https://t.me/s/navy"}, {"url": "https://telegram.me/navy/12"}),
    ],
)
def test_what_changes_or_is_told_of_one_alone_contradicts_nothing(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert not contradict(first, second)


def test_kinds_of_one_class() -> None:
    assert {traits.class_of(kind) for kind in SOURCE_CLASSES} == {
        "people", "bodies", "addresses", "instruments", "other",
    }  # fmt: skip
    assert traits.class_of(None) is None
    assert traits.of_one_class("person", "official", None)
    assert traits.of_one_class(None, None)
    assert not traits.of_one_class("person", "company")
    assert not traits.of_one_class("person", None, "sensor")


@pytest.mark.parametrize(
    ("kind", "may"), [(None, True), ("expert", True), ("other", True), ("channel", False), ("court", False)]
)
def test_middle_names_are_left_out_of_people(kind: str | None, may: bool) -> None:
    assert traits.may_be_people(kind) == may


def test_who_is_known_by_a_name() -> None:
    assert traits.is_named("A", None, None)
    assert traits.is_named("A", "named", "person")
    assert not traits.is_named("A", "anonymous", "person")
    assert not traits.is_named(None, "named", None)
    for kind in ("outlet", "agency", "channel"):
        assert traits.is_named("A", "group", kind)
        assert not traits.is_named(None, None, kind)
