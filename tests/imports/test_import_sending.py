"""`counterclaim import` into a running service."""

import json
from pathlib import Path
from typing import Any

import services_at as at
from checking import review

from app.commands import imports


def imported(file: Path, base: str, key: str, *more: str) -> tuple[int, dict[str, Any]]:
    done = at.run("import", "claimreview", str(file), "--url", base, "--key", key, "--json", *more)
    return done.returncode, json.loads(done.stderr.splitlines()[-1])


def test_lines_are_sent_and_counted(tmp_path: Path, database_url: str, key: str) -> None:
    file, notes = tmp_path / "two.json", tmp_path / "notes"
    file.write_text(json.dumps([review(), review(url="https://checks.example/2", claimReviewed="The tower fell")]))
    with at.serving(database_url) as base:
        code, told = imported(file, base, key)
        assert (code, told["sent"]) == (0, {"created": 2, "matched": 0, "failed": 0, "error": None})
        code, told = imported(file, base, key)
        assert (code, told["sent"]["matched"]) == (0, 2)
        code, told = imported(file, base, key, "--event", "nowhere", "--notes", str(notes))
        assert (code, told["sent"]["failed"]) == (1, 2)
        assert all(why.startswith(imports.REFUSED) for why in told["notes"])
        refused = [json.loads(line) for line in notes.read_text().splitlines()]
        assert len({one["where"] for one in refused}) == 2
        assert all("nowhere" in one["what"] or "event" in one["what"] for one in refused)
        code, told = imported(file, base, "cc_wrong")
        assert (code, told["sent"]["created"]) == (imports.UNUSABLE, 0)
        assert "401" in told["sent"]["error"]
        assert at.get(f"{base}/v1/claims?count=true").json()["total"] == 2


def test_what_goes_wrong_before_is_said_without_json(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(review()))
    done = at.run("import", "claimreview", str(file), "--url", "ftp://x", "--key", "cc_x")
    assert done.returncode == imports.UNUSABLE
    assert "begins with http" in done.stderr


def test_a_refused_line_is_told_without_notes_too(tmp_path: Path, database_url: str, key: str) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(review()))
    with at.serving(database_url) as base:
        for quiet in ("--quiet", "--no-quiet"):
            done = at.run(
                "import", "claimreview", str(file), "--url", base, "--key", key, "--event", "nowhere", quiet
            )  # fmt: skip
            assert done.returncode == 1
            assert done.stderr.startswith(f"{review()['url']} (factcheck:")
            assert imports.REFUSED in done.stderr.splitlines()[0]
            assert "event" in done.stderr.splitlines()[0]


def test_what_the_service_does_not_take_is_noted(tmp_path: Path, database_url: str, key: str) -> None:
    file, notes = tmp_path / "one.json", tmp_path / "notes"
    with at.serving(database_url) as base:
        for number, job in ((1, "Mayor of Kesra"), (2, "Teacher")):
            anna = {"@type": "Person", "name": "Anna Speaker", "jobTitle": job}
            item = {"@type": "Claim", "datePublished": "2023-08-09", "author": anna}
            file.write_text(json.dumps(review(url=f"https://checks.example/{number}", itemReviewed=item)))
            code, told = imported(file, base, key, "--notes", str(notes))
            assert (code, told["sent"]["created"]) == (0, 1)
    assert told["notes"] == {imports.REMARKS["not_taken"]: 1}
    (note,) = [json.loads(line) for line in notes.read_text().splitlines()]
    assert note["where"] == "https://checks.example/2: /events/0/claims/0/statements/0/source/role"
    assert "Teacher" in note["what"]


def test_who_sees_a_rating_sees_the_page_of_the_review(tmp_path: Path, database_url: str, key: str) -> None:
    """Also where nobody is named who made the claim, nor a page where it appeared."""
    file = tmp_path / "bare.json"
    reviewed = {"@type": "Claim", "appearance": {"@type": "CreativeWork", "url": "https://posts.example/1"}}
    bare = [review(itemReviewed=None), review(url="https://checks.example/2", itemReviewed=reviewed)]
    file.write_text(json.dumps(bare))
    with at.serving(database_url) as base:
        code, told = imported(file, base, key)
        assert (code, told["sent"]["created"]) == (0, 2)
        for address in (one["url"] for one in bare):
            [listed] = at.get(f"{base}/v1/documents", params={"url": address}).json()["items"]
            assert at.get(f"{base}/v1/documents/{listed['id']}").status_code == 200
        for event in at.get(f"{base}/v1/events").json()["items"]:
            dossier = at.get(f"{base}/v1/events/{event['id']}/dossier").json()
            [rating] = dossier["unasked"][0]["assessments"]
            assert [dossier["documents"][id_]["url"] for id_ in rating["document_ids"]] == [rating["url"]]
            linked = at.get(f"{base}/v1/events/{event['id']}/export.jsonld").json()
            reviews = [node for node in linked["@graph"] if node["@type"] == "ClaimReview"]
            assert len(reviews) == 1
            assert not reviews[0].get("citation")
        code, told = imported(file, base, key)
        assert (code, told["sent"]["matched"]) == (0, 2)
