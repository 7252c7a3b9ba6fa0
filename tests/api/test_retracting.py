"""A document that its publisher takes back, and a statement that its document takes back: told, changed, told again."""

from typing import Any

import httpx
import make
import psycopg
import pytest
from calls import Json, claim, document, get, patch, post, source, statement
from reporting import refused

URL = "https://a.example/story"
RETRACTION: Json = {
    "lifecycle": "retracted",
    "retracted": "2023-08-12",
    "retracted_reason": "It was made up",
    "retraction_url": "https://a.example/sorry",
}
LIVE: Json = {"lifecycle": "live", **dict.fromkeys((name for name in RETRACTION if name != "lifecycle"), None)}


def report(ref: str = "r1", **told_of_document: Any) -> Json:
    spoken = {"source": {"name": "Ana Ruiz"}, "said": "2023-08-09", "wording": "It was gas"}
    asserted = {"text": "It was gas", "question": {"text": "What was it?", "kind": "cause"}, "statements": [spoken]}
    event = {"ref": "e", "title": "Explosion", "claims": [asserted]}
    return {"ref": ref, "document": {"url": URL, **told_of_document}, "events": [event]}


async def deliver(client: httpx.AsyncClient, body: Json) -> tuple[Json, str, dict[str, str]]:
    """The document as it is then, where the claim stands, and what the answer remarks on the document."""
    answer = (await client.post("/v1/reports", json=body)).raise_for_status().json()
    told = {
        remark["pointer"].removeprefix("/document/"): remark["what"]
        for remark in answer["remarks"]
        if remark["pointer"].startswith("/document/")
    }
    shown = await get(client, f"/v1/documents/{answer['document']['id']}")
    dossier = await get(client, f"/v1/events/{answer['events'][0]['id']}/dossier")
    return shown, dossier["questions"][0]["claims"][0]["standing"], told


def retraction(shown: Json) -> Json:
    return {name: shown[name] for name in RETRACTION}


async def test_a_report_that_comes_again_tells_that_it_was_retracted_and_that_it_was_not(
    client: httpx.AsyncClient,
) -> None:
    shown, standing, _ = await deliver(client, report())
    assert (retraction(shown), standing) == (LIVE, "single_origin")
    shown, standing, told = await deliver(client, report(**RETRACTION))
    assert (retraction(shown), standing) == (RETRACTION, "withdrawn")
    assert (shown["retracted_from"], shown["retracted_to"]) == ("2023-08-12T00:00:00Z", "2023-08-13T00:00:00Z")
    assert set(told.values()) <= {"replaced", "completed"}
    shown, standing, _ = await deliver(client, report(**RETRACTION | {"retracted": "2023-08-13"}))
    assert (shown["retracted"], standing) == ("2023-08-13", "withdrawn")
    shown, standing, told = await deliver(client, report())
    assert (retraction(shown), standing) == (LIVE, "single_origin")
    assert told["lifecycle"] == told["retracted"] == "replaced"


@pytest.mark.parametrize("lifecycle", [None, "edited"])
async def test_another_report_tells_of_the_retraction(client: httpx.AsyncClient, lifecycle: str | None) -> None:
    """That a document is retracted contradicts nothing that was told of it before."""
    await deliver(client, report(**{"lifecycle": lifecycle} if lifecycle else {}))
    shown, standing, told = await deliver(client, report("r2", **RETRACTION))
    assert (retraction(shown), standing) == (RETRACTION, "withdrawn")
    assert told == dict.fromkeys(RETRACTION, "completed")
    # Another time or another state is not taken, and neither is what tells of that.
    other = {"retracted": "2023-08-14", "retracted_reason": "Other"}
    shown, _, told = await deliver(client, report("r3", **other))
    assert retraction(shown) == RETRACTION
    assert told == dict.fromkeys(other, "not_taken")
    shown, _, told = await deliver(client, report("r4", lifecycle="deleted"))
    assert (retraction(shown), told) == (RETRACTION, {"lifecycle": "not_taken"})


async def test_why_and_where_are_filled_in(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    shown, _, _ = await deliver(client, report(retracted="2023-08-12"))
    shown, _, told = await deliver(client, report("r2", **RETRACTION | {"retracted": "2023-08"}))
    assert retraction(shown) == RETRACTION
    assert told == {"retracted": "not_taken", "retracted_reason": "completed", "retraction_url": "completed"}
    # Not of a retraction that is not taken, because an editor has undone it.
    (await other.patch(f"/v1/documents/{shown['id']}", json=LIVE, headers={"If-Match": "*"})).raise_for_status()
    shown, _, told = await deliver(client, report(retracted="2023-08-12", retracted_reason="Other"))
    assert retraction(shown) == LIVE


async def test_a_report_said_live_before_and_somebody_else_had_brought_the_document(
    client: httpx.AsyncClient,
) -> None:
    await document(client, URL)
    await deliver(client, report(lifecycle="live"))
    shown, standing, _ = await deliver(client, report(**RETRACTION))
    assert (retraction(shown), standing) == (RETRACTION, "withdrawn")


async def test_what_an_editor_has_undone_no_redelivery_does_again(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    shown, _, _ = await deliver(client, report(**RETRACTION))
    undone = await other.patch(f"/v1/documents/{shown['id']}", json=LIVE, headers={"If-Match": "*"})
    assert retraction(undone.raise_for_status().json()) == LIVE
    shown, standing, told = await deliver(client, report(title="Story", **RETRACTION))
    assert (retraction(shown), standing) == (LIVE, "single_origin")
    assert {name: told[name] for name in RETRACTION} == dict.fromkeys(RETRACTION, "not_taken")


async def test_a_time_alone_tells_that_it_was_retracted(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/documents", {"url": URL, "retracted": "2023-08"})
    assert (made["lifecycle"], made["retracted"]) == ("retracted", "2023-08")
    assert [one["id"] for one in (await get(client, "/v1/documents?lifecycle=retracted"))["items"]] == [made["id"]]
    other = await document(client, "https://b.example/1")
    changed = await patch(client, f"/v1/documents/{other}", {"retracted": "2023-08-12"})
    assert changed["lifecycle"] == "retracted"


@pytest.mark.parametrize(
    ("told", "member"),
    [
        ({"lifecycle": "retracted"}, "retracted"),
        ({"retracted": "2023-08-12", "lifecycle": "edited"}, "lifecycle"),
        ({"retracted_reason": "It was made up"}, "retracted"),
        ({"retraction_url": "https://a.example/sorry"}, "retracted"),
        ({"retracted": "2999-08-12"}, "retracted"),
        ({"retracted": "soon"}, "retracted"),
        ({"retracted": "2023-08-08", "published": "2023-08-09"}, "retracted"),
    ],
)
async def test_half_a_retraction_is_refused(client: httpx.AsyncClient, told: Json, member: str) -> None:
    assert await refused(client, "/v1/documents", {"url": URL, **told}) == f"/{member}"
    assert await refused(client, "/v1/reports", report(**told)) == f"/document/{member}"


async def test_a_change_never_leaves_half_a_retraction(client: httpx.AsyncClient) -> None:
    live, retracted = await document(client, URL), await document(client, "https://b.example/1", **RETRACTION)
    for path, change in (
        (live, {"lifecycle": "retracted"}),
        (live, {"retraction_url": "https://a.example/sorry"}),
        (live, {"retracted": "2023-08-12", "lifecycle": "live"}),
        (live, {"retracted": "2023-08-12", "published": "2023-08-13"}),
        (retracted, {"published": "2023-08-13"}),
        (retracted, {"lifecycle": "live"}),
        (retracted, {"retracted": None}),
        (retracted, {"retracted": None, "lifecycle": "edited", "retracted_reason": "Why?"}),
    ):
        answer = await client.patch(f"/v1/documents/{path}", json=change, headers={"If-Match": "*"})
        assert answer.status_code == 422, change
        assert "retracted" in answer.json()["errors"][0]["detail"]
    undone = {"retracted": None, "lifecycle": "live"}  # takes with it what only tells of it
    assert retraction(await patch(client, f"/v1/documents/{retracted}", undone)) == LIVE


async def test_who_took_a_statement_back_is_told(client: httpx.AsyncClient, event: str) -> None:
    gas, ana = await claim(client, event, "It was gas"), await source(client, "Ana Ruiz")
    first = await statement(client, event, gas, ana, said="2023-08-09")
    misquoted = await statement(client, event, gas, ana, said="2023-08-10")
    body = {"withdrawn": "2023-08-12", "by": "document"}
    taken_back = await post(client, f"/v1/statements/{misquoted}/withdraw", body, 200)
    assert taken_back["withdrawn_by"] == "document"
    assert await post(client, f"/v1/statements/{misquoted}/withdraw", body, 200) == taken_back
    await post(client, f"/v1/statements/{misquoted}/withdraw", body | {"by": "source"}, 409)
    (shown,) = (await get(client, f"{event}/dossier"))["unasked"]
    assert [(one["id"], one["live"]) for one in shown["statements"]] == [(first, True), (misquoted, False)]
    assert shown["why"] == "1 independent source supports it: Ana Ruiz"
    await patch(client, f"/v1/statements/{misquoted}", {"withdrawn_by": "source"})
    (shown,) = (await get(client, f"{event}/dossier"))["unasked"]
    assert [one["live"] for one in shown["statements"]] == [False, False]
    await patch(client, f"/v1/statements/{first}", {"withdrawn_by": "document"}, 422)
    lacking = {"claim": gas, "source": ana, "withdrawn_by": "document"}
    assert await refused(client, f"{event}/statements", lacking) == "/withdrawn"
    assert await refused(client, f"{event}/statements", lacking | {"withdrawn_by": "editor"}) == "/withdrawn_by"


async def test_what_only_a_retracted_report_says_is_not_to_be_asked_again_and_answers_nothing(
    client: httpx.AsyncClient, event: str, psql: psycopg.Connection
) -> None:
    gas, ana = await claim(client, event, "It was gas"), await source(client, "Ana Ruiz")
    retracted = await document(client, URL)
    shared: Json = {"stance": "no_information", "recheck_at": "2023-08-20T12:00:00Z"}
    asked = await statement(client, event, gas, ana, said="2023-08-09", **shared)

    async def to_ask() -> list[str]:
        return [item["statement"]["id"] for item in (await get(client, "/v1/rechecks"))["items"]]

    assert await to_ask() == [asked]
    answered = await statement(client, event, gas, ana, said="2023-08-10", document=retracted)
    assert await to_ask() == []
    await patch(client, f"/v1/documents/{retracted}", {"retracted": "2023-08-12"})
    assert await to_ask() == [asked]
    # A document is retracted under any of its ids.
    other = await document(client, "https://b.example/1")
    await patch(client, f"/v1/documents/{retracted}", {"lifecycle": "live", "retracted": None})
    assert await to_ask() == []
    await patch(client, f"/v1/documents/{other}", {"retracted": "2023-08-12"})
    await post(client, f"/v1/documents/{other}/merge", {"into": retracted}, 200)
    assert await to_ask() == [asked]
    await post(client, f"/v1/statements/{answered}/appearances", {"document": {"url": "https://c.example/1"}})
    assert await to_ask() == []
    # What its document alone took back answers nothing, and takes no other word of the source back.
    taken_back: Json = {"withdrawn": "2023-08-12", "by": "document"}
    await post(client, f"/v1/statements/{answered}/withdraw", taken_back, 200)
    assert await to_ask() == [asked]
    make.change(psql, "statement", answered, supersedes_id=asked)  # type: ignore[arg-type]
    assert await to_ask() == [asked]
    make.change(psql, "statement", answered, withdrawn_by="source")  # type: ignore[arg-type]
    assert await to_ask() == []
    gone = await document(client, "https://d.example/1", retracted="2023-08-12")
    only_there = await statement(client, event, gas, ana, said="2023-08-11", document=gone, **shared)
    assert only_there not in await to_ask()
