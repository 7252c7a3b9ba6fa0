"""The objects of the description: what comes in, and what is answered, as clients made of it should have them."""

import inspect
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from app.api.description import field_words, sharing, types
from app.schemas.common import Input, Output, Page
from app.schemas.pictures import compact

Schema = dict[str, Any]
# What an answer leaves out where it is asked for without.
_LEFT_OUT: Final = ("version", "created_at", "updated_at")
# Types that do not say what a field of theirs is.
_GENERAL: Final = frozenset({"Id", "Instant", "CoarseTime", "ShortText", "Text", "LongText", "Number", "Count"})


def share(description: Schema) -> None:
    """Have every object refer to named types, and to the object that it extends."""
    objects = description["components"]["schemas"]
    for name, schema in objects.items():
        objects[name] = _completed(name, schema)
    for path in description["paths"].values():
        for operation in path.values():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in part.get("content", {}).values():
                    media["schema"] = types.shared(media["schema"])
    _extend(objects)
    sharing.share(objects)


def _completed(name: str, schema: Schema) -> Schema:
    schema = types.shared({word: part for word, part in schema.items() if word != "title"}, name)
    fields = schema.get("properties", {})
    for field, part in fields.items():
        _tell(name, field, part)
    if "additionalProperties" in schema and schema["additionalProperties"] is False:
        # Generators have a default for what a client must send.
        for part in fields.values():
            if (default := part.pop("default", None)) is not None and "Default" not in part.get("description", ""):
                part["description"] = f"{part.get('description', '')} Default `{default}`.".strip()
    else:
        for part in fields.values():
            part.pop("default", None)
        if name in _subclasses(Output):
            lacking = compact.may_lack(_subclasses(Output)[name])
            schema["required"] = [
                field for field, part in fields.items() if field not in lacking and not _may_be_left_out(field, part)
            ]
            if not schema["required"]:
                del schema["required"]
    return schema


def _tell(model: str, field: str, part: Schema) -> None:
    words = field_words.FIELDS.get(f"{model}.{field}")
    if words is None and "description" not in part and not _says_enough(part):
        words = field_words.FIELDS.get(field)
    if words is not None:
        part["description"] = words


def _says_enough(part: Schema) -> bool:
    """Whether a field's type says what it is."""
    named = part if "$ref" in part else next((choice for choice in part.get("anyOf", ()) if "$ref" in choice), {})
    name = named.get("$ref", "").removeprefix(types.SCHEMAS).removesuffix(types.OR_NULL)
    return name in types.NAMED and name not in _GENERAL


def _may_be_left_out(field: str, part: Schema) -> bool:
    """What may be null may be missing, too, and so may what only keeps the books."""
    types_ = part.get("type")
    is_nullable = (
        {"type": "null"} in part.get("anyOf", [])
        or part.get("$ref", "").endswith(types.OR_NULL)
        or (isinstance(types_, list) and "null" in types_)
    )
    return is_nullable or field in _LEFT_OUT


# --- what extends another --------------------------------------------------------------------------------------------


def _subclasses(base: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """All models made of one, by name."""
    models: dict[str, type[BaseModel]] = {}
    waiting = [base]
    while waiting:
        model = waiting.pop()
        models[model.__name__] = model
        waiting += model.__subclasses__()
    return models


def _extend(objects: dict[str, Schema]) -> None:
    """Say of an object only what it has beside those that it extends."""
    written_out = dict(objects)
    for base in (Input, Output):
        models = _subclasses(base)
        described = {models[name]: schema for name, schema in written_out.items() if name in models}
        parents = _answered_parents(described) if base is Output else _bases(described)
        for parent, fields in parents.items():
            if parent.__name__ not in written_out:
                objects[parent.__name__] = _object(fields, _described(parent), described, parent)
        for model, schema in described.items():
            if above := [parent for parent in model.__mro__[1:] if parent in parents]:
                nearest = above if base is Input else above[:1]
                objects[model.__name__] = _extension(schema, {parent: parents[parent] for parent in nearest})
    page = next(schema for name, schema in written_out.items() if name.startswith("Page"))
    fields = {field: part for field, part in page["properties"].items() if field != "items"}
    objects["Page"] = {"type": "object", "description": "One page of a list.", "properties": fields}
    for name, schema in written_out.items():
        if fields.items() <= schema.get("properties", {}).items():
            objects[name] = _extension(schema, {Page: fields})


def _answered_parents(described: Mapping[type[BaseModel], Schema]) -> dict[type[BaseModel], Schema]:
    """The answers that others extend, and the fields of each: as they are described, or as the first child has them."""
    parents: dict[type[BaseModel], Schema] = {}
    for model, schema in described.items():
        for parent in model.__mro__[1:]:
            if issubclass(parent, Output) and parent.model_fields and parent not in parents:
                fields = described.get(parent, schema)["properties"]
                parents[parent] = {field: fields[field] for field in fields if field in _aliases(parent)}
    return parents


def _bases(described: Mapping[type[BaseModel], Schema]) -> dict[type[BaseModel], Schema]:
    """What bodies are made of, and is none itself: the fields that all who have it have alike."""
    children: dict[type[BaseModel], list[Schema]] = defaultdict(list)
    for model, schema in described.items():
        for parent in model.__mro__[1:]:
            if issubclass(parent, Input) and parent.model_fields and parent not in described:
                children[parent].append(schema["properties"])
    return {
        parent: {
            field: part
            for field, part in schemas[0].items()
            if field in _aliases(parent) and all(schema.get(field) == part for schema in schemas)
        }
        for parent, schemas in children.items()
        if len(schemas) > 1
    }


def _aliases(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def _object(fields: Schema, words: str, described: Mapping[type[BaseModel], Schema], parent: type[BaseModel]) -> Schema:
    required = next(
        [field for field in schema.get("required", ()) if field in fields]
        for model, schema in described.items()
        if issubclass(model, parent)
    )
    written = {"type": "object"} | ({"description": words} if words else {}) | {"properties": fields}
    return written | ({"required": required} if required and issubclass(parent, Output) else {})


def _described(model: type[BaseModel]) -> str:
    return inspect.cleandoc(vars(model).get("__doc__") or "")


def _extension(schema: Schema, parents: Mapping[type[BaseModel], Schema]) -> Schema:
    inherited = {field: part for fields in parents.values() for field, part in fields.items()}
    fields = {field: part for field, part in schema["properties"].items() if inherited.get(field) != part}
    is_closed = schema.get("additionalProperties") is False
    required = [field for field in schema.get("required", []) if is_closed or field in fields]
    extra: Schema = {"properties": fields} | ({"required": required} if required else {})
    written: Schema = {word: schema[word] for word in ("description", "examples") if word in schema}
    written["allOf"] = [*({"$ref": types.SCHEMAS + parent.__name__} for parent in parents), extra]
    return written | ({"unevaluatedProperties": False} if is_closed else {})
