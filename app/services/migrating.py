"""Migrate the database, or check that it has the tables this release works with."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"


class SchemaNotCurrent(Exception):  # noqa: N818  (a state of the database, not a mistake of the program)
    """The database is not at the newest migration; the message says what to do."""


def migrate(url: str) -> None:
    """Bring the database to the newest migration; a second caller waits for the first and then finds nothing to do."""
    command.upgrade(_config(url), "head")


def current(url: str) -> str:
    """The database's revision, if it is the newest. Raises SchemaNotCurrent for any other."""
    scripts = ScriptDirectory.from_config(_config(url))
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        revisions = MigrationContext.configure(connection).get_current_heads()
    newest = tuple(scripts.get_heads())
    if revisions == newest:
        return newest[0]
    if not revisions:
        raise SchemaNotCurrent("The database has no tables yet. Make them: counterclaim migrate")
    if set(revisions) <= {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNotCurrent(
            f"The database is at {', '.join(revisions)}, this release works with {', '.join(newest)}. "
            "Bring it up to date: counterclaim migrate"
        )
    raise SchemaNotCurrent(
        f"The database is at {', '.join(revisions)}, which this release does not know: a newer one has run "
        "counterclaim migrate on it. Install that release, or restore a backup."
    )


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config
