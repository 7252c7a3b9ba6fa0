"""A stream that no slow reader can keep open: what it reads from is let go in time, whatever the reader does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

AHEAD: Final = 8
CHUNK: Final = 64_000


async def relayed(pieces: AsyncGenerator[bytes], patience: float, most: float) -> AsyncGenerator[bytes]:
    """The pieces, in chunks, read a few ahead by a task of its own, in which `pieces` is begun and closed.

    A reader who takes nothing for `patience` seconds, or who is not done in `most`, gets TimeoutError.
    """
    queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue(AHEAD)
    reading = asyncio.create_task(_read(pieces, queue, patience, most))
    try:
        while (chunk := await queue.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _read(
    pieces: AsyncGenerator[bytes], queue: asyncio.Queue[bytes | BaseException | None], patience: float, most: float
) -> None:
    chunk = bytearray()
    try:
        async with asyncio.timeout(most), aclosing(pieces):
            async for piece in pieces:
                chunk += piece
                if len(chunk) >= CHUNK:
                    async with asyncio.timeout(patience):
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
