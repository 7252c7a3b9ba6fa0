"""Texts, URLs and language tags: what holds for every one of them."""

import pytest
import soaking
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.schemas.fields import Language, Name, Url, Verbatim
from app.schemas.urls import canonical

_property = settings(max_examples=soaking.times(400))
_names, _texts = TypeAdapter(Name), TypeAdapter(Verbatim)
_urls, _languages = TypeAdapter(Url), TypeAdapter(Language)


@given(st.text(st.characters(exclude_categories=()), max_size=50))
@_property
def test_a_text_once_cleaned_stays_as_it_is(words: str) -> None:
    for adapter in (_names, _texts):
        try:
            cleaned = adapter.validate_python(words)
        except ValidationError:
            continue
        assert adapter.validate_python(cleaned) == cleaned
        cleaned.encode()
        assert "\0" not in cleaned


_PIECES = st.sampled_from(
    [
        *(
            "https://",
            "http://",
            "HTTPS://",
            "//",
            "/",
            "\\",
            "..",
            ".",
            "x.com",
            "Müller.example",
            "[::1]",
            "127.0.0.1",
        ),
        *(":80", ":443", ":8080", "@", "xn--", "https://x.com/a", "?", "&", "=", "a", "b=1", ";", "+", "ä", "\u202e"),
        *("utm_source=x", "fbclid=2", "UTM_x=1", "#", "#!", "#/", "!", "~", "'", '"', "<", "{", "|", "^", "`"),
        *("%", "%20", "%zz", "%C3%A4", "%2F", "%00", "%41"),
    ]
)


@given(
    st.lists(_PIECES, max_size=12).map(lambda pieces: "https://x.com/" + "".join(pieces))
    | st.lists(_PIECES, max_size=8).map("".join)
)
@example("https://archive.ph/https://x.com/a?utm_source=1")
@example("https://x.com/?#!/?utm_source=1")
@settings(max_examples=soaking.times(1000))
def test_the_canonical_form_of_a_url_is_its_own(words: str) -> None:
    try:
        url = _urls.validate_python(words)
    except ValidationError:
        return
    form = canonical(url)
    assert canonical(form) == form
    assert _urls.validate_python(form) == form


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("https://Example.org:443/a/../b", "https://example.org/b#part"),
        ("https://example.org/?b=2&a=1", "https://example.org/?a=1&utm_source=x&b=2&fbclid=1"),
        ("https://müller.example/ä", "https://xn--mller-kva.example/%C3%A4"),
        ("https://example.org?", "https://example.org/"),
    ],
)
def test_two_spellings_are_one_address(url: str, spelling: str) -> None:
    assert canonical(url) == canonical(spelling)


@pytest.mark.parametrize(
    ("url", "another_page"),
    [
        ("https://example.org/?1", "https://example.org/?2"),
        ("https://example.org/?id=1", "https://example.org/?id="),
        ("https://example.org/?cid=1", "https://example.org/?cid=2"),
        ("https://example.org/?source=1&ref=1", "https://example.org/?source=2&ref=1"),
        ("https://example.org/?q=%cf%e5", "https://example.org/?q=%c2%e0"),
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://example.org//a", "https://example.org/a"),
        ("https://archive.ph/https://example.org/a", "https://example.org/a"),
    ],
)
def test_two_pages_are_two_addresses(url: str, another_page: str) -> None:
    assert canonical(url) != canonical(another_page)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "//example.org",
        "example.org",
        "https://",
        "https:example.org",
        "https:///example.org",
        "http:\\\\example.org",
        "https://u:p@example.org/",
        "https://u@example.org",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\ta",
        "https://example.org/\na",
        "https://example.org/\0",
        "https://[::1",
        "https://example.org:99999/",
        "https://a%20b/",
        "https://?a",
        "https://example.org/" + "a" * 3990,
        "https://example.org/" + "ä" * 700,
    ],
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ValidationError):
        _urls.validate_python(url)


@pytest.mark.parametrize(
    ("tag", "standard"),
    [
        *(("en", "en"), ("iw", "he"), ("EN-us", "en-US"), ("zh-hans", "zh-Hans"), ("en_GB", "en-GB")),
        *(("English", "en"), ("русский", "ru"), ("Українська", "uk"), ("Deutsch", "de"), ("norwegian", "no")),
    ],
)
def test_language_tags_have_one_form(tag: str, standard: str) -> None:
    assert _languages.validate_python(tag) == standard


@pytest.mark.parametrize("tag", ["englsih", "none", "e", "x-private", "en-", "", "en\0", "𝔢𝔫", "en-" + "a" * 40, "12"])
def test_what_is_no_language_tag(tag: str) -> None:
    with pytest.raises(ValidationError):
        _languages.validate_python(tag)


@given(st.text(st.sampled_from("abcdexyzENUS-_0129 é"), max_size=40))
@_property
def test_a_language_tag_once_kept_stays_as_it_is(tag: str) -> None:
    try:
        standard = _languages.validate_python(tag)
    except ValidationError:
        return
    assert _languages.validate_python(standard) == standard
