"""Names of fields, parameters and columns that there are not: which one was meant, or where it stands."""

import re
from collections.abc import Collection
from itertools import islice
from typing import Final

from rapidfuzz import fuzz, process

from app.schemas import addresses

# What others call it, and the first of these that there is here.
_CALLED: Final = {
    name: meant.split()
    for names, meant in {
        "credit credits author authors by writer reporter": "byline source publisher",
        "speaker who attribution attributed_to said_by person": "source",
        "outlet site newspaper media publication": "publisher",
        "quote quotation verbatim original exact_words": "wording",
        "content body fulltext full_text article": "text",
        "claim statement assertion sentence": "text claim",
        "headline heading": "title headline",
        "description abstract lead": "summary text",
        "link href uri permalink source_url": "url",
        "lang locale": "language",
        "date datetime time timestamp when at": "said published occurred made retrieved_at",
        "published_at published_on pubdate publication_date date_published": "published",
        "place location city town where": "place_name",
        "lat": "latitude",
        "lon lng long": "longitude",
        "value number count toll": "min figure",
        "minimum low lower least": "min",
        "maximum high upper most": "max",
        "side camp affiliation": "party",
        "type category": "kind measure",
        "position attitude denies supports": "stance",
        "confidence": "certainty",
        "provisional tentative initial": "preliminary",
        "verdict": "rating stance",
        "quotes quotations": "statements",
        "topic subject issue": "question",
        "retracted retraction retracted_at retraction_date withdrawn": "withdrawn retracted",
        "retraction_reason retraction_text correction": "retracted_reason withdrawn_reason",
        "retraction_document retraction_notice": "retraction_url withdrawn_document",
        "since after from_date": "said_from published_from occurred_from since",
        "until before to_date": "said_to published_to occurred_to until",
        "page_size per_page size count": "limit",
        "page offset": "cursor",
        "order order_by sort_by": "sort",
    }.items()
    for name in names.split()
}  # fmt: skip
# Fields that stand elsewhere, and where.
_ELSEWHERE: Final = {
    "name": " (what a record is called is told in a source; GET /v1/sources?q= finds sources by their names)",
    **dict.fromkeys(
        ("standing", "standings"),
        " (a standing is derived, and no list is narrowed by it: /v1/events/{event}/dossier and /v1/events/{event}/"
        "export.csv have it, the dossier with `order=dispute` first the most disputed)",
    ),
    "preliminary": " (a statement has it: it is its source that calls a figure preliminary)",
    **dict.fromkeys(
        ("as_of", "said_before", "independence"),
        " (the pictures and files of one event take it: /v1/events/{event}/export.csv; this is of now)",
    ),
}
# Of an object that has the member named first: fields that stand above or below it, and where.
_BESIDE: Final = (
    (
        "statements",
        (
            "source",
            "speaker",
            "stance",
            "said",
            "wording",
            "quote",
            "quoted",
            "hops",
            "certainty",
            "basis",
            "withdrawn",
        ),
        ' (a statement has it: `"statements": [{{"{field}": …}}]`)',
    ),
    ("figure", ("measure", "subject", "unit"), ' (a question has it: `"question": {{"{field}": …}}`)'),
    ("stance", ("figure", "accuses"), " (a claim has it, beside its `statements`)"),
)
_NEAREST_COLUMNS: Final = 5
_NAME: Final = re.compile(r"[\w-]{1,40}")
LIKE_ENOUGH: Final = 70
"""Of 100: a name that was misspelt."""


def no_such(noun: str, name: str, names: Collection[str]) -> str:
    """That there is no field or parameter of a name, which one may be meant, and all that there are."""
    there_are = sorted(names)
    words = f"no such {noun}: `{name}`" if _NAME.fullmatch(name) else f"no such {noun}"
    meant = next((candidate for candidate in _CALLED.get(name.lower(), ()) if candidate in names), None)
    elsewhere = _stands_elsewhere(name.lower(), names)
    if (
        meant is None
        and not elsewhere
        and (nearest := process.extractOne(name, there_are, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH))
    ):
        meant = nearest[0]
    if meant is not None:
        words += f"; did you mean `{meant}`?"
        there_are.remove(meant)
        return f"{words} There are also: {', '.join(there_are)}" if there_are else words
    words += elsewhere
    return f"{words}; there are: {', '.join(there_are)}" if there_are else words


def _stands_elsewhere(name: str, names: Collection[str]) -> str:
    """Where a field stands that an object with these members has not."""
    for member_there, fields, words in _BESIDE:
        if name in fields and member_there in names:
            field = next((meant for meant in _CALLED.get(name, ()) if meant not in names), name)
            return words.format(field=field)
    return _ELSEWHERE.get(name, "")


def no_such_column(name: str, nth: int, names: Collection[str], of_events: Collection[str] = ()) -> str:
    """That a table has no column of a name, and which are called nearly so; `of_events`: those of an event's."""
    if name in of_events:
        return (
            f"`{name}` is decided by the picture of a whole event: /v1/export.csv has that column, and not this table"
        )
    there_is_none = f"there is no column {addresses.quoted(name, nth)}"
    meant = [column for column in _CALLED.get(name.lower(), ()) if column in names]
    alike = (column for column, *_ in process.extract(name, names, scorer=fuzz.WRatio, limit=_NEAREST_COLUMNS))
    nearest = [f"`{column}`" for column in islice(dict.fromkeys([*meant, *alike]), _NEAREST_COLUMNS)]
    return f"{there_is_none}; the nearest are {', '.join(nearest)}; docs/export.md has them all"
