"""Numbers and figures that come as a text, where it can be read in one way."""

import re
from typing import Any, Final

from app import synonyms
from app.schemas.fields import Respelt
from app.texts import digits

_NUMBER: Final = r"\d[\d.,'\u2019\u00a0\u202f ]*k?"
_FIRST_NUMBER: Final = _NUMBER.replace("*", "*?")  # what stands behind it begins as soon as it can
_RANGE: Final = re.compile(
    rf"(?:([^\W\d_]+)\s+)?({_FIRST_NUMBER})\s*(-|\u2013|\u2014|[^\W\d_]+)\s*({_NUMBER})", re.IGNORECASE
)
# What begins a range, and what stands between its ends then. Without a beginning it is a dash or what follows `from`.
_BETWEEN: Final = {
    "between": "and", "entre": "et y e", "zwischen": "und", "tra": "e", "fra": "e", "między": "a i", "между": "и",
    "між": "і та й", "بين": "و",
}  # fmt: skip
_FROM: Final = {
    "from": "to", "de": "à a", "von": "bis", "da": "a", "od": "do", "от": "до", "від": "до", "من": "إلى الى",
}  # fmt: skip
_DASHES: Final = ("-", "\u2013", "\u2014")
_JOINING: Final = frozenset((*_DASHES, *" ".join(_FROM.values()).split()))
_THOUSAND: Final = re.compile(r"(.*\d)\s*k", re.IGNORECASE)
# To half of Europe a thousand, to others one.
_THOUSANDS: Final = re.compile(r"(?<![\d.])[1-9]\d{0,2}\.\d{3}(?!\d)")
_BEFORE: Final = re.compile(rf"([^\d\s][^\d]*?)\s*({_NUMBER})", re.IGNORECASE)
_BEHIND: Final = re.compile(rf"({_FIRST_NUMBER})\s*([^\d\s][^\d]*)", re.IGNORECASE)
# Signs and words that stand behind a number, and those that mean another thing there.
_MEANT_BEHIND: Final = {
    **dict.fromkeys(("+", "or more", "at least", "ou plus", "oder mehr", "o más"), "at_least"),
    **dict.fromkeys(("или более", "или больше", "або більше", "على الأقل"), "at_least"),
    **dict.fromkeys(
        ("or fewer", "or less", "at most", "ou moins", "oder weniger", "или менее", "або менше"), "at_most"
    ),
    **dict.fromkeys(("approximately", "approx", "approx.", "تقريبا", "تقريبًا"), "about"),
}
_WITH_MIN: Final = ("exact", "about", "at_least", "more_than")
_WITH_MAX: Final = ("at_most", "fewer_than")
_READ: Final = "The figure was read out of this text."
_RIGHT: Final = (
    'a figure is a number, 74, a text such as "at least 20", "20-30" or "dozens", with its numbers in digits and '
    'without what is counted, or an object: {"qualifier": "at_least", "min": 74}; its words may be English, French, '
    "German, Spanish, Italian, Portuguese, Polish, Turkish, Russian, Ukrainian or Arabic"
)
_COUNTED: Final = 'what is counted is told by the question, {{"measure": "{}"}}, and not by the figure, which is {}'
_DOZEN: Final = re.compile(r"(?:(half) )?(?:a |one )?dozen", re.IGNORECASE)
ALL_OF_WHAT: Final = (
    "`all` needs `of`: the figure that it is all of, by a #label of this body, an id or a ref, such as the claim of how"
    " many were aboard; where that is not known, its figure is `unknown`"
)
_ALL: Final = re.compile(r"(all|everyone|everybody)\b", re.IGNORECASE)
_PRELIMINARY: Final = re.compile(
    r"\b(preliminar|provision|provisoire|tentative|initial|vorläufig|предварительн|попередн)", re.IGNORECASE
)
_PERCENT: Final = re.compile(
    r"(.*\d)\s*(?:%|٪|per ?cent|pct|pour cent|prozent|por ciento|per cento|por cento|procent|yüzde|процент\w*|"
    r"відсот\w*|بالمئة|في المئة|بالمائة|في المائة)",
    re.IGNORECASE,
)
_OF_THE_STATEMENT: Final = 'that it is preliminary is told in the statement, "preliminary": true, not in the figure'


def figure(value: Any) -> Any:
    """A figure's members, of a number or of a text such as `at least 20`; what is none is left as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if not isinstance(value, str):
        return {"min": value}
    words = " ".join(value.split())
    if _THOUSANDS.search(words):
        raise ValueError("whether the point parts thousands it doesn't tell: write the figure as a number")
    if (number := digits.number(words)) is not None:
        return {"min": number}
    if (number := _number(words)) is not None:
        return {"qualifier": Respelt("exact", value, _READ), "min": number}
    members = _vague(words) or _range(words) or _qualified(words)
    if members is None:
        raise ValueError(_why_none(words))
    if synonyms.folded(words) == synonyms.folded(members["qualifier"]):
        return members
    return members | {"qualifier": Respelt(members["qualifier"], value, _READ)}


def _why_none(words: str) -> str:
    """What is right in place of a text that is no figure."""
    if match := _PERCENT.fullmatch(words):
        return (
            f'a share is told by its question, {{"measure": "other", "unit": "percent"}}, and the figure is {match[1]}'
        )
    if _ALL.match(words):
        return f'{ALL_OF_WHAT}: {{"qualifier": "all", "of": "#aboard"}}'
    if match := _DOZEN.fullmatch(words):
        number = 6 if match[1] else 12
        return f'how exact that is it doesn\'t tell: {number}, or "about {number}"; {_RIGHT}'
    if (match := _BEHIND.fullmatch(words)) and (measure := synonyms.meant("Measure", match[2])):
        return f"{_COUNTED.format(measure, match[1].strip())}; {_RIGHT}"
    return f"{_OF_THE_STATEMENT}; {_RIGHT}" if _PRELIMINARY.search(words) else _RIGHT


def whole_figure(value: Any) -> Any:
    """The same for a change: every member is told, so that nothing of the figure before stays."""
    members = figure(value)
    if members is value or not isinstance(members, dict):
        return members
    members = {"qualifier": "exact", "min": None, "max": None} | members
    return members | ({"max": members["min"]} if members["qualifier"] in ("exact", "about") else {})


def _vague(words: str) -> dict[str, Any] | None:
    qualifier = synonyms.meant("Qualifier", words)
    if qualifier is None or qualifier in (*_WITH_MIN, *_WITH_MAX, "between"):
        return None
    return {"qualifier": qualifier}


def _range(words: str) -> dict[str, Any] | None:
    match = _RANGE.fullmatch(words.casefold())
    if match is None or not _is_range(match[1], match[3]):
        return None
    low, high = _number(match[2]), _number(match[4])
    if low is None or high is None or low >= high:
        return None
    return {"qualifier": "between", "min": low, "max": high}


def _is_range(begins: str | None, joins: str) -> bool:
    if begins is None:
        return joins in _JOINING
    if begins in _FROM and joins in (*_DASHES, *_FROM[begins].split()):
        return True
    return joins in _BETWEEN.get(begins, "").split()


def _number(words: str) -> float | None:
    """The number; 10k is ten thousand."""
    if match := _THOUSAND.fullmatch(words.strip()):
        number = digits.number(match[1])
        return None if number is None else number * 1000
    return digits.number(words)


def _qualified(words: str) -> dict[str, Any] | None:
    if match := _BEFORE.fullmatch(words):
        qualifier, number = synonyms.meant("Qualifier", match[1]), _number(match[2])
    elif match := _BEHIND.fullmatch(words):
        qualifier, number = _MEANT_BEHIND.get(synonyms.folded(match[2])), _number(match[1])
    else:
        return None
    if number is None or qualifier not in (*_WITH_MIN, *_WITH_MAX):
        return None
    return {"qualifier": qualifier, "min" if qualifier in _WITH_MIN else "max": number}
