"""Unattributed statements: what documents state without naming a source."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext

_ASSERTING: Final = ("support", "deny")


class Unattributed(NamedTuple):
    document_id: UUID
    """After merges."""
    statement: StatementInContext


def unattributed(counted: Iterable[StatementInContext], document_targets: Mapping[UUID, UUID]) -> list[Unattributed]:
    """What each document supports or denies in nobody's name, in the order of the statements."""
    return [
        Unattributed(document_id, statement)
        for statement in counted
        if statement.row.source_id is None and statement.row.stance in _ASSERTING
        for document_id in dict.fromkeys(
            document_targets.get(appearance.document_id, appearance.document_id)
            for appearance in statement.appearances
            if appearance.document_id
        )
    ]
