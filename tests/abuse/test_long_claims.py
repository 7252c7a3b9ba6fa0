"""Claims are made ready to be searched while nobody else can write, so a body has not too many words of them."""

import time

import httpx
import pytest
from fastapi import FastAPI

from app.services.intake import drafts


async def test_the_claims_of_a_body_have_so_many_characters(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "CLAIM_CHARACTERS_OF_A_BODY", 10_000)
    claims = [{"text": f"{nth} drones " * 300} for nth in range(5)]
    body = {
        "ref": "report:1",
        "document": {"url": "https://paper.example/1"},
        "events": [{"title": "Explosion", "ref": "blast", "claims": claims}],
    }
    began = time.monotonic()
    answer = await client.post("/v1/reports", json=body)
    assert answer.status_code == 413, answer.text
    assert "10,000 characters together" in answer.json()["detail"]
    assert time.monotonic() - began < 1
    # Lines are stored in batches that stay short by themselves.
    event = {"type": "event", "ref": "blast", "title": "Explosion"}
    lines = [event, *({"type": "claim", "event": "ref:blast", **claim} for claim in claims)]
    content = "".join(f"{httpx.Request('POST', 'http://test', json=line).content.decode()}\n" for line in lines)
    headers = {"Content-Type": "application/x-ndjson"}
    assert '"failed":0' in (await client.post("/v1/ingest", content=content, headers=headers)).text.replace(" ", "")
