"""Wire credits: a step of the chain is proposed where a document says whose words these are."""

from typing import Any

import httpx
import psycopg
import pytest
from calls import Json, get, patch, post, source
from reporting import claim, report, rows, said, sent

Client = httpx.AsyncClient
DATELINE = "ZAPOROVO (AP) — Seven people were killed by a drone, witnesses said."


def told(words: str | None, *statements: Json, host: str = "a", **document: Any) -> Json:
    body = report(claim("A drone", *(statements or (said("Mayor of Kesra", wording="a drone"),))), ref=host)
    body["document"] = {"url": f"https://{host}.example/1", "published": "2023-08-09"} | document
    return body | {"document": body["document"] | ({"text": words} if words else {})}


async def chains(client: Client) -> list[list[Json]]:
    """The chain of every appearance about the event, with the agencies' names."""
    found = []
    for one in (await get(client, "/v1/events/ref:blast/statements?sort=created_at"))["items"]:
        for place in (await get(client, f"/v1/statements/{one['id']}/appearances"))["items"]:
            named = [hop | {"name": await name(client, hop["source_id"])} for hop in place["hops"]]
            found.append(named)
    return found


async def name(client: Client, source_id: str) -> str:
    found: str = (await get(client, f"/v1/sources/{source_id}"))["name"]
    return found


async def names(client: Client) -> list[list[tuple[str, str]]]:
    return [[(hop["name"], hop["state"]) for hop in chain] for chain in await chains(client)]


async def appearance(client: Client) -> str:
    """The path of the first."""
    one = (await get(client, "/v1/events/ref:blast/statements?sort=created_at"))["items"][0]
    found: str = (await get(client, f"/v1/statements/{one['id']}/appearances"))["items"][0]["id"]
    return f"/v1/appearances/{found}"


@pytest.mark.parametrize(
    ("document", "agency", "score"),
    [
        ({"text": DATELINE}, "Associated Press", 0.9),
        ({"text": "Погибли семь человек, по данным ТАСС."}, "TASS", 0.6),
        ({"text": "Sept morts, selon l’AFP."}, "Agence France-Presse", 0.6),
        ({"byline": "Le Monde avec AFP"}, "Agence France-Presse", 0.9),
        ({"title": "Seven killed - Reuters"}, "Reuters", 0.8),
        ({"text": "Seven people died.", "headline": "Seven killed - Reuters"}, "Reuters", 0.8),
        ({"text": "According to AFP, seven died.", "byline": "Reuters"}, "Reuters", 0.9),
    ],
)
async def test_a_credit_proposes_a_step(
    client: Client, psql: psycopg.Connection, document: Json, agency: str, score: float
) -> None:
    await sent(client, "/v1/reports", told(None, **document), 201)
    [[hop]] = await chains(client)
    assert (hop["name"], hop["step"], hop["state"], hop["how_known"], hop["score"]) == (
        agency, 1, "proposed", "similarity", score,
    )  # fmt: skip
    made = await get(client, f"/v1/sources/{hop['source_id']}")
    assert (made["kind"], made["disclosure"]) == ("agency", "named")
    assert psql.execute("SELECT DISTINCT reason FROM change WHERE type = 'appearance_hop'").fetchall() == [
        ("a wire credit in the document",)
    ]


async def test_one_source_for_an_agency(client: Client, psql: psycopg.Connection) -> None:
    known = await source(client, "AFP", kind="agency")
    for nth, words in enumerate(("PARIS (AFP) - Sept morts.", "Selon l'Agence France-Presse, sept morts.", DATELINE)):
        await sent(client, "/v1/reports", told(words, host=f"h{nth}"), 201)
    await sent(client, "/v1/reports", told("Seven died. (AP)", host="h9"), 201)
    assert [hop["source_id"] == known for [hop] in await chains(client)] == [True, True, False, False]
    assert psql.execute("SELECT count(*) FROM source WHERE kind = 'agency'").fetchone() == (2,)


async def test_a_source_of_another_kind_is_the_agency_too(client: Client) -> None:
    """A second of this name would make the bare name ambiguous."""
    known = await source(client, "Reuters")
    await sent(client, "/v1/reports", told("Seven died. (Reuters)", said("Reuters x")), 201)
    assert [[hop["source_id"] for hop in chain] for chain in await chains(client)] == [[known]]


async def test_two_of_the_name_never_break_an_ingest(client: Client) -> None:
    for country in ("GB", "US"):
        await source(client, "Reuters", kind="company", country=country)
    await sent(client, "/v1/reports", told("Seven died. (Reuters)"), 201)
    assert await names(client) == [[]]


async def test_where_the_agency_is_known_already(client: Client) -> None:
    """It speaks itself, it is in the chain, it publishes the document, or owns who does."""
    reuters = {"name": "Reuters", "kind": "agency"}
    await sent(client, "/v1/reports", told("(Reuters) - Seven.", {"source": reuters}, host="a"), 201)
    await sent(client, "/v1/reports", told("(Reuters) - Seven.", said("M", hops=[{"source": reuters}]), host="b"), 201)
    await sent(client, "/v1/reports", told("(Reuters) - Seven.", said("N"), host="c", publisher=reuters), 201)
    desk = {"name": "Reuters Kyiv", "kind": "outlet", "parent": reuters}
    await sent(client, "/v1/reports", told("(Reuters) - Seven.", said("O"), host="d", publisher=desk), 201)
    assert await names(client) == [[], [("Reuters", "confirmed")], [], []]
    both = said("P", hops=[{"source": {"name": "Channel", "kind": "channel"}}])
    await sent(client, "/v1/reports", told("(Reuters) - Seven.", both, host="e"), 201)
    assert (await names(client))[-1] == [("Channel", "confirmed"), ("Reuters", "proposed")]


async def test_a_document_stored_before(client: Client) -> None:
    made = await post(client, "/v1/documents", {"url": "https://a.example/1", "text": DATELINE})
    event = await post(client, "/v1/events", {"title": "Blast", "ref": "blast"})
    body = claim("A drone", said("Mayor of Kesra", document=made["id"]))
    await post(client, f"/v1/events/{event['id']}/claims", body)
    assert await names(client) == [[("Associated Press", "proposed")]]


async def test_what_an_editor_decides_stays(client: Client, psql: psycopg.Connection) -> None:
    await sent(client, "/v1/reports", told(DATELINE), 201)
    [[hop]] = await chains(client)
    where = await appearance(client)
    kept = {"source": hop["source_id"], "how_known": "similarity", "score": hop["score"], "state": "rejected"}
    await patch(client, where, {"hops": [kept]})
    changed = told(f"{DATELINE} Updated.", said("Mayor of Kesra", wording="a drone"), said("Governor Kim"))
    await sent(client, "/v1/reports", changed, 201)
    await sent(client, "/v1/reports", told(f"{DATELINE} Updated."), 200)
    assert await names(client) == [[("Associated Press", "rejected")]]
    [[hop]] = await chains(client)
    assert (hop["how_known"], hop["score"]) == ("similarity", 0.9)
    # A declared chain does not overrule an editor either.
    again = told(f"{DATELINE} Updated.", said("Mayor of Kesra", wording="a drone", hops=[{"source": {"name": "AP"}}]))
    await sent(client, "/v1/reports", again, 200)
    assert await names(client) == [[("Associated Press", "rejected")]]
    await patch(client, where, {"hops": [kept | {"state": "confirmed"}]})
    assert await names(client) == [[("Associated Press", "confirmed")]]
    await patch(client, where, {"hops": []})
    await sent(client, "/v1/reports", told(f"{DATELINE} Updated again."), 201)
    assert await names(client) == [[]]


async def test_a_declared_chain_goes_before_what_was_proposed(client: Client, psql: psycopg.Connection) -> None:
    await sent(client, "/v1/reports", told(DATELINE), 201)
    # By another script, whose delivery is not this report's: it completes the same appearance.
    channel = {"source": {"name": "Channel", "kind": "channel"}}
    declared = told(DATELINE, said("Mayor of Kesra", wording="a drone", hops=[channel])) | {"ref": "second"}
    await sent(client, "/v1/reports", declared, 201)
    assert await names(client) == [[("Channel", "confirmed"), ("Associated Press", "proposed")]]
    before = rows(psql)
    await sent(client, "/v1/reports", declared | {"ref": "third"}, 201)
    assert rows(psql) == before | {"report": before["report"] + 1, "ledger": before["ledger"] + 1}
    # One that names the agency itself leaves nothing to propose.
    whole = told(DATELINE, said("Mayor of Kesra", wording="drones", hops=[{"source": {"name": "AP"}}]), host="b")
    await sent(client, "/v1/reports", whole, 201)
    assert (await names(client))[-1] == [("Associated Press", "confirmed")]


async def test_a_likeness_that_a_script_found_stays(client: Client, psql: psycopg.Connection) -> None:
    body = told(
        None, said("Mayor of Kesra", hops=[{"source": {"name": "Wire"}, "how_known": "similarity", "score": 0.7}])
    )
    await sent(client, "/v1/reports", body, 201)
    before = rows(psql)
    await sent(client, "/v1/reports", body | {"ref": "other"}, 201)
    assert rows(psql) == before | {"report": before["report"] + 1, "ledger": before["ledger"] + 1}


async def test_what_another_report_says_too_stays(client: Client, other: Client) -> None:
    """Also where that said it only to propose who passed it on."""
    await sent(client, "/v1/reports", told(None, said("Mayor of Kesra", wording="a drone")), 201)
    found = [{"source": {"name": "Channel", "kind": "channel"}, "how_known": "similarity"}]
    one = told(None, said("Mayor of Kesra", wording="a drone", hops=found)) | {"ref": "another"}
    await sent(other, "/v1/reports", one, 201)
    assert await names(client) == [[("Channel", "proposed")]]
    gone = await sent(client, "/v1/reports", told(None, said("Governor Kim", wording="no")), 201)
    assert gone["removed"]["appearances"] == 0


async def test_an_agency_that_was_only_proposed_can_be_deleted(client: Client) -> None:
    await sent(client, "/v1/reports", told(DATELINE), 201)
    [[hop]] = await chains(client)
    answer = await client.delete(f"/v1/sources/{hop['source_id']}", headers={"If-Match": "*"})
    assert answer.status_code == 204
    assert await names(client) == [[]]
