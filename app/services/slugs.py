"""Readable addresses of events: given, or made of the title and numbered."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from anyascii import anyascii
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.services.drafts import Draft
from app.vocabulary import SLUG_SIZE

_NUMBER_ROOM: Final = 8
_TAKEN: Final = text("SELECT slug FROM event WHERE slug LIKE ANY (:patterns)")


def made(title: str) -> str:
    """The title in small Latin letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9]+", "-", anyascii(title).lower()).strip("-")
    return words[: SLUG_SIZE - _NUMBER_ROOM].strip("-") or "event"


async def name(session: AsyncSession, new: Sequence[Draft]) -> None:
    """Give new events that bring no slug one made of their title. Raises Invalid for one without a title."""
    for draft in new:
        if draft.value("title") is None:
            raise Invalid.at(f"{draft.pointer}/title", "no event has this ref or slug, and a new one needs a title")
    unnamed = [draft for draft in new if not draft.value("slug")]
    taken = {draft.values["slug"] for draft in new if draft.value("slug")}
    taken |= await _taken(session, {made(draft.values["title"]) for draft in unnamed})
    for draft in unnamed:
        draft.values["slug"] = slug = _free(made(draft.values["title"]), taken)
        taken.add(slug)


async def _taken(session: AsyncSession, stems: Iterable[str]) -> set[str]:
    patterns = [f"{stem}%" for stem in stems]
    return set(await session.scalars(_TAKEN, {"patterns": patterns})) if patterns else set()


def _free(stem: str, taken: set[str]) -> str:
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
