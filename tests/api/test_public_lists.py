"""What everybody may see of sources and documents is decided for a list at once, and as the database's functions do."""

from typing import Any

import httpx
import psycopg
import pytest
from calls import claim, document, get, post, source, statement

BY_ITSELF = ("speaker", "author", "hop", "publisher", "evidence-publisher", "withdrawing-publisher")
BY_OTHERS = ("owner", "owners-owner", "merge-target", "merged-publisher")
HIDDEN = ("nobody", "hidden-speaker", "owner-of-hidden", "owner-of-confidential")
PUBLIC_DOCUMENTS = ("cited", "evidence", "withdrawing", "merge-target-document", "merged-document")
HIDDEN_DOCUMENTS = ("uncited", "hidden-cited")


@pytest.fixture
async def scene(client: httpx.AsyncClient, event: str) -> None:
    """A source for each way to become public, and for some that lead nowhere."""

    async def made(ref: str, **fields: Any) -> str:
        return await source(client, f"Source called {ref}", ref=ref, **fields)

    await made("owners-owner")
    await made("owner", parent="ref:owners-owner")
    await made("merge-target")
    for ref in ("nobody", "author", "hop", "publisher", "evidence-publisher", "withdrawing-publisher"):
        await made(ref)
    await made("merged-publisher")
    await made("owner-of-hidden")
    await made("owner-of-confidential")
    await made("speaker", parent="ref:owner")
    await made("hidden-speaker", parent="ref:owner-of-hidden")
    await made("confidential", parent="ref:owner-of-confidential", confidential=True)
    twin = await made("twin")
    await post(client, f"/v1/sources/{twin}/merge", {"into": "ref:merge-target"}, 200)
    publishers = {"cited": "publisher", "evidence": "evidence-publisher", "withdrawing": "withdrawing-publisher"}
    for ref in (*PUBLIC_DOCUMENTS, *HIDDEN_DOCUMENTS):
        owner = {"publisher": f"ref:{publishers[ref]}"} if ref in publishers else {}
        await document(client, f"https://a.example/{ref}", ref=ref, **owner)
    merged = await document(client, "https://a.example/m", ref="m", publisher="ref:merged-publisher")
    about = await claim(client, event)
    hops = [{"source": "ref:hop"}]
    await statement(client, event, about, "ref:speaker", document="ref:cited", wording="w", hops=hops)
    await statement(client, event, about, "ref:confidential")
    await statement(client, event, about, twin, document="ref:m", wording="w")
    await statement(client, event, about, "ref:speaker", document="ref:merged-document", wording="other")
    back = {"withdrawn": "2024-01-01", "withdrawn_document": "ref:withdrawing", "stance": "deny"}
    await statement(client, event, about, "ref:speaker", **back)
    await post(client, f"/v1/documents/{merged}/merge", {"into": "ref:merge-target-document"}, 200)
    await post(client, "/v1/documents/ref:merged-document/merge", {"into": "ref:cited"}, 200)
    rating = {"scheme": "veracity", "rating": "true", "author": "ref:author", "documents": ["ref:evidence"]}
    await post(client, f"{event}/assessments", {"claim": about, **rating})
    await post(client, "/v1/events", {"title": "Hidden", "slug": "hidden", "visibility": "restricted"})
    hidden = await claim(client, "/v1/events/hidden", "Hidden")
    await statement(client, "/v1/events/hidden", hidden, "ref:hidden-speaker", document="ref:hidden-cited", wording="w")


@pytest.mark.usefixtures("scene")
async def test_a_list_and_the_functions_agree(anybody: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    for kind, public, hidden in (
        ("source", {*BY_ITSELF, *BY_OTHERS}, {*HIDDEN, "confidential"}),
        ("document", set(PUBLIC_DOCUMENTS), set(HIDDEN_DOCUMENTS)),
    ):
        listed = await get(anybody, f"/v1/{kind}s?merged=true&limit=200&count=true&facets=kind")
        refs = {item["ref"] for item in listed["items"] if item["ref"]}
        function = f"SELECT ref FROM {kind} WHERE {kind}_is_public(id)"
        if kind == "source":
            function += " AND NOT confidential"
        assert refs == {ref for (ref,) in psql.execute(function)}
        assert public <= refs
        assert not hidden & refs
        for ref in (*public, *hidden):
            record = await anybody.get(f"/v1/{kind}s/ref:{ref}", follow_redirects=True)
            assert record.status_code == (200 if ref in public else 404), ref


@pytest.mark.usefixtures("scene")
async def test_functions_are_asked_of_few(anybody: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    """Only of those that others belong to, or were merged into."""
    await get(anybody, "/v1/sources")
    psql.execute("ALTER FUNCTION source_is_public RENAME TO asked_of_source")
    psql.execute("ALTER FUNCTION document_is_public RENAME TO asked_of_document")
    for kind, others in (("source", "wanted IN (merged_into, parent_id)"), ("document", "merged_into = wanted")):
        psql.execute(f"""
            CREATE FUNCTION {kind}_is_public(wanted uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT FROM {kind} WHERE {others})
            THEN RETURN false; END IF; RAISE 'asked of a {kind} that stands alone'; END $$""")
    listed = await get(anybody, "/v1/sources?facets=party,kind&count=true&limit=200")
    assert {*BY_ITSELF} <= {item["ref"] for item in listed["items"]}
    listed = await get(anybody, "/v1/documents?facets=kind&count=true&limit=200")
    assert {"cited", "evidence", "withdrawing"} <= {item["ref"] for item in listed["items"]}
