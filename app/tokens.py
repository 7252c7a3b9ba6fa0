"""The text of a key: `cc_`, the key's id, a secret, and a checksum, by which a mistyped one is known without asking.

Secret scanners find it by `cc_[0-9a-f]{32}_[0-9A-Za-z]{40}`.
"""

import re
import secrets
import string
import zlib
from typing import Final
from uuid import UUID

OVERLAP_SECONDS: Final = 30 * 24 * 3600  # at most: for longer than that nobody is busy with putting a new one in place
_PREFIX: Final = "cc_"
_LETTERS: Final = string.ascii_letters + string.digits
_SECRET_LETTERS: Final = 32  # 190 random bits: nobody can guess one, however fast its hash is made
_WRITTEN: Final = r"cc_([0-9a-f]{32})_[0-9A-Za-z]{32}[0-9a-f]{8}"
# As keys were made before they had an id and a checksum.
_WRITTEN_EARLIER: Final = r"cc_[A-Za-z0-9_-]{43}"
_TOKEN: Final = re.compile(_WRITTEN)
_EARLIER_TOKEN: Final = re.compile(_WRITTEN_EARLIER)
_IN_A_TEXT: Final = re.compile(rf"(?<![A-Za-z0-9_-])({_WRITTEN}|{_WRITTEN_EARLIER})(?![A-Za-z0-9_-])")


def new(key_id: UUID) -> str:
    """Another token of this key."""
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LETTERS))
    begun = f"{_PREFIX}{key_id.hex}_{secret}"
    return begun + _checksum(begun)


def key_id(token: str) -> UUID | None:
    """Of which key it is; None: it was made before they had ids. Raises ValueError for what can't be a key."""
    if _EARLIER_TOKEN.fullmatch(token):
        return None
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise ValueError("It has not the form of a key.")
    if _checksum(token[:-8]) != token[-8:]:
        raise ValueError("Its checksum does not fit.")
    return UUID(match[1])


def named(name: str) -> str:
    """The name of a key. Raises ValueError for one that may be a caller's of an identity provider."""
    if name.lower().startswith(("http://", "https://")):
        raise ValueError("a name can't begin with http:// or https://: so do those of an identity provider's callers")
    return name


def is_meant(token: str) -> bool:
    """Whether it is meant to be a key of this service."""
    return token.startswith(_PREFIX)


def is_in(text: str) -> bool:
    """Whether a whole key stands somewhere in a text."""
    return _PREFIX in text and _IN_A_TEXT.search(text) is not None


def _checksum(begun: str) -> str:
    return f"{zlib.crc32(begun.encode()):08x}"
