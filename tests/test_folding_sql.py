"""The folding of the database is that of texts/folding: made of the same table, and the same for every text."""

import runpy
import sys
import unicodedata
from collections.abc import Iterable

import soaking
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import Connection

from app.texts import folding, languages

BOTH = """
SELECT words, fold(words), fold_name(words) FROM unnest(%s::text[]) words
"""
# What the steps of folding meet each other at.
SIGNS = (
    " .…\"'’«»-−–:;!?()[],\u200c\u200d\u00ad\u0301\u0300\u0308\u0307\u0323\u0345\u05b0\u064b\u0640\u0f71\u0f73 "
    "aeioеіиоуыяйёЁÏїΑαΐµmκKkСсCcбБпnDdیيكکهہ٣3ßẞİIıŁł漢。、ก\u0e38\u3099ハ가ᄀ\u0378\U0001e030\U00011383\ufdfa½²ﬁ´`΄\f\v\u2028\u0085\x1c"
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40) | st.text(SIGNS, max_size=14)


def assert_alike(psql: Connection, texts: Iterable[str]) -> None:
    for words, whole, name in psql.execute(BOTH, [list(texts)]):
        assert whole == folding.whole(words), ascii(words)
        assert name == folding.name(words), ascii(words)


def test_the_sql_is_made_of_the_table() -> None:
    made = runpy.run_path(str(ROOT / "migrations/folding.py"))["functions"]()
    assert (ROOT / "migrations/versions/folding/functions.sql").read_text(encoding="utf-8") == made


def test_every_character_of_unicode_is_folded_alike(psql: Connection) -> None:
    every = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    assigned = [one for one in every if unicodedata.category(one) not in ("Co", "Cn")]
    meaningless = [one for one in every if unicodedata.category(one) in ("Co", "Cn")]
    all_of_them = assigned + (meaningless if soaking.SOAK else meaningless[::37])
    assert_alike(psql, ["".join(all_of_them[start : start + 500]) for start in range(0, len(all_of_them), 500)])
    special = [one for one in assigned if unicodedata.category(one) != "Lo"]  # of most letters of Asia nothing becomes
    size = 1 if soaking.SOAK else 12
    assert_alike(psql, ["a".join(special[start : start + size]) for start in range(0, len(special), size)])


@given(texts=st.lists(TEXTS, min_size=200, max_size=200))
@settings(max_examples=soaking.times(5))
def test_every_text_is_folded_alike(psql: Connection, texts: list[str]) -> None:
    assert_alike(psql, texts)


def test_every_language_has_one_key(psql: Connection) -> None:
    tags = [*languages.KEYS, "en-GB", "und", "NB-no", "zh-Hant", "x"]
    rows = psql.execute("SELECT tag, language_key(tag) FROM unnest(%s::text[]) tag", [tags]).fetchall()
    keys: dict[str, str | None] = dict(rows)
    assert keys == {tag: languages.key(tag) for tag in tags}
