"""A report comes again: the same body stores nothing, a changed one replaces what its deliveries had said."""

from typing import Any

import httpx
import psycopg
from reporting import claim, figure, new, outcomes, report, rows, said, sent

ANY = {"If-Match": "*"}
GONE = {"id": None, "outcome": "gone", "url": None}


async def removed(client: httpx.AsyncClient, body: Any) -> tuple[int, int, int]:
    """How many appearances, statements and claims a delivery took back."""
    answer = (await sent(client, "/v1/reports", body))["removed"]
    return answer["appearances"], answer["statements"], answer["claims"]


async def texts(client: httpx.AsyncClient) -> list[str]:
    """The claims that are there, in the order of their making."""
    return [one["text"] for one in (await client.get("/v1/claims?sort=created_at")).json()["items"]]


async def test_the_same_body_again_stores_nothing_whatever_happened_since(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    mine = (await sent(client, "/v1/sources", {"name": "Mine"}))["id"]
    elsewhere = {"ref": "old", "title": "Old", "claims": [claim("C", ref="c9")]}
    await sent(client, "/v1/reports", {"events": [elsewhere]})
    body = report(
        claim("A", said("X", wording="a"), label="#a", ref="a1"),
        claim(
            "B",
            said("Y", hops=[{"source": {"name": "Z"}}]),
            {"source": mine},
            {"source": {"disclosure": "anonymous"}},
            ref="b1",
        ),
        ref="r1",
        statements=[{"claim": "#a", "source": {"name": "Y"}, "stance": "deny"}],
        claim_links=[{"from": "#a", "relation": "supports", "to": "ref:b1"}],
    )
    body["events"].append({"event": "ref:old", "statements": [{"claim": "ref:c9", "source": {"name": "X"}}]})
    made = await sent(client, "/v1/reports", body, 201)
    claims = made["events"][0]["claims"]
    for path, change in {
        f"/v1/claims/{claims[0]['claim']['id']}": {"text": "Better said"},
        f"/v1/sources/{claims[0]['statements'][0]['source']['id']}": {"name": "Marta Vey"},
        f"/v1/statements/{made['events'][0]['statements'][0]['id']}": {"stance": "query"},
    }.items():
        assert (await other.patch(path, json=change, headers=ANY)).is_success
    assert (await other.delete("/v1/claims/ref:b1?cascade=true", headers=ANY)).is_success
    assert (await other.delete("/v1/claims/ref:c9?cascade=true", headers=ANY)).is_success
    await sent(other, "/v1/sources", {"name": "Y", "kind": "outlet"})  # now two have the name
    assert (await other.delete(f"/v1/sources/{mine}", headers=ANY)).is_success
    before = rows(psql)
    again = await sent(client, "/v1/reports", body, 200)
    assert rows(psql) == before
    first, second = again["events"][0]["claims"]
    assert first["claim"]["outcome"] == "matched"  # by its ref
    assert second["claim"] == GONE
    assert first["statements"][0] | {"document": None} == {
        **GONE,
        "source": GONE | {"similar": []},
        "document": None,
        "appearance": GONE | {"fidelity": None},
        "question": None,
    }
    assert second["statements"][1]["source"] == GONE | {"similar": []}
    assert [one["outcome"] for one in again["events"][0]["statements"]] == ["gone"]
    assert [one["outcome"] for one in again["events"][0]["claim_links"]] == ["gone"]
    assert outcomes(again["document"]) == {"matched"}
    assert again["events"][1]["statements"][0]["outcome"] == "gone"
    assert (await other.delete("/v1/events/ref:blast?cascade=true", headers=ANY)).is_success
    before = rows(psql)
    assert (await sent(client, "/v1/reports", body, 200))["events"][0]["outcome"] == "gone"
    assert rows(psql) == before


async def test_without_a_ref_too(client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    body = report(claim("A", said("X")))
    made = await sent(client, "/v1/reports", body, 201)
    assert (
        await other.delete(f"/v1/claims/{made['events'][0]['claims'][0]['claim']['id']}?cascade=true", headers=ANY)
    ).is_success
    before = rows(psql)
    assert "gone" in outcomes(await sent(client, "/v1/reports", body, 200))
    assert rows(psql) == before
    assert (await sent(client, "/v1/reports", body | {"ref": "r1"}, 201))["id"] != made["id"]


async def test_a_changed_body_replaces_what_the_report_had_said(
    client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    await sent(
        client, "/v1/reports", report(claim("A", said("X", wording="a")), claim("B", said("X")), claim("C"), ref="r1")
    )
    before = rows(psql)
    body = report(claim("A", said("X", wording="a, better read")), claim("D", said("X")), ref="r1")
    assert await removed(client, body) == (2, 1, 2)
    assert new(before, rows(psql)) == {"claim": -1}
    assert await texts(client) == ["A", "D"]
    found = (await client.get(f"/v1/events/ref:blast/statements?source={await _source(client)}")).json()["items"]
    words = [(await client.get(f"/v1/statements/{one['id']}/appearances")).json()["items"] for one in found]
    assert sorted(str(one["wording"]) for these in words for one in these) == ["None", "a, better read"]
    assert await removed(client, report(ref="r1")) == (2, 2, 2)
    assert await texts(client) == []


async def _source(client: httpx.AsyncClient) -> str:
    key: str = (await client.get("/v1/sources?q=X")).json()["items"][0]["id"]
    return key


async def test_what_hangs_together_goes_together(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    """Parts of a figure, superseded statements, links and assessments of the report itself keep nothing back."""
    before = rows(psql)
    whole = report(
        figure(31, said("X", said="2023-08-10", supersedes="#first", label="#second"), label="#31"),
        figure(19, said("X", said="2023-08-09", label="#first"), label="#19") | {"figure": {"min": 19, "of": "#31"}},
        claim("A", said("X"), label="#a"),
        claim("B", said("X"), label="#b"),
        ref="r1",
        claim_links=[{"from": "#a", "relation": "contradicts", "to": "#b"}],
        assessments=[
            {
                "claim": "#a",
                "author": {"name": "Desk"},
                "scheme": "veracity",
                "rating": "true",
                "documents": [{"url": "https://a.example/2"}],
            }
        ],
    )
    await sent(client, "/v1/reports", whole)
    assert await removed(client, report(claim("B", said("X")), ref="r1")) == (3, 3, 3)
    assert await texts(client) == ["B"]
    assert new(before, rows(psql)) == {
        "source": 1, "document": 1, "document_version": 1, "event": 1, "claim": 1, "statement": 1, "appearance": 1,
        "report": 1,
    }  # fmt: skip


async def test_what_this_delivery_still_names_stays(client: httpx.AsyncClient) -> None:
    body = report(claim("A", ref="a1"), claim("B", ref="b1"), figure(31, ref="f1"), ref="r1")
    await sent(client, "/v1/reports", body)
    link = {"from": "ref:a1", "relation": "contradicts", "to": "ref:b1"}
    part = figure(19) | {"figure": {"min": 19, "of": "ref:f1"}}
    assert await removed(client, report(part, ref="r1", claim_links=[link])) == (0, 0, 0)
    assert await removed(client, report(part, ref="r1", claim_links=[link | {"relation": "supports"}])) == (0, 0, 0)
    # 19 of nothing is another figure: that of 31, and 31 itself, are said no more.
    assert await removed(client, report(part | {"figure": {"min": 19}}, ref="r1")) == (0, 0, 4)


async def test_what_another_key_has_touched_stays(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    names = ("appearance", "statement", "claim", "hop", "nothing")
    made = await sent(
        client, "/v1/reports", report(*(claim(name, said(name, wording=name)) for name in names), ref="r1")
    )
    parts = [
        (one["claim"]["id"], one["statements"][0]["id"], one["statements"][0]["appearance"]["id"])
        for one in made["events"][0]["claims"]
    ]
    for path, change in (
        (f"/v1/appearances/{parts[0][2]}", {"note": "checked"}),
        (f"/v1/statements/{parts[1][1]}", {"certainty": "certain"}),
        (f"/v1/claims/{parts[2][0]}", {"accuses": "east"}),
        (f"/v1/appearances/{parts[3][2]}", {"hops": [{"source": {"name": "Wire"}}]}),
    ):
        assert (await other.patch(path, json=change, headers=ANY)).is_success, path
    assert await removed(client, report(ref="r1")) == (3, 2, 1)
    assert await texts(client) == ["appearance", "statement", "claim", "hop"]
    stays = [(await client.get(f"/v1/statements/{one[1]}")).status_code for one in parts]
    assert stays == [200, 200, 410, 200, 410]


async def test_what_others_point_at_stays(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    names = ("assessed", "linked", "said elsewhere", "superseded", "whole", "free")
    bodies = [claim(name, said(name, wording=name), ref=name.replace(" ", "-")) for name in names]
    bodies[4] = figure(31, said("whole"), ref="whole")
    made = await sent(client, "/v1/reports", report(*bodies, ref="r1"))
    event = f"/v1/events/{made['events'][0]['id']}"
    mine = (await sent(other, f"{event}/claims", {"text": "other's"}))["claim"]["id"]
    rated = {"claim": "ref:assessed", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}
    await sent(other, f"{event}/assessments", rated)
    await sent(other, f"{event}/claim-links", {"from": mine, "relation": "supports", "to": "ref:linked"})
    elsewhere = report(claim("said elsewhere", said("said elsewhere", wording="in other words")), ref="r2")
    await sent(client, "/v1/reports", elsewhere)  # the same key, but another report
    first = made["events"][0]["claims"][3]["statements"][0]["id"]
    later = {"claim": "ref:superseded", "source": {"name": "superseded"}, "said": "2024", "supersedes": first}
    await sent(other, f"{event}/statements", later)
    await sent(other, f"{event}/claims", figure(19) | {"figure": {"min": 19, "of": "ref:whole"}})
    assert await removed(client, report(ref="r1")) == (6, 4, 1)
    assert set(await texts(client)) == {"assessed", "linked", "said elsewhere", "superseded", "31", "19", "other's"}
    stays = [one["statements"][0]["id"] for one in made["events"][0]["claims"]]
    assert [(await client.get(f"/v1/statements/{one}")).status_code for one in stays] == [410, 410, 200, 200, 410, 410]


async def test_what_the_report_had_only_matched_stays(client: httpx.AsyncClient, event: str) -> None:
    mine = {"source": {"name": "X"}, "said": "2023-08-09"}
    await sent(client, f"{event}/claims", claim("A", mine))
    body = report(claim("A", mine | {"wording": "a"}), ref="r1")
    body["events"][0] = {"event": "explosion", "claims": body["events"][0]["claims"]}
    made = await sent(client, "/v1/reports", body)
    assert made["events"][0]["claims"][0]["statements"][0]["outcome"] == "matched"
    body["events"][0] = {"event": "explosion"}
    assert await removed(client, body) == (1, 0, 0)
    assert await texts(client) == ["A"]


async def test_a_third_delivery_brings_back_what_the_second_dropped(
    client: httpx.AsyncClient, psql: psycopg.Connection
) -> None:
    full = report(claim("A", said("X", ref="s1"), ref="a1"), claim("B", said("X", ref="s2"), ref="b1"), ref="r1")
    less = report(claim("A", said("X", ref="s1"), ref="a1"), ref="r1")
    await sent(client, "/v1/reports", full, 201)
    before = rows(psql)
    assert await removed(client, less) == (1, 1, 1)
    back = await sent(client, "/v1/reports", full, 201)
    assert back["events"][0]["claims"][1]["claim"]["outcome"] == "created"
    assert new(before, rows(psql)) == {}
    assert await removed(client, less) == (1, 1, 1)
    await sent(client, "/v1/reports", full, 201)
    assert (await client.delete("/v1/claims/ref:b1?cascade=true", headers=ANY)).is_success
    await sent(client, "/v1/reports", less, 200)
    await sent(client, "/v1/reports", full, 410)  # an editor's word is not undone


async def test_why_is_in_the_ledger(client: httpx.AsyncClient, psql: psycopg.Connection) -> None:
    await sent(client, "/v1/reports", report(claim("A", said("X")), ref="r1"))
    changed = report(claim("B", said("X")), ref="r1")
    await client.post("/v1/reports", json=changed, headers={"Change-Reason": "a better extractor"})
    found = psql.execute(
        "SELECT DISTINCT op, reason FROM change WHERE type IN ('claim', 'report') AND reason IS NOT NULL"
    )
    assert set(found) == {
        ("insert", "a better extractor"),
        ("update", "a better extractor"),
        ("delete", "a newer delivery of the report no longer says this"),
    }
