"""What a run leaves beside its file, so that it may be killed at any moment: its state, and what was refused.

FILE.state.json       how far it is acknowledged; replaced after each request, gone when all is done
FILE.rejected.ndjson  {"line": n, "problem": {…}, "input": "…"}; what a killed run wrote beyond its state is cut off
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from app import client
from app.client import Progress, Rejected
from app.commands.inputs import Place, Unusable

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


def kept(url: str, place: Place, progress: Progress, rejected: Path) -> State:
    """The state after a step."""
    return State(
        url=url,
        line=place.line,
        offset=place.offset,
        sha256=place.digest.hexdigest(),
        rejected=rejected.stat().st_size if rejected.exists() else 0,
        created=progress.created,
        matched=progress.matched,
        failed=progress.failed,
    )


def progress(state: State) -> Progress:
    """What was acknowledged, for `client.send` to go on from."""
    return Progress(state.line, state.created, state.matched, state.failed)


def write(path: Path, state: State) -> None:
    """Replace the state at once, whole, and on the disk."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="ascii") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
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


def check(path: Path, state: State, place: Place) -> None:
    """Refuse to go on in a file that is no longer what was acknowledged; what comes after may differ."""
    if (place.line, place.offset, place.digest.hexdigest()) != (state.line, state.offset, state.sha256):
        raise Unusable(
            f"{path} has changed: its first {state.line:,} lines are not those that were sent. {_START_ANEW}"
        )


def cut(rejected: Path, size: int) -> None:
    """Take back what was written after the state. Raises Unusable where it is not what the state tells of."""
    if size == 0:
        rejected.unlink(missing_ok=True)
        return
    if not rejected.exists() or rejected.stat().st_size < size:
        raise Unusable(f"{rejected} has lost lines that were refused. {_START_ANEW}")
    os.truncate(rejected, size)


def add(rejected: Path, refused: Iterable[Rejected]) -> None:
    """Append to the rejected file, down to the disk."""
    with rejected.open("ab") as file:
        for one in refused:
            words = client.text_of(one.line.data) if one.line.data else None  # too long to be kept
            record = {"line": one.line.number, "problem": one.problem, "input": words}
            try:
                file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            except UnicodeEncodeError:  # the line is not UTF-8; from an escape each of its bytes comes back
                file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
