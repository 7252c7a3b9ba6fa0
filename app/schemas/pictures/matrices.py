"""Who has taken which stance on which question: the matrix, a picture of one event."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.schemas.addresses import Address
from app.schemas.common import Output
from app.schemas.pictures.dossiers import PictureQuery, SilenceRead
from app.schemas.sources import SourceRead
from app.vocabulary import Measure, QuestionKind, Stance, Status

ColumnsBy = Literal["party", "source"]


class MatrixQuery(PictureQuery):
    question: Address | None = None
    """Only this question of the event."""
    by: ColumnsBy = "party"
    """What the columns are: sides, or the sources that speak."""


class MatrixColumn(Output):
    """A side, or a source. Sources of no side share a column, and so do nobody's words."""

    label: str
    party: str | None
    source_id: UUID | None
    """By source; null: nobody's words, or an accused party that has said nothing."""
    family_id: UUID | None
    """By source: its family."""


class SaidAt(Output):
    """When a statement was made."""

    said: str
    said_from: datetime
    said_to: datetime
    statement_id: UUID


class MatrixStance(Output):
    """One stance of one column on one question."""

    statements: int
    first: SaidAt
    last: SaidAt
    claim_ids: list[UUID]
    """The claims that it is taken toward."""
    source_ids: list[UUID]
    """Who takes it; nobody's words have none."""


class MatrixCell(Output):
    column: int
    """Its place in `columns`, from 0."""
    stances: dict[Stance, MatrixStance]
    beside: dict[Stance, int]
    """Implied, inferred or predicted statements that stand, which do not count."""
    silence: SilenceRead | None
    """It has not answered, or is accused and has said nothing."""


class MatrixRow(Output):
    question_id: UUID | None
    """Null: the claims that answer no question."""
    text: str | None
    heading: str | None
    kind: QuestionKind | None
    measure: Measure | None
    subject: str | None
    status: Status | None
    cells: list[MatrixCell]
    """In the order of `columns`."""


class MatrixRead(Output):
    """Question by question: which side, or source, says what, or has not answered."""

    position: str
    as_of: str | None
    hint: str | None
    said_before: str | None
    event_id: UUID
    by: ColumnsBy
    columns: list[MatrixColumn]
    """By label; the one of no side, or of nobody, last."""
    rows: list[MatrixRow]
    """The questions as in the dossier."""
    claims: dict[UUID, str | None]
    """The texts of the claims in the cells."""
    sources: dict[UUID, SourceRead]
    parties: dict[str, str]
    """What the parties are called in the language of the answer."""
    countries: dict[str, str]
    """Names by ISO 3166-1 codes, in the language of the answer."""
