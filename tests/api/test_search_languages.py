"""Searching in several languages, and what claims that were found say in others."""

from urllib.parse import parse_qs, urlsplit

from calls import claim, document, get, patch, post, source, statement
from httpx import AsyncClient
from searching import found, search

RUSSIAN = "Взорвался арендованный склад пиротехники"


async def test_a_language_is_one_or_several(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    ids = {
        tag: await claim(client, event, text, language=tag)
        for tag, text in (
            ("ru", "Дрон Shahed"),
            ("fr-CA", "Un drone Shahed"),
            ("nb", "En drone Shahed"),
            ("de", "Shahed"),
        )
    }
    papers = {tag: await document(client, f"https://a.example/{tag}", language=tag) for tag in ("ru", "fr", "nb", "de")}
    cases = {
        "ru,fr": {"ru", "fr-CA"},
        "fr": {"fr-CA"},
        "no,de": {"nb", "de"},
        "ru, FR-ca": {"ru", "fr-CA"},
        "it": set(),
    }
    for asked, tags in cases.items():
        wanted = {ids[tag] for tag in tags}
        assert set(await found(anybody, "shahed", language=asked)) == wanted, asked
        listed = (await client.get("/v1/claims", params={"language": asked})).json()["items"]
        assert {one["id"] for one in listed} == wanted, asked
        alike = (await client.get("/v1/claims/similar", params={"language": asked, "text": "Shahed"})).json()["items"]
        assert {one["claim"]["id"] for one in alike} == wanted, asked
    listed = (await client.get("/v1/documents", params={"language": "ru,no"})).json()["items"]
    assert {one["id"] for one in listed} == {papers["ru"], papers["nb"]}
    for wrong in ("ru,", ",", "ru,xx-english", ",".join(["ru"] * 21)):
        for path in ("search?q=drone", "claims?", "documents?", "claims/similar?text=drone"):
            told = await get(client, f"/v1/{path}&language={wrong}", 422)
            assert [one["parameter"] for one in told["errors"]] == ["language"], (path, wrong)
    # A cursor is bound to all of them.
    first = await get(client, "/v1/claims?language=ru,fr&limit=1")
    assert (await client.get(first["next"].replace("ru%2Cfr", "ru"))).status_code == 400


async def test_a_hit_tells_its_event(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    about = await claim(client, event, "A drone")
    paper = {"url": "https://a.example/1", "title": "The drone"}
    await statement(client, event, about, await source(client, "A"), wording="It was a drone", document=paper)
    named = {"id": event.rpartition("/")[2], "slug": "explosion", "title": "Explosion"}
    hits = {hit["type"]: hit["event"] for hit in await search(anybody, "drone or explosion")}
    assert hits == {"event": named, "claim": named, "statement": named, "document": None}


async def test_what_was_found_is_proposed_in_other_languages(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    translations = {"en": "A rented pyrotechnics warehouse blew up", "zh": "租用的烟火仓库爆炸"}
    about = await claim(client, event, RUSSIAN, language="ru", translations=translations)
    merged = await claim(client, event, "Un entrepôt loué a explosé", language="fr")
    await post(client, f"/v1/claims/{merged}/merge", {"into": about}, 200)
    same = await claim(client, event, "Ein gemietetes Lager flog in die Luft", language="de")
    link = {"from": same, "to": about, "relation": "same_as"}
    await post(client, f"{event}/claim-links", link)
    refuted = await claim(client, event, "Es war kein Lager", language="de")
    await post(client, f"{event}/claim-links", {"from": refuted, "to": about, "relation": "contradicts"})
    english = await claim(client, event, "A drone struck the warehouse", language="en")
    page = await get(anybody, "/v1/search?q=склад&language=ru")
    assert [(one["claim_id"], one["language"], one["text"]) for one in page["other_words"]] == [
        (about, "de", "Ein gemietetes Lager flog in die Luft"),
        (about, "en", translations["en"]),
        (about, "fr", "Un entrepôt loué a explosé"),
        (about, "zh", translations["zh"]),
    ]
    # Each leads to a search that finds the claim, and in its language what else is said with these words.
    for one in page["other_words"]:
        asked = parse_qs(urlsplit(one["url"]).query)
        assert asked["language"] == [one["language"]]
        hits = [hit["id"] for hit in (await get(anybody, one["url"]))["items"]]
        assert (same if one["language"] == "de" else about) in hits, one
        assert (english in hits) == (one["language"] == "en")
    # Without a language what is in others than the words were found in; with one, none in which it was searched.
    for words, others in (("склад", "de en fr zh"), ("entrepôt", "de en ru zh"), ("rented", "de fr ru zh")):
        page = await get(anybody, f"/v1/search?q={words}")
        assert [one["language"] for one in page["other_words"]] == others.split(), words
    # Each claim by itself: what one says in a language is no reason against another's.
    page = await get(anybody, "/v1/search?q=warehouse")
    assert [one["language"] for one in page["other_words"] if one["claim_id"] == about] == [
        "de", "fr", "ru", "zh",
    ]  # fmt: skip
    assert all(one["claim_id"] != english for one in page["other_words"])
    assert (await get(anybody, "/v1/search?q=struck"))["other_words"] == []
    page = await get(anybody, "/v1/search?q=склад&language=ru,de,zh")
    assert [one["language"] for one in page["other_words"]] == ["en", "fr"]
    # A statement leads to its claim, too.
    await statement(client, event, about, await source(client, "A"), wording="это сарай", language="ru")
    page = await get(anybody, "/v1/search?q=сарай&language=ru")
    assert [one["language"] for one in page["other_words"]] == ["de", "en", "fr", "zh"]
    await patch(client, event, {"visibility": "restricted"})
    assert await get(anybody, "/v1/search?q=склад&language=ru") | {"items": [], "other_words": []} == {
        "items": [],
        "next": None,
        "prev": None,
        "total": None,
        "facets": None,
        "other_words": [],
        "latest": False,
    }
