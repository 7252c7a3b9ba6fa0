"""The loader: one event's rows, from the tables or out of the ledger at one of its numbers, in three statements.

Both ways bring the same records in the same shape, so that a picture of the past is made as one of the present is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.derive.rules.rows import Rows
from app.errors import NotFound
from app.models import DocumentVersion
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.common import RecordRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead

READS: Final[dict[str, type[RecordRead]]] = {
    "event": EventRead,
    "event_link": EventLinkRead,
    "question": QuestionRead,
    "claim": ClaimRead,
    "claim_link": ClaimLinkRead,
    "statement": StatementRead,
    "appearance": AppearanceRead,
    "assessment": AssessmentRead,
    "document": DocumentRead,
    "document_version": VersionRead,
    "document_link": DocumentLinkRead,
    "source": SourceRead,
}
_LISTS: Final[dict[str, TypeAdapter[list[Any]]]] = {kind: TypeAdapter(list[read]) for kind, read in READS.items()}  # type: ignore[valid-type]


def _of(kind: type) -> dict[str, tuple[str, ...]]:
    """By type of record, the columns that hold this kind of value."""
    return {
        name: tuple(column for column, field in read.model_fields.items() if field.annotation in (kind, kind | None))
        for name, read in READS.items()
    }


_IDS: Final = _of(UUID)
_TIMES: Final = _of(datetime)
_OF_EVENTS: Final = (
    "question",
    "claim",
    "claim_link",
    "statement",
    "appearance",
    "appearance_hop",
    "assessment",
    "assessment_document",
)

# What later releases added: by type, the columns that older records lack, with what they would have held.
_ADDED: Final[dict[str, dict[str, Any]]] = {"report": {"made": []}}


def upgrade(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """A stored record of any release, with all the columns that its table has now."""
    return _ADDED[kind] | record if kind in _ADDED else record


def _shaped(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """Columns as the fields that they are read as."""
    match kind:
        case "claim":
            figure = {name: record[name] for name in ("qualifier", "min", "max", "of_id")}
            return record | {"figure": figure if record["qualifier"] else None}
        case "document_version":
            return record | {"sha256": record["sha256"] and record["sha256"].removeprefix("\\x")}
        case "appearance":
            return {"hops": []} | record
        case "assessment":
            return {"document_ids": []} | record
        case _:
            return record


State = Callable[..., str]


# --- the two states --------------------------------------------------------------------------------------------------
# Each answers "the rows of this table whose column has this value" in SQL; all else is asked of both in the same words.

_STORED: Final = {
    # A version's text may be long, and is no part of its record; nor are a source's folded names.
    "document_version": ", ".join(c.name for c in DocumentVersion.__table__.columns if c.name != "text"),
}


def now(kind: str, column: str, value: str, *wanted: str) -> str:
    """From the tables. The fence (OFFSET 0) keeps the planner to one look-up for each value."""
    columns = ", ".join(f"to_json(t)::text AS {w}" if w == "record" else f"t.{w}" for w in wanted)
    stored = _STORED.get(kind, "*")
    return f"(SELECT {columns} FROM (SELECT {stored} FROM {kind}) t WHERE t.{column} = {value} OFFSET 0)"  # noqa: S608


def then(kind: str, column: str, value: str, *wanted: str) -> str:
    """Out of the ledger: the last of a record's changes up to :seq, if it still bears the value and is no deletion."""
    columns = ", ".join(
        "l.record::text AS record" if w == "record" else f"(l.record->>'{w}')::uuid AS {w}" for w in wanted
    )
    last = "SELECT op, record FROM change WHERE record_id = {} AND seq <= :seq ORDER BY seq DESC LIMIT 1"
    if column == "id":
        return f"(SELECT {columns} FROM ({last.format(value)}) l WHERE l.op <> 'delete' AND l.record IS NOT NULL)"  # noqa: S608
    bears = f"record->>'{column}' = ({value})::text"
    # A link's change is filed under the event that it leads from; all else is indexed by the column itself.
    found = f"event_id = {value}" if (kind, column) == ("event_link", "from_id") else bears
    return f"""(SELECT {columns}
        FROM (SELECT DISTINCT record_id FROM change WHERE type = '{kind}' AND {found} AND seq <= :seq) c
        CROSS JOIN LATERAL ({last.format("c.record_id")}) l WHERE l.op <> 'delete' AND l.{bears})"""  # noqa: S608


# Whatever the moment, who may see something is asked of now; what is gone is judged by its last record, and what is not
# known any more is hidden.
RESTRICTED: Final = """coalesce(
    (SELECT visibility FROM event WHERE id = {id}),
    (SELECT record->>'visibility' FROM change WHERE record_id = {id} ORDER BY seq DESC LIMIT 1),
    'restricted') <> 'public'"""
_CONFIDENTIAL: Final = """coalesce(
    (SELECT confidential FROM source WHERE id = {id}),
    (SELECT (record->>'confidential')::boolean FROM change WHERE record_id = {id} ORDER BY seq DESC LIMIT 1),
    true)"""


def around(state: State) -> str:
    """The common table expression `around(kind, id)`, for WITH RECURSIVE.

    Its kinds: `merged`, the events :starts and those merged into them; `tie`, the links of these; `beyond`, the events
    at the other end, and what those were merged into; `above`, the event's parent. One recursion for all, because the
    planner takes each to be a hundred times as large as what it starts from.
    """
    # Fragments of our own, as everywhere here: what callers send is only ever bound.
    return f"""
around(kind, id) AS (
    SELECT CAST('merged' AS text), unnest(CAST(:starts AS uuid[]))
    UNION SELECT n.kind, n.id FROM around a CROSS JOIN LATERAL (
        SELECT 'merged', e.id FROM {state("event", "merged_into", "a.id", "id")} e WHERE a.kind = 'merged'
        UNION ALL SELECT v.kind, v.id FROM {state("event_link", "from_id", "a.id", "id", "to_id")} l
            CROSS JOIN LATERAL (VALUES ('tie', l.id), ('beyond', l.to_id)) v(kind, id) WHERE a.kind = 'merged'
        UNION ALL SELECT v.kind, v.id FROM {state("event_link", "to_id", "a.id", "id", "from_id")} l
            CROSS JOIN LATERAL (VALUES ('tie', l.id), ('beyond', l.from_id)) v(kind, id) WHERE a.kind = 'merged'
        UNION ALL SELECT 'beyond', e.merged_into FROM {state("event", "id", "a.id", "merged_into")} e
            WHERE a.kind = 'beyond'
        UNION ALL SELECT 'above', e.parent_id FROM {state("event", "id", "a.id", "parent_id")} e
            WHERE a.kind = 'merged' AND a.id = ANY (CAST(:starts AS uuid[]))
    ) n(kind, id) WHERE n.id IS NOT NULL)"""  # noqa: S608


def _scope(state: State) -> TextClause:
    """Which events and links there are, and which of the events are restricted.

    For what follows in the transaction: UTC, and no compiling of plans, which are small but look large to the planner.
    """
    return text(f"""
WITH RECURSIVE {around(state)}
SELECT kind, id, kind <> 'tie' AND {RESTRICTED.format(id="around.id")} AS hidden,
    set_config('timezone', 'UTC', true), set_config('jit', 'off', true)
FROM around""")  # noqa: S608


def _dispute(state: State) -> TextClause:
    """The rows of the events :merged; the events :events and the links :ties themselves."""
    if state is now:
        these = "ANY(CAST(:merged AS uuid[]))"
        own = " UNION ALL ".join(
            f"SELECT '{kind}' AS type, r.record FROM {now(kind, 'event_id', these, 'record')} r"  # noqa: S608
            for kind in _OF_EVENTS
        )
    else:
        own = """
SELECT type, record::text FROM (
    SELECT DISTINCT ON (record_id) type, op, record FROM change
    WHERE event_id = ANY(CAST(:merged AS uuid[])) AND seq <= :seq AND type NOT IN ('event', 'event_link')
    ORDER BY record_id, seq DESC) last WHERE op <> 'delete' AND record IS NOT NULL"""
    return text(f"""{own}
UNION ALL SELECT 'event', e.record FROM unnest(CAST(:events AS uuid[])) x(id)
    CROSS JOIN LATERAL {state("event", "id", "x.id", "record")} e
UNION ALL SELECT 'event_link', l.record FROM unnest(CAST(:ties AS uuid[])) x(id)
    CROSS JOIN LATERAL {state("event_link", "id", "x.id", "record")} l""")  # noqa: S608


def _cited(state: State) -> TextClause:
    """The documents that :documents lead to, the sources that these and :sources lead to, and whom to mask.

    The kinds of its one recursion: `cited`, with what that was merged into and what was merged into that; `reached`,
    what these were made out of; `source`; and `led`, what the source `whose` is merged into now.
    """
    return text(f"""
WITH RECURSIVE reach(kind, id, whose) AS (
    (SELECT CAST('cited' AS text), unnest(CAST(:documents AS uuid[])), CAST(NULL AS uuid)
    UNION ALL SELECT 'source', unnest(CAST(:sources AS uuid[])), NULL)
    UNION SELECT n.kind, n.id, n.whose FROM reach r CROSS JOIN LATERAL (
        SELECT v.kind, v.id, CAST(NULL AS uuid) FROM {state("document", "id", "r.id", "merged_into", "publisher_id")} d
            CROSS JOIN LATERAL (VALUES (r.kind, d.merged_into), ('source', d.publisher_id)) v(kind, id)
            WHERE r.kind IN ('cited', 'reached')
        UNION ALL SELECT r.kind, d.id, NULL FROM {state("document", "merged_into", "r.id", "id")} d
            WHERE r.kind IN ('cited', 'reached')
        UNION ALL SELECT 'reached', l.to_id, NULL FROM {state("document_link", "from_id", "r.id", "to_id")} l
            WHERE r.kind IN ('cited', 'reached')
        UNION ALL SELECT 'source', v.id, NULL FROM {state("source", "id", "r.id", "merged_into", "parent_id")} s
            CROSS JOIN LATERAL (VALUES (s.merged_into), (s.parent_id)) v(id) WHERE r.kind = 'source'
        UNION ALL SELECT 'led', r.id, r.id WHERE r.kind = 'source'
        UNION ALL SELECT 'led', s.merged_into, r.whose FROM {now("source", "id", "r.id", "merged_into")} s
            WHERE r.kind = 'led'
    ) n(kind, id, whose) WHERE n.id IS NOT NULL),
documents(id) AS (SELECT DISTINCT id FROM reach WHERE kind IN ('cited', 'reached')),
hidden(id, own) AS (
    SELECT whose, bool_or(whose = id) FROM reach
    WHERE kind = 'led' AND {_CONFIDENTIAL.format(id="reach.id")} GROUP BY whose)
SELECT 'document' AS type, d.record FROM documents x CROSS JOIN LATERAL {state("document", "id", "x.id", "record")} d
UNION ALL SELECT 'document_version', v.record FROM reach x
    CROSS JOIN LATERAL {state("document_version", "document_id", "x.id", "record")} v WHERE x.kind = 'cited'
UNION ALL SELECT 'document_link', l.record FROM documents x
    CROSS JOIN LATERAL {state("document_link", "from_id", "x.id", "record")} l
UNION ALL SELECT 'source', s.record FROM reach x
    CROSS JOIN LATERAL {state("source", "id", "x.id", "record")} s WHERE x.kind = 'source'
UNION ALL SELECT 'mask',
    json_build_object('event', e.id, 'source', h.id, 'own', h.own, 'mask', masked(e.id, h.id))::text
    FROM hidden h CROSS JOIN unnest(CAST(:merged AS uuid[])) e(id)""")  # noqa: S608


_SCOPE: Final = {False: _scope(now), True: _scope(then)}
_DISPUTE: Final = {False: _dispute(now), True: _dispute(then)}
_CITED: Final = {False: _cited(now), True: _cited(then)}


# --- loading ---------------------------------------------------------------------------------------------------------

_Records = dict[str, list[dict[str, Any]]]


async def load(session: AsyncSession, event_id: UUID, seq: int | None = None, *others: UUID) -> Rows:
    """All rows of one event's pictures: those of now, or those that the ledger had at `seq`.

    `others`: events whose rows are wanted beside, for what is asked across events. Raises NotFound if there was no such
    event.
    """
    past, at = seq is not None, {} if seq is None else {"seq": seq}
    scope = (await session.execute(_SCOPE[past], {"starts": [event_id, *others], **at})).all()
    ids: dict[str, list[UUID]] = defaultdict(list)
    for kind, id_, *_ in scope:
        ids[kind].append(id_)
    events = {"merged": ids["merged"], "events": [*{*ids["merged"], *ids["beyond"]}], "ties": ids["tie"]}
    records = await _records(session, _DISPUTE[past], events | at)
    if not any(record["id"] == str(event_id) for record in records["event"]):
        raise NotFound("There was no such event then." if past else "There is no such event.")
    cited = {"documents": _documents(records), "sources": _sources(records), "merged": ids["merged"]}
    about = await _records(session, _CITED[past], cited | at)
    return _rows(
        event_id, records | about, frozenset(ids["merged"]), frozenset(id_ for _, id_, hidden, *_ in scope if hidden)
    )


async def _records(session: AsyncSession, query: TextClause, given: dict[str, Any]) -> _Records:
    """What the query finds, by type."""
    found = (await session.execute(query, given)).all()
    records: _Records = defaultdict(list)
    for row, record in zip(found, from_json(f"[{','.join(row.record for row in found)}]"), strict=True):
        records[row.type].append(record)
    return records


def _documents(records: _Records) -> list[str]:
    named = {record["document_id"] for kind in ("appearance", "assessment_document") for record in records[kind]}
    named |= {record["withdrawn_document_id"] for record in records["statement"]}
    return [id_ for id_ in named if id_]


def _sources(records: _Records) -> list[str]:
    named = {record["source_id"] for kind in ("statement", "appearance_hop") for record in records[kind]}
    named |= {record["author_id"] for record in records["assessment"]}
    return [id_ for id_ in named if id_]


def _rows(event_id: UUID, records: _Records, merged: frozenset[UUID], restricted: frozenset[UUID]) -> Rows:
    hops, evidence = (
        _by(records["appearance_hop"], "appearance_id"),
        _by(records["assessment_document"], "assessment_id"),
    )
    for appearance in records["appearance"]:
        appearance["hops"] = sorted(hops.get(appearance["id"], ()), key=lambda hop: (hop["step"], hop["id"]))
    for assessment in records["assessment"]:
        assessment["document_ids"] = sorted(record["document_id"] for record in evidence.get(assessment["id"], ()))
    masks, ids = records.pop("mask", []), dict[str, UUID]()
    found = {kind: read(kind, records[kind], ids) for kind in READS}
    return Rows(
        event_id=event_id,
        events={row.id: row for row in found["event"]},
        merged=merged,
        event_links=found["event_link"],
        questions=found["question"],
        claims=found["claim"],
        claim_links=found["claim_link"],
        statements=found["statement"],
        appearances=found["appearance"],
        assessments=found["assessment"],
        documents={row.id: row for row in found["document"]},
        versions=found["document_version"],
        document_links=found["document_link"],
        sources={row.id: row for row in found["source"]},
        restricted=restricted,
        confidential=frozenset(UUID(mask["source"]) for mask in masks if mask["own"]),
        absorbed=frozenset(UUID(mask["source"]) for mask in masks if not mask["own"]),
        masks={(UUID(mask["event"]), UUID(mask["source"])): UUID(mask["mask"]) for mask in masks},
    )


def read(kind: str, records: list[dict[str, Any]], ids: dict[str, UUID]) -> list[Any]:
    """Stored records of one type as they are read now. `ids`: those known so far.

    Every id is one object, however many rows name it: rules look up hardly anything else. And all times have one object
    for their time zone, which is UTC: comparing two that have not takes ten times as long.
    """
    shaped = [_shaped(kind, upgrade(kind, record)) for record in records]
    for record in shaped:
        for name in _IDS[kind]:
            if (value := record[name]) is not None:
                record[name] = ids.get(value) or ids.setdefault(value, UUID(value))
        for name in _TIMES[kind]:
            if (value := record[name]) is not None:
                record[name] = datetime.fromisoformat(value)
    return _LISTS[kind].validate_python(shaped)


def _by(records: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for record in records:
        found[record[column]].append(record)
    return found
