"""The changes after a position, as one caller may see them now: what all streams, polls and webhooks are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Select

from app.database import Asking, Database, ask
from app.derive.rules.rows import View
from app.schemas.pictures.changes import ChangeRead
from app.services import visibility
from app.services.access import Caller
from app.services.changes import filters, moved, positions, shown
from app.services.changes.filters import Filter
from app.services.changes.moved import EventStep
from app.services.changes.shown import SeenVersion
from app.services.pictures.moments import Position
from app.texts.messages.wording import ENGLISH, Wording

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


async def after(
    database: Database, caller: Caller, chosen: Filter, since: Position, limit: int, *, wording: Wording = ENGLISH
) -> ChangeBatch:
    """At most `limit` changes after a position that fit the filter and that the caller may see.

    There may be none though there are `more`: so many are looked through at once. What is hidden from the caller is
    left out. Nothing is held between the statements. `wording`: of what moved. Raises Fork if the position is not on
    this chain.
    """
    asker = database.asking()
    if chosen.moved:
        return await _moving(database, caller, chosen, since, limit=limit, wording=wording)
    window = await _window(asker, caller, chosen, since, span=_SPAN, most_candidates=_MOST_CANDIDATES)
    end, visible = window.end, [row for row in window.candidates if row.seq in window.versions]
    if len(visible) > limit:
        visible = visible[:limit]
        end = shown.place(visible[-1])
    changes = [shown.read(row, window.versions[row.seq]) for row in visible]
    return ChangeBatch(changes, end, more=end.seq < window.head_seq)


class _Window(NamedTuple):
    """What fits a filter, of the changes up to `end`."""

    candidates: list[Any]
    versions: dict[int, SeenVersion]
    """Of those that the caller may see."""
    end: Position
    head_seq: int


async def _window(
    asker: Asking, caller: Caller, chosen: Filter, since: Position, *, span: int, most_candidates: int
) -> _Window:
    """Raises Fork."""
    bounds = {"since": since.seq, "span": span, "most": most_candidates}
    rows = await ask(asker, filters.CANDIDATES, chosen.bound | bounds)
    head = rows[0]
    if since.seq and (head.hash_since is None or head.hash_since[:4] != since.hash[:4]):
        raise await positions.fork(asker, str(since))
    candidates = [row for row in rows if row.seq is not None]
    # A head that was not looked at has no hash here: its ledger is empty.
    end = Position(head.until, head.until_hash) if head.until_hash is not None else since
    if len(candidates) == most_candidates:
        end = shown.place(candidates[-1])
    if chosen.party is not None:
        candidates = await _of_party(asker, caller, chosen.party, candidates)
    return _Window(candidates, await shown.versions(asker, caller, candidates), end, head.head)


async def _moving(
    database: Database, caller: Caller, chosen: Filter, since: Position, *, limit: int, wording: Wording
) -> ChangeBatch:
    """As `after`: the last change of each step that moved something in an event, with what it moved."""
    asker = database.asking()
    steps = await moved.steps(asker, caller, chosen, since.seq)
    span = steps.until.until - since.seq
    window = await _window(asker, caller, chosen, since, span=span, most_candidates=max(span, 1) + 1)
    async with database.reading() as session:
        event_ids = set(await moved.seen_events(session, caller, steps.by_event))
        if chosen.events is not None:
            event_ids &= set(await filters.roots(session, chosen.events))
    view = View(restricted=caller.may("read"), confidential=caller.may("confidential"), wording=wording)
    visible = [row for row in window.candidates if row.seq in window.versions]
    changes = []
    for event_id in sorted(event_ids):
        fitting = [(step, _last_of(step, visible)) for step in steps.by_event[event_id]]
        wanted_steps = [step for step, row in fitting if row is not None or not chosen.narrows_changes]
        last_rows = {step.end.seq: row for step, row in fitting}
        for step, step_moves in await moved.moves(database, view, wanted_steps, chosen):
            row = last_rows[step.end.seq]
            change = shown.nothing_but(step.end) if row is None else shown.read(row, window.versions[row.seq])
            place = {"position": str(shown.place(step.end)), "event_id": event_id, "moved": step_moves}
            changes.append((step.end, change.model_copy(update=place)))
    fitting_by_seq = {row.seq: row for row in visible}
    for cut in steps.cut:
        # What is hidden itself moves nothing that would have to be looked for.
        if row := fitting_by_seq.get(cut.seq):
            change = shown.read(row, window.versions[row.seq])
            changes.append((cut, change.model_copy(update={"moved": moved.NOT_FOLLOWED})))
    changes.sort(key=lambda pair: pair[0].seq)
    end = window.end
    if len(changes) > limit:
        last_seq = changes[limit - 1][0].seq
        changes = [pair for pair in changes if pair[0].seq <= last_seq]
        end = shown.place(changes[-1][0])
    return ChangeBatch([change for _, change in changes], end, more=end.seq < window.head_seq)


def _last_of(step: EventStep, visible: Sequence[Any]) -> Any | None:
    """The last change of a step that fits the filter, and that the caller may see."""
    of_step = [row for row in visible if step.before_seq < row.seq <= step.end.seq]
    return of_step[-1] if of_step else None


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
