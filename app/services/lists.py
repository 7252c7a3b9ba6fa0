"""What narrows each list, in plain ifs. Every list runs on what the caller may see (`visibility.seen`)."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    Text,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import aliased

from app import times
from app.models import (
    Appearance,
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
    Record,
    Source,
    SourceLink,
    Statement,
    table_of,
)
from app.schemas import addresses
from app.schemas.assessments import AssessmentFilter
from app.schemas.claims import ClaimFilter, ClaimLinkQuery
from app.schemas.documents import DocumentFilter, DocumentLinkQuery, EveryDocumentLinkQuery
from app.schemas.events import EventFilter, EventLinkQuery
from app.schemas.kinds import kind_of
from app.schemas.pages import page_keys
from app.schemas.pictures.rechecks import RecheckQuery
from app.schemas.questions import QuestionFilter
from app.schemas.sources import EverySourceLinkQuery, SourceFilter, SourceLinkQuery
from app.schemas.statements import StatementFilter
from app.services.access import Caller
from app.services.visibility import MASK, at, names_of_ends, seen, seen_alone
from app.texts import countries, languages

Rows = Select[*tuple[Any, ...]]


def _equal(rows: Subquery, query: Any, *names: str) -> list[ColumnElement[bool]]:
    """Compare each column with the parameter of the same name, where it is given."""
    return [rows.c[name] == getattr(query, name) for name in names if getattr(query, name) is not None]


def _of_country(rows: Subquery, code: str | None) -> list[ColumnElement[bool]]:
    """Under any code that the country was stored with."""
    return [rows.c.country.in_(countries.spellings(code))] if code is not None else []


def _of_language(rows: Subquery, tag: str | None) -> list[ColumnElement[bool]]:
    """In this language, whatever its code is (`nb` of `no`); with a region or script, only what has that, too."""
    if tag is None:
        return []
    stored, (_, _, subtags) = func.lower(rows.c.language), tag.lower().partition("-")
    conditions: list[ColumnElement[bool]] = [func.split_part(stored, "-", 1).in_(languages.codes(tag))]
    if subtags:
        stored_subtags = func.substring(stored, "-(.*)")
        begins_so = stored_subtags.startswith(f"{subtags}-", autoescape=True)
        conditions.append(or_(stored_subtags == subtags, begins_so))
    return conditions


def _kin(caller: Caller, model: type[Record], address: str) -> Rows:
    """Select the ids of the record at an address and of those merged with it; of a masked source that id alone."""
    rows, kind = seen(caller, model), kind_of(model)
    if not kind.mergeable:
        return select(rows.c.id).where(at(rows, address))
    kin = select(getattr(func, f"{kind.name}_kin")(rows.c.id)).where(at(rows, address))
    id_ = addresses.parse(address).id
    return kin if id_ is None else kin.union_all(select(literal(id_)))  # type: ignore[return-value]


def events_at(caller: Caller, address: str) -> Rows:
    """Select the ids of the event at an address and of those merged with it, as far as the caller may see one there."""
    return _kin(caller, Event, address)


def questions_at(caller: Caller, address: str) -> Rows:
    """Select the id of the question at an address, as far as the caller may see one there."""
    return _kin(caller, Question, address)


def _by(caller: Caller, rows: Subquery, model: type[Record], column: str, sources_wanted: Rows) -> ColumnElement[bool]:
    """Keep the rows whose source is one of these: not confidential, where the caller may not see who is.

    It is asked of the table itself, because what the caller sees is computed, and no index finds that.
    """
    stored = table_of(model).alias()
    real = select(Source.id).where(Source.id.in_(sources_wanted))
    if not caller.may("confidential"):
        real = real.where(Source.confidential.is_(False))
    return rows.c.id.in_(select(stored.c.id).where(stored.c[column].in_(real)))


def _by_source(caller: Caller, rows: Subquery, model: type[Record], column: str, address: str) -> ColumnElement[bool]:
    """Keep the rows of the source at an address, be it that of a mask."""
    by_itself = _by(caller, rows, model, column, _kin(caller, Source, address))
    mask_id = addresses.parse(address).id
    if caller.may("confidential") or mask_id is None:
        return by_itself
    stored = table_of(model).alias()
    masked = select(MASK.c.event_id, MASK.c.source_id).where(MASK.c.id == mask_id)
    behind = select(stored.c.id).where(tuple_(stored.c.event_id, stored.c[column]).in_(masked))
    return or_(by_itself, rows.c.id.in_(behind))


def _words(column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    return column.icontains(words, autoescape=True)


def _span(column: ColumnElement[Any], since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    """Keep what lies from the beginning of one coarse time until the end of another."""
    conditions = []
    if since is not None:
        conditions.append(column >= times.span(since).start)
    if until is not None:
        conditions.append(column < times.span(until).end)
    return conditions


def _since(rows: Subquery, query: Any) -> list[ColumnElement[bool]]:
    return [rows.c.updated_at >= query.updated_since] if query.updated_since is not None else []


def _unmerged(rows: Subquery, query: Any) -> list[ColumnElement[bool]]:
    return [] if query.merged else [rows.c.merged_into.is_(None)]


def sources(query: SourceFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Source)
    selected = select(rows).where(
        *_equal(rows, query, "kind", "disclosure", "party", "ref"),
        *_of_country(rows, query.country),
        *_since(rows, query),
        *_unmerged(rows, query),
    )
    if query.q:
        names = func.unnest(rows.c.names).table_valued("name")
        holds = func.strpos(names.c.name, func.fold_name(query.q)) > 0
        selected = selected.where(exists().select_from(names).where(holds))
    if query.parent:
        selected = selected.where(rows.c.parent_id.in_(_kin(caller, Source, query.parent)))
    return selected


def source_links(source: UUID, query: SourceLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, SourceLink)
    kin = select(func.source_kin(source))
    return select(rows, *names_of_ends(caller, rows)).where(
        or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *_equal(rows, query, "state")
    )


def every_source_link(query: EverySourceLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, SourceLink)
    selected = select(rows, *names_of_ends(caller, rows)).where(*_equal(rows, query, "how_known", "state", "ref"))
    if query.min_score is not None:
        selected = selected.where(rows.c.score >= query.min_score)
    if query.event:
        statement = seen(caller, Statement)
        speakers = select(func.source_kin(statement.c.source_id)).where(*_of_event(statement, query, caller))
        selected = selected.where(rows.c.from_id.in_(speakers), rows.c.to_id.in_(speakers))
    if query.sort == "-consequence":
        # A text, so that it sorts by both: by how many claims, then by when it was linked.
        claims_shared = func.lpad(cast(_supported_by_both(rows, caller), Text), 6, "0")
        linked = func.to_char(func.timezone("UTC", rows.c.created_at), "YYYYMMDDHH24MISSUS")
        selected = selected.add_columns(func.concat(claims_shared, linked).label("consequence"))
    return selected


def _supported_by_both(rows: Subquery, caller: Caller) -> ScalarSelect[int]:
    """Of how many claims both sources of a link say so outright, as far as the caller may read their events."""
    start, end = aliased(Statement), aliased(Statement)
    supporting = select(func.count(start.claim_id.distinct())).join_from(start, end, start.claim_id == end.claim_id)
    for statement, column in ((start, rows.c.from_id), (end, rows.c.to_id)):
        said_outright = statement.stance == "support", statement.explicitness == "explicit"
        supporting = supporting.where(
            statement.source_id.in_(select(func.source_kin(column)).correlate(rows)), *said_outright
        )
    if not caller.may("read"):
        supporting = supporting.where(func.is_public(start.event_id))
    return supporting.correlate(rows).scalar_subquery()


def documents(query: DocumentFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Document)
    selected = select(rows).where(
        *_equal(rows, query, "kind", "lifecycle", "ref"),
        *_of_language(rows, query.language),
        *_span(rows.c.published_from, query.published_from, query.published_to),
        *_since(rows, query),
        *_unmerged(rows, query),
    )
    for url in (query.url, query.canonical_url):
        if url is not None:
            selected = selected.where(func.digest_of(rows.c.page_key) == func.digest_of(page_keys.key(url)))
    if query.q:
        selected = selected.where(_words(rows.c.title, query.q))
    if query.publisher:
        selected = selected.where(_by(caller, rows, Document, "publisher_id", _kin(caller, Source, query.publisher)))
    return selected


def versions(document: UUID, caller: Caller, *, text: bool) -> Rows:
    rows = seen_alone(caller, DocumentVersion)
    selected = select(rows).where(rows.c.document_id.in_(select(func.document_kin(document))))
    if text:
        stored = select(DocumentVersion.text).where(DocumentVersion.id == rows.c.id).scalar_subquery()
        selected = selected.add_columns(stored.label("text"))
    return selected


def document_links(document: UUID, query: DocumentLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, DocumentLink)
    kin = select(func.document_kin(document))
    ends = {"from": rows.c.from_id.in_(kin), "to": rows.c.to_id.in_(kin)}
    either = [ends[query.direction]] if query.direction else list(ends.values())
    return select(rows).where(or_(*either), *_equal(rows, query, "relation", "state"))


def every_document_link(query: EveryDocumentLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, DocumentLink)
    selected = select(rows).where(*_equal(rows, query, "relation", "how_known", "state", "ref"))
    if query.min_score is not None:
        selected = selected.where(rows.c.score >= query.min_score)
    if query.event:
        events_wanted = _kin(caller, Event, query.event)
        # Those in which statements appear, and evidence; not, as in a search, those in which something was withdrawn.
        citing = [seen(caller, model) for model in (Appearance, AssessmentDocument)]
        cited = union(
            *(select(citation.c.document_id).where(citation.c.event_id.in_(events_wanted)) for citation in citing)
        ).subquery()
        kin = func.document_kin(cited.c.document_id)
        selected = selected.where(rows.c.from_id.in_(select(kin)), rows.c.to_id.in_(select(kin)))
    return selected


def events(query: EventFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Event)
    selected = select(rows).where(
        *_equal(rows, query, "kind", "visibility", "ref"),
        *_of_country(rows, query.country),
        *_span(rows.c.occurred_from, query.occurred_from, query.occurred_to),
        *_since(rows, query),
        *_unmerged(rows, query),
    )
    if query.q:
        selected = selected.where(_words(rows.c.title, query.q))
    if query.tag:
        selected = selected.where(rows.c.tags.contains([query.tag]))
    if query.parent:
        selected = selected.where(rows.c.parent_id.in_(_kin(caller, Event, query.parent)))
    return selected


def event_links(event: UUID, query: EventLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, EventLink)
    kin = select(func.event_kin(event))
    return select(rows).where(or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *_equal(rows, query, "relation"))


def _of_event(rows: Subquery, query: Any, caller: Caller) -> list[ColumnElement[bool]]:
    return [rows.c.event_id.in_(_kin(caller, Event, query.event))] if query.event else []


def within(event: UUID, selected: Rows) -> Rows:
    """Keep what belongs to an event, or to one merged with it."""
    return selected.where(selected.selected_columns["event_id"].in_(select(func.event_kin(event))))


def questions(query: QuestionFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Question)
    selected = select(rows).where(
        *_equal(rows, query, "kind", "answer", "measure", "ref"),
        *_of_event(rows, query, caller),
        *_since(rows, query),
    )
    if query.q:
        selected = selected.where(_words(rows.c.text, query.q))
    return selected


def claims(query: ClaimFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Claim)
    selected = select(rows).where(
        *_equal(rows, query, "accuses", "ref"),
        *_of_language(rows, query.language),
        *_of_event(rows, query, caller),
        *_since(rows, query),
        *_unmerged(rows, query),
    )
    if query.q:
        selected = selected.where(_words(rows.c.text, query.q))
    if query.question:
        selected = selected.where(rows.c.question_id.in_(_kin(caller, Question, query.question)))
    if query.measure:
        measuring = select(Question.id).where(Question.measure == query.measure)
        selected = selected.where(rows.c.question_id.in_(measuring))
    if query.stance or query.source:
        statement = seen(caller, Statement)
        subjects = select(statement.c.claim_id).where(*_equal(statement, query, "stance"))
        if query.source:
            subjects = subjects.where(_by_source(caller, statement, Statement, "source_id", query.source))
        claim = aliased(Claim)
        merged = select(func.claim_kin(claim.id)).where(claim.merged_into.is_not(None), claim.id.in_(subjects))
        selected = selected.where(or_(rows.c.id.in_(subjects), rows.c.id.in_(merged)))
    return selected


def claim_links(event: UUID, query: ClaimLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, ClaimLink)
    return select(rows).where(rows.c.event_id.in_(select(func.event_kin(event))), *_equal(rows, query, "relation"))


def statements(query: StatementFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Statement)
    selected = select(rows).where(
        *_equal(rows, query, "stance", "explicitness", "ref"),
        *_of_event(rows, query, caller),
        *_since(rows, query),
        *_span(rows.c.said_from, query.said_from, query.said_to),
    )
    if query.claim:
        selected = selected.where(rows.c.claim_id.in_(_kin(caller, Claim, query.claim)))
    if query.question:
        question = _kin(caller, Question, query.question)
        answering = select(Claim.id).where(Claim.question_id.in_(question))
        selected = selected.where(or_(rows.c.question_id.in_(question), rows.c.claim_id.in_(answering)))
    if query.source:
        selected = selected.where(_by_source(caller, rows, Statement, "source_id", query.source))
    if query.party:
        side = select(Source.id).where(Source.party == query.party)
        selected = selected.where(_by(caller, rows, Statement, "source_id", side))
    if query.document:
        appearance = seen(caller, Appearance)
        document = _kin(caller, Document, query.document)
        appearing = select(appearance.c.statement_id).where(appearance.c.document_id.in_(document))
        selected = selected.where(rows.c.id.in_(appearing))
    if query.withdrawn is not None:
        selected = selected.where(rows.c.withdrawn.is_not(None) == query.withdrawn)
    if query.recheck_before is not None:
        selected = selected.where(rows.c.recheck_at < query.recheck_before)
    return selected


def rechecks(query: RecheckQuery, caller: Caller) -> Rows:
    """Statements to recheck, each with its claim (`about`), source (`whose`) and event (`within`) after merges."""
    rows = seen_alone(caller, Statement)
    led = {"about": func.claim_root(rows.c.claim_id), "whose": func.source_root(rows.c.source_id)}
    led["within"] = func.event_root(rows.c.event_id)
    selected = select(rows, *(root.label(name) for name, root in led.items())).where(
        rows.c.recheck_at.is_not(None), func.asks_again(rows.c.id), *_of_event(rows, query, caller)
    )
    if query.before is not None:
        selected = selected.where(rows.c.recheck_at < query.before)
    if query.source:
        selected = selected.where(_by_source(caller, rows, Statement, "source_id", query.source))
    return selected


def appearances(statement: UUID, caller: Caller) -> Rows:
    rows = seen_alone(caller, Appearance)
    return select(rows).where(rows.c.statement_id == statement)


def assessments(query: AssessmentFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Assessment)
    selected = select(rows).where(
        *_equal(rows, query, "scheme", "rating", "settles", "ref"),
        *_of_event(rows, query, caller),
        *_since(rows, query),
    )
    if query.claim:
        selected = selected.where(rows.c.claim_id.in_(_kin(caller, Claim, query.claim)))
    if query.author:
        selected = selected.where(_by_source(caller, rows, Assessment, "author_id", query.author))
    return selected
