"""What a CHECK can't see is kept by triggers; and what "the same" is compared by."""

from uuid import UUID

import psycopg
import pytest
from ledgers import ROWS, Connection, Row, fill, head, id_of, insert, value
from psycopg.types.json import Jsonb
from sqlalchemy import ForeignKeyConstraint

from app.models import table_of
from app.schemas.kinds import KINDS

ONE, TWO, THREE = IDS = [UUID(int=n) for n in (1, 2, 3)]
# Every column that points at a record of its own kind.
UPWARD = sorted(
    (table.name, key.column_keys[-1])
    for table in (table_of(kind.model) for kind in KINDS)
    for key in table.constraints
    if isinstance(key, ForeignKeyConstraint) and key.referred_table is table
)


def row_of(table: str, record_id: UUID) -> Row:
    apart: dict[str, Row] = {"event": {"slug": f"e-{record_id.int}"}, "document": {"canonical_url": None}}
    return {**ROWS["claim toll" if table == "claim" else table], **apart.get(table, {}), "id": record_id}


def broken_by(connection: Connection, statement: str, *parameters: object) -> str | None:
    """Tell which rule a statement breaks; it is undone."""
    with connection.transaction(force_rollback=True):
        try:
            connection.execute(statement, parameters)
        except psycopg.errors.CheckViolation as error:
            return error.diag.constraint_name
    return None


def test_where_circles_could_be() -> None:
    assert len(UPWARD) == 9, UPWARD


@pytest.mark.parametrize(("table", "column"), UPWARD)
def test_nothing_is_above_itself(psql: Connection, table: str, column: str) -> None:
    fill(psql)
    for record_id in IDS:
        insert(psql, table, row_of(table, record_id))
    point = f"UPDATE {table} SET {column} = %s WHERE id = %s"
    circle = f"ck_{table}_{column}_cycle"

    assert (
        broken_by(psql, point, ONE, ONE) == f"ck_{table}_{column.removesuffix('_id').replace('merged_into', 'merge')}"
    )
    psql.execute(point, [TWO, ONE])
    assert broken_by(psql, point, ONE, TWO) == circle
    psql.execute(point, [THREE, TWO])
    before = head(psql)
    assert broken_by(psql, point, ONE, THREE) == circle
    assert broken_by(psql, f"UPDATE {table} SET {column} = %s WHERE id IN (%s, %s)", ONE, TWO, THREE) == circle
    assert head(psql) == before

    turned = f"UPDATE {table} SET {column} = CASE id WHEN %s THEN %s::uuid WHEN %s THEN %s::uuid END WHERE id = ANY(%s)"
    assert broken_by(psql, turned, THREE, TWO, TWO, ONE, IDS) is None  # the other way up is as good
    assert broken_by(psql, turned, THREE, TWO, TWO, THREE, IDS) == circle


def test_rows_that_come_in_a_circle(psql: Connection) -> None:
    rows = "INSERT INTO source (id, name, parent_id) VALUES (%s, 'a', %s), (%s, 'b', %s)"
    assert broken_by(psql, rows, ONE, TWO, TWO, ONE) == "ck_source_parent_id_cycle"
    assert broken_by(psql, rows, ONE, TWO, TWO, None) is None


def test_what_answers_a_question(psql: Connection) -> None:
    fill(psql)
    move = "UPDATE claim SET question_id = %s WHERE id = %s"
    assert broken_by(psql, move, id_of("question toll"), id_of("claim")) == "ck_claim_answers"
    assert broken_by(psql, move, id_of("question"), id_of("claim toll")) == "ck_claim_answers"
    assert broken_by(psql, move, None, id_of("claim")) is None


FOLDED = [
    ("fold", "  A  Drone\t\n fell ", "a drone fell"),
    ("fold", "ДРОН Упал", "дрон упал"),
    ("fold", "É è.", "e\u0301 e\u0300"),
    ("fold", "", ""),
    ("fold", None, None),
    ("fold", "無人機 😀", "無人機😀"),
    ("fold_name", "Agence  FRANCE-Presse", "agence france-presse"),
    ("fold_name", "Müller, Kováč, Çağrı", "muller, kovac, cagri"),
    ("fold_name", "Алёна Зуйкова", "алена зуикова"),
    ("fold_name", "ﬁnance Ⅳ", "finance iv"),
    ("fold_name", "e\u0301 \u00e9", "e e"),
    ("fold_name", "ΑΘΉΝΑ", "αθηνα"),
    ("fold_name", None, None),
]


def test_folding(psql: Connection) -> None:
    for function, words, folded in FOLDED:
        assert value(psql, f"SELECT {function}(%s)", words) == folded, words


def test_all_names_of_a_source(psql: Connection) -> None:
    aliases = [
        {"name": "Минздрав", "language": "ru"},
        {"name": " МИНИСТЕРСТВО  здоровья"},
        {"language": "en"},
        {"name": "MINISTRY"},
    ]
    insert(psql, "source", {"name": "Ministry", "aliases": Jsonb(aliases)})
    insert(psql, "source", {"disclosure": "anonymous", "role": "a doctor"})
    names = psql.execute("SELECT names FROM source ORDER BY name").fetchall()
    assert names == [(["ministry", "минздрав", "министерство здоровья"],), ([],)]


def test_the_digest_of_a_text(psql: Connection) -> None:
    assert value(psql, "SELECT encode(digest_of('é'), 'hex') = encode(sha256('\\xc3a9'), 'hex')")
    assert value(psql, "SELECT digest_of(NULL)") is None
