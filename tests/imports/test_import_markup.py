"""ClaimReview that is not tidy JSON-LD: broken in the usual ways, in microdata, in RDFa."""

import json
import re
import time
from typing import Any

import checking
import pytest
from checking import PAGE, review

from app.imports import claimreview, jsonld, trees
from app.imports.checks import FactCheck, Notes, Party, Work

# Everything that a repair could take for broken stands inside a text.
ODD = r'1 // two /* three */ <!-- four --> ]]> five,] six;} {"seven": 7,} eight\" it\u0027s'
TIDY = json.dumps(review(claimReviewed=ODD.replace('\\"', '"').replace("\\u0027", "'")))


def read(text: str) -> tuple[list[FactCheck], dict[str, int]]:
    notes: Notes = []
    return claimreview.read(text, notes), dict(checking.reasons(notes))


@pytest.mark.parametrize(
    ("broken", "times"),
    [
        ("%s;", 1), ("%s ; ;\n", 1), ("%s,", 1), ("[%s,]", 1), ("[%s , ,]", 1), ("[,%s]", 1), ('{"x": %s,}', 1),
        ("[%s %s]", 2), ("[%s,,%s]", 2), ("%s%s", 2), ("%s\n\n%s;", 2), ("[%s];\n[%s];", 2), ("%s, %s", 2),
        ("/* a remark: */ %s // and one\n", 1), ("<!-- a remark -->\n%s", 1), ("// {\n[%s, // }\n]", 1),
        ("<!-- %s -->", 1), ("<!--\n%s\n//-->", 1), ("<![CDATA[%s]]>", 1), ("// <![CDATA[\n%s\n// ]]>", 1),
        ("//<![CDATA[ %s //]]>", 1), ("/* <![CDATA[ */ %s /* ]]> */", 1), ("/*<![CDATA[*/[%s]/*]]>*/", 1),
        ("<!--//--><![CDATA[//><!--\n%s\n//--><!]]>", 1), ("\ufeff%s;", 1),
        ("\u00a0[%s,\u200b]\u2028", 1), ("[\f%s\v]\ufeff", 1),
    ],
)  # fmt: skip
def test_what_is_slightly_broken_is_read_and_noted(broken: str, times: int) -> None:
    for text in (TIDY, json.dumps(json.loads(TIDY), indent=1)):
        script = broken.replace("%s", "%(review)s") % {"review": text}
        found, noted = read(f'<script type="application/ld+json">{script}</script>')
        assert [check.claim for check in found] == [json.loads(TIDY)["claimReviewed"]] * times
        assert noted == {jsonld.REPAIRED: 1}


def test_in_a_file_too() -> None:
    assert [check.claim for check in read(f"{TIDY};\n")[0]] == [json.loads(TIDY)["claimReviewed"]]


def test_an_apostrophe_that_needs_no_escape_and_marks_that_were_escaped() -> None:
    text = json.dumps(review(claimReviewed="It's fallen", itemReviewed=None))
    for broken in (text.replace("'", r"\'"), text.replace('"', "&quot;")):
        found, noted = read(broken)
        assert ([check.claim for check in found], noted) == (["It's fallen"], {jsonld.REPAIRED: 1})


@pytest.mark.parametrize(
    "broken",
    [TIDY[: len(TIDY) // 2], TIDY[:-1], TIDY.replace('", "', '" "', 1), TIDY.replace(":", ";", 1), TIDY[1:],
     json.dumps(json.loads(TIDY), indent=1)[:-40], TIDY.replace('"url"', "url")],
)  # fmt: skip
def test_what_would_have_to_be_guessed_is_not_read(broken: str) -> None:
    assert read(broken) == ([], {jsonld.BROKEN_REVIEW: 1})


def test_of_lines_those_that_can_be_read_are() -> None:
    found, noted = read(f'{TIDY}\n{{"@type": "Clai\n{TIDY}\n')
    assert (len(found), noted) == (2, {jsonld.NOT_JSON: 1})


def test_a_member_that_comes_twice_is_a_list() -> None:
    twice = TIDY.replace(
        '"itemReviewed": {',
        '"itemReviewed": {"appearance": "https://seen.example/1", "appearance": "https://seen.example/2", ',
    )
    (found,), noted = read(twice)
    assert ([work.url[-1] for work in found.appearances], noted) == (["1", "2"], {})
    rated = TIDY.replace('"alternateName": "False"', '"alternateName": "False", "alternateName": "True"')
    assert read(rated)[1] == {"only the first of several is used: alternateName": 1}


@pytest.mark.parametrize("part", ["/*", '"\\"', "<!--", "[", '{"a":', ";", ", ", "}{", '"a', "[,", "//", "{ "])
def test_what_is_broken_without_end_is_told_soon(part: str) -> None:
    before = time.monotonic()
    assert read(part * 20_000)[0] == []
    assert time.monotonic() - before < 5


# --- microdata and RDFa -----------------------------------------------------------------------------------------------

MICRODATA = """<!doctype html><html lang="en"><head><title>A check</title></head><body>
<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">A check</h1>
<div itemprop="review" itemscope itemtype="http://schema.org/ClaimReview" itemref="by">
 <a itemprop="url mainEntityOfPage" href="https://checks.example/1">here</a>
 <time itemprop="datePublished" datetime="2024-05-04">4 May</time>
 <p itemprop="claimReviewed">The <b>bridge</b><br>has  fallen</p>
 <div itemprop="itemReviewed" itemscope itemtype="http://schema.org/CreativeWork">
  <span itemprop="author" itemscope itemtype="http://schema.org/Person"><span itemprop="name">Anna Speaker</span></span>
  <meta itemprop="datePublished" content="2024-05-02">
  <link itemprop="url" href="https://seen.example/1"><link itemprop="url" href="../2">
 </div>
 <div itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating">
  <data itemprop="ratingValue" value="1">one</data>
  <img itemprop="image" src="no.png"><b itemprop="alternateName">False</b></div>
</div></article><footer id="by"><i itemprop="author" itemscope itemtype="http://schema.org/Organization">
<i itemprop="name">Checkers</i><a itemprop="url" href="https://checks.example">x</a></i></footer></body></html>"""
ATTRIBUTES = (
    (' itemref="by"', ""), ("itemscope itemtype", "typeof"), ("itemtype", "typeof"), ("itemprop", "property"),
    ("http://schema.org/", ""), ("https://schema.org/", ""),
)  # fmt: skip


def as_rdfa(prefix: str) -> str:
    """The same in RDFa. It knows no `itemref`: the reviewer stands inside."""
    author = re.search(r"<i itemprop=\"author\".*</i>", MICRODATA, re.DOTALL)
    assert author
    text = MICRODATA.replace(author[0], "").replace(' <a itemprop="url main', f'{author[0]} <a itemprop="url main')
    for before, after in ATTRIBUTES:
        text = text.replace(before, after)
    text = text.replace("https://schema.org/NewsArticle", "NewsArticle").replace("<data", '<data content="1"')
    if not prefix:
        return text.replace("<body>", '<body vocab="http://schema.org/">')
    text = re.sub(r'typeof="', f'typeof="{prefix}:', text)
    text = re.sub(
        r'property="([^"]*)"', lambda m: f'property="{" ".join(f"{prefix}:{w}" for w in m[1].split())}"', text
    )
    return text.replace("<body>", f'<body prefix="og: http://ogp.me/ns# {prefix}: https://schema.org/">')


@pytest.mark.parametrize("page", [MICRODATA, as_rdfa(""), as_rdfa("s")], ids=["microdata", "vocab", "prefix"])
def test_reviews_in_markup_are_read_like_others(page: str) -> None:
    (found,), noted = read(page)
    assert (found.url, found.published, found.said) == ("https://checks.example/1", "2024-05-04", "2024-05-02")
    assert found.claim == "The bridge has fallen"
    assert found.reviewer == Party("Checkers", "outlet", "https://checks.example")
    assert found.claimants == [Party("Anna Speaker", "person")]
    assert found.appearances == [Work("https://seen.example/1", published="2024-05-02")]
    assert (found.label, found.value) == ("False", 1)
    assert noted == {
        "appearance: no absolute address, which alone can be kept": 1,
        "a property that is not used: image": 1,
    }


def test_rdfa_of_older_pages() -> None:
    page = """<div xmlns:v="http://schema.org/" typeof="v:ClaimReview" about="https://checks.example/1">
    <span property="v:claimReviewed" content="It fell">It has fallen</span> <a rel="nofollow" href="/">home</a>
    <div rel="v:itemReviewed"><div typeof="v:Claim"><div rel="v:author"><span typeof="v:Person"><b property="v:name">Ben
    </b></span></div></div></div><p property="og:title">no</p><a rel="v:mainEntityOfPage" href="https://checks.example/1">
    </a></div>"""
    (found,), noted = read(page)
    assert (found.claim, found.url, found.claimants) == (
        "It fell",
        "https://checks.example/1",
        [Party("Ben", "person")],
    )
    assert noted == {}


def test_what_json_ld_says_too_is_taken_from_there() -> None:
    same = json.dumps(review(url="https://checks.example/1#x", claimReviewed="The bridge has fallen!"))
    (found,), noted = read(MICRODATA.replace("<body>", f'<body><script type="application/ld+json">{same}</script>'))
    assert (found.published, noted) == ("2023-08-10", {claimreview.TWICE: 1})
    other = json.dumps(review(url=PAGE))
    found_too, _ = read(MICRODATA.replace("<body>", f'<body><script type="application/ld+json">{other}</script>'))
    assert [check.url for check in found_too] == [PAGE, "https://checks.example/1"]


def test_a_saved_page_may_name_its_own_address() -> None:
    script = f'<script type="application/ld+json">{json.dumps(review(url=None))}</script>'
    for name in (f'<link rel="canonical" href="{PAGE}">', f'<meta property="og:url" content="{PAGE}">'):
        (found,), noted = read(f"<html><head>{name}{script}</head></html>")
        assert (found.url, noted) == (PAGE, {})


def test_items_in_circles_and_without_end() -> None:
    circle = '<div id="a" itemscope itemtype="https://schema.org/ClaimReview" itemref="b"></div>'
    circle += '<div id="b" itemprop="itemReviewed" itemscope itemref="b a"><p itemprop="name">x</p></div>'
    assert read(circle) == ([], {claimreview.NO_URL: 1})
    for attribute in ("itemprop='review' itemscope", "property='review' typeof='Review' vocab='https://schema.org/'"):
        assert read(f"<div {attribute}>" * 2_000)[0] == []


def words(markup: str) -> Any:
    return trees.words(trees.parsed(f"<div>{markup}</div>"))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("an order<sup>1</sup> of", "an order¹ of"), ("order<sup><a href='#n'>12</a></sup>.", "order¹²."),
        ("order<sup>[3]</sup>", "order[3]"), ("order<sup><a href='#n'>a</a></sup>", "order[a]"),
        ("1<sup>er</sup> mai", "1er mai"), ("5 m<sup>2</sup>", "5 m²"), ("order<sup>1, 2</sup>", "order¹, ²"),
        ("one<br>two<p>three</p>four", "one two three four"), ("one<script>x</script><!-- y --> two", "one two"),
        ("a <b>b</b>c", "a bc"), ("one\ftwo\vthree\x85four", "one two three four"),
    ],
)  # fmt: skip
def test_words_of_markup(markup: str, expected: str) -> None:
    assert words(markup) == expected
