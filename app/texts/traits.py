"""What makes a source a named one, and what tells two of one name apart: what was given of both, and differs."""

from typing import Final, Protocol

from app.texts import folding
from app.texts.who import accounts, descriptions
from app.vocabulary import SOURCE_CLASSES, country_key


class Traits(Protocol):
    """What is known of a source."""

    @property
    def kind(self) -> str | None: ...
    @property
    def party(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def parent_id(self) -> object: ...
    @property
    def url(self) -> str | None: ...
    @property
    def external_ids(self) -> dict[str, str]: ...


_COMPARED: Final = ("party", "parent_id", "country", "url")
# What such a one is called is no description of somebody who is not named.
ALWAYS_NAMED: Final = ("outlet", "agency", "channel")
# What makes a name of any words: who is known by it is somebody.
KNOWN_BY: Final = ("ref", "url", "external_ids", "aliases", "parent_id")


def is_named(name: str | None, disclosure: str | None, kind: str | None) -> bool:
    """Whether a source is known by its name; others are known only by what they speak in.

    Once more in SQL, where many unnamed ones may have one description: `bearers` in services/intake/by_name.
    """
    return name is not None and ((disclosure or "named") == "named" or kind in ALWAYS_NAMED)


def describes(name: str, kind: str | None, side: str | None) -> str | None:
    """What a name that is none describes, as a disclosure.

    Signs and numbers may name an outlet or a channel, and so may the word for a body. `side`: its country or party, by
    which a body is known that every country has: the police.
    """
    name = folding.visible(name)
    if kind in ALWAYS_NAMED and descriptions.is_wordless(name):
        return None
    disclosure = descriptions.describes(name)
    is_body = disclosure == "role_only" and descriptions.is_any_body(name)
    if is_body and (kind in ALWAYS_NAMED or (side is not None and descriptions.is_any_country_s(name))):
        return None
    return disclosure


def contradict(first: Traits, second: Traits) -> bool:
    """Whether one of these was given of both and differs. `role` and kind change, and contradict nothing.

    A parent is compared as it is: expects that merges were followed.
    """
    return (
        differ(first.party, second.party)
        or differ(first.parent_id, second.parent_id)
        or (first.country != second.country and differ(country_key(first.country), country_key(second.country)))
        or any(differ(id_, second.external_ids.get(scheme)) for scheme, id_ in first.external_ids.items())
        or (first.url is not None and second.url is not None and accounts.differ(first.url, second.url))
    )


def in_common(first: Traits, second: Traits) -> int:
    """Of two that do not contradict each other how much was told of both."""
    told_of_both = [getattr(first, name) is not None and getattr(second, name) is not None for name in _COMPARED]
    return sum(told_of_both) + len(first.external_ids.keys() & second.external_ids)


def differ(first: object, second: object) -> bool:
    """Whether both are told, and are not the same."""
    return first is not None and second is not None and first != second


def class_of(kind: str | None) -> str | None:
    """People, bodies and so on. None: it was not told, and fits all."""
    return SOURCE_CLASSES[kind] if kind is not None else None


def of_one_class(*kinds: str | None) -> bool:
    return len({class_of(kind) for kind in kinds} - {None}) <= 1


def may_be_people(kind: str | None) -> bool:
    """Of whom middle names and titles are left out."""
    return class_of(kind) in (None, "people", "other")
