"""A table's file as rows of cells: its encoding and delimiter, guessed where the mapping does not tell them."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import chardet

from app.texts import folding
from app.vocabulary import DOCUMENT_TEXT_CHARACTERS

DELIMITERS: Final = (",", ";", "\t", "|")
_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP: Final = re.compile(r'("?)sep=(?P<sign>.)\1(?:\r?\n|\r|\Z)', re.IGNORECASE)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_SAMPLE: Final = 65_536  # bytes in which half the zeros of UTF-16 are looked for


class SheetError(Exception):
    """Why a table can't be read, by the key of the mapping."""


@dataclass(frozen=True, slots=True)
class Sheet:
    header: list[str]
    rows: Iterator[list[str]]
    line: Callable[[], int]
    """The number of the line that was read last."""
    encoding: str
    delimiter: str
    guessed: bool

    def how(self) -> str:
        """How it was read, for whoever may see that it is not so."""
        return f"read as {self.encoding}, with {_NAMES.get(self.delimiter, repr(self.delimiter))} between the cells"


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """A column's name as it is compared."""
    return folding.fold(" ".join(name.replace("\ufeff", "").split())).folded.strip()


def opened(data: bytes, columns: set[str], encoding: str | None, delimiter: str | None, quote: str) -> Sheet:
    """The table; of delimiters that is taken which gives it the most of the columns, and then the most cells.

    Raises SheetError.
    """
    # Python's own limit is 131,072 characters a cell, and a text may be longer.
    csv.field_size_limit(16 * DOCUMENT_TEXT_CHARACTERS)
    text, used_encoding = decoded(data, encoding)
    declared = _SEP.match(text)
    skipped = 0
    if declared:  # a line for spreadsheets, which is no row
        text, skipped = text[declared.end() :], 1
    candidates = [delimiter] if delimiter else [declared["sign"]] if declared else list(DELIMITERS)
    headers = {candidate: _header(text, candidate, quote) for candidate in candidates}
    wanted_keys = {key(column) for column in columns}
    used = max(candidates, key=lambda sign: (len(wanted_keys & set(map(key, headers[sign]))), len(headers[sign])))
    rows = _reader(text, used, quote)
    header: list[str] = next((row for row in rows if any(cell.strip() for cell in row)), [])
    guessed = encoding is None or delimiter is None
    return Sheet(header, rows, lambda: rows.line_num + skipped, used_encoding, used, guessed)


def _reader(text: str, delimiter: str, quote: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=False)


def _header(text: str, delimiter: str, quote: str) -> list[str]:
    try:
        return next((row for row in _reader(text, delimiter, quote) if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []


def decoded(data: bytes, encoding: str | None) -> tuple[str, str]:
    """The text and its encoding. Raises SheetError."""
    guess = encoding or _guess(data)
    try:
        return data.decode(guess).removeprefix("\ufeff"), guess
    except UnicodeError as error:
        is_other = f"; it may be {_guess(data)}" if encoding else ""
        raise SheetError(f"file.encoding: {guess} does not fit ({error}){is_other}") from None


def _guess(data: bytes) -> str:
    """By its mark, by the zeros of UTF-16, UTF-8 if that fits, else by which letters are likely beside each other."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        for name, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
            if high.count(0) * 10 > len(high) and low.count(0) * 100 < len(low):
                return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return likely(data)
    return "utf-8"


def likely(data: bytes) -> str:
    """The encoding of a text that is not UTF-8, by which letters are likely beside each other."""
    guess = chardet.detect(data, prefer_superset=True, encoding_era=chardet.EncodingEra.MODERN_WEB)
    return str(guess["encoding"] or "cp1252").lower()
