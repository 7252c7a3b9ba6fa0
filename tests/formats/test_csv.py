"""The table for spreadsheets: what is read back is what was written, and nothing in it runs."""

import csv as reader
import io
from pathlib import Path

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from randomly import event as random_event
from scenes import ALL, claim, drawn, found_in, rows, said

from app.formats import csv
from app.schemas.documents import DocumentRead
from app.schemas.sources import SourceRead
from app.texts import cleaning

GUIDE = Path(__file__).parents[2] / "docs" / "export.md"
# As RFC 4180 has it: what the service's users send, in any script; no NUL.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1)


def table(body: bytes) -> list[dict[str, str]]:
    text = body.decode().removeprefix("\N{BOM}")
    return list(reader.DictReader(io.StringIO(text, newline=""), strict=True))


def written(text: str, *, safe: bool) -> dict[str, str]:
    speaker, paper = make.read(SourceRead, name=text), make.read(DocumentRead, title=text, published="2023-08-09")
    about = claim(text)
    statement = said(about, speaker)
    place = found_in(statement, paper, wording=text)
    every = rows(claims=[about], statements=[statement], appearances=[place], sources=[speaker], documents=[paper])
    [row] = table(csv.render(drawn(every), safe=safe))
    return row


@given(TEXTS)
def test_what_is_written_is_read_back(text: str) -> None:
    row = written(text, safe=False)
    assert tuple(row) == csv.COLUMNS
    assert (row["claim"], row["source"], row["wording"], row["document_title"]) == (text,) * 4


@given(TEXTS)
def test_a_safe_table_only_adds_an_apostrophe(text: str) -> None:
    row = written(text, safe=True)
    assert row["wording"] in (cleaning.visible(text), f"'{cleaning.visible(text)}")
    assert not csv.is_formula(row["wording"])


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u200b=1", "\ufeff=1"]
FORMULAS += [
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "﹣1+1",
    "−1+1",
    '=HYPERLINK("http://x")',
    "\ttab",
    "\rreturn",
    "-",
    "=",
    "-a",
]
TEXTS_THAT_STAY = ["a=1", "1+1", "5 - 3", "“-5”", "'=1", "31", "-5", "+7", "-5.5", "12:00", "", "…", "Нет"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas(text: str) -> None:
    assert csv.is_formula(text)
    assert written(text, safe=True)["wording"] == f"'{cleaning.visible(text)}"


@pytest.mark.parametrize("text", TEXTS_THAT_STAY)
def test_no_formulas(text: str) -> None:
    assert not csv.is_formula(text)


@pytest.mark.parametrize("seed", range(20))
def test_a_row_for_every_statement_of_a_picture(seed: int) -> None:
    picture = drawn(random_event(seed), ALL)
    told = [row["statement_id"] for row in table(csv.render(picture, safe=bool(seed % 2)))]
    claims = [one for question in picture.questions for one in question.claims] + picture.unasked
    every = [one.id for claim in claims for one in claim.statements]
    every += [one.id for question in picture.questions for one in question.statements]
    assert sorted(told) == sorted(map(str, every))


def test_the_guide_explains_every_column() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [name for name in csv.COLUMNS if f"`{name}`" not in guide] == []
