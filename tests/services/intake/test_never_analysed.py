"""What each write looks up is found by an index also in tables that were never analysed, as during a first load.

Told by PostgreSQL's own count of the rows that a transaction has read one after the other: that sees into functions.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Signature
from app.services import namesakes
from app.services.access import ANYBODY
from app.services.intake import by_name, keys, storing
from app.services.namesakes import NewSource

ROWS = 3000
FILLED = {
    "event": "(id, slug, title) SELECT md5(n::text)::uuid, 's' || n, 'Event ' || n",
    "source": "(id, name, kind) SELECT md5(n::text)::uuid, 'Speaker ' || n, 'person'",
    "document": "(id, url, canonical_url, page_key) SELECT md5(n::text)::uuid, u, u, '//a.example/' || n",
    "claim": "(id, event_id, text) SELECT md5(n::text)::uuid, md5(n::text)::uuid, 'Claim ' || n",
    "question": "(id, event_id, text) SELECT md5(n::text)::uuid, md5(n::text)::uuid, 'Question ' || n",
    "source_name_key": "(source_id, key) SELECT md5(n::text)::uuid, 'key' || n",
}
SOME = f"generate_series(1, {ROWS}, {ROWS // 10}) n"


async def fill(session: AsyncSession) -> None:
    for table, rows in FILLED.items():
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        numbered = f"generate_series(1, {ROWS}) n, LATERAL (SELECT 'https://a.example/' || n) x(u)"
        await session.execute(text(f"INSERT INTO {table} {rows} FROM {numbered}"))


async def rows_read(session: AsyncSession) -> dict[str, int]:
    """By table, how many rows the transaction has read in their order."""
    rows = await session.execute(text("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"))
    return {row.relname: row.seq_tup_read for row in rows if row.relname in FILLED}


def asking(sql: str) -> Callable[[AsyncSession], Awaitable[Any]]:
    return lambda session: session.execute(text(sql))


async def bearers(session: AsyncSession) -> Any:
    ids = [UUID(int=n) for n in range(10)]
    return await by_name.bearers(session, ANYBODY, {id_: by_name.fold_names(f"Speaker {id_.int}", []) for id_ in ids})


async def alike(session: AsyncSession) -> Any:
    new = NewSource(UUID(int=1), "Speaker 7", [], "person", ["speaker 7"], None, None, None, None, {})
    return await namesakes.alike(session, ANYBODY, [new])


async def documents(session: AsyncSession) -> Any:
    rows = [{"id": UUID(int=n), "page_key": f"//a.example/{n}"} for n in range(10)]
    return await session.execute(keys.DOCUMENTS, {"rows": storing.as_json(rows)})


LOOK_UPS = {
    **{
        f"{table}_kin": asking(f"SELECT {table}_kin(md5(n::text)::uuid) FROM {SOME}")
        for table in ("event", "source", "document", "claim")
    },
    "questions_like": asking(
        f"SELECT questions_like(md5(n::text)::uuid, NULL, 'Question ' || n, NULL, NULL) FROM {SOME}"
    ),
    "same_claims": asking(f"SELECT same_claims(md5(n::text)::uuid) FROM {SOME}"),
    "bearers of names": bearers,
    "names that are alike": alike,
    "documents by address": documents,
}


@pytest.mark.parametrize("look_up", LOOK_UPS.values(), ids=LOOK_UPS)
async def test_nothing_is_read_row_by_row(app: FastAPI, look_up: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    async with app.state.database.writing(Signature("test")) as session:
        await fill(session)
        before = await rows_read(session)
        for _ in range(7):  # after some a connection keeps one plan for all
            await look_up(session)
        read = {table: rows - before[table] for table, rows in (await rows_read(session)).items()}
    assert {table: rows for table, rows in read.items() if rows >= ROWS} == {}
