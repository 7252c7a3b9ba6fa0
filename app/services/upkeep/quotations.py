"""Quotations that are `unchecked` although there is a text: most of them would have been too much effort at first."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.database import Database, Signature, ask
from app.services.intake import quotes

SIGNATURE: Final = Signature("counterclaim quotations")
_FIRST: Final = UUID(int=0)
_AT_ONCE: Final = 10
# The next ones. The columns of `quotes._STORED`, and the version of the record.
_NEXT: Final = text("""
SELECT a.id, a.document_id, a.version_id, a.fidelity, a.selector, a.quoted, a.wording, a.language, a.translation,
    a.translation_language, a.location, a.version
FROM appearance a
WHERE a.id > :last AND a.fidelity = 'unchecked' AND a.quoted AND a.wording IS NOT NULL AND a.document_id IS NOT NULL
ORDER BY a.id LIMIT :most""")
_VERSIONS: Final = text("SELECT id, version FROM appearance WHERE id = ANY (:ids)")


class Checked(NamedTuple):
    """How far it is."""

    seen: int
    changed: int


async def check(database: Database) -> AsyncIterator[Checked]:
    """Look them up, and say after each step how far it is. Broken off, it may begin again."""
    last, seen, changed = _FIRST, 0, 0
    while True:
        async with database.reading() as reading:
            rows = await ask(reading, _NEXT, {"last": last, "most": _AT_ONCE})
            changes = await quotes.look_again(reading, rows) if rows else []
        if not rows:
            return
        changed += await _write(database, {row.id: row.version for row in rows}, changes) if changes else 0
        last, seen = rows[-1].id, seen + len(rows)
        yield Checked(seen, changed)


async def _write(database: Database, version_by_id: dict[UUID, int], changes: list[dict[str, object]]) -> int:
    """Store what was found of those that nobody has changed meanwhile; gives how many."""
    async with database.writing(SIGNATURE) as session:
        versions = await ask(session, _VERSIONS, {"ids": [change["id"] for change in changes]})
        same = {row.id for row in versions if row.version == version_by_id[row.id]}
        changes = [change for change in changes if change["id"] in same]
        if changes:
            await quotes.write_again(session, changes)
    return len(changes)
