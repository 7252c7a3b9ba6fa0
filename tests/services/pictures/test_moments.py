"""Which picture is asked for, the position that it shows, and when it has changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import make
import pytest
from ledgers import id_of
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import connect
from app.errors import Gone, Invalid, NotFound
from app.schemas.pictures.dossiers import DossierRead
from app.services.access import ANYBODY, Caller
from app.services.pictures import moments
from app.services.pictures.moments import Viewpoint
from app.settings import Settings


def _caller(**may: Any) -> Caller:
    scopes = {"restricted": "read", "confidential": "confidential"}
    return Caller("reader", frozenset(scopes[name] for name in may))


class Reading:
    """A fresh look at the database for each question."""

    def __init__(self, url: str) -> None:
        self.database = connect(Settings(database_url=url))

    async def viewpoint(self, as_of: str | None = None, said_before: str | None = None, **may: Any) -> Viewpoint:
        async with self.database.reading() as session:
            return await moments.resolve(session, _caller(**may), as_of, said_before)

    async def dossier(self, event: UUID, as_of: str | None = None, **may: Any) -> DossierRead:
        viewpoint = await self.viewpoint(as_of, **may)
        async with self.database.reading() as session:
            return await moments.dossier(session, event, viewpoint, lambda whole_dossier: whole_dossier)

    async def position(self, event: UUID) -> str:
        return str((await self.dossier(event, restricted=True)).position)

    async def etag(self, event: UUID, *given: str | None, picture: str = "dossier", **may: Any) -> str:
        viewpoint = await self.viewpoint(*given, **may)
        async with self.database.reading() as session:
            shown = await moments.event_at(session, _caller(**may), str(event))
            return await moments.etag(session, shown, viewpoint, picture)


@pytest.fixture
async def reading(database_url: str) -> AsyncIterator[Reading]:
    one = Reading(database_url)
    yield one
    await one.database.dispose()


def head(connection: make.Connection) -> str:
    row: Any = connection.execute("SELECT seq || '-' || substr(encode(hash, 'hex'), 1, 8) FROM ledger_head").fetchone()
    return str(row[0])


async def test_a_position_or_a_time_names_a_moment_of_the_ledger(reading: Reading, psql: make.Connection) -> None:
    with pytest.raises(NotFound):
        await reading.viewpoint("2023-08-09")
    own = make.row(psql, "event", title="Before")
    before = head(psql)
    make.change(psql, "event", own, title="After")
    assert str((await reading.viewpoint(before)).as_of) == before
    assert (await reading.dossier(own, before)).event.title == "Before"
    assert (await reading.dossier(own, before)).as_of == before
    today = datetime.now(UTC)
    for words, title in ((f"{today + timedelta(days=1):%Y-%m-%d}", "After"), (f"{today:%Y}", "After")):
        found = await reading.dossier(own, words)
        assert (found.event.title, found.as_of) == (title, head(psql))
    with pytest.raises(NotFound):
        await reading.viewpoint(f"{today - timedelta(days=1):%Y-%m-%d}")


async def test_a_time_means_through_its_end(reading: Reading, psql: make.Connection) -> None:
    own = make.row(psql, "event", title="Before")
    row: Any = psql.execute("SELECT recorded_at FROM change").fetchone()
    moment: datetime = row[0]
    make.change(psql, "event", own, title="After")
    assert (await reading.dossier(own, f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}")).event.title == "Before"
    assert (await reading.dossier(own, f"{moment:%Y-%m-%dT%H:%MZ}")).event.title == "After"


@pytest.mark.parametrize("position", ["1-00000000", "99-00000000", "0-00000000", "999999999999999999-ffffffff"])
async def test_a_position_of_another_ledger_is_gone(reading: Reading, psql: make.Connection, position: str) -> None:
    make.row(psql, "event")
    with pytest.raises(Gone) as gone:
        await reading.viewpoint(position)
    assert "resync" in gone.value.detail


@pytest.mark.parametrize(
    "words", ["", "yesterday", "1-1", "-1-00000000", "2023-08-32", "2023-08-09T10:00", "9" * 30 + "-00000000"]
)
async def test_what_is_no_moment_is_said_so(reading: Reading, words: str) -> None:
    for name in ("as_of", "said_before"):
        with pytest.raises(Invalid) as invalid:
            await reading.viewpoint(*((words,) if name == "as_of" else (None, words)))
        assert f"'parameter': '{name}'" in str(invalid.value.extra["errors"])


async def test_an_event_that_is_not_there_or_not_for_the_caller_is_not_found(
    reading: Reading, psql: make.Connection
) -> None:
    make.row(psql, "source")
    before = head(psql)
    own = make.row(psql, "event", visibility="restricted")
    for read in (reading.dossier, reading.etag):
        with pytest.raises(NotFound):
            await read(make.uuid())
        with pytest.raises(NotFound):
            await read(own, before, restricted=True)
        with pytest.raises(NotFound):
            await read(own)
    assert (await reading.dossier(own, restricted=True)).event.id == own


async def test_the_position_is_that_of_the_last_change_that_is_shown(reading: Reading, psql: make.Connection) -> None:
    make.everything(psql)
    own, other = id_of("event"), id_of("event other")
    moves = [
        ("UPDATE statement SET certainty = 'certain' WHERE event_id = %s", [own]),
        ("UPDATE event SET title = 'Linked' WHERE id = %s", [other]),
        ("UPDATE source SET notes = 'x' WHERE id = %s", [id_of("source")]),
        ("INSERT INTO document_version (document_id, headline) VALUES (%s, 'again')", [id_of("document")]),
    ]
    for query, given in moves:
        psql.execute(query, given)
        assert await reading.position(own) == head(psql)
    shown = await reading.position(own)
    make.row(psql, "source")
    make.row(psql, "event")
    make.row(psql, "document_version", document_id=id_of("document copy"))
    assert await reading.position(own) == shown


async def test_parting_from_a_merged_event_is_a_change_of_both(reading: Reading, psql: make.Connection) -> None:
    """Else one position would name two pictures: with what was merged, and without."""
    own, merged = make.row(psql, "event"), make.row(psql, "event")
    make.row(psql, "claim", event_id=merged)
    make.change(psql, "event", merged, merged_into=own)
    make.change(psql, "event", own, title="Changed")
    together = await reading.dossier(own)
    tag = await reading.etag(own)
    make.change(psql, "event", merged, merged_into=None)
    apart = await reading.dossier(own)
    assert (len(together.unasked), len(apart.unasked)) == (1, 0)
    assert apart.position == head(psql) != together.position
    assert await reading.etag(own) != tag
    again = await reading.dossier(own, together.position)
    assert (len(again.unasked), again.position) == (1, together.position)


async def test_the_etag_changes_with_what_is_shown_and_how_it_was_asked_for(
    reading: Reading, psql: make.Connection
) -> None:
    make.everything(psql)
    own = id_of("event")
    tag = await reading.etag(own)
    assert tag == await reading.etag(own)
    assert tag.startswith('"')
    first = head(psql)
    asked: list[dict[str, Any]] = [
        {"restricted": True},
        {"confidential": True},
        {"picture": "timeline"},
    ]
    tags = {await reading.etag(own, **given) for given in asked}
    tags |= {await reading.etag(own, first), await reading.etag(own, None, "2023-08-09"), tag}
    assert len(tags) == 6
    make.row(psql, "event")
    make.row(psql, "source")
    assert await reading.etag(own) == tag
    for query in (
        "UPDATE event SET visibility = 'restricted' WHERE slug = 'fire'",
        "UPDATE source SET confidential = true WHERE name = 'Ministry of Health'",
        "UPDATE claim SET language = 'en' WHERE text = 'A drone'",
    ):
        past = await reading.etag(own, first)
        psql.execute(query)
        assert await reading.etag(own) not in tags
        tags.add(await reading.etag(own))
        # Visibility and masks are of now, so that the past may look different, too.
        assert await reading.etag(own, first) != past


async def test_who_may_not_see_a_source_never_sees_its_name_whatever_the_moment(
    reading: Reading, psql: make.Connection
) -> None:
    make.everything(psql)
    before = head(psql)
    assert "Ministry" in (await reading.dossier(id_of("event"), before)).model_dump_json()
    make.change(psql, "source", id_of("source"), confidential=True)
    for moment in (before, None):
        public = await reading.dossier(id_of("event"), moment)
        assert "Ministry" not in public.model_dump_json()
        assert str(id_of("source")) not in public.model_dump_json()
        row: Any = psql.execute("SELECT masked(%s, %s)", [id_of("event"), id_of("source")]).fetchone()
        assert public.sources[row[0]].confidential
        full = await reading.dossier(id_of("event"), moment, confidential=True)
        assert full.sources[id_of("source")].name == "Ministry of Health"


async def test_a_session_in_a_transaction_of_its_own_reads_what_it_has_just_written(
    reading: Reading, psql: make.Connection
) -> None:
    own = make.row(psql, "event")
    async with AsyncSession(reading.database.writers) as session:
        viewpoint = await moments.resolve(session, ANYBODY)
        found = await moments.timeline(session, own, viewpoint, lambda timeline: timeline)
    assert found.entries == []
    assert found.position == head(psql)
