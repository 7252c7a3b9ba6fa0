"""Claims: propositions in words, and figures that answer questions of quantity; and how they stand to each other."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, GetJsonSchemaHandler, PrivateAttr, WrapValidator, model_validator
from pydantic_core import CoreSchema

from app import synonyms
from app.schemas.addresses import Address, EventsAsked, Label, Reference, SourceAsked, means_a_record
from app.schemas.common import (
    LONG_LIST_ITEMS,
    SHORT_LIST_ITEMS,
    Input,
    Output,
    Paging,
    RecordRead,
    Viewed,
    comma_separated,
    text_alone,
    with_examples,
)
from app.schemas.fields import Count, Key, Language, Languages, Misfit, Moment, Name, Prose, Ref, Respelt
from app.schemas.forms import numbers
from app.schemas.forms.words import ClaimRelationIn, MeasureIn, QualifierIn, StancesIn
from app.schemas.questions import QuestionCreate, QuestionIn
from app.schemas.statements import StatementInClaim
from app.vocabulary import ClaimRelation, Qualifier

_WITH_ONE_NUMBER = ("exact", "about")
_WITH_MIN = ("at_least", "more_than")
_WITH_MAX = ("at_most", "fewer_than")
_MIN_ABOVE_MAX: Final = "min is above max: the lower number is min"
_BETWEEN: Final = "Two numbers without a qualifier were taken as `between`."


def _one_of_each(translations: Any, check: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    by_tag = check(translations)
    if isinstance(translations, dict) and len(by_tag) < len(translations):
        raise ValueError("two of these tags are one language: give one text for it")
    return by_tag


Translations = Annotated[dict[Language, Prose], Field(max_length=SHORT_LIST_ITEMS), WrapValidator(_one_of_each)]
TranslationsChange = Annotated[
    dict[Language, Prose | None], Field(max_length=SHORT_LIST_ITEMS), WrapValidator(_one_of_each)
]


class Figure(Input):
    """A number as it was said.

    exact and about have one, between two, at_least and more_than a min, at_most and fewer_than a max; several, tens,
    dozens, hundreds, thousands, unknown, none and all have none; all needs `of`. A min and another max without a
    qualifier are `between`. Of persons, buildings and items, the units of what is counted unless its question tells
    another, none is a half.
    """

    _alone = model_validator(mode="before")(numbers.figure)

    qualifier: QualifierIn = "exact"
    min: Count | None = None
    max: Count | None = None
    of: Reference | None = None
    """The figure that it is a part of: 19 of the 31, or all of them."""

    _taken_as_between: bool = PrivateAttr(default=False)

    @property
    def qualifier_as_taken(self) -> str:
        """The qualifier; one that was not told says so in the answer."""
        return (
            Respelt(self.qualifier, f"{self.min:.15g} and {self.max:.15g}", _BETWEEN)
            if self._taken_as_between
            else self.qualifier
        )

    @model_validator(mode="after")
    def _between_two_numbers(self) -> "Figure":
        if self.min is None or self.max is None:
            return self
        is_told = "qualifier" in self.model_fields_set
        if self.min > self.max and (self.qualifier == "between" or not is_told):
            raise Misfit("max", _MIN_ABOVE_MAX)
        if self.min != self.max and not is_told:
            self.qualifier, self._taken_as_between = "between", True
        return self

    @model_validator(mode="after")
    def _fits_its_qualifier(self) -> "Figure":
        low, high = self.min, self.max
        if self.qualifier in _WITH_ONE_NUMBER:
            # One number may come as min, max or both; kept as both, it is compared like any range.
            self.min = self.max = high if low is None else low
            if self.min is None or high not in (None, self.min):
                words = f"{self.qualifier} needs one number, as min, max or both; two are `between`"
                raise Misfit("min" if self.min is None else "max", words)
        elif self.qualifier == "between":
            if low is None or high is None:
                raise Misfit("min" if low is None else "max", "between needs min and max")
        elif self.qualifier in _WITH_MIN:
            if low is None or high is not None:
                put = f": put {high:.15g} in min" if low is None and high is not None else ""
                raise Misfit("min" if low is None else "max", f"{self.qualifier} needs min, and no max{put}")
        elif self.qualifier in _WITH_MAX:
            if high is None or low is not None:
                put = f": put {low:.15g} in max" if high is None and low is not None else ""
                raise Misfit("max" if high is None else "min", f"{self.qualifier} needs max, and no min{put}")
        elif low is not None or high is not None:
            raise Misfit("max" if low is None else "min", f"{self.qualifier} has no number")
        return self


class _NumberOr:
    """For the description: a number may stand here, too, and a text."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [handler(schema), {"type": ["number", "string"], "description": "`74`, `at least 20`."}]}


FigureIn = Annotated[Figure, _NumberOr()]


class FigureChange(Input):
    """The members of a figure that change."""

    _alone = model_validator(mode="before")(numbers.whole_figure)

    qualifier: QualifierIn | None = None
    min: Count | None = None
    max: Count | None = None
    of: Reference | None = None


class ClaimFields(Input):
    ref: Ref | None = None
    text: Prose | None = None
    """The proposition in words; none for a figure."""
    language: Language | None = None
    translations: Translations | None = None
    """The text in other languages, by tag."""
    accuses: Key | None = None
    """The party that the claim accuses."""


def _text_of_claim(words: str) -> str:
    if means_a_record(words):
        raise ValueError("a claim is described here: an object, or its text; what is stored is named by a statement")
    return "text"


class ClaimCreate(ClaimFields):
    """A proposition: words or a figure; with who says so, if you like."""

    model_config = with_examples(
        {
            "text": "A drone hit the factory",
            "question": {"text": "What caused the explosion?", "kind": "cause"},
            "statements": [
                {
                    "source": {"name": "An eyewitness", "kind": "witness"},
                    "said": "2023-08-09T13:00+03:00",
                    "wording": "Something flew in.",
                    "quoted": True,
                    "document": {"url": "https://news.example/eyewitness", "published": "2023-08-09"},
                },
                {"source": {"name": "Sergei Pakhomov", "kind": "official"}, "stance": "deny"},
            ],
        },
        {
            "question": {"measure": "injured"},
            "figure": {"qualifier": "at_least", "min": 45},
            "statements": [{"source": {"name": "Health ministry", "kind": "authority"}}],
        },
    )

    _alone = text_alone(_text_of_claim)

    label: Label | None = None
    question: QuestionIn | None = None
    """What it answers."""
    figure: FigureIn | None = None
    statements: Annotated[list[StatementInClaim], Field(max_length=LONG_LIST_ITEMS)] | None = None

    @model_validator(mode="after")
    def _text_or_figure(self) -> "ClaimCreate":
        if (self.text is None) == (self.figure is None):
            raise Misfit(*_neither_or_both(self.figure is None))
        if self.figure is not None and self.question is None:
            raise Misfit("question", "a figure needs its question: what does it measure?")
        heading = (
            self.question.text if isinstance(self.question, QuestionCreate) and not self.question.measure else None
        )
        if self.figure is not None and (why := synonyms.why_refused("Measure", heading or "")):
            raise Misfit("question", f"a figure answers a measure: {why}")
        # A line of an export may say only in a later line what it is all of.
        all_of_nothing = self.figure is not None and self.figure.qualifier == "all" and self.figure.of is None
        if all_of_nothing and getattr(self, "id", None) is None:
            raise Misfit("figure/of", numbers.ALL_OF_WHAT)
        return self


def _neither_or_both(figureless: bool) -> tuple[str, str]:
    """Where it is told that a claim has no text and no figure, or both, and what is right."""
    if figureless:
        return "text", "a claim needs a text or a figure"
    return "figure", (
        "a claim needs a text or a figure, and not both: of a figure leave out the text, and tell what it counts by "
        'its question, {"measure": "killed"}'
    )


class ClaimChange(ClaimFields):
    """A null empties a field. `merged_into: null` alone undoes a merge."""

    model_config = with_examples({"accuses": "russia", "translations": {"de": "Im gemieteten Lager begann es"}})

    question: Reference | None = None
    translations: TranslationsChange | None = None  # type: ignore[assignment]
    figure: FigureChange | None = None
    merged_into: None = None


# By qualifier: the words alone, and before what is counted.
_VAGUE: Final[dict[str, tuple[str, str]]] = {
    "several": ("several", "several"),
    "tens": ("tens", "tens of"),
    "dozens": ("dozens", "dozens of"),
    "hundreds": ("hundreds", "hundreds of"),
    "thousands": ("thousands", "thousands of"),
    "unknown": ("an unknown number", "an unknown number of"),
    "none": ("none", "no"),
}


def figure_words(qualifier: str, low: float | None, high: float | None, *, counted: bool = False) -> str:
    """A figure in English: `at least 22`, `5 to 7`, `dozens`; `counted`: what is counted follows (`dozens of`).

    Of `all` the numbers are the range of its whole, as far as that is known.
    """
    if qualifier in _VAGUE:
        return _VAGUE[qualifier][counted]
    if qualifier == "all":
        return _all_of(low, high)
    numbers = " to ".join(f"{number:,.15g}" for number in dict.fromkeys((low, high)) if number is not None)
    return numbers if qualifier in ("exact", "between") else f"{qualifier.replace('_', ' ')} {numbers}"


def _all_of(low: float | None, high: float | None) -> str:
    """`all`, `all 10`, `all (9 to 11)`."""
    if low is None:
        return "all"
    if low == high:
        return f"all {low:,.15g}"
    qualifier = "at_least" if high is None else "between" if low else "at_most"
    return f"all ({figure_words(qualifier, low or None, high)})"


def as_given(text: str | None, *, figure: object, preliminary: bool | None) -> str | None:
    """The text of a claim with what a statement says of its figure: `31 injured, preliminary`."""
    return f"{text}, preliminary" if figure is not None and preliminary else text


class FigureRead(Output):
    """A number as it was said; `all` has the range of what it is all of."""

    qualifier: Qualifier
    min: float | None
    max: float | None
    of_id: UUID | None


class ClaimRead(RecordRead):
    """A proposition in dispute, or a figure."""

    event_id: UUID
    question_id: UUID | None
    text: str | None
    """The proposition in words; for a figure composed of it."""
    language: str | None
    translations: dict[str, str]
    accuses: str | None
    figure: FigureRead | None
    merged_into: UUID | None

    @model_validator(mode="before")
    @classmethod
    def _from_columns(cls, row: Any) -> Any:
        """A row of the table has the figure's parts side by side."""
        if not isinstance(row, Mapping) or "qualifier" not in row:
            return row
        values = dict(row)
        # Without its question; with it `derive/rules/figures` says what is counted, too.
        if values["qualifier"] is not None:
            values["figure"] = {name: values[name] for name in FigureRead.model_fields}
            redacted = "record" in (values.get("redacted") or ())
            words = figure_words(values["qualifier"], values["min"], values["max"])
            values["text"] = f"[redacted {str(values['id'])[-12:]}]" if redacted else words
        else:
            values["figure"] = None
        return values


class ClaimLinkCreate(Input):
    """How one claim stands to another."""

    model_config = with_examples({"from": "ref:in-hospital", "relation": "refines", "to": "ref:injured"})

    ref: Ref | None = None
    from_: Annotated[Reference, Field(alias="from")]
    relation: ClaimRelationIn
    to: Reference


class ClaimLinkChange(Input):
    model_config = with_examples({"relation": "compatible"})

    ref: Ref | None = None
    relation: ClaimRelationIn | None = None


class ClaimLinkRead(RecordRead):
    """How one claim stands to another."""

    event_id: UUID
    from_id: UUID
    to_id: UUID
    relation: ClaimRelation


class ClaimFilter(Input):
    """What narrows a list of claims."""

    event: EventsAsked | None = None
    question: Address | None = None
    q: Name | None = None
    """Words of the text."""
    language: Languages | None = None
    """Its own, or that of a translation; several with commas."""
    accuses: Key | None = None
    measure: MeasureIn | None = None
    """Questions of this measure, and figures."""
    subject: Name | None = None
    """Of what is counted: `aboard`."""
    stance: StancesIn | None = None
    """Some source takes this stance toward it, or one of these."""
    source: SourceAsked | None = None
    """This source says something about it."""
    updated_since: Moment | None = None
    ref: Ref | None = None
    merged: bool = False
    """Also those that were merged into others."""
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = "-created_at"


class ClaimQuery(ClaimFilter, Paging, Viewed):
    expand: Annotated[str, comma_separated("event", "question")] | None = None
    """What each claim points at, in full beside it, with commas."""
    facets: Annotated[str, comma_separated("language", "accuses", "qualifier")] | None = None
    """Counts by any of these."""


class ClaimLinkQuery(Paging):
    relation: ClaimRelationIn | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"
