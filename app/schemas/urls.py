"""Addresses on the web: which are kept, and when two are the same."""

import re
from typing import Final

import ada_url

from app.vocabulary import URL_CHARACTERS

# Parameters that say how a reader came, never what the page is. Names that may also say that (`ref`, `source`, `id`)
# stay: two addresses of one page are a nuisance, two pages taken for one are an error.
_TRACKER: Final = re.compile(
    r"(utm|mtm|pk|hsa|vero|oly|itm)_[a-z_]+|_{1,2}hs[a-z]+|(fb|g|y|ys|d|tw|tt|gc|yc)clid|(gbra|wbra|msclk|li_fat_|igsh)id|igsh|"
    r"mc_[ce]id|_ga|_gl|_openstat|ref_src|ref_url|xtor|cmpid",
    re.IGNORECASE,
)
_NO_SCHEME: Final = re.compile(r"(?://)?(?:www(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)+(?=[/?#]))(?:[/?#]\S{0,200})?")
_HTTP_URL: Final = re.compile(r"https?://[^\s/?#\\]\S*", re.IGNORECASE)


def check(words: str) -> str:
    """The words, if they are an address that can be kept. Raises ValueError."""
    if not _HTTP_URL.fullmatch(words):
        if _NO_SCHEME.fullmatch(words):
            raise ValueError(f"an absolute URL is needed: https://{words.removeprefix('//')}")
        raise ValueError("an http or https URL is needed, without white space: https://example.org/page")
    try:
        parsed = ada_url.URL(words)
    except ValueError:
        raise ValueError("not a URL: the host or port can't be") from None
    if parsed.username or parsed.password:
        raise ValueError("a URL with a user name or password in it is not kept")
    if max(len(words), len(parsed.href)) > URL_CHARACTERS:
        raise ValueError(f"longer than {URL_CHARACTERS} characters")
    return words


def lacks_scheme(words: str) -> bool:
    """Whether they are an address that only lacks its `https://`: `t.me/kestrel`, and not `Gazeta.Ru`."""
    return _NO_SCHEME.fullmatch(words) is not None


def is_meant(words: str) -> bool:
    """Whether they are an address, or one without its scheme."""
    return words.strip().casefold().startswith(("http:", "https:")) or lacks_scheme(words.strip())


def canonical(url: str) -> str:
    """The form under which two spellings of one address are the same: WHATWG's, sorted, without trackers and fragment.

    A fragment that a page routes by (`#!…`, `#/…`) stays. Never longer than WHATWG's form.
    """
    address, _, fragment = str(ada_url.URL(url).href).partition("#")
    page, _, query = address.partition("?")
    fields = sorted(field for field in query.split("&") if field and not tracks(field.partition("=")[0]))
    query = f"?{'&'.join(fields)}" if fields else ""
    return f"{page}{query}#{fragment}" if fragment.startswith(("!", "/")) else f"{page}{query}"


def tracks(parameter: str) -> bool:
    """Whether a parameter of this name says only how a reader came."""
    return _TRACKER.fullmatch(parameter) is not None


def site(url: str) -> str | None:
    """The host of an address, in ASCII and without `www.`; None where there is none."""
    try:
        host = str(ada_url.URL(url).hostname)
    except ValueError:
        return None
    return host.removeprefix("www.") or None
