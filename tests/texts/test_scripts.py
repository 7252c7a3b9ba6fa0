"""Classes of characters that stand in Python and in SQL: they are the same."""

import re
import sys
from pathlib import Path

import pytest

from app.texts import scripts

SQL = (Path(__file__).parents[2] / "migrations/versions/pictures/search.sql").read_text(encoding="utf-8")


EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))


def members(pattern: str) -> set[str]:
    """All characters of Unicode that a class has."""
    return set(re.findall(pattern, EVERY_CHARACTER))


@pytest.mark.parametrize(
    ("within", "pattern"),
    [
        (r"search_unspaced\(\) RETURNS.*?'\[(.*?)\]'", scripts.UNSPACED),
        (r"search_place\(.*?\[\[:alnum:\](.*?)\]\)\+'", scripts.WORD_MARKS),
    ],
)
def test_a_class_is_the_same_in_sql(within: str, pattern: str) -> None:
    in_sql = re.search(within, SQL, re.DOTALL)
    assert in_sql is not None
    assert members(f"[{in_sql[1]}]") == members(f"[{pattern}]")
