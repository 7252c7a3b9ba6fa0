"""Whatever a report says of its sources, delivery after delivery: none is refused, and the last one alone counts."""

import asyncio
import json
import random
from typing import Any

import httpx
import pytest
import soaking
from reporting import claim, report, reporter
from test_correcting_property import marked, shown

from app.main import create_app
from app.settings import Settings

Json = dict[str, Any]
NAMES = ("Carl See", "CARL SEE", "Karl See", "Carl Sea", "Бюро", "Bureau of Fooland", "Bureau of Fooland", "Ministry")
TRAITS: dict[str, tuple[Any, ...]] = {
    "kind": ("official", "expert", "authority", "channel"),
    "party": ("east", "west"),
    "country": ("RU", "UA"),
    "url": ("https://t.me/one", "https://t.me/two", "https://one.example/"),
    "external_ids": ({"wikidata": "Q1"}, {"wikidata": "Q2"}),
    "role": ("head", "голова"),
    "parent": ("Office @", {"name": "Office @", "country": "RU"}, {"name": "Holding @", "kind": "company"}),
    "aliases": ([{"name": "Sam @"}], [{"name": "Carl See @"}]),
}
TOLD = 0.35  # how often a trait is told
HOPPING = 0.2
HALF = 0.5


def people(draw: random.Random) -> list[Json]:
    """A few sources, some of one name."""
    return [
        {"name": f"{draw.choice(NAMES)} @"}
        | {name: draw.choice(values) for name, values in TRAITS.items() if draw.random() < TOLD}
        for _ in range(draw.randint(1, 3))
    ]


def corrected(draw: random.Random, before: list[Json]) -> list[Json]:
    """The same with some traits and spellings mended, some left out, and sometimes one more or less."""
    after = [dict(person) for person in before]
    for person in after:
        for name, values in TRAITS.items():
            chance = draw.random()
            if chance < 0.2:
                person[name] = draw.choice(values)
            elif chance < 0.3:
                person.pop(name, None)
        if draw.random() < 0.2:
            person["name"] = f"{draw.choice(NAMES)} @"
    if draw.random() < 0.2:
        after.pop(draw.randrange(len(after)))
    return after + (people(draw)[:1] if draw.random() < 0.2 or not after else [])


def body(draw: random.Random, persons: list[Json]) -> Json:
    """A report in which each of these is mentioned a few times: in full, in part, by name or by label."""
    mentions = list[Any]()
    for nth, person in enumerate(persons):
        part = {name: value for name, value in person.items() if name == "name" or draw.random() < HALF}
        mentions.append({**person, "label": f"#p{nth}"})
        mentions += draw.choices([person, person["name"], part, f"#p{nth}"], k=draw.randint(0, 2))
    draw.shuffle(mentions)
    claims = []
    for nth, who in enumerate(mentions):
        statement: Json = {"source": who, "wording": f"Words {nth}"}
        if draw.random() < HOPPING:
            statement["hops"] = [{"source": draw.choice(persons)["name"]}]
        claims.append(claim(f"Claim {nth} @", statement, question={"text": "What? @", "kind": "cause"}))
    given = {"title": f"Blast {draw.randrange(10**6)}"}
    sent = report(*claims, ref="r@", event="e@", **given)
    publisher = {"publisher": draw.choice(persons)} if draw.random() < 0.3 else {}
    return {**sent, "document": {"url": "https://a.example/@", "published": "2023-08-09", **publisher}}


async def sources(client: httpx.AsyncClient, mark: str) -> list[Json]:
    """Those of an event; what stands before its parent in an export has two lines."""
    lines = (await client.get(f"/v1/events/ref:e{mark}/export.ndjson")).text.replace(mark, "@").splitlines()
    records: dict[str, Json] = {}
    for line in map(json.loads, lines):
        if line.get("type") == "source":
            records[line["id"]] = records.get(line["id"], {}) | line
    names = {id_: record["name"] for id_, record in records.items()}
    told = [
        {name: names.get(str(value), value) for name, value in record.items() if name != "id"}
        for record in records.values()
    ]
    return sorted(told, key=str)


async def said(client: httpx.AsyncClient, mark: str) -> list[str]:
    """All that an event shows, but for which end of a link that was proposed came first."""
    lines = await shown(client, mark)
    records = [json.loads(line) for line in lines if line.startswith("{")]
    for link in records:
        if link.get("type") == "source_link":
            link |= dict(zip(("from", "to"), sorted((link["from"], link["to"])), strict=True))
    return sorted([*map(json.dumps, records), *(line for line in lines if not line.startswith("{"))])


@pytest.mark.soak
def test_any_corrections(database_url: str, loop: asyncio.AbstractEventLoop) -> None:
    service = create_app(Settings(database_url=database_url))
    client = loop.run_until_complete(reporter(service))

    async def delivered(bodies: list[Json], marks: tuple[str, str]) -> None:
        again, alone = marks
        answers = [await client.post("/v1/reports", json=marked(sent, again)) for sent in bodies]
        first = await client.post("/v1/reports", json=marked(bodies[-1], alone))
        assert all(answer.is_success for answer in (*answers, first)), [answer.text for answer in answers]
        assert await sources(client, again) == await sources(client, alone)
        assert await said(client, again) == await said(client, alone)
        # Another report of the same people, and both in turn: what then is kept is another matter, but none is refused.
        for ref, sent in zip(("o@", "r@") * len(bodies), [*bodies, *reversed(bodies)], strict=False):
            answer = await client.post("/v1/reports", json=marked({**sent, "ref": ref}, alone))
            assert answer.is_success, answer.text

    try:
        for seed in soaking.seeds(4, few=3):
            draw = random.Random(seed)
            persons = people(draw)
            bodies = [body(draw, persons)]
            for _ in range(draw.randint(1, 4)):
                persons = corrected(draw, persons)
                bodies.append(body(draw, persons))
            try:
                loop.run_until_complete(delivered(bodies, (f"w{2 * seed}w", f"w{2 * seed + 1}w")))
            except AssertionError as error:
                raise AssertionError(f"seed {seed}") from error
    finally:
        loop.run_until_complete(client.aclose())
        loop.run_until_complete(service.state.database.dispose())
