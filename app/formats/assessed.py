"""Assessments of a list as flat rows: how reviewers, courts and desks rate claims, also those that nobody spoke of."""

from collections.abc import Iterator
from typing import Final

from app.formats import cells, naming
from app.formats.cells import Row
from app.schemas.pictures.listed import AssessmentsInList

_OF_ASSESSMENT: Final = (
    *("scheme", "rating", "label", "rating_value", "best_rating", "worst_rating", "explanation", "language", "url"),
    *("made", "made_from", "made_to", "settles", "supersedes_id"),
)
COLUMNS: Final = (
    *("event_id", "event_ref", "event_slug", "event", "event_occurred", "event_place", "event_country"),
    *("question_id", "question_ref", "question", "question_kind", "measure", "subject", "unit", "evolving"),
    *("single_answer", "claim_id", "claim_ref", "claim", "claim_language", "claim_translations", "accuses"),
    *("qualifier", "min", "max", "part_of_claim_id", "assessment_id", "assessment_ref", "author_id", "author"),
    *_OF_ASSESSMENT,
    *("documents", "recorded_at", "updated_at"),
)


def rows(listed: AssessmentsInList) -> Iterator[Row]:
    """One for each; `documents`: the addresses, or titles, of the evidence that it names."""
    for event, question, heading, claim, assessment in listed.assessments:
        evidence = [listed.documents[id_] for id_ in assessment.document_ids if id_ in listed.documents]
        yield {
            **cells.event(event),
            **cells.question(question, heading),
            **cells.claim(claim),
            **{name: getattr(assessment, name) for name in _OF_ASSESSMENT},
            "assessment_id": assessment.id,
            "assessment_ref": assessment.ref,
            "author_id": assessment.author_id,
            "author": naming.source_name(assessment.author_id, listed.sources),
            "documents": [document.url or document.title for document in evidence],
            "recorded_at": assessment.created_at,
            "updated_at": assessment.updated_at,
        }
