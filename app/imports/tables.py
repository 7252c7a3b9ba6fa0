"""CSV by a mapping: which column is which part of a fact-check, what holds for all rows, how dates are written."""

import csv
import tomllib
from collections import Counter
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints, ValidationError, model_validator

from app import vocabulary
from app.imports import evidence, ratings, sheets, values
from app.imports.checks import FactCheck, Notes, Party, Unused, Work, short
from app.imports.report_lines import site_of
from app.schemas.common import Input
from app.vocabulary import RATINGS, SourceKind

NO_CLAIM: Final = "a row without a claim"
NO_URL: Final = "a row without the address of a review that can be kept"
NOT_MAPPED: Final = "a column that is not mapped"
NOT_USED: Final = "a column that is not used"
UNNAMED: Final = "(without a name)"
LONGER: Final = "a row with more cells than the header: which of them is which can't be told, and none is used"
SHORTER: Final = "a row with fewer cells than the header"

_KINDS: Final = vocabulary.words(SourceKind)
FieldName: TypeAlias = Literal[
    "url", "title", "byline", "language", "published", "text", "reviewer", "reviewer_url", "claim", "claim_language",
    "claimant", "claimant_kind", "claimant_role", "claimant_url", "said", "appearances", "rating", "rating_value",
    "best_rating", "worst_rating", "explanation", "tags",
]  # fmt: skip
FilledText: TypeAlias = Annotated[str, StringConstraints(min_length=1)]


class MappingError(Exception):
    """What is wrong with a mapping, by key."""


class Reading(Input):
    """How the file is written."""

    encoding: str | None = None
    """Guessed from the file where it is not told, as the delimiter."""
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, StringConstraints(min_length=1, max_length=1)] = '"'
    separator: FilledText = ","
    """Between several appearances or tags in one cell."""
    dates: list[FilledText] = Field(default_factory=list)
    """strptime's formats, tried first."""
    missing: list[str] = Field(default_factory=list)
    """What stands in cells that say nothing: `NULL`, `n/a`."""


class Mapping(Input):
    """A mapping file. A field comes from a column or is a constant; a column is mapped, or named as not used."""

    file: Reading = Field(default_factory=Reading)
    columns: dict[FieldName, FilledText]
    constants: dict[FieldName, FilledText] = Field(default_factory=dict)
    ratings: dict[FilledText, str] = Field(default_factory=dict)
    unused: dict[str, FilledText] = Field(default_factory=dict)
    """Columns and why they are not used."""

    @model_validator(mode="after")
    def _consistent(self) -> "Mapping":
        if "claim" not in self.columns or "url" not in self.columns:
            raise ValueError("columns: `claim` and `url` are needed")
        if given_twice := sorted(self.columns.keys() & self.constants.keys()):
            raise ValueError(f"constants.{given_twice[0]}: it has a column, too")
        mapped = {sheets.key(name) for name in self.columns.values()}
        if twice := sorted(name for name in self.unused if sheets.key(name) in mapped):
            raise ValueError(f"unused.{twice[0]}: the column is mapped")
        for words, rating in self.ratings.items():
            if rating not in RATINGS["claimreview"]:
                raise ValueError(f"ratings.{words}: none of {', '.join(RATINGS['claimreview'])}")
        return self

    def added_ratings(self) -> dict[str, str]:
        return {ratings.folded(words): rating for words, rating in self.ratings.items()}


def mapping(text: str) -> Mapping:
    """Read a mapping file. Raises MappingError, which names the key."""
    try:
        mapping_read = Mapping.model_validate(tomllib.loads(text))
        "".encode(mapping_read.file.encoding or "utf-8")
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"not TOML: {error}") from None
    except LookupError:
        raise MappingError("file.encoding: no such encoding") from None
    except ValidationError as error:
        lines = [f"{_key(fault['loc'])}{fault['msg'].removeprefix('Value error, ')}" for fault in error.errors()]
        raise MappingError("; ".join(dict.fromkeys(lines))) from None
    if (kind := mapping_read.constants.get("claimant_kind")) and kind not in _KINDS:
        raise MappingError(f"constants.claimant_kind: none of {', '.join(_KINDS)}")
    return mapping_read


def _key(loc: tuple[Any, ...]) -> str:
    path = ".".join(str(part) for part in loc if part != "[key]")
    return f"{path}: " if path else ""


def read(data: bytes, mapping: Mapping, notes: Notes, how_read: list[str] | None = None) -> list[FactCheck]:
    """The fact-checks of a table; `how_read` gets how the file was read, where that was guessed.

    Raises MappingError where the file is not as the mapping says, ValueError where a row can't be read.
    """
    reading, line = mapping.file, 0
    try:
        sheet = sheets.opened(data, {*mapping.columns.values()}, reading.encoding, reading.delimiter, reading.quote)
        _check_header(sheet, mapping)
        if how_read is not None and sheet.guessed:
            how_read.append(sheet.how())
        checks = []
        for row in sheet.rows:
            line = sheet.line()
            check = _row(row, sheet.header, f"line {line}", mapping, notes) if row else None
            checks += [check] if check else []
    except sheets.SheetError as error:
        raise MappingError(str(error)) from None
    except csv.Error as error:
        raise ValueError(f"line {line + 1}: {error}") from None
    return checks


def _check_header(sheet: sheets.Sheet, mapping: Mapping) -> None:
    """Raises MappingError where a column is absences, or two have one name.

    Names are compared without case, the white space around them, and invisible signs.
    """
    keys = [sheets.key(name) for name in sheet.header]
    fields = {sheets.key(name): f"columns.{field}" for field, name in mapping.columns.items()}
    problems = [
        f"{fields.get(key, 'file')}: {number} columns are called `{key}`; which of them is meant can't be told"
        for key, number in Counter(filter(None, keys)).items()
        if number > 1
    ]
    absences = [
        f"columns.{field}: no column `{name}`"
        for field, name in mapping.columns.items()
        if sheets.key(name) not in keys
    ]
    if absences:
        names = ", ".join(f"`{name.strip()}`" for name in sheet.header) or "none"
        absences.append(f"the columns are {short(names, 500)}; {sheet.how()}: see file.delimiter and file.encoding")
    if problems or absences:
        raise MappingError("; ".join(problems + absences))


def _row(row: list[str], header: list[str], location: str, mapping: Mapping, notes: Notes) -> FactCheck | None:
    if any(
        cell.strip() for cell in row[len(header) :]
    ):  # a delimiter in a text that nothing quotes moves all behind it
        notes.append(Unused(location, short(row), LONGER))
        return None
    if len(row) < len(header):
        notes.append(Unused(location, f"{len(row)} cells", SHORTER))
    named_cells = [(name.strip(), values.clean(cell)) for name, cell in zip(header, row, strict=False)]
    named_cells = [(name, cell) for name, cell in named_cells if cell and cell not in mapping.file.missing]
    column_of = {field: sheets.key(name) for field, name in mapping.columns.items()}
    mapped, unused = set(column_of.values()), {sheets.key(name): why for name, why in mapping.unused.items()}
    for name, cell in named_cells:
        if (key := sheets.key(name)) not in mapped:
            used_not = f"{NOT_USED}: {name or UNNAMED}: {unused[key]}" if key in unused else None
            notes.append(Unused(location, short(cell, 60), used_not or f"{NOT_MAPPED}: {name or UNNAMED}"))
    cells = {sheets.key(name): cell for name, cell in named_cells}
    fields = dict(mapping.constants) | {field: cells[key] for field, key in column_of.items() if key in cells}
    url = evidence.first([fields.get("url", "")], location, "url", notes)
    claim = values.accepted(values.PROSE, fields.get("claim"), location, "claim", notes)
    if url is None or claim is None:
        notes.append(Unused(location, short(row), NO_URL if url is None else NO_CLAIM))
        return None
    return _check(fields | {"url": url, "claim": claim}, location, mapping, notes)


def _check(fields: dict[FieldName, str], location: str, mapping: Mapping, notes: Notes) -> FactCheck:
    """The fact-check of a row's fields, of which `url` and `claim` are checked already."""
    url, claim = fields["url"], fields["claim"]
    dates = tuple(mapping.file.dates)

    def text(field: FieldName, kind: Any) -> Any:
        return values.accepted(kind, fields.get(field), location, field, notes)

    title, tag = text("title", values.NAME), fields.get("language", "")
    home = evidence.first([fields.get("reviewer_url", "")], location, "reviewer_url", notes)
    name = text("reviewer", values.NAME) or site_of(home or url)
    tags = [
        # `Public Health` → `public-health`
        values.accepted(values.KEY, "-".join(ratings.folded(part).split()), location, "tags", notes)
        for part in _parts(fields, "tags", mapping)
    ]
    pages = evidence.absolute(
        [fields.get("appearances", "")], location, "appearances", notes, separator=mapping.file.separator
    )
    return FactCheck(
        where=location,
        url=url,
        claim=claim,
        reviewer=Party(name, "outlet", home),
        title=title,
        byline=text("byline", values.NAME),
        language=values.language(tag, title or "", location, "language of the title", notes),
        published=values.coarse_time(fields.get("published"), location, "published", notes, dates, of_page=True),
        text=text("text", values.TEXT),
        claim_language=values.language(
            fields.get("claim_language", tag), claim, location, "language of the claim", notes
        ),
        claimants=_claimants(fields, location, notes),
        said=values.coarse_time(fields.get("said"), location, "said", notes, dates),
        appearances=[Work(page) for page in pages],
        label=text("rating", values.WORDING),
        value=values.number(fields.get("rating_value"), location, "rating_value", notes),
        best=values.number(fields.get("best_rating"), location, "best_rating", notes),
        worst=values.number(fields.get("worst_rating"), location, "worst_rating", notes),
        explanation=text("explanation", values.WORDING),
        tags=[tag for tag in dict.fromkeys(tags) if tag],
    )


def _parts(fields: dict[FieldName, str], field: FieldName, mapping: Mapping) -> list[str]:
    parts = fields.get(field, "").split(mapping.file.separator)
    return [part.strip() for part in parts if part.strip()]


def _claimants(fields: dict[FieldName, str], location: str, notes: Notes) -> list[Party]:
    name = values.accepted(values.NAME, fields.get("claimant"), location, "claimant", notes)
    if name is None:
        return []
    kind = fields.get("claimant_kind")
    if kind and kind not in _KINDS:
        notes.append(Unused(location, short(kind), "claimant_kind: no kind of source"))
        kind = None
    role = values.accepted(values.NAME, fields.get("claimant_role"), location, "claimant_role", notes)
    url = evidence.first([fields.get("claimant_url", "")], location, "claimant_url", notes)
    return [Party(name, kind, url, role)]
