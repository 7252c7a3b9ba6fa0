"""Walks one line of NDJSON into drafts, as `walking` walks a body."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.errors import Forbidden
from app.models import Document, Event, Statement
from app.schemas.lines import (
    AppearanceLine,
    AssessmentLine,
    ClaimLine,
    ClaimLinkLine,
    DocumentLine,
    DocumentLinkLine,
    EventLine,
    EventLinkLine,
    Line,
    QuestionLine,
    ReportLine,
    SourceLine,
    StatementLine,
    VersionLine,
)
from app.services.access import Caller
from app.services.intake import walking
from app.services.intake.drafts import Batch, Draft, sha256


def walk(line: Line, number: int, caller: Caller) -> tuple[Batch, Draft]:
    """The drafts of a line, and that of the record that it is.

    Raises Invalid with a pointer into the line, TooLarge, or Forbidden for what only an export may say.
    """
    key = getattr(line, "id", None)
    if key is not None and not caller.may("admin"):
        raise Forbidden("Only a key with the scope admin may say ids: it restores an export.")
    batch = Batch(line=number, from_export=key is not None)
    draft = _WALKS[type(line)](batch, line, caller)
    return batch, walking.restored(draft, line)


def digest(report: ReportLine) -> bytes:
    """The same as for the same body in a request of its own."""
    return sha256(report.model_dump_json(exclude_unset=True, exclude={"type"}))


def _source(batch: Batch, line: SourceLine, _: Caller) -> Draft:
    return _made(walking.source(batch, line, ""))


def _document(batch: Batch, line: DocumentLine, _: Caller) -> Draft:
    return _made(walking.document(batch, line, ""))


def _version(batch: Batch, line: VersionLine, _: Caller) -> Draft:
    draft = walking.version(batch, line, batch.refer(Document, line.document, "/document"), "")
    if line.ref is not None:
        draft.values["ref"] = line.ref
    return draft


def _document_link(batch: Batch, line: DocumentLinkLine, _: Caller) -> Draft:
    return walking.document_link(batch, line, batch.refer(Document, line.from_, "/from"), "")


def _event(batch: Batch, line: EventLine, _: Caller) -> Draft:
    draft = walking.event(batch, line, "")
    if line.merged_into is not None:
        draft.values["merged_into"] = line.merged_into
    return draft


def _event_link(batch: Batch, line: EventLinkLine, _: Caller) -> Draft:
    return walking.event_link(batch, line, batch.refer(Event, line.from_, "/from"), "")


def _question(batch: Batch, line: QuestionLine, _: Caller) -> Draft:
    return _made(walking.question(batch, line, batch.refer(Event, line.event, "/event"), ""))


def _claim(batch: Batch, line: ClaimLine, _: Caller) -> Draft:
    return walking.claim(batch, line, batch.refer(Event, line.event, "/event"), "").claim


def _statement(batch: Batch, line: StatementLine, _: Caller) -> Draft:
    event = batch.refer(Event, line.event, "/event") if line.event is not None else None
    return walking.statement(batch, line, event, "").statement


def _appearance(batch: Batch, line: AppearanceLine, _: Caller) -> Draft:
    return walking.appearance(batch, line, batch.refer(Statement, line.statement, "/statement"), "")


def _claim_link(batch: Batch, line: ClaimLinkLine, _: Caller) -> Draft:
    return walking.claim_link(batch, line, None, "")


def _assessment(batch: Batch, line: AssessmentLine, _: Caller) -> Draft:
    return walking.assessment(batch, line, None, "")


def _report(batch: Batch, line: ReportLine, caller: Caller) -> Draft:
    return walking.report(batch, line, caller.name, digest(line)).report


def _made(draft: Draft | None) -> Draft:
    """A line that describes a record always makes a draft."""
    if draft is None:
        raise TypeError
    return draft


_WALKS: Final[Mapping[type[Line], Callable[[Batch, Any, Caller], Draft]]] = {
    SourceLine: _source,
    DocumentLine: _document,
    VersionLine: _version,
    DocumentLinkLine: _document_link,
    EventLine: _event,
    EventLinkLine: _event_link,
    QuestionLine: _question,
    ClaimLine: _claim,
    StatementLine: _statement,
    AppearanceLine: _appearance,
    ClaimLinkLine: _claim_link,
    AssessmentLine: _assessment,
    ReportLine: _report,
}
