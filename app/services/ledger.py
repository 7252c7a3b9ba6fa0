"""The ledger verified: the chain is whole, and the tables hold what it says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Executable,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    column,
    create_engine,
    exists,
    func,
    literal,
    or_,
    pool,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from app.models import Change, table_of
from app.schemas.kinds import KINDS, Kind

FAULTS: Final = 1000  # that are reported at most; the first ones tell what happened

_SETTINGS: Final = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    # As the triggers write a record.
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}

# The columns of each query are fields of a Fault. The work is done where the rows are: only faults come back.
_CHAIN: Final = text("SELECT bad_seq AS seq, fault AS says FROM ledger_verify(:most)")
_TRIGGERS: Final = text("""
SELECT type, 'its triggers are missing or disabled: ' || string_agg(needed, ', ') AS says
FROM unnest(CAST(:tables AS text[])) type
CROSS JOIN LATERAL unnest(CASE type WHEN 'change' THEN ARRAY['guard', 'guard_insert', 'guard_truncate']
    WHEN 'ledger_head' THEN ARRAY['hold']
    ELSE ARRAY['a_lock', 'b_touch', 'c_insert', 'c_update', 'c_delete'] END) needed
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = type::regclass AND tgname = needed AND tgenabled IN ('O', 'A'))
GROUP BY type ORDER BY type LIMIT :most
""")
# A redacted event_link no longer says which other event it moved; and which document versions were cited when they
# came, which citations made something public, and so moved the directory, or what was hidden, is not asked again.
_HEADS: Final = text("""
WITH last AS (
    SELECT id, max(seq) AS seq FROM (
        SELECT event_id AS id, seq FROM change WHERE event_id IS NOT NULL
        UNION ALL SELECT CAST(record->>'to_id' AS uuid), seq FROM change WHERE type = 'event_link'
    ) moved WHERE id IS NOT NULL GROUP BY id)
SELECT 'event' AS type, id, format('its head is %s, its last change %s',
    coalesce(head.seq::text, 'missing'), coalesce(last.seq::text, 'unknown')) AS says
FROM last FULL JOIN (SELECT event_id AS id, seq FROM event_head) head USING (id)
WHERE head.seq IS DISTINCT FROM last.seq AND NOT (head.seq > coalesce(last.seq, 0)
    AND EXISTS (SELECT FROM change c WHERE c.seq = head.seq AND c.type = 'event_link' AND c.record IS NULL))
UNION ALL
SELECT NULL, NULL, format('the directory''s head is %s, its last change %s', directory, moved)
FROM ledger_head, LATERAL (
    SELECT coalesce(max(seq), 0) AS moved FROM change
    WHERE type IN ('source', 'document', 'document_link', 'source_link')
        AND (op <> 'insert' OR type IN ('document_link', 'source_link'))) d
WHERE directory NOT BETWEEN moved AND seq
UNION ALL
SELECT NULL, NULL, 'a head of what is shown is later than that of all'
FROM ledger_head WHERE greatest(directory_public, opened) > directory_read OR directory_read > directory
UNION ALL
SELECT 'event', event_id, 'its head of what is shown is later than that of all' FROM event_head WHERE public_seq > seq
LIMIT :most
""")
_TEXTS: Final = text("""
SELECT 'document_version' AS type, id, 'its text is not the one its sha256 was made of' AS says
FROM document_version WHERE sha256 IS DISTINCT FROM sha256(convert_to(text, 'UTF8')) LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: in one change (`seq`), in one record (`type` and `id`), in a table, or in the heads."""

    says: str
    seq: int | None = None
    type: str | None = None
    id: UUID | None = None

    def __str__(self) -> str:
        record = " ".join(str(part) for part in (self.type, self.id) if part)
        return f"{f'change {self.seq}' if self.seq is not None else record or 'ledger'}: {self.says}"


def unrecorded(kind: Kind) -> list[str]:
    """Columns that a record in the ledger does not have: what follows from others, and a text, kept by its hash."""
    generated = [column.name for column in table_of(kind.model).columns if column.computed is not None]
    return [*generated, *kind.derived, *([kind.apart] if kind.apart else [])]


def verify(url: str) -> list[Fault]:
    """Walk the whole chain and compare every row with its last change: what is wrong, or nothing.

    All of it in one snapshot, while others go on writing. At most FAULTS, those of the chain first. Expects a current
    schema.
    """
    engine = create_engine(url, poolclass=pool.NullPool, isolation_level="REPEATABLE READ")
    faults: list[Fault] = []
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        connection.execute(select(*(func.set_config(name, value, true()) for name, value in _SETTINGS.items())))
        for query, parameters in _checks():
            if len(faults) < FAULTS:
                rows = connection.execute(query, {**parameters, "most": FAULTS - len(faults)})
                faults += [Fault(**row._asdict()) for row in rows]
    return faults


def _checks() -> Iterator[tuple[Executable, dict[str, Any]]]:
    """The statements, each with its parameters beside `most`."""
    kinds = sorted(KINDS, key=lambda kind: kind.name)
    yield _CHAIN, {}
    yield _TRIGGERS, {"tables": [*(kind.name for kind in kinds), "change", "ledger_head"]}
    for kind in kinds:
        yield _differing(kind), {}
    yield _missing(kinds), {}
    yield _HEADS, {}
    yield _TEXTS, {}


# --- rows and their last changes -------------------------------------------------------------------------------------

_MOST: Final = bindparam("most", type_=Integer())


def _differing(kind: Kind) -> Select[Any]:
    """The rows of a table that are not as their last change left them.

    A column that a later release added is not in older records, and so not compared with them; a redacted record can't
    be compared at all, but its version can.
    """
    table = table_of(kind.model)
    record = func.to_jsonb(table.table_valued(), type_=JSONB()).op("-")(literal(unrecorded(kind), ARRAY(Text())))
    stored = select(table.c.id, table.c.version, record.label("record")).subquery("stored")
    last = (
        select(Change.seq, Change.op, Change.version, Change.record)
        .where(Change.record_id == stored.c.id, Change.type == kind.name)
        .order_by(Change.seq.desc())
        .limit(1)
        .lateral("last")
    )
    members = func.jsonb_each(case((last.c.record != stored.c.record, last.c.record)))
    member = members.table_valued(column("key", Text()), column("value", JSONB()))
    names = func.string_agg(member.c.key, aggregate_order_by(literal(", "), member.c.key))
    differing = (
        select(names.label("names"))
        .select_from(member)
        .where(member.c.value.is_distinct_from(stored.c.record[member.c.key]))
        .lateral("differing")
    )
    left_otherwise = func.coalesce(differing.c.names, "version")
    says = case(
        (last.c.seq.is_(None), "no change tells of it"),
        (last.c.op == "delete", func.format("it is there, though change %s deleted it", last.c.seq)),
        else_=func.format("it is not as its last change, %s, left it: %s", last.c.seq, left_otherwise),
    )
    return (
        select(literal(kind.name).label("type"), stored.c.id, says.label("says"))
        .select_from(stored.outerjoin(last, true()).outerjoin(differing, true()))
        .where(
            or_(
                last.c.seq.is_(None),
                last.c.op == "delete",
                last.c.version != stored.c.version,
                differing.c.names.is_not(None),
            )
        )
        .limit(_MOST)
    )


def _missing(kinds: Iterable[Kind]) -> Select[Any]:
    """The records whose last change did not delete them, and that are not there."""
    stored = union_all(
        *(select(literal(kind.name, Text()).label("type"), table_of(kind.model).c.id) for kind in kinds)
    ).subquery("stored")
    later = aliased(Change)
    says = func.format("it is gone, though its last change, %s, did not delete it", Change.seq)
    return (
        select(Change.type, Change.record_id.label("id"), says.label("says"))
        .outerjoin(stored, and_(stored.c.type == Change.type, stored.c.id == Change.record_id))
        .where(
            stored.c.id.is_(None),
            Change.op != "delete",
            ~exists().where(later.record_id == Change.record_id, later.seq > Change.seq, later.type == Change.type),
        )
        .limit(_MOST)
    )
