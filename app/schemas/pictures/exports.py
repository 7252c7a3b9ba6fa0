"""What exports take and tell beside the records and pictures that they are made of."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.schemas.addresses import EventsAsked
from app.schemas.assessments import AssessmentFilter
from app.schemas.common import Input, Output
from app.schemas.events import EventFilter
from app.schemas.forms.words import AnswerLanguageIn
from app.schemas.pictures.diffs import StandingMoved, StatusMoved
from app.schemas.pictures.dossiers import PictureQuery
from app.schemas.statements import StatementFilter
from app.vocabulary import Measure, PlacePrecision, Status, Visibility

_Columns = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4_000),
    Field(description="Only these columns, in this order, with commas.", examples=["event,source,claim,said"]),
]


class JsonLdQuery(PictureQuery):
    """The moment, and the language."""

    lang: AnswerLanguageIn = "en"
    """Of headings, figures and sentences."""


class TableQuery(Input):
    """For which program a table is, and in which language."""

    lang: AnswerLanguageIn = "en"
    """Of headings, figures and sentences."""
    safe: bool = False
    """An apostrophe before every text that a spreadsheet would take for a formula."""
    bom: bool = False
    """A byte order mark first, for Excel."""


class CsvQuery(JsonLdQuery, TableQuery):
    """The moment, and for which program."""

    columns: _Columns | None = None


class EventsCsvQuery(EventFilter, TableQuery):
    """Which events, and for which program."""

    event: EventsAsked | None = None
    columns: _Columns | None = None


class MapQuery(EventFilter):
    """Which events, and in which language."""

    lang: AnswerLanguageIn = "en"
    """Of headings, figures and sentences."""


class ColumnsQuery(TableQuery):
    columns: _Columns | None = None


class AssessmentsTableQuery(AssessmentFilter, ColumnsQuery):
    """Which assessments, and for which program."""


class StatementsTableQuery(StatementFilter, ColumnsQuery):
    """Which statements, and for which program."""


class Point(Output):
    """RFC 7946: longitude first."""

    type: Literal["Point"] = "Point"
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]


class Toll(Output):
    """One kind of casualties, by the last figures that stand."""

    question_id: UUID
    measure: Measure
    subject: str | None
    """Of whom: `children`; null: of all."""
    says: str | None
    """In short: `31`, `at least 9`; null: there is no figure."""
    min: float | None
    """The least that they allow; null: nothing is said of the number."""
    max: float | None
    """The most; null: no limit, or nothing is said."""
    status: Status
    """Where its question stands."""


class EventDigest(Output):
    """An event in a few numbers, as its dossier has them now."""

    statuses: dict[Status, int]
    """How many of its questions stand where."""
    tolls: list[Toll]
    """In the order of the dossier."""


class EventProperties(Output):
    """An event, and how much is said of it."""

    ref: str | None
    slug: str
    title: str
    summary: str | None
    language: str | None
    kind: str | None
    occurred: str | None
    occurred_from: datetime | None
    occurred_to: datetime | None
    place_name: str | None
    country: str | None
    place_precision: PlacePrecision | None
    """How exact the point is."""
    parent_id: UUID | None
    visibility: Visibility
    tags: list[str]
    external_ids: dict[str, str]
    merged_into: UUID | None
    created_at: datetime
    updated_at: datetime
    questions: int
    """With those of events merged into it."""
    claims: int
    statements: int
    assessments: int
    statuses: dict[Status, int] | None
    """How many of its questions stand where. Null, like `tolls`, after events with some 10,000 statements together:
    filter for fewer events."""
    tolls: list[Toll] | None
    """What is said of its casualties."""


class EventFeature(Output):
    """An event as a point on a map (RFC 7946)."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Point | None
    """Null where the event has no coordinates."""
    properties: EventProperties


class EventCollection(Output):
    """Events on a map."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[EventFeature]
    bbox: Annotated[list[float] | None, Field(examples=[[22, 44, 40, 53]])] = None
    """West, south, east, north of its points; not there without any."""


class DayMoves(Output):
    """What one day of recording did to standings and statuses: its end compared with its beginning."""

    day: str
    at: datetime
    """When the last change of that day was recorded."""
    standings: list[StandingMoved]
    statuses: list[StatusMoved]
