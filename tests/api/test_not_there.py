"""What a key may not see is not there to what it writes: what it sends is answered as if nobody had ever sent that."""

import re
from typing import Any

import httpx
import psycopg
import pytest
from calls import Json, claim, document, get, patch, post, source, statement

NOTES = "CANARY the insider's own words"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"20\d\d-\d\d-\d\dT[0-9:.]+Z")


@pytest.fixture
def weak(other: httpx.AsyncClient, psql: psycopg.Connection[Any]) -> httpx.AsyncClient:
    """Somebody who may write, and see what everybody may."""
    psql.execute("UPDATE api_key SET scopes = '{ingest,edit}' WHERE name = 'other'")
    return other


@pytest.fixture
async def secret(client: httpx.AsyncClient, event: str) -> dict[str, str]:
    """What only a restricted event has, by its ref; and a confidential source."""
    made = {
        "event": (
            await post(
                client, "/v1/events", {"title": "Secret", "ref": "secret", "slug": "secret", "visibility": "restricted"}
            )
        )["id"]
    }
    path = f"/v1/events/{made['event']}"
    made["source"] = await source(
        client, "Insider", ref="secret", kind="official", notes=NOTES, external_ids={"x": "1"}
    )
    made["document"] = await document(
        client,
        "https://secret.example/a",
        ref="secret",
        title="CANARY",
        text="The CANARY text of it.",
        publisher={"name": "Secret Desk"},
    )
    made["question"] = (await post(client, f"{path}/questions", {"text": "Who?", "ref": "secret"}))["id"]
    made["claim"] = await claim(client, path, "It was CANARY", ref="secret", question="ref:secret")
    made["statement"] = await statement(
        client, path, made["claim"], made["source"], document=made["document"], ref="secret"
    )
    await post(
        client, "/v1/sources", {"name": "Ines Varga", "ref": "confidential", "confidential": True, "notes": NOTES}
    )
    return made


def unlike(answer: httpx.Response, name: str) -> Json:
    """An answer without what is its own: ids, times, and the name that was sent."""
    told = TIME.sub("TIME", ID.sub("ID", answer.text)).replace(name, "NAME")
    assert "CANARY" not in told
    return {"status": answer.status_code, "body": told}


WRITES = {
    "claim in it": ("POST", "/v1/events/ref:{}/claims", {"text": "It was"}),
    "statement about its claim": ("POST", "{event}/statements", {"claim": "ref:{}", "stance": "deny"}),
    "question of it": ("POST", "{event}/claims", {"text": "It was", "question": "ref:{}"}),
    "report on it": ("POST", "/v1/reports", {"events": [{"event": "ref:{}", "claims": [{"text": "It was"}]}]}),
    "report on it by slug": ("POST", "/v1/reports", {"events": [{"event": "{}", "claims": [{"text": "It was"}]}]}),
    "link to it": ("POST", "{event}/event-links", {"relation": "related", "to": "ref:{}"}),
    "link between claims": ("POST", "{event}/claim-links", {"from": "ref:{}", "relation": "supports", "to": "ref:{}"}),
    "part of it": ("POST", "/v1/events", {"title": "Part", "slug": "part-{}", "parent": "ref:{}"}),
    "its source by ref": ("POST", "{event}/claims", {"text": "A", "statements": [{"source": "ref:{}"}]}),
    "its document by ref": ("POST", "{event}/claims", {"text": "A", "statements": [{"document": "ref:{}"}]}),
    "supersedes its statement": (
        "POST", "{event}/claims", {"text": "A", "statements": [{"source": {"name": "N"}, "supersedes": "ref:{}"}]},
    ),
    "a version of its document": ("POST", "/v1/documents/ref:{}/versions", {"text": "Another"}),
    "an appearance of its statement": ("POST", "/v1/statements/ref:{}/appearances", {"wording": "W"}),
    "a link of its source": ("POST", "/v1/sources/ref:{}/links", {"to": {"name": "Somebody"}}),
    "a parent": ("POST", "/v1/sources", {"name": "Child of {}", "parent": "ref:{}"}),
    "a publisher": ("POST", "/v1/documents", {"url": "https://a.example/{}", "publisher": "ref:{}"}),
    "a source of its ref": ("POST", "/v1/sources", {"ref": "{}", "name": "Whoever"}),
    "a document of its ref": ("POST", "/v1/documents", {"ref": "{}", "url": "https://a.example/{}"}),
    "change of it": ("PATCH", "/v1/events/ref:{}", {"title": "T"}),
    "merge into it": ("POST", "{event}/merge", {"into": "ref:{}"}),
    "deletion of it": ("DELETE", "/v1/claims/ref:{}", None),
    "parent by a change": ("PATCH", "{event}", {"parent": "ref:{}"}),
}  # fmt: skip


def named(part: Any, **names: str) -> Any:
    if isinstance(part, dict):
        return {name: named(value, **names) for name, value in part.items()}
    if isinstance(part, list):
        return [named(value, **names) for value in part]
    return part.replace("{event}", names["event"]).replace("{}", names["name"]) if isinstance(part, str) else part


async def call(client: httpx.AsyncClient, write: str, **names: str) -> httpx.Response:
    method, path, body = named(list(WRITES[write]), **names)
    headers = {} if method == "POST" else {"If-Match": "*"}
    return await client.request(method, path, json=body, headers=headers)


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("write", WRITES)
async def test_what_a_restricted_event_has_is_not_there(weak: httpx.AsyncClient, event: str, write: str) -> None:
    answers = [unlike(await call(weak, write, event=event, name=name), name) for name in ("secret", "absent")]
    assert answers[0] == answers[1]


CLASHES: dict[str, tuple[str, str, Any, str]] = {
    "an event by its ref": ("POST", "/v1/events", {"title": "Mine", "ref": "secret"}, "/ref"),
    "an event by its slug": ("POST", "/v1/events", {"title": "Mine", "slug": "secret"}, "/slug"),
    "an event of a report": ("POST", "/v1/reports", {"events": [{"title": "Mine", "ref": "secret"}]}, "/events/0/ref"),
    "a claim": ("POST", "{event}/claims", {"text": "Mine", "ref": "secret"}, "/ref"),
    "a question": ("POST", "{event}/questions", {"text": "Mine?", "ref": "secret"}, "/ref"),
    "a change of an event": ("PATCH", "{event}", {"slug": "secret"}, "/slug"),
    "a change of a source": ("PATCH", "/v1/sources/ref:open", {"ref": "secret"}, "/ref"),
    "a change of a document": ("PATCH", "/v1/documents/ref:open", {"url": "https://secret.example/a"}, "/url"),
}


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("clash", CLASHES)
async def test_what_is_taken_is_refused_without_a_word_of_by_what(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, event: str, clash: str
) -> None:
    said = {"source": {"ref": "open", "name": "Open"}, "document": {"ref": "open", "url": "https://open.example"}}
    await claim(client, event, statements=[said])
    method, path, body, pointer = CLASHES[clash]
    answer = await weak.request(method, path.replace("{event}", event), json=body, headers={"If-Match": "*"})
    assert answer.status_code == 409, answer.text
    told = answer.json()
    assert told["errors"] == [{"pointer": pointer, "detail": "it is taken"}]
    assert not {"url", "urls", "blocked_by"} & told.keys()
    assert not ID.search(answer.text.replace(told["instance"], "").replace(told["request_id"], ""))


async def test_so_are_lines(
    weak: httpx.AsyncClient, client: httpx.AsyncClient, event: str, secret: dict[str, str]
) -> None:
    mine = event.rpartition("/")[2]
    lines: list[Json] = [
        {"type": "event", "ref": "secret", "title": "Mine"},
        {"type": "claim", "event": mine, "ref": "secret", "text": "Mine"},
        {"type": "claim", "event": mine, "ref": "fine", "text": "Another"},
        {"type": "claim", "event": "ref:secret", "text": "It was CANARY"},
        {"type": "source", "ref": "secret", "name": "Insider"},
        {"type": "statement", "claim": "ref:fine", "source": "ref:secret"},
        {"type": "document", "ref": "mine", "url": "https://secret.example/a"},
    ]
    found = await ingest(weak, lines)
    assert [line["status"] for line in found] == [409, 409, 201, 422, 201, 201, 201]
    assert found[0]["errors"] == found[1]["errors"] == [{"pointer": "/ref", "detail": "it is taken"}]
    assert "url" not in found[0] | found[1]
    assert not set(secret.values()) & {line.get("id") for line in found}
    assert [line["status"] for line in await ingest(weak, lines)] == [409, 409, 200, 422, 200, 200, 200]
    assert (await get(client, f"/v1/claims/{secret['claim']}"))["event_id"] == secret["event"]


async def ingest(who: httpx.AsyncClient, lines: list[Json]) -> list[Json]:
    body = "\n".join(httpx.Response(200, json=line).text for line in lines)
    answer = await who.post("/v1/ingest", content=body, headers={"Content-Type": "application/x-ndjson"})
    *told, _ = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    return told


# --- records of their own ---------------------------------------------------------------------------------------------


SAID: Json = {
    "text": "It was a drone",
    "statements": [
        {
            "source": {"ref": "secret", "name": "Insider", "kind": "official"},
            "document": {"url": "https://www.secret.example/a/", "publisher": {"name": "Secret Desk"}},
            "hops": [{"source": {"name": "Secret Desk"}}],
            "said": "2024",
        }
    ],
}


def parts(answer: Json) -> dict[str, str]:
    said = answer["statements"][0]
    return {"source": said["source"]["id"], "document": said["document"]["id"], "statement": said["id"]}


async def test_a_record_of_their_own_stands_beside_it(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, secret: dict[str, str]
) -> None:
    answer = await weak.post(f"{event}/claims", json=SAID)
    assert answer.status_code == 201, answer.text
    said = answer.json()["statements"][0]
    assert {said[name]["outcome"] for name in ("source", "document", "appearance")} == {"created"}
    assert answer.json()["remarks"] == said["source"]["similar"] == []
    own = parts(answer.json())
    assert not set(own.values()) & set(secret.values())
    again = await weak.post(f"{event}/claims", json=SAID)
    assert (again.status_code, parts(again.json())) == (200, own)
    for who in (weak, anybody):
        for path in ("sources", "documents", "source-links", "document-links", "export.ndjson", f"{event[4:]}/dossier"):
            assert not [
                word for word in ("CANARY", *secret.values(), "shadow") if word in (await who.get(f"/v1/{path}")).text
            ], path
        assert (await get(who, "/v1/sources/ref:secret"))["id"] == own["source"]
        assert (await get(who, f"/v1/sources/{own['source']}/history"))["items"][0]["record"].keys() >= {"name"}
        assert "shadow" not in (await who.get(f"/v1/sources/{own['source']}/history")).text
    # Who may see both is asked whether they are one; and who names it is told of the first.
    for kind in ("source", "document"):
        links = (await get(client, f"/v1/{kind}-links?state=proposed"))["items"]
        assert (own[kind], secret[kind]) in {(link["from_id"], link["to_id"]) for link in links}, kind
        assert (await get(client, f"/v1/{kind}s/ref:secret"))["id"] == secret[kind]
    looked_up = await client.post(
        "/v1/lookup",
        json={"items": [{"type": "source", "ref": "secret"}, {"url": "https://secret.example/a"}]},
    )
    assert [found["id"] for found in looked_up.json()["items"]] == [secret["source"], secret["document"]]


async def test_who_may_read_it_makes_it_public(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, secret: dict[str, str]
) -> None:
    own = parts((await weak.post(f"{event}/claims", json=SAID)).json())
    cited = parts(await post(client, f"{event}/claims", SAID | {"text": "It was a missile"}))
    assert (cited["source"], cited["document"]) == (secret["source"], secret["document"])
    assert (await get(anybody, f"/v1/sources/{secret['source']}"))["notes"] == NOTES
    named = parts((await weak.post(f"{event}/claims", json=SAID | {"text": "It was a shell"})).json())
    assert (named["source"], named["document"]) == (secret["source"], secret["document"])
    await post(client, f"/v1/sources/{own['source']}/merge", {"into": secret["source"]}, 200)
    assert parts((await weak.post(f"{event}/claims", json=SAID)).json())["statement"] == own["statement"]


async def test_an_event_that_is_opened_brings_its_own(
    client: httpx.AsyncClient, weak: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, secret: dict[str, str]
) -> None:
    own = parts((await weak.post(f"{event}/claims", json=SAID)).json())
    await patch(client, f"/v1/events/{secret['event']}", {"visibility": "public"})
    for kind in ("source", "document"):
        assert {record["id"] for record in (await get(anybody, f"/v1/{kind}s"))["items"]} >= {own[kind], secret[kind]}
        assert len((await get(anybody, f"/v1/{kind}-links?state=proposed"))["items"]) >= 1
    assert (await get(weak, "/v1/sources/ref:secret"))["id"] == secret["source"]
    for path in ("sources?ref=secret", "statements?source=ref:secret", "lookup"):
        answer = (
            await anybody.get(f"/v1/{path}")
            if "?" in path
            else await anybody.post("/v1/lookup", json={"items": [{"type": "source", "ref": "secret"}]})
        )
        assert answer.status_code == 200, answer.text
    changed = await weak.patch(
        f"/v1/documents/{own['document']}",
        json={"url": "https://www.secret.example/a/", "title": "T"},
        headers={"If-Match": "*"},
    )
    assert (changed.status_code, changed.json()["title"]) == (200, "T"), changed.text
