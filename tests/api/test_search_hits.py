"""What a search finds and tells: fields, pages, filters, counts, and that it keeps up with what changes."""

import base64
import json
from typing import Any

import pytest
from calls import Json, claim, delete, document, get, patch, post, source, statement
from fastapi import FastAPI
from httpx import AsyncClient
from psycopg import Connection
from searching import found, marked, search
from sqlalchemy import event as sqlalchemy_event

ZAGORSK = {
    "title": "Zagorsk explosion",
    "summary": "A plant in Sergiyev Posad",
    "place_name": "Sergiyev Posad",
    "language": "en",
    "tags": ["pyrotechnics"],
    "slug": "zagorsk",
}
SAID = {
    "source": {"name": "Pakhomov", "kind": "official"},
    "stance": "deny",
    "wording": "Это был не беспилотник",
    "translation": "It was no drone",
    "translation_language": "en",
    "document": {
        "url": "https://a.example/1",
        "title": "Заявление главы",
        "byline": "Ivan Petrov",
        "language": "ru",
        "headline": "Взрыв на заводе",
        "text": "Глава говорит о складе. " * 200,
        "publisher": {"name": "Gazeta", "kind": "outlet"},
    },
}
CLAIM = {
    "text": "A drone did it",
    "language": "en",
    "translations": {"de": "Eine Drohne war es"},
    "question": {"text": "Cause?"},
    "statements": [SAID],
}


@pytest.fixture
async def zagorsk(client: AsyncClient) -> Json:
    """What became of each part of an event with one claim, by `event`, `claim`, `question` and `statement`."""
    made = await post(client, "/v1/events", ZAGORSK)
    part = await post(client, f"/v1/events/{made['id']}/claims", CLAIM)
    return {"event": made, "claim": part["claim"], "question": part["question"], "statement": part["statements"][0]}


async def test_how_an_event_is_found(anybody: AsyncClient, zagorsk: Json) -> None:
    found_in = {
        "explosions": ["title"],
        "pyrotechnic": ["tags"],
        "posad": ["place_name", "summary"],
        "zagorsk plant": ["title", "summary"],
    }
    for query, fields in found_in.items():
        (hit,) = await search(anybody, query)
        assert (hit["type"], hit["id"], hit["title"]) == ("event", zagorsk["event"]["id"], "Zagorsk explosion")
        assert [mark["field"] for mark in hit["highlights"]] == fields
        assert hit["event_id"] == hit["id"]


async def test_how_a_claim_and_a_statement_are_found(anybody: AsyncClient, zagorsk: Json) -> None:
    (hit,) = await search(anybody, "drohnen")
    assert (hit["type"], hit["claim_id"], hit["title"]) == ("claim", zagorsk["claim"]["id"], "A drone did it")
    assert (hit["question_id"], hit["language"]) == (zagorsk["question"]["id"], "de")
    assert hit["highlights"][0]["field"] == "translations"
    # A wording is in the language of its document.
    stated = zagorsk["statement"]
    (hit,) = await search(anybody, "беспилотники")
    assert (hit["type"], hit["id"], hit["stance"], hit["title"]) == (
        "statement",
        stated["id"],
        "deny",
        "A drone did it",
    )
    assert (hit["claim_id"], hit["event_id"]) == (zagorsk["claim"]["id"], zagorsk["event"]["id"])
    assert (hit["source"]["name"], hit["document_id"]) == ("Pakhomov", stated["document"]["id"])
    assert (hit["appearance_id"], hit["language"]) == (stated["appearance"]["id"], "ru")
    assert marked(hit) == ["беспилотник"]
    (hit,) = await search(anybody, "drone", type="statement")
    assert [(mark["field"], mark["language"]) for mark in hit["highlights"]] == [("translation", "en")]


async def test_how_a_document_is_found(anybody: AsyncClient, zagorsk: Json) -> None:
    paper = zagorsk["statement"]["document"]
    found_in = {"заявления": "title", "petrov": "byline", "взрывы": "headline", "складами": "text"}
    for query, field in found_in.items():
        (hit,) = await search(anybody, query, type="document")
        assert (hit["id"], hit["title"], hit["source"]["name"]) == (paper["id"], "Заявление главы", "Gazeta")
        assert [mark["field"] for mark in hit["highlights"]] == [field]
        assert hit["version_id"] == (paper["version_id"] if field in ("headline", "text") else None)
        assert (await get(anybody, hit["url"]))["id"] == hit["id"]
        assert 0 < hit["rank"] < 1


async def test_a_figure_has_no_words_but_what_is_said_of_it_has(client: AsyncClient, event: str) -> None:
    said = {"source": {"name": "Governor Kim"}, "wording": "Thirty-one were hurt", "language": "en"}
    body = {"question": {"measure": "injured"}, "figure": {"qualifier": "at_least", "min": 31}, "statements": [said]}
    await post(client, f"{event}/claims", body)
    (hit,) = await search(client, "thirty-one")
    assert (hit["type"], hit["title"]) == ("statement", "at least 31")


async def test_better_places_come_first(client: AsyncClient, event: str) -> None:
    texts = {
        "title": {"title": "Warehouse"},
        "text": {"title": "News", "text": "The warehouse burned. " + "So it was said. " * 50},
    }
    made = {
        name: await document(client, f"https://a.example/{name}", language="en", **more) for name, more in texts.items()
    }
    assert await found(client, "warehouses") == [made["title"], made["text"]]


async def test_a_document_is_found_once_by_its_latest_words(client: AsyncClient, event: str) -> None:
    """And what it no longer says is found, too."""
    one = await document(
        client,
        "https://a.example",
        title="Toll",
        text="Toll: 31 injured at the plant.",
        retrieved_at="2023-08-09T12:00Z",
        language="en",
    )
    later = await post(
        client,
        f"/v1/documents/{one}/versions",
        {"text": "Toll: 80 injured. Toll rises.", "headline": "Toll rises", "retrieved_at": "2023-08-10T12:00Z"},
    )
    (hit,) = await search(client, "toll")
    assert (hit["id"], hit["version_id"]) == (one, later["id"])
    assert [mark["field"] for mark in hit["highlights"]] == ["title", "headline", "text"]
    (hit,) = await search(client, "plants")
    assert (hit["id"], hit["version_id"] != later["id"], marked(hit)) == (one, True, ["plant"])
    (hit,) = await search(client, "toll", count=True)
    assert (await get(client, "/v1/search?q=toll&count=true"))["total"] == 1


async def test_a_statement_in_two_documents_is_found_once(client: AsyncClient, event: str) -> None:
    one = await claim(client, event, "Something else")
    said = await statement(client, event, one, document={"url": "https://a.example"}, wording="No warehouse burned")
    await post(
        client,
        f"/v1/statements/{said}/appearances",
        {"document": {"url": "https://b.example"}, "wording": "No warehouse burned down"},
    )
    page = await get(client, "/v1/search?q=warehouse+burned&count=true&facets=type,language")
    assert ([hit["id"] for hit in page["items"]], page["total"]) == ([said], 1)
    assert page["facets"] == {"type": {"statement": 1}, "language": {"und": 1}}


async def test_texts_as_long_as_they_may_be(client: AsyncClient, event: str) -> None:
    """More different words than an index row holds: found by those of its beginning, and shown where they stand."""
    latin = " ".join(f"w{n:x}é" for n in range(150_000))[:1_000_000]
    han = "".join(chr(0x4E00 + n * 7919 % 20_000) + chr(0x4E00 + n % 20_000) for n in range(100_000))
    for nth, text in enumerate((latin, han)):
        one = await document(client, f"https://a.example/{nth}", text=text, headline="Headline")
        for begin in (0, 40_000):
            word = text[begin : begin + 12].split(" ")[1 if begin and nth == 0 else 0]
            (hit,) = await search(client, f'"{word}"', type="document")
            assert hit["id"] == one
            mark = next(mark for mark in hit["highlights"] if mark["field"] == "text")
            assert mark["text"] == text[mark["start"] : mark["start"] + len(mark["text"])]
            assert len(mark["text"]) <= 400
            assert word in marked(hit)


async def test_a_long_text_is_shown_where_most_of_the_words_stand(client: AsyncClient, event: str) -> None:
    filler = "Nothing of note was said about the warehouse that day. " * 30
    text = f"{filler}Then the rented pyrotechnics warehouse exploded. {filler}"
    await document(client, "https://a.example", text=text, headline="In other news", language="en")
    (hit,) = await search(client, "rented pyrotechnics warehouse exploding")
    (mark,) = hit["highlights"]
    assert "rented pyrotechnics warehouse exploded" in mark["text"]
    assert mark["text"] == text[mark["start"] : mark["start"] + len(mark["text"])]
    assert not mark["text"].startswith((" ", "othing"))


# --- pages, filters, counts -------------------------------------------------------------------------------------------


async def test_pages_hold_while_rows_come_in(client: AsyncClient, event: str) -> None:
    for n in range(7):
        await claim(client, event, "drone " * (n % 3 + 1) + f"number {n}")
    whole = await found(client, "drone")
    ranks = [hit["rank"] for hit in await search(client, "drone")]
    assert (len(whole), ranks) == (7, sorted(ranks, reverse=True))
    first = await get(client, "/v1/search?q=drone&limit=3")
    await claim(client, event, "drone drone drone drone")  # better than all
    late = await claim(client, event, "One drone in a long text that says many other things and so comes last of all")
    second = await get(client, first["next"])
    third = await get(client, second["next"])
    assert [hit["id"] for page in (first, second, third) for hit in page["items"]] == [*whole, late]
    assert third["next"] is None
    assert (await get(client, third["prev"]))["items"] == second["items"]
    assert (await get(client, second["prev"]))["items"] == first["items"]


async def test_a_cursor_is_bound_to_its_search(client: AsyncClient, event: str) -> None:
    for n in range(3):
        await claim(client, event, f"drone {n}")
    cursor = (await get(client, "/v1/search?q=drone&limit=1"))["next"].partition("cursor=")[2]
    for query in ("q=plant", "q=drone&language=en", "q=drone&type=claim", f"q=drone&event={event.rpartition('/')[2]}"):
        assert (await client.get(f"/v1/search?{query}&cursor={cursor}")).status_code == 400, query
    assert (await client.get(f"/v1/search?q=drone&limit=9&count=true&facets=type&cursor={cursor}")).status_code == 200
    signed = base64.urlsafe_b64decode(cursor + "==")
    place = json.loads(signed[12:])[2]
    assert place.isdecimal()
    nearer = signed.replace(f'"{place}"'.encode(), f'"{int(place) + 1}"'.encode())
    broken = base64.urlsafe_b64encode(nearer).decode().rstrip("=")
    assert (await client.get(f"/v1/search?q=drone&cursor={broken}")).status_code == 400


async def test_filters_counts_and_facets(client: AsyncClient, event: str) -> None:
    other = f"/v1/events/{(await post(client, '/v1/events', {'title': 'Drone elsewhere'}))['id']}"
    for path, language in ((event, "en-GB"), (event, "de"), (other, "en")):
        said = {
            "wording": "drone",
            "language": language,
            "document": {"url": f"https://a.example{path}/{language}", "title": "Drone", "language": language},
        }
        await claim(client, path, f"drone {language}", language=language, statements=[said])
    await document(client, "https://uncited.example", title="Drone")
    page = await get(client, "/v1/search?q=drone&limit=2&count=true&facets=type,language")
    assert (page["total"], len(page["items"])) == (11, 2)
    assert page["facets"] == {
        "type": {"document": 4, "claim": 3, "statement": 3, "event": 1},
        "language": {"en": 6, "de": 3, "und": 2},
    }
    for more, total in {
        "type=claim": 3,
        "type=claim,event": 4,
        "language=en": 6,
        "language=en-US": 6,
        "language=de": 3,
        "language=und": 2,
        "language=de&type=statement": 1,
        f"event={event.rpartition('/')[2]}": 6,
        "event=explosion": 6,
        "event=explosion&type=document": 2,
    }.items():
        assert (await get(client, f"/v1/search?q=drone&count=true&{more}"))["total"] == total, more
    assert (await get(client, "/v1/search?q=drone&event=drone-elsewhere&facets=type"))["facets"]["type"] == {
        "event": 1,
        "claim": 1,
        "statement": 1,
        "document": 1,
    }


# --- what changes -----------------------------------------------------------------------------------------------------


async def test_what_changes_is_found_as_it_is(client: AsyncClient, event: str, psql: Connection) -> None:
    one = await claim(client, event, "It was a drone", language="en")
    await patch(client, f"/v1/claims/{one}", {"text": "It was a missile"})
    assert (await found(client, "drone"), await found(client, "missiles")) == ([], [one])
    psql.execute("UPDATE claim SET text = 'It was a rocket' WHERE id = %s", [one])
    assert (await found(client, "missile"), await found(client, "rockets")) == ([], [one])
    paper = await document(client, "https://a.example", title="Häuser", text="Die Häuser brannten")
    said = await statement(client, event, one, document=paper, wording="Die Häuser")
    assert await found(client, "haus") == []
    await patch(client, f"/v1/documents/{paper}", {"language": "de"})
    assert set(await found(client, "haus")) == {paper, said}
    everything = "SELECT * FROM search_entry ORDER BY part, language"
    before = psql.execute(everything).fetchall()
    psql.execute("SELECT search_rebuild()")
    assert psql.execute(everything).fetchall() == before
    await delete(client, f"/v1/statements/{said}?cascade=true")
    await delete(client, f"/v1/documents/{paper}?cascade=true")
    await delete(client, f"/v1/claims/{one}")
    assert await found(client, "haus or rocket") == []
    assert psql.execute("SELECT type FROM search_entry").fetchall() == [("event",)]


async def test_what_was_read_in_a_translation_is_in_no_known_language(client: AsyncClient, event: str) -> None:
    one = await document(client, "https://a.example", language="de")
    await post(client, f"/v1/documents/{one}/versions", {"text": "The houses burned", "translated_from": "de"})
    (hit,) = await search(client, "house")
    assert (hit["id"], hit["language"]) == (one, None)


async def test_a_search_takes_a_fixed_number_of_statements_and_an_index(
    app: FastAPI, client: AsyncClient, anybody: AsyncClient, event: str, psql: Connection
) -> None:
    who = await source(client, "Speaker")
    for n in range(4):
        said = {
            "source": who,
            "wording": f"drone {n}",
            "document": {"url": f"https://a.example/{n}", "text": f"drone {n}"},
        }
        await claim(client, event, f"drone {n}", statements=[said])
    counted: list[tuple[str, Any]] = []
    engine = app.state.database.readers.sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", lambda *given: counted.append((given[2], given[3])))
    for limit in (1, 50):
        for kind in ("claim", "statement", "document"):
            counted.clear()
            await get(anybody, f"/v1/search?q=drones&type={kind}&limit={limit}")
            # Of claims and statements the events are named, of statements who speaks.
            assert len(counted) == 5 + (kind == "statement") + 2 * (kind != "document"), [sql for sql, _ in counted]
    counted.clear()
    await get(anybody, "/v1/search?q=drones")
    page = next((sql, given) for sql, given in counted if "ts_rank" in sql)
    psql.execute("INSERT INTO claim (event_id, text) SELECT id, 'missile ' || n FROM event, generate_series(1, 2000) n")
    psql.execute("ANALYZE search_entry")
    plan = "\n".join(row[0] for row in psql.execute(f"EXPLAIN {page[0]}", page[1]).fetchall())
    assert "Bitmap Index Scan on ix_search_entry_vector" in plan
    # The order is made before anybody asks what is public, and not again after.
    assert plan.startswith("Limit"), plan
    assert plan.index("Subquery Scan") < plan.index("Sort Key"), plan


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("وزیر گفت یک موشک به کارخانه اصابت کرد", "وزير موشك"),
        ("قال الوزير إن الهيئة كبيرة", "الوزیر کبیرة"),
        ("می‌شود گفت", "می شود"),
        ("31 قتيلا في ٢٠٢٣", "٣١ 2023"),
        ("३१ लोग घायल हुए", "31"),
        ("Загинули п'ять людей", "пʼять"),
        ("O’Hara said so", "O`Hara"),
        ("un\u00adseen \u2066mark\u2069s", "unseen marks"),
    ],
)
async def test_other_signs_find_the_same(client: AsyncClient, event: str, words: str, asked: str) -> None:
    made = await claim(client, event, words)
    found = await get(client, f"/v1/search?q={asked}&type=claim")
    assert [hit["id"] for hit in found["items"]] == [made]
