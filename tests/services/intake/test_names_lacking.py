"""What is written where a name is lacking is nobody's name: nobody is found by it, and nobody stands for two."""

import httpx
import pytest
from reporting import claim, said, sent

LACKING = ("-", "1", "N/A", "null", "?", "н/д", "—", "none", "لا يوجد", "2024")
CLAIM = "The depot burned."


def told_in(number: int, source: object) -> dict[str, object]:
    statement = {
        "source": source,
        "wording": f"It burned down at {number}",
        "document": {"url": f"https://{number}.example/a"},
    }
    return claim(CLAIM, statement)


@pytest.mark.parametrize("name", LACKING)
async def test_nobody_is_called_so(client: httpx.AsyncClient, event: str, name: str) -> None:
    speakers = []
    for number, source in enumerate((name, {"name": name}, {"name": name, "kind": "official"})):
        answer = (await client.post(f"{event}/claims", json=told_in(number, source))).raise_for_status().json()
        [remark] = [one for one in answer["remarks"] if one["what"] == "changed"]
        assert remark["pointer"].startswith("/statements/0/source")
        speakers.append(answer["statements"][0]["source"]["id"])
    assert len(set(speakers)) == 3
    for speaker in speakers:
        stored = (await client.get(f"/v1/sources/{speaker}")).json()
        assert (stored["disclosure"], stored["placed"]) == ("anonymous", False)
    assert not (await client.get("/v1/source-links")).json()["items"]
    again = await sent(client, f"{event}/claims", told_in(0, name), 200)
    assert again["statements"][0]["source"]["id"] == speakers[0]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "!!!", "url": "https://chkchkchk.example"},
        {"name": "112", "kind": "channel"},
        {"name": "360", "kind": "outlet"},
        {"name": "7", "kind": "agency"},
        {"name": "93", "ref": "brigade:93", "kind": "military"},
        {"name": "-", "disclosure": "named"},
        {"name": "1+1"},
        {"name": "7x7"},
        {"name": "24 Канал"},
    ],
)
async def test_somebody_may_be(client: httpx.AsyncClient, event: str, given: dict[str, str]) -> None:
    first, second = [
        (await sent(client, f"{event}/claims", told_in(number, given)))["statements"][0]["source"]["id"]
        for number in (1, 2)
    ]
    assert first == second
    assert (await client.get(f"/v1/sources/{first}")).json()["disclosure"] == "named"


async def test_a_kind_makes_no_name_of_words(client: httpx.AsyncClient, event: str) -> None:
    answer = await sent(client, f"{event}/claims", told_in(1, {"name": "N/A", "kind": "outlet"}))
    stored = (await client.get(f"/v1/sources/{answer['statements'][0]['source']['id']}")).json()
    assert (stored["disclosure"], stored["kind"]) == ("anonymous", None)


async def test_nobody_publishes_or_owns(client: httpx.AsyncClient) -> None:
    for number, name in enumerate(LACKING):
        paper = {"url": f"https://a.example/{number}", "publisher": name}
        answer = (await client.post("/v1/documents", json=paper)).raise_for_status().json()
        assert (answer["publisher_id"], answer["remarks"][0]["pointer"]) == (None, "/publisher")
    named = {"url": "https://b.example/1", "publisher": {"name": "112", "kind": "channel"}}
    assert (await sent(client, "/v1/documents", named))["publisher_id"]


async def test_in_chains_and_reports(client: httpx.AsyncClient, event: str) -> None:
    chain = said(
        "Ann Lee", hops=[{"source": {"name": "N/A"}}], wording="x y z", document={"url": "https://a.example/5"}
    )
    answer = (await client.post(f"{event}/claims", json=claim(CLAIM, chain))).raise_for_status().json()
    assert "/statements/0/hops/0/source/name" in [one["pointer"] for one in answer["remarks"]]


@pytest.mark.parametrize("name", [*LACKING, "several websites", "Сообщения в соцсетях"])
async def test_nobody_is_called_so_afterwards(client: httpx.AsyncClient, name: str) -> None:
    source = await sent(client, "/v1/sources", {"name": "Kestrel Desk"})
    url, any_version = f"/v1/sources/{source['id']}", {"If-Match": "*"}
    refused = await client.patch(url, json={"name": name}, headers=any_version)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/name")
    for told in ({"disclosure": "anonymous"}, {"disclosure": "named"}, {"url": "https://kestrel.example"}):
        changed = await client.patch(url, json={"name": name, **told}, headers=any_version)
        assert (changed.status_code, changed.json()["name"]) == (200, name)
        await client.patch(url, json={"name": "Kestrel Desk", "disclosure": "named", "url": None}, headers=any_version)
