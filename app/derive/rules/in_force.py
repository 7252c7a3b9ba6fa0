"""Whether a statement is still in force."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext, order
from app.schemas.pictures.dossiers import EndedBy
from app.schemas.statements import StatementRead

_Stand = tuple[UUID | None, UUID, str]
"""What a family holds of a claim: claim, family, stance."""
_Withdrawal = tuple[datetime, StatementRead]
"""When it began, and the statement that was withdrawn."""


class Ended(NamedTuple):
    """Why a statement is no longer in force, and the statement that ended it: its own withdrawal, or another's."""

    reason: EndedBy
    by: StatementRead

    @property
    def at(self) -> str | None:
        return self.by.said if self.reason == "superseded" else self.by.withdrawn


def endings(said_by_then: Sequence[StatementInContext], until: datetime | None) -> dict[UUID, Ended]:
    """The statements no longer in force at `until`, out of all that had been said by then; None: no limit.

    The first that holds: its source withdrew it; another statement superseded it; or its family withdrew a statement of
    the same stance toward the same claim, and this one had begun before that.
    """
    ended: dict[UUID, Ended] = {}
    superseding = [statement for statement in said_by_then if statement.row.supersedes_id is not None]
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
    return ended


def stood_until(ever_said: Sequence[StatementInContext]) -> dict[UUID, datetime]:
    """By id, of each statement that ever ceased to be in force: when it first did.

    At any moment from then on, and only then, `endings` has it.
    """
    ends: dict[UUID, datetime] = {}

    def end(id_: UUID, at: datetime) -> None:
        ends[id_] = min(at, ends.get(id_, at))

    # By stand: when each withdrawal began, and when it was over and the statement withdrawn had been said.
    withdrawals_by_stand: dict[_Stand, set[tuple[datetime, datetime]]] = defaultdict(set)
    for statement in ever_said:
        row = statement.row
        if row.supersedes_id is not None:
            end(row.supersedes_id, statement.said.end)
        if row.withdrawn_from is not None and row.withdrawn_to is not None:
            end(row.id, row.withdrawn_to)
            span = row.withdrawn_from, max(row.withdrawn_to, statement.said.end)
            withdrawals_by_stand[_stand(statement)].add(span)
    for statement in ever_said if withdrawals_by_stand else ():
        for start, at in withdrawals_by_stand.get(_stand(statement), ()) if statement.claim_id else ():
            if statement.said.start < start:
                end(statement.row.id, at)
    return ends


def withdrawn(row: StatementRead, until: datetime | None) -> bool:
    """Whether its source had taken it back by then."""
    return row.withdrawn_to is not None and (until is None or row.withdrawn_to <= until)


def counted(said_by_then: Iterable[StatementInContext], ended: dict[UUID, Ended]) -> list[StatementInContext]:
    """The statements that the rules count: explicit, and still in force."""
    return [s for s in said_by_then if s.row.explicitness == "explicit" and s.row.id not in ended]


def _stand(statement: StatementInContext) -> _Stand:
    return statement.claim_id, statement.family, statement.row.stance


def _withdrawals(said_by_then: Iterable[StatementInContext], until: datetime | None) -> dict[_Stand, list[_Withdrawal]]:
    """By what was held: when each withdrawal of it began, the earliest first, and of what; `said_by_then` in order."""
    by_stand: dict[_Stand, list[_Withdrawal]] = defaultdict(list)
    for statement in said_by_then:
        row = statement.row
        if statement.claim_id is not None and row.withdrawn_from is not None and withdrawn(row, until):
            by_stand[_stand(statement)].append((row.withdrawn_from, row))
    for withdrawals in by_stand.values():
        withdrawals.sort(key=itemgetter(0))
    return by_stand
