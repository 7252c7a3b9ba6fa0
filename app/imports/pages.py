"""A fetched page made into a document: its text, title, byline, language, date and address."""

import codecs
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import trafilatura
from trafilatura.settings import Document

from app.imports import jsonld, values
from app.imports.checks import Json, Notes, Unused, short
from app.imports.trees import Tree
from app.schemas import urls
from app.texts import fingerprints

HTML: Final = ("text/html", "application/xhtml+xml")
PLAIN: Final = "text/plain"
NO_TEXT: Final = "a page without a text"
CANONICAL_BROKEN: Final = "rel=canonical: no address that can be kept; the page's own is taken"
CANONICAL_HOME: Final = "rel=canonical: it names a front page; the page's own is taken"
CANONICAL_OTHER: Final = "rel=canonical: there stands something else; the page's own is taken"
CANONICAL_GONE: Final = "rel=canonical: can't be fetched; the page's own is taken"

# Of pages under two addresses so much is the same: menus and dates around a text differ.
SAME: Final = 0.8
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD: Final = 4096
# What browsers take these names for.
_WIDER: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
                 "shift_jis": "cp932", "iso8859-9": "cp1254", "tis-620": "cp874"}  # fmt: skip


_DATED: Final = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//*[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//time[@pubdate]/@datetime",
)
# Names of `<meta>`, in lower case.
_DATE_NAMES: Final = (
    "pubdate", "publishdate", "publish-date", "published-date", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What was read under an address; `tree`: None for a plain text."""

    url: str
    text: str
    status: int
    retrieved_at: datetime
    tree: Tree | None


def decoded(body: bytes, charset: str | None) -> str:
    """The text: by a byte order mark, else the header, else the page's own word, else UTF-8, else Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    told = _META.search(body[:_HEAD])
    for given in (charset, told and told[1].decode("ascii", "replace"), "utf-8"):
        try:
            codec = codecs.lookup(given or "").name
            return body.decode(_WIDER.get(codec, codec))
        except (LookupError, UnicodeError):
            continue
    return body.decode("cp1252", errors="replace")


def canonical(tree: Tree, url: str, notes: Notes) -> str | None:
    """Another address that the page gives as its own, if it may be: the caller fetches and compares it."""
    links = [one.get("href", "").strip() for one in tree.iterfind(".//link[@rel]") if _is_canonical(one)]
    given = next((one for one in links if one), None)
    if given is None:
        return None
    try:
        found = urls.check(urljoin(url, given))
    except ValueError:
        notes.append(Unused(url, short(given), CANONICAL_BROKEN))
        return None
    if urls.canonical(found) == urls.canonical(url):
        return None
    if _path(url) and not _path(found):
        notes.append(Unused(url, short(found), CANONICAL_HOME))
        return None
    return found


def _is_canonical(link: Tree) -> bool:
    return "canonical" in link.get("rel", "").lower().split()


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path.strip("/") + parts.query


def same(one: Json, other: Json) -> bool:
    """Whether two documents are one under two addresses: nearly all of their texts is the same."""
    if one.get("text") == other.get("text"):
        return True
    return (
        fingerprints.score(fingerprints.shingles(one.get("text", "")), fingerprints.shingles(other.get("text", "")))
        >= SAME
    )


def document(page: Page, notes: Notes) -> Json | None:
    """A line of NDJSON; None, and a note, for a page without a text."""
    found = {"text": values.printable(page.text)} if page.tree is None else _extracted(page, page.tree, notes)
    body = values.taken(values.TEXT, found.pop("text", ""), page.url, "text", notes)
    if body is None:
        notes.append(Unused(page.url, short(found.get("title") or page.text), NO_TEXT))
        return None
    read = {"http_status": page.status, "retrieved_at": page.retrieved_at.isoformat(timespec="seconds")}
    return {"type": "document", "url": page.url, **found, "text": body, **read}


def _extracted(page: Page, tree: Tree, notes: Notes) -> Json:
    found = trafilatura.bare_extraction(deepcopy(tree), url=page.url, with_metadata=True, include_comments=False)
    if not isinstance(found, Document):
        return {}
    title = values.taken(values.NAME, values.printable(found.title), page.url, "title", notes)
    # Where a page does not name its site, trafilatura gives the host.
    named = found.sitename if found.sitename != found.hostname else None
    publisher = values.taken(values.NAME, values.printable(named), page.url, "publisher", notes)
    told = {
        "title": title,
        "headline": title,
        "byline": values.taken(values.NAME, values.printable(found.author), page.url, "byline", notes),
        "language": values.language(_language(tree), found.text or "", page.url, "language", notes),
        "published": _published(tree, notes, page.url),
        "publisher": {"name": publisher} if publisher else None,
        "text": values.printable(found.text),
    }
    return {name: value for name, value in told.items() if value}


def _language(tree: Tree) -> str:
    return str(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or "")


def _published(tree: Tree, notes: Notes, url: str) -> str | None:
    """As the page's markup tells it. trafilatura's own date is not asked for: it takes 03/04 for the third of April."""
    given = [each for path in _DATED for each in tree.xpath(path)]
    for script in tree.xpath("//script[@type='application/ld+json']"):
        for root in jsonld.parsed(script.text or "", url, notes):
            nodes = (node for _, node in jsonld.objects(jsonld.plain(root)) if _is_text(node))
            given += [jsonld.words(node.get("datePublished")) for node in nodes]
    named = {meta.get("name", "").lower(): meta.get("content", "") for meta in tree.xpath("//meta[@name]")}
    given += [named[name] for name in _DATE_NAMES if name in named]
    return values.when(next((one for one in given if one.strip()), ""), url, "published", notes)


def _is_text(node: Json) -> bool:
    return any(one.endswith(("Article", "Posting", "WebPage", "Report")) for one in jsonld.types(node))
