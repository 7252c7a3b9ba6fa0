"""Pictures of one event: the moment they are asked for, their ETags, the positions that they show, and the answers."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import times
from app.database import end_read
from app.derive import RULES
from app.derive.pictures import documents, series
from app.derive.pictures import dossier as derived
from app.derive.pictures import matrix as derived_matrix
from app.derive.pictures import timeline as derived_timeline
from app.derive.rules.rows import Rows, View
from app.errors import Gone, Invalid, NotFound
from app.schemas import addresses
from app.schemas.common import entity_tag
from app.schemas.pictures.dossiers import DossierRead, TimelineRead
from app.schemas.pictures.figures import FiguresRead
from app.schemas.pictures.matrices import ColumnsBy, MatrixRead
from app.services.pictures import loading
from app.services.pictures.loading import State
from app.vocabulary import Independence, Measure

_POSITION: Final = re.compile(r"(\d{1,18})-([0-9a-f]{8})", re.ASCII)
_AT: Final = text("SELECT hash FROM change WHERE seq = :seq")
_HEAD: Final = text("SELECT seq, hash FROM ledger_head")
_BEFORE: Final = text(
    "SELECT seq, hash FROM change WHERE recorded_at < :end ORDER BY recorded_at DESC, seq DESC LIMIT 1"
)


class Position(NamedTuple):
    """A place in the ledger."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}-{self.hash[:4].hex()}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which picture: of what was recorded when (None: now), and as `view` says."""

    as_of: Position | None
    view: View


async def asked(
    session: AsyncSession,
    as_of: str | None = None,
    said_before: str | None = None,
    independence: Independence = "family",
    *,
    restricted: bool = False,
    confidential: bool = False,
) -> Asked:
    """What the parameters ask for; the caller may read restricted events, and see confidential sources.

    Raises Invalid for a parameter that can't be read, NotFound if nothing had been recorded by then, and Gone for a
    position that is not on this ledger.
    """
    until = None if said_before is None else span("said_before", said_before).end
    return Asked(
        None if as_of is None else await resolve(session, as_of),
        View(said_before, until, independence, restricted, confidential),
    )


async def resolve(session: AsyncSession, as_of: str, name: str = "as_of") -> Position:
    """The last change at a position or by the end of a coarse time; `name`: the parameter. Raises as `asked` does."""
    if found := _POSITION.fullmatch(as_of):
        seq, begins = int(found[1]), found[2]
        here = Position(seq, await session.scalar(_AT, {"seq": seq}) or b"")
        if here.hash[:4].hex() != begins:
            raise Gone("This position is not on this ledger: resync.", resync=True)
        return here
    last = (
        await session.execute(_BEFORE, {"end": span(name, as_of, " or a position: 1234-0a1b2c3d").end})
    ).one_or_none()
    if last is None:
        raise NotFound("Nothing had been recorded by then.")
    return Position(last.seq, last.hash)


def is_position(words: str) -> bool:
    return _POSITION.fullmatch(words) is not None


def span(name: str, words: str, more: str = "") -> times.Span:
    try:
        return times.span(words)
    except ValueError as error:
        raise Invalid.parameter(name, f"{error}{more}") from None


# --- what is shown, in one number ------------------------------------------------------------------------------------


def _heads(state: State) -> TextClause:
    """The heads of all that a picture shows, whatever the moment it is of: who may see it is asked of now.

    What was once merged into the event counts, too: that it no longer is changes the picture.
    """
    return text(f"""
WITH RECURSIVE {loading.around(state)}
SELECT kind, id, h.seq, (SELECT directory FROM ledger_head) AS directory,
    {loading.RESTRICTED.format(id="CAST(:event AS uuid)")} AS hidden
FROM (SELECT kind, id FROM around WHERE kind <> 'tie' UNION SELECT 'once', c.record_id FROM around a
    CROSS JOIN LATERAL (
        SELECT record_id FROM change WHERE type = 'event' AND record->>'merged_into' = a.id::text OFFSET 0) c
    WHERE a.kind = 'merged') shown LEFT JOIN event_head h ON h.event_id = id
WHERE EXISTS {state("event", "id", "CAST(:event AS uuid)", "id")}
ORDER BY kind, id""")  # noqa: S608


_HEADS: Final = {False: _heads(loading.now), True: _heads(loading.then)}
# The same sum for now and for any moment, of the ledger alone: the last change of the events :events and of those that
# were ever merged into :merged, of the directory, and of the versions of the documents :documents. An event's last
# change is found by comparing pairs: only the event's index can do that, so that the whole ledger is never walked back.
_SHOWN: Final = text("""
WITH moment AS (SELECT coalesce(CAST(:seq AS bigint), (SELECT seq FROM ledger_head)) AS seq),
around(id) AS (
    SELECT unnest(CAST(:events AS uuid[])) UNION
    SELECT c.record_id FROM unnest(CAST(:merged AS text[])) m(id) CROSS JOIN moment CROSS JOIN LATERAL (
        SELECT record_id FROM change
        WHERE type = 'event' AND record->>'merged_into' = m.id AND seq <= moment.seq OFFSET 0) c),
last(seq) AS (
    SELECT c.seq FROM around a CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT event_id, seq FROM change WHERE (event_id, seq) <= (a.id, m.seq)
        ORDER BY event_id DESC, seq DESC LIMIT 1) c WHERE c.event_id = a.id
    UNION ALL SELECT c.seq FROM around a CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type = 'event_link' AND record->>'to_id' = a.id::text AND seq <= m.seq
        ORDER BY seq DESC LIMIT 1) c
    UNION ALL SELECT c.seq FROM moment m CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type IN ('source', 'document', 'document_link')
            AND (op <> 'insert' OR type = 'document_link') AND seq <= m.seq ORDER BY seq DESC LIMIT 1) c
    UNION ALL SELECT c.seq FROM unnest(CAST(:documents AS text[])) d(id) CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type = 'document_version' AND record->>'document_id' = d.id AND seq <= m.seq
        ORDER BY seq DESC LIMIT 1) c)
SELECT seq, hash FROM change WHERE seq = (SELECT max(seq) FROM last)""")


async def etag(session: AsyncSession, event_id: UUID, wanted: Asked, picture: str = "dossier") -> str:
    """The strong entity tag of a picture, quoted, for a few key look-ups. Raises as `dossier` does."""
    at = {} if wanted.as_of is None else {"seq": wanted.as_of.seq}
    heads = (
        await session.execute(_HEADS[wanted.as_of is not None], {"starts": [event_id], "event": event_id, **at})
    ).all()
    view = wanted.view
    if not heads or (heads[0].hidden and not view.restricted):
        raise NotFound("There is no such event.")
    told = (RULES, picture, wanted.as_of and wanted.as_of.seq, view)
    shown = [tuple(map(str, head)) for head in heads]
    return entity_tag(repr((told, shown)))


async def head(session: AsyncSession) -> Position:
    """That of the ledger's latest change: what pictures over several events are of."""
    return Position(*(await session.execute(_HEAD)).one())


async def position(session: AsyncSession, shown: Rows, seq: int | None = None) -> Position:
    """That of the latest change which a picture of these rows shows: `as_of` with it gives the same picture again."""
    given = {
        "seq": seq,
        "events": list(shown.events.keys() | shown.merged),
        "merged": [str(id_) for id_ in shown.merged],
        "documents": [str(id_) for id_ in documents.read(shown)],
    }
    return Position(*(await session.execute(_SHOWN, given)).one())


# --- the pictures ----------------------------------------------------------------------------------------------------


async def dossier(session: AsyncSession, event_id: UUID, wanted: Asked) -> DossierRead:
    """The whole event as it was asked for. Raises NotFound if there was no such event, or it is not for the caller.

    The last that a session reads: as it is drawn, the transaction has ended.
    """
    found, here = await loaded(session, event_id, wanted)
    await end_read(session)
    return drawn(found, here, wanted)


def drawn(found: Rows, here: Position, wanted: Asked) -> DossierRead:
    """A dossier of what was loaded."""
    return derived.dossier(found, wanted.view, str(here), None if wanted.as_of is None else str(wanted.as_of))


async def loaded(session: AsyncSession, event_id: UUID, wanted: Asked) -> tuple[Rows, Position]:
    """What a picture is drawn from, and the position that it shows. Raises as `dossier` does."""
    seq = None if wanted.as_of is None else wanted.as_of.seq
    found = await loading.load(session, event_id, seq)
    if event_id in found.restricted and not wanted.view.restricted:
        raise NotFound("There is no such event.")
    return found, await position(session, found, seq)


async def timeline(session: AsyncSession, event_id: UUID, wanted: Asked) -> TimelineRead:
    """What was said, in its order: a slice of the dossier. Raises as `dossier` does."""
    return derived_timeline.timeline(await dossier(session, event_id, wanted), wanted.view.until)


async def figures(session: AsyncSession, event_id: UUID, wanted: Asked, measure: Measure | None = None) -> FiguresRead:
    """Who gave which number when; `measure`: of one kind only. Raises as `dossier` does."""
    found, here = await loaded(session, event_id, wanted)
    await end_read(session)
    asked_for = None if wanted.as_of is None else str(wanted.as_of)
    return series.series(found, wanted.view, str(here), asked_for, measure)


async def matrix(
    session: AsyncSession, event_id: UUID, wanted: Asked, question: str | None = None, by: ColumnsBy = "party"
) -> MatrixRead:
    """Who takes which stance on which question: a slice of the dossier.

    `question`: the address of one of its questions. Raises NotFound if it has none there, and as `dossier` does.
    """
    whole = await dossier(session, event_id, wanted)
    if question is None:
        return derived_matrix.matrix(whole, by)
    address = addresses.parse(question)
    for one in whole.questions:
        if one.id == address.id or (address.ref is not None and one.ref == address.ref):
            return derived_matrix.matrix(whole, by, one.id)
    raise NotFound("There is no such question about this event.")
