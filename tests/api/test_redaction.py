"""Redaction: nothing of what was said is left anywhere, and what pointed at it says so."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest
from calls import delete, get, patch, post
from redactable import CANARY, said

from app.schemas.kinds import KINDS
from app.services import ledger
from app.services.redaction import redacting

Json = dict[str, Any]
REASON = {"reason": "by order of a court"}
ALL = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
    string_agg(format('bool_or(%s ILIKE $1)', CASE format_type(a.atttypid, NULL)
        WHEN 'bytea' THEN format('encode(%I, ''escape'')', a.attname) ELSE format('%I::text', a.attname) END),
        ', ' ORDER BY a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY c.relname"""


def traces(psql: psycopg.Connection, word: str = CANARY) -> list[str]:
    """Every column of every table in which the word stands, as a dump of the database would have it."""
    said = []
    with psycopg.RawCursor(psql) as cursor:
        for table, columns, asked in cursor.execute(ALL).fetchall():
            row = cursor.execute(f"SELECT {asked} FROM {table}".encode(), [f"%{word}%"]).fetchone()
            said += [f"{table}.{column}" for column, is_said in zip(columns, row or (), strict=True) if is_said]
    return said


async def redact(client: httpx.AsyncClient, kind: str, address: str, query: str = "", status: int = 200) -> Json:
    answer = await client.post(f"/v1/{kind}/{address}/redact{query}", json=REASON)
    assert answer.status_code == status, answer.text
    told: Json = answer.json()
    return told


async def test_nothing_is_left(client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str) -> None:
    """Of a record of every kind, in any table: as a dump would have it."""
    await post(client, "/v1/reports", said())
    assert len(traces(psql)) > 45
    every = psql.execute("SELECT DISTINCT type, record_id FROM change").fetchall()
    paths = {kind.name: kind.path for kind in KINDS}
    assert {type_ for type_, _ in every} >= {"source", "document", "document_version", "report", "event", "question"}
    for type_, id_ in every:
        await redact(client, paths[type_], str(id_))
    assert traces(psql) == []
    assert ledger.verify(database_url) == []


@pytest.fixture
async def parts(client: httpx.AsyncClient) -> Json:
    """The paths of what a report made, by what it is."""
    made = await post(client, "/v1/reports", said())
    event = made["events"][0]
    drone, _, figure = event["claims"]
    statement = drone["statements"][0]
    return {
        "report": f"reports/{made['id']}",
        "document": f"documents/{made['document']['id']}",
        "event": f"events/{event['id']}",
        "question": f"questions/{drone['question']['id']}",
        "claim": f"claims/{drone['claim']['id']}",
        "figure": f"claims/{figure['claim']['id']}",
        "statement": f"statements/{statement['id']}",
        "source": f"sources/{statement['source']['id']}",
        "appearance": f"appearances/{statement['appearance']['id']}",
        "assessment": f"assessments/{event['assessments'][0]['id']}",
        "claim_link": f"claim-links/{event['claim_links'][0]['id']}",
    }


ADDRESSED = ["document", "event", "question", "claim", "figure", "statement", "source", "appearance", "assessment"]


@pytest.mark.parametrize("what", [*ADDRESSED, "claim_link"])
async def test_it_is_gone(client: httpx.AsyncClient, anybody: httpx.AsyncClient, parts: Json, what: str) -> None:
    """For reads, writes and lists; and whatever the picture shows says that it was redacted."""
    path = parts[what]
    kind, id_ = path.split("/")
    await redact(client, kind, id_)
    for caller in (client, anybody):
        told = await get(caller, f"/v1/{path}", 410)
        assert "was redacted" in told["detail"] or "was deleted" in told["detail"]
        assert CANARY not in str(told)
    await patch(client, f"/v1/{path}", {"ref": "x"}, 410)
    listed = await get(client, f"/v1/{kind}") if what != "appearance" and "link" not in what else {"items": []}
    assert id_ not in {one["id"] for one in listed["items"]}
    history = (await get(client, f"/v1/{path}/history"))["items"]
    assert [one["record"] for one in history[:-1]] == [None] * (len(history) - 1)
    assert history[-1]["reason"] == REASON["reason"]
    assert history[-1]["record"]["redacted"] == ["record"]
    assert {len(one["digest"]) for one in history} == {64}
    if what != "event":
        dossier = await get(client, f"/v1/{parts['event']}/dossier")
        for at in ("timeline", "figures", "matrix", "export.csv", "export.jsonld", "export.atom", "export.ndjson"):
            assert (await client.get(f"/v1/{parts['event']}/{at}")).status_code == 200, at
        if "link" not in what:
            assert "'redacted': ['record']" in str(dossier)


PICTURES = (
    "dossier",
    "timeline",
    "figures",
    "matrix?by=source",
    "diff?since=1970&clock=recorded",
    "diff?since=2023-08-01&clock=said",
    "export.csv",
    "export.ndjson",
    "export.jsonld",
    "export.atom",
)


async def everything(client: httpx.AsyncClient, parts: Json) -> str:
    """All that is shown of the event, then and now."""
    told = []
    moments = [f"as_of={row['position']}" for row in (await get(client, f"/v1/{parts['event']}/history"))["items"]]
    moments += ["as_of=2999"]
    paths = [f"{parts['event']}/{at}" for at in PICTURES]
    paths += [f"{parts['event']}/dossier?{moment}" for moment in moments]
    paths += [f"{parts['document']}/audit", f"{parts['document']}/versions", f"{parts['source']}/record"]
    paths += [f"{path}/history" for path in parts.values() if not path.startswith("reports")]
    paths += [f"search?q={CANARY}", f"claims/similar?text=It was a drone {CANARY}", "export.ndjson", "export.csv"]
    paths += ["sources", "documents", "events", "questions", "claims", "statements?expand=claim,source,document"]
    paths += ["assessments", "source-links", "document-links", "rechecks", "events.geojson"]
    for path in paths:
        answer = await client.get(f"/v1/{path}")
        assert answer.status_code in (200, 404, 410), (path, answer.text)
        told.append(answer.text)
    return "\n".join(told)


async def test_no_picture_of_any_moment_says_it(client: httpx.AsyncClient, parts: Json) -> None:
    """One after the other: of what is redacted so far nothing is shown, and all else can still be drawn."""
    before = await everything(client, parts)
    assert before.count(CANARY) > 500
    texts = {
        "source": "Speaker",
        "claim": "It was a drone",
        "question": "What fell",
        "appearance": "cue",
        "statement": "Reason",
        "assessment": "Explanation",
        "document": "Title",
    }
    for what, beginning in texts.items():
        assert f"{beginning} {CANARY}" in before, what
        await redact(client, *parts[what].split("/"))
        after = await everything(client, parts)
        assert f"{beginning} {CANARY}" not in after, what


async def test_what_was_kept_of_answers_is_forgotten(client: httpx.AsyncClient, parts: Json) -> None:
    key = {"Idempotency-Key": "once"}
    body = {"name": f"Another {CANARY}"}
    made = (await client.post("/v1/sources", json=body, headers=key)).json()
    path = f"/v1/{parts['event']}/dossier"
    tag = (await client.get(path)).headers["ETag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    await redact(client, *parts["source"].split("/"))
    fresh = await client.get(path, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert f"Speaker {CANARY}" not in fresh.text
    assert (await client.post("/v1/sources", json=body, headers=key)).headers["Idempotency-Replayed"] == "true"
    await redact(client, "sources", made["id"])
    for again in (body, {"name": "Somebody"}):  # not even the hash of what was sent is kept
        assert (await client.post("/v1/sources", json=again, headers=key)).status_code == 410


async def test_a_deleted_record_is_redacted_too(
    client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str
) -> None:
    made = await post(
        client, "/v1/documents", {"url": f"https://x.example/{CANARY}", "text": f"Text {CANARY}", "ref": "x"}
    )
    await patch(client, f"/v1/documents/{made['id']}", {"title": f"Title {CANARY}"})
    answer = await client.delete(f"/v1/documents/{made['id']}", headers={"If-Match": "*", "Change-Reason": CANARY})
    assert answer.status_code == 204
    assert traces(psql) == ["change.reason", "change.record"]
    told = await redact(client, "documents", "ref:x")
    assert told["counts"] == {"redacted": 2}
    assert traces(psql) == []
    assert ledger.verify(database_url) == []
    history = (await get(client, f"/v1/documents/{made['id']}/history"))["items"]
    assert (history[-1]["op"], history[-1]["reason"], history[-2]["record"]) == ("delete", REASON["reason"], None)
    await get(client, f"/v1/documents/{made['id']}", 410)
    assert "was redacted" in (await get(client, "/v1/documents/ref:x", 410))["detail"]
    # Again, there is nothing left to do.
    length = len(history)
    await redact(client, "documents", made["id"])
    assert len((await get(client, f"/v1/documents/{made['id']}/history"))["items"]) == length


CLAIM = "/events/0/claims/0"
STATEMENT = f"{CLAIM}/statements/0"
# What of the report is redacted, and where it is recognised without any ref.
RECOGNISED = {
    "document": "/document",
    "event": "/events/0",
    "question": f"{CLAIM}/question",
    "claim": CLAIM,
    "figure": "/events/0/claims/2",
    "statement": STATEMENT,
    "source": f"{STATEMENT}/source",
    "appearance": STATEMENT,
    "assessment": "/events/0/assessments/0",
    "claim_link": "/events/0/claim_links/0",
}


def without_refs(body: Json) -> Json:
    """The same words without the names that a script gives them; but for the event, which needs one."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: stripped(member) for name, member in value.items() if name != "ref"}
        return [stripped(member) for member in value] if isinstance(value, list) else value

    bare: Json = stripped(body)
    bare["events"][0]["claims"][2]["statements"] = []
    return bare


@pytest.mark.parametrize("what", RECOGNISED)
async def test_it_does_not_come_back(
    client: httpx.AsyncClient, psql: psycopg.Connection, parts: Json, what: str
) -> None:
    """With its ref, by what it is found by, and in a report that was delivered before."""
    await redact(client, *parts[what].split("/"))
    left = traces(psql)
    answer = await client.post("/v1/reports", json=said())
    assert answer.status_code == 410, (what, answer.text)
    assert "redacted" in answer.text
    bare = without_refs(said()) | {"ref": "another"}
    pointer = RECOGNISED[what]
    answer = await client.post("/v1/reports", json=bare)
    assert answer.status_code == 410, (what, answer.text)
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text
    assert CANARY not in answer.text
    assert traces(psql) == left


async def test_a_source_everywhere(client: httpx.AsyncClient, psql: psycopg.Connection, database_url: str) -> None:
    """Its names, also those it once had, and the words of what it said; others' texts that name it are listed."""
    name = "Ines Castellanos"
    speaker = await post(client, "/v1/sources", {"ref": "ines", "name": "I. Castellanos-Old"})
    await patch(client, "/v1/sources/ref:ines", {"name": name, "aliases": [{"name": 'Castellanos "Nena"'}]})
    event = f"/v1/events/{(await post(client, '/v1/events', {'title': 'A fire'}))['id']}"
    body = {
        "text": "It was arson",
        "statements": [{"source": "ref:ines", "wording": "I saw a stranger", "note": "by phone"}],
    }
    made = await post(client, f"{event}/claims", body)
    other = await post(client, f"{event}/claims", {"text": f"{name} lit it herself"})
    page = {"url": "https://paper.example/1", "text": 'Nobody but castellanos "nena" was near, says one who knows.'}
    paper = await post(client, "/v1/documents", page)
    await patch(client, f"/v1/claims/{other['claim']['id']}", {"text": "The neighbour lit it herself"})
    summary = await patch(client, event, {"summary": f"What {name} says"})

    planned = await redact(client, "sources", "ref:ines", "?everywhere=true&dry_run=true")
    assert (await get(client, "/v1/sources/ref:ines"))["name"] == name
    done = await redact(client, "sources", "ref:ines", "?everywhere=true")
    assert planned == done
    assert done["counts"] == {"redacted": 2, "emptied": 1, "names": 2, "named": 1}
    version = (await get(client, f"/v1/documents/{paper['id']}/versions"))["items"][0]["id"]
    untouched = {
        (one["type"], one["id"], one["what"], *one["fields"]) for one in done["records"] if "name" in one["what"]
    }
    assert untouched == {
        ("event", summary["id"], "names", "summary"),
        ("claim", other["claim"]["id"], "named", "text"),
        ("document_version", version, "names", "text"),
    }
    for word in ("stranger", "by phone", "Castellanos-Old"):
        assert traces(psql, word) == [], word
    statement = await get(client, f"/v1/statements/{made['statements'][0]['id']}")
    assert (statement["source_id"], statement["redacted"]) == (speaker["id"], ["source_id"])
    assert ledger.verify(database_url) == []
    # The source is a name less, and counts as before.
    picture = (await get(client, f"{event}/dossier"))["unasked"]
    assert {one["text"]: one["standing"] for one in picture}["It was arson"] == "single_origin"
    await redact(client, "claims", other["claim"]["id"], "?everywhere=true", status=422)
    gone = (await post(client, "/v1/sources", {"name": "Gone"}))["id"]
    await delete(client, f"/v1/sources/{gone}")
    assert (await redact(client, "sources", gone, "?everywhere=true"))["records"][0]["id"] == gone


async def test_an_event_everywhere(client: httpx.AsyncClient, psql: psycopg.Connection, parts: Json) -> None:
    await redact(client, "events", f"slug-{CANARY}", "?everywhere=true")
    await get(client, f"/v1/events/slug-{CANARY}", 410)
    kinds = psql.execute("SELECT DISTINCT type FROM change WHERE record::text LIKE %s", [f"%{CANARY}%"]).fetchall()
    assert {kind for (kind,) in kinds} <= {"source", "document", "document_version", "report"}
    assert (await get(client, f"/v1/{parts['source']}"))["name"] == f"Speaker {CANARY}"


async def test_many_are_done_in_short_transactions(
    client: httpx.AsyncClient, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """Each is whole, and what is not done yet is done the next time."""
    monkeypatch.setattr(redacting, "_AT_ONCE", 3)
    await post(client, "/v1/sources", {"ref": "ines", "name": "Ines"})
    event = (await post(client, "/v1/events", {"title": "A fire"}))["id"]
    for number in range(5):
        body = {"text": f"It was {number}", "statements": [{"source": "ref:ines", "wording": f"{CANARY} {number}"}]}
        await post(client, f"/v1/events/{event}/claims", body)
    done = await redact(client, "sources", "ref:ines", "?everywhere=true")
    assert done["counts"] == {"redacted": 6, "emptied": 5}
    assert traces(psql) == []
    redactions = psql.execute("SELECT redactions FROM ledger_head").fetchone()
    assert redactions == (4,)
    assert (await redact(client, "sources", "ref:ines", "?everywhere=true"))["counts"] == done["counts"]
    assert ledger.verify(database_url) == []


async def test_who_may(client: httpx.AsyncClient, anybody: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    await post(client, "/v1/sources", {"ref": "ines", "name": "Ines"})
    assert (await anybody.post("/v1/sources/ref:ines/redact", json=REASON)).status_code == 401
    await redact(client, "sources", "ref:nobody", status=404)
    assert (await client.post("/v1/words/x/redact", json=REASON)).status_code == 404
    assert (await client.post("/v1/sources/ref:ines/redact", json={})).status_code == 422
    psql.execute("UPDATE api_key SET scopes = array_remove(scopes, 'admin')")
    await asyncio.sleep(1.1)  # a key is looked up once a second
    await redact(client, "sources", "ref:ines", status=403)


async def test_nobody_is_of_another_side_for_being_redacted(client: httpx.AsyncClient, event: str) -> None:
    """Two of one side are two origins, and corroborate nothing: not even when one of them has lost its side."""
    speakers = [{"name": name, "party": "north"} for name in ("Ines", "Juan")]
    statements = [{"source": speaker, "wording": "It fell"} for speaker in speakers]
    made = await post(client, f"{event}/claims", {"text": "It fell", "statements": statements})

    async def standing() -> tuple[str, int]:
        claim = (await get(client, f"{event}/dossier"))["unasked"][0]
        return claim["standing"], claim["counts"]["support"]["parties"]

    assert await standing() == ("one_sided", 1)
    for statement in made["statements"]:
        await redact(client, "sources", statement["source"]["id"])
        assert await standing() == ("one_sided", 1)


@pytest.mark.parametrize("scopes", ["{admin,read,ingest,edit,confidential}", "{admin,read,ingest,edit}"])
async def test_only_what_led_to_it_says_so_whoever_reads(
    client: httpx.AsyncClient, psql: psycopg.Connection, scopes: str
) -> None:
    gone, there, hidden = [
        (await post(client, "/v1/sources", {"name": name, "confidential": name == "Hidden"}))["id"]
        for name in ("Gone", "There", "Hidden")
    ]
    children = {
        parent: (await post(client, "/v1/sources", {"name": f"Child of {parent}", "parent": parent}))["id"]
        for parent in (gone, there, hidden)
    }
    await redact(client, "sources", gone)
    await redact(client, "sources", hidden)
    psql.execute("UPDATE api_key SET scopes = %s", [scopes])
    knows = "confidential" in scopes
    for parent, says in ((gone, ["parent_id"]), (there, []), (hidden, ["parent_id"] if knows else [])):
        child = await get(client, f"/v1/sources/{children[parent]}")
        assert (child["redacted"], child["parent_id"] is None) == (says, parent == hidden and not knows)
