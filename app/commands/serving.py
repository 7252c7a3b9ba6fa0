"""`counterclaim serve`: the API, from this process or from several."""

import os
import socket
import sys
from typing import Annotated, Any, Final

import typer
import uvicorn
from fastapi import FastAPI

from app import garbage
from app.api import cors, proxies
from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.commands.http_protocol import HttpProtocol
from app.main import create_app, token_reader
from app.services import migrating
from app.settings import Settings
from app.telling import logs
from app.texts.messages import party_labels

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]

CorsOrigins = Annotated[
    list[str] | None,
    typer.Option(help="An origin whose pages may send a key, as https://desk.example; may be given several times."),
]

_PORTS: Final = 65_536
# For which a thread that computes keeps the others from it: the event loop asks for its turn several times an answer.
_TURN_SECONDS: Final = 0.0005
# Of uvicorn; it takes uvloop where that is. Its line for each request is left to our own (`logs`).
SERVER: Final[dict[str, Any]] = {
    "http": HttpProtocol,
    "ws": "none",
    "proxy_headers": False,  # `api/proxies` reads them
    "log_config": None,
    "server_header": False,
    "timeout_graceful_shutdown": 10,
    "timeout_worker_healthcheck": 60,  # while it starts on a busy machine, a worker does not answer for longer than 5 s
}


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
    *,
    cors_origin: CorsOrigins = None,
) -> None:
    """Serve the API. Without a database URL, on a private PostgreSQL in the data dir."""
    allow_origins(cors_origin or [])
    with databases.database(database_url, data_dir, serving=True) as url:
        run(url, host, port, workers)


def allow_origins(named: list[str]) -> None:
    """Let pages of these origins send a key, and of those in the environment if none is given."""
    setting = " ".join(named) or databases.settings().cors_origins
    try:
        cors.origins(setting)
    except ValueError as error:
        databases.fail(str(error))
    os.environ["COUNTERCLAIM_CORS_ORIGINS"] = setting  # for the worker processes


def run(url: str, host: str, port: int, workers: int = 1) -> None:
    """Serve from a database with this release's tables, until a signal ends it."""
    migrating.current(url)
    os.environ["COUNTERCLAIM_DATABASE_URL"] = url  # for the worker processes
    settings = databases.settings()
    try:
        party_labels.read(settings.party_labels)
        token_reader(settings)
        proxies.networks(settings.trusted_proxies)
    except ValueError as error:
        databases.fail(str(error))
    except ImportError:
        databases.fail("COUNTERCLAIM_OIDC_ISSUER needs PyJWT: pip install 'counterclaim[oidc]'")
    if _is_taken(host, port):
        databases.fail(f"Something else listens on {host}:{port}; choose another --port.")
    if settings.metrics_port + workers > _PORTS:
        databases.fail(f"COUNTERCLAIM_METRICS_PORT: each of {workers} workers has a port, up to {_PORTS - 1}.")
    for scraped in range(settings.metrics_port, settings.metrics_port + workers) if settings.metrics_port else ():
        if scraped == port or _is_taken(settings.metrics_host, scraped):
            address = f"{settings.metrics_host}:{scraped}"
            databases.fail(f"Something else listens on {address}; choose another COUNTERCLAIM_METRICS_PORT.")
    logs.configure(settings.log_level)
    common: dict[str, Any] = {"host": host, "port": port, **SERVER}
    if workers == 1:
        uvicorn.run(application(settings), **common)
    else:
        uvicorn.run("app.commands.serving:worker", factory=True, workers=workers, **common)


def worker() -> FastAPI:
    """The application of one worker process, from what the first process left in the environment."""
    settings = Settings()
    logs.configure(settings.log_level)
    return application(settings)


def application(settings: Settings) -> FastAPI:
    """Make the application, settle the garbage collector, and have threads take short turns."""
    served = create_app(settings)
    garbage.settle()
    sys.setswitchinterval(_TURN_SECONDS)
    return served


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
