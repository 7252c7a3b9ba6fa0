"""However mentions of one name come: none is refused, none joins what contradicts it, and all are found again."""

import random
from typing import Any

import httpx
import pytest
import soaking
from reporting import outcomes, rows, sent

Json = dict[str, Any]
# Bodies of one name, each with what may be told of it.
BODIES: tuple[Json, ...] = (
    {"country": "NO", "party": "north", "url": "https://navy.no.example/", "external_ids": {"wikidata": "Q1"}},
    {"country": "SE", "party": "south", "url": "https://navy.se.example/", "external_ids": {"wikidata": "Q2"}},
    {"country": "FI", "party": "south", "url": "https://t.me/navy_fi", "external_ids": {"wikidata": "Q3"}},
)
TOLD = 0.3  # how often a trait is told
KINDS = (None, "military", "authority", "agency")


def mention(draw: random.Random, nth: int) -> Json:
    """A statement that tells some traits of one of them, in a document of its own or in a shared one."""
    told = {name: value for name, value in draw.choice(BODIES).items() if draw.random() < TOLD}
    kind = draw.choice(KINDS)
    who = {"name": draw.choice(("Royal Navy", "ROYAL  NAVY")), **told} | ({"kind": kind} if kind else {})
    document = {"url": f"https://n.example/{draw.choice((nth, 0))}"}
    return {"text": f"Ship {nth} sank", "statements": [{"source": who, "document": document, "said": "2024"}]}


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(3))
async def test_mentions_of_one_name(client: httpx.AsyncClient, psql: Any, event: str, seed: int) -> None:
    draw = random.Random(seed)
    speakers: list[tuple[Json, str]] = []
    placed = set[str]()
    for nth in range(1, 13):
        body = mention(draw, nth)
        made = await sent(client, f"{event}/claims", body)
        speakers.append((body, made["statements"][0]["source"]["id"]))
    for body, id_ in speakers:
        stored = (await client.get(f"/v1/sources/{id_}")).json()
        placed |= {id_} if stored["placed"] else set()
        told = body["statements"][0]["source"]
        for name in ("country", "party", "url"):
            assert name not in told or stored[name] == told[name]
        assert stored["external_ids"].items() >= told.get("external_ids", {}).items()
    before = rows(psql)
    for body, id_ in speakers:
        if id_ in placed or body["statements"][0]["document"]["url"].endswith("/0"):
            continue  # who fitted then may have told since what contradicts, and another be known in the shared place
        again = await sent(client, f"{event}/claims", body, 200)
        assert again["statements"][0]["source"]["id"] == id_
        assert outcomes(again) == {"matched"}
    assert rows(psql) == before
