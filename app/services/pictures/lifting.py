"""Parse stored records, from the tables or out of the ledger, of any release, into today's schemas."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, SafeUUID

from pydantic import TypeAdapter

from app.schemas import kinds
from app.schemas.common import RecordRead

_set: Final = object.__setattr__
_UNKNOWN: Final = SafeUUID.unknown  # Python 3.11 finds a member of an enumeration by a function in Python


class _Id(UUID):
    """A UUID with its hash at hand, which is asked for a hundred times for each statement that is drawn.

    Python finds the hash of one that it has by a function in Python, which takes twice as long.
    """

    __slots__ = ("__hash__",)

    def __init__(self, words: str) -> None:
        number = int(words.replace("-", ""), 16)
        _set(self, "int", number)
        _set(self, "is_safe", _UNKNOWN)
        _set(self, "__hash__", hash(number).__index__)


READS: Final[dict[str, type[RecordRead]]] = {kind.name: kind.read for kind in kinds.KINDS if kind.read is not None}
_LISTS: Final[dict[str, TypeAdapter[list[Any]]]] = {name: TypeAdapter(list[read]) for name, read in READS.items()}  # type: ignore[valid-type]


def _fields_of(annotation: type) -> dict[str, tuple[str, ...]]:
    """By type of record, the names of the fields that are annotated so, or so or None."""
    return {
        name: tuple(
            field_name
            for field_name, field in read.model_fields.items()
            if field.annotation in (annotation, annotation | None)
        )
        for name, read in READS.items()
    }


_IDS: Final = _fields_of(UUID)
_ROWS_AT_ONCE: Final = 250  # validated in one call, in which nobody else has the interpreter
_TIMES: Final = _fields_of(datetime)

# What later releases added: by type, the columns that older records lack, with what they would have held.
_ADDED_TO_ALL: Final[dict[str, Any]] = {"redacted": []}
_ADDED_TO_SOME: Final[dict[str, dict[str, Any]]] = {
    "report": {"made": []},
    "document": dict.fromkeys(("retracted", "retracted_from", "retracted_to", "retracted_reason", "retraction_url")),
    "document_version": {"part": None},
    "source": {"placed": False},
    "statement": {"withdrawn_by": None, "preliminary": None},
}
_ADDED: Final = {kind.name: _ADDED_TO_ALL | _ADDED_TO_SOME.get(kind.name, {}) for kind in kinds.KINDS}


def lift(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """A stored record of any release, with all the columns that its table has now."""
    added = _ADDED[kind]
    return record if added.keys() <= record.keys() else added | record


def read(kind: str, records: list[dict[str, Any]], ids: dict[str, UUID]) -> list[Any]:
    """Stored records of one type as they are read now. `ids`: those known so far; new ones are added.

    Parts that are read in a record, `hops` and `document_ids`, are expected in it.

    For speed every id is one object, however many rows name it: rules look up little else. All times share one time
    zone object, UTC: comparing two times with different ones takes ten times as long.
    """
    lifted = [lift(kind, record) for record in records]
    for record in lifted:
        for name in _IDS[kind]:
            if (value := record[name]) is not None:
                record[name] = ids.get(value) or ids.setdefault(value, _Id(value))
        for name in _TIMES[kind]:
            if (value := record[name]) is not None:
                record[name] = datetime.fromisoformat(value)
    validate = _LISTS[kind].validate_python
    parts = (lifted[start : start + _ROWS_AT_ONCE] for start in range(0, len(lifted), _ROWS_AT_ONCE))
    return [row for part in parts for row in validate(part)]
