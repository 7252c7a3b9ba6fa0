"""Fingerprints are made of words as they are folded; those of texts with letters that this changes are made anew."""

from typing import Any, Final
from uuid import UUID

from app.services import migrating
from app.texts import fingerprints, lookalikes

revision = "20261201_0020"
down_revision = "20261130_2350"

# Characters of which words are made otherwise now.
CHANGED: Final = (
    r"\u00ad\u00b5\u0131\u0149\u02b9-\u02bf\u02c8\u02ee\u0345\u0374\u037a\u05be\u0600-\u0605\u0610-\u061a"
    r"\u061c\u0640\u0649\u0660-\u0669\u06a9-\u06aa\u06c0-\u06c3\u06cc\u06d0\u06d5-\u06dd\u06df-\u06e8"
    r"\u06ea-\u06ed\u06f0-\u06f9\u070f\u07c0-\u07c9\u0890-\u0891\u08d3-\u08ff\u0966-\u096f\u09e6-\u09ef"
    r"\u0a66-\u0a6f\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f"
    r"\u0de6-\u0def\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29\u1040-\u1049\u1090-\u1099\u115f-\u1160"
    r"\u17b4-\u17b5\u17e0-\u17e9\u180b-\u1819\u1946-\u194f\u19d0-\u19d9\u1a80-\u1a89\u1a90-\u1a99"
    r"\u1b50-\u1b59\u1bb0-\u1bb9\u1c40-\u1c49\u1c50-\u1c59\u1c80-\u1c87\u1d5d-\u1d61\u1d66-\u1d6a\u1d78"
    r"\u1dbf\u1e9a\u1f80-\u1faf\u1fb2-\u1fb4\u1fb7\u1fbc\u1fc2-\u1fc4\u1fc7\u1fcc\u1ff2-\u1ff4\u1ff7\u1ffc"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u2126\u213c-\u213f\u30a0\u3164\u3382\u33c0"
    r"\ua620-\ua629\ua69c-\ua69d\ua78b-\ua78c\ua8d0-\ua8d9\ua900-\ua909\ua9d0-\ua9d9\ua9f0-\ua9f9"
    r"\uaa50-\uaa59\uabf0-\uabf9\ufb8e-\ufb91\ufba4-\ufba9\ufbe4-\ufbe9\ufbec-\ufbed\ufbf6-\ufbff\ufc03"
    r"\ufc09\ufc0f\ufc13\ufc31\ufc35\ufc3d\ufc43\ufc49\ufc4f\ufc53\ufc59\ufc5d\ufc68\ufc6e\ufc74\ufc7a"
    r"\ufc7c\ufc7e\ufc83\ufc86\ufc8e\ufc90\ufc95\ufcf2-\ufcf5\ufcf7\ufcf9\ufcfb\ufcfd\ufcff\ufd01\ufd03"
    r"\ufd05\ufd07\ufd11\ufd13\ufd15\ufd17\ufd19\ufd1b\ufd1d\ufd1f\ufd21\ufd23\ufd5b\ufd5e\ufd6e\ufd78"
    r"\ufd7b\ufd82\ufd96\ufd99\ufd9b\ufda0\ufda2\ufda4\ufda6-\ufda8\ufdf9-\ufdfa\ufdfc\ufe00-\ufe0f\ufe71"
    r"\ufe77\ufe79\ufe7b\ufe7d\ufe7f\ufeef-\ufef0\ufeff\uffa0\ufff9-\ufffb\U000104a0-\U000104a9"
    r"\U00010d30-\U00010d39\U00011066-\U0001106f\U000110bd\U000110cd\U000110f0-\U000110f9"
    r"\U00011136-\U0001113f\U000111d0-\U000111d9\U000112f0-\U000112f9\U00011450-\U00011459"
    r"\U000114d0-\U000114d9\U00011650-\U00011659\U000116c0-\U000116c9\U00011730-\U00011739"
    r"\U000118e0-\U000118e9\U00011950-\U00011959\U00011c50-\U00011c59\U00011d50-\U00011d59"
    r"\U00011da0-\U00011da9\U00013430-\U00013438\U00016a60-\U00016a69\U00016ac0-\U00016ac9"
    r"\U00016b50-\U00016b59\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001d6a4\U0001d6a8-\U0001d6c0"
    r"\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714\U0001d716-\U0001d734"
    r"\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8"
    r"\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001d7cb\U0001e140-\U0001e149\U0001e2f0-\U0001e2f9"
    r"\U0001e950-\U0001e959\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
AFFECTED: Final = """
SELECT v.id, v.text, ARRAY(SELECT mark FROM unnest(p.marks) mark WHERE mark > 4294967295)
FROM document_version v JOIN text_print p ON p.version_id = v.id WHERE v.id = ANY (%s) AND lower(v.text) ~ %s"""
CITED: Final = """
SELECT coalesce(array_agg(event_id), '{}'), coalesce(array_agg(version_id), '{}')
FROM (SELECT DISTINCT event_id, version_id FROM text_mark WHERE version_id = ANY (%s)) c"""
FORGET: Final = "DELETE FROM text_mark WHERE version_id = ANY (%s)"
STORE: Final = """
UPDATE text_print p SET hashes = n.hashes, marks = ARRAY(SELECT jsonb_array_elements_text(n.marks)::bigint)
FROM unnest(%s::uuid[], %s::bytea[], %s::jsonb[]) n(id, hashes, marks) WHERE p.version_id = n.id"""
MARK: Final = """
INSERT INTO text_mark (event_id, mark, version_id)
SELECT c.event_id, unnest(p.marks), c.version_id
FROM unnest(%s::uuid[], %s::uuid[]) c(event_id, version_id) JOIN text_print p ON p.version_id = c.version_id"""


def upgrade() -> None:
    with migrating.step_by_step() as connection:
        migrating.in_batches(connection, "fingerprints of texts", "document_version", make_anew, size=200)


def make_anew(connection: Any, ids: list[UUID]) -> None:
    rows = connection.execute(AFFECTED, [ids, f"[{CHANGED}]|{lookalikes.MIXED}"]).fetchall()
    affected = [id_ for id_, _, _ in rows]
    prints = [fingerprints.fingerprint(text) for _, text, _ in rows]
    marks = [
        str([*print_[: fingerprints.MOST_MARKS], *of_whole])
        for print_, (_, _, of_whole) in zip(prints, rows, strict=True)
    ]
    cited = connection.execute(CITED, [affected]).fetchone()
    connection.execute(FORGET, [affected])
    connection.execute(STORE, [affected, [fingerprints.pack(print_) for print_ in prints], marks])
    connection.execute(MARK, list(cited))


def downgrade() -> None:
    raise NotImplementedError("the ledger is not thrown away: restore a backup instead")
