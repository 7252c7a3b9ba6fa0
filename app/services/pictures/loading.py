"""The loader: one event's rows, from the tables or out of the ledger at one of its numbers, in two statements.

Both ways bring the same records in the same shape, so that a picture of the past is made as one of the present is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import TextClause, text

from app import threads
from app.database import Askable, ask, take_large_turn
from app.derive.rules.rows import Rows
from app.errors import NotFound
from app.models import Document, Record, Source
from app.schemas import kinds
from app.services.pictures import assembling
from app.services.pictures.assembling import Loaded, Records

State = Callable[..., str]
"""`now` or `then`: makes the SQL that reads rows from the tables, or as the ledger had them."""
_EVENT_KINDS: Final = [kind.name for kind in kinds.KINDS if kind.in_event]
# What is long, or for matching alone, and no part of a record is not read with it.
_READ_COLUMNS: Final = {
    kind.name: ", ".join(column for column in kind.columns if column not in {kind.apart, *kind.derived})
    for kind in kinds.KINDS
    if kind.apart is not None or kind.derived
}
# One parser run over many records is several times as fast as one for each, and one of all keeps the others waiting.
_RECORDS_AT_ONCE: Final = 500
_LARGE_CHARACTERS: Final = 1_000_000  # of records, about a thousand statements: the picture is a large one
_FEW_CHARACTERS: Final = 250_000  # parsed in half a millisecond: the way to a thread and back takes as long
_FEW_RECORDS: Final = 1_000


def in_parts(records: str) -> TextClause:
    """The query `records`, which has `type` and `record`, with many records of one type in a row: `type`, `records`."""
    return text(f"""
SELECT type, string_agg(record, ',') AS records
FROM (SELECT type, record, row_number() OVER () / {_RECORDS_AT_ONCE} AS part FROM ({records}) r) r
GROUP BY part, type ORDER BY part""")  # noqa: S608


# --- the two states --------------------------------------------------------------------------------------------------
# Each answers "these columns of the rows of this table whose column has this value" in SQL; the column `record` is the
# whole row as JSON. All else is asked of both in the same words.


def now(kind: str, column: str, value: str, *columns: str) -> str:
    """From the tables. The fence (OFFSET 0) keeps the planner to one look-up for each value."""
    outputs = ", ".join(f"to_json(t)::text AS {name}" if name == "record" else f"t.{name}" for name in columns)
    table = f"(SELECT {_READ_COLUMNS.get(kind, '*')} FROM {kind})"  # noqa: S608
    return f"(SELECT {outputs} FROM {table} t WHERE t.{column} = {value} OFFSET 0)"  # noqa: S608


# What a change `l` says. Of what was redacted since, what was left of it then: it stands on the same, and says no more.
_SAYS: Final = """coalesce(l.record, CASE WHEN l.op <> 'delete' THEN (
    SELECT record FROM change n WHERE n.record_id = l.record_id AND n.seq > l.seq AND n.op <> 'delete'
    AND n.record IS NOT NULL ORDER BY n.seq LIMIT 1) END) AS record"""


def then(kind: str, column: str, value: str, *columns: str) -> str:
    """Out of the ledger: the last of a record's changes up to :seq, if it still bears the value and is no deletion."""
    outputs = ", ".join(
        "l.record::text AS record" if name == "record" else f"(l.record->>'{name}')::uuid AS {name}" for name in columns
    )
    last = f"""SELECT l.op, {_SAYS} FROM (
        SELECT record_id, seq, op, record FROM change WHERE record_id = {{}} AND seq <= :seq
        ORDER BY seq DESC LIMIT 1) l"""  # noqa: S608
    if column == "id":
        return f"(SELECT {outputs} FROM ({last.format(value)}) l WHERE l.op <> 'delete' AND l.record IS NOT NULL)"  # noqa: S608
    bears = f"record->>'{column}' = ({value})::text"
    # A link's change is filed under the event that it leads from; all else is indexed by the column itself. Of what was
    # redacted since, only a change after :seq still says it.
    candidates = f"event_id = {value}" if (kind, column) == ("event_link", "from_id") else bears
    return f"""(SELECT {outputs}
        FROM (SELECT DISTINCT record_id FROM change WHERE type = '{kind}' AND {candidates}) c
        CROSS JOIN LATERAL ({last.format("c.record_id")}) l WHERE l.op <> 'delete' AND l.{bears})"""  # noqa: S608


# Whatever the moment, who may see something is asked of now; what is gone is judged by its last record, and what is not
# known any more is hidden.
_RESTRICTED: Final = """coalesce(
    (SELECT visibility FROM event WHERE id = {id}),
    (SELECT record->>'visibility' FROM change WHERE record_id = {id} ORDER BY seq DESC LIMIT 1),
    'restricted') <> 'public'"""
_CONFIDENTIAL: Final = """coalesce(
    (SELECT confidential FROM source WHERE id = {id}),
    (SELECT (record->>'confidential')::boolean FROM change WHERE record_id = {id} ORDER BY seq DESC LIMIT 1),
    true)"""


def _around(state: State) -> str:
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


def _dispute(state: State) -> TextClause:
    """The rows of the events :starts and of those merged into them, with the events and links around these.

    Beside the records there is `around`: what is there, and which of the events are restricted.
    """
    if state is now:
        event_ids = "ANY(ARRAY(SELECT id FROM around WHERE kind = 'merged'))"
        rows = " UNION ALL ".join(
            f"SELECT '{kind}' AS type, r.record FROM {now(kind, 'event_id', event_ids, 'record')} r"  # noqa: S608
            for kind in _EVENT_KINDS
        )
    else:
        # The ledger files all changes of an event under it, so that one walk over an index finds them.
        rows = f"""
SELECT type, record::text FROM (SELECT l.type, l.op, {_SAYS} FROM (
    SELECT DISTINCT ON (record_id) record_id, seq, type, op, record FROM change
    WHERE event_id = ANY(ARRAY(SELECT id FROM around WHERE kind = 'merged')) AND seq <= :seq
        AND type NOT IN ('event', 'event_link')
    ORDER BY record_id, seq DESC) l) last WHERE op <> 'delete' AND record IS NOT NULL"""  # noqa: S608
    return in_parts(f"""
WITH RECURSIVE {_around(state)}
{rows}
UNION ALL SELECT 'event', e.record FROM (SELECT DISTINCT id FROM around WHERE kind IN ('merged', 'beyond')) x
    CROSS JOIN LATERAL {state("event", "id", "x.id", "record")} e
UNION ALL SELECT 'event_link', l.record FROM (SELECT id FROM around WHERE kind = 'tie') x
    CROSS JOIN LATERAL {state("event_link", "id", "x.id", "record")} l
UNION ALL SELECT 'around', json_build_object('kind', kind, 'id', id,
    'restricted', kind <> 'tie' AND {_RESTRICTED.format(id="around.id")})::text FROM around""")  # noqa: S608


def _cited(state: State) -> TextClause:
    """The documents that :documents lead to, the sources that these and :sources lead to, and whom to mask.

    The kinds of its one recursion: `cited`, with what that was merged into and what was merged into that; `reached`,
    what these were made out of; `source`; `borne`, what was merged into the source `whose`; and `led`, what that one is
    merged into now. A link between what two sources bear is given as one between these.
    """
    return in_parts(f"""
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
        UNION ALL SELECT 'borne', s.id, coalesce(r.whose, r.id)
            FROM {state("source", "merged_into", "r.id", "id")} s WHERE r.kind IN ('source', 'borne')
        UNION ALL SELECT 'led', s.merged_into, coalesce(r.whose, r.id)
            FROM {now("source", "id", "r.id", "merged_into")} s WHERE r.kind IN ('source', 'led')
    ) n(kind, id, whose) WHERE n.id IS NOT NULL),
documents(id) AS (SELECT DISTINCT id FROM reach WHERE kind IN ('cited', 'reached')),
borne(id, whose) AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, coalesce(whose, id) AS whose FROM reach WHERE kind IN ('source', 'borne')
    ORDER BY id, coalesce(whose, id) = id DESC, whose),
hidden(id, own) AS (
    SELECT coalesce(whose, id), bool_or(whose IS NULL) FROM reach
    WHERE kind IN ('source', 'led') AND {_CONFIDENTIAL.format(id="reach.id")} GROUP BY 1)
SELECT 'document' AS type, d.record FROM documents x CROSS JOIN LATERAL {state("document", "id", "x.id", "record")} d
UNION ALL SELECT 'document_version', v.record FROM reach x
    CROSS JOIN LATERAL {state("document_version", "document_id", "x.id", "record")} v WHERE x.kind = 'cited'
UNION ALL SELECT 'document_link', l.record FROM documents x
    CROSS JOIN LATERAL {state("document_link", "from_id", "x.id", "record")} l
UNION ALL SELECT 'source', s.record FROM reach x
    CROSS JOIN LATERAL {state("source", "id", "x.id", "record")} s WHERE x.kind = 'source'
UNION ALL SELECT 'source_link',
    (CAST(l.record AS jsonb) || jsonb_build_object('from_id', x.whose, 'to_id', y.whose))::text FROM borne x
    CROSS JOIN LATERAL {state("source_link", "from_id", "x.id", "to_id", "record")} l JOIN borne y ON y.id = l.to_id
UNION ALL SELECT 'mask',
    json_build_object('event', e.id, 'source', h.id, 'own', h.own, 'mask', masked(e.id, h.id))::text
    FROM hidden h CROSS JOIN unnest(CAST(:merged AS uuid[])) e(id)""")  # noqa: S608


def _heads(state: State) -> TextClause:
    """The newest change of each event that a picture of :starts shows, and that of the directory, with all redactions.

    Whatever the moment it is of: who may see something is asked of now. What was once merged into the event counts,
    too: that it no longer is changes the picture. Nothing, if the event :event was not there then. Not for :all events:
    restricted ones are `hidden`. :has says what moves: see `moments.scopes_held`.
    """
    if_recorded = "" if state is now else f"WHERE EXISTS {state('event', 'id', 'CAST(:event AS uuid)', 'id')}"
    return text(f"""
WITH RECURSIVE {_around(state)}
SELECT kind, id, CASE WHEN CAST(:has AS integer) = 0 THEN h.public_seq ELSE h.seq END AS seq,
    (SELECT redactions + (ARRAY[directory_public, directory_read, directory])[CAST(:has AS integer) + 1]
        FROM ledger_head) AS directory,
    NOT CAST(:all AS boolean) AND {_RESTRICTED.format(id="shown.id")} AS hidden
FROM (SELECT kind, id FROM around WHERE kind <> 'tie' UNION SELECT 'once', c.record_id FROM around a
    CROSS JOIN LATERAL (
        SELECT record_id FROM change WHERE type = 'event' AND record->>'merged_into' = a.id::text OFFSET 0) c
    WHERE a.kind = 'merged') shown LEFT JOIN event_head h ON h.event_id = id
{if_recorded} ORDER BY kind, id""")  # noqa: S608


def _citing(state: State) -> TextClause:
    """The document :document after merges, all versions of it, and the events that it is cited in, after merges.

    Of what was merged into it, what no public event cites now is `hidden`; so is a publisher that is protected now, or
    not known any more.
    """
    return text(f"""
WITH RECURSIVE up(id, next) AS (
    SELECT d.id, d.merged_into FROM {state("document", "id", "CAST(:document AS uuid)", "id", "merged_into")} d
    UNION SELECT d.id, d.merged_into FROM up
        CROSS JOIN LATERAL {state("document", "id", "up.next", "id", "merged_into")} d),
kin(id) AS (
    SELECT id FROM up WHERE next IS NULL
    UNION SELECT d.id FROM kin CROSS JOIN LATERAL {state("document", "merged_into", "kin.id", "id")} d),
top(id, next) AS (
    SELECT e.id, e.merged_into
        FROM (SELECT DISTINCT a.event_id AS id FROM kin
            CROSS JOIN LATERAL {state("appearance", "document_id", "kin.id", "event_id")} a) cited
        CROSS JOIN LATERAL {state("event", "id", "cited.id", "id", "merged_into")} e
    UNION SELECT e.id, e.merged_into FROM top
        CROSS JOIN LATERAL {state("event", "id", "top.next", "id", "merged_into")} e)
SELECT 'document' AS type, up.id, d.record, NOT coalesce((SELECT protector(s.id) IS NULL FROM source s
        WHERE s.id = CAST(CAST(d.record AS jsonb)->>'publisher_id' AS uuid)), false) AS hidden
    FROM up CROSS JOIN LATERAL {state("document", "id", "up.id", "record")} d WHERE up.next IS NULL
UNION ALL SELECT 'document_version', kin.id, v.record,
        NOT EXISTS (SELECT FROM up WHERE up.id = kin.id AND next IS NULL) AND NOT document_is_public(kin.id)
    FROM kin CROSS JOIN LATERAL {state("document_version", "document_id", "kin.id", "record")} v
UNION ALL SELECT 'event', top.id, NULL, {_RESTRICTED.format(id="top.id")} FROM top WHERE next IS NULL
ORDER BY type, id""")  # noqa: S608


# Each by whether it is asked of the past.
HEADS: Final = {False: _heads(now), True: _heads(then)}
CITING: Final = {False: _citing(now), True: _citing(then)}
_DISPUTE: Final = {False: _dispute(now), True: _dispute(then)}
_CITED: Final = {False: _cited(now), True: _cited(then)}


# --- loading ---------------------------------------------------------------------------------------------------------


async def load(session: Askable, event_id: UUID, seq: int | None = None, *further_ids: UUID) -> Rows:
    """All rows of one event's pictures. Takes and raises what `read` does."""
    return await threads.run(assembling.rows, await read(session, event_id, seq, *further_ids))


async def read(session: Askable, event_id: UUID, seq: int | None = None, *further_ids: UUID) -> Loaded:
    """All that one event's pictures are made of: as it is now, or as the ledger had it at `seq`.

    `further_ids`: of events whose rows are read along, for what is asked across events. Raises NotFound if there was no
    such event.
    """
    past, moment = seq is not None, {} if seq is None else {"seq": seq}
    loaded = await records(session, _DISPUTE[past], {"starts": [event_id, *further_ids], **moment})
    if not any(record["id"] == str(event_id) for record in loaded["event"]):
        raise NotFound("There was no such event then." if past else "There is no such event.")
    around = loaded.pop("around")
    merged = frozenset(UUID(record["id"]) for record in around if record["kind"] == "merged")
    restricted = frozenset(UUID(record["id"]) for record in around if record["restricted"])
    return await with_cited(session, loaded, event_id, merged, restricted, seq=seq)


async def with_cited(
    session: Askable,
    loaded: Records,
    event_id: UUID,
    event_ids: frozenset[UUID],
    restricted: frozenset[UUID],
    *,
    seq: int | None = None,
) -> Loaded:
    """These records, with the sources and documents that they lead to; `event_ids`: whose rows they are."""
    past, moment = seq is not None, {} if seq is None else {"seq": seq}
    is_small = sum(map(len, loaded.values())) <= _FEW_RECORDS
    document_ids, source_ids = _ids_cited(loaded) if is_small else await threads.run(_ids_cited, loaded)
    citations = {"documents": _array(document_ids), "sources": _array(source_ids), "merged": list(event_ids)}
    loaded |= await records(session, _CITED[past], citations | moment)
    unseen = await _unseen(session, loaded)
    hidden = restricted.union(unseen["document"])
    return Loaded(event_id, event_ids, loaded, document_ids, hidden, unseen["source_link"])


# Of what was merged, and so is shown as something else. A link's ends never change, whatever became of it.
_UNSEEN: Final = text("""
SELECT 'document' AS type, id FROM unnest(CAST(:documents AS uuid[])) d(id) WHERE NOT document_is_public(id)
UNION ALL SELECT type, record_id FROM change WHERE record_id = ANY (CAST(:links AS uuid[])) AND op = 'insert'
    AND coalesce(protector(CAST(record->>'from_id' AS uuid)), protector(CAST(record->>'to_id' AS uuid))) IS NOT NULL""")


async def _unseen(session: Askable, loaded: Records) -> dict[str, list[UUID]]:
    """By type, the documents and links among these that are hidden themselves, though what they became is not."""
    merged_documents = [document["id"] for document in loaded["document"] if document["merged_into"]]
    links = [link["id"] for link in loaded["source_link"]] if loaded["mask"] else []
    unseen: dict[str, list[UUID]] = {"document": [], "source_link": []}
    if merged_documents or links:  # hardly ever
        for type_, id_ in await ask(session, _UNSEEN, {"documents": merged_documents, "links": links}):
            unseen[type_].append(id_)
    return unseen


async def records(session: Askable, query: TextClause, parameters: dict[str, Any]) -> Records:
    """The records that the query finds, as parsed JSON, by type. Raises Unavailable where others load as many."""
    parts = await ask(session, query, parameters)
    characters = sum(len(part.records) for part in parts)
    if characters > _LARGE_CHARACTERS:
        await take_large_turn(session)
    return _parsed(parts) if characters <= _FEW_CHARACTERS else await threads.run(_parsed, parts)


def _parsed(parts: list[Any]) -> Records:
    by_type: Records = defaultdict(list)
    while parts:  # none is left: all of it would be there twice
        by_type[parts[0].type] += from_json(f"[{parts.pop(0).records}]")
    return by_type


def _array(ids: Iterable[str]) -> str:
    """As PostgreSQL reads an array: of a list psycopg would write each id by itself."""
    return f"{{{','.join(ids)}}}"


def _ids_cited(records: Records) -> tuple[list[str], list[str]]:
    """The ids of the documents and of the sources that an event's rows point at."""
    return _ids_pointed_at(records, Document), _ids_pointed_at(records, Source)


def _ids_pointed_at(records: Records, model: type[Record]) -> list[str]:
    pointers = [(kind.name, column) for kind in kinds.KINDS if kind.in_event for column in kind.pointers_to(model)]
    ids = {record[column] for kind, column in pointers for record in records[kind]}
    return [id_ for id_ in ids if id_]
