"""Questions: points in dispute, open ones and quantities."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, Tag, model_validator

from app.schemas.addresses import INLINE, REFERENCE, EventAddress, Label, Reference, reference_or_inline
from app.schemas.common import Input, Paging, RecordRead, comma_separated, with_examples
from app.schemas.fields import Language, Misfit, Moment, Name, Ref, Sentence
from app.vocabulary import AnswerKind, Measure, QuestionKind


class QuestionFields(Input):
    ref: Ref | None = None
    text: Sentence | None = None
    """Needed for an open question. Part of what tells distances, durations, amounts and `other` apart."""
    language: Language | None = None
    kind: QuestionKind | None = None
    """Default: what the measure is of (casualties, damage, other); `other` for an open question."""
    answer: AnswerKind | None = None
    """Default `quantity` where a measure is given, else `open`."""
    measure: Measure | None = None
    subject: Name | None = None
    """Of what, where it is not people or the whole: `civilians`, `houses`."""
    unit: Name | None = None
    """A default for every measure but `amount` and `other`."""
    evolving: bool | None = None
    """Its true value changes with time, as a toll's does. Default: true for casualties."""
    single_answer: bool | None = None
    """Only one can be true. Default: true for cause, responsibility, identity and every quantity."""


class QuestionCreate(QuestionFields):
    """A point in dispute: open, or the measure of something."""

    model_config = with_examples(
        {"text": "Was anything stored there without a permit?", "kind": "other", "language": "en"},
        {"measure": "killed"},
    )

    label: Label | None = None

    @model_validator(mode="after")
    def _answerable(self) -> "QuestionCreate":
        if self.measure is None and self.text is None:
            raise Misfit("text", "a question needs a text, or a measure")
        if self.answer == "open" and self.measure is not None:
            raise Misfit("answer", "an open question has no measure")
        if self.answer == "quantity" and self.measure is None:
            raise Misfit("measure", "a quantity needs a measure")
        if self.measure is None and (self.subject or self.unit):
            raise Misfit("subject" if self.subject else "unit", "only a quantity has a subject or a unit")
        if self.measure in ("amount", "other") and self.unit is None:
            raise Misfit("unit", "amount and other need a unit")
        return self


QuestionIn = Annotated[
    Annotated[Reference, Tag(REFERENCE)] | Annotated[QuestionCreate, Tag(INLINE)], Discriminator(reference_or_inline)
]


class QuestionChange(QuestionFields):
    """What changes; a null empties a field."""

    model_config = with_examples({"evolving": False, "kind": None})


class QuestionRead(RecordRead):
    """A point in dispute."""

    event_id: UUID
    text: str | None
    language: str | None
    kind: QuestionKind
    answer: AnswerKind
    measure: Measure | None
    subject: str | None
    unit: str | None
    evolving: bool
    single_answer: bool


class QuestionFilter(Input):
    """What narrows a list of questions."""

    event: EventAddress | None = None
    kind: QuestionKind | None = None
    answer: AnswerKind | None = None
    measure: Measure | None = None
    q: Name | None = None
    """Words of the text."""
    updated_since: Moment | None = None
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = "created_at"


class QuestionQuery(QuestionFilter, Paging):
    facets: Annotated[str, comma_separated("kind", "answer", "measure")] | None = None
    """Counts by `kind`, `answer`, `measure`."""
