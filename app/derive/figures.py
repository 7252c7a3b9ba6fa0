"""What a figure says, in words: it is composed on output, never stored."""

from typing import Final

from app.schemas.claims import FigureRead
from app.schemas.questions import QuestionRead

_COUNTED: Final = {  # what follows the number, or the thing that is counted
    "seriously_injured": "seriously injured",
    "in_intensive_care": "in intensive care",
    "sought_help": "sought help",
    "buildings_damaged": "damaged",
    "buildings_destroyed": "destroyed",
    "distance": "",
    "duration": "",
    "amount": "",
    "other": "",
}
_UNSAID_UNITS: Final = ("persons", "items")
_BEFORE: Final = {
    "exact": "",
    "about": "about ",
    "at_least": "at least ",
    "more_than": "more than ",
    "at_most": "at most ",
    "fewer_than": "fewer than ",
    "between": "",
}
# Without and with something that is counted.
_VAGUE: Final = {
    "dozens": ("dozens", "dozens of"),
    "hundreds": ("hundreds", "hundreds of"),
    "unknown": ("an unknown number", "an unknown number of"),
    "none": ("none", "no"),
}


def text(question: QuestionRead, figure: FigureRead) -> str:
    """`at least 22 injured (civilians)`, `80 to 90 families displaced`, `no buildings destroyed`, `about 4 km`."""
    unit = "" if question.unit in _UNSAID_UNITS else question.unit or ""
    if figure.qualifier in _VAGUE:
        amount = _VAGUE[figure.qualifier][1 if unit else 0]
    else:
        ends = [_number(end) for end in dict.fromkeys((figure.min, figure.max)) if end is not None]
        amount = _BEFORE[figure.qualifier] + " to ".join(ends)
    measure = question.measure or ""
    subject = f"({question.subject})" if question.subject else ""
    return " ".join(part for part in (amount, unit, _COUNTED.get(measure, measure), subject) if part)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"
