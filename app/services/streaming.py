"""Streams with a limit on time: a slow reader can't keep the database snapshot open that a stream reads from."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

CHUNKS_AHEAD: Final = 8
CHUNK_BYTES: Final = 64_000


async def relay(pieces: AsyncGenerator[bytes], idle_seconds: float, total_seconds: float) -> AsyncGenerator[bytes]:
    """The pieces, joined into chunks. A task of its own reads `pieces` a few chunks ahead, and closes it.

    A reader who takes nothing for `idle_seconds`, or is not done in `total_seconds`, gets TimeoutError.
    """
    queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue(CHUNKS_AHEAD)
    reading = asyncio.create_task(_read(pieces, queue, idle_seconds, total_seconds))
    try:
        while (chunk := await queue.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        # Waited for, so that what is read from is closed with the stream. `wait` does not raise what the task raised.
        reading.cancel()
        await asyncio.wait([reading])


async def _read(
    pieces: AsyncGenerator[bytes],
    queue: asyncio.Queue[bytes | BaseException | None],
    idle_seconds: float,
    total_seconds: float,
) -> None:
    chunk = bytearray()
    try:
        async with asyncio.timeout(total_seconds), aclosing(pieces):
            async for piece in pieces:
                chunk += piece
                if len(chunk) >= CHUNK_BYTES:
                    async with asyncio.timeout(idle_seconds):
                        await queue.put(bytes(chunk))
                    chunk.clear()
    except Exception as error:  # noqa: BLE001  (it is raised again where the chunks are read)
        while not queue.empty():  # what was not taken is of no use any more
            queue.get_nowait()
        queue.put_nowait(error)
        return
    if chunk:
        await queue.put(bytes(chunk))
    await queue.put(None)
