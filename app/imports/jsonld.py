"""JSON-LD as publishers write it: found in pages, and read whatever the shape of a value."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from app.imports import trees
from app.imports.checks import Json, Notes, Unused, short
from app.imports.values import clean

NOT_JSON: Final = "JSON-LD that can't be read"

_PREFIX: Final = re.compile(r"^(?:https?://(?:www\.|pending\.)?schema\.org/|schema:)")
_COMMENT: Final = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_DEPTH: Final = 100


def in_page(text: str, notes: Notes) -> tuple[list[Any], str | None]:
    """What a page's scripts hold, and the address it says that it has, by `<base>`."""
    tree = trees.parsed(text)
    if tree is None:
        return [], None
    found = []
    for n, script in enumerate(tree.iterfind(".//script")):
        kind = (script.get("type") or "").split(";")[0].strip().lower()
        if kind == "application/ld+json":
            found += parsed(script.text or "", f"script[{n}]", notes)
    base = tree.find(".//base[@href]")
    return found, None if base is None else base.get("href")


def parsed(text: str, where: str, notes: Notes) -> list[Any]:
    """One value; several, where each line is one; nothing, and a note, where it is no JSON."""
    text = _COMMENT.sub("", _COMMENT.sub("", text)).strip().removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()]
    for parts in ([text], lines) if len(lines) > 1 else ([text],):
        try:
            # A raw line break inside a text is no JSON, and common.
            return _shallow([json.loads(part, strict=False) for part in parts], where, notes)
        except (ValueError, RecursionError):
            continue
    notes.append(Unused(where, short(text), NOT_JSON))
    return []


def _shallow(values: list[Any], where: str, notes: Notes) -> list[Any]:
    """The values, if none is nested deeper than can be meant."""
    waiting = [(value, 0) for value in values]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEPTH:
            notes.append(Unused(where, f"{_DEPTH} levels", f"{NOT_JSON}: nested too deep"))
            return []
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((one, depth + 1) for one in inner)
    return values


def plain(value: Any) -> Any:
    """The same with schema.org's names alone: `http://schema.org/url`, `schema:url` → `url`; `@value` as it is."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        if "@value" in value:
            return value["@value"]
        return {_PREFIX.sub("", name): plain(one) for name, one in value.items()}
    return value


def objects(value: Any) -> Iterator[tuple[str, Json]]:
    """Every object in it, from the outside in, in their order, with where it stands."""
    waiting = [("", value)]
    while waiting:
        where, one = waiting.pop()
        if isinstance(one, dict):
            yield where, one
            inner = [(f"{where}/{name}", each) for name, each in one.items() if isinstance(each, dict | list)]
        else:
            inner = [(f"{where}/{n}", each) for n, each in enumerate(one)] if isinstance(one, list) else []
        waiting.extend(reversed(inner))


def types(node: Any) -> set[str]:
    """`ClaimReview`, whether it is written as a word, an address or in a list."""
    told = node.get("@type", node.get("type")) if isinstance(node, dict) else None
    return {_PREFIX.sub("", one) for one in many(told) if isinstance(one, str)}


def many(value: Any) -> list[Any]:
    """One, several or none, as a list without gaps; a `@list` or `@set` is what it holds."""
    if isinstance(value, dict) and (inner := value.get("@list", value.get("@set"))) is not None:
        return many(inner)
    if isinstance(value, list):
        return [inner for one in value for inner in many(one)]
    return [] if value in (None, "", {}) else [value]


def resolved(node: Any, by_id: dict[str, Json]) -> Any:
    """What a node that only names another (`{"@id": "#org"}`) stands for."""
    if isinstance(node, dict) and isinstance(name := node.get("@id"), str) and not node.keys() - {"@id", "@type"}:
        return by_id.get(name, node)
    return node


def words(value: Any) -> str:
    """The text of a value: of an object its name, of several the first that has one."""
    for one in many(value):
        found = words(one.get("name") or one.get("text")) if isinstance(one, dict) else clean(one)
        if found:
            return found
    return ""


def addresses(value: Any) -> list[str]:
    """Every address in it: of objects their `url`, else `contentUrl`, else `@id`."""
    found = []
    for one in many(value):
        if isinstance(one, dict):
            inner = next((told for name in ("url", "contentUrl", "@id") if (told := addresses(one.get(name)))), [])
            found += inner[:1]
        elif isinstance(one, str) and one.strip():
            found.append(one.strip().replace("&amp;", "&"))
    return found
