"""What an answer says of a report that comes again: what gave way, what is gone, what stays, and why."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.models import Record, Source
from app.schemas.kinds import kind_of
from app.services.intake import remarks
from app.services.intake.drafts import Batch, Draft
from app.services.intake.words import column_words
from app.texts import folding

# The reason that the ledger notes.
CORRECTED: Final = "a newer delivery of the report says this otherwise"

BY_OTHERS: Final = "somebody else has said or changed it since"
ALSO: Final = "another report says it, too"


def replaced(batch: Batch, draft: Draft, column: str, stored: Any, sent: Any) -> None:
    """Note that what the report alone had said gave way to what it says now. `stored`: what stood before."""
    pointer = f"{draft.pointer}/{column_words.field_of(column)}"
    now = "this one was taken" if sent is not None else "it says none now"
    detail = f"Only this report had said the {column_words.noun(column)} that stood here: {now}."
    batch.note("replaced", pointer, detail, stored=stored, sent=sent, told_of=draft)


def removed(batch: Batch, model: type[Record], stored: Mapping[str, Any]) -> None:
    """Note that a record is deleted because only the report had it, and has it no more. `stored`: what tells it."""
    detail = f"Only this report had this {kind_of(model).words}, and has it no more: it was deleted."
    batch.note("removed", "", detail, stored={**stored, "type": kind_of(model).name})


def kept(  # noqa: PLR0917
    batch: Batch, draft: Draft, column: str, stored: Any, sent: Any, why: str, row: Mapping[str, Any] | None = None
) -> None:
    """Note that what stands is not what the report says now, and why. `row`: the record as it is stored."""
    if (draft.model, column) == (Source, "name") and sent and row is not None and _is_called(row, sent):
        remarks.called_otherwise(batch, draft, stored, sent)
        return
    pointer = f"{draft.pointer}/{column_words.field_of(column)}"
    said_now = "was not taken" if sent is not None else "is no more said here, and stays"
    batch.note(
        "not_taken",
        pointer,
        f"This {column_words.noun(column)} {said_now}: {why}.",
        stored=stored,
        sent=sent,
        told_of=draft,
    )


def _is_called(source: Mapping[str, Any], name: str) -> bool:
    """Whether a source has the name already, in whatever signs."""
    names = (source["name"], *(alias["name"] for alias in source["aliases"]))
    return folding.name(name) in {folding.name(called) for called in names if called}


def of_another(batch: Batch, draft: Draft, column: str, stored: Draft, sent: Any, *, reported: bool) -> None:
    """Note what makes another source of one that a report had named before. `stored`: that one.

    `reported`: another report, be it of the same key, says what stands there.
    """
    whose = "another report says what stands there, too" if reported else "somebody else has told of that one, too"
    detail = (
        f"This {column_words.noun(column)} was not taken for the source that this report had named so before: {whose}, "
        "and so it stays as it is. What is said here is of another source of the name. If the two are one, an editor "
        "can merge them."
    )
    pointer = f"{draft.pointer}/{column_words.field_of(column)}"
    batch.note("not_taken", pointer, detail, sent=sent, told_of=stored)


def emptied(batch: Batch, model: type[Record], key: UUID, stored: Mapping[str, Any]) -> None:
    """Note what only the report had said of a record that it has no more, and that stays. `stored`: what was there."""
    words = kind_of(model).words
    columns = ", ".join(sorted(column_words.noun(name) for name in stored))
    detail = (
        f"This {words} is no more in the report, and stays since others have it; only this report had said the "
        f"{columns} that stood there, which nobody says now."
    )
    values = {name: value for name, value in stored.items() if name not in kind_of(model).points_at}
    record = Draft(model, batch.full_pointer(""), id=key, outcome="matched")
    batch.note("replaced", "", detail, stored={**values, "id": key, "type": kind_of(model).name}, told_of=record)


def staying(batch: Batch, model: type[Record], key: UUID, why: str) -> None:
    """Note that a record stays although the report, which had brought it, has it no more."""
    detail = f"This {kind_of(model).words} is no more in the report, which had brought it, and stays: {why}."
    record = Draft(model, batch.full_pointer(""), id=key, outcome="matched")
    batch.note("not_taken", "", detail, stored={"id": key, "type": kind_of(model).name}, told_of=record)
