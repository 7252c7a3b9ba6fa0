from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api import answers
from app.api.deps import Reader, Router, Searching
from app.api.problems import documented
from app.schemas.search import Hit, HitPage, SearchQuery, SimilarList, SimilarQuery
from app.services.search import other_words, search, similar_to_text

router = Router("search")


@router.get("/search", response_model=HitPage, responses=documented(), summary="Search")
async def list_hits(
    request: Request, query: Annotated[SearchQuery, Query()], caller: Reader, session: Searching
) -> Response:
    """Events, claims, statements and documents by their words, the best first.

    Words are compared by their stems in the language of each text, without accents and case. `other_words`
    proposes what the same claims say in other languages.
    """
    slice_, latest = await search.page(session, caller, query)
    proposals = await other_words.in_other_languages(session, caller, slice_.rows, query.language)
    return answers.page(request, slice_, Hit, HitPage, other_words=proposals, latest=latest)


@router.get("/claims/similar", response_model=SimilarList, responses=documented(), summary="Find similar claims")
async def list_similar_claims(query: Annotated[SimilarQuery, Query()], caller: Reader, session: Searching) -> Response:
    """Claims that say nearly the same as a text.

    Ranked by how alike the words are.
    """
    return answers.whole_list(SimilarList.model_validate({"items": await similar_to_text.page(session, caller, query)}))
