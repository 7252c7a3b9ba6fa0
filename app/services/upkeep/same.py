"""What is stored and may be the same, as links for an editor: sources by their names, documents of a page or a text.

Nothing is merged, and of no pair of which something was said is anything proposed. It is for what came in before this
release, which takes such for one, or links it, as it comes. Each walk goes over all rows of a kind, some at a time and
each in a short transaction of its own: broken off, it may begin again, and stores nothing twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from uuid_utils.compat import uuid7

from app.database import Database, Signature
from app.services import namesakes
from app.services.access import Caller
from app.services.intake import copies

_SEES_ALL: Final = Caller(scopes=frozenset({"read", "confidential"}))
SIGNATURE: Final = Signature("counterclaim same")
_REASON: Final = "their addresses mean one page"
_FIRST: Final = UUID(int=0)

# For each of the next documents the oldest other one that has its page key, if that is older.
_DOCUMENTS: Final = text("""
SELECT d.id, o.id AS original FROM (
    SELECT id, page_key, created_at FROM document
    WHERE id > :last AND page_key IS NOT NULL AND merged_into IS NULL ORDER BY id LIMIT :most) d
LEFT JOIN LATERAL (
    SELECT o.id FROM document o
    WHERE digest_of(o.page_key) = digest_of(d.page_key) AND o.merged_into IS NULL AND o.id <> d.id
    AND (o.created_at, o.id) < (d.created_at, d.id) ORDER BY o.created_at, o.id LIMIT 1) o ON true
ORDER BY d.id""")
# The next texts whose fingerprint lacks the mark of the whole.
_TEXTS: Final = text("""
SELECT v.id, v.document_id, v.headline, v.text FROM document_version v
LEFT JOIN text_print p ON p.version_id = v.id
WHERE v.id > :last AND v.text IS NOT NULL AND NOT coalesce(4294967295 < ANY (p.marks), false)
ORDER BY v.id LIMIT :most""")
_FORGET: Final = text("DELETE FROM text_print WHERE version_id = ANY (:versions)")

_StoredRows: TypeAlias = Sequence[Row[Any]]


class Walk(NamedTuple):
    """One way through what is stored."""

    what: str
    rows: TextClause
    """The next ones after the id `last`, `most` of them, by their ids."""
    most: int
    propose: Callable[[Database, _StoredRows], Awaitable[int]]
    """Gives how many links are new."""


class Walked(NamedTuple):
    """How far a walk is."""

    what: str
    seen: int
    proposed: int


async def propose(database: Database) -> AsyncIterator[Walked]:
    """Propose the links, and say after each step how far it is."""
    for walk in _WALKS:
        last, seen, proposed = _FIRST, 0, 0
        while rows := await _read(database, walk, last):
            proposed += await walk.propose(database, rows)
            last, seen = rows[-1].id, seen + len(rows)
            yield Walked(walk.what, seen, proposed)


async def _read(database: Database, walk: Walk, last: UUID) -> _StoredRows:
    async with database.exporting() as reading:
        return (await reading.execute(walk.rows, {"last": last, "most": walk.most})).all()


async def _propose_sources(database: Database, rows: _StoredRows) -> int:
    sources = namesakes.named(rows)
    async with database.exporting() as reading:
        unkeyed = await namesakes.unkeyed(reading, sources)
    if unkeyed:
        async with database.writing(SIGNATURE) as writing:
            await namesakes.keep_keys(writing, unkeyed)
    # Compared on a snapshot, before the lock.
    async with database.exporting() as reading:
        pairs = await namesakes.alike(reading, _SEES_ALL, sources)
    if not pairs:
        return 0
    async with database.writing(SIGNATURE) as writing:
        return len(await namesakes.link(writing, pairs))


async def _propose_documents(database: Database, documents: _StoredRows) -> int:
    links = [_link(row.id, row.original) for row in documents if row.original is not None]
    if not links:
        return 0
    async with database.writing(SIGNATURE) as writing:
        return len(await copies.propose_links(writing, links, _REASON))


def _link(younger: UUID, older: UUID) -> dict[str, Any]:
    return {"id": uuid7(), "from_id": younger, "to_id": older, "relation": "syndicated_from", "score": 1.0}


async def _propose_texts(database: Database, texts: _StoredRows) -> int:
    features = {row.id: copies.features_of(row.text, row.headline) for row in texts}
    marked = [row for row in texts if features[row.id].whole_mark is not None]
    prints = [print_ for row in marked if (print_ := copies.print_row(row.id, features[row.id]))]
    if not marked:
        return 0
    async with database.writing(SIGNATURE) as writing:
        await writing.execute(_FORGET, {"versions": [row.id for row in marked]})
        return len(await copies.compare(writing, {row.document_id for row in marked}, prints))


_WALKS: Final = (
    Walk("sources", namesakes.NEXT, 500, _propose_sources),
    Walk("documents", _DOCUMENTS, 2000, _propose_documents),
    Walk("texts", _TEXTS, 20, _propose_texts),  # each may have a million characters
)
