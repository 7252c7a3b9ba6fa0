"""What it costs to look for copies: a report with 5 kB of text into an event with N such documents, with and without.

    python bench/copies.py [--database-url URL]    (without: a private PostgreSQL in a temporary folder, fsync on)

Both ways take turns in the same run, and the ratio of their medians is what counts. `unlike` texts share nothing,
`copies` are all one wire story with a few words changed.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from app import embedded
from app.database import Signature
from app.main import create_app
from app.services import access, migrating
from app.services.intake import copies
from app.services.intake import credits as wire_credits
from app.services.intake.drafts import Batch
from app.settings import Settings
from app.vocabulary import Scope, words

SIZES, TIMES, TEXT = (10, 100, 500), 60, 5_000
_chance = random.Random(1)
WORDS = ["".join(_chance.choices("abcdefghijklmnoprstuvw", k=_chance.randint(2, 9))) for _ in range(20_000)]


def text() -> str:
    words: list[str] = []
    while sum(map(len, words)) + len(words) < TEXT:
        words.append(_chance.choice(WORDS))
    return " ".join(words)


def changed(story: str) -> str:
    words = story.split()
    for nth in _chance.sample(range(len(words)), 12):
        words[nth] = _chance.choice(WORDS)
    return " ".join(words)


def report(event: str, nth: int, words: str) -> dict[str, Any]:
    statement = {"source": {"name": f"Source {nth % 40}"}, "wording": words[:80]}
    claims = [{"text": f"Claim {nth % 30} {number}", "statements": [statement]} for number in range(3)]
    document = {"url": f"https://{event}.example/{nth}", "published": "2023-08-09", "text": words}
    return {"ref": f"{event}:{nth}", "document": document, "events": [{"ref": event, "title": event, "claims": claims}]}


@contextlib.contextmanager
def storing_alone() -> Iterator[None]:
    """Nothing is looked for."""

    async def read(_batch: Batch) -> None:
        pass

    async def nothing(*_given: Any) -> None:
        pass

    with (
        mock.patch.object(copies, "read", read),
        mock.patch.object(copies, "propose", nothing),
        mock.patch.object(wire_credits, "propose", nothing),
    ):
        yield


async def measure(url: str) -> None:
    app = create_app(Settings(database_url=url))
    async with app.state.database.writing(Signature("bench")) as session:
        token = (await access.create(session, access.OPERATOR, f"bench{time.time_ns()}", words(Scope))).token
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client:
        print("| texts | documents | storing alone, ms | with the check, ms | more, ms | ratio |")
        print("|---|---|---|---|---|---|")
        for kind in ("unlike", "copies"):
            await grow(client, kind)
    await app.state.database.dispose()


async def grow(client: httpx.AsyncClient, kind: str) -> None:
    story, nth = text(), 0

    async def one() -> float:
        nonlocal nth
        nth += 1
        body = report(kind, nth, changed(story) if kind == "copies" else text())
        begun = time.perf_counter()
        answer = await client.post("/v1/reports", json=body)
        took = time.perf_counter() - begun
        answer.raise_for_status()
        return took * 1000

    for size in SIZES:
        while nth < size:
            await one()
        alone, checked = [], []
        for _ in range(TIMES):
            with storing_alone():
                alone.append(await one())
            checked.append(await one())
        before, after = statistics.median(alone), statistics.median(checked)
        print(
            f"| {kind} | {size} | {before:.1f} | {after:.1f} | {after - before:.1f} | {after / before:.2f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url")
    url = parser.parse_args().database_url
    with contextlib.ExitStack() as stack:
        if url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="counterclaim-bench-")))
            url = stack.enter_context(embedded.using(folder / "data"))
        migrating.migrate(url)
        asyncio.run(measure(url))


if __name__ == "__main__":
    main()
