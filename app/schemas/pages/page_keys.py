"""The key of a page: equal where two addresses surely mean one page, and only there.

`canonical_url` is what an address looks like in order; this is what it means. Two addresses of one page that are told
apart are a nuisance, two pages taken for one are an error: so nothing goes that may say which page it is.
"""

import re
from functools import lru_cache
from typing import Final

import ada_url
import tld

from app.schemas import urls
from app.schemas.pages import platforms, wrappers

# Beside the trackers that no canonical URL has: what tells how a reader came, on which device, and in which session.
_TRACKER: Final = re.compile(
    r"mibextid|_rd[cr]|__tn__|__cft__.*|_ft_|fref|fb_(?:action_(?:ids|types)|source|ref)|action_object_map|"
    r"__twitter_impression|at_(?:medium|campaign|campaign_type|custom\d|link_\w+|ptr_name|bbc_team|format|creation|variant)|"
    r"ns_(?:mchannel|source|campaign|linkname|fee)|xt_?(?:loc|ref|cr|np|s)|guccounter|guce_referrer(?:_sig)?|"
    r"_guc_consent_skip|wt_?\.?(?:mc|zmc)(?:_id)?|mkt_tok|ml_subscriber(?:_hash)?|srsltid|gad_(?:source|campaignid)|"
    r"_branch_(?:match_id|referrer)|_bhlid|wickedid|rb_clickid|soc_(?:src|trk)|echobox|usqp|amp_(?:js_v|gsa|lite|ct|r)|"
    r"phpsessid|jsessionid|aspsessionid\w*|spref|(?:piwik|matomo)_\w+|s_cid|tg_rhash|cx_(?:testid|testvariant|artpos)|"
    r"__cf_chl_\w+|_x_tr_\w+|sfnsn|hsctatracking|rdt_cid|epik|dicbo|oborigurl|tblci",
    re.IGNORECASE,
)
# Which form of a page is shown, or that it was to be passed on. With another value the name may say which page it is.
_FORM: Final = re.compile(
    r"amp(?:=(?:1|true))?|outputtype=amp|share=(?:twitter|x|facebook|telegram|whatsapp|jetpack-whatsapp|reddit|linkedin|email)",
    re.IGNORECASE,
)
# Trackers of one site and all under it, where elsewhere the name may say which page it is.
_TRACKERS_OF: Final = {
    site: re.compile(names, re.IGNORECASE)
    for site, names in {
        "nytimes.com": r"_r|hpw?|ref|src|partner|emc|nl|te|sm(?:id|typ|prod)|rref|action|module|pgtype|region|"
        r"unlocked_article_code|referringsource",
        "theguardian.com": r"cmp|ref",
        "washingtonpost.com": r"carta-url|itid|tid|hpid|nid|wp(?:isrc|mm|src)",
        "bbc.com": r"ocid|sfnsn|pinned_post_\w+",
        "bbc.co.uk": r"ocid|sfnsn|pinned_post_\w+",
        "msn.com": r"ocid|cvid",
        "dailymail.co.uk": r"ito",
        "reuters.com": r"taid|feed(?:type|name)|il",
        "wsj.com": r"mod|reflink",
        "dzen.ru": r"share_to|rid|referrer_clid",
        "mp.weixin.qq.com": r"a?scene|subscene|chksm|mpshare|srcid|sharer_\w+|exportkey|pass_ticket|wx_header|"
        r"clicktime|enterid|sessionid|poc_token|devicetype|nettype",
        "bloomberg.com": r"srnd|sref|leadsource",
        "bilibili.com": r"spm_id_from|vd_source|share_\w+|from_spmid|buvid|mid|unique_k",
        "rumble.com": r"mref|mc|e9s",
    }.items()
}
# Hosts under which the same pages are shown again, for other devices.
_DEVICE_HOST: Final = re.compile(r"(?:m|mobile|amp)\.")
_WIKI_DEVICE: Final = re.compile(r"\.m\.(?=(?:wiki[a-z]+|mediawiki)\.org$)")
_AMP_PATH: Final = re.compile(r"(?<=[^/])(?:/amp|\.amp)+(?=/*$)|^/amp(?=/[^/])|\.amp(?=\.html?$)", re.IGNORECASE)
# Within the path, behind a section, and before what has a number: `/tags/amp/` may be about amplifiers.
_AMP_IN_PATH: Final = re.compile(r"(/(?:news|articles?|stor(?:y|ies)|sport))/amp(?=/[^/]*\d)", re.IGNORECASE)
_INDEX: Final = re.compile(r"/(?:index|default)\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE)
_SESSION: Final = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_MASTODON: Final = re.compile(
    r"/(?:(?:web/|deck/)?@(?P<name>\w+)(?:/posts)?|users/(?P<user>\w+)/statuses)/(?P<post>\d{5,})(?:/embed)?"
)
_ESCAPED: Final = re.compile("%([0-9a-fA-F]{2})")
# What means the same plain and escaped. Not what parts a path or a query; nor `+`, in a query a space.
_PLAIN_IN_PATH: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!'()*,:@$")
_PLAIN_IN_QUERY: Final = _PLAIN_IN_PATH | frozenset("/?[]")
_IS_IP: Final = re.compile(r"[\d.]+|\[.*\]")


@lru_cache(maxsize=4096)
def key(url: str) -> str:
    """The key of the page that an address means. Never longer than the address in WHATWG's form.

    Expects an address that `urls.check` lets pass.
    """
    parsed = ada_url.URL(urls.canonical(wrappers.unwrap(url).url))
    if (moved := _routed(parsed)) is not None:
        parsed = moved
    path = _unescaped(_SESSION.sub("", parsed.pathname), _PLAIN_IN_PATH)
    host = platforms.host(_host(parsed.hostname.removesuffix(".")))
    if (post := platforms.post(host, path.rstrip("/"), parsed.search)) is not None:
        return post
    if (snapshot := wrappers.snapshot(host, path)) is not None:
        return snapshot
    port = f":{parsed.port}" if parsed.port else ""
    return f"//{host}{port}{_path(path)}{_query(host, parsed.search[1:])}{_fragment(parsed.hash)}"


def _routed(parsed: ada_url.URL) -> ada_url.URL | None:
    """Twitter's pages of before 2012, where the path stood in the fragment."""
    if parsed.hostname.removeprefix("www.").removeprefix("mobile.") == "twitter.com" and parsed.hash.startswith("#!/"):
        return ada_url.URL(parsed.hash[2:], base=parsed.href)
    return None


def _host(host: str) -> str:
    """Without what says only for which device it is."""
    if _IS_IP.fullmatch(host):
        return host
    while host.startswith("www.") and host.count(".") > 1:
        host = host[len("www.") :]
    if (device := _DEVICE_HOST.match(host)) is not None:
        site = host[device.end() :]
        # `m.co.uk` is a site of its own: what is left has to be one.
        if "." in site and tld.get_tld(f"http://{site}", fail_silently=True) != site:
            return _host(site)
    return _WIKI_DEVICE.sub(".", host)


def _path(path: str) -> str:
    path = _AMP_IN_PATH.sub(r"\1", _AMP_PATH.sub("", path))
    path = _INDEX.sub("/", path).rstrip("/")
    if (toot := _MASTODON.fullmatch(path)) is not None:
        return f"/@{(toot['name'] or toot['user']).lower()}/{toot['post']}"
    return path


def _query(host: str, query: str) -> str:
    of_site = next((names for site, names in _TRACKERS_OF.items() if host == site or host.endswith(f".{site}")), None)
    fields = []
    for parameter in query.split("&"):
        plain = _unescaped(parameter.replace("%20", "+"), _PLAIN_IN_QUERY).removesuffix("=")
        name = plain.partition("=")[0]
        tracks = _TRACKER.fullmatch(name) or _FORM.fullmatch(plain) or (of_site and of_site.fullmatch(name))
        if plain and not tracks and not urls.tracks(name):
            fields.append(plain)
    return f"?{'&'.join(sorted(fields))}" if fields else ""


def _fragment(fragment: str) -> str:
    """What a page routes by, without what a reader had marked in it."""
    route = fragment.partition(":~:")[0]
    return "" if route in ("#", "#/", "#!", "#!/") else route


def _unescaped(words: str, plain: frozenset[str]) -> str:
    """With one way of writing each character that may be escaped or not."""

    def written(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if character in plain else escape[0].upper()

    return _ESCAPED.sub(written, words)
