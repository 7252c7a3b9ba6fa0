"""Unattributed statements: what documents state without naming a source."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules import dates
from app.derive.rules.statements import StatementInContext
from app.schemas.documents import DocumentRead

_ASSERTING: Final = ("support", "deny")


class Unattributed(NamedTuple):
    document_id: UUID
    """After merges."""
    statement: StatementInContext


def unattributed(
    counted: Iterable[StatementInContext],
    document_targets: Mapping[UUID, UUID],
    retracted: Mapping[UUID, DocumentRead],
    until: datetime | None,
) -> list[Unattributed]:
    """What each document supports or denies in nobody's name, in the order of the statements.

    Not those that had been retracted by then, though another may state the same.
    """
    return [
        Unattributed(document_id, statement)
        for statement in counted
        if statement.row.source_id is None and statement.row.stance in _ASSERTING
        for document_id in dict.fromkeys(
            document_targets.get(appearance.document_id, appearance.document_id)
            for appearance in statement.appearances
            if appearance.document_id
        )
        if not dates.is_retracted(retracted.get(document_id), until)
    ]
