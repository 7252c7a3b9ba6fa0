"""What documents state in nobody's name."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext

_ASSERTING = ("support", "deny")


class Unattributed(NamedTuple):
    document_id: UUID
    statement: StatementInContext


def unattributed(counting: Iterable[StatementInContext], documents: Mapping[UUID, UUID]) -> list[Unattributed]:
    """What each document, after merges, supports or denies in its own voice, in the order of the statements."""
    return [
        Unattributed(document_id, statement)
        for statement in counting
        if statement.row.source_id is None and statement.row.stance in _ASSERTING
        for document_id in dict.fromkeys(
            documents.get(a.document_id, a.document_id) for a in statement.appearances if a.document_id
        )
    ]
