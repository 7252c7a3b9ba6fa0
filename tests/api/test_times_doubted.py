"""Times of a statement that don't go together: the same is refused or told at every door."""

import json
from typing import Any

import httpx
import pytest
from reporting import claim, report

Json = dict[str, Any]
ANY = {"If-Match": "*"}


def told(answer: Json, member: str) -> list[str]:
    return [
        one["detail"]
        for one in answer["remarks"]
        if one["pointer"].endswith(f"/{member}") and one["what"] == "suggested"
    ]


async def stored(client: httpx.AsyncClient, **given: Any) -> str:
    """A statement of 9 August, by its own word or by its document's."""
    body = report(claim("Gas", {"source": {"name": "Ann"}, "ref": "s", **given}), ref="r1", occurred="2023-08-08")
    answer = await client.post("/v1/reports", json=body)
    id_: str = answer.raise_for_status().json()["events"][0]["claims"][0]["statements"][0]["id"]
    return id_


SUCCESS = (200, 201)  # a new report
DOORS = ("withdraw", "patch", "report", "line", "report by key")


async def withdrawn(client: httpx.AsyncClient, door: str, time: str = "2023-08-01") -> Json:
    """The answer at one of the doors, with its status."""
    if door == "withdraw":
        answer = await client.post("/v1/statements/ref:s/withdraw", json={"withdrawn": time})
    elif door == "patch":
        answer = await client.patch("/v1/statements/ref:s", json={"withdrawn": time}, headers=ANY)
    elif door == "line":
        line = {"type": "statement", "ref": "s", "claim": "ref:c", "source": {"name": "Ann"}, "withdrawn": time}
        claims = (await client.get("/v1/claims")).json()["items"]
        content = json.dumps(line | {"claim": claims[0]["id"]})
        answer = await client.post("/v1/ingest", content=content, headers={"Content-Type": "application/x-ndjson"})
        read: Json = json.loads(answer.text.splitlines()[0])
        return read
    else:
        ref = {} if door == "report by key" else {"ref": "s"}
        body = report(claim("Gas", {"source": {"name": "Ann"}, "withdrawn": time, **ref}), ref="r2")
        answer = await client.post("/v1/reports", json=body)
    return {**answer.json(), "status": answer.status_code}


@pytest.mark.parametrize("door", DOORS)
async def test_before_it_was_said_by_its_own_word_is_refused(client: httpx.AsyncClient, door: str) -> None:
    id_ = await stored(client, said="2023-08-09")
    answer = await withdrawn(client, door)
    assert answer["status"] == 422
    assert answer["errors"][0]["pointer"].endswith("/withdrawn")
    assert (await client.get(f"/v1/statements/{id_}")).json()["withdrawn"] is None
    assert (await withdrawn(client, door, "2023-08-20"))["status"] in SUCCESS


@pytest.mark.parametrize("door", DOORS)
async def test_before_its_document_is_told(client: httpx.AsyncClient, door: str) -> None:
    id_ = await stored(client)
    answer = await withdrawn(client, door)
    assert answer["status"] in SUCCESS
    (detail,) = told(answer, "withdrawn")
    assert "2023-08-09" in detail
    assert told(answer, "said") == []  # it is no statement of its own
    assert (await client.get(f"/v1/statements/{id_}")).json()["withdrawn"] == "2023-08-01"


async def test_a_time_told_later_is_no_later_than_the_withdrawal(client: httpx.AsyncClient) -> None:
    await stored(client, withdrawn="2023-08-20")
    body = report(claim("Gas", {"source": {"name": "Ann"}, "ref": "s", "said": "2023-08-25"}), ref="r2")
    answer = await client.post("/v1/reports", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith("/said")


@pytest.mark.parametrize("event", ["told", "stored", "named", "path"])
async def test_long_before_its_event_is_told(client: httpx.AsyncClient, event: str) -> None:
    await stored(client)
    statement = {"source": {"name": "Bea"}, "said": "2023-06-01"}
    near = {"source": {"name": "Cid"}, "said": "2023-08-05"}
    warning = {"source": {"name": "Dee"}, "said": "2023-06-01", "act": "warn"}
    claimed = claim("Gas", statement, near, warning)
    if event == "path":
        answer = await client.post("/v1/events/ref:blast/claims", json=claimed)
    else:
        body = report(claimed, ref="r2", **({"occurred": "2023-08-08"} if event == "told" else {}))
        if event == "named":
            body["events"] = [{"event": "ref:blast", "claims": [claimed]}]
        answer = await client.post("/v1/reports", json=body)
    assert answer.status_code == 201
    (remark,) = [one for one in answer.json()["remarks"] if one["pointer"].endswith("/said")]
    assert (remark["what"], remark["sent"]) == ("suggested", "2023-06-01")
    assert "2023-08-08" in remark["detail"]
    patched = await client.patch("/v1/statements/ref:s", json={"said": "2023-06-01"}, headers=ANY)
    assert len(told(patched.json(), "said")) == 1
