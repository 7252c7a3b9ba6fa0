"""No error shows a regular expression, and every one says what would be right."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from app.schemas import findings
from app.schemas.common import comma_separated
from app.schemas.lines import Line

_SIGNS = re.compile(r"[\^$\\]|\[\w-|\{\d|\)\*")


def patterns(schema: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every pattern of a schema, and the names on the way to it."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"], way
        for name, inner in schema.items():
            yield from patterns(inner, (*way, schema["name"] if name == "schema" and "name" in schema else name))
    elif isinstance(schema, list):
        for inner in schema:
            yield from patterns(inner, way)


def test_every_pattern_of_the_interface_is_told_in_words(described: dict[str, Any]) -> None:
    stated = {*patterns(described), *patterns(TypeAdapter(Line).json_schema())}
    assert len({pattern for pattern, _ in stated}) > 10
    for pattern, way in stated:
        if "WordLabels" in way:  # nobody sends it
            continue
        words = findings.right(pattern, way)
        assert "form that is needed" not in words, (pattern, way)
        assert not _SIGNS.search(words), words


def test_words_to_choose_from_are_told_in_words() -> None:
    pattern = comma_separated("kind", "place_precision").pattern
    assert "kind, place_precision" in findings.right(pattern)


@pytest.mark.parametrize(
    ("kind", "context", "said"),
    [
        (
            "too_long",
            {"actual_length": 1001, "max_length": 100, "field_type": "List"},
            "1,001 are too many: at most 100",
        ),
        ("greater_than_equal", {"ge": 0}, "at least 0 is needed here"),
        ("literal_error", {"expected": "'a' or 'b'"}, "one of these is needed here: 'a' or 'b'"),
        ("extra_forbidden", {}, "there is no field of this name here"),
        ("value_error", {}, "as it was"),
    ],
)
def test_sentences(kind: str, context: dict[str, Any], said: str) -> None:
    assert findings.sentence({"type": kind, "ctx": context, "loc": (), "msg": "Value error, as it was"}) == said
