"""Addresses that hold another page's: archives, AMP caches, translation proxies, and what counts clicks on links.

Only shapes that are known of hosts that are known: a parameter `url=` of any other site may as well say what its page
is about.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote

import ada_url

from app.schemas import urls

_MOST_WRAPPERS: Final = 3  # an archived page of an AMP cache of a translation

# The host, without `www.`; the path with which it replays what was kept, up to the page's own address.
_TIME: Final = r"(?:\d{4,14}|\d{4}\.\d\d\.\d\d-\d{6})(?:[a-z]{2}_)?"
_ARCHIVES: Final = [
    (
        re.compile(r"(?:(?:web|wayback)\.)?archive\.org"),
        re.compile(rf"/web/(?:(?:{_TIME}|\d(?:[a-z]{{2}}_)?)/|(?=(?i:https?:)))|/save/(?:_embed/)?(?=(?i:https?:))"),
    ),
    (
        re.compile(r"archive\.(?:today|ph|is|li|vn|md|fo)"),
        re.compile(rf"/(?:(?:{_TIME}|newest|oldest|timegate|o/\w+)/)?(?=(?i:https?:))"),
    ),
    (re.compile(r"arquivo\.pt"), re.compile(rf"/(?:wayback|noFrame/replay)/{_TIME}/(?=(?i:https?:))")),
    (re.compile(r"wayback\.archive-it\.org"), re.compile(rf"/(?:org-)?(?:\d+|all)/{_TIME}/(?=(?i:https?:))")),
    (re.compile(r"megalodon\.jp"), re.compile(r"/(?:ref/)?\d{4}-\d{4}-\d{4}-\d\d/")),
    (
        re.compile(r"timetravel\.mementoweb\.org"),
        re.compile(rf"/(?:memento|list|timegate)/(?:{_TIME}/)?(?=(?i:https?:))"),
    ),
    (re.compile(r"webarchive\.loc\.gov"), re.compile(rf"/(?:all|legacy)/{_TIME}/(?=(?i:https?:))")),
    (
        re.compile(r"webarchive\.nationalarchives\.gov\.uk|webarchive\.org\.uk|swap\.stanford\.edu|vefsafn\.is"),
        re.compile(rf"/(?:[\w-]+/){{0,3}}{_TIME}/(?=(?i:https?:))"),
    ),
]
_GOOGLE: Final = r"google(?:\.com?)?\.[a-z]{2,3}"
_YANDEX: Final = r"yandex\.(?:com|com\.tr|ru|net|ua|kz|by|uz)"
# The host, the path, and the parameter in which the page's address stands.
_IN_A_PARAMETER: Final = [
    (rf"translate\.{_GOOGLE}", "/(?:translate|website)", "u"),
    (r"translate\.googleusercontent\.com", "/translate(?:_c|_p)?", "u"),
    (r"(?:www\.)?(?:microsofttranslator|translatetheweb)\.com", "/bv.aspx", "a"),
    (rf"translate\.{_YANDEX}", "/translate", "url"),
    (r"papago\.naver\.(?:net|com)", "/(?:apis/site/proxy|website)", "url"),
    (r"fanyi\.baidu\.com", "/transpage", "query"),
    (rf"(?:www\.)?{_GOOGLE}", "/url", "(?:url|q)"),
    (r"lm?\.facebook\.com", "/l.php", "u"),
    (r"l\.(?:instagram|threads)\.(?:com|net)", "/", "u"),
    (r"(?:www\.)?youtube\.com", "/redirect", "q"),
    (r"(?:m\.)?vk\.(?:com|ru)", "/away.php", "to"),
    (r"t\.me", "/iv", "url"),
    (r"out\.reddit\.com", ".*", "url"),
    (r"[a-z0-9.]+\.safelinks\.protection\.outlook\.com", ".*", "url"),
    (r"(?:www\.)?webcitation\.org", "/query", "url"),
    (r"archive\.(?:today|ph|is|li|vn|md|fo)", "/(?:submit/)?", "url"),
    (r"(?:www\.)?facebook\.com", r"/plugins/(?:post|video)\.php", "href"),
    (r"(?:www\.)?linkedin\.com", "/(?:redir/redirect|safety/go)", "url"),
    (r"(?:m\.)?ok\.ru", "/dk", r"st\.(?:rfn|link)"),
    (r"duckduckgo\.com", "/l/", "uddg"),
    (r"t\.umblr\.com", "/redirect", "z"),
    (r"slack-redir\.net", "/link", "url"),
    (r"cc\.bingj\.com", r"/cache\.aspx", "url"),
    (r"hghltd\.yandex\.net|yandexwebcache\.net", "/yandbtm", "url"),
    (rf"(?:www\.)?{_YANDEX}", "/turbo", "text"),
    (r"12ft\.io", "/(?:proxy|api/proxy)", "q"),
]
_PARAMETERS: Final = [(re.compile(host), re.compile(path), re.compile(name)) for host, path, name in _IN_A_PARAMETER]
# The page's host and path stand in the cache's path: after an `s/` it is read by https.
_AMP_CACHES: Final = [
    (re.compile(rf"(?:www\.)?{_GOOGLE}"), re.compile(r"/amp/(s/)?(?=[^/]*\.)")),
    (
        re.compile(r"[a-z0-9-]+\.cdn\.ampproject\.org|cdn\.ampproject\.org"),
        re.compile(r"/(?:[civrw]p?)/(s/)?(?=[^/]*\.)"),
    ),
    (re.compile(r"[a-z0-9-]+\.(?:bing-amp\.com|amp\.cloudflare\.com)"), re.compile(r"/[cv]/(s/)?(?=[^/]*\.)")),
]
# Others that pass a page on: its address, or `scheme`, `site` and `page` of it, in their path.
_IN_A_PATH: Final = [
    (re.compile(r"12ft\.io|r\.jina\.ai|txtify\.it|outline\.com"), re.compile("/(?P<site>)(?P<page>(?i:https?:).+)")),
    (
        re.compile(r"translated\.turbopages\.org"),
        re.compile("/proxy_u/[^/]+/(?P<scheme>https?)/(?P<site>)(?P<page>.+)"),
    ),
    (
        re.compile(rf"(?:[a-z0-9-]+\.)?turbopages\.org|(?:www\.)?{_YANDEX}"),
        re.compile(r"/(?:turbo/)?(?P<site>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/s/(?P<page>.*)", re.IGNORECASE),
    ),
]
# Google's copy of a page: `cache:`, at times an id, the address, and the words that were looked for.
_GOOGLE_CACHE: Final = "webcache.googleusercontent.com"
_CACHED: Final = re.compile(r"cache:(?:[\w-]{12}:)?(\S+)")
_ANY_HOST: Final = re.compile(
    "|".join(
        [host.pattern for host, *_ in (*_ARCHIVES, *_PARAMETERS, *_AMP_CACHES, *_IN_A_PATH)]
        + [r".*\.translate\.goog", re.escape(_GOOGLE_CACHE)]
    )
)
_SHORT_SNAPSHOT: Final = re.compile(r"archive\.(?:today|ph|is|li|vn|md|fo)")


class Unwrapped(NamedTuple):
    url: str
    """The page's own address."""
    archive_url: str | None
    """The address given, if it is that of an archive's copy."""


def archived(url: str) -> Unwrapped:
    """The page of which an archive has a copy at this address; any other address as it is."""
    unwrapped = unwrap(url)
    return unwrapped if unwrapped.archive_url is not None else Unwrapped(url, None)


def unwrap(url: str) -> Unwrapped:
    """The page inside an address, or the address itself where nothing is known to be inside."""
    inner, archive_url = url, None
    for _ in range(_MOST_WRAPPERS):
        parsed = ada_url.URL(inner)
        if _ANY_HOST.fullmatch(parsed.hostname.removeprefix("www.")) is None:
            break
        if (archived_page := _kept(parsed)) is not None:
            inner, archive_url = archived_page, archive_url or inner
        elif (shown_page := _passed_on(parsed)) is not None:
            inner = shown_page
        else:
            break
    return Unwrapped(inner, archive_url)


def _kept(parsed: ada_url.URL) -> str | None:
    """The page that an archive kept."""
    host, path = parsed.hostname.removeprefix("www."), parsed.pathname
    for archive, replay in _ARCHIVES:
        if archive.fullmatch(host) and (replayed := replay.match(path)) is not None:
            return _address(path[replayed.end() :] + parsed.search + parsed.hash)
    return None


def _passed_on(parsed: ada_url.URL) -> str | None:
    """The page that a cache or a translation shows, or to which a counted link leads."""
    for inside in (_in_a_parameter, _in_an_amp_cache, _in_a_path, _cached_by_google, _translated_by_host):
        if (page := inside(parsed)) is not None:
            return page
    return None


def _in_a_parameter(parsed: ada_url.URL) -> str | None:
    for service, service_path, name in _PARAMETERS:
        if service.fullmatch(parsed.hostname) and service_path.fullmatch(parsed.pathname):
            values = [value for key, value in parse_qsl(parsed.search[1:]) if name.fullmatch(key)]
            if values and values[0].lower().startswith(("http:", "https:")):
                return _address(values[0])
    return None


def _in_an_amp_cache(parsed: ada_url.URL) -> str | None:
    for cache, kind in _AMP_CACHES:
        if cache.fullmatch(parsed.hostname) and (cached := kind.match(parsed.pathname)) is not None:
            # What would be the cache's own query stands escaped in its path.
            page, *query = re.split("%3f", parsed.pathname[cached.end() :], maxsplit=1, flags=re.IGNORECASE)
            escaped = "?" + unquote(query[0]) if query else ""
            return _address(f"{'https' if cached[1] else 'http'}://{page}{escaped}{parsed.search}{parsed.hash}")
    return None


def _in_a_path(parsed: ada_url.URL) -> str | None:
    for service, shape in _IN_A_PATH:
        if service.fullmatch(parsed.hostname) and (shown := shape.fullmatch(parsed.pathname)) is not None:
            scheme = shown.groupdict().get("scheme") or "https"
            page = "/".join(part for part in shown.group("site", "page") if part)
            page = page if page.lower().startswith(("http:", "https:")) else f"{scheme}://{page}"
            return _address(f"{page}{parsed.search}{parsed.hash}")
    return None


def _cached_by_google(parsed: ada_url.URL) -> str | None:
    if parsed.hostname != _GOOGLE_CACHE:
        return None
    cached = _CACHED.match(dict(parse_qsl(parsed.search[1:])).get("q", ""))
    return None if cached is None else _address(cached[1])


def _translated_by_host(parsed: ada_url.URL) -> str | None:
    """Google's newer proxy: the host with `-` for each dot, and `--` for each `-`."""
    if not parsed.hostname.endswith(".translate.goog"):
        return None
    parameters = [field for field in parsed.search[1:].split("&") if field]
    ours = dict(parse_qsl("&".join(field for field in parameters if field.startswith("_x_tr_"))))
    label = ours.get("_x_tr_hp", "") + parsed.hostname.removesuffix(".translate.goog")
    host = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    query = "&".join(field for field in parameters if not field.startswith("_x_tr_"))
    scheme = "http" if ours.get("_x_tr_sch") == "http" else "https"
    return _address(f"{scheme}://{host}{parsed.pathname}{'?' if query else ''}{query}{parsed.hash}")


def _address(words: str) -> str | None:
    """What stands inside, if it is an address. Archives take it escaped, too, without scheme, or with one `/`."""
    if re.match(r"https?%3a", words, re.IGNORECASE):
        words = unquote(words)
    words = re.sub(r"^(https?):/+", r"\1://", words, flags=re.IGNORECASE)
    if not words.lower().startswith(("http://", "https://")):
        words = f"http://{words}"
    try:
        urls.check(words)
        # A word without a dot is no host of the web: `web/2020/about`.
        return words if "." in ada_url.URL(words).hostname else None
    except ValueError:
        return None


def snapshot(host: str, path: str) -> str | None:
    """The key of a copy in an archive that has one name under several hosts, and tells the page only on the page.

    While it is being made (`wip`), and after.
    """
    name = path.strip("/").removeprefix("wip/")
    if _SHORT_SNAPSHOT.fullmatch(host) and re.fullmatch(r"[A-Za-z0-9]{4,6}", name):
        return f"archive.today:{name}"
    return None
