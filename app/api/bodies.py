"""A request's body: how many bytes it may have, and what it says. Whoever calls is known before it is read."""

from contextlib import nullcontext
from typing import Any, Final, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app import jsontext, threads
from app.database import Database
from app.errors import Invalid, TooLarge, UnsupportedMediaType
from app.schemas import findings
from app.schemas.fields import Verbatim
from app.turns import RoomTaken

TEXT_BYTES: Final = 8_000_000
"""At most, where the text of a document may stand."""
RECORD_BYTES: Final = 256_000
"""At most, elsewhere."""
LARGE_BYTES: Final = 500_000
"""Of a body, or of a line, that is read in turns."""
_DOCUMENT_TEXT: Final = get_args(Verbatim)[1]


def limit_of(field: Any) -> int:
    """How many bytes a body may have; `field`: FastAPI's, of its model."""
    return TEXT_BYTES if _has_text(field.field_info.annotation, set()) else RECORD_BYTES


def _has_text(kind: Any, seen: set[Any]) -> bool:
    """Whether the text of a document may stand anywhere in a value of this type."""
    if kind == _DOCUMENT_TEXT:
        return True
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return any(_has_text(part, seen) for part in get_args(kind))
    if kind in seen:
        return False
    seen.add(kind)
    return any(
        _has_text(part, seen) for member in kind.model_fields.values() for part in (member.annotation, *member.metadata)
    )


async def read(request: Request, field: Any, limit: int, room: RoomTaken) -> None:
    """Read and parse the body once, to where Starlette keeps both: FastAPI then takes them from there.

    What it takes of the `room` is given back when the request has ended. A large one is also checked here, by `field`,
    and is then its model: all that takes long is done in a thread.
    """
    if request.headers.get("Content-Length", "") not in ("", "0") or "Transfer-Encoding" in request.headers:
        _check_kind(request)
    body = await _bytes(request, limit, room)
    request._body = body  # noqa: SLF001
    if not body:
        return
    if len(body) <= threads.LONG_BYTES:
        request._json = _parsed(body)  # noqa: SLF001
    else:
        database: Database = request.app.state.database
        async with database.places.large_bodies.turn() if len(body) > LARGE_BYTES else nullcontext():
            request._json = await threads.run(_checked, body, field)  # noqa: SLF001


async def _bytes(request: Request, limit: int, room: RoomTaken) -> bytes:
    declared = request.headers.get("Content-Length", "")
    body = bytearray()
    if not declared.isdecimal() or int(declared[:20]) <= limit:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                break
            if len(body) > threads.LONG_BYTES + room.held:
                # Of one that tells how long it is, before the rest is read.
                room.take(max(len(body), int(declared or 0)) - room.held)
        else:
            return bytes(body)
    reason = "" if limit == TEXT_BYTES else ", where it has no text of a document in it"
    raise TooLarge(f"A body has at most {limit:,} bytes here{reason}. Send several smaller ones.")


def _check_kind(request: Request) -> None:
    content_type = request.headers.get("Content-Type", "").lower().replace(" ", "").replace('"', "")
    media, _, parameters = content_type.partition(";")
    accepted = ["application/json", *(["application/merge-patch+json"] if request.method == "PATCH" else [])]
    if media not in accepted or parameters not in ("", "charset=utf-8"):
        raise UnsupportedMediaType
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")


def _parsed(body: bytes) -> Any:
    value = jsontext.read(body, "body")
    if isinstance(value, str):
        # Inside of a body a text may stand for an object; a body that is one was mostly encoded twice.
        raise Invalid.at("", "an object is needed here: {…}, and not a text, also none that holds one")
    return value


def _checked(body: bytes, field: Any) -> Any:
    """The model of a body: what is one already, FastAPI leaves as it is. Raises RequestValidationError."""
    value = _parsed(body)
    try:
        return field.field_info.annotation.model_validate(value)
    except ValidationError as error:
        errors = [{**entry, "loc": ("body", *entry["loc"])} for entry in findings.reported(error)]
        raise RequestValidationError(errors, body=value) from None
