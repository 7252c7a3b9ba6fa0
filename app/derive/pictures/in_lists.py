"""Statements of a list, of whatever events, as their events' pictures show them: without what these decide.

They are drawn from a part of each event's rows: where a claim stands, and whether a statement does, is not known here.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.derive.pictures import documents, labels
from app.derive.pictures import statements as statement_pictures
from app.derive.pictures.masking import MaskedSources
from app.derive.rules import merges
from app.derive.rules.context import EventContext, event_context
from app.derive.rules.rows import Rows, View
from app.schemas.events import EventRead
from app.schemas.pictures.listed import StatementInList, StatementsInList


def statements(rows: Rows, view: View, statement_ids: Iterable[UUID]) -> StatementsInList:
    """These statements in this order, and the sources and documents that they name."""
    context = event_context(rows, view)
    sources = MaskedSources(context.rows, context.kin, sees_confidential=view.confidential)
    pictures_by_id = {picture.id: picture for picture in statement_pictures.statements(context, sources)}
    events = _events(rows, view)
    in_order = []
    for picture in filter(None, map(pictures_by_id.get, statement_ids)):
        claim = context.claims[picture.claim_id] if picture.claim_id else None
        question_id = claim.question_id if claim else picture.question_id
        question = context.questions.get(question_id) if question_id else None
        in_order.append(
            StatementInList(
                event=events[picture.event_id],
                question=question,
                heading=labels.heading(view.wording, question) if question else "",
                claim=claim,
                statement=picture,
            )
        )
    document_pictures = documents.pictures(context, _cited(context), sources, beyond=False)
    return StatementsInList(statements=in_order, documents=document_pictures, sources=sources.side_map)


def first_appearances(rows: Rows, view: View) -> set[UUID]:
    """Of each of these statements the appearance that is shown first."""
    return {statement.appearances[0].id for statement in event_context(rows, view).statements if statement.appearances}


def _events(rows: Rows, view: View) -> Mapping[UUID, EventRead]:
    """Of each event the one that it was merged into, as far as this caller is led on."""
    merged_into = {
        id_: None if event.merged_into in rows.restricted and not view.restricted else event.merged_into
        for id_, event in rows.events.items()
    }
    return {id_: rows.events[target_id] for id_, target_id in merges.targets(merged_into).items()}


def _cited(context: EventContext) -> set[UUID]:
    named = {appearance.document_id for statement in context.statements for appearance in statement.appearances}
    named |= {statement.row.withdrawn_document_id for statement in context.statements}
    return {context.document_targets[id_] for id_ in named if id_ in context.document_targets}
