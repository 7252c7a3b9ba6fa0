"""Whose webhooks are, what they are told, and where they may lead."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
from calls import claim, get, patch, post
from fastapi import FastAPI
from hooking import Client, comes_to, hook, sending, until
from receiving import Receiver


async def test_keys_see_their_own_and_admin_all(
    hooked: FastAPI, client: Client, other: Client, anybody: Client, receiver: Receiver, *, psql: psycopg.Connection
) -> None:
    psql.execute("UPDATE api_key SET scopes = '{read}' WHERE name = 'other'")
    mine, theirs = await hook(client, receiver), await hook(other, receiver)
    assert [one["id"] for one in (await get(other, "/v1/webhooks"))["items"]] == [theirs["id"]]
    assert {one["id"] for one in (await get(client, "/v1/webhooks"))["items"]} == {mine["id"], theirs["id"]}
    path = f"/v1/webhooks/{mine['id']}"
    for answer in (
        await other.get(path),
        await other.patch(path, json={}),
        await other.patch(path, json={"rotate": 0}),
        await other.delete(path),
        await other.post(f"{path}/test"),
    ):
        assert answer.status_code == 404
    assert (await anybody.get("/v1/webhooks")).status_code == 401
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    assert (await other.get("/v1/webhooks")).status_code == 403


async def test_what_is_sent_is_what_the_key_may_see_when_it_is_sent(
    hooked: FastAPI, client: Client, other: Client, receiver: Receiver, event: str, *, psql: psycopg.Connection
) -> None:
    webhook = await hook(other, receiver)
    hidden = await post(client, "/v1/events", {"title": "Hidden", "visibility": "restricted"}, 201)
    await claim(client, f"/v1/events/{hidden['id']}")
    await claim(client, event)
    psql.execute("UPDATE api_key SET scopes = '{edit}' WHERE name = 'other'")
    async with sending(hooked):
        await until(lambda: receiver.messages)
        await asyncio.sleep(0.1)
        assert {item["event_id"] for message in receiver.messages for item in message.data["items"]} == {
            event.rpartition("/")[2]
        }
        psql.execute("UPDATE api_key SET revoked_at = now() WHERE name = 'other'")
        before = len(receiver.messages)
        await claim(client, event, text="Later")
        await comes_to(client, webhook, enabled=False, disabled_reason="key")
    assert len(receiver.messages) == before


async def test_a_key_that_ends_disables_its_webhooks_and_one_that_is_rotated_does_not(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    made = [await post(client, "/v1/keys", {"name": name, "scopes": ["read"]}, 201) for name in ("a", "b", "c")]
    headers = [{"Authorization": f"Bearer {key['token']}"} for key in made]
    hooks = []
    for auth in headers:
        answer = await client.post("/v1/webhooks", json={"url": receiver.url}, headers=auth)
        assert answer.status_code == 201
        hooks.append(answer.json())
    revoked, expired, rotated = hooks
    ahead = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    await post(client, f"/v1/keys/{made[1]['id']}/rotate", {"expires_at": ahead}, 200)
    await post(client, f"/v1/keys/{made[2]['id']}/rotate", {}, 200)
    async with sending(hooked):
        assert (await client.delete(f"/v1/keys/{made[0]['id']}")).status_code == 204
        for webhook in (revoked, expired):  # though nothing changes
            await comes_to(client, webhook, enabled=False, disabled_reason="key")
        await claim(client, event)
        await comes_to(
            client, rotated, enabled=True, position=(await get(client, "/v1/changes/checkpoint"))["position"]
        )
        assert {message.data["webhook"] for message in receiver.messages} == {rotated["id"]}
        ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        token = (await post(client, f"/v1/keys/{made[1]['id']}/rotate", {"expires_at": ahead}, 200))["token"]
        assert (await client.get("/v1/webhooks", headers=headers[1])).status_code == 401
        answer = await client.patch(
            f"/v1/webhooks/{expired['id']}", json={"enabled": True}, headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json()["enabled"]) == (200, True)
        await until(lambda: expired["id"] in {message.data["webhook"] for message in receiver.messages})
        await patch(client, f"/v1/webhooks/{revoked['id']}", {"enabled": True})  # its key does not come back by that
        await comes_to(client, revoked, enabled=False, disabled_reason="key")
    assert revoked["id"] not in {message.data["webhook"] for message in receiver.messages}


async def test_a_restored_database_is_not_skipped_over(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str, psql: psycopg.Connection
) -> None:
    webhook = await hook(client, receiver)
    psql.execute("UPDATE webhook SET hash = '\\x00000000'")
    await claim(client, event)
    async with sending(hooked):
        await comes_to(client, webhook, disabled_reason="fork")
    assert receiver.messages == []


async def test_addresses_are_public_and_secure_unless_the_operator_says_otherwise(
    app: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    for url in (receiver.url, "ftp://e.org/", "https://user:word@e.org/"):
        refused = await client.post("/v1/webhooks", json={"url": url})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/url")
    for url in (
        "https://127.0.0.1:9/",
        "https://localhost:9/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/",
    ):
        webhook = await post(client, "/v1/webhooks", {"url": url}, 201)
        answer = await client.post(f"/v1/webhooks/{webhook['id']}/test")
        assert answer.json()["status"] is None
        assert "not a public address" in answer.json()["error"]


async def test_a_key_has_so_many_and_no_more(hooked: FastAPI, client: Client, receiver: Receiver) -> None:
    for _ in range(20):
        await hook(client, receiver)
    refused = await client.post("/v1/webhooks", json={"url": receiver.url})
    assert refused.status_code == 409
    for body, pointer in (
        ({}, "/url"),
        ({"url": 1}, "/url"),
        ({"url": receiver.url, "filter": "type=clam"}, "/filter"),
        ({"url": receiver.url, "filter": "kind=claim"}, "/filter"),
        ({"url": receiver.url, "filter": "type=claim&type=source"}, "/filter"),
        ({"url": receiver.url, "filter": "since=2023"}, "/filter"),
        ({"url": receiver.url, "filter": "claims"}, "/filter"),
        ({"url": receiver.url, "rotate": 0}, "/rotate"),
        ({"url": receiver.url, "secret": "mine"}, "/secret"),
    ):
        refused = await client.post("/v1/webhooks", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    refused = await client.post("/v1/webhooks", json={"url": receiver.url, "filter": "event=nowhere"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "event")
