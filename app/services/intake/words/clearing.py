"""What a merge patch undoes that empties a withdrawal or a retraction: a remark says what went, and what follows."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.models import Claim, Question
from app.schemas import kinds
from app.schemas.common import RecordRead, Remark

# By the time of something what only tells about it.
TELLING_OF: Final = {
    "withdrawn": ("withdrawn_reason", "withdrawn_document_id", "withdrawn_by"),
    "retracted": ("retracted_reason", "retraction_url"),
}
_TAKEN_BACK: Final = "It was taken back ({time}): that is emptied, with all that told of it."
_RETRACTED: Final = "It was retracted ({time}): that is emptied, with all that told of it."
_COUNTS: Final = "The statement counts again in where its claim stands, unless something else ended it."
_IS_A_WORD: Final = "The statement is a word on its question again, unless something else ended it."
_ONLY_SHOWN: Final = (
    "The statement is shown as one that stands again; it is not explicit, and so it counts for nothing."
)
_OF_FAMILY: Final = "So do earlier ones of its family that say the same and that this withdrawal had covered."
_FOUND_THERE: Final = "Statements that are found only here count again in where their claims stand."


def emptied(values: dict[str, Any]) -> dict[str, Any]:
    """What only tells about the times that are emptied here, and is emptied with them unless it is given."""
    times_emptied = [name for name in TELLING_OF if name in values and values[name] is None]
    return dict.fromkeys((telling for name in times_emptied for telling in TELLING_OF[name]), None)


def cleared(before: RecordRead, after: RecordRead) -> tuple[str, ...]:
    """The times that were there and are no more."""
    return tuple(
        name for name in TELLING_OF if getattr(before, name, None) is not None and getattr(after, name) is None
    )


def remarks(before: RecordRead, after: RecordRead) -> list[Remark]:
    """`stored` is what was there; `url` leads to the claim or question that this is about."""
    return [
        Remark(
            what="replaced",
            pointer=f"/{name}",
            detail=_in_words(name, values),
            stored={field: values[field] for field in (name, *TELLING_OF[name]) if values[field] is not None},
            url=_disputed(values),
        )
        for values in [before.model_dump(mode="json")]
        for name in cleared(before, after)
    ]


def _in_words(name: str, before: Mapping[str, Any]) -> str:
    if name == "retracted":
        return f"{_RETRACTED.format(time=before[name])} {_FOUND_THERE}"
    effect = _ONLY_SHOWN if before["explicitness"] != "explicit" else _COUNTS if before["claim_id"] else _IS_A_WORD
    covered = [] if before["withdrawn_by"] == "document" else [_OF_FAMILY]
    return " ".join([_TAKEN_BACK.format(time=before[name]), effect, *covered])


def _disputed(before: Mapping[str, Any]) -> str | None:
    """The claim's address, or the question's; None: a document is about neither."""
    for kind, name in ((Claim, "claim_id"), (Question, "question_id")):
        if before.get(name):
            return kinds.url(kind, UUID(before[name]))
    return None
