"""How entries of the search are asked for words, and how many have them, by a few pages of the table.

What the planner knows of words may be old, or nothing; and counting them all takes as long as a search for them.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, cast, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY

PAGES: Final = {"pages": 50, "few_pages": 400}
"""So many pages are read: some thousand entries, in as many milliseconds, and always the same. Nothing is counted in a
table of few: all of its entries can be ranked."""


def tsquery(words: str | None) -> ColumnElement[Any]:
    """A text as a tsquery, read once in a statement; None: one that nothing fits.

    A plan for all values would read it anew for every row that it ranks, or goes through: that took seconds.
    """
    return select(cast(literal(words or ""), TSQUERY)).scalar_subquery()
