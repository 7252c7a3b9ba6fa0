"""What a second worker brings: the same reads of one worker and of two, by turns, on one database.

    python bench/workers.py [--rounds 3] [--seconds 3] [--database-url URL]   (without: a private PostgreSQL)

16 connections of a load in a process of its own ask for what is kept. `processors` are those that the service and the
load keep busy: where both together are all that the machine has, the load's own share binds, and no worker more helps.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
from typing import Any, Final

import load
import psutil  # type: ignore[import-untyped]
import reads
import service

WANTED: Final = 1.4  # times the rate of one worker
CONNECTIONS: Final = 16


def processor_seconds(process: psutil.Process) -> float:
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(float(each.user + each.system) for each in times)


def asked(port: int, process: psutil.Process, request: bytes, seconds: float) -> tuple[float, float, float]:
    """Answers a second; processors that the service kept busy, and those of the load."""
    before, load_before = processor_seconds(process), resource.getrusage(resource.RUSAGE_CHILDREN)
    answers = load.run(port, request, connections=CONNECTIONS, seconds=seconds)
    load_after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lasted = seconds + load.WARM_SECONDS
    of_load = load_after.ru_utime + load_after.ru_stime - load_before.ru_utime - load_before.ru_stime
    return float(answers["rate"]), (processor_seconds(process) - before) / lasted, of_load / lasted


def measured(server: str, rounds: int, seconds: float) -> list[dict[str, Any]]:
    service.create_database(server, "bench_workers")
    key = service.create_key(server, "bench_workers")
    with (
        service.serving(server, "bench_workers") as (port, process),
        service.serving(server, "bench_workers", "--workers", "2") as (port_of_two, process_of_two),
    ):
        reads.ask(port, "/v1/reports", {"Authorization": f"Bearer {key}"}, reads.report())
        claim = json.loads(reads.ask(port, "/v1/claims?limit=1", {})[1])["items"][0]["id"]
        tag = reads.ask(port, "/v1/events/blast/dossier", {})[0].headers["ETag"]
        rows = []
        for name, request in (
            ("dossier", load.requested("/v1/events/blast/dossier")),
            ("its 304", load.requested("/v1/events/blast/dossier", {"If-None-Match": tag})),
            ("one claim", load.requested(f"/v1/claims/{claim}")),
        ):
            alone, both = [], []
            for _ in range(rounds):
                alone.append(asked(port, process, request, seconds))
                both.append(asked(port_of_two, process_of_two, request, seconds))
            means = [[statistics.mean(values) for values in zip(*taken, strict=True)] for taken in (alone, both)]
            rows.append({"name": name, "means": means, "ratio": means[1][0] / means[0][0]})
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = chosen.database_url or stack.enter_context(service.private_server())
        rows = measured(server, chosen.rounds, chosen.seconds)
    print(f"{os.cpu_count()} processors; wanted: {WANTED} times the rate of one worker")
    for row in rows:
        told = [
            f"{count} {rate:8,.0f}/s ({own:.2f} + {of_load:.2f} processors)"
            for count, (rate, own, of_load) in zip(("one worker", "two"), row["means"], strict=True)
        ]
        print(f"{row['name']:12} {'   '.join(told)}   ratio {row['ratio']:.2f}")


if __name__ == "__main__":
    main()
