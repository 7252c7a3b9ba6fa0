"""Officials of a country, the police, a hospital: who is meant is not told, and nothing is held against anybody."""

from typing import Any

import httpx
import pytest
from reporting import Answer, sent

CAUSE = {"text": "What caused the fire?", "kind": "cause"}
NOBODY_IN_PARTICULAR = ("US officials", "مسؤولون أمريكيون", "美国官员", "the police", "Polizei", "мэр", "the hospital")


async def told(client: httpx.AsyncClient, number: int, *said: tuple[str, Any]) -> list[Answer]:
    """Report what sources say of the cause in a paper; gives these sources."""
    body = {
        "ref": f"paper:{number}",
        "document": {"url": f"https://paper{number}.example/fire", "published": f"2022-06-2{number}"},
        "events": [
            {
                "ref": "fire",
                "slug": "fire",
                "title": "Fire",
                "claims": [
                    {"question": CAUSE, "text": text, "statements": [{"source": source}]} for text, source in said
                ],
            }
        ],
    }
    answer = await sent(client, "/v1/reports", body)
    ids = [part["statements"][0]["source"]["id"] for part in answer["events"][0]["claims"]]
    return [(await client.get(f"/v1/sources/{id_}")).json() for id_ in ids]


async def dossier(client: httpx.AsyncClient) -> Answer:
    found: Answer = (await client.get("/v1/events/fire/dossier")).json()
    return found


@pytest.mark.parametrize("name", NOBODY_IN_PARTICULAR)
async def test_who_differs_in_two_papers_contradicts_nobody(client: httpx.AsyncClient, name: str) -> None:
    [gas], [bomb] = await told(client, 1, ("Gas", name)), await told(client, 2, ("Bomb", name))
    assert (gas["disclosure"], bomb["disclosure"]) == ("role_only", "role_only")
    assert gas["id"] != bomb["id"]
    found = await dossier(client)
    assert found["self_contradictions"] == []
    assert [claim["standing"] for claim in found["questions"][0]["claims"]] == ["contested", "contested"]


@pytest.mark.parametrize("name", NOBODY_IN_PARTICULAR)
async def test_who_may_be_the_same_in_two_papers_corroborates_nothing(client: httpx.AsyncClient, name: str) -> None:
    await told(client, 1, ("Gas", name))
    await told(client, 2, ("Gas", name))
    [claim] = (await dossier(client))["questions"][0]["claims"]
    assert claim["standing"] == "single_origin"
    assert claim["counts"]["support"] | {"parties": 1} == {"statements": 2, "sources": 2, "origins": 1, "parties": 1}
    [origin] = claim["origins"]["support"]
    assert [join["how"] for join in origin["joined_by"]] == ["same_as"]


async def test_residents_of_two_papers_are_as_independent_as_these(client: httpx.AsyncClient) -> None:
    await told(client, 1, ("Gas", "Kyiv residents"))
    await told(client, 2, ("Gas", "Kyiv residents"))
    [claim] = (await dossier(client))["questions"][0]["claims"]
    assert claim["counts"]["support"]["origins"] == 2


async def test_officials_of_one_paper_may_differ(client: httpx.AsyncClient) -> None:
    await told(client, 1, ("Gas", "US officials"), ("Bomb", "US officials"))
    assert (await dossier(client))["self_contradictions"] == []


async def test_one_witness_may_not(client: httpx.AsyncClient) -> None:
    await told(client, 1, ("Gas", "an eyewitness"), ("Bomb", "an eyewitness"))
    assert len((await dossier(client))["self_contradictions"]) == 1


@pytest.mark.parametrize("in_one_body", [True, False])
@pytest.mark.parametrize("bare_first", [True, False])
async def test_the_same_words_with_and_without_a_disclosure_are_one(
    client: httpx.AsyncClient, *, in_one_body: bool, bare_first: bool
) -> None:
    whole = {"name": "two US officials", "disclosure": "anonymous", "kind": "official", "party": "usa"}
    said: list[tuple[str, Any]] = [("Gas", whole), ("Bomb", "Two  US officials")]
    if bare_first:
        said.reverse()
    if in_one_body:
        sources = await told(client, 1, *said)
    else:
        body = {"document": {"url": "https://paper1.example/fire"}}
        await told(client, 1, ("Nothing", "Somebody Else"))
        sources = []
        for text, source in said:
            statement = {"source": source, **body}
            answer = await sent(
                client, "/v1/events/fire/claims", {"question": CAUSE, "text": text, "statements": [statement]}
            )
            sources.append((await client.get(f"/v1/sources/{answer['statements'][0]['source']['id']}")).json())
    if bare_first and not in_one_body:  # what was guessed stays, and what was told is another's word
        assert sources[0]["disclosure"] == "role_only"
        return
    assert len({source["id"] for source in sources}) == 1
    assert (sources[0]["disclosure"], sources[0]["party"]) == ("anonymous", "usa")


async def test_words_that_may_be_of_two_are_neither_s(client: httpx.AsyncClient) -> None:
    sides = [{"name": "two officials", "disclosure": "anonymous", "party": party} for party in ("usa", "russia")]
    sources = await told(client, 1, ("Gas", sides[0]), ("Bomb", sides[1]), ("Both", "two officials"))
    assert len({source["id"] for source in sources}) == 3


@pytest.mark.parametrize("side", [{"country": "UA"}, {"party": "ukraine"}])
async def test_a_country_tells_whose_police_it_is(client: httpx.AsyncClient, side: dict[str, str]) -> None:
    [first], [second] = [await told(client, nth, ("Gas", {"name": "Police"} | side)) for nth in (1, 2)]
    assert (first["id"], first["disclosure"]) == (second["id"], "named")
    [bare] = await told(client, 3, ("Gas", "police"))
    assert bare["id"] != first["id"]
    [hospital] = await told(client, 4, ("Gas", {"name": "Hospital"} | side))
    assert hospital["disclosure"] == "role_only"


@pytest.mark.parametrize("more", [{"ref": "police:kyiv"}, {"disclosure": "named"}, {"kind": "channel"}])
async def test_what_else_makes_a_name_of_it(client: httpx.AsyncClient, more: dict[str, str]) -> None:
    [source] = await told(client, 1, ("Gas", {"name": "police"} | more))
    assert source["disclosure"] == "named"
