"""What one document carries: the same as the dossiers of its events show, and nothing that its reader may not see."""

from typing import Any

import psycopg
import pytest
from calls import Json, claim, delete, document, get, patch, post, source, statement
from httpx import AsyncClient

URL = "https://news.example/1"
TEXT = (
    "“It was a drone,” a witness said. “There was no drone at all,” the mayor said. A warehouse had blown up. "
    "Nobody was hurt. “Nine were hurt,” the mayor said."
)
WITNESSED = {"source": {"name": "A witness"}, "said": "2023-08-09", "wording": "It was a drone", "quoted": True}
QUESTION = {"text": "What blew up?", "kind": "cause"}


async def audit(client: AsyncClient, paper: str, query: str = "", status: int = 200) -> Json:
    return await get(client, f"/v1/documents/{paper}/audit{query}", status)


@pytest.fixture
async def paper(client: AsyncClient, event: str) -> str:
    """The id of a document with what it says about one event."""

    def said(who: str | None, day: int, wording: str | None = None, **more: Any) -> Json:
        speaker = {"source": {"name": who}} if who else {}
        return {"said": f"2023-08-{day:02}", "wording": wording, "quoted": who is not None, **speaker, **more}

    elsewhere = said("The mayor of Kesra", 13, document={"url": "https://news.example/2"})
    denied = said("The mayor of Kesra", 10, "There was no drone", stance="deny", framing="doubting")
    about = {
        "event": "explosion",
        "claims": [
            {"text": "It was a drone", "question": QUESTION, "statements": [WITNESSED, denied, elsewhere]},
            {
                "text": "A warehouse blew up",
                "question": QUESTION,
                "statements": [said("The mayor of Kesra", 10, "a warehouse blew up")],
            },
            {"text": "Nobody was hurt", "label": "#0", "statements": [said(None, 11, "Nobody was hurt")]},
            {
                "text": "Nine were hurt",
                "label": "#9",
                "statements": [said("The mayor of Kesra", 11, "Nine are badly hurt")],
            },
        ],
        "statements": [said("The mayor of Kesra", 12, question={"text": "Who did it?"}, stance="no_comment")],
        "claim_links": [{"from": "#9", "relation": "contradicts", "to": "#0"}],
    }
    document = {"url": URL, "text": TEXT, "language": "en", "publisher": {"name": "Paper", "kind": "outlet"}}
    made = await post(client, "/v1/reports", {"document": document, "events": [about]})
    key: str = made["document"]["id"]
    return key


async def test_shows_what_the_document_carries(client: AsyncClient, event: str, paper: str) -> None:
    found = await audit(client, paper)
    dossier = await get(client, f"{event}/dossier")
    assert (found["document"]["id"], len(found["versions"])) == (paper, 1)
    assert [(one["id"], one["slug"]) for one in found["events"]] == [(dossier["event"]["id"], "explosion")]
    told = [(one["text"], one["stance"], one["appearance"]["fidelity"]) for one in found["statements"]]
    assert told == [
        ("It was a drone", "support", "verbatim"),
        ("A warehouse blew up", "support", "edited"),
        ("It was a drone", "deny", "verbatim"),
        ("Nine were hurt", "support", "not_found"),
        ("Nobody was hurt", "support", "paraphrase"),
        ("Who did it?", "no_comment", "unchecked"),
    ]
    assert found["fidelity"] == {"verbatim": 2, "edited": 1, "paraphrase": 1, "not_found": 1, "unchecked": 1}
    denied = found["statements"][2]["appearance"]
    assert (denied["framing"], denied["selector"]["exact"]) == ("doubting", "There was no drone")
    shown = {
        a["id"]: a for q in dossier["questions"] for c in q["claims"] for s in c["statements"] for a in s["appearances"]
    }
    assert all(shown[one["appearance"]["id"]] == one["appearance"] for one in found["statements"][:3])
    assert [one["statement_id"] for one in found["unattributed"]] == [found["statements"][4]["statement_id"]]
    assert {source["name"] for source in found["sources"].values()} == {"A witness", "The mayor of Kesra", "Paper"}
    assert {**dossier["sources"], **found["sources"]} == dossier["sources"]
    assert found["document"]["publisher_id"] in found["sources"]


async def test_tells_what_can_not_be_true_together(client: AsyncClient, paper: str) -> None:
    found = await audit(client, paper)
    by_kind = {one["kind"]: one for one in found["contradictions"]}
    ids = [one["statement_id"] for one in found["statements"]]
    claims = [one["claim_id"] for one in found["statements"]]
    assert len(by_kind) == len(found["contradictions"]) == 3
    both = by_kind["supported_and_denied"]
    assert (both["statement_ids"], both["claim_ids"]) == ([ids[0], ids[2]], [claims[0]])
    assert both["why"] == "The document carries support for “It was a drone” as well as a denial."
    assert set(by_kind["rivals"]["statement_ids"]) == {ids[0], ids[1]}
    assert "only one of them can be true" in by_kind["rivals"]["why"]
    assert set(by_kind["contradicts"]["claim_ids"]) == {claims[3], claims[4]}
    assert set(by_kind["contradicts"]["statement_ids"]) == {ids[3], ids[4]}


async def test_what_no_longer_stands_contradicts_nothing(client: AsyncClient, paper: str) -> None:
    for one in (await audit(client, paper))["statements"][:1]:
        await post(client, f"/v1/statements/{one['statement_id']}/withdraw", {"withdrawn": "2023-08-14"}, 200)
    found = await audit(client, paper)
    assert [one["kind"] for one in found["contradictions"]] == ["contradicts"]
    assert [one["live"] for one in found["statements"]] == [False, True, True, True, True, True]
    before = await audit(client, paper, "?said_before=2023-08-12")
    assert {one["kind"] for one in before["contradictions"]} == {"supported_and_denied", "rivals", "contradicts"}
    assert (len(before["statements"]), before["said_before"]) == (6, "2023-08-12")
    assert len((await audit(client, paper, "?said_before=2023-08-09"))["statements"]) == 1


async def test_of_several_events_and_of_merged_records(client: AsyncClient, event: str, paper: str) -> None:
    elsewhere = f"/v1/events/{(await post(client, '/v1/events', {'title': 'Fire'}))['id']}"
    copy = await document(client, "https://news.example/amp")
    fire = await claim(client, elsewhere, "There was a fire")
    await statement(client, elsewhere, fire, document=copy, said="2023-08-01", wording="There was a fire")
    assert len((await audit(client, copy))["statements"]) == 1
    await post(client, f"/v1/documents/{copy}/merge", {"into": paper}, 200)
    assert (await client.get(f"/v1/documents/{copy}/audit")).status_code == 308
    found = await audit(client, paper)
    assert len(found["events"]) == 2
    first = found["statements"][0]
    assert (first["text"], first["appearance"]["document_id"]) == ("There was a fire", paper)
    assert f"/v1/events/{first['event_id']}" == elsewhere
    await post(client, f"{elsewhere}/merge", {"into": event.rpartition("/")[2]}, 200)
    found = await audit(client, paper)
    assert (len(found["events"]), len(found["statements"]), found["events_left_out"]) == (1, 7, 0)


async def test_of_the_past(client: AsyncClient, event: str, paper: str) -> None:
    before = await audit(client, paper)
    gone = before["statements"][0]["statement_id"]
    copy = await document(client, "https://news.example/amp")
    await delete(client, f"/v1/statements/{gone}?cascade=true")
    await post(client, f"/v1/documents/{copy}/merge", {"into": paper}, 200)
    await patch(client, f"/v1/documents/{paper}", {"title": "Another title"})
    await post(client, f"/v1/documents/{paper}/versions", {"text": "All of it was rewritten since."})
    after = await audit(client, paper)
    assert (len(after["statements"]), after["fidelity"].get("drifted")) == (5, 2)
    assert await audit(client, paper, f"?as_of={before['position']}") == before | {"as_of": before["position"]}
    assert await audit(client, paper, f"?as_of={after['position']}") == after | {"as_of": after["position"]}
    assert (await audit(client, copy, f"?as_of={before['position']}", 308)) is not None
    late = await document(client, "https://news.example/late")
    await audit(client, late, f"?as_of={before['position']}", 404)
    assert (await audit(client, late))["statements"] == []
    await audit(client, paper, "?as_of=1-00000000", 410)
    await audit(client, paper, "?as_of=never", 422)
    await audit(client, paper, "?nonsense=1", 422)


async def test_an_unchanged_audit_is_not_sent_again(client: AsyncClient, anybody: AsyncClient, paper: str) -> None:
    where = f"/v1/documents/{paper}/audit"
    tag = (await client.get(where)).headers["ETag"]
    again = await client.get(where, headers={"If-None-Match": f"W/{tag}"})
    assert (again.status_code, again.headers["ETag"], again.content) == (304, tag, b"")
    assert (await anybody.get(where)).headers["ETag"] != tag
    assert (await client.get(f"{where}?said_before=2024")).headers["ETag"] != tag
    await source(client, "Somebody")
    assert (await client.get(where, headers={"If-None-Match": tag})).status_code == 200


async def test_nothing_tells_what_is_hidden(client: AsyncClient, anybody: AsyncClient, event: str, paper: str) -> None:
    open_before = await audit(anybody, paper)
    assert len(open_before["statements"]) == 6
    secret = await post(client, "/v1/events", {"title": "Secret", "visibility": "restricted"})
    inside = f"/v1/events/{secret['id']}"
    hidden = await claim(client, inside, "Hidden")
    await statement(client, inside, hidden, document=paper, said="2023-08-01")
    own = await document(client, "https://secret.example")
    await statement(client, inside, hidden, document=own, said="2023-08-01")
    assert len((await audit(client, paper))["statements"]) == 7
    assert {**await audit(anybody, paper), "position": ""} == {**open_before, "position": ""}
    assert len((await audit(client, own))["statements"]) == 1
    await audit(anybody, own, "", 404)
    await audit(anybody, "ref:none", "", 404)
    named = {one["name"]: id_ for id_, one in open_before["sources"].items()}
    for name in ("The mayor of Kesra", "Paper"):
        await patch(client, f"/v1/sources/{named[name]}", {"confidential": True})
    found = await anybody.get(f"/v1/documents/{paper}/audit")
    for word in ("The mayor of Kesra", "Paper", named["The mayor of Kesra"], named["Paper"], "Hidden"):
        assert word not in found.text
    masked: dict[str, Any] = found.json()
    assert masked["document"]["publisher_id"] is None
    assert {source["name"] for source in masked["sources"].values()} == {"A witness", None}
    assert (await audit(client, paper))["document"]["publisher_id"] == named["Paper"]


async def test_of_a_document_that_nothing_cites(
    client: AsyncClient, other: AsyncClient, psql: psycopg.Connection
) -> None:
    made = await document(client, "https://lone.example", publisher={"name": "Insider", "kind": "channel"}, text="a")
    psql.execute("UPDATE api_key SET scopes = '{read}' WHERE name = 'other'")
    found = await audit(other, made)
    publisher = found["document"]["publisher_id"]
    assert publisher is not None
    assert (found["statements"], found["events"], found["fidelity"], len(found["versions"])) == ([], [], {}, 1)
    await patch(client, f"/v1/sources/{publisher}", {"confidential": True})
    assert (await audit(other, made))["document"]["publisher_id"] is None
    assert (await audit(client, made))["document"]["publisher_id"] == publisher
