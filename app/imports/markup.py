"""Microdata and RDFa of a page as nodes of JSON-LD, each with its properties as lists.

Written here, on lxml: extruct, which reads both, takes 4 May for `<time datetime="2024-05-04">4 May</time>` in RDFa and
gives its values in no order. Addresses stay as they stand in the page.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from app.imports import trees
from app.imports.checks import Json
from app.imports.trees import Tree

_ADDRESSED: Final = ("href", "src", "data")
_SCHEMA: Final = re.compile(r"^https?://(?:www\.)?schema\.org/?#?$", re.IGNORECASE)
_NAME: Final = re.compile(r"^https?://(?:www\.)?schema\.org/#?(\w+)$", re.IGNORECASE)
_DEPTH: Final = 50  # of items in each other


def microdata(tree: Tree) -> list[Json]:
    """Each item that is no property of another."""
    by_id = {element.get("id"): element for element in tree.xpath("//*[@id]")}
    return [_item(element, by_id, ()) for element in tree.xpath("//*[@itemscope and not(@itemprop)]")]


def _item(element: Tree, by_id: dict[str, Tree], around: tuple[Tree, ...]) -> Json:
    """An item with its properties; `around`: the items that it stands in, into which none is led back by `itemref`."""
    node: Json = {"@type": (element.get("itemtype") or "").split()}
    if name := (element.get("itemid") or "").strip():
        node["@id"] = name
    around = (*around, element)
    begun = [element, *(by_id[name] for name in (element.get("itemref") or "").split() if name in by_id)]
    for root in begun:
        for owner in _owners(root, element):
            scope = owner.get("itemscope") is not None
            if scope and (owner in around or len(around) > _DEPTH):
                continue
            value = _item(owner, by_id, around) if scope else _value(owner)
            for name in owner.get("itemprop").split():
                node.setdefault(name, []).append(value)
    return node


def _owners(root: Tree, item_element: Tree) -> Iterator[Tree]:
    """The elements with a property of the item, in the order of the page."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element is not item_element and element.get("itemprop"):
            yield element
        if element is item_element or element.get("itemscope") is None:
            waiting.extend(reversed([child for child in element if isinstance(child.tag, str)]))


def _value(element: Tree) -> str:
    """What an element says: for programs, if it says that apart; else its text."""
    for name in ("content", "datetime", *_ADDRESSED):
        if (value := element.get(name)) is not None:
            return str(value).strip()
    if element.tag in ("data", "meter") and (value := element.get("value")):
        return str(value)
    return trees.words(element)


# --- RDFa -------------------------------------------------------------------------------------------------------------


def rdfa(tree: Tree) -> list[Json]:
    """Each thing with a type of schema.org, where it is no property of another."""
    roots: list[Json] = []
    # What stands open: an element, the node that its properties are of, its vocabulary and prefixes.
    waiting: list[tuple[Tree, Json | None, str, dict[str, str], tuple[str, ...]]] = [(tree, None, "", {}, ())]
    while waiting:
        element, node, vocabulary, prefixes, links = waiting.pop()
        vocabulary, prefixes = element.get("vocab", vocabulary).strip(), prefixes | _prefixes(element)
        names = _names(element.get("property"), vocabulary, prefixes)
        types = _names(element.get("typeof"), vocabulary, prefixes)
        # `rel` links to what stands inside; words without a prefix are HTML's own there.
        related = _names(" ".join(w for w in (element.get("rel") or "").split() if ":" in w), "", prefixes)
        if types:
            inner: Json = {"@type": list(types)}
            if identity := _first(element, ("about", "resource", "href", "src")):
                inner["@id"] = identity
            _add(node, names or related or links, inner, roots)
            node, links = inner, ()
        elif element.get("typeof") is not None:  # a thing of another vocabulary, and what is said of it
            node, links = None, ()
        elif names and node is not None:
            _add(node, names, _literal(element), roots)
        elif related and node is not None:
            reference = _first(element, ("resource", "href", "src"))
            if reference:
                _add(node, related, {"@id": reference}, roots)
            links = () if reference else related
        children = [child for child in element if isinstance(child.tag, str)]
        waiting.extend((child, node, vocabulary, prefixes, links) for child in reversed(children))
    return roots


def _add(node: Json | None, names: tuple[str, ...], value: Any, roots: list[Json]) -> None:
    if node is None or not names:
        roots.extend([value] if isinstance(value, dict) else [])
        return
    for name in names:
        node.setdefault(name, []).append(value)


def _literal(element: Tree) -> Any:
    for name in ("content", "datetime"):
        if (value := element.get(name)) is not None:
            return str(value).strip()
    reference = _first(element, ("resource", *_ADDRESSED))
    return {"@id": reference} if reference else trees.words(element)


def _first(element: Tree, names: tuple[str, ...]) -> str:
    return next((value.strip() for name in names if (value := element.get(name)) and value.strip()), "")


def _prefixes(element: Tree) -> dict[str, str]:
    words = (element.get("prefix") or "").split()
    declared = {name.rstrip(":"): iri for name, iri in zip(words[::2], words[1::2], strict=False)}
    older = {name.removeprefix("xmlns:"): iri for name, iri in element.items() if name.startswith("xmlns:")}
    return older | declared


def _names(words: str | None, vocabulary: str, prefixes: dict[str, str]) -> tuple[str, ...]:
    """The names of schema.org among the words of an attribute."""
    names = []
    for word in (words or "").split():
        prefix, colon, local = word.partition(":")
        if match := _NAME.match(word):
            names.append(match[1])
        elif not colon and _SCHEMA.match(vocabulary):
            names.append(word)
        elif colon and _SCHEMA.match(prefixes.get(prefix, "http://schema.org/" if prefix == "schema" else "")):
            names.append(local)
    return tuple(names)
