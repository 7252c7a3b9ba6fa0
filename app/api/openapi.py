"""The description of the interface: FastAPI's own, with what it does not know of ours."""

import json
import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.problems import MEDIA_TYPE, ProblemRead
from app.services.idempotency import HEADER

_JSON, _PATCH = "application/json", "application/merge-patch+json"
# What an answer carries beside its body: by method and status, or by what is wrong.
_ETAG: Final = {"description": "The version of this answer, for If-Match and If-None-Match."}
_LINK: Final = {"description": "The pages beside this one (RFC 8288), where there are any."}
_LOCATION: Final = {"description": "Where the record is."}
_REPLAYED: Final = {"description": "`true` on an answer that was given before, under the same Idempotency-Key."}
_RETRY_AFTER: Final = {"description": "In how many seconds to try again."}


def describe(app: FastAPI) -> None:
    """Have `app` serve the completed description."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=app.description,
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    models = schema["components"]["schemas"]
    models["ProblemRead"] = ProblemRead.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        models.pop(unused, None)
    for path in schema["paths"].values():
        for method, operation in path.items():
            _complete(method, operation)
    # Page[ClaimRead] is ClaimPage to whoever makes a client of this.
    named = re.sub(r"\bPage(?:_(\w+?)(?:Read)?_|\[(\w+?)(?:Read)?\])(?=\")", r"\1\2Page", json.dumps(schema))
    completed: dict[str, Any] = json.loads(named)
    return completed


def _complete(method: str, operation: dict[str, Any]) -> None:
    # A key is one way in; where no scope is asked for, none is another.
    if any(not scopes for scheme in operation.get("security", []) for scopes in scheme.values()):
        operation["security"].append({})
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[_PATCH] = content[_JSON]
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if MEDIA_TYPE in content:
            content.pop(_JSON, None)
        headers = _headers(method, status, content)
        takes_key = any(parameter["name"] == HEADER for parameter in operation.get("parameters", []))
        if status in ("200", "201") and takes_key:
            headers["Idempotency-Replayed"] = _REPLAYED
        for name, header in headers.items():
            response.setdefault("headers", {})[name] = {**header, "schema": {"type": "string"}}


def _headers(method: str, status: str, content: dict[str, Any]) -> dict[str, dict[str, str]]:
    headers = {}
    is_tagged = method == "patch" or status == "201" or (method, status) == ("get", "200")
    if is_tagged and content and MEDIA_TYPE not in content:
        headers["ETag"] = _ETAG
    if "Page" in str(content.get(_JSON)):
        headers["Link"] = _LINK
    if status in ("201", "308"):
        headers["Location"] = _LOCATION
    if status == "503":
        headers["Retry-After"] = _RETRY_AFTER
    return headers
