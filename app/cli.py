"""`counterclaim`: parse, call one service, print."""

import gc
import json
import os
import secrets
import socket
import sys
from collections import Counter
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from rich.table import Table

from app import embedded, logs
from app.commands import databases, export, imports, ingest
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Database, Signature
from app.errors import Unauthorized
from app.main import create_app
from app.schemas.reports import ReportCreate
from app.services import access, ledger, migrating
from app.services.intake import reports
from app.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
app.add_typer(keys, name="keys")
app.command("export")(export.export)
app.command()(ingest.ingest)
app.add_typer(imports.app, name="import")

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]

_YOUNG = 50_000  # objects made before the collector looks at them


# --- serving -------------------------------------------------------------------------------------------------------


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Serve the API. Without a database URL, on a private PostgreSQL in the data dir."""
    with databases.database(database_url, data_dir, serving=True) as url:
        _serve(url, host, port, workers)


def _serve(url: str, host: str, port: int, workers: int = 1) -> None:
    migrating.current(url)
    os.environ["COUNTERCLAIM_DATABASE_URL"] = url  # for the worker processes
    settings = Settings()
    logs.configure(settings.log_level)
    if _is_taken(host, port):
        databases.fail(f"Something else listens on {host}:{port}; choose another --port.")
    common: dict[str, Any] = {"host": host, "port": port, "log_config": None, "server_header": False}
    common |= {"timeout_graceful_shutdown": 10}
    if workers == 1:
        uvicorn.run(_lasting(create_app(settings)), **common)
    else:
        uvicorn.run("app.cli:worker", factory=True, workers=workers, **common)


def worker() -> Any:
    """The application of one worker process, from what the first process left in the environment."""
    settings = Settings()
    logs.configure(settings.log_level)
    return _lasting(create_app(settings))


def _lasting(served: FastAPI) -> FastAPI:
    """Spare the collector of garbage what lives as long as the process, and let it look at a batch's drafts rarely.

    Going through all that was imported took a third of the time of reading lines.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
    return served


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


@app.command()
def demo(host: Host = "127.0.0.1", port: Port = 8000, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Serve the API with the demo events: an explosion near Moscow in August 2023, and who says what about it."""
    with databases.database(database_url, data_dir, serving=True) as url:
        migrating.current(url)
        key_file = (data_dir or embedded.default_data_dir()) / "demo-key"
        key, events = _load_demo(url, key_file)
        os.environ.setdefault("COUNTERCLAIM_LOG_LEVEL", "warning")
        base = f"http://{host}:{port}"
        databases.out.print(
            f"\nCounterclaim with {len(events)} demo events.\n\n"
            f"  The dossier       {base}/v1/events/{events[0]}/dossier\n"
            f"  What was said     {base}/v1/events/{events[0]}/timeline\n"
            f"  All events        {base}/v1/events\n"
            f"  The interface     {base}/docs\n\n"
            f"  Your key          {key}\n\n"
            f"Record a claim:\n\n"
            f"  curl -s {base}/v1/events/{events[0]}/claims \\\n"
            f"    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n"
            f"    -d '{json.dumps(_EXAMPLE, ensure_ascii=False)}'\n",
            markup=False,
            highlight=False,
        )
        _serve(url, host, port)


_EXAMPLE = {
    "text": "A gas leak set off the blast",
    "language": "en",
    "question": {"text": "What caused the explosion?", "kind": "cause"},
    "statements": [{"source": {"name": "A neighbour of the plant", "kind": "witness"}, "said": "2023-08-09"}],
}


def _load_demo(url: str, key_file: Path) -> tuple[str, list[str]]:
    """Deliver the demo's reports, which changes nothing where they are; give a key and the events' slugs."""
    bodies = json.loads(resources.files("app.demo").joinpath("reports.json").read_text(encoding="utf-8"))
    databases.run(url, lambda connected: _deliver(connected, bodies))
    claims = Counter[str]()
    for event in (event for body in bodies for event in body["events"]):
        claims[event.get("ref") or event["event"].removeprefix("ref:")] += len(event.get("claims", ()))
    slugs = {event["ref"]: event["slug"] for body in bodies for event in body["events"] if "slug" in event}
    kept = key_file.read_text().strip() if key_file.exists() else ""
    key = databases.run(url, lambda connected: _demo_key(connected, kept))
    if key != kept:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        key_file.touch(mode=0o600)
        key_file.write_text(key)
    return key, [slugs[ref] for ref, _ in claims.most_common() if ref in slugs]


async def _deliver(connected: Database, bodies: list[Any]) -> None:
    caller = access.Caller("demo", frozenset({"admin"}))
    for body in bodies:
        async with connected.writing(Signature("demo", secrets.token_hex(16))) as session:
            await reports.deliver(session, caller, ReportCreate.model_validate(body), naming_similar=False)


async def _demo_key(connected: Database, kept: str) -> str:
    """The key that an earlier demo left beside its data, if it is still known, or a new one."""
    if kept:
        with suppress(Unauthorized):
            async with connected.reading() as session:
                await access.find(session, kept)
            return kept
    async with connected.writing(Signature("demo")) as session:
        return await access.create(session, f"demo-{secrets.token_hex(4)}")


# --- care ----------------------------------------------------------------------------------------------------------


@app.command()
def migrate(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Bring the database to this release's tables."""
    with databases.database(database_url, data_dir) as url:
        migrating.migrate(url)
        databases.err.print(f"The database is at {migrating.current(url)}.", highlight=False)


@app.command()
def verify(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Walk the ledger: the chain, its head, and each table's rows against their last change."""
    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        faults = ledger.verify(url)
    for fault in faults:
        databases.out.print(str(fault), markup=False, highlight=False)
    if faults:
        databases.fail(f"The ledger does not hold: {len(faults)} faults.")
    databases.err.print("The ledger holds.", highlight=False)


@keys.command("create")
def create_key(name: str, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Make a key that may do everything. It is printed once, alone, and can't be read again."""

    async def work(connected: Database) -> str:
        async with connected.writing(Signature("operator")) as session:
            return await access.create(session, name)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        sys.stdout.write(databases.run(url, work) + "\n")


@keys.command("list")
def list_keys(database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Who has keys."""

    async def work(connected: Database) -> Table:
        table = Table("name", "scopes", "made", "revoked")
        async with connected.reading() as session:
            for key in await access.listing(session):
                revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
                table.add_row(key.name, " ".join(key.scopes), f"{key.created_at:%Y-%m-%d %H:%M}", revoked)
        return table

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        databases.out.print(databases.run(url, work))


@keys.command("revoke")
def revoke_key(name: str, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Take a key's rights away, from the next request on."""

    async def work(connected: Database) -> bool:
        async with connected.writing(Signature("operator")) as session:
            return await access.revoke(session, name)

    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        if not databases.run(url, work):
            databases.fail(f"There is no key {name} that could be revoked.")
        databases.err.print(f"The key {name} is revoked.", markup=False, highlight=False)
