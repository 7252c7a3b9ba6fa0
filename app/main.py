"""The application: its routes, its problems, its description."""

import asyncio
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import add_compress_type, remove_compress_type

from app import __version__, database, garbage
from app.api import answers, leaving, observing, problems
from app.api.compressing import Compressing
from app.api.deps import Route
from app.api.description import docs_page, openapi
from app.api.edge import Edge
from app.api.kept import store
from app.api.kept.layer import AtOnce, Kept
from app.api.kept.requested import kept_paths
from app.api.leaving import Leaving
from app.api.observing import Observed
from app.api.rates import Rates
from app.api.records import Plain
from app.api.routes import (
    api_keys,
    assessments,
    changes,
    claims,
    documents,
    events,
    exports,
    google,
    health,
    histories,
    ingest,
    lookups,
    pictures,
    questions,
    reports,
    search,
    sources,
    statements,
)
from app.api.routes.live import webhooks
from app.api.wire import Wire
from app.flights import Flights
from app.services.access import Keys, TokenReader
from app.services.deliveries.ingest import StoringPace
from app.services.idempotency import Replayed
from app.services.pictures.heads import Heads
from app.services.webhooks import sender
from app.settings import Settings
from app.texts.messages import party_labels

DESCRIPTION = """
Counterclaim stores **statements** and derives pictures: it holds no "truth" and overwrites nothing. An ingest script
sends one *report* per article or post (`POST /v1/reports`); a dashboard reads one *dossier* per event
(`GET /v1/events/{event}/dossier`). Every change is a line of a hash-chained ledger.

Reading what is public needs no key. PATCH is a merge patch (RFC 7396), `application/merge-patch+json` or
`application/json`. An answer to GET has an `ETag`, a page of a list a `Link` to those beside it, what was made
its `Location`, and what was answered before `Idempotency-Replayed: true`. A `Hint` says what to know of a time that
was asked for, where the database's clock had been ahead.
Every failure is `application/problem+json` and says where and why.
"""
TAGS = {
    "reports": "What ingest scripts send: one document's worth of claims.",
    "events": "Something that happened, and its links to others.",
    "webhooks": "Standard Webhooks 1.0.",
    "search": "Records by their words, and claims that say nearly the same.",
    "lookup": "What is there already, before it is fetched or sent.",
    "changes": "What is new.",
    "pictures": "What is derived from the statements about one event.",
    "questions": "Points in dispute about an event.",
    "claims": "Propositions, in words or as a figure; and the core call.",
    "statements": "One source's act toward one claim, and where it is found.",
    "sources": "Whoever speaks or publishes.",
    "documents": "What was published, and how documents depend on each other.",
    "assessments": "Ratings of claims by reviewers, courts and desks.",
    "fact-checks": "Assessed claims, as the Google Fact Check Tools API answers them.",
    "history": "What a record was, who changed it, and why.",
    "exports": "For spreadsheets, maps, feeds, linked data, and another instance.",
    "keys": "Who may call.",
    "problems": "What the `type` of a problem means.",
    "health": "For whoever watches over the service.",
}
# Routes are tried in this order: `/claims/similar` of search stands before `/claims/{id}`.
RESOURCES = (
    events,
    pictures,
    changes,
    webhooks,
    search,
    questions,
    claims,
    statements,
    sources,
    documents,
    assessments,
    reports,
    ingest,
    lookups,
    exports,
    histories,
    api_keys,
)
_LAST_WORDS_SECONDS: Final = 0.1
# Whole archives are worth compressing on their way.
for media_type in (exports.NDJSON, exports.CSV):
    add_compress_type(media_type)
# A stream that waits would keep a compressor's memory, a megabyte, for each who listens.
remove_compress_type(changes.EVENT_STREAM)


class Parts(State):
    """Starlette's state, in which each is found at once: half a dozen are asked for with every request."""

    __setattr__ = object.__setattr__  # type: ignore[assignment]
    __delattr__ = object.__delattr__


class Service(FastAPI):
    """The application behind what it has answered already: what is kept passes by all that stands around the routes."""

    is_traced = False
    """Whether somebody takes spans, as was known when it began to serve."""

    def build_middleware_stack(self) -> ASGIApp:
        return Observed(Edge(AtOnce(Leaving(Kept(super().build_middleware_stack())))))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # FastAPI looks anew with each request whether anybody traces, which takes as long as an answer that is kept.
        if self.is_traced or self.middleware_stack is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await self.middleware_stack(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """The service on the settings' database. Nothing is connected before the first request."""
    app = Service(
        title="Counterclaim",
        version=__version__,
        summary="Claims against counterclaims, with who said them and how we know",
        description=DESCRIPTION,
        openapi_tags=[{"name": name, "description": says} for name, says in TAGS.items()],
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    state: State = Parts()
    app.state = state
    app.state.settings, app.state.database, app.state.pace = settings, database.connect(settings), StoringPace()
    app.state.keys, app.state.heads = Keys(read_token=token_reader(settings)), Heads()
    app.state.streams = {}
    app.state.kept, app.state.batches = store.store(settings, heads=app.state.heads), Flights()
    app.state.rates = Rates(settings)
    app.state.party_labels = party_labels.read(settings.party_labels)
    # Each by itself: every router around another is searched through once more.
    for module in RESOURCES:
        app.include_router(module.router, prefix="/v1")
    routes = [route for module in RESOURCES for route in module.router.routes if isinstance(route, Route)]
    app.state.kept_route = kept_paths(routes, "/v1")
    app.state.templates = {route.name: f"/v1{route.path}" for route in routes}
    app.state.fixed_paths = frozenset(f"/v1{route.path}" for route in routes if "{" not in route.path)
    app.router.middleware_stack = Plain(app.router.middleware_stack, routes, "/v1")
    for router in (google.router, problems.router, health.router):
        app.include_router(router)
    problems.install(app)
    app.add_exception_handler(Replayed, answers.replay)
    app.add_exception_handler(answers.NotModified, answers.not_modified)
    # What is added last stands outside: an ETag is of the answer before it is compressed.
    app.add_middleware(Wire)
    app.add_middleware(Compressing)
    openapi.describe(app)
    docs_page.add(app)
    return app


def token_reader(settings: Settings) -> TokenReader | None:
    """What reads the tokens of the identity provider, if one is named.

    Raises ValueError for settings that can't be, ImportError without the extra that it needs.
    """
    if not settings.oidc_issuer:
        return None
    provider = pkgutil.resolve_name("app.api.oidc:Provider")(settings)
    read: TokenReader = provider.read
    return read


@asynccontextmanager
async def _lifespan(app: Service) -> AsyncIterator[dict[str, Any]]:
    app.is_traced = observing.is_traced()
    state = app.state
    collecting = asyncio.create_task(garbage.collect_between(state.database.places.are_large_taken))
    with observing.served(state.settings):
        looking = asyncio.create_task(observing.look_again(state.database))
        sending = asyncio.create_task(sender.run(state.database, state.settings, state.heads))
        yield {leaving.LET_GO: state.heads.let_go}
        looking.cancel()
        state.heads.let_go()
        sending.cancel()
        await asyncio.wait([sending])
    collecting.cancel()
    # Requests that were cancelled because the grace is over: they are answered before the loop ends.
    await asyncio.sleep(_LAST_WORDS_SECONDS)
    await app.state.database.dispose()
