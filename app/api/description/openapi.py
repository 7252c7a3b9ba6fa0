"""The description of the interface: FastAPI's own, with what it does not know of ours, and each thing said once."""

import json
import re
from collections import Counter
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app import errors
from app.api.description import models, parameters, types
from app.api.problems import MEDIA_TYPE, ProblemRead
from app.schemas.kinds import READS

_JSON: Final = "application/json"
# What an answer carries beside its body.
_HEADERS: Final = {
    "ETag": ("The version of this answer, for If-Match and If-None-Match.", '"0c3f5a9be21d4f7788aa90b1"'),
    "Retry-After": ("With a 503: in how many seconds to try again.", "1"),
}
_RECORDS: Final = [read.__name__ for read in READS.values()]
# What files are called, which have no schema.
_FILES: Final = {
    ("text/csv",): "Csv",
    ("application/x-ndjson",): "Lines",
    ("text/csv", "application/x-ndjson"): "Table",
    ("text/event-stream",): "Stream",
}
_KEY, _PROBLEM = "Key", "Problem"
# Words of a summary that say nothing beside those of an operation's id.
_UNSAYING: Final = ("a", "an", "as", "event", "events", "for", "list", "many", "one", "or", "read", "the")
_FAILED: Final = "What went wrong, as `type` explains: " + ", ".join(
    str(kind.status)
    for kind in errors.all_problems()
    if kind not in (errors.Merged, errors.NotOffered, errors.BadCursor)
)
_WRITTEN: Final = "201: new; 200: was there."


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
                ),
                public=app.state.settings.public_read,
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(schema: dict[str, Any], *, public: bool) -> dict[str, Any]:
    """`public`: whether reading needs no key."""
    components = schema["components"]
    problem = ProblemRead.model_json_schema(ref_template=types.SCHEMAS + "{model}")
    components["schemas"] |= problem.pop("$defs") | {"ProblemRead": problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {_KEY: components["securitySchemes"].popitem()[1]}
    components["headers"] = {
        name: {"description": says, "schema": {"type": "string"}, "example": example}
        for name, (says, example) in _HEADERS.items()
    }
    components["responses"] = {
        _PROBLEM: {
            "description": _FAILED,
            "content": {MEDIA_TYPE: {"schema": {"$ref": types.SCHEMAS + "ProblemRead"}}},
            "headers": {"Retry-After": _header("Retry-After")},
        }
    }
    for path in schema["paths"].values():
        for method, operation in path.items():
            _complete(method, operation, public=public)
            if set(operation["summary"].lower().split()) <= {*operation["operationId"].split("_"), *_UNSAYING}:
                del operation["summary"]
    parameters.share(schema)
    _share_answers(schema)
    models.share(schema)
    schema = types.expanded(schema)
    # Page[ClaimRead] is ClaimPage to whoever makes a client of this.
    named = re.sub(r"\bPage(?:_(\w+?)(?:Read)?_|\[(\w+?)(?:Read)?\])(?=\")", r"\1\2Page", json.dumps(schema))
    completed: dict[str, Any] = json.loads(named)
    used = set(re.findall(rf'"{re.escape(types.SCHEMAS)}(\w+)"', named + json.dumps(types.NAMED)))
    completed["components"]["schemas"] |= types.components(used - completed["components"]["schemas"].keys())
    for kind in ("responses", "headers"):
        named_parts = set(re.findall(rf'"#/components/{kind}/([\w-]+)"', json.dumps(completed)))
        completed["components"][kind] = {
            name: part for name, part in completed["components"][kind].items() if name in named_parts
        }
    parameters.lift(completed)
    return completed


def _share_answers(schema: dict[str, Any]) -> None:
    """Have answers that several operations give stand once, under the name of what they carry."""
    counts = Counter(
        json.dumps(answer)
        for path in schema["paths"].values()
        for operation in path.values()
        for answer in operation["responses"].values()
        if "content" in answer
    )
    for path in schema["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if counts[json.dumps(answer)] > 1:
                    media_types = answer["content"]
                    schema_address = next(iter(media_types.values()))["schema"].get("$ref")
                    name = schema_address.removeprefix(types.SCHEMAS) if schema_address else _FILES[tuple(media_types)]
                    schema["components"]["responses"].setdefault(name, answer)
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _complete(method: str, operation: dict[str, Any], *, public: bool) -> None:
    _tell_key(operation, public=public)
    responses, operation["responses"] = operation["responses"], {}
    for status, response in sorted(responses.items()):
        content = response.get("content", {})
        if MEDIA_TYPE in content:
            operation["responses"]["default"] = {"$ref": f"#/components/responses/{_PROBLEM}"}
            continue
        operation["responses"][status] = response
        if names := _headers(method, content):
            response["headers"] = {name: _header(name) for name in names}
        if method != "get" and names:
            response["description"] = _WRITTEN
        elif response["description"] == "Successful Response":
            response["description"] = "Done." if method != "get" else "Found."


def _tell_key(operation: dict[str, Any], *, public: bool) -> None:
    """A lock stands where nothing goes without a key; which scopes there are, the key's own description says."""
    scopes = [scope for scheme in operation.pop("security", []) for names in scheme.values() for scope in names]
    is_read = not scopes and "401" in operation["responses"]
    if scopes or (is_read and not public):
        operation["security"] = [{_KEY: scopes}]


def _headers(method: str, content: dict[str, Any]) -> list[str]:
    """What an answer may carry beside its body: the same for all answers with the same body."""
    carried = str(content)
    # What all have alike is said at the beginning; a record's ETag is what a change has to name.
    is_record = any(f"/{name}'" in carried for name in _RECORDS) if method == "get" else "Answer" in carried
    return ["ETag"] if is_record else []
