"""Of a text that begins with an accent this is an apostrophe, and goes: other questions and claims are found by it.

Search and fingerprints read words alone, and keep what they have of such a text.
"""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0050"
down_revision = "20261201_0040"

SQL: Final = Path(__file__).parent / "folding"
# Where such a text is stored, the index that was made by the old rule is made anew: questions and claims are looked
# through once, which takes seconds for a million. Not by REINDEX, for a session remembers what an index calls. What was
# stored twice by the old rule stays two: only an editor merges.
INDEXES: Final = r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM question WHERE text ~ '^[\u0301\u0313\u0341\u0343]') THEN
        DROP INDEX ix_question_same;
        CREATE INDEX ix_question_same ON question (event_id, digest_of(fold(text)));
    END IF;
    IF EXISTS (SELECT FROM claim WHERE text ~ '^[\u0301\u0313\u0341\u0343]') THEN
        DROP INDEX ix_claim_same;
        CREATE INDEX ix_claim_same ON claim (coalesce(question_id, event_id), digest_of(fold(text)));
    END IF;
END $$"""


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.once(connection, "accents", (SQL / "functions.sql").read_text(encoding="utf-8") + INDEXES)


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
