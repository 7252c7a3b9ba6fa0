"""Every failure as application/problem+json (RFC 9457), and the pages that explain each kind."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Path
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy import exc as sa
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import compile_path

from app import errors, threads
from app.api.deps import Route
from app.api.headers import hint, with_hint
from app.errors import Problem
from app.formats import google
from app.schemas import findings
from app.services import database_errors
from app.telling import metrics
from app.texts import cleaning

MEDIA_TYPE: Final = "application/problem+json"
_BY_STATUS: Final = {kind.status: kind for kind in reversed(errors.all_problems())}


class ProblemEntry(BaseModel):
    """One thing that is wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str | None = None
    """Where in the body (RFC 6901)."""
    parameter: str | None = None
    """Which parameter of the query, the path or the header."""
    detail: str
    """What is wrong, and what would be right."""
    url: str | None = None
    """The record in the way."""


class ProblemRead(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """A page that explains this kind of problem."""
    title: str
    status: int
    detail: str
    instance: str
    """The path that was asked for."""
    request_id: str
    errors: list[ProblemEntry] | None = None
    """Where, and what is wrong there."""
    url: str | None = None
    """The record in the way."""
    urls: list[str] | None = None
    """Those in the way, where there are several."""
    etag: str | None = None
    """Of a 412: the current version."""


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


def documented(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these."""
    problems: tuple[type[Problem], ...] = (
        *kinds,
        errors.BadRequest,
        errors.Unauthorized,
        errors.Invalid,
        Problem,
        errors.Unavailable,
    )
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemRead"}}}
    return {kind.status: {"description": kind.title, "content": schema} for kind in dict.fromkeys(problems)}


def answer(request: Request, problem: Problem) -> Response:
    """The answer to a failure. Nothing of the input is echoed."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    metrics.PROBLEMS.labels(problem.slug).inc()
    if request.scope["path"].startswith(google.ROOT):
        code, body = google.error(problem, request_id)
        return JSONResponse(body, status_code=code, headers=problem.headers)
    headers = dict(problem.headers)
    if isinstance(problem, errors.Merged):
        headers["Location"] = _merge_target(request, problem)
    body = members(problem, request.scope["path"], request_id)
    if isinstance(problem, errors.NotFound) and (words := hint(request.scope)):
        body["detail"] += f" {words}"  # it may be there by now, and is taken to have come later
    return with_hint(request.scope, ProblemResponse(body, status_code=problem.status, headers=headers))


def members(problem: Problem, path: str, request_id: str) -> dict[str, Any]:
    """A problem as it is answered to whoever asked for this path."""
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": cleaning.visible(problem.detail or problem.explanation),
        "instance": quote(path),
        "request_id": request_id,
        **_visible(problem.extra),
    }


def _visible(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What a problem says beside, its sentences for somebody to read."""
    if "errors" not in extra:
        return dict(extra)
    return {**extra, "errors": [{**error, "detail": cleaning.visible(error["detail"])} for error in extra["errors"]]}


def _merge_target(request: Request, merged: errors.Merged) -> str:
    """The same path and query, under the record that stays."""
    version, kind, _, *subpath = request.url.path.lstrip("/").split("/")
    path = "/".join(["", version, kind, merged.target, *subpath])
    return f"{path}?{request.url.query}" if request.url.query else path


def install(app: FastAPI) -> None:
    """Have every exception that a route lets out answered as a problem."""

    async def expected(request: Request, error: Exception) -> Response:
        problem = error if isinstance(error, Problem) else Problem()
        if isinstance(problem, errors.MethodNotAllowed):
            problem.headers["Allow"] = ", ".join(allowed(request.app, request.url.path))
            if request.method == "POST" and (under := _under_an_event(request.app, request.url.path)):
                problem.detail = f"{errors.MethodNotAllowed.explanation} What is new is sent to {under}."
        return answer(request, problem)

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        described = None
        if any(detail["type"] == "extra_forbidden" for detail in error.errors()):
            # It is made once, and takes a second then.
            described = _body_description(request, await threads.run(request.app.openapi))
        return answer(request, findings.problem(error.errors(), error.body, "request", described))

    async def http(request: Request, error: Exception) -> Response:
        return await expected(request, _http(error) if isinstance(error, HTTPException) else Problem())

    async def database(request: Request, error: Exception) -> Response:
        return answer(request, database_errors.problem(error))

    app.add_exception_handler(Problem, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(sa.SQLAlchemyError, database)
    app.add_exception_handler(OSError, database)


def _http(error: HTTPException) -> Problem:
    kind = _BY_STATUS.get(error.status_code, errors.BadRequest if error.status_code < 500 else Problem)  # noqa: PLR2004
    problem = kind(kind.explanation)
    problem.headers = dict(error.headers or {})
    return problem


def _body_description(request: Request, description: Any) -> findings.Description | None:
    """What the description of the interface says of the body that this request should have."""
    for path, pattern, methods in _methods(request.app):
        if request.method in methods and pattern.match(request.scope["path"]):
            operation = description["paths"][path][request.method.lower()]
            content = operation.get("requestBody", {}).get("content", {})
            return next((findings.Description(description, media["schema"]) for media in content.values()), None)
    return None


def allowed(app: FastAPI, path: str) -> list[str]:
    """The methods that a path has; none where there is no such path."""
    described = _methods(app)
    exactly = [names for described_path, _, names in described if described_path == path]
    matching = exactly or [names for _, pattern, names in described if pattern.match(path)]
    methods = {method for names in matching for method in names}
    return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())) if methods else []


def _under_an_event(app: FastAPI, path: str) -> str | None:
    """Where a POST to a list is meant that takes none: to the same of an event."""
    under = f"/v1/events/{{event}}/{path.removeprefix('/v1/')}"
    posted = any(described == under and "POST" in methods for described, _, methods in _methods(app))
    return under if posted else None


@lru_cache(maxsize=4)
def _methods(app: FastAPI) -> list[tuple[str, re.Pattern[str], list[str]]]:
    """Each path of the description, the pattern it is, and its methods."""
    described = {
        # What all of a path's operations take stands beside them.
        path: [method.upper() for method in operations if method != "parameters"]
        for path, operations in app.openapi()["paths"].items()
    }
    described |= {path: ["GET"] for path in ("/docs", "/openapi.json")}
    return [(path, compile_path(_routed(path))[0], methods) for path, methods in described.items()]


def _routed(path: str) -> str:
    """A path of the description as its route has it: `{records}` stands for a few words."""
    return path.replace("{records}", "{records:records}")


# --- the pages -----------------------------------------------------------------------------------------------------

router = APIRouter(prefix="/problems", tags=["problems"], route_class=Route)
_PAGE: Final = "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{text}</p>"


@router.get(
    "/{slug}",
    response_class=HTMLResponse,
    summary="Explain a kind of problem",
    responses=documented(errors.NotFound),
)
async def get_problem(
    slug: Annotated[str, Path(pattern="^[a-z-]{1,40}$", description="The end of a `type`.")],
) -> HTMLResponse:
    """What a problem's `type` means, and what to do about it."""
    for kind in errors.all_problems():
        if kind.slug == slug:
            page = _PAGE.format(title=escape(f"{kind.status} {kind.title}"), text=escape(kind.explanation))
            return HTMLResponse(page, headers={"Cache-Control": "public, max-age=86400"})
    raise errors.NotFound("There is no problem of this name.")
