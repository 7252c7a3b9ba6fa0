"""HTML as a tree."""

import re
from typing import Any, Final, TypeAlias

from lxml import etree, html  # type: ignore[import-untyped]  # no stubs are installed for it

Tree: TypeAlias = Any

_UNSEEN: Final = frozenset({"script", "style", "template", "noscript"})
_ASIDE: Final = frozenset({"nav", "aside", "footer", "form", "button", "svg", "select", "iframe"})
# Elements that part no words.
_INLINE: Final = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
    "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERS: Final = re.compile(r"[0-9][0-9,;–\s-]*")
_LETTER: Final = re.compile(r"[^\W\d_]")
# Line and page breaks that HTML's parser takes for nothing, or for a character.
_BREAKS: Final = {0: None, 0x0B: "\n", 0x0C: "\n", 0x85: "\n"}


def parsed(text: str) -> Tree | None:
    """The parsed tree. None: the text has no element."""
    try:
        # lxml refuses an encoding declaration in a text, which is decoded already.
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.translate(_BREAKS)))
    except (etree.ParserError, ValueError):
        return None
    _raise_numbers(tree)
    return tree


def _raise_numbers(tree: Tree) -> None:
    """Raised numbers become digits that are raised by themselves: without its element, `order<sup>1</sup>` is order1.

    A raised letter that leads somewhere is a reference, too, and gets brackets: `order[a]`.
    """
    for raised in list(tree.iter("sup")):
        words = "".join(raised.itertext()).strip()
        if _NUMBERS.fullmatch(words):
            words = words.translate(_RAISED)
        elif _LETTER.fullmatch(words) and raised.find(".//a[@href]") is not None:
            words = f"[{words}]"
        else:
            continue
        for child in list(raised):
            raised.remove(child)
        raised.text = words


def words(element: Tree) -> str:
    """What a reader sees of an element, on one line: words that stand in two blocks, or lines, are two."""
    parts: list[str] = []
    for step, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        hidden = not isinstance(node.tag, str) or node.tag in _UNSEEN
        if step == "start":
            parts += [" " if node.tag not in _INLINE else "", "" if hidden else node.text or ""]
        else:
            parts += [" " if isinstance(node.tag, str) and node.tag not in _INLINE else ""]
            parts += ["" if node is element else node.tail or ""]
    return " ".join("".join(parts).split())


def lines(element: Tree) -> list[str]:
    """What a reader sees of an element, a line for each block, without menus, forms and what is beside the matter."""
    parts: list[str] = []
    skipped: Tree | None = None
    for step, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if step in ("comment", "pi"):
            parts.append(node.tail or "" if skipped is None else "")
        elif step == "start" and skipped is None:
            skipped = node if _is_aside(node) else None
            parts += ["" if node.tag in _INLINE else "\n", "" if skipped is not None else node.text or ""]
        elif step == "end" and skipped in (None, node):
            skipped = None
            # The time of a post stands on a line of its own, whatever follows it.
            ends = node.tag not in _INLINE or (node.tag == "time" and _begins_line(parts, node))
            parts += ["\n" if ends else "", "" if node is element else node.tail or ""]
    return [line for part in "".join(parts).split("\n") if (line := " ".join(part.split()))]


def _begins_line(parts: list[str], node: Tree) -> bool:
    """Whether nothing stands before the element on its line."""
    line = "".join(parts[-20:]).rpartition("\n")[2]
    return line.strip() == "".join(node.itertext()).strip()


def _is_aside(node: Tree) -> bool:
    return node.tag in _UNSEEN | _ASIDE or node.get("hidden") is not None or node.get("aria-hidden") == "true"
