"""Claims that somebody has assessed, found by their words, the language and the site of the review, and its age."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    RowMapping,
    Select,
    Subquery,
    Uuid,
    any_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import utcnow
from app.errors import Invalid
from app.models import Assessment, Claim, Document, Question, Record, Source, Statement, table_of
from app.schemas import urls
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.pages import page_keys
from app.schemas.pictures.fact_checks import FactChecked, FactCheckQuery, Reviewed, ReviewedQuery
from app.schemas.questions import QuestionRead
from app.services import paging
from app.services.access import Caller
from app.services.paging import Listing
from app.services.search import search
from app.services.visibility import seen
from app.texts import languages

_PAGE_SIZE: Final = 10
# Stands for a time that nobody says: before all others.
_EARLIEST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_MAX_AGE_DAYS: Final = 365_000  # more than is stored
_HOST: Final = re.compile(r"[^\s/?#@:\\]+\.[^\s/?#@:\\]+")


async def page(
    session: AsyncSession, caller: Caller, parameters: FactCheckQuery
) -> tuple[list[FactChecked], str | None]:
    """The claims of a page, and the token of the next. Raises Invalid or BadCursor."""
    if not parameters.query and not parameters.review_publisher_site_filter:
        raise Invalid.parameter("query", "it is needed unless reviewPublisherSiteFilter is given")
    query = ReviewedQuery(
        words=parameters.query,
        language=parameters.language_code or None,
        site=_site(parameters.review_publisher_site_filter) if parameters.review_publisher_site_filter else None,
        days=parameters.max_age_days,
        sort="-rank" if parameters.query else "-reviewed",
        limit=parameters.page_size or _PAGE_SIZE,
        cursor=parameters.page_token,
    )
    since = utcnow() - timedelta(days=min(query.days, _MAX_AGE_DAYS)) if query.days else None
    rows = _claims(_reviews(caller, query, since))
    if query.words:
        fitting = await search.claims(session, caller, query.words)
        if fitting is None:
            return [], None
        reviewed = rows.subquery()
        rows = select(reviewed.c.id, fitting.c.rank).join(fitting, fitting.c.id == reviewed.c.id)
    sorts = {name: name for name in ("rank", "reviewed")}
    claims = await paging.page(session, Listing(rows), sorts, query, skip=parameters.offset)
    ids = [row["id"] for row in claims.rows]
    return await _fact_checks(session, caller, _reviews(caller, query, since, ids), ids) if ids else [], claims.next


def _site(words: str) -> str:
    """The host that the filter names, also as an address."""
    site = urls.site(words if "://" in words else f"https://{words}")
    if site is None or not _HOST.fullmatch(site):
        raise Invalid.parameter("reviewPublisherSiteFilter", "a site is needed: nytimes.com")
    return site


# --- which fit -------------------------------------------------------------------------------------------------------


def _reviews(
    caller: Caller, query: ReviewedQuery, since: datetime | None, claim_ids: Sequence[UUID] | None = None
) -> Subquery:
    """The reviews that fit and that none supersedes, each with the claim that it is `about`, after merges.

    All of them, or those of these claims.
    """
    review, claim = seen(caller, Assessment), seen(caller, Claim)
    later = table_of(Assessment).alias()
    subject = case((claim.c.merged_into.is_(None), claim.c.id), else_=func.claim_root(claim.c.id))
    reviews = (
        select(review, subject.label("about"))
        .select_from(review.join(claim, claim.c.id == review.c.claim_id))
        .where(~exists().where(later.c.supersedes_id == review.c.id))
    )
    if query.language:
        tag = func.coalesce(review.c.language, claim.c.language)
        reviews = reviews.where(func.lower(func.split_part(tag, "-", 1)).in_(languages.codes(query.language)))
    if query.site:
        # Who is masked has an id that no row of the table has.
        author = table_of(Source).alias()
        home = select(author.c.url).where(author.c.id == review.c.author_id).correlate(review).scalar_subquery()
        address = case((review.c.url.is_not(None), review.c.url), else_=home)
        # Not the operator: for that the planner expects next to no rows, and loops over all claims for each.
        reviews = reviews.where(func.regexp_like(address, _on(query.site), "i"))
    if since is not None:
        reviews = reviews.where(or_(review.c.made_from >= since, _made_since(caller, claim, since)))
    if claim_ids is not None:
        reviews = reviews.where(review.c.claim_id.in_(select(func.claim_kin(_each(claim_ids)))))
    return reviews.subquery()


def _on(site: str) -> str:
    """A pattern of the addresses on a site and on those below it."""
    names = {site}
    with suppress(UnicodeError):
        names.add(site.encode().decode("idna"))
    hosts = "|".join(sorted(re.escape(name) for name in names))
    return rf"^https?://([^/?#:]+\.)?({hosts})(:[0-9]*)?([/?#]|$)"


def _each(ids: Sequence[UUID]) -> Any:
    return func.unnest(literal(list(ids), ARRAY(Uuid())))


def _made_since(caller: Caller, claim: Subquery, since: datetime) -> ColumnElement[bool]:
    """Whether a claim was first made then or later: asked of those whose review is too old.

    Most of these were themselves made before, and one date of a statement that an index finds says so.
    """
    statement, earlier = seen(caller, Statement), table_of(Statement).alias()
    when = _when(statement)
    kin = select(func.claim_kin(claim.c.id)).correlate(claim)
    first = (
        select(func.min(when.c.since))
        .select_from(statement.join(when, true()))
        .where(_makes(statement), statement.c.claim_id.in_(kin))
    )
    before = exists(
        select(earlier.c.id)
        .where(earlier.c.claim_id == claim.c.id, _makes(earlier), earlier.c.said_from < since)
        .correlate(claim)
    )
    return case((before, false()), else_=first.scalar_subquery() >= since)


def _makes(statement: FromClause) -> ColumnElement[bool]:
    """A claim is made by who supports it explicitly, and not only in a report that was taken back."""
    by_report = (func.coalesce(statement.c.withdrawn_by, "") == "document") | func.only_in_retracted(statement.c.id)
    return (statement.c.stance == "support") & (statement.c.explicitness == "explicit") & ~by_report


def _when(statement: Subquery) -> Any:
    """When each of these was said."""
    return func.effective_said(statement.c.id).table_valued("since", "until").lateral()


def _claims(reviews: Subquery) -> Select[*tuple[Any, ...]]:
    """Each claim once, with when it was last reviewed."""
    last = func.coalesce(func.max(reviews.c.made_from), _EARLIEST, type_=reviews.c.made_from.type)
    return select(reviews.c.about.label("id"), last.label("reviewed")).group_by(reviews.c.about)


# --- what is shown of them -------------------------------------------------------------------------------------------


async def _fact_checks(
    session: AsyncSession, caller: Caller, reviews: Subquery, ids: Sequence[UUID]
) -> list[FactChecked]:
    """These claims in this order, each with its reviews, the latest first."""
    claims = {row["id"]: ClaimRead.model_validate(row) for row in await _by_id(session, caller, Claim, ids)}
    counting = [claim.question_id for claim in claims.values() if claim.figure and claim.question_id]
    questions = {
        row["id"]: QuestionRead.model_validate(row) for row in await _by_id(session, caller, Question, counting)
    }
    latest_first = select(reviews, func.source_root(reviews.c.author_id).label("whose")).order_by(
        reviews.c.made_from.desc().nulls_last(), reviews.c.id.desc()
    )
    review_rows = (await session.execute(latest_first)).mappings().all()
    first_made = {row["id"]: row for row in (await session.execute(_first(caller, ids))).mappings()}
    source_ids = [row[name] for row in [*review_rows, *first_made.values()] for name in ("author_id", "whose")]
    sources = {row["id"]: row for row in await _by_id(session, caller, Source, list(filter(None, source_ids)))}
    titles = await _titles(session, caller, [row["url"] for row in review_rows if row["url"]])

    reviews_by_claim: dict[UUID, list[Reviewed]] = defaultdict(list)
    for row in review_rows:
        source = _whose(sources, row)
        reviews_by_claim[row["about"]].append(
            Reviewed(
                review=AssessmentRead.model_validate(row),
                publisher=source.get("name"),
                publisher_url=source.get("url"),
                title=titles.get(page_keys.key(row["url"])) if row["url"] else None,
            )
        )
    return [
        FactChecked(
            claim=claims[id_],
            question=questions.get(claims[id_].question_id) if claims[id_].question_id else None,
            claimant=_whose(sources, first_made[id_]).get("name") if id_ in first_made else None,
            made=first_made[id_]["since"] if id_ in first_made else None,
            reviews=reviews_by_claim[id_],
        )
        for id_ in ids
    ]


async def _by_id(
    session: AsyncSession, caller: Caller, model: type[Record], ids: Sequence[UUID]
) -> Sequence[RowMapping]:
    if not ids:
        return []
    rows = seen(caller, model)
    return (await session.execute(select(rows).where(rows.c.id.in_(ids)))).mappings().all()


def _whose(sources: Mapping[UUID, RowMapping], row: RowMapping) -> Mapping[str, Any]:
    """The source of a row, as what it was merged into, if the caller may see that."""
    for id_ in (row["whose"], row["author_id"]):
        if id_ in sources:
            return {**sources[id_]}
    return {}


def _first(caller: Caller, ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    """When each claim was first made, and by which source with a name."""
    claim = select(_each(ids).label("id")).subquery()
    kin = select(func.claim_kin(claim.c.id).label("id")).lateral()
    statement, source = seen(caller, Statement), table_of(Source).alias()
    when = _when(statement)
    order = (when.c.since.asc().nulls_last(), statement.c.created_at, statement.c.id)
    names = func.array_agg(aggregate_order_by(source.c.id, *order), type_=ARRAY(Uuid()))
    first_source = names.filter(source.c.name.is_not(None))[1]
    first = (
        select(claim.c.id, func.min(when.c.since).label("since"), first_source.label("author_id"))
        .select_from(
            claim.join(kin, true())
            .join(statement, (statement.c.claim_id == kin.c.id) & _makes(statement))
            .join(when, true())
            .outerjoin(source, source.c.id == statement.c.source_id)
        )
        .group_by(claim.c.id)
        .subquery()
    )
    return select(first, func.source_root(first.c.author_id).label("whose"))


async def _titles(session: AsyncSession, caller: Caller, addresses: Sequence[str]) -> dict[str, str]:
    """The titles of the documents at these addresses, by page key."""
    if not addresses:
        return {}
    rows = seen(caller, Document)
    digests = [hashlib.sha256(page_keys.key(url).encode()).digest() for url in addresses]
    at_address = func.digest_of(rows.c.page_key) == any_(literal(digests, ARRAY(LargeBinary())))
    found_rows = await session.execute(
        select(rows.c.page_key, rows.c.title)
        .where(at_address, rows.c.title.is_not(None))
        .order_by(rows.c.created_at.desc(), rows.c.id.desc())
    )
    return {row.page_key: row.title for row in found_rows}
