"""Addresses written otherwise: of the same page, or of another one."""

import re
from collections.abc import Callable
from random import Random
from typing import Final
from urllib.parse import quote, urlsplit

_TRACKERS: Final = (
    "utm_source=x", "UTM_Medium=social", "fbclid=IwAR0", "gclid=1", "mc_cid=2", "igshid=3", "yclid=4", "ref_src=twsrc",
    "mibextid=a", "at_medium=b", "guccounter=1", "msclkid=5", "_ga=6", "cmpid=7", "xtor=8", "srsltid=9", "amp=1",
    "outputType=amp",
)  # fmt: skip
_NAMING: Final = ("id", "p", "v", "page", "story", "item", "article", "q", "ref", "source", "sid", "s", "view", "lang")
_FRAGMENTS: Final = ("#part", "#:~:text=the%20fire", "#", "#comment-5", "#top")

# Of each platform's posts all spellings of an address, by what its canonical one says.
_SPELLINGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        r"https://t\.me/(?P<owner>\w+)/(?P<post>\d+)",
        ("t.me/{owner}/{post}", "t.me/s/{owner}/{post}", "telegram.me/{owner}/{post}", "t.me/{owner}/{post}?single",
         "telegram.dog/s/{owner}/{post}", "{owner}.t.me/{post}", "t.me/s/{owner}/{post}?embed=1&mode=tme"),
    ),
    (
        r"https://(?:x|twitter)\.com/(?P<owner>\w+)/status/(?P<post>\d+)",
        ("x.com/{owner}/status/{post}", "twitter.com/{owner}/status/{post}", "twitter.com/i/web/status/{post}",
         "x.com/i/status/{post}", "x.com/{owner}/status/{post}/photo/1", "nitter.net/{owner}/status/{post}",
         "fxtwitter.com/{owner}/status/{post}", "twitter.com/{owner}/statuses/{post}?s=20&t=AbC",
         "mobile.twitter.com/{owner}/status/{post}", "x.com/{owner}/status/{post}/video/1"),
    ),
    (
        r"https://www\.youtube\.com/watch\?v=(?P<post>[\w-]{11})",
        ("youtube.com/watch?v={post}", "youtu.be/{post}", "youtube.com/shorts/{post}", "youtube.com/live/{post}",
         "m.youtube.com/watch?feature=share&v={post}", "youtube-nocookie.com/embed/{post}",
         "youtu.be/{post}?si=AbC&t=42", "music.youtube.com/watch?v={post}&list=x"),
    ),
    (
        r"https://www\.facebook\.com/(?P<owner>\w+)/posts/(?P<post>\d{15,})",
        ("facebook.com/{owner}/posts/{post}", "m.facebook.com/{owner}/posts/{post}?mibextid=x",
         "web.facebook.com/{owner}/posts/some-words/{post}", "fb.com/{owner}/posts/{post}",
         "facebook.com/permalink.php?story_fbid={post}&id=100", "de-de.facebook.com/{owner}/posts/{post}?__tn__=-R"),
    ),
    (
        r"https://www\.instagram\.com/p/(?P<post>\w+)/",
        ("instagram.com/p/{post}", "instagram.com/kestrel/p/{post}/?igsh=x", "instagr.am/p/{post}",
         "instagram.com/reel/{post}/", "ddinstagram.com/p/{post}", "instagram.com/p/{post}/embed/captioned/"),
    ),
    (
        r"https://www\.tiktok\.com/@(?P<owner>\w+)/video/(?P<post>\d+)",
        ("tiktok.com/@{owner}/video/{post}?is_from_webapp=1", "m.tiktok.com/v/{post}.html", "tiktok.com/@/video/{post}",
         "tiktok.com/embed/v2/{post}"),
    ),
    (
        r"https://vk\.com/(?P<post>wall-?\d+_\d+)",
        ("vk.com/{post}", "m.vk.com/{post}?from=feed", "vk.ru/{post}", "vk.com/kestrel?w={post}",
         "vkontakte.ru/{post}"),
    ),
    (
        r"https://www\.threads\.net/@(?P<owner>\w+)/post/(?P<post>\w+)",
        ("threads.net/@{owner}/post/{post}", "threads.com/@{owner}/post/{post}?xmt=1", "threads.net/t/{post}"),
    ),
    (
        r"https://bsky\.app/profile/(?P<owner>[\w.]+)/post/(?P<post>\w+)",
        ("bsky.app/profile/{owner}/post/{post}", "bsky.app/profile/{OWNER}/post/{post}/",
         "fxbsky.app/profile/{owner}/post/{post}"),
    ),
    (
        r"https://mastodon\.example/@(?P<owner>\w+)/(?P<post>\d+)",
        ("mastodon.example/@{owner}/{post}", "mastodon.example/users/{owner}/statuses/{post}",
         "mastodon.example/web/@{owner}/{post}", "mastodon.example/@{OWNER}/{post}/embed"),
    ),
)  # fmt: skip
_PLATFORMS: Final = [(re.compile(shape), spellings) for shape, spellings in _SPELLINGS]


def _parts(address: str) -> tuple[str, str, str, str]:
    """Host, path, query and fragment."""
    split = urlsplit(address)
    return split.netloc, split.path, split.query, split.fragment


def _joined(host: str, path: str, query: str, fragment: str = "", scheme: str = "https") -> str:
    return f"{scheme}://{host}{path or '/'}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


# --- the same page ---------------------------------------------------------------------------------------------------


def _scheme(pick: Random, address: str) -> str:
    """Another one, perhaps with its own port."""
    scheme, host, path = pick.choice(("http", "https", "HTTP", "Https")), *_host_and_rest(address)
    port = {"http": ":80", "https": ":443"}[scheme.lower()] if ":" not in host and pick.random() < 0.2 else ""
    return f"{scheme}://{host}{port}{path}"


def _host_and_rest(address: str) -> tuple[str, str]:
    host, slash, path = address.partition("://")[2].partition("/")
    return host, slash + path


def _host(pick: Random, address: str) -> str:
    host, rest = _host_and_rest(address)
    prefix, letters = pick.choice(("www.", "m.", "mobile.", "amp.", "")), pick.choice((str, str.upper, str.title))
    return f"https://{letters(prefix + host)}{rest}"


def _tracked(pick: Random, address: str) -> str:
    host, path, query, fragment = _parts(address)
    fields = [*filter(None, query.split("&")), *pick.sample(_TRACKERS, pick.randint(1, 3))]
    pick.shuffle(fields)
    return _joined(host, path, "&".join(fields), fragment)


def _slashed(pick: Random, address: str) -> str:
    host, path, query, fragment = _parts(address)
    file = path.rpartition("/")[2]
    endings = ["/", "", "//"]
    if "." not in file:
        endings += ["/index.html", "/index.php", "/amp/", "/amp"] if path.strip("/") else ["/index.html"]
    return _joined(host, path.rstrip("/") + pick.choice(endings), query, fragment)


def _escaped(pick: Random, address: str) -> str:
    host, path, query, fragment = _parts(address)
    letters = [nth for nth, letter in enumerate(path) if letter.isascii() and letter.isalnum()]
    letters = [nth for nth in letters if "%" not in path[max(0, nth - 2) : nth]]
    if not letters:
        return address
    place = pick.choice(letters)
    escape = f"%{ord(path[place]):02x}"
    return _joined(host, path[:place] + pick.choice((escape, escape.upper())) + path[place + 1 :], query, fragment)


def _marked(pick: Random, address: str) -> str:
    return address if "#" in address else address + pick.choice(_FRAGMENTS)


# Whose short names of copies, and whose posts, are no pages of a site.
_NO_SITE: Final = re.compile(
    r"https?://(?:archive\.(?:ph|today|is)|(?:www\.)?facebook\.com|t\.me|(?:www\.)?google\.com)/.*"
)
_SAME: Final[tuple[Callable[[Random, str], str], ...]] = (_tracked, _slashed, _escaped, _marked)


def same_page(pick: Random, address: str) -> str:
    """The page's address, or the post's, written otherwise."""
    for shape, spellings in _PLATFORMS:
        if (post := shape.fullmatch(address)) is not None:
            parts = post.groupdict()
            spelt = pick.choice(spellings).format(**parts, OWNER=parts.get("owner", "").upper())
            post_address = f"https://{pick.choice(('www.', '', ''))}{spelt}"
            return _scheme(pick, _tracked(pick, post_address) if pick.random() < 0.3 else post_address)
    if _NO_SITE.fullmatch(address):
        return _scheme(pick, _marked(pick, address))
    for rewriting in pick.sample(_SAME, pick.randint(0, 3)):
        address = rewriting(pick, address)
    return _scheme(pick, _host(pick, address))


def wrapped(pick: Random, address: str) -> str:
    """The page in an archive, a cache or a translation."""
    without_scheme = address.partition("://")[2]
    return pick.choice(
        (
            f"https://web.archive.org/web/{pick.randrange(2 * 10**13, 3 * 10**13)}/{address}",
            f"https://web.archive.org/web/2024id_/{address}",
            f"http://archive.ph/newest/{address}",
            f"https://arquivo.pt/wayback/20240502101112/{address}",
            f"https://www.google.com/amp/s/{without_scheme}",
            f"https://translate.google.com/translate?sl=ru&tl=en&u={quote(address, safe='')}",
        )
    )


# --- another page ----------------------------------------------------------------------------------------------------


def other_page(pick: Random, address: str) -> str:
    """Another page's address, however much alike."""
    if any(shape.fullmatch(address) for shape, _ in _PLATFORMS):
        return _other_post(pick, address)
    if _NO_SITE.fullmatch(address):
        return re.sub(r"[a-z0-9](?=\W*$)", lambda last: pick.choice("12345") if last[0] > "5" else "7", address)
    host, path, query, fragment = _parts(address)
    number = pick.randrange(10**6)
    ways: list[str] = [
        _joined(host, path, "&".join(filter(None, (query, f"{pick.choice(_NAMING)}={number}"))), fragment),
        _joined(f"{pick.choice(('en', 'blog', 'live', 'm2', 'www2'))}.{host}", path, query, fragment),
        _joined(f"{host}:8080", path, query, fragment),
        _joined(host, f"/{pick.choice('xyz')}{path}", query, fragment),
        _joined(host, path, query, f"!/{number}"),
    ]
    other_number = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + pick.randint(1, 9)) % 10), path)
    if other_number != path:
        ways += [_joined(host, other_number, query, fragment)] * 3
    if any(letter.islower() for letter in path):
        ways.append(_joined(host, path.upper(), query, fragment))  # what is in capitals is another page
    return pick.choice(ways)


def _other_post(pick: Random, address: str) -> str:
    """Another post of the platform, in one of its spellings."""
    for shape, spellings in _PLATFORMS:
        if (post := shape.fullmatch(address)) is not None:
            parts = post.groupdict()
            last = range(max(0, len(parts["post"]) - 6), len(parts["post"]))
            place = pick.choice([nth for nth in last if parts["post"][nth].isalnum()])
            sign = parts["post"][place]
            changed = str((int(sign) + pick.randint(1, 9)) % 10) if sign.isdigit() else "q" if sign != "q" else "z"
            parts["post"] = parts["post"][:place] + changed + parts["post"][place + 1 :]
            return f"https://{pick.choice(spellings).format(**parts, OWNER=parts.get('owner', '').upper())}"
    raise ValueError(address)
