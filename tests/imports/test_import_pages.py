"""Pages made into documents."""

from datetime import UTC, datetime
from typing import Any

import pytest
from local_sites import article

from app.imports import pages, trees
from app.imports.checks import Notes
from app.schemas.lines import DocumentLine

URL = "https://news.example/2023/bridge?utm_source=x"
READ = datetime(2023, 8, 10, 12, tzinfo=UTC)


def document(text: str, url: str = URL) -> tuple[dict[str, Any] | None, Notes]:
    notes: Notes = []
    found = pages.document(pages.FetchedPage(url, text, 200, READ, trees.parsed(text)), notes)
    if found:
        DocumentLine.model_validate(found)
    return found, notes


def told(head: str, **more: str) -> dict[str, Any]:
    found, _ = document(article(head=head, **more))
    assert found
    return found


HEAD = """<meta property="og:site_name" content="Example News"><meta name="author" content="Zoe Reporter">
<meta property="article:published_time" content="2023-08-09T13:24:00+03:00">"""


def test_what_a_page_tells() -> None:
    found, notes = document(article(head=HEAD))
    assert found is not None
    assert found.pop("text").startswith("The bridge stands\nThe bridge over the river has not fallen")
    assert found == {
        "type": "document",
        "url": URL,
        "title": "The bridge stands",
        "headline": "The bridge stands",
        "byline": "Zoe Reporter",
        "language": "en",
        "published": "2023-08-09T13:24:00+03:00",
        "publisher": {"name": "Example News"},
        "http_status": 200,
        "retrieved_at": "2023-08-10T12:00:00+00:00",
    }
    assert notes == []


def test_menus_and_footers_are_no_text() -> None:
    text = told("")["text"]
    assert "Sport" not in text
    assert "rights reserved" not in text


def test_what_a_page_does_not_tell_is_left_out() -> None:
    found, _ = document(article(), "https://news.example/bridge")
    assert found is not None
    assert found.keys().isdisjoint({"byline", "published", "publisher"})


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta itemprop="datePublished" content="2023-08-09">', "2023-08-09"),
        ('<script type="application/ld+json">[{"@type":"NewsArticle","datePublished":"2023"}]</script>', "2023"),
        ('<script type="application/ld+json">{"@type":"Person","datePublished":"2001-01-01"}</script>', None),
        ('<meta property="article:published_time" content="03/04/2021">', None),
        ('<meta name="DC.date" content="2023-08-09 13:24">', "2023-08-09"),
        ('<meta property="article:modified_time" content="2023-08-10">', None),
    ],
)  # fmt: skip
def test_when_it_was_published(head: str, published: str | None) -> None:
    found, _ = document(article(head=head), "https://news.example/bridge")
    assert found is not None
    assert found.get("published") == published


def test_a_language_that_the_text_is_not_in_is_left_out() -> None:
    found, notes = document(article(text="Мост стоит, сказали в мэрии в среду. " * 10, title="Мост"))
    assert found is not None
    assert "language" not in found
    assert "another script" in notes[0].why


@pytest.mark.parametrize("text", ["", "<html></html>", "<html><body><script>x()</script></body></html>", "\x00"])
def test_a_page_without_a_text_is_none(text: str) -> None:
    found, notes = document(text)
    assert found is None
    assert [note.why for note in notes] == [pages.NO_TEXT]


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("Мост".encode("cp1251"), "windows-1251", "Мост"),
        ('<meta charset="windows-1251">Мост'.encode("cp1251"), None, '<meta charset="windows-1251">Мост'),
        ("<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>Мост".encode("koi8-r"), None, "Мост"),
        ("Мост".encode(), "windows-1251", "РњРѕСЃС‚"),  # the header's word goes before the page's
        ("Мост".encode(), "nonsense", "Мост"),
        ("\ufeffМост".encode(), "windows-1251", "Мост"),
        ("Мост".encode("utf-16"), None, "Мост"),
        (b"Gr\xfc\xdfe \x96", "iso-8859-1", "Grüße –"),
        (b"Gr\xfc\xdfe", None, "Grüße"),
        ("橋".encode("shift_jis"), "Shift_JIS", "橋"),
        (b"\xff\xfe\x00\xd8", None, "\ufffd"),
        (b"", None, ""),
        (b"x", "base64", "x"),
        (b"x", "idna", "x"),
    ],
)
def test_charsets(body: bytes, charset: str | None, text: str) -> None:
    assert pages.decoded(body, charset).endswith(text)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Мост через реку упал, говорит мэр города"),
        ("cp1256", "انهار الجسر صباح أمس كما قال المحافظ"),
        ("cp1250", "Most się zawalił, mówią świadkowie i burmistrz"),
        ("gb18030", "大桥昨天倒塌了，市长说"),
    ],
)
def test_a_page_that_does_not_tell_its_encoding(encoding: str, text: str) -> None:
    assert pages.decoded(f"<html><body><p>{text}</p></body></html>".encode(encoding), None).find(text) > 0


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("https://news.example/2023/bridge", None),  # only without the tracker
        ("/2023/bridge#top", None),
        ("/2024/bridge", "https://news.example/2024/bridge"),
        ("https://agency.example/1", "https://agency.example/1"),
        ("//agency.example/1", "https://agency.example/1"),
        ("https://news.example/", pages.CANONICAL_HOME),
        ("https://agency.example", pages.CANONICAL_HOME),
        ("javascript:alert(1)", pages.CANONICAL_BROKEN),
        ("http://[", pages.CANONICAL_BROKEN),
        ("https://a:b@agency.example/1", pages.CANONICAL_BROKEN),
        ("", None),
    ],
)
def test_which_canonical_address_is_looked_at(href: str, found: str | None) -> None:
    notes: Notes = []
    tree = trees.parsed(article(head=f'<link rel="alternate" href="/x"><link rel="Canonical" href="{href}">'))
    assert pages.canonical(tree, URL, notes) in (found, None)
    assert pages.canonical(tree, URL, []) == (found if found and found.startswith("http") else None)
    assert [note.why for note in notes] == ([found] if found and not found.startswith("http") else [])


def test_two_texts_are_one_when_nearly_all_is_the_same() -> None:
    one = told("")
    assert pages.same(one, told("", title="The bridge still stands"))
    assert not pages.same(one, told("", text="Something else was said about something else, by somebody else. " * 5))
