"""Whether a statement is still in force."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules import dates
from app.derive.rules.statements import StatementInContext, order
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import EndedBy
from app.schemas.statements import StatementRead

_Stand = tuple[UUID | None, UUID, str]
"""What a family holds of a claim: claim, family, stance."""
_Withdrawal = tuple[datetime, StatementRead]
"""When it began, and the statement that was withdrawn."""
FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)


class Lapse(NamedTuple):
    """A time in which a statement is not in force; its end is no part of it."""

    start: datetime
    end: datetime = FOR_GOOD


Lapses = Mapping[UUID, Sequence[Lapse]]


class Ended(NamedTuple):
    """Why a statement is no longer in force, and the statement that ended it: itself by its own end, or another."""

    reason: EndedBy
    by: StatementRead
    retraction: DocumentRead | None = None
    """The last of its documents to be retracted, where that ended it."""

    @property
    def at(self) -> str | None:
        if self.retraction is not None:
            return self.retraction.retracted
        return self.by.said if self.reason == "superseded" else self.by.withdrawn

    @property
    def by_report(self) -> bool:
        """Whether only what had reported it took it back: nobody knows then whether its source had said so."""
        return self.reason == "retracted" or (self.reason == "withdrawn" and self.by.withdrawn_by == "document")


def endings(said_by_then: Sequence[StatementInContext], until: datetime | None) -> dict[UUID, Ended]:
    """The statements no longer in force at `until`, out of all that had been said by then; None: no limit.

    The first that holds: it was withdrawn; another statement superseded it; its family withdrew a statement of the same
    stance toward the same claim, and this one had begun before that; or all documents in which it is found were
    retracted. What only its report took back, or was only in a retracted one, ends no other.
    """
    ended: dict[UUID, Ended] = {}
    superseding = [
        statement
        for statement in said_by_then
        if statement.row.supersedes_id is not None and not _is_void(statement, until)
    ]
    # The latest first, so that the first one that superseded a statement is what stays as its end.
    for later in sorted(superseding, key=order, reverse=True):
        if later.row.supersedes_id is not None:
            ended[later.row.supersedes_id] = Ended("superseded", later.row)
    withdrawals_by_stand = _withdrawals(said_by_then, until)
    for statement in said_by_then:
        id_ = statement.row.id
        if withdrawn(statement.row, until):
            ended[id_] = Ended("withdrawn", statement.row)
        elif withdrawals_by_stand and id_ not in ended:
            withdrawals = withdrawals_by_stand.get(_stand(statement), [])
            first_after = bisect_right(withdrawals, statement.said.start, key=itemgetter(0))
            if first_after < len(withdrawals):
                ended[id_] = Ended("withdrawn_elsewhere", withdrawals[first_after][1])
        if id_ not in ended and dates.is_retracted(statement.retraction, until):
            ended[id_] = Ended("retracted", statement.row, statement.retraction)
    return ended


def lapses(ever_said: Sequence[StatementInContext]) -> Lapses:
    """Of each statement that ever ceased to be in force, by id: the times in which it was not.

    At a moment `endings` has those, and only those, of which one of these times has begun and is not over.
    """
    times: dict[UUID, list[Lapse]] = defaultdict(list)
    # By stand: when each withdrawal began, and when it was over and the statement withdrawn had been said.
    withdrawals_by_stand: dict[_Stand, set[tuple[datetime, datetime]]] = defaultdict(set)
    for statement in ever_said:
        row, retraction = statement.row, statement.retraction
        if row.supersedes_id is not None:
            times[row.supersedes_id] += _supersession(statement)
        if retraction is not None and retraction.retracted_to is not None:
            times[row.id].append(Lapse(retraction.retracted_to))
        if row.withdrawn_from is not None and row.withdrawn_to is not None:
            times[row.id].append(Lapse(row.withdrawn_to))
            if row.withdrawn_by != "document":
                span = row.withdrawn_from, max(row.withdrawn_to, statement.said.end)
                withdrawals_by_stand[_stand(statement)].add(span)
    for statement in ever_said if withdrawals_by_stand else ():
        for start, at in withdrawals_by_stand.get(_stand(statement), ()) if statement.claim_id else ():
            if statement.said.start < start:
                times[statement.row.id].append(Lapse(at))
    return times


def _supersession(statement: StatementInContext) -> list[Lapse]:
    """The times in which it takes the place of another: not while only a report that was taken back says so."""
    row, retraction, said = statement.row, statement.retraction, statement.said.end
    withdrawn_to = row.withdrawn_to or FOR_GOOD
    void_from = (retraction.retracted_to if retraction is not None else None) or FOR_GOOD
    if row.withdrawn_by == "document":
        return [Lapse(said, min(void_from, withdrawn_to))]
    # What the source itself took back it had said.
    return [Lapse(said, void_from), Lapse(max(said, withdrawn_to))] if void_from < withdrawn_to else [Lapse(said)]


def stands_at(times: Iterable[Lapse], at: datetime) -> bool:
    """Whether a statement with these lapses was in force at a moment after it was said."""
    return not any(lapse.start <= at < lapse.end for lapse in times)


def withdrawn(row: StatementRead, until: datetime | None) -> bool:
    """Whether it had been taken back by then."""
    return row.withdrawn_to is not None and (until is None or row.withdrawn_to <= until)


def _is_void(statement: StatementInContext, until: datetime | None) -> bool:
    """Whether only what had reported it took it back, by then."""
    if withdrawn(statement.row, until):
        return statement.row.withdrawn_by == "document"
    return dates.is_retracted(statement.retraction, until)


def counted(said_by_then: Iterable[StatementInContext], ended: dict[UUID, Ended]) -> list[StatementInContext]:
    """The statements that the rules count: explicit, of what is, and still in force."""
    return [s for s in said_by_then if s.outright and s.row.id not in ended]


def taken_back(said_by_then: Iterable[StatementInContext], ended: dict[UUID, Ended]) -> list[StatementInContext]:
    """What sources said outright and took back or replaced; not what only a report did: it may never have been said."""
    if not ended:
        return []
    return [s for s in said_by_then if s.outright and s.row.id in ended and not ended[s.row.id].by_report]


def _stand(statement: StatementInContext) -> _Stand:
    return statement.claim_id, statement.family, statement.row.stance


def _withdrawals(said_by_then: Iterable[StatementInContext], until: datetime | None) -> dict[_Stand, list[_Withdrawal]]:
    """By what was held: when each withdrawal of it began, the earliest first, and of what; `said_by_then` in order.

    Only those by the family itself.
    """
    by_stand: dict[_Stand, list[_Withdrawal]] = defaultdict(list)
    for statement in said_by_then:
        row = statement.row
        if statement.claim_id is None or row.withdrawn_by == "document":
            continue
        if row.withdrawn_from is not None and withdrawn(row, until):
            by_stand[_stand(statement)].append((row.withdrawn_from, row))
    for withdrawals in by_stand.values():
        withdrawals.sort(key=itemgetter(0))
    return by_stand
