"""JSON that publishers have written slightly wrong, read all the same. What stands inside texts is never changed.

Parsers for the dialects (JSON5, commentjson) refuse line breaks inside texts and several values; those that repair
anything (json_repair, chompjs) complete what was cut, and make up what nobody has written.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any, Final

# Each pattern ends at the end of the text at the latest, so that none is begun twice.
_TEXT: Final = r'(?P<text>"(?:[^"\\]|\\.)*(?:"|\Z))'
# Of HTML and of CDATA sections, hidden from scripts or not: `<!--`, `//-->`, `/* <![CDATA[ */`, `//--><!]]>`.
_MARK: Final = r"(?:/[/*][ \t]*)?(?:--><!\]\]>|><!--|<!\[CDATA\[|\]\]>|<!--|-->)(?:[ \t]*\*/)?"
_COMMENT: Final = r"<!--[^{}\[\]<]*?-->|/\*.*?(?:\*/|\Z)|//[^\n]*"
# White space and invisible signs that JSON does not know.
_SPACE: Final = "[\x0b\x0c\x85\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+"
_REMARKS: Final = re.compile(rf"{_TEXT}|<!--[^{{}}\[\]<]*?-->|{_MARK}|{_COMMENT}|{_SPACE}", re.DOTALL)
_EXTRA: Final = re.compile(rf"{_TEXT}|[,;](?=\s*(?:[,;\]}}]|\Z))|(?<=[\[{{])\s*,", re.DOTALL)
# Two objects without the comma between them.
_PARTED: Final = re.compile(rf"{_TEXT}|}}(?P<space>\s*){{", re.DOTALL)
_BETWEEN: Final = re.compile(r"[\s,;]*")


def repaired(text: str) -> str:
    """The text without comments, marks, and commas and semicolons too many."""
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    text = _REMARKS.sub(lambda match: _escaped(match["text"]) if match["text"] else " ", text)
    text = _EXTRA.sub(lambda match: match["text"] or " ", text)
    return _PARTED.sub(lambda match: match["text"] or f"}},{match['space']}{{", text)


def _escaped(text: str) -> str:
    r"""A text of JSON; `\'`, which JSON does not know and every script reads as `'`, is that."""
    return re.sub(r"\\(.)", lambda match: "'" if match[1] == "'" else match[0], text, flags=re.DOTALL)


def values(text: str) -> Iterator[Any]:
    """Each of the values that stand one behind the other. Raises ValueError where something else stands."""
    end = _BETWEEN.match(text, 0).end()  # type: ignore[union-attr]  # it may be empty, and so always matches
    while end < len(text):
        value, end = _DECODER.raw_decode(text, end)
        yield value
        end = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def loads(text: str) -> Any:
    """One value. Raises ValueError where the text is none."""
    return _DECODER.decode(text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of two members of one name none is lost: where they differ, the member has both as a list."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members and members[name] != value:
            before = members[name]
            members[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            members[name] = value
    return members


# Not strict: raw line breaks inside texts are common.
_DECODER: Final = json.JSONDecoder(strict=False, object_pairs_hook=_members)
