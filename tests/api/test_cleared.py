"""A patch that empties a withdrawal or a retraction is told what went, and what follows; and so it is."""

import httpx
import pytest
from calls import Json, claim, document, get, source, statement

BACK: Json = {"withdrawn": "2023-08-12", "withdrawn_reason": "He was misled", "withdrawn_by": "source"}


async def cleared(client: httpx.AsyncClient, path: str, body: Json) -> list[Json]:
    answer = await client.patch(path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    remarks: list[Json] = answer.json()["remarks"]
    return remarks


@pytest.mark.parametrize(
    ("fields", "counts", "says"),
    [
        ({}, True, "counts again in where its claim stands"),
        ({"withdrawn_by": "document"}, True, "counts again in where its claim stands"),
        ({"explicitness": "implied"}, False, "it is not explicit, and so it counts for nothing"),
    ],
)
async def test_a_withdrawal_that_is_emptied(
    client: httpx.AsyncClient, event: str, fields: Json, counts: bool, says: str
) -> None:
    about = await claim(client, event)
    where = await document(client, "https://news.example/sorry")
    anna = await source(client, "Anna Sorokina")
    said = await statement(
        client, event, about, anna, said="2023-08-09", withdrawn_document=where, **{**BACK, **fields}
    )
    path = f"/v1/statements/{said}"
    [remark] = await cleared(client, path, {"withdrawn": None})
    assert (remark["what"], remark["pointer"], remark["url"]) == ("replaced", "/withdrawn", f"/v1/claims/{about}")
    assert remark["stored"] == {**BACK, "withdrawn_document_id": where} | {
        name: value for name, value in fields.items() if name in BACK
    }
    assert remark["detail"].startswith("It was taken back (2023-08-12): that is emptied")
    assert says in remark["detail"]
    assert ("of its family" in remark["detail"]) == ("withdrawn_by" not in fields)
    [shown] = (await get(client, f"{event}/dossier"))["unasked"]
    assert shown["standing"] == ("single_origin" if counts else "unsupported")
    # Emptied already: nothing is new, and nothing follows.
    assert [remark["pointer"] for remark in await cleared(client, path, {"withdrawn": None})] == [""]


async def test_what_the_patch_says_beside_it_is_not_said_again(client: httpx.AsyncClient, event: str) -> None:
    about = await claim(client, event)
    said = await statement(client, event, about, await source(client, "Anna Sorokina"), said="2023-08-09", **BACK)
    everything = {"withdrawn": None, "withdrawn_reason": None, "withdrawn_by": None, "act": "correct"}
    assert [remark["pointer"] for remark in await cleared(client, f"/v1/statements/{said}", everything)] == [
        "/withdrawn"
    ]
    # Another time is no clearing.
    path = f"/v1/statements/{said}"
    assert await cleared(client, path, {"withdrawn": "2023-08-13"}) == []
    assert await cleared(client, path, {"withdrawn": "2023-08-14"}) == []


async def test_a_non_answer_that_was_taken_back(client: httpx.AsyncClient, event: str) -> None:
    asks = (await client.post(f"{event}/questions", json={"text": "Who sent it?", "kind": "responsibility"})).json()
    silent = {"question": asks["id"], "source": {"name": "Kyiv"}, "stance": "no_comment", "said": "2023-08-09"}
    made = (await client.post(f"{event}/statements", json=silent | {"withdrawn": "2023-08-12"})).json()
    [remark] = await cleared(client, f"/v1/statements/{made['id']}", {"withdrawn": None})
    assert "a word on its question again" in remark["detail"]
    assert remark["url"] == f"/v1/questions/{asks['id']}"


async def test_a_retraction_that_is_emptied(client: httpx.AsyncClient, event: str) -> None:
    told = {"retracted": "2023-08-12", "retracted_reason": "Made up", "retraction_url": "https://a.example/sorry"}
    where = await document(client, "https://a.example/story", **told)
    about = await claim(client, event)
    anna = await source(client, "Anna Sorokina")
    await statement(client, event, about, anna, said="2023-08-09", document=where, wording="w")
    remarks = await cleared(client, f"/v1/documents/{where}", {"lifecycle": "live", "retracted": None})
    [remark] = [remark for remark in remarks if remark["pointer"] == "/retracted"]
    assert (remark["what"], remark["stored"]) == ("replaced", told)
    assert "found only here count again" in remark["detail"]
    assert {remark["pointer"] for remark in remarks} == {"/retracted"}
    [shown] = (await get(client, f"{event}/dossier"))["unasked"]
    assert shown["standing"] == "single_origin"
