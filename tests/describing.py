"""The description of the interface as a reader of it follows it: with what references lead to in their places."""

import re
from typing import Any


def inlined(description: dict[str, Any]) -> dict[str, Any]:
    """The operations by path and method, with their parameters, answers and headers in place; schemas stay named."""
    paths: dict[str, Any] = _follow(description["paths"], description["components"])
    for operations in paths.values():
        shared = operations.pop("parameters", [])
        for operation in operations.values() if shared else ():
            operation["parameters"] = [*shared, *operation.get("parameters", [])]
    return paths


def _follow(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_follow(part, components) for part in node]
    if not isinstance(node, dict):
        return node
    kind, _, name = str(node.get("$ref", "")).removeprefix("#/components/").partition("/")
    if kind in ("parameters", "responses", "headers"):
        return _follow(components[kind][name], components)
    return {key: _follow(part, components) for key, part in node.items()}


def resolved(schema: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference leads to; what stands beside the reference goes before."""
    while "$ref" in schema:
        named = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        schema = named | {key: part for key, part in schema.items() if key != "$ref"}
    return schema


def statuses(operation: dict[str, Any]) -> set[str]:
    """Those that an operation says it answers with; its `default` names them in its words."""
    told = set(operation["responses"])
    return told | set(re.findall(r"\b\d{3}\b", operation["responses"].get("default", {}).get("description", "")))


def goes_on(operation: dict[str, Any]) -> bool:
    """Whether it answers with a stream, which has no end."""
    return "text/event-stream" in operation["responses"].get("200", {}).get("content", {})
