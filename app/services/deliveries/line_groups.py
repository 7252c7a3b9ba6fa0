"""The lines of a body as it comes in, a few at a time, in bounded memory."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Final, TypeAlias

from app import jsontext
from app.errors import BadRequest, Problem, TooLarge, Unavailable
from app.services.deliveries.line_entries import LINE_BYTES, ONE_OBJECT_A_LINE
from app.turns import RoomTaken, Turns

BODY_LINES: Final = 100_000
# Lines are read a few at a time. As many as one transaction takes are stored while the next ones come in and are
# checked: of all bodies together no more than this, for what lines become takes sixteen times as much memory. The
# ledger's lock has those of one body stored at a time anyway.
_GROUP_LINES, _GROUP_BYTES = 250, 100_000
_READ_LINES, _READ_BYTES, _LEAST_LINES = 2000, 4_000_000, 100
_MOST_LINES, _MOST_BYTES = 1000, 1_000_000  # of one body
Group: TypeAlias = tuple[list[tuple[int, bytes]], tuple[int, int]]  # lines; bytes and lines so far


class BodyBroken(Exception):  # noqa: N818
    """The body can't be read on; what came before is stored."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _check_is_lines(first: bytes) -> None:
    """Raise BodyBroken for what is no body of lines, as its first one shows: every line would be refused alike."""
    if encoding := jsontext.foreign_encoding(first):
        raise BodyBroken(BadRequest(jsontext.in_utf8("body", encoding)))
    if first.lstrip().startswith(b"[") and not first.rstrip().endswith(b"]"):
        raise BodyBroken(BadRequest(f"The body is one JSON array over several lines. {ONE_OBJECT_A_LINE}"))
    if first.strip() == b"{":
        raise BodyBroken(BadRequest("The first line ends within its object. An object stands in one line: `jq -c .`"))


def _take(room: RoomTaken, count: int) -> None:
    try:
        room.take(count)
    except Unavailable as busy:
        raise BodyBroken(busy) from None


def bounds(bodies: Turns) -> tuple[int, int]:
    """How many lines, and how many bytes, of one body become objects before they are stored: fewer beside others."""
    most_lines = max(_LEAST_LINES, min(_MOST_LINES, _READ_LINES // bodies.taken))
    return most_lines, min(_MOST_BYTES, _READ_BYTES // bodies.taken)


async def grouped(chunks: AsyncIterator[bytes], bodies: Turns, room: RoomTaken) -> AsyncIterator[Group]:
    """Numbered lines, blank ones left out, a group at a time; with how many bytes and lines there were so far.

    The more `bodies` come in, the smaller are the groups of each; whoever has a group gives its `room` back.
    """
    group: list[tuple[int, bytes]] = []
    begun_line, total, number, group_bytes = bytearray(), 0, 0, 0

    def add(line: bytes) -> None:
        nonlocal number, group_bytes
        number += 1
        if number == 1:
            _check_is_lines(line)
        if number > BODY_LINES:
            raise BodyBroken(TooLarge(f"A request takes at most {BODY_LINES:,} lines. Send several."))
        if line.strip():
            group.append((number, line))
            group_bytes += len(line)
        else:
            room.give_back(len(line))

    async for chunk in chunks:
        total += len(chunk)
        for line in BytesIO(chunk):  # one by one: a megabyte of line ends would be a million lines at once
            # Of a line that is too long no more is kept than shows that.
            part = line[: LINE_BYTES + 1 - len(begun_line)].removesuffix(b"\n")
            _take(room, len(part))
            begun_line += part
            if not line.endswith(b"\n"):
                continue
            add(bytes(begun_line))
            begun_line.clear()
            most_lines, most_bytes = bounds(bodies)
            if len(group) >= min(most_lines, _GROUP_LINES) or group_bytes >= min(most_bytes, _GROUP_BYTES):
                yield group, (total, number)
                group, group_bytes = [], 0
    if begun_line:
        add(bytes(begun_line))
    yield group, (total, number)
