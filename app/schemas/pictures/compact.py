"""Answers with `view=compact`: what a page shows, under the names that it has in full, and no more.

Left out is what is null, what keeps the books, what the place of a record says already (in a dossier the event and the
claim of a statement), what stands there in other words, and of what is mostly empty or false that it is.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel

from app.schemas.assessments import AssessmentRead
from app.schemas.common import RecordRead
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.pictures import slices
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    ClaimTie,
    DossierRead,
    QuestionPicture,
    SilenceRead,
    StatementPicture,
)
from app.schemas.pictures.listed import ClaimListed, StatementListed
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead

_LEFT_OUT: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {
    RecordRead: ("ref", "version", "created_at", "updated_at"),
    # What a time covers: its words say so.
    EventRead: ("occurred_from", "occurred_to"),
    DocumentRead: ("published_from", "published_to", "retracted_from", "retracted_to", "canonical_url"),
    AssessmentRead: ("made_from", "made_to"),
    StatementRead: ("said_from", "said_to", "withdrawn_from", "withdrawn_to"),
    SilenceRead: ("since_to",),
    QuestionRead: ("told",),
    VersionRead: ("document_id", "sha256", "http_status"),
    # Where the words stand in the text that was read.
    AppearanceRead: ("event_id", "statement_id", "version_id", "report_id", "selector"),
    HopRead: ("id", "ref"),
    # In a dossier: `heading`, `why`, `effective` and `origins` say the same.
    QuestionPicture: ("event_id", "text", "reasons"),
    ClaimPicture: ("event_id", "question_id", "reasons"),
    ClaimTie: ("id",),
    StatementPicture: ("event_id", "question_id", "claim_id", "said", "effective_to", "family_id"),
    AssessmentPicture: ("event_id", "claim_id"),
}
_IF_EMPTY: Final = (
    *("aliases", "answers", "assessments", "beside", "external_ids", "hops", "joined_by", "links", "settled_by"),
    *("redacted", "tags", "translations"),
)
_IF_FALSE: Final = ("confidential", "evolving", "placed", "quoted", "settles", "single_answer", "superseded")
# None of them is its object's first member; and within a text every quotation mark has a backslash before it.
_NOTHING: Final = re.compile(rf',"(?:(?:{"|".join(_IF_EMPTY)})":(?:\[\]|\{{\}})|(?:{"|".join(_IF_FALSE)})":false)')
# What may be asked for so.
_ANSWERS: Final[tuple[type[BaseModel], ...]] = (
    *(DossierRead, EventRead, SourceRead, DocumentRead, QuestionRead, AssessmentRead, ClaimListed, StatementListed),
)


def written(answer: BaseModel) -> bytes:
    """Its JSON."""
    return _written(answer, _excluded(type(answer)))


def page_written(page: BaseModel, read: type[BaseModel], unasked: Iterable[str]) -> bytes:
    """The JSON of a page; `read`: what its items are; `unasked`: which of their members are not asked for."""
    of_each = _excluded(read) | dict.fromkeys(unasked, True)
    return _written(page, _excluded(type(page)) | {"items": {"__all__": of_each}})


def _written(answer: BaseModel, excluded: Mapping[str, Any]) -> bytes:
    parts = slices.of(answer, exclude=excluded, without_null=True)
    return b"".join(_NOTHING.sub("", part).encode() for part in parts)


def may_lack(model: type[BaseModel]) -> set[str]:
    """Which members an answer of this kind, or of one that extends it, may lack."""
    kinds = [kind for kind in _LEFT_OUT if issubclass(model, kind) or issubclass(kind, model)]
    members = {name for kind in kinds for name in _LEFT_OUT[kind]}
    is_part = any(issubclass(part, model) or issubclass(model, part) for part in _parts())
    return members.union(_IF_EMPTY, _IF_FALSE) if is_part else members


@cache
def _parts() -> frozenset[type[BaseModel]]:
    """All kinds of objects in these answers."""
    parts: set[type[BaseModel]] = set()
    waiting = list(_ANSWERS)
    while waiting:
        model = waiting.pop()
        if model not in parts:
            parts.add(model)
            waiting += [part for field in model.model_fields.values() for part in _models(field.annotation)]
    return frozenset(parts)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


@cache
def _excluded(model: type[BaseModel]) -> dict[str, Any]:
    """What is left out of it, at any depth, as pydantic is told."""
    names = {name for kind, of_kind in _LEFT_OUT.items() if issubclass(model, kind) for name in of_kind}
    members = {name: _inside(field.annotation) for name, field in model.model_fields.items()}
    return dict.fromkeys(names, True) | {name: part for name, part in members.items() if part and name not in names}


def _inside(annotation: Any) -> dict[str, Any]:
    """Of a list or a map what is left out of each in it; of what may be null, of what it is else."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _excluded(annotation)
    excluded = next((excluded for part in get_args(annotation) if (excluded := _inside(part))), {})
    return {"__all__": excluded} if excluded and get_origin(annotation) in (list, dict) else excluded
