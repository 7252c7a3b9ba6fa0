"""What a document credits is found in whatever order its texts and its appearances come, and however they are cut."""

import json
from random import Random
from typing import Any

import httpx
import pytest
import soaking
from calls import patch, post
from databases import Kept
from fastapi import FastAPI
from reporting import sent
from test_credits_found import DATELINE, appearance, chains, names, told
from test_together import serving

from app.database import Database

Json = dict[str, Any]
Client = httpx.AsyncClient
_URLS = ("https://kestrel.example/1", "https://heron.example/2")
_BEGINNINGS = ("KYIV (AP) — ", "MOSCOW, Aug 9 (Reuters) - ", "According to AP, ", "", "")
_SPEAKERS = ({"name": "Reuters", "kind": "agency"}, {"name": "Ines Varga"}, {"name": "Governor Kim"})


def _lines(pick: Random) -> list[Json]:
    lines: list[Json] = []
    for nth in range(pick.randint(6, 14)):
        document: Json = {"url": pick.choice(_URLS)}
        if pick.random() < 0.4:
            words = f"{pick.choice(_BEGINNINGS)}Varga said it was a drone, for the {nth}th time."
            document |= {"text": words, "language": "en", "retrieved_at": f"2023-08-11T{nth:02}:00Z"}
        if pick.random() < 0.15:
            document["byline"] = f"AFP in {_URLS.index(document['url'])}"
        if pick.random() < 0.2:
            lines.append({"type": "document", **document})
            continue
        speaker = pick.choice(_SPEAKERS) if pick.random() < 0.5 else {"name": f"Speaker {nth}"}
        statement: Json = {"type": "statement", "event": "ref:blast", "claim": "ref:drone", "stance": "support"}
        statement |= {"source": speaker, "document": document, "wording": f"it was {nth} drones"}
        if pick.random() < 0.2:
            statement["hops"] = [{"source": pick.choice(_SPEAKERS)}]
        lines.append(statement)
    return lines


async def _found(client: Client, requests: list[list[Json]]) -> list[tuple[str, list[Any]]]:
    """The chain of each appearance, by its words."""
    await post(client, "/v1/events", {"title": "Blast", "ref": "blast"})
    await post(client, "/v1/events/ref:blast/claims", {"text": "It was a drone", "ref": "drone"})
    for name in ("Reuters", "Associated Press", "Agence France-Presse"):  # by whomever they are mentioned first
        await post(client, "/v1/sources", {"name": name, "kind": "agency"})
    for lines in requests:
        body = "\n".join(map(json.dumps, lines))
        answer = await client.post("/v1/ingest", content=body, headers={"Content-Type": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text
        assert json.loads(answer.text.splitlines()[-1])["failed"] == 0, answer.text
    answer = await client.get("/v1/events/ref:blast/dossier")
    picture = answer.json()
    shown = []
    for statement in picture["questions"][0]["claims"][0]["statements"] if picture["questions"] else _unasked(picture):
        for place in statement["appearances"]:
            hops = [
                (picture["sources"][hop["source_id"]]["name"], hop["step"], hop["state"], hop["score"])
                for hop in place["hops"]
            ]
            shown.append((place["wording"], hops))
    return sorted(shown)


def _unasked(picture: Json) -> list[Json]:
    return [statement for claim in picture["unasked"] for statement in claim["statements"]]


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(8, few=4))
async def test_in_any_order(
    service: FastAPI, client: Client, beside: Kept, connected: dict[str, Database], seed: int
) -> None:
    pick = Random(seed)
    lines = _lines(pick)
    shuffled = pick.sample(lines, len(lines))
    cut = pick.randint(1, len(lines) - 1)
    found = []
    for requests in ([lines], [[line] for line in lines], [shuffled[:cut], shuffled[cut:]]):
        async with serving(service, beside, connected):
            found.append(await _found(client, requests))
    assert found[0] == found[1] == found[2], json.dumps(lines)


async def test_a_text_that_comes_after_its_quotation(client: Client) -> None:
    await sent(client, "/v1/reports", told(None), 201)
    assert await names(client) == [[]]
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": DATELINE}, 201)
    assert await names(client) == [[("Associated Press", "proposed")]]
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": "(Reuters) - Seven were killed."}, 201)
    assert await names(client) == [[("Reuters", "proposed")]]


async def test_what_an_editor_has_emptied_stays_empty_until_another_is_credited(client: Client) -> None:
    await sent(client, "/v1/reports", told(None), 201)
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": DATELINE}, 201)
    await patch(client, await appearance(client), {"hops": []})
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": f"{DATELINE} More."}, 201)
    assert await names(client) == [[]]
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": "(Reuters) - Seven were killed."}, 201)
    assert await names(client) == [[("Reuters", "proposed")]]


async def test_another_credit_leaves_what_an_editor_has_decided(client: Client) -> None:
    await sent(client, "/v1/reports", told(None), 201)
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": DATELINE}, 201)
    [[hop]] = await chains(client)
    kept = {"source": hop["source_id"], "how_known": "similarity", "score": hop["score"], "state": "confirmed"}
    await patch(client, await appearance(client), {"hops": [kept]})
    await sent(client, "/v1/documents", {"url": "https://a.example/1", "text": "(Reuters) - Seven were killed."}, 201)
    assert await names(client) == [[("Associated Press", "confirmed"), ("Reuters", "proposed")]]


async def test_what_comes_with_a_restricted_event_moves_no_other_one(client: Client) -> None:
    await sent(client, "/v1/reports", told(None), 201)
    await post(client, "/v1/events", {"title": "Hidden", "ref": "hidden", "visibility": "restricted"})
    document = {"url": "https://a.example/1", "text": DATELINE}
    hidden = [{"event": "ref:hidden", "claims": [{"text": "It was a drone"}]}]
    await sent(client, "/v1/reports", {"document": document, "events": hidden}, 201)
    assert await names(client) == [[]]
