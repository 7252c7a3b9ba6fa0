"""Lines as they are read: checked and walked into drafts, before the ledger's lock is taken."""

import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app import jsontext, threads
from app.errors import BadRequest, Invalid, Problem, TooLarge
from app.schemas import findings
from app.schemas.common import Remark
from app.schemas.forms.words import record_type
from app.schemas.lines import Line, ReportLine
from app.services.access import Caller
from app.services.intake import pipeline
from app.services.intake.bodies import lines
from app.services.intake.drafts import Draft, Drafts
from app.turns import Turns

LINE_BYTES: Final = 8_000_000
ONE_OBJECT_A_LINE: Final = "A line is one object: `jq -c '.[]'` makes lines of an array."
LARGE_BYTES: Final = 500_000
"""Of a line that is read in turns."""
_READING_SECONDS: Final = 0.001  # before others have their turn

_LINE: Final[TypeAdapter[Line]] = TypeAdapter(Line)


@dataclass(slots=True, eq=False)
class Entry:
    """A line, and in the end what became of it: an id and remarks, or a problem."""

    number: int
    data: Line | None = None
    drafts: Drafts | None = None
    draft: Draft | None = None
    problem: Problem | None = None
    id: UUID | None = None
    url: str | None = None
    created: bool = False
    changed: bool = False
    at_once: bool = False
    """Whether it was stored with others; then `settle` says what became of it."""
    remarks: list[Remark] = field(default_factory=list)
    bytes: int = 0
    """As it was sent."""

    @property
    def report(self) -> ReportLine | None:
        return self.data if isinstance(self.data, ReportLine) else None


async def read(
    raw: Iterable[tuple[int, bytes]], caller: Caller, large: Turns, turn: Callable[[], Awaitable[None]]
) -> list[Entry]:
    """Check each line and walk it into drafts, after each `turn` for as long as others can wait.

    A `large` one waits for the others that are. Not in one thread for all lines: that would compete with the event loop
    for the interpreter all the time.
    """
    await turn()
    entries, since = list[Entry](), time.perf_counter()
    for number, line in raw:
        entry = Entry(number, bytes=len(line))
        entries.append(entry)
        if len(line) > threads.LONG_BYTES:
            async with large.turn(patiently=True) if len(line) > LARGE_BYTES else nullcontext():
                await threads.run(_read, entry, line, caller)
        else:
            _read(entry, line, caller)
        if time.perf_counter() - since > _READING_SECONDS:
            await turn()
            since = time.perf_counter()
    return entries


def _read(entry: Entry, line: bytes, caller: Caller) -> None:
    body: Any = None
    try:
        if len(line) > LINE_BYTES:
            raise TooLarge(f"A line has at most {LINE_BYTES:,} bytes.")
        body = jsontext.read(line, "line")
        if isinstance(body, dict) and "type" in body and body["type"] not in _TYPES:
            body["type"] = record_type(body["type"])
        entry.data = _LINE.validate_python(body)
        entry.drafts, entry.draft = lines.walk(entry.data, entry.number, caller)
        pipeline.prepare_line(entry.drafts, is_short=len(line) <= threads.LONG_BYTES)
    except ValidationError as error:
        entry.problem = _invalid(error, body)
    except Problem as problem:
        entry.problem = problem


def walk_again(entry: Entry, caller: Caller) -> None:
    """Make new drafts: after a try that failed, the old ones may carry ids of records that were not kept."""
    if entry.data is not None and entry.drafts is not None:
        prepared = entry.drafts
        entry.drafts, entry.draft = lines.walk(entry.data, entry.number, caller)
        pipeline.prepare_line_again(entry.drafts, prepared)


def _invalid(error: ValidationError, body: Any) -> Problem:
    if isinstance(body, list):
        return BadRequest(f"The line is a JSON array. {ONE_OBJECT_A_LINE}")
    if not isinstance(body, dict):
        return BadRequest("The line is not a JSON object.")
    details = findings.reported(error)
    if details[0]["type"].startswith("union_tag"):
        meant = findings.meant(body.get("type"), _TYPES)
        needed = [{"pointer": "/type", "detail": f"one of {', '.join(_TYPES)} is needed{meant}"}]
        return Invalid("Something in the line can't be used as it is.", needed)
    return findings.problem(details, body, "line", _description(body["type"]))


@cache
def _description(kind: str) -> findings.Description:
    """What a line of this kind may have; only asked for a line that is wrong."""
    document = _LINE.json_schema()
    return findings.Description(document, {"$ref": document["discriminator"]["mapping"][kind]})


_TYPES: Final = [line.model_fields["type"].annotation.__args__[0] for line in Line.__origin__.__args__]  # type: ignore[attr-defined]
