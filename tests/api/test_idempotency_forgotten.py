"""An answer that may no longer be shown is forgotten, and nothing is done a second time."""

from typing import Any

import httpx
import pytest
from calls import claim, delete, patch, post
from keyed import Psql, again, same, stored
from ledgers import ROWS, fill, id_of, value
from psycopg import errors
from reporting import rows, said

from app.api.problems import MEDIA_TYPE


async def gone(client: httpx.AsyncClient, path: str, body: Any) -> None:
    """The answer is not kept any more, and nothing is done again."""
    answer = await again(client, path, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (410, MEDIA_TYPE), answer.text
    assert "Idempotency-Replayed" not in answer.headers


async def test_deleting_what_it_shows_forgets_an_answer(client: httpx.AsyncClient, psql: Psql) -> None:
    body = {"name": "A witness", "ref": "w"}
    made = (await again(client, "/v1/sources", body)).json()
    kept = await again(client, "/v1/sources", {"name": "Another"}, "k-2")
    await delete(client, f"/v1/sources/{made['id']}")
    await gone(client, "/v1/sources", body)
    assert rows(psql)["source"] == 1
    assert stored(psql) == (2, 1)
    assert value(psql, "SELECT count(*) FROM idempotency_key WHERE shown = '{}' AND headers IS NULL") == 1
    assert same(kept, await again(client, "/v1/sources", {"name": "Another"}, "k-2"))


async def test_a_part_of_the_answer_is_enough(client: httpx.AsyncClient, event: str, psql: Psql) -> None:
    """Also by somebody beside the service."""
    body = {"text": "A drone", "statements": [said("Ada Mayor", wording="a drone")]}
    made = (await again(client, f"{event}/claims", body, status=201)).json()
    appearance = made["statements"][0]["appearance"]["id"]
    psql.execute("DELETE FROM appearance WHERE id = %s", [appearance])
    await gone(client, f"{event}/claims", body)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_hiding_an_event_forgets_all_about_it(
    client: httpx.AsyncClient, event: str, psql: Psql, by_hand: bool
) -> None:
    """Its parts, whose answers need not name it, and the document and the sources that nothing else makes public."""
    paper = {
        "url": "https://news.example/1",
        "text": "A drone, he said",
        "publisher": {"name": "News", "kind": "outlet"},
    }
    told = {"text": "A drone", "statements": [{"source": {"name": "Ada Mayor"}, "document": paper}]}
    bodies: dict[str, Any] = {
        f"{event}/claims": told,
        "/v1/documents": paper,
        "/v1/sources": {"name": "Ada Mayor"},
        f"{event}/questions": {"text": "Why?"},
    }
    for path, body in bodies.items():
        await again(client, path, body)
    elsewhere = (await post(client, "/v1/events", {"title": "Another"}))["id"]
    shared = {"url": "https://news.example/2"}
    for of in (event.rpartition("/")[2], elsewhere):
        cited = {"text": "A missile", "statements": [{"source": {"name": "B"}, "document": shared}]}
        await post(client, f"/v1/events/{of}/claims", cited)
    known = await again(client, "/v1/documents", shared, "k-2")
    if by_hand:
        psql.execute("UPDATE event SET visibility = 'restricted' WHERE slug = 'explosion'")
    else:
        await patch(client, event, {"visibility": "restricted"})
    for path, body in bodies.items():
        await gone(client, path, body)
    assert same(known, await again(client, "/v1/documents", shared, "k-2"))


async def test_protecting_a_source_forgets_who_it_is(client: httpx.AsyncClient, event: str) -> None:
    body = {"claim": await claim(client, event), "source": {"name": "Ann Officer"}}
    made = (await again(client, f"{event}/statements", body, status=201)).json()
    await patch(client, f"/v1/sources/{made['source_id']}", {"notes": "nothing to hide"})
    assert (await again(client, f"{event}/statements", body)).headers["Idempotency-Replayed"] == "true"
    await patch(client, f"/v1/sources/{made['source_id']}", {"confidential": True})
    await gone(client, f"{event}/statements", body)


async def test_redacting_forgets(client: httpx.AsyncClient, psql: Psql) -> None:
    made = (await again(client, "/v1/sources", {"name": "A witness"})).json()
    psql.execute("UPDATE change SET record = NULL, salt = NULL WHERE record_id = %s", [made["id"]])
    await gone(client, "/v1/sources", {"name": "A witness"})


async def test_a_change_forgets_nothing(client: httpx.AsyncClient) -> None:
    """The answer tells what was then."""
    first = await again(client, "/v1/sources", {"name": "A witness"})
    await patch(client, f"/v1/sources/{first.json()['id']}", {"role": "a baker"})
    assert same(first, await again(client, "/v1/sources", {"name": "A witness"}))


def test_hiding_reaches_every_kind_of_record(psql: Psql) -> None:
    """What belongs to another event stays, and who is public by it."""
    fill(psql)
    for name in ROWS:
        psql.execute(
            "INSERT INTO idempotency_key VALUES (sha256(%s), sha256('b'), DEFAULT, '{}', %s, 201, '{}', %s)",
            [name.encode(), [id_of(name)], name.encode()],
        )
    psql.execute("UPDATE event SET visibility = 'restricted' WHERE slug = 'blast'")
    kept = {bytes(row[0]).decode() for row in psql.execute("SELECT answer FROM idempotency_key WHERE status = 201")}
    others = {name for name in ROWS if name.endswith(" other")}
    # A copy that nothing cited, and what no answer names.
    assert kept == others | {"source", "source third", "document copy", "report", "assessment_document"}


async def test_each_way_to_delete_forgets(psql: Psql) -> None:
    """Every kind of record has the trigger."""
    fill(psql)
    of = (
        "assessment_document",
        "assessment",
        "appearance_hop",
        "appearance",
        "statement",
        "claim_link",
        "document_link",
        "source_link",
    )
    for table in (*of, "report", "event_link"):
        psql.execute("DELETE FROM idempotency_key")
        psql.execute(
            "INSERT INTO idempotency_key VALUES (sha256('a'), sha256('b'), DEFAULT, '{}', %s, 201, '{}', '')",
            [[id_of(table)]],
        )
        psql.execute(f"DELETE FROM {table}")
        assert stored(psql) == (1, 0), table


def test_the_table_keeps_wrong_rows_out(psql: Psql) -> None:
    good: dict[str, Any] = {
        "asked": b"a" * 32, "body": b"b" * 32, "sees": [], "shown": [], "status": 200, "headers": "{}", "answer": b"{}",
    }  # fmt: skip
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("asked", {"asked": b""}),
        ("body", {"body": b"b" * 33}),
        ("status", {"status": 199}),
        ("status", {"status": 300}),
        ("headers", {"headers": "[]"}),
        ("whole", {"answer": None}),
        ("whole", {"status": None}),
        ("whole", {"status": None, "headers": None}),
    ]
    query = "INSERT INTO idempotency_key ({}) VALUES ({})".format(
        ", ".join(good), ", ".join(f"%({name})s" for name in good)
    )
    for name, part in wrong:
        with pytest.raises(errors.CheckViolation) as refused:
            psql.execute(query, good | part)
        assert refused.value.diag.constraint_name == f"ck_idempotency_key_{name}"
    psql.execute(query, good)
    with pytest.raises(errors.UniqueViolation, match="pk_idempotency_key"):
        psql.execute(query, good)
    psql.execute(query, good | {"asked": b"c" * 32, "status": None, "headers": None, "answer": None})


async def test_who_may_not_see_what_it_shows_any_more_is_not_given_it_again(
    client: httpx.AsyncClient, other: httpx.AsyncClient, event: str, psql: Psql
) -> None:
    """What said it in public is gone, and only what is restricted says it still: nothing of the answer was changed."""
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    secret = (await post(client, "/v1/events", {"title": "Secret", "visibility": "restricted"}))["id"]
    paper = {"url": "https://news.example/1", "title": "What the insider knows"}
    told = {"text": "A drone", "statements": [{"source": {"name": "Ada Mayor", "role": "pilot"}, "document": paper}]}
    open_claim = (await post(client, f"{event}/claims", told))["claim"]["id"]
    await post(client, f"/v1/events/{secret}/claims", told)
    bodies: dict[str, Any] = {"/v1/sources": {"name": "Ada Mayor"}, "/v1/documents": {"url": paper["url"]}}
    for path, body in bodies.items():
        first = {who: await again(who, path, body, status=200) for who in (client, other)}
        assert all([same(answer, await again(who, path, body)) for who, answer in first.items()])
        await delete(client, f"/v1/claims/{open_claim}?cascade=true") if path == "/v1/documents" else None
    for path, body in bodies.items():
        assert (await again(client, path, body)).headers["Idempotency-Replayed"] == "true"
        await gone(other, path, body)
