"""`counterclaim same --propose`: what an older release stored apart is linked, and nothing is merged."""

import uuid

import httpx
import psycopg
import pytest
from calls import get, patch, post
from ledgers import value
from reporting import claim, report, said, sent

from app.database import connect
from app.services import ledger
from app.services.upkeep import same
from app.settings import Settings

PAGES = ("https://t.me/kestrel/501", "https://t.me/s/kestrel/501", "https://telegram.me/kestrel/501")


async def walked(database_url: str) -> dict[str, tuple[int, int]]:
    """By what was looked through, how many and how many links were proposed."""
    database = connect(Settings(database_url=database_url))
    last = {step.what: (step.seen, step.proposed) async for step in same.propose(database)}
    await database.dispose()
    return last


async def test_documents_and_texts_of_before(
    client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str
) -> None:
    for nth, url in enumerate(PAGES):
        values = [f"page{nth}", url, url, "telegram:kestrel/501", nth]
        psql.execute(
            "INSERT INTO document (ref, url, canonical_url, page_key, created_at) "
            "VALUES (%s, %s, %s, %s, now() + %s * interval '1 s')",
            values,
        )
    for name, words in (("a", "A short text."), ("b", "a short text"), ("c", "Another text"), ("d", "…")):
        body = report(claim("A drone", said("Mayor of Kesra", wording="a drone")), ref=f"{name}:1", event="blast")
        body["document"] = {"url": f"https://{name}.example/1", "ref": name, "text": words}
        await sent(client, "/v1/reports", body, 201)
    psql.execute("DELETE FROM document_link")
    psql.execute("UPDATE text_print SET marks = '{}'")
    psql.execute("DELETE FROM text_mark")

    first = await walked(database_url)
    assert first["documents"] == (7, 2)
    assert first["texts"][1] == 1
    links = (await get(client, "/v1/document-links?sort=created_at"))["items"]
    refs: dict[str, str] = dict(psql.execute("SELECT id::text, ref FROM document").fetchall())
    assert {(refs[link["from_id"]], refs[link["to_id"]]) for link in links} == {
        ("page1", "page0"), ("page2", "page0"), ("b", "a"),
    }  # fmt: skip
    assert {(link["state"], link["how_known"], link["score"]) for link in links} == {("proposed", "similarity", 1.0)}
    reasons = psql.execute("SELECT DISTINCT actor, reason FROM change WHERE type = 'document_link' AND op = 'insert'")
    assert ("counterclaim same", "their addresses mean one page") in reasons.fetchall()

    # Again: nothing new, also where an editor has said no.
    await patch(client, f"/v1/document-links/{links[0]['id']}", {"state": "rejected"})
    assert [proposed for _, proposed in (await walked(database_url)).values()] in ([0], [0, 0])
    assert value(psql, "SELECT count(*) FROM document_link") == 3
    assert value(psql, "SELECT count(*) FROM document WHERE merged_into IS NOT NULL") == 0
    assert ledger.verify(database_url) == []


async def test_sources_of_before(client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str) -> None:
    """Some were given keys by a migration, some none; whatever was said of a pair stands."""
    names = [
        ("Olena Hrushevska", "official", None), ("Олена Грушевська", "expert", None),
        ("Coast Guard", "authority", None), ("Coast guard", "military", None), ("Coast Guard", "channel", "NO"),
        ("Marta Vey", "person", None), ("Vey Marta", "person", None), ("Марта Вей", "person", None),
        ("Rolf Aune", "person", "NO"), ("Rolf Aune", "official", "SE"),
        ("Petra Lind", "person", None), ("Lind Petra", "person", None),
    ]  # fmt: skip
    for nth, (name, kind, country) in enumerate(names):
        values = [uuid.UUID(int=nth + 1), f"s{nth}", name, kind, country]
        psql.execute("INSERT INTO source (id, ref, name, kind, country) VALUES (%s, %s, %s, %s, %s)", values)
    psql.execute("UPDATE source SET confidential = true WHERE ref = 's11'")
    # One pair is confirmed, one rejected before anything is looked through.
    await post(client, "/v1/sources/ref:s5/links", {"to": "ref:s6", "state": "rejected"})
    await post(client, "/v1/sources/ref:s7/merge", {"into": "ref:s5"}, 200)

    first = await walked(database_url)
    refs: dict[str, str] = dict(psql.execute("SELECT id::text, ref FROM source").fetchall())

    async def proposed() -> set[tuple[str, str, float]]:
        links = (await get(client, "/v1/source-links?state=proposed&limit=100"))["items"]
        return {(refs[link["from_id"]], refs[link["to_id"]], link["score"]) for link in links}

    expected = {("s1", "s0", 0.9), ("s3", "s2", 0.95), ("s4", "s2", 0.8), ("s4", "s3", 0.8)}
    assert await proposed() == expected
    assert first["sources"] == (10, len(expected)), "neither the confidential one nor the merged one is looked at"
    # Broken off or not, the next one finds nothing to add; nor where a link was decided since.
    (latin,) = [link for link in (await get(client, "/v1/source-links"))["items"] if link["score"] == 0.9]
    await patch(client, f"/v1/source-links/{latin['id']}", {"state": "confirmed"})
    psql.execute("DELETE FROM source_link WHERE score = 0.95")
    assert (await walked(database_url))["sources"] == (9, 1)
    assert await proposed() == expected - {("s1", "s0", 0.9)}
    assert value(psql, "SELECT count(*) FROM source WHERE merged_into IS NOT NULL") == 2
    assert value(psql, "SELECT DISTINCT actor FROM change WHERE type = 'source_link' AND reason IS NOT NULL") == (
        "counterclaim same"
    )
    assert ledger.verify(database_url) == []


async def test_what_is_looked_through_is_what_intake_proposes(
    client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str
) -> None:
    """By one rule: with the links taken away, the walk proposes the same ones again, in steps of any size."""
    for name, kind in [("Jan Kees de Vries", "person"), ("Jan de Vries", None), ("Vries, Jan de", "expert"),
                       ("Олексій Шульга", "official"), ("Oleksii Shulha", None), ("Kestrel", "channel"),
                       ("Kestrel", "person"), ("Müller", "person"), ("Mueller", "person")]:  # fmt: skip
        await post(client, "/v1/sources", {"name": name, **({"kind": kind} if kind else {})})
    for name in ("Office of Crops", "Grain Department"):
        await post(client, "/v1/sources", {"name": name, "aliases": ["МОЗ"]})
    pairs = "SELECT from_id, to_id, score, reason FROM source_link ORDER BY from_id, to_id"
    intake = psql.execute(pairs).fetchall()
    assert len(intake) >= 6
    assert "both have the same alias" in {row[3] for row in intake}
    psql.execute("DELETE FROM source_link")
    for most in (1, 2, 500):
        psql.execute("DELETE FROM source_link")
        with pytest.MonkeyPatch.context() as patching:
            patching.setattr(same, "_WALKS", [walk._replace(most=most) for walk in same._WALKS])
            assert (await walked(database_url))["sources"] == (11, len(intake))
        assert psql.execute(pairs).fetchall() == intake
