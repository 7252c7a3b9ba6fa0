"""Walk one line of NDJSON into drafts, as `walking` walks a body."""

from functools import singledispatch

from app.errors import Forbidden
from app.models import Assessment, Document, Event, Source, Statement
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
    SourceLinkLine,
    StatementLine,
    VersionLine,
)
from app.schemas.reports import ReportCreate
from app.services.access import Caller
from app.services.intake import unseen
from app.services.intake.bodies import walking
from app.services.intake.drafts import Draft, Drafts, sha256


def walk(line: Line, number: int, caller: Caller) -> tuple[Drafts, Draft]:
    """The drafts of a line, and that of the record that it is.

    Raises Invalid with a pointer into the line, TooLarge, or Forbidden for what only an export may say.
    """
    key = getattr(line, "id", None)
    if key is not None and not caller.may("admin"):
        raise Forbidden("Only a key with the scope admin may say ids: it restores an export.", scopes=["admin"])
    drafts = Drafts(caller, line=number, from_export=key is not None)
    draft = draft_of(line, drafts, caller)
    check_rating(caller, drafts)
    return drafts, walking.restored(draft, line)


def check_rating(caller: Caller, drafts: Drafts) -> None:
    """Raise Forbidden where claims are rated, and whoever calls may not rate any."""
    ratings = [draft for draft in drafts.drafts.get(Assessment, ()) if draft.reference is None]
    if ratings and not caller.may("assess"):
        pointers = [
            {"pointer": rating.pointer, "detail": "a key with the scope assess is needed"} for rating in ratings
        ]
        raise Forbidden("Assessments need a key with the scope assess.", scopes=["assess"], errors=pointers)


def digest(report: ReportCreate, caller: Caller) -> bytes:
    """The hash of a report's body, the same as a line and as a request of its own.

    Without a ref it is its body, whoever sends it. Of a caller who may not see all it is his own: that the same came
    from another would tell of what it is about.
    """
    owner = "" if report.ref or unseen.sees_all(caller) else caller.name
    return sha256(owner + report.model_dump_json(exclude_unset=True, exclude={"type"}))


# --- what each kind of line asks for ---------------------------------------------------------------------------------
# No list of kinds: each differs in what its line names beside the fields of the body, and in the walk that takes it.


@singledispatch
def draft_of(line: Line, _drafts: Drafts, _: Caller) -> Draft:
    """The draft of the record that a line is; every kind of line has its own walk."""
    raise TypeError(line)


@draft_of.register
def _(line: SourceLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.source(drafts, line, "")


@draft_of.register
def _(line: SourceLinkLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.source_link(drafts, line, drafts.refer(Source, line.from_, "/from"), "")


@draft_of.register
def _(line: DocumentLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.document(drafts, line, "")


@draft_of.register
def _(line: VersionLine, drafts: Drafts, _: Caller) -> Draft:
    draft = walking.version(drafts, line, drafts.refer(Document, line.document, "/document"), "")
    if line.ref is not None:
        draft.values["ref"] = line.ref
    return draft


@draft_of.register
def _(line: DocumentLinkLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.document_link(drafts, line, drafts.refer(Document, line.from_, "/from"), "")


@draft_of.register
def _(line: EventLine, drafts: Drafts, _: Caller) -> Draft:
    draft = walking.event(drafts, line, "")
    if line.merged_into is not None:
        draft.values["merged_into"] = line.merged_into
    return draft


@draft_of.register
def _(line: EventLinkLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.event_link(drafts, line, drafts.refer(Event, line.from_, "/from"), "")


@draft_of.register
def _(line: QuestionLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.question(drafts, line, drafts.refer(Event, line.event, "/event"), "")


@draft_of.register
def _(line: ClaimLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.claim(drafts, line, drafts.refer(Event, line.event, "/event"), "").claim


@draft_of.register
def _(line: StatementLine, drafts: Drafts, _: Caller) -> Draft:
    event = drafts.refer(Event, line.event, "/event") if line.event is not None else None
    return walking.statement(drafts, line, event, "").statement


@draft_of.register
def _(line: AppearanceLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.appearance(drafts, line, drafts.refer(Statement, line.statement, "/statement"), "")


@draft_of.register
def _(line: ClaimLinkLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.claim_link(drafts, line, None, "")


@draft_of.register
def _(line: AssessmentLine, drafts: Drafts, _: Caller) -> Draft:
    return walking.assessment(drafts, line, None, "", None)


@draft_of.register
def _(line: ReportLine, drafts: Drafts, caller: Caller) -> Draft:
    return walking.report(drafts, line, caller.name, digest(line, caller)).report
