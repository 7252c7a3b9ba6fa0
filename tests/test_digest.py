"""`counterclaim digest` and `notify`, as whoever wants to be told uses them: by mail and by a hook of this machine."""

import fcntl
import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import services_at as at
from aiosmtpd.controller import Controller
from databases import copied

from app.commands.news import subscriptions
from app.commands.news.subscriptions import Subscription

Json = dict[str, Any]
# Of apprise's own imports.
pytestmark = pytest.mark.filterwarnings("ignore:'(imghdr|cgi)' is deprecated:DeprecationWarning")
QUESTION = {"text": "What was it?", "kind": "cause", "single_answer": True}


class Mailbox:
    """What a mail server of this machine took."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.is_full = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.is_full:
            return "552 The mailbox is full"
        self.mails.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """The mailbox, and apprise's address of it."""
    box, port = Mailbox(), at.free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"mailto://127.0.0.1:{port}?from=desk@example.org&to=reader@example.org&mode=insecure&format=text"
    finally:
        controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[Json], str]]:
    """What a page of this machine was sent, and apprise's address of it."""
    taken: list[Json] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield taken, f"json://127.0.0.1:{server.server_port}/hook"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def served(server_url: str, template: str) -> Iterator[httpx.Client]:
    """A client with a key, of a service of its own."""
    with copied(server_url, template) as url, at.serving(url) as base:
        key = at.run("keys", "create", "desk", "--database-url", url).stdout.strip()
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}) as client:
            yield client


def made(client: httpx.Client, slug: str) -> str:
    answer = client.post("/v1/events", json={"title": f"The {slug}", "slug": slug})
    assert answer.status_code == 201, answer.text
    return f"/v1/events/{slug}"


def said(client: httpx.Client, event: str, text: str, name: str, **fields: Any) -> Json:
    statement = {"source": {"name": name, "kind": "official"}, **fields}
    answer = client.post(f"{event}/claims", json={"text": text, "question": QUESTION, "statements": [statement]})
    assert answer.status_code == 201, answer.text
    answered: Json = answer.json()
    return answered


def written(path: Path, *subscribed: Json) -> Path:
    lines = []
    for subscription in subscribed:
        lines += ["[[subscription]]", *(f"{name} = {json.dumps(value)}" for name, value in subscription.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def digest(client: httpx.Client, *arguments: object) -> subprocess.CompletedProcess[str]:
    return at.run("digest", *map(str, arguments), "--url", str(client.base_url))


def notify(client: httpx.Client, file: Path) -> subprocess.CompletedProcess[str]:
    return at.run("notify", str(file), "--url", str(client.base_url))


def test_it_is_printed(served: httpx.Client) -> None:
    event = made(served, "printed")
    since = served.get("/v1/changes/checkpoint").json()["position"]
    said(served, event, "A drone", "Olena Koval")
    said(served, event, "A warehouse", "Ivan Bondar")
    run = digest(served, "--since", since)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[:2] == [
        "The printed",
        f"{str(served.base_url).rstrip('/')}/v1/events/{event_id(served, event)}/dossier",
    ]
    assert "- 2 new statements by Olena Koval and Ivan Bondar" in run.stdout
    (line,) = digest(served, "printed", "--since", since, "--json", "--lang", "fr").stdout.splitlines()
    assert {item["kind"] for item in json.loads(line)["items"]} >= {"statement"}
    assert digest(served, "nowhere", "--since", since).returncode == 0
    assert digest(served, "printed", "--since", "neverland").returncode == 2
    assert digest(served, "printed").returncode == 2


def event_id(client: httpx.Client, event: str) -> str:
    return str(client.get(event).json()["id"])


def test_one_message_however_much_is_new_and_nothing_twice(
    served: httpx.Client, tmp_path: Path, mailbox: tuple[Mailbox, str], hook: tuple[list[Json], str]
) -> None:
    event, other = made(served, "sent"), made(served, "not-asked-for")
    (box, mail), (taken, page) = mailbox, hook
    file = written(
        tmp_path / "digests.toml",
        {"name": "mail", "to": [mail], "news": ["statement", "standing"]},
        {"name": "hook", "to": [page], "events": ["sent"], "language": "uk"},
    )
    assert notify(served, file).returncode == 0  # who is new is told of what comes from now on
    assert (box.mails, taken) == ([], [])
    said(served, event, "A drone", "Olena Koval")
    for number in range(30):
        said(served, other, f"Version {number}", f"Speaker {number} of it")
    run = notify(served, file)
    assert run.returncode == 0, run.stderr
    (mailed,), (hooked,) = box.mails, taken
    assert "30 new statements by 30 sources" in mailed
    assert "Olena Koval" in mailed
    assert "Speaker" not in hooked["message"]
    assert "Olena Koval" in hooked["message"]
    assert hooked["title"] == "The sent"
    assert notify(served, file).returncode == 0
    assert (len(box.mails), len(taken)) == (1, 1)


def test_what_could_not_be_sent_is_sent_the_next_time(
    served: httpx.Client, tmp_path: Path, mailbox: tuple[Mailbox, str], hook: tuple[list[Json], str]
) -> None:
    event = made(served, "late")
    (box, mail), (taken, page) = mailbox, hook
    file = written(tmp_path / "d.toml", {"name": "mail", "to": [mail]}, {"name": "hook", "to": [page]})
    notify(served, file)
    box.is_full = True
    said(served, event, "A drone", "Olena Koval")
    run = notify(served, file)
    assert run.returncode == 3
    assert run.stderr.startswith("mail: ")
    said(served, event, "A warehouse", "Ivan Bondar")
    box.is_full = False
    assert notify(served, file).returncode == 0
    (mailed,) = box.mails
    assert "2 new statements by Olena Koval and Ivan Bondar" in mailed
    assert [("Olena" in hooked["message"], "Ivan" in hooked["message"]) for hooked in taken] == [
        (True, False),
        (False, True),
    ]


def test_quiet_hours_and_pauses_keep_it_for_later(
    served: httpx.Client, tmp_path: Path, hook: tuple[list[Json], str]
) -> None:
    event = made(served, "quiet")
    taken, page = hook
    now = datetime.now(UTC)
    quiet = f"{now.hour:02}:00-{(now.hour + 2) % 24:02}:00"
    asleep, rested = (
        {"name": "reader", "to": [page], "events": ["quiet"], **more}
        for more in ({"quiet": quiet}, {"pause_minutes": 60})
    )
    file = tmp_path / "d.toml"
    notify(served, written(file, asleep))
    said(served, event, "A drone", "Olena Koval")
    assert notify(served, file).returncode == 0
    assert taken == []
    assert notify(served, written(file, rested)).returncode == 0
    assert len(taken) == 1
    said(served, event, "A warehouse", "Ivan Bondar")
    assert notify(served, file).returncode == 0
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("quiet", "zone", "at_utc", "is_quiet"),
    [
        ("22:00-07:00", "UTC", "2026-01-01T23:00+00:00", True),
        ("22:00-07:00", "UTC", "2026-01-01T06:59+00:00", True),
        ("22:00-07:00", "UTC", "2026-01-01T07:00+00:00", False),
        ("22:00-07:00", "Europe/Kyiv", "2026-01-01T20:30+00:00", True),
        ("22:00-07:00", "Europe/Kyiv", "2026-07-01T04:30+00:00", False),
        ("22:00-07:00", "Europe/Kyiv", "2026-03-29T03:59+00:00", True),  # the night that has an hour less
        ("22:00-07:00", "Europe/Kyiv", "2026-03-29T04:00+00:00", False),
        ("22:00-07:00", "Europe/Kyiv", "2026-10-25T04:59+00:00", True),  # and the one that has an hour more
        ("22:00-07:00", "Europe/Kyiv", "2026-10-25T05:00+00:00", False),
        ("12:00-13:00", "UTC", "2026-01-01T12:30+00:00", True),
        ("12:00-13:00", "UTC", "2026-01-01T13:00+00:00", False),
    ],
)
def test_hours_are_those_of_the_reader(quiet: str, zone: str, at_utc: str, *, is_quiet: bool) -> None:
    subscription = Subscription(name="x", to=["json://localhost"], quiet=quiet, timezone=zone)
    assert subscriptions.is_quiet(subscription, datetime.fromisoformat(at_utc)) == is_quiet


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "subscription: Field required"),
        ("[[subscription]]\nname = 'x'\nto = []", "subscription.0.to"),
        ("[[subscription]]\nname = 'x'\nto = ['json://x']\nevnts = []", "subscription.0.evnts"),
        ("[[subscription]]\nname = 'x'\nto = ['json://x']\nquiet = '25:00-01:00'", "subscription.0.quiet"),
        ("[[subscription]]\nname = 'x'\nto = ['json://x']\ntimezone = 'Kiev/Europe'", "as Europe/Kyiv"),
        ("[[subscription]]\nname = 'x'\nto = ['json://x']\nnews = ['gossip']", "subscription.0.news.0"),
        (
            "[[subscription]]\nname = 'x'\nto = ['json://x']\n[[subscription]]\nname = 'x'\nto = ['json://x']",
            "called x",
        ),
        ("name = ", "is no TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(served: httpx.Client, tmp_path: Path, words: str, told: str) -> None:
    file = tmp_path / "d.toml"
    file.write_text(words, encoding="utf-8")
    run = notify(served, file)
    assert run.returncode == 2
    assert told in run.stderr


def test_secrets_come_from_the_environment(
    served: httpx.Client, tmp_path: Path, hook: tuple[list[Json], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = made(served, "secret")
    taken, page = hook
    file = written(tmp_path / "d.toml", {"name": "x", "to": ["${HOOK}"], "events": ["secret"]})
    run = notify(served, file)
    assert (run.returncode, "the environment has no HOOK" in run.stderr) == (2, True)
    monkeypatch.setenv("HOOK", page)
    assert notify(served, file).returncode == 0
    said(served, event, "A drone", "Olena Koval")
    assert notify(served, file).returncode == 0
    assert len(taken) == 1


@pytest.mark.parametrize("address", ["T01/B02/hunter2", "slakc://T01/B02/hunter2", "http://u:hunter2@[::1", "  "])
def test_an_address_that_cannot_be_used_is_told_at_once_and_not_its_secret(
    served: httpx.Client, tmp_path: Path, hook: tuple[list[Json], str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SLACK", address)
    right, wrong = {"name": "right", "to": [hook[1]]}, {"name": "wrong", "to": [hook[1], "${SLACK}"]}
    run = notify(served, written(tmp_path / "d.toml", right, wrong))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("wrong: apprise can't use address 2 of `to`, which ")
    assert "hunter2" not in run.stderr


def test_five_hundred_changes_are_one_message(
    served: httpx.Client, tmp_path: Path, hook: tuple[list[Json], str]
) -> None:
    made(served, "many")
    file = written(tmp_path / "d.toml", {"name": "x", "to": [hook[1]], "events": ["many"]})
    notify(served, file)
    claims = [
        {"text": f"Version {nth}", "question": {"text": f"What was part {nth % 100}?"},
         "statements": [{"source": {"name": f"Speaker {nth % 50}"}}]}
        for nth in range(500)
    ]  # fmt: skip
    for nth in range(4):
        told = {"slug": "many", "title": "The many", "claims": claims[nth::4]}
        report = {"document": {"url": f"https://many.example/{nth}"}, "events": [told]}
        answer = served.post("/v1/reports", json=report, timeout=60)
        assert answer.status_code == 201, answer.text
    assert notify(served, file).returncode == 0
    assert notify(served, file).returncode == 0
    (message,) = hook[0]
    assert len(message["message"].splitlines()) == 61
    assert message["message"].splitlines()[-1].startswith("… + ")


def test_two_runs_at_once_do_not_tell_it_twice(
    served: httpx.Client, tmp_path: Path, hook: tuple[list[Json], str]
) -> None:
    event = made(served, "twice")
    file = written(tmp_path / "d.toml", {"name": "x", "to": [hook[1]], "events": ["twice"]})
    notify(served, file)
    said(served, event, "A drone", "Olena Koval")
    with (tmp_path / "d.toml.state.json.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = notify(served, file)
        assert (run.returncode, hook[0]) == (2, [])
        assert "in use by another run" in run.stderr
    assert notify(served, file).returncode == 0
    assert len(hook[0]) == 1


def test_what_was_not_sent_tells_no_secret(
    served: httpx.Client, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    event = made(served, "unsent")
    nowhere = f"json://u:hunter2@127.0.0.1:{at.free_port()}/hook"
    file = written(tmp_path / "d.toml", {"name": "x", "to": [nowhere], "events": ["unsent"]})
    notify(served, file)
    said(served, event, "A drone", "Olena Koval")
    run = notify(served, file)
    assert (run.returncode, run.stderr.startswith("x: it could not be sent")) == (3, True)
    assert "hunter2" not in run.stderr + run.stdout + str(capfd.readouterr())
