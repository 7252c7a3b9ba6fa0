"""What questions, and the parties and countries that a picture names, are called in the language of the answer."""

from collections.abc import Iterable
from typing import Final

from app.schemas.pictures.side_maps import SideMap
from app.schemas.questions import QuestionRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import MEASURE_DEFAULTS

# Quantities of which the measure alone says little.
_MEASURES_THAT_NEED_WORDS: Final = ("distance", "duration", "amount", "other")


def heading(words: Wording, question: QuestionRead) -> str:
    """`What caused the explosion?`; of a quantity `Injured (civilians)`, `Blessés (civils)`: what is no text is said.

    What it is of and its unit stay as they are stored.
    """
    if question.measure is None or (question.text and question.measure in _MEASURES_THAT_NEED_WORDS):
        return question.text or ""
    usual_unit = MEASURE_DEFAULTS[question.measure][1]
    details = [part for part in (question.subject, question.unit if question.unit != usual_unit else None) if part]
    measure = wording.say(words, f"measure_{question.measure}")
    return f"{measure} ({', '.join(details)})" if details else measure


def parties(words: Wording, sources: SideMap, sourceless: Iterable[str | None] = ()) -> dict[str, str]:
    """By party; `sourceless`: those that are named without a source of theirs."""
    named = {source.party for source in sources.values()}.union(sourceless)
    return {party: wording.party(words, party) for party in sorted(party for party in named if party)}


def countries(words: Wording, sources: SideMap, *codes: str | None) -> dict[str, str]:
    """By code in ISO 3166-1."""
    named = {source.country for source in sources.values()}.union(codes)
    return {code: wording.country(words, code) for code in sorted(code for code in named if code)}
