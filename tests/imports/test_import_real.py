"""Real fact-checks, where they are present: exactly what is made of them, and what is not used."""

import json
import os
from collections import Counter
from typing import Any

import checking
import httpx
import pytest
from checking import assessments, claims, made, statements
from conftest import ROOT

from app.imports import claimreview, google, jsonld, ratings, report_lines, speakers, tables, works
from app.imports.checks import FactCheck, Notes

DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the data is not here")
Read = tuple[list[FactCheck], Counter[str]]


def from_google() -> Read:
    notes: Notes = []
    return google.read((DATA / "google_claims_ar.json").read_bytes(), notes), checking.reasons(notes)


def from_claimreview() -> Read:
    notes: Notes = []
    text = (DATA / "claimreview_objects.json").read_text(encoding="utf-8")
    return claimreview.read(text, notes), checking.reasons(notes)


def from_csv(name: str) -> Read:
    notes: Notes = []
    how = tables.mapping((ROOT / "examples" / "mappings" / f"{name}.toml").read_text(encoding="utf-8"))
    return tables.read((DATA / f"output_sample_{name}.csv").read_bytes(), how, notes), checking.reasons(notes)


def counted(read: Read) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """What was made, the ratings, and the reasons noted."""
    found, noted = read
    lines, whole = made(found)
    rated = assessments(lines)
    counts = {
        "found": len(found),
        "lines": len(lines),
        "claims": len(claims(lines)),
        "statements": len(statements(lines)),
        "assessments": len(rated),
        "events": len({event["ref"] for line in lines for event in line["events"]}),
    }
    return counts, dict(Counter(one["rating"] for one in rated)), dict(noted + whole)


def numbers(*six: int) -> dict[str, int]:
    return dict(zip(("found", "lines", "claims", "statements", "assessments", "events"), six, strict=True))


def test_answers_of_google() -> None:
    assert counted(from_google()) == (
        numbers(906, 737, 739, 300, 739, 731),
        {"other": 455, "false": 242, "mixture": 24, "true": 16, "unproven": 1, "satire": 1},
        {
            ratings.NO_EQUAL: 442,
            ratings.UNKNOWN: 13,
            report_lines.LONG: 8,
            report_lines.UNSAID: 427,
            report_lines.PLATFORM: 386,
            report_lines.NOBODY_HERE: 205,
            report_lines.AGAIN: 167,
            report_lines.OWN_HEADLINE: 94,
            report_lines.OTHER_TITLE: 19,
            report_lines.NAMELESS: 9,
            "languageCode of the title: the words are in another script": 22,
            "languageCode of the claim: the words are in another script": 21,
        },
    )


def test_every_rating_of_google_s_is_in_the_table_or_a_sentence() -> None:
    labels = {check.label for check in from_google()[0] if check.label}
    unknown = [label for label in labels if ratings.rate(label).why == ratings.UNKNOWN]
    assert (len(labels), len(unknown), min(len(label.split()) for label in unknown)) == (48, 13, 17)


def test_claimants_of_google_s_that_name_nobody() -> None:
    names = {one.name for check in from_google()[0] for one in check.claimants}
    unnamed = {name for name in names if speakers.names_nobody(name) or speakers.is_platform(name)}
    assert (len(names), len(unnamed)) == (123, 34)


def test_objects_of_claimreview() -> None:
    rule = works.NO_RULE
    assert counted(from_claimreview()) == (
        numbers(3, 3, 3, 3, 3, 3),
        {"false": 1, "mixture": 1, "other": 1},
        {
            f"{rule}: logo": 2,
            f"{works.FURTHER}: the address of a source": 2,
            f"{rule}: image": 2,
            f"{rule}: keywords": 1,
            f"{rule}: a work without an address": 1,
            "datePublished: a time of day without its offset from UTC: only the day is taken": 2,
            claimreview.UPSIDE_DOWN: 1,
            report_lines.NOBODY: 1,
            report_lines.NOBODY_HERE: 1,
            report_lines.NOBODY_URL: 1,
            report_lines.NAMELESS: 1,
            ratings.UNKNOWN: 1,
        },
    )
    assert jsonld.NOT_JSON not in from_claimreview()[1]


@pytest.mark.parametrize(
    ("name", "counts", "rated", "noted", "unused_columns"),
    [
        (
            "afpfactcheck", numbers(54, 49, 49, 48, 49, 49), {"false": 35, "other": 14},
            {ratings.NO_EQUAL: 14, ratings.CONTRADICTED: 6, report_lines.AGAIN: 5, report_lines.OWN_HEADLINE: 1,
             report_lines.NOBODY_HERE: 40,
             report_lines.UNSAID: 1},
            3,
        ),
        ("fatabyyano", numbers(32, 32, 32, 0, 32, 32), {"false": 31, "true": 1}, {report_lines.OWN_HEADLINE: 32}, 5),
        (
            "fullfact", numbers(44, 34, 34, 0, 34, 34), {"false": 15, "other": 12, "mixture": 4, "true": 3},
            {report_lines.AGAIN: 10}, 5,
        ),
        ("politifact", numbers(30, 30, 30, 0, 30, 30), {"false": 27, "mostly_false": 3}, {report_lines.UNSAID: 30}, 5),
    ],
)  # fmt: skip
def test_rows_of_csv(name: str, counts: Any, rated: Any, noted: Any, unused_columns: int) -> None:
    found = counted(from_csv(name))
    columns = {why: number for why, number in found[2].items() if why.startswith(tables.NOT_USED)}
    assert set(columns.values()) == {counts["found"]}
    assert len(columns) == unused_columns
    assert (found[0], found[1], {why: n for why, n in found[2].items() if why not in columns}) == (counts, rated, noted)


async def test_a_sample_goes_through_the_service(client: httpx.AsyncClient) -> None:
    found = [*from_google()[0][::180], *from_claimreview()[0]]
    for name in ("afpfactcheck", "fatabyyano", "fullfact", "politifact"):
        found += from_csv(name)[0][::30]
    lines, _ = made(found)
    for line in lines:
        answer = await client.post("/v1/reports", json={name: value for name, value in line.items() if name != "type"})
        assert answer.status_code == 201, answer.text
    total = (await client.get("/v1/assessments?count=true&limit=1")).json()["total"]
    assert total == len(assessments(lines)) > 10


async def test_real_fact_checks_go_in_once(client: httpx.AsyncClient) -> None:
    """As lines; a few of them, and by `make soak` all."""
    found = [*from_google()[0], *from_claimreview()[0]]
    for name in ("afpfactcheck", "fatabyyano", "fullfact", "politifact"):
        found += from_csv(name)[0]
    lines = made(found)[0][:: int(os.environ.get("COUNTERCLAIM_EVERY_LINE", "20"))]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    for status, word in ((201, "created"), (200, "matched")):
        answer = await client.post("/v1/ingest", content=body, headers={"Content-Type": "application/x-ndjson"})
        *told, summary = [json.loads(line) for line in answer.text.splitlines()]
        assert [one for one in told if one["status"] != status] == []
        assert (summary[word], summary["failed"]) == (len(lines), 0)
    about = {(event["ref"], one["text"]) for line in lines for event in line["events"] for one in event["claims"]}
    for name, expected in (("claims", len(about)), ("assessments", len(assessments(lines)))):
        assert (await client.get(f"/v1/{name}?count=true&limit=1")).json()["total"] == expected
