"""`counterclaim export`: everything as NDJSON, straight from the database."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Final

import typer

from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Database
from app.models import Event
from app.services import exporting, migrating, records
from app.services.access import Caller
from app.services.pictures import moments
from app.vocabulary import Scope, words

STDOUT: Final = Path("-")
_OPERATOR: Final = Caller("operator", frozenset(words(Scope)))


def export(
    out: Annotated[Path, typer.Option(help="The file to write, whole or not at all; - is standard output.")] = STDOUT,
    event: Annotated[str, typer.Option(help="One event alone: its id, its slug, or ref: and its ref.")] = "",
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Write everything as NDJSON, restricted events and protected sources too, for `POST /v1/ingest`.

    A summary goes to standard error, as JSON. Reports, versions and history stay behind: those a backup has.
    """
    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        try:
            with _writing(out) as write:
                summary = databases.run(url, lambda connected: _export(connected, write, event))
        except OSError as error:
            databases.fail(f"{out} can't be written: {error.strerror or error}")
    sys.stderr.write(json.dumps(summary) + "\n")


@contextmanager
def _writing(out: Path) -> Iterator[Callable[[bytes], Any]]:
    """A function that writes to the file, which appears when all is written.

    Only its owner may read it (as NamedTemporaryFile makes files), for it has the names of protected sources.
    """
    if out == STDOUT:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        unfinished = Path(file.name)
        try:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(out)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


async def _export(connected: Database, write: Callable[[bytes], Any], event: str) -> dict[str, Any]:
    began, types, size = time.monotonic(), Counter[str](), 0
    async with connected.exporting() as session:
        event_id = None if not event else (await records.locate(session, _OPERATOR, Event, event)).id
        position = await moments.head(session)
        async for kind, line in exporting.lines(session, _OPERATOR, event_id):
            write(line)
            types[kind] += 1
            size += len(line)
    return {
        "done": True,
        "position": str(position),
        "lines": types.total(),
        "bytes": size,
        "types": dict(types),
        "seconds": round(time.monotonic() - began, 3),
    }
