"""Readable addresses of events: given, or made of the title and numbered."""

import re
from collections.abc import Iterable
from typing import Final

from anyascii import anyascii
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid
from app.models import Event
from app.services.drafts import Draft
from app.vocabulary import SLUG_SIZE

_NUMBER_ROOM: Final = 8


def made(title: str) -> str:
    """The title in small Latin letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9]+", "-", anyascii(title).lower()).strip("-")
    return words[: SLUG_SIZE - _NUMBER_ROOM].strip("-") or "event"


async def settle(session: AsyncSession, drafts: list[Draft]) -> list[Draft]:
    """Take the events whose slug was given and is there; name the others. Gives those that are new."""
    given = [draft.values["slug"] for draft in drafts if draft.value("slug")]
    query = select(Event.slug, text("event_root(id)"), Event.ref).where(Event.slug.in_(given))
    found = {row[0]: row for row in await session.execute(query)} if given else {}
    new: list[Draft] = []
    first: dict[str, Draft] = {}
    for draft in drafts:
        slug = draft.value("slug")
        if slug in found:
            _, draft.id, ref = found[slug]
            if draft.value("ref") and ref and ref != draft.value("ref"):
                raise Invalid.at(f"{draft.pointer}/slug", f"another event has this slug, under the ref {ref}")
            draft.outcome = "matched"
        elif slug is not None and (twin := first.setdefault(slug, draft)) is not draft:
            draft.twin, draft.outcome = twin, "matched"
        elif draft.value("title") is None:
            raise Invalid.at(f"{draft.pointer}/title", "no event has this ref or slug, and a new one needs a title")
        else:
            new.append(draft)
    unnamed = [draft for draft in new if not draft.value("slug")]
    taken = await _taken(session, {made(draft.values["title"]) for draft in unnamed}) | first.keys()
    for draft in unnamed:
        draft.values["slug"] = slug = _free(made(draft.values["title"]), taken)
        taken.add(slug)
    return new


async def _taken(session: AsyncSession, stems: Iterable[str]) -> set[str]:
    patterns = [f"{stem}%" for stem in stems]
    return set(await session.scalars(text("SELECT slug FROM event WHERE slug LIKE ANY (:p)"), {"p": patterns})) if patterns else set()


def _free(stem: str, taken: set[str]) -> str:
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
