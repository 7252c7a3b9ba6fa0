"""What documents state in nobody's name."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.voices import Voice

_ASSERTING = ("support", "deny")


class Unattributed(NamedTuple):
    document_id: UUID
    voice: Voice


def unattributed(counting: Iterable[Voice], documents: Mapping[UUID, UUID]) -> list[Unattributed]:
    """What each document, after merges, supports or denies in its own voice, in the order of the statements."""
    return [
        Unattributed(document_id, voice)
        for voice in counting
        if voice.row.source_id is None and voice.row.stance in _ASSERTING
        for document_id in dict.fromkeys(
            documents.get(a.document_id, a.document_id) for a in voice.appearances if a.document_id
        )
    ]
