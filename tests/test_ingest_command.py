"""`counterclaim ingest`, as whoever has files to send uses it."""

import gzip
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import networks
import psycopg
import pytest
import services_at as at
import zstandard
from databases import copied, plain
from networks import Network

from app import client
from app.commands import inputs

Run = subprocess.CompletedProcess[str]
BAD = '{"type": "statement", "ref": "lost", "claim": "ref:nowhere", "source": {"name": "Anna"}}'


@pytest.fixture(scope="module")
def serving(server_url: str, template: str) -> Iterator[tuple[str, str]]:
    """The address of a service, and its database."""
    with copied(server_url, template) as url, at.serving(url) as base:
        yield base, plain(url)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.001)
    with networks.network() as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ten lines, to be sent two by two."""
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"".join(b'{"n": %d}\n' % n for n in range(10)))
    return path


def lines(tag: str, count: int = 12) -> list[str]:
    """An event, a source, a claim, and statements about it."""
    first: list[dict[str, Any]] = [
        {"type": "event", "ref": tag, "title": f"Blast {tag}"},
        {"type": "source", "ref": f"{tag}-anna", "name": f"Anna {tag}"},
        {"type": "claim", "ref": f"{tag}-drone", "event": f"ref:{tag}", "text": "Это был дрон"},
    ]
    said = {"type": "statement", "claim": f"ref:{tag}-drone", "source": f"ref:{tag}-anna"}
    more = [{**said, "ref": f"{tag}-{n}", "said": f"2023-08-{n + 1:02}"} for n in range(count - len(first))]
    return [json.dumps(one, ensure_ascii=False) for one in [*first, *more]]


def write(path: Path, *some: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in some), encoding="utf-8")
    return path


def ingest(*arguments: object, url: str, key: str = "cc_key", stdin: bytes = b"") -> Run:
    words = [str(word) for word in arguments]
    return at.run("ingest", *words, "--url", url, "--key", key, "--request-lines", "2", stdin=stdin)


def summary(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def state(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"{path}.state.json").read_text())
    return found


def rejected(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(f"{path}.rejected.ndjson").read_text(encoding="utf-8").splitlines()]


# --- a real service --------------------------------------------------------------------------------------------------


def test_a_file_goes_in_once(tmp_path: Path, serving: tuple[str, str], key: str) -> None:
    base, database_url = serving
    path = write(tmp_path / "one.ndjson", *lines("one"))
    first = ingest(path, "--change-reason", "первая доставка", url=base, key=key)
    assert (first.returncode, first.stdout) == (0, "")
    assert "12 lines, 12 created, 0 matched, none refused" in first.stderr
    again = ingest(path, "--json", "--quiet", url=base, key=key)
    assert (again.returncode, again.stderr) == (0, "")
    told = summary(again)
    assert [told[name] for name in ("done", "lines", "created", "matched", "failed", "error")] == [
        True, 12, 0, 12, 0, None,
    ]  # fmt: skip
    assert told["bytes"] == path.stat().st_size
    assert list(tmp_path.iterdir()) == [path]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM statement WHERE ref LIKE 'one-%'").fetchone() == (9,)
        reasons = connection.execute("SELECT DISTINCT reason FROM change WHERE record->>'ref' LIKE 'one-%'").fetchall()
        assert reasons == [("первая доставка",)]


@pytest.mark.parametrize("how", ["gz", "zst", "several members", "stdin", "packed stdin", "several files"])
def test_however_it_comes(
    how: str, tmp_path: Path, serving: tuple[str, str], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = serving
    monkeypatch.chdir(tmp_path)
    tag = how.replace(" ", "-")
    sent = lines(tag)
    content = "".join(f"{line}\n" for line in sent).encode()
    half = content.index(b"\n", len(content) // 2) + 1
    packed = {
        "gz": gzip.compress(content),
        "zst": zstandard.ZstdCompressor().compress(content),
        "several members": gzip.compress(content[:half]) + gzip.compress(content[half:]),
        "packed stdin": gzip.compress(content),
    }.get(how, content)
    if "stdin" in how:
        run = ingest("-", "--json", url=base, key=key, stdin=packed)
    elif how == "several files":
        write(Path("a"), *sent[:5])
        write(Path("b"), *sent[5:])
        run = ingest("a", "b", "--json", url=base, key=key)
    else:
        Path("file").write_bytes(packed)
        run = ingest("file", "--json", url=base, key=key)
    assert run.returncode == 0, run.stderr
    assert (summary(run)["created"], summary(run)["bytes"]) == (12, len(content))
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".json", ".ndjson")]


def test_what_is_refused_is_kept_with_the_reason_and_can_be_sent(
    tmp_path: Path, serving: tuple[str, str], key: str
) -> None:
    base, _ = serving
    sent = lines("refused")
    path = write(tmp_path / "mixed.ndjson", *sent[:2], sent[3], "{не JSON", "", *sent[2:3], *sent[4:])
    run = ingest(path, "--quiet", "--json", url=base, key=key)
    assert run.returncode == 1
    assert f"2 refused: {path}.rejected.ndjson" in run.stderr
    assert (summary(run)["created"], summary(run)["failed"], summary(run)["lines"]) == (11, 2, 14)
    early, broken = rejected(path)
    assert (early["line"], early["input"], broken["line"], broken["input"]) == (3, sent[3], 4, "{не JSON")
    assert (early["problem"]["status"], broken["problem"]["status"]) == (422, 400)
    assert early["problem"]["errors"][0]["detail"] == "there is no claim ref:refused-drone"
    # By now the claim is there.
    again = ingest(f"{path}.rejected.ndjson", "--json", url=base, key=key)
    assert (again.returncode, summary(again)["created"], summary(again)["failed"]) == (1, 1, 1)
    assert [one["input"] for one in rejected(Path(f"{path}.rejected.ndjson"))] == ["{не JSON"]
    write(path, *sent)
    assert ingest(path, url=base, key=key).returncode == 0
    assert not Path(f"{path}.rejected.ndjson").exists()


def test_of_standard_input_too(
    tmp_path: Path, serving: tuple[str, str], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = serving
    monkeypatch.chdir(tmp_path)
    assert ingest("-", url=base, key=key, stdin=BAD.encode()).returncode == 1
    assert [one["input"] for one in rejected(Path("stdin"))] == [BAD]
    assert ingest("-", "--rejected", "elsewhere", url=base, key=key, stdin=BAD.encode()).returncode == 1
    assert json.loads(Path("elsewhere").read_text())["input"] == BAD


def test_a_key_that_may_not(tmp_path: Path, serving: tuple[str, str]) -> None:
    base, _ = serving
    path = write(tmp_path / "no.ndjson", *lines("no"))
    run = ingest(path, "--json", url=base, key="cc_unknown")
    assert (run.returncode, summary(run)["done"], summary(run)["lines"]) == (2, False, 0)
    assert "401 Key needed" in run.stderr
    assert "cc_unknown" not in run.stderr + run.stdout


# --- ended in the middle ---------------------------------------------------------------------------------------------


def test_goes_on_where_it_gave_up(file: Path, network: Network) -> None:
    network.refuses = lambda line: networks.BAD if line in (b'{"n": 1}', b'{"n": 7}') else None
    network.faults = [networks.honest] * 2 + [networks.status(503)] * 3
    gave_up = ingest(file, "--retries", "2", "--json", url=network.url)
    assert (gave_up.returncode, summary(gave_up)["done"], summary(gave_up)["lines"]) == (3, False, 4)
    assert "503 Service Unavailable" in gave_up.stderr
    assert "--resume goes on after line 4" in gave_up.stderr
    kept = state(file)
    assert (kept["line"], kept["offset"], kept["created"], kept["failed"]) == (4, 36, 3, 1)
    # It was killed after it had written something that its state does not know of.
    with Path(f"{file}.rejected.ndjson").open("a") as more:
        more.write('{"line": 5, "problem": {}, "input"')
    network.requests.clear()
    resumed = ingest(file, "--resume", "--json", url=network.url)
    assert resumed.returncode == 1
    assert network.requests == [[b'{"n": %d}' % n, b'{"n": %d}' % (n + 1)] for n in (4, 6, 8)]
    assert [summary(resumed)[name] for name in ("lines", "created", "failed", "bytes")] == [10, 8, 2, 90]
    assert [one["line"] for one in rejected(file)] == [2, 8]
    assert not Path(f"{file}.state.json").exists()
    # Nothing is left to resume: all of it again.
    network.requests.clear()
    assert ingest(file, "--resume", url=network.url).returncode == 1
    assert len(network.requests) == 5
    assert [one["line"] for one in rejected(file)] == [2, 8]


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_goes_on_in_packed_files(packed: Any, file: Path, network: Network) -> None:
    file.write_bytes(packed(file.read_bytes()))
    network.faults = [networks.honest] * 2 + [networks.status(503)]
    assert ingest(file, "--retries", "0", url=network.url).returncode == 3
    network.requests.clear()
    assert ingest(file, "--resume", url=network.url).returncode == 0
    assert network.requests[0] == [b'{"n": 4}', b'{"n": 5}']


def test_several_files_go_on_together(file: Path, network: Network) -> None:
    """What the first one brought is not sent again, and counts."""
    other = write(file.with_name("other"), "a", "b", "c")
    network.faults = [networks.honest] * 6 + [networks.status(503)]
    assert ingest(file, other, "--retries", "0", url=network.url).returncode == 3
    network.requests.clear()
    resumed = ingest(file, other, "--resume", "--json", url=network.url)
    assert resumed.returncode == 0
    assert network.requests == [[b"c"]]
    assert summary(resumed)["created"] == 13
    assert sorted(file.parent.iterdir()) == [file, other]


def test_without_resume_it_begins_anew(file: Path, network: Network) -> None:
    network.refuses = lambda _: networks.BAD
    network.faults = [networks.honest, networks.status(503)]
    assert ingest(file, "--retries", "0", url=network.url).returncode == 3
    network.refuses = lambda _: None
    run = ingest(file, "--json", url=network.url)
    assert (run.returncode, summary(run)["lines"], summary(run)["failed"]) == (0, 10, 0)
    assert list(file.parent.iterdir()) == [file]


def test_what_has_changed_since_is_not_gone_on_with(file: Path, network: Network) -> None:
    network.refuses = lambda line: networks.BAD if line == b'{"n": 0}' else None
    network.faults = [networks.honest] * 2 + [networks.status(503)]
    assert ingest(file, "--retries", "0", url=network.url).returncode == 3
    before, kept = file.read_bytes(), Path(f"{file}.state.json").read_text()
    refused = Path(f"{file}.rejected.ndjson").read_bytes()

    def resumed(url: str = network.url) -> Run:
        network.requests.clear()
        return ingest(file, "--resume", url=url)

    for changed in (before.replace(b"1", b"9"), before[:30], b"\n" + before, b""):
        file.write_bytes(changed)
        run = resumed()
        assert (run.returncode, network.requests) == (2, [])
        assert "has changed: its first 4 lines are not those" in run.stderr
    file.write_bytes(before)
    assert "is of a run to" in resumed("http://127.0.0.1:9").stderr
    Path(f"{file}.state.json").write_text(kept[:-9])
    assert "can't be understood" in resumed().stderr
    Path(f"{file}.state.json").write_text(kept)
    Path(f"{file}.rejected.ndjson").unlink()
    assert "has lost lines" in resumed().stderr
    # More lines at the end are welcome.
    Path(f"{file}.rejected.ndjson").write_bytes(refused)
    file.write_bytes(before + b"more\n")
    assert resumed().returncode == 1
    assert network.requests[-1] == [b"more"]


def test_ctrl_c_keeps_the_state(file: Path, network: Network) -> None:
    def ctrl_c(handler: Any, body: bytes) -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(0.1)

    network.faults = [networks.honest, ctrl_c]
    run = ingest(file, "--json", url=network.url)
    assert (run.returncode, summary(run)["lines"], state(file)["line"]) == (130, 2, 2)
    assert "Interrupted" in run.stderr


def test_one_at_a_time(file: Path, network: Network) -> None:
    """A cron job that takes longer than its interval does not meet itself."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; fcntl.flock(f := open(sys.argv[1]), 2); print(1, flush=True); input()",
            file,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    holder.stdout.readline()
    run = ingest(file, url=network.url)
    holder.communicate(b"\n")
    assert run.returncode == 2
    assert "is being sent by another" in run.stderr
    assert network.requests == []
    assert ingest(file, url=network.url).returncode == 0


# --- what can't be sent ----------------------------------------------------------------------------------------------


def test_nobody_listens(file: Path, network: Network) -> None:
    run = ingest(file, "--retries", "2", url=f"http://127.0.0.1:{at.free_port()}")
    assert run.returncode == 3
    assert "refused" in run.stderr
    assert "waiting 0.0 s" in run.stderr
    quiet = ingest(file, "--retries", "2", "--quiet", url=f"http://127.0.0.1:{at.free_port()}")
    assert quiet.returncode == 3
    assert "waiting" not in quiet.stderr


def test_the_other_files_are_not_begun(file: Path, tmp_path: Path, network: Network) -> None:
    """Where one of them is not there."""
    run = ingest(file, tmp_path / "none", url=network.url)
    assert run.returncode == 2
    assert f"{tmp_path / 'none'} can't be read: No such file" in run.stderr
    assert network.requests == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["."], "is not a file"),
        (["/dev/null"], "is not a file"),
        (["FILE", "FILE"], "once"),
        (["-", "--resume"], "can't be resumed"),
        (["FILE", "-", "--rejected", "x"], "--rejected is for one"),
        (["FILE", "--key", "cc_a b"], "A key is needed"),
        (["FILE", "--url", "ftp://x"], "begins with http"),
        (["FILE", "--request-lines", "0"], "request-lines"),
        ([], "FILES"),
    ],
)
def test_what_can_not_be_begun(arguments: list[str], said: str, file: Path, network: Network) -> None:
    words = [str(file) if word == "FILE" else word for word in arguments]
    run = at.run("ingest", "--url", network.url, "--key", "cc_key", *words)
    assert run.returncode == 2
    assert said.lower() in run.stderr.lower()
    assert network.requests == []


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress])
@pytest.mark.parametrize("harm", ["cut", "turned"])
def test_a_packed_file_that_is_broken(packed: Any, harm: str, file: Path, network: Network) -> None:
    random = Random(4)
    content = bytearray(packed(b"".join(b"%d %s\n" % (n, random.randbytes(16).hex().encode()) for n in range(6_000))))
    end = len(content) * 3 // 4
    content[end] ^= 255 if harm == "turned" else 0
    file.write_bytes(content if harm == "turned" else content[:end])
    run = at.run("ingest", str(file), "--url", network.url, "--key", "cc_key", "--json")
    assert run.returncode == 2
    assert "can't be read beyond line" in run.stderr
    assert summary(run)["lines"] == len(network.stored)
    assert harm == "turned" or network.stored


def test_a_line_of_any_size(file: Path, network: Network) -> None:
    """It is neither kept in memory nor sent; what comes after it is."""
    with file.open("wb") as out:
        out.write(b"first\n" + b"x" * 1_000_000 + b"\nlast\n" + b"y" * 101)
    run = ingest(file, "--request-bytes", "100", "--json", url=network.url)
    assert run.returncode == 1
    assert network.stored == [b"first", b"last"]
    assert [(one["line"], one["problem"]["status"], one["input"]) for one in rejected(file)] == [
        (2, 413, None),
        (4, 413, None),
    ]
    assert summary(run)["bytes"] == 1_000_113
    with file.open("rb") as raw:
        assert [len(line) for line in inputs.lines(raw, "", inputs.Mark(), 100)] == [6, 101, 5, 101]


def test_bytes_that_are_no_text_come_back(file: Path, network: Network) -> None:
    network.refuses = lambda _: networks.BAD
    odd = [b'{"a": "\xff\xfe"}', b'{"a": "\\ud800"}', "{ж}".encode()]
    file.write_bytes(b"\n".join(odd))
    assert ingest(file, url=network.url).returncode == 1
    network.refuses = lambda _: None
    assert ingest(f"{file}.rejected.ndjson", url=network.url).returncode == 0
    assert network.stored == odd
