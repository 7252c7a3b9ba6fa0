"""Lists with what their records point at, and the statements of a source by its name."""

from calls import claim, get, patch, post, source, statement
from httpx import AsyncClient


async def test_a_statement_comes_with_what_it_points_at(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    question = {"text": "What was it?", "kind": "cause"}
    about = await claim(client, event, "A drone", question=question)
    army, secret = (
        await source(client, "Army of Kesra", party="russia"),
        await source(client, "Deep Throat", confidential=True),
    )
    early = {"url": "https://a.example/1", "title": "Early", "published": "2023-08-09"}
    said = await statement(
        client, event, about, army, document={"url": "https://a.example/2", "published": "2023-08-10"}, wording="later"
    )
    await post(client, f"/v1/statements/{said}/appearances", {"document": early, "wording": "early"})
    hidden = await statement(client, event, about, secret)
    everything = "expand=event,question,claim,source,document"
    for caller in (client, anybody):
        items = {one["id"]: one for one in (await get(caller, f"/v1/statements?{everything}"))["items"]}
        told = items[said]
        assert (told["event"]["title"], told["claim"]["text"]) == ("Explosion", "A drone")
        assert (told["question"]["text"], told["source"]["name"]) == ("What was it?", "Army of Kesra")
        assert (told["document"]["title"], told["appearance"]["wording"]) == ("Early", "early")
        assert items[hidden]["source"]["name"] == ("Deep Throat" if caller is client else None)
        assert items[hidden]["source"]["id"] == items[hidden]["source_id"]
        assert (items[hidden]["document"], items[hidden]["appearance"]) == (None, None)
    [first, _] = (await get(anybody, f"{event}/statements?expand=claim&sort=created_at"))["items"]
    assert first["claim"]["id"] == about
    assert not first.keys() & {"event", "question", "source", "document", "appearance"}
    [listed] = (await get(anybody, "/v1/claims?expand=question,event"))["items"]
    assert (listed["question"]["text"], listed["event"]["slug"]) == ("What was it?", "explosion")
    assert not (await get(anybody, "/v1/claims"))["items"][0].keys() & {"event", "question"}
    for path in ("/v1/statements?expand=family", "/v1/claims?expand=source", "/v1/statements?expand="):
        assert (await get(anybody, path, 422))["errors"][0]["parameter"] == "expand"
    await patch(client, event, {"visibility": "restricted"})
    assert (await get(anybody, f"/v1/statements?{everything}"))["items"] == []


async def test_statements_of_a_source_by_its_name(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    about = await claim(client, event, "A drone")
    aliases = [{"name": "Minoborony", "language": "ru"}]
    ministry = await source(client, "Défense Ministry", aliases=aliases, country="RU", kind="authority")
    other = await source(client, "Défense Ministry", country="UA", kind="authority")
    secret = await source(client, "Deep Throat", confidential=True)
    said = {who: await statement(client, event, about, who) for who in (ministry, other, secret)}

    async def asked(caller: AsyncClient, name: str) -> tuple[set[str], set[str]]:
        found = (await caller.get("/v1/statements", params={"source": name})).json()
        claims = (await caller.get("/v1/claims", params={"source": name})).json()
        assert claims["named"] == found["named"]
        assert bool(claims["items"]) == bool(found["items"])
        return {one["id"] for one in found["items"]}, {one["id"] for one in found["named"]}

    both = {ministry, other}
    assert await asked(anybody, "defense MINISTRY") == ({said[who] for who in both}, both)
    assert await asked(anybody, "minoborony") == ({said[ministry]}, {ministry})
    # A part of a name is none, and a protected source has none.
    for nobody in ("Nobody", "Défense", "Deep Throat"):
        for kind in ("statements", "claims"):
            assert (await anybody.get(f"/v1/{kind}", params={"source": nobody})).status_code == 422
    assert await asked(client, "Deep Throat") == ({said[secret]}, {secret})
    by_id = await get(anybody, f"/v1/statements?source={ministry}")
    assert ([one["id"] for one in by_id["items"]], by_id["named"]) == ([said[ministry]], None)
    # What was merged speaks under the name of what it was merged into, and no name is told twice.
    await post(client, f"/v1/sources/{other}/merge", {"into": ministry}, 200)
    assert await asked(anybody, "Défense Ministry") == ({said[who] for who in both}, {ministry})
