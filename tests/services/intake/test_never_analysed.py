"""What each write looks up is found by an index also in tables that were never analysed, as during a first load.

Also by plans that were made while they were empty, which stay for the life of a connection. Told by PostgreSQL's own
count of the rows that a transaction has read: that sees into functions.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from first_loads import forget_statistics, rows_read, without_triggers
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Signature
from app.models import Document, Source
from app.services import namesakes
from app.services.access import ANYBODY
from app.services.intake import by_name, in_place, keys, storing
from app.services.intake.drafts import Draft
from app.services.namesakes import NewSource

ROWS = 3000
FILLED = {
    "event": "(id, slug, title) SELECT md5(n::text)::uuid, 's' || n, 'Event ' || n",
    "source": "(id, name, kind) SELECT md5(n::text)::uuid, 'Speaker ' || n, 'person'",
    "document": "(id, url, canonical_url, page_key) SELECT md5(n::text)::uuid, u, u, '//a.example/' || n",
    "claim": "(id, event_id, text) SELECT md5(n::text)::uuid, md5(n::text)::uuid, 'Claim ' || n",
    "question": "(id, event_id, text) SELECT md5(n::text)::uuid, md5(n::text)::uuid, 'Question ' || n",
    # All by one speaker, each about another claim, half of them undated.
    "statement": "(id, event_id, claim_id, source_id, said, said_from, said_to) SELECT md5(n::text)::uuid, "
    "md5(n::text)::uuid, md5(n::text)::uuid, md5('1')::uuid, d, date(d), date(d) + 1",
    "source_name_key": "(source_id, key) SELECT md5(n::text)::uuid, 'key' || n",
}
SOME = f"generate_series(1, {ROWS}, {ROWS // 10}) n"


async def fill(session: AsyncSession) -> None:
    for table, rows in FILLED.items():
        day = "CASE WHEN n % 2 = 0 THEN '2023-08-09' END"
        numbered = f"generate_series(1, {ROWS}) n, LATERAL (SELECT 'https://a.example/' || n, {day}) x(u, d)"
        await session.execute(text(f"INSERT INTO {table} {rows} FROM {numbered}"))


def asking(sql: str) -> Callable[[AsyncSession], Awaitable[Any]]:
    return lambda session: session.execute(text(sql))


async def bearers(session: AsyncSession) -> Any:
    ids = [UUID(int=n) for n in range(10)]
    return await by_name.bearers(session, ANYBODY, {id_: by_name.fold_names(f"Speaker {id_.int}", []) for id_ in ids})


async def residents(session: AsyncSession) -> Any:
    """Of documents in which they speak, of documents that they publish, and of no place."""
    documents = [
        Draft(Document, "", {"page_key": f"//a.example/{n}", "ref": f"r{n}"}, id=UUID(int=n)) for n in range(9)
    ]
    drafts = [Draft(Source, "", {"name": f"Speaker {n}"}) for n in range(10)]
    for draft, document in zip(drafts, documents, strict=False):
        draft.within, draft.may_be = document, (UUID(int=1), UUID(int=2))
        draft.published_in = document if document.id.int % 2 else None
    await in_place.look_up(session, ANYBODY, drafts, in_place.BY_NAME)
    await in_place.look_up(session, ANYBODY, drafts, in_place.BY_WORDS)


async def alike(session: AsyncSession) -> Any:
    new = NewSource(UUID(int=1), "Speaker 7", [], "person", ["speaker 7"], None, None, None, None, {})
    return await namesakes.alike(session, ANYBODY, [new])


async def documents(session: AsyncSession) -> Any:
    rows = [{"id": UUID(int=n), "page_key": f"//a.example/{n}"} for n in range(10)]
    return await session.execute(keys.DOCUMENTS, {"rows": storing.as_json(rows)})


async def statements(session: AsyncSession) -> Any:
    """Ten drafts each of a stored statement, with its time and without."""
    ids = [UUID(hashlib.md5(str(n).encode()).hexdigest()) for n in range(1, ROWS, ROWS // 10)]
    own = {"source_id": ids[0], "stance": "support", "explicitness": "explicit"}
    said = {"said": "2023-08-09", "said_from": "2023-08-09", "said_to": "2023-08-10"}
    rows = [{"id": uuid4(), "claim_id": id_} | own | when for id_ in ids for when in (said, {})]
    return await session.execute(keys.DIRECT_STATEMENTS, {"rows": storing.as_json(rows)})


LOOK_UPS = {
    **{
        f"{table}_kin": asking(f"SELECT {table}_kin(md5(n::text)::uuid) FROM {SOME}")
        for table in ("event", "source", "document", "claim")
    },
    "questions_like": asking(
        f"SELECT questions_like(md5(n::text)::uuid, NULL, 'Question ' || n, NULL, NULL) FROM {SOME}"
    ),
    "same_claims": asking(f"SELECT same_claims(md5(n::text)::uuid) FROM {SOME}"),
    "bearers of names": bearers,
    "residents of places": residents,
    "names that are alike": alike,
    "documents by address": documents,
    "statements": statements,
}


AGAIN = """INSERT INTO statement (id, event_id, claim_id, source_id, stance, said, said_from, said_to)
SELECT gen_random_uuid(), md5('1')::uuid, md5('1')::uuid, speaker, 'support', moment, moment::timestamptz,
    moment::timestamptz + interval '1 s'
FROM (SELECT to_char(timestamp '2023-08-09' + n * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SSZ') AS moment
      FROM generate_series(1, :count) n) s, (VALUES (md5('2')::uuid), (NULL)) v(speaker)"""


@pytest.mark.parametrize("query", [keys.DIRECT_STATEMENTS, keys.STATEMENTS], ids=["quick", "full"])
async def test_what_one_says_of_one_claim_again_and_again_is_not_all_read(
    app: FastAPI, database_url: str, query: TextClause
) -> None:
    """By a speaker, or by nobody who is named; at a time that is told, or not."""
    first, second = (UUID(hashlib.md5(name).hexdigest()) for name in (b"1", b"2"))
    moment = {"said": "2023-08-09T00:05:00Z", "said_from": "2023-08-09T00:05:00Z", "said_to": "2023-08-09T00:05:01Z"}
    rows = [
        {"id": uuid4(), "event_id": first, "claim_id": first, "stance": "support", "explicitness": "explicit"}
        | speaker
        | when
        for speaker in ({"source_id": second}, {})
        for when in (moment, {})
    ]
    forget_statistics(database_url, FILLED)
    async with app.state.database.writing(Signature("test")) as session:
        await without_triggers(session, FILLED)
        await session.execute(query, {"rows": storing.as_json(rows)})
        await fill(session)
        await session.execute(text(AGAIN), {"count": ROWS})
        before = await rows_read(session, {"statement"})
        found = (await session.execute(query, {"rows": storing.as_json(rows)})).all()
        after = await rows_read(session, {"statement"})
    assert sum(row.hit is not None for row in found) == 2
    assert after["statement"] - before["statement"] < 50


UNDATED = """WITH read AS (
    UPDATE document d SET published = moment, published_from = moment::timestamptz,
        published_to = moment::timestamptz + interval '1 s'
    FROM (SELECT md5(n::text)::uuid AS id,
              to_char(timestamp '2023-08-09' + n * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SSZ') AS moment
          FROM generate_series(1, :count) n) m WHERE m.id = d.id),
said AS (
    INSERT INTO statement (id, event_id, claim_id, source_id, stance)
    SELECT md5('s' || n)::uuid, md5('1')::uuid, md5('1')::uuid, md5('2')::uuid, 'support'
    FROM generate_series(1, :count) n RETURNING id)
INSERT INTO appearance (id, event_id, statement_id, document_id)
SELECT gen_random_uuid(), md5('1')::uuid, md5('s' || n)::uuid, md5(n::text)::uuid FROM generate_series(1, :count) n"""
MERGED = "UPDATE source SET merged_into = md5('2')::uuid WHERE id = md5('3')::uuid"


@pytest.mark.parametrize("query", [keys.DIRECT_STATEMENTS, keys.STATEMENTS], ids=["quick", "full"])
async def test_what_one_says_without_a_time_is_read_once_for_all(
    app: FastAPI, database_url: str, query: TextClause
) -> None:
    """Each in another document; however many drafts may be one of these, and whatever was merged."""
    first, second, third = (UUID(hashlib.md5(name).hexdigest()) for name in (b"1", b"2", b"3"))
    said = {"event_id": first, "claim_id": first, "stance": "support", "explicitness": "explicit"}
    documents = [UUID(hashlib.md5(str(n).encode()).hexdigest()) for n in range(1, 21)]
    speakers = [second] * 10 + [second if query is keys.DIRECT_STATEMENTS else third] * 10
    rows = [
        {"id": uuid4(), "source_id": speaker, "document": document} | said
        for speaker, document in zip(speakers, documents, strict=True)
    ]
    tables = [*FILLED, "appearance"]
    forget_statistics(database_url, tables)
    async with app.state.database.writing(Signature("test")) as session:
        await without_triggers(session, tables)
        await session.execute(query, {"rows": storing.as_json(rows)})
        await fill(session)
        await session.execute(text(UNDATED), {"count": ROWS})
        if query is keys.STATEMENTS:
            await session.execute(text(MERGED))
        before = await rows_read(session, tables)
        met = (await session.execute(query, {"rows": storing.as_json(rows)})).all()
        after = await rows_read(session, tables)
    assert {row.hit for row in met} == {UUID(hashlib.md5(f"s{n}".encode()).hexdigest()) for n in range(1, 21)}
    read = {table: count - before[table] for table, count in after.items()}
    assert {table: count for table, count in read.items() if count > 5 * ROWS} == {}


async def test_nothing_is_read_row_by_row(app: FastAPI, database_url: str) -> None:
    forget_statistics(database_url, FILLED)
    read = dict[str, int]()
    async with app.state.database.writing(Signature("test")) as session:
        await without_triggers(session, FILLED)
        for look_up in LOOK_UPS.values():
            for _ in range(2):
                await look_up(session)
        await fill(session)
        for name, look_up in LOOK_UPS.items():
            before = await rows_read(session, FILLED)
            for _ in range(7):  # after some a connection keeps one plan for all
                await look_up(session)
            after = await rows_read(session, FILLED)
            read |= {f"{name}: {table}": rows - before[table] for table, rows in after.items()}
    assert {where: rows for where, rows in read.items() if rows >= ROWS} == {}
