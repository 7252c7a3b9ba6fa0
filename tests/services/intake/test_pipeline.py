"""One order of steps for every write of new records, and two visits to quotations."""

import ast
from pathlib import Path
from typing import Any

import httpx
import shape
from fastapi import FastAPI
from queries import Recording, recorded

ROOT = Path(__file__).parents[3]
TEXT = "The governor said “a drone hit the depot” on Wednesday."
URL = "https://example.org/blast"


INTAKE = "services/intake"


def _importers(module: str) -> set[str]:
    """The modules of the app that import this module of the intake, or something out of it."""
    return {
        me.removeprefix("app.").replace(".", "/")
        for me, tree in shape.modules(ROOT)
        if any(shape.within(name, f"app.services.intake.{module}") for name in shape.imported(tree))
    }


def test_only_the_pipeline_matches() -> None:
    assert _importers("matching") == {f"{INTAKE}/pipeline"}


def test_only_matching_asks_by_keys() -> None:
    assert _importers("keys") == {f"{INTAKE}/matching"}


def test_only_matching_looks_names_up() -> None:
    """Beside credits, which says why in its `_sources`; the pipeline asks which names are none.

    And a report that comes again finds by the same names what it had told itself.
    """
    own_sources = "services/deliveries/own_sources"
    in_intake = {f"{INTAKE}/{name}" for name in ("matching", "in_place", "credits", "pipeline")}
    assert _importers("by_name") == {*in_intake, own_sources}


def test_only_the_pipeline_stores_drafts() -> None:
    """Beside credits, as above."""
    storing = {
        me.removeprefix("app.").replace(".", "/")
        for me, tree in shape.modules(ROOT)
        for node in shape.walked(tree)
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"insert", "complete"}
            and ast.unparse(node) in {"storing.insert", "storing.complete"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "app.services.intake.storing"
            and {alias.name for alias in node.names} & {"insert", "complete"}
        )
    }
    assert storing == {f"{INTAKE}/pipeline", f"{INTAKE}/credits"}


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

    said = {"source": {"name": "Governor Kim"}, "wording": "a drone hit the depot", "quoted": True}
    (before,) = await _delivered(client, report(TEXT, said))
    assert before["fidelity"] == "verbatim"
    aide = {**said, "source": {"name": "Ann Aide"}}
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
