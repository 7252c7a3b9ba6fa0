"""Files and standard input as lines: plain, gzip or zstd, of any size, in bounded memory."""

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

CHUNK: Final = 65_536  # bytes
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW: Final = 31  # zlib's number for a gzip header and the largest window


class Unusable(Exception):  # noqa: N818  (no error of ours)
    """Why an input can't be read, for the person who named it."""


@dataclass(slots=True)
class Mark:
    """How far an input is acknowledged, and where the lines end that were read since."""

    line: int = 0
    offset: int = 0
    """Bytes, after decompression."""
    digest: Any = field(default_factory=hashlib.sha256)
    """SHA-256 of everything up to the offset."""
    ahead: deque[tuple[int, Any]] = field(default_factory=deque)
    """The offset and digest at the end of each line that is read and not acknowledged."""


def acknowledge(mark: Mark, line: int) -> None:
    """Move the mark to the end of a line that was read."""
    while mark.line < line:
        mark.offset, mark.digest = mark.ahead.popleft()
        mark.line += 1


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file and lock it, so that no other `ingest` sends it meanwhile. Raises Unusable."""
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


def lines(raw: BinaryIO, name: str, mark: Mark, longest: int) -> Iterator[bytes]:
    """Each line with its line end; of a line that is longer than `longest` bytes, the first `longest` + 1.

    Raises Unusable where the input can't be read on.
    """
    try:
        yield from _lines(_chunks(raw), mark, longest)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise Unusable(f"{name} can't be read beyond line {mark.line + len(mark.ahead)}: {error}") from error


def _lines(chunks: Iterator[bytes], mark: Mark, longest: int) -> Iterator[bytes]:
    line, offset, digest = bytearray(), mark.offset, mark.digest.copy()
    for chunk in chunks:
        begin = 0
        while begin < len(chunk):
            end = chunk.find(b"\n", begin) + 1 or len(chunk)
            piece = chunk[begin:end]
            begin = end
            offset += len(piece)
            digest.update(piece)
            # One byte more than allowed shows that the line is too long; what follows is only counted and hashed.
            line += piece[: longest + 1 - len(line)]
            if piece.endswith(b"\n"):
                mark.ahead.append((offset, digest.copy()))
                yield bytes(line)
                line = bytearray()
    if line:
        mark.ahead.append((offset, digest.copy()))
        yield bytes(line)


def _chunks(raw: BinaryIO) -> Iterator[bytes]:
    """The bytes, decompressed where they begin as gzip or zstd does."""
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
        head = raw.read1(CHUNK)  # what is there: read() would wait for a whole chunk of a slow pipe


def _unpacked(packed: Iterator[bytes], begin: Callable[[], Any]) -> Iterator[bytes]:
    """The decompressed bytes, member after member. Raises EOFError where the last member is cut."""
    member = begin()
    for piece in packed:
        remaining = piece
        while remaining:
            if member.eof:
                member = begin()
            yield member.decompress(remaining)
            # Zeros behind the last member are padding, to gzip too.
            remaining = member.unused_data.lstrip(b"\0") if member.eof else b""
    if not member.eof:
        raise EOFError("it is cut")
