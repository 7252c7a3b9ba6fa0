"""Two instances compared: what one exports, and all pictures of all events without what never travels."""

import json
from typing import Any, Final

import httpx

Json = Any
# What an import makes anew: positions, versions, times of recording and what reports left.
_ANEW: Final = {"position", "as_of", "version", "created_at", "updated_at", "report_id"}
# Coarse times that fall back on the time of recording.
_RECORDED: Final = {"effective_from": "effective_by", "effective_to": "effective_by"}
_EVENT: Final = ("dossier", "timeline", "figures", "matrix?by=party", "matrix?by=source")
_VIEWS: Final = (
    "",
    "independence=source",
    "independence=party",
    "said_before=2023-08-09",
    "said_before=2023-08-10T12:00Z",
)


async def lines(client: httpx.AsyncClient, event: str | None = None) -> list[dict[str, Any]]:
    """The export, line by line."""
    answer = await client.get(f"/v1/events/{event}/export.ndjson" if event else "/v1/export.ndjson")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def listed(client: httpx.AsyncClient, path: str) -> list[Json]:
    """All items of a list."""
    items: list[Json] = []
    url: str | None = f"/v1{path}{'&' if '?' in path else '?'}limit=200"
    while url:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        url = answer.json()["next"]
    return items


async def pictures(client: httpx.AsyncClient) -> dict[str, Json]:
    """Every picture, by its path: of each event, source and document, what to ask again, and searches."""
    found: dict[str, Json] = {}
    every = await listed(client, "/events?merged=true&sort=title")
    for event in every:
        if event["merged_into"] is None:
            for picture in _EVENT:
                for view in _VIEWS:
                    path = f"/v1/events/{event['id']}/{picture}"
                    joined = "&".join([*path.split("?")[1:], *([view] if view else [])])
                    await _add(client, found, f"{path.split('?')[0]}{'?' if joined else ''}{joined}")
    for source in await listed(client, "/sources?merged=true"):
        if source["merged_into"] is None:
            await _add(client, found, f"/v1/sources/{source['id']}/record")
    documents = await listed(client, "/documents?merged=true")
    for document in documents:
        if document["merged_into"] is None:
            await _add(client, found, f"/v1/documents/{document['id']}/audit")
            versions = await listed(client, f"/documents/{document['id']}/versions?text=true")
            found[f"texts of {document['id']}"] = normal(sorted(versions, key=lambda one: one["id"]))
    rechecks = await listed(client, "/rechecks")
    found["/rechecks"] = normal(rechecks)
    for word in await _words(client):
        hits = await listed(client, f"/search?q={word}")
        found[f"/search?q={word}"] = normal(sorted(hits, key=lambda one: json.dumps(one.get("id", str(one)))))
    for kind in (
        "sources?merged=true",
        "documents?merged=true",
        "events?merged=true",
        "questions",
        "claims?merged=true",
    ):
        found[f"/{kind}"] = normal(sorted(await listed(client, f"/{kind}"), key=lambda one: one["id"]))
    for kind in ("statements", "assessments", "document-links"):
        found[f"/{kind}"] = normal(sorted(await listed(client, f"/{kind}"), key=lambda one: one["id"]))
    return found


async def _add(client: httpx.AsyncClient, found: dict[str, Json], path: str) -> None:
    answer = await client.get(path)
    found[path] = (answer.status_code, normal(answer.json()) if answer.status_code == 200 else None)


async def _words(client: httpx.AsyncClient) -> list[str]:
    """Some words of claims, to search for."""
    texts = [claim["text"] for claim in await listed(client, "/claims") if claim["text"]]
    words = {word.strip(".,:;“”\"'").lower() for text in texts for word in text.split()}
    return sorted(word for word in words if len(word) > 4 and word.isalpha())[:10]


def normal(value: Json) -> Json:
    """The same without what an import makes anew; a time that is one of recording is only called that."""
    if isinstance(value, list):
        return [normal(one) for one in value]
    if not isinstance(value, dict):
        return value
    recorded = value.get("effective_by") == "recorded"
    told = {name: normal(one) for name, one in value.items() if name not in _ANEW}
    if recorded:
        told |= dict.fromkeys(_RECORDED, "recorded")
    return told
