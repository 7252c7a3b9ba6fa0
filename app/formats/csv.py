"""An event as a table for spreadsheets (RFC 4180): one row for each statement, and all that belongs to it."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app import times
from app.formats import cells, naming
from app.formats.cells import Row
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures import side_maps
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, QuestionPicture, StatementPicture
from app.texts import cleaning

COLUMNS: Final = (
    *("event_id", "event_ref", "event_slug", "event", "event_occurred", "event_place", "event_country"),
    *("question_id", "question_ref", "question", "question_kind", "measure", "subject", "unit", "evolving"),
    *("single_answer", "question_status", "question_why"),
    *("claim_id", "claim_ref", "claim", "claim_language", "claim_translations", "accuses", "qualifier", "min", "max"),
    *("part_of_claim_id", "claim_standing", "claim_why", "support_statements", "support_independent"),
    *("deny_statements", "deny_independent", "rivals", "rival_ids", "claim_links", "assessments"),
    *("statement_id", "statement_ref", "stance", "act", "explicitness", "certainty", "basis", "credibility", "said"),
    *("preliminary", "said_from", "said_to", "said_known_by", "recheck_at", "live", "why_not_live", "not_live_since"),
    *("not_live_by_statement_id", "withdrawn", "withdrawn_reason", "withdrawn_document_url", "withdrawn_by"),
    "supersedes_id",
    *("figure_state", "recorded_at", "updated_at"),
    *("source_id", "source_ref", "source", "source_kind", "source_role", "source_disclosure", "source_party"),
    *("source_family", "source_family_id", "source_country", "source_reliability", "source_url", "confidential"),
    *("appearances", "appearance_id", "appearance_ref", "wording", "wording_language", "translation"),
    *("translation_language", "quoted", "cue", "framing", "attribution", "location", "fidelity", "note", "chain"),
    *("document_id", "document_ref", "document_url", "document_title", "document_kind", "document_language"),
    *(
        "document_published",
        "document_lifecycle",
        "document_retracted",
        "publisher",
        "publisher_id",
        "byline",
        "archive_url",
    ),
    "other_appearances",
)
# Spreadsheets take a cell that begins with one of these for a formula, and after one of _BREAKS for a new cell. They
# read fullwidth forms alike, so the text is compared after NFKC.
_FORMULA: Final = frozenset("=+-@\N{MINUS SIGN}")
_BREAKS: Final = frozenset("\t\r\n")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)


def render(dossier: DossierRead, *, safe: bool = False, bom: bool = False, columns: Sequence[str] = COLUMNS) -> bytes:
    """The table in UTF-8, with a header. `safe`: no cell is read as a formula; `bom`: Excel needs it to read UTF-8."""
    return header(columns, safe=safe, bom=bom) + lines(rows(dossier), columns, safe=safe)


def header(columns: Sequence[str], *, safe: bool = False, bom: bool = False) -> bytes:
    return ("\N{BOM}" if bom else "").encode() + lines([{name: name for name in columns}], columns, safe=safe)


def lines(rows: Iterable[Row], columns: Sequence[str], *, safe: bool = False) -> bytes:
    """The lines of rows; those of their values that are in none of these columns are left out."""
    out = io.StringIO(newline="")
    # Everything but numbers is quoted: a spreadsheet set to another separator, such as `;`, can't split a text.
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC if safe else csv.QUOTE_MINIMAL)
    writer.writerows([_cell(row.get(name, ""), safe=safe) for name in columns] for row in rows)
    return out.getvalue().encode()


def rows(dossier: DossierRead) -> Iterator[Row]:
    """One for each statement."""
    event, maps = cells.event(dossier.event), cells.SideMaps(dossier.sources, dossier.documents)
    texts = {claim.id: claim.text for _, claim in naming.claims(dossier)}
    rows_by_claim: dict[tuple[UUID | None, UUID | None], Row] = {}
    for question, claim, statement in naming.statements(dossier):
        key = (question.id if question else None, claim.id if claim else None)
        if key not in rows_by_claim:
            rows_by_claim[key] = event | _question(question) | _claim(dossier, claim, texts)
        yield {
            **rows_by_claim[key],
            **cells.statement(maps, statement),
            **_in_force(statement),
            **cells.source(maps, statement.source_id),
            **_family(dossier, statement),
            **cells.appearances(maps, statement.appearances),
        }


def _cell(value: Any, *, safe: bool) -> str | int | float:
    """A value as a spreadsheet reads it."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _text(value)
    if not safe:
        return text
    return cleaning.visible(f"'{text}" if is_formula(text) else text)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, datetime):
        return times.rfc3339(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula; a number alone is none."""
    if not text or _NUMBER.fullmatch(text):
        return False
    first_visible = next((character for character in text if unicodedata.category(character)[0] not in "ZC"), "")
    return text[0] in _BREAKS or unicodedata.normalize("NFKC", first_visible)[:1] in _FORMULA


# --- the parts of a row that the event's picture decides -------------------------------------------------------------


def _question(question: QuestionPicture | None) -> Row:
    if question is None:
        return {}
    verdict = {"question_status": question.status, "question_why": question.why}
    return cells.question(question, question.heading) | verdict


def _claim(dossier: DossierRead, claim: ClaimPicture | None, texts: Mapping[UUID, str | None]) -> Row:
    if claim is None:
        return {}
    counts = claim.counts
    row: Row = cells.claim(claim) | {
        "claim_standing": claim.standing,
        "claim_why": claim.why,
        "rivals": [rival.text for rival in claim.rivals],
        "rival_ids": [rival.claim_id for rival in claim.rivals],
        "claim_links": [
            f"{'' if link.direction == 'from' else '← '}{link.relation}: {texts.get(link.claim_id)}"
            for link in claim.links
        ],
        "assessments": [
            _assessment(dossier, assessment, superseded=assessment.superseded) for assessment in claim.assessments
        ],
    }
    for stance in ("support", "deny"):
        count = counts.get(stance)
        row[f"{stance}_statements"] = count.statements if count else 0
        row[f"{stance}_independent"] = count.origins if count else 0
    return row


def _assessment(dossier: DossierRead, assessment: AssessmentRead, *, superseded: bool) -> str:
    """Such as `Misleading [claimreview: mostly_false] by A desk, 2023-09, https://desk.example/1`."""
    rating = (
        f"{assessment.label} [{assessment.scheme}: {assessment.rating}]"
        if assessment.label
        else f"{assessment.scheme}: {assessment.rating}"
    )
    details = [
        assessment.made,
        assessment.url,
        "settles" if assessment.settles else None,
        "superseded" if superseded else None,
    ]
    author = naming.source_name(assessment.author_id, dossier.sources)
    return f"{rating} by {', '.join([author, *(detail for detail in details if detail)])}"


def _in_force(statement: StatementPicture) -> Row:
    """Whether it stands."""
    end = statement.why_not_live
    return {
        "live": statement.live,
        "figure_state": statement.figure_state,
        "why_not_live": end and end.reason,
        "not_live_since": end and end.at,
        "not_live_by_statement_id": end and end.statement_id,
    }


def _family(dossier: DossierRead, statement: StatementPicture) -> Row:
    """The family's name: that of a source; of unnamed ones the document that they stand in tells which are meant."""
    id_ = statement.family_id
    if statement.source_id is None:
        return {}
    name = None
    if id_ in dossier.sources:
        name = naming.source_name(id_, dossier.sources)
    elif document := dossier.documents.get(id_) if id_ else None:
        name = side_maps.UNNAMED_OF_DOCUMENT.format(document=document.title or document.url)
    return {"source_family": name, "source_family_id": id_}
