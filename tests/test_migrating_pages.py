"""Documents of before there were page keys get theirs; two of one page both stay, and the older one is found."""

import importlib.util
from types import ModuleType

import httpx
import psycopg
import pytest
from conftest import ROOT
from ledgers import value
from reporting import sent

from app.services import ledger, migrating

URLS = ("https://t.me/kestrel/501", "https://t.me/s/kestrel/501", "https://t.me/kestrel/502")


@pytest.fixture
def migration() -> ModuleType:
    path = next((ROOT / "migrations" / "versions").glob("*_pages.py"))
    spec = importlib.util.spec_from_file_location("pages_migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_documents_of_before(
    client: httpx.AsyncClient,
    psql: psycopg.Connection,
    database_url: str,
    migration: ModuleType,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for nth, url in enumerate((*URLS, "no address")):
        columns = "(ref, url, canonical_url, created_at)"
        psql.execute(
            f"INSERT INTO document {columns} VALUES (%s, %s, %s, now() + %s * interval '1 s')",
            [f"d{nth}", url, url, nth],
        )
    # One that has no key yet is still found by its canonical URL.
    body = {"url": URLS[2]}
    assert (await sent(client, "/v1/documents", body, 200))["ref"] == "d2"
    psql.execute("UPDATE document SET page_key = NULL")
    changes = value(psql, "SELECT count(*) FROM change")

    psql.execute("CREATE TABLE migration_progress (step text PRIMARY KEY, last uuid)")
    capfd.readouterr()
    migrating.in_batches(psql, "page keys of documents", "document", migration.store_keys, size=1)
    assert capfd.readouterr().err.splitlines()[-1] == "page keys of documents: 4 of 4"
    keys = psql.execute("SELECT page_key FROM document ORDER BY ref").fetchall()
    assert keys == [("telegram:kestrel/501",), ("telegram:kestrel/501",), ("telegram:kestrel/502",), (None,)]
    assert value(psql, "SELECT count(*) FROM change") == changes
    assert ledger.verify(database_url) == []

    for url in URLS[:2]:  # each address finds the older one
        older = await sent(client, "/v1/documents", {"url": url}, 200)
        assert older["ref"] == "d0"
        assert (await client.post("/v1/lookup", json={"items": [{"url": url}]})).json()["items"][0]["ref"] == "d0"
    younger = (await client.get("/v1/documents/ref:d1")).json()
    headers = {"If-Match": "*"}
    same = await client.patch(f"/v1/documents/{younger['id']}", json={"url": URLS[1], "title": "T"}, headers=headers)
    assert same.status_code == 200
    taken = await client.patch(f"/v1/documents/{younger['id']}", json={"url": URLS[0]}, headers=headers)
    assert taken.status_code == 409
    assert (await client.delete(f"/v1/documents/{older['id']}", headers=headers)).status_code == 204
    for url in URLS[:2]:  # and where that is gone, the other
        assert (await sent(client, "/v1/documents", {"url": url}, 200))["ref"] == "d1"


async def test_assessments_of_before(
    client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str, migration: ModuleType
) -> None:
    event = (await sent(client, "/v1/events", {"title": "E", "slug": "e", "occurred": "2023-08-09"}))["id"]
    claim = (await sent(client, f"/v1/events/{event}/claims", {"text": "T"}))["claim"]["id"]
    rated = {"claim": claim, "author": "Checkers", "scheme": "claimreview", "rating": "false", "url": URLS[0]}
    made = await sent(client, f"/v1/events/{event}/assessments", rated)
    psql.execute("UPDATE assessment SET url_key = NULL")
    psql.execute("CREATE TABLE migration_progress (step text PRIMARY KEY, last uuid)")
    migrating.in_batches(psql, "page keys of assessments", "assessment", migration.store_keys_of_assessments, size=1)
    assert ledger.verify(database_url) == []
    again = await sent(client, f"/v1/events/{event}/assessments", rated | {"url": URLS[1]}, 200)
    assert again["id"] == made["id"]
