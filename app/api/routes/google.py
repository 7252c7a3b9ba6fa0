from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.api.deps import GoogleReader, Route, Searching
from app.errors import NotOffered
from app.formats import google
from app.schemas.pictures.fact_checks import FactCheckedClaimSearchResponse, FactCheckQuery, GoogleError
from app.services import fact_checks

router = APIRouter(prefix=google.ROOT.rstrip("/"), tags=["fact-checks"], route_class=Route)
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": GoogleError, "description": "Refused, as Google's APIs do it."},
    "5XX": {"model": GoogleError, "description": "Failed, as Google's APIs do it."},
}


@router.get(
    "/claims:search",
    response_model=FactCheckedClaimSearchResponse,
    responses=_ERRORS,
    summary="Search fact-checked claims",
)
async def list_fact_checked_claims(
    query: Annotated[FactCheckQuery, Query()], caller: GoogleReader, session: Searching
) -> Response:
    """`claims:search` of the Google Fact Check Tools API: its clients work here when their host is changed.

    Only assessed claims. What is empty is left out, and errors have Google's shape.
    """
    claims, token = await fact_checks.page(session, caller, query)
    answer = google.claims(claims, token)
    indent = 2 if query.pretty_print else None
    return Response(
        answer.model_dump_json(by_alias=True, exclude_none=True, indent=indent), 200, None, "application/json"
    )


not_offered = APIRouter()  # without our route class: refused whatever parameters they come with


@not_offered.get("/claims:imageSearch", include_in_schema=False)
@not_offered.api_route("/pages", methods=["GET", "POST"], include_in_schema=False)
@not_offered.api_route("/pages/{page}", methods=["GET", "PUT", "DELETE"], include_in_schema=False)
async def refuse() -> Response:
    """The other methods: markup is kept by whoever publishes a page, and no pictures are looked at."""
    raise NotOffered("Of the Fact Check Tools API this service offers claims:search alone.")


router.include_router(not_offered)
