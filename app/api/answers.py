"""How results go out: one record with its ETag, one page with its links."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from app import threads
from app.api.headers import with_hint
from app.models import Record
from app.schemas import kinds
from app.schemas.common import Page, RecordRead, Remark, json_and_tag, names_tag
from app.schemas.pictures import compact, slices
from app.schemas.pictures.listed import ListedPage
from app.schemas.questions import QuestionRead
from app.schemas.reports import Similar
from app.schemas.sources import SourceRead
from app.services.idempotency import Replayed
from app.services.intake.bodies.outcomes import Effect, similar_sources
from app.services.intake.remarks import NOTHING_NEW
from app.services.lists.bearers import Bearers
from app.services.paging import Slice
from app.vocabulary import AnswerLanguage, AnswerView

# Answers are made here, as bytes, and not by FastAPI: it would validate every model again. The `response_model` of a
# route is for the description.
_JSON = "application/json"
_AN_HOUR: Final = "public, max-age=3600"
# Of these the answer to a write names those that may be the same.
COMPARED: Final = (QuestionRead, SourceRead)


class NotModified(Exception):  # noqa: N818  (no error: the caller has the answer)
    """The caller has the version with this ETag already. `main` has it answered with a 304."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self.headers = headers


def record(answer: BaseModel) -> Response:
    """Answer with one record, as bytes ready to send, with the ETag that a later If-Match names."""
    body, tag = json_and_tag(answer)
    return Response(body, 200, {"ETag": tag}, _JSON)


def _written(
    answer: BaseModel,
    remarks: Sequence[Remark],
    *,
    changed: bool,
    similar: Sequence[Similar],
    status: int = 200,
    location: str | None = None,
) -> Response:
    """Answer with one record, and with what was done: that is no part of the ETag, which is the record's."""
    body, tag = json_and_tag(answer)
    effects = {"changed": changed, "remarks": remarks} | ({"similar": similar} if type(answer) in COMPARED else {})
    body = f"{body[:-1]},{to_json(effects).decode()[1:]}"
    headers = {"ETag": tag} | ({"Location": location} if location else {})
    return Response(body, status, headers, _JSON)


def changed(answer: RecordRead, remarks: Sequence[Remark]) -> Response:
    """Answer with one record that was to be changed, and what there is to remark: also that all of it was as it is."""
    proposed = [source for sources in similar_sources(remarks).values() for source in sources]
    return _written(answer, remarks, changed=NOTHING_NEW not in remarks, similar=proposed)


async def picture(answer: BaseModel, tag: str, language: AnswerLanguage | None = None) -> Response:
    """Answer with a picture, which is written in a thread, as it may be large."""
    return written_picture(await threads.run(write_picture, answer), tag, language)


def written_picture(body: bytes, tag: str, language: AnswerLanguage | None = None) -> Response:
    """Answer with a picture, whose ETag is made of the heads of what it shows."""
    return Response(body, 200, {"ETag": tag, **_spoken(language)}, _JSON)


def write_picture(answer: BaseModel, view: AnswerView = "full") -> bytes:
    """The picture as it is sent. Nothing of it is left afterwards."""
    return slices.written_last(compact.written if view == "compact" else slices.written, answer)


def of_now(answer: BaseModel, language: AnswerLanguage) -> Response:
    """Answer with what changes with the clock, too; its ETag is that of its bytes."""
    return Response(slices.written(answer), 200, _spoken(language), _JSON)


def labels(answer: BaseModel, language: AnswerLanguage) -> Response:
    """Answer with what only a new release changes; its ETag is that of its bytes."""
    return Response(answer.model_dump_json(), 200, {"Cache-Control": _AN_HOUR, **_spoken(language)}, _JSON)


def check_modified(request: Request, tag: str, language: AnswerLanguage | None = None) -> None:
    """Raise NotModified if the caller has this version already, so that nothing need be loaded."""
    if names_tag(request.headers.get("If-None-Match"), tag):
        raise NotModified({"ETag": tag, **_spoken(language)})


def _spoken(language: AnswerLanguage | None) -> dict[str, str]:
    """The headers of an answer whose language the caller could choose."""
    return {} if language is None else {"Content-Language": language, "Vary": "Accept-Language"}


def stored(
    answer: RecordRead, is_new: bool, effect: Effect, remarks: Sequence[Remark], *, location: bool = True
) -> Response:
    """Answer with one record that was sent, and the remarks: 201 if anything is new, else 200.

    Where the record is stands in the answer if it is new itself.
    """
    url = kinds.url(type_of(answer), answer.id) if is_new and location else None
    status = 201 if effect.created else 200
    return _written(answer, remarks, changed=effect.changed, similar=effect.similar, status=status, location=url)


def type_of(answer: RecordRead) -> type[Record]:
    return kinds.read_as(type(answer)).model


def secret(answer: BaseModel, status: int = 200, location: str | None = None) -> Response:
    """Answer with what nobody may keep."""
    headers = {"Cache-Control": "no-store"} | ({"Location": location} if location else {})
    return Response(answer.model_dump_json(), status, headers, _JSON)


def parts(answer: BaseModel, *, created: bool) -> Response:
    """Answer with what became of the parts of a body: 201 if anything is new, else 200."""
    return Response(answer.model_dump_json(by_alias=True), 201 if created else 200, None, _JSON)


def whole_list(answer: BaseModel) -> Response:
    """Answer with a list that has no pages."""
    return Response(answer.model_dump_json(by_alias=True), 200, None, _JSON)


def page(
    request: Request,
    slice_: Slice,
    read: type[BaseModel],
    kind: type[Page[Any]] = Page[Any],
    *,
    view: AnswerView = "full",
    left_out: Collection[str] = (),
    **members: Any,
) -> Response:
    """Answer with one page, and the URLs of its neighbours in the body and in Link (RFC 8288).

    `left_out`: members of its items; `members`: what pages of this kind tell beside these.
    """
    urls = {name: _url(request, cursor) for name, cursor in (("next", slice_.next), ("prev", slice_.prev)) if cursor}
    records: list[Any] = [read.model_validate(row) for row in slice_.rows]
    answer = kind(items=records, total=slice_.total, facets=slice_.facets, **urls, **members)
    if view == "compact":
        body = compact.page_written(answer, read, left_out)
    else:
        body = slices.written(answer, exclude={"items": {"__all__": dict.fromkeys(left_out, True)}})
    headers = {"Link": ", ".join(f'<{url}>; rel="{name}"' for name, url in urls.items())} if urls else {}
    return Response(body, 200, headers, _JSON)


def listed(
    request: Request,
    slice_: Slice,
    read: type[BaseModel],
    expanded: Sequence[str],
    named: Bearers | None,
    *,
    view: AnswerView = "full",
) -> Response:
    """Answer with one page of records that have beside them what was `expanded`, and with who is `named`."""
    alone: type[BaseModel] = read.__base__  # type: ignore[assignment]
    bearers = named._asdict() if named else {}
    if not expanded:
        return page(request, slice_, alone, ListedPage, view=view, **bearers)
    left_out = read.model_fields.keys() - alone.model_fields.keys() - set(expanded)
    return page(request, slice_, read, ListedPage, view=view, left_out=left_out, **bearers)


async def not_modified(request: Request, error: Exception) -> Response:
    """Answer without a body: the handler of NotModified."""
    if not isinstance(error, NotModified):
        raise error
    return with_hint(request.scope, Response(status_code=304, headers=error.headers))


async def replay(_request: Request, error: Exception) -> Response:
    """Answer as before: the handler of Replayed."""
    if not isinstance(error, Replayed):
        raise error
    answer = error.answer
    return Response(answer.body, answer.status, answer.headers | {"Idempotency-Replayed": "true"})


def _url(request: Request, cursor: str) -> str:
    """The same list at another cursor."""
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*parameters, ('cursor', cursor)])}"
