"""What several objects of the description have alike, said once: single fields, and fields that stand together."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic.alias_generators import to_pascal

from app.api.description import types

Schema = dict[str, Any]
# How many characters it must spare that something is described once for all who have it.
_WORTH_A_NAME: Final = 30
_MANY_LISTS: Final = 4
# What fields of many names are, by what is said of them.
_ALIKE: Final = {"Its beginning.": "Beginning", "Its end, exclusive.": "End"}
# Fields that stand together, by the name of the object that has them for all.
_TOGETHER: Final[Mapping[str, str]] = {
    "ExternalIdsGiven": "external_ids",
    "ExternalIdsChanged": "external_ids merged_into",
    "EventFacts": "slug title summary language kind occurred occurred_from occurred_to place_name country parent_id"
    " visibility merged_into",
    "PictureHead": "position as_of said_before event_id parties countries",
    "WhenEffective": "statement_id effective effective_from effective_to",
    "WhatIsDisputed": "claim_id question_id text",
    "LinkMoved": "id from_id to_id score state_from state_to",
    "HowWithdrawn": "withdrawn_reason withdrawn_document_id withdrawn_by",
    "AssessmentFacts": "author_id scheme rating label made",
    "InWhichWords": "wording translation translation_language framing attribution location",
    "WhatChanged": "op reason recorded_at version",
    "WhatIsAsked": "evolving single_answer subject text",
    "WhyMoved": "text reasons reasons_before why_before",
    "StatementParts": "label source document supersedes withdrawn_document",
    "Ends": "from_id to_id",
    "WhoSaid": "explicitness said source_id stance",
}


def share(objects: dict[str, Schema]) -> None:
    for name, fields in _TOGETHER.items():
        _share_together(objects, name, fields.split())
    _share_lists(objects)
    _share_fields(objects)
    _share_additions(objects)
    _leave_out_types(objects)


def _owners(objects: Mapping[str, Schema]) -> Iterator[Schema]:
    """Whatever has fields: objects, and what they have beside those that they extend."""
    for schema in objects.values():
        yield from (part for part in (schema, *schema.get("allOf", ())) if "properties" in part)


def _share_lists(objects: dict[str, Schema]) -> None:
    """Have a list of what many fields list be a type: `Ids`."""
    members = Counter(re.findall(rf'"items":{{"\$ref":"{types.SCHEMAS}(\w+)"}},"type":"array"', _written(objects)))
    names = {
        member: name
        for member, count in members.items()
        if (name := f"{member.removesuffix('Read')}s") not in objects and count > _MANY_LISTS
    }

    def refer(schema: Schema) -> Schema:
        if schema.get("type") != "array" or not schema.keys() <= {"items", "type", "description"}:
            return schema
        member = schema["items"].get("$ref", "").removeprefix(types.SCHEMAS)
        if member not in names:
            return schema
        words = {"description": schema["description"]} if "description" in schema else {}
        return {"$ref": types.SCHEMAS + names[member]} | words

    objects.update(types.walked(objects, refer))
    for member, name in names.items():
        objects[name] = {"items": {"$ref": types.SCHEMAS + member}, "type": "array"}


def _share_fields(objects: dict[str, Schema]) -> None:
    """Have a field that several objects have alike stand once, under its own name."""
    owners = [part["properties"] for part in _owners(objects)]
    # Generators give each reference to a map that may be null a type of its own, all of one name.
    uses = Counter(
        (_ALIKE.get(part.get("description", ""), to_pascal(field)), _written(part))
        for fields in owners
        for field, part in fields.items()
        if "object" not in part.get("type", ()) or part["type"] == "object"
    )
    names: dict[tuple[str, str], str] = {}
    for (plain, written), count in uses.most_common():
        # A field may be called as a type is, or as another field.
        taken_names = objects.keys() | types.NAMED.keys()
        name = plain if plain not in taken_names else f"{plain}Field"
        reference = len(_written({"$ref": types.SCHEMAS + name}))
        spared = (count - 1) * len(written) - count * reference - len(name)
        if spared > _WORTH_A_NAME and name not in taken_names:
            names[plain, written] = name
            objects[name] = json.loads(written)
    for fields in owners:
        for field, part in fields.items():
            plain = _ALIKE.get(part.get("description", ""), to_pascal(field))
            if (key := (plain, _written(part))) in names:
                fields[field] = {"$ref": types.SCHEMAS + names[key]}


def _share_together(objects: dict[str, Schema], name: str, fields: list[str]) -> None:
    """Have those objects that have all these fields alike extend one that has them."""
    having: dict[str, list[Schema]] = defaultdict(list)
    for schema in objects.values():
        part = schema["allOf"][-1] if "allOf" in schema else schema
        is_open = "allOf" in schema or part.get("additionalProperties") is not False
        if is_open and part.get("properties", {}).keys() >= set(fields):
            shared = {"properties": {field: part["properties"][field] for field in fields}}
            required = [field for field in fields if field in part.get("required", ())]
            having[_written(shared | ({"required": required} if required else {}))].append(schema)
    written, sharers = max(having.items(), key=lambda item: len(item[1]), default=("", []))
    if len(sharers) > 1:
        for schema in sharers:
            _extend(schema, name, fields)
        objects[name] = {"type": "object"} | json.loads(written)


def _extend(schema: Schema, name: str, fields: list[str]) -> None:
    """Say of an object only what it has beside these fields of another."""
    if "allOf" not in schema:
        addition = {word: schema.pop(word) for word in ("properties", "required") if word in schema}
        schema.pop("type", None)
        schema["allOf"] = [addition]
    addition = schema["allOf"][-1]
    addition["properties"] = {field: part for field, part in addition["properties"].items() if field not in fields}
    if "required" in addition:
        addition["required"] = [field for field in addition["required"] if field not in fields]
        if not addition["required"]:
            del addition["required"]
    schema["allOf"].insert(-1, {"$ref": types.SCHEMAS + name})
    if addition == {"properties": {}}:
        schema["allOf"].pop()


def _share_additions(objects: dict[str, Schema]) -> None:
    """Have what many objects say beside those that they extend stand once, under the names of its fields."""
    extensions: dict[str, list[Schema]] = defaultdict(list)
    for schema in objects.values():
        if "allOf" in schema and len(schema["allOf"][-1].get("properties", {})) > 1:
            extensions[_written(schema["allOf"][-1])].append(schema)
    for written, extended in extensions.items():
        addition = json.loads(written)
        name = "And".join(map(to_pascal, addition["properties"]))
        if len(extended) * (len(written) - len(name)) > len(written) + _WORTH_A_NAME and len(extended) > 1:
            objects[name] = {"type": "object", "description": "What was done."} | addition
            for schema in extended:
                schema["allOf"][-1] = {"$ref": types.SCHEMAS + name}


def _leave_out_types(objects: dict[str, Schema]) -> None:
    """What has fields is an object; only for that of a body a text may stand, from which it must be told."""
    bodies = [schema for schema in objects.values() if schema.get("unevaluatedProperties") is False]
    in_bodies = {part.get("$ref", "").removeprefix(types.SCHEMAS) for schema in bodies for part in schema["allOf"]}
    for name, schema in objects.items():
        if "properties" in schema and "additionalProperties" not in schema and name not in in_bodies:
            schema.pop("type", None)


def _written(schema: Schema) -> str:
    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False)
