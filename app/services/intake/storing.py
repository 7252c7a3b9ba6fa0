"""Sets of records into their tables: one statement a table, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import ARRAY, Row, TextClause, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.connections.conversation import Sent
from app.database import ask, send
from app.models import (
    Appearance,
    Base,
    Claim,
    Document,
    Record,
    Source,
    Statement,
    table_of,
)
from app.schemas.kinds import kind_of
from app.services.intake import remarks
from app.services.intake.drafts import Batch, Draft
from app.vocabulary import COUNTRY_SYNONYMS

# What a later mention of the same record never fills in, beside what says which record it is.
_UNTOLD: Final = frozenset({"id", "version", "created_at", "updated_at", "redacted"})
_NEVER_FILLED: Final = _UNTOLD | {"merged_into", "selector", "report_id"}
_NEVER_SET: Final = _UNTOLD | {"event_id", "from_id", "to_id"}
# What may follow on any other state of a column, and contradicts none: a document that is retracted had stood before.
FOLLOWING: Final[dict[tuple[type[Base], str], str]] = {(Document, "lifecycle"): "retracted"}
# What another mention adds to, where the one that is there stays: see `aliases`.
GROWING: Final = frozenset({(Source, "aliases")})
# Told later, a retraction is filled in as a whole.
_RETRACTING: Final = "t.lifecycle <> 'retracted' AND d.lifecycle = 'retracted' AND d.retracted IS NOT NULL"
_OF_RETRACTION: Final = "d.lifecycle = 'retracted'"
# A gap is filled with what is of the same document or event only: after a merge it need not be.
_ONLY_WHERE: Final[dict[tuple[type[Base], str], str]] = {
    (Appearance, "version_id"): "coalesce(t.document_id, d.document_id) = d.document_id",
    (Claim, "question_id"): "EXISTS (SELECT FROM question q WHERE q.id = d.question_id AND q.event_id = t.event_id "
    "AND (q.measure IS NULL) = (t.qualifier IS NULL))",
    (Statement, "supersedes_id"): "EXISTS ("
    "SELECT FROM statement o WHERE o.id = d.supersedes_id AND o.event_id = t.event_id AND o.id <> t.id)",
    **{(Document, name): _RETRACTING for name in ("retracted", "retracted_from", "retracted_to")},
    **{(Document, name): _OF_RETRACTION for name in ("retracted_reason", "retraction_url")},
}
# A stored row `t` and a draft `d` have one country, as `vocabulary.country_key` has it.
_CURRENT_CODES: Final = " ".join(f"WHEN '{synonym}' THEN '{code}'" for synonym, code in COUNTRY_SYNONYMS.items())
_SAME_COUNTRY: Final = f"CASE t.country {_CURRENT_CODES} ELSE t.country END = d.country"
_EMPTY: Final[tuple[Any, ...]] = ({}, [])


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as one parameter: an array of objects, as jsonb_populate_record takes them."""
    return to_json([_with_hex(row) if bytes in map(type, row.values()) else row for row in rows]).decode()


def _with_hex(row: Mapping[str, Any]) -> dict[str, Any]:
    """Bytes as PostgreSQL reads a bytea from a text."""
    return {name: f"\\x{value.hex()}" if type(value) is bytes else value for name, value in row.items()}


def drafted(model: type[Base]) -> str:
    """The drafts of a statement's `rows` parameter, as rows `d` of their table and as raw objects `r`."""
    return (
        f"jsonb_array_elements(CAST(:rows AS jsonb)) AS r, jsonb_populate_record(NULL::{model.__tablename__}, r) AS d"
    )


def _row_of(model: type[Base]) -> str:
    """The stored row `t` of each draft, by its key, whatever was known of the table when the plan was made."""
    return f"LATERAL (SELECT * FROM {model.__tablename__} WHERE id = d.id OFFSET 0) t"  # noqa: S608


def written_columns(model: type[Base]) -> list[Any]:
    """Those of a table that are written: not what the database computes."""
    return [column for column in table_of(model).columns if column.computed is None]


@lru_cache
def _inserting(model: type[Base]) -> TextClause:
    # The order of the drafts is the order in which the ledger numbers them: by id, and ids grow with time.
    return text(inserting(model, f"json_populate_recordset(NULL::{model.__tablename__}, CAST(:rows AS json)) AS d"))


def inserting(model: type[Base], drafts: str) -> str:
    """SQL that stores the rows `d` of drafts. A column that a draft leaves out has the table's own default."""
    names = ", ".join(column.name for column in written_columns(model))
    values = ", ".join(map(_value, written_columns(model)))
    return f"INSERT INTO {model.__tablename__} ({names}) SELECT {values} FROM {drafts}"  # noqa: S608


def _value(column: Any) -> str:
    """What a draft has in a column, or the column's default."""
    if column.nullable or column.server_default is None:
        return f"d.{column.name}"
    return f"coalesce(d.{column.name}, {_default(column)})"


def _default(column: Any) -> str:
    default = column.server_default.arg
    if not isinstance(default, str):
        return str(default)
    return default if column.type.python_type in (int, bool) else f"'{default}'"


@lru_cache
def _filled(model: type[Record]) -> dict[str, tuple[str, str]]:
    """For each column that a later mention can fill: what it becomes, and whether it has a gap to be filled."""
    left_out = _NEVER_FILLED.union(kind_of(model).identity)
    filled: dict[str, tuple[str, str]] = {}
    for column in written_columns(model):
        name = column.name
        if column.nullable and name not in left_out:
            gap = f"t.{name} IS NULL AND d.{name} IS NOT NULL AND {_ONLY_WHERE.get((model, name), 'true')}"
        elif (model, name) == (Document, "lifecycle"):
            gap = _RETRACTING
        elif empty := _empty_default(column):
            gap = f"t.{name} = '{empty}' AND d.{name} IS NOT NULL"
        else:
            continue
        filled[name] = (f"CASE WHEN {gap} THEN d.{name} ELSE t.{name} END", gap)
    return filled


def _gaps(model: type[Record]) -> str:
    return " OR ".join(f"({gap})" for _, gap in _filled(model).values())


# The others are what stands in the record: they are matched with it.
_POINTERS_COMPARED: Final = frozenset((
    "parent_id", "publisher_id", "question_id", "claim_id", "source_id", "of_id", "supersedes_id",
    "withdrawn_document_id",
))  # fmt: skip


@lru_cache
def _compared(model: type[Record]) -> dict[str, str]:
    """For each column that is told about: whether a draft says otherwise than the record."""
    kind = kind_of(model)
    compared: dict[str, str] = {}
    for column in written_columns(model):
        name, target = column.name, kind.points_at.get(column.name)
        if remarks.is_silent(name) or name == kind.apart or (target and name not in _POINTERS_COMPARED):
            continue
        stored = f"{target.__tablename__}_root(t.{name})" if target and kind_of(target).mergeable else f"t.{name}"
        contained = isinstance(column.type, ARRAY | JSONB)  # of these more may be stored than the draft says
        differs = f"NOT t.{name} @> d.{name}" if contained else f"{stored} IS DISTINCT FROM d.{name}"
        if name == "country":
            differs = f"NOT ({_SAME_COUNTRY})"
        gap = "false" if kind.fixed else f"t.{name} IS NULL"  # what never changes has no gaps to be filled
        compared[name] = f"d.{name} IS NOT NULL AND NOT {gap} AND {differs}"
    return compared


@lru_cache
def _comparing(model: type[Record]) -> TextClause:
    """What each row of drafts would fill in its record, and what it says otherwise; only rows that do either."""
    compared, filled = _compared(model), {} if kind_of(model).fixed else _filled(model)
    fills = ", ".join(f"CASE WHEN {gap} THEN '{name}' END" for name, (_, gap) in filled.items())
    differs = ", ".join(
        f"CASE WHEN {check} THEN '{name}' END"
        if name not in filled
        else f"CASE WHEN {check} AND NOT coalesce({filled[name][1]}, false) THEN '{name}' END"
        for name, check in compared.items()
    )
    stored = ", ".join(f"'{name}', t.{name}" for name in compared)
    return text(
        f"SELECT (r->>'row')::int AS row, fills, differs, jsonb_build_object({stored}) AS stored "  # noqa: S608
        f"FROM {drafted(model)}, {_row_of(model)} CROSS JOIN LATERAL (SELECT "
        f"array_remove(ARRAY[{fills}]::text[], NULL) AS fills, array_remove(ARRAY[{differs}]::text[], NULL) AS differs"
        ") said WHERE fills <> '{}' OR differs <> '{}' ORDER BY 1"
    )


@lru_cache
def _completing(model: type[Record]) -> TextClause:
    """Fill what is empty and overwrite nothing; gives the ids of the rows that had something to fill."""
    sets = ", ".join(f"{name} = {value}" for name, (value, _) in _filled(model).items())
    return text(
        f"UPDATE {model.__tablename__} t SET {sets} FROM {drafted(model)} "  # noqa: S608
        f"WHERE t.id = d.id AND ({_gaps(model)}) RETURNING t.id"
    )


@lru_cache
def _completed(model: type[Record]) -> TextClause:
    filled = _filled(model)
    columns = (
        f"{filled[column.name][0]} AS {column.name}" if column.name in filled else f"t.{column.name}"
        for column in written_columns(model)
    )
    return text(
        f"SELECT {', '.join(columns)}, ({_gaps(model)}) AS completed "  # noqa: S608
        f"FROM {drafted(model)}, {_row_of(model)}"
    )


def _empty_default(column: Any) -> str | None:
    """`{}` or `[]` where that is a column's default: an object or a list that nobody has filled yet."""
    default = None if column.nullable or column.server_default is None else str(column.server_default.arg)
    return default if default in ("{}", "[]") else None


def would_stay(earlier: Draft, draft: Draft) -> bool:
    """Whether a draft tells what it could not if the earlier one were stored: that assumes it, or has its default.

    Nor could it tell who speaks in a document that nobody is named to have published.
    """
    filled = _filled(draft.model).keys() - {"publisher_id"}
    names = {name for name in draft.told - draft.assumed if draft.value(name) not in (None, *_EMPTY)}
    return any(name in earlier.assumed or (earlier.value(name) is None and name not in filled) for name in names)


@lru_cache
def _inserting_and_giving(model: type[Record]) -> TextClause:
    shown = ", ".join(name for name in kind_of(model).columns if name != kind_of(model).apart)
    giving = f"RETURNING {shown}, (SELECT redactions FROM ledger_head WHERE one) AS redactions"  # noqa: S608
    return text(f"{_inserting(model).text} {giving}")


async def insert(
    session: AsyncSession, model: type[Record], drafts: Sequence[Draft], *, giving: bool = False
) -> Sent | None:
    """Send new records to be stored. `giving`: it gives them as they are then, with the ledger's `redactions`."""
    if not drafts:
        return None
    statement = _inserting_and_giving if giving else _inserting
    rows = as_json({"id": draft.id, **draft.values} for draft in drafts)
    return await send(session, statement(model), {"rows": rows})


async def complete(session: AsyncSession, batch: Batch, model: type[Record], drafts: Sequence[Draft]) -> None:
    """Fill the gaps of records that were there with what the drafts say; outcome `completed` where there was one.

    What is filled, and what a draft says otherwise than the record, is noted for the answer.
    """
    sayings = _sayings((draft for draft in drafts if draft.same_as is None), batch.decided)
    if not sayings or kind_of(model).read is None:  # a part, or a report
        return
    rows = as_json({**values, "id": draft.id, "row": n} for n, (draft, values) in enumerate(sayings))
    compared = await ask(session, _comparing(model), {"rows": rows})
    for row in compared:
        draft, values = sayings[row.row]
        for name in (name for name in row.differs if (model, name) not in GROWING):
            remarks.not_taken(batch, draft, name, row.stored[name], values[name])
    await _fill(session, batch, model, drafts, [(*sayings[row.row], row.fills) for row in compared if row.fills])


async def _fill(
    session: AsyncSession,
    batch: Batch,
    model: type[Record],
    drafts: Sequence[Draft],
    filling: Sequence[tuple[Draft, Mapping[str, Any], Sequence[str]]],
) -> None:
    """Fill gaps. `filling`: what a draft says, and which columns that fills, if no draft before it does."""
    if not filling:
        return
    filled_with: dict[tuple[UUID, str], Any] = {}
    filling_lines = set[tuple[UUID, int]]()
    for draft, values, names in filling:
        for name in names:
            key, value = (draft.id, name), values[name]
            if key not in filled_with:
                filled_with[key] = value
                filling_lines.add((draft.id, draft.line))
                batch.gave.add((draft.line, *key))
                remarks.completed(batch, draft, name, value, follows=(draft.model, name) in FOLLOWING)
            elif value != filled_with[key] and (model, name) not in GROWING:
                remarks.not_taken(batch, draft, name, filled_with[key], value)
    ids = {draft.id for draft, _, _ in filling}
    to_fill = [draft for draft in drafts if draft.id in ids]
    await send(session, _completing(model), {"rows": as_json(_to_fill(to_fill, batch.decided))})
    for draft in to_fill:
        if (draft.id, draft.line) in filling_lines:
            draft.outcome = "completed"


async def replace(session: AsyncSession, model: type[Record], rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set columns of records, each those that it is given; an empty one has its default again."""
    values = as_json({"id": id_, **row, "set": list(row)} for id_, row in rows.items())
    await ask(session, _replacing(model), {"rows": values})


@lru_cache
def _replacing(model: type[Record]) -> TextClause:
    sets = ", ".join(
        f"{column.name} = CASE WHEN r->'set' ? '{column.name}' THEN {_value(column)} ELSE t.{column.name} END"
        for column in written_columns(model)
        if column.name not in _NEVER_SET
    )
    return text(f"UPDATE {model.__tablename__} t SET {sets} FROM {drafted(model)} WHERE t.id = d.id")  # noqa: S608


async def as_completed(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: Sequence[Draft]
) -> Sequence[Row[Any]]:
    """The rows as `complete` will leave them, each with whether it has a gap to be filled: `completed`."""
    rows = _to_fill(drafts, batch.decided)
    return await ask(session, _completed(model), {"rows": as_json(rows)}) if rows else []


def _said(draft: Draft, decided: Collection[tuple[UUID, str]]) -> dict[str, Any]:
    """What a draft says, but for what is decided already; an empty object or list says as little as a null."""
    return {
        name: value
        for name, value in draft.values.items()
        if value is not None
        and (value or not isinstance(value, dict | list))
        and not (decided and (draft.id, name) in decided)
    }


def _to_fill(drafts: Iterable[Draft], decided: Collection[tuple[UUID, str]]) -> list[dict[str, Any]]:
    """Merge the drafts of each record into one row; the first value of a column wins."""
    rows: dict[UUID, dict[str, Any]] = {}
    for draft in drafts:
        rows[draft.id] = _said(draft, decided) | rows.get(draft.id, {})
    return [{**values, "id": id_} for id_, values in rows.items()]


def _sayings(drafts: Iterable[Draft], decided: Collection[tuple[UUID, str]]) -> list[tuple[Draft, dict[str, Any]]]:
    """Each draft with what was given of it, but for those that repeat an earlier one of the same body."""
    sayings: dict[tuple[UUID, int], list[tuple[Draft, dict[str, Any]]]] = defaultdict(list)
    for draft in drafts:
        left_out = {kind_of(draft.model).apart, *draft.assumed}
        said = {name: value for name, value in _said(draft, decided).items() if name not in left_out}
        of_record = sayings[draft.id, draft.line]
        if all(said != earlier for _, earlier in of_record):
            of_record.append((draft, said))
    return list(chain.from_iterable(sayings.values()))


async def merge(session: AsyncSession, model: type[Record], drafts: Iterable[Draft]) -> None:
    """Set `merged_into` of records that were restored before the record that they were merged into."""
    merged = [draft for draft in drafts if draft.restored and draft.value("merged_into")]
    if merged:
        rows = as_json({"id": draft.id, "merged_into": draft.values["merged_into"]} for draft in merged)
        await ask(session, _merging(model), {"rows": rows})


@lru_cache
def _merging(model: type[Base]) -> TextClause:
    return text(
        f"UPDATE {model.__tablename__} t SET merged_into = d.merged_into FROM {drafted(model)} "  # noqa: S608
        "WHERE t.id = d.id AND t.merged_into IS NULL"
    )


# --- chains of who passed words on -----------------------------------------------------------------------------------

# A step that was only found is proposed: nobody has said it, and so it holds nothing.
_CHAINED: Final = text("""
SELECT h.appearance_id AS id, bool_and(h.how_known = 'similarity' AND h.state = 'proposed') AS proposed,
    array_agg(source_root(h.source_id) ORDER BY h.step) AS sources
FROM appearance_hop h WHERE h.appearance_id = ANY(CAST(:appearances AS uuid[])) GROUP BY h.appearance_id""")
_UNCHAIN: Final = text("DELETE FROM appearance_hop WHERE appearance_id = ANY(CAST(:appearances AS uuid[]))")


async def unwritten_hops(session: AsyncSession, batch: Batch, drafts: list[Draft]) -> list[Draft]:
    """A chain is written once: an appearance that has one keeps it, unless it was only proposed and this one is not.

    Such a one is deleted here, before the other is stored: a step's number stands only once in a chain.
    """
    appearances = {draft.values["appearance_id"] for draft in drafts}
    said = {draft.values["appearance_id"] for draft in drafts if draft.value("state") != "proposed"}
    rows = await ask(session, _CHAINED, {"appearances": list(appearances)})
    giving_way = set() if batch.dry else {row.id for row in rows if row.proposed and row.id in said}
    if giving_way:
        await ask(session, _UNCHAIN, {"appearances": list(giving_way)})
    chained = {row.id for row in rows} - giving_way
    _note_other_chains(batch, drafts, {row.id: row.sources for row in rows if row.id in chained})
    unwritten, steps = list[Draft](), set[tuple[UUID, int]]()
    for draft in drafts:
        step = (draft.values["appearance_id"], draft.values["step"])
        if step[0] in chained or step in steps:
            draft.outcome = "matched"
        else:
            steps.add(step)
            unwritten.append(draft)
    return unwritten


def _note_other_chains(batch: Batch, drafts: Iterable[Draft], sources_of: Mapping[UUID, Sequence[UUID]]) -> None:
    """Note the chains that were given for an appearance that has another one. `sources_of`: the stored chains."""
    chains: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.values["appearance_id"] in sources_of:
            chains[draft.pointer.rpartition("/")[0]].append(draft)
    for pointer, hops in chains.items():
        if [hop.values["source_id"] for hop in hops] != sources_of[hops[0].values["appearance_id"]]:
            batch.note("not_taken", pointer, "This chain was not taken: the appearance has another one, which stays.")
