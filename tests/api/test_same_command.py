"""`counterclaim same --propose`: what an older release stored apart is linked, and nothing is merged."""

import httpx
import psycopg
from calls import get, patch
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
        body = report(claim("A drone", said("Mayor", wording="a drone")), ref=f"{name}:1", event="blast")
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
