"""The types of the description: each has one name, a description and an example, and fields refer to it.

Pydantic writes a type out wherever a field has it, so that clients made of it would have no `Stance`, and no `Ref`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

from pydantic import TypeAdapter

from app import vocabulary
from app.api.description import glossary
from app.schemas import addresses, documents, fields, lookups, questions, reports, search, sources, statements
from app.schemas.pictures import audits, diffs, dossiers, figures, matrices, reason_codes, track_records

Schema = dict[str, Any]
SCHEMAS: Final = "#/components/schemas/"
# The modules with closed lists.
_LISTS: Final = (
    vocabulary,
    reports,
    lookups,
    search,
    dossiers,
    figures,
    matrices,
    diffs,
    audits,
    track_records,
    reason_codes,
)
_TYPES: Final[Mapping[str, Any]] = {
    "Id": UUID,
    "Instant": datetime,
    "CoarseTime": fields.CoarseTime,
    "ShortText": fields.Name,
    "Text": fields.Prose,
    "LongText": fields.Wording,
    "DocumentText": fields.Verbatim,
    "Key": fields.Key,
    "Country": fields.Country,
    "Language": fields.Language,
    "Url": fields.Url,
    "Slug": fields.Slug,
    "Ref": fields.Ref,
    "Address": addresses.Address,
    "EventAddress": addresses.EventAddress,
    "Reference": addresses.Reference,
    "SourceName": sources.SourceName,
    "SourceIn": sources.SourceIn,
    "DocumentIn": documents.DocumentIn,
    "QuestionIn": questions.QuestionIn,
    "HopIn": statements.HopIn,
    "Label": addresses.Label,
    "Number": fields.Number,
    "Count": fields.Count,
    "Score": fields.Score,
}
_BARE: Final = ({"type": "string"}, {"type": "number"}, {"type": "integer"})
# Types of answers alone, by what fields are called (`glossary.TYPE_OF`).
_ANSWERED: Final[Mapping[str, Schema]] = {
    "Path": {"type": "string"},
    "Digest": {"type": "string"},
    "HowMany": {"type": "integer"},
    "Position": {"type": "string"},
    "Words": {"type": "string"},
    "Heading": {"type": "string"},
    "Sentence": {"type": "string"},
}
# As which field the members of a map are seen.
_COUNTED: Final = "count"
# What may be of a named type, or null, is named, too: `IdN`. Short, for it is referred to hundreds of times.
OR_NULL: Final = "N"
_WORTH_A_NAME: Final = 4  # uses
# What says nothing of the values that there may be.
_SAID: Final = ("title", "description", "default")


def _standard(schema: Any) -> Any:
    """The schema in the words of JSON Schema that generators know, without the titles that repeat a field's name."""
    if isinstance(schema, list):
        return [_standard(part) for part in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)  # a bound of 1.0 is one of 1
    if not isinstance(schema, dict):
        return schema
    standard = {
        {"ge": "minimum", "le": "maximum"}.get(name, name): part if name == "examples" else _standard(part)
        for name, part in schema.items()
        if name != "title" or not isinstance(part, str)
    }
    if "enum" in standard and all(isinstance(word, str) for word in standard["enum"]):
        standard["type"] = "string"
    # A map whose names have a form: `patternProperties` alone would allow all others, too.
    if list(patterns := standard.pop("patternProperties", {})):
        ((pattern, value),) = patterns.items()
        standard |= {"propertyNames": {"pattern": pattern}, "additionalProperties": value}
    return standard


def _core(schema: Schema) -> str:
    return json.dumps({name: part for name, part in schema.items() if name not in _SAID}, sort_keys=True)


def _named_types() -> dict[str, Schema]:
    closed_lists = {
        name: {"type": "string", "enum": list(get_args(value))}
        for module in _LISTS
        for name, value in vars(module).items()
        if get_origin(value) is Literal and not name.startswith("_")
    }
    written = {name: _described(type_) for name, type_ in _TYPES.items()}
    return {**written, **closed_lists, **_ANSWERED}


def _described(type_: Any) -> Schema:
    schema: Schema = _standard(TypeAdapter(type_).json_schema(ref_template=SCHEMAS + "{model}"))
    # What it may describe in place is there already, under its own name.
    schema.pop("$defs", None)
    schema.pop("discriminator", None)
    return schema


NAMED: Final = _named_types()
_BY_CORE: Final = {_core(schema): name for name, schema in reversed(NAMED.items()) if name not in _ANSWERED}


def components(used: set[str]) -> dict[str, Schema]:
    """The schemas of those named types that are referred to, and of what may be one or null."""
    nullable = {
        name: {"anyOf": [{"$ref": SCHEMAS + name.removesuffix(OR_NULL)}, {"type": "null"}]}
        for name in sorted(used)
        if name.endswith(OR_NULL)
    }
    named = used | {name.removesuffix(OR_NULL) for name in nullable}
    return nullable | {
        name: {**_inside(schema), **glossary.TYPES.get(name, {})} for name, schema in NAMED.items() if name in named
    }


def expanded(description: Schema) -> Schema:
    """The description, with what is rarely of a named type or null written out."""
    uses = Counter(re.findall(rf'"{SCHEMAS}(\w+{OR_NULL})"', json.dumps(description)))

    def expand(schema: Schema) -> Schema:
        name = str(schema.get("$ref", "")).removeprefix(SCHEMAS)
        if 0 < uses[name] < _WORTH_A_NAME:
            said = {word: part for word, part in schema.items() if word != "$ref"}
            return {"anyOf": [{"$ref": SCHEMAS + name.removesuffix(OR_NULL)}, {"type": "null"}]} | said
        return schema

    expanded_description: Schema = walked(description, expand)
    return expanded_description


def _inside(schema: Schema) -> Schema:
    """A named type, whose parts may be named types in turn."""
    choices = [_shared(choice, "") for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
    return schema | ({"anyOf" if "anyOf" in schema else "oneOf": choices} if choices else {})


def shared(schema: Schema, field: str = "") -> Schema:
    """A schema that refers to named types; `field`, or model: whose it is, which says more of a mere text or number."""
    return _shared(_standard(schema), field)


def _shared(schema: Schema, field: str) -> Schema:
    if "$ref" in schema:
        return schema
    if (name := _name(schema, field)) is not None:
        said = {word: schema[word] for word in ("description", "default") if word in schema}
        if said.get("description") == NAMED[name].get("description"):
            said.pop("description", None)
        return {"$ref": SCHEMAS + name} | said
    if "anyOf" in schema or "oneOf" in schema:
        return _choice(schema, field)
    written = _with_members(schema)
    if "properties" in schema:
        written["properties"] = {
            name: _shared(part, at if (at := f"{field}.{name}") in glossary.BY_MODEL else name)
            for name, part in schema["properties"].items()
        }
    elif "properties" in written:
        written["properties"] = {name: _shared(part, _COUNTED) for name, part in written["properties"].items()}
    for part in ("items", "additionalProperties"):
        if isinstance(written.get(part), dict):
            written[part] = _shared(written[part], field)
    if "examples" not in written and (example := _example(written, field)) is not None:
        written["examples"] = [example]
    return written


def _with_members(schema: Schema) -> Schema:
    """A map whose keys are the words of a closed list, as generators understand it: each may be there."""
    written = dict(schema)
    names = written.pop("propertyNames", {})
    if "enum" in names:
        value = written.pop("additionalProperties")
        written["properties"] = dict.fromkeys(names["enum"], value)
    elif "pattern" in names:
        written["propertyNames"] = names
    return written


def _choice(schema: Schema, field: str) -> Schema:
    word = "anyOf" if "anyOf" in schema else "oneOf"
    choices = [_shared(choice, field) for choice in schema[word]]
    written = {name: part for name, part in schema.items() if name != word}
    is_nullable = choices[1:] == [{"type": "null"}]
    # Null is no word of a list.
    if is_nullable and isinstance(choices[0].get("type"), str) and choices[0].keys().isdisjoint({"enum", "const"}):
        return choices[0] | {"type": [choices[0]["type"], "null"]} | written
    if is_nullable and choices[0].get("$ref", "").removeprefix(SCHEMAS) in NAMED:
        return {"$ref": choices[0]["$ref"] + OR_NULL} | written
    return {word: choices} | written


def _name(schema: Schema, field: str) -> str | None:
    if (name := _BY_CORE.get(_core(schema))) is not None:
        return name
    bare = {word: part for word, part in schema.items() if word not in _SAID}
    if bare not in _BARE or (name := glossary.TYPE_OF.get(field)) is None:
        return None
    return name if (NAMED[name]["type"] == "string") == (bare == {"type": "string"}) else None


def _example(schema: Schema, field: str) -> Any:
    """What a text or a number of this field may be: an object may count what another names."""
    kinds = schema.get("type", ())
    if "const" in schema or "enum" in schema:
        return None
    examples = glossary.EXAMPLES.get(field, ())
    for example in examples if isinstance(examples, tuple) else (examples,):
        fitting = (
            {"string"} if isinstance(example, str) else {"number", *(["integer"] if isinstance(example, int) else [])}
        )
        if fitting & {*([kinds] if isinstance(kinds, str) else kinds)}:
            return example
    return None


def walked(schema: Any, change: Callable[[Schema], Schema]) -> Any:
    """The same with every object changed, the innermost first."""
    if isinstance(schema, list):
        return [walked(part, change) for part in schema]
    if isinstance(schema, dict):
        return change({name: walked(part, change) for name, part in schema.items()})
    return schema
