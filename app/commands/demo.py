"""`counterclaim demo`: the API with the demo events, and what to try."""

import json
import os
import secrets
import sys
from collections import Counter
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any, Final

from app import embedded
from app.commands import databases, serving
from app.commands.databases import DatabaseUrl, DataDir
from app.commands.serving import Host, Port
from app.database import Database, Signature
from app.errors import Unauthorized
from app.schemas.reports import ReportCreate
from app.services import access, migrating
from app.services.deliveries import reports
from app.vocabulary import Scope, words

_EXAMPLE: Final = {
    "text": "A gas leak set off the blast",
    "language": "en",
    "question": {"text": "What caused the explosion?", "kind": "cause"},
    "statements": [{"source": {"name": "A neighbour of the plant", "kind": "witness"}, "said": "2023-08-09"}],
}


def demo(host: Host = "127.0.0.1", port: Port = 8000, database_url: DatabaseUrl = "", data_dir: DataDir = None) -> None:
    """Serve the API with the demo events: an explosion near Moscow in August 2023, and who says what about it."""
    with databases.database(database_url, data_dir, serving=True) as url:
        migrating.current(url)
        key_file = (data_dir or embedded.default_data_dir()) / "demo-key"
        key, events = load(url, key_file)
        os.environ.setdefault("COUNTERCLAIM_LOG_LEVEL", "warning")
        labels = resources.files("app.demo").joinpath("party_labels.json")
        os.environ.setdefault("COUNTERCLAIM_PARTY_LABELS", str(labels))  # sides that are no countries
        base = f"http://{host}:{port}"
        databases.out.print(
            f"\nCounterclaim with {len(events)} demo events.\n\n"
            f"  The dossier       {base}/v1/events/{events[0]}/dossier\n"
            f"  What was said     {base}/v1/events/{events[0]}/timeline\n"
            f"  All events        {base}/v1/events\n"
            f"  The interface     {base}/docs\n\n"
            f"  Your key          {key}\n\n"
            f"Watch an event from another terminal:\n\n"
            f"  {_command()} watch {events[0]} --url {base}\n\n"
            f"Record a claim, which appears there:\n\n"
            f"  curl -s {base}/v1/events/{events[0]}/claims \\\n"
            f"    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n"
            f"    -d '{json.dumps(_EXAMPLE, ensure_ascii=False)}'\n",
            markup=False,
            highlight=False,
        )
        serving.run(url, host, port)


def _command() -> str:
    """This program, as it was called."""
    return sys.argv[0] if Path(sys.argv[0]).name == "counterclaim" else "counterclaim"


def load(url: str, key_file: Path) -> tuple[str, list[str]]:
    """Deliver the demo's reports, which changes nothing where they are stored already.

    Gives a key, which is kept in the file, and the events' slugs, those with the most claims first.
    """
    bodies = json.loads(resources.files("app.demo").joinpath("reports.json").read_text(encoding="utf-8"))
    databases.run(url, lambda connected: _deliver(connected, bodies))
    claims = Counter[str]()
    for event in (event for body in bodies for event in body["events"]):
        claims[event.get("ref") or event["event"].removeprefix("ref:")] += len(event.get("claims", ()))
    slugs = {event["ref"]: event["slug"] for body in bodies for event in body["events"] if "slug" in event}
    earlier_key = key_file.read_text().strip() if key_file.exists() else ""
    key = databases.run(url, lambda connected: _key(connected, earlier_key))
    if key != earlier_key:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        key_file.touch(mode=0o600)
        key_file.write_text(key)
    return key, [slugs[ref] for ref, _ in claims.most_common() if ref in slugs]


async def _deliver(connected: Database, bodies: list[Any]) -> None:
    caller = access.Caller("demo", frozenset({"admin", "assess"}))
    for body in bodies:
        async with connected.writing(Signature("demo", secrets.token_hex(16))) as session:
            await reports.deliver(session, caller, ReportCreate.model_validate(body), naming_similar=False)


async def _key(connected: Database, earlier_key: str) -> str:
    """The key that an earlier demo left beside its data, if the database has it still, or a new one."""
    if earlier_key:
        with suppress(Unauthorized):
            async with connected.reading() as session:
                await access.find(session, earlier_key)
            return earlier_key
    async with connected.writing(Signature("demo")) as session:
        name = f"demo-{secrets.token_hex(4)}"
        return (await access.create(session, access.OPERATOR, name, words(Scope))).token
