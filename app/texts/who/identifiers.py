"""Names that are handles, or hosts: they are spelled in one way only."""

import re
from typing import Final

import tld

_HANDLE: Final = re.compile(r"@[\w.-]+")
_HOST: Final = re.compile(r"((?:[\w-]+\.)+[^\W\d_]{2,})(?:/\S*)?")
# What a host's name begins with where a site has a part for each language.
_EDITION: Final = re.compile(
    r"(?:www|en|english|ar|arabic|fr|french|de|es|ru|russian|uk|fa|farsi|persian|he|hebrew|tr|ur|zh)\.(?=[^./]+\.)",
    re.IGNORECASE,
)


def read(name: str) -> tuple[str, bool]:
    """The name, of a host without the language that it begins with; and whether it is one, or a handle."""
    host = _HOST.fullmatch(name)
    if host is not None and tld.get_tld(f"https://{host[1]}", fail_silently=True) is not None:
        while (shorter := _EDITION.sub("", name, count=1)) != name and _EDITION.match(name):
            name = shorter
        return name, True
    return name, _HANDLE.fullmatch(name) is not None
