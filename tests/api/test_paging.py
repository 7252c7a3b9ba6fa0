"""Pages both ways, cursors, counts and facets."""

import base64
import json
from typing import Any

import pytest
from calls import Json, get, post
from fastapi import FastAPI
from httpx import AsyncClient
from psycopg import Connection
from sqlalchemy import event as sqlalchemy_event

from app.services import paging

SORTS = {
    "sources": ["name", "created_at", "updated_at"],
    "documents": ["published", "created_at", "updated_at"],
    "events": ["occurred", "title", "created_at", "updated_at"],
    "questions": ["created_at", "updated_at"],
    "claims": ["created_at", "updated_at"],
    "statements": ["said", "created_at", "updated_at"],
    "assessments": ["made", "created_at", "updated_at"],
}


@pytest.fixture
async def seven(client: AsyncClient, event: str, psql: Connection) -> None:
    """Seven of each kind, with equal times and with none."""
    for n in range(7):
        when = [None, None, "2023-08-09", "2023-08-09", "2023-08", "2024", "2022"][n]
        asked = {"text": f"Question {n}?"}
        speaker = {"name": f"Source {n}"} if n > 1 else {"disclosure": "anonymous", "ref": f"s{n}"}
        said = {"source": speaker, "said": when, "document": {"url": f"https://a.example/{n}", "published": when}}
        part = await post(client, f"{event}/claims", {"text": f"Claim {n}", "question": asked, "statements": [said]})
        rating = {"claim": part["claim"]["id"], "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
        await post(client, f"{event}/assessments", {**rating, "made": when, "url": f"https://b.example/{n}"})
        await post(client, "/v1/events", {"title": "Twice" if n % 2 else f"Event {n}", "occurred": when})
    # Written in one statement, so that their times are as equal as those of a bulk load.
    for table in ("source", "document", "event", "question", "claim", "statement", "assessment"):
        psql.execute(f"UPDATE {table} SET created_at = '2026-01-01' WHERE ctid < '(0,5)'")


async def walk(client: AsyncClient, path: str) -> list[Json]:
    """Every page of a list, by the `next` of each."""
    pages = []
    while path:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        links = {link["rel"]: link["url"] for link in answer.links.values()}
        assert links == {name: page[name] for name in ("next", "prev") if page[name]}
        pages.append(page)
        path = page["next"]
    return pages


@pytest.mark.usefixtures("seven")
async def test_every_item_comes_once_whichever_way(client: AsyncClient) -> None:
    for kind, name in [(kind, name) for kind, names in SORTS.items() for name in names]:
        whole = [one["id"] for one in (await get(client, f"/v1/{kind}?sort={name}"))["items"]]
        assert len(whole) == len(set(whole)) >= 7
        down = [one["id"] for one in (await get(client, f"/v1/{kind}?sort=-{name}"))["items"]]
        assert down == whole[::-1]
        pages = await walk(client, f"/v1/{kind}?sort={name}&limit=3")
        assert [one["id"] for page in pages for one in page["items"]] == whole
        assert pages[0]["prev"] is None
        back, before = pages[-1], [pages[-1]["items"]]
        while back["prev"]:
            back = await get(client, back["prev"])
            before.insert(0, back["items"])
        assert [one["id"] for page in before for one in page] == whole
        assert (await get(client, back["next"]))["items"] == pages[1]["items"]


@pytest.mark.usefixtures("seven")
async def test_unknown_times_come_last_and_lists_inside_a_record_page_too(client: AsyncClient, event: str) -> None:
    said = [one["said"] for one in (await get(client, "/v1/statements?sort=said"))["items"]]
    assert said == ["2022", "2023-08", "2023-08-09", "2023-08-09", "2024", None, None]
    for path in (
        f"{event}/claims?limit=2",
        f"{event}/statements?sort=-said&limit=3&stance=support",
        f"{event}/history?limit=1",
    ):
        whole = (await get(client, path.replace("limit=", "limit=20")))["items"]
        pages = await walk(client, path)
        assert [one for page in pages for one in page["items"]] == whole


@pytest.mark.usefixtures("seven")
async def test_count_and_facets(client: AsyncClient) -> None:
    page = await get(client, "/v1/statements?limit=1&said_from=2023&count=true&facets=stance,explicitness,act")
    assert (page["total"], len(page["items"])) == (6, 1)  # what says no time was said by when it was recorded
    assert page["facets"] == {"stance": {"support": 6}, "explicitness": {"explicit": 6}, "act": {}}
    page = await get(client, page["next"])
    assert (page["total"], page["facets"]["stance"]) == (6, {"support": 6})
    plain = await get(client, "/v1/statements")
    assert (plain["total"], plain["facets"]) == (None, None)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=x", "limit=99999999999999999999", "sort=id", "sort=--said", "facets=source_id",
     "stanec=deny", "limit=1&limit=2", "stance=deny&stance=deny", "event=", "said_from=then",
     "count=maybe"],
)  # fmt: skip
async def test_what_a_list_does_not_take(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/statements?{query}")).status_code == 422


async def test_a_page_has_at_most_two_hundred(client: AsyncClient, event: str) -> None:
    for begin in (0, 150):
        batch = [{"text": f"Claim {n}"} for n in range(begin, begin + 150)]
        body = {
            "document": {"url": f"https://a.example/{begin}"},
            "events": [{"event": event.rpartition("/")[2], "claims": batch}],
        }
        await post(client, "/v1/reports", body)
    assert len((await get(client, "/v1/claims"))["items"]) == 50
    assert len((await get(client, "/v1/claims?limit=1000"))["items"]) == 200


def _cursor(signature: bytes, words: object) -> str:
    written = words if isinstance(words, bytes) else json.dumps(words, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(signature + written).decode().rstrip("=")


@pytest.mark.usefixtures("seven")
async def test_a_cursor_is_taken_as_it_was_given(client: AsyncClient, event: str) -> None:
    """And no other, even where only its place was changed."""
    given = (await get(client, "/v1/claims?limit=2"))["next"].partition("cursor=")[2]
    signed = base64.urlsafe_b64decode(given + "==")
    signature, (bound, onward, place, key) = signed[:12], json.loads(signed[12:])
    assert _cursor(signature, [bound, onward, place, key]) == given
    made_up: list[Any] = [
        [], {}, 7, [bound], [bound, onward, place, 7], [bound, onward, 7, key], [bound, onward, None, key],
        [bound, not onward, place, key], [bound, onward, "2020-01-01", key], [bound, onward, place, key[::-1]],
        ["", onward, place, key], b"[" * 2000, b"", b"\xff",
    ]  # fmt: skip
    wrong = ["x", "é", "%00", given[:-3], given + "A" * 5, "A" * 3999, given.swapcase()]
    wrong += [_cursor(start, words) for start in (signature, b"\0" * 12) for words in made_up]
    for cursor in wrong:
        answer = await client.get("/v1/claims", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-cursor"), cursor
    elsewhere = [
        "/v1/claims?q=x&",
        "/v1/claims?sort=created_at&",
        "/v1/statements?",
        f"{event}/claims?",
        "/v1/claims?merged=true&",
    ]
    for path in elsewhere:
        assert (await client.get(f"{path}cursor={given}")).status_code == 400, path
    assert (await client.get(f"/v1/claims?limit=50&count=true&cursor={given}")).status_code == 200


@pytest.mark.usefixtures("seven")
async def test_a_cursor_of_another_instance_is_none_here(
    app: FastAPI, client: AsyncClient, psql: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (await get(client, "/v1/claims?limit=2"))["next"].partition("cursor=")[2]
    monkeypatch.setattr(paging, "_signing_keys", {})
    assert (await client.get(f"/v1/claims?cursor={given}")).status_code == 200  # another process
    app.state.kept = None
    (secret,) = psql.execute("SELECT secret FROM instance").fetchone() or ()
    psql.execute("UPDATE instance SET secret = sha256(secret)")
    try:
        monkeypatch.setattr(paging, "_signing_keys", {})
        assert (await client.get(f"/v1/claims?cursor={given}")).status_code == 400
    finally:
        psql.execute("UPDATE instance SET secret = %s", [secret])
    monkeypatch.setattr(paging, "_signing_keys", {})


@pytest.mark.usefixtures("seven")
async def test_a_list_takes_a_fixed_number_of_statements(
    app: FastAPI, client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    counted: list[str] = []
    app.state.kept = None  # what an answer costs that is made
    engine = app.state.database.readers.sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    statement = (await get(client, "/v1/statements"))["items"][0]["id"]
    document = (await get(client, "/v1/documents"))["items"][0]["id"]
    inside = [
        f"{event}/{part}" for part in ("claims", "questions", "statements", "assessments", "claim-links", "event-links")
    ]
    inside += [
        f"/v1/statements/{statement}/appearances",
        f"/v1/documents/{document}/versions",
        f"/v1/documents/{document}/links",
    ]
    for path, most in [(f"/v1/{kind}", 2) for kind in SORTS] + [(path, 3) for path in [*inside, f"{event}/history"]]:
        for limit in (1, 50):
            counted.clear()
            await get(client, f"{path}?limit={limit}")
            assert len(counted) == most, (path, counted)
    counted.clear()
    await get(anybody, "/v1/statements?count=true&facets=stance,act")
    assert len(counted) == 3


async def test_the_newest_statements_come_by_an_index(app: FastAPI, anybody: AsyncClient, psql: Connection) -> None:
    counted: list[tuple[str, Any]] = []
    sqlalchemy_event.listen(
        app.state.database.readers.sync_engine,
        "before_cursor_execute",
        lambda *given: counted.append((given[2], given[3])),
    )
    await get(anybody, "/v1/statements")
    sql, parameters = counted[-1]
    for other in ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"):  # all is fast in an empty table
        psql.execute(f"SET enable_{other} = off")
    plan = "\n".join(row[0] for row in psql.execute(f"EXPLAIN {sql}", parameters).fetchall())
    assert "Index Scan Backward using ix_statement_created_at_id" in plan
    assert "Sort" not in plan
