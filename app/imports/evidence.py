"""Addresses that are given as evidence: all of a text that holds several, and absolute ones alone.

What is no absolute address is noted, and never resolved against the page it stood in: `1` would be a page of that site.
"""

import re
from collections.abc import Iterable
from typing import Final

from app.imports import values
from app.imports.checks import Notes, Unused, short
from app.schemas import urls

NOT_ABSOLUTE: Final = "no absolute address, which alone can be kept"

# Where one address ends and the next begins: before a scheme at any separator, elsewhere only at one with white space.
_SEPARATORS: Final = ",;|،؛、，；"
_OPENING: Final = "<(\\[\"'"
_APART: Final = re.compile(
    rf"[\s{_SEPARATORS}]+(?=[{_OPENING}]*https?://)|[{_SEPARATORS}]\s+|\s+[|•·/]\s+|[\r\n]+", re.IGNORECASE
)
# What stands around an address in a list of them: brackets, the sign or number of a line, the word before the next.
_BEFORE: Final = re.compile(rf"^(?:[{_OPENING}\s*•·–—-]|\d{{1,2}}[.)])+(?=https?://|$)", re.IGNORECASE)
_WORDS: Final = "and|or|und|oder|et|ou|y|e|o|en|og|och|i|oraz|и|или|та|і|ve|و"
_BEHIND: Final = re.compile(rf"[>\"'\s{_SEPARATORS}]+$|\s+(?:[&+/*•·–—-]|\d{{1,2}}[.)]|{_WORDS})$", re.IGNORECASE)
_OPENED: Final = {")": "(", "]": "["}
# Two addresses without anything between them; not `?text=Look%20https://…`, nor the address in an archive's.
_GLUED: Final = re.compile(r"(?<=[A-Za-z0-9)])(?<!%[0-9A-Fa-f]{2})(?=https?://)")
_ENDS_SENTENCE: Final = ".!?…"


def parted(text: str, separator: str = "") -> list[str]:
    """The addresses in a text, and what else stands between them; `separator`: what parts them beside the usual.

    A comma parts them only before a scheme or white space: addresses may have one.
    """
    if separator not in ("", ","):
        return [part for piece in text.split(separator) for part in parted(piece)]
    is_prose = any(character.isspace() for character in text.strip())
    pieces = [glued for piece in _APART.split(text) for glued in _unglued(piece)]
    return [part for piece in pieces if (part := _bare(_bare(piece).rstrip(_ENDS_SENTENCE) if is_prose else piece))]


def _unglued(piece: str) -> list[str]:
    page, mark, query = piece.partition("?")
    parts = _GLUED.split(page)
    return [*parts[:-1], parts[-1] + mark + query]


def _bare(piece: str) -> str:
    before = ""
    while piece != before:
        before = piece
        piece = _BEHIND.sub("", _BEFORE.sub("", piece.strip()))
        if piece[-1:] in _OPENED and piece.count(piece[-1]) > piece.count(_OPENED[piece[-1]]):
            piece = piece[:-1]
    return piece


def is_valid(url: str) -> bool:
    try:
        urls.check(url)
    except ValueError:
        return False
    return True


def absolute(texts: Iterable[str], location: str, field: str, notes: Notes, separator: str = "") -> list[str]:
    """Each absolute address of the texts, once; all else is noted."""
    valid: dict[str, str] = {}
    for text in texts:
        for part in parted(values.clean(text), separator):
            if is_valid(part):
                valid.setdefault(urls.canonical(part), part)
            else:
                notes.append(Unused(location, short(part), f"{field}: {NOT_ABSOLUTE}"))
    return list(valid.values())


def first(texts: Iterable[str], location: str, field: str, notes: Notes) -> str | None:
    """The first absolute address, where there is room for one; the others are noted."""
    valid = absolute(texts, location, field, notes)
    notes.extend(Unused(location, url, f"only the first of several is used: {field}") for url in valid[1:])
    return valid[0] if valid else None
