import re
from typing import Annotated, Final, Literal

from fastapi import Path, Query, Request
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from app import errors
from app.api import answers
from app.api.deps import NEVER_KEPT, Admin, Connected, KeptSession, Reader, Router
from app.api.problems import documented
from app.api.records import READ
from app.database import Signature
from app.errors import Invalid
from app.schemas.addresses import ADDRESS_PATTERN, EventAddress
from app.schemas.common import HistoryQuery, Page, Redaction, RedactionQuery, RedactionRead, Revision
from app.schemas.kinds import KINDS
from app.services import paging, records
from app.services.redaction import redacting

router = Router("history")
_ALL_BY_PATH: Final = {kind.path: kind for kind in KINDS}
# Those that have an address of their own.
_BY_PATH: Final = {path: kind for path, kind in _ALL_BY_PATH.items() if kind.read is not None and kind.part_of is None}


class RecordPath(Convertor[str]):
    """Where records of a kind are: every other word is no path of ours."""

    regex = "|".join(_BY_PATH)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class KindPath(RecordPath):
    """The same of every kind."""

    regex = "|".join(_ALL_BY_PATH)


register_url_convertor("records", RecordPath())
register_url_convertor("kinds", KindPath())
RecordsAt = Annotated[
    Literal[
        "sources",
        "source-links",
        "documents",
        "document-links",
        "events",
        "event-links",
        "questions",
        "claims",
        "claim-links",
        "statements",
        "appearances",
        "assessments",
    ],
    Path(alias="records", description="Of which kind."),
]
RecordAt = Annotated[EventAddress, Path(description="Which of them.")]


@router.get("/{records:records}/{record}/history", response_model=Page[Revision], responses=READ)
async def list_history(  # noqa: PLR0917
    request: Request,
    kind_path: RecordsAt,
    record: RecordAt,
    query: Annotated[HistoryQuery, Query()],
    caller: Reader,
    session: KeptSession,
) -> Response:
    """The versions of a record, deleted or not."""
    kind = _BY_PATH[kind_path]
    if "slug" not in kind.columns and re.fullmatch(ADDRESS_PATTERN, record) is None:
        raise Invalid.parameter("record", "an id, or `ref:` and a ref, is needed")
    record_id = await records.id_of(session, caller, kind.model, record)
    page = await paging.page(session, records.history(caller, kind.model, record_id), {"position": "seq"}, query)
    return answers.page(request, page, Revision)


@router.post(
    "/{records:kinds}/{record}/redact",
    response_model=RedactionRead,
    dependencies=[NEVER_KEPT],
    responses=documented(errors.Forbidden, errors.NotFound, errors.TooLarge, errors.UnsupportedMediaType),
)
async def redact_record(  # noqa: PLR0917
    request: Request,
    kind_path: Annotated[str, Path(alias="records", description="As above, or `versions`.", examples=["sources"])],
    record: RecordAt,
    data: Redaction,
    query: Annotated[RedactionQuery, Query()],
    caller: Admin,
    database: Connected,
) -> Response:
    """Take what a record says out of the tables and the ledger, for good."""
    signature = Signature(caller.name, request.scope["state"]["request_id"], data.reason)
    redaction = await redacting.redact(database, signature, _ALL_BY_PATH[kind_path], record, query)
    return answers.parts(redaction, created=False)
