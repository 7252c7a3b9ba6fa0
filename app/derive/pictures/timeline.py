"""What was said, in the order in which it was said: a slice of the dossier."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.derive.pictures import source_names
from app.derive.rules.construct import built
from app.schemas.pictures.dossiers import AssessmentPicture, DossierRead, StatementPicture, TimelineEntry, TimelineRead

_NOTHING: Final[dict[str, Any]] = dict.fromkeys(TimelineEntry.model_fields)
# What happens at one moment is told in this order.
_ORDER: Final = {"said": 0, "superseded": 1, "withdrawn": 2, "assessed": 3}


def timeline(dossier: DossierRead, until: datetime | None) -> TimelineRead:
    """Statements when they were made, superseded and withdrawn, and assessments; `until`: the end of `said_before`."""
    entries = [entry for entry in _entries(dossier) if until is None or entry.at_to <= until]
    entries.sort(key=lambda e: (e.at_from, e.at_to, _ORDER[e.what], e.text or "", e.statement_id or e.assessment_id))
    return built(
        TimelineRead,
        position=dossier.position,
        as_of=dossier.as_of,
        said_before=dossier.said_before,
        event_id=dossier.event.id,
        entries=entries,
        sources=source_names.named({entry.source_id for entry in entries if entry.source_id}, dossier.sources),
    )


def _entries(dossier: DossierRead) -> Iterator[TimelineEntry]:
    claims = [claim for question in dossier.questions for claim in question.claims] + dossier.unasked
    spoken = [
        (statement, {"question_id": question.id, "text": question.text})
        for question in dossier.questions
        for statement in question.statements
    ]
    for claim in claims:
        about = {"question_id": claim.question_id, "claim_id": claim.id, "text": claim.text}
        spoken += [(statement, about) for statement in claim.statements]
        yield from (_assessed(assessment, about) for assessment in claim.assessments)
    later = {row.supersedes_id: row for row, _ in sorted(spoken, key=lambda pair: _when(pair[0]), reverse=True)}
    for row, about in spoken:
        yield from _of_statement(row, later.get(row.id), about)


def _when(row: StatementPicture) -> tuple[datetime, datetime, UUID]:
    return row.effective_from, row.effective_to, row.id


def _of_statement(
    row: StatementPicture, later: StatementPicture | None, about: dict[str, Any]
) -> Iterator[TimelineEntry]:
    """That it was said; and that it was superseded by a later one, and withdrawn."""
    who = about | {
        "statement_id": row.id,
        "source_id": row.source_id,
        "stance": row.stance,
        "explicitness": row.explicitness,
        "live": row.live,
    }
    yield _entry(who, what="said", at=row.said, at_from=row.effective_from, at_to=row.effective_to)
    if later is not None:
        yield _entry(who, what="superseded", at=later.said, at_from=later.effective_from, at_to=later.effective_to)
    if row.withdrawn is not None:
        yield _entry(who, what="withdrawn", at=row.withdrawn, at_from=row.withdrawn_from, at_to=row.withdrawn_to)


def _assessed(row: AssessmentPicture, about: dict[str, Any]) -> TimelineEntry:
    return _entry(
        about,
        what="assessed",
        at=row.made,
        at_from=row.made_from or row.created_at,
        at_to=row.made_to or row.created_at,
        assessment_id=row.id,
        source_id=row.author_id,
        scheme=row.scheme,
        rating=row.rating,
        label=row.label,
    )


def _entry(about: dict[str, Any], **more: Any) -> TimelineEntry:
    return built(TimelineEntry, _NOTHING | about | more)
