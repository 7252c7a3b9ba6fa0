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
