"""Documents, what was read of them, and how they depend on each other."""

import httpx
from calls import delete, document, get, ids, patch, post

URL = "https://news.example/1"


async def test_is_found_by_any_spelling_of_its_url(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/documents", {"url": URL, "title": "Blast", "published": "2023-08-09"})
    assert (made["kind"], made["lifecycle"], made["published_to"]) == ("article", "live", "2023-08-10T00:00:00Z")
    again = await post(
        client, "/v1/documents", {"url": "HTTPS://news.example:443/1?utm_source=x#top", "byline": "N. N."}, 200
    )
    assert (again["id"], again["byline"]) == (made["id"], "N. N.")
    for query in ("url", "canonical_url"):
        assert await ids(client, f"/v1/documents?{query}={URL}%3Futm_source=y") == [made["id"]]


async def test_a_new_text_is_a_version_and_the_same_text_none(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/documents", {"url": URL, "text": "first"})
    await post(client, "/v1/documents", {"url": URL, "text": "first"}, 200)
    await post(client, "/v1/documents", {"url": URL, "text": "second", "headline": "Later"}, 201)
    versions = f"/v1/documents/{made['id']}/versions"
    found = (await get(client, f"{versions}?sort=retrieved_at&text=true"))["items"]
    assert [(one["text"], one["headline"]) for one in found] == [("first", None), ("second", "Later")]
    assert [one["text"] for one in (await get(client, versions))["items"]] == [None, None]
    third = await post(client, versions, {"text": "third", "retrieved_at": "2023-08-09T10:00:00Z"})
    again = await post(client, versions, {"text": "third"}, 200)
    assert (again["id"], len(again["sha256"])) == (third["id"], 64)
    assert (await ids(client, versions))[-1] == third["id"]


async def test_is_changed(client: httpx.AsyncClient) -> None:
    made = await document(client, URL, published="2023-08-09", publisher={"name": "News", "kind": "outlet"})
    changed = await patch(
        client,
        f"/v1/documents/{made}",
        {
            "published": "2023-08",
            "lifecycle": "deleted",
            "publisher": None,
            "url": "https://news.example/moved?utm_source=x",
        },
    )
    assert (changed["published_from"], changed["published_to"]) == ("2023-08-01T00:00:00Z", "2023-09-01T00:00:00Z")
    assert (changed["canonical_url"], changed["publisher_id"]) == ("https://news.example/moved", None)
    changed = await patch(client, f"/v1/documents/{made}", dict.fromkeys(["published", "lifecycle", "url", "kind"]))
    assert [changed[name] for name in ("published_from", "lifecycle", "canonical_url", "kind")] == [
        None,
        "live",
        None,
        "article",
    ]


async def test_a_taken_url_names_who_has_it(client: httpx.AsyncClient) -> None:
    first, second = await document(client, URL), await document(client, "https://news.example/2")
    told = await patch(client, f"/v1/documents/{second}", {"url": f"{URL}#x"}, 409)
    assert (told["url"], told["errors"][0]["pointer"]) == (f"/v1/documents/{first}", "/url")
    await patch(client, f"/v1/documents/{first}", {"url": f"{URL}#x"})


async def test_links(client: httpx.AsyncClient) -> None:
    made = await document(client, URL, links=[{"relation": "translation_of", "to": {"url": "https://ru.example/1"}}])
    links = f"/v1/documents/{made}/links"
    told = (await get(client, links))["items"][0]
    assert (told["from_id"], told["relation"], told["state"]) == (made, "translation_of", "confirmed")
    near = await post(
        client, links, {"relation": "rewrites", "to": told["to_id"], "how_known": "similarity", "score": 0.9}
    )
    assert near["state"] == "proposed"
    assert (await post(client, links, {"relation": "rewrites", "to": told["to_id"]}, 200))["id"] == near["id"]
    assert await ids(client, f"{links}?state=proposed") == [near["id"]]
    assert await ids(client, f"{links}?relation=translation_of") == [told["id"]]
    assert await ids(client, f"{links}?direction=to") == []
    assert len(await ids(client, f"/v1/documents/{told['to_id']}/links?direction=to")) == 2
    changed = await patch(client, f"/v1/document-links/{near['id']}", {"state": "rejected", "score": None})
    assert (changed["state"], changed["score"]) == ("rejected", None)
    assert (await patch(client, f"/v1/document-links/{near['id']}", {"state": None}))["state"] == "confirmed"
    await delete(client, f"/v1/document-links/{near['id']}")
    await get(client, f"/v1/document-links/{near['id']}", 410)
    await post(client, links, {"relation": "quotes", "to": made}, 422)
