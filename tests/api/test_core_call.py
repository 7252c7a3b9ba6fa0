"""The core call: one attributed claim."""

import asyncio

import httpx

CLAIM = {
    "text": "The blast began in a rented pyrotechnics warehouse",
    "language": "en",
    "question": {"text": "What caused the explosion?", "kind": "cause"},
    "statements": [
        {
            "source": {"name": "Sergei Pakhomov", "kind": "official", "role": "local official", "party": "russia"},
            "stance": "support",
            "said": "2023-08-09T13:00+03:00",
            "wording": "взорвался склад пиротехники",
            "language": "ru",
            "quoted": True,
            "document": {
                "url": "https://news.example/2023/08/09/blast",
                "publisher": {"name": "Example News", "kind": "outlet"},
                "published": "2023-08-09",
                "text": "Пахомов сказал: «взорвался склад пиротехники».",
            },
        }
    ],
}


async def test_stores_every_part_and_says_so(client: httpx.AsyncClient, event: str) -> None:
    made = await client.post(f"{event}/claims", json=CLAIM)
    assert made.status_code == 201
    part = made.json()
    said = part["statements"][0]
    assert {part["claim"]["outcome"], part["question"]["outcome"], said["outcome"]} == {"created"}
    stored = (await client.get(f"/v1/statements/{said['id']}")).json()
    assert (stored["claim_id"], stored["source_id"]) == (part["claim"]["id"], said["source"]["id"])
    assert stored["said_from"] == "2023-08-09T10:00:00Z"
    found = (await client.get(f"/v1/statements/{said['id']}/appearances")).json()["items"]
    assert [one["wording"] for one in found] == ["взорвался склад пиротехники"]
    assert found[0]["version_id"] == said["document"]["version_id"]


async def test_the_same_call_again_stores_nothing(client: httpx.AsyncClient, event: str) -> None:
    first = await client.post(f"{event}/claims", json=CLAIM)
    again = await client.post(f"{event}/claims", json=CLAIM)
    assert again.status_code == 200
    assert [(remark["what"], remark["sent"]) for remark in again.json()["remarks"]] == [
        ("matched", "Example News"),
        ("matched", "Sergei Pakhomov"),
    ]
    assert again.json() | {"remarks": []} == _matched(first.json())


async def test_twenty_clients_at_once_store_one(client: httpx.AsyncClient, event: str) -> None:
    answers = await asyncio.gather(*(client.post(f"{event}/claims", json=CLAIM) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["statements"][0]["id"] for answer in answers}) == 1
    for path in ("claims", "statements", "sources", "documents", "questions"):
        counted = (await client.get(f"/v1/{path}?count=true")).json()["total"]
        assert counted == (2 if path == "sources" else 1), path


async def test_the_least_that_is_needed(client: httpx.AsyncClient, event: str) -> None:
    least = {"text": "It was a drone", "statements": [{"source": {"name": "A witness"}}]}
    made = (await client.post(f"{event}/claims", json=least)).json()
    stored = (await client.get(f"/v1/statements/{made['statements'][0]['id']}")).json()
    assert (stored["stance"], stored["explicitness"]) == ("support", "explicit")
    source = (await client.get(f"/v1/sources/{made['statements'][0]['source']['id']}")).json()
    assert source["kind"] is None


def _matched(answer: object) -> object:
    if isinstance(answer, dict):
        return {name: "matched" if name == "outcome" else _matched(value) for name, value in answer.items()}
    return [_matched(value) for value in answer] if isinstance(answer, list) else answer
