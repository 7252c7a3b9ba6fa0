"""The demo, and reports made up at random, delivered in other orders: every picture is the same, but for ids."""

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from difflib import unified_diff
from importlib import resources
from random import Random
from typing import Any, Final

import httpx
import pytest
import services_at
import soaking
from databases import Kept
from fastapi import FastAPI

from app import database
from app.database import Database, Signature
from app.errors import Problem
from app.schemas.reports import ReportCreate
from app.services import access
from app.services.deliveries import reports
from app.settings import Settings

Json = dict[str, Any]
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# When something was recorded, and how often changed, is of the recording; so is which of two reports brought it first.
_OF_RECORDING: Final = ("created_at", "updated_at", "version", "position", "retrieved_at", "report_id")
_PICTURES: Final = (
    "dossier", "dossier?said_before=2023-08-10", "dossier?independence=party", "timeline", "figures", "matrix",
    "matrix?by=source", "diff?clock=said&since=2023-08-09&until=2023-08-31",
)  # fmt: skip


def plain(value: Any) -> Any:
    """Without what is of the recording."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name not in _OF_RECORDING}
    return [plain(each) for each in value] if isinstance(value, list) else value


def renamed(picture: Json) -> str:
    """Its JSON, with each id as the place where it is named first."""
    names: dict[str, str] = {}
    return _UUID.sub(lambda match: names.setdefault(match[0], f"id {len(names)}"), json.dumps(plain(picture)))


def shuffled(bodies: list[Json], pick: Random) -> list[Json]:
    """The same reports, and in each the same claims and statements, in another order."""
    others = pick.sample(deepcopy(bodies), len(bodies))
    for body in others:
        for event in body.get("events", ()):
            for name in ("claims", "questions", "statements"):
                pick.shuffle(event.get(name, []))
            for claim in event.get("claims", ()):
                pick.shuffle(claim.get("statements", []))
    return others


async def deliver(connected: Database, bodies: Iterable[Json]) -> None:
    """What names something that has not come yet comes again later."""
    caller, left = access.Caller("demo", frozenset({"admin", "assess"})), list(bodies)
    while left:
        refused = []
        for body in left:
            try:
                async with connected.writing(Signature("demo")) as session:
                    await reports.deliver(session, caller, ReportCreate.model_validate(body), naming_similar=False)
            except Problem:
                refused.append(body)
        assert len(refused) < len(left), refused[0]
        left = refused


async def pictures(service: FastAPI, url: str, bodies: Iterable[Json] = ()) -> dict[str, str]:
    settings = Settings(database_url=url)
    connected = database.connect(settings)
    try:
        await deliver(connected, bodies)
        services_at.use(service, settings, connected)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://test") as client:
            events = (await client.get("/v1/events?limit=100")).json()["items"]
            paths = [f"/v1/events/{slug}/{name}" for slug in sorted(e["slug"] for e in events) for name in _PICTURES]
            return {path: renamed((await client.get(path)).raise_for_status().json()) for path in paths}
    finally:
        await connected.dispose()


def compared(before: dict[str, str], after: dict[str, str]) -> None:
    assert list(before) == list(after)
    for path, text in before.items():
        assert text == after[path], f"{path}\n{difference(text, after[path])}"


def difference(*texts: str) -> str:
    here, there = (json.dumps(json.loads(text), indent=1).splitlines() for text in texts)
    return "\n".join(unified_diff(here, there, lineterm=""))


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_the_demo(service: FastAPI, beside: Kept, demo_url: str, seed: int) -> None:
    bodies = json.loads(resources.files("app.demo").joinpath("reports.json").read_text(encoding="utf-8"))
    with beside.empty() as url:
        compared(await pictures(service, demo_url), await pictures(service, url, shuffled(bodies, Random(seed))))


# --- made up at random -----------------------------------------------------------------------------------------------

_SOURCES: Final[tuple[Json | None, ...]] = (
    None,
    {"name": "Ann", "party": "east"},
    {"name": "Army of Kesra", "kind": "military", "party": "west"},
    {
        "name": "Spokesman Kim",
        "kind": "official",
        "parent": {"name": "Army of Kesra", "kind": "military", "party": "west"},
    },
    {"disclosure": "anonymous", "role": "aide"},
    {"disclosure": "group", "role": "witnesses"},
)
_DAYS: Final = ("2023-08-09", "2023-08-09T10:00Z", "2023-08-10", "2023-08-08/2023-08-10")
_QUESTIONS: Final[tuple[Json | None, ...]] = (
    {"text": "What was it?", "kind": "cause"},
    {"text": "Who did it?", "kind": "responsibility"},
    None,
)


def _document(pick: Random) -> Json:
    number = pick.randrange(4)
    published = f"2023-08-{9 + number % 2:02}"
    return {"url": f"https://paper{number}.example/", "title": f"Paper {number % 2}", "published": published}


def _statement(pick: Random) -> Json:
    statement: Json = {"stance": pick.choice(("support", "support", "support", "deny", "query"))}
    if source := pick.choice(_SOURCES):
        statement["source"] = source
    if pick.random() < 0.7:
        statement["said"] = pick.choice(_DAYS)
    statement |= {"document": _document(pick), "wording": pick.choice(("It was so.", "Not so.")), "language": "en"}
    if source and "name" in source and pick.random() < 0.2:
        statement["withdrawn"] = "2023-08-11"
    return statement


def _claim(pick: Random, number: int) -> Json:
    said = [_statement(pick) for _ in range(pick.randint(1, 3))]
    if pick.random() < 0.5:
        claim: Json = {"text": pick.choice(("A drone", "Gas", "Fire")), "language": "en"}
        if question := pick.choice(_QUESTIONS):
            claim["question"] = question
    else:
        figures = ({"min": 5}, {"min": 12}, {"min": 12, "qualifier": "about"}, {"qualifier": "tens"})
        claim = {"question": {"measure": "killed"}, "figure": dict(pick.choice(figures))}
        if pick.random() < 0.3:
            claim["figure"]["of"] = f"#whole{number}"
    return claim | {"statements": said}


def _report(pick: Random) -> Json:
    claims = []
    for number in range(pick.randint(1, 3)):
        claims.append(claim := _claim(pick, number))
        if "of" in claim.get("figure", {}):
            whole = {"question": {"measure": "killed"}, "figure": {"min": pick.choice((12, 30))}}
            claims.append(whole | {"label": f"#whole{number}", "statements": [_statement(pick)]})
    return {"events": [{"slug": "blast", "title": "Blast", "occurred": "2023-08-09", "claims": claims}]}


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(2, few=1))
async def test_reports_made_up_at_random(service: FastAPI, beside: Kept, seed: int) -> None:
    pick = Random(seed)
    bodies = [_report(pick) for _ in range(8)]
    with beside.empty() as url:
        in_order = await pictures(service, url, bodies)
    with beside.empty() as url:
        compared(in_order, await pictures(service, url, shuffled(bodies, pick)))
