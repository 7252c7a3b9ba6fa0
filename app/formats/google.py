"""Answers as the Google Fact Check Tools API gives them, its errors included."""

from collections.abc import Sequence
from typing import Any, Final

from app.errors import Problem
from app.schemas import urls
from app.schemas.pictures.fact_checks import (
    ClaimReview,
    FactChecked,
    FactCheckedClaim,
    FactCheckedClaimSearchResponse,
    Publisher,
    Reviewed,
)

ROOT: Final = "/v1alpha1/"
# Names of google.rpc.Code, by the status that its answers have.
_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_UNPROCESSABLE: Final = 422
_ABOUT: Final = "type.googleapis.com/google.rpc"


def claims(fact_checks: Sequence[FactChecked], token: str | None) -> FactCheckedClaimSearchResponse:
    """One page of claims; `token` leads to the next."""
    return FactCheckedClaimSearchResponse(
        claims=[_claim(fact_check) for fact_check in fact_checks] or None, next_page_token=token
    )


def _claim(fact_check: FactChecked) -> FactCheckedClaim:
    return FactCheckedClaim(
        text=_text(fact_check),
        claimant=fact_check.claimant,
        claim_date=fact_check.made,
        claim_review=[_review(review) for review in fact_check.reviews],
    )


def _text(fact_check: FactChecked) -> str | None:
    """A figure with its question, for alone it says nothing: `Injured (civilians): at least 31`."""
    if fact_check.claim.figure is None or fact_check.question is None:
        return fact_check.claim.text
    question = fact_check.question
    measure = question.text or (question.measure or "").replace("_", " ").capitalize()
    subject = f" ({question.subject})" if question.subject else ""
    return f"{measure}{subject}: {fact_check.claim.text}"


def _review(reviewed: Reviewed) -> ClaimReview:
    review = reviewed.review
    address = review.url or reviewed.publisher_url
    site = urls.site(address) if address else None
    return ClaimReview(
        publisher=Publisher(name=reviewed.publisher, site=site) if reviewed.publisher or site else None,
        url=review.url,
        title=reviewed.title,
        review_date=review.made_from,
        textual_rating=review.label or review.rating.replace("_", " ").capitalize(),
        language_code=review.language,
    )


def error(problem: Problem, request_id: str) -> tuple[int, dict[str, Any]]:
    """The status and body of a failure; each of its `errors` becomes a violation of a field."""
    code = 400 if problem.status == _UNPROCESSABLE else problem.status
    message = problem.detail or problem.explanation
    errors: Any = problem.extra.get("errors") or []
    violations = [{"field": violation.get("parameter", ""), "description": violation["detail"]} for violation in errors]
    details: list[dict[str, Any]] = [{"@type": f"{_ABOUT}.RequestInfo", "requestId": request_id}]
    if violations:
        message = "; ".join(
            f"Invalid value at '{violation['field']}': {violation['description']}" for violation in violations[:10]
        )
        details.insert(0, {"@type": f"{_ABOUT}.BadRequest", "fieldViolations": violations})
    status = _STATUS.get(code, "INVALID_ARGUMENT" if code < 500 else "INTERNAL")  # noqa: PLR2004
    return code, {"error": {"code": code, "message": message, "status": status, "details": details}}
