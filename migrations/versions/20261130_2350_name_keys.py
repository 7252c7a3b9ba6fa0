"""Sources are found by how their names sound; those that are stored get their keys here, batch by batch."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from app.services import migrating
from app.texts import names
from app.texts.traits import is_named, may_be_people

revision = "20261130_2350"
down_revision = "20261201_0015"

SQL: Final = Path(__file__).parent / "sources"
SOURCES: Final = """
SELECT id, name, aliases, kind, disclosure FROM source WHERE id = ANY (%s) AND NOT confidential AND NOT placed"""


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.once(connection, "name keys", (SQL / "name_keys.sql").read_text(encoding="utf-8"))
        migrating.in_batches(connection, "keys of sources' names", "source", store_keys)


def store_keys(connection: Any, ids: list[UUID]) -> None:
    sources = connection.execute(SOURCES, [ids]).fetchall()
    with connection.cursor() as cursor, cursor.copy("COPY source_name_key (key, source_id) FROM STDIN") as copy:
        for id_, name, aliases, kind, disclosure in sources:
            if not is_named(name, disclosure, kind):
                continue
            called = (name, *(alias["name"] for alias in aliases))
            for key in {key for one in called for key in names.keys(one, person=may_be_people(kind))}:
                copy.write_row((key, id_))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
