"""Starts the real command, as an operator would, and stops it by its process id."""

import gc
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import FastAPI
from typer.testing import CliRunner

from app import cli, database
from app.api.kept import store
from app.api.rates import Rates
from app.commands import serving as serving_command
from app.commands.http_protocol import HttpProtocol
from app.database import Database
from app.services import access
from app.services.deliveries.ingest import StoringPace
from app.services.pictures.heads import Heads
from app.settings import Settings

COMMAND = [sys.executable, "-m", "app"]
PATIENCE = 60.0
PORTS = range(15_000, 32_000, 3)  # below the ephemeral ones of Linux, macOS and Windows
_made: list[FastAPI] = []
_resting: list[FastAPI] = []


def free_port() -> int:
    """A port that is free with those beside it, and stays so until it is taken.

    It is none of those that a system gives to whoever asks for any: of these each connection out of this machine takes
    one, and so does every other test.
    """
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]  # `random` is the same in all workers after a test of Hypothesis
        with ExitStack() as probes, suppress(OSError):
            for beside in (port - 1, port, port + 1):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", beside))
            return port


def environment() -> dict[str, str]:
    """Without what the machine's own environment says to the service; but for what a run of all tests may be told."""
    told = {"COUNTERCLAIM_KEPT_MB"}
    return {name: value for name, value in os.environ.items() if not name.startswith("COUNTERCLAIM_") or name in told}


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """One command, to its end; in this process, because importing everything takes longer than most commands."""
    done = CliRunner().invoke(cli.app, arguments, input=stdin)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


@contextmanager
def running(*arguments: str, port: int = 0, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A `serve` or `demo` that answers, and its address; ended by SIGTERM unless it has ended before.

    `variables`: more of its environment.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    # Its log goes into a file: a pipe that nobody reads would fill up and stop it.
    with tempfile.TemporaryFile("w+") as log:
        command = [*COMMAND, *arguments, "--port", str(port)]
        told = environment() | variables
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=told)
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers(base):
                assert process.poll() is None, log.seek(0) or log.read()
                assert time.monotonic() < deadline, "it does not answer"
                time.sleep(0.1)
            yield process, base
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)


def use(service: FastAPI, settings: Settings, connected: Database) -> None:
    """Have a service that was made already work on this database, as if it were new.

    What it knows is asked anew for every request, also without a key: tests write beside it, and read at once.
    """
    service.state.settings, service.state.database = settings, connected
    service.state.pace = StoringPace()
    service.state.keys, service.state.heads = access.Keys(seconds=0), Heads()
    service.state.kept = store.store(settings, anonymous_seconds=0, heads=service.state.heads)
    service.state.rates = Rates(settings)


def application(settings: Settings) -> FastAPI:
    """The service. Its description, which takes seconds to make, is that of the first one made in this process."""
    # This process does more than serve, and nobody collects between its tests what a service leaves for later.
    thresholds = gc.get_threshold()
    made = serving_command.application(settings)
    gc.set_threshold(*thresholds)
    _made.append(made)
    made.openapi = _made[0].openapi  # type: ignore[method-assign]
    return made


def described(folder: Path) -> dict[str, Any]:
    """The description of the services that were made here: it takes seconds, and whoever has made it leaves it there.

    `folder`: what all who run the same tests have in common.
    """
    first, file = _made[0], folder / "described.json"
    if first.openapi_schema is None and file.exists():
        first.openapi_schema = json.loads(file.read_text(encoding="utf-8"))
    told = first.openapi()
    if not file.exists():
        own = folder / f"described-{os.getpid()}.json"
        own.write_text(json.dumps(told), encoding="utf-8")
        own.replace(file)  # whole, whoever looks
    return told


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """The service under uvicorn, in a thread of this process, as clients meet it; and its address.

    It logs nothing, for a command of this process may be told what to print.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings = Settings(database_url=database_url)
    served = _resting.pop() if _resting else application(settings)
    use(served, settings, database.connect(settings))
    server = uvicorn.Server(
        uvicorn.Config(served, host="127.0.0.1", port=0, log_config=None, http=HttpProtocol, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        if not thread.is_alive():
            _resting.append(served)
        structlog.reset_defaults()


def get(url: str, **options: Any) -> httpx.Response:
    """As `httpx.get`, without loading the machine's certificates for it, which takes longer than the answer."""
    return httpx.get(url, verify=False, **options)


def answers(base: str) -> bool:
    try:
        return get(f"{base}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def postgres_on(data_dir: Path) -> list[int]:
    """Find the PostgreSQL processes that work in a data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve().is_relative_to(data_dir.resolve()):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
