"""The page of all fields is what the description says, every word on it has a meaning, and its reports are taken."""

import json
import re
from typing import Any

import httpx
import pytest
from conftest import ROOT

from app import vocabulary
from app.api.description import fields_page
from app.api.description.word_meanings import MEANINGS
from app.schemas.forms import words

PAGE = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
INGEST = (ROOT / "docs" / "ingest.md").read_text(encoding="utf-8")
WRITE = "curl -s …/openapi.json | python -m app.api.description.fields_page > docs/fields.md"


def test_the_page_is_that_of_the_description(described: dict[str, Any]) -> None:
    assert fields_page.page(described) == PAGE, WRITE


def test_every_field_is_told() -> None:
    row = re.compile(r"^\| `(\w+)`(?: ●)? \| (.*?) \| (.*?) \| .* \|$", re.MULTILINE)
    rows = row.findall(PAGE.partition("# Kinds of text")[0])
    assert len(rows) > 100
    assert [field for field, kind, says in rows if not kind or not says] == []


def test_every_link_on_the_page_leads_somewhere() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    anchors = headings | set(re.findall(r'<a id="([\w-]+)">', PAGE))
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= anchors
    in_ingest = {heading.lower().replace(" ", "-") for heading in re.findall(r"^###? (.+)$", INGEST, re.MULTILINE)}
    assert set(re.findall(r"\(ingest\.md#([\w-]+)\)", PAGE)) <= in_ingest


@pytest.mark.parametrize("closed_list", MEANINGS)
def test_every_word_has_a_meaning(closed_list: str) -> None:
    assert list(MEANINGS[closed_list]) == list(vocabulary.words(getattr(vocabulary, closed_list)))
    assert hasattr(words, f"{closed_list}In")


async def test_the_reports_on_the_pages_are_taken(client: httpx.AsyncClient) -> None:
    """And the second takes back what the first one says."""
    (report,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    withdrawal = re.search(r"### What was taken back.*?^```json\n(.*?)^```", INGEST, re.MULTILINE | re.DOTALL)
    assert withdrawal
    assert (await client.post("/v1/reports", json=json.loads(report))).status_code == 201
    answer = await client.post("/v1/reports", json=json.loads(withdrawal[1]))
    assert answer.status_code == 201, answer.text
    assert not [remark for remark in answer.json()["remarks"] if remark["what"] == "not_taken"]
    (statement,) = (await client.get("/v1/statements")).json()["items"]
    (document,) = (await client.get("/v1/documents", params={"url": "https://news.example/2"})).json()["items"]
    assert (statement["withdrawn"], statement["withdrawn_document_id"]) == ("2023-08-12", document["id"])
    assert statement["withdrawn_reason"]


def test_the_thresholds_of_copies_are_those_of_the_code() -> None:
    copies, standing = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("copies.md", "standing.md"))
    assert f"**`LIKELY_COPY`, {vocabulary.LIKELY_COPY}**, and **`SURE_COPY`, {vocabulary.SURE_COPY}**" in copies
    assert f"- From **{vocabulary.LIKELY_COPY}** on a link is proposed" in copies
    assert f"- From **{vocabulary.SURE_COPY}** on its relation is `syndicated_from`" in copies
    assert f"was found by likeness with a score of {vocabulary.SURE_COPY} or more" in standing
