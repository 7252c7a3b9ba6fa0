"""Questions: points in dispute, open ones and quantities."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Discriminator, Tag, model_validator

from app import synonyms
from app.schemas.addresses import INLINE, REFERENCE, EventsAsked, Label, Reference, reference_or_text
from app.schemas.common import Input, Paging, RecordRead, Viewed, comma_separated, text_alone, with_examples
from app.schemas.fields import Language, Misfit, Moment, Name, Ref, Sentence, Unit
from app.schemas.forms.words import AnswerKindIn, MeasureIn, QuestionKindIn
from app.vocabulary import MEASURE_DEFAULTS, SINGLE_ANSWER_KINDS, AnswerKind, Measure, QuestionKind

TOLD: Final = ("kind", "evolving", "single_answer")
"""What need not be told of a question, and follows then."""


class QuestionFields(Input):
    ref: Ref | None = None
    text: Sentence | None = None
    """Needed if open. It also tells distances, durations, amounts and `other` apart."""
    language: Language | None = None
    kind: QuestionKindIn | None = None
    """Not told, it is what the measure is of, or `other`."""
    answer: AnswerKindIn | None = None
    """Default `quantity` where a measure is given, else `open`."""
    measure: MeasureIn | None = None
    subject: Name | None = None
    """Of what, where it is not people or the whole: `civilians`, `houses`."""
    unit: Unit | None = None
    """A default for every measure but `amount` and `other`."""
    evolving: bool | None = None
    """Its true value changes with time. Default: true for casualties."""
    single_answer: bool | None = None
    """Only one can be true. Default: true for cause, responsibility, identity and quantities."""


def _measure_or_text(words: str) -> str:
    """What a text alone says of a question: `killed` is no sentence."""
    return "text" if synonyms.meant("Measure", words) is None else "measure"


class QuestionCreate(QuestionFields):
    """A point in dispute: open, or the measure of something."""

    model_config = with_examples(
        {"text": "Was anything stored there without a permit?", "kind": "other", "language": "en"},
        {"measure": "killed"},
    )

    _alone = text_alone(_measure_or_text)

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
    Annotated[Reference, Tag(REFERENCE)] | Annotated[QuestionCreate, Tag(INLINE)], Discriminator(reference_or_text)
]


class QuestionChange(QuestionFields):
    """A null empties a field."""

    model_config = with_examples({"evolving": False, "kind": None})


def with_defaults(question: Mapping[str, Any]) -> dict[str, Any]:
    """What a question is, also where nobody told it: its kind, and the two flags that follow from that."""
    quantity = question["measure"] is not None
    kind = question["kind"] or (MEASURE_DEFAULTS[question["measure"]][0] if quantity else "other")
    evolving, single_answer = question["evolving"], question["single_answer"]
    return {
        "kind": kind,
        "evolving": quantity and kind == "casualties" if evolving is None else evolving,
        "single_answer": quantity or kind in SINGLE_ANSWER_KINDS if single_answer is None else single_answer,
    }


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
    told: list[Literal["kind", "evolving", "single_answer"]]
    """Which were told; others follow from measure and kind."""

    @model_validator(mode="before")
    @classmethod
    def _from_columns(cls, row: Any) -> Any:
        """A row of the table has nothing where nothing was told."""
        if not isinstance(row, Mapping) or "told" in row:
            return row
        return {**row, "told": [name for name in TOLD if row[name] is not None], **with_defaults(row)}


class QuestionFilter(Input):
    """What narrows a list of questions."""

    event: EventsAsked | None = None
    kind: QuestionKindIn | None = None
    answer: AnswerKindIn | None = None
    measure: MeasureIn | None = None
    """Questions of this measure, and figures."""
    subject: Name | None = None
    """Of what is counted: `aboard`."""
    q: Name | None = None
    """Words of the text."""
    updated_since: Moment | None = None
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = "created_at"


class QuestionQuery(QuestionFilter, Paging, Viewed):
    facets: Annotated[str, comma_separated("kind", "answer", "measure")] | None = None
    """Counts by any of these."""
