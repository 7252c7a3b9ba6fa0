"""Statements and claims of a list with what they point at, and the flat rows of them."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from pydantic import Field

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.common import Page
from app.schemas.documents import DocumentRead
from app.schemas.events import EventRead
from app.schemas.pictures.dossiers import DocumentPicture, StatementPicture
from app.schemas.pictures.side_maps import SideMap
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead


class StatementListed(StatementRead):
    """A statement with what `expand` names."""

    event: EventRead | None = None
    question: QuestionRead | None = None
    """What it is about, or what its claim answers."""
    claim: ClaimRead | None = None
    source: SourceRead | None = None
    appearance: AppearanceRead | None = None
    """Its words in `document`."""
    document: DocumentRead | None = None
    """Where it was published first."""


class ClaimListed(ClaimRead):
    """A claim with what `expand` names."""

    event: EventRead | None = None
    question: QuestionRead | None = None


_Named = Annotated[
    list[SourceRead] | None,
    Field(description="Who bears the name that `source` was: all are meant."),
]


_MayBeSame = Annotated[
    list[SourceRead] | None,
    Field(description="Who may be one with those, by a link that is proposed; not meant."),
]


class ListedPage(Page[Any]):
    """As both are answered."""

    named: _Named = None
    may_be_same: _MayBeSame = None


class StatementPage(Page[StatementListed]):
    named: _Named = None
    may_be_same: _MayBeSame = None


class ClaimPage(Page[ClaimListed]):
    named: _Named = None
    may_be_same: _MayBeSame = None


class StatementInList(NamedTuple):
    """A statement of a table over many events, with what it is about."""

    event: EventRead
    question: QuestionRead | None
    heading: str
    """The question's, as it is shown; empty where there is none."""
    claim: ClaimRead | None
    """With the text of its figure."""
    statement: StatementPicture


class StatementsInList(NamedTuple):
    statements: list[StatementInList]
    sources: SideMap
    documents: Mapping[UUID, DocumentPicture]


class AssessmentInList(NamedTuple):
    """An assessment of a table over many events, with the claim that it is of."""

    event: EventRead
    question: QuestionRead | None
    heading: str
    claim: ClaimRead
    assessment: AssessmentRead


class AssessmentsInList(NamedTuple):
    assessments: list[AssessmentInList]
    sources: SideMap
    documents: Mapping[UUID, DocumentPicture]
