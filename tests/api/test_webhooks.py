"""Webhooks: what is sent, how it is signed, when it is sent again, and what its owner does with it."""

import asyncio
import hashlib
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from calls import claim, patch, post
from fastapi import FastAPI
from hooking import Client, comes_to, hook, sending, told, until, verified
from receiving import Receiver

# --- what is sent ----------------------------------------------------------------------------------------------------


async def test_changes_are_sent_in_order_signed_and_without_records(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    assert webhook["secret"].startswith("whsec_")
    async with sending(hooked):
        made = [await claim(client, event, text=f"It burned {nth}") for nth in range(3)]
        await until(lambda: len(receiver.taken) >= 3)
        await comes_to(client, webhook, position=receiver.positions[-1])
    body = verified(webhook["secret"], receiver.messages[0])
    assert body["type"] == "changes"
    assert body["data"]["webhook"] == webhook["id"]
    items = [item for message in receiver.messages for item in message.data["items"]]
    assert [item["id"] for item in items if item["type"] == "claim"] == [path.rpartition("/")[2] for path in made]
    assert {"position", "recorded_at", "type", "op", "id", "event_id", "version"} <= items[0].keys()
    assert not {"record", "actor", "reason"} & items[0].keys()
    assert "It burned" not in str(receiver.messages)
    read = await told(client, webhook)
    assert read["attempts"] == 0
    assert read["secret"] is None
    log = [(one["status"], one["message_id"], one["sha256"]) for one in reversed(read["deliveries"])]
    assert log == [
        (204, message.headers["webhook-id"], hashlib.sha256(message.body).hexdigest()) for message in receiver.messages
    ]


def run(command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


async def test_javascript_verifies_it_too(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str, tmp_path: Path
) -> None:
    npm = shutil.which("npm")
    command = [str(npm), "install", "--prefix", str(tmp_path), "--no-audit", "--no-fund", "standardwebhooks@1"]
    if npm is None or (await asyncio.to_thread(run, command)).returncode:
        pytest.skip("npm can't install it here")
    webhook = await hook(client, receiver)
    async with sending(hooked):
        await claim(client, event, text="Пожар")
        await until(lambda: receiver.messages)
    script = """
const { Webhook } = require("standardwebhooks");
const { secret, headers, body } = JSON.parse(require("fs").readFileSync(0));
console.log(new Webhook(secret).verify(body, headers).type);
try { new Webhook(secret).verify(body + " ", headers); } catch { console.log("refused"); }
"""
    message = receiver.messages[0]
    given = json.dumps({"secret": webhook["secret"], "headers": message.headers, "body": message.body.decode()})
    done = await asyncio.to_thread(run, ["node", "-e", script], input=given, cwd=tmp_path)
    assert done.stdout.split() == ["changes", "refused"]


async def test_filters_narrow_and_many_changes_are_few_messages(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    other = await post(client, "/v1/events", {"title": "Another"}, 201)
    webhook = await hook(client, receiver, filter="event=explosion&type=claim&op=insert")
    assert webhook["filter"] == f"type=claim&op=insert&event={event.rpartition('/')[2]}"
    claims = [{"text": f"Version {nth}"} for nth in range(250)]
    report = {"document": {"url": "https://e.org/1"}, "events": [{"slug": "explosion", "title": "Explosion"}]}
    report["events"][0]["claims"] = claims  # type: ignore[index]
    await post(client, "/v1/reports", report, 201)
    await claim(client, f"/v1/events/{other['id']}")
    async with sending(hooked):
        await until(lambda: len(receiver.taken) == 250)
        await comes_to(client, webhook, attempts=0)
    assert [len(message.data["items"]) for message in receiver.messages] == [100, 100, 50]
    items = [item for message in receiver.messages for item in message.data["items"]]
    assert {(item["type"], item["op"], item["event_id"]) for item in items} == {
        ("claim", "insert", event.rpartition("/")[2])
    }
    seqs = [int(position.partition("-")[0]) for position in receiver.positions]
    assert seqs == sorted(set(seqs))


async def test_what_moved_comes_with_old_and_new_and_why(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    said = {"source": {"name": "Mayor", "party": "kesra"}}
    about = await claim(client, event, "A drone", statements=[said])
    webhook = await hook(client, receiver, filter="moved=standing&lang=fr")
    assert webhook["filter"] == "moved=standing&lang=fr"
    await claim(client, event, "Another")
    await claim(client, event, "A drone", statements=[{"source": {"name": "Witness", "party": "press"}}])
    async with sending(hooked):
        await until(lambda: receiver.messages)
    (told,) = receiver.messages[0].data["items"]
    (moved,) = told["moved"]["standings"]
    assert (moved["claim_id"], moved["from"], moved["to"]) == (about, "single_origin", "corroborated")
    assert "2 sources indépendantes" in moved["why"]


# --- what is not taken -----------------------------------------------------------------------------------------------


async def test_what_is_not_taken_is_sent_again_as_it_was_and_what_follows_waits(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    receiver.answers[:] = [500, {"Retry-After": "0"}]
    await claim(client, event, text="First")
    async with sending(hooked):
        await until(lambda: receiver.messages)
        await claim(client, event, text="Second")
        await until(lambda: len(receiver.messages) >= 4)
        await comes_to(client, webhook, position=receiver.positions[-1])
    first, second, third, fourth = receiver.messages[:4]
    assert len({message.headers["webhook-id"] for message in (first, second, third)}) == 1
    assert first.body == second.body == third.body
    assert fourth.headers["webhook-id"] != first.headers["webhook-id"]
    assert verified(webhook["secret"], third)
    await comes_to(client, webhook, attempts=0, failing_since=None, next_at=None)
    log = (await told(client, webhook))["deliveries"][::-1]
    assert [(one["attempt"], one["status"]) for one in log][:4] == [(1, 500), (2, 503), (3, 204), (1, 204)]
    assert len({one["sha256"] for one in log[:3]}) == 1


async def test_who_never_takes_it_is_disabled_and_goes_on_when_enabled(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    receiver.answers[:] = [500] * 4
    await claim(client, event)
    async with sending(hooked):
        read = await comes_to(client, webhook, enabled=False, disabled_reason="failing")
        assert (len(receiver.messages), read["attempts"]) == (4, 4)
        await claim(client, event, text="While it was disabled")
        changed = await patch(client, f"/v1/webhooks/{webhook['id']}", {"enabled": True})
        assert (changed["enabled"], changed["attempts"], changed["disabled_reason"]) == (True, 0, None)
        await until(lambda: len(receiver.taken) == 2)


@pytest.mark.parametrize(("answer", "reason"), [(410, "gone"), (404, None)])
async def test_who_says_gone_is_disabled_at_once(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str, *, answer: int, reason: str | None
) -> None:
    webhook = await hook(client, receiver)
    receiver.answers[:] = [answer]
    await claim(client, event)
    async with sending(hooked):
        await until(lambda: receiver.messages)
        await comes_to(client, webhook, disabled_reason=reason, enabled=reason is None, attempts=1 if reason else 0)
        await until(lambda: len(receiver.messages) == (1 if reason else 2))


async def test_redirects_are_not_followed_and_later_is_as_long_as_asked(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    receiver.answers[:] = [{"Location": f"{receiver.url}/elsewhere"}, {"Retry-After": "3600"}]
    await claim(client, event)
    async with sending(hooked):
        read = await comes_to(client, webhook, attempts=2)
    assert [message.path for message in receiver.messages] == ["/hook", "/hook"]
    waits = (datetime.fromisoformat(read["next_at"]) - datetime.fromisoformat(read["failing_since"])).total_seconds()
    assert 3590 < waits < 3700


# --- what its owner does ---------------------------------------------------------------------------------------------


async def test_two_secrets_sign_while_one_is_replaced(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    path = f"/v1/webhooks/{webhook['id']}"
    rotated = await patch(client, path, {"rotate": 3600})
    assert rotated["secret"] != webhook["secret"]
    await claim(client, event)
    async with sending(hooked):
        await until(lambda: receiver.messages)
        assert verified(webhook["secret"], receiver.messages[0]) == verified(rotated["secret"], receiver.messages[0])
        newest = await patch(client, path, {"rotate": 0})
        await claim(client, event, text="Later")
        # The first may come again: the webhook was changed while it was noted that it had come.
        await until(lambda: len({message.headers["webhook-id"] for message in receiver.messages}) == 2)
    assert verified(newest["secret"], receiver.messages[-1])
    for earlier in (webhook, rotated):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            verified(earlier["secret"], receiver.messages[-1])


async def test_it_is_sent_again_from_a_position(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    for nth in range(3):
        await claim(client, event, text=f"Version {nth}")
    async with sending(hooked):
        await until(lambda: len(receiver.taken) == 3)
        await comes_to(client, webhook, position=receiver.positions[-1])
        await patch(client, f"/v1/webhooks/{webhook['id']}", {"since": receiver.positions[0]})
        await until(lambda: len(receiver.positions) >= 5)
        await patch(client, f"/v1/webhooks/{webhook['id']}", {"since": "2000"})
        await until(lambda: len(receiver.positions) >= 9)
    assert receiver.positions[3:5] == receiver.taken[1:3]
    refused = await client.patch(f"/v1/webhooks/{webhook['id']}", json={"since": "1-00000000"})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/fork")


async def test_it_is_tried_out_without_a_change(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver)
    path = f"/v1/webhooks/{webhook['id']}"
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await client.post(f"{path}/test", headers={"traceparent": trace})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == 204
    assert verified(webhook["secret"], receiver.messages[0])["type"] == "test"
    assert receiver.messages[0].headers["traceparent"] == answer.headers["traceresponse"]
    read = await told(client, webhook)
    attempt = {name: answer.json()[name] for name in ("message_id", "status", "attempt", "error")}
    assert attempt.items() <= read.pop("deliveries")[0].items()
    assert (attempt["attempt"], attempt["status"]) == (0, 204)
    assert read == {name: value for name, value in webhook.items() if name != "deliveries"} | {"secret": None}


async def test_what_is_patched_is_another_filter_and_address(
    hooked: FastAPI, client: Client, receiver: Receiver, event: str
) -> None:
    webhook = await hook(client, receiver, filter="type=source")
    path = f"/v1/webhooks/{webhook['id']}"
    changed = await patch(client, path, {"filter": "op=insert", "url": f"{receiver.url}/2"})
    assert (changed["filter"], changed["secret"]) == ("op=insert", None)
    assert (await patch(client, path, {"filter": ""}))["filter"] == ""
    await claim(client, event)
    async with sending(hooked):
        await until(lambda: receiver.messages)
    assert receiver.messages[0].path == "/hook/2"
    await patch(client, path, {"enabled": False})
    assert (await told(client, webhook))["disabled_reason"] == "by_hand"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
