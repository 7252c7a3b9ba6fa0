"""Pictures of one event: the moment they are asked for, their ETags, the positions that they show, and the answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import text

from app import threads, times
from app.database import Askable, ask, end_read
from app.derive import RULES
from app.derive.pictures import dossier as derived
from app.derive.pictures import matrix as derived_matrix
from app.derive.pictures import series
from app.derive.pictures import timeline as derived_timeline
from app.derive.rules.rows import Rows, View
from app.errors import Gone, Invalid, NotFound
from app.models import Event
from app.schemas import addresses
from app.schemas.common import entity_tag
from app.schemas.pictures.dossiers import DossierRead, PictureQuery, TimelineRead
from app.schemas.pictures.figures import FiguresRead
from app.schemas.pictures.matrices import ColumnsBy, MatrixRead
from app.services import records
from app.services.access import Caller
from app.services.pictures import assembling, heads, loading
from app.services.pictures.assembling import Loaded
from app.services.records import Located
from app.telling import request_notes
from app.texts.messages.wording import EDITION, ENGLISH, Wording
from app.vocabulary import DossierOrder, Independence, Measure

Finished = TypeVar("Finished")

_POSITION: Final = re.compile(r"(\d{1,18})-([0-9a-f]{8})", re.ASCII)
_HASH_AT: Final = text("SELECT hash FROM change WHERE seq = :seq")
_LEDGER_HEAD: Final = text("SELECT seq, hash, redactions FROM ledger_head")
# Times never run backwards along the ledger: after a change at the end, or later, nothing more comes before it.
# Of those written while the clock is behind the ledger the head knows; where it is now, it may not yet.
_LAST_BEFORE: Final = text("""
SELECT c.seq, c.hash, h.recorded_at >= :end AS is_last, lower(stretch) AS since, upper(stretch) AS until
FROM ledger_head h
LEFT JOIN LATERAL (
    SELECT seq, hash FROM change WHERE recorded_at < :end ORDER BY recorded_at DESC, seq DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (
    SELECT held FROM unnest(h.held + ledger_behind(h.recorded_at, statement_timestamp())) held
    WHERE held @> CAST(:end AS timestamptz)) s(stretch) ON true""")
_BEGUN: Final = text("SELECT recorded_at FROM change ORDER BY seq LIMIT 1")


class Position(NamedTuple):
    """A place in the ledger."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}-{self.hash[:4].hex()}"


class Moment(NamedTuple):
    """A moment of the ledger as it was asked for, by a position or a time."""

    position: Position | None
    """Of the last change by then; None: nothing had been recorded."""
    hint: str | None = None
    """What to know of answers for it: where times of recording are not those of a clock."""


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """As-of position and view: what was recorded by when (None: by now), and what of it this caller sees."""

    as_of: Position | None
    view: View
    hint: str | None = None
    """What to know of the time that `as_of` was asked for by."""

    @property
    def seq(self) -> int | None:
        return None if self.as_of is None else self.as_of.seq

    @property
    def as_of_words(self) -> str | None:
        """The position as answers show it."""
        return None if self.as_of is None else str(self.as_of)


async def find(
    session: Askable, caller: Caller, address: str, query: PictureQuery, wording: Wording = ENGLISH
) -> tuple[Located, Viewpoint]:
    """The event at an address, and from where the parameters have it looked at. Raises as `event_at` and `resolve`."""
    event = await event_at(session, caller, address)
    return event, await resolve(session, caller, query.as_of, query.said_before, query.independence, wording=wording)


async def event_at(session: Askable, caller: Caller, address: str) -> Located:
    """Raises what `records.get` raises."""
    return await records.locate(session, caller, Event, address)


async def resolve(
    session: Askable,
    caller: Caller,
    as_of: str | None = None,
    said_before: str | None = None,
    independence: Independence = "family",
    *,
    wording: Wording = ENGLISH,
) -> Viewpoint:
    """The viewpoint that the parameters ask for, with what the caller may see.

    Raises Invalid for a parameter that can't be read, NotFound if nothing had been recorded by then, and Gone for a
    position that is not on this ledger.
    """
    until = None if said_before is None else time_span("said_before", said_before).end
    position, hint = (None, None) if as_of is None else await moment_at(session, as_of)
    if as_of is not None and position is None:
        begun = await ask(session, _BEGUN)
        raise NotFound(_not_yet("Nothing", begun[0].recorded_at) if begun else "Nothing has been recorded yet.")
    view = View(said_before, until, independence, caller.may("read"), caller.may("confidential"), wording)
    return Viewpoint(position, view, hint)


async def moment_at(session: Askable, words: str, name: str = "as_of") -> Moment:
    """The last change at a position or by the end of a coarse time; `name`: the parameter.

    What is to be known of a time is noted of the request, too: each answer to it has that in a header. Raises Invalid
    for what can't be read, and Gone for a position that is not on this ledger.
    """
    if match := _POSITION.fullmatch(words):
        seq, hash_begins = int(match[1]), match[2]
        rows = await ask(session, _HASH_AT, {"seq": seq})
        position = Position(seq, rows[0].hash if rows else b"")
        if position.hash[:4].hex() != hash_begins:
            raise Gone(
                "This position is not on this ledger: it is another's, or was lost; resync, beginning without it.",
                resync=True,
            )
        return Moment(position)
    end = time_span(name, words, " or a position: 1234-0a1b2c3d").end
    last = (await ask(session, _LAST_BEFORE, {"end": end}))[0]
    if not last.is_last:
        heads.rest_on_all(session)
    hint = None if last.until is None else _taken_for_later(last.since, last.until)
    if hint:
        request_notes.tell(hint)
    return Moment(None if last.seq is None else Position(last.seq, last.hash), hint)


def _taken_for_later(since: datetime | None, until: datetime) -> str:
    """What to know of an answer for a time between these; `since`: of the last change before, None if there is none.

    In English, as all that only developers read.
    """
    after = "" if since is None else f" after {since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return (
        f"The database's clock was ahead and was set back: what was recorded{after} may bear a time as late as "
        f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}, and is taken here to have been recorded then. A position "
        "instead of the time is exact."
    )


def _not_yet(what: str, begun: datetime) -> str:
    """That this was not recorded yet, since when it is, and what to ask instead."""
    return (
        f"{what} had been recorded by then: that began at {begun.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}. What had been "
        "said by a time, whenever it was recorded, is asked with `said_before`."
    )


def is_position(words: str) -> bool:
    return _POSITION.fullmatch(words) is not None


def time_span(name: str, words: str, alternative: str = "") -> times.Span:
    """The span of a coarse time in the parameter `name`. Raises Invalid, which names the `alternative`."""
    if is_position(words):
        raise Invalid.parameter(
            name,
            "a position says what had been recorded; what had been said is asked by a time: 2023-08-09T13:24+03:00",
        )
    try:
        return times.span(times.read(words))
    except ValueError as error:
        raise Invalid.parameter(name, f"{error}{alternative}") from None


# --- tags, and the position of what is shown -------------------------------------------------------------------------


# The same sum for now and for any moment, of the ledger alone: the last change of the events :events and of those that
# were ever merged into :merged, of the directory, and of the versions of the documents :documents. An event's last
# change is found by comparing pairs: only the event's index can do that, so that the whole ledger is never walked back.
# A change that was hidden from who has the scopes :has counts if anything was opened since: it may be shown by now.
_SHOWN: Final = text("""
WITH moment AS (SELECT coalesce(CAST(:seq AS bigint), seq) AS seq, opened FROM ledger_head),
around(id) AS (
    SELECT unnest(CAST(:events AS uuid[])) UNION
    SELECT c.record_id FROM unnest(CAST(:merged AS text[])) m(id) CROSS JOIN moment CROSS JOIN LATERAL (
        SELECT record_id FROM change
        WHERE type = 'event' AND record->>'merged_into' = m.id AND seq <= moment.seq OFFSET 0) c
        WHERE CAST(:all AS boolean) OR coalesce((SELECT visibility FROM event e WHERE e.id = c.record_id),
            (SELECT record->>'visibility' FROM change l WHERE l.record_id = c.record_id ORDER BY l.seq DESC LIMIT 1)
            ) = 'public'),
last(seq) AS (
    SELECT c.seq FROM around a CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT event_id, seq FROM change WHERE (event_id, seq) <= (a.id, m.seq)
            AND (event_id <> a.id OR needs <= CAST(:has AS integer) OR seq <= m.opened)
        ORDER BY event_id DESC, seq DESC LIMIT 1) c WHERE c.event_id = a.id
    UNION ALL SELECT c.seq FROM around a CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type = 'event_link' AND record->>'to_id' = a.id::text AND seq <= m.seq
            AND (needs <= CAST(:has AS integer) OR seq <= m.opened)
        ORDER BY seq DESC LIMIT 1) c
    UNION ALL SELECT c.seq FROM moment m CROSS JOIN generate_series(0, 2) n(needed) CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type IN ('source', 'document', 'document_link', 'source_link')
            AND (op <> 'insert' OR type IN ('document_link', 'source_link')) AND needs = n.needed
            AND seq <= CASE WHEN n.needed <= CAST(:has AS integer) THEN m.seq ELSE least(m.seq, m.opened) END
            ORDER BY needs DESC, seq DESC LIMIT 1) c
    UNION ALL SELECT c.seq FROM unnest(CAST(:documents AS text[])) d(id) CROSS JOIN moment m CROSS JOIN LATERAL (
        SELECT seq FROM change WHERE type = 'document_version' AND record->>'document_id' = d.id AND seq <= m.seq
        ORDER BY seq DESC LIMIT 1) c)
SELECT seq, hash FROM change WHERE seq = (SELECT max(seq) FROM last)""")


_EVERYTHING: Final = View(restricted=True, confidential=True)


def scopes_held(view: View) -> int:
    """How much of what is hidden this caller is shown, as the ledger counts it: `change.needs`, at most.

    Who has `confidential` and not `read`, whom hardly anybody is, has pictures that move with what is restricted, too.
    """
    return 2 if view.confidential else int(view.restricted)


async def etag(session: Askable, event: Located, viewpoint: Viewpoint, picture: str = "dossier") -> str:
    """The strong entity tag of a picture of an event that the caller may see, for a few look-ups by index.

    `picture`: which one, and what it takes beside the viewpoint. Raises NotFound if there was no such event then.
    """
    moment = {} if viewpoint.as_of is None else {"event": event.id, "seq": viewpoint.seq}
    scope = {"starts": [event.id], "all": viewpoint.view.restricted, "has": scopes_held(viewpoint.view), **moment}
    newest = await ask(session, loading.HEADS[viewpoint.as_of is not None], scope)
    if not newest:
        raise NotFound(_not_yet("Nothing of this event", event.created_at))
    heads.rest_on(session, [head.id for head in newest])
    # Whatever the moment, whether an event is restricted is asked of now: the caller's own copy says so.
    is_restricted = event.visibility != "public"
    # What is hidden moves nothing, but what is kept of it has to be made anew: it may be open by now.
    shown_heads = [(head.kind, head.id, head.seq, head.directory) for head in newest if not head.hidden]
    written_heads = [tuple(map(str, (*head, is_restricted))) for head in shown_heads]
    hints = [viewpoint.hint] if viewpoint.hint else []
    return entity_tag(repr(((RULES, EDITION, picture, viewpoint.seq, viewpoint.view, *hints), written_heads)))


async def etag_of_all(session: Askable, picture: str, *parameters: object) -> str:
    """The strong entity tag of what several events, and what hides them, bear on: any change of the ledger moves it.

    `parameters`: of what it is, and what of it the caller sees. Callers keep ETags: their order is a part of them.
    """
    *position, redactions = (await ask(session, _LEDGER_HEAD))[0]
    redacted = [redactions] if redactions else []
    return entity_tag(repr((RULES, EDITION, picture, *parameters, str(Position(*position)), *redacted)))


async def head(session: Askable) -> Position:
    """The position of the ledger's newest change, which pictures over several events show."""
    *position, _ = (await ask(session, _LEDGER_HEAD))[0]
    return Position(*position)


async def position(session: Askable, loaded: Loaded, seq: int | None = None, view: View = _EVERYTHING) -> Position:
    """Ledger position of the newest change in it that may be seen: `as_of` with it gives the same picture."""
    event_ids = {UUID(event["id"]) for event in loaded.records["event"]} | loaded.event_ids
    hidden = frozenset[UUID]() if view.restricted else loaded.restricted
    parameters = {
        "seq": seq,
        "all": view.restricted,
        "has": scopes_held(view),
        "events": list(event_ids - hidden),
        "merged": [str(id_) for id_ in loaded.event_ids - hidden],
        "documents": assembling.documents_read(loaded, hidden),
    }
    return Position(*(await ask(session, _SHOWN, parameters))[0])


# --- the pictures ----------------------------------------------------------------------------------------------------
# The last that a session reads: the transaction ends before a picture is drawn, in a thread. `finish` makes of it what
# is sent, in the same thread: each way to one and back costs a tenth of a millisecond.


async def dossier(
    session: Askable,
    event_id: UUID,
    viewpoint: Viewpoint,
    finish: Callable[[DossierRead], Finished],
    *,
    order: DossierOrder = "time",
) -> Finished:
    """The whole event as it was asked for. Raises NotFound if there was no such event, or it is not for the caller."""

    def take(whole_dossier: DossierRead) -> Finished:
        return finish(derived.by_dispute(whole_dossier) if order == "dispute" else whole_dossier)

    return await _slice(session, event_id, viewpoint, take)


async def _slice(
    session: Askable, event_id: UUID, viewpoint: Viewpoint, take: Callable[[DossierRead], Finished]
) -> Finished:
    """What is taken of a dossier, in the thread in which that is drawn."""
    loaded, shown_position = await _read(session, event_id, viewpoint)
    await end_read(session)
    # The thread makes the rows, and so frees them: there may be many, and here others wait.
    return await threads.run(lambda: take(draw_dossier(assembling.rows(loaded), shown_position, viewpoint)))


def draw_dossier(rows: Rows, shown_position: Position, viewpoint: Viewpoint) -> DossierRead:
    """A dossier of what was loaded."""
    return derived.dossier(rows, viewpoint.view, str(shown_position), viewpoint.as_of_words)


async def load(session: Askable, event_id: UUID, viewpoint: Viewpoint) -> tuple[Rows, Position]:
    """Load an event's rows, with the ledger position they show. Raises as `dossier` does."""
    loaded, shown_position = await _read(session, event_id, viewpoint)
    return await threads.run(assembling.rows, loaded), shown_position


async def _read(session: Askable, event_id: UUID, viewpoint: Viewpoint) -> tuple[Loaded, Position]:
    loaded = await loading.read(session, event_id, viewpoint.seq)
    if event_id in loaded.restricted and not viewpoint.view.restricted:
        raise NotFound("There is no such event.")
    return loaded, await position(session, loaded, viewpoint.seq, viewpoint.view)


async def timeline(
    session: Askable, event_id: UUID, viewpoint: Viewpoint, finish: Callable[[TimelineRead], Finished]
) -> Finished:
    """What was said, in its order: a slice of the dossier. Raises as `dossier` does."""

    def take(whole_dossier: DossierRead) -> Finished:
        return finish(derived_timeline.timeline(whole_dossier, viewpoint.view.until, viewpoint.view.wording))

    return await _slice(session, event_id, viewpoint, take)


async def figures(
    session: Askable,
    event_id: UUID,
    viewpoint: Viewpoint,
    finish: Callable[[FiguresRead], Finished],
    *,
    measure: Measure | None = None,
    subject: str | None = None,
) -> Finished:
    """Who gave which number when; `measure`, `subject`: of these only. Raises as `dossier` does."""
    loaded, shown_position = await _read(session, event_id, viewpoint)
    await end_read(session)
    position_words, as_of = str(shown_position), viewpoint.as_of_words

    def draw() -> Finished:
        rows = assembling.rows(loaded)
        return finish(series.series(rows, viewpoint.view, position_words, as_of, measure, subject=subject))

    return await threads.run(draw)


async def matrix(
    session: Askable,
    event_id: UUID,
    viewpoint: Viewpoint,
    finish: Callable[[MatrixRead], Finished],
    *,
    question: str | None = None,
    by: ColumnsBy = "party",
) -> Finished:
    """Who takes which stance on which question: a slice of the dossier.

    `question`: the address of one of its questions. Raises NotFound if it has none there, and as `dossier` does.
    """

    def take(whole_dossier: DossierRead) -> Finished:
        question_id = None if question is None else _question_id(whole_dossier, question)
        return finish(derived_matrix.matrix(whole_dossier, by, question_id, words=viewpoint.view.wording))

    return await _slice(session, event_id, viewpoint, take)


def _question_id(picture: DossierRead, question: str) -> UUID:
    """The id of the question at this address. Raises NotFound."""
    address = addresses.parse(question)
    for asked in picture.questions:
        if asked.id == address.id or (address.ref is not None and asked.ref == address.ref):
            return asked.id
    raise NotFound("There is no such question about this event.")
