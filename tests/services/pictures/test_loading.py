"""The loader: the same rows from the tables as out of the ledger, in a few statements, for records of every release."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import UUID

import make
import pytest
from ledgers import fill, id_of
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from viewers import event_read

from app.database import Database, connect
from app.derive.rules.rows import Rows, View
from app.errors import NotFound
from app.schemas.kinds import KINDS, named
from app.services import ledger
from app.services.pictures import lifting, loading, moments
from app.services.pictures.moments import Viewpoint
from app.settings import Settings

STORED = json.loads((Path(__file__).parent / "records_0_1_0.json").read_text(encoding="utf-8"))
EVERYTHING = Viewpoint(None, View(restricted=True, confidential=True))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = connect(Settings(database_url=database_url))
    yield found
    await found.dispose()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.reading() as one:
        yield one


@asynccontextmanager
async def counted(database: Database) -> AsyncIterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.readers.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.readers.sync_engine, "before_cursor_execute", note)


def store(connection: make.Connection, statements: int) -> UUID:
    """An event with so many statements, each of its own source in its own document."""
    with connection.transaction():
        own = make.row(connection, "event")
        question = make.row(connection, "question", event_id=own)
        claim = make.row(connection, "claim", event_id=own, question_id=question)
        for _ in range(statements):
            source = make.row(connection, "source")
            document = make.row(connection, "document", publisher_id=source)
            make.row(connection, "document_version", document_id=document, text="Text")
            statement = make.row(connection, "statement", event_id=own, claim_id=claim, source_id=source)
            appearance = make.row(connection, "appearance", event_id=own, statement_id=statement, document_id=document)
            make.row(connection, "appearance_hop", event_id=own, appearance_id=appearance, source_id=source)
    return own


def head(connection: make.Connection) -> int:
    row: Any = connection.execute("SELECT seq FROM ledger_head").fetchone()
    return int(row[0])


def sorted_rows(found: Rows) -> dict[str, Any]:
    """The rows, in an order of their own."""
    shown = {field.name: getattr(found, field.name) for field in fields(Rows)}
    return {name: sorted(v, key=lambda row: row.id) if isinstance(v, list) else v for name, v in shown.items()}


async def test_ten_times_the_statements_take_no_more_queries(database: Database, psql: make.Connection) -> None:
    counts = []
    for size in (10, 110):
        own = store(psql, size)
        for moment in (None, await _position(database, own)):
            viewpoint = Viewpoint(moment, EVERYTHING.view)
            async with database.reading() as session, counted(database) as seen:
                picture = await moments.dossier(session, own, viewpoint, lambda whole_dossier: whole_dossier)
                assert len(picture.questions[0].claims[0].statements) == size
            counts.append(len(seen))
            async with database.reading() as session:
                shown = await event_read(session, own)
                async with counted(database) as seen:
                    await moments.etag(session, shown, viewpoint)
            assert len(seen) == 1
    assert counts == [3] * 4


async def _position(database: Database, own: UUID) -> moments.Position:
    async with database.reading() as session:
        return await moments.position(session, await loading.read(session, own))


async def test_the_ledger_at_its_head_holds_the_rows_of_the_tables(
    session: AsyncSession, psql: make.Connection
) -> None:
    make.everything(psql)
    make.change(psql, "source", id_of("source outlet"), confidential=True)
    make.change(psql, "event", id_of("event other"), merged_into=id_of("event"))
    make.row(psql, "document_link", from_id=id_of("document"), to_id=id_of("document copy"))
    for own in (id_of("event"), id_of("event other")):
        live, then = await loading.load(session, own), await loading.load(session, own, head(psql))
        assert sorted_rows(live) == sorted_rows(then)
    found = await loading.load(session, id_of("event"))
    empty = {field.name for field in fields(Rows) if not getattr(found, field.name)}
    assert empty == {"restricted", "absorbed"}
    assert all(version.text is None for version in found.versions)
    assert {hop.source_id for a in found.appearances for hop in a.hops} == {id_of("source")}


async def test_another_time_zone_changes_nothing(database_url: str, psql: make.Connection) -> None:
    own = store(psql, 1)
    answers = set()
    for zone in ("UTC", "Asia/Kathmandu"):
        psql.execute(sql.SQL("ALTER DATABASE {} SET timezone = {}").format(sql.Identifier(psql.info.dbname), zone))
        connected = connect(Settings(database_url=database_url))
        async with connected.reading() as session:
            picture = await moments.dossier(session, own, EVERYTHING, lambda whole_dossier: whole_dossier)
        await connected.dispose()
        answers.add(picture.model_dump_json())
    assert len(answers) == 1


async def test_there_is_nothing_before_the_event(session: AsyncSession, psql: make.Connection) -> None:
    fill(psql, "source")
    before = head(psql)
    own = make.row(psql, "event")
    await loading.load(session, own)
    for moment in (before, None):
        with pytest.raises(NotFound):
            await loading.load(session, own if moment else make.uuid(), moment)
    make.remove(psql, "event", own)


async def test_what_was_merged_comes_along(session: AsyncSession, psql: make.Connection) -> None:
    """Of events their rows; and whoever was merged into a confidential source is hidden as that is."""
    own, linked = make.row(psql, "event"), make.row(psql, "event")
    twin = make.row(psql, "event", merged_into=own)
    other = make.row(psql, "event", merged_into=twin)
    elsewhere = make.row(psql, "event", merged_into=linked)
    make.row(psql, "event_link", from_id=own, to_id=linked)
    claims = [make.row(psql, "claim", event_id=event) for event in (own, twin, other, linked, elsewhere)]
    secret = make.row(psql, "source", confidential=True)
    known = make.row(psql, "source", merged_into=secret)
    make.row(psql, "statement", event_id=twin, claim_id=claims[1], source_id=known)
    for moment in (None, head(psql)):
        found = await loading.load(session, own, moment)
        assert found.event_ids == {own, twin, other}
        assert set(found.events) == {own, twin, other, linked}
        assert {claim.id for claim in found.claims} == set(claims[:3])
        assert found.confidential == {secret}
        assert found.absorbed == {known}
        assert found.masks.keys() == {(event, source) for event in found.event_ids for source in (secret, known)}


async def test_what_is_deleted_is_judged_by_its_last_record(session: AsyncSession, psql: make.Connection) -> None:
    own = make.row(psql, "event")
    claim = make.row(psql, "claim", event_id=own)
    gone: list[tuple[str, UUID]] = []
    for confidential in (True, False):
        source = make.row(psql, "source", confidential=confidential)
        gone += [("statement", make.row(psql, "statement", event_id=own, claim_id=claim, source_id=source))]
        gone += [("source", source)]
    for visibility in ("restricted", "public"):
        event = make.row(psql, "event", visibility=visibility)
        gone += [("event_link", make.row(psql, "event_link", from_id=event, to_id=own)), ("event", event)]
    (secret, _), (hidden, _) = ([id_ for kind, id_ in gone if kind == table] for table in ("source", "event"))
    moment = head(psql)
    for table, id_ in gone:
        make.remove(psql, table, id_)
    then = await loading.load(session, own, moment)
    assert then.confidential == {secret}
    assert then.masks.keys() == {(own, secret)}
    assert then.restricted == {hidden}
    now = await loading.load(session, own)
    assert (now.sources, now.statements, set(now.events)) == ({}, [], {own})


async def test_the_documents_are_those_cited_and_what_they_were_made_out_of(
    session: AsyncSession, psql: make.Connection
) -> None:
    own = make.row(psql, "event")
    names = ("cited", "kept", "beside", "wire", "agency", "copy", "apart")
    ids = {name: make.row(psql, "document", title=name) for name in names}
    for name, target in (("cited", "kept"), ("beside", "kept"), ("copy", "agency")):
        make.change(psql, "document", ids[name], merged_into=ids[target])
    for start, end in (("beside", "wire"), ("wire", "copy"), ("apart", "cited")):
        make.row(psql, "document_link", from_id=ids[start], to_id=ids[end])
    for name in names:
        make.row(psql, "document_version", document_id=ids[name], headline=name)
    claim = make.row(psql, "claim", event_id=own)
    statement = make.row(psql, "statement", event_id=own, claim_id=claim)
    make.row(psql, "appearance", event_id=own, statement_id=statement, document_id=ids["cited"])
    for moment in (None, head(psql)):
        found = await loading.load(session, own, moment)
        titles = {document.title for document in found.documents.values()}
        assert titles == {"cited", "kept", "beside", "wire", "agency", "copy"}
        assert {version.headline for version in found.versions} == {"cited", "kept", "beside"}
        assert len(found.document_links) == 2


def test_there_is_a_stored_record_of_every_type() -> None:
    assert set(STORED) == {kind.name for kind in KINDS}


def test_an_id_is_found_among_others() -> None:
    """It has its hash at hand: that has to be the one of any UUID."""
    record = STORED["statement"]
    [read] = lifting.read("statement", [record], {})
    id_, others = UUID(record["id"]), {make.uuid(): "other" for _ in range(100)}
    assert (read.id, hash(read.id), str(read.id)) == (id_, hash(id_), record["id"])
    assert ({id_: "found"} | others)[read.id] == ({read.id: "found"} | others)[id_] == "found"
    assert read.model_dump_json() == type(read).model_validate(read.model_dump() | {"id": id_}).model_dump_json()


@pytest.mark.parametrize("kind", STORED)
def test_records_of_the_first_release_are_lifted(kind: str) -> None:
    """A column that a later release adds must be given to `lift`: then this goes on to pass."""
    record = STORED[kind]
    lifted = lifting.lift(kind, record)
    assert set(lifted) == set(named(kind).columns) - set(ledger.unrecorded(named(kind)))
    assert {name: lifted[name] for name in record} == record
    if kind in lifting.READS:
        [read] = lifting.read(kind, [record | {"hops": [], "document_ids": []}], {})
        assert str(read.id) == record["id"]
        assert read.version == record["version"]
