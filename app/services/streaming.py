"""Streams that no slow reader holds up: what is read from the database is kept in a file until it is taken.

So a connection, and the snapshot that is read, are given back as soon as the database has said all. Only what does not
fit into the file waits for its reader, and not for long.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from app import threads

CHUNK_BYTES: Final = 64_000
SPOOL_BYTES: Final = 256_000_000  # of one stream, that were not taken yet
_MEMORY_BYTES: Final = 512_000  # of them in memory; all else is on the disk


async def relay(
    pieces: AsyncGenerator[bytes], idle_seconds: float, total_seconds: float, spool_bytes: int = SPOOL_BYTES
) -> AsyncGenerator[bytes]:
    """The pieces, joined into chunks. A task of its own reads `pieces` as far ahead as there is room, and closes it.

    Where there is none left, a reader who takes nothing for `idle_seconds` gets TimeoutError; and any who is not done
    in `total_seconds`.
    """
    spool = _Spool(spool_bytes, idle_seconds)
    reading = asyncio.create_task(_read(pieces, spool))
    expiring = asyncio.get_running_loop().call_later(total_seconds, spool.fail, TimeoutError())
    try:
        while chunk := await spool.take():
            yield chunk
    finally:
        expiring.cancel()
        # Waited for, so that what is read from is closed with the stream. `wait` does not raise what the task raised.
        reading.cancel()
        await asyncio.wait([reading])
        spool.close()


async def _read(pieces: AsyncGenerator[bytes], spool: "_Spool") -> None:
    chunk = bytearray()
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                chunk += piece
                if len(chunk) >= CHUNK_BYTES:
                    await spool.put(bytes(chunk))
                    chunk.clear()
        if chunk:
            await spool.put(bytes(chunk))
        spool.end()
    except Exception as error:  # noqa: BLE001  (it is raised again where the chunks are taken)
        spool.fail(error)


class _Spool:
    """A file that is written at its end and read from its beginning."""

    def __init__(self, room: int, idle_seconds: float) -> None:
        self._room, self._idle_seconds = room, idle_seconds
        self._file = tempfile.SpooledTemporaryFile(_MEMORY_BYTES)  # noqa: SIM115  (`close` closes it)
        self._written = self._read = 0
        self._is_complete = False
        self._error: Exception | None = None
        self._moved = asyncio.Event()
        """Set when something was written, or taken, or has failed."""
        self._using_file = asyncio.Lock()

    async def put(self, chunk: bytes) -> None:
        """Keep a chunk; wait for the reader if there is no room. Raises what the stream has failed with."""
        if self._written >= self._room:
            while self._read < self._written:
                async with asyncio.timeout(self._idle_seconds):
                    await self._wait()
            self._written = self._read = 0
        self._raise_error()
        async with self._using_file:
            await threads.run(self._write_at, self._written, chunk)
        self._written += len(chunk)
        self._moved.set()

    async def take(self) -> bytes:
        """The next chunk; empty after the last."""
        while True:
            self._raise_error()  # what was not taken is of no use any more
            if self._read < self._written:
                break
            if self._is_complete:
                return b""
            await self._wait()
        async with self._using_file:
            chunk = await threads.run(self._read_at, self._read)
        self._read += len(chunk)
        self._moved.set()
        return chunk

    def end(self) -> None:
        self._is_complete = True
        self._moved.set()

    def fail(self, error: Exception) -> None:
        """Have both sides raise this, and keep nothing any more."""
        self._error = self._error or error
        self._moved.set()
        self.close()

    def close(self) -> None:
        if not self._using_file.locked():
            self._file.close()

    async def _wait(self) -> None:
        self._moved.clear()
        await self._moved.wait()
        self._raise_error()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _write_at(self, place: int, chunk: bytes) -> None:
        self._file.seek(place)
        if not place:
            self._file.truncate()
        self._file.write(chunk)

    def _read_at(self, place: int) -> bytes:
        self._file.seek(place)
        return self._file.read(min(CHUNK_BYTES, self._written - place))
