"""Full text search: in every language by its own rules, and what a query can say."""

import unicodedata

import pytest
from calls import claim
from httpx import AsyncClient
from searching import found, marked, search

# language, a claim in it, and words that have to find it: other forms, other accents, other case.
CLAIMS = [
    ("en", "The explosions destroyed a rented warehouse", ["explosion", "WAREHOUSES", "destroying", "the warehouse"]),
    (
        "fr",
        "Les habitants évacués ont quitté l’Élysée",
        ["elysee", "Élysée", "évacuées", "evacues", "habitant"],
    ),
    ("ru", "Взрывы начались на складах, сбит самолёт", ["взрыв", "склад", "начался", "самолеты", "САМОЛЁТ"]),
    ("ar", "وقعت الانفجارات في المستودعات", ["انفجار", "مستودع", "المُستودع"]),
    ("de", "Die Häuser brannten an der Hauptstraße", ["Haus", "Hauser", "Hauptstrasse", "brannte"]),
    ("es", "Las explosiones causaron daños en los edificios", ["explosión", "explosion", "edificio", "danos"]),
    ("pt-BR", "Explosões em São Paulo", ["explosoes", "sao paulo"]),
    ("tr", "İstanbul’da patlamalar duyuldu", ["istanbul", "İstanbul’da", "patlamalar"]),
    ("hi", "धमाकों में इमारतें गिरीं", ["धमाका", "इमारत"]),
    ("el", "Οι εκρήξεις κατέστρεψαν το κτίριο", ["έκρηξη", "κτιριο"]),
    ("pl", "Łódź: wybuch w magazynie", ["lodz", "Łódź", "magazynie"]),
    ("uk", "Підтверджено загибель людини", ["загибель", "підтверджено"]),
    ("zh-Hans", "爆炸始于一间租用的烟火仓库", ["仓库", "爆炸", "烟火仓库", "库", "始于一间"]),
    ("ja", "倉庫でドローンが爆発した", ["ドローン", "ﾄﾞﾛｰﾝ", "爆発", "倉庫"]),
    ("th", "เกิดระเบิดที่โกดัง", ["ระเบิด", "โกดัง"]),
    ("ko", "창고에서 폭발이 일어났다", ["창고", "폭발"]),
    (None, "Drones hit the Zagorsk plant; горели цеха", ["drone", "plants", "цех"]),
]


async def test_every_language_by_its_own_rules(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    """With the language of the query and without it; typed in NFC and in NFD."""
    made = [
        await claim(client, event, text, **({"language": language} if language else {})) for language, text, _ in CLAIMS
    ]
    for id_, (language, text, queries) in zip(made, CLAIMS, strict=True):
        assert id_ in await found(anybody, unicodedata.normalize("NFD", queries[0])), language
        assert id_ in await found(anybody, queries[-1]), language
        for query in queries:
            (hit,) = await search(anybody, query, language=language or "und")
            assert (hit["id"], hit["language"]) == (id_, language and language.partition("-")[0]), query
            assert marked(hit), (language, query)
            assert [(mark["field"], mark["text"]) for mark in hit["highlights"]] == [("text", text)]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("It was at the Élysée palace", "elysee", ["Élysée"]),
        ("爆炸始于一间租用的烟火仓库", "烟火仓库", ["烟火仓库"]),
        ("爆炸始于一间租用的烟火仓库", "库", ["库"]),
        ("iPhone仓库", "仓库", ["仓库"]),
        ("A <b>drone</b> & an 'egg' struck", "drone", ["drone"]),
        ("Drones, drones and no drone", "drone", ["Drones", "drones", "drone"]),
        ("A man walked. The dog bit a man", '"dog bit"', ["dog", "bit"]),
        ("killed/injured: well-known, e-mail@x.example", "injured known", ["injured", "known"]),
    ],
)
async def test_the_words_are_shown_where_they_stand(
    client: AsyncClient, event: str, text: str, query: str, expected: list[str]
) -> None:
    await claim(client, event, text)
    (hit,) = await search(client, query, type="claim")
    assert marked(hit) == expected
    assert hit["highlights"][0]["text"] == text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("drone plant", "ab"),
        ("drone -mayor", "a"),
        ('-"struck the" drone', "b"),
        ('"struck the plant"', "a"),
        ('"plant struck"', ""),
        ("mayor or missile", "bc"),
        ("drone mayor or missile", "bc"),
        ("drone OR -mayor missile", "abc"),
        ('"drone struck', "a"),
        ("the", None),
        ("of the drone", "ab"),
        ("war missile", "c"),
        ("war drone", ""),  # "war" is a stop word in German, not in a text that is English
        ("3,5", "c"),
        ("x-ray", "c"),
        ("drone's", "ab"),
    ],
)
async def test_what_a_query_can_say(client: AsyncClient, event: str, query: str, expected: str | None) -> None:
    texts = {
        "a": "A drone struck the plant",
        "b": "The mayor saw a drone over the plant",
        "c": "A missile of the war, 3,5 m long, in an X-ray",
    }
    ids = {await claim(client, event, text, language="en"): name for name, text in texts.items()}
    if expected is None:
        assert (await client.get("/v1/search", params={"q": query, "language": "en"})).status_code == 422
    else:
        for more in ({}, {"language": "en"}):
            assert "".join(sorted(ids[id_] for id_ in await found(client, query, type="claim", **more))) == expected


async def test_nothing_but_stop_words_is_no_empty_answer(client: AsyncClient, event: str) -> None:
    """But for texts of a language that has them as words."""
    await claim(client, event, "A drone struck the plant", language="en")
    await claim(client, event, "Дрон и ракета", language="ru")
    for words, language in (("the", "english"), ("and", "english"), ("и", "russian"), ("the or and", "english")):
        for more in ({}, {"language": "en,ru"}):
            refused = await client.get("/v1/search", params={"q": words, **more})
            assert refused.status_code == 422, words
            [error] = refused.json()["errors"]
            assert (error["parameter"], language in error["detail"]) == ("q", True), words
    assert await found(client, "the rocket") == []
    assert await found(client, "rocket -the") == []
    wound = await claim(client, event, "The die is cast", language="en")  # "die" is a stop word in German
    assert await found(client, "die") == [wound]


ODD = [
    "'",
    "\\",
    "\\' | x",
    "a:*",
    "!&|()<->",
    "<2>",
    "' | '",
    "=english",
    "drone\u200b",
    "😀",
    "%",
    "_",
    "- -",
    '"',
    '""',
    '-"x',
]


@pytest.mark.parametrize("query", ODD)
async def test_odd_queries_do_no_harm(client: AsyncClient, event: str, query: str) -> None:
    await claim(client, event, "A drone")
    for more in ({}, {"language": "en"}):
        answer = await client.get("/v1/search", params={"q": query, **more})
        assert answer.status_code in (200, 422)
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=%00", "q=+", "q=...", "q=-drone", "q=-%22a%20b%22", "q=or", f"q={'x' * 501}", f"q={'x+' * 33}",
     "q=%ED%A0%80%01", "q=x&type=source", "q=x&type=", "q=x&language=xx-english", "q=x&sort=rank", "q=x&facets=id",
     "q=x&q=y", "q=x&limit=0", "q=x&event=no%20event", "q=x&tpye=claim"],
)  # fmt: skip
async def test_what_a_search_does_not_take(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/search?{query}")).status_code == 422


async def test_the_longest_queries(client: AsyncClient, event: str) -> None:
    words = [f"word{n}ing" for n in range(32)]
    id_ = await claim(client, event, " ".join(words))
    assert await found(client, " ".join(words)) == [id_]
    assert await found(client, " or ".join(words[:32])) == [id_]
    assert await found(client, "é" * 500) == []


@pytest.mark.parametrize(
    ("text", "query"),
    [("Mocква горит", "москва"), ("Москва горит", "Mocква"), ("Пοpт горит", "Пοpт"), ("Αθήνa", "αθήνα")],
)
async def test_a_word_typed_on_two_keyboards(client: AsyncClient, event: str, text: str, query: str) -> None:
    """Its letters of another script that look alike are the others: for search as for all that is compared."""
    about = await claim(client, event, text)
    assert await found(client, query, type="claim") == [about]
    assert await found(client, "сор" if query == "москва" else "otter", type="claim") == []
