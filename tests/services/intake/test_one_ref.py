"""One ref for two: what two parts of a body say of it is one record, or is refused."""

import json
from typing import Any

import httpx
import pytest
from reporting import Answer

WHAT = {"text": "What was it?", "kind": "cause"}
KILLED = {"measure": "killed"}
Claim = dict[str, Any]


def body(*claims: Claim) -> Answer:
    document = {"url": "https://n.example/1", "published": "2024-05-02"}
    return {"ref": "r", "document": document, "events": [{"ref": "e", "title": "E", "claims": list(claims)}]}


def worded(text: str, *statements: Any, **more: Any) -> Claim:
    return {"question": WHAT, "text": text, "statements": list(statements)} | more


def counted(number: int, measure: str = "killed") -> Claim:
    statement = {"source": f"Speaker of {number} {measure}"}
    return {"ref": "x", "question": {"measure": measure}, "figure": number, "statements": [statement]}


TWO = {
    "figures": (counted(10), counted(12)),
    "questions": (counted(5), counted(5, "injured")),
    "texts": (worded("A bomb", ref="x"), worded("Gas", ref="x")),
    "words and a figure": (worded("A bomb", ref="x"), counted(10)),
    "stances": (
        worded("A bomb", {"ref": "x", "source": "Ann Lee"}, {"ref": "x", "source": "Ann Lee", "stance": "deny"}),
    ),
    "speakers": (worded("A bomb", {"ref": "x", "source": "Ann Lee"}, {"ref": "x", "source": "Bo Ray"}),),
    "claims": (worded("A bomb", {"ref": "x", "source": "Ann Lee"}), worded("Gas", {"ref": "x", "source": "Ann Lee"})),
    "measures": (
        {"question": KILLED | {"ref": "x"}, "figure": 3},
        {"question": {"measure": "injured", "ref": "x"}, "figure": 3},
    ),
    "pages": (
        worded("A bomb", {"document": {"ref": "x", "url": "https://n.example/2"}}),
        worded("Gas", {"document": {"ref": "x", "url": "https://n.example/3"}}),
    ),
}


@pytest.mark.parametrize("claims", TWO.values(), ids=TWO)
async def test_two_that_are_not_one_are_refused(client: httpx.AsyncClient, claims: tuple[Claim, ...]) -> None:
    """The second's words were put into the first one's mouth, with a remark at most."""
    answer = await client.post("/v1/reports", json=body(*claims))
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["pointer"].endswith("/ref")
    assert "each needs a ref of its own" in error["detail"]
    assert (await client.get("/v1/statements")).json()["items"] == []


ONE = {
    "another place of one statement": (
        worded(
            "A bomb",
            {"ref": "x", "source": "Ann Lee", "wording": "A bomb, clearly"},
            {"ref": "x", "source": "Ann Lee", "document": {"url": "https://n.example/2"}},
        ),
    ),
    "a speaker told once": (worded("A bomb", {"ref": "x", "source": "Ann Lee"}, {"ref": "x"}),),
    "other signs": (worded("A bomb", ref="x"), worded("a bomb.", ref="x")),
    "another address of the page": (
        worded("A bomb", {"document": {"ref": "x", "url": "https://n.example/2"}}),
        worded("Gas", {"document": {"ref": "x", "url": "http://www.n.example/2/?utm_source=a"}}),
    ),
    "another name of a source": (
        worded("A bomb", {"source": {"ref": "x", "name": "Ann Lee"}}, {"source": {"ref": "x", "name": "A. Lee"}}),
    ),
}


@pytest.mark.parametrize("claims", ONE.values(), ids=ONE)
async def test_what_may_be_said_of_one_is_one(client: httpx.AsyncClient, claims: tuple[Claim, ...]) -> None:
    answer = await client.post("/v1/reports", json=body(*claims))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("as_lines", [True, False])
async def test_another_body_changes_no_stance_and_is_told_what_was_not_taken(
    client: httpx.AsyncClient, *, as_lines: bool
) -> None:
    bodies = [
        body(worded("A bomb", {"ref": "x", "source": "Ann Lee"})),
        body(worded("Gas", {"ref": "x", "source": "Bo Ray", "stance": "deny"})) | {"ref": "r2"},
    ]
    if as_lines:
        lines = "\n".join(json.dumps({"type": "report"} | report) for report in bodies)
        sent = await client.post("/v1/ingest", content=lines, headers={"Content-Type": "application/x-ndjson"})
        answers = [json.loads(line) for line in sent.text.splitlines()][:2]
    else:
        answers = [(await client.post("/v1/reports", json=report)).raise_for_status().json() for report in bodies]
    members = {one["pointer"].rpartition("/")[2] for one in answers[1]["remarks"] if one["what"] == "not_taken"}
    assert members == {"stance", "source", "claim"}
    [statement] = (await client.get("/v1/statements?expand=claim,source")).json()["items"]
    assert (statement["stance"], statement["source"]["name"], statement["claim"]["text"]) == (
        "support", "Ann Lee", "A bomb",
    )  # fmt: skip
