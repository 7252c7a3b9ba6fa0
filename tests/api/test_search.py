"""Full text search: in every language, ranked and marked, in pages, and never more than the caller may see."""

from typing import Any

from calls import Json, claim, get, post
from httpx import AsyncClient


async def search(client: AsyncClient, q: str, **more: Any) -> list[Json]:
    answer = await client.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


async def test_smoke(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    one = await claim(client, event, "L'explosion a débuté à l'Élysée", language="fr",
        statements=[{"source": {"name": "Bob"}, "wording":"Взрыв начался на складе", "language":"ru", "document":{"url":"https://a.example","text":"Das Lager wurde in Brand gesetzt. "*50+"仓库爆炸","title":"Ein Brand","language":"de"}}])
    import json
    for q in ("elysee", "взрывы", "Brände", "explosion", "仓库", "库", '"wurde in brand"'):
        print(q, json.dumps(await search(anybody, q), ensure_ascii=False, indent=1))
    r = await client.get("/v1/search", params={"q": "explosion", "count": True, "facets": "type,language"})
    print(r.json()["total"], r.json()["facets"])
    r = await anybody.get("/v1/search", params={"q": "explosion", "count": True, "facets": "type,language", "event": "explosion"})
    print(r.json()["total"], r.json()["facets"])
