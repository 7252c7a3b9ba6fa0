"""Whose an address is: the host, and on a platform the account that is named in the path."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

# What a platform's pages of one account begin with, before its name: of `youtube.com/channel/…` the word `channel`.
_BEFORE_ACCOUNT: Final[dict[str, frozenset[str]]] = {
    "youtube.com": frozenset({"c", "channel", "user"}),
    "t.me": frozenset({"s"}),
    "x.com": frozenset({"i"}),
    "facebook.com": frozenset({"pages", "groups", "people", "pg"}),
    "instagram.com": frozenset(),
    "tiktok.com": frozenset(),
    "vk.com": frozenset(),
    "threads.net": frozenset(),
    "bsky.app": frozenset({"profile"}),
    "reddit.com": frozenset({"user", "u", "r"}),
    "linkedin.com": frozenset({"in", "company", "school"}),
    "medium.com": frozenset(),
    "ok.ru": frozenset({"profile", "group"}),
    "rumble.com": frozenset({"c", "user"}),
    "odysee.com": frozenset(),
    "dzen.ru": frozenset({"id"}),
    "whatsapp.com": frozenset({"channel"}),
    "twitch.tv": frozenset(),
    "weibo.com": frozenset({"u"}),
}
_ALSO: Final = {
    "twitter.com": "x.com", "fb.com": "facebook.com", "telegram.me": "t.me", "telegram.dog": "t.me",
    "vkontakte.ru": "vk.com", "threads.com": "threads.net", "instagr.am": "instagram.com",
    "old.reddit.com": "reddit.com",
}  # fmt: skip
_HOST_PREFIX: Final = re.compile(r"^(?:www\d?|m|mobile|amp|web)\.(?=[^.]+\.)")
_NO_ACCOUNT: Final = frozenset(
    {"watch", "status", "posts", "video", "videos", "reel", "p", "shorts", "hashtag", "search"}
)


def differ(first_url: str, second_url: str) -> bool:
    """Whether two addresses stand for two: another host, or on a platform another account.

    A part of a host (`news.bbc.example` of `bbc.example`) is of one house.
    """
    first, second = account_of(first_url), account_of(second_url)
    if first is None or second is None:
        return False
    (first_host, first_account), (second_host, second_account) = first, second
    if first_host == second_host:
        return None not in (first_account, second_account) and first_account != second_account
    return not (first_host.endswith(f".{second_host}") or second_host.endswith(f".{first_host}"))


def account_of(url: str) -> tuple[str, str | None] | None:
    """The host of an address, and on a platform the account, if it can be told; None for what has no host."""
    try:
        address = urlsplit(url)
        host = (address.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not host:
        return None
    while (shorter := _HOST_PREFIX.sub("", host)) != host:
        host = shorter
    host = _ALSO.get(host, host)
    return host, _account(host, address)


def _account(host: str, address: SplitResult) -> str | None:
    steps = [unquote(step).casefold() for step in address.path.split("/") if step]
    before = _BEFORE_ACCOUNT.get(host)
    if before is None:  # elsewhere only `/@name` is an account, as Mastodon has it
        return steps[0] if steps and steps[0].startswith("@") else None
    if steps and steps[0] == "profile.php":
        return next(iter(parse_qs(address.query).get("id", [])), None)
    while steps and steps[0] in before:
        steps = steps[1:]
    if not steps or steps[0] in _NO_ACCOUNT:
        return None
    return steps[0].removeprefix("@")
