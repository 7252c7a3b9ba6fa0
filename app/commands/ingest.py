"""`counterclaim ingest`: send files of NDJSON to a running service, and account for every line."""

import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from app import client
from app.client import Progress, SendingPace
from app.commands import bars, inputs, resuming
from app.commands.bars import Bar
from app.commands.inputs import Mark, Unusable

# Exit codes, as the command's help gives them.
REJECTED, UNUSABLE, GAVE_UP, INTERRUPTED = 1, 2, 3, 130
STDIN: Final = "-"
PACE: Final = SendingPace()

Files = Annotated[list[str], typer.Argument(help="NDJSON, plain or as .gz or .zst; - for standard input.")]
Url = Annotated[str, typer.Option(envvar="COUNTERCLAIM_URL", help="Where the service answers.")]
Key = Annotated[str, typer.Option(envvar="COUNTERCLAIM_KEY", help="A key with the scope ingest: cc_…")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where a run that was ended has come to.")]
RejectedFile = Annotated[Path | None, typer.Option("--rejected", help="Default: FILE.rejected.ndjson")]
Reason = Annotated[str, typer.Option("--change-reason", help="Why, for the ledger.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what went wrong.")]
AsJson = Annotated[bool, typer.Option("--json", help="A summary as JSON on standard output.")]
Retries = Annotated[int, typer.Option(min=0, help="How often a request is sent again.")]
MaxWait = Annotated[float, typer.Option(min=0, help="Seconds to wait for a service that is away or busy.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the answer to a request.")]
RequestLines = Annotated[int, typer.Option(min=1, max=100_000, help="Lines in a request.")]
RequestBytes = Annotated[int, typer.Option(min=1, max=64_000_000, help="Bytes in a request; also the longest line.")]


@dataclass(slots=True)
class Outcome:
    """An input, and how far it was sent."""

    file: str
    size: int
    """In bytes, as it stands on the disk."""
    state: Path | None
    """The file of its state; None for standard input, which can't be read twice."""
    rejected: Path
    mark: Mark = field(default_factory=Mark)
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Run:
    """What the inputs of a command share."""

    http: httpx.Client
    pace: SendingPace
    url: str
    resume: bool
    bar: Bar


def ingest(
    files: Files,
    *,
    url: Url = "http://127.0.0.1:8000",
    key: Key = "",
    resume: Resume = False,
    rejected: RejectedFile = None,
    change_reason: Reason = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
    retries: Retries = PACE.retries,
    max_wait: MaxWait = PACE.max_wait,
    timeout: Timeout = 600.0,
    request_lines: RequestLines = PACE.lines,
    request_bytes: RequestBytes = PACE.bytes,
) -> None:
    """Send lines of NDJSON to a running service. Sending them again repeats nothing.

    Lines that are refused go to FILE.rejected.ndjson, each with the reason; that file can be sent, too.

    Ends with 0: all is stored; 1: some lines were refused; 2: a file, the address or the key can't be used;
    3: the service was away or busy for too long; 130: interrupted. After 2, 3, 130 or a crash, --resume goes on.
    """
    began = time.monotonic()
    outcomes: list[Outcome] = []
    code, failure = 0, ""
    try:
        outcomes = _outcomes(files, rejected, resume=resume)
        with ExitStack() as stack:
            http = stack.enter_context(client.connected(url, key, reason=change_reason, timeout=timeout))
            total = None if STDIN in files else sum(outcome.size for outcome in outcomes)
            bar = stack.enter_context(bars.bar(total, quiet=quiet))
            pace = SendingPace(request_lines, request_bytes, retries, max_wait, partial(bars.wait, bar))
            before = 0
            for outcome in outcomes:
                _send(outcome, before, Run(http, pace, url.rstrip("/"), resume, bar))
                before += outcome.size
        for outcome in outcomes:  # when all are done, for --resume goes through all of them again
            if outcome.state:
                outcome.state.unlink(missing_ok=True)
    except (Unusable, client.Refused, OSError) as error:
        code, failure = UNUSABLE, str(error)
    except client.GaveUp as error:
        code, failure = GAVE_UP, str(error)
    except KeyboardInterrupt:
        code, failure = INTERRUPTED, "Interrupted."
    if code == 0 and any(outcome.progress.failed for outcome in outcomes):
        code = REJECTED
    _print_outcomes(outcomes, failure, quiet=quiet)
    if as_json:
        typer.echo(json.dumps(_summary(outcomes, failure, time.monotonic() - began)))
    raise typer.Exit(code)


def _outcomes(files: Sequence[str], rejected: Path | None, *, resume: bool) -> list[Outcome]:
    """An outcome for each input. Raises Unusable where one can't be sent, before any of them is."""
    if rejected and len(files) > 1:
        raise Unusable("--rejected is for one input; several have a FILE.rejected.ndjson each.")
    if len(set(files)) < len(files):
        raise Unusable("Name each file once.")
    if resume and STDIN in files:
        raise Unusable("Standard input can't be resumed: send it again, which stores nothing twice.")
    outcomes = []
    for file in files:
        if file == STDIN:
            outcomes.append(Outcome(file, 0, None, rejected or Path(f"stdin{resuming.REJECTED}")))
            continue
        with inputs.opened(Path(file)) as raw:  # fails for a file that can't be sent, before any other is
            size = raw.seek(0, io.SEEK_END)
        state, usual = Path(f"{file}{resuming.STATE}"), Path(f"{file}{resuming.REJECTED}")
        outcomes.append(Outcome(file, size, state, rejected or usual))
    return outcomes


# --- one input -----------------------------------------------------------------------------------------------------


def _send(outcome: Outcome, bytes_before: int, run: Run) -> None:
    """Send an input from its start, or from where an earlier run has come to; keep the state after every step.

    `bytes_before`: the size of the inputs before it, for the progress bar.
    """
    mark = outcome.mark
    with ExitStack() as stack:
        raw = inputs.stdin() if outcome.state is None else stack.enter_context(inputs.opened(Path(outcome.file)))
        lines = inputs.lines(raw, outcome.file, mark, run.pace.bytes)
        _begin(outcome, lines, run)
        bars.begin(run.bar, outcome.file, bytes_before + (raw.tell() if outcome.state else 0))
        for step in client.send(run.http, lines, run.pace, outcome.progress):
            line, offset = mark.line, mark.offset
            inputs.acknowledge(mark, step.lines)
            outcome.progress = step
            # Refused lines first: of a run that is killed in between, the rest of the rejected file is cut off.
            if step.rejected:
                resuming.add(outcome.rejected, step.rejected)
            _keep(outcome, run)
            read = bytes_before + (raw.tell() if outcome.state else 0)
            bars.move(run.bar, read, mark.line - line, mark.offset - offset)


def _begin(outcome: Outcome, lines: Iterator[bytes], run: Run) -> None:
    """Go to where an earlier run has come to, or make room for a new one. Raises Unusable."""
    state = resuming.read(outcome.state, run.url) if outcome.state and run.resume else None
    if state:
        # The acknowledged lines are read again, for their digest shows whether the file is still the same.
        while outcome.mark.line < state.line and next(lines, None) is not None:
            inputs.acknowledge(outcome.mark, outcome.mark.line + 1)
        resuming.check(Path(outcome.file), state, outcome.mark)
        outcome.progress = resuming.progress(state)
    resuming.cut(outcome.rejected, state.rejected if state else 0)
    _keep(outcome, run)


def _keep(outcome: Outcome, run: Run) -> None:
    if outcome.state:
        resuming.write(outcome.state, resuming.state_after(run.url, outcome.mark, outcome.progress, outcome.rejected))


# --- the summary at the end ---------------------------------------------------------------------------------------


def _print_outcomes(outcomes: Sequence[Outcome], failure: str, *, quiet: bool) -> None:
    """Print to standard error what became of each input (quiet: only of those with refused lines) and the failure."""
    for outcome in outcomes:
        progress = outcome.progress
        refused = f"{progress.failed:,} refused: {outcome.rejected}" if progress.failed else "none refused"
        if progress.failed or not quiet:
            stored = f"{progress.created:,} created, {progress.matched:,} matched"
            typer.echo(f"{outcome.file}: {progress.lines:,} lines, {stored}, {refused}", err=True)
        if failure and outcome.state and outcome.state.exists():
            typer.echo(f"{outcome.file}: --resume goes on after line {progress.lines:,}", err=True)
    if failure:
        typer.secho(failure, fg="red", err=True)


def _summary(outcomes: Sequence[Outcome], failure: str, seconds: float) -> dict[str, Any]:
    """The summary that `--json` prints."""
    files: list[dict[str, Any]] = [
        {
            "file": outcome.file,
            "bytes": outcome.mark.offset,
            "lines": outcome.progress.lines,
            "created": outcome.progress.created,
            "matched": outcome.progress.matched,
            "failed": outcome.progress.failed,
            "rejected": str(outcome.rejected) if outcome.progress.failed else None,
        }
        for outcome in outcomes
    ]
    names = ("bytes", "lines", "created", "matched", "failed")
    counts = {name: sum(file[name] for file in files) for name in names}
    return {"done": not failure, **counts, "seconds": round(seconds, 3), "error": failure or None, "files": files}
