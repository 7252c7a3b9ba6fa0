"""Tables as they are during a first load: filled, and never analysed."""

from collections.abc import Collection

from databases import as_superuser
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def without_triggers(session: AsyncSession, tables: Collection[str]) -> None:
    for table in tables:
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def forget_statistics(database_url: str, tables: Collection[str]) -> None:
    """The database may have been another test's, and autovacuum has seen it while it was empty."""
    with as_superuser(database_url) as connection:
        names = {"tables": list(tables)}
        connection.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname = ANY (%(tables)s)", names)
        connection.execute("DELETE FROM pg_statistic WHERE starelid = ANY (%(tables)s::text[]::regclass[])", names)


async def rows_read(session: AsyncSession, tables: Collection[str]) -> dict[str, int]:
    """By table, how many rows the transaction has read."""
    rows = await session.execute(
        text("SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_xact_user_tables")
    )
    return {row.relname: row.read for row in rows if row.relname in tables}
