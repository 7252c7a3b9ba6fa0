"""What is new and may have been meant for what is there: told of, never joined."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.models import AppearanceHop, Event, Statement
from app.schemas import kinds
from app.schemas.common import Remark
from app.services import records, visibility
from app.services.access import Caller
from app.services.intake.drafts import Batch, Draft
from app.texts import folding

_THERE: Final = (
    "An event of this title is there already: with its ref, slug or id this would have been told of that one."
)
_OF_A_TITLE: Final = 20  # at most that are looked at: of more that are called the same, the title tells nothing
# OFFSET 0: each title by the index, also of a table that was never analysed.
_SAME_TITLE: Final = text("""
SELECT e.id FROM unnest(CAST(:titles AS text[])) t(title) CROSS JOIN LATERAL (
    SELECT id FROM event
    WHERE digest_of(fold(event.title)) = digest_of(fold(t.title))
    ORDER BY created_at, id LIMIT :most) e OFFSET 0""").columns(column("id"))


async def of_events(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """Of new events the first that has the title, and may be the same by its time, as far as the caller may see it.

    Of many lines also what a line before has made; never what a body itself tells of beside it.
    """
    new = {draft.id: draft for draft in batch.drafts[Event] if draft.outcome == "created"}
    if not new or batch.from_export:
        return []
    rows = visibility.seen_alone(caller, Event)
    query = select(rows).where(rows.c.id.in_(_SAME_TITLE)).order_by(rows.c.created_at, rows.c.id)
    parameters = {"titles": list({draft.value("title") for draft in new.values()}), "most": _OF_A_TITLE}
    by_title = defaultdict[str, list[Any]](list)
    for row in await session.execute(query, parameters):
        by_title[folding.whole(row.title)].append(row)
    remarks = list[Remark]()
    for draft in new.values():
        alike = by_title[folding.whole(draft.value("title"))]
        before = [row for row in alike if row.id not in new or new[row.id].line < draft.line]
        remarks += [_remark(draft, row) for row in before if _may_be_one(draft, row)][:1]
    return remarks


def _may_be_one(draft: Draft, row: Any) -> bool:
    """Whether their times overlap, or one has none."""
    start, end = draft.value("occurred_from"), draft.value("occurred_to")
    if start is None or row.occurred_from is None:
        return True
    return bool(start < row.occurred_to and row.occurred_from < end)


def _remark(draft: Draft, there: Any) -> Remark:
    return Remark(
        what="suggested",
        pointer=f"{draft.pointer}/ref",
        detail=_THERE,
        stored={"id": there.id, "slug": there.slug, "title": there.title},
        sent=draft.value("title"),
        url=kinds.url(Event, there.slug),
    )


# --- what was taken back ---------------------------------------------------------------------------------------------

_STANDING: Final = (
    "What is taken back here is a new statement, because of when it was said. The one of this source that is `stored` "
    "has not been taken back: with its `said`, ref or id this would have been told of that one."
)
_STANDING_OF_ANOTHER: Final = (
    "What is taken back here is a new statement, of another source than the one that is `stored`, which has not been "
    "taken back. The two may be the same: with the name, ref or id of that source this would be told of that one."
)
_SAME_OF_ANOTHER: Final = (
    "The statement that is `stored` says the same and has not been taken back. It is of another source, which may be "
    "the same: if it is, take that one back, too, or say that the two are one."
)
# Of each statement that is taken back, the first that says the same and is not, of its source, else of one that may be
# the same. Of one that was there before another of its source is another word, which nobody may have meant.
_NOT_TAKEN_BACK: Final = text("""
SELECT d.id AS draft, s.id, s.said, s.is_own
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(
    id uuid, is_new boolean, claim_id uuid, question_id uuid, source_id uuid, stance text, explicitness text)
CROSS JOIN LATERAL (SELECT ARRAY(SELECT source_kin(d.source_id)) AS ids) own
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT source_kin(other.id) FROM (
        SELECT to_id FROM source_link WHERE from_id = ANY (own.ids) AND state = 'proposed'
        UNION ALL SELECT from_id FROM source_link WHERE to_id = ANY (own.ids) AND state = 'proposed') other(id)
    ) AS ids) perhaps
CROSS JOIN LATERAL (
    SELECT t.id, t.source_id = ANY (own.ids) AS is_own, coalesce(t.said, (
        SELECT p.published FROM appearance a JOIN document p ON p.id = a.document_id
        WHERE a.statement_id = t.id AND p.published IS NOT NULL
        ORDER BY p.published_from, p.published_to LIMIT 1)) AS said
    FROM statement t WHERE t.source_id = ANY (CASE WHEN d.is_new THEN own.ids || perhaps.ids ELSE perhaps.ids END)
    AND coalesce(t.claim_id, t.question_id) = coalesce(d.claim_id, d.question_id) AND t.stance = d.stance
    AND t.explicitness = d.explicitness AND t.withdrawn IS NULL AND t.id <> d.id
    ORDER BY t.source_id = ANY (own.ids) DESC, t.created_at, t.id LIMIT 1) s""")
_CHANGED: Final = ("created", "completed", "replaced")
_KEY: Final = ("claim_id", "question_id", "source_id", "stance", "explicitness")


async def of_withdrawals(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """Of statements that a body takes back, which one of a new one's source still stands, if the caller may see it.

    Or of a source that may be the same, where a name was spelled otherwise. It is told where the withdrawal stands: of
    a statement that several lines tell of, at the one that takes it back, as if each had come by itself.
    """
    taken_back = dict[UUID, Draft]()
    for draft in batch.drafts[Statement]:
        is_told = "withdrawn" in draft.told and draft.value("withdrawn") and draft.original.value("source_id")
        if is_told and draft.original.outcome in _CHANGED:
            taken_back.setdefault(draft.original.id, draft)
    if not taken_back or batch.from_export:
        return []
    keys = [
        {"id": id_, "is_new": _is_new(draft)} | {name: draft.original.value(name) for name in _KEY}
        for id_, draft in taken_back.items()
    ]
    standing = await ask(session, _NOT_TAKEN_BACK, {"rows": to_json(keys).decode()})
    visible_ids = await records.among_seen(session, caller, Statement, [row.id for row in standing])
    line_of = {draft.id: draft.line for draft in batch.drafts[Statement] if draft.outcome == "created"}
    return [
        _of_standing(taken_back[row.draft], row)
        for row in standing
        if row.id in visible_ids and line_of.get(row.id, 0) <= taken_back[row.draft].line
    ]


def _is_new(draft: Draft) -> bool:
    """Whether it is this very line that made the statement."""
    return draft.original.outcome == "created" and draft.original.line == draft.line


def _of_standing(draft: Draft, standing: Any) -> Remark:
    of_another = _STANDING_OF_ANOTHER if _is_new(draft) else _SAME_OF_ANOTHER
    return Remark(
        what="suggested",
        pointer=f"{draft.pointer}/{'said' if standing.is_own else 'source'}",
        detail=_STANDING if standing.is_own else of_another,
        stored={"id": standing.id, "said": standing.said},
        sent=draft.value("said") if standing.is_own else None,
        url=kinds.url(Statement, standing.id),
    )


# --- what goes in a circle -------------------------------------------------------------------------------------------

_CIRCLE: Final = (
    "Whoever passed this on says the same in its own name (`stored`). If this source only repeats that, it is the "
    "other way round: the other is the `source`, and this one stands in `hops`. As it is, they are two independent "
    "sources."
)
# Of each new statement, what a body or person that passed it on says itself. Those who print news pass on what others
# say, and report the same: that is no circle. Whose words a confidential source's are is not told.
_SAID_BY_HOPS: Final = text("""
SELECT d.id AS draft, s.id
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(id uuid, claim_id uuid, stance text, hop_id uuid)
JOIN source hop ON hop.id = d.hop_id AND hop.kind NOT IN ('outlet', 'agency', 'channel', 'account')
    AND NOT hop.confidential
CROSS JOIN LATERAL (
    SELECT t.id FROM statement t
    WHERE t.claim_id = d.claim_id AND t.source_id = ANY (ARRAY(SELECT source_kin(d.hop_id)))
    AND t.stance = d.stance AND t.explicitness = 'explicit' AND t.id <> d.id
    ORDER BY t.created_at, t.id LIMIT 1) s
ORDER BY d.id, d.hop_id""")


async def of_circles(session: AsyncSession, caller: Caller, batch: Batch) -> list[Remark]:
    """Of new statements of a source, which one of whoever passed them on says the same, if the caller may see it."""
    if batch.from_export:
        return []
    rows, statements = list[dict[str, Any]](), dict[UUID, Draft]()
    for hop in batch.drafts[AppearanceHop]:
        appearance = hop.points_at.get("appearance_id")
        statement = appearance.original.points_at.get("statement_id") if appearance is not None else None
        if statement is None or "source_id" not in hop.points_at or statement.original.outcome != "created":
            continue
        draft = statement.original
        if draft.value("source_id") and draft.value("claim_id"):
            statements[draft.id] = draft
            hop_id = hop.points_at["source_id"].original.id
            rows.append(
                {"id": draft.id, "hop_id": hop_id} | {name: draft.value(name) for name in ("claim_id", "stance")}
            )
    if not rows:
        return []
    line_of = {draft.id: draft.line for draft in batch.drafts[Statement] if draft.outcome == "created"}
    said_by_hops = {row.draft: row.id for row in await ask(session, _SAID_BY_HOPS, {"rows": to_json(rows).decode()})}
    visible_ids = await records.among_seen(session, caller, Statement, list(said_by_hops.values()))
    return [
        Remark(
            what="suggested",
            pointer=f"{statements[draft_id].pointer}/hops",
            detail=_CIRCLE,
            stored={"id": statement_id},
            url=kinds.url(Statement, statement_id),
        )
        for draft_id, statement_id in said_by_hops.items()
        if statement_id in visible_ids and line_of.get(statement_id, 0) <= statements[draft_id].line
    ]
