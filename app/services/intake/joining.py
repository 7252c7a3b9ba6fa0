"""What becomes of a draft that is the same as a stored record, or as an earlier draft of its body."""

from typing import Final
from uuid import UUID

from app.errors import Conflict, Invalid
from app.models import table_of
from app.schemas import kinds
from app.services.intake import aliases, remarks, storing
from app.services.intake.drafts import Batch, Draft

# What a record that was merged keeps for itself: its target has its own.
_NOT_OF_TARGET: Final = ("ref", "url", "canonical_url", "page_key")
# What a figure is of says which figure it is, and a stance what a statement is: no other mention says so for it.
_NEVER_FILLED: Final = ("of_id", "stance", "explicitness")


def adopt(draft: Draft, hit: UUID, owner: UUID | None = None, *, merged: bool = False) -> None:
    """Give the draft the stored record's id and its owner: the event, or of a version the document."""
    draft.id, draft.outcome = hit, "matched"
    if owner is not None:
        draft.values["event_id" if "event_id" in table_of(draft.model).c else "document_id"] = owner
    if merged:
        for name in _NOT_OF_TARGET:
            draft.values.pop(name, None)


def clash(draft: Draft, field: str, says: str, hit: UUID) -> Conflict:
    conflict = Conflict(
        f"The same {kinds.kind_of(draft.model).path[:-1].replace('-', ' ')} is there otherwise.",
        errors=[{"pointer": f"{draft.pointer}/{field}", "detail": says}],
        url=kinds.url(draft.model, hit),
    )
    conflict.bearer = (draft.model, hit)
    return conflict


def join(batch: Batch, draft: Draft, earlier: Draft) -> None:
    """Make the draft a duplicate of an earlier one, and copy the values that the earlier one lacks.

    One of another line is told as if that line had been sent by itself: that it completes what is there.
    """
    draft.same_as, draft.outcome = earlier, "matched"
    aliases.join(earlier, draft)
    batch.is_mixed |= draft.line != earlier.line and storing.would_stay(earlier, draft)
    filled, not_taken = earlier.complete(draft, but=_NEVER_FILLED)
    for name in (name for name in not_taken if (draft.model, name) not in storing.GROWING):
        remarks.not_taken(batch, draft, name, earlier.values[name], draft.values[name])
    if draft.line != earlier.line and kinds.kind_of(draft.model).read is not None:
        for name in filled:
            if name in draft.told - draft.assumed and draft.values[name] is not None:
                remarks.completed(batch, draft, name, draft.values[name])
                draft.outcome = "completed"
    earlier.points_at = {n: to for n, to in draft.points_at.items() if n not in _NEVER_FILLED} | earlier.points_at


def check_ref(batch: Batch, draft: Draft, hit: UUID, hit_ref: str | None, ref_of_hit: dict[UUID, str]) -> None:
    """Refuse a hit that bears another ref, or is given another by an earlier draft."""
    ref = draft.value("ref")
    if not ref or batch.dry:
        return
    borne = hit_ref or ref_of_hit.setdefault(hit, ref)
    if borne != ref:
        raise clash(draft, "ref", f"it bears the ref {borne}", hit)


def join_unless_other_ref(batch: Batch, draft: Draft, earlier: Draft) -> None:
    if draft.value("ref") and earlier.value("ref") and draft.value("ref") != earlier.value("ref"):
        raise Invalid.at(f"{draft.pointer}/ref", f"{earlier.pointer} asks for the same record under another ref")
    join(batch, draft, earlier)
