"""What a run keeps beside its file, so that it may be killed at any moment: its state, and the refused lines.

FILE.state.json       how far it is acknowledged; replaced after each request, gone when all is done
FILE.rejected.ndjson  {"line": n, "problem": {…}, "input": "…"}; what a killed run wrote beyond its state is cut off
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from app import client
from app.client import Progress, Rejected
from app.commands.inputs import Mark, Unusable

STATE, REJECTED = ".state.json", ".rejected.ndjson"
_START_ANEW: Final = "Without --resume it is sent from the start, which stores nothing twice."


@dataclass(frozen=True, slots=True)
class State:
    url: str
    line: int
    offset: int
    sha256: str
    """Of the file up to the offset, after decompression."""
    rejected: int
    """The bytes of the rejected file."""
    created: int
    matched: int
    failed: int


def state_after(url: str, mark: Mark, progress: Progress, rejected: Path) -> State:
    """The state to keep after a step."""
    return State(
        url=url,
        line=mark.line,
        offset=mark.offset,
        sha256=mark.digest.hexdigest(),
        rejected=rejected.stat().st_size if rejected.exists() else 0,
        created=progress.created,
        matched=progress.matched,
        failed=progress.failed,
    )


def progress(state: State) -> Progress:
    """What was acknowledged, as `client.send` takes it to go on from there."""
    return Progress(state.line, state.created, state.matched, state.failed)


def write(path: Path, state: State) -> None:
    """Replace the state. As `replace`."""
    replace(path, asdict(state))


def replace(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a file by a value's JSON as a whole, down to the disk: a crash leaves the old one or the new one."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="ascii") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    # The renaming itself is on the disk only when the folder is.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path, url: str) -> State | None:
    """The state that an earlier run left, if any. Raises Unusable."""
    try:
        state = State(**json.loads(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Unusable(f"{path} can't be understood. {_START_ANEW}") from error
    if state.url != url:
        raise Unusable(f"{path} is of a run to {state.url}, this one goes to {url}. {_START_ANEW}")
    return state


def check(path: Path, state: State, mark: Mark) -> None:
    """Raise Unusable where the acknowledged part of the file has changed since; what comes after it may differ."""
    if (mark.line, mark.offset, mark.digest.hexdigest()) != (state.line, state.offset, state.sha256):
        raise Unusable(
            f"{path} has changed: its first {state.line:,} lines are not those that were sent. {_START_ANEW}"
        )


def cut(rejected: Path, size: int) -> None:
    """Cut off what was written after the state was kept. Raises Unusable where the file is shorter than that."""
    if size == 0:
        rejected.unlink(missing_ok=True)
        return
    if not rejected.exists() or rejected.stat().st_size < size:
        raise Unusable(f"{rejected} has lost lines that were refused. {_START_ANEW}")
    os.truncate(rejected, size)


def add(rejected: Path, refused: Iterable[Rejected]) -> None:
    """Append refused lines to the rejected file, down to the disk."""
    with rejected.open("ab") as file:
        for refusal in refused:
            words = client.text_of(refusal.line.data) if refusal.line.data else None  # a line that was too long to keep
            record = {"line": refusal.line.number, "problem": refusal.problem, "input": words}
            try:
                file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            except UnicodeEncodeError:  # the line is not UTF-8: `client.bytes_of` restores its bytes from the escapes
                file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
