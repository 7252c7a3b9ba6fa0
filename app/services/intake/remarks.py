"""What an answer says beside the outcome of each part: nothing that was given is dropped without a word.

While a body is stored, whoever decides something about what it gives notes it in `Batch.remarks`, by `Batch.note` or by
the verbs below. `tell` makes remarks of these for one caller; `by_line` parts them by the lines that they are about.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.schemas.common import Remark
from app.schemas.kinds import kind_of
from app.services import visibility
from app.services.access import Caller
from app.services.intake.drafts import Batch, Draft, Noted

# What a later mention may say otherwise without a word of it: what the service finds out or keeps for itself, and what
# another column of the record says, too.
_SILENT: Final = frozenset((
    "id", "version", "created_at", "updated_at", "merged_into", "event_id", "report_id", "version_id", "selector",
    "fidelity", "canonical_url", "page_key", "sha256", "names", "answer",
))  # fmt: skip
_SHOWN_CHARACTERS: Final = 500  # of a value
_STEP_CHARACTERS: Final = 9  # of a pointer's step that is a number, for sorting
# Where in a body a column is given, if not under its own name.
_FIELDS: Final = {"of_id": "figure/of", "qualifier": "figure/qualifier", "min": "figure/min", "max": "figure/max"}


def is_silent(column: str) -> bool:
    """Whether nothing is said of a column."""
    return column in _SILENT or column.endswith(("_from", "_to"))


def field_of(column: str) -> str:
    """Where in a body a column is given."""
    return _FIELDS.get(column, column.removesuffix("_id"))


def completed(batch: Batch, draft: Draft, column: str, sent: Any) -> None:
    """Note that a draft has filled a gap of its record."""
    if is_silent(column):
        return
    pointer = f"{draft.pointer}/{field_of(column)}"
    detail = f"The {kind_of(draft.model).words} that is there had no {_words(column)} yet: this one was taken."
    batch.note("completed", pointer, detail, sent=sent, told_of=draft)


def matched_by_name(batch: Batch, draft: Draft) -> None:
    """Note that a source was taken for a stored one because of its name alone; once for each that is stored."""
    if any(note.what == "matched" and note.stored == draft.id for note in batch.remarks):
        return
    detail = "A source of this name is there, and nothing that was given contradicts it: it was taken for the same."
    batch.note("matched", f"{draft.pointer}/name", detail, stored=draft.id, sent=draft.value("name"), told_of=draft)


def not_taken(batch: Batch, draft: Draft, column: str, stored: Any, sent: Any) -> None:
    """Note that a draft says something else than its record, which stays as it is."""
    if is_silent(column):
        return
    pointer = f"{draft.pointer}/{field_of(column)}"
    reason = "has none and never changes" if stored is None else "has another one, which stays"
    detail = f"This {_words(column)} was not taken: the {kind_of(draft.model).words} {reason}."
    batch.note("not_taken", pointer, detail, stored=stored, sent=sent, told_of=draft)


def _words(column: str) -> str:
    return field_of(column).rpartition("/")[2].replace("_", " ")


# --- for one caller --------------------------------------------------------------------------------------------------


async def tell(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """The remarks on a body, in its order, as far as this caller may be told."""
    unseen = await _unseen(session, caller, batch)
    visible = [_remark(caller, note) for note in batch.remarks if note.told_of is None or note.told_of not in unseen]
    visible += [
        Remark(what="not_taken", pointer=pointer, detail="What was taken of this is not shown: its record is hidden.")
        for pointer in {draft.pointer for draft in unseen}
    ]
    return sorted(visible, key=lambda remark: _in_order(remark.pointer))


def _in_order(pointer: str) -> list[str]:
    """What pointers are sorted by, so that /2 stands before /10."""
    return [step.zfill(_STEP_CHARACTERS) if step.isdecimal() else step for step in pointer.split("/")]


async def _unseen(session: AsyncSession, caller: Caller, batch: Batch) -> set[Draft]:
    """Those drafts of stored records that the caller may not see.

    Also those of which nothing was noted: that alone would tell who guesses that he is right.
    """
    if caller.may("read") and caller.may("confidential"):
        return set()
    unseen = set[Draft]()
    for model, drafts in batch.drafts.items():  # a statement for each kind, not for each row
        of_kind = [draft for draft in drafts if draft.original.outcome in ("matched", "completed")]
        if not of_kind or kind_of(model).read is None:
            continue
        rows = visibility.seen_alone(caller, model)
        ids = list({draft.original.id for draft in of_kind})
        seen: set[UUID] = set(
            await session.scalars(select(rows.c.id).where(rows.c.id == any_(literal(ids, ARRAY(Uuid())))))
        )
        unseen |= {draft for draft in of_kind if draft.original.id not in seen}
    return unseen


def _remark(caller: Caller, note: Noted) -> Remark:
    return Remark(
        what=note.what,
        pointer=note.pointer,
        detail=note.detail,
        stored=None if _is_withheld(caller, note) else _shortened(note.stored),
        sent=_shortened(note.sent),
    )


def _is_withheld(caller: Caller, note: Noted) -> bool:
    """Whether what is stored may be the id of a record that is hidden from the caller."""
    if note.told_of is None:
        return False
    column = f"{note.pointer.rpartition('/')[2]}_id"
    return column in visibility.withheld(caller, kind_of(note.told_of.model))


def _shortened(value: Any) -> Any:
    return f"{value[:_SHOWN_CHARACTERS]}…" if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS else value


def by_line(remarks: Iterable[Remark]) -> dict[int, list[Remark]]:
    """The remarks on many lines by the number of the line, with which their pointers begin.

    What was matched is left out: each line says that by its status.
    """
    by_number: dict[int, list[Remark]] = defaultdict(list)
    for remark in remarks:
        number, _, pointer = remark.pointer[1:].partition("/")
        if number.isdecimal() and remark.what != "matched":
            in_line = remark.model_copy(update={"pointer": f"/{pointer}" if pointer else ""})
            by_number[int(number)].append(in_line)
    return by_number
