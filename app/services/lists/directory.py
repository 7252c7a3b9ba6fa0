"""What narrows the lists of sources and documents and of the links between them, in plain ifs."""

from sqlalchemy import (
    ScalarSelect,
    Subquery,
    Text,
    any_,
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
    Source,
    SourceLink,
    Statement,
)
from app.services.access import Caller
from app.services.lists import narrowing
from app.services.lists.bound import BoundParameters, remembered
from app.services.lists.narrowing import Rows
from app.services.visibility import names_of_ends, seen, seen_alone


@remembered
def sources(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Source)
    selected = select(rows).where(
        *narrowing.equal(rows, bound, "kind", "disclosure", "ref"),
        *narrowing.among(rows, bound, "country"),
        *narrowing.since(rows, bound),
        *narrowing.unmerged(rows, bound),
    )
    if bound.q is not None:
        names = func.unnest(rows.c.names).table_valued("name").render_derived()
        holds = func.strpos(names.c.name, func.fold_name(bound.q)) > 0
        selected = selected.where(exists().select_from(names).where(holds))
    if bound.party is not None:
        selected = selected.where(narrowing.on_side(rows.c.id, caller, bound.party))
    if "party" in (bound.facets or "").split(","):
        sides = narrowing.on_sides(caller)
        selected = selected.outerjoin(sides, sides.c.id == rows.c.id).add_columns(sides.c.party.label("shown_party"))
    return selected.where(rows.c.parent_id == any_(bound.parent)) if bound.parent is not None else selected


@remembered
def source_links(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the source `owner`."""
    rows = seen_alone(caller, SourceLink)
    kin = select(func.source_kin(bound.owner))
    return select(rows, *names_of_ends(caller, rows)).where(
        or_(rows.c.from_id.in_(kin), rows.c.to_id.in_(kin)), *narrowing.equal(rows, bound, "state")
    )


@remembered
def every_source_link(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, SourceLink)
    selected = select(rows, *names_of_ends(caller, rows)).where(
        *narrowing.equal(rows, bound, "how_known", "state", "ref")
    )
    if bound.min_score is not None:
        selected = selected.where(rows.c.score >= bound.min_score)
    if bound.event is not None:
        statement = seen(caller, Statement)
        speakers = select(func.source_kin(statement.c.source_id)).where(*narrowing.of_event(statement, bound))
        selected = selected.where(rows.c.from_id.in_(speakers), rows.c.to_id.in_(speakers))
    if bound.sort == "-consequence":
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
def documents(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, Document)
    selected = select(rows).where(
        *narrowing.equal(rows, bound, "kind", "lifecycle", "ref"),
        *narrowing.of_language(rows.c.language, bound),
        *narrowing.span(rows.c.published_from, bound.published_from, bound.published_to),
        *narrowing.since(rows, bound),
        *narrowing.unmerged(rows, bound),
    )
    for page_key in (bound.url, bound.canonical_url):
        if page_key is not None:
            selected = selected.where(func.digest_of(rows.c.page_key) == func.digest_of(page_key))
    if bound.q is not None:
        selected = selected.where(narrowing.words(rows.c.title, bound.q))
    if bound.publisher is not None:
        published = narrowing.by_one_of(rows, Document, "publisher_id", bound.publisher)
        selected = selected.where(published)
    return selected


@remembered
def versions(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the document `owner`."""
    rows = seen_alone(caller, DocumentVersion)
    selected = select(rows).where(rows.c.document_id.in_(select(func.document_kin(bound.owner))))
    if bound.text:
        stored = select(DocumentVersion.text).where(DocumentVersion.id == rows.c.id).scalar_subquery()
        selected = selected.add_columns(stored.label("text"))
    return selected


@remembered
def document_links(bound: BoundParameters, caller: Caller) -> Rows:
    """Of the document `owner`."""
    rows = seen_alone(caller, DocumentLink)
    kin = select(func.document_kin(bound.owner))
    ends = {"from": rows.c.from_id.in_(kin), "to": rows.c.to_id.in_(kin)}
    either = [ends[bound.direction]] if bound.direction else list(ends.values())
    return select(rows).where(or_(*either), *narrowing.equal(rows, bound, "relation", "state"))


@remembered
def every_document_link(bound: BoundParameters, caller: Caller) -> Rows:
    rows = seen_alone(caller, DocumentLink)
    selected = select(rows).where(*narrowing.equal(rows, bound, "relation", "how_known", "state", "ref"))
    if bound.min_score is not None:
        selected = selected.where(rows.c.score >= bound.min_score)
    if bound.event is not None:
        # Those in which statements appear, and evidence; not, as in a search, those in which something was withdrawn.
        citing = [seen(caller, model) for model in (Appearance, AssessmentDocument)]
        cited = union(
            *(select(citation.c.document_id).where(*narrowing.of_event(citation, bound)) for citation in citing)
        ).subquery()
        kin = func.document_kin(cited.c.document_id)
        selected = selected.where(rows.c.from_id.in_(select(kin)), rows.c.to_id.in_(select(kin)))
    return selected
