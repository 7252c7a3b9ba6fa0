"""Those who follow an event: the command, the script and the page; and what the guide says of them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import services_at as at
import soaking
from conftest import ROOT
from httpx import Client

PAGE, SCRIPT = ROOT / "examples" / "follow_event.html", ROOT / "examples" / "follow_event.py"
GUIDE = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
# A browser, as far as the page needs one: it prints what would be shown.
BROWSER = """
const shown = {textContent: "", replaceChildren() {}, prepend(line) { console.log(line.textContent) }}
globalThis.location = {search: process.argv[2], reload() { console.log("reloaded") }}
globalThis.document = {
  querySelectorAll: () => [{}, shown, {set textContent(words) { console.log(`status: ${words}`) }}],
  createElement: () => ({}),
}
"""
SPEAKERS = [{"source": {"name": name, "party": name.lower()}} for name in ("Kyiv", "Kesra")]
MOVED = "A drone: single_origin → corroborated: "


@contextmanager
def reading(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=at.environment() | environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def page(folder: Path, base: str) -> list[str]:
    """The command that opens the page."""
    script = re.search(r"<script>(.*)</script>", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    (folder / "page.mjs").write_text(BROWSER + script[1], encoding="utf-8")
    asked = f"?event=explosion&service={base}"
    return ["node", "--no-warnings", "--experimental-eventsource", str(folder / "page.mjs"), asked]


def claim(writer: Client, *statements: object) -> None:
    body = {"text": "A drone", "question": {"text": "Why?", "kind": "cause"}, "statements": statements}
    writer.post("/v1/events/explosion/claims", json=body).raise_for_status()


def test_who_follows_an_event_is_told_what_moved(database_url: str, key: str, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    with at.serving(database_url) as base, Client(base_url=base, headers=headers, verify=False) as writer:
        writer.post("/v1/events", json={"title": "E", "slug": "explosion"}).raise_for_status()
        here = writer.get("/v1/changes/checkpoint").json()["position"]
        watch = [*at.COMMAND, "watch", "explosion", "--url", base, "--since", here]
        with (
            reading(*watch, "--json") as as_json,
            reading(*watch, "--moved", COLUMNS="200") as in_words,
            reading(sys.executable, str(SCRIPT), "explosion", here, COUNTERCLAIM_URL=base) as script,
            reading(*page(tmp_path, base)) as in_page,
        ):
            assert line(in_page) == "status: listening"
            claim(writer, SPEAKERS[0])
            claim(writer, SPEAKERS[1])
            told = [json.loads(line(as_json)) for _ in range(4)]
            assert [change["type"] for change in told] == ["source", "question", "claim", "statement"]
            assert told[2]["record"]["text"] == "A drone"
            assert line(in_page).partition(" ")[2].startswith(MOVED)
            assert line(script).startswith(MOVED)
            assert "“A drone” single_origin → corroborated, because 2 independent" in line(in_words)
            in_words.send_signal(signal.SIGINT)
            assert in_words.wait(10) == 130
        refused = at.run("watch", "nowhere", "--url", base)
        assert refused.returncode == 2
        assert "404" in refused.stderr


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
def test_who_follows_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The command and the script come back by themselves, and miss nothing that came meanwhile."""
    port, data = at.free_port(), str(tmp_path / "data")
    serve = ("serve", "--data-dir", data)
    with ExitStack() as followers:
        with at.running(*serve, port=port) as (_, base):
            made = at.run("keys", "create", "writer", "--data-dir", data).stdout.strip()
            headers = {"Authorization": f"Bearer {made}"}
            httpx.post(
                f"{base}/v1/events", json={"title": "E", "slug": "explosion"}, headers=headers
            ).raise_for_status()
            watch = [*at.COMMAND, "watch", "explosion", "--url", base, "--since", "2020", "--json"]
            command = followers.enter_context(reading(*watch))
            assert json.loads(line(command))["type"] == "event"
            script = followers.enter_context(
                reading(sys.executable, str(SCRIPT), "explosion", "0-00000000", COUNTERCLAIM_URL=base)
            )
            with Client(base_url=base, headers=headers) as writer:
                claim(writer, SPEAKERS[0])
            assert [json.loads(line(command))["type"] for _ in range(4)][-1] == "statement"
        with at.running(*serve, port=port) as (_, base), Client(base_url=base, headers=headers) as writer:
            claim(writer, SPEAKERS[1])
            assert json.loads(line(command))["record"]["name"] == "Kesra"
            assert line(script).startswith(MOVED)


def test_the_guide_quotes_the_examples() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (quoted,) = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
    for word in re.findall(r"\b(?:EventSource|onmessage|moved|standings|statuses|fork|reload)\b", quoted):
        assert word in text
    for path in (PAGE, SCRIPT):
        assert f"examples/{path.name}" in GUIDE
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 50
