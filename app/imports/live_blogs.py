"""Live blogs: pages of many posts, of which an extractor of articles sees the newest, or words without headings."""

import re
from collections.abc import Iterator
from typing import Any, Final

from app.imports import jsonld, trees
from app.imports.checks import Json
from app.imports.trees import Tree
from app.texts import folding

TYPE: Final = "LiveBlogPosting"
_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:live|online|en-?direct|directo|diretta|ao-?vivo|relacja|canli|minute-?by-?minute|minuto-?a-?minuto)[_-]*"
    r"(?:blog|ticker|feed|updates|stream|posts|events|list|timeline|anlatim)",
    re.IGNORECASE,
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_WHOLE_PAGE: Final = ("body", "html")
_POSTS: Final = 2  # at least, for a class alone to make a page one


def container(tree: Tree, nodes: list[Json], article: str) -> Tree | None:
    """The element with all posts, and with the page's own heading where that is not far; None: not a live blog.

    `nodes`: the objects of the page's JSON-LD; `article`: what an extractor takes for the text.
    """
    posts = [
        *tree.xpath(f"//*[contains(@itemtype, 'schema.org/{TYPE}') or contains(@typeof, '{TYPE}')]"),
        *tree.xpath("//*[@itemprop='liveBlogUpdate' or @property='liveBlogUpdate']"),
        *_by_headline(tree, nodes),
        *(element for element in _by_class(tree) if _holds(element, article)),
    ]
    around = _common(posts)
    headings = tree.findall(".//h1")
    if around is None or not headings:
        return around
    with_heading = _common([around, headings[0]])
    return around if with_heading is None or with_heading.tag in _WHOLE_PAGE else with_heading


def _by_headline(tree: Tree, nodes: list[Json]) -> Iterator[Tree]:
    """The elements that are the headlines of the posts in JSON-LD."""
    headlines = {folding.whole(jsonld.words(update.get("headline"))) for update in updates(nodes)} - {""}
    if headlines:
        body = tree.find("body")
        for element in tree.iter() if body is None else body.iter():
            is_words = isinstance(element.tag, str) and not len(element) and bool(element.text)
            if is_words and folding.whole(element.text) in headlines:
                yield element


def _by_class(tree: Tree) -> Iterator[Tree]:
    for element in tree.xpath("//*[@class or @id]"):
        name = f"{element.get('class', '')} {element.get('id', '')}"
        if element.tag not in _WHOLE_PAGE and _CLASS.search(name):
            times, headings = len(element.findall(".//time")), len(element.xpath(".//h2 | .//h3 | .//h4"))
            if max(times, headings) >= _POSTS:
                yield element


def _holds(element: Tree, article: str) -> bool:
    """Whether the article is in it: a feed of the newest beside another text is no live blog."""
    inside = folding.whole(" ".join(trees.lines(element)))
    article_lines = [folding.whole(line) for line in article.splitlines()]
    return sum(len(line) for line in article_lines if line in inside) * 2 >= sum(map(len, article_lines))


def _common(elements: list[Tree]) -> Tree | None:
    """The innermost element around all of them."""
    if not elements:
        return None
    paths = [[*reversed(list(element.iterancestors())), element] for element in elements]
    common = None
    for steps in zip(*paths, strict=False):
        if any(step is not steps[0] for step in steps):
            break
        common = steps[0]
    return common


def is_one(nodes: list[Json]) -> bool:
    return any(TYPE in jsonld.types(node) for node in nodes)


def headline(nodes: list[Json], tree: Tree) -> str:
    """The page's own title: not that of its newest post."""
    own_names = (
        jsonld.words(node.get("headline")) or jsonld.words(node.get("name"))
        for node in nodes
        if TYPE in jsonld.types(node)
    )
    own_heading = tree.find(".//h1")
    return next(filter(None, own_names), "" if own_heading is None else trees.words(own_heading))


def updates(nodes: list[Json]) -> list[Json]:
    """The posts in JSON-LD."""
    members = [node.get("liveBlogUpdate") for node in nodes if TYPE in jsonld.types(node)]
    return [update for update in jsonld.as_list(members) if isinstance(update, dict)]


def text(around: Tree | None, nodes: list[Json]) -> str:
    """Every line of the posts; of posts that only JSON-LD has, which scripts show, that."""
    lines = trees.lines(around) if around is not None else []
    text_known = folding.words_only(folding.fold("\n".join(lines)).folded)
    for update in updates(nodes):
        for name in ("headline", "articleBody"):
            words = jsonld.words(update.get(name))
            if words and folding.words_only(folding.fold(words).folded) not in text_known:
                lines.append(words)
    return "\n".join(lines)


def first_date(nodes: list[Json]) -> Any:
    """When the page was published, not its newest post."""
    return next((node.get("datePublished") for node in nodes if TYPE in jsonld.types(node)), None)
