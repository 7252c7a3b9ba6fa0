"""The routes that every kind of record has alike: read one, delete it."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Request
from fastapi.security import SecurityScopes
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, create_model
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app import errors
from app.api import answers, deps
from app.api.deps import Cascade, IfMatch, KeptAsking, MergedItself, Reader, Route, Writer, Writing
from app.api.observing import SPAN
from app.api.problems import documented
from app.database import Asking
from app.errors import Forbidden
from app.models import Record
from app.schemas.claims import ClaimQuery
from app.schemas.common import CHANGED, RecordRead, Remark
from app.schemas.kinds import READS, kind_of
from app.schemas.reports import ComparedPart, Similar
from app.schemas.statements import StatementQuery
from app.services import deleting, records
from app.services.access import Caller
from app.services.lists import bearers
from app.services.paging import Slice
from app.services.pictures import expanding

Call: TypeAlias = Callable[..., Any]
READ = documented(errors.NotFound, errors.Gone)
WRITE = documented(
    errors.Forbidden, errors.NotFound, errors.Conflict, errors.Gone, errors.TooLarge, errors.UnsupportedMediaType
)
CHANGE = WRITE | documented(errors.PreconditionFailed, errors.PreconditionRequired)
MERGED = documented(errors.Merged)
_ANY: Final = SecurityScopes()


@cache
def with_remarks(read: type[RecordRead]) -> type[RecordRead]:
    """The schema of the answer to what is sent or changed: the record, what was done to it, and the remarks."""
    name = f"{read.__name__.removesuffix('Read')}Answer"
    changed = Annotated[bool, Field(description=CHANGED)]
    # No field of it has a docstring of its own; looking for one goes up all that is called.
    configuration = {"use_attribute_docstrings": False}
    similar = Annotated[list[Similar], ComparedPart.model_fields["similar"]]
    members: dict[str, Any] = {"changed": (changed, ...), "remarks": (list[Remark], ...)}
    members |= {"similar": (similar, ...)} if read in answers.COMPARED else {}
    return create_model(name, __base__=read, __cls_kwargs__=configuration, **members)


def created(read: type[RecordRead]) -> dict[int | str, dict[str, Any]]:
    """Document that a creation answers 201, or 200 with what is there."""
    repeated = "Nothing is new: it was there already. `changed` says whether anything that it lacked was filled in."
    return {200: {"model": with_remarks(read), "description": repeated}} | WRITE


async def listed(
    request: Request,
    session: AsyncSession,
    caller: Caller,
    query: ClaimQuery | StatementQuery,
    page: Slice,
    *,
    read: type[BaseModel],
) -> Response:
    """A page with what `expand` asks for, and with the sources that bear the name, where `source` is one."""
    expanded = query.expand.split(",") if query.expand else []
    if expanded:
        page = replace(page, rows=await expanding.expand(session, caller, page.rows, expanded))
    named = await bearers.find(session, caller, query.source)
    names = [*expanded, "appearance"] if "document" in expanded else expanded
    return answers.listed(request, page, read, names, named, view=query.view)


def add_routes(router: APIRouter, path: str, model: type[Record], at: Any, deleter: Any = Writer) -> None:
    """Add GET and DELETE of one record under `path`, which has the parameter that `at` reads.

    `deleter`: whoever may delete it.
    """
    kind = kind_of(model)

    def route(verb: str, method: str, route_path: str, call: Call, **options: Any) -> None:
        name = f"{verb}_{kind.name}"
        router.add_api_route(route_path, call, methods=[method], name=name, operation_id=name, **options)

    route(
        "get",
        "GET",
        path,
        _get(model, at) if kind.mergeable else _get_unmergeable(model, at),
        description="The record.",
        response_model=READS[model],
        responses=READ | (MERGED if kind.mergeable else {}),
    )
    route(
        "delete",
        "DELETE",
        path,
        _delete(model, at, deleter),
        description="Delete it.",
        status_code=204,
        responses=CHANGE,
    )


def _get(model: type[Record], at: Any) -> Call:
    async def get(address: at, caller: Reader, asker: KeptAsking, merged: MergedItself = None) -> Response:
        return answers.record(await records.get(asker, caller, model, address, merged_itself=merged is not None))

    return _plainly(model, at, get)


def _get_unmergeable(model: type[Record], at: Any) -> Call:
    async def get(address: at, caller: Reader, asker: KeptAsking) -> Response:
        return answers.record(await records.get(asker, caller, model, address))

    return _plainly(model, at, get)


@dataclass(frozen=True, slots=True)
class PlainRead:
    """A read that needs an address, a caller and a connection."""

    answer: Callable[[str, Caller, Asking], Awaitable[Response]]
    address_type: TypeAdapter[str]

    def address(self, words: str) -> str | None:
        """The address that these words are. None: they are none."""
        with suppress(ValidationError):
            return self.address_type.validate_python(words)
        return None


class Plain:
    """The routes; where nothing but the address of a record is given, the record, as its route would answer it.

    What is wrong with an address that is none, the route tells.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[Route], prefix: str) -> None:
        self.app = app
        self.reads: dict[str, tuple[Route, PlainRead]] = {}
        """By the path before the address."""
        for route in routes:
            if plain := getattr(route.endpoint, "plainly", None):
                self.reads[prefix + route.path.rpartition("/")[0]] = route, plain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"] and SPAN not in scope:
            before, _, words = scope["path"].rpartition("/")
            read = self.reads.get(before)
            if read and scope["path"] not in scope["app"].state.fixed_paths:
                route, plain = read
                if (address := plain.address(words)) is not None:
                    scope["route"] = route
                    request = Request(scope, receive)
                    caller = await deps.permitted(request, _ANY, None)
                    response = await plain.answer(address, caller, await deps.asking_to_keep(request))
                    await response(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def _plainly(model: type[Record], at: Any, endpoint: Any) -> Call:
    """Have an endpoint that reads a record be spared FastAPI's way to it where nothing but the address is given."""

    async def answer(address: str, caller: Caller, asker: Asking) -> Response:
        return answers.record(await records.get(asker, caller, model, address))

    endpoint.plainly = PlainRead(answer, TypeAdapter(at))
    call: Call = endpoint
    return call


def _delete(model: type[Record], at: Any, deleter: Any) -> Call:
    async def delete(
        address: at, caller: deleter, session: Writing, if_match: IfMatch = None, cascade: Cascade = False
    ) -> Response:
        if cascade and not caller.may("admin"):
            raise Forbidden("Deleting what points at a record, too, needs the scope admin.", scopes=["admin"])
        record = await records.held(session, caller, model, address, if_match)
        await deleting.remove(session, caller, model, record.id, cascade=cascade)
        return Response(status_code=204)

    return delete
