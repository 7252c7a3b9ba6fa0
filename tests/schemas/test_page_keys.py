"""Which addresses mean one page, and which never do."""

import random
from collections.abc import Iterator
from itertools import combinations

import pytest
import soaking

from app.schemas import urls
from app.schemas.pages import wrappers
from app.schemas.pages.page_keys import key

# Each group is one page under several addresses; no two groups are one page.
PAGES = [
    [
        "https://paper.example/2024/05/fire",
        "http://paper.example/2024/05/fire",
        "https://www.paper.example/2024/05/fire/",
        "http://m.paper.example:80/2024/05/fire?utm_source=x#comments",
        "https://mobile.paper.example/2024/05/fire#:~:text=the%20depot",
        "https://amp.paper.example/2024/05/fire",
        "https://PAPER.example:443/2024/05/fire/amp/",
        "https://paper.example/amp/2024/05/fire",
        "https://paper.example/2024/05/fire?outputType=amp&mibextid=x",
        "https://paper.example/2024/05/fire?amp=1&at_campaign=64",
        "https://paper.example/2024/05/%66ire/index.html",
        "https://paper.example/2024/05/fire?spref=tw&_x_tr_sl=ru&cx_testId=1&share=twitter",
        "https://web.archive.org/save/https://paper.example/2024/05/fire",
        "https://archive.ph/https://paper.example/2024/05/fire",
        "https://archive.today/?run=1&url=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire",
        "https://megalodon.jp/2024-0502-1011-12/https://paper.example:443/2024/05/fire",
        "https://timetravel.mementoweb.org/memento/2024/http://paper.example/2024/05/fire",
        "https://webcache.googleusercontent.com/search?q=cache:Ab-dEfGhIjKl:https://paper.example/2024/05/fire+depot&hl=ru",
        "http://webcache.googleusercontent.com/search?q=cache:paper.example/2024/05/fire",
        "https://translate.google.com/website?sl=ru&tl=en&u=https://paper.example/2024/05/fire",
        "https://translated.turbopages.org/proxy_u/ru-en.ru.ab12/https/paper.example/2024/05/fire",
        "https://paper-example.turbopages.org/paper.example/s/2024/05/fire",
        "https://yandex.ru/turbo/paper.example/s/2024/05/fire",
        "https://yandex.ru/turbo?text=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire",
        "https://12ft.io/https://paper.example/2024/05/fire",
        "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire",
        "https://www.linkedin.com/safety/go?url=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire",
        "https://ok.ru/dk?st.cmd=outLinkWarning&st.rfn=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire",
        "https://web.archive.org/web/20240502101112/https://paper.example/2024/05/fire",
        "http://web.archive.org/web/20240502101112id_/paper.example/2024/05/fire",
        "https://web.archive.org/web/2024/https:/www.paper.example/2024/05/fire/",
        "https://archive.ph/20240502101112/https://paper.example/2024/05/fire",
        "https://archive.today/2024.05.02-101112/https://paper.example/2024/05/fire",
        "https://archive.is/o/AbC12/https://paper.example/2024/05/fire",
        "https://arquivo.pt/wayback/20240502101112/https://paper.example/2024/05/fire",
        "https://www.google.com/amp/s/paper.example/2024/05/fire/amp",
        "https://paper-example.cdn.ampproject.org/c/s/paper.example/2024/05/fire?amp",
        "https://paper-example.translate.goog/2024/05/fire?_x_tr_sl=ru&_x_tr_tl=en",
        "https://translate.google.com/translate?sl=ru&tl=en&u=https://paper.example/2024/05/fire",
        "https://translate.google.com/translate?sl=ru&tl=en&u=HTTP://Paper.example/2024/05/fire",
        "https://archive.ph/newest/HTTPS://paper.example/2024/05/fire",
        "https://www.google.de/url?sa=t&url=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire&usg=x",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2F2024%2F05%2Ffire%3Ffbclid%3Dx&h=y",
        "https://web.archive.org/web/20240502/https://www.google.com/amp/s/paper.example/2024/05/fire",
    ],
    ["https://paper.example/2024/05/fires"],
    ["https://paper.example/2024/05/Fire"],
    ["https://paper.example:8443/2024/05/fire"],
    ["https://live.paper.example/2024/05/fire"],
    ["https://paper.example/", "http://www.paper.example", "https://paper.example/index.php", "https://paper.example/#/"],
    ["https://paper.example/#/fire", "https://www.paper.example/#/fire:~:text=x"],
    ["https://paper.example/#!fire"],
    ["https://paper.example/?p=1", "https://www.paper.example/index.php?p=1&fbclid=2"],
    ["https://paper.example/?p=2"],
    ["https://paper.example/?p=1&page=2", "https://paper.example/?page=2&p=1"],
    ["https://paper.example/?id=1"],
    ["https://paper.example/?sid=1"],
    ["https://paper.example/?s=1"],
    ["https://paper.example/?amp=12"],
    ["https://paper.example/?ref=1"],
    ["https://paper.example/?url=https://other.example/"],
    ["https://paper.example/read?url=https://other.example/"],
    ["https://other.example/", "http://web.archive.org/web/2024/other.example"],
    ["https://paper.example/a?x=b%26c"],
    ["https://paper.example/a?c&x=b", "https://paper.example/a?x=b&c="],
    ["https://paper.example/?a=1&b=2", "https://www.google.com/amp/s/paper.example/%3Fa%3D1%26b%3D2"],
    ["https://paper.example/news/place-123", "https://paper.example/news/amp/place-123"],
    ["https://paper.example/tags/amp/guitars"],
    ["https://paper.example/tags/guitars"],
    ["https://paper.example/?share=12"],
    ["https://paper.example/?s_id=12"],
    ["https://paper.example/a%2Fb"],
    ["https://paper.example/a/b"],
    ["https://m.co.uk/1"],
    ["https://amp.co.uk/1"],
    ["https://www.gov.uk/1", "http://gov.uk/1/"],
    ["https://en.wikipedia.org/wiki/Fire_(film)", "https://en.m.wikipedia.org/wiki/Fire_%28film%29"],
    ["https://de.wikipedia.org/wiki/Fire_(film)"],
    ["https://xn--e1afmkfd.example/%D0%B0", "https://пример.example/а", "https://пример.example/%d0%b0"],
    ["https://archive.ph/AbC12", "http://archive.is/AbC12", "https://archive.today/AbC12", "https://archive.ph/wip/AbC12"],
    ["https://archive.ph/AbC13"],
    ["https://web.archive.org/web/2024*/fire"],
    [
        "https://www.youtube.com/watch?v=AbCdE-_1234",
        "https://youtu.be/AbCdE-_1234?si=x",
        "http://m.youtube.com/watch?feature=share&v=AbCdE-_1234&t=10s",
        "https://music.youtube.com/watch?v=AbCdE-_1234&list=PL1",
        "https://www.youtube.com/shorts/AbCdE-_1234",
        "https://www.youtube-nocookie.com/embed/AbCdE-_1234?start=3",
        "https://www.youtube.com/live/AbCdE-_1234",
        "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DAbCdE-_1234%26feature%3Dshare",
        "https://yewtu.be/watch?v=AbCdE-_1234",
        "https://web.archive.org/web/2024/https://youtu.be/AbCdE-_1234",
    ],
    ["https://www.youtube.com/watch?v=abCdE-_1234"],
    ["https://www.youtube.com/watch?v=AbCdE-_1234&lc=Ugx1"],
    ["https://www.youtube.com/embed/videoseries?list=PL1"],
    ["https://www.youtube.com/embed/videoseries?list=PL2"],
    [
        "https://t.me/kestrel/501",
        "https://t.me/s/kestrel/501",
        "http://telegram.me/Kestrel/501?single",
        "https://t.me/kestrel/12/501",
        "https://kestrel.t.me/501",
        "https://t.me/kestrel/501?embed=1&mode=tme",
    ],
    ["https://t.me/kestrel/502"],
    ["https://t.me/kestrel/501?comment=7"],
    ["https://t.me/kestrel2/501"],
    ["https://t.me/kestrel"],
    ["https://t.me/c/1234567/501"],
    ["https://t.me/nz/501", "http://t.me/s/nz/501"],
    ["https://t.me/joinchat/501"],
    [
        "https://twitter.com/kestrel/status/1780000000000000001",
        "https://x.com/kestrel/status/1780000000000000001?s=20&t=x",
        "https://mobile.twitter.com/Kestrel/statuses/1780000000000000001/photo/1",
        "https://x.com/i/web/status/1780000000000000001",
        "https://twitter.com/#!/kestrel/status/1780000000000000001",
        "https://vxtwitter.com/kestrel/status/1780000000000000001",
        "https://platform.twitter.com/embed/Tweet.html?dnt=1&id=1780000000000000001",
        "https://nitter.poast.org/kestrel/status/1780000000000000001#m",
    ],
    ["https://x.com/kestrel/status/1780000000000000002"],
    ["https://x.com/kestrel", "https://twitter.com/kestrel"],
    [
        "https://www.facebook.com/kestrel/posts/1001",
        "https://m.facebook.com/kestrel/posts/1001/?mibextid=x",
        "https://de-de.facebook.com/Kestrel/posts/1001?__tn__=R",
        "http://mbasic.facebook.com/kestrel/posts/1001",
    ],
    ["https://www.facebook.com/kestrel/posts/1001?comment_id=3"],
    ["https://www.facebook.com/other/posts/1001"],
    [
        "https://www.facebook.com/permalink.php?story_fbid=123456789012345&id=100",
        "https://www.facebook.com/kestrel/posts/the-fire/123456789012345",
        "https://m.facebook.com/story.php?id=100&story_fbid=123456789012345",
        "https://www.facebook.com/groups/55/permalink/123456789012345/",
        "https://www.facebook.com/groups/55/?multi_permalinks=123456789012345&hoisted_section_header_type=recently_seen",
        "https://m.facebook.com/groups/55?multi_permalinks=123456789012345",
        "https://www.facebook.com/groups/55?multi_permalinks=123456789012345&hoisted_section_header_type=recently_seen",
        "https://m.facebook.com/groups/55?view=permalink&id=123456789012345",
        "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fkestrel%2Fposts%2F123456789012345",
    ],
    ["https://www.facebook.com/groups/55/posts/1002/", "https://www.facebook.com/groups/55?multi_permalinks=1002"],
    ["https://www.facebook.com/groups/56/?multi_permalinks=1002"],
    ["https://www.facebook.com/groups/55/?multi_permalinks=1002,1003"],
    ["https://www.facebook.com/groups/55/"],
    ["https://www.facebook.com/watch/?v=1234567890123456", "https://www.facebook.com/kestrel/videos/1234567890123456/"],
    ["https://www.facebook.com/profile.php?id=100"],
    ["https://www.facebook.com/profile.php?id=101"],
    [
        "https://www.instagram.com/p/CabcDEF/",
        "https://instagram.com/kestrel/p/CabcDEF/?igsh=x&img_index=2",
        "https://www.instagram.com/reel/CabcDEF/embed/captioned/",
    ],
    ["https://www.instagram.com/p/CabcDEf/"],
    ["https://www.tiktok.com/@kestrel/video/7300000000000000001?is_from_webapp=1", "https://m.tiktok.com/v/7300000000000000001.html"],
    ["https://www.tiktok.com/@kestrel/video/7300000000000000002"],
    [
        "https://vk.com/wall-1_20",
        "https://m.vk.com/wall-1_20?from=feed",
        "https://vk.ru/kestrel?w=wall-1_20",
        "https://vk.com/kestrel?w=wall-1_20%2Fall",
    ],
    ["https://vk.com/wall-1_21"],
    ["https://vk.com/wall-1_20?reply=22"],
    ["https://www.threads.net/@kestrel/post/CabcDEF", "https://threads.com/@kestrel/post/CabcDEF?xmt=1"],
    ["https://bsky.app/profile/Kestrel.bsky.social/post/3kabc", "https://bsky.app/profile/kestrel.bsky.social/post/3kabc/"],
    ["https://bsky.app/profile/other.bsky.social/post/3kabc"],
    [
        "https://mastodon.example/@Kestrel/110000000000000001",
        "https://mastodon.example/users/kestrel/statuses/110000000000000001",
        "https://mastodon.example/web/@kestrel/110000000000000001",
    ],
    ["https://mastodon.example/@kestrel/110000000000000002"],
    ["https://other.example/@kestrel/110000000000000001", "https://other.example/@kestrel/posts/110000000000000001"],
    ["https://ok.ru/video/1234567", "https://m.ok.ru/videoembed/1234567?autoplay=1", "https://odnoklassniki.ru/video/1234567"],
    ["https://ok.ru/group/53/topic/67", "https://www.odnoklassniki.ru/group/53/topic/67"],
    ["https://ok.ru/group/53/topic/68"],
    [
        "https://ok.ru/group/57000000000001/topic/156000000000007",
        "https://m.ok.ru/kestrel.news/topic/156000000000007?st.x=1",
        "https://ok.ru/topic/156000000000007",
        "https://odnoklassniki.ru/profile/57000000000001/topic/156000000000007",
    ],
    ["https://ok.ru/kestrel.news/topic/156000000000008"],
    ["https://ok.ru/video/156000000000007"],
    ["https://dzen.ru/a/ZNOabc", "https://dzen.ru/a/ZNOabc?share_to=telegram&rid=1.2"],
    ["https://mp.weixin.qq.com/s/AbCdEf", "https://mp.weixin.qq.com/s/AbCdEf?scene=1&mpshare=1&srcid=0#rd"],
    ["https://mp.weixin.qq.com/s?__biz=Mz&mid=1&idx=1&sn=a&chksm=b&scene=21#wechat_redirect",
     "https://mp.weixin.qq.com/s?sn=a&__biz=Mz&mid=1&idx=1"],
    ["https://mp.weixin.qq.com/s?__biz=Mz&mid=1&idx=2&sn=a"],
    [
        "https://weibo.com/1234567890/NabcDefGh?from=page_100&type=comment#a",
        "https://m.weibo.cn/status/NabcDefGh",
        "https://weibo.com/detail/NabcDefGh",
    ],
    ["https://weibo.com/1234567890/Nabcdefgh"],
    ["https://weibo.com/1234567890/followers"],
    ["https://weibo.com/1234567891/followers"],
    ["https://m.weibo.cn/status/4900000000000001", "https://m.weibo.cn/detail/4900000000000001"],
    [
        "https://www.linkedin.com/posts/kestrel_depot-activity-7000000000000000001-aBc-?utm_source=share",
        "https://de.linkedin.com/posts/kestrel_depot-activity-7000000000000000001-aBc-",
        "https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000001/",
        "https://www.linkedin.com/embed/feed/update/urn%3Ali%3Aactivity%3A7000000000000000001",
    ],
    ["https://www.linkedin.com/feed/update/urn:li:share:7000000000000000001/"],
    ["https://vimeo.com/123456789", "https://player.vimeo.com/video/123456789?h=ab12", "https://vimeo.com/123456789/0a1b2c3d4e"],
    ["https://vimeo.com/123456780"],
    ["https://www.dailymotion.com/video/x8abcd_the-depot", "https://dai.ly/x8abcd", "https://www.dailymotion.com/embed/video/x8abcd"],
    [
        "https://rutube.ru/video/0123456789abcdef0123456789abcdef/",
        "https://rutube.ru/play/embed/0123456789abcdef0123456789abcdef",
    ],
    ["https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333.337&vd_source=ab", "https://m.bilibili.com/video/BV1xx411c7mD"],
    ["https://www.bilibili.com/video/BV1xx411c7mD?p=2"],
]  # fmt: skip
# What only looks like a platform, an archive or a proxy.
LOOK_ALIKES = [
    "https://paper.example/@x.com/status/1",
    "https://netflix.com/status/1",
    "https://notfacebook.com/kestrel/posts/123456789012345",
    "https://paper.example/t.me/kestrel/501",
    "https://youtu.be.paper.example/AbCdE-_1234",
    "https://paper.example/web/20240502101112/https://other.example/1",
    "https://google.paper.example/url?q=https://other.example/1",
    "https://web.archive.org/web/20240502101112/about",
    "https://paper.example/search?q=cache:other.example/1",
    "https://invidious/watch?v=AbCdE-_1234",
    "https://paper.example/turbo/other.example/s/1",
    "https://yandex.ru/maps/s/1",
]
TRACKED = [
    "utm_source=x",
    "fbclid=1",
    "mibextid=a",
    "ns_source=b",
    "at_custom1=c",
    "gclid=d",
    "__tn__=e",
    "guccounter=1",
]


@pytest.mark.parametrize("addresses", PAGES, ids=lambda addresses: addresses[0])
def test_one_page_has_one_key(addresses: list[str]) -> None:
    keys = {key(address): address for address in addresses}
    assert len(keys) == 1, keys


def test_two_pages_have_two() -> None:
    for one, other in combinations([addresses[0] for addresses in PAGES], 2):
        assert key(one) != key(other), (one, other)


@pytest.mark.parametrize("stray", [".", ",", ")", ").", "”", "»", "%22", "%E2%80%9D", "…", "!?", "*"])
def test_what_ends_a_sentence_is_of_no_post(stray: str) -> None:
    posts = [address for addresses in PAGES for address in addresses if not key(address).startswith(("//", "archive"))]
    assert len(posts) > 60
    for post in posts:
        assert key(post + stray) == key(post), (post, stray)
    assert key(f"https://paper.example/fire{stray}") != key("https://paper.example/fire")


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_what_only_looks_like_it(address: str) -> None:
    assert key(address) == address.removeprefix("https:")


def test_only_an_archive_is_kept_beside_its_page() -> None:
    copy = "https://web.archive.org/web/2024/https://paper.example/1"
    assert wrappers.unwrap(copy) == ("https://paper.example/1", copy)
    assert wrappers.unwrap("https://www.google.com/amp/s/paper.example/1") == ("https://paper.example/1", None)
    assert wrappers.unwrap("https://paper.example/1") == ("https://paper.example/1", None)


def variants(chance: random.Random, address: str) -> Iterator[str]:
    """The same page, written otherwise."""
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    yield f"{chance.choice(['http', 'https', 'HTTP'])}://{host}/{path}"
    yield f"{scheme}://{chance.choice(['www.', 'm.', 'mobile.', 'amp.'])}{host}/{path}"
    yield f"{scheme}://{host.upper()}/{path}"
    mark = "&" if "?" in path else "?"
    yield f"{scheme}://{host}/{path}{mark}{'&'.join(chance.sample(TRACKED, 3))}#part"
    yield f"https://web.archive.org/web/{chance.randrange(10**13, 10**14)}/{address}"
    if "?" not in path:
        yield f"{scheme}://{host}/{path}/"
        yield f"{scheme}://{host}/{path.rstrip('/')}/amp/"
    letters = [nth for nth, letter in enumerate(path) if letter.isalnum() and "%" not in path[max(0, nth - 2) : nth]]
    nth = chance.choice(letters)
    yield f"{scheme}://{host}/{path[:nth]}%{ord(path[nth]):02x}{path[nth + 1 :]}"


def others(chance: random.Random, address: str) -> Iterator[str]:
    """Other pages, written alike."""
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    yield f"{scheme}://{host}/{path}{chance.randrange(10)}"
    yield f"{scheme}://{host}/{chance.choice('xyz')}/{path}"
    yield f"{scheme}://{chance.choice(['en', 'blog', 'm2', 'live'])}.{host}/{path}"
    yield f"{scheme}://{host}:8080/{path}"
    mark = "&" if "?" in path else "?"
    name = chance.choice(["id", "p", "v", "page", "story", "ref", "source", "sid", "s", "q", "url", "item"])
    yield f"{scheme}://{host}/{path}{mark}{name}={chance.randrange(1000)}"


@pytest.mark.soak
def test_random_pages_written_otherwise() -> None:
    chance = random.Random(soaking.SEED if soaking.SOAK else 16)
    tried = 0
    for _ in range(soaking.times(60)):
        words = ["".join(chance.choices("abcdefghijknopqrtuvwyz", k=chance.randrange(2, 9))) for _ in range(4)]
        query = f"?{words[3]}={chance.randrange(1000)}" if chance.random() < 0.3 else ""
        address = f"https://{words[0]}.example/{words[1]}/{words[2]}-{chance.randrange(10**6)}{query}"
        for same in variants(chance, address):
            tried += 1
            assert key(same) == key(address), same
            for again in variants(chance, same) if "archive.org" not in same else ():
                assert key(again) == key(address), (same, again)
        for other in others(chance, address):
            tried += 1
            assert key(other) != key(address), (address, other)
    assert tried >= soaking.times(600)


def test_no_key_is_longer_than_its_address() -> None:
    for address in [address for addresses in PAGES for address in addresses] + LOOK_ALIKES:
        assert len(key(address)) <= len(urls.canonical(address)), address


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("www.paper.example/1", "https://www.paper.example/1"),
        ("//paper.example/1", "https://paper.example/1"),
        ("t.me/kestrel/501", "https://t.me/kestrel/501"),
        ("the-fire.html", "https://example.org/page"),
        ("/2024/fire", "https://example.org/page"),
        ("1", "https://example.org/page"),
    ],
)
def test_an_address_is_absolute(words: str, right: str) -> None:
    with pytest.raises(ValueError, match=f"{right}$"):
        urls.check(words)
