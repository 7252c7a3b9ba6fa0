"""GET /v1/sources/{source}/record, over all events in which a source spoke."""

from typing import Any

import calls
import httpx


async def settled(client: httpx.AsyncClient, slug: str, source: str, *, right: bool = True, **more: Any) -> str:
    """An event whose cause a court settles, and the source that said so, or said otherwise. Its path."""
    event = f"/v1/events/{(await calls.post(client, '/v1/events', {'title': slug, 'slug': slug, **more}))['id']}"
    cause = {"text": "What caused it?", "kind": "cause"}
    true = await calls.claim(client, event, "A gas leak", question=cause)
    false = await calls.claim(client, event, "A drone", question=cause)
    await calls.statement(client, event, true if right else false, source, said="2023-08-09")
    verdict = {"claim": true, "author": {"name": "Ada Court", "kind": "court"}, "scheme": "veracity", "rating": "true"}
    await calls.post(client, f"{event}/assessments", verdict | {"settles": True, "made": "2024-05-01"})
    return event


async def test_a_record_goes_over_all_events_that_the_caller_may_read(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    ministry = await calls.source(client, "Ministry of Kesra", kind="authority")
    minister = await calls.source(client, "Minister Kim", kind="official", parent=ministry)
    await settled(client, "one", ministry)
    await settled(client, "two", minister, right=False)
    await settled(client, "three", minister, visibility="restricted")
    found = await calls.get(client, f"/v1/sources/{minister}/record")
    assert (found["right"], found["wrong"], found["unscored"]) == (2, 1, 0)
    assert found["family_id"] == ministry
    assert {one["event_slug"]: one["verdict"] for one in found["entries"]} == {
        "one": "right",
        "two": "wrong",
        "three": "right",
    }
    assert {one["name"] for one in found["sources"].values()} == {"Ministry of Kesra", "Minister Kim"}
    public = await calls.get(anybody, f"/v1/sources/{minister}/record")
    assert sorted(one["event_slug"] for one in public["entries"]) == ["one", "two"]
    earlier = await calls.get(anybody, f"/v1/sources/{minister}/record?said_before=2024-04")
    assert (earlier["entries"], earlier["family_id"]) == ([], ministry)


async def test_merges_are_followed_and_an_unchanged_record_is_a_304(client: httpx.AsyncClient) -> None:
    one, other = await calls.source(client, "One"), await calls.source(client, "Other")
    await settled(client, "one", one)
    event = await settled(client, "two", other, right=False)
    path = f"/v1/sources/{one}/record"
    before = await client.get(path)
    tag = {"If-None-Match": before.headers["ETag"]}
    assert (await client.get(path, headers=tag)).status_code == 304
    assert (before.json()["right"], before.json()["wrong"]) == (1, 0)
    await calls.post(client, f"/v1/sources/{other}/merge", {"into": one}, 200)
    after = await client.get(path, headers=tag)
    assert (after.json()["right"], after.json()["wrong"]) == (1, 1)
    # An event that was merged counts under the one that it was merged into.
    whole = (await calls.post(client, "/v1/events", {"title": "whole", "slug": "whole"}))["id"]
    await calls.post(client, f"{event}/merge", {"into": whole}, 200)
    merged = (await client.get(path)).json()
    assert {entry["event_slug"] for entry in merged["entries"]} == {"one", "whole"}
    assert (merged["right"], merged["wrong"]) == (1, 1)


async def test_the_record_of_a_protected_source_is_for_few(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    hidden = await calls.source(client, "Informant", kind="witness", confidential=True)
    event = await settled(client, "one", hidden)
    assert (await calls.get(client, f"/v1/sources/{hidden}/record"))["right"] == 1
    await calls.get(anybody, f"/v1/sources/{hidden}/record", 404)
    sources = (await calls.get(anybody, f"{event}/dossier"))["sources"].values()
    mask = next(one["id"] for one in sources if one["confidential"])
    assert (await calls.get(anybody, f"/v1/sources/{mask}/record", 403))["type"] == "/problems/forbidden"


async def test_what_can_not_be_asked(client: httpx.AsyncClient) -> None:
    source = await calls.source(client, "One")
    assert (await calls.get(client, f"/v1/sources/{source}/record"))["family_id"] is None
    await calls.get(client, f"/v1/sources/{source}/record?said_before=soon", 422)
    await calls.get(client, f"/v1/sources/{source}/record?as_of=2023", 422)
    await calls.get(client, "/v1/sources/ref:nobody/record", 404)
