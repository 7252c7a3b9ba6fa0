"""GET /v1/events/{event}/figures."""

import csv

import calls
import httpx


async def test_figures_by_family_and_at_each_moment(client: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    event = f"/v1/events/{(await calls.post(client, '/v1/events', {'title': 'Blast', 'slug': 'blast'}))['id']}"
    for count, said, name in ((31, "2023-08-09T10:00Z", "A"), (43, "2023-08-09T12:00Z", "A"), (80, "2023-08-11", "B")):
        body = {
            "question": {"measure": "injured"},
            "figure": {"min": count},
            "statements": [{"source": {"name": name, "kind": "official"}, "said": said}],
        }
        await calls.post(client, f"{event}/claims", body)
    await calls.post(client, f"{event}/claims", {"question": {"measure": "missing"}, "figure": {"qualifier": "none"}})
    answer = await anybody.get(f"{event}/figures?measure=injured")
    [injured] = answer.json()["questions"]
    assert [[point["state"] for point in line["points"]] for line in injured["series"]] == [
        ["replaced", "outdated"],
        ["current"],
    ]
    assert [(step["low"], step["high"]) for step in injured["envelope"]] == [(31, 31), (43, 43), (80, 80)]
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert (await anybody.get(f"{event}/figures?measure=injured", headers=tag)).status_code == 304
    assert (await anybody.get(f"{event}/figures?measure=missing", headers=tag)).status_code == 200
    every = await calls.get(anybody, f"{event}/figures")
    assert [one["measure"] for one in every["questions"]] == ["injured", "missing"]
    earlier = await calls.get(anybody, f"{event}/figures?measure=injured&said_before=2023-08-09")
    assert [[point["state"] for point in line["points"]] for line in earlier["questions"][0]["series"]] == [
        ["replaced", "current"]
    ]
    await calls.get(anybody, f"{event}/figures?measure=people", 422)


async def test_two_figures_of_one_day_accuse_nobody(client: httpx.AsyncClient) -> None:
    event = f"/v1/events/{(await calls.post(client, '/v1/events', {'title': 'Blast', 'slug': 'blast'}))['id']}"
    ids = {}
    for number in (52, 31):
        body = {
            "question": {"measure": "injured"},
            "figure": {"min": number},
            "statements": [{"source": {"name": "A", "kind": "official"}, "said": "2023-08-09"}],
        }
        ids[number] = (await calls.post(client, f"{event}/claims", body))["claim"]["id"]
    found = await calls.get(client, f"{event}/dossier")
    [unknown] = found["order_unknown"]
    assert (found["self_contradictions"], unknown["says"]) == ([], "gave 31 and 52 on one day")
    assert (set(unknown["claim_ids"]), unknown["live"]) == (set(ids.values()), True)
    # A link says more than their ranges do.
    link = {"from": ids[31], "relation": "contradicts", "to": ids[52]}
    await calls.post(client, f"{event}/claim-links", link)
    found = await calls.get(client, f"{event}/dossier")
    assert (found["order_unknown"], len(found["self_contradictions"])) == ([], 1)


async def test_a_figure_that_its_source_calls_preliminary(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    event = f"/v1/events/{(await calls.post(client, '/v1/events', {'title': 'Blast', 'slug': 'blast'}))['id']}"
    firm: calls.Json = {"source": {"name": "A"}, "said": "2023-08-09T10:00Z"}
    preliminary: calls.Json = {
        "source": {"name": "B"},
        "said": "2023-08-09T11:00Z",
        "preliminary": True,
        "recheck_at": "2023-08-10T00:00:00Z",
        "document": {"url": "https://a.example/1"},
    }
    body: calls.Json = {"question": {"measure": "injured"}, "figure": 31, "statements": [firm, preliminary]}
    made = await calls.post(client, f"{event}/claims", body)
    # Two who give one number are of one claim: only one of them calls it preliminary.
    dossier = await calls.get(anybody, f"{event}/dossier")
    (claim,) = dossier["questions"][0]["claims"]
    assert (claim["text"], claim["counts"]["support"]["origins"]) == ("31 injured", 2)
    assert [statement["preliminary"] for statement in claim["statements"]] == [None, True]
    (injured,) = (await calls.get(anybody, f"{event}/figures"))["questions"]
    points = [(point["text"], point["preliminary"]) for line in injured["series"] for point in line["points"]]
    assert points == [("31 injured", None), ("31 injured, preliminary", True)]
    said = ["31 injured", "31 injured, preliminary"]
    assert [entry["text"] for entry in (await calls.get(anybody, f"{event}/timeline"))["entries"]] == said
    assert [one["text"] for one in (await calls.get(client, "/v1/rechecks"))["items"]] == said[1:]
    document_id = (await calls.get(client, "/v1/documents"))["items"][0]["id"]
    assert [
        one["text"] for one in (await calls.get(client, f"/v1/documents/{document_id}/audit"))["statements"]
    ] == said[1:]
    assert "<title>B said: 31 injured, preliminary</title>" in (await anybody.get(f"{event}/export.atom")).text
    for path in (f"{event}/export.csv", "/v1/statements.csv"):
        rows = list(csv.DictReader((await anybody.get(f"{path}?columns=said,preliminary")).text.splitlines()))
        assert sorted(row["preliminary"] for row in rows) == ["", "true"]
    # Said to be final later, at another time, it is another statement; of the same one it is told by who changes it.
    second = made["statements"][1]["id"]
    assert (await calls.patch(client, f"/v1/statements/{second}", {"preliminary": False}))["preliminary"] is False


async def test_who_looks_for_it_in_the_figure_is_told_where_it_stands(client: httpx.AsyncClient, event: str) -> None:
    body = {"question": {"measure": "injured"}, "figure": {"min": 31, "preliminary": True}}
    (error,) = (await calls.post(client, f"{event}/claims", body, 422))["errors"]
    assert error["pointer"] == "/figure/preliminary"
    assert "a statement has it" in error["detail"]
