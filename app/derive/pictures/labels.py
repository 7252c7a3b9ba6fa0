"""What questions, figures, and the parties and countries that a picture names, are called in the answer's language."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from app.derive.rules import figures
from app.derive.rules.context import EventContext
from app.derive.rules.figures import Whole
from app.schemas.claims import ClaimRead, FigureRead
from app.schemas.pictures.side_maps import SideMap
from app.schemas.pictures.word_labels import WORD_LISTS, WordLabels
from app.schemas.questions import QuestionRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import MEASURE_DEFAULTS

# Quantities of which the measure alone says little.
_MEASURES_THAT_NEED_WORDS: Final = ("distance", "duration", "amount", "other")
# Their number has its unit behind it.
_MEASURES_OF_SIZE: Final = ("distance", "duration", "amount")
_MEASURES_THAT_SAY_NOTHING: Final = ("amount", "other")
_TRANSLATED_UNITS: Final = ("km", "min")
# Qualifiers that a figure does not say in words; and those of which several languages have one word for both.
_WITHOUT_WORDS: Final = ("exact", "between", "tens", "dozens")


def heading(words: Wording, question: QuestionRead) -> str:
    """`What caused the explosion?`; of a quantity `Injured (civilians)`, `Blessés (civils)`: what is no text is said.

    What it is of and its unit stay as they are stored.
    """
    if question.measure is None or (question.text and question.measure in _MEASURES_THAT_NEED_WORDS):
        return question.text or ""
    usual_unit = MEASURE_DEFAULTS[question.measure][1]
    unit = question.unit if question.unit != usual_unit else None
    return _with_details(_measure(words, question), [question.subject, unit])


def _measure(words: Wording, question: QuestionRead) -> str:
    return wording.say(words, f"measure_{question.measure or 'other'}")


def _with_details(label: str, details: Iterable[str | None]) -> str:
    listed = ", ".join(filter(None, details))
    return f"{label} ({listed})" if listed else label


def parties(words: Wording, sources: SideMap, sourceless: Iterable[str | None] = ()) -> dict[str, str]:
    """By party; `sourceless`: those that are named without a source of theirs."""
    named = {source.party for source in sources.values()}.union(sourceless)
    return {party: wording.party(words, party) for party in sorted(party for party in named if party)}


def countries(words: Wording, sources: SideMap, *codes: str | None) -> dict[str, str]:
    """By code in ISO 3166-1."""
    named = {source.country for source in sources.values()}.union(codes)
    return {code: wording.country(words, code) for code in sorted(code for code in named if code)}


# --- figures ---------------------------------------------------------------------------------------------------------


def claim_texts(context: EventContext) -> dict[UUID, str | None]:
    """By claim: as it was said, a figure in the language of the answer."""
    return {claim.id: claim_text(context, claim) for claim in context.claims.values()}


def claim_text(context: EventContext, claim: ClaimRead) -> str | None:
    """`claim`: one of the context's, which has its English text."""
    question = context.questions.get(claim.question_id) if claim.question_id else None
    is_english = context.view.wording.language == "en" or "record" in claim.redacted
    if claim.figure is None or question is None or is_english:
        return claim.text
    return figure(context.view.wording, question, claim.figure, context.wholes.get(claim.id))


def figure(words: Wording, question: QuestionRead, said: FigureRead, total: Whole | None = None) -> str:
    """`at least 22 civilians injured`; else its measure first, so that nothing is inflected: `Blessés : au moins 22`.

    `total`: of `all` what it is all of.
    """
    if words.language == "en":
        return figures.text(question, said, total)
    size = question.measure in _MEASURES_OF_SIZE
    has_number = said.qualifier != "all" and (said.min is not None or said.max is not None)
    unit = question.unit if size and has_number else None
    label = _with_details(_measure(words, question), [question.subject, None if unit else _counted_unit(question)])
    says = _all_of(words, said, total) if said.qualifier == "all" else amount(words, said.qualifier, said.min, said.max)
    if unit:
        says += f"\N{NO-BREAK SPACE}{wording.say(words, f'unit_{unit}') if unit in _TRANSLATED_UNITS else unit}"
    return wording.say(words, "figure", {"heading": label, "figure": says})


def _counted_unit(question: QuestionRead) -> str | None:
    """The unit, if it has to be said."""
    is_usual = question.unit == MEASURE_DEFAULTS[question.measure or "other"][1]
    return None if is_usual or question.unit in figures.UNSAID_UNITS else question.unit


def amount(words: Wording, qualifier: str, low: float | None, high: float | None) -> str:
    """The number alone, as `figure_words` has it in English: `at least 22`, `от 5 до 7`, `des dizaines`."""
    if qualifier == "all":
        if low is None:
            return wording.say(words, "figure_all")
        # There is no `all of 1` but in English.
        if low == high and (low != 1 or words.language == "en"):
            return wording.say(words, "figure_all_number", {"number": wording.number(words, low)})
        inner = "at_least" if high is None else "between" if low else "at_most"
        return f"{wording.say(words, 'figure_all')} ({amount(words, inner, low or None, high)})"
    numbers = [wording.number(words, number) for number in dict.fromkeys((low, high)) if number is not None]
    ends = {"low": numbers[0], "high": numbers[-1]} if numbers else {}
    if qualifier == "between_or_more":
        return wording.say(words, "figure_between_or_more", ends)
    number = wording.say(words, "figure_between", ends) if len(numbers) > 1 else "".join(numbers)
    return (
        number if qualifier in ("exact", "between") else wording.say(words, f"figure_{qualifier}", {"number": number})
    )


def _all_of(words: Wording, said: FigureRead, total: Whole | None) -> str:
    """`все 10 (aboard)`, `все 31 (раненые, civilians)`, `все (aboard, около 10)`: in the words of its whole."""
    if total is None:
        return wording.say(words, "figure_all")
    question, total_figure = total
    tells = question.measure not in _MEASURES_THAT_SAY_NOTHING
    details = [_measure(words, question).lower() if tells else None, question.subject, _counted_unit(question)]
    has_number = said.min is not None and said.min == said.max and said.min != 1
    if not has_number and total_figure.qualifier not in ("unknown", "all"):
        details.append(amount(words, total_figure.qualifier, total_figure.min, total_figure.max))
    return _with_details(amount(words, "all", *((said.min, said.max) if has_number else (None, None))), details)


def as_given(words: Wording, text: str | None, *, figure: object, preliminary: bool | None) -> str | None:
    """The text of a claim with what a statement says of its figure: `31 injured, preliminary`."""
    return wording.say(words, "preliminary", {"figure": text or ""}) if figure is not None and preliminary else text


# --- words of closed lists -------------------------------------------------------------------------------------------


def closed_words(words: Wording) -> WordLabels:
    """What each is called; a qualifier as in figures, without its number."""
    labels = {
        name: {word: wording.say(words, _message(name, word), {"number": ""}).strip() for word in listed}
        for name, listed in WORD_LISTS.items()
    }
    return WordLabels.model_validate(labels)


def _message(name: str, word: str) -> str:
    in_figures = name == "qualifier" and word not in _WITHOUT_WORDS
    return f"figure_{word}" if in_figures else f"{name}_{word}"
