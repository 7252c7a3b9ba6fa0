"""Little that is sent compressed, and becomes much."""

import gzip
import json
import re
from typing import Any

import httpx
import pytest
import zstandard

from app.errors import Problem
from app.services.deliveries import inflating
from app.services.deliveries.inflating import Inflate

LINES = {"Content-Type": "application/x-ndjson"}
LINE = b'{"type": "source", "name": "A witness"}\n'


def rle_frame(blocks: int) -> bytes:
    """Zstd by hand: each block of four bytes is 128 kB of blanks."""
    block = ((128 << 10) << 3 | 1 << 1).to_bytes(3, "little") + b" "
    last = ((128 << 10) << 3 | 1 << 1 | 1).to_bytes(3, "little") + b" "
    return b"\x28\xb5\x2f\xfd\x00\x68" + block * (blocks - 1) + last


def zstd(words: bytes, times: int, **parameters: int) -> bytes:
    chosen = zstandard.ZstdCompressionParameters(**parameters) if parameters else None
    compressor = zstandard.ZstdCompressor(compression_params=chosen) if chosen else zstandard.ZstdCompressor()
    packing = compressor.compressobj()
    return b"".join(packing.compress(words) for _ in range(times)) + packing.flush()


BOMBS = {
    "blanks": ("zstd", zstd(b" " * 1_000_000, 100)),
    "blank lines": ("zstd", zstd(b"\n" * 1_000_000, 100)),
    "one line again and again": ("zstd", zstd(LINE.replace(b"A witness", b"x" * 9_000) * 100, 100)),
    "blocks of one byte": ("zstd", rle_frame(2_000)),
    "gzip": ("gzip", gzip.compress(b" " * 60_000_000)),
    "parts": ("gzip", gzip.compress(b" " * 1_000_000) * 60),
}


def inflater(encoding: str) -> Inflate:
    inflate = inflating.inflater(encoding)
    assert inflate is not None
    return inflate


@pytest.mark.parametrize(("encoding", "bomb"), BOMBS.values(), ids=BOMBS)
async def test_what_becomes_much_too_long_is_left_at_once(
    client: httpx.AsyncClient, encoding: str, bomb: bytes
) -> None:
    pieces = list[bytes]()
    with pytest.raises(Problem):
        pieces.extend(inflater(encoding)(bomb))
    assert max(map(len, pieces), default=0) < 1_200_000
    assert sum(map(len, pieces)) < 3_000_000
    answer = await client.post("/v1/ingest", content=bomb, headers=LINES | {"Content-Encoding": encoding})
    assert answer.status_code == 413, answer.text
    assert re.search("200 times|100,000 lines", answer.json()["detail"])
    assert "lines_stored" in answer.json()


async def refused(client: httpx.AsyncClient, content: bytes, encoding: str) -> tuple[int, str]:
    answer = await client.post("/v1/ingest", content=content, headers=LINES | {"Content-Encoding": encoding})
    return answer.status_code, answer.json()["detail"]


async def test_what_a_body_may_have_us_keep_is_bounded(client: httpx.AsyncClient) -> None:
    status, told = await refused(client, zstd(LINE, 3, window_log=24), "zstd")
    assert (status, "8 MB" in told) == (400, True)
    for nothing, encoding in ((zstandard.compress(b""), "zstd"), (gzip.compress(b""), "gzip")):
        status, told = await refused(client, nothing * 20_000, encoding)
        assert (status, "10,000 parts" in told) == (413, True)
    for cut in (zstd(LINE, 3)[:-1], gzip.compress(LINE)[:-1]):
        status, told = await refused(client, cut, "zstd" if cut[:1] == b"\x28" else "gzip")
        assert (status, "too early" in told) == (400, True)
    assert await refused(client, LINE, "br") == (415, "Content-Encoding can be gzip or zstd.")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "zstd"])
async def test_what_is_written_by_people_is_taken(client: httpx.AsyncClient, encoding: str) -> None:
    """Much of it alike, in several parts, and coming in a few bytes at a time."""
    compress = zstandard.ZstdCompressor(level=19).compress if encoding == "zstd" else gzip.compress
    notes = "Of the blast. " * 40
    lines = [
        json.dumps({"type": "source", "ref": f"s{nth}", "name": f"Witness {nth}", "notes": notes}) for nth in range(400)
    ]
    halves = ["".join(f"{line}\n" for line in half).encode() for half in (lines[:200], lines[200:])]
    whole = b"".join(map(compress, halves))

    async def drops() -> Any:
        for start in range(0, len(whole), 7):
            yield whole[start : start + 7]

    answer = await client.post("/v1/ingest", content=drops(), headers=LINES | {"Content-Encoding": encoding})
    summary = json.loads(answer.text.splitlines()[-1])
    assert (summary["created"], summary["failed"], summary["bytes"]) == (400, 0, sum(map(len, halves)))
