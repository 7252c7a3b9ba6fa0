"""`counterclaim export`: everything, to a file that is whole or to standard output, in little memory."""

import asyncio
import gc
import json
import tracemalloc
from pathlib import Path
from typing import Any

import make
import psycopg
import pytest
import services_at as at
from databases import plain

from app import database
from app.commands import export
from app.services import exporting
from app.settings import Settings


@pytest.fixture
def archive(psql: psycopg.Connection, database_url: str) -> str:
    """The URL of a database with two events, one of them restricted, and a protected source."""
    hidden = make.row(psql, "source", name="Deep Throat", confidential=True, ref="throat")
    for slug, visibility in (("open", "public"), ("closed", "restricted")):
        event = make.row(psql, "event", title=slug, slug=slug, visibility=visibility, ref=f"ref-{slug}")
        about = make.row(psql, "claim", event_id=event)
        make.row(psql, "statement", event_id=event, claim_id=about, source_id=hidden)
    return plain(database_url)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_everything_goes_to_a_file(archive: str, tmp_path: Path) -> None:
    out = tmp_path / "all.ndjson"
    done = at.run("export", "--out", str(out), "--database-url", archive)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    told = lines(out.read_text())
    assert sorted(line["type"] for line in told) == ["claim"] * 2 + ["event"] * 2 + ["source"] + ["statement"] * 2
    assert told[0]["name"] == "Deep Throat"
    summary = json.loads(done.stderr)
    assert (summary["done"], summary["lines"], summary["bytes"]) == (True, 7, out.stat().st_size)
    assert summary["types"] == {"source": 1, "event": 2, "claim": 2, "statement": 2}
    assert out.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [out]


def test_one_event_goes_to_standard_output(archive: str) -> None:
    for address in ("closed", "ref:ref-closed"):
        done = at.run("export", "--event", address, "--database-url", archive)
        assert done.returncode == 0, done.stderr
        assert [line.get("slug", line["type"]) for line in lines(done.stdout)] == [
            "source",
            "closed",
            "claim",
            "statement",
        ]
        assert json.loads(done.stderr)["lines"] == 4


def test_what_fails_leaves_no_file_and_the_old_one_as_it_was(
    archive: str, tmp_path: Path, psql: psycopg.Connection
) -> None:
    out = tmp_path / "all.ndjson"
    out.write_text("before")
    nowhere = at.run("export", "--out", str(out), "--event", "nowhere", "--database-url", archive)
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert "There is no event" in nowhere.stderr
    psql.execute("ALTER TABLE statement DROP COLUMN stance CASCADE")
    assert at.run("export", "--out", str(out), "--database-url", archive).returncode != 0
    assert (out.read_text(), list(tmp_path.iterdir())) == ("before", [out])
    missing = at.run("export", "--out", str(tmp_path / "no" / "file"), "--database-url", archive)
    assert missing.returncode == 1
    assert "can't be written" in missing.stderr


def _grow(psql: psycopg.Connection, most: int) -> None:
    """Statements about the first claim, until there are so many."""
    psql.execute(
        "INSERT INTO statement"
        " (event_id, claim_id, source_id, withdrawn, withdrawn_from, withdrawn_to, withdrawn_reason)"
        " SELECT c.event_id, c.id, s.id, '2023', '2023-01-01Z', '2024-01-01Z', repeat('x', 500)"
        " FROM (SELECT * FROM claim ORDER BY created_at LIMIT 1) c, source s,"
        " generate_series(1, %s - (SELECT count(*) FROM statement))",
        [most],
    )


_MOST_MORE = 150_000  # bytes: not even 50 for each row more


def test_memory_does_not_grow_with_what_is_exported(archive: str, psql: psycopg.Connection, database_url: str) -> None:
    async def work() -> dict[str, Any]:
        connected = database.connect(Settings(database_url=database_url))
        try:
            return await export._export(connected, len, "")
        finally:
            await connected.dispose()

    def peak() -> tuple[int, int]:
        gc.collect()
        tracemalloc.start()
        told = asyncio.run(work())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, told["bytes"]

    asyncio.run(work())  # what is kept from the first time on is not counted
    _grow(psql, 2 * exporting._FETCH_ROWS)
    few, small = peak()
    _grow(psql, 8 * exporting._FETCH_ROWS)
    many, large = peak()
    if many >= few + _MOST_MORE:  # something else may have been kept meanwhile; what grows with the rows does so again
        many = min(many, peak()[0])
    assert large > 3.5 * small > 3.5 * 500_000
    assert many < few + _MOST_MORE
