"""JSON-LD as publishers write it: taken from pages, and read whatever shape a value has."""

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from app.imports import repairs
from app.imports.checks import Json, Notes, Unused, short
from app.imports.trees import Tree
from app.imports.values import clean

NOT_JSON: Final = "JSON-LD that can't be read"
BROKEN_REVIEW: Final = "a ClaimReview in JSON-LD that can't be read"
REPAIRED: Final = "JSON-LD that is slightly broken: read without its comments, its marks, and what is too much between"

_PREFIX: Final = re.compile(r"^(?:https?://(?:www\.|pending\.)?schema\.org/|schema:)")
_DEPTH: Final = 100


def in_page(tree: Tree, notes: Notes) -> list[Any]:
    """The values in a page's scripts."""
    values = []
    for nth, script in enumerate(tree.iterfind(".//script")):
        kind = (script.get("type") or "").split(";")[0].strip().lower()
        if kind == "application/ld+json":
            values += parsed(script.text or "", f"script[{nth}]", notes)
    return values


def parsed(text: str, location: str, notes: Notes) -> list[Any]:
    """The values of a text: one, one a line, or several. What is slightly broken is repaired, and noted.

    What can't be read is noted, too; where each line should be a value of its own, the others are kept.
    """
    text = text.strip().removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()]
    for parts in ([text], lines) if len(lines) > 1 else ([text],):
        try:
            return shallow([repairs.loads(part.strip()) for part in parts], location, notes)
        except (ValueError, RecursionError):
            continue
    repaired = repairs.repaired(text)
    try:
        values = list(repairs.values(repaired))
    except (ValueError, RecursionError):
        return shallow(_readable(lines, location, notes), location, notes)
    notes.append(Unused(location, short(text), REPAIRED if values else NOT_JSON))
    return shallow(values, location, notes)


def _readable(lines: list[str], location: str, notes: Notes) -> list[Any]:
    """The objects and lists of those lines that hold nothing else; all other lines are noted together."""
    values, broken = list[Any](), list[str]()
    for line in lines:
        try:
            of_line = list(repairs.values(repairs.repaired(line)))
        except (ValueError, RecursionError):
            of_line = []
        if of_line and all(isinstance(value, dict | list) and value for value in of_line):
            values += of_line
        else:
            broken.append(line)
    unread_text = " ".join(broken)
    notes.append(Unused(location, short(unread_text), BROKEN_REVIEW if "ClaimReview" in unread_text else NOT_JSON))
    return values


def shallow(values: list[Any], location: str, notes: Notes) -> list[Any]:
    """The values; none, and a note, where they are nested so deep that the recursions here would overflow."""
    waiting = [(value, 0) for value in values]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEPTH:
            notes.append(Unused(location, f"{_DEPTH} levels", f"{NOT_JSON}: nested too deep"))
            return []
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((child, depth + 1) for child in children)
    return values


def without_prefixes(value: Any) -> Any:
    """The value with schema.org's names alone, `schema:url` → `url`, and what is in `@value` in place of its object."""
    if isinstance(value, list):
        return [without_prefixes(member) for member in value]
    if isinstance(value, dict):
        if "@value" in value:
            return value["@value"]
        return {_PREFIX.sub("", name): without_prefixes(member) for name, member in value.items()}
    return value


def objects(value: Any) -> Iterator[tuple[str, Json]]:
    """Every object in a value with its path: outer ones first, else in the order of the text."""
    waiting = [("", value)]
    while waiting:
        location, node = waiting.pop()
        if isinstance(node, dict):
            yield location, node
            children = [(f"{location}/{name}", child) for name, child in node.items() if isinstance(child, dict | list)]
        else:
            children = [(f"{location}/{n}", child) for n, child in enumerate(node)] if isinstance(node, list) else []
        waiting.extend(reversed(children))


def types(node: Any) -> set[str]:
    """The names of a node's types: `ClaimReview`, also where it is an address or in a list."""
    names = node.get("@type", node.get("type")) if isinstance(node, dict) else None
    return {_PREFIX.sub("", name) for name in as_list(names) if isinstance(name, str)}


def as_list(value: Any) -> list[Any]:
    """One, several or no values as a flat list without empty ones; `@list` and `@set` give what they hold."""
    if isinstance(value, dict) and (members := value.get("@list", value.get("@set"))) is not None:
        return as_list(members)
    if isinstance(value, list):
        return [inner for member in value for inner in as_list(member)]
    return [] if value in (None, "", {}) else [value]


def resolved(node: Any, by_id: dict[str, Json]) -> Any:
    """The node that a bare reference (`{"@id": "#org"}`) stands for; any other node as it is."""
    if isinstance(node, dict) and isinstance(name := node.get("@id"), str) and not node.keys() - {"@id", "@type"}:
        return by_id.get(name, node)
    return node


def words(value: Any) -> str:
    """The text of a value: an object's is its name or text; of several values, the first text."""
    return next(iter(texts(value)), "")


def texts(value: Any) -> list[str]:
    """Each text of a value, once."""
    members = as_list(value)
    of_members = [
        words(member.get("name") or member.get("text")) if isinstance(member, dict) else clean(member)
        for member in members
    ]
    return list(dict.fromkeys(text for text in of_members if text))


def addresses(value: Any) -> list[str]:
    """The addresses in a value. Of each object the first of its `url`, `contentUrl`, `@id`."""
    urls = []
    for member in as_list(value):
        if isinstance(member, dict):
            of_member = (url for name in ("url", "contentUrl", "@id") for url in addresses(member.get(name)))
            urls += list(itertools.islice(of_member, 1))
        elif isinstance(member, str) and member.strip():
            urls.append(member.strip().replace("&amp;", "&"))
    return urls
