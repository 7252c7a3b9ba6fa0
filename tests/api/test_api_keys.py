"""Keys: their text, what they may do, how long, and what becomes of them when they are rotated or revoked."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from calls import Json, get, post
from fastapi import FastAPI
from key_holders import make_key
from queries import recorded

from app import tokens
from app.database import Signature

Client = httpx.AsyncClient
Psql = psycopg.Connection[Any]
CHALLENGE = 'Bearer realm="counterclaim"'


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def robot(client: Client) -> Json:
    """A key that may record."""
    return await post(client, "/v1/keys", {"name": "robot", "scopes": ["ingest"], "owner": "Ines Varga"})


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[Client]:
    """Somebody who may make keys, and nothing else."""
    async with app.state.database.writing(Signature("tests")) as session:
        token = await make_key(session, "keeper", ["admin"])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=bearing(token)) as one:
        yield one


async def test_a_key_is_told_once(client: Client, anybody: Client, robot: Json, psql: Psql) -> None:
    token = robot.pop("token")
    assert re.fullmatch(r"cc_[0-9a-f]{32}_[0-9A-Za-z]{40}", token)
    assert token.startswith(f"cc_{robot['id'].replace('-', '')}_")
    listed = (await get(client, "/v1/keys"))["items"][-1]
    assert listed["name"] == "robot"
    assert {**robot, "last_used_at": None} == {**await get(client, f"/v1/keys/{robot['id']}"), "last_used_at": None}
    assert token not in str([await get(client, "/v1/keys"), robot])
    stored = psql.execute("SELECT to_jsonb(k)::text, sha256 FROM api_key k WHERE name = 'robot'").fetchone()
    assert stored is not None
    assert stored[1] == hashlib.sha256(token.encode()).digest()
    assert token[36:] not in stored[0]
    assert (await anybody.post("/v1/sources", json={"name": "A"}, headers=bearing(token))).status_code == 201
    made = await client.post("/v1/keys", json={"name": "another", "scopes": ["read"]})
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert made.headers["Location"] == f"/v1/keys/{made.json()['id']}"


async def test_what_is_mistyped_is_told_before_the_database_is_asked(
    app: FastAPI, anybody: Client, robot: Json
) -> None:
    token: str = robot["token"]
    wrong = [token[:-1], token + "0", token.upper(), token.replace("_", "-"), f"cc_{token}", "cc_", "cc_x"]
    wrong += [f"{token[:nth]}{'1' if token[nth] == '0' else '0'}{token[nth + 1 :]}" for nth in range(3, len(token))]
    with recorded(app.state.database) as recording:
        for mistyped in wrong:
            answer = await anybody.get("/v1/sources", headers=bearing(mistyped))
            assert (answer.status_code, "mistyped" in answer.json()["detail"]) == (
                401,
                mistyped.startswith("cc_"),
            )
            assert answer.headers["WWW-Authenticate"].startswith(f'{CHALLENGE}, error="invalid_token"')
            assert mistyped not in answer.text
    assert recording.statements == []
    for unknown in (tokens.new(uuid4()), "cc_" + "x" * 43):
        answer = await anybody.get("/v1/sources", headers=bearing(unknown))
        assert (answer.status_code, "not known" in answer.json()["detail"]) == (401, True)
    # The id of a key that is there, with another secret.
    stranger = tokens.new(tokens.key_id(token) or uuid4())
    assert (await anybody.get("/v1/sources", headers=bearing(stranger))).status_code == 401


async def test_keys_that_were_made_before_go_on(client: Client, anybody: Client, psql: Psql) -> None:
    token = "cc_" + "aZ09_-" * 7 + "a"
    psql.execute(
        "INSERT INTO api_key (name, sha256, scopes) VALUES ('old', %s, '{ingest}')",
        [hashlib.sha256(token.encode()).digest()],
    )
    assert (await anybody.post("/v1/sources", json={"name": "A"}, headers=bearing(token))).status_code == 201
    old = next(key for key in (await get(client, "/v1/keys"))["items"] if key["name"] == "old")
    renewed = await post(client, f"/v1/keys/{old['id']}/rotate", {"overlap": 60}, 200)
    for either in (token, renewed["token"]):
        assert (await anybody.post("/v1/sources", json={"name": "A"}, headers=bearing(either))).status_code == 200


async def test_rotated_with_and_without_overlap(client: Client, anybody: Client, robot: Json, psql: Psql) -> None:
    async def calls(token: str) -> bool:
        answer = await anybody.post(
            "/v1/lookup", json={"items": [{"ref": "a", "type": "claim"}]}, headers=bearing(token)
        )
        return answer.status_code == 200

    path = f"/v1/keys/{robot['id']}"
    second = await post(client, f"{path}/rotate", {"overlap": "3600"}, 200)
    assert (second["id"], second["name"], second["scopes"]) == (robot["id"], "robot", ["ingest"])
    assert second["previous_until"] > second["rotated_at"]
    assert [await calls(robot["token"]), await calls(second["token"])] == [True, True]
    psql.execute("UPDATE api_key SET previous_until = now() - interval '1 second' WHERE name = 'robot'")
    assert [await calls(robot["token"]), await calls(second["token"])] == [False, True]
    third = await client.post(f"{path}/rotate", json={}, headers={"Cache-Control": "no-cache"})
    assert third.headers["Cache-Control"] == "no-store"
    assert [await calls(second["token"]), await calls(third.json()["token"])] == [False, True]
    for overlap in (-1, 31 * 24 * 3600, "soon"):
        assert (await client.post(f"{path}/rotate", json={"overlap": overlap})).status_code == 422


async def test_revoked(client: Client, anybody: Client, robot: Json) -> None:
    path = f"/v1/keys/{robot['id']}"
    second = await post(client, f"{path}/rotate", {"overlap": 3600}, 200)
    assert (await client.delete(path)).status_code == 204
    revoked_at = (await get(client, path))["revoked_at"]
    assert (await client.delete(path)).status_code == 204
    assert (await get(client, path))["revoked_at"] == revoked_at is not None
    for token in (robot["token"], second["token"]):
        answer = await anybody.get("/v1/sources", headers=bearing(token))
        assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)
    await post(client, f"{path}/rotate", {}, 409)
    await post(client, "/v1/keys", {"name": "robot", "scopes": ["read"]}, 201)
    told = await post(client, "/v1/keys", {"name": "robot", "scopes": ["read"]}, 409)
    assert told["errors"][0]["pointer"] == "/name"
    for call in (get(client, f"/v1/keys/{uuid4()}", 404), get(client, "/v1/keys/robot", 422)):
        await call
    assert (await client.delete(f"/v1/keys/{uuid4()}")).status_code == 404


async def test_expired(client: Client, anybody: Client, psql: Psql) -> None:
    body = {"name": "guest", "scopes": ["read"]}
    told = await post(client, "/v1/keys", {**body, "expires_at": "2020-01-01T00:00Z"}, 422)
    assert told["errors"][0]["pointer"] == "/expires_at"
    guest = await post(client, "/v1/keys", {**body, "expires_at": "2999-01-01T00:00Z"})
    assert (await anybody.get("/v1/sources", headers=bearing(guest["token"]))).status_code == 200
    psql.execute("UPDATE api_key SET expires_at = now() - interval '1 second' WHERE name = 'guest'")
    answer = await anybody.get("/v1/sources", headers=bearing(guest["token"]))
    assert (answer.status_code, "expired" in answer.json()["detail"]) == (401, True)
    path = f"/v1/keys/{guest['id']}/rotate"
    await post(client, path, {}, 409)
    renewed = await post(client, path, {"expires_at": "2999-01-01T00:00Z"}, 200)
    assert (await anybody.get("/v1/sources", headers=bearing(renewed["token"]))).status_code == 200


async def test_nobody_gives_what_they_have_not(admin: Client, robot: Json) -> None:
    for scopes in (["ingest"], ["admin", "confidential"]):
        answer = await admin.post("/v1/keys", json={"name": "more", "scopes": scopes})
        assert (answer.status_code, scopes[-1] in answer.json()["detail"]) == (403, True)
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    # Its new token would be told to whoever rotates it.
    assert (await admin.post(f"/v1/keys/{robot['id']}/rotate", json={})).status_code == 403
    assert (await post(admin, "/v1/keys", {"name": "less", "scopes": ["admin"]}))["scopes"] == ["admin"]
    assert (await admin.delete(f"/v1/keys/{robot['id']}")).status_code == 204
    bodies: list[Json] = [{"scopes": []}, {"scopes": ["all"]}, {"name": "https://idp.example#x"}, {"name": ""}]
    for body in bodies:
        assert (await admin.post("/v1/keys", json={"name": "n", "scopes": ["admin"], **body})).status_code == 422, body


async def test_no_answer_with_a_token_is_kept(client: Client, robot: Json, psql: Psql) -> None:
    for path, body in (("/v1/keys", {"name": "k", "scopes": ["read"]}), (f"/v1/keys/{robot['id']}/rotate", {})):
        refused = await client.post(path, json=body, headers={"Idempotency-Key": "k-1"})
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")
    assert psql.execute("SELECT count(*) FROM idempotency_key").fetchone() == (0,)
    assert [key["name"] for key in (await get(client, "/v1/keys"))["items"]] == ["tester", "robot"]


async def test_last_used_is_noted_once_a_minute(client: Client, anybody: Client, robot: Json, psql: Psql) -> None:
    def last_used(name: str = "robot") -> Any:
        row = psql.execute("SELECT last_used_at FROM api_key WHERE name = %s", [name]).fetchone()
        return row and row[0]

    async def used() -> Any:
        before = last_used()
        await anybody.get("/v1/sources", headers=bearing(robot["token"]))
        for _ in range(20):
            if last_used() != before:
                break
            await asyncio.sleep(0.01)
        return last_used()

    lines = psql.execute("SELECT count(*) FROM change").fetchone()
    assert last_used() is None
    first = await used()
    assert first is not None
    assert await used() == first
    psql.execute("UPDATE api_key SET last_used_at = last_used_at - interval '61 seconds' WHERE name = 'robot'")
    assert await used() > first
    assert psql.execute("SELECT count(*) FROM change").fetchone() == lines
    # Nobody waits for it, also while it can't be noted.
    with psql.transaction():
        psql.execute("UPDATE api_key SET last_used_at = NULL WHERE name = 'robot'")
        assert (await anybody.get("/v1/sources", headers=bearing(robot["token"]))).status_code == 200


@pytest.mark.parametrize("path", ["/v1/sources", "/v1/claims/similar", "/v1/export.ndjson", "/v1alpha1/claims:search"])
async def test_no_key_is_taken_from_an_address(app: FastAPI, anybody: Client, robot: Json, path: str) -> None:
    token: str = robot["token"]
    names = ["access_token"] if "alpha" in path else ["access_token", "key", "api_key", "token", "q", "none"]
    for name in names:
        answer = await anybody.get(f"{path}?{name}={token.replace('cc', '%63c') if name == 'q' else token}")
        assert (answer.status_code, token in answer.text) == (400, False), name
        assert "address" in answer.text
        assert token[10:] not in str(answer.headers)
        if "alpha" not in path:
            assert answer.json()["type"] == "/problems/key-in-address"
            assert answer.headers["WWW-Authenticate"] == f'{CHALLENGE}, error="invalid_request"'
    assert "address" not in (await anybody.get(f"{path}?q={token[:-1]}")).text, "that is none"


async def test_googles_clients_have_no_other_place_for_a_key(
    app: FastAPI, anybody: Client, robot: Json, described: Json
) -> None:
    path = "/v1alpha1/claims:search?query=drone&key="
    app.state.settings.public_read = False
    assert (await anybody.get(path + "AIzaSyA-not-ours")).status_code == 401
    assert (await anybody.get(path + robot["token"])).status_code == 200
    mistyped = await anybody.get(path + robot["token"][:-1])
    assert (mistyped.status_code, mistyped.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_a_body_that_comes_in_for_long_ends_with_its_key(client: Client, anybody: Client, robot: Json) -> None:
    def lines_of(first: int, last: int) -> bytes:
        return b"".join(b'{"type": "source", "name": "Source %d"}\n' % number for number in range(first, last))

    async def body() -> AsyncIterator[bytes]:
        yield lines_of(0, 300)
        await asyncio.sleep(0.1)
        assert (await client.delete(f"/v1/keys/{robot['id']}")).status_code == 204
        yield lines_of(300, 1000)

    headers = {**bearing(robot["token"]), "Content-Type": "application/x-ndjson"}
    answer = await anybody.post("/v1/ingest", content=body(), headers=headers)
    told = answer.json()
    assert (answer.status_code, told["lines_stored"]) == (401, 250)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert (await get(client, "/v1/sources?count=true&limit=1"))["total"] == 250


async def test_a_call_that_waits_for_long_ends_with_its_key(client: Client, anybody: Client) -> None:
    key = await post(client, "/v1/keys", {"name": "listener", "scopes": ["read"]})
    here = (await get(client, "/v1/changes/checkpoint"))["position"]
    path = f"/v1/changes?since={here}&wait=20"
    waiting = asyncio.create_task(anybody.get(path, headers=bearing(key["token"])))
    await asyncio.sleep(0.3)
    assert (await client.delete(f"/v1/keys/{key['id']}")).status_code == 204
    await asyncio.sleep(1.1)
    await post(client, "/v1/events", {"title": "Unpublished", "visibility": "restricted"})
    answer = await waiting
    assert (answer.status_code, "Unpublished" in answer.text) == (401, False)
