"""Searches fold words as all that is compared is folded; what has letters that this changes is indexed anew."""

from pathlib import Path
from typing import Final

from app.services import migrating
from app.texts import lookalikes

revision = "20261130_2359"
down_revision = "20261130_2358"

SQL: Final = Path(__file__).parent / "folding"
# Characters of which search makes something else now: keyboards of Arabic and Persian, digits, signs that show nothing.
# Beside them, words of two scripts.
CHANGED: Final = (
    r"\u00df\u02b9-\u02bb\u02bd-\u02bf\u02c8\u02ee\u0345\u034f\u0374\u037a\u03c2\u03f2\u0591-\u05bd\u05bf"
    r"\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0600-\u0605\u0610-\u061a\u061c\u0640\u0649\u064b-\u0652"
    r"\u0656-\u0669\u0670\u06a9-\u06aa\u06c0-\u06c3\u06cc\u06d0\u06d5-\u06dd\u06df-\u06e8\u06ea-\u06ed"
    r"\u06f0-\u06f9\u070f\u07c0-\u07c9\u0890-\u0891\u08d3-\u08ff\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f"
    r"\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0de6-\u0def"
    r"\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29\u1040-\u1049\u1090-\u1099\u115f-\u1160\u17b4-\u17b5"
    r"\u17e0-\u17e9\u180b-\u1819\u1946-\u194f\u19d0-\u19d9\u1a80-\u1a89\u1a90-\u1a99\u1b50-\u1b59"
    r"\u1bb0-\u1bb9\u1c40-\u1c49\u1c50-\u1c59\u1c80-\u1c88\u1e9a\u1e9e\u1f80-\u1faf\u1fb2-\u1fb4\u1fb7"
    r"\u1fbc\u1fc2-\u1fc4\u1fc7\u1fcc\u1ff2-\u1ff4\u1ff7\u1ffc\u200c\u202a-\u202e\u2061-\u2064"
    r"\u2066-\u206f\u3164\ua620-\ua629\ua78b-\ua78c\ua8d0-\ua8d9\ua900-\ua909\ua9d0-\ua9d9\ua9f0-\ua9f9"
    r"\uaa50-\uaa59\uabf0-\uabf9\ufb1d\ufb1f\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40-\ufb41\ufb43-\ufb44"
    r"\ufb46-\ufb4e\ufb8e-\ufb91\ufba4-\ufba9\ufbe4-\ufbe9\ufbec-\ufbed\ufbf6-\ufbff\ufc03\ufc09\ufc0f"
    r"\ufc13\ufc31\ufc35\ufc3d\ufc43\ufc49\ufc4f\ufc53\ufc59\ufc5b-\ufc63\ufc68\ufc6e\ufc74\ufc7a\ufc7c"
    r"\ufc7e\ufc83\ufc86\ufc8e\ufc90\ufc95\ufcd9\ufcf2-\ufcf5\ufcf7\ufcf9\ufcfb\ufcfd\ufcff\ufd01\ufd03"
    r"\ufd05\ufd07\ufd11\ufd13\ufd15\ufd17\ufd19\ufd1b\ufd1d\ufd1f\ufd21\ufd23\ufd3c-\ufd3d\ufd5b\ufd5e"
    r"\ufd6e\ufd78\ufd7b\ufd82\ufd96\ufd99\ufd9b\ufda0\ufda2\ufda4\ufda6-\ufda8\ufdf9-\ufdfa\ufdfc"
    r"\ufe00-\ufe0f\ufe70-\ufe72\ufe74\ufe76-\ufe7f\ufeef-\ufef0\uffa0\ufff9-\ufffb\U000104a0-\U000104a9"
    r"\U00010d30-\U00010d39\U00011066-\U0001106f\U000110bd\U000110cd\U000110f0-\U000110f9"
    r"\U00011136-\U0001113f\U000111d0-\U000111d9\U000112f0-\U000112f9\U00011450-\U00011459"
    r"\U000114d0-\U000114d9\U00011650-\U00011659\U000116c0-\U000116c9\U00011730-\U00011739"
    r"\U000118e0-\U000118e9\U00011950-\U00011959\U00011c50-\U00011c59\U00011d50-\U00011d59"
    r"\U00011da0-\U00011da9\U00013430-\U00013438\U00016a60-\U00016a69\U00016ac0-\U00016ac9"
    r"\U00016b50-\U00016b59\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001d6a4\U0001d6d3\U0001d70d"
    r"\U0001d747\U0001d781\U0001d7bb\U0001e140-\U0001e149\U0001e2f0-\U0001e2f9\U0001e950-\U0001e959"
    r"\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
WORDS: Final = {
    "event": "concat_ws(' ', title, place_name, array_to_string(tags, ' '), summary)",
    "claim": "concat_ws(' ', text, translations)",
    "appearance": "concat_ws(' ', wording, translation)",
    "document": "concat_ws(' ', title, byline)",
    "document_version": "concat_ws(' ', headline, text)",
}


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.once(connection, "search", (SQL / "search.sql").read_text(encoding="utf-8"))
        for table, words in WORDS.items():
            statement = (
                f"SELECT search_again('{table}', ARRAY(SELECT id FROM {table} "  # noqa: S608  (a word of WORDS)
                f"WHERE id = ANY (%s) AND "
                f"({words} ~ '[{CHANGED}]' OR lower({words}) ~ '{lookalikes.MIXED}')))"
            )
            migrating.in_batches(connection, f"words of {table.replace('_', ' ')}s", table, statement)


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
