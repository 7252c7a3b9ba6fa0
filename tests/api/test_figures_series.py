"""GET /v1/events/{event}/figures."""

import calls
import httpx


async def test_figures_by_family_and_at_each_moment(client: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    event = f"/v1/events/{(await calls.post(client, '/v1/events', {'title': 'Blast', 'slug': 'blast'}))['id']}"
    for count, said, name in ((31, "2023-08-09T10:00Z", "A"), (43, "2023-08-09T12:00Z", "A"), (80, "2023-08-10", "B")):
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
