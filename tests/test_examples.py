"""The example scripts, as somebody who copied them would run them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import incidents
import pytest
import services_at as at
import soaking
from conftest import ROOT
from databases import copied, plain
from threads import THREADS, post

from app.schemas.lines import ReportLine

THREADS_SCRIPT, AIRWARS_SCRIPT = "ingest_threads.py", "ingest_airwars.py"
DATA = ROOT.parent / "shared" / "data"
REAL, REAL_INCIDENTS = DATA / "rumoureval_threads.jsonl", DATA / "airwars_incidents.jsonl"
STANCES = ("support", "deny", "query", "comment")


def ingest(file: Path, base: str, key: str, script: str = THREADS_SCRIPT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / script), str(file), "--url", base, "--key", key]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


def counted(summary: str) -> dict[str, int]:
    return {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", summary)}


def check_dossiers(threads: list[dict[str, Any]], base: str, key: str) -> None:
    """Every claim's dossier counts just the stances that the file has."""
    headers = {"Authorization": f"Bearer {key}"}
    claims: dict[str, dict[str, Any]] = {}
    for name in {thread.get("event") or thread["thread_id"] for thread in threads}:
        dossier = at.get(f"{base}/v1/events/ref:rumoureval:{name}/dossier", headers=headers, timeout=60).json()
        claims |= {claim["ref"]: claim for claim in dossier["unasked"]}
    assert len(claims) == len(threads)
    for thread in threads:
        claim = claims[f"rumoureval:{thread['thread_id']}"]
        direct = Counter(one["sdqc"] for one in [thread["source"], *thread["replies"]])
        assert {stance: count["statements"] for stance, count in claim["counts"].items()} == dict(direct)
        assert [one["rating"] for one in claim["assessments"]] == [thread["veracity"]]


def write(folder: Path, lines: list[dict[str, Any]]) -> Path:
    file = folder / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def sampled(real: Path = REAL, every: int = 30) -> list[dict[str, Any]]:
    """A few of the real ones; `make soak` takes them all."""
    lines = real.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:: int(os.environ.get("COUNTERCLAIM_EVERY_LINE", every))]]


def sent_twice(lines: list[dict[str, Any]], folder: Path, base: str, key: str, script: str) -> str:
    """What the first run printed; the second brings nothing new."""
    file = write(folder, lines)
    first = ingest(file, base, key, script)
    assert first.returncode == 0, first.stderr
    assert counted(first.stdout.splitlines()[0])["created"] > 0
    again = ingest(file, base, key, script)
    assert again.returncode == 0, again.stderr
    summary = counted(again.stdout.splitlines()[0])
    assert (summary["created"], summary["completed"]) == (0, 0)
    assert again.stdout.splitlines()[1:] == first.stdout.splitlines()[1:]
    return first.stdout


@pytest.fixture(scope="module")
def serving(server_url: str, template: str) -> Iterator[tuple[str, str]]:
    """A service for all that follows, and its database."""
    with copied(server_url, template) as url, at.serving(url) as base:
        yield base, url


@pytest.mark.parametrize(
    "threads",
    [
        pytest.param(lambda: THREADS, id="small"),
        pytest.param(sampled, id="real", marks=pytest.mark.skipif(not REAL.exists(), reason="the data is not here")),
    ],
)
def test_threads_go_in_once(threads: Any, tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, database_url = serving
    sent_twice(sent := threads(), tmp_path, base, key, THREADS_SCRIPT)
    check_dossiers(sent, base, key)
    assert at.run("verify", "--database-url", plain(database_url)).returncode == 0


def dossier_of(code: str, base: str, key: str) -> dict[str, Any]:
    """An incident's dossier, and in `by` its claims by what they ask: their kind, or measure and subject."""
    path = f"{base}/v1/events/ref:airwars:{code.lower()}/dossier"
    found: dict[str, Any] = at.get(path, headers={"Authorization": f"Bearer {key}"}, timeout=60).json()
    by: dict[str, Any] = {}
    for question in found["questions"]:
        by.setdefault(
            (question["subject"] and f"{question['measure']} {question['subject']}") or question["kind"], question
        )
    return found | {"by": by}


def speaker(dossier: dict[str, Any], statement: dict[str, Any]) -> str:
    name: str = dossier["sources"][statement["source_id"]]["name"]
    return name


def check_incident(incident: dict[str, Any], base: str, key: str) -> None:
    """What the file has of it, be it made up or real."""
    found, meta = dossier_of(incident["incident_code"], base, key), incident["meta"]
    (harm,) = found["by"]["occurrence"]["claims"]
    assert "Airwars" in {speaker(found, one) for one in harm["statements"] if one["stance"] == "support"}
    told = [f"{rated['scheme']} {rated['label']}" for rated in harm["assessments"]]
    assert told == [f"airwars {meta['Airwars civilian harm grading']}"]
    (killed,) = found["by"]["killed civilians"]["claims"]
    figure = killed["figure"]
    ends = [] if figure["min"] is None else [figure["min"], figure["max"]]
    assert sorted({int(number) for number in re.findall(r"\d+", meta["Civilians reported killed"])}) == sorted(
        set(ends)
    )
    commented = [one for one in harm["statements"] if one["stance"] == "comment"]
    assert len(commented) == harm["counts"]["comment"]["statements"]
    listed = {place["document_id"] for one in commented for place in one["appearances"]}
    assert len(listed) >= len({line["url"] for line in incident["sources"] if line["url"].startswith("http")}) - 1


@pytest.mark.skipif(not REAL_INCIDENTS.exists(), reason="the data is not here")
def test_real_incidents_go_in_once(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, database_url = serving
    sent_twice(sent := sampled(REAL_INCIDENTS, every=80), tmp_path, base, key, AIRWARS_SCRIPT)
    for incident in sent:
        check_incident(incident, base, key)
    assert at.run("verify", "--database-url", plain(database_url)).returncode == 0


def test_incidents_go_in_once(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, database_url = serving
    printed = sent_twice(incidents.SMALL, tmp_path, base, key, AIRWARS_SCRIPT)
    assert printed.partition("\n")[2] == incidents.SAID
    check_incident(incidents.SUSPECTED, base, key)
    check_incident(incidents.DECLARED, base, key)
    assert at.run("verify", "--database-url", plain(database_url)).returncode == 0

    found = dossier_of("XX0001", base, key)
    event, who, harm = found["event"], found["by"]["responsibility"], found["by"]["occurrence"]
    assert (event["occurred"], event["place_precision"], event["latitude"]) == ("2023-10-07", "vicinity", 31.5)
    assert event["tags"] == ["status-likely-strike", "type-airstrike", "type-drone-strike", "infrastructure-healthcare"]
    (accusation,) = who["claims"]
    assert accusation["accuses"] == "northern-army"
    (by_airwars,) = accusation["statements"]
    assert (by_airwars["explicitness"], by_airwars["certainty"]) == ("explicit", "uncertain")
    assert [(one["stance"], speaker(found, one)) for one in harm["statements"]] == [("no_comment", "Northern Army")]
    assert sorted((one["party"], one["stance"]) for one in found["silences"] if one["stance"]) == [
        ("northern-army", "no_comment")
    ]
    (graded,) = harm["claims"][0]["assessments"]
    assert graded["rating"] == "fair"
    pages = {found["documents"][key]["canonical_url"] for key in graded["document_ids"]}
    assert (len(pages), "https://airwars.example/civilian-casualties/xx0001/" in pages) == (9, True), (
        pages
    )  # the incident's own among them
    assert found["by"]["injured civilians"]["claims"][0]["figure"]["qualifier"] == "unknown"
    assert found["by"]["killed civilians"]["claims"][0]["text"] == "4 to 5 civilians killed"


def test_listed_pages_are_told_apart_by_their_addresses(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, _ = serving
    assert ingest(write(tmp_path, incidents.SMALL), base, key, AIRWARS_SCRIPT).returncode == 0
    found, later = dossier_of("XX0001", base, key), dossier_of("XX0002a", base, key)
    commented = {
        speaker(found, one): one
        for one in found["by"]["occurrence"]["claims"][0]["statements"]
        if one["stance"] == "comment"
    }
    assert sorted(commented) == [
        "@Herald",
        "Ali (facebook.com/100)",
        "Ali (facebook.com/ali.two)",
        "Ali (facebook.com/watch/?v=3)",
        "Gone (archive.ph/gone)",
        "Nowhere (airwars:xx0001)",
        "t.me/ministry",
        "town.example",
    ]
    herald, town = commented["@Herald"], commented["town.example"]
    assert [place["note"] for place in herald["appearances"]] == [
        "Airwars lists it as “@Herald”",
        "Airwars lists it as “Herald twitter”",
    ]
    assert (herald["effective_by"], herald["effective_from"]) == ("published", incidents.POSTED)
    (page,) = town["appearances"]
    assert page["note"] == "Airwars lists it as “Town news”; Airwars lists it as “Town news again”"
    elsewhere = [url for one in later["documents"].values() if (url := one["url"]).startswith("https://www.town")]
    assert elsewhere == [found["documents"][page["document_id"]]["url"]]


def test_what_an_incident_does_not_say_is_not_said(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, _ = serving
    assert ingest(write(tmp_path, incidents.SMALL), base, key, AIRWARS_SCRIPT).returncode == 0
    declared, contested = dossier_of("XX0002a", base, key), dossier_of("XX0003", base, key)
    (claim,) = declared["by"]["responsibility"]["claims"]
    told = [(speaker(declared, one), one["certainty"]) for one in claim["statements"]]
    assert sorted(told, key=str) == [("Airwars", "certain"), ("Northern Army", None)]
    assert declared["silences"] == []
    assert {
        speaker(declared, one)
        for one in declared["by"]["occurrence"]["claims"][0]["statements"]
        if one["stance"] == "support"
    } == {"Airwars", "Northern Army"}
    assert (declared["event"]["occurred"], declared["event"]["latitude"]) == ("2023-09-30/2023-10-01", None)
    assert declared["by"]["killed belligerents"]["claims"][0]["text"] == "0 to 1 belligerents killed"

    assert contested["event"]["occurred"] is None
    assert "killed civilians" not in contested["by"]
    accusations = contested["by"]["responsibility"]["claims"]
    assert sorted(one["accuses"] for one in accusations) == ["northern-army", "southern-forces"]
    assert [(one["counts"], one["beside"]) for one in accusations] == [({}, {"support": 1})] * 2
    assert contested["by"]["occurrence"]["claims"][0]["assessments"] == []
    assert (contested["self_contradictions"], contested["silences"]) == ([], [])


def many_threads(tag: int, count: int) -> list[dict[str, Any]]:
    """Threads of eight posts each, of an event of their own."""
    return [
        {
            "thread_id": str(tag + 100 * n),
            "event": f"big-fire-{tag}",
            "veracity": "false",
            "source": post(1, "Herald", "support", f"Rumour {n}", id=str(tag + 100 * n)),
            "replies": [
                post(
                    m,
                    f"user{m}",
                    STANCES[m % 4],
                    f"Reply {m} to {n}",
                    id=str(tag + 100 * n + m),
                    in_reply_to=str(tag + 100 * n),
                )
                for m in range(2, 9)
            ],
        }
        for n in range(1, count + 1)
    ]


def killed_amid(file: Path, base: str, key: str, victim: Callable[[subprocess.Popen[Any]], None]) -> None:
    """Begin to send, and end whoever is to be ended when some of it is stored."""
    headers = {"Authorization": f"Bearer {key}"}

    def stored() -> int:
        return int(at.get(f"{base}/v1/statements?count=true&limit=1", headers=headers).json()["total"])

    before = stored()
    command = [sys.executable, str(ROOT / "examples" / THREADS_SCRIPT), str(file), "--url", base, "--key", key]
    script = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while stored() < before + 15:
        assert script.poll() is None
        time.sleep(0.02)
    victim(script)
    script.kill()
    script.wait(10)


def test_a_script_killed_amid_an_ingest_can_run_again(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    """And then all is there once. What becomes of a service that is killed, `test_ingest_killed` shows."""
    base, database_url = serving
    file = write(tmp_path, many := many_threads(10_000, 5))
    killed_amid(file, base, key, subprocess.Popen.kill)
    assert ingest(file, base, key).returncode == 0
    check_dossiers(many, base, key)
    assert at.run("verify", "--database-url", plain(database_url)).returncode == 0


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="make soak runs it")
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_service_killed_amid_an_ingest_loses_nothing(tmp_path: Path) -> None:
    """Kill -9, start again on the same data, run again: all is there once, and the ledger holds."""
    file, where = write(tmp_path, many := many_threads(0, 8)), ("--data-dir", str(tmp_path / "data"))
    key = at.run("keys", "create", "rumours", *where).stdout.strip()
    with at.running("serve", *where) as (process, base):
        killed_amid(file, base, key, lambda _: process.send_signal(signal.SIGKILL))
        assert process.wait(10) == -signal.SIGKILL
    with at.running("serve", *where) as (_, base):
        assert ingest(file, base, key).returncode == 0
        check_dossiers(many, base, key)
        verified = at.run("verify", *where)
        assert verified.returncode == 0, verified.stdout
    assert at.postgres_on(tmp_path / "data") == []


@pytest.mark.parametrize(
    ("script", "sent", "lines"), [(THREADS_SCRIPT, THREADS, 7), (AIRWARS_SCRIPT, incidents.SMALL, 3)]
)
def test_the_scripts_write_lines(script: str, sent: list[dict[str, Any]], lines: int, tmp_path: Path) -> None:
    """What they would have sent, for `POST /v1/ingest`."""
    file, out = write(tmp_path, sent), tmp_path / "out.ndjson"
    command = [sys.executable, str(ROOT / "examples" / script), str(file), "--out"]
    for where in (str(out), "-"):
        done = subprocess.run([*command, where], capture_output=True, timeout=60, check=True)
        written = (out.read_bytes() if where != "-" else done.stdout).decode().splitlines()
        assert len(written) == lines
        for line in written:
            ReportLine.model_validate_json(line)
