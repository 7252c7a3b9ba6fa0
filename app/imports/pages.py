"""A fetched page made into a document: its text, title, byline, language, date and address."""

import codecs
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import trafilatura
from trafilatura.settings import Document

from app.imports import jsonld, live_blogs, sheets, values
from app.imports.checks import Json, Notes, Unused, short
from app.imports.trees import Tree
from app.schemas import urls
from app.schemas.pages import page_keys
from app.texts import fingerprints

HTML: Final = ("text/html", "application/xhtml+xml")
PLAIN: Final = "text/plain"
NO_TEXT: Final = "a page without a text"
PART: Final = "the page says that it is not free: its text is kept as a part (a teaser), in which not all stands"
NO_POSTS: Final = "a live blog whose posts can't be told apart: its text is that of an article"
CANONICAL_BROKEN: Final = "rel=canonical: no address that can be kept; the page's own is taken"
CANONICAL_HOME: Final = "rel=canonical: it names a front page; the page's own is taken"
CANONICAL_OTHER: Final = "rel=canonical: there stands something else; the page's own is taken"
CANONICAL_GONE: Final = "rel=canonical: can't be fetched; the page's own is taken"

# Of the texts of one page under two addresses; not all, for menus and dates around a text differ.
SAME_SHARE: Final = 0.8
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD: Final = 4096  # bytes of a page in which its `<meta charset>` is looked for
# Encodings that browsers take these names for: they have the same characters and more.
_WIDER: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
                 "shift_jis": "cp932", "iso8859-9": "cp1254", "tis-620": "cp874"}  # fmt: skip


_DATED: Final = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//*[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//time[@pubdate]/@datetime",
)
# Members that lead to other pages than the one that is read.
_OTHERS: Final = re.compile(
    r"/(?:itemListElement|relatedLink|citation|mentions|isBasedOn|about|subjectOf|liveBlogUpdate|review|comment)(?:/|$)"
)
_IN_MARKUP: Final = "//*[@itemprop='isAccessibleForFree' or contains(@property, 'isAccessibleForFree')]"
_LINKS_OF_ITEM: Final = ".//*[@itemprop='url' or @itemprop='mainEntityOfPage' or @property='url']"
_BESIDE: Final = frozenset({"aside", "nav", "footer"})
_DENIALS: Final = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false"})
_TIERS: Final = frozenset({"locked", "metered", "paid", "premium", "subscriber", "subscription"})
# Names of `<meta>`, in lower case.
_DATE_NAMES: Final = (
    "pubdate", "publishdate", "publish-date", "published-date", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was fetched; `tree` is None for a plain text."""

    url: str
    text: str
    status: int
    retrieved_at: datetime
    tree: Tree | None


def decoded(body: bytes, charset: str | None) -> str:
    """The text by the first encoding that fits: byte order mark, header, `<meta>`, UTF-8; else that which is likely."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    declared = _META.search(body[:_HEAD])
    for charset_name in (charset, declared and declared[1].decode("ascii", "replace"), "utf-8"):
        try:
            codec = codecs.lookup(charset_name or "").name
            return body.decode(_WIDER.get(codec, codec))
        except (LookupError, UnicodeError):
            continue
    return body.decode(sheets.likely(body), errors="replace")


def canonical(tree: Tree, url: str, notes: Notes) -> str | None:
    """The page's `rel=canonical`, where it is another address that may be the page's own.

    The caller fetches it and compares the two texts: what a page says of itself is often wrong.
    """
    links = [link for link in tree.iterfind(".//link[@rel]") if "canonical" in link.get("rel", "").lower().split()]
    href = next(filter(None, (link.get("href", "").strip() for link in links)), None)
    if href is None:
        return None
    try:
        url_of_link = urls.check(urljoin(url, href))
    except ValueError:
        notes.append(Unused(url, short(href), CANONICAL_BROKEN))
        return None
    if urls.canonical(url_of_link) == urls.canonical(url):
        return None
    if _path(url) and not _path(url_of_link):
        notes.append(Unused(url, short(url_of_link), CANONICAL_HOME))
        return None
    return url_of_link


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path.strip("/") + parts.query


def same(first: Json, second: Json) -> bool:
    """Whether two documents are one under two addresses: SAME_SHARE of their texts is the same."""
    texts = first.get("text", ""), second.get("text", "")
    return texts[0] == texts[1] or fingerprints.score(*map(fingerprints.shingles, texts)) >= SAME_SHARE


def document(page: FetchedPage, notes: Notes) -> Json | None:
    """A line of NDJSON; None, and a note, for a page without a text."""
    fields = {"text": values.printable(page.text)} if page.tree is None else _extracted(page, page.tree, notes)
    body = values.accepted(values.TEXT, fields.pop("text", ""), page.url, "text", notes)
    if body is None:
        notes.append(Unused(page.url, short(fields.get("title") or page.text), NO_TEXT))
        return None
    fetch_fields = {"http_status": page.status, "retrieved_at": page.retrieved_at.isoformat(timespec="seconds")}
    return {"type": "document", "url": page.url, **fields, "text": body, **fetch_fields}


def _extracted(page: FetchedPage, tree: Tree, notes: Notes) -> Json:
    # A copy: trafilatura prunes the tree, in which all else is looked for.
    extracted = trafilatura.bare_extraction(deepcopy(tree), url=page.url, with_metadata=True, include_comments=False)
    article = extracted if isinstance(extracted, Document) else Document()
    nodes = _own_nodes(tree, notes)
    title, text, times = article.title, article.text, list[str]()
    if live := _live(tree, nodes, text or "", page.url, notes):
        title, text, times = live["title"] or title, live["text"] or text, live["times"]
    title = values.accepted(values.NAME, values.printable(title), page.url, "title", notes)
    # Where a page does not name its site, trafilatura gives the host.
    site_name = article.sitename if article.sitename != article.hostname else None
    publisher = values.accepted(values.NAME, values.printable(site_name), page.url, "publisher", notes)
    # `lang` in HTML, `xml:lang` in XHTML, which lxml names with or without its namespace.
    attributes = ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")
    declared_language = next(filter(None, map(tree.get, attributes)), "")
    is_part = _is_part(nodes, tree, page.url)
    if is_part:
        notes.append(Unused(page.url, short(text or title), PART))
    fields = {
        "title": title,
        "headline": title,
        "byline": values.accepted(values.NAME, values.printable(article.author), page.url, "byline", notes),
        "language": values.language(declared_language, text or "", page.url, "language", notes),
        "published": _published(tree, times, _dates(nodes), notes, page.url),
        "publisher": {"name": publisher} if publisher else None,
        "part": is_part,
        "text": values.printable(text),
    }
    return {name: value for name, value in fields.items() if value}


def _own_nodes(tree: Tree, notes: Notes) -> list[Json]:
    """The objects of a page's JSON-LD, without those that are about other pages."""
    roots = [jsonld.without_prefixes(root) for root in jsonld.in_page(tree, notes)]
    return [node for root in roots for location, node in jsonld.objects(root) if not _OTHERS.search(location)]


def _live(tree: Tree, nodes: list[Json], article: str, url: str, notes: Notes) -> Json | None:
    """Title, text and times of a live blog; None for other pages."""
    container = live_blogs.container(tree, nodes, article)
    if container is None and not live_blogs.is_one(nodes):
        return None
    title, text = live_blogs.headline(nodes, tree), live_blogs.text(container, nodes)
    if not text:
        notes.append(Unused(url, short(title), NO_POSTS))
    return {"title": title, "text": text, "times": [jsonld.words(live_blogs.first_date(nodes))]}


def _dates(nodes: list[Json]) -> list[str]:
    """When the texts of a page's JSON-LD were published."""
    return [jsonld.words(node.get("datePublished")) for node in nodes if _is_text(node)]


def _published(tree: Tree, first: list[str], of_objects: list[str], notes: Notes, url: str) -> str | None:
    """The date by the page's markup. Not trafilatura's own date, which takes 03/04 for the third of April."""
    candidates = [*first, *(value for path in _DATED for value in tree.xpath(path)), *of_objects]
    metas = {meta.get("name", "").lower(): meta.get("content", "") for meta in tree.xpath("//meta[@name]")}
    candidates += [metas[name] for name in _DATE_NAMES if name in metas]
    times = (values.coarse_time(candidate, url, "published", notes, of_page=True) for candidate in candidates)
    return next(filter(None, times), None)


def _is_text(node: Json) -> bool:
    return any(name.endswith(("Article", "Posting", "WebPage", "Report")) for name in jsonld.types(node))


# --- parts -----------------------------------------------------------------------------------------------------------


def _is_part(nodes: list[Json], tree: Tree, url: str) -> bool:
    """Whether the page says that its text is but a part, with the rest for subscribers.

    By `isAccessibleForFree` in JSON-LD (of the page's own text, or of a part of it), in markup, or by `<meta>`.

    `nodes`: the objects of the page's JSON-LD that are about the page itself.
    """
    own_keys = _own_keys(tree, url)
    if any(_is_text(node) and _addresses(node, url) & own_keys for node in nodes):
        nodes = [node for node in nodes if not _is_of_another(_addresses(node, url), own_keys)]
    return (
        any(_denies(node.get("isAccessibleForFree")) for node in nodes)
        or any(_denies(_said(element)) for element in tree.xpath(_IN_MARKUP) if _is_own(element, url, own_keys))
        or any(
            (tier.get("content") or "").strip().casefold() in _TIERS
            for tier in tree.xpath("//meta[@property='article:content_tier' or @name='article:content_tier']")
        )
    )


def _own_keys(tree: Tree, url: str) -> set[str]:
    """The page's keys, by the address under which it was read, and those that it gives itself."""
    return _keys([url, *tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")], url)


def _keys(addresses: list[str], base: str) -> set[str]:
    keys = set()
    for address in addresses:
        try:
            keys.add(page_keys.key(urls.check(urljoin(base, address.strip()))))
        except ValueError:
            continue
    return keys


def _addresses(node: Json, base: str) -> set[str]:
    return _keys(
        [address for name in ("url", "mainEntityOfPage") for address in jsonld.addresses(node.get(name))], base
    )


def _is_of_another(keys: set[str], own_keys: set[str]) -> bool:
    return bool(keys) and not keys & own_keys


def _is_own(element: Tree, url: str, own_keys: set[str]) -> bool:
    """Whether what the markup says is about this page: not about one that it leads to."""
    around = [element, *element.iterancestors()]
    if any(outer.tag in _BESIDE for outer in around):
        return False
    scope = next((outer for outer in around if outer.get("itemscope") is not None or outer.get("typeof")), None)
    links = [] if scope is None else scope.xpath(_LINKS_OF_ITEM)
    of_scope = [link for link in links if link.xpath("ancestor::*[@itemscope or @typeof][1]")[:1] == [scope]]
    addresses = [link.get("href") or link.get("content") or link.get("itemid") or "" for link in of_scope]
    return not _is_of_another(_keys(list(filter(None, addresses)), url), own_keys)


def _said(element: Tree) -> str:
    return next((value for name in ("content", "href", "value") if (value := element.get(name))), element.text or "")


def _denies(value: Any) -> bool:
    """`false`, "False", 0, or schema.org's address of it."""
    if isinstance(value, bool | int):
        return not value
    return any(text.casefold() in _DENIALS for text in jsonld.texts(value) + jsonld.addresses(value))
