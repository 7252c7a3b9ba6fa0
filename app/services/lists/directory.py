"""What narrows the lists of sources and documents and of the links between them, in plain ifs."""

from uuid import UUID

from sqlalchemy import (
    ScalarSelect,
    Subquery,
    Text,
    cast,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from app.models import (
    Appearance,
    AssessmentDocument,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    Source,
    SourceLink,
    Statement,
)
from app.schemas.documents import DocumentFilter, DocumentLinkQuery, EveryDocumentLinkQuery
from app.schemas.pages import page_keys
from app.schemas.sources import EverySourceLinkQuery, SourceFilter, SourceLinkQuery
from app.services.access import Caller
from app.services.lists import narrowing
from app.services.lists.narrowing import Rows
from app.services.lists.remembered import remembered
from app.services.visibility import names_of_ends, seen, seen_alone


@remembered
def sources(query: SourceFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Source)
    selected = select(rows).where(
        *narrowing.equal(rows, query, "kind", "disclosure", "ref"),
        *narrowing.of_country(rows, query.country),
        *narrowing.since(rows, query),
        *narrowing.unmerged(rows, query),
    )
    if query.q:
        names = func.unnest(rows.c.names).table_valued("name").render_derived()
        holds = func.strpos(names.c.name, func.fold_name(query.q)) > 0
        selected = selected.where(exists().select_from(names).where(holds))
    if query.party:
        selected = selected.where(narrowing.on_side(rows.c.id, caller, query.party))
    if "party" in (getattr(query, "facets", None) or "").split(","):
        sides = narrowing.on_sides(caller)
        selected = selected.outerjoin(sides, sides.c.id == rows.c.id).add_columns(sides.c.party.label("shown_party"))
    if query.parent:
        selected = selected.where(rows.c.parent_id.in_(narrowing.ids_at(caller, Source, query.parent)))
    return selected


def source_links(source: UUID, query: SourceLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, SourceLink)
    kin = select(func.source_kin(source))
    return select(rows, *names_of_ends(caller, rows)).where(
        or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *narrowing.equal(rows, query, "state")
    )


@remembered
def every_source_link(query: EverySourceLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, SourceLink)
    selected = select(rows, *names_of_ends(caller, rows)).where(
        *narrowing.equal(rows, query, "how_known", "state", "ref")
    )
    if query.min_score is not None:
        selected = selected.where(rows.c.score >= query.min_score)
    if query.event:
        statement = seen(caller, Statement)
        speakers = select(func.source_kin(statement.c.source_id)).where(*narrowing.of_event(statement, query, caller))
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


@remembered
def documents(query: DocumentFilter, caller: Caller) -> Rows:
    rows = seen_alone(caller, Document)
    selected = select(rows).where(
        *narrowing.equal(rows, query, "kind", "lifecycle", "ref"),
        *narrowing.of_language(rows.c.language, query.language),
        *narrowing.span(rows.c.published_from, query.published_from, query.published_to),
        *narrowing.since(rows, query),
        *narrowing.unmerged(rows, query),
    )
    for url in (query.url, query.canonical_url):
        if url is not None:
            selected = selected.where(func.digest_of(rows.c.page_key) == func.digest_of(page_keys.key(url)))
    if query.q:
        selected = selected.where(narrowing.words(rows.c.title, query.q))
    if query.publisher:
        selected = selected.where(
            narrowing.by_one_of(
                caller, rows, Document, "publisher_id", narrowing.ids_at(caller, Source, query.publisher)
            )
        )
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
    return select(rows).where(or_(*either), *narrowing.equal(rows, query, "relation", "state"))


@remembered
def every_document_link(query: EveryDocumentLinkQuery, caller: Caller) -> Rows:
    rows = seen_alone(caller, DocumentLink)
    selected = select(rows).where(*narrowing.equal(rows, query, "relation", "how_known", "state", "ref"))
    if query.min_score is not None:
        selected = selected.where(rows.c.score >= query.min_score)
    if query.event:
        events_wanted = narrowing.ids_at(caller, Event, query.event)
        # Those in which statements appear, and evidence; not, as in a search, those in which something was withdrawn.
        citing = [seen(caller, model) for model in (Appearance, AssessmentDocument)]
        cited = union(
            *(select(citation.c.document_id).where(citation.c.event_id.in_(events_wanted)) for citation in citing)
        ).subquery()
        kin = func.document_kin(cited.c.document_id)
        selected = selected.where(rows.c.from_id.in_(select(kin)), rows.c.to_id.in_(select(kin)))
    return selected
