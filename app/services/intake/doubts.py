"""Times of statements that don't go together: refused where both were told of it, told where another record says one.

That is asked of what is stored, whichever door it came through.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import times
from app.database import ask
from app.errors import Invalid, raise_together
from app.models import Event, Statement
from app.schemas import kinds
from app.schemas.common import Remark
from app.services.intake.drafts import Batch, Draft
from app.vocabulary import LOOKING_AHEAD

# A statement may come before what it is about; from so much on it is rather a slip of the pen.
_LONG: Final = timedelta(days=7)
_OF_ITS_OWN: Final = (
    "By its document this was said after it was taken back, and so it is a statement of its own beside the one that "
    "was. With the `said` of that one it is that one."
)
# `published`: of the document that dates a statement which has no time of its own.
_TIMES: Final = text("""
SELECT s.id, s.said, s.withdrawn, s.act, e.occurred, CASE WHEN s.said IS NULL THEN (
    SELECT p.published FROM appearance a CROSS JOIN LATERAL document_kin(a.document_id) k JOIN document p ON p.id = k
    WHERE a.statement_id = s.id AND p.published IS NOT NULL ORDER BY p.published_from, p.published_to LIMIT 1
    ) END AS published
FROM statement s JOIN event e ON e.id = event_root(s.event_id) WHERE s.id = ANY (:ids)""")
_OCCURRED: Final = text("""
SELECT s.id, e.occurred FROM unnest(CAST(:ids AS uuid[])) s(id)
CROSS JOIN LATERAL (SELECT occurred FROM event WHERE id = event_root(s.id) OFFSET 0) e""")
_STORED_TIMES: Final = text("SELECT id, said, withdrawn FROM statement WHERE id = ANY (:ids)")


class Doubt(NamedTuple):
    """A time that may be wrong: in which member, and why."""

    member: str
    detail: str
    time: str


def is_long_before(said: str, occurred: str) -> bool:
    return times.span(said).end + _LONG <= times.span(occurred).start


def _doubts(row: Row[Any]) -> Iterator[Doubt]:
    if row.withdrawn is not None and row.published is not None and times.is_before(row.withdrawn, row.published):
        detail = (
            f"By its document this was said ({row.published}) after it was taken back: is one of the two times wrong, "
            "or is `said` missing?"
        )
        yield Doubt("withdrawn", detail, row.withdrawn)
    if (
        row.said is not None
        and row.occurred is not None
        and row.act not in LOOKING_AHEAD
        and is_long_before(row.said, row.occurred)
    ):
        detail = f"It was said long before what it is about ({row.occurred}): is one of the two times wrong?"
        yield Doubt("said", detail, row.said)


async def of_changed(session: AsyncSession, statement: UUID, members: Iterable[str]) -> list[Remark]:
    """What is doubtful in the times of a stored statement, of which these members were just told."""
    members_told = {"said", "withdrawn"}.intersection(members)
    rows = await session.execute(_TIMES, {"ids": [statement]}) if members_told else ()
    doubts = [doubt for row in rows for doubt in _doubts(row)]
    return [_remark(f"/{doubt.member}", doubt, statement) for doubt in doubts if doubt.member in members_told]


def _remark(pointer: str, doubt: Doubt, statement: UUID) -> Remark:
    url = kinds.url(Statement, statement)
    return Remark(what="suggested", pointer=pointer, detail=doubt.detail, sent=doubt.time, url=url)


async def of_batch(session: AsyncSession, batch: Batch, unseen: set[Draft]) -> list[Remark]:
    """What is doubtful in the times that a stored body gives of its statements; of those `unseen` nothing is told."""
    drafts = [draft for draft in await _to_look_at(session, batch) if draft not in unseen]
    rows = await session.execute(_TIMES, {"ids": [draft.original.id for draft in drafts]}) if drafts else ()
    doubts = {row.id: [*_doubts(row)] for row in rows}
    return _of_new(batch) + [
        _remark(f"{draft.pointer}/{doubt.member}", doubt, draft.original.id)
        for draft in drafts
        for doubt in doubts.get(draft.original.id, ())
        if draft.value(doubt.member) is not None and doubt.member in draft.told
    ]


def _of_new(batch: Batch) -> list[Remark]:
    """Of new statements that would have been taken back before their documents were."""
    return [
        Remark(what="suggested", pointer=f"{draft.pointer}/said", detail=_OF_ITS_OWN)
        for draft in batch.drafts[Statement]
        if draft.outcome == "created" and draft.value("said") is None and draft.value("withdrawn") is not None
        if draft.within is not None and (published := draft.within.value("published")) is not None
        if times.is_before(draft.value("withdrawn"), published)
    ]


async def _to_look_at(session: AsyncSession, batch: Batch) -> list[Draft]:
    """The statements whose times may not go together, as far as they and the times of their events tell."""
    if batch.from_export or batch.dry or not batch.drafts[Statement]:
        return []
    dated = [draft for draft in batch.drafts[Event] if draft.original.outcome == "created" or draft.value("occurred")]
    occurred_of = {draft.original.id: draft.original.value("occurred") for draft in (*batch.referred(Event), *dated)}
    said_of = {draft.value("event_id") for draft in batch.drafts[Statement] if draft.value("said") is not None}
    unknown = said_of - occurred_of.keys()
    if unknown:
        occurred_of |= {row.id: row.occurred for row in await ask(session, _OCCURRED, {"ids": [*unknown]})}

    def is_doubtful(draft: Draft) -> bool:
        said, event, is_new = draft.value("said"), draft.value("event_id"), draft.original.outcome == "created"
        if said is None:  # of new ones `_of_new` tells
            return draft.value("withdrawn") is not None and not is_new
        occurred = occurred_of.get(event)
        # What is stored may say otherwise than a draft that was matched.
        return occurred is not None and ((event in unknown and not is_new) or is_long_before(said, occurred))

    return [draft for draft in batch.drafts[Statement] if is_doubtful(draft)]


async def check_withdrawals(session: AsyncSession, batch: Batch, matched: Sequence[Draft]) -> None:
    """Raise Invalid where a draft completes a stored statement so that it would be taken back before it was said."""
    completing = [
        draft
        for draft in matched
        if draft.same_as is None
        and (
            (draft.value("said") is None and draft.value("withdrawn") is not None)
            or (draft.by_ref and draft.value("said") is not None and draft.value("withdrawn") is None)
        )
    ]
    if not completing or batch.dry or batch.from_export:
        return
    rows = await session.execute(_STORED_TIMES, {"ids": [draft.id for draft in completing]})
    stored = {row.id: row for row in rows}
    problems = []
    for draft in completing:
        row = stored.get(draft.id)
        said, withdrawn = (getattr(row, name, None) or draft.value(name) for name in ("said", "withdrawn"))
        if said is not None and withdrawn is not None and times.is_before(withdrawn, said):
            member = "withdrawn" if draft.value("withdrawn") else "said"
            detail = f"it can't be taken back ({withdrawn}) before it was said ({said})"
            problems.append(Invalid.at(f"{draft.pointer}/{member}", detail))
    raise_together(problems)
