"""What a merge patch undoes that empties a withdrawal or a retraction: a remark says what went, and what follows."""

from typing import Any, Final

from app.models import Claim, Question
from app.schemas import kinds
from app.schemas.common import RecordRead, Remark
from app.schemas.statements import StatementRead

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
            detail=_in_words(before),
            stored=before.model_dump(mode="json", include={name, *TELLING_OF[name]}, exclude_none=True),
            url=_disputed(before),
        )
        for name in cleared(before, after)
    ]


def _in_words(before: RecordRead) -> str:
    if not isinstance(before, StatementRead):
        return f"{_RETRACTED.format(time=before.model_dump()['retracted'])} {_FOUND_THERE}"
    effect = _ONLY_SHOWN if before.explicitness != "explicit" else _COUNTS if before.claim_id else _IS_A_WORD
    covered = [] if before.withdrawn_by == "document" else [_OF_FAMILY]
    return " ".join([_TAKEN_BACK.format(time=before.withdrawn), effect, *covered])


def _disputed(before: RecordRead) -> str | None:
    if not isinstance(before, StatementRead):
        return None
    return kinds.url(Claim, before.claim_id) if before.claim_id else kinds.url(Question, before.question_id)
