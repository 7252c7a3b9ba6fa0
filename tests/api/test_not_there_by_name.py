"""What a key may not see is not there to what it writes, however it is found: by a name, a description or a credit."""

from typing import Any

import httpx
import psycopg
import pytest
from calls import Json, claim, delete, get, patch, post, source, statement
from keyed import again

NOTES = "CANARY the insider's own words"


@pytest.fixture
def weak(other: httpx.AsyncClient, psql: psycopg.Connection[Any]) -> httpx.AsyncClient:
    """Somebody who may write, and see what everybody may."""
    psql.execute("UPDATE api_key SET scopes = '{ingest,edit}' WHERE name = 'other'")
    return other


@pytest.fixture
def reader(other: httpx.AsyncClient, psql: psycopg.Connection[Any]) -> httpx.AsyncClient:
    """Somebody who may write, and see all but who is protected."""
    psql.execute("UPDATE api_key SET scopes = '{ingest,edit,assess,read}' WHERE name = 'other'")
    return other


@pytest.fixture
async def closed(client: httpx.AsyncClient) -> str:
    """The path of a restricted event."""
    return f"/v1/events/{(await post(client, '/v1/events', {'title': 'Closed', 'visibility': 'restricted'}))['id']}"


async def said(who: httpx.AsyncClient, event: str, text: str = "It was a drone", **statement: Any) -> Json:
    """The parts of the only statement of a claim."""
    answer = await who.post(f"{event}/claims", json={"text": text, "statements": [statement]})
    assert answer.is_success, answer.text
    parts: Json = answer.json()["statements"][0] | {"remarks": answer.json()["remarks"]}
    return parts


async def test_a_name_finds_none_that_only_a_restricted_event_has(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    insider = {"name": "Ada Insider", "kind": "official", "notes": NOTES, "aliases": [{"name": "The Insider"}]}
    hidden = (await said(client, closed, source=insider))["source"]["id"]
    own = await said(weak, event, source={"name": "Ada Insider"})
    assert (own["source"]["outcome"], own["source"]["similar"], own["remarks"]) == ("created", [], [])
    assert own["source"]["id"] != hidden
    assert (await said(weak, event, "It was not", source={"name": "Ada Insider"}))["source"]["id"] == own["source"][
        "id"
    ]
    alias = {"name": "Ada Insider", "aliases": [{"name": "The Insider"}]}
    assert [remark["what"] for remark in (await said(weak, event, "It may be", source=alias))["remarks"]] == [
        "completed",
        "matched",
    ]
    links = (await get(client, f"/v1/sources/{hidden}/links"))["items"]
    assert [(link["from_id"], link["state"]) for link in links] == [(own["source"]["id"], "proposed")]
    assert (await get(weak, f"/v1/sources/{own['source']['id']}/links"))["items"] == []


async def test_nor_does_a_description_or_a_credit(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    page: Json = {"document": {"url": "https://open.example/a", "byline": "Reuters"}}
    await said(weak, event, "It was there", source={"name": "Somebody"}, document={"url": "https://open.example/a"})
    witness = {"name": "a neighbour", "disclosure": "anonymous"}
    hidden = await said(client, closed, source=witness | {"role": "CANARY"}, **page)
    await said(client, closed, "It is", source={"name": "Reuters", "kind": "agency", "notes": NOTES})
    own = await said(weak, event, source=witness, **page)
    assert own["document"]["id"] == hidden["document"]["id"]  # which is public
    assert (own["source"]["outcome"], own["source"]["id"] != hidden["source"]["id"]) == ("created", True)
    places = (await get(weak, f"/v1/statements/{own['id']}/appearances"))["items"]
    agency = await get(weak, f"/v1/sources/{places[0]['hops'][0]['source_id']}")
    assert (agency["name"], agency["notes"], "CANARY" in str(own)) == ("Reuters", None, False)


async def test_what_a_report_about_it_brought_is_its_own(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    links = [{"relation": "quotes", "to": {"url": "https://closed.example/quoted", "title": "CANARY"}}]
    page = {"url": "https://closed.example/a", "title": "CANARY", "links": links, "publisher": {"name": "Closed Desk"}}
    body = {"document": page, "events": [{"event": closed.rpartition("/")[2], "claims": [{"text": "It was"}]}]}
    made = await post(client, "/v1/reports", body)
    assert (await weak.post("/v1/reports", json=body)).json()["errors"][0]["pointer"] == "/events/0/event"
    for url in ("https://closed.example/a", "https://closed.example/quoted"):
        document = {"url": url, "publisher": {"name": "Closed Desk"}}
        own = await said(weak, event, url, source={"name": "Somebody"}, document=document)
        assert (own["document"]["outcome"], own["document"]["id"] != made["document"]["id"]) == ("created", True)
    assert "CANARY" not in (await weak.get("/v1/documents")).text


async def test_a_confidential_source_is_not_there_for_who_may_not_know_it(
    client: httpx.AsyncClient, reader: httpx.AsyncClient, event: str
) -> None:
    protected = await source(client, "Ines Varga", ref="protected", confidential=True, notes=NOTES)
    joined = await source(client, "Ines V.", ref="joined")
    await post(client, f"/v1/sources/{joined}/merge", {"into": protected}, 200)
    one = await claim(client, event)
    release = {"ref": "release", "url": "https://a.example", "kind": "press_release", "publisher": "ref:protected"}
    await statement(client, event, one, protected, document=(await post(client, "/v1/documents", release))["id"])
    judged = {"claim": one, "scheme": "veracity", "rating": "true"}
    for name in ("ref:protected", "ref:joined", protected, joined, "ref:absent"):
        for path, body, pointer in (
            (f"{event}/claims", {"text": "B", "statements": [{"source": name}]}, "/statements/0/source"),
            (
                f"{event}/claims",
                {"text": "B", "statements": [{"hops": [{"source": name}]}]},
                "/statements/0/hops/0/source",
            ),
            (f"{event}/assessments", judged | {"author": name}, "/author"),
            ("/v1/sources", {"name": "Child", "parent": name}, "/parent"),
            ("/v1/documents", {"url": "https://b.example", "publisher": name}, "/publisher"),
            (f"{event}/questions", {"text": "Q?"}, ""),
        ):
            answer = await reader.post(path, json=body)
            if pointer:
                assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
                assert answer.json()["errors"][0]["detail"] == f"there is no source {name}"
        changed = await reader.patch("/v1/documents/ref:release", json={"publisher": name}, headers={"If-Match": "*"})
        assert (changed.status_code, changed.json()["errors"][0]["detail"]) == (422, f"there is no source {name}")
    own = await said(reader, event, source={"ref": "protected", "name": "Ines Varga"})
    assert (own["source"]["outcome"], own["remarks"]) == ("created", [])
    assert (await get(client, "/v1/source-links"))["items"] == []  # a proposal would tell of it
    # What a release says in its own voice is not put into the mouth of whom the caller may not know.
    voice = await said(reader, event, "In nobody's name", document="ref:release")
    assert (voice["source"], voice["remarks"]) == (None, [])


async def test_what_points_at_a_record_is_told_to_who_may_see_that(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    speaker = await source(client, "Speaker", ref="s")
    seen = await statement(client, event, await claim(client, event), speaker)
    await statement(client, closed, await claim(client, closed, ref="c"), speaker)
    answer = await delete(weak, "/v1/sources/ref:s", 409)
    expected = [{"type": "statement", "by": "source_id", "urls": [f"/v1/statements/{seen}"], "more": False}]
    assert answer.json()["blocked_by"] == expected
    assert len((await delete(client, "/v1/sources/ref:s", 409)).json()["blocked_by"][0]["urls"]) == 2
    # What was deleted there may be anybody's ref again; what was deleted in sight may not.
    await delete(client, "/v1/claims/ref:c?cascade=true")
    assert (await weak.post(f"{event}/claims", json={"text": "Mine", "ref": "c"})).status_code == 201
    await post(client, f"{event}/claims", {"text": "Gone", "ref": "gone"})
    await delete(client, "/v1/claims/ref:gone")
    assert (await weak.post(f"{event}/claims", json={"text": "Mine", "ref": "gone"})).status_code == 410


async def test_no_title_is_numbered_because_of_a_restricted_event(
    client: httpx.AsyncClient, weak: httpx.AsyncClient
) -> None:
    hidden = {"title": "The Trial", "visibility": "restricted"}
    for _ in range(2):
        slug = (await post(client, "/v1/events", hidden))["slug"]
        assert slug.startswith("the-trial-"), slug
        assert len(slug) == len("the-trial-") + 6
    slugs = [(await post(who, "/v1/events", {"title": "The Trial"}))["slug"] for who in (weak, client, weak)]
    assert slugs == ["the-trial", "the-trial-2", "the-trial-3"]


async def test_an_answer_is_not_given_repeatedto_who_may_see_it_no_more(
    client: httpx.AsyncClient, other: httpx.AsyncClient, psql: psycopg.Connection[Any], event: str, closed: str
) -> None:
    bodies: dict[str, Json] = {
        f"{closed}/claims": {"text": "It was"},
        f"{event}/claims": {"text": "It was", "statements": [{"source": {"ref": "s", "name": "Speaker"}}]},
    }
    for path, body in bodies.items():
        await again(other, path, body, status=201)
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    psql.commit()
    for path, body in bodies.items():
        answer = await again(other, path, body)
        assert answer.status_code in (404, 410), answer.text
    # Whoever is merged into a protected source is as protected.
    made = await again(client, f"{event}/claims", bodies[f"{event}/claims"] | {"text": "Again"}, "k-2", 201)
    protected = await source(client, "Ines Varga", confidential=True)
    await post(client, f"/v1/sources/{made.json()['statements'][0]['source']['id']}/merge", {"into": protected}, 200)
    await again(client, f"{event}/claims", bodies[f"{event}/claims"] | {"text": "Again"}, "k-2", 410)


async def test_a_merge_into_what_is_hidden_stays(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    await post(client, f"{event}/merge", {"into": closed.rpartition("/")[2]}, 200)
    another = (await post(client, "/v1/events", {"title": "Another"}))["id"]
    refused = await weak.post(f"{event}/merge", json={"into": another})
    assert (refused.status_code, "url" in refused.json()) == (409, False)
    assert (await patch(weak, event, {"merged_into": None}))["merged_into"] is None
    assert (await get(client, f"{event}?merged=self"))["merged_into"] == closed.rpartition("/")[2]


async def test_nor_is_a_link_named_that_is_hidden(
    client: httpx.AsyncClient, reader: httpx.AsyncClient, event: str
) -> None:
    """Two can't be merged of whose own merged ones an editor has said that they are two; one of these is protected."""
    first, third = [await source(client, name, ref=name) for name in ("first", "third")]
    second = await source(client, "second", confidential=True)
    await said(client, event, source="ref:first", hops=[{"source": "ref:third"}])
    link = await post(client, f"/v1/sources/{second}/links", {"to": third, "state": "rejected"})
    await post(client, f"/v1/sources/{second}/merge", {"into": first}, 200)
    answers = [await who.post(f"/v1/sources/{third}/merge", json={"into": first}) for who in (client, reader)]
    assert [(answer.status_code, answer.json().get("url")) for answer in answers] == [
        (409, f"/v1/source-links/{link['id']}"),
        (409, None),
    ]


async def test_what_became_part_of_a_hidden_event_is_written_to_as_before(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, closed: str
) -> None:
    own_id = event.rpartition("/")[2]
    await post(client, f"{event}/claims", {"text": "It was there", "ref": "there"})
    await post(client, f"{event}/merge", {"into": closed.rpartition("/")[2]}, 200)
    for address in (own_id, "explosion"):
        claims = [{"text": f"Said of {address}"}]
        answer = await weak.post("/v1/reports", json={"events": [{"event": address, "claims": claims}]})
        assert answer.status_code == 201, answer.text
        assert answer.json()["events"][0]["id"] == own_id
        assert closed.rpartition("/")[2] not in answer.text
    repeated = await weak.post("/v1/events", json={"title": "Explosion", "slug": "explosion"})
    assert (repeated.status_code, repeated.json()["id"]) == (200, own_id), repeated.text
    told = await weak.post("/v1/reports", json={"events": [{"event": own_id, "statements": [{"claim": "ref:there"}]}]})
    assert told.status_code == 201, told.text
    assert (await weak.post(f"{event}/statements", json={"claim": "ref:there", "stance": "deny"})).status_code == 201
    assert len((await get(weak, f"{event}/claims"))["items"]) == 3
