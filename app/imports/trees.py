"""HTML as a tree."""

import re
from typing import Any, TypeAlias

from lxml import etree, html  # type: ignore[import-untyped]  # no stubs are installed for it

Tree: TypeAlias = Any


def parsed(text: str) -> Tree | None:
    """The parsed tree. None: the text has no element."""
    try:
        # lxml refuses an encoding declaration in a text, which is decoded already.
        return html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\0", "")))
    except (etree.ParserError, ValueError):
        return None
