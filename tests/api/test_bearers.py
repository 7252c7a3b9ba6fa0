"""Lists that are asked for a source by its name: who is meant, who else may be, and what is said where nobody is."""

import json
from urllib.parse import quote

from calls import claim, get, ids, post, source, statement
from httpx import AsyncClient

LISTS = ("statements", "claims", "statements.csv", "statements.ndjson", "rechecks", "events/explosion/statements")


async def detail(client: AsyncClient, path: str) -> str:
    errors = (await get(client, path, 422))["errors"]
    assert [error["parameter"] for error in errors] == ["source"]
    words: str = errors[0]["detail"]
    return words


async def test_a_name_that_nobody_bears_is_told_with_the_nearest(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    about = await claim(client, event)
    for name in ("Sergei Pakhomov", "Sergei Sobyanin", "Plant management"):
        await statement(client, event, about, await source(client, name))
    for path in LISTS:
        words = await detail(anybody, f"/v1/{path}?source=Sergey%20Pahomov")
        assert words.startswith("nobody whom you may see has this name or alias")
        assert "the nearest names: “Sergei Pakhomov”" in words
    assert "no name is near it" in await detail(anybody, "/v1/statements?source=Quux")
    for sign in ("%25", "_", "!!", "%00"):
        assert (await anybody.get(f"/v1/statements?source={sign}")).status_code == 422


async def test_near_names_are_compared_with_aliases_in_every_script(client: AsyncClient, event: str) -> None:
    """And told as they are written, with the name of whoever bears them."""
    peskov = [{"name": "Дмитрий Песков", "language": "ru"}, {"name": "Dmitri Peskov", "language": "fr"}]
    await source(client, "Dmitry Peskov", aliases=peskov)
    await source(client, "Azerbaijan Airlines", aliases=[{"name": "AZAL"}])
    await source(client, "Federal Air Transport Agency", aliases=[{"name": "Rosaviatsiya"}])
    merged = await source(client, "Кремль")
    await post(client, f"/v1/sources/{merged}/merge", {"into": await source(client, "Presidential office")}, 200)
    nobodies = ({"type": "source", "name": f"Dmitry Nobody {nth}"} for nth in range(250))
    lines = "\n".join(map(json.dumps, nobodies))
    await client.post("/v1/ingest", content=lines, headers={"Content-Type": "application/x-ndjson"})
    for asked, nearest in (
        ("Песков", "“Дмитрий Песков” (Dmitry Peskov)"),
        ("Дмитрий Пескоф", "“Дмитрий Песков” (Dmitry Peskov)"),
        ("Песков Дмитрий", "“Дмитрий Песков” (Dmitry Peskov)"),
        ("Peskof", "“Dmitry Peskov”"),
        ("AZZAL", "“AZAL” (Azerbaijan Airlines)"),
        ("Rosaviatsia", "“Rosaviatsiya” (Federal Air Transport Agency)"),
        ("Росавиация", "“Rosaviatsiya” (Federal Air Transport Agency)"),
        ("Кремл", "“Кремль”"),
        ("Kreml", "“Кремль”"),
    ):
        words = await detail(client, f"/v1/statements?source={quote(asked)}")
        assert f"the nearest names: {nearest}" in words, (asked, words)


async def test_a_hidden_source_is_as_if_it_were_not_there(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    about = await claim(client, event)
    await statement(client, event, about, await source(client, "Official voice"))
    told = [await detail(anybody, "/v1/statements?source=Deep%20Throat")]
    secret = await source(client, "Deep Throat", confidential=True)
    await statement(client, event, about, secret)
    await source(client, "Deep Throats")  # public nowhere
    told.append(await detail(anybody, "/v1/statements?source=Deep%20Throat"))
    assert told[0] == told[1]
    assert "Deep" not in await detail(anybody, "/v1/statements?source=Deep%20Throt")
    assert "“Deep Throat”" in await detail(client, "/v1/statements?source=Deep%20Throt")
    assert len(await ids(client, "/v1/statements?source=deep%20throat")) == 1


async def test_who_bears_a_name_and_who_may_be_the_same_is_told_by_name(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    about, other = await claim(client, event), await claim(client, event, "A balloon")
    first = await source(client, "Ministry", country="RU", aliases=["The ministry"])
    second, merged = (
        await source(client, "Ministry", country="UA", disclosure="named"),
        await source(client, "Ministerium", disclosure="named"),
    )
    alike, secret = await source(client, "Ministry of Defence"), await source(client, "Secret", confidential=True)
    said = [await statement(client, event, about, id_) for id_ in (first, second, merged)]
    for id_ in (alike, secret):
        await statement(client, event, other, id_)
        await post(client, f"/v1/sources/{id_}/links", {"to": first, "state": "proposed"})
    await post(client, f"/v1/sources/{merged}/merge", {"into": second}, 200)
    for caller, others in ((anybody, ["Ministry of Defence"]), (client, ["Ministry of Defence", "Secret"])):
        page = await get(caller, "/v1/statements?source=ministry&sort=created_at")
        assert [row["id"] for row in page["items"]] == said
        assert {row["id"] for row in page["named"]} == {first, second}
        assert [row["name"] for row in page["may_be_same"]] == others
        page = await get(caller, "/v1/statements?source=Ministerium&sort=created_at")
        assert [row["id"] for row in page["items"]] == said[1:]
        assert [row["name"] for row in page["named"]] == ["Ministry"]
        assert page["may_be_same"] == []
    assert (await get(anybody, f"/v1/claims?source={first}"))["may_be_same"] is None


async def test_a_part_of_a_long_name_is_found_where_it_ends(client: AsyncClient) -> None:
    long = await source(client, f"{'Directorate of ' * 6}Bridges")
    assert await ids(client, "/v1/sources?q=bridges") == [long]
