"""Texts and names are compared as app/texts/folding folds them; what is stored gets the new keys, batch by batch."""

from pathlib import Path

from app.services import migrating

revision = "20261130_2355"
down_revision = "20261130_2340"

SQL = Path(__file__).parent / "folding"


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        # An index and the function that it calls change at one moment.
        files = ("functions.sql", "keys.sql")
        migrating.once(connection, "folding", "".join((SQL / name).read_text(encoding="utf-8") for name in files))
        migrating.in_batches(
            connection, "names of sources", "source", "UPDATE source SET name = name WHERE id = ANY (%s)"
        )


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
