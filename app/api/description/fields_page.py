"""Writes docs/fields.md, every field of a report and its words, out of the description of the interface.

`curl -s http://127.0.0.1:8000/openapi.json | python -m app.api.description.fields_page > docs/fields.md`
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app import synonyms
from app.api.description import field_words, glossary, types
from app.api.description.word_meanings import MEANINGS

Schema = dict[str, Any]
_REPORT: Final = "ReportCreate"
_SCHEMAS: Final = "#/components/schemas/"
# What an object is called here; all others by their names without their endings.
_CALLED: Final = {"StatementInClaim": "Statement of a claim", "StatementCreate": "Statement of an event"}
_ENDING: Final = re.compile(r"(Create|In)$")
_WORDS_BETWEEN: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIMPLE: Final = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}
# The order of the page, as far as it is not that in which they are met.
_ORDER: Final = (
    *(_REPORT, "DocumentCreate", "SourceCreate", "ReportEvent", "QuestionCreate", "ClaimCreate", "Figure"),
    *("StatementInClaim", "StatementCreate", "HopCreate"),
)
# Of these the type's example is the field's.
_OF_THE_TYPE: Final = ("Ref", "Key", "Url", "Label", "Reference", "DocumentText", "Slug")
# Objects for which a text may stand.
_ALONE: Final = {
    "DocumentCreate": "its URL",
    "QuestionCreate": "its text",
    "ClaimCreate": "its text",
    "ReportEvent": "its address",
    "Alias": "its name",
}
# What a field is, and what it may be, where the description says less of it alone.
_SAYS: Final = {
    "AssessmentCreate.author": "Who rates it.",
    "ClaimCreate.language": "Of the text: [which to choose](ingest.md#which-language-a-claim-has).",
    "ClaimCreate.figure": "The number that answers a quantity: an object, `74`, or `at least 20`.",
    "DocumentCreate.links": "What it is made out of, or answers.",
    "ClaimCreate.statements": "Who says so, denies it, or asks.",
    "HopCreate.source": "Who passed it on.",
    "ReportEvent.assessments": "How its claims are rated.",
    "ReportEvent.claim_links": "How its claims stand to one another.",
    "ReportEvent.claims": "What is claimed about it.",
    "ReportEvent.event_links": "What came before it or after it, or happened at the same site.",
    "ReportEvent.questions": "What is in dispute about it.",
    "StatementCreate.claim": "The claim that it is about, where that stands elsewhere.",
    "StatementCreate.question": "The question, where it only asks or does not answer.",
    "StatementInClaim.document": "Where it is found. Default: the report's document.",
    "StatementInClaim.source": "Who says so. None: the document in its own voice.",
    "StatementInClaim.withdrawn": "When the source took it back: [how to write that](ingest.md#what-was-taken-back).",
    "StatementInClaim.withdrawn_document": "Where that is found.",
}
_EXAMPLES: Final = {
    "ClaimCreate.figure": {"qualifier": "at_least", "min": 45},
    "ClaimCreate.translations": {"fr": "Un drone a frappé l’usine"},
    "QuestionCreate.text": "What caused the explosion?",
    "SourceCreate.name": "Sergei Pakhomov",
    "ReportEvent.tags": ["explosion"],
    "ReportEvent.kind": "explosion",
}
_INTRODUCTION: Final = """# Every field of a report

`app/api/description/fields_page.py` writes this page out of the description of the interface, and a test compares
them. How a report works, and what becomes of one that comes again: [for ingest scripts](ingest.md). A whole one:

```json
{"ref": "news.example:1", "document": {"url": "https://news.example/1", "publisher": "Example News", "language": "ru"},
 "events": [{"ref": "zagorsk-2023", "title": "Explosion at the plant", "occurred": "2023-08-09", "claims": [
   {"question": {"text": "What caused it?", "kind": "cause"}, "text": "A drone struck the plant", "language": "en",
    "statements": [{"source": {"name": "Sergei Pakhomov", "kind": "official"}, "stance": "deny", "said": "2023-08-09",
                    "wording": "Дрона не было", "quoted": true, "language": "ru"}]}]}]}
```

Fields marked with ● are needed; all others may be left out or null. A single record (`POST /v1/sources`, a line of
`POST /v1/ingest`) has the same fields.
"""


def page(description: Schema) -> str:
    """The page, of /openapi.json."""
    writer = _Writer(description["components"]["schemas"])
    return (
        "\n".join([_INTRODUCTION.rstrip() + "\n", *writer.objects(), *writer.types(), *writer.lists()]).rstrip() + "\n"
    )


class _Writer:
    """Goes from the report to everything that it may hold, and notes which types and lists it meets."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self.waiting = [_REPORT]
        self.met: list[str] = []  # the named types that are neither objects nor lists, in the order of the page
        self.closed: list[str] = []

    def objects(self) -> Iterator[str]:
        """A table for each object, the report first."""
        tables = {name: "\n".join(self.table(name)) for name in self.waiting}  # grows meanwhile
        names = sorted(tables, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
        lists = " · ".join(self.link(name) for name in sorted(self.closed))
        yield f"Objects: {' · '.join(self.link(name) for name in names)}. Closed lists: {lists}."
        yield from (tables[name] for name in names)

    def table(self, name: str) -> Iterator[str]:
        schema = self.schemas[name]
        members, needed = self.members(schema)
        yield f"\n## {title(name)}"
        if words := _paragraph(schema.get("description", "")):
            yield words
        yield ""
        inherited: set[str] = set()
        if name == "StatementCreate":
            inherited = set(self.members(self.schemas["StatementInClaim"])[0])
            yield f"All fields of a {self.link('StatementInClaim')}, and these two:\n"
        yield "| field | type | what it means | example |\n|---|---|---|---|"
        yield from (
            self.row(name, field, part, needed=field in needed)
            for field, part in members.items()
            if field not in inherited
        )

    def members(self, schema: Schema) -> tuple[dict[str, Schema], set[str]]:
        """The fields of an object with those that it extends, and which of them are needed."""
        members: dict[str, Schema] = {}
        needed: set[str] = set(schema.get("required", ()))
        for part in (*schema.get("allOf", ()), *([schema["$ref"]] if "$ref" in schema else ())):
            parent = self.schemas[part.removeprefix(_SCHEMAS)] if isinstance(part, str) else part
            inherited, also_needed = self.members(parent)
            members |= inherited
            needed |= also_needed
        return members | schema.get("properties", {}), needed

    def row(self, name: str, field: str, schema: Schema, *, needed: bool) -> str:
        kind, at = self.kind(schema), f"{name}.{field}"
        words = _SAYS.get(at) or self.says(schema, "description") or field_words.FIELDS.get(field, "")
        example = _EXAMPLES.get(at) or self.example(field, schema)
        written = "" if example is None else f"`{json.dumps(example, ensure_ascii=False)}`"
        return f"| `{field}`{' ●' if needed else ''} | {kind} | {_paragraph(words)} | {written} |"

    def example(self, field: str, schema: Schema) -> Any:
        """What may stand there: the example of the field's name, if its type has none of its own."""
        of_type = (self.says(schema, "examples") or self.says(schema, "enum") or [None])[0]
        by_name = glossary.EXAMPLES.get(field)
        if "enum" in schema or self.says(schema, "enum") or type(by_name) is not type(of_type):
            return of_type
        general = schema.get("$ref", "").removeprefix(_SCHEMAS).removesuffix(types.OR_NULL)
        return by_name if general not in _OF_THE_TYPE else of_type

    def says(self, schema: Schema, word: str) -> Any:
        """The description or the examples of a field: its own, else those of what it refers to."""
        if word in schema and schema[word] is not None:
            return schema[word]
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_SCHEMAS)
            inner = self.schemas[name]
            return None if self.is_object(inner) else self.says(inner, word)
        choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
        return self.says(choices[0], word) if len(choices) == 1 else None

    def kind(self, schema: Schema) -> str:
        """What may stand there, in words, with links."""
        if "$ref" in schema:
            return self.named(schema["$ref"].removeprefix(_SCHEMAS))
        choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if choices:
            kinds = [self.kind(choice) for choice in choices if choice.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if "array" in types:
            return f"list of {self.kind(schema['items'])}"
        if "object" in types:
            return (
                f"object of {self.kind(schema['additionalProperties'])}"
                if "additionalProperties" in schema
                else "object"
            )
        if "enum" in schema or "const" in schema:
            return " or ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
        return " or ".join(_SIMPLE[type_] for type_ in types if type_ != "null")

    def named(self, name: str) -> str:
        schema = self.schemas[name]
        if "enum" in schema:
            if name not in self.closed:
                self.closed.append(name)
            return self.link(name)
        if self.is_object(schema):
            if name not in self.waiting:
                self.waiting.append(name)
            return f"{self.link(name)} or {_ALONE[name]}" if name in _ALONE else self.link(name)
        if "anyOf" in schema or "oneOf" in schema or "$ref" in schema:
            return self.kind(schema)
        if name not in self.met:
            self.met.append(name)
        return self.link(name)

    @staticmethod
    def is_object(schema: Schema) -> bool:
        return "allOf" in schema or ("properties" in schema)

    @staticmethod
    def link(name: str) -> str:
        return f"[{title(name)}](#{title(name).lower().replace(' ', '-')})"

    def types(self) -> Iterator[str]:
        yield "\n# Kinds of text and number\n\n| type | is | example | at most |\n|---|---|---|---|"
        for name in sorted(self.met):
            schema = self.schemas[name]
            example = f"`{json.dumps(schema['examples'][0], ensure_ascii=False)}`" if "examples" in schema else ""
            length = f"{schema['maxLength']:,} characters" if "maxLength" in schema else ""
            heading = f'<a id="{title(name).lower().replace(" ", "-")}"></a>{title(name)}'
            yield f"| {heading} | {_paragraph(schema.get('description', ''))} | {example} | {length} |"

    def lists(self) -> Iterator[str]:
        yield "\n# Closed lists\n\nThey are taken in any case, and with spaces, hyphens or underscores."
        for name in sorted(self.closed):
            yield f"\n## {title(name)}\n{_paragraph(self.schemas[name].get('description', ''))}\n"
            yield "| word | means | also taken |\n|---|---|---|"
            for word in self.schemas[name]["enum"]:
                also = synonyms.SYNONYMS.get(name, {}).get(word, "")
                yield f"| `{word}` | {MEANINGS[name][word]} | {also} |"


def title(name: str) -> str:
    """How an object, a type or a list is called in the page."""
    return _CALLED.get(name) or _WORDS_BETWEEN.sub(" ", _ENDING.sub("", name)).capitalize()


def _paragraph(words: str) -> str:
    return " ".join(words.split())


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))
