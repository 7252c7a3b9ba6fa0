"""Statements of a list as flat rows: the columns of an event's table that need no picture of the event."""

from collections.abc import Iterator
from typing import Final

from app.formats import cells, csv
from app.formats.cells import Row
from app.schemas.pictures.listed import StatementsInList

# What the picture of the whole event decides: where a claim stands, and whether a statement does.
_DECIDED: Final = frozenset((
    *("question_status", "question_why", "claim_standing", "claim_why", "support_statements", "support_independent"),
    *("deny_statements", "deny_independent", "rivals", "rival_ids", "claim_links", "assessments", "live"),
    *("why_not_live", "not_live_since", "not_live_by_statement_id", "figure_state", "source_family"),
    "source_family_id",
))  # fmt: skip
COLUMNS: Final = tuple(name for name in csv.COLUMNS if name not in _DECIDED)


def rows(listed: StatementsInList) -> Iterator[Row]:
    """One for each statement, each cell as in its event's own table."""
    maps = cells.SideMaps(listed.sources, listed.documents)
    for event, question, heading, claim, statement in listed.statements:
        yield {
            **cells.event(event),
            **cells.question(question, heading),
            **cells.claim(claim),
            **cells.statement(maps, statement),
            **cells.source(maps, statement.source_id),
            **cells.appearances(maps, statement.appearances),
        }
