"""The command, as an operator uses it."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import httpx
import psycopg
import pytest
import services_at as at
from databases import plain

from app import cli
from app.commands import serving

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


# What takes most of the time of an import, and is used by few commands.
HEAVY = {
    "alembic", "app.database", "app.models", "app.schemas", "app.services", "fastapi", "httpx", "langcodes", "lxml",
    "psycopg", "pydantic_settings", "sqlalchemy", "starlette", "structlog", "trafilatura", "uvicorn",
}  # fmt: skip
OF_THE_WEB = {"fastapi", "httpx", "lxml", "starlette", "trafilatura", "uvicorn"}
# Runs the command, and says afterwards which of the modules named by its last argument were imported.
IMPORTED = """
import json, sys
sys.argv, asked = ["counterclaim", *sys.argv[1:-1]], json.loads(sys.argv[-1])
try:
    __import__("runpy").run_module("app", run_name="__main__")
except SystemExit:
    print("\\nIMPORTED", *(name for name in asked if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], HEAVY),
        (["--version"], HEAVY),
        (["keys", "--help"], HEAVY),
        (["import", "--help"], HEAVY - {"app.schemas", "httpx", "langcodes", "lxml", "trafilatura"}),
        (["keys", "list", "--help"], OF_THE_WEB | {"app.schemas"}),
        (["verify", "--help"], OF_THE_WEB),
        (["ingest", "--help"], HEAVY - {"httpx"}),
    ],
)
def test_a_command_imports_what_it_uses(arguments: Sequence[str], unneeded: set[str]) -> None:
    """Which is what makes it start at once."""
    command = [sys.executable, "-c", IMPORTED, *arguments, json.dumps(sorted(unneeded))]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=at.environment()).stdout
    assert output.splitlines()[-1].split() == ["IMPORTED"]


@pytest.mark.parametrize("commands", [cli.COMMANDS, cli.KEY_COMMANDS])
def test_help_says_what_the_commands_say(commands: cli.Commands) -> None:
    """The lines stand twice, so that help need not import the commands."""
    for name, (address, line) in commands.items():
        command = cli.LazyCommand(name, address, line).imported()
        assert command.help.partition("\n\n")[0] == line, name


def test_says_its_version() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    result = at.run("--version")
    assert (result.returncode, result.stdout) == (0, f"counterclaim {project['project']['version']}\n")


@linux
def test_demo_from_nothing_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to try, that works, other commands work beside it, and it leaves no process."""
    data_dir = tmp_path / "data of mine"
    where = ("--data-dir", str(data_dir))
    with at.running("demo", *where) as (process, base):
        assert process.stdout is not None
        record = "Record a claim, which appears there:\n"
        said = "".join(iter(lambda: process.stdout.readline() if process.stdout else record, record))
        assert " watch " in said
        key = re.findall(r"cc_[\w-]+", said)[0]
        for url in set(re.findall(r"http://\S+", said)) - {base}:
            assert at.get(url).is_success, url
        parties = at.get(f"{base}/v1/events/zagorsk-2023/dossier?lang=fr").json()["parties"]
        assert parties == {"company": "Entreprise", "press": "Presse", "residents": "Habitants", "russia": "Russie"}
        made = httpx.post(f"{base}/v1/events", json={"title": "Mine"}, headers={"Authorization": f"Bearer {key}"})
        assert made.status_code == 201
        second = at.run("serve", *where, "--port", str(at.free_port()))
        assert (second.returncode, str(process.pid) in second.stderr) == (1, True)
        created = at.run("keys", "create", "beside", *where)
        assert re.fullmatch(r"cc_[0-9a-f]{32}_[0-9A-Za-z]{40}\n", created.stdout), created.stderr
        reads = at.get(f"{base}/v1/events", headers={"Authorization": f"Bearer {created.stdout.strip()}"})
        assert reads.is_success
        assert at.run("verify", *where).returncode == 0
        process.send_signal(signal.SIGINT)  # all others are stopped by SIGTERM
        process.wait(at.PATIENCE)
    assert at.postgres_on(data_dir) == []
    # Without a running service the same commands work on the same data.
    assert "beside" in at.run("keys", "list", *where).stdout
    assert at.run("verify", *where).returncode == 0
    assert at.postgres_on(data_dir) == []
    titles: list[str] = []

    def run(url: str, *_: object) -> None:
        with at.serving(url) as base:
            titles.extend(event["title"] for event in at.get(f"{base}/v1/events").json()["items"])

    monkeypatch.setenv("COUNTERCLAIM_PARTY_LABELS", "")  # which is the demo's to name
    monkeypatch.setattr(serving, "run", run)  # in this process, which is ready sooner
    again = at.run("demo", *where)
    assert (again.returncode, key in again.stdout, titles.count("Mine")) == (0, True, 1), again.stderr
    assert len(titles) == len(set(titles))
    assert at.postgres_on(data_dir) == []


def test_refuses_a_schema_that_is_not_current(server_url: str, database_url: str) -> None:
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '20200101_0000'")
    for command in ("serve", "verify"):
        refused = at.run(command, "--database-url", plain(database_url))
        assert refused.returncode == 1
        assert "counterclaim migrate" in " ".join(refused.stderr.split()), refused.stderr


def test_serves_another_postgresql(database_url: str, key: str) -> None:
    with at.running("serve", "--database-url", plain(database_url), "--workers", "2") as (_, base):
        headers = {"Authorization": f"Bearer {key}"}
        made = httpx.post(f"{base}/v1/events", json={"title": "Elsewhere"}, headers=headers)
        assert made.status_code == 201
        revoked = at.run("keys", "revoke", "tester", "--database-url", plain(database_url))
        assert revoked.returncode == 0
        time.sleep(1)  # for so long it may be known
        assert httpx.post(f"{base}/v1/events", json={"title": "No"}, headers=headers).status_code == 401
    # Under the name of a revoked key another may be made, but not of one that is in use.
    assert at.run("keys", "create", "tester", "--database-url", plain(database_url)).returncode == 0
    taken = at.run("keys", "create", "tester", "--database-url", plain(database_url))
    assert taken.returncode == 1
    assert "tester" in taken.stderr


def test_says_when_the_database_is_out_of_reach() -> None:
    refused = at.run("verify", "--database-url", f"postgresql://x@127.0.0.1:{at.free_port()}/none")
    assert refused.returncode == 1
    assert "can't be reached" in refused.stderr


def test_verify_says_what_was_tampered_with(database_url: str) -> None:
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        connection.execute("INSERT INTO event (slug, title) VALUES ('a', 'A')")
        connection.execute("ALTER TABLE change DISABLE TRIGGER USER")
        connection.execute("UPDATE change SET actor = 'nobody' WHERE seq = 1")
    found = at.run("verify", "--database-url", plain(database_url))
    assert found.returncode == 1
    assert "1" in found.stdout
