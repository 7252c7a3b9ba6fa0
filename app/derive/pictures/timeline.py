"""What was said, in the order in which it was said: a slice of the dossier."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.derive import ordering
from app.derive.pictures import labels, source_names
from app.derive.rules import dates
from app.derive.rules.construct import built
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    DossierRead,
    StatementPicture,
    TimelineEntry,
    TimelineRead,
    all_claims,
)
from app.schemas.pictures.side_maps import SideMap
from app.texts.messages.wording import ENGLISH, Wording
from app.times import rfc3339

_NO_FIELDS: Final[dict[str, Any]] = dict.fromkeys(TimelineEntry.model_fields)
# What happens at one moment is told in this order.
_TURNS: Final = {"said": 0, "superseded": 1, "withdrawn": 2, "retracted": 3, "assessed": 4}


def timeline(dossier: DossierRead, until: datetime | None, words: Wording = ENGLISH) -> TimelineRead:
    """Statements when they were made and ceased to stand, and assessments; `until`: the end of `said_before`."""
    english = ordering.english_texts(dossier)
    entries = [entry for entry in _entries(dossier, words, english) if until is None or entry.at_to <= until]
    # Each kind of entry is in its own order already: what nothing here tells apart stays in that.
    entries.sort(key=lambda entry: _order(entry, dossier.sources, english))
    sources = source_names.side_map({entry.source_id for entry in entries if entry.source_id}, dossier.sources)
    return built(
        TimelineRead,
        position=dossier.position,
        as_of=dossier.as_of,
        hint=None,
        said_before=dossier.said_before,
        event_id=dossier.event.id,
        entries=entries,
        sources=sources,
        parties=labels.parties(words, sources),
        countries=labels.countries(words, sources),
    )


def _order(entry: TimelineEntry, sources: SideMap, english: Mapping[UUID, str | None]) -> tuple[object, ...]:
    whose = ordering.source(sources[entry.source_id]) if entry.source_id else ()
    rated = (entry.label or "", entry.rating or "", entry.scheme or "")
    return (
        entry.at_from,
        entry.at_to,
        _TURNS[entry.what],
        _english(entry, english) or "",
        whose,
        entry.stance or "",
        rated,
    )


def _english(entry: TimelineEntry, english: Mapping[UUID, str | None]) -> str | None:
    """The text by which an entry is sorted."""
    subject_id = entry.statement_id or entry.claim_id
    return english.get(subject_id) if subject_id else None


def _entries(dossier: DossierRead, words: Wording, english: Mapping[UUID, str | None]) -> Iterator[TimelineEntry]:
    statements: list[tuple[StatementPicture, dict[str, Any]]] = [
        (statement, {"question_id": question.id, "text": question.heading})
        for question in dossier.questions
        for statement in question.statements
    ]
    for claim in all_claims(dossier):
        subject: dict[str, Any] = {"question_id": claim.question_id, "claim_id": claim.id, "text": claim.text}
        for statement in claim.statements:
            text = labels.as_given(words, claim.text, figure=claim.figure, preliminary=statement.preliminary)
            statements.append((statement, subject | {"text": text}))
        yield from (_assessed(assessment, subject) for assessment in claim.assessments)
    # Of several that supersede one statement the first counts: it is put in last.
    latest_first = sorted(
        statements, key=lambda pair: ordering.shown(pair[0], english.get(pair[0].id), dossier), reverse=True
    )
    retracted = {id_: document for id_, document in dossier.documents.items() if document.retracted is not None}
    superseded_by = {statement.supersedes_id: statement for statement, _ in latest_first}
    for statement, subject in statements:
        retraction = dates.last_retraction(statement.appearances, retracted, {})
        yield from _turns(statement, superseded_by.get(statement.id), retraction, subject)


def _turns(
    statement: StatementPicture,
    later: StatementPicture | None,
    retraction: DocumentRead | None,
    subject: dict[str, Any],
) -> Iterator[TimelineEntry]:
    """That it was said; and that it was superseded by a later one, withdrawn, or retracted with all its documents."""
    shared = subject | {
        "statement_id": statement.id,
        "source_id": statement.source_id,
        "stance": statement.stance,
        "explicitness": statement.explicitness,
        "live": statement.live,
    }
    yield _entry(shared, what="said", **_when(statement))
    if later is not None:
        yield _entry(shared, what="superseded", **_when(later))
    if statement.withdrawn is not None:
        yield _entry(
            shared,
            what="withdrawn",
            at=statement.withdrawn,
            at_from=statement.withdrawn_from,
            at_to=statement.withdrawn_to,
        )
    if retraction is not None:
        yield _entry(
            shared,
            what="retracted",
            at=retraction.retracted,
            at_from=retraction.retracted_from,
            at_to=retraction.retracted_to,
        )


def _when(statement: StatementPicture) -> dict[str, Any]:
    return {"at": statement.effective, "at_from": statement.effective_from, "at_to": statement.effective_to}


def _assessed(assessment: AssessmentPicture, subject: dict[str, Any]) -> TimelineEntry:
    """An assessment without a time of its own was made when it was recorded."""
    return _entry(
        subject,
        what="assessed",
        at=assessment.made or rfc3339(assessment.created_at.replace(microsecond=0)),
        at_from=assessment.made_from or assessment.created_at,
        at_to=assessment.made_to or assessment.created_at,
        assessment_id=assessment.id,
        source_id=assessment.author_id,
        scheme=assessment.scheme,
        rating=assessment.rating,
        label=assessment.label,
    )


def _entry(shared: dict[str, Any], **fields: Any) -> TimelineEntry:
    return built(TimelineEntry, _NO_FIELDS | shared | fields)
