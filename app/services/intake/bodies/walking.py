"""Walk a body into drafts of the records that it asks for: one function a kind, each gives the draft of its record.

Each parameter `at` is the JSON pointer of its part of the body; parameters that end in `_draft` are what it belongs to.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from app.errors import Invalid
from app.models import (
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Question,
    Report,
    Source,
    SourceLink,
    Statement,
)
from app.schemas.assessments import AssessmentCreate
from app.schemas.claims import ClaimCreate, ClaimLinkCreate
from app.schemas.documents import DocumentCreate, DocumentLinkCreate, VersionFields
from app.schemas.events import EventCreate, EventFields, EventLinkCreate
from app.schemas.lines import AppearanceLine, EventLine, RestorableLine
from app.schemas.questions import QuestionCreate
from app.schemas.reports import ReportCreate, ReportEvent
from app.schemas.sources import SourceCreate, SourceLinkCreate
from app.schemas.statements import AppearanceCreate, AppearanceFields, HopCreate, StatementCreate, StatementInClaim
from app.services.intake import remarks
from app.services.intake.drafts import Draft, Drafts, archived, columns, given, sha256, url_columns, url_key
from app.services.intake.foreign_keys import check_page
from app.texts.quoting import quotes
from app.vocabulary import MEASURE_DEFAULTS, QUESTION_STANCES

_CUT: Final = (
    "It ends in a bracketed ellipsis, as excerpts do: it is kept as a part. `part: false` says that it is whole."
)
_VERSION: Final = frozenset(VersionFields.model_fields)
_APPEARANCE: Final = frozenset(AppearanceFields.model_fields)
_BESIDE_EVENT: Final = tuple({*ReportEvent.model_fields, *EventLine.model_fields} - {*EventFields.model_fields})
_BESIDE_STATEMENT: Final = (
    "label", "claim", "question", "source", "document", "supersedes", "withdrawn_document", *_APPEARANCE,
)  # fmt: skip
NOT_MADE: Final = frozenset({Report, Appearance, AppearanceHop, DocumentVersion})


@dataclass(slots=True)
class StatementDrafts:
    statement: Draft
    source: Draft | None
    document: Draft | None
    appearance: Draft | None
    question: Draft | None


@dataclass(slots=True)
class ClaimDrafts:
    claim: Draft
    question: Draft | None
    statements: list[StatementDrafts]


@dataclass(slots=True)
class EventDrafts:
    event: Draft
    event_links: list[Draft] = field(default_factory=list)
    questions: list[Draft] = field(default_factory=list)
    claims: list[ClaimDrafts] = field(default_factory=list)
    statements: list[StatementDrafts] = field(default_factory=list)
    claim_links: list[Draft] = field(default_factory=list)
    assessments: list[Draft] = field(default_factory=list)


@dataclass(slots=True)
class ReportDrafts:
    report: Draft
    document: Draft | None
    events: list[EventDrafts]


def _source_if_given(
    batch: Drafts, data: SourceCreate | str | None, at: str, within: Draft | None = None
) -> Draft | None:
    return source(batch, data, at, within) if data is not None else None


def source(batch: Drafts, data: SourceCreate | str, at: str, within: Draft | None = None) -> Draft:
    """A source. `within`: the document, or the claim or question, within which alone an unnamed one can be matched."""
    if isinstance(data, str):
        return batch.refer(Source, data, at)
    parent = _source_if_given(batch, data.parent, f"{at}/parent")
    draft = batch.add(Source, at, columns(data, "label", "parent"), {"parent_id": parent})
    draft.within = within
    batch.label(data.label, draft, at)
    return draft


def source_link(batch: Drafts, data: SourceLinkCreate, start: Draft, at: str) -> Draft:
    if data.state == "confirmed" and not batch.from_export:
        raise Invalid.at(f"{at}/state", "a PATCH of the link confirms it, for that merges the two sources")
    ends: dict[str, Draft | None] = {"from_id": start, "to_id": source(batch, data.to, f"{at}/to")}
    return batch.add(SourceLink, at, {"relation": "same_as"} | columns(data, "to", "from_"), ends)


def _document_if_given(batch: Drafts, data: DocumentCreate | str | None, at: str) -> Draft | None:
    return document(batch, data, at) if data is not None else None


def document(batch: Drafts, data: DocumentCreate | str, at: str) -> Draft:
    """A document, and in `batch.versions` the version of it that was read, if the body says anything of that."""
    if isinstance(data, str):
        return batch.refer(Document, data, at)
    # A line of an export has an id, and is found by it.
    if data.url is None and data.text is None and data.ref is None and getattr(data, "id", None) is None:
        raise Invalid.at(
            f"{at}/url", "a document without URL, text and ref could never be found again: give one of them"
        )
    values = columns(data, "label", "publisher", "links", *_VERSION)
    archive_url = None
    if data.url is not None:
        url, archive_url = archived(batch, data, at)
        values |= url_columns(url)
        check_page(data.published, data.retrieved_at, at)
    draft = batch.add(
        Document, at, values, {"publisher_id": _source_if_given(batch, data.publisher, f"{at}/publisher")}
    )
    batch.label(data.label, draft, at)
    # What was read stands in the same body, but in a table of its own; without a URL it says which document it is.
    if archive_url is not None or any(getattr(data, name) is not None for name in _VERSION):
        batch.versions[draft] = draft.within = version(batch, data, draft, at)
        draft.within.values = {"archive_url": archive_url} | draft.within.values
    for nth, link in enumerate(data.links or ()):
        document_link(batch, link, draft, f"{at}/links/{nth}")
    return draft


def version(batch: Drafts, data: VersionFields, read: Draft, at: str) -> Draft:
    values = given(data, _VERSION)
    if data.text is not None:
        values["sha256"] = sha256(data.text)
        # What an export brings back stays as it was.
        if data.part is None and getattr(data, "id", None) is None and quotes.is_cut(data.text):
            values["part"] = True
            batch.note("changed", f"{at}/text", _CUT, stored=True)
    draft = batch.add(DocumentVersion, at, values, {"document_id": read})
    draft.assumed = frozenset({"part"}) - data.model_fields_set
    return draft


def document_link(batch: Drafts, data: DocumentLinkCreate, start: Draft, at: str) -> Draft:
    values = columns(data, "to", "from_")
    if data.how_known == "similarity":  # a machine proposes, an editor decides
        values.setdefault("state", "proposed")
    draft = batch.add(DocumentLink, at, values, {"from_id": start, "to_id": document(batch, data.to, f"{at}/to")})
    draft.assumed = frozenset({"state"}) - data.model_fields_set
    return draft


def event(batch: Drafts, data: EventCreate | ReportEvent, at: str) -> Draft:
    if isinstance(data, ReportEvent) and data.event is not None:
        return batch.refer(Event, data.event, f"{at}/event")
    parent = batch.refer(Event, data.parent, f"{at}/parent") if data.parent is not None else None
    return batch.add(Event, at, columns(data, *_BESIDE_EVENT), {"parent_id": parent})


def event_link(batch: Drafts, data: EventLinkCreate, start: Draft, at: str) -> Draft:
    to = batch.refer(Event, data.to, f"{at}/to")
    return batch.add(EventLink, at, columns(data, "to", "from_"), {"from_id": start, "to_id": to})


def _question_if_given(
    batch: Drafts, data: QuestionCreate | str | None, event_draft: Draft | None, at: str
) -> Draft | None:
    return question(batch, data, event_draft, at) if data is not None else None


def question(batch: Drafts, data: QuestionCreate | str, event_draft: Draft | None, at: str) -> Draft:
    if isinstance(data, str):
        return batch.refer(Question, data, at)
    values = columns(data, "label")
    told_columns = frozenset(values)
    draft = batch.add(Question, at, with_defaults(values), {"event_id": event_draft})
    draft.assumed = frozenset(draft.values) - told_columns
    batch.label(data.label, draft, at)
    return draft


def with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """What follows from the measure of a question and tells it from others, where it was not said."""
    quantity = values.get("measure") is not None
    values["answer"] = "quantity" if quantity else "open"
    if quantity:
        values["unit"] = values.get("unit") or MEASURE_DEFAULTS[values["measure"]][1]
    return values


def claim(
    batch: Drafts,
    data: ClaimCreate,
    event_draft: Draft,
    at: str,
    *,
    said_in: Draft | None = None,
    report: Draft | None = None,
) -> ClaimDrafts:
    """A claim with its question and statements. `said_in`: the document, unless a statement names another."""
    answered = _question_if_given(batch, data.question, event_draft, f"{at}/question")
    values, part_of = columns(data, "label", "question", "figure", "statements"), None
    if data.figure is not None:
        values |= given(data.figure, ("min", "max")) | {"qualifier": data.figure.qualifier_as_taken}
        if data.figure.of is not None:
            part_of = batch.refer(Claim, data.figure.of, f"{at}/figure/of")
    draft = batch.add(Claim, at, values, {"event_id": event_draft, "question_id": answered, "of_id": part_of})
    batch.label(data.label, draft, at)
    statements = [
        statement(batch, body, event_draft, f"{at}/statements/{nth}", claim_draft=draft, said_in=said_in, report=report)
        for nth, body in enumerate(data.statements or ())
    ]
    return ClaimDrafts(draft, answered, statements)


def statement(
    batch: Drafts,
    data: StatementInClaim,
    event_draft: Draft | None,
    at: str,
    *,
    claim_draft: Draft | None = None,
    said_in: Draft | None = None,
    report: Draft | None = None,
) -> StatementDrafts:
    """A statement, and the appearance in which it is found. `said_in`: the document, unless it names another."""
    question_draft = None
    if isinstance(data, StatementCreate):
        if (data.claim is None) == (data.question is None):
            raise Invalid.at(f"{at}/claim", "a statement is about a claim or about a question: give one of the two")
        claim_draft = batch.refer(Claim, data.claim, f"{at}/claim") if data.claim is not None else None
        if event_draft is None and isinstance(data.question, QuestionCreate):
            raise Invalid.at(f"{at}/event", "where the question is described here, its event is needed")
        question_draft = _question_if_given(batch, data.question, event_draft, f"{at}/question")
    stance = data.stance or "support"
    if question_draft is not None and stance not in QUESTION_STANCES:
        raise Invalid.at(
            f"{at}/stance", f"toward a question, without a claim, it is one of {', '.join(QUESTION_STANCES)}"
        )
    if data.withdrawn is None and (data.withdrawn_reason or data.withdrawn_document or data.withdrawn_by):
        raise Invalid.at(f"{at}/withdrawn", "a withdrawal needs its time")
    said_in = _document_if_given(batch, data.document, f"{at}/document") or said_in
    speaker = _source_if_given(batch, data.source, f"{at}/source", within=said_in or claim_draft or question_draft)
    links = {
        "event_id": event_draft,
        "claim_id": claim_draft,
        "question_id": question_draft,
        "source_id": speaker,
        "supersedes_id": batch.refer(Statement, data.supersedes, f"{at}/supersedes") if data.supersedes else None,
        "withdrawn_document_id": batch.refer(Document, data.withdrawn_document, f"{at}/withdrawn_document")
        if data.withdrawn_document
        else None,
    }
    values = {"stance": stance, "explicitness": "explicit"} | columns(data, *_BESIDE_STATEMENT)
    draft = batch.add(Statement, at, values, links)
    draft.assumed = frozenset(values) - data.model_fields_set
    draft.within = said_in
    remarks.doubtful_times(batch, draft)
    batch.label(data.label, draft, at)
    # A body that says nothing about where the statement was found has no appearance; in a report it was found there.
    appearance_draft = None
    if said_in is not None or report is not None or data.model_fields_set & _APPEARANCE:
        appearance_draft = appearance(batch, data, draft, at, said_in=said_in, report=report)
    return StatementDrafts(draft, speaker, said_in, appearance_draft, question_draft)


def appearance(
    batch: Drafts,
    data: AppearanceFields,
    said: Draft,
    at: str,
    *,
    said_in: Draft | None = None,
    report: Draft | None = None,
) -> Draft:
    """Where a statement is found, and who passed it on. `said_in`: the document, unless the body names it itself."""
    if isinstance(data, AppearanceCreate):
        said_in = _document_if_given(batch, data.document, f"{at}/document")
        values = columns(data, "document", "hops", "statement", "version")
    else:
        names = data.model_fields_set & _APPEARANCE - {"hops"}
        values = given(data, names)
    read = batch.versions.get(said_in) if said_in is not None else None
    links = {"statement_id": said, "document_id": said_in, "version_id": read, "report_id": report}
    if isinstance(data, AppearanceLine) and data.version is not None:
        links["version_id"] = batch.refer(DocumentVersion, data.version, f"{at}/version")
    draft = batch.add(Appearance, at, values, links)
    for nth, body in enumerate(data.hops or ()):
        hop(batch, body, draft, f"{at}/hops/{nth}", nth + 1, said_in or _subject(said))
    return draft


def _subject(statement: Draft) -> Draft:
    """The claim or question that a statement is about; the statement itself where the draft does not point at it."""
    return next(
        (statement.points_at[name] for name in ("claim_id", "question_id") if name in statement.points_at), statement
    )


def hop(  # noqa: PLR0917
    batch: Drafts, data: HopCreate, appearance_draft: Draft, at: str, step: int, within: Draft | None
) -> Draft:
    passed = source(batch, data.source, f"{at}/source", within=within)
    values = {"step": step, **columns(data, "source")}
    if data.how_known == "similarity":
        values.setdefault("state", "proposed")
    draft = batch.add(AppearanceHop, at, values, {"appearance_id": appearance_draft, "source_id": passed})
    return restored(draft, data)


def restored(draft: Draft, data: BaseModel) -> Draft:
    """Use the id that a line of an export gives: the draft is that record, or what is left of it, and no other."""
    if isinstance(data, RestorableLine) and data.id is not None:
        draft.id, draft.restored = data.id, True
        if data.redacted:
            draft.values["redacted"] = data.redacted
    return draft


def claim_link(batch: Drafts, data: ClaimLinkCreate, event_draft: Draft | None, at: str) -> Draft:
    ends: dict[str, Draft | None] = {
        "event_id": event_draft,
        "from_id": batch.refer(Claim, data.from_, f"{at}/from"),
        "to_id": batch.refer(Claim, data.to, f"{at}/to"),
    }
    return batch.add(ClaimLink, at, columns(data, "from_", "to"), ends)


def assessment(batch: Drafts, data: AssessmentCreate, event_draft: Draft | None, at: str, page: Draft | None) -> Draft:
    claim_draft = batch.refer(Claim, data.claim, f"{at}/claim")
    links: dict[str, Draft | None] = {
        "event_id": event_draft,
        "claim_id": claim_draft,
        "author_id": source(batch, data.author, f"{at}/author", within=claim_draft),
        "supersedes_id": batch.refer(Assessment, data.supersedes, f"{at}/supersedes") if data.supersedes else None,
    }
    values = columns(data, "claim", "author", "supersedes", "documents") | (url_key(data.url) if data.url else {})
    draft = batch.add(Assessment, at, values, links)
    for nth, body in enumerate(data.documents or ()):
        evidence(batch, body, draft, f"{at}/documents/{nth}")
    # Of a report's it is the report's document in which it stands, unless it has another page.
    if page is not None and values.get("url_key") in (None, page.value("page_key")):
        batch.add(AssessmentDocument, f"{at}/url", {}, {"assessment_id": draft, "document_id": page})
    return draft


def evidence(batch: Drafts, data: DocumentCreate | str, supported: Draft, at: str) -> Draft:
    return batch.add(AssessmentDocument, at, {}, {"assessment_id": supported, "document_id": document(batch, data, at)})


def report(batch: Drafts, data: ReportCreate, actor: str, digest: bytes) -> ReportDrafts:
    """`digest`: the sha256 of the body."""
    said_in = _document_if_given(batch, data.document, "/document")
    values: dict[str, Any] = {"actor": actor, "sha256": digest} | ({"ref": data.ref} if data.ref else {})
    draft = batch.add(Report, "", values, {"document_id": said_in})
    events = [_report_event(batch, body, f"/events/{nth}", said_in, draft) for nth, body in enumerate(data.events)]
    # What a newer delivery may take back, beside appearances, which name their report. A draft that is matched takes
    # the stored record's id; then no record ever has the id that is noted here.
    values["made"] = [d.id for model, drafts in batch.drafts.items() if model not in NOT_MADE for d in drafts]
    return ReportDrafts(draft, said_in, events)


def _report_event(batch: Drafts, data: ReportEvent, at: str, said_in: Draft | None, report_draft: Draft) -> EventDrafts:
    """An event of a report, with what the report says about it, in the order of the body."""
    draft = event(batch, data, at)
    drafts = EventDrafts(draft)
    for nth, link_body in enumerate(data.event_links or ()):
        drafts.event_links.append(event_link(batch, link_body, draft, f"{at}/event_links/{nth}"))
    for nth, question_body in enumerate(data.questions or ()):
        drafts.questions.append(question(batch, question_body, draft, f"{at}/questions/{nth}"))
    for nth, claim_body in enumerate(data.claims or ()):
        pointer = f"{at}/claims/{nth}"
        drafts.claims.append(claim(batch, claim_body, draft, pointer, said_in=said_in, report=report_draft))
    for nth, statement_body in enumerate(data.statements or ()):
        pointer = f"{at}/statements/{nth}"
        drafts.statements.append(statement(batch, statement_body, draft, pointer, said_in=said_in, report=report_draft))
    for nth, claim_link_body in enumerate(data.claim_links or ()):
        drafts.claim_links.append(claim_link(batch, claim_link_body, draft, f"{at}/claim_links/{nth}"))
    for nth, assessment_body in enumerate(data.assessments or ()):
        drafts.assessments.append(assessment(batch, assessment_body, draft, f"{at}/assessments/{nth}", said_in))
    return drafts
