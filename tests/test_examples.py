"""The example script, as somebody who copied it would run it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import services_at as at
from conftest import ROOT, named, plain
from psycopg import sql

SCRIPT = ROOT / "examples" / "ingest_threads.py"
REAL = ROOT.parent / "shared" / "data" / "rumoureval_threads.jsonl"
STANCES = ("support", "deny", "query", "comment")


def post(number: int, user: str, stance: str, text: str, **more: Any) -> dict[str, Any]:
    when = f"Tue Mar 24 10:{number:02}:44 +0000 2015"
    return {"id": str(number), "created_at": when, "user": user, "text": text, "sdqc": stance, "lang": "en", **more}


THREADS = [
    {
        "thread_id": "1",
        "event": "big-fire",
        "veracity": "false",
        "source": post(1, "Herald", "support", "The bridge has fallen"),
        "replies": [
            post(2, "anna", "deny", "I stand on it\u0007", in_reply_to="1"),
            post(3, "ben", "query", "Says who?", in_reply_to="1", lang="und"),
            post(4, "anna", "deny", "Still standing on it", in_reply_to="3"),
            post(5, "cleo", "comment", "Oh dear", in_reply_to="999"),
        ],
    },
    {
        "thread_id": "6",
        "event": None,
        "veracity": "true",
        "source": post(6, "ANNA", "support", "Мост стоит"),
        "replies": [post(7, "Herald", "support", "We were wrong", in_reply_to="6")],
    },
]


def ingest(file: Path, base: str, key: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(file), "--url", base, "--key", key]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def counted(summary: str) -> dict[str, int]:
    return {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", summary)}


def check_dossiers(threads: list[dict[str, Any]], base: str, key: str) -> None:
    """Every claim's dossier counts just the stances that the file has."""
    headers = {"Authorization": f"Bearer {key}"}
    claims: dict[str, dict[str, Any]] = {}
    for name in {thread.get("event") or thread["thread_id"] for thread in threads}:
        dossier = httpx.get(f"{base}/v1/events/ref:rumoureval:{name}/dossier", headers=headers, timeout=60).json()
        claims |= {claim["ref"]: claim for claim in dossier["unasked"]}
    assert len(claims) == len(threads)
    for thread in threads:
        claim = claims[f"rumoureval:{thread['thread_id']}"]
        direct = Counter(one["sdqc"] for one in [thread["source"], *thread["replies"]])
        assert {stance: count["statements"] for stance, count in claim["counts"].items()} == dict(direct)
        assert [one["rating"] for one in claim["assessments"]] == [thread["veracity"]]


def write(folder: Path, threads: list[dict[str, Any]]) -> Path:
    file = folder / "threads.jsonl"
    file.write_text("".join(json.dumps(thread) + "\n" for thread in threads))
    return file


def sampled() -> list[dict[str, Any]]:
    """A few of the real threads; `make soak` takes them all."""
    lines = REAL.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:: int(os.environ.get("COUNTERCLAIM_EVERY_THREAD", "30"))]]


@pytest.fixture(scope="module")
def serving(server_url: str, template: str) -> Iterator[tuple[str, str]]:
    """A service for all that follows, and its database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        with at.running("serve", "--database-url", plain(named(server_url, name))) as (_, base):
            yield base, named(server_url, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize(
    "threads",
    [
        pytest.param(lambda: THREADS, id="small"),
        pytest.param(sampled, id="real", marks=pytest.mark.skipif(not REAL.exists(), reason="the data is not here")),
    ],
)
def test_threads_go_in_once(threads: Any, tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, database_url = serving
    file = write(tmp_path, sent := threads())
    first = ingest(file, base, key)
    assert first.returncode == 0, first.stderr
    assert counted(first.stdout)["created"] > 0
    again = ingest(file, base, key)
    assert again.returncode == 0, again.stderr
    summary = counted(again.stdout)
    assert (summary["created"], summary["completed"], summary["failed"]) == (0, 0, 0)
    check_dossiers(sent, base, key)
    assert at.run("verify", "--database-url", plain(database_url)).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_service_killed_amid_an_ingest_loses_nothing(tmp_path: Path) -> None:
    """Kill -9, start again on the same data, run again: all is there once, and the ledger holds."""
    many: list[dict[str, Any]] = [
        {
            "thread_id": str(100 * n),
            "event": "big-fire",
            "veracity": "false",
            "source": post(1, "Herald", "support", f"Rumour {n}", id=str(100 * n)),
            "replies": [
                post(m, f"user{m}", STANCES[m % 4], f"Reply {m} to {n}", id=str(100 * n + m), in_reply_to=str(100 * n))
                for m in range(2, 9)
            ],
        }
        for n in range(1, 9)
    ]
    file, where = write(tmp_path, many), ("--data-dir", str(tmp_path / "data"))
    key = at.run("keys", "create", "rumours", *where).stdout.strip()
    with at.running("serve", *where) as (process, base):
        headers = {"Authorization": f"Bearer {key}"}

        def kill_when_some_are_in() -> None:
            while httpx.get(f"{base}/v1/statements?count=true&limit=1", headers=headers).json()["total"] < 15:
                time.sleep(0.1)
            process.send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill_when_some_are_in)
        killer.start()
        command = [sys.executable, str(SCRIPT), str(file), "--url", base, "--key", key]
        script = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        killer.join(60)
        assert process.wait(10) == -signal.SIGKILL
        script.kill()
        script.wait(10)
    with at.running("serve", *where) as (_, base):
        assert ingest(file, base, key).returncode == 0
        check_dossiers(many, base, key)
        verified = at.run("verify", *where)
        assert verified.returncode == 0, verified.stdout
    assert at.postgres_on(tmp_path / "data") == []
