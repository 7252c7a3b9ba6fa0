"""When a document, what was read of it, and an event are the same again."""

import httpx
import psycopg
import pytest
from reporting import again, claim, new, refused, report, rows, said, sent


async def test_a_document_by_its_page(client: httpx.AsyncClient) -> None:
    made = await sent(client, "/v1/documents", {"url": "https://News.example/a/b?id=1"}, 201)
    for url in (
        "https://news.example/a/b?id=1&utm_source=x&fbclid=y",
        "HTTPS://NEWS.EXAMPLE:443/a/b?id=1#comments",
        "https://news.example/a/./b?id=1",
        "http://www.news.example/a/b/?id=1",
    ):
        assert (await sent(client, "/v1/documents", {"url": url}, 200)) == made, url
        asked = {"items": [{"url": url}]}
        assert (await client.post("/v1/lookup", json=asked)).json()["items"][0]["id"] == made["id"]
        listed = await client.get("/v1/documents", params={"canonical_url": url})
        assert [one["id"] for one in listed.json()["items"]] == [made["id"]]
    for url in ("https://news.example/a/b?id=2", "https://news.example/A/b?id=1", "https://live.news.example/a/b?id=1"):
        assert (await sent(client, "/v1/documents", {"url": url}, 201))["id"] != made["id"], url


async def test_the_url_of_a_document_is_not_given_to_another(client: httpx.AsyncClient) -> None:
    first = await sent(client, "/v1/documents", {"url": "https://t.me/kestrel/501", "ref": "d1"}, 201)
    second = await sent(client, "/v1/documents", {"url": "https://t.me/kestrel/502", "ref": "d2"}, 201)
    body = {"ref": "d2", "url": "https://t.me/s/kestrel/501"}
    assert await refused(client, "/v1/documents", body, 409) == "/url"
    any_version = {"If-Match": "*"}
    change = {"url": body["url"]}
    answer = await client.patch(f"/v1/documents/{second['id']}", json=change, headers=any_version)
    assert (answer.status_code, answer.json()["url"]) == (409, f"/v1/documents/{first['id']}")
    answer = await client.patch(f"/v1/documents/{first['id']}", json=change, headers=any_version)
    assert (answer.status_code, answer.json()["canonical_url"]) == (200, body["url"])


async def test_an_archive_s_copy_is_the_page(client: httpx.AsyncClient) -> None:
    copy = "https://web.archive.org/web/20240502101112/http://news.example/1"
    made = await sent(client, "/v1/documents", {"url": copy, "text": "One."}, 201)
    assert made["url"] == "http://news.example/1"
    versions = (await client.get(f"/v1/documents/{made['id']}/versions")).json()["items"]
    assert [one["archive_url"] for one in versions] == [copy]
    assert await sent(client, "/v1/documents", {"url": "https://news.example/1/"}, 200) == made
    given = {"url": copy, "archive_url": "https://archive.ph/AbC12", "text": "Two."}
    assert await sent(client, "/v1/documents", given, 201) == made
    versions = (await client.get(f"/v1/documents/{made['id']}/versions?sort=retrieved_at")).json()["items"]
    assert [one["archive_url"] for one in versions] == [copy, given["archive_url"]]


async def test_what_was_given_and_not_taken_is_told(client: httpx.AsyncClient) -> None:
    async def told(**body: str) -> list[tuple[str, str, str | None, str]]:
        remarks = (await client.post("/v1/documents", json=body)).json()["remarks"]
        return [(one["what"], one["pointer"], one["stored"], one["sent"]) for one in remarks]

    page, other = "https://news.example/1", "http://m.news.example/1/"
    copy = f"https://web.archive.org/web/20240502101112/{page}"
    assert await told(url=page, text="One.") == []
    assert await told(url=other, text="One.") == [("matched", "/url", page, other)]
    assert await told(url=copy, text="Two.") == [("changed", "/url", page, copy)]
    # A version never changes: that an archive has it, too, is not kept with it.
    assert await told(url=copy, text="One.") == [
        ("not_taken", "/archive_url", None, copy),
        ("changed", "/url", page, copy),
    ]


async def test_a_document_by_its_text_only_without_urls(client: httpx.AsyncClient) -> None:
    words = {"text": "Exactly these words."}
    addressed = await sent(client, "/v1/documents", words | {"url": "https://news.example/1"}, 201)
    alone = await sent(client, "/v1/documents", words, 201)
    assert (await sent(client, "/v1/documents", words | {"title": "T"}, 200))["id"] == alone["id"]
    elsewhere = await sent(client, "/v1/documents", words | {"url": "https://news.example/2"}, 201)
    assert len({addressed["id"], alone["id"], elsewhere["id"]}) == 3
    for body in ({"title": "T"}, {"text": None, "published": "2023"}):
        assert await refused(client, "/v1/documents", body) == "/url"
    nameless = claim("T", said("A", document={"title": "T"}))
    assert await refused(client, f"/v1/events/{await _event(client)}/claims", nameless) == "/statements/0/document/url"
    await sent(client, "/v1/documents", {"ref": "d1"}, 201)


async def test_new_text_makes_a_version_and_the_same_none(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    async def versions(path: str) -> list[str]:
        found = (await client.get(f"{path}/versions?text=true&sort=retrieved_at")).json()["items"]
        return [one["text"] for one in found]

    body = {"url": "https://news.example/1"}
    made = await sent(client, "/v1/documents", body | {"text": None, "headline": None}, 201)
    path = f"/v1/documents/{made['id']}"
    assert await versions(path) == []
    for text, kept, status in (("One.", 1, 201), ("One.", 1, 200), ("Two.", 2, 201), ("One.", 2, 200)):
        await sent(client, "/v1/documents", body | {"text": text, "headline": f"H {text}"}, status)
        assert len(await versions(path)) == kept
    assert await versions(path) == ["One.", "Two."]
    first = (await client.get(f"{path}/versions?sort=retrieved_at")).json()["items"][0]
    again = {"text": "One.", "headline": "Other", "retrieved_at": "2020-01-01T00:00:00Z", "http_status": 404}
    assert await sent(client, f"{path}/versions", again, 200) == first
    for headline, status in (("H", 201), ("H", 200), ("I", 201)):  # without a text: what else was read
        await sent(client, f"{path}/versions", {"headline": headline}, status)


async def test_twins_of_one_body(client: httpx.AsyncClient, psql: psycopg.Connection, event: str) -> None:
    """A document named twice was read once: both appearances stand in that version."""
    whole = {"url": "https://news.example/1", "text": "One.", "label": "#d"}
    body = claim(
        "T",
        said("A", document={"url": "https://news.example/1?utm_source=x", "title": "T"}),
        said("B", document=whole),
        said("C", document="#d"),
    )
    before = rows(psql)
    made = await sent(client, f"{event}/claims", body)
    assert new(before, rows(psql)) == {
        "source": 3, "document": 1, "document_version": 1, "claim": 1, "statement": 3, "appearance": 3,
    }  # fmt: skip
    documents = [one["document"]["id"] for one in made["statements"]]
    assert len(set(documents)) == 1
    assert (await client.get(f"/v1/documents/{documents[0]}")).json()["title"] == "T"
    found = [(await client.get(f"/v1/appearances/{one['appearance']['id']}")).json() for one in made["statements"]]
    assert {one["version_id"] for one in found} == {made["statements"][1]["document"]["version_id"]}
    assert await sent(client, f"{event}/claims", body) == again(made)
    refs = claim(
        "T", said("A", document=whole | {"ref": "d1", "label": "#e"}), said("B", document=whole | {"ref": "d2"})
    )
    assert await refused(client, f"{event}/claims", refs, 409) == "/statements/1/document/ref"
    for which, one in enumerate(refs["statements"]):
        one["document"] |= {"url": "https://news.example/2", "label": f"#{which}"}
    assert await refused(client, f"{event}/claims", refs) == "/statements/1/document/ref"


async def test_links_between_documents(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    original = {
        "url": "https://wire.example/1",
        "links": [{"relation": "quotes", "to": {"url": "https://wire.example/0"}}],
    }
    body = {"url": "https://news.example/1", "links": [{"relation": "syndicated_from", "to": original}]}
    await sent(client, "/v1/documents", body, 201)
    before = rows(psql)
    made = await sent(client, "/v1/documents", body, 200)
    assert rows(psql) == before
    assert before["document_link"] == 2
    other = {"relation": "rewrites", "to": {"url": "https://wire.example/1"}, "how_known": "similarity", "score": 0.7}
    link = await sent(client, f"/v1/documents/{made['id']}/links", other, 201)
    assert link["state"] == "proposed"
    assert await sent(client, f"/v1/documents/{made['id']}/links", other | {"score": 0.9}, 200) == link
    itself = {"url": "https://x.example/1", "links": [{"relation": "quotes", "to": {"url": "https://X.example/1"}}]}
    assert await refused(client, "/v1/documents", itself) == "/links/0/to"


async def _event(client: httpx.AsyncClient) -> str:
    made: str = (await sent(client, "/v1/events", {"title": "E"}))["id"]
    return made


async def test_an_event_by_a_slug_that_is_given(client: httpx.AsyncClient) -> None:
    made = await sent(client, "/v1/events", {"title": "A", "slug": "blast"}, 201)
    assert (await sent(client, "/v1/events", {"title": "B", "slug": "blast"}, 200))["id"] == made["id"]
    found = await sent(client, "/v1/reports", {"events": [{"slug": "blast", "claims": [claim("T")]}]})
    assert found["events"][0]["id"] == made["id"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Blast in Zagorsk!", "blast-in-zagorsk"), ("Взрыв в Загорске", "vzryv-v-zagorske"), ("…", "event")],
)
async def test_a_slug_made_of_the_title_is_numbered_and_never_matched(
    client: httpx.AsyncClient, title: str, slug: str
) -> None:
    await sent(client, "/v1/events", {"title": "Taken", "slug": f"{slug}-2"})
    made = [await sent(client, "/v1/events", {"title": title}, 201) for _ in range(3)]
    assert [one["slug"] for one in made] == [slug, f"{slug}-3", f"{slug}-4"]
    body = {
        "events": [{"ref": f"e{nth}", "title": title} for nth in range(2)] + [{"slug": f"{slug}-5", "title": "Given"}]
    }
    answer = await sent(client, "/v1/reports", body)
    slugs = [(await client.get(f"/v1/events/{one['id']}")).json()["slug"] for one in answer["events"]]
    assert slugs == [f"{slug}-6", f"{slug}-7", f"{slug}-5"]


async def test_events_of_a_report(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    assert await refused(client, "/v1/reports", {"events": [{"title": "A"}]}) == "/events/0/ref"
    assert await refused(client, "/v1/reports", {"events": [{"ref": "e1"}]}) == "/events/0/title"
    assert await refused(client, "/v1/reports", {"events": [{"event": "blast"}]}) == "/events/0/event"
    await sent(client, "/v1/events", {"title": "A", "slug": "blast", "ref": "e0"})
    answer = await sent(client, "/v1/reports", {"events": [{"slug": "blast", "ref": "e1"}]}, 409)
    assert answer["errors"][0]["pointer"] == "/events/0/ref"
    before = rows(psql)
    twins = [{"slug": "fire", "title": "Fire"}, {"slug": "fire", "title": "Blaze", "place_name": "Here", "ref": "e2"}]
    made = await sent(client, "/v1/reports", {"events": twins})
    assert made["events"][0]["id"] == made["events"][1]["id"]
    assert new(before, rows(psql)) == {"event": 1, "report": 1}
    fire = (await client.get("/v1/events/fire")).json()
    assert (fire["title"], fire["place_name"], fire["ref"]) == ("Fire", "Here", "e2")
    twins[0]["ref"], twins[1]["ref"] = "e3", "e4"
    twins[0]["slug"] = twins[1]["slug"] = "smoke"
    assert await refused(client, "/v1/reports", {"events": twins}) == "/events/1/ref"
    circle = [{"ref": "p", "title": "P", "parent": "ref:q"}, {"ref": "q", "title": "Q", "parent": "ref:p"}]
    assert (await refused(client, "/v1/reports", {"events": circle})).startswith("/events/")
    links = report(event_links=[{"relation": "related", "to": "ref:blast"}])
    assert await refused(client, "/v1/reports", links) == "/events/0/event_links/0/to"
