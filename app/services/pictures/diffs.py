"""What changed in one event between two moments of one of the two clocks."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.database import end_read
from app.derive.diff import diff as derived
from app.derive.diff import snapshots
from app.derive.diff.snapshots import Snapshot, SnapshotPair
from app.derive.pictures import dossier
from app.derive.rules.rows import Rows, View
from app.errors import Invalid, NotFound
from app.schemas.common import entity_tag
from app.schemas.pictures.diffs import DiffQuery, DiffRead
from app.services.pictures import moments
from app.services.pictures.moments import Asked, Position


class Wanted(NamedTuple):
    """The two pictures that are compared; None: of before anything was recorded."""

    query: DiffQuery
    since: Asked | None
    until: Asked | None


async def asked(session: AsyncSession, query: DiffQuery, *, restricted: bool, confidential: bool) -> Wanted:
    """What the parameters ask for. Raises Invalid, also where `since` is the later, and Gone for a lost position."""
    view = View(independence=query.independence, restricted=restricted, confidential=confidential)
    words = {"since": query.since, "until": query.until}
    ends = {name: _end(query, name, said) for name, said in words.items() if said is not None}
    if ends["since"] and (until := ends.get("until")) and ends["since"] > until:
        raise _turned()
    if query.clock == "said":
        views = [replace(view, said_before=said, until=ends.get(name)) for name, said in words.items()]
        return Wanted(query, Asked(None, views[0]), Asked(None, views[1]))
    since = await _recorded(session, "since", query.since)
    if query.until is None:
        return Wanted(query, since and Asked(since, view), Asked(None, view))
    last = await _recorded(session, "until", query.until)
    if since is not None and (last is None or since.seq > last.seq):
        raise _turned()
    return Wanted(query, since and Asked(since, view), last and Asked(last, view))


def _turned() -> Invalid:
    return Invalid.parameter("since", "it is later than `until`")


def _end(query: DiffQuery, name: str, said: str) -> datetime | None:
    """The end of a coarse time; of a position None."""
    return None if query.clock == "recorded" and moments.is_position(said) else moments.span(name, said).end


async def _recorded(session: AsyncSession, name: str, said: str) -> Position | None:
    """None: nothing had been recorded by then."""
    try:
        return await moments.resolve(session, said, name)
    except NotFound:
        return None


async def etag(session: AsyncSession, event_id: UUID, wanted: Wanted) -> str:
    """The strong entity tag, quoted: of both pictures and the parameters. Raises as `diff` does."""
    tags = [await _tag(session, event_id, one) for one in (wanted.since, wanted.until)]
    if tags == [None, None]:
        raise NotFound("There was no such event then.")
    return entity_tag(repr((wanted.query, tags)))


async def _tag(session: AsyncSession, event_id: UUID, one: Asked | None) -> str | None:
    try:
        return None if one is None else await moments.etag(session, event_id, one, "diff")
    except NotFound:
        return None


async def diff(session: AsyncSession, event_id: UUID, wanted: Wanted) -> DiffRead:
    """What changed; an event that was not there at one of the moments is empty there.

    Raises NotFound if there was no such event at either, or it is not for the caller.
    """
    query, since, until = wanted
    before = await _loaded(session, event_id, since)
    # Of one moment of the ledger the rows are the same, whatever had been said.
    alike = since is not None and until is not None and since.as_of == until.as_of
    after = before if alike else await _loaded(session, event_id, until)
    if before is None and after is None:
        raise NotFound("There was no such event then.")
    await end_read(session)
    pair = SnapshotPair(_snapshot(before, since), _snapshot(after, until))
    return derived.diff(pair, event_id, query.clock, (query.since, query.until), query.independence)


async def _loaded(session: AsyncSession, event_id: UUID, one: Asked | None) -> tuple[Rows, Position] | None:
    try:
        return None if one is None else await moments.loaded(session, event_id, one)
    except NotFound:
        return None


def _snapshot(found: tuple[Rows, Position] | None, one: Asked | None) -> Snapshot:
    if found is None or one is None:
        return snapshots.snapshot(None)
    rows, here = found
    return snapshots.snapshot(dossier.dossier(rows, one.view, str(here)), snapshots.merges_of(rows, one.view))
