"""JSON is read strictly, and what is wrong with it is said, with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import jsontext
from app.errors import BadRequest, Invalid, Problem

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refused(raw: bytes | str) -> Problem:
    with pytest.raises(Problem) as caught:
        jsontext.read(raw if isinstance(raw, bytes) else raw.encode(), "body")
    return caught.value


@given(_VALUES, st.sampled_from([None, 2]))
def test_what_is_json_is_read_as_it_is(value: Any, indent: int | None) -> None:
    assert jsontext.read(json.dumps(value, ensure_ascii=False, indent=indent).encode(), "body") == value


@given(st.lists(st.text() | st.integers(0, 3), max_size=5), st.text(), _VALUES, _VALUES)
def test_a_name_that_stands_twice_is_found_wherever_it_is(
    way: list[str | int], name: str, first: Any, second: Any
) -> None:
    words = f"{{{json.dumps(name)}: {json.dumps(first)}, {json.dumps(name)}: {json.dumps(second)}}}"
    for step in reversed(way):
        words = f"{{{json.dumps(step)}: {words}}}" if isinstance(step, str) else f"[{'1, ' * step}{words}]"
    problem = refused(words)
    assert isinstance(problem, Invalid)
    expected = jsontext.pointer([*map(str, way), name])
    assert [error["pointer"] for error in problem.extra["errors"]] == [expected]


def test_a_name_twice_in_what_was_overwritten_is_refused_all_the_same() -> None:
    assert refused('{"a": {"b": 1, "b": 2}, "a": 3}').extra["errors"][0]["pointer"] in ("", "/a")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_called_by_its_name(word: str) -> None:
    problem = refused(f'{{"events": [1, {{"latitude": {word}}}]}}')
    assert isinstance(problem, BadRequest)
    assert word in problem.detail
    assert problem.extra["errors"][0]["pointer"] == "/events/1/latitude"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("words", ['{"name": "é"}', "[1, 2]", '"ab"', "[]"])
def test_another_encoding_is_named(encoding: str, words: str) -> None:
    problem = refused(words.encode(encoding))
    assert encoding[:6].upper() in problem.detail
    assert "UTF-8" in problem.detail


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ('{"a": 1,}', "comma too many"),
        ("[1, 2, ]", "comma too many"),
        ("{'a': 1}", "double quotes"),
        ('{"a": "x\ny"}', "line break"),
        ('{"a": "x', "does not end"),
        ('{"a": ', "ends too early"),
        ("", "ends too early"),
        ('{"a": True}', "true, false and null"),
        ('{"a": 1} {"b": 2}', "more follows"),
        ('\ufeff{"a": 1}', "byte order mark"),
        ('{"a" 1}', "delimiter"),
        ("[" * 100_000, "deep"),
        ("[" * 41 + "]" * 41, "deep"),
        (r'{"a": "\ud800"}', "surrogate"),
    ],
)
def test_the_likeliest_reason_is_told(words: str, reason: str) -> None:
    problem = refused(words)
    assert isinstance(problem, BadRequest)
    assert reason in problem.detail


def test_a_number_that_nothing_holds_is_left_to_whoever_knows_its_place() -> None:
    for digits in ("9" * 5000, "-" + "9" * 5000):
        assert abs(jsontext.read(f'{{"n": {digits}}}'.encode(), "body")["n"]) == float("inf")
    assert jsontext.read(b"9" * 300, "body") == int("9" * 300)


def test_bytes_that_are_no_text_are_counted() -> None:
    assert "byte 3" in refused(b'{"\xff": 1}').detail
