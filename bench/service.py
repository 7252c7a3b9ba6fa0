"""A service for what is measured: a private PostgreSQL, a new database, a key, and a process that serves it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

from app import embedded
from app.services import migrating


@contextlib.contextmanager
def private_server() -> Iterator[str]:
    """The URL, for psycopg, of a PostgreSQL in a temporary folder, which ends with the block."""
    with tempfile.TemporaryDirectory() as folder, embedded.using(Path(folder) / "data") as sqlalchemy_url:
        yield sqlalchemy_url.replace("+psycopg", "", 1)


def url(server: str, database: str) -> str:
    """The URL of another database of the same server."""
    head, _, _ = server.rpartition("/")
    return f"{head}/{database}"


def sqlalchemy_url(server: str, database: str) -> str:
    return url(server, database).replace("postgresql://", "postgresql+psycopg://", 1)


def create_database(server: str, database: str) -> None:
    """An empty one with this release's tables, instead of any of that name."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    migrating.migrate(sqlalchemy_url(server, database))


def create_key(server: str, database: str) -> str:
    command = [sys.executable, "-m", "app", "keys", "create", "bench"]
    command += ["--database-url", sqlalchemy_url(server, database)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def serving(server: str, database: str, *options: str, **settings: str) -> Iterator[tuple[int, psutil.Process]]:
    """The port of a service on this database, and its process; `options` of `counterclaim serve`, environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    command += ["--database-url", sqlalchemy_url(server, database), *options]
    # One client that asks as fast as it can is what a rate is against; what its bucket costs is measured.
    rates = dict.fromkeys(("COUNTERCLAIM_RATE_ANONYMOUS", "COUNTERCLAIM_RATE_KEY"), "1000000000")
    own = {name: value for name, value in os.environ.items() if name != "COUNTERCLAIM_DATABASE_URL"}
    environment = own | rates | settings
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            while True:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                if process.poll() is not None:
                    log.seek(0)
                    raise SystemExit(log.read().decode())
                time.sleep(0.1)
            yield port, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
