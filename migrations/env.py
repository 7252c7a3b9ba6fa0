"""Migrations run one at a time, each in its own transaction, and give up on a lock rather than stop the service."""

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.database import MIGRATION_LOCK
from app.models import Base


def main() -> None:
    url = context.config.attributes.get("url") or os.environ["COUNTERCLAIM_DATABASE_URL"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        # The session's own limits: a migration may take its time, but it may not queue up behind a lock for long,
        # because everything else would queue up behind it.
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SET lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_lock(:class, :key)"), MIGRATION_LOCK)
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
        )
        context.run_migrations()
    engine.dispose()


main()
