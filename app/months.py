"""Months by their names, and dates that are written with one: `24 January 2024`, `Jan 24, 2024`, `24 января 2024`."""

import re
from typing import Final

MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "january jan janvier janv enero ene janeiro januar gennaio genn января январь січня січень",
            "february feb février fév febrero fevereiro fev februar febbraio февраля февраль лютого лютий",
            "march mar mars marzo março märz mrz марта март березня березень",
            "april apr avril avr abril abr aprile апреля апрель квітня квітень",
            "may mai mayo maio mag maggio мая май травня травень",
            "june jun juin junio junho juni giugno giu июня июнь червня червень",
            "july jul juillet juil julio julho juli luglio lug июля июль липня липень",
            "august aug août agosto ago августа август серпня серпень",
            "september sep sept septembre septiembre setembro set settembre сентября сентябрь вересня вересень",
            "october oct octobre octubre outubro out oktober okt ottobre ott октября октябрь жовтня жовтень",
            "november nov novembre noviembre novembro ноября ноябрь листопада листопад",
            "december dec décembre déc diciembre dic dezembro dez dezember dicembre декабря декабрь грудня грудень",
        ),
        start=1,
    )
    for word in words.split()
}
_DAY_FIRST: Final = re.compile(
    r"(?:\w+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+|del\s+)?(\d{4})"
)
_MONTH_FIRST: Final = re.compile(r"(?:\w+\.?,?\s+)??([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_MONTH_ALONE: Final = re.compile(r"([^\W\d]+)\.?,?\s+(?:de\s+|del\s+)?(\d{4})")
_TIME_BEHIND: Final = re.compile(r"(.*?\d{4})(?:\s*г\.|\s*р\.)?(?:,?\s+(?:at\s+)?(\d\d?:\d\d.*))?", re.DOTALL)


def day(words: str) -> tuple[int, int, int] | None:
    """Year, month and day: `March 4, 2021`, `4 mars 2021`, `Thursday, 4 March 2021`, `4 de marzo de 2021`."""
    if match := _DAY_FIRST.fullmatch(words):
        day_number, month, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(words):
        month, day_number, year = match.groups()
    else:
        return None
    number = MONTHS.get(month.casefold())
    return (int(year), number, int(day_number)) if number else None


def year_first(words: str) -> str:
    """A date with the name of its month, as `2024-01-24` or `2024-01`; what is none as it is."""
    if words[:4].isdecimal() or (match := _TIME_BEHIND.fullmatch(words)) is None:
        return words
    clock = match[2] or ""
    time = f" {'0' if clock[1] == ':' else ''}{clock}" if clock else ""
    if date := day(match[1]):
        return f"{date[0]:04}-{date[1]:02}-{date[2]:02}{time}"
    month = _MONTH_ALONE.fullmatch(match[1])
    number = MONTHS.get(month[1].casefold()) if month and not time else None
    return f"{month[2]}-{number:02}" if month and number else words
