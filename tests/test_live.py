"""Those who follow an event: the command, the script and the page; and what the guide says of them."""

import http.server
import json
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# What the page shows goes to whoever serves the page.
TELLING = """<script>
  let told = Promise.resolve()
  const tell = words => { told = told.then(() => fetch("/told", {method: "POST", body: words})) }
  const seen = new MutationObserver(seen => seen.forEach(({addedNodes: [node]}) => tell(node.textContent)))
  for (const shown of document.querySelectorAll("ol, body > small")) seen.observe(shown, {childList: true})
</script>"""
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


def claim(writer: Client, *statements: object, nth: int | None = None) -> None:
    named = "" if nth is None else f" {nth}"
    question = {"text": f"Why{named}?", "kind": "cause"}
    body = {"text": f"A drone{named}", "question": question, "statements": statements}
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
        ):
            claim(writer, SPEAKERS[0])
            claim(writer, SPEAKERS[1])
            told = [json.loads(line(as_json)) for _ in range(4)]
            assert [change["type"] for change in told] == ["source", "question", "claim", "statement"]
            assert told[2]["record"]["text"] == "A drone"
            assert line(script).startswith(MOVED)
            assert "“A drone” single_origin → corroborated, because 2 independent" in line(in_words)
            in_words.send_signal(signal.SIGINT)
            assert in_words.wait(10) == 130
        refused = at.run("watch", "nowhere", "--url", base)
        assert refused.returncode == 2
        assert "404" in refused.stderr


def test_the_page_tells_what_moved(database_url: str, key: str, tmp_path: Path) -> None:
    if NODE is None or subprocess.run([NODE, "--experimental-eventsource", "-e", ""], check=False).returncode:
        pytest.skip("there is no Node here that knows EventSource")
    headers = {"Authorization": f"Bearer {key}"}
    with at.serving(database_url) as base, Client(base_url=base, headers=headers, verify=False) as writer:
        writer.post("/v1/events", json={"title": "E", "slug": "explosion"}).raise_for_status()
        with reading(*page(tmp_path, base)) as in_page:
            assert line(in_page) == "status: listening"
            claim(writer, SPEAKERS[0])
            claim(writer, SPEAKERS[1])
            assert line(in_page).partition(" ")[2].startswith(MOVED)


def test_the_loop_of_the_guide_prints_what_changes(database_url: str, key: str) -> None:
    if not all(map(shutil.which, ("bash", "curl", "jq"))):
        pytest.skip("there is no bash, curl or jq here")
    (loop,) = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    headers = {"Authorization": f"Bearer {key}"}
    with at.serving(database_url) as base, Client(base_url=base, headers=headers, verify=False) as writer:
        told = writer.post("/v1/events", json={"title": "E", "slug": "explosion"}).raise_for_status().json()
        # From a position that is known, not from whenever the loop has begun; and no call waits on when it is killed.
        begun = re.sub(r"since=.*", "since=0-00000000", loop, count=1)
        begun = begun.replace("http://127.0.0.1:8000", base).replace("wait=30", "wait=1")
        with reading("bash", "-c", begun) as printing:
            assert json.loads(line(printing))["id"] == told["id"]
            claim(writer, SPEAKERS[0])
            assert [json.loads(line(printing))["type"] for _ in range(4)][-1] == "statement"


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_who_follows_goes_on_after_a_restart(database_url: str, key: str, tmp_path: Path, end: signal.Signals) -> None:
    """The command, the script and a browser's page come back by themselves, and miss nothing that came meanwhile."""
    port, headers = at.free_port(), {"Authorization": f"Bearer {key}"}
    serve = ("serve", "--database-url", database_url)
    with (
        at.serving(database_url) as other,
        Client(base_url=other, headers=headers, verify=False) as writer,
        ExitStack() as followers,
    ):
        writer.post("/v1/events", json={"title": "E", "slug": "explosion"}).raise_for_status()
        for nth in range(3):
            claim(writer, SPEAKERS[0], nth=nth)
        here = writer.get("/v1/changes/checkpoint").json()["position"]
        with at.running(*serve, port=port) as (process, base):
            watch = [*at.COMMAND, "watch", "explosion", "--url", base, "--since", here, "--moved", "--json"]
            told = [lines_of(followers.enter_context(reading(*watch)))]
            script = (sys.executable, str(SCRIPT), "explosion", here)
            told.append(lines_of(followers.enter_context(reading(*script, COUNTERCLAIM_URL=base))))
            if CHROMIUM:
                told.append(followers.enter_context(browsing(tmp_path, base)))
                assert told[-1].get(timeout=60) == "listening"
            claim(writer, SPEAKERS[1], nth=0)
            assert all("A drone 0" in lines.get(timeout=60) for lines in told)
            process.send_signal(end)
            process.wait(30)
            claim(writer, SPEAKERS[1], nth=1)  # while it is down
        with at.running(*serve, port=port):
            claim(writer, SPEAKERS[1], nth=2)
            for lines in told:
                news = (lines.get(timeout=60) for _ in range(20))
                claims = (line for line in news if "A drone" in line)
                assert [re.search(r"A drone \d", next(claims))[0] for _ in range(2)] == ["A drone 1", "A drone 2"]  # type: ignore[index]


def lines_of(process: subprocess.Popen[str]) -> "queue.Queue[str]":
    """What a process prints, to be waited for."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        while words := line(process):
            lines.put(words)

    threading.Thread(target=read, daemon=True).start()
    return lines


@contextmanager
def browsing(folder: Path, base: str) -> Iterator["queue.Queue[str]"]:
    """What the page shows in a browser, which has it from another origin than the service."""
    lines: queue.Queue[str] = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(PAGE.read_bytes() + TELLING.encode())

        def do_POST(self) -> None:
            lines.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(b"")

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/?event=explosion&service={base}"
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder}",
            "--remote-debugging-port=0",
        )
        try:
            with reading(str(CHROMIUM), *options, address):
                yield lines
        finally:
            server.shutdown()
            thread.join()


def test_the_guide_quotes_the_examples() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (quoted,) = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
    for word in re.findall(r"\b(?:EventSource|onmessage|moved|standings|statuses|fork|reload)\b", quoted):
        assert word in text
    for path in (PAGE, SCRIPT):
        assert f"examples/{path.name}" in GUIDE
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 30
