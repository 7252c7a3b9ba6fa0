"""Two instances compared: what one exports, and all pictures of all events without what never travels."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import soaking

Json = Any
# What an import makes anew: positions, versions, times of recording, and what reports left.
_ANEW: Final = {"position", "as_of", "version", "created_at", "updated_at", "report_id"}
_EVENT: Final = (
    *("dossier", "dossier?independence=source", "dossier?independence=party", "dossier?said_before=2023-08-09"),
    *("dossier?said_before=2023-08-10T12:00Z", "timeline", "timeline?said_before=2023-08-10", "figures"),
    *("figures?said_before=2023-08-09", "matrix?by=party", "matrix?by=source"),
)
_LISTS: Final = (
    *("sources?merged=true", "documents?merged=true", "events?merged=true", "questions", "claims?merged=true"),
    *("statements", "assessments", "document-links", "source-links", "rechecks"),
)


async def lines(client: httpx.AsyncClient, event: str | None = None) -> list[dict[str, Any]]:
    """The export, line by line."""
    answer = await client.get(f"/v1/events/{event}/export.ndjson" if event else "/v1/export.ndjson")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def pictures(client: httpx.AsyncClient) -> dict[str, Json]:
    """Every picture and list, by its path: of each event, source and document, what to ask again, and searches."""
    found: dict[str, Json] = {}
    for path in _LISTS:
        found[path] = sorted((normal(one) for one in await listed(client, path)), key=json.dumps)
    events = [one["id"] for one in await listed(client, "events")]
    for path in [path for id_ in events for path in of_event(id_)] + await _others(client):
        found[path] = await picture(client, path)
    for word in await _words(client):
        hits = [normal(hit) for hit in await listed(client, f"search?q={word}")]
        found[f"search {word}"] = sorted(hits, key=json.dumps)  # those of one rank come as they were recorded
    return found


def of_event(id_: str) -> list[str]:
    """The paths of its pictures."""
    return [f"/v1/events/{id_}/{name}" for name in _EVENT]


async def picture(client: httpx.AsyncClient, path: str) -> Json:
    answer = await client.get(path)
    return (answer.status_code, normal(answer.json()) if answer.status_code == 200 else None)


async def _others(client: httpx.AsyncClient) -> list[str]:
    """The paths of what is asked across events: of some of the sources and documents, in the soak of all."""
    step = 1 if soaking.SOAK else 4
    sources, documents = [
        [one["id"] for one in await listed(client, kind)][::step] for kind in ("sources", "documents")
    ]
    paths = [f"/v1/sources/{id_}/record" for id_ in sources]
    for id_ in documents:
        paths += [f"/v1/documents/{id_}/audit", f"/v1/documents/{id_}/versions?text=true&limit=200"]
    return paths


async def listed(client: httpx.AsyncClient, path: str) -> list[Json]:
    """All items of a list."""
    items: list[Json] = []
    url: str | None = f"/v1/{path}{'&' if '?' in path else '?'}limit=200"
    while url:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        url = answer.json()["next"]
    return items


async def _words(client: httpx.AsyncClient) -> list[str]:
    """Some words of claims, to search for."""
    texts = [claim["text"] for claim in await listed(client, "claims") if claim["text"]]
    words = {word.strip(".,:;“”\"'").lower() for text in texts for word in text.split()}
    return sorted(word for word in words if word.isalpha() and len(word) > 4)[:10]  # and none is a stop word


def differences(here: Json, there: Json, at: str = "") -> Iterator[str]:
    """Where two answers differ, as pointers with both values."""
    if isinstance(here, dict) and isinstance(there, dict) and here.keys() == there.keys():
        for name in here:
            yield from differences(here[name], there[name], f"{at} / {name}")
    elif isinstance(here, list | tuple) and isinstance(there, list | tuple) and len(here) == len(there):
        for n, (one, other) in enumerate(zip(here, there, strict=True)):
            yield from differences(one, other, f"{at} / {n}")
    elif here != there:
        yield f"{at}: {str(here)[:200]} ≠ {str(there)[:200]}"


def normal(value: Json, name: str = "") -> Json:
    """The same without what an import makes anew.

    Where nothing says when something was said, that is when it was recorded, so whatever time lies in the last hours
    is only called that; `retrieved_at` travels.
    """
    if isinstance(value, list):
        return [normal(one) for one in value]
    if isinstance(value, dict):
        return {key: normal(one, key) for key, one in value.items() if key not in _ANEW}
    if isinstance(value, str) and name != "retrieved_at" and _is_recent(value):
        return "recorded"
    return value


def _is_recent(words: str) -> bool:
    if not (words[:4].isdecimal() and words.endswith("Z")):
        return False
    try:
        return abs(datetime.now(UTC) - datetime.fromisoformat(words)) < timedelta(hours=12)
    except ValueError:
        return False
