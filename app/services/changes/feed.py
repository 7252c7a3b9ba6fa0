"""The changes after a position, as one caller may see them now: what all streams, polls and webhooks are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, exists, select, union_all

from app.database import Asking, Database, ask
from app.models import Change, table_of
from app.schemas import kinds
from app.schemas.pictures.changes import ChangeRead
from app.services import records, visibility
from app.services.access import Caller
from app.services.changes import filters, positions
from app.services.changes.filters import Filter
from app.services.pictures.moments import Position

# The scopes that decide what is shown.
_DECIDING_SCOPES: Final = frozenset(("read", "confidential", "edit", "admin"))
_SPAN: Final = 20_000  # changes that are looked through at once
_MOST_CANDIDATES: Final = 500  # of them that are looked at more closely


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changes in their order, each with its place."""

    items: list[ChangeRead]
    position: Position
    """How far was looked: where the next batch begins."""
    more: bool
    """Whether the ledger went on, as it was looked at."""


def viewer(caller: Caller) -> Caller:
    """What of a caller decides what is shown of changes: the same for all who are shown the same."""
    return Caller(scopes=caller.scopes & _DECIDING_SCOPES)


async def after(database: Database, caller: Caller, chosen: Filter, since: Position, limit: int) -> ChangeBatch:
    """At most `limit` changes after a position that fit the filter and that the caller may see.

    There may be none though there are `more`: so many are looked through at once. What is hidden from the caller is
    left out. Nothing is held between the statements. Raises Fork if the position is not on this chain.
    """
    asker = database.asking()
    window = {"since": since.seq, "span": _SPAN, "most": _MOST_CANDIDATES}
    rows = await ask(asker, filters.CANDIDATES, chosen.bound | window)
    head = rows[0]
    if since.seq and (head.hash_since is None or head.hash_since[:4] != since.hash[:4]):
        raise await positions.fork(asker, str(since))
    candidates = [row for row in rows if row.seq is not None]
    # A head that was not looked at has no hash here: its ledger is empty.
    end = Position(head.until, head.until_hash) if head.until_hash is not None else since
    if len(candidates) == _MOST_CANDIDATES:
        end = _place(candidates[-1])
    if chosen.party is not None:
        candidates = await _of_party(asker, caller, chosen.party, candidates)
    versions = await _seen_versions(asker, caller, candidates)
    visible = [row for row in candidates if row.seq in versions]
    if len(visible) > limit:
        visible = visible[:limit]
        end = _place(visible[-1])
    changes = [_read(row, versions[row.seq]) for row in visible]
    return ChangeBatch(changes, end, more=end.seq < head.head)


def _place(row: Any) -> Position:
    return Position(row.seq, row.hash)


def _read(row: Any, version: "_SeenVersion") -> ChangeRead:
    kind = kinds.named(row.type)
    return ChangeRead(
        position=str(_place(row)),
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


async def _of_party(asker: Asking, caller: Caller, party: str, candidates: Sequence[Any]) -> list[Any]:
    ids = list({id_ for row in candidates for id_ in row.source_ids})
    on_side = (
        {row.id for row in await ask(asker, _on_side(visibility.nameless(caller), party), {"ids": ids})}
        if ids
        else set()
    )
    return [
        row
        for row in candidates
        if row.accuses == party
        or (row.type == "source" and row.party == party)
        or not on_side.isdisjoint(row.source_ids)
    ]


@lru_cache(maxsize=64)
def _on_side(caller: Caller, party: str) -> Select[Any]:
    return filters.on_side(caller, party)


# --- what the caller may see -----------------------------------------------------------------------------------------


class _SeenVersion(NamedTuple):
    """What is shown of a change."""

    record: dict[str, Any] | None
    actor: str | None
    reason: str | None
    is_gone: bool
    """Whether the record was deleted since."""


async def _seen_versions(asker: Asking, caller: Caller, candidates: Sequence[Any]) -> dict[int, _SeenVersion]:
    """What each change made of its record, by seq; without those that the caller may not see now.

    A deleted record is shown to whoever could have seen it, as its history is.
    """
    # Nobody reads a delivery: that there was one is for whoever reads everything.
    deliveries = [row for row in candidates if kinds.named(row.type).is_delivery]
    versions = {row.seq: _SeenVersion(None, None, None, is_gone=False) for row in deliveries if caller.may("read")}
    records_changed = [row for row in candidates if not kinds.named(row.type).is_delivery]
    if not records_changed:
        return versions
    query = _versions(viewer(caller), frozenset(row.type for row in records_changed))
    by_seq = {row.seq: row for row in await ask(asker, query, {"seqs": [row.seq for row in records_changed]})}
    unseen = {row.record_id: kinds.named(row.type).model for row in records_changed if not by_seq[row.seq].is_seen}
    named = [(model, str(id_)) for id_, model in unseen.items()]
    deleted_ids = set((await visibility.deleted(asker, caller, named)).values())
    for row in records_changed:
        version = by_seq[row.seq]
        if version.is_seen or row.record_id in deleted_ids:
            versions[row.seq] = _SeenVersion(version.record, version.actor, version.reason, not version.is_seen)
    return versions


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
