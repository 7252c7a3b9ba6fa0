"""What is kept of answers: what it costs, what it rests on, who gets it, and how it goes out."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
import httpx
import psycopg
import pytest
from calls import claim, delete, document, get, patch, post, source, statement
from databases import as_superuser, plain
from describing import inlined
from fastapi import FastAPI
from key_holders import revoke_key
from queries import Recording, recorded

from app.api.kept import store
from app.api.kept.store import Store
from app.database import Signature
from app.services.access import Keys
from app.settings import Settings

Client = httpx.AsyncClient
# What is not kept: what is sought, what depends on the clock, what needs no database, what is long.
NOT_KEPT: Final = {
    *("list_hits", "list_similar_claims", "list_fact_checked_claims", "get_words", "get_problem", "get_news"),
    *("list_changes", "stream_changes", "stream_event", "get_checkpoint"),
    *("get_livez", "get_readyz", "export_csv", "export_jsonld", "export_atom", "export_ndjson", "export_events_csv"),
    *("list_webhooks", "get_webhook"),
    *("list_keys", "get_key", "export_statements", "export_assessments", "export_everything", "export_geojson"),
}


@pytest.fixture
def keeping(app: FastAPI) -> Store:
    """As served, but that a caller without a key gets what is a minute old: it must be renewed for a reason."""
    app.state.keys, app.state.kept = Keys(), store.store(Settings(kept_mb=8), anonymous_seconds=60)
    kept: Store = app.state.kept
    return kept


@pytest.fixture
async def disputed(client: Client, event: str) -> str:
    """The path of an event about which a source says something."""
    about = await claim(client, event)
    await statement(client, event, about, await source(client, "Ines Varga", ref="ines", role="mayor"))
    return event


async def asked(app: FastAPI, client: Client, path: str, status: int = 200, **headers: str) -> Recording:
    with recorded(app.state.database) as recording:
        answer = await client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return recording


def made(recording: Recording) -> int:
    """How many dossiers, or lists of claims, were read."""
    return sum("appearance_hop" in one or "FROM claim" in one for one in recording.statements)


# --- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/dossier", "/claims", "/history", "/diff?since=2023&clock=said"])
async def test_what_is_kept_costs_nothing_without_a_key_and_one_small_query_with_one(
    app: FastAPI, client: Client, anybody: Client, keeping: Store, *, disputed: str, path: str
) -> None:
    for caller, count in ((anybody, 0), (client, 1)):
        tag = (await caller.get(disputed + path)).headers["ETag"]
        again = await asked(app, caller, disputed + path)
        assert again.counts == (count, 0), again.statements
        same = await asked(app, caller, disputed + path, 304, **{"If-None-Match": tag})
        assert same.counts == (count, 0), same.statements


async def test_who_has_it_spares_the_making_of_the_whole(
    app: FastAPI, client: Client, keeping: Store, disputed: str
) -> None:
    path = f"{disputed}/dossier"
    tag = (await client.get(path)).headers["ETag"]
    app.state.kept = Store(1_000_000)
    cold = await asked(app, client, path, 304, **{"If-None-Match": tag})
    assert (cold.counts, made(cold)) == ((3, 1), 0), cold.statements
    assert (await asked(app, client, path, 304, **{"If-None-Match": tag})).counts == (1, 0)
    # Who does not have it gets the whole.
    assert made(await asked(app, client, path)) == 1
    assert (await client.get(path)).json()["position"]


@pytest.mark.parametrize("with_key", [False, True])
async def test_it_is_made_once_however_many_ask(
    app: FastAPI, client: Client, anybody: Client, keeping: Store, *, disputed: str, with_key: bool
) -> None:
    caller = client if with_key else anybody
    with recorded(app.state.database) as recording:
        answers = await asyncio.gather(*(caller.get(f"{disputed}/dossier") for _ in range(20)))
    assert {(answer.status_code, answer.headers["ETag"]) for answer in answers} == {(200, answers[0].headers["ETag"])}
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 20
    assert made(recording) == 1


async def test_who_leaves_takes_nobody_along(
    app: FastAPI, anybody: Client, psql: psycopg.Connection, keeping: Store, disputed: str
) -> None:
    path = f"{disputed}/dossier"
    await anybody.get("/v1/events")
    with psql.transaction():
        psql.execute("LOCK TABLE appearance_hop")  # the making waits
        first, second = (asyncio.create_task(anybody.get(path)) for _ in range(2))
        await asyncio.sleep(0.1)
        first.cancel()
        await asyncio.sleep(0.1)
        assert first.cancelled()
        assert not second.done()
    assert (await second).status_code == 200
    assert (await asked(app, anybody, path)).counts == (0, 0)


async def test_what_began_before_is_not_for_who_came_after_a_change(
    client: Client, psql: psycopg.Connection, database_url: str, keeping: Store, disputed: str
) -> None:
    path = f"{disputed}/dossier"
    with psycopg.connect(plain(database_url)) as locking:
        locking.execute("LOCK TABLE appearance_hop")  # the making waits, and has read the event
        early = asyncio.create_task(client.get(path))
        await asyncio.sleep(0.3)
        psql.execute("UPDATE event SET title = 'Later'")
        late = [asyncio.create_task(client.get(path)) for _ in range(3)]
        await asyncio.sleep(0.3)
        assert not early.done()
    assert (await early).json()["event"]["title"] == "Explosion"
    assert {(await answer).json()["event"]["title"] for answer in late} == {"Later"}


async def test_what_fails_is_everybodys_own(anybody: Client, keeping: Store, disputed: str) -> None:
    for path in ("/v1/claims/ref:none", "/v1/claims?limit=none", "/v1/claims?nothing=1"):
        answers = await asyncio.gather(*(anybody.get(path) for _ in range(5)))
        told = {(answer.status_code, answer.json()["request_id"]) for answer in answers}
        assert len(told) == 5
        assert {answer.headers["X-Request-ID"] for answer in answers} == {request_id for _, request_id in told}


# --- what it rests on ------------------------------------------------------------------------------------------------


async def test_what_this_process_writes_is_there_at_once(
    client: Client, anybody: Client, keeping: Store, disputed: str
) -> None:
    for number in range(5):
        await anybody.get("/v1/sources/ref:ines")
        await patch(client, "/v1/sources/ref:ines", {"role": f"role {number}"})
        assert (await get(anybody, "/v1/sources/ref:ines"))["role"] == f"role {number}"
        assert f"role {number}" in (await anybody.get(f"{disputed}/dossier")).text


async def test_what_others_write_is_there_with_a_key_at_once_and_without_one_soon(
    client: Client, anybody: Client, psql: psycopg.Connection, keeping: Store, disputed: str
) -> None:
    await anybody.get(disputed)
    psql.execute("UPDATE event SET title = 'Later'")
    assert (await get(client, disputed))["title"] == "Later"
    assert (await get(anybody, disputed))["title"] == "Later"  # the key has made it known
    psql.execute("UPDATE event SET title = 'Latest'")
    assert (await get(anybody, disputed))["title"] == "Later"  # as old as this test lets it be
    keeping.anonymous_seconds = 0.1
    await asyncio.sleep(0.1)
    assert (await get(anybody, disputed))["title"] == "Latest"


async def test_a_picture_rests_on_its_events_and_the_directory(
    app: FastAPI, client: Client, psql: psycopg.Connection, keeping: Store, disputed: str
) -> None:
    path = f"{disputed}/dossier"
    other = (await post(client, "/v1/events", {"title": "Fire"}))["id"]
    before = (await client.get(path)).headers["ETag"]
    for change in (
        "INSERT INTO source (name) VALUES ('Somebody')",
        f"UPDATE event SET title = 'Flood' WHERE id = '{other}'",
    ):
        psql.execute(change.encode())
        assert (await asked(app, client, path)).counts == (1, 0), change
        assert (await client.get(path)).headers["ETag"] == before
    event = disputed.rpartition("/")[2]
    for change in (
        f"INSERT INTO event_link (from_id, to_id, relation) VALUES ('{other}', '{event}', 'related')",
        f"UPDATE event SET title = 'Storm' WHERE id = '{other}'",
        "DELETE FROM event_link",
        f"UPDATE event SET merged_into = '{event}' WHERE id = '{other}'",
        f"UPDATE event SET merged_into = NULL WHERE id = '{other}'",
        "UPDATE source SET role = 'governor' WHERE ref = 'ines'",
        f"UPDATE event SET title = 'Blast' WHERE id = '{event}'",
    ):
        psql.execute(change.encode())
        now = (await client.get(path)).headers["ETag"]
        assert now != before, change
        before = now


async def test_the_past_stays_kept_where_nothing_can_be_added_to_it(
    app: FastAPI, client: Client, psql: psycopg.Connection, keeping: Store, disputed: str
) -> None:
    position = (await get(client, f"{disputed}/dossier"))["position"]
    for moment in (position, "2999"):
        path = f"{disputed}/dossier?as_of={moment}"
        before = await client.get(path)
        psql.execute("INSERT INTO source (name) VALUES ('Somebody')")
        kept = moment == position
        assert ((await asked(app, client, path)).counts == (1, 0)) == kept, moment
        assert ((await client.get(path)).headers["ETag"] == before.headers["ETag"]) == kept


async def test_what_is_redacted_is_shown_no_more(
    client: Client, psql: psycopg.Connection, keeping: Store, disputed: str
) -> None:
    position = (await get(client, f"{disputed}/dossier"))["position"]
    await patch(client, "/v1/sources/ref:ines", {"role": "secret"})
    await patch(client, "/v1/sources/ref:ines", {"role": "mayor"})
    paths = ("/v1/sources/ref:ines/history", f"{disputed}/dossier?as_of={position}")
    before = [await client.get(path) for path in paths]
    assert "secret" in before[0].text
    psql.execute("UPDATE change SET record = NULL, salt = NULL WHERE type = 'source'")
    after = [
        await client.get(path, headers={"If-None-Match": old.headers["ETag"]})
        for path, old in zip(paths, before, strict=True)
    ]
    assert [answer.status_code for answer in after] == [200, 200]
    assert not [answer for answer in after if "secret" in answer.text or "Ines" in answer.text]


async def test_a_paper_that_was_merged_is_shown_while_an_open_event_cites_it(
    client: Client, anybody: Client, psql: psycopg.Connection, keeping: Store, *, disputed: str
) -> None:
    """Whatever other event that is: it begins and ceases to, is opened, closed and deleted."""
    paper = await document(client, "https://open.example", text="What was seen")
    other = await document(client, "https://merged.example", headline="Merged headline", text="Merged text")
    elsewhere = "/v1/events/elsewhere"
    await post(client, "/v1/events", {"title": "Elsewhere", "slug": "elsewhere", "visibility": "restricted"})
    about, speaker = await claim(client, elsewhere), await source(client, "Speaker")
    said = await statement(client, elsewhere, about, speaker, document=other)
    ever_since = await statement(client, disputed, await claim(client, disputed, "It was not"), speaker, document=paper)
    await post(client, f"/v1/documents/{other}/merge", {"into": paper}, 200)
    position = (await get(client, f"{disputed}/dossier"))["position"]
    paths, tags = [f"{disputed}/dossier{query}" for query in ("", f"?as_of={position}")], ["", ""]

    async def is_shown(*, expected: bool, because: str) -> None:
        await get(client, "/v1/events?limit=1")  # the key makes known what was written beside the service
        for nth, path in enumerate(paths):
            answer = await anybody.get(path, headers={"If-None-Match": tags[nth]} if tags[nth] else {})
            assert answer.status_code == 200, (because, path)
            assert ("Merged headline" in answer.text) == expected, (because, path)
            tags[nth] = answer.headers["ETag"]

    await is_shown(expected=False, because="only a restricted event cites it")
    await patch(client, elsewhere, {"visibility": "public"})
    await is_shown(expected=True, because="that was opened")
    await patch(client, elsewhere, {"visibility": "restricted"})
    await is_shown(expected=False, because="it was closed")
    await patch(client, elsewhere, {"visibility": "public"})
    await is_shown(expected=True, because="it was opened again")
    await delete(client, f"/v1/statements/{said}?cascade=true")
    await is_shown(expected=False, because="it no longer says anything")
    said = await statement(client, elsewhere, about, speaker, withdrawn="2024", withdrawn_document=paper)
    # What is sent cites what it was merged into; what was stored before stays.
    psql.execute("UPDATE statement SET withdrawn_document_id = %s WHERE id = %s", [other, said])
    await is_shown(expected=True, because="a withdrawal cites it")
    await patch(client, f"/v1/statements/{said}", {"withdrawn_document": None})
    await is_shown(expected=False, because="it no longer does")
    rating = {"claim": about, "author": speaker, "scheme": "veracity", "rating": "true", "documents": [paper]}
    await post(client, f"{elsewhere}/assessments", rating)
    psql.execute("INSERT INTO assessment_document (event_id, assessment_id, document_id)"
                 " SELECT event_id, id, %s FROM assessment", [other])  # fmt: skip
    await is_shown(expected=True, because="an assessment names it")
    await delete(client, f"{elsewhere}?cascade=true")
    await is_shown(expected=False, because="the event was deleted")
    # What was merged at that position, and no longer is, is judged by now, too.
    await patch(client, f"/v1/documents/{other}", {"merged_into": None})
    paths, tags = paths[1:], [""]
    await is_shown(expected=False, because="nothing cites it")
    again = f"/v1/events/{(await post(client, '/v1/events', {'title': 'Again'}))['id']}"
    await statement(client, again, await claim(client, again), speaker, document=other)
    await is_shown(expected=True, because="it is cited again")
    assert ever_since in (await anybody.get(paths[0])).text


async def test_another_ledger_in_the_same_place_is_noticed(
    client: Client, database_url: str, keeping: Store, disputed: str
) -> None:
    """A database that was restored from a backup, and has as many changes again."""
    assert (await get(client, disputed))["title"] == "Explosion"
    with as_superuser(database_url) as restoring:
        restoring.execute("SET session_replication_role = replica")
        restoring.execute("UPDATE event SET title = 'Restored'")
        restoring.execute("UPDATE change SET hash = '\\x00' WHERE seq = (SELECT seq FROM ledger_head)")
        restoring.execute("UPDATE ledger_head SET hash = '\\x00'")
    assert (await get(client, disputed))["title"] == "Restored"


# --- who gets it -----------------------------------------------------------------------------------------------------


async def test_a_key_is_looked_up_once_a_second_and_stops_within_one(
    app: FastAPI, other: Client, keeping: Store, disputed: str
) -> None:
    with recorded(app.state.database) as recording:
        answers = await asyncio.gather(*(other.get("/v1/claims") for _ in range(10)))
        answers += [await other.get("/v1/search?q=drone") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert 1 <= sum("FROM api_key" in one for one in recording.statements) <= 2
    async with app.state.database.writing(Signature("tests")) as session:
        await revoke_key(session, "other")
    await asyncio.sleep(1)
    assert (await other.get("/v1/claims")).status_code == 401
    assert (await other.post("/v1/sources", json={"name": "B"})).status_code == 401


async def test_what_is_kept_is_what_the_caller_could_see_when_it_was_named(
    app: FastAPI, client: Client, other: Client, psql: psycopg.Connection, disputed: str
) -> None:
    """A key that is given more while its request waits: what it is answered is not kept for those who have less."""
    await patch(client, disputed, {"visibility": "restricted"})
    psql.execute("UPDATE api_key SET scopes = '{}' WHERE name = 'other'")
    with psql.transaction():
        psql.execute("LOCK TABLE ledger_head")
        asking = asyncio.create_task(other.get("/v1/claims"))
        await asyncio.sleep(0.2)
        psql.execute("UPDATE api_key SET scopes = '{read}' WHERE name = 'other'")
    assert (await asking).json()["items"] == []
    psql.execute("UPDATE api_key SET scopes = '{}' WHERE name = 'other'")
    assert (await get(other, "/v1/claims"))["items"] == []


def test_which_answers_are_kept_is_said_for_each(service: FastAPI, described: dict[str, Any]) -> None:
    is_kept: Callable[[str], str] = service.state.kept_route
    reads = {path: operations["get"] for path, operations in inlined(described).items() if "get" in operations}
    kept = {
        one["operationId"]
        for path, one in reads.items()
        if is_kept(path.replace("{records}", "claims").replace("{", "").replace("}", ""))
    }
    assert {one["operationId"] for one in reads.values()} - kept == NOT_KEPT
    assert len(kept) > 35
    # Who may read it at all is asked of its name alone: of the scopes for reading.
    assert not [
        one["operationId"] for one in reads.values()
        if one["operationId"] in kept and any(scopes for way in one.get("security", []) for scopes in way.values())
    ]  # fmt: skip


# --- how it goes out -------------------------------------------------------------------------------------------------


async def test_it_is_compressed_once_for_each_encoding(anybody: Client, keeping: Store, disputed: str) -> None:
    path = f"{disputed}/dossier"
    plain = (await anybody.get(path, headers={"Accept-Encoding": "identity"})).content
    for asked_for, given in (("gzip", "gzip"), ("br", "br"), ("zstd, br", "zstd"), ("gzip;q=0", None), ("", None)):
        for _ in range(2):
            async with anybody.stream("GET", path, headers={"Accept-Encoding": asked_for}) as answer:
                raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert answer.headers.get("Content-Encoding") == given, asked_for
            assert int(answer.headers["Content-Length"]) == len(raw)
            assert (len(raw) < len(plain)) == (given is not None)
            if given == "br":
                assert brotli.decompress(raw) == plain


async def test_there_is_no_more_than_has_room(app: FastAPI, client: Client, keeping: Store) -> None:
    for number in range(30):
        await post(client, "/v1/sources", {"name": f"Source {number}", "notes": "long " * 200})
    app.state.kept = Store(200_000)
    lists = [f"/v1/sources?limit={limit}" for limit in range(1, 5)]
    for path in lists * 2 + ["/v1/sources?limit=30"]:
        await client.get(path)
    hot = [(await asked(app, client, path)).counts == (1, 0) for path in lists]
    assert hot == [True] * 4
    assert (await asked(app, client, "/v1/sources?limit=30")).counts != (1, 0)  # too large
    for number in range(100):
        await client.get(f"/v1/sources?limit=2&q={number}")
    assert (await asked(app, client, lists[0])).counts != (1, 0)  # others came since
    assert app.state.kept._used <= 200_000


async def test_nothing_is_kept_where_there_is_no_room(app: FastAPI, client: Client, disputed: str) -> None:
    app.state.kept = store.store(Settings(kept_mb=0))
    assert app.state.kept is None
    assert made(await asked(app, client, f"{disputed}/dossier")) == made(
        await asked(app, client, f"{disputed}/dossier")
    )


async def test_what_is_known_of_addresses_is_bounded(app: FastAPI, client: Client) -> None:
    app.state.kept = Store(1_000_000)
    for length in (400, 60_000):
        before = app.state.kept_route.cache_info().currsize
        for number in range(3):
            assert (await client.get(f"/v1/events/{number}{'a' * length}")).status_code in (404, 422)
        assert (app.state.kept_route.cache_info().currsize - before) == (3 if length == 400 else 0)
