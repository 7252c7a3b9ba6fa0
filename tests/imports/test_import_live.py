"""Pages of many posts, and pages of which only a part is free."""

import json
from datetime import UTC, datetime
from typing import Any

import checking
import pytest
from local_sites import article

from app.imports import pages, trees
from app.imports.checks import Notes
from app.schemas.lines import DocumentLine


def document(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    notes: Notes = []
    url = "https://news.example/2023/bridge"
    found = pages.document(
        pages.FetchedPage(url, text, 200, datetime(2024, 5, 3, tzinfo=UTC), trees.parsed(text)), notes
    )
    assert found
    DocumentLine.model_validate(found)
    return found, dict(checking.reasons(notes))


def script(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


# --- live blogs -------------------------------------------------------------------------------------------------------

TITLE = "Live: the bridge"
HEADINGS = ["Engineers leave", "Mayor speaks", "Traffic returns", "First word"]
SENTENCE = (
    "said that {} people had crossed the river by boat, among them four children, before the road was opened again"
)


def posts(tag: str, section: str, length: int) -> str:
    return "".join(
        f'<{section} class="post" itemprop="liveBlogUpdate" itemscope>'
        f'<time datetime="2024-05-02T{19 - n}:00:00+02:00">{19 - n}:00</time>'
        f'<{tag}>{heading}</{tag}><div class="post-content">'
        + "".join(f"<p>Somebody {SENTENCE.format(n * 10 + part)}.</p>" for part in range(length))
        + f"</div></{section}>"
        for n, heading in enumerate(HEADINGS)
    )


def described(**more: Any) -> str:
    updates = [
        {"@type": "BlogPosting", "headline": heading, "datePublished": "2024-05-02T19:00:00+02:00"}
        for heading in HEADINGS
    ]
    return script(
        {
            "@type": "LiveBlogPosting",
            "headline": TITLE,
            "datePublished": "2024-05-02T08:00:00+02:00",
            "liveBlogUpdate": updates,
        }
        | more
    )


def live(head: str, body: str, around: str = 'class="live-blog"') -> str:
    return (
        f'<html lang="en"><head><title>{TITLE} | News</title>{head}</head><body><nav><a href="/">Home</a></nav><main>'
        f"<h1>{TITLE}</h1><div {around}>{body}</div></main>"
        "<aside><h2>Most read</h2><p>Other things</p></aside></body></html>"
    )


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("section", ["div", "article", "li"])
@pytest.mark.parametrize("tag", ["h2", "h4", "strong"])
def test_a_live_blog_keeps_its_title_and_the_heading_of_each_post(tag: str, section: str, length: int) -> None:
    body = posts(tag, section, length)
    plain = body.replace(' itemprop="liveBlogUpdate" itemscope', "")
    as_item = 'itemscope itemtype="https://schema.org/LiveBlogPosting"'
    for page in (live(described(), plain, ""), live("", plain), live("", body, ""), live("", plain, as_item)):
        found, noted = document(page)
        assert (found["title"], noted) == (TITLE, {})
        lines = found["text"].splitlines()
        assert [line for line in lines if line in HEADINGS] == HEADINGS
        assert [line for line in lines if "crossed" in line] == [
            f"Somebody {SENTENCE.format(n * 10 + part)}." for n in range(len(HEADINGS)) for part in range(length)
        ]
        assert not {"Home", "Most read", "Other things"} & set(lines)


@pytest.mark.parametrize("name", ["online__feed", "live-ticker", "en-direct-feed", "diretta_list", "relacja-timeline"])
def test_a_live_blog_may_be_called_so_in_another_language(name: str) -> None:
    found, _ = document(live("", posts("h3", "div", 2), f'class="{name}"').replace(' itemprop="liveBlogUpdate"', ""))
    assert [line for line in found["text"].splitlines() if line in HEADINGS] == HEADINGS


def test_it_was_published_when_it_began() -> None:
    assert document(live(described(), posts("h2", "div", 1)))[0]["published"] == "2024-05-02T08:00:00+02:00"


def test_posts_that_scripts_show_are_read_from_json_ld() -> None:
    updates = [
        {"@type": "BlogPosting", "headline": heading, "articleBody": f"{heading}: {SENTENCE}"} for heading in HEADINGS
    ]
    found, _ = document(live(described(liveBlogUpdate=updates), ""))
    assert found["text"].splitlines() == [line for heading in HEADINGS for line in (heading, f"{heading}: {SENTENCE}")]
    assert found["title"] == TITLE


def test_a_feed_beside_an_article_is_no_live_blog() -> None:
    feed = (
        '<div class="live-feed">'
        + "".join(f"<h3>{heading}</h3><time>{n}:00</time>" for n, heading in enumerate(HEADINGS))
        + "</div>"
    )
    other = script({"@type": "ItemList", "itemListElement": [{"@type": "LiveBlogPosting", "headline": TITLE}]})
    found, _ = document(article(head=other).replace("</article>", f"</article>{feed}"))
    assert found["title"] == "The bridge stands"
    assert "Mayor speaks" not in found["text"]


# --- parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "denied", [False, "False", "false", "http://schema.org/False", {"@id": "https://schema.org/False"}, 0]
)
def test_a_page_that_is_not_free_is_a_part_and_told(denied: Any) -> None:
    wall = {"@type": "WebPageElement", "isAccessibleForFree": denied, "cssSelector": ".paid"}
    for value in (
        {"isAccessibleForFree": denied},
        {"isAccessibleForFree": True, "hasPart": [wall]},
        {"@graph": [wall]},
    ):
        found, noted = document(article(head=script({"@type": "NewsArticle"} | value)))
        assert (found["part"], noted) == (True, {pages.PART: 1})


@pytest.mark.parametrize(
    "head",
    [
        '<meta itemprop="isAccessibleForFree" content="False">',
        '<meta property="schema:isAccessibleForFree" content="false">',
        '<meta property="article:content_tier" content="locked">',
        '<meta name="article:content_tier" content="Metered">',
        '<link itemprop="isAccessibleForFree" href="https://schema.org/False">',
    ],
)  # fmt: skip
def test_markup_may_tell_it_too(head: str) -> None:
    assert document(article(head=head))[0]["part"] is True


PAID = '<meta itemprop="isAccessibleForFree" content="false">'
ITEM = '<div itemscope itemtype="https://schema.org/NewsArticle">'


@pytest.mark.parametrize(
    ("beside", "is_part"),
    [
        (f"<aside>{ITEM}{PAID}</div></aside>", False),
        (f'{ITEM}<h3><a itemprop="url" href="/other">Other</a></h3>{PAID}</div>', False),
        (f'{ITEM}<link itemprop="mainEntityOfPage" href="https://paper.example/other">{PAID}</div>', False),
        (f'{ITEM}<a itemprop="url" href="#top">This</a>{PAID}</div>', True),
        (f'{ITEM}<i itemprop="author" itemscope><a itemprop="url" href="/anna">Anna</a></i>{PAID}</div>', True),
        (f"{ITEM}{PAID}</div>", True),
    ],
)
def test_what_another_page_costs_makes_no_part(beside: str, is_part: bool) -> None:
    found, _ = document(article().replace("</article>", f"</article>{beside}"))
    assert ("part" in found) is is_part


@pytest.mark.parametrize(("own", "is_part"), [("", False), ("https://elsewhere.example/1", True)])
def test_nor_does_another_text_in_json_ld(own: str, is_part: bool) -> None:
    """Unless no text there is of this page: then it may have moved."""
    texts = [
        {"@type": "NewsArticle", "url": own or document(article())[0]["url"], "isAccessibleForFree": True},
        {"@type": "NewsArticle", "url": "https://paper.example/other", "isAccessibleForFree": False},
    ]
    assert ("part" in document(article(head=script(texts)))[0]) is is_part


@pytest.mark.parametrize(
    "value",
    [
        {"isAccessibleForFree": True}, {"isAccessibleForFree": "True"}, {}, {"isAccessibleForFree": None},
        {"mentions": {"@type": "NewsArticle", "isAccessibleForFree": False}},
        {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "isAccessibleForFree": False}]},
    ],
)  # fmt: skip
def test_a_free_page_is_none(value: Any) -> None:
    found, noted = document(article(head=script({"@type": "NewsArticle"} | value)))
    assert ("part" in found, noted) == (False, {})
