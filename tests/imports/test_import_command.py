"""`counterclaim import`, as somebody at a terminal uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
import services_at as at
from checking import review
from conftest import ROOT
from local_sites import article, moved, page, site

from app.commands import imports, reading
from app.imports import pages, ratings, report_lines
from app.schemas.lines import DocumentLine, ReportLine

GOOGLE = {
    "claims": [
        {
            "text": "The bridge has fallen",
            "claimant": "Anna",
            "claimReview": [
                {"publisher": {"name": "Checkers"}, "url": "https://checks.example/1", "textualRating": "Misleading"}
            ],
        }
    ]
}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def imported(tmp_path: Path, kind: str, *more: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines and the summary of an import that ends well."""
    done = at.run("import", kind, *more, "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    return lines(tmp_path / "out"), json.loads(done.stderr)


def write(tmp_path: Path, name: str, value: Any) -> str:
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def test_files_become_lines_and_notes(tmp_path: Path) -> None:
    one, two = write(tmp_path, "one.json", review(image="x")), write(tmp_path, "two.json", [review()])
    done = at.run(
        "import", "claimreview", one, two, "--out", str(tmp_path / "out"), "--notes", str(tmp_path / "notes")
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = lines(tmp_path / "out")
    ReportLine.model_validate(line)
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "found 2: lines 1, events 1, claims 1, statements 1, assessments 1",
        "rated false 1",
        "not used, or not as it stands:",
        "      1 a property that is not used: image",
        "      1 the same fact-check again",
    ]
    assert lines(tmp_path / "notes") == [
        {"where": f"{one}: /image", "what": '"x"', "why": "a property that is not used: image"},
        {"where": f"{two}: /0", "what": "The bridge has fallen", "why": "the same fact-check again"},
    ]


def test_lines_alone_on_standard_output(tmp_path: Path) -> None:
    done = at.run("import", "google", write(tmp_path, "g.json", GOOGLE), "--out", "-", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["type"] == "report"


def test_additions_to_the_table_and_one_event(tmp_path: Path) -> None:
    file = write(tmp_path, "g.json", GOOGLE)
    (line,), summary = imported(tmp_path, "google", file)
    assert (summary["ratings"], summary["notes"]) == ({"other": 1}, {ratings.NO_EQUAL: 1})
    (line,), summary = imported(tmp_path, "google", file, "--rating", "misleading=mixture", "--event", "ref:bridge")
    assert line["events"][0]["event"] == "ref:bridge"
    assert (summary["ratings"], summary["notes"], summary["events"]) == ({"mixture": 1}, {}, 1)


def test_csv_by_a_mapping(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "link,what,verdict\nhttps://checks.example/1,It fell,So so\n")
    mapping = write(
        tmp_path,
        "m.toml",
        '[columns]\nurl = "link"\nclaim = "what"\nrating = "verdict"\n[ratings]\n"so so" = "mixture"',
    )
    _, summary = imported(tmp_path, "csv", file, "--mapping", mapping)
    assert (summary["found"], summary["ratings"]) == (1, {"mixture": 1})
    wrong = write(tmp_path, "w.toml", '[columns]\nurl = "link"\nclaim = "which"')
    done = at.run("import", "csv", file, "--mapping", wrong, "--out", str(tmp_path / "x"))
    assert done.returncode == 1
    assert "columns.claim: no column `which`" in done.stderr
    assert "`link`, `what`, `verdict`" in done.stderr
    worse = write(tmp_path, "v.toml", '[columns]\nurl = "link"')
    done = at.run("import", "csv", file, "--mapping", worse, "--out", str(tmp_path / "x"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "v.toml: columns: `claim` and `url` are needed" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["google", "x.json"], "Say where the lines go"),
        (["google", "x.json", "--url", "http://127.0.0.1"], "Say where the lines go"),
        (["google", "x.json", "--out", "."], ". is a folder"),
        (["google", "x.json", "--out", "x", "--rating", "misleading"], "WORDS=RATING"),
        (["google", "x.json", "--out", "x", "--rating", "misleading=wrong"], "WORDS=RATING"),
        (["google", "x.json", "--out", "/nowhere/at/all"], "/nowhere/at/all"),
    ],
)
def test_what_can_t_be_done_is_said(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "x.json", {})
    done = at.run("import", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_source_that_is_no_use_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = write(tmp_path, "good.json", GOOGLE), write(tmp_path, "bad.json", "{")
    done = at.run("import", "google", bad, "missing.json", good, "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "missing.json: No such file" in done.stderr
    assert f"2 {imports.UNREADABLE}" in done.stderr
    assert len(lines(tmp_path / "out")) == 1


BROKEN = '{"@type": "ClaimReview", "url": "https://checks.exam'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BROKEN, "a ClaimReview in JSON-LD that can't be read"),
        (f'<script type="application/ld+json">{BROKEN}</script>', "a ClaimReview in JSON-LD that can't be read"),
        ("<p>A page", "no ClaimReview in it"),
        (json.dumps({"@type": "NewsArticle"}), "no ClaimReview in it"),
        (json.dumps(review(claimReviewed=None)), "a review that does not say of which claim"),
        (f"{json.dumps(review())}\n{BROKEN}", "a ClaimReview in JSON-LD that can't be read"),
        ("", "JSON-LD that can't be read"),
        ("PK\x03\x04", "a zip archive, as .xlsx and .ods are: save the table as CSV"),
        ("%PDF-1.7", "a PDF"),
    ],
)  # fmt: skip
def test_a_source_of_which_nothing_can_be_used_is_a_failure_also_quietly(text: str, says: str, tmp_path: Path) -> None:
    bad, good = write(tmp_path, "bad", text), write(tmp_path, "good", review(url="https://checks.example/good"))
    out = tmp_path / "out"
    done = at.run("import", "claimreview", bad, good, "--out", str(out), "--quiet")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{bad}: ")
    assert says in done.stderr
    assert lines(out)[-1]["document"]["url"] == "https://checks.example/good"


def test_what_is_empty_is_no_failure(tmp_path: Path) -> None:
    mapping = write(tmp_path, "m.toml", '[columns]\nurl = "link"\nclaim = "what"')
    assert imported(tmp_path, "csv", write(tmp_path, "a.csv", "link,what\n"), "--mapping", mapping)[0] == []
    assert imported(tmp_path, "google", write(tmp_path, "g.json", {}))[0] == []


def test_rows_without_use_and_reports_that_can_t_be_are_failures(tmp_path: Path) -> None:
    mapping = write(tmp_path, "m.toml", '[columns]\nurl = "link"\nclaim = "what"\ntags = "tags"')
    tags = ",".join(f"tag{number}" for number in range(5_000))
    for row, says in (
        ("nowhere,It fell,", "without the address of a review"),
        (f'https://x.example,It fell,"{tags}"', report_lines.NOT_VALID),
    ):
        table = write(tmp_path, "a.csv", f"link,what,tags\n{row}\n")
        done = at.run("import", "csv", table, "--mapping", mapping, "--out", str(tmp_path / "x"), "--quiet")
        assert (done.returncode, says in done.stderr) == (1, True), done.stderr


def test_how_a_table_was_read_is_told(tmp_path: Path) -> None:
    mapping = write(tmp_path, "m.toml", '[columns]\nurl = "link"\nclaim = "what"')
    table = write(tmp_path, "a.csv", "link;what\nhttps://checks.example/1;It fell\n")
    done = at.run("import", "csv", table, "--mapping", mapping, "--out", str(tmp_path / "x"))
    assert f"{table}: read as utf-8, with semicolons between the cells" in done.stderr
    assert imported(tmp_path, "csv", table, "--mapping", mapping)[1]["read_as"] == [
        f"{table}: read as utf-8, with semicolons between the cells"
    ]


def test_the_table_of_ratings_is_printed() -> None:
    assert json.loads(at.run("import", "ratings", "--json").stdout) == {k: list(v) for k, v in ratings.TABLE.items()}
    assert "satire: Satire, " in at.run("import", "ratings").stdout


# --- from the web -----------------------------------------------------------------------------------------------------


def test_claimreview_out_of_a_page(tmp_path: Path) -> None:
    script = f'<script type="application/ld+json">{json.dumps(review(url="/fact"))}</script>'
    with site({"/x/1": page(article(head=script))}) as (base, _):
        (line,), _ = imported(tmp_path, "claimreview", f"{base}/x/1", "--allow-private")
        assert line["document"]["url"] == f"{base}/fact"
        done = at.run("import", "claimreview", f"{base}/x/1", "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "not a public address" in done.stderr


def fetched(tmp_path: Path, url: str, *more: str) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    out = tmp_path / "out"
    done = at.run("import", "url", url, "--out", str(out), "--json", "--allow-private", *more)
    for line in lines(out):
        DocumentLine.model_validate(line)
    return lines(out), json.loads(done.stderr), done.returncode


def test_a_page_becomes_a_document(tmp_path: Path) -> None:
    with site(
        {
            "/1": page(
                "<p>".join(["", *["Привет, мир. Это страница о мосте. " * 5] * 3]).encode("cp1251"),
                kind="text/html; charset=windows-1251",
            )
        }
    ) as (base, _):
        (line,), summary, code = fetched(tmp_path, f"{base}/1")
    assert (line["url"], line["http_status"], code, summary["lines"]) == (f"{base}/1", 200, 0, 1)
    assert "Привет, мир." in line["text"]


def test_a_plain_text_is_kept_as_it_is(tmp_path: Path) -> None:
    with site({"/1": page("One\n\n  two &amp; three", kind="text/plain")}) as (base, _):
        (line,), _, _ = fetched(tmp_path, f"{base}/1")
    assert line["text"] == "One\n\n  two &amp; three"


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8"])
def test_a_page_break_parts_words(kind: str, tmp_path: Path) -> None:
    sentence = "Minutes of the council, which met in the evening, and of all that was said there by its members"
    text = f"{sentence}.\fSecond page: the gate\vwas open."
    with site({"/1": page(f"<article><p>{text}</p></article>" if "html" in kind else text, kind=kind)}) as (base, _):
        (line,), _, _ = fetched(tmp_path, f"{base}/1")
    assert " ".join(line["text"].split()) == f"{sentence}. Second page: the gate was open."


def test_a_page_without_a_text_is_a_failure(tmp_path: Path) -> None:
    with site({"/1": page("<html><head><title>x</title></head><body></body></html>")}) as (base, _):
        found, summary, code = fetched(tmp_path, f"{base}/1")
    assert (found, code, summary["unreadable"]) == ([], 1, [f"{base}/1: {pages.NO_TEXT}"])


def canonical(href: str) -> str:
    return article(head=f'<link rel="canonical" href="{href}">')


def test_the_canonical_address_is_taken_if_the_same_stands_there(tmp_path: Path) -> None:
    another = article("Sport", "Nothing of the bridge: the river's team has won, as it did in the year before. " * 4)
    there = {
        "/amp": page(canonical("/real")), "/real": page(article()),
        "/other": page(canonical("/sport")), "/sport": page(another),
        "/dead": page(canonical("/nowhere")), "/home": page(canonical("/")), "/": page(article()),
    }  # fmt: skip
    with site(there) as (base, seen):
        for path, url, why in (
            ("amp", "real", None),
            ("other", "other", pages.CANONICAL_OTHER),
            ("dead", "dead", pages.CANONICAL_GONE),
            ("home", "home", pages.CANONICAL_HOME),
        ):
            (line,), summary, _ = fetched(tmp_path, f"{base}/{path}")
            assert line["url"] == f"{base}/{url}"
            assert summary["notes"] == ({why: 1} if why else {})
    assert "/" not in [one["path"] for one in seen]


def test_the_canonical_address_is_looked_at_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/1": page(canonical("ftp://files.example/1"))}) as (base, _):
        (line,), summary, _ = fetched(tmp_path, f"{base}/1")
    assert (line["url"], summary["notes"]) == (f"{base}/1", {pages.CANONICAL_BROKEN: 1})


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("404", "the server answers 404"),
        ("pdf", "neither of application/xhtml+xml, text/html, text/plain, but application/pdf"),
        ("front", reading.REDIRECTED_HOME),
        ("loop", "more than 5 redirects"),
        ("large", "larger than 100,000 bytes"),
    ],
)
def test_what_is_no_page_is_said(path: str, why: str, tmp_path: Path) -> None:
    there = {
        "/pdf": page("x", kind="application/pdf"), "/front": moved("/"), "/": page(article()), "/loop": moved("/loop"),
        "/large": page("x" * 100_001),
    }  # fmt: skip
    with site(there) as (base, _):
        found, summary, code = fetched(tmp_path, f"{base}/{path}", "--max-megabytes", "0.1")
        assert (found, code, summary["unreadable"]) == ([], 1, [f"{base}/{path}: {why}"])


@pytest.mark.parametrize("name", ["afpfactcheck", "fatabyyano", "fullfact", "politifact"])
def test_the_guide_names_each_example(name: str) -> None:
    assert f"examples/mappings/{name}.toml" in (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
