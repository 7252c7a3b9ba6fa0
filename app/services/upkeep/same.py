"""What is stored and may be the same: documents of one page, and texts that are equal, as links for an editor.

Nothing is merged. It is for what came in before this release, which takes such documents for one, or for copies, as
they come. A walk over all documents, then over all texts, some at a time: broken off, it may begin again.
"""

from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.database import Database, Signature
from app.services.intake import copies

SIGNATURE: Final = Signature("counterclaim same")
_REASON: Final = "their addresses mean one page"
_DOCUMENTS: Final = 2000  # at a time
_TEXTS: Final = 20  # each may have a million characters
_FIRST: Final = UUID(int=0)

# For each of the next documents the oldest other one that has its page key, if that is older.
_ONE_PAGE: Final = text("""
SELECT d.id, o.id AS original FROM (
    SELECT id, page_key, created_at FROM document
    WHERE id > :last AND page_key IS NOT NULL AND merged_into IS NULL ORDER BY id LIMIT :most) d
LEFT JOIN LATERAL (
    SELECT o.id FROM document o
    WHERE digest_of(o.page_key) = digest_of(d.page_key) AND o.merged_into IS NULL AND o.id <> d.id
    AND (o.created_at, o.id) < (d.created_at, d.id) ORDER BY o.created_at, o.id LIMIT 1) o ON true
ORDER BY d.id""")
# The next texts whose fingerprint lacks the mark of the whole.
_UNMARKED: Final = text("""
SELECT v.id, v.document_id, v.headline, v.text FROM document_version v
LEFT JOIN text_print p ON p.version_id = v.id
WHERE v.id > :last AND v.text IS NOT NULL AND NOT coalesce(4294967295 < ANY (p.marks), false)
ORDER BY v.id LIMIT :most""")
_FORGET: Final = text("DELETE FROM text_print WHERE version_id = ANY (:versions)")


class Walked(NamedTuple):
    """How far a walk is."""

    what: str
    seen: int
    proposed: int


async def propose(database: Database) -> AsyncIterator[Walked]:
    """Propose the links, and say after each step how far it is."""
    async for walked in _pages(database):
        yield walked
    async for walked in _texts(database):
        yield walked


async def _pages(database: Database) -> AsyncIterator[Walked]:
    last, seen, proposed = _FIRST, 0, 0
    while True:
        async with database.exporting() as reading:
            rows = (await reading.execute(_ONE_PAGE, {"last": last, "most": _DOCUMENTS})).all()
        if not rows:
            return
        links = [_link(row.id, row.original) for row in rows if row.original is not None]
        if links:
            async with database.writing(SIGNATURE) as writing:
                proposed += await copies.propose_links(writing, links, _REASON)
        last, seen = rows[-1].id, seen + len(rows)
        yield Walked("documents", seen, proposed)


def _link(younger: UUID, older: UUID) -> dict[str, Any]:
    return {"id": uuid7(), "from_id": younger, "to_id": older, "relation": "syndicated_from", "score": 1.0}


async def _texts(database: Database) -> AsyncIterator[Walked]:
    last, seen, proposed = _FIRST, 0, 0
    while True:
        async with database.exporting() as reading:
            rows = (await reading.execute(_UNMARKED, {"last": last, "most": _TEXTS})).all()
        if not rows:
            return
        features = {row.id: copies.features_of(row.text, row.headline) for row in rows}
        marked = [row for row in rows if features[row.id].whole_mark is not None]
        prints = [print_ for row in marked if (print_ := copies.print_row(row.id, features[row.id]))]
        async with database.writing(SIGNATURE) as writing:
            await writing.execute(_FORGET, {"versions": [row.id for row in marked]})
            proposed += await copies.compare(writing, {row.document_id for row in marked}, prints)
        last, seen = rows[-1].id, seen + len(rows)
        yield Walked("texts", seen, proposed)
