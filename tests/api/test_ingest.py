"""Lines of NDJSON: every line is accounted for, whatever stands in it."""

import gzip
import json
from typing import Any

import httpx
import psycopg
import pytest
import zstandard
from fastapi import FastAPI
from psycopg import sql

from app.models import Statement
from app.services.intake import storing

NDJSON = {"Content-Type": "application/x-ndjson"}
EVENT = {"type": "event", "ref": "blast", "title": "Blast"}
CLAIM = {"type": "claim", "ref": "drone", "event": "ref:blast", "text": "A drone hit the depot"}
STATEMENT = {"type": "statement", "ref": "st", "claim": "ref:drone", "source": {"name": "An eyewitness"}}


def body(*lines: Any) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


async def send(client: httpx.AsyncClient, *lines: Any, **headers: str) -> list[dict[str, Any]]:
    """Every line of the answer; the last is the summary."""
    answer = await client.post("/v1/ingest", content=body(*lines), headers=NDJSON | headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_lines_refer_to_earlier_lines_and_again_is_nothing(client: httpx.AsyncClient) -> None:
    sent = (EVENT, CLAIM, STATEMENT)
    *told, summary = await send(client, *sent)
    assert [(one["line"], one["status"]) for one in told] == [(1, 201), (2, 201), (3, 201)]
    assert summary == {
        "done": True, "bytes": len(body(*sent)), "lines": 3, "created": 3, "matched": 0, "failed": 0,
    }  # fmt: skip
    statement = (await client.get(f"/v1/statements/{told[2]['id']}")).json()
    assert statement["claim_id"] == told[1]["id"]
    *again, summary = await send(client, *sent)
    assert [one["id"] for one in again] == [one["id"] for one in told]
    assert (summary["created"], summary["matched"]) == (0, 3)


@pytest.mark.parametrize("kind", ["source", "document"])
async def test_lines_on_one_new_record_are_told_as_if_sent_one_by_one(client: httpx.AsyncClient, kind: str) -> None:
    def lines(mark: str) -> list[dict[str, Any]]:
        alias = f"L. N. {mark}"
        source: dict[str, Any] = {"type": "source", "name": f"Lina {mark}"}
        expert = source | {"kind": "expert", "role": "x", "party": "ngo", "aliases": [{"name": alias}]}
        page: dict[str, Any] = {"type": "document", "url": f"https://a.example/{mark}"}
        titled = page | {"title": "T", "published": "2023-08-09", "publisher": {"name": f"Paper {mark}"}}
        return {
            "source": [source, expert, source, source | {"role": "y"}, source | {"name": alias}],
            "document": [page, titled, page, page | {"title": "U"}, titled],
        }[kind]

    def told(line: dict[str, Any]) -> Any:
        remarks = [(one["what"], one["pointer"], one["stored"]) for one in line.get("remarks", ())]
        return line["status"], line.get("changed", False), [one for one in remarks if one[0] != "matched"]

    *at_once, _ = await send(client, *lines("1"))
    one_by_one = [(await send(client, line))[0] for line in lines("2")]
    without_marks = json.loads(json.dumps([told(line) for line in one_by_one]).replace("Lina 2", "Lina 1"))
    assert json.loads(json.dumps([told(line) for line in at_once])) == without_marks
    assert [line["status"] for line in at_once] == [201, 200 if kind == "source" else 201, 200, 200, 200]
    assert [line.get("changed", False) for line in at_once] == [False, True, False, False, False]
    assert len({line["id"] for line in at_once}) == 1
    record = (await client.get(at_once[0]["url"])).json()
    assert record["role" if kind == "source" else "title"] in ("x", "T")


async def test_what_an_export_tells_of_times_that_can_not_be_is_refused_by_its_field(client: httpx.AsyncClient) -> None:
    page = {"type": "document", "id": "01a2299d-796f-742a-9592-683ff878fb02", "url": "https://a.example"}
    *told, summary = await send(client, page | {"published": "2567"}, page | {"published": "1970-01-01"}, page)
    assert [one["status"] for one in told] == [422, 422, 201]
    assert [one["errors"][0]["pointer"] for one in told[:2]] == ["/published", "/published"]
    assert summary["failed"] == 2


async def test_a_bad_line_stops_no_other(client: httpx.AsyncClient) -> None:
    *told, summary = await send(
        client,
        EVENT,
        b"{not json",
        {"type": "nothing"},
        {"type": "claim", "event": "ref:blast"},
        {"type": "statement", "claim": "ref:later", "source": {"name": "Early"}},
        CLAIM | {"ref": "later", "text": "It comes later"},
        b"   ",
        CLAIM,
        {"type": "source", "disclosure": "anonymous", "name": "somebody"},
        STATEMENT,
        {"type": "statement", "claim": "ref:nowhere", "source": {"name": "Lost"}, "label": "#a"},
    )
    assert {one["line"]: one["status"] for one in told} == {
        1: 201, 2: 400, 3: 422, 4: 422, 5: 422, 6: 201, 8: 201, 9: 422, 10: 201, 11: 422,
    }  # fmt: skip
    found = {one["line"]: one for one in told}
    assert found[3]["errors"][0]["pointer"] == "/type"
    assert found[5]["errors"] == [{"pointer": "/claim", "detail": "there is no claim ref:later"}]
    assert found[11]["errors"] == [{"pointer": "/claim", "detail": "there is no claim ref:nowhere"}]
    assert not any(one["retryable"] for one in told if "retryable" in one)
    assert (summary["lines"], summary["created"], summary["failed"]) == (11, 4, 6)


@pytest.mark.parametrize(
    ("encoding", "squeeze"), [("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)]
)
async def test_compressed_bodies(client: httpx.AsyncClient, encoding: str, squeeze: Any) -> None:
    sent = body(EVENT, CLAIM, STATEMENT)
    headers = NDJSON | {"Content-Encoding": encoding}
    answer = await client.post("/v1/ingest", content=squeeze(sent), headers=headers)
    assert json.loads(answer.text.splitlines()[-1])["bytes"] == len(sent)
    two = await client.post("/v1/ingest", content=squeeze(body(EVENT)) + squeeze(body(CLAIM)), headers=headers)
    assert json.loads(two.text.splitlines()[-1])["matched"] == 2
    cut = await client.post("/v1/ingest", content=squeeze(sent)[:-9], headers=headers)
    assert (cut.status_code, cut.json()["title"]) == (400, "Request not understood")
    bomb = await client.post("/v1/ingest", content=squeeze(b" " * 70_000_000), headers=headers)
    assert bomb.status_code == 413


async def test_what_is_no_body_of_lines(client: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    assert (await anybody.post("/v1/ingest", content=b"", headers=NDJSON)).status_code == 401
    assert (await client.post("/v1/ingest", content=b"", headers={"Content-Type": "text/csv"})).status_code == 415
    assert (
        await client.post("/v1/ingest", content=b"", headers=NDJSON | {"Content-Encoding": "br"})
    ).status_code == 415
    assert (await client.post("/v1/ingest", content=b"", headers=NDJSON | {"Idempotency-Key": "x"})).status_code == 422
    (summary,) = await send(client)
    assert summary["lines"] == 0


REPORT = {
    "type": "report",
    "ref": "r1",
    "document": {"url": "https://news.example/1", "text": "31 were injured", "published": "2023-08-09"},
    "events": [
        {
            "ref": "blast",
            "title": "Blast",
            "claims": [
                {"label": "#a", "question": {"measure": "injured"}, "figure": {"min": 31}, "statements": [{}]},
                {"question": {"measure": "hospitalised"}, "figure": {"min": 19, "of": "#a"}, "statements": [{}]},
            ],
        }
    ],
}


async def test_reports_among_lines(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    other = REPORT | {"ref": "r2", "document": {"url": "https://news.example/2"}}
    *told, _ = await send(client, REPORT, other, CLAIM, REPORT)
    assert [one["status"] for one in told] == [201, 201, 201, 200]
    assert told[0]["id"] == told[3]["id"]
    assert psql.execute("SELECT count(*) FROM statement").fetchone() == (4,)
    # The same by itself is the same delivery.
    alone = await client.post("/v1/reports", json={name: part for name, part in REPORT.items() if name != "type"})
    assert (alone.status_code, alone.json()["id"]) == (200, told[0]["id"])
    # A bare claim of the same request stays when a report of it is replaced.
    event = dict(REPORT["events"][0])  # type: ignore[index]
    event["claims"] = event["claims"][:1]
    *told, _ = await send(client, REPORT | {"events": [event]})
    assert told[0]["status"] in (200, 201)
    assert psql.execute("SELECT count(*) FROM statement").fetchone() == (3,)
    assert psql.execute("SELECT count(*) FROM claim WHERE ref = 'drone'").fetchone() == (1,)


@pytest.mark.parametrize("held", ["report", "statement"])
async def test_where_the_database_is_busy_no_line_is_told_to_be_stored(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, held: str
) -> None:
    name = psql.info.dbname
    psql.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '200ms'").format(sql.Identifier(name)))
    await app.state.database.dispose()  # only new connections have it
    others = [REPORT | {"ref": f"o{nth}", "document": {"url": f"https://news.example/o{nth}"}} for nth in range(3)]
    with psql.transaction():
        psql.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(held)))
        *told, summary = await send(client, EVENT, REPORT, *others, REPORT, b"{", CLAIM)
    assert [one["status"] for one in told] == [503] * 6 + [400, 503]
    assert [one["retryable"] for one in told] == [True] * 6 + [False, True]
    assert summary["failed"] == 8
    assert psql.execute("SELECT count(*) FROM event").fetchone() == (0,)
    *told, _ = await send(client, EVENT, REPORT, *others, REPORT, CLAIM)
    assert [one["status"] for one in told] == [201] * 5 + [200, 201]


async def test_a_ref_is_one_whatever_it_is_called(client: httpx.AsyncClient) -> None:
    """`ref:None` is a ref like any other: not that of a record without one, which another line names by its id."""
    *told, _ = await send(client, EVENT, {name: part for name, part in CLAIM.items() if name != "ref"})
    known = told[1]["id"]
    speaker = {"name": "A", "kind": "person"}
    lines = [
        {"type": "statement", "claim": known, "source": speaker},
        {"type": "statement", "claim": "ref:None", "source": speaker, "stance": "deny"},
    ]
    *told, _ = await send(client, *lines)
    assert [one["status"] for one in told] == [201, 422]


async def test_one_batch_joins_what_two_would(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    """A says C in a document that another was merged into, which was published earlier; and in a third of that day."""
    papers = {"d0": "2023-08-10", "d1": "2023-08-09", "d2": "2023-08-09"}
    made = [
        {"type": "document", "ref": ref, "url": f"https://news.example/{ref}", "published": day}
        for ref, day in papers.items()
    ]
    await send(client, EVENT, CLAIM, {"type": "source", "ref": "a", "name": "A", "kind": "person"}, *made)
    merged = await client.post("/v1/documents/ref:d1/merge", json={"into": "ref:d0"}, headers={"If-Match": "*"})
    assert merged.status_code == 200, merged.text
    said = [
        {"type": "statement", "claim": f"ref:{CLAIM['ref']}", "source": "ref:a", "document": f"ref:{ref}"}
        for ref in ("d0", "d2")
    ]
    *told, _ = await send(client, *said)
    assert told[0]["id"] == told[1]["id"]
    assert psql.execute("SELECT count(*) FROM statement").fetchone() == (1,)
    assert psql.execute("SELECT count(*) FROM appearance").fetchone() == (2,)


async def test_new_statements_are_stored_by_the_statement_that_looks_for_them(
    client: httpx.AsyncClient, psql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not what may be another's: what another line says too, what is there, what points at one of them."""
    await send(client, EVENT, CLAIM, {"type": "source", "ref": "a", "name": "A", "kind": "person"})
    insert, stored_later = storing.insert, list[str]()

    async def noted(session: Any, model: Any, drafts: Any, **more: Any) -> Any:
        stored_later.extend(draft.value("ref") for draft in drafts if model is Statement)
        return await insert(session, model, drafts, **more)

    def said(day: int, ref: str, **more: Any) -> dict[str, Any]:
        about = {"claim": f"ref:{CLAIM['ref']}", "source": "ref:a", "said": f"2023-08-{day:02}"}
        return {"type": "statement", "ref": ref, **about, **more}

    monkeypatch.setattr(storing, "insert", noted)
    *told, _ = await send(client, *(said(day, f"s{day}") for day in range(1, 6)))
    assert ([one["status"] for one in told], stored_later) == ([201] * 5, [])
    again = {name: value for name, value in said(2, "").items() if name != "ref"}
    *told, _ = await send(client, said(6, "s6"), again, said(7, "s7"), {**again, "said": "2023-08-07"}, said(8, "s8"))
    assert ([one["status"] for one in told], stored_later) == ([201, 200, 201, 200, 201], ["s7"])
    stored_later.clear()
    *told, _ = await send(client, said(9, "s9"), said(10, "s10", supersedes="ref:s9"), said(11, "s11"))
    assert ([one["status"] for one in told], stored_later) == ([201] * 3, ["s9", "s10", "s11"])
    rows = psql.execute("SELECT ref FROM statement ORDER BY said_from").fetchall()
    assert [ref for (ref,) in rows] == [f"s{day}" for day in range(1, 12)]
