"""One question settled for answers of which only one can be true: by one court, or by two."""

from typing import Any

import httpx
from calls import claim, get, post

Json = dict[str, Any]


async def settle(client: httpx.AsyncClient, event: str, claim_id: str, court: str, **more: Any) -> str:
    rating = {"claim": claim_id, "author": {"name": court, "kind": "court"}, "scheme": "veracity", "rating": "true"}
    settled: str = (await post(client, f"{event}/assessments", rating | {"settles": True} | more))["id"]
    return settled


async def asked(client: httpx.AsyncClient, event: str, language: str = "en") -> Json:
    (question,) = (await get(client, f"{event}/dossier?lang={language}"))["questions"]
    told: Json = question
    return told


async def test_rival_answers_are_contested(client: httpx.AsyncClient, event: str) -> None:
    """And nobody's word was right or wrong; until one settlement takes the other's place."""
    question = (await post(client, f"{event}/questions", {"text": "What caused it?", "kind": "cause"}))["id"]
    speaker = {"name": "Ines"}
    said = {"question": question, "statements": [{"source": speaker, "said": "2023-08-09"}]}
    bomb = await claim(client, event, "A bomb", **said)
    gas = await claim(client, event, "Gas", question=question)
    first = await settle(client, event, bomb, "A court", made="2023-09-01")
    assert (await asked(client, event))["status"] == "resolved"
    second = await settle(client, event, gas, "Another court", made="2023-10-01")
    told = await asked(client, event)
    assert (told["status"], told["settled_by"], told["answers"]) == ("contested", [first, second], [bomb, gas])
    assert told["why"] == "settled by A court and Another court, for answers of which only one can be true"
    assert [reason["code"] for reason in told["reasons"]] == ["settled_both_ways"]
    for language in ("fr", "ru", "uk"):
        assert "Another court" in (await asked(client, event, language))["why"]
    source_id = (await get(client, "/v1/sources?q=Ines"))["items"][0]["id"]
    assert (await get(client, f"/v1/sources/{source_id}/record"))["entries"] == []
    await settle(client, event, gas, "A court", made="2023-11-01", supersedes=first)
    assert (await asked(client, event))["status"] == "resolved"
    assert [entry["verdict"] for entry in (await get(client, f"/v1/sources/{source_id}/record"))["entries"]] == [
        "wrong"
    ]


async def test_figures_that_differ_are_contested_unless_it_grows(client: httpx.AsyncClient, event: str) -> None:
    for evolving, status in ((False, "contested"), (True, "resolved")):
        question = {"measure": "killed", "subject": f"evolving {evolving}", "evolving": evolving}
        for number in (12, 13):
            figure = {"qualifier": "exact", "min": number, "max": number}
            answer = await claim(client, event, None, question=question, figure=figure)
            await settle(client, event, answer, "A court", made=f"2023-09-{number}")
        questions = (await get(client, f"{event}/dossier"))["questions"]
        assert [one["status"] for one in questions if one["evolving"] is evolving] == [status]
