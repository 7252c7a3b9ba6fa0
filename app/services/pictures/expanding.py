"""What the records of a list point at, beside them: for each kind one query, whatever the list has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.derive.pictures import in_lists
from app.models import Appearance, Claim, Document, Event, Question, Record, Source
from app.schemas.claims import ClaimRead
from app.schemas.common import RecordRead
from app.schemas.documents import DocumentRead
from app.schemas.events import EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead
from app.services.access import Caller
from app.services.pictures import listing
from app.services.visibility import stood_on

_READS: Final[Mapping[str, tuple[type[Record], type[RecordRead]]]] = {
    "event": (Event, EventRead),
    "question": (Question, QuestionRead),
    "claim": (Claim, ClaimRead),
    "source": (Source, SourceRead),
    "document": (Document, DocumentRead),
}
Row = Mapping[str, Any]


async def expand(
    session: AsyncSession, caller: Caller, rows: Sequence[Row], names: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows of a list, each with the records that it points at, by name, as far as the caller may see them.

    A statement's `document` is where it was published first, and `appearance` its words there.
    """
    expanded = [dict(row) for row in rows]
    if "document" in names:
        appearances = await _first_appearances(session, caller, [row["id"] for row in rows])
        for row in expanded:
            appearance = appearances.get(row["id"])
            row |= {"appearance": appearance, "document_id": appearance.document_id if appearance else None}
    asked_of_claims = "question" in names and any(row.get("claim_id") for row in expanded)
    for name in dict.fromkeys(["claim", *names] if asked_of_claims else names):
        model, read = _READS[name]
        records = await _by_id(session, caller, model, read, {_pointer(row, name) for row in expanded})
        for row in expanded:
            row[name] = records.get(_pointer(row, name))
    return expanded


def _pointer(row: Row, name: str) -> UUID | None:
    """What a row points at; the question of a statement about a claim is the claim's."""
    if name == "question" and row.get("claim") is not None:
        question_id: UUID | None = row["claim"].question_id
        return question_id
    pointer: UUID | None = row.get(f"{name}_id")
    return pointer


async def _by_id(
    session: AsyncSession, caller: Caller, model: type[Record], read: type[RecordRead], ids: Iterable[UUID | None]
) -> dict[UUID | None, Any]:
    ids_given = [id_ for id_ in ids if id_ is not None]
    if not ids_given:
        return {}
    rows = stood_on(caller, model)
    records = (await session.execute(select(rows).where(rows.c.id.in_(ids_given)))).mappings()
    return {record["id"]: read.model_validate(record) for record in records}


async def _first_appearances(session: AsyncSession, caller: Caller, ids: list[UUID]) -> dict[UUID, AppearanceRead]:
    """Of each statement the appearance that stands first in every picture of its event."""
    if not ids:
        return {}
    first_ids = in_lists.first_appearances(await listing.load(session, ids), listing.view(caller))
    rows = stood_on(caller, Appearance)
    appearances = (await session.execute(select(rows).where(rows.c.id.in_(first_ids)))).mappings()
    return {row["statement_id"]: AppearanceRead.model_validate(row) for row in appearances}


async def sources(session: AsyncSession, caller: Caller, ids: Iterable[UUID | None]) -> dict[UUID, SourceRead]:
    """By id, as far as the caller may see them."""
    return {id_: source for id_, source in (await _by_id(session, caller, Source, SourceRead, ids)).items() if id_}
