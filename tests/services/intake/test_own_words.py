"""What a press release or somebody's own post says in its own voice is its publisher's word."""

from typing import Any

import httpx
import pytest
from reporting import Answer, sent

QUESTION = {"text": "What was it?", "kind": "cause"}
ARMY = {"name": "Army Command", "kind": "military", "party": "russia"}
ACCUSED = {
    "question": QUESTION,
    "text": "A drone",
    "accuses": "russia",
    "statements": [{"source": {"name": "Kyiv Post", "kind": "outlet", "party": "ukraine"}}],
}
NO_COMMENT = {"question": QUESTION, "source": ARMY, "stance": "no_comment"}


def told(number: int, document: dict[str, Any], claims: list[Any], statements: list[Any] | None = None) -> Answer:
    document = {"url": f"https://paper.example/{number}", "published": f"2022-06-{number}"} | document
    event = {"ref": "ow", "slug": "ow", "title": "Ow", "claims": claims, "statements": statements or []}
    return {"ref": f"paper:{number}", "document": document, "events": [event]}


def denial(**more: Any) -> Answer:
    return {"question": QUESTION, "text": "A drone", "statements": [{"stance": "deny", "wording": "Not us"} | more]}


async def dossier(client: httpx.AsyncClient) -> Answer:
    found: Answer = (await client.get("/v1/events/ow/dossier")).json()
    return found


OWN_WORDS = (
    {"kind": "press_release", "publisher": ARMY},
    {"kind": "press_release", "publisher": {"name": "Army Command"}},
    {"kind": "post", "publisher": ARMY},
    {"kind": "post", "publisher": {"name": "Ann Lee", "kind": "official", "party": "russia"}},
    {"kind": "post", "publisher": {"name": "annlee", "kind": "account", "party": "russia"}},
)


@pytest.mark.parametrize("document", OWN_WORDS)
async def test_the_publisher_has_answered(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    await sent(client, "/v1/reports", told(27, {}, [ACCUSED], [NO_COMMENT]))
    assert [silence["party"] for silence in (await dossier(client))["silences"]] == ["russia"]
    answer = (await client.post("/v1/reports", json=told(28, document, [denial()]))).json()
    [remark] = [one for one in answer["remarks"] if one["pointer"] == "/events/0/claims/0/statements/0/source"]
    assert remark["what"] == "changed"
    assert "own word" in remark["detail"]
    found = await dossier(client)
    assert found["silences"] == found["unattributed"] == []
    [claim] = found["questions"][0]["claims"]
    assert claim["standing"] == "contested"
    [denied] = claim["origins"]["deny"]
    assert found["sources"][denied["source_id"]]["name"] == document["publisher"]["name"]
    # Word for word again, and told as the publisher's: it is that statement.
    again = await sent(client, "/v1/reports", told(28, document, [denial()]), 200)
    by_name = told(28, document, [denial(source={"name": document["publisher"]["name"]})]) | {"ref": "another"}
    same = await sent(client, "/v1/reports", by_name)
    statements = [one["events"][0]["claims"][0]["statements"][0]["id"] for one in (answer, again, same)]
    assert len(set(statements)) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "article", "publisher": ARMY},
        {"publisher": ARMY},
        {"kind": "press_release"},
        {"kind": "press_release", "publisher": {"name": "Wire", "kind": "agency"}},
        {"kind": "post", "publisher": {"name": "Baza", "kind": "channel"}},
        {"kind": "post", "publisher": {"name": "Baza"}},
    ],
)
async def test_others_speak_in_nobody_s_name(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    await sent(client, "/v1/reports", told(27, {}, [ACCUSED], [NO_COMMENT]))
    await sent(client, "/v1/reports", told(28, document, [denial()]))
    found = await dossier(client)
    assert len(found["unattributed"]) == 1
    assert [silence["party"] for silence in found["silences"]] == ["russia"]


async def test_what_is_stored_of_the_document_tells_it_too(client: httpx.AsyncClient) -> None:
    release = {"url": "https://army.example/1", "kind": "press_release", "published": "2022-06-28", "publisher": ARMY}
    await sent(client, "/v1/documents", release)
    await sent(client, "/v1/reports", told(27, {}, [ACCUSED]))
    statement = {"stance": "deny", "document": {"url": "https://army.example/1"}}
    made = await sent(
        client, "/v1/events/ow/claims", {"text": "A drone", "question": QUESTION, "statements": [statement]}
    )
    stored = (await client.get(f"/v1/statements/{made['statements'][0]['id']}")).json()
    assert (await client.get(f"/v1/sources/{stored['source_id']}")).json()["name"] == "Army Command"


async def test_who_is_named_speaks_himself(client: httpx.AsyncClient) -> None:
    body = told(28, OWN_WORDS[0], [denial(source="Ann Lee")])
    answer = (await client.post("/v1/reports", json=body)).json()
    assert not [one for one in answer["remarks"] if "own word" in one["detail"]]
    assert answer["events"][0]["claims"][0]["statements"][0]["source"]["outcome"] == "created"


async def test_another_publisher_is_another_speaker(client: httpx.AsyncClient) -> None:
    await sent(client, "/v1/reports", told(28, OWN_WORDS[0], [denial()]))
    ministry = {"name": "Ministry of Kesra", "kind": "authority", "party": "kesra"}
    await sent(client, "/v1/reports", told(28, OWN_WORDS[0] | {"publisher": ministry}, [denial()]))
    [claim] = (await dossier(client))["questions"][0]["claims"]
    assert [origin["party"] for origin in claim["origins"]["deny"]] == ["kesra"]


@pytest.mark.parametrize(("source", "suggested"), [({}, True), ({"source": "Ann Lee"}, False)])
async def test_who_passed_it_on_is_not_who_says_it(
    client: httpx.AsyncClient, source: dict[str, str], *, suggested: bool
) -> None:
    answer = await client.post("/v1/reports", json=told(28, {}, [denial(hops=["Reuters"], **source)]))
    remarks = [one for one in answer.json()["remarks"] if one["what"] == "suggested"]
    assert [one["pointer"] for one in remarks] == ["/events/0/claims/0/statements/0/source"] * suggested
    assert len((await dossier(client))["unattributed"]) == suggested
    again = await client.post("/v1/reports", json=told(28, {}, [denial(hops=["Reuters"], **source)]))
    assert not [one for one in again.json()["remarks"] if one["what"] == "suggested"]


async def test_a_publisher_who_speaks_needs_no_source_beside_hops(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/reports", json=told(28, OWN_WORDS[0], [denial(hops=["Reuters"])]))
    assert not [one for one in answer.json()["remarks"] if one["what"] == "suggested"]


@pytest.mark.parametrize("kind", ["report", "court_record"])
@pytest.mark.parametrize(
    ("publisher", "asked"),
    [(ARMY, True), ({"name": "Earshot"}, True), ({"name": "Wire", "kind": "agency"}, False), (None, False)],
)
async def test_whose_word_a_report_is_is_asked(
    client: httpx.AsyncClient, kind: str, publisher: Answer | None, *, asked: bool
) -> None:
    """It may as well tell what others say: taken for its publisher's, that would be one source more."""
    await sent(client, "/v1/reports", told(27, {}, [ACCUSED]))
    body = told(28, {"kind": kind} | ({"publisher": publisher} if publisher else {}), [denial()])
    for expected in (
        ["/events/0/claims/0/statements/0/source"] if asked else [],
        [],
    ):  # the second time it is only matched
        remarks = (await client.post("/v1/reports", json=body)).json()["remarks"]
        assert [one["pointer"] for one in remarks if one["what"] == "suggested"] == expected
    assert len((await dossier(client))["unattributed"]) == 1


@pytest.mark.parametrize(
    ("hop", "asked"),
    [
        ({"name": "Red Crescent", "kind": "ngo"}, True),
        ({"name": "Wire", "kind": "agency"}, False),
        ({"name": "Red Crescent", "kind": "ngo", "confidential": True, "ref": "rc"}, False),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_who_passed_it_on_and_says_it_too_is_asked_about(
    client: httpx.AsyncClient, hop: dict[str, Any], *, asked: bool, together: bool
) -> None:
    """A body that repeats another's count is often told the wrong way round: then the two corroborate each other."""
    repeated = denial(source={"name": "OCHA", "kind": "authority"}, hops=[{"source": hop}])
    own = denial(source=hop)
    bodies = [told(28, {}, [own, repeated])] if together else [told(27, {}, [own]), told(28, {}, [repeated])]
    for body in bodies:
        answer = (await client.post("/v1/reports", json=body)).raise_for_status().json()
    circles = [one for one in answer["remarks"] if one["what"] == "suggested" and "other way round" in one["detail"]]
    assert [one["pointer"].rpartition("/")[2] for one in circles] == ["hops"] * asked
    if asked:
        stored = (await client.get(circles[0]["url"])).json()
        assert (await client.get(f"/v1/sources/{stored['source_id']}")).json()["name"] == "Red Crescent"
    again = (await client.post("/v1/reports", json=bodies[-1])).raise_for_status().json()
    assert not [one for one in again["remarks"] if "other way round" in one["detail"]]
