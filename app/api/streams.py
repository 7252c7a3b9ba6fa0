"""Answers that are streamed, each in turns of its caller's."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse

from app.database import Database, end_read, end_turn
from app.services import streaming
from app.telling import request_notes

# For how long a stream may keep the snapshot that it reads, while its reader takes nothing; and how long it is kept.
IDLE_SECONDS: Final = 60
EXPORT_SECONDS: Final = 1800


async def stream(
    request: Request, session: AsyncSession, pieces: AsyncGenerator[bytes], headers: dict[str, str], media_type: str
) -> Response:
    """A stream whose first chunk is there before the answer begins, so that what fails early is a problem."""
    # The stream has a session of its own.
    await end_read(session)
    await end_turn(session)
    if request.scope["state"].get("only_head"):
        return Response(None, 200, headers, media_type)
    chunks = _in_turns(request.app.state.database, request_notes.caller(), pieces)
    first = await anext(chunks, b"")
    return StreamingResponse(_from(first, chunks), 200, headers, media_type)


async def _in_turns(database: Database, caller: str, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The chunks of a stream: read from the database in one turn of the caller's, and kept for the reader in another.

    Raises Unavailable.
    """

    async def reading() -> AsyncGenerator[bytes]:
        async with database.places.reading_exports.turn(caller), aclosing(pieces):
            async for piece in pieces:
                yield piece

    async with (
        database.places.open_exports.turn(caller),
        aclosing(streaming.relay(reading(), IDLE_SECONDS, EXPORT_SECONDS)) as chunks,
    ):
        async for chunk in chunks:
            yield chunk


async def _from(first: bytes, chunks: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(chunks):
        yield first
        async for chunk in chunks:
            yield chunk
