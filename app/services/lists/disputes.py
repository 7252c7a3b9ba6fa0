"""What narrows the lists of what is disputed: events and all that belongs to one, in plain ifs."""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.models import (
    Appearance,
    Assessment,
    Claim,
    ClaimLink,
    Document,
    Event,
    EventLink,
    Question,
    Statement,
)
from app.models.question import shown_kind
from app.schemas.assessments import AssessmentFilter
from app.schemas.claims import ClaimFilter, ClaimLinkQuery
from app.schemas.events import EventFilter, EventLinkQuery
from app.schemas.pictures.rechecks import RecheckQuery
from app.schemas.questions import QuestionFilter
from app.schemas.statements import StatementFilter
from app.services.access import Caller
from app.services.lists import effective, narrowing
from app.services.lists.narrowing import Rows
from app.services.lists.remembered import remembered
from app.services.visibility import seen, seen_alone


@remembered
def events(query: EventFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Event)
    selected = select(rows).where(
        *narrowing.equal(rows, query, "kind", "visibility", "ref"),
        *narrowing.of_country(rows, query.country),
        *narrowing.in_box(rows, query.bbox),
        *narrowing.span(rows.c.occurred_from, query.occurred_from, query.occurred_to),
        *narrowing.since(rows, query),
        *narrowing.unmerged(rows, query),
    )
    if query.q:
        selected = selected.where(narrowing.words(rows.c.title, query.q))
    if query.tag:
        selected = selected.where(rows.c.tags.contains([query.tag]))
    if query.parent:
        selected = selected.where(rows.c.parent_id.in_(narrowing.ids_at(caller, Event, query.parent)))
    return selected


def event_links(event: UUID, query: EventLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, EventLink)
    kin = select(func.event_kin(event))
    return select(rows).where(
        or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *narrowing.equal(rows, query, "relation")
    )


@remembered
def questions(query: QuestionFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Question)
    kind = shown_kind(rows.c.kind, rows.c.measure)
    selected = select(rows, kind.label("shown_kind")).where(
        *([kind == query.kind] if query.kind else []),
        *narrowing.equal(rows, query, "answer", "measure", "ref"),
        *_of_subject(rows.c.subject, query.subject),
        *narrowing.of_event(rows, query, caller),
        *narrowing.since(rows, query),
    )
    if query.q:
        selected = selected.where(narrowing.words(rows.c.text, query.q))
    return selected


@remembered
def claims(query: ClaimFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Claim)
    selected = select(rows).where(
        *narrowing.equal(rows, query, "accuses", "ref"),
        *_claim_in_language(rows, query.language),
        *narrowing.of_event(rows, query, caller),
        *narrowing.since(rows, query),
        *narrowing.unmerged(rows, query),
    )
    if query.q:
        selected = selected.where(narrowing.words(rows.c.text, query.q))
    if query.question:
        selected = selected.where(rows.c.question_id.in_(narrowing.ids_at(caller, Question, query.question)))
    if query.measure or query.subject:
        selected = selected.where(rows.c.question_id.in_(_measuring(query)))
    if query.stance or query.source:
        statement = seen(caller, Statement)
        subjects = select(statement.c.claim_id).where(*narrowing.among(statement, query, "stance"))
        if query.source:
            subjects = subjects.where(narrowing.by_source(caller, statement, Statement, "source_id", query.source))
        claim = aliased(Claim)
        merged = select(func.claim_kin(claim.id)).where(claim.merged_into.is_not(None), claim.id.in_(subjects))
        selected = selected.where(or_(rows.c.id.in_(subjects), rows.c.id.in_(merged)))
    return selected


def _claim_in_language(rows: Subquery, tags: str | None) -> list[ColumnElement[bool]]:
    """Its own words, or a translation of them."""
    translations = func.jsonb_object_keys(rows.c.translations).table_valued("tag").render_derived()
    translated = exists().select_from(translations).where(*narrowing.of_language(translations.c.tag, tags))
    return [or_(*narrowing.of_language(rows.c.language, tags), translated)] if tags is not None else []


def claim_links(event: UUID, query: ClaimLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, ClaimLink)
    return select(rows).where(
        rows.c.event_id.in_(select(func.event_kin(event))), *narrowing.equal(rows, query, "relation")
    )


def _measuring(query: ClaimFilter | StatementFilter) -> Select[UUID]:
    measured = [Question.measure == query.measure] if query.measure else []
    return select(Question.id).where(*measured, *_of_subject(Question.subject, query.subject))


def _of_subject(
    column: ColumnElement[str | None] | InstrumentedAttribute[str | None], subject: str | None
) -> list[ColumnElement[bool]]:
    """As subjects are compared where questions are the same."""
    return [func.fold(column) == func.fold(subject)] if subject else []


@remembered
def statements(query: StatementFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Statement)
    effective_from = effective.said_from(rows)
    selected = select(rows, effective_from.label("effective_from")).where(
        *narrowing.among(rows, query, "stance", "explicitness"),
        *narrowing.equal(rows, query, "ref"),
        *narrowing.of_event(rows, query, caller),
        *narrowing.since(rows, query),
        *narrowing.span(effective_from, query.said_from, query.said_to),
    )
    if query.claim:
        selected = selected.where(rows.c.claim_id.in_(narrowing.ids_at(caller, Claim, query.claim)))
    if query.question:
        question = narrowing.ids_at(caller, Question, query.question)
        answering = select(Claim.id).where(Claim.question_id.in_(question))
        selected = selected.where(or_(rows.c.question_id.in_(question), rows.c.claim_id.in_(answering)))
    if query.measure or query.subject:
        measuring = _measuring(query)
        figures = select(Claim.id).where(Claim.question_id.in_(measuring))
        selected = selected.where(or_(rows.c.question_id.in_(measuring), rows.c.claim_id.in_(figures)))
    if query.source:
        selected = selected.where(narrowing.by_source(caller, rows, Statement, "source_id", query.source))
    if query.party:
        speaker = aliased(Statement)
        on_side = narrowing.on_side(speaker.source_id, caller, query.party)
        selected = selected.where(rows.c.id.in_(select(speaker.id).where(on_side)))
    if query.document:
        appearance = seen(caller, Appearance)
        document = narrowing.ids_at(caller, Document, query.document)
        appearing = select(appearance.c.statement_id).where(appearance.c.document_id.in_(document))
        selected = selected.where(rows.c.id.in_(appearing))
    if query.language:
        appearance = seen(caller, Appearance)
        worded = select(appearance.c.statement_id).where(*narrowing.of_language(appearance.c.language, query.language))
        selected = selected.where(rows.c.id.in_(worded))
    if query.withdrawn is not None:
        selected = selected.where(rows.c.withdrawn.is_not(None) == query.withdrawn)
    if query.recheck_before is not None:
        selected = selected.where(rows.c.recheck_at < query.recheck_before)
    return selected


@remembered
def rechecks(query: RecheckQuery, caller: Caller) -> Rows:
    """Statements to recheck, each with its claim (`about`), source (`whose`) and event (`within`) after merges."""
    rows = seen_alone(caller, Statement)
    led = {"about": func.claim_root(rows.c.claim_id), "whose": func.source_root(rows.c.source_id)}
    led["within"] = func.event_root(rows.c.event_id)
    selected = select(rows, *(root.label(name) for name, root in led.items())).where(
        rows.c.recheck_at.is_not(None), func.asks_again(rows.c.id), *narrowing.of_event(rows, query, caller)
    )
    if query.before is not None:
        selected = selected.where(rows.c.recheck_at < query.before)
    if query.source:
        selected = selected.where(narrowing.by_source(caller, rows, Statement, "source_id", query.source))
    return selected


def appearances(statement: UUID, caller: Caller) -> Rows:
    rows = seen_alone(caller, Appearance)
    return select(rows).where(rows.c.statement_id == statement)


@remembered
def assessments(query: AssessmentFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Assessment)
    selected = select(rows).where(
        *narrowing.equal(rows, query, "scheme", "rating", "settles", "ref"),
        *narrowing.of_event(rows, query, caller),
        *narrowing.since(rows, query),
    )
    if query.claim:
        selected = selected.where(rows.c.claim_id.in_(narrowing.ids_at(caller, Claim, query.claim)))
    if query.author:
        selected = selected.where(narrowing.by_source(caller, rows, Assessment, "author_id", query.author))
    return selected
