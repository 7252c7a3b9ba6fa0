"""How a path or a body names a record: by its id, `ref:` and its ref, an event's slug, or a label of the same body."""

import re
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.schemas import urls
from app.vocabulary import NAME_CHARACTERS, REF_PATTERN, SLUG_PATTERN

_UUID_PATTERN: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_REF_ADDRESS: Final = "ref:" + REF_PATTERN.strip("^$")
_LABEL: Final = "#[A-Za-z0-9._:~@-]{1,100}"
ADDRESS_CHARACTERS: Final = len("ref:") + 200
ADDRESS_PATTERN: Final = f"^({_UUID_PATTERN}|{_REF_ADDRESS})$"
EVENT_ADDRESS_PATTERN: Final = f"^({_UUID_PATTERN}|{_REF_ADDRESS}|{SLUG_PATTERN.strip('^$')})$"
REFERENCE_PATTERN: Final = f"^({_UUID_PATTERN}|{_REF_ADDRESS}|{_LABEL})$"
LABEL_PATTERN: Final = f"^{_LABEL}$"

Address = Annotated[
    str,
    StringConstraints(pattern=ADDRESS_PATTERN, max_length=ADDRESS_CHARACTERS),
    Field(description="A record: its id, or `ref:` and its ref."),
]
EventAddress = Annotated[
    str,
    StringConstraints(pattern=EVENT_ADDRESS_PATTERN, max_length=ADDRESS_CHARACTERS),
    Field(description="An event: its id, its slug, or `ref:` and its ref."),
]

Reference = Annotated[
    str,
    StringConstraints(pattern=REFERENCE_PATTERN),
    Field(
        description="Another record: its id, `ref:` and its ref, or a `#label` of the same body.",
        examples=["ref:ria:2023-08-09:1"],
    ),
]
Label = Annotated[
    str,
    StringConstraints(pattern=LABEL_PATTERN),
    Field(description="A name for this part, for references in the same body.", examples=["#31"]),
]


# Tags of the unions of a reference and what describes the record. Pydantic writes them into the location of an error,
# where no field is called so.
REFERENCE: Final = "<reference>"
INLINE: Final = "<inline>"
NAME: Final = "<name>"
# Words that lead to a record, or were meant to: all others are the name of a source. An id without its hyphens, or with
# `urn:uuid:` before it, is nobody's name.
_MEANS_A_RECORD: Final = re.compile(
    r"ref:|#|\s*(urn:uuid:|\{)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?\s*$", re.IGNORECASE
)


def _source_asked(words: str) -> str:
    """Refuse what means a record and can't be one: taken for a name it would find nobody."""
    if not words.startswith("#") and _MEANS_A_RECORD.match(words) and not re.fullmatch(ADDRESS_PATTERN, words):
        raise ValueError("a record is its id, or ref: and its ref; all other words are a name")
    if "\0" in words:
        raise ValueError("no name has the character NUL")
    return words


SourceAsked = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NAME_CHARACTERS),
    AfterValidator(_source_asked),
    Field(
        description="An id, `ref:` and a ref, or a whole name or alias, in any case: all sources that bear it.",
        examples=["TASS"],
    ),
]


_EVENTS_ASKED: Final = 100  # at most, of one list
# What is no longer than this, and has only what addresses are made of, is named where it is refused.
_NAMED: Final = re.compile(r"[\w.:~@-]{1,60}")


def quoted(word: str, nth: int) -> str:
    """One of several words of a parameter, for a sentence that refuses it."""
    return f"`{word}`" if _NAMED.fullmatch(word) else f"number {nth} of the list"


def _events_asked(words: str) -> str:
    event_addresses = [address.strip() for address in words.split(",")]
    if len(event_addresses) > _EVENTS_ASKED:
        raise ValueError(f"more than {_EVENTS_ASKED} events are named")
    for nth, address in enumerate(event_addresses, 1):
        if re.fullmatch(EVENT_ADDRESS_PATTERN, address) is None:
            raise ValueError(
                f"{quoted(address, nth)} names no event: that is done by an id (a UUID), by a slug, such as "
                "zagorsk-2023, or by ref: and a ref"
            )
    return ",".join(event_addresses)


EventsAsked = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4_000),
    AfterValidator(_events_asked),
    Field(
        description="Events: ids, slugs, or `ref:` and a ref, with commas. At most 100.",
        examples=["zagorsk-2023,pokrovsk-2023"],
    ),
]


def means_a_record(words: str) -> bool:
    """Whether a text leads to a record, or was meant to."""
    return _MEANS_A_RECORD.match(words) is not None


def reference_or_text(value: Any) -> str:
    """The tag: whether the record is named, or described in place, be it by a text alone."""
    return REFERENCE if isinstance(value, str) and means_a_record(value) else INLINE


def reference_name_or_inline(value: Any) -> str:
    """The tag where a name alone describes the record, too."""
    if isinstance(value, str):
        return REFERENCE if means_a_record(value) else NAME
    return INLINE


def reference_or_url(value: Any) -> str:
    """The tag where an address of the web alone describes the record, too."""
    return INLINE if not isinstance(value, str) or urls.is_meant(value) else REFERENCE


class ParsedAddress(NamedTuple):
    """What an address may mean: an id could be a slug, too, and goes first then."""

    id: UUID | None = None
    ref: str | None = None
    slug: str | None = None
    label: str | None = None
    """With its `#`."""


def parse(address: str) -> ParsedAddress:
    if address.startswith("ref:"):
        return ParsedAddress(ref=address.removeprefix("ref:"))
    if address.startswith("#"):
        return ParsedAddress(label=address)
    try:
        return ParsedAddress(id=UUID(address), slug=address)
    except ValueError:
        return ParsedAddress(slug=address)


def is_name(words: str) -> bool:
    """Whether what asks for a source is a name, and no id or ref."""
    return re.fullmatch(ADDRESS_PATTERN, words) is None
