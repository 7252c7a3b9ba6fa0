"""Searches that tests make again and again."""

from typing import Any

from calls import Json
from httpx import AsyncClient


async def search(client: AsyncClient, q: str, **more: Any) -> list[Json]:
    answer = await client.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    hits: list[Json] = answer.json()["items"]
    return hits


async def found(client: AsyncClient, q: str, **more: Any) -> list[str]:
    return [one["id"] for one in await search(client, q, **more)]


def marked(hit: Json) -> list[str]:
    """The words that a hit shows as found."""
    return [mark["text"][begin:end] for mark in hit["highlights"] for begin, end in mark["ranges"]]
