"""Where `counterclaim import` reads from: files, standard input, addresses on the web."""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app import fetching
from app.fetching import Fetched, FetchError, Limits
from app.imports import pages, trees
from app.imports.checks import Json, Notes, Unused

STDIN: Final = "-"
HOME: Final = "it leads to a front page, which is another"
JSON_TYPES: Final = ("application/json", "application/ld+json", "text/json", pages.PLAIN)
CSV_TYPES: Final = ("text/csv", "application/csv", "application/vnd.ms-excel", "application/octet-stream", pages.PLAIN)
PAGE_TYPES: Final = (*pages.HTML, pages.PLAIN)


class Unreadable(Exception):  # noqa: N818
    """Why a source can't be read at all."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a source held."""

    body: bytes
    charset: str | None = None
    """By its header."""
    url: str | None = None
    """Where it was found, if on the web."""


def read(source: str, types: Collection[str], limits: Limits) -> Given:
    """A file, `-` or an address. Raises Unreadable."""
    if source.lower().startswith(("http://", "https://")):
        found = _fetched(source, types, limits)
        return Given(found.body, found.charset, found.url)
    try:
        return Given(sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes())
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def _fetched(url: str, types: Collection[str], limits: Limits) -> Fetched:
    """What is there; a status that says that nothing is there is none. Raises Unreadable."""
    try:
        found = fetching.fetch(url, types, limits)
    except FetchError as error:
        raise Unreadable(str(error)) from None
    if not 200 <= found.status < 300:  # noqa: PLR2004
        raise Unreadable(f"the server answers {found.status}")
    return found


def page(url: str, limits: Limits, notes: Notes) -> Json | None:
    """The page as a line of NDJSON, under its canonical address if the same stands there. Raises Unreadable."""
    found = _page(url, limits)
    if urlsplit(url).path.strip("/") and not urlsplit(found.url).path.strip("/"):
        raise Unreadable(HOME)
    line = pages.document(found, notes)
    if line is None or found.tree is None:
        return line
    other = pages.canonical(found.tree, found.url, notes)
    if other is None:
        return line
    try:
        there = pages.document(_page(other, limits), [])
    except Unreadable as error:
        notes.append(Unused(found.url, f"{other}: {error}", pages.CANONICAL_GONE))
        return line
    if there is None or not pages.same(line, there):
        notes.append(Unused(found.url, other, pages.CANONICAL_OTHER))
        return line
    return there


def _page(url: str, limits: Limits) -> pages.FetchedPage:
    found = _fetched(url, PAGE_TYPES, limits)
    text = pages.decoded(found.body, found.charset)
    tree = trees.parsed(text) if found.content_type in pages.HTML else None
    return pages.FetchedPage(found.url, text, found.status, found.retrieved_at, tree)
