"""The dependencies of the endpoints, and the checks that every request passes before its body is parsed."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import cached_property
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Header, Path, Query, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from app import tokens
from app.api import bodies
from app.api.headers import with_hint
from app.connections.engines import ReadKind
from app.connections.transactions import ReadTransaction
from app.database import Asking, Database, Signature
from app.errors import Forbidden, Invalid, KeyInAddress, MethodNotAllowed, Unauthorized
from app.schemas.addresses import ADDRESS_CHARACTERS, ADDRESS_PATTERN, EVENT_ADDRESS_PATTERN
from app.schemas.forms import misnamed
from app.services import access, idempotency
from app.services.access import ANYBODY, Caller
from app.services.idempotency import KeptAnswer
from app.texts.cleaning import clean

_bearer: Final = HTTPBearer(
    auto_error=False,
    description="A key: `cc_…`, from `counterclaim keys create NAME`. Its scope `ingest` records; `assess` rates"
    " claims; `edit` changes, merges, withdraws and deletes; `read` shows restricted events, `confidential` protected"
    " sources; `admin` makes keys.",
)
# Where keys are sent to others.
_KEY_PARAMETERS: Final = frozenset({"access_token", "api_key", "apikey", "auth", "authorization", "key", "token"})


# --- the request itself --------------------------------------------------------------------------------------------


class Route(APIRoute):
    """A route whose requests have only parameters that it knows, and a body that their caller may send."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        names, scopes = _parameter_names(self.dependant), SecurityScopes(_scopes(self.dependant))
        body_field = self.body_field
        most_bytes = bodies.limit_of(body_field) if body_field else 0
        is_fixed = "{" not in self.path

        async def check_and_handle(request: Request) -> Response:
            # `DELETE /v1/claims/similar`: that path lacks the method, and is no claim's, which has it.
            if not is_fixed and request.scope["path"] in request.app.state.fixed_paths:
                raise MethodNotAllowed
            _check_parameters(request, names)
            if not body_field:
                return with_hint(request.scope, await handle(request))
            await permitted(request, scopes, None)  # whoever may not send a body has none of it read
            database: Database = request.app.state.database
            with database.places.room_for_bodies.for_a_body() as room:
                await bodies.read(request, body_field, most_bytes, room)
                return with_hint(request.scope, await handle(request))

        return check_and_handle


class Router(APIRouter):
    """The routes of one resource, which are tried one after the other only where they have a path's first word."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag], route_class=Route)

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """Empty where one of them is not fixed."""
        words = {route.path.split("/")[1] for route in self.routes if isinstance(route, APIRoute)}
        return frozenset() if any("{" in word for word in words) else frozenset(words)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # Wherever the word stands: what comes before it is known to whoever includes the router.
        if self._first_words and self._first_words.isdisjoint(scope["path"].split("/")):
            return Match.NONE, {}
        return super().matches(scope)


def _parameter_names(dependant: Dependant) -> frozenset[str]:
    """The names of the query parameters of a route and its dependencies, with those inside a parameter model."""
    names: set[str] = set()
    for parameter in dependant.query_params:
        fields = getattr(parameter.field_info.annotation, "model_fields", None)
        names |= {field.alias or name for name, field in fields.items()} if fields else {parameter.alias}
    return frozenset(names).union(*(_parameter_names(inner) for inner in dependant.dependencies))


def _scopes(dependant: Dependant) -> list[str]:
    """The scopes that a route asks for."""
    return [
        *(dependant.own_oauth_scopes or ()),
        *(scope for inner in dependant.dependencies for scope in _scopes(inner)),
    ]


def _check_parameters(request: Request, names: frozenset[str]) -> None:
    """Refuse what is not among these names, or comes twice, or is a key where none belongs.

    A misspelt filter must not answer everything, and of two values the last must not win unnoticed.
    """
    for name, value in request.query_params.multi_items():
        if name == "key" and name in names:  # of Google's clients, which have no other place for one
            continue
        if tokens.is_in(f"{name} {value}") or (name.lower() in _KEY_PARAMETERS and name not in names):
            raise KeyInAddress("Keys are not taken from an address. Send Authorization: Bearer and a key.")
    for name in request.query_params:
        if name not in names:
            raise Invalid.parameter(name[:100], misnamed.no_such("parameter", name[:100], names))
        if len(request.query_params.getlist(name)) > 1:
            raise Invalid.parameter(name, "give it once")


# --- who calls -----------------------------------------------------------------------------------------------------


async def _key_holder(request: Request) -> Caller:
    """Whose key the request has; without one anybody, who may read what is public.

    The key is looked up once in a request: `api/kept` may know it already. No dependency, for FastAPI would go through
    all that it depends on again for each that depends on it.
    """
    state = request.scope["state"]
    if "holder" not in state:
        credentials = await _bearer(request) if b"authorization" in state["headers"] else None
        state["holder"] = await _look_up(request, credentials.credentials if credentials else None)
    holder: Caller = state["holder"]
    return holder


async def check_again(request: Request, scope: str) -> None:
    """Look the key up again, for a request that takes long. Raises Unauthorized, or Forbidden, where it has ended."""
    del request.scope["state"]["holder"]
    await permitted(request, SecurityScopes([scope]), None)


async def _look_up(request: Request, token: str | None) -> Caller:
    if token is None:
        if not request.app.state.settings.public_read or b"authorization" in request.scope["state"]["headers"]:
            raise Unauthorized(_SEND_A_KEY)
        return ANYBODY
    keys: access.Keys = request.app.state.keys
    caller = await keys.find(request.app.state.database, token)
    request.scope["state"]["note"].key = caller.name
    return caller


_SEND_A_KEY: Final = "Send Authorization: Bearer and a key."


async def caller_now(request: Request) -> Caller:
    """Who calls, asked anew: what is waited for may outlive its caller's key. Raises Unauthorized."""
    credentials = await _bearer(request)
    return await _look_up(request, credentials.credentials if credentials else None)


async def permitted(
    request: Request,
    scopes: SecurityScopes,
    _credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],  # for the description alone
) -> Caller:
    """Who calls, if they may do what these scopes are for."""
    holder = await _key_holder(request)
    if scopes.scopes and holder is ANYBODY:
        raise Unauthorized(_SEND_A_KEY, scopes=scopes.scopes)
    if missing := set(scopes.scopes) - holder.scopes:
        raise Forbidden(f"The key lacks the scope {', '.join(sorted(missing))}.", scopes=scopes.scopes)
    return holder


async def _google_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who calls as Google's clients do: they have one place for a key, `key=`. What is no key of ours is Google's."""
    key = request.query_params.get("key", "")
    if credentials is None and tokens.is_meant(key):
        return await _look_up(request, key)
    return await _look_up(request, credentials.credentials if credentials else None)


Reader = Annotated[Caller, Security(permitted)]
GoogleReader = Annotated[Caller, Security(_google_caller)]
Writer = Annotated[Caller, Security(permitted, scopes=["edit"])]
Ingester = Annotated[Caller, Security(permitted, scopes=["ingest"])]
Assessor = Annotated[Caller, Security(permitted, scopes=["assess"])]
Admin = Annotated[Caller, Security(permitted, scopes=["admin"])]
Follower = Annotated[Caller, Security(permitted, scopes=["read"])]


def _decoded(header: str) -> str:
    """Headers are read as Latin-1, but who sends UTF-8 in them means UTF-8."""
    with contextlib.suppress(UnicodeError):
        header = header.encode("latin-1").decode("utf-8")
    return clean(header)


Reason = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(_decoded),
    Header(alias="Change-Reason", description="Why, for the ledger: kept beside the change.", max_length=1000),
]


# --- transactions --------------------------------------------------------------------------------------------------


async def _connected(request: Request) -> Database:  # async, or FastAPI would run it in a thread
    database: Database = request.app.state.database
    return database


# Parameters with which a list is counted, or looked through for words: as much work as a search.
_OF_SEARCHES: Final = frozenset({"q", "facets", "count"})
_Sessions: TypeAlias = Callable[[Request], AsyncIterator[AsyncSession]]


def _reading(what_for: ReadKind, *, may_be_kept: bool = False) -> _Sessions:
    """What opens a session for reading, for as long as the answer is made."""

    async def read(request: Request) -> AsyncIterator[AsyncSession]:
        database: Database = request.app.state.database
        is_search = what_for == "reads" and not _OF_SEARCHES.isdisjoint(request.query_params)
        async with database.reading("searches" if is_search else what_for) as session:
            if may_be_kept:
                request.scope["state"]["read"] = session.info
            yield session

    return read


_reading_to_keep = _reading("reads", may_be_kept=True)


def _drawing(*, may_be_kept: bool = False) -> Callable[[Request], AsyncIterator[ReadTransaction]]:
    """`_reading` for what is drawn."""

    async def draw(request: Request) -> AsyncIterator[ReadTransaction]:
        database: Database = request.app.state.database
        async with database.drawing() as transaction:
            if may_be_kept:
                request.scope["state"]["read"] = transaction.info
            yield transaction

    return draw


_drawing_to_keep = _drawing(may_be_kept=True)


async def asking_to_keep(request: Request) -> Asking:
    asker: Asking = request.app.state.database.asking()
    request.scope["state"]["read"] = asker.info
    return asker


async def _writing(request: Request, reason: Reason = "") -> AsyncIterator[AsyncSession]:
    """One request, one transaction: kept if the endpoint returns, undone if it raises."""
    database: Database = request.app.state.database
    caller = await _key_holder(request)
    signature = Signature(caller.name, request.scope["state"]["request_id"], reason)
    async with database.writing(signature) as session:
        yield session


# For what is read before a writing transaction begins: it has a connection only while it reads, and does not keep one
# while the lock is waited for.
Connected = Annotated[Database, Depends(_connected)]
# scope="function": the commit comes before the answer goes out, so that a failed commit is still an error answer.
Session = Annotated[AsyncSession, Depends(_reading("reads"), scope="function")]
# The same for what takes longer to make than to read: there are fewer of these at once.
Drawing = Annotated[ReadTransaction, Depends(_drawing(), scope="function")]
DrawingAndListing = Annotated[AsyncSession, Depends(_reading("pictures"), scope="function")]
Searching = Annotated[AsyncSession, Depends(_reading("searches"), scope="function")]
Exporting = Annotated[AsyncSession, Depends(_reading("exports"), scope="function")]
# The same where the answer may be kept and given to others (`api/kept`): it follows from what the ledger has, from the
# path and the parameters, the language, and which of the scopes for reading the caller has; and from nothing else.
KeptSession = Annotated[AsyncSession, Depends(_reading_to_keep, scope="function")]
KeptDrawing = Annotated[ReadTransaction, Depends(_drawing_to_keep, scope="function")]
# As KeptSession, for one record: asked by single statements, which need not be of one moment.
KeptAsking = Annotated[Asking, Depends(asking_to_keep)]
Writing = Annotated[AsyncSession, Depends(_writing, scope="function")]


def may_be_kept(route: APIRoute) -> bool:
    """Whether the route reads by a KeptSession, a KeptDrawing or a KeptAsking."""
    keeping = (_reading_to_keep, _drawing_to_keep, asking_to_keep)
    return any(inner.call in keeping for inner in route.dependant.dependencies)


# --- once, however often it is sent ----------------------------------------------------------------------------------

# The draft has a structured string in quotes (RFC 8941); most clients send the key bare.
_VISIBLE: Final = "[!#-~][ -~]{0,254}"
_QUOTED: Final = r'"([ !#-\[\]-~]|\\["\\]){1,255}"'
_IdempotencyKey = Annotated[
    str | None,
    StringConstraints(pattern=f"^({_VISIBLE}|{_QUOTED})$"),
    Header(
        alias=idempotency.HEADER,
        description="A name of your own for this request: sent again within 24 hours, it gets the "
        "same answer, and nothing is done.",
        max_length=512,
    ),
]
Keeping: TypeAlias = Callable[[Response], Awaitable[Response]]


async def _once(request: Request, session: Writing, key: _IdempotencyKey = None) -> Keeping:
    """Replay the answer given under this key, before the lock is waited for; or get ready to keep a new one."""
    if key is None:
        return _keep_nothing
    if len(request.headers.getlist(idempotency.HEADER)) > 1:
        raise Invalid.parameter(idempotency.HEADER, "give it once")
    session.info["keeps_answer"] = True
    caller = await _key_holder(request)
    keyed = idempotency.keyed_request(caller, request.scope["path"], key, await request.body())
    await idempotency.check(request.app.state.database.asking(), keyed)

    async def keep(response: Response) -> Response:
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        await idempotency.keep(session, keyed, KeptAnswer(response.status_code, headers, bytes(response.body)))
        return response

    return keep


async def _keep_nothing(response: Response) -> Response:
    return response


# A write passes its answer through this, so that it is kept if the caller asked for that. It stands after the caller
# and the session among the parameters: whoever may not write must not learn what was answered before.
Once = Annotated[Keeping, Depends(_once, scope="function")]


async def _refuse_idempotency_key(request: Request) -> None:
    if idempotency.HEADER in request.headers:
        raise Invalid.parameter(idempotency.HEADER, "this answer is kept nowhere: send it without this")


# Of POSTs whose answer has a secret in it, or that do something each time.
NEVER_KEPT: Final = Depends(_refuse_idempotency_key)


# --- addresses and conditions --------------------------------------------------------------------------------------


def _at(kind: str) -> Any:
    """The parameter of a path that leads to one record of a kind."""
    pattern = EVENT_ADDRESS_PATTERN if kind == "event" else ADDRESS_PATTERN
    words = f"Which {kind.replace('_', ' ')}."  # how one is named, the type says
    return Path(alias=kind, pattern=pattern, max_length=ADDRESS_CHARACTERS, description=words)


EventAt = Annotated[str, _at("event")]
EventLinkAt = Annotated[str, _at("event_link")]
QuestionAt = Annotated[str, _at("question")]
ClaimAt = Annotated[str, _at("claim")]
ClaimLinkAt = Annotated[str, _at("claim_link")]
StatementAt = Annotated[str, _at("statement")]
AppearanceAt = Annotated[str, _at("appearance")]
SourceAt = Annotated[str, _at("source")]
SourceLinkAt = Annotated[str, _at("source_link")]
DocumentAt = Annotated[str, _at("document")]
DocumentLinkAt = Annotated[str, _at("document_link")]
AssessmentAt = Annotated[str, _at("assessment")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag of what you decided on, or `*`.")]
MergedItself = Annotated[
    str | None,
    Query(alias="merged", pattern="^self$", description="`self`: the merged record itself, not its target."),
]
Cascade = Annotated[bool, Query(description="Delete what points at it, too: with the scope `admin`.")]
