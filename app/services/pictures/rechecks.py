"""What needs asking again: statements with a time for that, and what a reader has to know of each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.derive.pictures import labels
from app.derive.rules import figures
from app.derive.rules.figures import Whole
from app.models import Appearance, Claim, Document, Event, Question, Record, Source
from app.schemas import kinds
from app.schemas.claims import ClaimRead, as_given
from app.schemas.pictures.rechecks import RecheckQuery
from app.schemas.questions import QuestionRead
from app.schemas.statements import StatementRead
from app.services import paging
from app.services.access import Caller
from app.services.lists import bearers, disputes, existing
from app.services.paging import Slice
from app.services.visibility import seen, stood_on
from app.texts.messages.wording import ENGLISH

_SORTS: Final = {"recheck_at": "recheck_at"}
_NOWHERE: Final = {"wording": None, "language": None, "document_id": None}
_ById = dict[UUID | None, Any]


async def page(session: AsyncSession, caller: Caller, query: RecheckQuery) -> Slice:
    """The soonest first. What was merged appears as the one that stays, where the caller may see that one."""
    ids = await existing.find(session, caller, query)
    await bearers.find(session, caller, query.source)
    rechecks = await paging.page(session, disputes.rechecks(query, caller, ids), _SORTS, query)
    rows = rechecks.rows
    # One look-up a kind for the whole page.
    claims = await _read(session, caller, Claim, [row["about"] for row in rows])
    question_ids = {row["id"]: getattr(claims.get(row["about"]), "question_id", row["question_id"]) for row in rows}
    questions = await _read(session, caller, Question, question_ids.values())
    totals = await _totals(session, caller, claims.values())
    events = await _read(session, caller, Event, [row[name] for row in rows for name in ("event_id", "within")])
    sources = await _read(session, caller, Source, [row[name] for row in rows for name in ("source_id", "whose")])
    appearances = await _last_appearances(session, caller, list(question_ids))
    page_rows: list[Any] = [
        {
            "recheck_at": row["recheck_at"],
            "statement": StatementRead.model_validate(row),
            "claim_id": row["about"],
            "question_id": question_ids[row["id"]],
            "text": _text(
                claims.get(row["about"]),
                questions.get(question_ids[row["id"]]),
                totals.get(row["about"]),
                preliminary=row["preliminary"],
            ),
            "question": _text(None, questions.get(question_ids[row["id"]])),
            "source": sources.get(row["whose"]) or sources.get(row["source_id"]),
            "event": events.get(row["within"]) or events[row["event_id"]],
            **appearances.get(row["id"], _NOWHERE),
        }
        for row in rows
    ]
    return replace(rechecks, rows=page_rows)


async def _read(session: AsyncSession, caller: Caller, model: type[Record], ids: Iterable[UUID | None]) -> _ById:
    """These records, as far as the caller may see them, and what is left of redacted ones: a statement leads there."""
    records = stood_on(caller, model)
    rows = await session.execute(select(records).where(records.c.id.in_({id_ for id_ in ids if id_})))
    return {row["id"]: kinds.READS[model].model_validate(row) for row in rows.mappings()}


async def _last_appearances(session: AsyncSession, caller: Caller, statement_ids: Sequence[UUID]) -> _ById:
    """By statement, the appearance that was published last: its document, wording and language."""
    appearance, document = seen(caller, Appearance), seen(caller, Document)
    columns = [appearance.c[name] for name in ("statement_id", *_NOWHERE)]
    latest = (
        select(*columns)
        .outerjoin_from(appearance, document, document.c.id == appearance.c.document_id)
        .where(appearance.c.statement_id.in_(statement_ids))
        .ext(distinct_on(appearance.c.statement_id))
        .order_by(
            appearance.c.statement_id,
            document.c.published_from.desc().nulls_last(),
            *(appearance.c.wording, document.c.canonical_url, appearance.c.id.desc()),
        )
    )
    return {
        row["statement_id"]: {name: row[name] for name in _NOWHERE}
        for row in (await session.execute(latest)).mappings()
    }


async def _totals(session: AsyncSession, caller: Caller, claims: Iterable[ClaimRead]) -> dict[UUID | None, Whole]:
    """What figures are all of, by the claims that give these; read only where there are any."""
    whole_ids = {claim.id: claim.figure.of_id for claim in claims if claim.figure and claim.figure.qualifier == "all"}
    if not whole_ids:
        return {}
    wholes = await _read(session, caller, Claim, whole_ids.values())
    questions = await _read(session, caller, Question, [whole.question_id for whole in wholes.values()])
    return {
        id_: (questions[wholes[of_id].question_id], wholes[of_id].figure)
        for id_, of_id in whole_ids.items()
        if of_id in wholes and wholes[of_id].question_id in questions and wholes[of_id].figure
    }


def _text(
    claim: ClaimRead | None,
    question: QuestionRead | None,
    total: Whole | None = None,
    *,
    preliminary: bool | None = None,
) -> str | None:
    """A figure's, and a quantity's, is composed, as in the dossier."""
    if claim is None:
        return labels.heading(ENGLISH, question) if question else None
    text, figure = claim.text, claim.figure
    if question and figure:
        figure = figures.all_of(figure, total) if figure.qualifier == "all" else figure
        text = figures.text(question, figure, total)
    return as_given(text, figure=claim.figure, preliminary=preliminary)
