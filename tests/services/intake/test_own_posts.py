"""Somebody's own post: a name alone is whom the same body names in full, be there a channel of that name or not."""

import json

import httpx
import pytest
from conftest import ROOT
from reporting import Answer, claim, report, sent

OLGA = {"name": "Olga Ot", "kind": "official", "party": "russia"}
HER_CHANNEL = {"name": "Olga Ot", "kind": "channel"}


def her_post(*sources: Answer | str, publisher: Answer | str | None = HER_CHANNEL, ref: str = "post:1") -> Answer:
    """A report in which each of these makes a claim of its own."""
    claims = [claim(f"Claim {nth}", {"source": source}) for nth, source in enumerate(sources)]
    body = report(*claims, ref=ref, event="blast")
    return body | {"document": {"url": f"https://t.me/ot/{ref[5:]}"} | ({"publisher": publisher} if publisher else {})}


async def speakers(client: httpx.AsyncClient, body: Answer) -> list[Answer]:
    """Who made each claim of a report, as it is stored."""
    answer = await sent(client, "/v1/reports", body)
    said = [one["statements"][0]["source"]["id"] for one in answer["events"][0]["claims"]]
    return [(await client.get(f"/v1/sources/{id_}")).json() for id_ in said]


@pytest.mark.parametrize("before", [[], [HER_CHANNEL, OLGA], [OLGA], [HER_CHANNEL]])
async def test_a_name_alone_is_whom_the_body_names_in_full(client: httpx.AsyncClient, before: list[Answer]) -> None:
    """A speaker goes before a publisher of the name, whatever is stored and in whatever order they stand."""
    for one in before:
        await sent(client, "/v1/sources", one, 201)
    orders: list[list[Answer | str]] = [[OLGA, "Olga Ot"], ["Olga Ot", OLGA]]
    for nth, sources in enumerate(orders):
        for _ in range(2):
            found = await speakers(client, her_post(*sources, ref=f"post:{nth}"))
            assert len({one["id"] for one in found}) == 1
            assert {(one["kind"], one["party"], one["placed"]) for one in found} == {("official", "russia", False)}
    names = (await client.get("/v1/sources?q=Olga")).json()["items"]
    assert sorted(one["kind"] for one in names) == ["channel", "official"]


async def test_a_name_alone_is_told_by_what_the_body_names_otherwise(client: httpx.AsyncClient) -> None:
    olga = await sent(client, "/v1/sources", OLGA | {"ref": "olga"}, 201)
    channel = await sent(client, "/v1/sources", HER_CHANNEL, 201)
    # By a ref, as an object or alone; by nothing: then nobody is guessed, nor where the body names two.
    by_ref: list[Answer | str] = [{"ref": "olga", "name": "Olga Ot"}, "ref:olga"]
    for nth, known in enumerate(by_ref):
        found = await speakers(client, her_post(known, "Olga Ot", publisher=None, ref=f"post:1{nth}"))
        assert [one["id"] for one in found] == [olga["id"]] * 2
    (bare,) = await speakers(client, her_post("Olga Ot", publisher=None, ref="post:20"))
    assert bare["placed"]
    other = {"name": "Olga Ot", "kind": "official", "party": "ukraine"}
    assert [one["placed"] for one in await speakers(client, her_post(OLGA, other, "Olga Ot", ref="post:21"))] == [
        False, False, True,
    ]  # fmt: skip
    # Where it names only the channel, that is it.
    (hers,) = await speakers(client, her_post("Olga Ot", ref="post:22"))
    assert hers["id"] == channel["id"]
    # A line is a body of its own.
    lines = [her_post(OLGA, ref="post:31"), her_post("Olga Ot", publisher=None, ref="post:32")]
    content = "\n".join(json.dumps({"type": "report"} | line) for line in lines)
    answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    assert answer.is_success, answer.text
    (bare,) = await speakers(client, lines[1])
    assert bare["placed"]
    answer = await client.post("/v1/reports", json=her_post(OLGA, "Olga Ot", ref="post:40"))
    assert [one["pointer"] for one in answer.json()["remarks"] if "of which this body tells more" in one["detail"]] == [
        "/events/0/claims/1/statements/0/source/name"
    ]


async def test_somebodys_own_post_as_the_guide_sends_it(client: httpx.AsyncClient) -> None:
    guide = (ROOT / "docs" / "ingest.md").read_text(encoding="utf-8").partition("### Somebody's own post")[2]
    body = json.loads(guide.partition("```json\n")[2].partition("```")[0])
    (speaker,) = await speakers(client, body)
    assert (speaker["name"], speaker["party"]) == ("Kyrylo Tymoshenko", "ukraine")
    (post,) = (await client.get("/v1/documents")).json()["items"]
    assert (post["kind"], post["publisher_id"]) == ("post", speaker["id"])
