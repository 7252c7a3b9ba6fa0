"""How many reads a second one worker answers from what it keeps, beside a bare uvicorn app that sends the same bytes.

    python bench/reads.py [--rounds 3] [--seconds 3] [--database-url URL]   (without: a private PostgreSQL)

The client is a process of its own with 16 connections (`load.py`), the bare app another (`bare.py`), under the settings
of `counterclaim serve`, with the headers and the body that the service has just answered. Both are asked by turns, and
the rates of all rounds are added up; what counts is their ratio.
"""

import argparse
import contextlib
import http.client
import json
from typing import Any, Final, NamedTuple

import bare
import load
import psutil  # type: ignore[import-untyped]
import service

CLAIMS: Final = 20
STATEMENTS: Final = 5


class Read(NamedTuple):
    """Something that is read again and again, and the part of the bare app's rate that is wanted of it."""

    name: str
    path: str
    wanted: float | None
    is_had: bool = False
    """Whether the client has it, and asks with If-None-Match."""
    has_key: bool = False
    encoding: str = ""


READS: Final = (
    Read("dossier", "/v1/events/blast/dossier", 0.5),
    Read("its 304", "/v1/events/blast/dossier", 0.5, is_had=True),
    Read("one claim", "{claim}", 0.3),
    Read("a list of 50 claims", "/v1/claims?limit=50", 0.3),
    Read("the same in zstd", "/v1/events/blast/dossier", None, encoding="zstd"),
    Read("the same with a key", "/v1/events/blast/dossier", None, has_key=True),
    Read("its 304 with a key", "/v1/events/blast/dossier", None, is_had=True, has_key=True),
    Read("/livez", "/livez", None),
)


# --- what is read ----------------------------------------------------------------------------------------------------


def report() -> dict[str, Any]:
    """An event of 20 claims with 5 statements each, and one of 30 claims."""
    claims = [
        {
            "ref": f"c{claim}",
            "text": f"Version {claim}: what burned at the depot that night was the store with the number {claim}",
            "question": {"text": f"What burned in part {claim % 4}?", "kind": "cause"},
            "statements": [
                {
                    "source": {"name": f"Witness {claim * STATEMENTS + nth}", "kind": "person", "role": "neighbour"},
                    "stance": ("support", "deny")[nth % 2],
                    "said": f"2023-08-{nth + 9:02}T{claim:02}:00Z",
                    "wording": f"I saw how it burned there, with my own eyes, at {nth} past {claim}; nobody else did",
                }
                for nth in range(STATEMENTS)
            ],
        }
        for claim in range(CLAIMS)
    ]
    document = {"url": "https://news.example/blast", "publisher": {"name": "Example News", "kind": "outlet"}}
    further = [{"text": f"Version {claim} of what the second blast was", "statements": [{}]} for claim in range(30)]
    events = [("blast", claims), ("second-blast", further)]
    return {"document": document, "events": [{"slug": slug, "title": slug, "claims": of} for slug, of in events]}


def ask(port: int, path: str, headers: dict[str, str], body: Any = None) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    sent = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    connection.request("GET" if body is None else "POST", path, sent, headers | kind)
    answer = connection.getresponse()
    read = answer.read()
    if answer.status >= 400:
        raise SystemExit(read.decode())
    return answer, read


class Asked(NamedTuple):
    """What a server did: answers a second, seconds of its processor for one, milliseconds of the slowest hundredth."""

    rate: float
    processor: float
    p99: float


def asked(port: int, process: psutil.Process, request: bytes, seconds: float, status: int) -> Asked:
    before = process.cpu_times()
    found = load.run(port, request, seconds=seconds)
    after = process.cpu_times()
    if found["status"] != status:
        raise SystemExit(f"answered {found['status']}")
    used = after.user + after.system - before.user - before.system
    return Asked(found["rate"], used / found["answers"], found["p99"])


def measure(read: Read, port: int, process: psutil.Process, key: str, *, rounds: int, seconds: float) -> dict[str, Any]:
    headers = {"Accept-Encoding": read.encoding or "identity"}
    headers |= {"Authorization": f"Bearer {key}"} if read.has_key else {}
    whole, body = ask(port, read.path, headers)
    if read.is_had:
        headers["If-None-Match"] = whole.headers["ETag"]
        whole, body = ask(port, read.path, headers)
    request = load.requested(read.path, headers)
    kept: list[Asked] = []
    limits: list[Asked] = []
    with bare.serving(whole.status, whole.getheaders(), body) as (bare_port, bare_process):
        for _ in range(rounds):
            kept.append(asked(port, process, request, seconds, whole.status))
            limits.append(asked(bare_port, bare_process, request, seconds, whole.status))
    rate, limit = (sum(one.rate for one in ones) / rounds for ones in (kept, limits))
    own, of_limit = (sum(one.processor for one in ones) / rounds * 1e6 for ones in (kept, limits))
    return {
        "name": read.name,
        "bytes": len(body),
        "rate": round(rate),
        "limit": round(limit),
        "ratio": round(rate / limit, 2),
        "wanted": read.wanted,
        "processor": round(own),
        "of limit": round(of_limit),
        "of processor": round(of_limit / own, 2),
        "p99": max(one.p99 for one in kept),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        show(measured(server, chosen.rounds, chosen.seconds))


def measured(server: str, rounds: int = 3, seconds: float = 3.0) -> list[dict[str, Any]]:
    """One row for each of `READS`."""
    service.create_database(server, "bench_reads")
    key = service.create_key(server, "bench_reads")
    with service.serving(server, "bench_reads") as (port, process):
        ask(port, "/v1/reports", {"Authorization": f"Bearer {key}"}, report())
        claims = json.loads(ask(port, "/v1/claims?limit=50", {})[1])["items"]
        claim = f"/v1/claims/{claims[0]['id']}"
        return [
            measure(
                read._replace(path=read.path.format(claim=claim)), port, process, key, rounds=rounds, seconds=seconds
            )
            for read in READS
        ]


def show(rows: list[dict[str, Any]]) -> None:
    """The second ratio is of the processor's time for one answer: it holds on a machine that others use, too."""
    names = ("bytes", "/s", "bare/s", "ratio", "wanted", "us", "bare", "ratio", "p99 ms")
    columns = ("bytes", "rate", "limit", "ratio", "wanted", "processor", "of limit", "of processor", "p99")
    print(f"{'':26}{''.join(f'{name:>9}' for name in names)}")
    for row in rows:
        print(f"{row['name']:26}{''.join(f'{row[column] or str():>9}' for column in columns)}")


if __name__ == "__main__":
    main()
