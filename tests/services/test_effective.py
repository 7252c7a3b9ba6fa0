"""When statements were said, as lists ask for it."""

from fastapi import FastAPI
from first_loads import forget_statistics, rows_read, without_triggers
from sqlalchemy import select, text

from app.database import Signature
from app.models import Statement
from app.services import visibility
from app.services.access import ANYBODY
from app.services.lists import effective

ROWS, SHOWN = 600, 50  # few enough for a planner that knows nothing of a table to read it as a whole each time
NUMBERS = f"generate_series(1, {ROWS}) n"
ONE = "md5('1')::uuid"
FILLED = {
    "event": f"(id, slug, title) SELECT {ONE}, 's', 'Event'",
    "source": f"(id, name, kind) SELECT {ONE}, 'Speaker', 'person'",
    "claim": f"(id, event_id, text) SELECT {ONE}, {ONE}, 'Claim'",
    # Half of them undated: those were read some day.
    "document": "(id, url, canonical_url, page_key, published, published_from, published_to) "
    "SELECT md5(n::text)::uuid, u, u, '//a.example/' || n, d, date(d), date(d) + 1 "
    f"FROM {NUMBERS}, LATERAL (SELECT 'https://a.example/' || n, CASE WHEN n % 2 = 0 THEN '2023-08-09' END) x(u, d)",
    "document_version": "(id, document_id, retrieved_at) "
    f"SELECT md5('v' || n)::uuid, md5(n::text)::uuid, date('2023-08-10') FROM {NUMBERS}",
    "statement": f"(id, event_id, claim_id, source_id) SELECT md5(n::text)::uuid, {ONE}, {ONE}, {ONE} FROM {NUMBERS}",
    "appearance": "(id, event_id, statement_id, document_id) "
    f"SELECT md5(n::text)::uuid, {ONE}, md5(n::text)::uuid, md5(n::text)::uuid FROM {NUMBERS}",
}
LOOKED_UP = ("document", "document_version", "appearance")


async def test_no_document_is_looked_for_row_by_row(app: FastAPI, database_url: str) -> None:
    """Also where nothing is known of the tables."""
    forget_statistics(database_url, FILLED)
    statements = visibility.seen_alone(ANYBODY, Statement)
    said_from = select(effective.said_from(statements)).order_by(statements.c.id).limit(SHOWN)
    async with app.state.database.writing(Signature("test")) as session:
        # As where lists are read.
        await session.execute(text("SELECT set_config('plan_cache_mode', 'auto', true)"))
        await session.execute(text("SELECT set_config('enable_seqscan', 'on', true)"))
        await without_triggers(session, FILLED)
        for table, rows in FILLED.items():
            await session.execute(text(f"INSERT INTO {table} {rows}"))
        before = await rows_read(session, LOOKED_UP)
        days = {str(day.date()) for day in await session.scalars(said_from)}
        after = await rows_read(session, LOOKED_UP)
    assert days == {"2023-08-09", "2023-08-10"}
    read = {table: after[table] - before[table] for table in LOOKED_UP}
    assert {table: count for table, count in read.items() if count > 3 * SHOWN} == {}
