"""Conditional requests, HEAD, OPTIONS, and keys."""

import asyncio

import pytest
import soaking
from calls import claim, get, post, source
from fastapi import FastAPI
from httpx import AsyncClient
from key_holders import revoke_key

from app.database import Signature


async def test_what_is_read_again_unchanged_is_304(client: AsyncClient, event: str) -> None:
    made = await claim(client, event)
    for path in (
        event,
        f"/v1/claims/{made}",
        "/v1/claims",
        f"{event}/claims",
        f"{event}/history",
        f"/v1/claims/{made}/history",
    ):
        first = await client.get(path)
        tag = first.headers["ETag"]
        assert tag.startswith('"')
        for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await client.get(path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), (path, asked)
        assert (await client.get(path, headers={"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_write_names_what_it_was_decided_on(client: AsyncClient, method: str) -> None:
    path = f"/v1/sources/{await source(client, 'A')}"
    old = (await client.get(path)).headers["ETag"]
    await client.patch(path, json={"role": "mayor"}, headers={"If-Match": old})
    now = (await client.get(path)).headers["ETag"]
    body = {"role": "x"} if method == "PATCH" else None
    bare = await client.request(method, path, json=body)
    assert (bare.status_code, bare.json()["type"]) == (428, "/problems/precondition-required")
    for wrong in (old, f"W/{old}", "x", ""):
        stale = await client.request(method, path, headers={"If-Match": wrong}, json=body)
        assert (stale.status_code, stale.headers["ETag"], stale.json()["etag"]) == (412, now, now), wrong
    assert (await get(client, path))["role"] == "mayor"
    done = await client.request(method, path, headers={"If-Match": f'"x", W/{now}'}, json=body)
    assert done.status_code == (200 if method == "PATCH" else 204)


async def test_an_answer_to_a_write_has_the_tag_to_go_on_with(client: AsyncClient) -> None:
    made = await client.post("/v1/sources", json={"name": "A"})
    path = made.headers["Location"]
    changed = await client.patch(path, json={"role": "x"}, headers={"If-Match": made.headers["ETag"]})
    assert changed.headers["ETag"] == (await client.get(path)).headers["ETag"]


@pytest.mark.soak
async def test_many_changes_at_once_lose_nothing(client: AsyncClient) -> None:
    path = f"/v1/sources/{await source(client, 'A', notes='0')}"

    async def add_one() -> int:
        found = await client.get(path)
        if found.status_code == 503:  # too many at once
            return 503
        notes = str(int(found.json()["notes"]) + 1)
        return (
            await client.patch(path, json={"notes": notes}, headers={"If-Match": found.headers["ETag"]})
        ).status_code

    async def insist() -> None:
        while await add_one() != 200:
            pass

    told = await asyncio.gather(*(add_one() for _ in range(200 if soaking.SOAK else 80)))
    assert set(told) <= {200, 412, 503}
    await asyncio.gather(*(insist() for _ in range(5)))
    found = await get(client, path)
    kept = told.count(200) + 5
    assert (found["notes"], found["version"]) == (str(kept), kept + 1)


async def test_head_is_get_without_its_body(client: AsyncClient, event: str) -> None:
    client.headers["Accept-Encoding"] = "identity"
    await claim(client, event, "A long text. " * 100)
    for path in (event, "/v1/claims", f"{event}/history", "/v1/claims/01a2043e-e340-72ca-84f4-b6b7d3e157db"):
        read, head = await client.get(path), await client.head(path)
        changing = {"x-request-id", "ratelimit", "vary", *(["content-length"] if read.status_code == 404 else [])}
        shown = [{k: v for k, v in one.headers.items() if k not in changing} for one in (read, head)]
        assert (head.status_code, head.content, shown[1]) == (read.status_code, b"", shown[0]), path


async def test_options_says_what_may_be_done(client: AsyncClient, event: str) -> None:
    for path, allowed in {
        "/v1/events": "GET, HEAD, OPTIONS, POST",
        event: "DELETE, GET, HEAD, OPTIONS, PATCH",
        f"{event}/merge": "OPTIONS, POST",
        f"{event}/history": "GET, HEAD, OPTIONS",
    }.items():
        assert (await client.options(path)).headers["Allow"] == allowed
        refused = await client.put(path, json={})
        assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)


async def test_keys(app: FastAPI, client: AsyncClient, other: AsyncClient, anybody: AsyncClient) -> None:
    refused = await anybody.post("/v1/sources", json={"name": "A"})
    assert refused.status_code == 401
    for wrong in ("Bearer cc_x", "Bearer é", "Basic eDp5", "Bearer", "cc_x"):
        for path in ("/v1/sources", "/v1/events/nothing"):
            told = await anybody.get(path, headers={b"Authorization": wrong.encode()})
            assert told.status_code == 401, wrong
            assert told.headers["WWW-Authenticate"].startswith("Bearer")
    made = await post(other, "/v1/sources", {"name": "A"})
    assert (await get(client, f"/v1/sources/{made['id']}/history"))["items"][0]["actor"] == "other"
    async with app.state.database.writing(Signature("tests")) as session:
        await revoke_key(session, "other")
    assert (await other.get("/v1/sources")).status_code == 401
    assert (await other.post("/v1/sources", json={"name": "B"})).status_code == 401
