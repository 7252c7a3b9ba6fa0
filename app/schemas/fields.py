"""The write boundary: every text, number, time, key and URL that comes in is checked here and nowhere else."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple, Self

import langcodes
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WrapValidator,
)
from pydantic_core import CoreSchema, core_schema

from app import times
from app.schemas import addresses, urls
from app.texts import countries, digits, languages
from app.texts.cleaning import block, clean, line
from app.vocabulary import (
    COUNTRY_PATTERN,
    DOCUMENT_TEXT_CHARACTERS,
    KEY_PATTERN,
    LANGUAGE_CHARACTERS,
    LANGUAGE_PATTERN,
    NAME_CHARACTERS,
    NUMBER_MAX,
    PERSONS,
    REF_PATTERN,
    SLUG_CHARACTERS,
    SLUG_PATTERN,
    TEXT_CHARACTERS,
    TIME_CHARACTERS,
    URL_CHARACTERS,
    WORDING_CHARACTERS,
)

# --- texts -----------------------------------------------------------------------------------------------------------

LANGUAGES_ASKED: Final = 20  # at once, where a language narrows what is asked for


@dataclass(frozen=True, slots=True)
class _Text:
    """A text made clean, and then measured: cleaning may empty it, and NFC makes it shorter or longer."""

    clean: Callable[[str], str]
    characters: int
    """How long it may be."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"minLength": 1, "maxLength": self.characters}

    def _check(self, words: str) -> str:
        words = self.clean(words)
        # Unicode's separators (Z) and its controls, formats and unassigned characters (C) show nothing.
        if all(unicodedata.category(character)[0] in "ZC" for character in words):
            raise ValueError("nothing that can be seen")
        if len(words) > self.characters:
            raise ValueError(f"longer than {self.characters} characters")
        return words


Name = Annotated[str, _Text(line, NAME_CHARACTERS)]
Sentence = Annotated[str, _Text(line, TEXT_CHARACTERS)]
Prose = Annotated[str, _Text(block, TEXT_CHARACTERS)]
# What somebody else has written in a few words, as it stands there.
Verbal = Annotated[str, _Text(block, NAME_CHARACTERS)]
Wording = Annotated[str, _Text(block, WORDING_CHARACTERS)]
# The text of a document is kept as it came: positions of quotations count its characters.
Verbatim = Annotated[str, _Text(clean, DOCUMENT_TEXT_CHARACTERS)]


class Misfit(ValueError):  # noqa: N818  (no failure of the program)
    """What is wrong between several members of an object, told at the one that says most."""

    def __init__(self, member: str, words: str) -> None:
        super().__init__(words)
        self.member = member


class Respelt(str):
    """A text that is kept in another form than it was given in: the answer to a write says so."""

    __slots__ = ("detail", "sent")
    detail: str
    sent: str

    def __new__(cls, words: str, sent: str, detail: str) -> Self:
        respelt = super().__new__(cls, words)
        respelt.sent, respelt.detail = sent, detail
        return respelt

    @property
    def value(self) -> str:
        """What is kept."""
        return str(self)


class Unquoted(NamedTuple):
    """A number, or true or false, that came as a text."""

    value: Any
    sent: str
    detail: str = "It came in quotes, and was taken without."


def respelt_in(value: Any, at: str) -> Iterator[tuple[str, Respelt | Unquoted]]:
    """What of a value is kept in another form, at any depth, each with its pointer; `at`: that of the value."""
    if type(value) in (Respelt, Unquoted):
        yield at, value
    elif isinstance(value, list):
        for nth, part in enumerate(value):
            yield from respelt_in(part, f"{at}/{nth}")
    elif isinstance(value, dict):
        for name, part in value.items():
            if type(name) is Respelt:
                yield f"{at}/{name.sent}", name
            yield from respelt_in(part, f"{at}/{name}")
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield from respelt_in(unquoted_in(value).get(name, getattr(value, name)), f"{at}/{name}")


# Where pydantic keeps private attributes. One that is declared costs each instance a call for each class that it comes
# from, which is a tenth of the time of reading a line; and pydantic's own way there as much as reading all members.
def keep_unquoted(body: BaseModel, unquoted: Mapping[str, Unquoted]) -> None:
    """Note of a body which of its members came in quotes."""
    private = body.__pydantic_private__ or {}
    object.__setattr__(body, "__pydantic_private__", private | {"_unquoted": unquoted})


def unquoted_in(body: BaseModel) -> Mapping[str, Unquoted]:
    """Of the members of a body those that came in quotes."""
    private = body.__pydantic_private__
    return private.get("_unquoted", _NONE_UNQUOTED) if private else _NONE_UNQUOTED


_NONE_UNQUOTED: Final[Mapping[str, Unquoted]] = {}


# --- numbers -------------------------------------------------------------------------------------------------------


def _number(value: Any) -> Any:
    """To Python, true and false are the numbers 1 and 0. A text that is a number is one."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")  # noqa: TRY004  (pydantic reports ValueErrors)
    if isinstance(value, str) and (number := digits.number(value)) is not None:
        return number
    return value


UnboundedNumber = Annotated[float, BeforeValidator(_number)]  # for what has bounds of its own
Number = Annotated[UnboundedNumber, Field(ge=-NUMBER_MAX, le=NUMBER_MAX, allow_inf_nan=False)]
Count = Annotated[float, BeforeValidator(_number), Field(ge=0, le=NUMBER_MAX, allow_inf_nan=False)]
WholeNumber = Annotated[int, BeforeValidator(_number)]
Score = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1, allow_inf_nan=False)]


# --- times ---------------------------------------------------------------------------------------------------------


_NO_MOMENT: Final = "a time with its offset from UTC is needed: 2023-08-09T13:24:00+03:00"
_BEGINS_WITH_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)


def _told_time(sent: str) -> str:
    """One that may lie ahead."""
    words = _read_time(sent)
    if times.is_epoch(words):
        raise ValueError(times.EPOCH)
    return words


def _past_time(sent: str) -> str:
    words = _read_time(sent)
    if why := times.impossible(words):
        raise ValueError(why)
    return words


def _read_time(sent: str) -> str:
    words = times.read(sent)
    return words if words == sent.strip() else Respelt(words, sent, "It is kept in the spelling of ISO 8601.")


def _written_time(words: Any) -> Any:
    """Pydantic would take a number for the seconds since 1970."""
    if isinstance(words, datetime):
        return words
    if not isinstance(words, str):
        raise ValueError(_NO_MOMENT)  # noqa: TRY004  (pydantic reports ValueErrors)
    words = times.plain(words)
    if _BEGINS_WITH_DATE.match(words):
        return words
    with suppress(ValueError):
        words = times.read(words)
    if not _BEGINS_WITH_DATE.match(words):
        raise ValueError(_NO_MOMENT)
    return words


def _in_utc(moment: datetime) -> datetime:
    if not 1000 <= moment.year <= 9998:  # noqa: PLR2004  (an offset can't carry these out of what a timestamp holds)
        raise ValueError("the year must be 1000 to 9998")
    return moment.astimezone(UTC)


def _told_moment(moment: datetime) -> datetime:
    if times.is_epoch_instant(moment):
        raise ValueError(times.EPOCH)
    return moment


def _past_moment(moment: datetime) -> datetime:
    if why := times.impossible_moment(moment):
        raise ValueError(why)
    return moment


# What the service reads itself, to tell what is wrong with it by parameter: a coarse time or, in `as_of`, a position.
# Answers echo it: with the plus that a URL may have lost.
TimeParameter = Annotated[str, StringConstraints(min_length=4, max_length=TIME_CHARACTERS), AfterValidator(times.plain)]
_CoarseWords = Annotated[
    str,
    StringConstraints(min_length=4, max_length=TIME_CHARACTERS),
    Field(
        description="A time as exact as it is known: an ISO 8601 date or time with offset, an EDTF date (`2023-08~`), "
        "or an interval of two, both ends known. One with a minute is that whole minute.",
        examples=["2023-08-09", "2023-08-09T13:24+03:00"],
    ),
]
# What narrows a list; what is told of an event; when something was said, published, made or withdrawn, which is past.
CoarseTime = Annotated[_CoarseWords, AfterValidator(times.read)]
ToldTime = Annotated[_CoarseWords, AfterValidator(_told_time)]
PastTime = Annotated[_CoarseWords, AfterValidator(_past_time)]
# The same of instants: what narrows a list; when to ask again; when something was read.
Moment = Annotated[AwareDatetime, BeforeValidator(_written_time), AfterValidator(_in_utc)]
ToldMoment = Annotated[Moment, AfterValidator(_told_moment)]
PastMoment = Annotated[Moment, AfterValidator(_past_moment)]


# --- keys, languages, countries, URLs --------------------------------------------------------------------------------


def _key(sent: Any, check: Callable[[Any], str]) -> str:
    """Without case, and with `_` where its words part: `Plane Crash` is `plane_crash`."""
    if not isinstance(sent, str):
        return check(sent)
    words = sent.casefold().split()
    key = check("_".join(words))
    return key if len(words) == 1 else Respelt(key, sent, "A key has no spaces.")


@lru_cache(maxsize=1024)
def _language(tag: str) -> str:
    """The tag in BCP 47's spelling: `zh-hans` as `zh-Hans`; of a language's name, where only one has it."""
    if not langcodes.tag_is_valid(tag):
        tag = languages.named(tag) or tag
    if not langcodes.tag_is_valid(tag):
        raise ValueError(f"not a language tag of BCP 47: `en`, `ru`, `zh-Hans`, `pt-BR`{languages.hint(tag)}")
    standard = langcodes.standardize_tag(tag)
    if not re.fullmatch(LANGUAGE_PATTERN, standard) or len(standard) > LANGUAGE_CHARACTERS:
        raise ValueError("not a language tag that can be kept: `en`, `ru`, `zh-Hans`, `pt-BR`")
    return standard


def _told_language(sent: str) -> str:
    tag = _language(sent)
    differs = tag.casefold() != sent.casefold().replace("_", "-")
    return Respelt(tag, sent, "BCP 47 has this tag for the language.") if differs else tag


def _told_languages(sent: str) -> str:
    tags = []
    for nth, tag in enumerate(map(str.strip, sent.split(",")), 1):
        try:
            tags.append(_language(tag))
        except ValueError as error:
            raise ValueError(f"{addresses.quoted(tag, nth)}: {error}") from None
    if len(tags) > LANGUAGES_ASKED:
        raise ValueError(f"more than {LANGUAGES_ASKED} languages are asked for")
    return ",".join(tags)


def _country_asked(words: Any) -> Any:
    """What was stored before there was a rule is found by the code that it has."""
    if not isinstance(words, str) or re.fullmatch(COUNTRY_PATTERN, code := words.strip().upper()):
        return code if isinstance(words, str) else words
    return countries.check(words)


def _country(words: str, info: ValidationInfo) -> str:
    """A code that an export brings back, with its record's id before it, stays what it was when it was stored."""
    if info.data.get("id") is not None and re.fullmatch(COUNTRY_PATTERN, words):
        return words
    code = countries.check(words)
    return code if code == words.strip().upper() else Respelt(code, words, f"ISO 3166-1 has {code} for this country.")


def _unit(sent: str, info: ValidationInfo) -> str:
    is_people = info.data.get("id") is None and sent.casefold() in ("people", "person")
    return Respelt(PERSONS, sent, "The unit of people is `persons`.") if is_people else sent


Key = Annotated[
    str,
    StringConstraints(pattern=KEY_PATTERN),
    WrapValidator(_key),
    Field(
        description="A key of your own choice: Latin letters a-z, digits, `_` and `-`. `Plane Crash` is `plane_crash`.",
        examples=["russia"],
    ),
]
Country = Annotated[
    str,
    AfterValidator(_country),
    Field(
        description="ISO 3166-1 alpha-2. Names are taken, too.",
        examples=["RU"],
        json_schema_extra={"pattern": COUNTRY_PATTERN},
    ),
]
# Of what is stored: older codes are found, too.
CountryAsked = Annotated[
    str,
    BeforeValidator(_country_asked),
    StringConstraints(pattern=COUNTRY_PATTERN),
    Field(description="ISO 3166-1 alpha-2.", examples=["RU"]),
]
Language = Annotated[
    str,
    StringConstraints(min_length=2, max_length=LANGUAGE_CHARACTERS),
    AfterValidator(_told_language),
    Field(description="A BCP 47 language tag.", examples=["en"]),
]
# What narrows by language: a tag, or several with commas.
Languages = Annotated[
    str,
    StringConstraints(min_length=2, max_length=LANGUAGES_ASKED * (LANGUAGE_CHARACTERS + 1)),
    AfterValidator(_told_languages),
    Field(description="BCP 47 language tags, with commas, any of which may fit.", examples=["ru,fr"]),
]
# Persons are counted, and have one name as a unit. A line of an export brings back what was stored.
Unit = Annotated[Name, AfterValidator(_unit)]
Url = Annotated[
    str,
    AfterValidator(lambda words: urls.check(clean(words).strip())),
    Field(examples=["https://example.org/news/1"], json_schema_extra={"minLength": 1, "maxLength": URL_CHARACTERS}),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=SLUG_CHARACTERS)]
Ref = Annotated[
    str,
    StringConstraints(pattern=REF_PATTERN),
    Field(description="Your own stable name for the record, unique among its type.", examples=["ria:2023-08-09:1"]),
]
_ExternalSystem = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
EXTERNAL_SYSTEMS: Final = 50  # at most, of one record
ExternalIds = Annotated[
    dict[_ExternalSystem, Name],
    Field(
        max_length=EXTERNAL_SYSTEMS,
        description="The record's ids elsewhere, by system.",
        examples=[{"wikidata": "Q4193"}],
    ),
]
# In a change, a null takes a member out.
ExternalIdsChange = Annotated[dict[_ExternalSystem, Name | None], Field(max_length=EXTERNAL_SYSTEMS)]
