"""Lines of NDJSON from clients as they are: http.client, curl, bodies of unknown length, bodies that are too large."""

import http.client
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from services_at import serving

NDJSON = {"Content-Type": "application/x-ndjson"}
# `make soak` sends as many as a request may have.
MANY = int(os.environ.get("COUNTERCLAIM_MANY_LINES", "2000"))


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    with serving(database_url) as address:
        yield address


def sources(first: int, count: int) -> list[bytes]:
    named = ({"type": "source", "ref": f"s{n}", "name": f"Source {n}"} for n in range(first, first + count))
    return [json.dumps(one).encode() + b"\n" for one in named]


def post(base: str, key: str, body: Any) -> tuple[int, list[dict[str, Any]]]:
    with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=max(60, MANY / 100))) as connection:
        connection.request("POST", "/v1/ingest", body, NDJSON | {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, [json.loads(line) for line in answer.read().splitlines()]


def test_http_client_sends_a_body_of_unknown_length(base: str, key: str, psql: psycopg.Connection) -> None:
    lines = sources(0, 3000)
    status, (*told, summary) = post(base, key, iter(lines))
    assert status == 200
    assert [one["line"] for one in told] == list(range(1, 3001))
    assert {one["status"] for one in told} == {201}
    assert summary == {
        "done": True, "bytes": sum(map(len, lines)), "lines": 3000, "created": 3000, "matched": 0, "failed": 0,
    }  # fmt: skip
    assert psql.execute("SELECT count(DISTINCT ref) FROM source").fetchone() == (3000,)
    # Many at a time are still at most a thousand records a transaction.
    largest = psql.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM change GROUP BY request_id, recorded_at) b")
    assert largest.fetchone() <= (1000,)  # type: ignore[operator]


def test_every_line_is_accounted_for(base: str, key: str, psql: psycopg.Connection) -> None:
    """Statements about a few claims; one of a hundred is no JSON or names what is not there, and one is too long."""
    ground = [{"type": "event", "ref": "e", "title": "E"}, {"type": "source", "ref": "s", "name": "S"}]
    ground += [{"type": "claim", "ref": f"c{n}", "event": "ref:e", "text": f"Claim {n}"} for n in range(8)]
    body, expected = [json.dumps(one).encode() for one in ground], [201] * len(ground)
    wrong = {400: b'{"type":', 422: b'{"type": "statement", "claim": "ref:not-there"}', 413: b"x" * 8_000_001}
    for n in range(MANY - len(ground)):
        line = {"type": "statement", "ref": f"st{n}", "claim": f"ref:c{n % 8}", "source": "ref:s"}
        line |= {"said": f"{2000 + n // 8000}-08-09T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"}
        expected.append(413 if n == 1050 else (400, 422)[n // 100 % 2] if n % 100 == 50 else 201)
        body.append(wrong.get(expected[-1]) or json.dumps(line).encode())
    status, (*told, summary) = post(base, key, b"\n".join(body))
    assert status == 200
    assert [one["line"] for one in told] == list(range(1, MANY + 1))
    assert [one["status"] for one in told] == expected
    good = expected.count(201)
    assert summary == {
        "done": True, "bytes": len(b"\n".join(body)), "lines": MANY,
        "created": good, "matched": 0, "failed": MANY - good,
    }  # fmt: skip
    assert psql.execute("SELECT count(*), count(DISTINCT ref) FROM statement").fetchone() == (good - 10, good - 10)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_sends_a_file(base: str, key: str, tmp_path: Path) -> None:
    file = tmp_path / "lines.ndjson"
    file.write_bytes(b"".join(sources(0, 20))[:-1])  # the last line without its end
    command = ["curl", "-sS", "-H", f"Authorization: Bearer {key}", "-H", "Content-Type: application/x-ndjson"]
    done = subprocess.run([*command, "--data-binary", f"@{file}", f"{base}/v1/ingest"], capture_output=True, check=True)
    *told, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert (len(told), summary["created"], summary["bytes"]) == (20, 20, file.stat().st_size)


def test_what_is_too_large(base: str, key: str) -> None:
    status, told = post(base, key, b"\n" * 99_999 + sources(0, 1)[0])
    assert (status, told[0]["line"], told[1]["lines"]) == (200, 100_000, 100_000)
    status, told = post(base, key, sources(1, 1)[0] + b"\n" * 100_000)
    assert (status, told[0]["title"]) == (413, "Too large")
    assert told[0]["lines_stored"] in (0, 1)
    status, told = post(base, key, (b" " * 1_000_000 for _ in range(65)))
    assert (status, told[0]["title"]) == (413, "Too large")
    long = b'{"type": "source", "name": "' + b"x" * 8_000_000 + b'"}\n'
    status, told = post(base, key, long + sources(2, 1)[0])
    assert [one.get("status") for one in told] == [413, 201, None]


# --- what comes from an export ---------------------------------------------------------------------------------------


async def ingest(client: httpx.AsyncClient, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    body = "".join(json.dumps(line) + "\n" for line in lines)
    answer = await client.post("/v1/ingest", content=body, headers=NDJSON)
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_line_with_an_id_is_that_record_and_no_other(
    client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    one, two, third = (str(uuid.uuid4()) for _ in range(3))
    twins = [{"type": "source", "id": one, "name": "Twin"}, {"type": "source", "id": two, "name": "Twin"}]
    *told, _ = await ingest(client, *twins, {"type": "source", "id": third, "name": "Twin", "merged_into": one})
    assert [(line["status"], line["id"]) for line in told] == [(201, one), (201, two), (201, third)]
    assert (await client.get(f"/v1/sources/{third}?merged=self")).json()["merged_into"] == one
    *told, _ = await ingest(client, twins[0] | {"role": "mayor"}, twins[1] | {"merged_into": one})
    assert [(line["status"], line["id"]) for line in told] == [(200, one), (200, two)]
    assert psql.execute("SELECT role FROM source WHERE id = %s", [one]).fetchone() == ("mayor",)
    assert psql.execute("SELECT merged_into::text FROM source WHERE id = %s", [two]).fetchone() == (one,)
    # One that was deleted here does not come back; a ref that another bears is a clash.
    gone = str(uuid.uuid4())
    await ingest(client, {"type": "source", "id": gone, "name": "Gone", "ref": "gone"})
    await client.delete(f"/v1/sources/{gone}", headers={"If-Match": "*"})
    await ingest(client, {"type": "source", "id": str(uuid.uuid4()), "name": "There", "ref": "there"})
    *told, _ = await ingest(
        client,
        {"type": "source", "id": gone, "name": "Gone"},
        {"type": "source", "id": str(uuid.uuid4()), "name": "Other", "ref": "there"},
    )
    assert [line["status"] for line in told] == [410, 409]
    assert [line["errors"][0]["pointer"] for line in told] == ["/id", "/ref"]


async def test_only_an_admin_restores(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    psql.execute("UPDATE api_key SET scopes = '{ingest,edit,read}'")
    told, summary = await ingest(client, {"type": "source", "id": str(uuid.uuid4()), "name": "A"})
    assert (told["status"], summary["failed"]) == (403, 1)
    (told, _) = await ingest(client, {"type": "source", "name": "A", "merged_into": str(uuid.uuid4())})
    assert told["status"] == 422
