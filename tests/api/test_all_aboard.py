"""All aboard: a figure that is all of another one, as it comes in and goes out."""

import csv

import httpx
import pytest
from calls import Json, get, patch, post
from reporting import refused

ABOARD: Json = {"measure": "other", "subject": "aboard", "unit": "persons"}


def claims(aboard: Json) -> list[Json]:
    spoken = [{"source": {"name": "Mayor of Kesra"}, "said": "2023-08-09", "recheck_at": "2023-08-10T00:00:00Z"}]
    return [
        {"label": "#aboard", "ref": "aboard", "question": ABOARD, "figure": aboard, "statements": spoken},
        {
            "question": {"measure": "killed"},
            "figure": {"qualifier": "all", "of": "#aboard"},
            "statements": spoken,
            "ref": "all",
        },
    ]


def report(*told: Json) -> Json:
    return {"ref": "r1", "events": [{"ref": "e", "title": "Crash", "claims": list(told)}]}


async def test_all_aboard(client: httpx.AsyncClient) -> None:
    body = report(*claims({"min": 10}))
    answer = await post(client, "/v1/reports", body)
    event = f"/v1/events/{answer['events'][0]['id']}"
    stored = await get(client, "/v1/claims/ref:all")
    aboard = answer["events"][0]["claims"][0]["claim"]["id"]
    assert stored["figure"] == {"qualifier": "all", "min": None, "max": None, "of_id": aboard}
    assert stored["text"] == "all"
    dossier = await get(client, f"{event}/dossier")
    (killed,) = [question for question in dossier["questions"] if question["measure"] == "killed"]
    (claim,) = killed["claims"]
    assert claim["text"] == "all 10 aboard killed"
    assert claim["figure"] == {"qualifier": "all", "min": 10, "max": 10, "of_id": aboard}
    rechecks = (await get(client, "/v1/rechecks"))["items"]
    assert {recheck["text"] for recheck in rechecks} == {"10 (aboard)", "all 10 aboard killed"}
    # The same again is the same.
    again: Json = {"question": {"measure": "killed"}, "figure": {"qualifier": "everyone", "of": "ref:aboard"}}
    assert (await post(client, f"{event}/claims", again, 200))["claim"]["id"] == claim["id"]
    table = (await client.get(f"{event}/export.csv?columns=claim,qualifier,min,part_of_claim_id")).text.splitlines()
    row = next(row for row in csv.DictReader(table) if row["qualifier"] == "all")
    assert row == {"claim": "all 10 aboard killed", "qualifier": "all", "min": "10", "part_of_claim_id": aboard}
    # What it was all of is gone: nobody knows how many that were.
    await client.delete("/v1/claims/ref:aboard?cascade=true", headers={"If-Match": "*"})
    dossier = await get(client, f"{event}/dossier")
    texts = {claim["text"] for question in dossier["questions"] for claim in question["claims"]}
    assert texts == {"all killed"}


@pytest.mark.parametrize("figure", [{"qualifier": "all"}, "all", {"qualifier": "all", "min": 10, "of": "#aboard"}])
async def test_all_of_nothing_and_all_with_a_number_are_refused(client: httpx.AsyncClient, figure: object) -> None:
    aboard, killed = claims({"min": 10})
    body = report(aboard, killed | {"figure": figure})
    answer = await client.post("/v1/reports", json=body)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 422
    numbers = isinstance(figure, dict) and "min" in figure
    assert error["pointer"] == f"/events/0/claims/1/figure/{'min' if numbers else 'of'}"
    assert ("has no number" if numbers else "needs `of`: the figure that it is all of") in error["detail"]


async def test_a_figure_becomes_all_of_another(client: httpx.AsyncClient) -> None:
    aboard, killed = claims({"min": 10})
    await post(client, "/v1/reports", report(aboard, killed | {"figure": 10}))
    path = "/v1/claims/ref:all"
    answer = await client.patch(
        path, json={"figure": {"qualifier": "all", "min": None, "max": None}}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/figure/of"
    change: Json = {"figure": {"qualifier": "all", "min": None, "max": None, "of": "ref:aboard"}}
    assert (await patch(client, path, change))["figure"]["qualifier"] == "all"
    await patch(client, path, {"figure": {"of": None}}, 422)
    await patch(client, path, {"accuses": "west"})


async def test_an_export_says_what_it_is_all_of_whichever_came_first(client: httpx.AsyncClient) -> None:
    killed, aboard = claims({"min": 10})[::-1]
    await post(client, "/v1/reports", report(killed | {"figure": 10}, aboard))
    change: Json = {"figure": {"qualifier": "all", "min": None, "max": None, "of": "ref:aboard"}}
    await patch(client, "/v1/claims/ref:all", change)
    exported = (await client.get("/v1/export.ndjson")).content
    answer = await client.post("/v1/ingest", content=exported, headers={"Content-Type": "application/x-ndjson"})
    assert '"failed": 0' in answer.text.replace('"failed":0', '"failed": 0')
    assert await refused(client, "/v1/reports", report({"question": ABOARD, "figure": {"qualifier": "all"}}))
