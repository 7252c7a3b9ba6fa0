"""POSTs under an Idempotency-Key, and what is kept of them."""

from typing import Any

import httpx
import psycopg

Psql = psycopg.Connection[Any]
# What each answer has of its own.
FRESH = {"x-request-id", "idempotency-replayed", "ratelimit", "ratelimit-policy"}


async def again(
    client: httpx.AsyncClient, path: str, body: Any, key: str = "k-1", status: int | None = None
) -> httpx.Response:
    answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
    assert status is None or answer.status_code == status, answer.text
    return answer


def same(first: httpx.Response, second: httpx.Response) -> bool:
    """Whether the second is the first, given again."""
    kept = [{k: v for k, v in one.headers.items() if k not in FRESH} for one in (first, second)]
    return (
        (first.status_code, first.content, kept[0]) == (second.status_code, second.content, kept[1])
        and "Idempotency-Replayed" not in first.headers
        and second.headers["Idempotency-Replayed"] == "true"
    )


def stored(psql: Psql) -> tuple[int, int]:
    """How many keys are known, and how many answers are kept."""
    found = psql.execute("SELECT count(*), count(answer) FROM idempotency_key").fetchone()
    assert found is not None
    return found[0], found[1]
