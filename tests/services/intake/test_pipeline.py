"""One order of steps for every write of new records, and two visits to quotations."""

import ast
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from queries import Recording, recorded

ROOT = Path(__file__).parents[3] / "app"
TEXT = "The governor said “a drone hit the depot” on Wednesday."
URL = "https://example.org/blast"


def test_only_the_pipeline_matches() -> None:
    callers = [
        path.stem
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module == "app.services.intake.matching" or "matching" in {alias.name for alias in node.names})
    ]
    assert callers == ["pipeline"]


def _visits(recording: Recording) -> int:
    """How often the versions were read in which quotations stand."""
    return sum("WHERE o.id = ANY" in statement for statement in recording.statements)


async def _delivered(client: httpx.AsyncClient, report: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of the appearances of a report."""
    answer = await client.post("/v1/reports", json=report)
    assert answer.status_code == 201, answer.text
    return [said["appearance"] for said in answer.json()["events"][0]["claims"][0]["statements"]]


async def test_quotations_are_visited_once_before_the_lock_and_once_under_it(
    app: FastAPI, client: httpx.AsyncClient, event: str
) -> None:
    """Also by a body that brings a new text for what is stored, completes an appearance, and adds another."""

    def report(text: str, *statements: dict[str, Any]) -> dict[str, Any]:
        claim = {"text": "A drone hit the depot", "statements": [{"stance": "support", **said} for said in statements]}
        document = {"url": URL, "text": text}
        return {"document": document, "events": [{"event": event.rpartition("/")[2], "claims": [claim]}]}

    said = {"source": {"name": "The governor"}, "wording": "a drone hit the depot", "quoted": True}
    (before,) = await _delivered(client, report(TEXT, said))
    assert before["fidelity"] == "verbatim"
    aide = {**said, "source": {"name": "An aide"}}
    with recorded(app.state.database) as recording:
        after = await _delivered(client, report("Nothing new was said on Thursday.", {**said, "cue": "said"}, aide))
    assert after[0]["id"] == before["id"]
    assert [(appearance["outcome"], appearance["fidelity"]) for appearance in after] == [
        ("completed", "drifted"),
        ("created", "drifted"),
    ]
    lock = next(nth for nth, statement in enumerate(recording.statements) if "pg_advisory_xact_lock" in statement)
    ahead, under = recording.statements[:lock], recording.statements[lock:]
    assert [_visits(Recording(part)) for part in (ahead, under)] == [1, 1]
