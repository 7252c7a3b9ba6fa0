"""Proposals and counts: none raises one, decisions move it between two bounds, and arrival decides nothing."""

import json
from random import Random
from typing import Any, Final

import alike
import httpx
import pytest
import soaking
import worlds
from alike import Json
from databases import Kept
from fastapi import FastAPI
from test_variants import served

Counts = dict[tuple[str, str, str], int]
MODES: Final = ("family", "source") if soaking.SOAK else ("family",)
LINKS: Final = {"source": "source-links", "document": "document-links"}
DECISIONS: Final = 4 if soaking.SOAK else 1  # made up at random in each world


async def deliver(client: httpx.AsyncClient, bodies: list[Json]) -> None:
    for body in bodies:  # one after the other, as they arrive
        answer = await client.post("/v1/reports", json=body)
        assert answer.status_code == 201, answer.text


async def counts(client: httpx.AsyncClient) -> Counts:
    """Of each claim, by text, how many origins there are of each stance, in both ways to count."""
    counted: Counts = {}
    for mode in MODES:
        dossier = (await client.get(f"/v1/events/fire/dossier?independence={mode}")).raise_for_status().json()
        for claim in dossier["questions"][0]["claims"]:
            for stance, count in claim["counts"].items():
                counted[mode, claim["text"], stance] = count["origins"]
    return counted


async def proposals(client: httpx.AsyncClient) -> dict[str, list[Json]]:
    found = {}
    for kind, path in LINKS.items():
        listed = (await client.get(f"/v1/{path}?state=proposed&limit=200")).raise_for_status().json()
        assert listed["next"] is None
        found[kind] = listed["items"]
    return found


async def decide(client: httpx.AsyncClient, kind: str, link: Json, state: str, *, loosely: bool = False) -> None:
    path = f"/v1/{LINKS[kind]}/{link['id']}"
    answer = await client.patch(path, json={"state": state}, headers={"If-Match": "*"})
    # Two who are both confirmed to be a third can't be rejected to be one.
    allowed = (200, 409) if state == "confirmed" and loosely else (200,)
    assert answer.status_code in allowed, (state, link, answer.text)


def within(lower: Counts, counted: Counts, upper: Counts) -> bool:
    return all(lower[key] <= count <= upper[key] for key, count in counted.items())


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_every_count_lies_between_two_bounds(client: httpx.AsyncClient, seed: int) -> None:
    """All rejected is the upper one; as many confirmed as can hold together, the lower one."""
    pick = Random(seed)
    await deliver(client, alike.reports(pick, ambiguous=True))
    links, now = await proposals(client), await counts(client)
    every = [(kind, link) for kind, of_kind in links.items() for link in of_kind]
    ids = {id_ for link in links["source"] for id_ in (link["from_id"], link["to_id"])}
    sources = {id_: (await client.get(f"/v1/sources/{id_}")).json() for id_ in sorted(ids)}
    # Each proposal that goes leaves the counts as they are, or raises them.
    upper = now
    for kind, link in pick.sample(every, len(every)):
        await decide(client, kind, link, "rejected")
        without = await counts(client)
        assert within(upper, without, without), link
        upper = without
    lower, greatest = dict(upper), alike.compatible(links["source"], sources)
    for held in greatest:
        await reset(client, every)
        assert await counts(client) == now
        for kind, link in every:
            await decide(client, kind, link, "confirmed" if kind == "document" or link["id"] in held else "rejected")
        lower = {key: min(count, lower[key]) for key, count in (await counts(client)).items()}
    assert within(lower, now, upper)
    for _ in range(DECISIONS):
        await reset(client, every)
        held = pick.choice(greatest)
        for kind, link in every:
            may_hold = kind == "document" or link["id"] in held
            states = ("confirmed", "proposed", "rejected") if may_hold else ("proposed", "rejected")
            await decide(client, kind, link, pick.choice(states), loosely=True)
        assert within(lower, await counts(client), upper)


async def reset(client: httpx.AsyncClient, every: list[tuple[str, Json]]) -> None:
    for kind, link in every:
        await decide(client, kind, link, "proposed")


def by_name(found: dict[str, list[Json]], names: dict[str, str]) -> list[tuple[Any, ...]]:
    """Proposals without ids: between whom, and why."""
    return sorted(
        (kind, *sorted((names[link["from_id"]], names[link["to_id"]])), str(link.get("reason")), link["score"])
        for kind, of_kind in found.items()
        for link in of_kind
    )


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_arrival_decides_neither_verdicts_nor_proposals(
    service: FastAPI, beside: Kept, key: str, seed: int
) -> None:
    pick = Random(seed)
    bodies = alike.reports(pick, ambiguous=False)
    outcomes = []
    orders = [bodies, bodies[::-1], pick.sample(bodies, len(bodies))]
    for order in orders if soaking.SOAK else orders[:2]:
        with beside.empty() as url:
            async with served(service, url, key) as client:
                await deliver(client, order)
                stored = await worlds.read(client)
                names = {source["id"]: source.get("name") or "" for source in stored.of("source")}
                names |= {document["id"]: document["url"] for document in stored.of("document")}
                found = by_name(await proposals(client), names)
                outcomes.append(json.dumps([found, sorted((await counts(client)).items())], indent=1))
    assert len(set(outcomes)) == 1
