"""The language that a caller is answered in: the parameter `lang`, else what Accept-Language prefers, else English.

In files no header decides: a program that reads them finds the same words whoever asks.
"""

from typing import Final, get_args

from fastapi import Request

from app.texts.messages.wording import Wording
from app.vocabulary import AnswerLanguage

_LANGUAGES: Final[tuple[AnswerLanguage, ...]] = get_args(AnswerLanguage)
_MOST_RANGES: Final = 20  # of a header that are looked at
_WORST: Final = 0.001


def wording(request: Request, lang: AnswerLanguage | None) -> Wording:
    """In which words to answer; `lang`: what the caller's parameter says."""
    language = lang or preferred(request.headers.get("Accept-Language", ""))
    return Wording(language, request.app.state.party_labels)


def of_files(request: Request, lang: AnswerLanguage) -> Wording:
    """In which words to write a table, or linked data; `lang`: what the caller's parameter says."""
    return Wording(lang, request.app.state.party_labels)


def preferred(accept_language: str) -> AnswerLanguage:
    """The language of answers that a header of RFC 9110 prefers by its weights: `fr-CH, fr;q=0.9, *;q=0.1`.

    What can't be read is passed over; where none is named, English.
    """
    weighted = []
    for accepted in accept_language.split(",")[:_MOST_RANGES]:
        tag, _, parameter = accepted.strip().partition(";")
        weighted.append((-_weight(parameter), tag.strip().lower()))
    for weight, tag in sorted(weighted, key=lambda entry: entry[0]):
        language = next((language for language in _LANGUAGES if tag.split("-")[0] == language), None)
        if language is not None and -weight >= _WORST:
            return language
    return "en"


def _weight(parameter: str) -> float:
    name, _, weight = parameter.replace(" ", "").partition("=")
    if name.lower() != "q":
        return 1.0
    try:
        return min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return 0.0
