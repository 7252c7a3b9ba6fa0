"""What narrows the lists of what is disputed: events and all that belongs to one, in plain ifs."""

from sqlalchemy import (
    ColumnElement,
    Subquery,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.models import (
    Appearance,
    Assessment,
    Claim,
    ClaimLink,
    Event,
    EventLink,
    Question,
    Statement,
)
from app.models.question import shown_kind
from app.services.access import Caller
from app.services.lists import effective, narrowing
from app.services.lists.bound import BoundParameters, remembered
from app.services.lists.narrowing import Rows
from app.services.visibility import seen, seen_alone


@remembered
def events(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Event)
    selected = select(rows).where(
        *narrowing.equal(rows, bound, "kind", "visibility", "ref"),
        *narrowing.among(rows, bound, "country"),
        *narrowing.in_box(rows, bound),
        *narrowing.span(rows.c.occurred_from, bound.occurred_from, bound.occurred_to),
        *narrowing.since(rows, bound),
        *narrowing.unmerged(rows, bound),
    )
    if bound.q is not None:
        selected = selected.where(narrowing.words(rows.c.title, bound.q))
    if bound.tag is not None:
        selected = selected.where(rows.c.tags.contains(cast(array([bound.tag]), rows.c.tags.type)))
    if bound.parent is not None:
        selected = selected.where(rows.c.parent_id == any_(bound.parent))
    return selected


@remembered
def event_links(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the event `owner`."""
    rows = seen_alone(caller, EventLink)
    kin = select(func.event_kin(bound.owner))
    return select(rows).where(
        or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *narrowing.equal(rows, bound, "relation")
    )


@remembered
def questions(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Question)
    kind = shown_kind(rows.c.kind, rows.c.measure)
    selected = select(rows, kind.label("shown_kind")).where(
        *([kind == bound.kind] if bound.kind is not None else []),
        *narrowing.equal(rows, bound, "answer", "measure", "ref"),
        *_of_subject(rows.c.subject, bound),
        *narrowing.of_event(rows, bound),
        *narrowing.since(rows, bound),
    )
    if bound.q is not None:
        selected = selected.where(narrowing.words(rows.c.text, bound.q))
    return selected


@remembered
def claims(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Claim)
    selected = select(rows).where(
        *narrowing.equal(rows, bound, "accuses", "ref"),
        *_claim_in_language(rows, bound),
        *narrowing.of_event(rows, bound),
        *narrowing.since(rows, bound),
        *narrowing.unmerged(rows, bound),
        *narrowing.pointing(rows, bound, "question"),
    )
    if bound.q is not None:
        selected = selected.where(narrowing.words(rows.c.text, bound.q))
    if bound.measure is not None or bound.subject is not None:
        selected = selected.where(rows.c.question_id.in_(_measuring(bound)))
    statement = seen(caller, Statement)
    acts = [
        *narrowing.among(statement, bound, "stance"),
        *narrowing.by_source(caller, statement, Statement, bound),
    ]
    if acts:
        subjects = select(statement.c.claim_id).where(*acts)
        claim = aliased(Claim)
        merged = select(func.claim_kin(claim.id)).where(claim.merged_into.is_not(None), claim.id.in_(subjects))
        selected = selected.where(or_(rows.c.id.in_(subjects), rows.c.id.in_(merged)))
    return selected


def _claim_in_language(rows: Subquery, bound: BoundParameters) -> list[ColumnElement[bool]]:
    """Its own words, or a translation of them."""
    in_language = narrowing.of_language(rows.c.language, bound)
    translations = func.jsonb_object_keys(rows.c.translations).table_valued("tag").render_derived()
    translated = exists().select_from(translations).where(*narrowing.of_language(translations.c.tag, bound))
    return [or_(*in_language, translated)] if in_language else []


@remembered
def claim_links(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the event `owner`."""
    rows = seen_alone(caller, ClaimLink)
    return select(rows).where(narrowing.in_event(rows, bound), *narrowing.equal(rows, bound, "relation"))


def _measuring(bound: BoundParameters) -> Rows:
    measured = [Question.measure == bound.measure] if bound.measure is not None else []
    return select(Question.id).where(*measured, *_of_subject(Question.subject, bound))


def _of_subject(
    column: ColumnElement[str | None] | InstrumentedAttribute[str | None], bound: BoundParameters
) -> list[ColumnElement[bool]]:
    """As subjects are compared where questions are the same."""
    return [func.fold(column) == func.fold(bound.subject)] if bound.subject is not None else []


@remembered
def statements(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Statement)
    effective_from = effective.said_from(rows)
    selected = select(rows, effective_from.label("effective_from")).where(
        *narrowing.among(rows, bound, "stance", "explicitness"),
        *narrowing.equal(rows, bound, "ref"),
        *narrowing.of_event(rows, bound),
        *narrowing.since(rows, bound),
        *narrowing.span(effective_from, bound.said_from, bound.said_to),
        *narrowing.pointing(rows, bound, "claim"),
        *narrowing.by_source(caller, rows, Statement, bound),
    )
    if bound.question is not None:
        answering = select(Claim.id).where(Claim.question_id == any_(bound.question))
        about_it = or_(rows.c.question_id == any_(bound.question), rows.c.claim_id.in_(answering))
        selected = selected.where(about_it)
    if bound.measure is not None or bound.subject is not None:
        measuring = _measuring(bound)
        figures = select(Claim.id).where(Claim.question_id.in_(measuring))
        selected = selected.where(or_(rows.c.question_id.in_(measuring), rows.c.claim_id.in_(figures)))
    if bound.party is not None:
        speaker = aliased(Statement)
        on_side = narrowing.on_side(speaker.source_id, caller, bound.party)
        selected = selected.where(rows.c.id.in_(select(speaker.id).where(on_side)))
    if bound.document is not None:
        appearance = seen(caller, Appearance)
        appearing = select(appearance.c.statement_id).where(*narrowing.pointing(appearance, bound, "document"))
        selected = selected.where(rows.c.id.in_(appearing))
    if bound.language is not None:
        appearance = seen(caller, Appearance)
        worded = select(appearance.c.statement_id).where(*narrowing.of_language(appearance.c.language, bound))
        selected = selected.where(rows.c.id.in_(worded))
    if bound.withdrawn is not None:
        selected = selected.where(rows.c.withdrawn.is_not(None) == bound.withdrawn)
    if bound.recheck_before is not None:
        selected = selected.where(rows.c.recheck_at < bound.recheck_before)
    return selected


@remembered
def rechecks(bound: BoundParameters, caller: Caller) -> Rows:
    """Statements to recheck, each with its claim (`about`), source (`whose`) and event (`within`) after merges."""
    rows = seen_alone(caller, Statement)
    led = {"about": func.claim_root(rows.c.claim_id), "whose": func.source_root(rows.c.source_id)}
    led["within"] = func.event_root(rows.c.event_id)
    selected = select(rows, *(root.label(name) for name, root in led.items())).where(
        rows.c.recheck_at.is_not(None),
        func.asks_again(rows.c.id),
        *narrowing.of_event(rows, bound),
        *narrowing.by_source(caller, rows, Statement, bound),
    )
    return selected.where(rows.c.recheck_at < bound.before) if bound.before is not None else selected


@remembered
def appearances(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the statement `owner`."""
    rows = seen_alone(caller, Appearance)
    return select(rows).where(rows.c.statement_id == bound.owner)


@remembered
def assessments(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Assessment)
    return select(rows).where(
        *narrowing.equal(rows, bound, "scheme", "rating", "settles", "ref"),
        *narrowing.of_event(rows, bound),
        *narrowing.since(rows, bound),
        *narrowing.pointing(rows, bound, "claim"),
        *narrowing.by_source(caller, rows, Assessment, bound, "author"),
    )
