"""What the guides quote is what the demo answers."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from conftest import ROOT

QUOTED = re.compile(r"^`GET (/v1/\S+)`\n+```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("standing.md", "identity.md")}
LEFT_OUT = "…"
# What a reader can paste: a GET of the demo, perhaps through jq, and below it what it writes, up to an empty line.
PASTED = re.compile(
    r"^\$ curl -s '?http://127\.0\.0\.1:8000(?P<path>/[^\s'$]+)'?"
    r"(?: \|\s+jq (?P<flags>-\w+ )?'(?P<program>[^']+)')?\n(?P<answer>(?:(?!\$ |```|\n).*\n)+)",
    re.MULTILINE,
)
COMMANDS = {
    f"{page.name} {command['path']}": command
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for command in PASTED.finditer(page.read_text(encoding="utf-8"))
    # The README's last calls are of an event that its reader has made.
    if LEFT_OUT not in command["answer"] and "/events/plant/" not in command["path"]
}


async def names(demo: httpx.AsyncClient, answer: dict[str, Any]) -> dict[str, str]:
    """What the ids in an answer lead to, as the guides write it."""
    sources = (await demo.get("/v1/sources?limit=200")).raise_for_status().json()["items"]
    found = {one["id"]: one["name"] for one in sources}
    found |= {id_: one["title"] for id_, one in answer.get("documents", {}).items()}
    for question in answer.get("questions", ()):
        found |= {one["id"]: one["text"] for one in [question, *question["claims"]]}
    return {id_: f"<{name}>" for id_, name in found.items()}


def differences(quoted: Any, answered: Any, called: dict[str, str], at: str = "") -> Iterator[str]:
    """Where an answer is not what a guide quotes of it: members may be left out, and in lists what `…` stands for."""
    if isinstance(quoted, dict) and isinstance(answered, dict):
        for name, value in quoted.items():
            yield from differences(value, answered.get(name, "no such member"), called, f"{at}/{name}")
    elif isinstance(quoted, list) and isinstance(answered, list):
        yield from _in_list(quoted, answered, called, at)
    elif quoted not in (answered, called.get(str(answered), answered)):
        yield f"{at}: {quoted!r} is quoted, {called.get(str(answered), answered)!r} answered"


def _in_list(quoted: list[Any], answered: list[Any], called: dict[str, str], at: str) -> Iterator[str]:
    rest, after_gap = list(answered), False
    for nth, one in enumerate(quoted):
        if one == LEFT_OUT:
            after_gap = True
            continue
        here = f"{at}/{nth}"
        while after_gap and rest and _is_another(one, rest[0], called):
            rest.pop(0)
        if not rest:
            yield f"{here}: {json.dumps(one, ensure_ascii=False)[:100]} is not in the answer, or not in this order"
            return
        yield from differences(one, rest.pop(0), called, here)
        after_gap = False
    if rest and not after_gap:
        yield f"{at}: {len(rest)} more in the answer"


def _is_another(quoted: Any, answered: Any, called: dict[str, str]) -> bool:
    """Whether an element is left out here: it is not the one whose text, or else whose every member, is quoted."""
    told = {"text": quoted["text"]} if isinstance(quoted, dict) and "text" in quoted else quoted
    return any(True for _ in differences(told, answered, called))


@pytest.mark.parametrize(("request_", "block"), [quoted for page in PAGES.values() for quoted in QUOTED.findall(page)])
async def test_the_demo_answers_what_is_quoted(demo: httpx.AsyncClient, request_: str, block: str) -> None:
    answer = (await demo.get(request_)).raise_for_status().json()
    assert "\n".join(differences(json.loads(block), answer, await names(demo, answer))) == ""


@pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in COMMANDS.items()])
async def test_what_a_guide_has_pasted_writes_what_stands_below(
    demo: httpx.AsyncClient, command: re.Match[str]
) -> None:
    written = (await demo.get(command["path"])).raise_for_status().text
    if command["program"]:
        if shutil.which("jq") is None:
            pytest.skip("there is no jq here")
        jq = ["jq", *(command["flags"] or "").split(), command["program"]]
        written = subprocess.run(jq, input=written, capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    assert written.splitlines() == command["answer"].splitlines()


def test_commands_are_found_in_the_guides() -> None:
    assert {"diff.md", "export.md"} <= {name.split()[0] for name in COMMANDS}


@pytest.mark.parametrize(("page", "at_least"), [("standing.md", 11), ("identity.md", 1)])
def test_every_answer_in_the_guide_is_asked_for(page: str, at_least: int) -> None:
    assert len(QUOTED.findall(PAGES[page])) == PAGES[page].count("```json") >= at_least


@pytest.mark.parametrize(
    ("quoted", "answered", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": None}, {}, 1),
        ([1], [1, 2], 1),
        ([1, "…"], [1, 2], 0),
        (["…", 2], [1, 2], 0),
        (["…", 1], [1, 2], 1),
        (["…", 2, 1], [1, 2], 1),
        (["…", {"text": "a", "b": 1}, "…"], [{"text": "c"}, {"text": "a", "b": 2}], 1),
        ([], [1], 1),
        ("<TASS>", "id", 0),
        ("<Baza>", "id", 1),
    ],
)
def test_a_quotation_that_is_not_the_answer_is_seen(quoted: Any, answered: Any, found: int) -> None:
    assert len(list(differences(quoted, answered, {"id": "<TASS>"}))) == found
