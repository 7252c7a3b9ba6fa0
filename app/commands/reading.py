"""Where `counterclaim import` reads from: files, standard input, addresses on the web."""

import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app import fetching
from app.fetching import Fetched, FetchError, Limits
from app.imports import jsonld, pages, trees
from app.imports.checks import FactCheck, Json, Notes, Unused

STDIN: Final = "-"
REDIRECTED_HOME: Final = "it leads to a front page, which is another"
JSON_TYPES: Final = ("application/json", "application/ld+json", "text/json", pages.PLAIN)
CSV_TYPES: Final = ("text/csv", "application/csv", "application/vnd.ms-excel", "application/octet-stream", pages.PLAIN)
PAGE_TYPES: Final = (*pages.HTML, pages.PLAIN)


# What is no text, by its first bytes, and what to do about it.
_NO_TEXT: Final = {
    b"PK\x03\x04": "a zip archive, as .xlsx and .ods are: save the table as CSV",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of old Excel: save the table as CSV",
    b"\x1f\x8b": "compressed by gzip: gunzip it",
    b"%PDF-": "a PDF, of which nothing is read",
}


class UnreadableInput(Exception):  # noqa: N818
    """Why a source can't be read."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a source holds."""

    body: bytes
    charset: str | None = None
    """By the header of the answer."""
    url: str | None = None
    """Its address on the web, after redirects."""


def read(source: str, types: Collection[str], limits: Limits) -> Content:
    """Read a file, `-` or an address. Raises UnreadableInput."""
    if source.lower().startswith(("http://", "https://")):
        fetched = _fetch(source, types, limits)
        content = Content(fetched.body, fetched.charset, fetched.url)
    else:
        try:
            content = Content(sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes())
        except OSError as error:
            raise UnreadableInput(error.strerror or str(error)) from None
    if why := next((why for mark, why in _NO_TEXT.items() if content.body.startswith(mark)), None):
        raise UnreadableInput(why)
    return content


def _fetch(url: str, types: Collection[str], limits: Limits) -> Fetched:
    """The answer of an address, if its status is a success. Raises UnreadableInput."""
    try:
        fetched = fetching.fetch(url, types, limits)
    except FetchError as error:
        raise UnreadableInput(str(error)) from None
    if not 200 <= fetched.status < 300:  # noqa: PLR2004
        raise UnreadableInput(f"the server answers {fetched.status}")
    return fetched


def page(url: str, limits: Limits) -> tuple[Json | None, Notes]:
    """The page as a line of NDJSON, under its canonical address if that has the same text; and what was not used of it.

    Raises UnreadableInput.
    """
    notes: Notes = []
    fetched_page = _page(url, limits)
    if urlsplit(url).path.strip("/") and not urlsplit(fetched_page.url).path.strip("/"):
        raise UnreadableInput(REDIRECTED_HOME)
    line = pages.document(fetched_page, notes)
    if line is None or fetched_page.tree is None:
        return line, notes
    canonical_url = pages.canonical(fetched_page.tree, fetched_page.url, notes)
    if canonical_url is None:
        return line, notes
    try:
        canonical_line = pages.document(_page(canonical_url, limits), [])
    except UnreadableInput as error:
        notes.append(Unused(fetched_page.url, f"{canonical_url}: {error}", pages.CANONICAL_GONE))
        return line, notes
    if canonical_line is None or not pages.same(line, canonical_line):
        notes.append(Unused(fetched_page.url, canonical_url, pages.CANONICAL_OTHER))
        return line, notes
    return canonical_line, notes


def _page(url: str, limits: Limits) -> pages.FetchedPage:
    fetched = _fetch(url, PAGE_TYPES, limits)
    text = pages.decoded(fetched.body, fetched.charset)
    tree = trees.parsed(text) if fetched.content_type in pages.HTML else None
    return pages.FetchedPage(fetched.url, text, fetched.status, fetched.retrieved_at, tree)


def losses(checks_read: list[FactCheck], source_notes: Notes) -> list[str]:
    """Why nothing was read of a source that is not empty, or which reviews of it could not be read at all."""
    if not checks_read and source_notes:
        counts = Counter(note.why for note in source_notes)
        return ["nothing of it can be used: " + ", ".join(f"{why} ({number})" for why, number in counts.items())]
    return [f"{note.where}: {note.why}: {note.what}" for note in source_notes if note.why == jsonld.BROKEN_REVIEW]
