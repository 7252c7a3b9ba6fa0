"""A body that comes in compressed, a little at a time: what it becomes is bounded before it is there."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import zstandard

from app.errors import BadRequest, Problem, TooLarge

BYTES: Final = 64_000_000
"""As they come in, and decompressed: at most."""
_TIMES: Final = 200  # as long as it comes in, a body may become; text becomes 5 to 50 times as long
_UNSUSPICIOUS_BYTES: Final = 1_000_000
_PARTS: Final = 10_000  # that were compressed by themselves
_ZSTD_WINDOW_BYTES: Final = 2**23  # at most: RFC 9659
_GZIP_WINDOW_BITS: Final = 31  # zlib: 15 for the largest window, and 16 for a header of gzip
_TOO_LARGE: Final = f"A request takes at most {BYTES:,} bytes of lines. Send several."

_NOT_COMPRESSED: Final = "The body is not compressed as Content-Encoding says."
_WIDE: Final = "zstd has a window of at most 8 MB here: compress it without --long and --ultra."

Inflate: TypeAlias = Callable[[bytes], Iterator[bytes]]
"""What a piece of a body becomes, in pieces of a megabyte at most; an empty piece is the end. Raises a Problem."""


class _Encoding(NamedTuple):
    new_inflater: Callable[[], Any]
    slice_bytes: int
    """Of compressed bytes: they become a megabyte at most. zstd makes 128 kB of 4 bytes, gzip 1032 times as many."""


_GZIP: Final = _Encoding(lambda: zlib.decompressobj(_GZIP_WINDOW_BITS), 1_000)
_ENCODINGS: Final = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "zstd": _Encoding(
        lambda: zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj(write_size=2**17), 32
    ),
}


def inflater(encoding: str) -> Inflate | None:
    """A function for one body; `encoding`: its Content-Encoding. None: there is none of this name."""
    if encoding in _ENCODINGS:
        return _inflated(_ENCODINGS[encoding])
    return _as_it_is() if encoding == "identity" else None


def too_large() -> Problem:
    """The refusal of a body of more bytes than there may be."""
    return TooLarge(_TOO_LARGE)


def _as_it_is() -> Inflate:
    size = 0

    def inflate(piece: bytes) -> Iterator[bytes]:
        nonlocal size
        size += len(piece)
        if size > BYTES:
            raise too_large()
        if piece:
            yield piece

    return inflate


def _inflated(encoding: _Encoding) -> Inflate:
    part, is_begun, parts = encoding.new_inflater(), False, 1
    came = size = 0

    def inflate(piece: bytes) -> Iterator[bytes]:
        nonlocal part, is_begun, parts, came, size
        if not piece and is_begun:
            raise BadRequest("The compressed body ends too early.")
        start = 0
        while start < len(piece):
            compressed = piece[start : start + encoding.slice_bytes]
            start, is_begun = start + len(compressed), True
            inflated = _decompressed(part, compressed)
            came, size = came + len(compressed), size + len(inflated)
            if part.eof:  # several compressed parts may follow each other
                start, came = start - len(part.unused_data), came - len(part.unused_data)
                part, is_begun, parts = encoding.new_inflater(), False, parts + 1
            if max(came, size) > BYTES:
                raise too_large()
            if parts > _PARTS:
                raise TooLarge(f"The body has more than {_PARTS:,} parts that were compressed by themselves.")
            if size > max(_UNSUSPICIOUS_BYTES, _TIMES * came):
                raise TooLarge(f"The body becomes more than {_TIMES} times as long when it is decompressed.")
            if inflated:
                yield inflated

    return inflate


def _decompressed(part: Any, compressed: bytes) -> bytes:
    try:
        inflated: bytes = part.decompress(compressed)
    except zlib.error:
        raise BadRequest(_NOT_COMPRESSED) from None
    except zstandard.ZstdError as error:
        raise BadRequest(_WIDE if "memory" in str(error) else _NOT_COMPRESSED) from None
    return inflated
