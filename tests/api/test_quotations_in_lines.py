"""Quotations in lines are looked up before their turn to be stored, as far as that is plain."""

import json
from typing import Any

import pytest
from calls import Json, get
from httpx import AsyncClient
from reporting import said

from app.texts.quoting.effort import Spots

URL = "https://news.example/1"
WORDS = "it was a drone that struck the plant"
TEXT = f"A witness told us: “{WORDS.capitalize()}.” Nobody else saw it."
OTHER = "A witness told us that something had struck the plant."


async def test_in_short_lines_only_what_was_edited_takes_a_thread(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in its own text as it is was found when the line was read, while others were stored."""
    located, locate = list[set[str]](), Spots.locate

    def noted(spots: Spots, wanted: Any, texts: Any) -> None:
        located.append({words for of_text in wanted.values() for words in of_text})
        locate(spots, wanted, texts)

    monkeypatch.setattr(Spots, "locate", noted)
    edited = "it was a missile that struck the plant"
    about = {"ref": "blast", "title": "Blast"}

    def line(nth: int, wording: str, text: str) -> Json:
        one = {"text": f"Claim {nth}", "statements": [said("A", wording=wording, quoted=True)]}
        document = {"url": f"{URL}/{nth}", "text": text}
        return {"type": "report", "ref": f"r{nth}", "document": document, "events": [about | {"claims": [one]}]}

    lines = [line(1, WORDS, TEXT), line(2, WORDS, f"Again. {TEXT}"), line(3, edited, TEXT), line(4, WORDS, OTHER)]
    content = "".join(json.dumps(sent_line) + "\n" for sent_line in lines)
    answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
    assert answer.text.count('"status":201') == len(lines), answer.text
    assert located == [{edited, WORDS}]  # in the third text and in the last
    page = await get(client, "/v1/statements?sort=created_at&expand=document")
    fidelities = [one["appearance"]["fidelity"] for one in page["items"]]
    assert fidelities == ["verbatim", "verbatim", "edited", "not_found"]


@pytest.mark.parametrize("hours", [(12, 13), (13, 12)])
@pytest.mark.parametrize("second", [OTHER, TEXT, None])
async def test_a_document_that_is_new_may_be_read_twice_at_once(
    client: AsyncClient, hours: tuple[int, int], second: str | None
) -> None:
    """Then what the lines quote is looked up in both, as if they had come one after the other."""

    def lines(name: str) -> list[Json]:
        return [
            {
                "type": "report",
                "ref": f"{name}-{hour}",
                "document": {"url": f"{URL}/{name}", "text": text, "retrieved_at": f"2023-08-09T{hour}:00:00Z"},
                "events": [
                    {
                        "ref": name,
                        "title": name,
                        "claims": [
                            {"text": f"Claim {hour}", "statements": [said("A", wording=WORDS, quoted=True)]},
                            {"text": f"Own {hour}", "statements": [said("A", wording=WORDS, quoted=False)]},
                        ],
                    }
                ],
            }
            for hour, text in zip(hours, (TEXT, second), strict=True)
        ]

    async def sent(*some: Json) -> None:
        content = "".join(json.dumps(line) + "\n" for line in some)
        answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
        assert answer.text.count('"status":201') == len(some), answer.text

    async def fidelities(name: str) -> list[str]:
        page = await get(client, f"/v1/events/ref:{name}/statements?sort=created_at&expand=document")
        return [one["appearance"]["fidelity"] for one in page["items"]]

    await sent(*lines("together"))
    for line in lines("apart"):
        await sent(line)
    assert await fidelities("together") == await fidelities("apart")
    is_in_latest = second != OTHER or hours[0] > hours[1]
    of_quotation = "verbatim" if is_in_latest else "drifted"
    assert await fidelities("apart") == [of_quotation, "paraphrase"] * 2
