"""Whose side a source is on, where it is asked for: its own party, or that of the nearest body it belongs to."""

import csv
import io
from collections import Counter

from calls import claim, get, post, source, statement
from httpx import AsyncClient

Sides = dict[str, set[str]]


async def table(client: AsyncClient, query: str = "") -> list[dict[str, str]]:
    answer = await client.get(f"/v1/statements.csv?{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def shown(client: AsyncClient) -> Sides:
    """By party, the statements that tables show on it."""
    sides: Sides = {}
    for row in await table(client):
        if row["source_party"]:
            sides.setdefault(row["source_party"], set()).add(row["statement_id"])
    return sides


async def found(client: AsyncClient, parties: set[str]) -> Sides:
    """By party, the statements that the filter finds, the same in the list and in the table."""
    sides = {}
    for party in parties:
        sides[party] = {row["statement_id"] for row in await table(client, f"party={party}")}
        listed = await get(client, f"/v1/statements?limit=200&party={party}")
        assert {item["id"] for item in listed["items"]} == sides[party], party
    return sides


async def test_the_filter_finds_what_the_column_shows(demo: AsyncClient) -> None:
    sides = await shown(demo)
    assert len(sides["russia"]) > 1
    assert sides == await found(demo, set(sides))


async def test_a_party_is_that_of_the_nearest_body_whatever_was_merged(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    ministry = await source(client, "Ministry", party="russia")
    office = await source(client, "Press office", parent=ministry)
    clerk = await source(client, "A clerk", parent=office)
    turncoat = await source(client, "A turncoat", parent=office, party="ukraine")
    below = await source(client, "His driver", parent=turncoat)
    twin = await source(client, "The ministry", party="belarus")
    twins_own = await source(client, "Its aide", parent=twin)
    strayed = await source(client, "Strayed")
    await post(client, f"/v1/sources/{twin}/merge", {"into": ministry}, 200)
    await post(client, f"/v1/sources/{strayed}/merge", {"into": clerk}, 200)
    secret = await source(client, "Deep Throat", party="russia", confidential=True)
    his = await source(client, "His friend", parent=secret)
    hidden = await source(client, "A hidden one", parent=ministry, confidential=True)
    top = await source(client, "Belongs to itself")
    around = [top, await source(client, "Round", parent=top)]
    await post(client, f"/v1/sources/{top}/merge", {"into": around[1]}, 200)
    speakers = [ministry, office, clerk, turncoat, below, twin, twins_own, strayed, secret, his, hidden, *around]
    about = await claim(client, event)
    names = {
        await statement(client, event, about, speaker, stance="deny" if nth % 2 else "support"): nth
        for nth, speaker in enumerate(speakers)
    }
    sides = await shown(client)
    assert {party: sorted(names[id_] for id_ in ids) for party, ids in sides.items()} == {
        "russia": [0, 1, 2, 5, 6, 7, 8, 9, 10],
        "ukraine": [3, 4],
    }
    assert await found(client, {"russia", "ukraine"}) == sides
    seen = await shown(anybody)
    assert {party: sorted(names[id_] for id_ in ids) for party, ids in seen.items()} == {
        "russia": [0, 1, 2, 5, 6, 7],
        "ukraine": [3, 4],
    }
    assert await found(anybody, {"russia", "ukraine"}) == seen


async def test_sources_are_listed_and_counted_by_the_same_sides(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    ministry = await source(client, "Ministry", party="russia")
    for nth in range(2):
        await source(client, f"Clerk {nth}", parent=ministry)
    await source(client, "A hidden one", parent=ministry, confidential=True)
    await source(client, "A stranger")
    about = await claim(client, event)
    for one in (await get(client, "/v1/sources"))["items"]:
        await statement(client, event, about, one["id"])
    for caller, number in ((client, 4), (anybody, 3)):
        listed = await get(caller, "/v1/sources?party=russia&facets=party,kind&count=true")
        assert (listed["total"], listed["facets"]["party"]) == (number, {"russia": number})
        assert Counter(one["party"] for one in listed["items"]) == {"russia": 1, None: number - 1}
        assert (await get(caller, "/v1/sources?facets=party"))["facets"]["party"] == {"russia": number}
