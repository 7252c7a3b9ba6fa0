"""Whether a statement still stands."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext
from app.schemas.pictures.dossiers import EndedBy
from app.schemas.statements import StatementRead

_Position = tuple[UUID | None, UUID, str]
_Withdrawal = tuple[datetime, StatementRead]


class Ended(NamedTuple):
    """Why a statement no longer stands, and the statement that ended it: its own withdrawal, or another's."""

    reason: EndedBy
    by: StatementRead

    @property
    def at(self) -> str | None:
        return self.by.said if self.reason == "superseded" else self.by.withdrawn


def endings(said_by_then: Sequence[StatementInContext], until: datetime | None) -> dict[UUID, Ended]:
    """Those that no longer stood at `until`, out of all that had been said by then; None: no limit.

    The first that holds: its source withdrew it; another statement superseded it; or its family withdrew a statement of
    the same stance toward the same claim, and this one had begun before that.
    """
    ended: dict[UUID, Ended] = {}
    superseding = [statement for statement in said_by_then if statement.row.supersedes_id is not None]
    for later in sorted(superseding, key=lambda v: (v.said, v.row.id), reverse=True):
        if later.row.supersedes_id is not None:
            ended[later.row.supersedes_id] = Ended("superseded", later.row)
    withdrawals = _withdrawals(said_by_then, until)
    for statement in said_by_then:
        if withdrawn(statement.row, until):
            ended[statement.row.id] = Ended("withdrawn", statement.row)
        elif withdrawals and statement.row.id not in ended and (found := withdrawals.get(_position(statement))):
            first = bisect_right(found, statement.said.start, key=itemgetter(0))
            if first < len(found):
                ended[statement.row.id] = Ended("withdrawn_elsewhere", found[first][1])
    return ended


def stood_until(statements: Sequence[StatementInContext]) -> dict[UUID, datetime]:
    """Of all that was ever said, what came to an end: from when on it no longer stood, whichever end came first.

    At any moment from then on, and only then, `endings` has it.
    """
    until: dict[UUID, datetime] = {}

    def end(id_: UUID, at: datetime) -> None:
        until[id_] = min(at, until.get(id_, at))

    taken_back: dict[_Position, set[tuple[datetime, datetime]]] = defaultdict(set)
    for statement in statements:
        row = statement.row
        if row.supersedes_id is not None:
            end(row.supersedes_id, statement.said.end)
        if row.withdrawn_from is not None and row.withdrawn_to is not None:
            end(row.id, row.withdrawn_to)
            taken_back[_position(statement)].add((row.withdrawn_from, max(row.withdrawn_to, statement.said.end)))
    for statement in statements if taken_back else ():
        for start, at in taken_back.get(_position(statement), ()) if statement.claim_id else ():
            if statement.said.start < start:
                end(statement.row.id, at)
    return until


def withdrawn(row: StatementRead, until: datetime | None) -> bool:
    """Whether its source had taken it back by then."""
    return row.withdrawn_to is not None and (until is None or row.withdrawn_to <= until)


def counted(said_by_then: Iterable[StatementInContext], ended: dict[UUID, Ended]) -> list[StatementInContext]:
    """Those that rules count: explicit, and still standing."""
    return [v for v in said_by_then if v.row.explicitness == "explicit" and v.row.id not in ended]


def _position(statement: StatementInContext) -> _Position:
    return statement.claim_id, statement.family, statement.row.stance


def _withdrawals(
    said_by_then: Iterable[StatementInContext], until: datetime | None
) -> dict[_Position, list[_Withdrawal]]:
    """By claim, family and stance: when each withdrawal began, the earliest first, and of what."""
    found: dict[_Position, list[_Withdrawal]] = defaultdict(list)
    for statement in said_by_then:
        if (
            statement.claim_id is not None
            and statement.row.withdrawn_from is not None
            and withdrawn(statement.row, until)
        ):
            found[_position(statement)].append((statement.row.withdrawn_from, statement.row))
    for withdrawals in found.values():
        withdrawals.sort(key=lambda withdrawal: (withdrawal[0], withdrawal[1].id))
    return found
