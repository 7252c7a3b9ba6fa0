"""What was merged speaks with all that was told of any of it: as one record of which all that was told does."""

from random import Random
from typing import Any, Final

import httpx
import pytest
import soaking
from calls import Json, get, patch, post

# What may be told of a source; no two of a trait fit.
TRAITS: Final[dict[str, list[Any]]] = {
    "country": ["UA", "RU", None],
    "party": ["blue", "red", None],
    "kind": ["official", "person", "outlet", None],
    "url": ["https://kestrel.example/ada", "https://t.me/merlin", None],
    "external_ids": [{"wikidata": "Q1"}, {"wikidata": "Q2"}, None],
}
SYLLABLES: Final = ("ka", "lo", "mi", "ru", "te", "vo", "shi", "bel", "dor", "gan")


def some(pick: Random) -> Json:
    return {name: value for name, values in TRAITS.items() if (value := pick.choice(values)) is not None}


def word(pick: Random, numbers: list[int]) -> str:
    """A word that no other is like."""
    numbers.append(len(numbers))
    return "".join(SYLLABLES[int(digit)] for digit in f"{numbers[-1] + 100}").title()


async def merged(client: httpx.AsyncClient, parts: list[Json]) -> str:
    root, *others = [(await post(client, "/v1/sources", part, 201))["id"] for part in parts]
    for other in others:
        await post(client, f"/v1/sources/{other}/merge", {"into": root}, 200)
    return str(root)


async def links(client: httpx.AsyncClient, source: str) -> list[tuple[float, str]]:
    """Those that are proposed of a source."""
    found = (await get(client, "/v1/source-links?state=proposed&limit=500"))["items"]
    return sorted((one["score"], one["reason"]) for one in found if source in (one["from_id"], one["to_id"]))


def parted(pick: Random, whole: Json, names: list[str]) -> list[Json]:
    """A record's traits, told of several: of each what belongs to one of its names."""
    parts: list[Json] = [{"name": name} for name in names]
    for name, value in whole.items():
        pick.choice(parts)[name] = value
    return parts


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_what_is_proposed_of_merged_sources_is_what_is_of_one(client: httpx.AsyncClient, seed: int) -> None:
    pick, numbers, proposed = Random(seed), list[int](), 0
    for _ in range(12):
        whole, other, comes_later = some(pick), some(pick), pick.random() < 0.5
        told = []
        for as_one in (True, False):
            # The same traits under names of their own, so that the two worlds don't meet.
            given, family = word(pick, numbers), word(pick, numbers)
            names = [f"{given} {family}", *(f"{word(pick, numbers)} {word(pick, numbers)}" for _ in range(2))]
            if as_one:
                aliases = [{"name": name} for name in names[1:]]
                source = await merged(client, [{"name": names[0], "aliases": aliases} | whole])
            else:
                shuffled = names[:1] + pick.sample(names[1:], 2)
                source = await merged(client, parted(pick, whole, shuffled))
            alike = f"{family} {given}"
            if comes_later:
                await post(client, "/v1/sources", {"name": alike} | other, 201)
            else:  # the one that is merged is renamed
                strange = f"{word(pick, numbers)} {word(pick, numbers)}"
                await post(client, "/v1/sources", {"name": strange} | other, 201)
                await patch(client, f"/v1/sources/{source}", {"name": " ".join(reversed(strange.split()))})
            told.append(await links(client, source))
        assert told[0] == told[1], (whole, other, comes_later)
        proposed += len(told[0])
    assert proposed


async def test_a_mention_is_told_from_all_that_was_merged(client: httpx.AsyncClient) -> None:
    named = "Ministry of Defence"
    parts = [{"name": named}, {"name": "Defence Ministry", "kind": "authority"}, {"name": "MOD", "country": "RU"}]
    one = await merged(client, parts)
    await post(client, "/v1/sources", {"name": named, "country": "UA"}, 201)
    assert not await links(client, one)
    for known in ({"country": "RU"}, {"kind": "authority"}):
        again = await client.post("/v1/sources", json={"name": "Defence Ministry"} | known)
        assert (again.status_code, again.json()["id"]) == (200, one)
    channel = await post(client, "/v1/sources", {"name": named, "kind": "channel", "country": "RU"}, 201)
    assert channel["id"] != one
