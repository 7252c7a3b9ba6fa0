"""What all schemas share: the bases of what comes in and of what goes out, records, pages and revisions."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Generic, Literal, Self, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    model_validator,
)

from app.schemas.addresses import EventAddress, Reference
from app.schemas.fields import PastTime, Prose, Unquoted, keep_unquoted
from app.schemas.forms.words import AnswerViewIn, WithdrawnByIn
from app.vocabulary import Operation, RemarkKind

T = TypeVar("T")


class Input(BaseModel):
    """What comes in. An unknown field is an error, so that a misspelt one is never lost."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _note_quotes(cls, sent: Any, make: ModelWrapValidatorHandler[Self]) -> Self:
        """Numbers, true and false may come as texts: whoever keeps them says so."""
        body = make(sent)
        if type(sent) is dict and not (quotable := _quotable(cls)).isdisjoint(sent):
            texts = {name: words for name, words in sent.items() if name in quotable and type(words) is str}
            if texts:
                keep_unquoted(body, {name: Unquoted(getattr(body, name), words) for name, words in texts.items()})
        return body


@cache
def _quotable(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a model that are numbers, or true or false."""
    types = {name: _plain_types(field.annotation) for name, field in model.model_fields.items()}
    return frozenset(name for name, plain in types.items() if not plain.isdisjoint((bool, int, float)))


def _plain_types(annotation: Any) -> set[Any]:
    """What a type is, if it is neither a list nor a dictionary: `float` of `Annotated[float, …] | None`."""
    if get_origin(annotation) is Annotated:
        return _plain_types(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*map(_plain_types, get_args(annotation)))
    return {annotation}


def text_alone(member: str | Callable[[str], str]) -> Any:
    """In a model: a text in place of the object is this member of it; of some, the words tell which one."""

    def in_object(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith(("{", "[")):
            raise ValueError("an object is needed here, and not a text that holds one")
        return {member if isinstance(member, str) else member(value): value}

    return model_validator(mode="before")(in_object)


class Output(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


def with_examples(*examples: dict[str, Any]) -> ConfigDict:
    """The examples of a body in the API's description. A test sends each of them, after the example of a report."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


# How many items a list in a body may have. Long: of claims, statements and whatever else one document brings many of.
SHORT_LIST_ITEMS: Final = 100
LONG_LIST_ITEMS: Final = 1000
CURSOR_CHARACTERS: Final = 4000


# --- answers ---------------------------------------------------------------------------------------------------------


def _to_hex(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    # The ledger has bytes as PostgreSQL writes them in JSON.
    return value.removeprefix("\\x") if isinstance(value, str) else value


HexDigest = Annotated[str, BeforeValidator(_to_hex)]


class Remark(Output):
    """What a write did with something that was given."""

    what: RemarkKind
    """`matched`: all of it was there, or it was found by likeness; `completed`: it filled a gap; `not_taken`: what is
    there says something else, and stays; `changed`: it was taken otherwise than it was given, or something else
    followed; `proposed`: it may be the same as something else, or made of it, which an editor decides; `removed`: only
    this report had it."""
    pointer: str
    """Where it stands in the body."""
    detail: str
    stored: Any = None
    """What is stored now; of what was replaced, what was."""
    sent: Any = None
    """What was given."""
    url: str | None = None
    """The record that this tells of; of what is `proposed`, the link's other end."""


CHANGED: Final = "Whether anything stored before was changed."


class RecordRead(Output):
    """What every record has."""

    id: UUID
    ref: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    redacted: Annotated[list[str], Field(examples=[["source_id"]])] = []
    """`record`: all of it was; else the fields that lead to what was."""


def entity_tag(content: bytes | str) -> str:
    """The strong ETag, quoted, of an answer that is decided by this: by its own JSON, or by what a picture is made of.

    Both are what one caller is shown, so that the tag holds for what each caller may see.
    """
    digest = hashlib.sha256(content.encode() if isinstance(content, str) else content)
    return f'"{digest.hexdigest()[:24]}"'


def json_and_tag(record: BaseModel) -> tuple[str, str]:
    """A record's JSON as it is answered, and the ETag of exactly that, which If-Match has to name."""
    body = record.model_dump_json()
    return body, entity_tag(body)


def names_tag(header: str | None, tag: str | None) -> bool:
    """Whether If-None-Match or If-Match names this ETag, or any. A proxy's `W/` is not held against it."""
    if header is None or tag is None:
        return False
    if header == tag:
        return True
    tags = {quoted.strip().removeprefix("W/") for quoted in header.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    # Not as docstrings: every kind of page would look for them in the sources again, for a tenth of a second.
    model_config = ConfigDict(from_attributes=True)

    items: list[T]
    next: Annotated[str | None, Field(description="Where the next page is; null on the last.")] = None
    prev: Annotated[str | None, Field(description="Where the page before is; null on the first.")] = None
    total: Annotated[int | None, Field(description="How many there are in all; only with `count=true`.")] = None
    facets: Annotated[
        dict[str, dict[str, int]] | None, Field(description="How many there are of each word; only with `facets=`.")
    ] = None


# A cursor holds the name of the query's class (services/paging): renaming one makes the cursors given out unreadable.
class Paging(Input):
    """A place in a list, and how much of it."""

    # Whoever asks for more than a page may have gets less, not a refusal; the bound only keeps it a sane number.
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """How many items a page has; more than 200 is cut to 200."""
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=CURSOR_CHARACTERS)] | None = None
    """Taken from `next` or `prev` of a page of the same list."""
    count: bool = False
    """Say how many there are in all."""


class Viewed(Input):
    """How much of each record is answered."""

    view: AnswerViewIn = "full"
    """`compact`: without nulls, bookkeeping and what is there twice."""


def comma_separated(*words: str) -> Any:
    """The type of a parameter that takes one or more of these words, with commas: `facets=kind,party`."""
    word = "|".join(words)
    # Each word stands once in it: the first `\b` leaves no comma before the first word, the others none after the last.
    return StringConstraints(pattern=rf"^\b(,?\b({word})\b)+$")


class Withdrawal(Input):
    """That a statement was taken back."""

    model_config = with_examples({"withdrawn": "2023-08-12", "reason": "He said that he had been misinformed"})

    withdrawn: PastTime
    """When it was taken back."""
    reason: Prose | None = None
    document: Reference | None = None
    """Where that is found."""
    by: WithdrawnByIn | None = None


class Merge(Input):
    model_config = with_examples({"into": "ref:the-one-that-stays"})

    into: EventAddress
    """The record that stays: an id, `ref:` and a ref, or an event's slug."""


class Revision(Output):
    """One version of a record, by whom and why."""

    position: str
    """The ledger's: its number and the beginning of its hash."""
    recorded_at: datetime
    actor: str
    reason: str | None
    op: Operation
    version: int
    digest: str
    """SHA-256 of the record and its salt, in hex."""
    record: dict[str, Any] | None
    """The record as it was (if deleted: the last), by column; null where it was redacted."""


class Redaction(Input):
    model_config = with_examples({"reason": "order of a court"})

    reason: Prose
    """Why; it is kept, and must not say what is redacted."""


class RedactionQuery(Input):
    everywhere: bool = False
    """With a source its wordings, with an event all in it."""
    dry_run: bool = False
    """Only say what would be done."""


class RedactedPart(Output):
    """A record that is touched, or looked at."""

    type: Annotated[str, Field(examples=["claim"])]
    id: UUID
    what: Literal["redacted", "deleted", "emptied", "names", "named"]
    """`redacted`: a mark is left. It `names` the source, or its history does (`named`)."""
    fields: Annotated[list[str], Field(examples=[["wording"]])] = []
    """Where."""


class RedactionRead(Output):
    counts: Annotated[dict[str, int], Field(examples=[{"redacted": 1}])]
    """How many records, by `what`."""
    records: list[RedactedPart]
    """A thousand touched ones, and a thousand others."""


class HistoryQuery(Paging):
    sort: Literal["position", "-position"] = "position"
