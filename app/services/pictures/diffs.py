"""What changed in one event between two moments of one of the two clocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from app import threads
from app.database import Askable, end_read
from app.derive.diff import diff as derived
from app.derive.diff import snapshots
from app.derive.diff.snapshots import Snapshot, SnapshotPair
from app.derive.pictures import dossier
from app.derive.rules.rows import Rows, View
from app.errors import Invalid, NotFound
from app.schemas.common import entity_tag
from app.schemas.pictures.diffs import DiffQuery, DiffRead
from app.services.access import Caller
from app.services.pictures import moments
from app.services.pictures.moments import Moment, Position, Viewpoint
from app.services.records import Located
from app.texts.messages.wording import ENGLISH, Wording

Taken = TypeVar("Taken")


class ResolvedDiff(NamedTuple):
    """A query for a diff with the two viewpoints it compares. None: a time before anything was recorded."""

    query: DiffQuery
    since: Viewpoint | None
    until: Viewpoint | None
    hints: tuple[str, ...] = ()
    """What to know of the times that were asked for."""


async def resolve(session: Askable, caller: Caller, query: DiffQuery, wording: Wording = ENGLISH) -> ResolvedDiff:
    """Find the two viewpoints. Raises Invalid, also where `since` is the later, and Gone for a lost position."""
    view = View(
        independence=query.independence,
        restricted=caller.may("read"),
        confidential=caller.may("confidential"),
        wording=wording,
    )
    words = {"since": query.since, "until": query.until}
    ends = {name: _end(query, name, time) for name, time in words.items() if time is not None}
    if ends["since"] and (until := ends.get("until")) and ends["since"] > until:
        raise _reversed()
    if query.clock == "said":
        views = [replace(view, said_before=time, until=ends.get(name)) for name, time in words.items()]
        return ResolvedDiff(query, Viewpoint(None, views[0]), Viewpoint(None, views[1]))
    since = await moments.moment_at(session, query.since, "since")
    last = None if query.until is None else await moments.moment_at(session, query.until, "until")
    if since.position and last and (last.position is None or since.position.seq > last.position.seq):
        raise _reversed()
    hints = tuple(dict.fromkeys(moment.hint for moment in (since, last) if moment and moment.hint))
    later = Viewpoint(None, view) if last is None else _viewpoint(last, view)
    return ResolvedDiff(query, _viewpoint(since, view), later, hints)


def _viewpoint(moment: Moment, view: View) -> Viewpoint | None:
    return moment.position and Viewpoint(moment.position, view)


def _reversed() -> Invalid:
    return Invalid.parameter("since", "it is later than `until`")


def _end(query: DiffQuery, name: str, time: str) -> datetime | None:
    """The end of a coarse time; of a position None."""
    return None if query.clock == "recorded" and moments.is_position(time) else moments.time_span(name, time).end


async def etag(session: Askable, event: Located, comparison: ResolvedDiff) -> str:
    """The strong entity tag, quoted: of both pictures and the parameters. Raises as `diff` does."""
    # One side may have no event yet: that is a side without a tag.
    tags = [await _tag(session, event, viewpoint) for viewpoint in (comparison.since, comparison.until)]
    if tags == [None, None]:
        raise _recorded_later(event)
    return entity_tag(repr((comparison.query, tags, *comparison.hints)))


async def _tag(session: Askable, event: Located, viewpoint: Viewpoint | None) -> str | None:
    """None: there was no such event at this side's moment. Only if neither side has one does `etag` raise NotFound."""
    try:
        return None if viewpoint is None else await moments.etag(session, event, viewpoint, "diff")
    except NotFound:
        return None


async def diff(session: Askable, event: Located, comparison: ResolvedDiff) -> DiffRead:
    """What changed; an event that was not there at one of the moments is empty there. Raises as `compared`."""
    difference, _ = await compared(session, event, comparison, lambda _difference, _pair: None)
    return difference


async def compared(
    session: Askable, event: Located, comparison: ResolvedDiff, take: Callable[[DiffRead, SnapshotPair], Taken]
) -> tuple[DiffRead, Taken]:
    """The diff, and what is taken of it, with the two ends that it compares, in the thread in which it is made.

    Raises NotFound if there was no such event at either, or it is not for the caller.
    """
    since, until = comparison.since, comparison.until
    before = await _load(session, event.id, since)
    # Of one moment of the ledger the rows are the same, whatever had been said.
    alike = since is not None and until is not None and since.as_of == until.as_of
    after = before if alike else await _load(session, event.id, until)
    if before is None and after is None:
        raise _recorded_later(event)
    await end_read(session)
    return await threads.run(_compare, event, comparison, (before, after), take)


def _compare(
    event: Located,
    comparison: ResolvedDiff,
    loaded: tuple[tuple[Rows, Position] | None, tuple[Rows, Position] | None],
    take: Callable[[DiffRead, SnapshotPair], Taken],
) -> tuple[DiffRead, Taken]:
    since, until = comparison.since, comparison.until
    before, after = loaded
    pair = SnapshotPair(_snapshot(before, since), _snapshot(after, until))
    difference = _difference(event, comparison, pair, is_new=before is None)
    return difference, take(difference, pair)


def _difference(event: Located, comparison: ResolvedDiff, pair: SnapshotPair, *, is_new: bool) -> DiffRead:
    query = comparison.query
    moments_asked = (query.since, query.until)
    difference = derived.diff(pair, event.id, query.clock, moments_asked, query.independence)
    hints = list(comparison.hints)
    # Whoever names the clock, or a position, knows that it is about recording.
    if is_new and "clock" not in query.model_fields_set and not moments.is_position(query.since):
        hints.append(f"All of it is new: {_instead(event, 'since')}")
    elif query.clock == "said" and not pair.before.statements and not pair.after.statements:
        hints.append(_NOTHING_SAID)
    return difference.model_copy(update={"hint": " ".join(hints)}) if hints else difference


_NOTHING_SAID: Final = "Nothing that is recorded of this event had been said by either of these times."


def _recorded_later(event: Located) -> NotFound:
    return NotFound(f"Nothing of this event had been recorded by then: {_instead(event, 'until')}")


def _instead(event: Located, parameter: str) -> str:
    """What to ask where nothing had been recorded yet by this one of the two moments."""
    return (
        f"recording it began at {event.created_at:%Y-%m-%dT%H:%M:%SZ}, later than `{parameter}`. To compare what had "
        "been said by two times, whenever that was recorded, ask with `clock=said`."
    )


async def _load(session: Askable, event_id: UUID, viewpoint: Viewpoint | None) -> tuple[Rows, Position] | None:
    """None: there was no such event at this side's moment. Only if neither side has one does `diff` raise NotFound."""
    try:
        return None if viewpoint is None else await moments.load(session, event_id, viewpoint)
    except NotFound:
        return None


def _snapshot(loaded: tuple[Rows, Position] | None, viewpoint: Viewpoint | None) -> Snapshot:
    """An event that was not there then is empty."""
    if loaded is None or viewpoint is None:
        return snapshots.snapshot(None)
    rows, position = loaded
    picture = dossier.dossier(rows, viewpoint.view, str(position))
    return snapshots.snapshot(picture, snapshots.merges_of(rows, viewpoint.view), viewpoint.view.wording)
