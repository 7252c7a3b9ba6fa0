"""The description of the interface: FastAPI's own, with what it does not know of ours."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.problems import MEDIA_TYPE, ProblemRead

_JSON, _PATCH = "application/json", "application/merge-patch+json"


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
    return schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    # A key is one way in; where no scope is asked for, none is another.
    if any(not scopes for one in operation.get("security", []) for scopes in one.values()):
        operation["security"].append({})
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[_PATCH] = content[_JSON]
    for status, response in operation["responses"].items():
        if status.startswith("2") and method in ("get", "patch") and _JSON in response.get("content", {}):
            tag = {"description": "The version of this answer.", "schema": {"type": "string"}}
            response.setdefault("headers", {})["ETag"] = tag
        if MEDIA_TYPE in response.get("content", {}):
            response["content"].pop(_JSON, None)
