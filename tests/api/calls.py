"""Calls that tests of the resources make again and again."""

from typing import Any

import httpx

Json = dict[str, Any]


async def post(client: httpx.AsyncClient, path: str, body: Json, status: int = 201) -> Json:
    """What was made, as it is read later: without the remarks on the body."""
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    made: Json = answer.json()
    made.pop("remarks", None)
    made.pop("changed", None)
    if "id" in made:
        made.pop("similar", None)
    return made


async def get(client: httpx.AsyncClient, path: str, status: int = 200) -> Json:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


async def patch(client: httpx.AsyncClient, path: str, body: Json, status: int = 200) -> Json:
    """The record as it is then, without the remarks on the body."""
    answer = await client.patch(path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    changed: Json = answer.json()
    changed.pop("remarks", None)
    changed.pop("changed", None)
    changed.pop("similar", None)
    return changed


async def delete(client: httpx.AsyncClient, path: str, status: int = 204) -> httpx.Response:
    answer = await client.delete(path, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    return answer


async def names_nothing(client: httpx.AsyncClient, path: str) -> None:
    """The last parameter names what is not there, or not for this caller."""
    told = await get(client, path, 422)
    assert [error["parameter"] for error in told["errors"]] == [
        path.rpartition("=")[0].rpartition("&")[2].rpartition("?")[2]
    ]
    assert "that you may see" in told["detail"]


async def ids(client: httpx.AsyncClient, path: str) -> list[str]:
    return [one["id"] for one in (await get(client, path))["items"]]


async def claim(client: httpx.AsyncClient, event: str, text: str | None = "It was a drone", **more: Any) -> str:
    """The id of a claim of this event; a figure has no text."""
    found: str = (await post(client, f"{event}/claims", {"text": text, **more}))["claim"]["id"]
    return found


async def source(client: httpx.AsyncClient, name: str, **more: Any) -> str:
    found: str = (await post(client, "/v1/sources", {"name": name, **more}))["id"]
    return found


async def document(client: httpx.AsyncClient, url: str, **more: Any) -> str:
    found: str = (await post(client, "/v1/documents", {"url": url, **more}))["id"]
    return found


async def statement(client: httpx.AsyncClient, event: str, claim: str, source: str | None = None, **more: Any) -> str:
    body = {"claim": claim, **({"source": source} if source else {}), **more}
    found: str = (await post(client, f"{event}/statements", body))["id"]
    return found
