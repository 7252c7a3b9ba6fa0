"""Of one name, and in one place: who is known there, and who is somebody else because what is told of them differs."""

import json
from itertools import permutations
from typing import Any

import httpx
import pytest
from reporting import claim, outcomes, report, rows, sent

Json = dict[str, Any]
PAPER = {"url": "https://paper.example/1"}
# What tells two of one name apart.
APART: tuple[tuple[Json, Json], ...] = (
    ({"url": "https://t.me/north"}, {"url": "https://t.me/s/south"}),
    ({"url": "https://navy.north.example/"}, {"url": "https://navy.south.example/"}),
    ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"wikidata": "Q2", "viaf": "7"}}),
    ({"party": "north"}, {"party": "south"}),
    ({"parent": {"name": "Crown of Kesra"}}, {"parent": {"name": "Crown of Tavia"}}),
)
# And what does not.
TOGETHER: tuple[tuple[Json, Json], ...] = (
    ({"url": "https://t.me/north"}, {}),
    ({"url": "https://twitter.com/north"}, {"url": "https://x.com/north/status/1"}),
    ({"url": "https://t.me/north"}, {"external_ids": {"wikidata": "Q1"}}),
    ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"viaf": "7"}}),
    ({"external_ids": {"wikidata": "Q1"}}, {}),
    ({"kind": "military"}, {"kind": "authority", "url": "https://t.me/north"}),
    ({"party": "north"}, {}),
)
PLACES: tuple[Json, ...] = ({"document": PAPER}, {})


@pytest.fixture
async def namesakes(client: httpx.AsyncClient) -> None:
    """Two bear the name, and nothing that is told here says which is meant."""
    for country in ("NO", "SE"):
        await sent(client, "/v1/sources", {"name": "Royal Navy", "country": country}, 201)


def statement(told: Json, place: Json, **given: Any) -> Json:
    return {"source": {"name": "Royal Navy", **told}, **place, "said": "2024"} | given


async def speakers(client: httpx.AsyncClient, event: str, body: Json) -> list[str]:
    """Who speaks in a claim; all are known in its place alone."""
    ids = [said["source"]["id"] for said in (await sent(client, f"{event}/claims", body))["statements"]]
    for id_ in ids:
        assert (await client.get(f"/v1/sources/{id_}")).json()["placed"]
    return ids


async def told_of(client: httpx.AsyncClient, id_: str, traits: Json) -> bool:
    """Whether a source has the traits, but for its parent."""
    stored: Json = (await client.get(f"/v1/sources/{id_}")).json()
    return all(stored[name] == value for name, value in traits.items() if name != "parent")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("pair", APART)
async def test_what_contradicts_parts_them(
    client: httpx.AsyncClient, event: str, namesakes: None, *, pair: tuple[Json, Json], turned: bool, place: Json
) -> None:
    """Whether they come one by one or in one body; and each is found again, in any order."""
    first, second = reversed(pair) if turned else pair
    one_by_one = [
        (await speakers(client, event, claim("A ship sank", statement(told, place))))[0] for told in (first, second)
    ]
    assert one_by_one[0] != one_by_one[1]
    together = claim("A pier burnt", statement(first, place), statement(second, place), statement(first, place))
    ids = await speakers(client, event, together)
    assert (ids[0] == ids[2], ids[0] == ids[1]) == (True, False)
    assert (ids[:2] == one_by_one) == bool(place)
    for told, id_ in ((first, ids[0]), (second, ids[1])):
        assert await told_of(client, id_, told)
    before = (await client.get("/v1/sources", params={"facets": "kind"})).json()
    again = claim(together["text"], *reversed(together["statements"]))
    assert await speakers(client, event, again) == ids[::-1]
    for told, id_ in ((second, one_by_one[1]), (first, one_by_one[0])):
        assert await speakers(client, event, claim("A ship sank", statement(told, place))) == [id_]
    assert (await client.get("/v1/sources", params={"facets": "kind"})).json() == before


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("pair", TOGETHER)
async def test_what_contradicts_nothing_joins_them(
    client: httpx.AsyncClient, event: str, psql: Any, namesakes: None, *, pair: tuple[Json, Json], turned: bool
) -> None:
    first, second = reversed(pair) if turned else pair
    place = {"document": PAPER}
    one_by_one = [
        (await speakers(client, event, claim("A ship sank", statement(told, place))))[0] for told in (first, second)
    ]
    assert one_by_one[0] == one_by_one[1]
    elsewhere = {"document": {"url": "https://paper.example/2"}}
    together = claim("A pier burnt", *(statement(told, elsewhere) for told in (first, second)))
    ids = await speakers(client, event, together)
    assert ids[0] == ids[1] != one_by_one[0]
    before = rows(psql)
    assert outcomes(await sent(client, f"{event}/claims", together)) == {"matched"}
    assert rows(psql) == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_what_one_of_them_tells_counts_for_the_next(
    client: httpx.AsyncClient, event: str, namesakes: None, order: tuple[int, ...]
) -> None:
    """All fit who is known there; of two that contradict each other one alone is that one. All are found again."""
    place = {"document": PAPER}
    (known_id,) = await speakers(client, event, claim("A ship sank", statement({"party": "north"}, place)))
    mentions: tuple[Json, ...] = ({"url": "https://t.me/north"}, {"url": "https://t.me/south"}, {})
    body = claim("A pier burnt", *(statement(mentions[number], place, said=f"202{number}") for number in order))
    ids = dict(zip(order, await speakers(client, event, body), strict=True))
    assert ids[0] != ids[1]
    assert {ids[0], ids[1], ids[2]} > {known_id}
    assert [ids[number] for number in order] == await speakers(client, event, body)


@pytest.mark.parametrize("turned", [False, True])
async def test_who_has_more_in_common_is_found(
    client: httpx.AsyncClient, event: str, namesakes: None, *, turned: bool
) -> None:
    """Of two that are known there and that fit: who is told by this very address, whoever was known there first."""
    place = {"document": PAPER}
    north: Json = {"url": "https://t.me/north", "external_ids": {"wikidata": "Q1"}}
    south: Json = {"url": "https://t.me/south", "external_ids": {"wikidata": "Q2"}}
    first, second = (south, north) if turned else (north, south)
    of_first, of_second = await speakers(
        client, event, claim("A ship sank", statement(first, place), statement(second, place))
    )
    for name in ("url", "external_ids"):
        body = claim("A pier burnt", *(statement({name: told[name]}, place) for told in (second, first)))
        assert await speakers(client, event, body) == [of_second, of_first]


async def test_publishers(client: httpx.AsyncClient, namesakes: None) -> None:
    """Who publishes a document is known there, too."""
    ids = [
        (await sent(client, "/v1/documents", PAPER | {"publisher": {"name": "Royal Navy", **told}}))["publisher_id"]
        for told in ({"url": "https://t.me/north"}, {}, {"external_ids": {"wikidata": "Q1"}})
    ]
    assert len(set(ids)) == 1
    assert await told_of(client, ids[0], {"url": "https://t.me/north", "external_ids": {"wikidata": "Q1"}})


async def test_lines_and_reports(client: httpx.AsyncClient, event: str, namesakes: None) -> None:
    """What one line tells counts for the next; and a report that comes again finds its own."""
    north, south = ({"url": f"https://t.me/{side}"} for side in ("north", "south"))
    reports = [
        report(claim(f"T{number}", statement(told, {})), ref=f"r{number}", event="harbour")
        for number, told in enumerate((north, south, north))
    ]
    lines = "\n".join(json.dumps({"type": "report", **body}) for body in reports)
    answer = await client.post("/v1/ingest", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    ids = []
    for body in reports:
        told = await sent(client, "/v1/reports", body, 200)
        ids.append(told["events"][0]["claims"][0]["statements"][0]["source"]["id"])
    assert (ids[0] == ids[2], ids[0] == ids[1]) == (True, False)
    assert await told_of(client, ids[0], north)
    assert await told_of(client, ids[1], south)


# --- without a name --------------------------------------------------------------------------------------------------

UNNAMED: tuple[Json, ...] = (
    {"disclosure": "group", "name": "witnesses"},
    {"name": "several residents"},
    {"disclosure": "anonymous", "role": "aide"},
)
COUNTRIES = ({"country": "NO"}, {"country": "SE"})


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("pair", [COUNTRIES, *APART[:4]])
@pytest.mark.parametrize("who", UNNAMED)
async def test_what_contradicts_parts_unnamed_ones(
    client: httpx.AsyncClient, event: str, psql: Any, *, who: Json, pair: tuple[Json, Json], turned: bool
) -> None:
    """Two groups of witnesses in one paper are two where what is told of them differs, in whatever order they come."""
    if any("disclosure" not in who and name in told for told in pair for name in ("url", "external_ids")):
        return  # that would keep it a name
    told: list[Json] = [{"source": who | traits, "document": PAPER} for traits in (reversed(pair) if turned else pair)]
    one_by_one = [
        (await sent(client, f"{event}/claims", claim("A ship sank", said)))["statements"][0]["source"]["id"]
        for said in told
    ]
    assert one_by_one[0] != one_by_one[1]
    elsewhere = [said | {"document": {"url": "https://paper.example/2"}} for said in told]
    together = claim("A pier burnt", *elsewhere, elsewhere[0])
    ids = [said["source"]["id"] for said in (await sent(client, f"{event}/claims", together))["statements"]]
    assert (ids[0] == ids[2], ids[0] == ids[1]) == (True, False)
    before = rows(psql)
    for body in (together, claim("A ship sank", *reversed(told))):
        assert outcomes(await sent(client, f"{event}/claims", body)) == {"matched"}
    assert rows(psql) == before


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("traits", [{"country": "NO"}, {"url": "https://t.me/north"}, {"external_ids": {"w": "1"}}])
async def test_who_tells_more_in_the_same_words_is_the_same(
    client: httpx.AsyncClient, event: str, psql: Any, *, traits: Json, turned: bool
) -> None:
    who = {"disclosure": "group", "name": "witnesses"}
    bare, fuller = {"source": who, "document": PAPER}, {"source": who | traits, "document": PAPER}
    body = claim("A ship sank", *((fuller, bare) if turned else (bare, fuller)))
    made = await sent(client, f"{event}/claims", body)
    assert len({said["source"]["id"] for said in made["statements"]}) == 1
    before = rows(psql)
    assert outcomes(await sent(client, f"{event}/claims", body)) == {"matched"}
    assert rows(psql) == before


async def test_two_of_whom_a_third_may_be_either(client: httpx.AsyncClient, event: str) -> None:
    """Neither of two that contradict each other is taken for the other because both fit one that tells a side."""
    who = {"disclosure": "group", "name": "witnesses"}
    mentions: tuple[Json, ...] = (
        {"url": "https://t.me/north"}, {"url": "https://t.me/south"}, {"party": "crown"}
    )  # fmt: skip
    for number, order in enumerate(permutations(mentions)):
        paper = {"url": f"https://paper.example/{number}"}
        body = claim(f"Ship {number} sank", *({"source": who | traits, "document": paper} for traits in order))
        made = await sent(client, f"{event}/claims", body)
        ids = dict(zip(map(json.dumps, order), (said["source"]["id"] for said in made["statements"]), strict=True))
        assert ids[json.dumps(mentions[0])] != ids[json.dumps(mentions[1])]


async def test_another_ref_in_the_same_words(client: httpx.AsyncClient, event: str) -> None:
    """Whoever numbers them says that they are two: that is refused for those that have no name, as before."""
    who = {"disclosure": "anonymous", "role": "aide"}
    first, second = ({"source": who | {"ref": ref}, "document": PAPER} for ref in ("a1", "a2"))
    await sent(client, f"{event}/claims", claim("A ship sank", first, {"source": who, "document": PAPER}))
    await sent(client, f"{event}/claims", claim("A ship sank", second), 409)
    await sent(client, f"{event}/claims", claim("A pier burnt", second), 409)
    elsewhere = [said | {"document": {"url": "https://paper.example/2"}} for said in (first, second)]
    await sent(
        client,
        f"{event}/claims",
        claim(
            "A pier burnt",
            *(said | {"source": who | {"ref": ref}} for said, ref in zip(elsewhere, ("b1", "b2"), strict=True)),
        ),
        422,
    )
