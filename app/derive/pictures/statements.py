"""Statements as they are shown: who, what, where it is found, and whether it stands."""

from collections.abc import Mapping
from uuid import UUID

from app.derive.pictures import masking
from app.derive.pictures.masking import MaskedSources
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext
from app.derive.rules.in_force import Ended
from app.derive.rules.statements import StatementInContext
from app.schemas.pictures.dossiers import FigureState, NotLive, StatementPicture
from app.schemas.statements import AppearanceRead, HopRead, StatementRead


def statements(context: EventContext, sources: MaskedSources) -> list[StatementPicture]:
    """All that had been said, in its order."""
    rows = {statement.row.id: statement.row for statement in context.statements}
    return [_statement(statement, context, sources, rows) for statement in context.statements]


def _statement(
    statement: StatementInContext, context: EventContext, sources: MaskedSources, rows: Mapping[UUID, StatementRead]
) -> StatementPicture:
    """`rows`: all statements shown, by id."""
    row, ended, documents = statement.row, context.ended.get(statement.row.id), context.document_targets
    superseded = rows.get(row.supersedes_id) if row.supersedes_id else None
    hidden = superseded is not None and not masking.may_know_one_family(sources, row, superseded)
    return built(
        StatementPicture,
        row.__dict__
        | {
            "claim_id": statement.claim_id,
            "source_id": masking.show_speaker(sources, row),
            "supersedes_id": None if hidden else row.supersedes_id,
            "withdrawn_document_id": documents.get(row.withdrawn_document_id) if row.withdrawn_document_id else None,
            "effective": statement.said.words,
            "effective_from": statement.said.start,
            "effective_to": statement.said.end,
            "effective_by": statement.said.by,
            "live": ended is None,
            "why_not_live": None if ended is None else _why_not_live(row, ended, sources),
            "family_id": masking.family_id(sources, statement),
            "figure_state": _figure_state(statement, context),
            "appearances": [_appearance(appearance, sources, documents) for appearance in statement.appearances],
        },
    )


def _figure_state(statement: StatementInContext, context: EventContext) -> FigureState | None:
    """How it stands to the other figures of its question, where the true value changes with time."""
    weighed, id_ = context.figure_states, statement.row.id
    if statement.predicted and id_ not in context.ended:
        return "predicted"
    if (
        id_ not in weighed.weighed
        or statement.question_id is None
        or not context.questions[statement.question_id].evolving
    ):
        return None
    if id_ in weighed.replaced:
        return "replaced"
    if id_ in weighed.current:
        return "order_unknown" if id_ in weighed.unordered else "current"
    return "outdated"


def _why_not_live(row: StatementRead, ended: Ended, sources: MaskedSources) -> NotLive:
    """Why it does not stand; not by whom, where that would tell whose family a hidden source is of."""
    if not masking.may_know_one_family(sources, row, ended.by):
        reason = "superseded" if ended.reason == "superseded" else "withdrawn"
        return built(NotLive, reason=reason, at=None, statement_id=None)
    ended_by_id = None if ended.by.id == row.id else ended.by.id
    return built(NotLive, reason=ended.reason, at=ended.at, statement_id=ended_by_id)


def _appearance(appearance: AppearanceRead, sources: MaskedSources, documents: Mapping[UUID, UUID]) -> AppearanceRead:
    """`documents`: what each was merged into."""
    document_id = documents.get(appearance.document_id) if appearance.document_id else None
    if document_id == appearance.document_id and not appearance.hops:
        return appearance  # most of them: nothing is built anew that stays as it is
    hops = [
        built(HopRead, hop.__dict__ | {"source_id": masking.show(sources, appearance.event_id, hop.source_id)})
        for hop in appearance.hops
    ]
    return built(AppearanceRead, appearance.__dict__ | {"document_id": document_id, "hops": hops})
