from starlette.responses import Response

from app import errors
from app.api import answers
from app.api.deps import Reader, Router, Session
from app.api.problems import documented
from app.schemas.lookups import Lookup, LookupList
from app.services import lookups

router = Router("lookup")


@router.post(
    "/lookup",
    response_model=LookupList,
    responses=documented(errors.TooLarge, errors.UnsupportedMediaType),
    summary="Look up many records",
)
async def look_up(data: Lookup, caller: Reader, session: Session) -> Response:
    """Which of up to 1,000 refs, ids and addresses are there already.

    No key is needed for what is public.
    """
    items = await lookups.find(session, caller, data.items)
    return answers.whole_list(LookupList(items=items))
