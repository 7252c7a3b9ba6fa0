"""The parameters of the description: those that several operations have stand once, under a name."""

import json
from collections import defaultdict
from itertools import chain
from typing import Any, Final

from pydantic.alias_generators import to_pascal

from app.api.description import field_words, types

_PARAMETERS: Final = "#/components/parameters/"
# Those whose examples are the same in answers.
_AS_IN_ANSWERS: Final = ("as_of", "said_before")
# They send these with every call, and nothing comes of it.
_TAKEN_FROM_GOOGLES_CLIENTS: Final = (
    "$.xgafv",
    "access_token",
    "alt",
    "callback",
    "fields",
    "oauth_token",
    "quotaUser",
    "uploadType",
    "upload_protocol",
)

# Names that stand in dozens of places.
_SHORT: Final = {"ChangeReason": "Reason", "IdempotencyKey": "Key", "UpdatedSince": "Since"}


def share(description: dict[str, Any]) -> None:
    """Replace parameters that are the same in several operations by references."""
    users: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for address, path in description["paths"].items():
        for operation in path.values():
            operation["parameters"] = [
                _written(parameter)
                for parameter in operation.get("parameters", [])
                if parameter["name"] not in _TAKEN_FROM_GOOGLES_CLIENTS
                # A list of what is under an event has no use for another.
                and not (parameter["in"] == "query" and f"{{{parameter['name']}}}" in address)
            ]
            for parameter in operation["parameters"]:
                users[json.dumps(parameter)].append(operation)
    shared: dict[str, dict[str, Any]] = {}
    # Of two that have one name, the one that more operations have goes by it.
    for written, operations in sorted(users.items(), key=lambda item: -len(item[1])):
        if len(operations) > 1:
            parameter = json.loads(written)
            shared[_new_name(parameter, operations[0], shared)] = parameter
    names = {json.dumps(parameter): name for name, parameter in shared.items()}
    for path in description["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                {"$ref": _PARAMETERS + names[written]} if (written := json.dumps(parameter)) in names else parameter
                for parameter in operation["parameters"]
            ]
            if not operation["parameters"]:
                del operation["parameters"]
    description["components"]["parameters"] = shared


def lift(description: dict[str, Any]) -> None:
    """Say once, of a path, what all its operations take."""
    for path in description["paths"].values():
        operations = list(path.values())
        first, *further = [operation.get("parameters", []) for operation in operations]
        common = [parameter for parameter in first if further and all(parameter in lists for lists in further)]
        if not common:
            continue
        path["parameters"] = common
        for operation in operations:
            operation["parameters"] = [parameter for parameter in operation["parameters"] if parameter not in common]
            if not operation["parameters"]:
                del operation["parameters"]


def _written(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter whose text says once what it is. None is ever null: it is given or not."""
    schema = types.shared(parameter["schema"], parameter["name"] if parameter["name"] in _AS_IN_ANSWERS else "")
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema = choices[0] | {name: part for name, part in schema.items() if name != "anyOf"}
    if schema.get("$ref", "").endswith(types.OR_NULL):
        schema["$ref"] = schema["$ref"].removesuffix(types.OR_NULL)
    if isinstance(schema.get("type"), list):
        schema["type"] = next(name for name in schema["type"] if name != "null")
    said = parameter.get("description") or schema.get("description")
    schema.pop("description", None)
    if schema.get("default") == "":
        del schema["default"]
    written = {name: parameter[name] for name in ("name", "in")}
    if parameter["required"]:
        written["required"] = True
    words = said or field_words.PARAMETERS.get(parameter["name"])
    return written | ({"description": words} if words else {}) | {"schema": schema}


def _new_name(parameter: dict[str, Any], operation: dict[str, Any], shared: dict[str, Any]) -> str:
    plain = to_pascal(parameter["name"].replace("-", "_").replace("$.", ""))
    if parameter["in"] == "path":
        plain += "At" if parameter["name"] != "slug" else ""
    plain = _SHORT.get(plain, plain)
    tagged = to_pascal(operation["tags"][0].replace("-", "_")) + plain
    numbered = (f"{tagged}{nth}" for nth in range(2, len(shared) + 3))
    return next(name for name in chain((plain, tagged), numbered) if name not in shared)
