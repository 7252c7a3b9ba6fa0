"""Posts of the platforms where most short posts live: the platform and the post's id, whatever the address looks like.

A shape that is not known is no post, and its address is compared as that of any page. What names a post within a post,
a comment, is part of the key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

# Ids of this many digits are given once on all of Facebook; shorter ones, by each page or person.
_GLOBAL_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class _Shape:
    path: str
    """Of the whole path. Its groups `owner`, without case, `post` and `reply` say which post it is."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Parameters that must be there, each with the shape of its value, which may have groups, too."""
    word: str = ""
    """What kind of post it is, where an id alone may name one of another kind."""


@dataclass(frozen=True, slots=True)
class _Platform:
    name: str
    hosts: str
    shapes: tuple[_Shape, ...]
    comments: tuple[str, ...] = ()
    """The parameters that name a comment of the post."""


_VIDEO: Final = r"(?P<post>(?!videoseries|live_stream)[\w-]{11})"
_FACEBOOK_POST: Final = r"(?P<post>\d+|pfbid\w+)"
_CODE: Final = r"(?P<post>[\w-]{5,})"
# What Telegram has in the place of a channel's name. Names have four letters and more; shorter ones mean no other page.
_NO_CHANNEL: Final = "joinchat|addstickers|addemoji|share|proxy|invoice|confirm|iv|[sckam]"
_CHANNEL: Final = rf"(?P<owner>(?!(?:{_NO_CHANNEL})/)[A-Za-z]\w*)"
_VK_IDS: Final = r"-?\d+_\d+"
# What ends the sentence or the quotation in which an address stood, and no post's id.
_STRAY: Final = re.compile(
    r"""(?:[/.,;:!?'"()\[\]{}<>*\\»”’…]|%(?:2[12789C]|3[ABCEF]|5[BCD]|7[BD]|C2%BB|E2%80%(?:9[9D]|A6)))+$""",
    re.IGNORECASE,
)
# An id in letters, or the number that it stands for, which can't be compared; `followers` is no post.
_WEIBO_POST: Final = r"(?P<post>(?=[^/]*[A-Z\d])[A-Za-z\d]{8,20})"
_THREAD: Final = r"/(?:(?:r|u|user)/[^/]+/)?comments"

_PLATFORMS: Final = (
    _Platform(
        "youtube",
        r"(?:(?:music|gaming)\.)?youtube(?:-nocookie)?\.(?:com|[a-z]{2}|com?\.[a-z]{2})|youtube\.googleapis\.com",
        (
            _Shape("/watch", {"v": _VIDEO}),
            _Shape(f"/(?:v|e|embed|shorts|live|watch)/{_VIDEO}"),
            _Shape(r"/post/(?P<post>Ug[\w-]+)", word="post"),
            _Shape(r"/channel/[\w-]+/community", {"lb": r"(?P<post>Ug[\w-]+)"}, "post"),
            _Shape("/attribution_link", {"u": rf"/watch\?(?:.*&)?v={_VIDEO}(?:&.*)?"}),
        ),
        ("lc",),
    ),
    _Platform("youtube", r"youtu\.be", (_Shape(f"/{_VIDEO}"),), ("lc",)),
    _Platform("youtube", r"yewtu\.be|piped\.video|invidious(?:\.[\w-]+)+", (_Shape("/watch", {"v": _VIDEO}),), ("lc",)),
    _Platform(
        "telegram",
        r"t\.me",
        (
            _Shape(rf"/(?:s/)?{_CHANNEL}(?:/\d+)?/(?P<post>\d+)"),
            _Shape(r"/c/(?P<owner>\d+)(?:/\d+)?/(?P<post>\d+)"),
            _Shape(rf"/{_CHANNEL}/s/(?P<post>\d+)", word="story"),
        ),
        ("comment",),
    ),
    _Platform(
        "x",
        r"x\.com|(?:[fv]xtwitter|fixupx|fixvx|xcancel)\.com|nitter(?:\.[\w-]+)+",
        (
            _Shape(r"/(?:i/web/|\w+/)?status(?:es)?/(?P<post>\d+)(?:/(?:photo|video|mediaviewer)(?:/\d+)?)?"),
            _Shape("/embed/(?:index|Tweet).html", {"id": r"(?P<post>\d+)"}),
        ),
    ),
    _Platform(
        "facebook",
        r"facebook\.com",
        (
            _Shape(rf"/(?:pg/)?(?P<owner>[^/]+)/posts/(?:[^/]+/)?{_FACEBOOK_POST}"),
            _Shape(rf"/groups/(?P<owner>[^/]+)/(?:posts|permalink)/{_FACEBOOK_POST}"),
            _Shape(r"/groups/(?P<owner>[^/]+)", {"multi_permalinks": _FACEBOOK_POST}),
            _Shape(r"/groups/(?P<owner>[^/]+)", {"post_id": _FACEBOOK_POST}),
            _Shape(r"/groups/(?P<owner>[^/]+)", {"view": "permalink", "id": _FACEBOOK_POST}),
            _Shape(r"/(?:permalink|story)\.php", {"story_fbid": _FACEBOOK_POST, "id": r"(?P<owner>\d+)"}),
            _Shape(rf"/(?:pg/)?(?P<owner>[^/]+)/videos/(?:[^/]+/)?{_FACEBOOK_POST}", word="video"),
            _Shape(r"/watch(?:/live)?|/video\.php", {"v": _FACEBOOK_POST}, "video"),
            _Shape(rf"/reel/{_FACEBOOK_POST}", word="video"),
            _Shape(rf"/(?:pg/)?(?P<owner>[^/]+)/photos/(?:[^/]+/)?{_FACEBOOK_POST}", word="photo"),
            _Shape(r"/photo(?:\.php)?", {"fbid": _FACEBOOK_POST}, "photo"),
        ),
        ("comment_id", "reply_comment_id"),
    ),
    _Platform(
        "instagram",
        r"(?:dd)?instagram\.com",
        (
            _Shape(
                rf"/(?:(?!explore/)[\w.]+/)?(?:p|reels?|tv)/(?!audio/|videos/){_CODE}(?:/embed(?:/captioned)?|/media)?"
            ),
            _Shape(rf"/(?:[\w.]+/)?(?:p|reel|tv)/{_CODE}/c/(?P<reply>\d+)", word="comment"),
            _Shape(r"/stories/(?P<owner>[\w.]+)/(?P<post>\d+)", word="story"),
        ),
    ),
    _Platform(
        "tiktok",
        r"(?:[a-z]+\.)?tiktok\.com",
        (
            _Shape(r"/@[^/]*/(?:video|photo)/(?P<post>\d+)"),
            _Shape(r"/(?:embed(?:/v\d)?|player/v1|share/video|video|v)/(?P<post>\d+)(?:\.html)?"),
        ),
    ),
    _Platform(
        "vk",
        r"vk\.com|vkvideo\.ru",
        (
            _Shape(rf"/(?P<post>(?:wall|video|clip|photo|topic|story){_VK_IDS})"),
            _Shape("/[^/]*", {"w": rf"(?P<post>wall{_VK_IDS})(?:/.*)?"}),
            _Shape("/[^/]*", {"z": rf"(?P<post>(?:video|clip|photo|story){_VK_IDS})(?:/.*)?"}),
        ),
        ("reply", "thread", "post"),
    ),
    _Platform(
        "threads",
        r"threads\.com",
        (_Shape(rf"/(?:@[\w.]+/post|t)/{_CODE}(?:/embed|/media)?"),),
    ),
    _Platform(
        "bluesky",
        r"(?:[a-z]+\.)?(?:fx|vx)?bskyx?\.app",
        (_Shape(r"/profile/(?P<owner>[^/]+)/post/(?P<post>\w+)"),),
    ),
    _Platform(
        "reddit",
        r"(?:(?:old|new|np|i)\.)?reddit\.com",
        (
            _Shape(rf"{_THREAD}/(?P<post>\w+)/[^/]*/(?P<reply>\w+)", word="comment"),
            _Shape(rf"{_THREAD}/(?P<post>\w+)(?:/[^/]*)?"),
        ),
    ),
    _Platform("reddit", r"redd\.it", (_Shape(r"/(?P<post>\w+)"),)),
    _Platform(
        "ok",
        r"ok\.ru",
        (
            _Shape(r"/(?:video|videoembed|live)/(?P<post>\d+)"),
            # The number is given once, whether a group or a profile stands before it by its name or by its number.
            _Shape(r"(?:/(?:group/|profile/)?[\w.-]+)?/topic/(?P<post>\d{9,})", word="topic"),
        ),
    ),
    _Platform(
        "weibo",
        r"weibo\.(?:com|cn)",
        (
            _Shape(rf"/\d{{5,}}/{_WEIBO_POST}"),
            _Shape(rf"/(?:status|detail)/(?:{_WEIBO_POST})"),
        ),
    ),
    _Platform(
        "linkedin",
        r"(?:[a-z]{2}\.)?linkedin\.com",
        (
            _Shape(r"/posts/[^/]*activity-(?P<post>\d+)(?:-[\w-]*)?"),
            _Shape(r"/(?:embed/)?feed/update/urn:li:activity:(?P<post>\d+)"),
        ),
    ),
    _Platform(
        "vimeo",
        r"(?:player\.)?vimeo\.com",
        (
            _Shape(
                r"/(?:video/|channels/[^/]+/|groups/[^/]+/videos/|showcase/\d+/video/)?(?P<post>\d{5,})(?:/[0-9a-f]{6,})?"
            ),
        ),
    ),
    _Platform(
        "dailymotion", r"dailymotion\.com", (_Shape("/(?:embed/|swf/)?video/(?P<post>[a-zA-Z0-9]+)(?:_[^/]*)?"),)
    ),
    _Platform("dailymotion", r"dai\.ly", (_Shape("/(?P<post>[a-zA-Z0-9]+)"),)),
    _Platform(
        "rutube", r"rutube\.ru", (_Shape(r"/(?:video|play/embed|shorts)/(?:private/)?(?P<post>[0-9a-f]{32}|\d+)"),)
    ),
)
_HOSTS: Final = [(re.compile(platform.hosts), platform) for platform in _PLATFORMS]
_ANY_HOST: Final = re.compile("|".join(platform.hosts for platform in _PLATFORMS))
# Other names of the same hosts, be it in another language or for another device.
_OTHER_NAMES: Final = [
    (re.compile(r"(?:[a-z]{2}-[a-z]{2}|web|mbasic|touch|free|business)\.facebook\.com|fb\.com"), "facebook.com"),
    (re.compile(r"(?:platform\.)?twitter\.com|platform\.x\.com"), "x.com"),
    (re.compile(r"telegram\.(?:me|dog)"), "t.me"),
    (re.compile(r"instagr\.am"), "instagram.com"),
    (re.compile(r"vk\.ru|vkontakte\.ru"), "vk.com"),
    (re.compile(r"threads\.net"), "threads.com"),
    (re.compile(r"odnoklassniki\.ru"), "ok.ru"),
]
_ANY_OTHER_NAME: Final = re.compile("|".join(names.pattern for names, _ in _OTHER_NAMES))


def host(name: str) -> str:
    """The platform's own name for a host of it; any other host as it is. Expects none of `www.` and `m.` before it."""
    if _ANY_OTHER_NAME.fullmatch(name) is None:
        return name
    return next(own_name for other_names, own_name in _OTHER_NAMES if other_names.fullmatch(name))


def post(host: str, path: str, search: str) -> str | None:
    """The key of the post at an address, or None. `host`: by its own name; `path`: without a slash at its end."""
    path = _STRAY.sub("", path)
    if host.endswith(".t.me"):  # a channel's name may stand in the host
        host, path = "t.me", f"/{host.removesuffix('.t.me')}{path}"
    if _ANY_HOST.fullmatch(host) is None:
        return None
    parameters = {name: _STRAY.sub("", value) for name, value in parse_qsl(search.removeprefix("?"))}
    for hosts, platform in _HOSTS:
        if hosts.fullmatch(host) is None:
            continue
        for shape in platform.shapes:
            if (groups := _groups(shape, path, parameters)) is not None:
                names = [_name(platform.name, shape, groups)]
                names += [f"{name}={parameters[name]}" for name in platform.comments if name in parameters]
                return f"{platform.name}:{'?'.join(names)}"
    return None


def _groups(shape: _Shape, path: str, parameters: Mapping[str, str]) -> dict[str, str] | None:
    """What the address says for the shape's groups; None: it has another shape."""
    matches = [re.fullmatch(shape.path, path)]
    matches += [re.fullmatch(value, parameters.get(name, "")) for name, value in shape.parameters.items()]
    groups = dict[str, str]()
    for match in matches:
        if match is None:
            return None
        groups |= match.groupdict()
    return groups


def _name(platform: str, shape: _Shape, groups: dict[str, str]) -> str:
    number = groups["post"]
    if platform == "facebook" and (not number.isdigit() or len(number) >= _GLOBAL_DIGITS):
        return number
    owner = groups.get("owner", "").lower()
    return "/".join(part for part in (shape.word, owner, number, groups.get("reply")) if part)
