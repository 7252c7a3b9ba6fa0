"""`counterclaim import`: others' data as lines of NDJSON, for a file or a running service."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeAlias

import typer

from app import client
from app.commands import bounded, reading
from app.commands.reading import Content, UnreadableInput
from app.fetching import Limits
from app.imports import claimreview as claimreviews
from app.imports import google as google_answers
from app.imports import pages, ratings, report_lines, tables
from app.imports.checks import FactCheck, Json, Notes, Unused, short
from app.vocabulary import RATINGS

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Make lines of NDJSON out of others' data, and send them or write them.",
)
UNREADABLE: Final = "a source that can't be read"
REFUSED: Final = "a line that the service refused"
# Remarks of the service that are notes here, by their kind: what was given, and is not there as it was given.
REMARKS: Final = {
    "not_taken": "the service has something else, which stays",
    "changed": "the service took it otherwise than it was given",
}
UNUSABLE, GAVE_UP = 2, 3  # exit codes, as those of ingest

Sources = Annotated[list[str], typer.Argument(help="Files, - for standard input, or addresses.", show_default=False)]
Out = Annotated[str, typer.Option(help="Write the lines to this file, or - for standard output, and send nothing.")]
Url = Annotated[str, typer.Option(envvar="COUNTERCLAIM_URL", help="The service to send them to.")]
Key = Annotated[
    str,
    typer.Option(envvar="COUNTERCLAIM_KEY", help="A key made by: counterclaim keys create NAME --scopes ingest,assess"),
]
Event = Annotated[
    str, typer.Option(help="All of it is about this event: its id, slug, or ref:… Else each has its own.")
]
NotesFile = Annotated[Path | None, typer.Option("--notes", help="Write what was not used, and why, to this file.")]
AddedRatings = Annotated[
    list[str] | None,
    typer.Option("--rating", help="Add to the table of ratings: misleading=mostly_false", metavar="WORDS=RATING"),
]
Quiet = Annotated[bool, typer.Option(help="Say only what failed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Give the summary as JSON, on standard error.")]
Private = Annotated[bool, typer.Option(help="Fetch from addresses that are not public, too.")]
Seconds = Annotated[float, typer.Option(min=0.1, help="How long fetching one address may take in all.")]
Megabytes = Annotated[float, typer.Option(min=0.001, help="How much may be read from one address, decompressed.")]
MappingFile = Annotated[Path, typer.Option("--mapping", help="Which column is what: a TOML file, see docs/import.md.")]


@dataclass(slots=True)
class Import:
    """One run of a command: its options, and what has come of it."""

    out: str
    url: str
    key: str
    notes_file: Path | None
    quiet: bool
    as_json: bool
    limits: Limits
    lines: list[Json] = field(default_factory=list)
    notes: Notes = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """How sources were read, where that was guessed."""
    rejected: list[Unused] = field(default_factory=list)
    """Lines that the service refused."""
    read_count: int = 0
    """How many fact-checks or pages were read."""


# --- the commands -----------------------------------------------------------------------------------------------------


@app.command()
def claimreview(
    sources: Sources,
    *,
    out: Out = "",
    url: Url = "",
    key: Key = "",
    event: Event = "",
    rating: AddedRatings = None,
    notes: NotesFile = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    allow_private: Private = False,
    timeout: Seconds = 30,
    max_megabytes: Megabytes = 10,
) -> None:
    """Fact-checks in schema.org's ClaimReview: JSON-LD, or pages that embed it."""
    limits = Limits(seconds=timeout, size=int(max_megabytes * 1_000_000), private=allow_private)
    run = _new_run(out, url, key, notes, quiet=quiet, as_json=as_json, limits=limits)

    def read(content: Content, source_notes: Notes) -> list[FactCheck]:
        return claimreviews.read(pages.decoded(content.body, content.charset), source_notes, content.url)

    _fact_checks(
        run, sources, (*reading.JSON_TYPES, *pages.HTML), read, event=event, added_ratings=_added_ratings(rating)
    )


@app.command()
def google(
    sources: Sources,
    *,
    out: Out = "",
    url: Url = "",
    key: Key = "",
    event: Event = "",
    rating: AddedRatings = None,
    notes: NotesFile = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    allow_private: Private = False,
    timeout: Seconds = 30,
    max_megabytes: Megabytes = 10,
) -> None:
    """Answers of the Google Fact Check Tools API."""
    limits = Limits(seconds=timeout, size=int(max_megabytes * 1_000_000), private=allow_private)
    run = _new_run(out, url, key, notes, quiet=quiet, as_json=as_json, limits=limits)
    _fact_checks(
        run,
        sources,
        reading.JSON_TYPES,
        lambda content, notes: google_answers.read(content.body, notes),
        event=event,
        added_ratings=_added_ratings(rating),
    )


@app.command("csv")
def csv_(
    sources: Sources,
    *,
    mapping: MappingFile,
    out: Out = "",
    url: Url = "",
    key: Key = "",
    event: Event = "",
    rating: AddedRatings = None,
    notes: NotesFile = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    allow_private: Private = False,
    timeout: Seconds = 30,
    max_megabytes: Megabytes = 10,
) -> None:
    """Fact-checks in CSV, one a row, by a mapping."""
    try:
        table_mapping = tables.mapping(mapping.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tables.MappingError) as error:
        _refuse(f"{mapping}: {error}")
    limits = Limits(seconds=timeout, size=int(max_megabytes * 1_000_000), private=allow_private)
    run = _new_run(out, url, key, notes, quiet=quiet, as_json=as_json, limits=limits)
    _fact_checks(
        run,
        sources,
        reading.CSV_TYPES,
        lambda content, source_notes: tables.read(content.body, table_mapping, source_notes, run.told),
        event=event,
        added_ratings=table_mapping.added_ratings() | _added_ratings(rating),
    )


@app.command("url")
def url_(
    addresses: Annotated[list[str], typer.Argument(help="Pages to fetch.", show_default=False)],
    *,
    out: Out = "",
    url: Url = "",
    key: Key = "",
    notes: NotesFile = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    allow_private: Private = False,
    timeout: Seconds = 30,
    max_megabytes: Megabytes = 10,
) -> None:
    """Pages, as documents: text, title, byline, language, date and canonical address."""
    limits = Limits(seconds=timeout, size=int(max_megabytes * 1_000_000), private=allow_private)
    run = _new_run(out, url, key, notes, quiet=quiet, as_json=as_json, limits=limits)
    for address in addresses:
        try:
            line, page_notes = bounded.run(reading.page, address, run.limits)
        except UnreadableInput as error:
            _unreadable(run, address, error)
            continue
        run.notes += page_notes
        if line is None:
            run.unreadable.append(f"{address}: {pages.NO_TEXT}")
            continue
        run.read_count += 1
        run.lines.append(line)
    _finish(run)


@app.command("ratings")
def table(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """The table by which ratings are understood: ours, and the words that mean the same."""
    if as_json:
        typer.echo(json.dumps(ratings.TABLE, ensure_ascii=False, indent=1))
        return
    for rating, words in ratings.TABLE.items():
        typer.echo(f"{rating}: {', '.join(words)}")


# --- what they have in common --------------------------------------------------------------------------------------

Reader: TypeAlias = Callable[[Content, Notes], list[FactCheck]]


def _new_run(out: str, url: str, key: str, notes: Path | None, *, quiet: bool, as_json: bool, limits: Limits) -> Import:
    if not out and not (url and key):
        _refuse("Say where the lines go: --out FILE, or --url and --key of a running service.")
    if out and Path(out).is_dir():
        _refuse(f"{out} is a folder.")
    return Import(out, url, key, notes, quiet, as_json, limits)


def _added_ratings(assignments: Sequence[str] | None) -> dict[str, str]:
    """Ratings by folded words, from `misleading=mixture`."""
    added_ratings = {}
    for assignment in assignments or ():
        words, _, rating = assignment.rpartition("=")
        if rating not in RATINGS["claimreview"] or not ratings.folded(words):
            allowed = ", ".join(RATINGS["claimreview"])
            _refuse(f"--rating {assignment}: it has the form WORDS=RATING, the rating one of {allowed}")
        added_ratings[ratings.folded(words)] = rating
    return added_ratings


def _fact_checks(
    run: Import,
    sources: Sequence[str],
    types: Sequence[str],
    read: Reader,
    *,
    event: str,
    added_ratings: dict[str, str],
) -> None:
    checks: list[FactCheck] = []

    def checks_of(content: Content) -> tuple[list[FactCheck], Notes, list[str]]:
        source_notes: Notes = []
        told_before = len(run.told)
        return read(content, source_notes), source_notes, run.told[told_before:]

    for source in sources:
        try:
            checks_read, source_notes, told = bounded.run(checks_of, reading.read(source, types, run.limits))
        except (UnreadableInput, ValueError, RecursionError, tables.MappingError) as error:
            # Its notes are dropped: they are of values that go nowhere now.
            _unreadable(run, source, error)
            continue
        run.told += [f"{source}: {how}" for how in told]
        run.unreadable += [f"{source}: {why}" for why in reading.losses(checks_read, source_notes)]
        run.notes += [note._replace(where=f"{source}: {note.where}") for note in source_notes]
        checks += [replace(check, where=f"{source}: {check.where}") for check in checks_read]
    run.read_count = len(checks)
    composed: Notes = []
    run.lines = list(report_lines.compose(checks, composed, event=event or None, added_ratings=added_ratings))
    run.notes += composed
    run.unreadable += [
        f"{note.where}: {note.why}: {note.what}" for note in composed if note.why == report_lines.NOT_VALID
    ]
    _finish(run)


def _unreadable(run: Import, source: str, error: Exception) -> None:
    reason = str(error) or type(error).__name__
    run.unreadable.append(f"{source}: {reason}")
    run.notes.append(Unused(source, reason, UNREADABLE))


def _finish(run: Import) -> NoReturn:
    """Send or write the lines, write the notes, print a summary.

    Ends with 1 where a source could not be read or a line was refused; with 2 where the key or the address can't be
    used; with 3 where the service was away.
    """
    sent = _send(run) if not run.out else {}
    run.notes += run.rejected
    if run.out:
        _write(run.out, run.lines)
    if run.notes_file:
        _write(str(run.notes_file), [note._asdict() for note in run.notes])
    code = sent.pop("code", 0)
    summary = _summary(run) | ({"sent": sent} if sent else {})
    if run.as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False), err=True)
    else:
        refused = [f"{note.where}: {note.why}: {note.what}" for note in run.rejected]
        for message in [*run.unreadable, *refused, *([sent["error"]] if sent.get("error") else [])]:
            typer.secho(message, fg="red", err=True)
        if not run.quiet:
            _print_summary(summary)
    raise typer.Exit(max(code, 1 if run.unreadable else 0))


def _write(target: str, lines: Sequence[Json]) -> None:
    data = b"".join(_encoded(lines))
    try:
        if target == reading.STDIN:  # for output, `-` is standard output
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            Path(target).write_bytes(data)
    except OSError as error:
        _refuse(f"{target}: {error.strerror}")


def _encoded(lines: Sequence[Json]) -> list[bytes]:
    return [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]


def _send(run: Import) -> dict[str, Any]:
    """Send the lines to the running service. Lines that it refuses are noted, by their ref or address."""
    counts: dict[str, Any] = {"created": 0, "matched": 0, "failed": 0}
    try:
        with client.connected(run.url, run.key, reason="counterclaim import") as http:
            for step in client.send(http, _encoded(run.lines)):
                counts = {name: getattr(step, name) for name in counts}
                run.notes += [
                    _remarked(run.lines[number - 1], remark)
                    for number, remark in step.remarks
                    if remark.get("what") in REMARKS
                ]
                run.rejected += [
                    _rejected(run.lines[rejected.line.number - 1], rejected.problem) for rejected in step.rejected
                ]
    except client.Refused as error:
        return counts | {"error": str(error), "code": UNUSABLE}
    except client.GaveUp as error:
        return counts | {"error": str(error), "code": GAVE_UP}
    return counts | {"error": None, "code": 1 if counts["failed"] else 0}


def _remarked(line: Json, remark: Json) -> Unused:
    sent = json.dumps(remark.get("sent"), ensure_ascii=False)
    where = f"{line.get('document', line)['url']}: {remark.get('pointer', '')}"
    return Unused(where, short(f"{sent}: {remark.get('detail', '')}", 500), REMARKS[remark["what"]])


def _rejected(line: Json, problem: Json) -> Unused:
    errors = "; ".join(f"{error.get('pointer', '')} {error.get('detail', '')}" for error in problem.get("errors", ()))
    page = line.get("document", line)["url"]
    ref = f" ({line['ref']})" if "ref" in line else ""
    return Unused(f"{page}{ref}", short(f"{problem['detail']} {errors}", 500), f"{REFUSED}: {problem['title']}")


def _summary(run: Import) -> dict[str, Any]:
    events = [event for line in run.lines for event in line.get("events", ())]
    claims = [claim for event in events for claim in event["claims"]]
    assessments = [assessment for event in events for assessment in event["assessments"]]
    return {
        "found": run.read_count,
        "lines": len(run.lines),
        "events": len({event.get("ref") or event["event"] for event in events}),
        "claims": len(claims),
        "statements": sum(len(claim.get("statements", ())) for claim in claims),
        "assessments": len(assessments),
        "ratings": dict(Counter(assessment["rating"] for assessment in assessments).most_common()),
        "unreadable": run.unreadable,
        "refused": [note._asdict() for note in run.rejected],
        "read_as": run.told,
        "notes": dict(Counter(note.why for note in run.notes).most_common()),
    }


def _print_summary(summary: dict[str, Any]) -> None:
    counts = ("lines", "events", "claims", "statements", "assessments")
    typer.echo(f"found {summary['found']}: " + ", ".join(f"{word} {summary[word]}" for word in counts), err=True)
    for how in summary["read_as"]:
        typer.echo(how, err=True)
    if summary["ratings"]:
        typer.echo("rated " + ", ".join(f"{word} {n}" for word, n in summary["ratings"].items()), err=True)
    if sent := summary.get("sent"):
        typer.echo("sent " + ", ".join(f"{word} {sent[word]}" for word in ("created", "matched", "failed")), err=True)
    if summary["notes"]:
        typer.echo("not used, or not as it stands:", err=True)
        for why, number in summary["notes"].items():
            typer.echo(f"  {number:5} {why}", err=True)


def _refuse(reason: str) -> NoReturn:
    typer.secho(reason, fg="red", err=True)
    raise typer.Exit(2)
