"""Whose an address is: the host, and on a platform the account that is named in the path."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

# Other names of the same hosts, be it in another language, for another device, or of those who show the pages again.
_ALSO: Final = [
    (re.compile(names), host)
    for names, host in (
        (r"(?:(?:music|gaming)\.)?youtube(?:-nocookie)?\.com", "youtube.com"),
        (r"telegram\.(?:me|dog)", "t.me"),
        (r"(?:[fv]x)?twitter\.com|(?:fixupx|fixvx|xcancel)\.com|nitter\.net", "x.com"),
        (r"(?:[a-z]{2}-[a-z]{2}|mbasic|touch|free|business)\.facebook\.com|fb\.com", "facebook.com"),
        (r"instagr\.am|ddinstagram\.com", "instagram.com"),
        (r"vkontakte\.ru|vk\.ru|vkvideo\.ru", "vk.com"),
        (r"threads\.com", "threads.net"),
        (r"(?:fx|vx)bskyx?\.app|bskyx\.app", "bsky.app"),
        (r"(?:old|new|np|i)\.reddit\.com", "reddit.com"),
        # Of a short link it can't be told whose it is.
        (r"youtu\.be", "youtube.com/"),
        (r"fb\.(?:watch|me)", "facebook.com/"),
        (r"v[mt]\.tiktok\.com", "tiktok.com/"),
        (r"redd\.it", "reddit.com/"),
    )
]
# What a platform's pages of one account begin with, before its name: of `youtube.com/channel/…` the word `channel`.
_BEFORE_ACCOUNT: Final[dict[str, frozenset[str]]] = {
    "youtube.com": frozenset({"c", "channel", "user"}),
    "t.me": frozenset({"s"}),
    "x.com": frozenset(),
    "facebook.com": frozenset({"pages", "groups", "people", "pg"}),
    "instagram.com": frozenset({"stories"}),
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
# Where every account has an @ before its name.
_WITH_SIGN: Final = frozenset({"tiktok.com", "threads.net"})
_VK_COMMUNITY: Final = re.compile(r"^(?:public|event)(?=\d+$)")
_HOST_PREFIX: Final = re.compile(r"^(?:www\d?|m|mobile|amp|web)\.(?=[^.]+\.)")
# What stands in an account's place where the page is a post, a list, or nobody's.
_NO_ACCOUNT: Final = re.compile(
    r"watch|status(?:es)?|i|posts?|videos?|reels?|p|v|t|tv|e|embed|shorts|live|playlist|hashtag|search|share|intent|explore|"
    r"events|photos?|story|topic|videoembed|feed|away|dk|comments|c|k|a|iv|boost|joinchat|addlist|addstickers|addemoji|proxy|invoice|confirm|"
    r"(?:permalink|story|photo|video|sharer|profile)\.php|\+.*|(?:wall|video|clip|photo|topic|story)-?\d+_\d+"
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
    host = next((platform for names, platform in _ALSO if names.fullmatch(host)), host)
    if host.endswith(".t.me"):  # a channel's name may stand in the host
        return "t.me", host.removesuffix(".t.me")
    return host.removesuffix("/"), _account(host, address)


def _account(host: str, address: SplitResult) -> str | None:
    steps = [unquote(step).casefold() for step in address.path.split("/") if step]
    before = _BEFORE_ACCOUNT.get(host)
    if before is None:
        return None if host.endswith("/") else _elsewhere(steps)
    if steps and steps[0] == "profile.php":
        return next(iter(parse_qs(address.query).get("id", [])), None)
    while steps and steps[0] in before:
        steps = steps[1:]
    if not steps or _NO_ACCOUNT.fullmatch(steps[0]) or (host in _WITH_SIGN and not steps[0].startswith("@")):
        return None
    # A community of VK has one number, whatever kind it calls itself.
    account = _VK_COMMUNITY.sub("club", steps[0]) if host == "vk.com" else steps[0].removeprefix("@")
    return account or None


def _elsewhere(steps: list[str]) -> str | None:
    """As Mastodon has them: `/@name`, `/users/name`."""
    if steps and steps[0] in ("web", "deck"):
        steps = steps[1:]
    if len(steps) > 1 and steps[0] == "users":
        return f"@{steps[1]}"
    return steps[0] if steps and steps[0].startswith("@") else None
