"""Files and the standard input as lines: plain, gzip or zstd, of any size, in bounded memory."""

import fcntl
import hashlib
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import zstandard

CHUNK: Final = 65_536
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW: Final = 31


class Unusable(Exception):  # noqa: N818  (no error of ours)
    """Why an input can't be read, in words for whoever named it."""


@dataclass(slots=True)
class Place:
    """How far an input is acknowledged; and, of lines that were read since, how far each one reaches."""

    line: int = 0
    offset: int = 0
    """In bytes, after decompression."""
    digest: Any = field(default_factory=hashlib.sha256)
    """Of everything up to here."""
    ahead: deque[tuple[int, Any]] = field(default_factory=deque)


def acknowledge(place: Place, line: int) -> None:
    """Take the place to the end of a line that was read."""
    while place.line < line:
        place.offset, place.digest = place.ahead.popleft()
        place.line += 1


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file of our own for as long as the block lasts: no other `ingest` sends it meanwhile. Raises Unusable."""
    if path.exists() and not path.is_file():
        raise Unusable(f"{path} is not a file. What comes out of a command: … | counterclaim ingest -")
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unusable(f"{path} can't be read: {error.strerror}") from error
    with raw:
        with suppress(OSError):  # not every file system can lock
            try:
                fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Unusable(f"{path} is being sent by another counterclaim ingest.") from error
        yield raw


def stdin() -> BinaryIO:
    return sys.stdin.buffer


def lines(raw: BinaryIO, name: str, place: Place, longest: int) -> Iterator[bytes]:
    """Each line with its end; of one that is longer than `longest` bytes, one byte more than that.

    Raises Unusable where the input can't be read on.
    """
    try:
        yield from _lines(_chunks(raw), place, longest)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise Unusable(f"{name} can't be read beyond line {place.line + len(place.ahead)}: {error}") from error


def _lines(chunks: Iterator[bytes], place: Place, longest: int) -> Iterator[bytes]:
    line, offset, digest = bytearray(), place.offset, place.digest.copy()
    for chunk in chunks:
        begin = 0
        while begin < len(chunk):
            end = chunk.find(b"\n", begin) + 1 or len(chunk)
            piece = chunk[begin:end]
            begin = end
            offset += len(piece)
            digest.update(piece)
            line += piece[: longest + 1 - len(line)]
            if piece.endswith(b"\n"):
                place.ahead.append((offset, digest.copy()))
                yield bytes(line)
                line = bytearray()
    if line:
        place.ahead.append((offset, digest.copy()))
        yield bytes(line)


def _chunks(raw: BinaryIO) -> Iterator[bytes]:
    """The bytes; where they begin as gzip or zstd, what is inside."""
    head = raw.read(len(ZSTD))
    packed = _pieces(head, raw)
    if head.startswith(GZIP):
        return _unpacked(packed, lambda: zlib.decompressobj(_GZIP_WINDOW))
    if head == ZSTD:
        return _unpacked(packed, lambda: zstandard.ZstdDecompressor().decompressobj())
    return packed


def _pieces(head: bytes, raw: Any) -> Iterator[bytes]:
    while head:
        yield head
        head = raw.read1(CHUNK)


def _unpacked(packed: Iterator[bytes], begin: Callable[[], Any]) -> Iterator[bytes]:
    """What is inside, member after member. Raises EOFError where the last one is cut."""
    member = begin()
    for piece in packed:
        rest = piece
        while rest:
            if member.eof:
                member = begin()
            yield member.decompress(rest)
            rest = member.unused_data.lstrip(b"\0") if member.eof else b""
    if not member.eof:
        raise EOFError("it is cut")
