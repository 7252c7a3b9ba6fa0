"""Assessments: what reviewers, courts and desks say of a claim, in their own scheme."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from app.schemas.addresses import Address, EventsAsked, Reference
from app.schemas.common import SHORT_LIST_ITEMS, Input, Paging, RecordRead, Viewed, comma_separated, with_examples
from app.schemas.documents import DocumentIn
from app.schemas.fields import Language, Misfit, Moment, Number, PastTime, Ref, Url, Verbal, Wording
from app.schemas.forms.words import RatingIn, SchemeIn
from app.schemas.sources import SourceIn
from app.vocabulary import RATINGS, SETTLING_RATINGS, Rating, Scheme


class AssessmentFields(Input):
    ref: Ref | None = None
    label: Verbal | None = None
    """The author's own words for the rating, verbatim."""
    rating_value: Number | None = None
    best_rating: Number | None = None
    worst_rating: Number | None = None
    explanation: Wording | None = None
    url: Url | None = None
    language: Language | None = None
    made: PastTime | None = None
    settles: bool | None = None
    """This authority's word closes the question. Only for a rating that says the claim holds."""


class AssessmentCreate(AssessmentFields):
    """A reviewer's, court's or desk's rating of a claim."""

    model_config = with_examples(
        {
            "claim": "ref:warehouse",
            "author": {"name": "A fact-checking desk", "kind": "ngo"},
            "scheme": "claimreview",
            "rating": "unproven",
            "label": "No evidence yet",
            "url": "https://checks.example/1",
            "made": "2023-09",
            "documents": [{"url": "https://checks.example/evidence"}],
        }
    )

    claim: Reference
    author: SourceIn
    scheme: SchemeIn
    rating: RatingIn
    supersedes: Reference | None = None
    """The author's earlier one that this one replaces."""
    documents: Annotated[list[DocumentIn], Field(max_length=SHORT_LIST_ITEMS)] | None = None
    """The evidence it names. A report's document, in which the assessment stands, is among them."""

    @model_validator(mode="after")
    def _rating_fits_scheme(self) -> "AssessmentCreate":
        if self.rating not in RATINGS[self.scheme]:
            raise Misfit("rating", f"the ratings of {self.scheme} are {', '.join(RATINGS[self.scheme])}")
        if self.settles and self.rating not in SETTLING_RATINGS:
            raise Misfit("settles", f"only a rating of {', '.join(SETTLING_RATINGS)} settles a question")
        return self


class AssessmentChange(AssessmentFields):
    """A null empties a field. `documents` replaces the whole list."""

    model_config = with_examples({"explanation": "The permit was found.", "documents": []})

    scheme: SchemeIn | None = None
    rating: RatingIn | None = None
    author: Reference | None = None
    supersedes: Reference | None = None
    documents: Annotated[list[Reference], Field(max_length=SHORT_LIST_ITEMS)] | None = None


class AssessmentRead(RecordRead):
    """A reviewer's, court's or desk's rating of a claim."""

    event_id: UUID
    claim_id: UUID
    author_id: UUID
    scheme: Scheme
    rating: Rating
    label: str | None
    rating_value: float | None
    best_rating: float | None
    worst_rating: float | None
    explanation: str | None
    url: str | None
    language: str | None
    made: str | None
    made_from: datetime | None
    made_to: datetime | None
    settles: bool
    supersedes_id: UUID | None
    document_ids: list[UUID]


class AssessmentFilter(Input):
    """What narrows a list of assessments."""

    event: EventsAsked | None = None
    claim: Address | None = None
    author: Address | None = None
    scheme: SchemeIn | None = None
    rating: RatingIn | None = None
    settles: bool | None = None
    updated_since: Moment | None = None
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at", "made", "-made"] = "-created_at"


class AssessmentQuery(AssessmentFilter, Paging, Viewed):
    facets: Annotated[str, comma_separated("scheme", "rating", "language")] | None = None
    """Counts by any of these."""
