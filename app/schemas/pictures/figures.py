"""The figures of one event as series, ready to plot."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.schemas.common import Output
from app.schemas.fields import Name
from app.schemas.forms.words import MeasureIn
from app.schemas.pictures.dossiers import PictureQuery, SaidBy
from app.schemas.sources import SourceRead
from app.vocabulary import Measure, Qualifier, WithdrawnBy

PointState = Literal[
    "current", "order_unknown", "replaced", "outdated", "predicted", "withdrawn", "superseded", "retracted"
]


class FiguresQuery(PictureQuery):
    measure: MeasureIn | None = None
    """Questions of this measure, and figures."""
    subject: Name | None = None
    """Of what is counted: `aboard`."""


class PointRead(Output):
    """One figure that somebody gave."""

    statement_id: UUID
    claim_id: UUID
    source_id: UUID | None
    """Null: a document says it in nobody's name."""
    text: str
    said: str | None
    """In the statement's words; null where it has no time of its own."""
    effective: str
    effective_from: datetime
    effective_to: datetime
    effective_by: SaidBy
    qualifier: Qualifier
    min: float | None
    max: float | None
    low: float | None
    """The least that the words allow: of `more than 5` persons 6; null: nothing is said of the number."""
    high: float | None
    of_id: UUID | None
    """The figure that it is a part of."""
    part: bool
    """It is a part of another figure, and stands beside the series."""
    state: PointState
    """Unless the question is `evolving`, every figure that stands is current."""
    ended: str | None
    """When it ceased to stand, in the record's words."""
    superseded_by: UUID | None
    withdrawn_reason: str | None
    withdrawn_by: WithdrawnBy | None
    preliminary: bool | None


class SeriesRead(Output):
    """What one family gave, in the order in which it was said."""

    family_id: UUID | None
    """The source or document that they go by; null for nobody's."""
    name: str
    """The name to show."""
    party: str | None
    points: list[PointRead]


class StepRead(Output):
    """What could be said from this moment until the next step."""

    at: datetime
    low: float | None
    """Null: no figure stands, or none says anything of the number."""
    high: float | None
    """Null alone: no upper end."""
    figures: int
    """How many statements are current."""
    disputed: bool
    """Two of them, of different families, can't both be true."""


class QuantityRead(Output):
    """One question of quantity, and all figures given to it."""

    question_id: UUID
    text: str | None
    heading: str
    measure: Measure
    subject: str | None
    unit: str
    evolving: bool
    single_answer: bool
    series: list[SeriesRead]
    envelope: list[StepRead]


class FiguresRead(Output):
    """Who gave which number when, and the range left open."""

    position: str
    as_of: str | None
    hint: str | None
    said_before: str | None
    event_id: UUID
    questions: list[QuantityRead]
    sources: dict[UUID, SourceRead]
    parties: dict[str, str]
    """What the parties are called in the language of the answer."""
    countries: dict[str, str]
    """Names by ISO 3166-1 codes, in the language of the answer."""
