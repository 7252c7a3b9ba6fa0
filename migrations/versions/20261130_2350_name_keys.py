"""Sources are found by how their names sound; those that are stored get their keys here."""

from pathlib import Path

from alembic import op

from app.texts import names
from app.texts.traits import is_named, may_be_people

revision = "20261130_2350"
down_revision = "20261201_0015"

_SOURCES = """
SELECT id, name, aliases, kind, disclosure FROM source WHERE NOT confidential AND NOT placed AND id > %s
ORDER BY id LIMIT 5000
"""


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise NotImplementedError("the statements run on a database, they are not printed")
    connection.execute((Path(__file__).parent / "sources" / "name_keys.sql").read_text(encoding="utf-8"))
    last = "00000000-0000-0000-0000-000000000000"
    while sources := connection.execute(_SOURCES, [last]).fetchall():
        with connection.cursor() as cursor, cursor.copy("COPY source_name_key (key, source_id) FROM STDIN") as copy:
            for id_, name, aliases, kind, disclosure in sources:
                if not is_named(name, disclosure, kind):
                    continue
                called = (name, *(alias["name"] for alias in aliases))
                for key in {key for one in called for key in names.keys(one, person=may_be_people(kind))}:
                    copy.write_row((key, id_))
        last = sources[-1][0]


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
