"""How long reads take that are not kept, beside the least that they could take.

    python bench/cold.py [--rounds 3] [--seconds 2] [--database-url URL]   (without: a private PostgreSQL)

One worker keeps nothing (`COUNTERCLAIM_KEPT_MB=0`). Records, lists and 304s stand beside a bare uvicorn app that finds
the record's JSON by its id, with psycopg, and sends it: 16 connections ask both by turns. A dossier of 100 statements
stands beside SQL that nests the same rows in one document: one client has each by turns, and milliseconds are compared.
`us` is the processor's time of the serving process for one answer, which holds on a machine that others use, too.
"""

import argparse
import contextlib
import http.client
import json
import statistics
import time
from typing import Any, Final

import bare
import load
import psutil  # type: ignore[import-untyped]
import psycopg
import reads
import service

RECORD_WANTED: Final = 0.25  # of the bare app's rate
DOSSIER_WANTED: Final = 4.0  # times its nested SQL, at most
DOSSIERS: Final = 40  # a round
LOOK_UP: Final = "SELECT to_json(c)::text FROM claim c WHERE id = %s"
NESTED: Final = """
SELECT json_build_object('event', to_json(e), 'questions', (
    SELECT json_agg(to_json(q)) FROM question q WHERE q.event_id = e.id), 'claims', (
    SELECT json_agg(json_build_object('claim', to_json(c), 'statements', (
        SELECT json_agg(json_build_object('statement', to_json(s), 'source', to_json(w), 'appearances', (
            SELECT json_agg(json_build_object('appearance', to_json(a), 'document', to_json(d), 'hops', (
                SELECT json_agg(to_json(h) ORDER BY h.step) FROM appearance_hop h WHERE h.appearance_id = a.id)))
            FROM appearance a LEFT JOIN document d ON d.id = a.document_id WHERE a.statement_id = s.id)))
        FROM statement s LEFT JOIN source w ON w.id = s.source_id WHERE s.claim_id = c.id)))
    FROM claim c WHERE c.event_id = e.id))::text
FROM event e WHERE e.slug = 'blast'"""


def measured(server: str, rounds: int = 3, seconds: float = 2.0) -> list[dict[str, Any]]:
    """A row for each kind of read: what it took, the limit in the same run, and their ratio."""
    service.create_database(server, "bench_cold")
    key = service.create_key(server, "bench_cold")
    with service.serving(server, "bench_cold", COUNTERCLAIM_KEPT_MB="0") as (port, process):
        reads.ask(port, "/v1/reports", {"Authorization": f"Bearer {key}"}, reads.report())
        claim = json.loads(reads.ask(port, "/v1/claims?limit=1", {})[1])["items"][0]["id"]
        look_up = {"url": service.url(server, "bench_cold"), "query": LOOK_UP, "value": claim}
        with bare.serving(200, [("content-type", "application/json")], b"", look_up) as (bare_port, bare_process):
            tag = reads.ask(port, "/v1/events/blast/dossier", {})[0].headers["ETag"]
            rows = [
                _beside(name, (port, request, status), process, (bare_port, bare_process), (rounds, seconds))
                for name, request, status in (
                    ("one record", load.requested(f"/v1/claims/{claim}"), 200),
                    ("a list of 50 claims", load.requested("/v1/claims?limit=50"), 200),
                    ("a dossier's 304", load.requested("/v1/events/blast/dossier", {"If-None-Match": tag}), 304),
                )
            ]
        return [*rows, _dossier(server, port, process, rounds)]


def _beside(
    name: str,
    request: tuple[int, bytes, int],
    process: psutil.Process,
    limit: tuple[int, psutil.Process],
    times: tuple[int, float],
) -> dict[str, Any]:
    (port, sent, status), (rounds, seconds) = request, times
    own, least = [], []
    for _ in range(rounds):
        own.append(reads.asked(port, process, sent, seconds, status))
        least.append(reads.asked(*limit, sent, seconds, 200))
    rate, limit_rate = (sum(one.rate for one in ones) / rounds for ones in (own, least))
    used, limit_used = (sum(one.processor for one in ones) / rounds * 1e6 for ones in (own, least))
    return {
        "name": name,
        "own": f"{rate:.0f}/s",
        "limit": f"{limit_rate:.0f}/s",
        "ratio": round(rate / limit_rate, 2),
        "wanted": RECORD_WANTED if name == "one record" else "",
        "us": round(used),
        "limit us": round(limit_used),
    }


def _dossier(server: str, port: int, process: psutil.Process, rounds: int) -> dict[str, Any]:
    own, least = [], []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    with psycopg.connect(service.url(server, "bench_cold"), autocommit=True, prepare_threshold=1) as psql:
        used = 0.0
        for _ in range(rounds + 1):
            before = process.cpu_times()
            for _ in range(DOSSIERS):
                began = time.perf_counter()
                connection.request("GET", "/v1/events/blast/dossier", headers={"Accept-Encoding": "identity"})
                connection.getresponse().read()
                between = time.perf_counter()
                psql.execute(NESTED).fetchone()
                own.append(between - began)
                least.append(time.perf_counter() - between)
            after = process.cpu_times()
            used = after.user + after.system - before.user - before.system  # of the last round: all is warm
    took, limit = (1000 * statistics.median(times[DOSSIERS:]) for times in (own, least))
    return {
        "name": "a dossier of 100",
        "own": f"{took:.1f} ms",
        "limit": f"{limit:.1f} ms",
        "ratio": f"x{took / limit:.1f}",
        "wanted": f"x{DOSSIER_WANTED:.0f}",
        "us": round(1e6 * used / DOSSIERS),
        "limit us": "",
    }


def show(rows: list[dict[str, Any]]) -> None:
    names = ("own", "limit", "ratio", "wanted", "us", "limit us")
    print(f"{'':26}{''.join(f'{name:>10}' for name in names)}")
    for row in rows:
        print(f"{row['name']:26}{''.join(f'{row[name]!s:>10}' for name in names)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        show(measured(server, chosen.rounds, chosen.seconds))


if __name__ == "__main__":
    main()
