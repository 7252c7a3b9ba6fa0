"""Many refs, ids and addresses at once: what is there already."""

import hashlib
import re
from typing import Any, get_args

import httpx
from calls import Json, claim, delete, document, get, ids, patch, post, source, statement
from fastapi import FastAPI
from psycopg import Connection, RawCursor
from reporting import report, rows, said
from sqlalchemy import event as engine_event

from app.schemas.lookups import LookupType

Psql = Connection[Any]
URL = "https://news.example/1"


async def look(client: httpx.AsyncClient, *items: Json) -> list[Json]:
    found: list[Json] = (await post(client, "/v1/lookup", {"items": list(items)}, 200))["items"]
    assert len(found) == len(items)
    return found


async def test_what_is_there_comes_in_the_order_asked(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    mayor = (await post(client, "/v1/sources", {"name": "Ada Mayor", "ref": "mayor"}))["id"]
    drone = await claim(client, event, ref="drone")
    paper = {"url": URL, "ref": "paper", "text": "A drone, he said", "retrieved_at": "2023-08-09T12:00:00Z"}
    await statement(client, event, drone, mayor, document=paper)
    known = await look(
        anybody,
        {"url": "HTTPS://news.example:443/1?utm_source=feed#top"},
        {"type": "source", "ref": "nobody"},
        {"type": "source", "ref": "mayor"},
        {"type": "claim", "id": drone},
        {"slug": "explosion"},
        {"type": "document", "ref": "paper"},
        {"type": "claim", "ref": "mayor"},
        {"type": "source", "ref": "mayor"},
    )
    assert [one["type"] for one in known] == [
        "document", "source", "source", "claim", "event", "document", "claim", "source",
    ]  # fmt: skip
    assert [one["found"] for one in known] == [True, False, True, True, True, True, False, True]
    assert known[0] == known[5]
    assert known[2] == known[7]
    assert (known[0]["retrieved_at"], known[2]["retrieved_at"]) == ("2023-08-09T12:00:00Z", None)
    for one in known:
        if one["found"]:
            record = await get(anybody, one["url"])
            assert [one[name] for name in ("id", "ref", "version", "updated_at", "merged_into")] == [
                record[name] for name in ("id", "ref", "version", "updated_at", "merged_into")
            ]
        else:
            nothing = {"type": one["type"], "found": False, "gone": False, "redacted": False}
            assert one == dict.fromkeys(one) | nothing


async def test_every_kind_of_record_can_be_looked_up(client: httpx.AsyncClient, event: str, psql: Psql) -> None:
    body = report(
        {"label": "#1", "text": "A drone", "statements": [said("Ada Mayor", wording="a drone")]},
        {"label": "#2", "text": "A missile", "statements": [said("Ada Mayor")]},
        ref="r-1",
        event_links=[{"relation": "related", "to": event.rpartition("/")[2]}],
        claim_links=[{"from": "#1", "relation": "contradicts", "to": "#2"}],
        questions=[{"text": "Why?"}],
        assessments=[{"claim": "#1", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "unverified"}],
    )
    body["document"]["links"] = [{"relation": "quotes", "to": {"url": "https://news.example/2"}}]
    await post(client, "/v1/reports", body)
    namesakes = [await source(client, "A namesake", kind=kind) for kind in ("agency", "channel")]
    await client.post(f"/v1/sources/{namesakes[0]}/links", json={"to": namesakes[1]})
    asked = []
    for table in get_args(LookupType):
        row = psql.execute(f"SELECT id FROM {table} ORDER BY created_at DESC LIMIT 1".encode()).fetchone()
        assert row is not None, table
        asked.append({"type": table, "id": str(row[0])})
    for one, found in zip(asked, await look(client, *asked), strict=True):
        assert (found["found"], found["id"], found["type"]) == (True, one["id"], one["type"]), one
        assert (found["url"] is None) == (one["type"] == "report")
        if found["url"]:
            assert (await get(client, found["url"]))["version"] == found["version"]


async def test_a_merged_record_names_the_one_that_stays(client: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    one, two, three = [await document(client, f"https://news.example/{n}") for n in range(3)]
    for merged, into in ((one, two), (two, three)):
        await post(client, f"/v1/documents/{merged}/merge", {"into": into}, 200)
    found = await look(client, *({"url": f"https://news.example/{n}"} for n in range(3)))
    assert [(it["id"], it["merged_into"]) for it in found] == [(one, three), (two, three), (three, None)]
    assert not any(it["found"] for it in await look(anybody, {"url": URL}))


async def test_what_is_hidden_is_not_found(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, psql: Psql
) -> None:
    officer = (await post(client, "/v1/sources", {"name": "Ann Officer", "ref": "officer"}))["id"]
    drone = await claim(client, event, ref="drone")
    await statement(client, event, drone, officer, document={"url": URL})
    asked: list[Json] = [
        {"slug": "explosion"},
        {"type": "claim", "ref": "drone"},
        {"url": URL},
        {"type": "source", "id": officer},
        {"type": "source", "ref": "officer"},
    ]
    assert all(one["found"] for one in await look(anybody, *asked))
    await patch(client, f"/v1/sources/{officer}", {"confidential": True})
    assert [one["found"] for one in await look(anybody, *asked)] == [True, True, True, False, False]
    (masked,) = await ids(anybody, "/v1/sources")
    (shown,) = await look(anybody, {"type": "source", "id": masked})
    assert (shown["found"], shown["ref"]) == (True, None)
    await patch(client, event, {"visibility": "restricted"})
    hidden = await look(anybody, *asked)
    assert not any(one["found"] or one["gone"] or one["redacted"] for one in hidden)
    told = ("type", "found", "gone", "redacted")
    assert all(value is None for one in hidden for name, value in one.items() if name not in told)
    assert all(one["found"] for one in await look(client, *asked))
    # A target that may not be seen is not told.
    public = (await post(client, "/v1/events", {"title": "Another", "ref": "public"}))["id"]
    psql.execute("UPDATE event SET merged_into = (SELECT id FROM event WHERE slug = 'explosion') WHERE ref = 'public'")
    assert (await look(client, {"type": "event", "id": public}))[0]["merged_into"] == event.rpartition("/")[2]
    assert (await look(anybody, {"type": "event", "id": public}))[0]["merged_into"] is None


async def test_gone_is_said_where_reading_says_it(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, psql: Psql
) -> None:
    one = await claim(client, event, "A drone", ref="one")
    secret = (await post(client, "/v1/sources", {"name": "S", "ref": "secret", "confidential": True}))["id"]
    plain = await source(client, "P", ref="plain")
    extra = (await post(client, "/v1/events", {"title": "X", "slug": "x", "ref": "x"}))["id"]
    closed = (await post(client, "/v1/events", {"title": "Y", "ref": "y", "visibility": "restricted"}))["id"]
    other = event.rpartition("/")[2]
    before = (await post(client, f"/v1/events/{extra}/event-links", {"relation": "related", "to": other}))["id"]
    there = await claim(client, event, "It stays")
    for path in (f"event-links/{before}", f"claims/{one}", f"sources/{secret}", f"sources/{plain}"):
        await delete(client, f"/v1/{path}")
    for path in (f"events/{extra}", f"events/{closed}"):
        await delete(client, f"/v1/{path}")
    # The record comes again, under the ref and by hand: it is there.
    asked: list[Json] = [
        {"type": "claim", "id": one},
        {"type": "claim", "ref": "one"},
        {"type": "source", "id": secret},
        {"type": "source", "ref": "plain"},
        {"type": "event", "ref": "x"},
        {"type": "event", "ref": "y"},
        {"type": "event_link", "id": before},
        {"type": "claim", "id": there},
        {"type": "source", "id": one},
        {"slug": "x"},
        {"url": URL},
    ]
    for who in (client, anybody):
        told = await look(who, *asked)
        for item, found in zip(asked, told, strict=True):
            if item.get("url"):
                continue
            kind = {"event_link": "event-links"}.get(item.get("type", ""), f"{item.get('type', 'event')}s")
            at = item.get("id") or (f"ref:{item['ref']}" if "ref" in item else item["slug"])
            status = (await who.get(f"/v1/{kind}/{at}")).status_code
            assert status == (200 if found["found"] else 410 if found["gone"] else 404), (item, found, status)
        assert [one["gone"] for one in told].count(True) == (7 if who is client else 4), told
    psql.execute("UPDATE api_key SET scopes = ARRAY['read'] WHERE name = 'tester'")
    assert [one["gone"] for one in await look(client, *asked[2:4])] == [False, True]


async def test_what_was_redacted_says_so_by_every_address(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    """Also by the page: whoever looks before fetching learns that it is not taken again."""
    drone, mayor = await claim(client, event), await source(client, "Mayor")
    paper = {"url": URL, "ref": "paper"}
    await statement(client, event, drone, mayor, document=paper)
    unseen = (await post(client, "/v1/events", {"title": "Y", "visibility": "restricted"}))["id"]
    told_there = await claim(client, f"/v1/events/{unseen}")
    hidden = {"url": "https://news.example/hidden", "ref": "hidden"}
    await statement(client, f"/v1/events/{unseen}", told_there, mayor, document=hidden)
    for ref in ("paper", "hidden"):
        await post(client, f"/v1/documents/ref:{ref}/redact", {"reason": "by order"}, 200)
    asked: list[Json] = [
        {"url": "https://www.news.example/1?utm_source=feed"},
        {"type": "document", "ref": "paper"},
        {"url": "https://news.example/hidden"},
        {"type": "document", "ref": "hidden"},
        {"url": "https://news.example/2"},
    ]
    for who, seen in ((client, [True] * 4 + [False]), (anybody, [True] * 2 + [False] * 3)):
        answers = await look(who, *asked)
        assert [one["redacted"] for one in answers] == seen
        assert [one["gone"] for one in answers] == seen
        assert not any(one["found"] for one in answers)
    assert (await client.post("/v1/documents", json={"url": URL})).status_code == 410
    # What was only deleted may be sent again.
    other = await document(client, "https://news.example/2", ref="other")
    await delete(client, f"/v1/documents/{other}")
    deleted = await look(client, {"type": "document", "id": other}, {"url": "https://news.example/2"})
    assert [(one["gone"], one["redacted"]) for one in deleted] == [(True, False), (False, False)]


async def test_a_report_that_was_delivered_can_be_skipped(
    client: httpx.AsyncClient, other: httpx.AsyncClient, anybody: httpx.AsyncClient, psql: Psql
) -> None:
    asked: Json = {"type": "report", "ref": "r-1"}
    assert [one["found"] for one in await look(client, asked)] == [False]
    made = await post(client, "/v1/reports", report({"text": "A drone", "statements": [said("He")]}, ref="r-1"))
    (first,) = await look(client, asked)
    assert (first["found"], first["id"], first["ref"], first["url"]) == (True, made["id"], "r-1", None)
    assert len(first["sha256"]) == hashlib.sha256().digest_size * 2
    assert (await look(client, {"type": "report", "id": made["id"]})) == [first]
    await post(client, "/v1/reports", report({"text": "A drone", "statements": [said("He")]}, ref="r-1"), 200)
    assert await look(client, asked) == [first]
    await post(client, "/v1/reports", report({"text": "A drone", "statements": [said("She")]}, ref="r-1"))
    (second,) = await look(client, asked)
    assert second["sha256"] != first["sha256"]
    assert second["sent_at"] > first["sent_at"]
    # They are told to who sends them.
    assert [one["found"] for who in (other, anybody) for one in await look(who, asked)] == [True, False]
    # Whose it is is told to that key, and to who may edit.
    assert second["owner"] == "tester"
    psql.execute("UPDATE api_key SET scopes = ARRAY['ingest', 'read']")
    told = [one for who in (client, other) for one in await look(who, asked)]
    assert [(one["found"], one["owner"]) for one in told] == [(True, "tester"), (True, None)]
    psql.execute("UPDATE api_key SET scopes = ARRAY['ingest']")
    assert [one["found"] for who in (client, other) for one in await look(who, asked)] == [True, False]


async def test_it_is_a_read(app: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, psql: Psql) -> None:
    """It waits for no writer, changes nothing, and takes no more statements for a thousand than for one."""
    mayor = await source(client, "Ada Mayor", ref="mayor")
    before = rows(psql)
    asked: list[str] = []
    for engine in (app.state.database.readers, app.state.database.writers):
        engine_event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    with psql.transaction():
        psql.execute("SELECT pg_advisory_xact_lock(20230809, 1)")
        for size in (1, 250):
            items = [{"type": "source", "ref": "mayor"}, {"url": URL}, {"type": "claim", "ref": "x"}, {"slug": "y"}]
            items += [{"type": "source", "ref": f"{n}"} for n in range(size)]
            items += [{"type": "source", "id": mayor}, {"url": URL}] * size
            asked.clear()
            await look(anybody, *items)
            counts.append(len(asked))
    assert counts == [5, 5], asked
    assert rows(psql) == before


async def test_a_thousand_at_most(client: httpx.AsyncClient) -> None:
    items = [{"url": f"https://news.example/{n}"} for n in range(1000)]
    assert not any(one["found"] for one in await look(client, *items))
    told = await post(client, "/v1/lookup", {"items": [*items, {"slug": "x"}]}, 413)
    assert told["errors"][0]["pointer"] == "/items"
    assert await look(client) == []


async def test_what_names_nothing_is_refused(anybody: httpx.AsyncClient) -> None:
    wrong: list[tuple[Any, str]] = [
        ({}, "/items/0/ref"),
        ({"ref": "x"}, "/items/0/type"),
        ({"type": "claim"}, "/items/0/ref"),
        ({"type": "claim", "ref": "x", "slug": "y"}, "/items/0/slug"),
        ({"type": "claim", "slug": "x"}, "/items/0/type"),
        ({"type": "source", "url": URL}, "/items/0/type"),
        ({"type": "document_version", "ref": "x"}, "/items/0/type"),
        ({"type": "claim", "ref": "a b"}, "/items/0/ref"),
        ({"type": "claim", "id": "x"}, "/items/0/id"),
        ({"url": "news.example"}, "/items/0/url"),
        ({"url": "https://news.example/\u0000"}, "/items/0/url"),
        ({"slug": "A b"}, "/items/0/slug"),
        ({"slug": "x", "more": 1}, "/items/0/more"),
        (None, "/items/0"),
    ]
    for item, pointer in wrong:
        told = await post(anybody, "/v1/lookup", {"items": [item]}, 422)
        assert [one["pointer"] for one in told["errors"]] == [pointer], item


# --- lists that scripts ask before they fetch -------------------------------------------------------------------------


async def test_every_list_says_what_changed_since(client: httpx.AsyncClient, event: str) -> None:
    body = report({"text": "A drone", "question": {"text": "Why?"}, "statements": [said("Ada Mayor")]})
    body["events"][0]["assessments"] = [
        {"claim": {"text": "A missile"}, "author": {"name": "Desk"}, "scheme": "veracity", "rating": "unverified"}
    ]
    body["events"][0]["assessments"][0]["claim"] = "#1"
    body["events"][0]["claims"][0]["label"] = "#1"
    await post(client, "/v1/reports", body)
    await document(client, "https://news.example/2")
    changes: dict[str, Json] = {
        "sources": {"role": "a baker"},
        "documents": {"byline": "N. N."},
        "events": {"summary": "New"},
        "questions": {"kind": "cause"},
        "claims": {"accuses": "russia"},
        "statements": {"certainty": "certain"},
        "assessments": {"explanation": "New"},
    }
    for kind, change in changes.items():
        found = (await get(client, f"/v1/{kind}?sort=updated_at&limit=200"))["items"]
        changed = await patch(client, f"/v1/{kind}/{found[0]['id']}", change)
        since = changed["updated_at"].replace("+", "%2B")
        assert await ids(client, f"/v1/{kind}?updated_since={since}") == [found[0]["id"]], kind
        assert len(await ids(client, f"/v1/{kind}?updated_since={found[-1]['updated_at']}")) >= 1
        assert await ids(client, f"/v1/{kind}?updated_since=2999-01-01T00:00:00Z") == []
        assert len(await ids(client, f"/v1/{kind}?updated_since=2000-01-01T00:00:00%2B03:00")) == len(found)


async def test_an_index_finds_it(
    app: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, psql: Psql
) -> None:
    asked: list[tuple[str, Any]] = []
    engine = app.state.database.readers.sync_engine
    engine_event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))

    def plan(place: int = -1) -> str:
        query, parameters = asked[place]
        cursor = RawCursor(psql) if isinstance(parameters, list) else psql.cursor()  # with `$1`, or without
        return "\n".join(row[0] for row in cursor.execute(f"EXPLAIN {query}".encode(), parameters).fetchall())

    psql.execute("SET enable_seqscan = off")  # all is fast in an empty table
    await get(client, f"/v1/documents?canonical_url={URL}")
    assert "ix_document_page_key" in plan()
    await look(client, {"url": URL})
    assert "ix_document_page_key" in plan(-2)
    assert "pk_redaction_key" in plan()  # what was redacted
    ada = {"ref": "ada", "name": "Ada Mayor", "kind": "official"}
    await post(client, f"{event}/claims", {"text": "A drone", "statements": [{"source": ada}]})
    await get(anybody, "/v1/statements?source=ref:ada")  # to whom masks are shown, too
    assert re.search(r"uq_source_ref .*\n +Index Cond: \(ref = ", plan(-2))
    assert "ix_statement_source_id" in plan()
    await get(anybody, "/v1/statements?source=Ada+Mayor")
    for place in (-3, -2):  # the page, and whom it is of
        assert re.search(r"ix_source_names .*\n +Index Cond: \(names @> ", plan(place))
    for place in (-2, -1):  # and who may be the same
        assert re.search(r"pk_source on source.*\n +Index Cond: \(id = ANY ", plan(place))
    psql.execute("SET enable_sort = off")
    for kind in ("source", "document", "event", "question", "claim", "statement", "assessment"):
        await get(client, f"/v1/{kind}s?updated_since=2023-08-09T00:00:00Z&sort=updated_at")
        assert f"ix_{kind}_updated_at_id" in plan(), kind
        assert "Seq Scan" not in plan()
