"""What one caller is shown of changes: the version that each made, if the record may be seen now."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, exists, select, union_all

from app.database import Asking, ask
from app.models import Change, table_of
from app.schemas import kinds
from app.schemas.pictures.changes import ChangeRead
from app.services import records, visibility
from app.services.access import Caller
from app.services.pictures.moments import Position
from app.services.redaction import gone

# The scopes that decide what is shown.
_DECIDING_SCOPES: Final = frozenset(("read", "confidential", "edit", "admin"))


def viewer(caller: Caller) -> Caller:
    """What of a caller decides what is shown of changes: the same for all who are shown the same."""
    return Caller(scopes=caller.scopes & _DECIDING_SCOPES)


def place(row: Any) -> Position:
    """The position of a change."""
    return Position(row.seq, row.hash)


def read(row: Any, version: "SeenVersion") -> ChangeRead:
    """A change as it is answered."""
    kind = kinds.named(row.type)
    return ChangeRead(
        position=str(place(row)),
        recorded_at=row.recorded_at,
        type=row.type,
        op=row.op,
        id=row.record_id,
        event_id=row.event_id,
        version=row.version,
        url=None if kind.read is None or version.is_gone else kinds.url(kind.model, row.record_id),
        question_ids=list(dict.fromkeys(row.question_ids)),
        actor=version.actor,
        reason=version.reason,
        record=version.record,
    )


def nothing_but(row: Any) -> ChangeRead:
    """What is answered of a change that may not be seen, but moved what may be."""
    unseen = dict.fromkeys(("type", "op", "id", "event_id", "version", "url", "actor", "reason", "record"))
    return ChangeRead(position=str(place(row)), recorded_at=row.recorded_at, question_ids=[], **unseen)


class SeenVersion(NamedTuple):
    """What is shown of a change."""

    record: dict[str, Any] | None
    actor: str | None
    reason: str | None
    is_gone: bool
    """Whether the record was deleted since."""


async def versions(asker: Asking, caller: Caller, candidates: Sequence[Any]) -> dict[int, SeenVersion]:
    """What each change made of its record, by seq; without those that the caller may not see now.

    A deleted record is shown to whoever could have seen it, as its history is.
    """
    # Nobody reads a delivery: that there was one is for whoever reads everything.
    deliveries = [row for row in candidates if kinds.named(row.type).is_delivery]
    seen = {row.seq: SeenVersion(None, None, None, is_gone=False) for row in deliveries if caller.may("read")}
    records_changed = [row for row in candidates if not kinds.named(row.type).is_delivery]
    if not records_changed:
        return seen
    query = _versions(viewer(caller), frozenset(row.type for row in records_changed))
    by_seq = {row.seq: row for row in await ask(asker, query, {"seqs": [row.seq for row in records_changed]})}
    unseen = {row.record_id: kinds.named(row.type).model for row in records_changed if not by_seq[row.seq].is_seen}
    named = [(model, str(id_)) for id_, model in unseen.items()]
    deleted_ids = {lost.id for lost in (await gone.find(asker, caller, named)).values()}
    for row in records_changed:
        version = by_seq[row.seq]
        if version.is_seen or row.record_id in deleted_ids:
            seen[row.seq] = SeenVersion(version.record, version.actor, version.reason, not version.is_seen)
    return seen


@lru_cache(maxsize=256)
def _versions(caller: Caller, types: Iterable[str]) -> Select[Any]:
    """Select the versions that the changes :seqs made, as the caller may see them; and whether he sees it now."""
    change, seqs = table_of(Change).c, bindparam("seqs", None, ARRAY(BigInteger()))
    parts = []
    for name in sorted(types):
        kind = kinds.named(name)
        rows = visibility.seen(caller, kind.model)
        is_seen = exists().where(rows.c.id == change.record_id).label("is_seen")
        columns = (records.shown_version(caller, kind).label("record"), *records.shown_writer(caller))
        parts.append(select(change.seq, *columns, is_seen).where(change.seq == any_(seqs), change.type == name))
    versions = union_all(*parts).subquery()
    return select(versions)
