"""`counterclaim redact`: forget what a record says, straight in the database."""

import sys
from typing import Annotated

import typer

from app.commands import databases
from app.commands.databases import DatabaseUrl, DataDir
from app.database import Signature
from app.errors import Problem
from app.schemas.common import Redaction, RedactionQuery
from app.schemas.kinds import KINDS
from app.services import migrating
from app.services.redaction import redacting

_BY_PATH = {kind.path: kind for kind in KINDS}


def redact(  # noqa: PLR0917
    kind: Annotated[str, typer.Argument(help=f"Of which kind: {', '.join(_BY_PATH)}.")],
    record: Annotated[str, typer.Argument(help="Its id, ref: and its ref, or an event's slug.")],
    reason: Annotated[str, typer.Option(help="Why; the ledger keeps it, so it must not say what is redacted.")],
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Of a source also its wordings; of an event all in it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    database_url: DatabaseUrl = "",
    data_dir: DataDir = None,
) -> None:
    """Take what a record says out of the tables and the ledger, for good. Try it with --dry-run first.

    What was touched goes to standard output, as JSON. Backups are not touched.
    """
    if kind not in _BY_PATH:
        databases.fail(f"There are no records of the kind {kind}: {', '.join(_BY_PATH)}.")
    signature = Signature("operator", reason=Redaction(reason=reason).reason)
    query = RedactionQuery(everywhere=everywhere, dry_run=dry_run)
    with databases.database(database_url, data_dir) as url:
        migrating.current(url)
        try:
            redaction = databases.run(
                url, lambda connected: redacting.redact(connected, signature, _BY_PATH[kind], record, query)
            )
        except Problem as problem:
            databases.fail(problem.detail)
    sys.stdout.write(redaction.model_dump_json(indent=2) + "\n")
