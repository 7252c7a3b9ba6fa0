"""A source that a report tells whole in one place, and names alone in another."""

from typing import Any

import httpx
import pytest
from reporting import claim, report

Json = dict[str, Any]
HEAD = {"name": "Zed Head", "kind": "official", "role": "head", "party": "russia", "parent": "Zed Agency"}
PUBLISHER = {"name": "Pub", "kind": "outlet", "country": "KZ", "parent": {"name": "Holding", "parent": "Owner"}}


def told_barely(source: Json, publisher: Any, *, bare_first: bool, **given: Any) -> Json:
    """A report that says all of its speaker in one place, and names him alone in another."""
    claims = [claim("A", {"source": source, **given}), claim("B", {"source": source["name"]})]
    whole = report(*(reversed(claims) if bare_first else claims), ref="r1")
    return {**whole, "document": {"url": "https://a.example/1", "publisher": publisher}}


async def delivered(client: httpx.AsyncClient, body: Json) -> tuple[Json, list[str]]:
    """The answer, and what was told of what was said otherwise."""
    answer = (await client.post("/v1/reports", json=body)).raise_for_status().json()
    return answer, [one["what"] for one in answer["remarks"] if one["what"] in ("replaced", "not_taken", "completed")]


async def sources(client: httpx.AsyncClient) -> list[Json]:
    found = (await client.get("/v1/sources?sort=name")).raise_for_status().json()["items"]
    own = {"id", "version", "created_at", "updated_at"}
    names = {one["id"]: one["name"] for one in found}
    return [
        {
            name: names.get(value, value) if name == "parent_id" else value
            for name, value in one.items()
            if name not in own
        }
        for one in sorted(found, key=lambda one: one["name"] or "")
    ]


@pytest.mark.parametrize("bare_first", [False, True])
@pytest.mark.parametrize(("speaker", "publisher"), [(HEAD, "Pub"), (PUBLISHER, "Pub"), ({"name": "Pub"}, PUBLISHER)])
async def test_a_bare_name_beside_the_whole_source_says_no_less(
    client: httpx.AsyncClient, speaker: Json, publisher: Any, bare_first: bool
) -> None:
    first = told_barely(speaker, publisher, bare_first=bare_first, wording="a")
    answer, told = await delivered(client, first)
    whole = await sources(client)
    assert (answer["changed"], told) == (False, [])
    (described,) = [one for one in whole if one["parent_id"] in ("Zed Agency", "Holding")]
    assert described["kind"] is not None
    answer, told = await delivered(client, told_barely(speaker, publisher, bare_first=bare_first, wording="b"))
    assert (await sources(client), told) == (whole, [])
    await delivered(client, first)
    assert await sources(client) == whole
    without = {name: value for name, value in speaker.items() if name not in ("role", "country")}
    await delivered(client, told_barely(without, publisher, bare_first=bare_first, wording="a"))
    if len(without) < len(speaker):  # what no place says any more goes
        assert await sources(client) != whole
    await delivered(client, first)
    assert await sources(client) == whole


async def test_so_does_one_that_belongs_to_an_unnamed_source(client: httpx.AsyncClient) -> None:
    def body(wording: str) -> Json:
        aide = {"label": "#aide", "disclosure": "anonymous", "role": "aide"}
        deputy = {"name": "Deputy", "kind": "official", "role": "deputy", "parent": "#aide"}
        speakers = [aide, deputy, "Deputy"]
        claims = [claim(f"Claim {nth}", {"source": source, "wording": wording}) for nth, source in enumerate(speakers)]
        return report(*claims, ref="r1")

    answer, told = await delivered(client, body("a"))
    first = await sources(client)
    assert (answer["changed"], told, first[1]["role"], len(first)) == (False, [], "deputy", 2)
    _, told = await delivered(client, body("b"))
    second = await sources(client)
    assert (told, second[1]["role"], second[1]["kind"], len(second)) == ([], "deputy", "official", 2)
