"""Statements and assessments of a list, of whatever events, as their events' pictures show them.

They are drawn from a part of the rows of each event: what these decide together is not known here, such as where a
claim stands, or whether a statement does.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.derive.pictures import documents, labels, masking
from app.derive.pictures import statements as statement_pictures
from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext, event_context
from app.derive.rules.rows import Rows, View
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.events import EventRead
from app.schemas.pictures.listed import AssessmentInList, AssessmentsInList, StatementInList, StatementsInList


def statements(rows: Rows, view: View, statement_ids: Iterable[UUID]) -> StatementsInList:
    """These statements in this order, and the sources and documents that they name."""
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
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
                claim=_in_words(context, claim) if claim else None,
                statement=picture,
            )
        )
    document_pictures = documents.pictures(context, _cited(context), sources, beyond=False)
    return StatementsInList(statements=in_order, documents=document_pictures, sources=sources.side_map)


def assessments(rows: Rows, view: View, assessment_ids: Iterable[UUID]) -> AssessmentsInList:
    """These assessments in this order, and the sources and documents that they name."""
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
    by_id = {assessment.id: assessment for assessment in context.assessments}
    events, targets = _events(rows, view), context.document_targets
    in_order = []
    for assessment in filter(None, map(by_id.get, assessment_ids)):
        claim = context.claims[assessment.claim_id]
        question = context.questions.get(claim.question_id) if claim.question_id else None
        document_ids = sorted({targets[id_] for id_ in assessment.document_ids if id_ in targets})
        changes = {
            "author_id": masking.show(sources, assessment.event_id, assessment.author_id),
            "document_ids": document_ids,
        }
        in_order.append(
            AssessmentInList(
                event=events[assessment.event_id],
                question=question,
                heading=labels.heading(view.wording, question) if question else "",
                claim=_in_words(context, claim),
                assessment=built(AssessmentRead, assessment.__dict__ | changes),
            )
        )
    cited = {id_ for row in in_order for id_ in row.assessment.document_ids}
    document_pictures = documents.pictures(context, cited, sources, beyond=False)
    return AssessmentsInList(assessments=in_order, documents=document_pictures, sources=sources.side_map)


def _in_words(context: EventContext, claim: ClaimRead) -> ClaimRead:
    """A figure has its text in the language of the answer."""
    if context.view.wording.language == "en" or claim.figure is None:
        return claim
    return claim.model_copy(update={"text": labels.claim_text(context, claim)})


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
