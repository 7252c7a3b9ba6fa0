"""Whose an address is: one account under all its addresses, two under two, and of a post that tells nobody nothing."""

from itertools import combinations

import pytest

from app.texts.who import accounts

ACCOUNTS = [
    ["https://t.me/kestrel", "http://www.t.me/s/Kestrel", "https://telegram.me/kestrel/501", "https://kestrel.t.me"],
    ["https://t.me/other"],
    ["https://x.com/kestrel", "https://mobile.twitter.com/Kestrel/status/1", "https://nitter.net/kestrel",
     "https://fxtwitter.com/kestrel/status/1"],
    ["https://x.com/other"],
    ["https://www.youtube.com/@kestrel", "https://m.youtube.com/@Kestrel/videos"],
    ["https://www.facebook.com/kestrel", "https://de-de.facebook.com/kestrel/posts/1", "https://fb.com/pg/kestrel/",
     "https://mbasic.facebook.com/kestrel?_rdr"],
    ["https://www.facebook.com/profile.php?id=100"],
    ["https://www.instagram.com/kestrel/", "https://instagr.am/kestrel/p/x", "https://instagram.com/stories/kestrel/1"],
    ["https://www.tiktok.com/@kestrel", "https://m.tiktok.com/@Kestrel/video/1"],
    ["https://vk.com/kestrel", "https://m.vk.com/kestrel?w=wall-1_2", "https://vk.ru/kestrel"],
    ["https://vk.com/club1", "https://vk.com/public1", "https://vk.ru/event1"],
    ["https://vk.com/public2"],
    ["https://vk.com/publications"],
    ["https://www.threads.net/@kestrel", "https://threads.com/@kestrel/post/x"],
    ["https://bsky.app/profile/kestrel.bsky.social", "https://fxbsky.app/profile/Kestrel.bsky.social/post/1"],
    ["https://mastodon.example/@kestrel", "https://mastodon.example/users/Kestrel/statuses/1",
     "https://mastodon.example/web/@kestrel/1"],
    ["https://mastodon.example/@other"],
    ["https://www.reddit.com/user/kestrel", "https://old.reddit.com/u/kestrel"],
    ["https://paper.example/", "https://www.paper.example/about", "https://news.paper.example/1"],
]  # fmt: skip
# By which it can't be told whose the page is: they contradict no account of their platform.
NOBODYS = [
    ("https://t.me/kestrel", "https://t.me/c/123/5"),
    ("https://t.me/kestrel", "https://t.me/+AbC"),
    ("https://x.com/kestrel", "https://twitter.com/i/web/status/1"),
    ("https://www.youtube.com/@kestrel", "https://youtu.be/AbCdE-_1234"),
    ("https://www.youtube.com/@kestrel", "https://www.youtube.com/embed/AbCdE-_1234"),
    ("https://www.facebook.com/kestrel", "https://m.facebook.com/story.php?story_fbid=1&id=100"),
    ("https://www.facebook.com/kestrel", "https://fb.watch/abc/"),
    ("https://www.instagram.com/kestrel", "https://www.instagram.com/reel/abc/"),
    ("https://www.tiktok.com/@kestrel", "https://vm.tiktok.com/ZMabc/"),
    ("https://www.tiktok.com/@kestrel", "https://www.tiktok.com/embed/v2/1"),
    ("https://vk.com/kestrel", "https://vk.com/wall-1_20"),
    ("https://vk.com/kestrel", "https://vkvideo.ru/video-1_20"),
    ("https://ok.ru/kestrel", "https://ok.ru/topic/156000000000007"),
    ("https://ok.ru/kestrel", "https://ok.ru/videoembed/156"),
    ("https://vk.com/kestrel", "https://vk.com/feed?w=wall-1_2"),
    ("https://www.threads.net/@kestrel", "https://www.threads.net/t/abc"),
    ("https://www.reddit.com/user/kestrel", "https://redd.it/abc"),
]


@pytest.mark.parametrize("addresses", ACCOUNTS, ids=lambda addresses: addresses[0])
def test_one_account_is_one_under_all_its_addresses(addresses: list[str]) -> None:
    for one, other in combinations(addresses, 2):
        assert not accounts.differ(one, other), (one, other)


def test_two_accounts_are_two() -> None:
    for first, second in combinations(ACCOUNTS, 2):
        for one in first:
            for other in second:
                assert accounts.differ(one, other), (one, other)


@pytest.mark.parametrize(("account", "page"), NOBODYS)
def test_what_is_nobodys_page_contradicts_nobody(account: str, page: str) -> None:
    assert not accounts.differ(account, page)
    assert not accounts.differ(page, account)
