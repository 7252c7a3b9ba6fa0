"""Made-up fact-checks in others' shapes, and what the importers say of them."""

import json
from collections import Counter
from typing import Any

from app.imports import claimreview, report_lines
from app.imports.checks import FactCheck, Notes, Unused
from app.schemas.reports import ReportCreate

Json = dict[str, Any]
PAGE = "https://checks.example/2023/bridge"


def review(**more: Any) -> Json:
    """A ClaimReview as schema.org's examples have it; None leaves a member out."""
    rating = {"@type": "Rating", "alternateName": "False", "ratingValue": 1, "bestRating": 5, "worstRating": 1}
    usual: Json = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": PAGE,
        "claimReviewed": "The bridge has fallen",
        "author": {"@type": "Organization", "name": "Checkers", "url": "https://checks.example"},
        "datePublished": "2023-08-10",
        "reviewRating": rating,
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "Anna Speaker"},
            "datePublished": "2023-08-09",
        },
    }
    return {name: value for name, value in (usual | more).items() if value is not None}


def one(**more: Any) -> tuple[FactCheck, Counter[str]]:
    """The only fact-check that is read, and the reasons noted."""
    notes: Notes = []
    (found,) = claimreview.read(json.dumps(review(**more)), notes)
    return found, reasons(notes)


def reasons(notes: list[Unused]) -> Counter[str]:
    return Counter(note.why for note in notes)


def made(checks: list[FactCheck], **more: Any) -> tuple[list[Json], Counter[str]]:
    """The lines, each of which the service takes, and the reasons noted."""
    notes: Notes = []
    lines = list(report_lines.compose(checks, notes, **more))
    for line in lines:
        ReportCreate.model_validate({name: value for name, value in line.items() if name != "type"})
        assert line["type"] == "report"
    return lines, reasons(notes)


def claims(lines: list[Json]) -> list[Json]:
    return [claim for line in lines for event in line["events"] for claim in event["claims"]]


def statements(lines: list[Json]) -> list[Json]:
    return [statement for claim in claims(lines) for statement in claim.get("statements", [])]


def assessments(lines: list[Json]) -> list[Json]:
    return [judged for line in lines for event in line["events"] for judged in event["assessments"]]
