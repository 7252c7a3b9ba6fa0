"""Claims that were fact-checked: what is asked and answered as the Google Fact Check Tools API does.

The names are Google's (its discovery document for `factchecktools` v1alpha1), and so is what an answer leaves out: what
is empty.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.common import Input, Output, Paging
from app.schemas.fields import Language, Name, WholeNumber
from app.schemas.questions import QuestionRead

_INT32_MAX: Final = 2**31 - 1


def _none_if_empty(words: Any) -> Any:
    """What is empty was not given."""
    return None if words == "" else words


_PARAMETER_CHARACTERS: Final = 4000
_Parameter = Annotated[str, StringConstraints(max_length=_PARAMETER_CHARACTERS)]
_Int32 = Annotated[WholeNumber, Field(ge=0, le=_INT32_MAX)]


class FactCheckQuery(Input):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    query: Annotated[Name | None, BeforeValidator(_none_if_empty)] = None
    """Words, as in `/v1/search`. Needed unless `reviewPublisherSiteFilter` is given."""
    language_code: Annotated[Language | None, BeforeValidator(_none_if_empty)] = None
    """Of the review, else of the claim, without region and script."""
    review_publisher_site_filter: Annotated[Name | None, BeforeValidator(_none_if_empty)] = None
    """Only reviews on this host or one below it: `nytimes.com`."""
    max_age_days: _Int32 = 0
    """Only claims that were made or reviewed in so many days."""
    page_size: _Int32 = 0
    """10 if not given; more than 200 is cut to 200."""
    page_token: Annotated[_Parameter | None, BeforeValidator(_none_if_empty)] = None
    """The `nextPageToken` of the page before."""
    offset: _Int32 = 0
    """How many to leave out before the first page."""

    key: _Parameter | None = None
    """A key (`cc_…`), where no header can be sent; others are ignored."""
    # What Google's own clients send with every call. All but `prettyPrint` is taken and changes nothing.
    alt: Literal["json"] = "json"
    pretty_print: bool = True
    xgafv: Annotated[Literal["1", "2"], Field(alias="$.xgafv")] = "1"
    access_token: Annotated[_Parameter | None, Field(alias="access_token")] = None
    oauth_token: Annotated[_Parameter | None, Field(alias="oauth_token")] = None
    quota_user: _Parameter | None = None
    fields: Annotated[_Parameter | None, Field(alias="fields")] = None
    """Taken, but all fields are answered."""
    callback: _Parameter | None = None
    upload_type: _Parameter | None = None
    upload_protocol: Annotated[_Parameter | None, Field(alias="upload_protocol")] = None


class ReviewedQuery(Paging):
    """A query for fact-checks as our own lists take one."""

    words: str | None
    language: str | None
    """A first subtag of BCP 47: `en` for `en-GB`."""
    site: str | None
    days: int
    sort: Literal["-rank", "-reviewed"]


class Reviewed(Output):
    """One review, with whose it is and the title of its page, as far as they are known and may be."""

    review: AssessmentRead
    publisher: str | None
    publisher_url: str | None
    title: str | None


class FactChecked(Output):
    """A claim with its reviews, who first supported it, and when that was."""

    claim: ClaimRead
    question: QuestionRead | None
    claimant: str | None
    made: datetime | None
    reviews: list[Reviewed]


# --- as Google answers -----------------------------------------------------------------------------------------------


class _Google(Output):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Publisher(_Google):
    name: str | None = None
    site: str | None = None
    """The host of the review's URL, without `www.`."""


class ClaimReview(_Google):
    publisher: Publisher | None = None
    url: str | None = None
    title: str | None = None
    """Of the document at this URL, where it is known."""
    review_date: datetime | None = None
    textual_rating: str | None = None
    language_code: str | None = None


class FactCheckedClaim(_Google):
    """A claim with its reviews."""

    text: str | None = None
    claimant: str | None = None
    claim_date: datetime | None = None
    claim_review: list[ClaimReview] | None = None


class FactCheckedClaimSearchResponse(_Google):
    claims: list[FactCheckedClaim] | None = None
    next_page_token: str | None = None


class GoogleStatus(_Google):
    """What went wrong, as google.rpc.Status."""

    code: int
    message: str
    status: str
    details: list[dict[str, Any]]


class GoogleError(_Google):
    error: GoogleStatus
