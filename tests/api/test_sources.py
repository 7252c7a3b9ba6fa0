"""Sources: made, found again, changed; and what holds for the change of any record."""

import httpx
import pytest
from calls import delete, get, patch, post, source

WHOLE = {
    "ref": "tass",
    "name": "TASS",
    "aliases": [{"name": "ТАСС", "language": "ru"}],
    "kind": "agency",
    "role": "state agency",
    "party": "Russia",
    "country": "ru",
    "language": "ru",
    "url": "https://tass.example",
    "reliability": "C",
    "external_ids": {"wikidata": "Q223799"},
    "notes": "since 1904",
}


async def test_is_found_by_id_and_ref(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sources", json=WHOLE)
    made = answer.json()
    assert answer.status_code == 201
    assert (made.pop("changed"), made.pop("remarks"), made.pop("similar")) == (False, [], [])
    assert answer.headers["Location"] == f"/v1/sources/{made['id']}"
    assert (made["party"], made["country"], made["disclosure"], made["version"]) == ("russia", "RU", "named", 1)
    assert await get(client, f"/v1/sources/{made['id']}") == made
    assert await get(client, f"/v1/sources/{made['id'].upper()}") == made
    assert await get(client, "/v1/sources/ref:tass") == made
    await get(client, "/v1/sources/ref:reuters", 404)


async def test_the_same_again_is_what_is_there(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", {"name": "TASS", "kind": "agency"})
    again = await post(client, "/v1/sources", {"name": "tass", "kind": "agency", "role": "state agency"}, 200)
    assert (again["id"], again["role"], again["version"]) == (made["id"], "state agency", 2)


async def test_an_inline_parent_is_made(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", {"name": "Desk", "parent": {"name": "TASS", "kind": "agency"}})
    assert (await get(client, f"/v1/sources/{made['parent_id']}"))["name"] == "TASS"


async def test_a_change_keeps_what_it_does_not_name(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", WHOLE)
    changed = await patch(client, "/v1/sources/ref:tass", {"role": "agency"})
    assert changed == made | {"role": "agency", "version": 2, "updated_at": changed["updated_at"]}


async def test_a_null_empties_or_goes_back_to_the_default(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", WHOLE)
    nulls = dict.fromkeys([name for name in WHOLE if name != "name"] + ["disclosure", "confidential", "parent"])
    changed = await patch(client, f"/v1/sources/{made['id']}", nulls)
    kept = {name: made[name] for name in ("id", "name", "created_at", "merged_into", "placed")}
    empty = {"aliases": [], "external_ids": {}, "disclosure": "named", "confidential": False, "redacted": []}
    assert changed == dict.fromkeys(made) | kept | empty | {"version": 2, "updated_at": changed["updated_at"]}


async def test_members_of_an_object_are_patched_one_by_one(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", {"name": "A", "external_ids": {"wikidata": "Q1", "x": "1"}})
    changed = await patch(client, f"/v1/sources/{made['id']}", {"external_ids": {"x": None, "y": "2"}})
    assert changed["external_ids"] == {"wikidata": "Q1", "y": "2"}


async def test_a_change_of_nothing_changes_nothing(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", WHOLE)
    assert await patch(client, "/v1/sources/ref:tass", {}) == made
    assert await patch(client, "/v1/sources/ref:tass", {"role": WHOLE["role"]}) == made


async def test_a_taken_ref_names_who_has_it(client: httpx.AsyncClient) -> None:
    first = await post(client, "/v1/sources", WHOLE)
    second = await source(client, "Interfax")
    told = await patch(client, f"/v1/sources/{second}", {"ref": "tass"}, 409)
    assert told["url"] == f"/v1/sources/{first['id']}"
    assert told["errors"][0]["pointer"] == "/ref"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": None}, "a named source needs a name"),
        ({"parent": "ref:nobody"}, "there is no source"),
        ({"kind": "spy"}, ""),
        ({"nam": "x"}, ""),
        ({"merged_into": "ref:tass"}, ""),
        ({"external_ids": {"no spaces here": "x"}}, ""),
    ],
)
async def test_what_can_not_be_is_refused(client: httpx.AsyncClient, body: dict[str, object], says: str) -> None:
    await post(client, "/v1/sources", WHOLE)
    told = await patch(client, "/v1/sources/ref:tass", body, 422)
    assert says in f"{told['detail']} {told['errors']}"


async def test_nothing_is_above_itself(client: httpx.AsyncClient) -> None:
    above = await source(client, "Above")
    below = await source(client, "Below", parent=above)
    told = await patch(client, f"/v1/sources/{above}", {"parent": below}, 422)
    assert "circle" in told["detail"]
    await patch(client, f"/v1/sources/{above}", {"parent": above}, 422)
    await patch(client, f"/v1/sources/{below}", {"parent": None})


async def test_is_deleted(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/sources", WHOLE)
    await delete(client, "/v1/sources/ref:tass")
    for address in (made["id"], "ref:tass"):
        await get(client, f"/v1/sources/{address}", 410)
        await patch(client, f"/v1/sources/{address}", {}, 410)
    await post(client, "/v1/sources", WHOLE, 410)
