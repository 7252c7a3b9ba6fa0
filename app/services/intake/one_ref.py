"""A ref that two parts of one body bear: they are one record, unless what they say shows that they are two."""

from collections.abc import Iterator
from typing import Any, Final

from app.errors import Invalid
from app.models import Claim, Document, Question, Record, Statement, table_of
from app.schemas import kinds
from app.services.intake.drafts import Draft
from app.services.intake.foreign_keys import event_of
from app.texts import folding

# What makes a record this one, in the columns that stand under the name that a body gives them.
_TELLING: Final[dict[type[Record], tuple[str, ...]]] = {
    Claim: ("question_id", "text", "qualifier", "min", "max"),
    Statement: ("claim_id", "question_id", "source_id", "stance", "explicitness"),
    Question: ("measure", "subject", "unit", "text"),
    Document: ("page_key",),
}
# Of these only whether it is told: a claim is words, or a figure.
_TOLD_OR_NOT: Final[dict[type[Record], tuple[str, ...]]] = {Claim: ("text",)}
_TEXTS: Final = ("text", "subject")


def clashes(draft: Draft, earlier: Draft) -> Iterator[Invalid]:
    """What two drafts of one ref say that can't be said of one record; expects that what they point at is matched.

    Only within one body: of lines the later one is told what was not taken, as if the earlier had been there.
    """
    pointer = f"{draft.pointer}/ref"
    if "event_id" in table_of(draft.model).c and event_of(earlier) != event_of(draft):
        yield Invalid.at(pointer, f"{earlier.pointer} bears it, in another event")
    elif draft.line == earlier.line and _are_two(draft, earlier):
        words = kinds.kind_of(draft.model).words
        yield Invalid.at(pointer, f"{earlier.pointer} bears it, and is another {words}: each needs a ref of its own")


def _are_two(draft: Draft, earlier: Draft) -> bool:
    if any((draft.value(name) is None) != (earlier.value(name) is None) for name in _TOLD_OR_NOT.get(draft.model, ())):
        return True
    return any(
        _compared(name, draft) != _compared(name, earlier)
        for name in _TELLING.get(draft.model, ())
        if draft.value(name) is not None and earlier.value(name) is not None
    )


def _compared(name: str, draft: Draft) -> Any:
    value = draft.value(name)
    return folding.whole(value) if name in _TEXTS else value
