"""Slugs of events that are near one that leads nowhere."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import Select, Text, bindparam, select, union_all

from app.database import Askable, ask, is_writing
from app.models import Event
from app.services.access import Caller
from app.services.visibility import nameless, seen

# How many events are looked at: the newest, and those that stand before and behind it in the alphabet.
_NEWEST: Final = 1_000
_NEIGHBOURS: Final = 200
_LIKE_ENOUGH: Final = 70  # of 100
_SLUGS_TOLD: Final = 3


async def did_you_mean(session: Askable, caller: Caller, slug: str | None) -> str:
    """`; did you mean `zagorsk-2023`?`, with the nearest that the caller may see; empty where none is near.

    What he may not see is left out before anything is compared, so that the words tell nothing of it. Nor is anything
    compared while others wait to write: a write that names no event is refused without it.
    """
    if slug is None or _is_id(slug) or is_writing(session):
        return ""
    stored = [row.slug for row in await ask(session, _candidates(nameless(caller)), {"slug": slug})]
    # In the order of the alphabet, so that of two that are as near the same one is always told.
    nearest = process.extract(slug, sorted(set(stored)), scorer=_likeness, score_cutoff=_LIKE_ENOUGH, limit=_SLUGS_TOLD)
    names = " or ".join(f"`{name}`" for name, *_ in nearest)
    return f"; did you mean {names}?" if names else ""


def _is_id(slug: str) -> bool:
    try:
        UUID(slug)
    except ValueError:
        return False
    return True


@cache
def _candidates(caller: Caller) -> Select[Any]:
    slug = bindparam("slug", None, Text())
    newest, before, behind = (seen(caller, Event) for _ in range(3))
    parts = [
        select(newest.c.slug).where(newest.c.merged_into.is_(None)).order_by(newest.c.id.desc()).limit(_NEWEST),
        select(before.c.slug)
        .where(before.c.merged_into.is_(None), before.c.slug < slug)
        .order_by(before.c.slug.desc())
        .limit(_NEIGHBOURS),
        select(behind.c.slug)
        .where(behind.c.merged_into.is_(None), behind.c.slug > slug)
        .order_by(behind.c.slug)
        .limit(_NEIGHBOURS),
    ]
    return select(union_all(*(select(part.subquery().c.slug) for part in parts)).subquery())


def _likeness(slug: str, other: str, **_: object) -> float:
    """0 to 100: letter by letter, or by whole words in any order; a part of the words is as near as all of them."""
    return max(fuzz.ratio(slug, other), fuzz.token_set_ratio(slug.replace("-", " "), other.replace("-", " ")))
