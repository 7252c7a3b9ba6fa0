"""An accent on any white space is an apostrophe: questions, claims, events and sources are found by it.

Search and fingerprints read words alone, and keep what they have of such a text.
"""

from pathlib import Path
from typing import Final

from app.services import migrating

revision = "20261201_0130"
down_revision = "20261201_0120"

SQL: Final = Path(__file__).parent / "folding"
# An accent that is in no letter, as few texts have any. Where one is stored, the index that was made by the old rule is
# made anew, which takes seconds for a million; not by REINDEX, for a session remembers what an index calls. What was
# stored twice by the old rule stays two: only an editor merges.
KEYS: Final = r"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM question WHERE text ~ '[\u0301\u0313]') THEN
        DROP INDEX ix_question_same;
        CREATE INDEX ix_question_same ON question (event_id, digest_of(fold(text)));
    END IF;
    IF EXISTS (SELECT FROM claim WHERE text ~ '[\u0301\u0313]') THEN
        DROP INDEX ix_claim_same;
        CREATE INDEX ix_claim_same ON claim (coalesce(question_id, event_id), digest_of(fold(text)));
    END IF;
    IF EXISTS (SELECT FROM event WHERE title ~ '[\u0301\u0313]') THEN
        DROP INDEX ix_event_title;
        CREATE INDEX ix_event_title ON event (digest_of(fold(title)));
    END IF;
END $$;
UPDATE source SET name = name WHERE concat_ws(' ', name, aliases) ~ '[\u0301\u0313]'"""


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.once(connection, "accents on white space", (SQL / "functions.sql").read_text(encoding="utf-8") + KEYS)


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
