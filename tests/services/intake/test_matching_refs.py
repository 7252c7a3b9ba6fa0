"""First by ref: what it finds, what it refuses, and what is completed then."""

import httpx
import psycopg
from reporting import Answer, claim, new, outcomes, refused, report, rows, said, sent


def of_claim(claim_id: str, outcome: str) -> Answer:
    """What is answered of a claim."""
    return {"id": claim_id, "outcome": outcome, "url": f"/v1/claims/{claim_id}"}


async def test_a_ref_finds_its_record_whatever_else_the_body_says(client: httpx.AsyncClient, event: str) -> None:
    bodies: dict[str, tuple[Answer, Answer]] = {
        "/v1/sources": ({"name": "A", "kind": "ngo"}, {"name": "B", "kind": "court"}),
        "/v1/documents": ({"url": "https://a.example/1"}, {"url": "https://a.example/2"}),
        "/v1/events": ({"title": "A", "slug": "a"}, {"title": "B", "slug": "b"}),
        f"{event}/questions": ({"text": "Who?"}, {"measure": "killed"}),
    }
    for path, (first, second) in bodies.items():
        made = await sent(client, path, first | {"ref": "r1"}, 201)
        found = await sent(client, path, second | {"ref": "r1"}, 200)
        changed = {name for name in made if made[name] != found[name]} - {"version", "updated_at"}
        assert not changed, path
    for first, second in (
        ({"text": "A"}, {"text": "B"}),
        ({"text": "A"}, {"question": {"measure": "killed"}, "figure": {"min": 1}}),
    ):
        one = await sent(client, f"{event}/claims", first | {"ref": "c1"})
        other = await sent(client, f"{event}/claims", second | {"ref": "c1"})
        assert one["claim"]["id"] == other["claim"]["id"]
    figures = ({"qualifier": "at_least", "min": 3}, {"qualifier": "at_most", "max": 5})
    answers = [
        await sent(client, f"{event}/claims", {"ref": "f1", "question": {"measure": "killed"}, "figure": one})
        for one in figures
    ]
    stored = (await client.get("/v1/claims/ref:f1")).json()
    assert answers[0]["claim"]["id"] == stored["id"]
    assert stored["figure"] == {"qualifier": "at_least", "min": 3, "max": None, "of_id": None}


async def test_an_unknown_ref_falls_to_the_key_and_is_then_known(client: httpx.AsyncClient, event: str) -> None:
    bodies = {
        "/v1/sources": {"name": "A"},
        "/v1/documents": {"url": "https://a.example/1"},
        "/v1/events": {"title": "A", "slug": "a"},
        f"{event}/questions": {"text": "Who?"},
    }
    for path, body in bodies.items():
        made = await sent(client, path, body, 201)
        found = await sent(client, path, body | {"ref": "r1"}, 200)
        assert (found["id"], found["ref"]) == (made["id"], "r1"), path
    made = await sent(client, f"{event}/claims", claim("It was a drone", said("A")))
    body = claim("It was a drone", said("A", ref="s1"), ref="c1")
    found = await sent(client, f"{event}/claims", body)
    assert found["claim"] == of_claim(made["claim"]["id"], "completed")
    assert found["statements"][0]["outcome"] == "completed"
    assert outcomes(await sent(client, f"{event}/claims", body)) == {"matched"}


async def test_a_hit_that_bears_another_ref_is_a_conflict_naming_it(client: httpx.AsyncClient, event: str) -> None:
    bodies = {
        "/v1/documents": {"url": "https://a.example/1"},
        "/v1/events": {"title": "A", "slug": "a"},
        f"{event}/questions": {"text": "Who?"},
    }
    for path, body in bodies.items():
        made = await sent(client, path, body | {"ref": "r1"})
        answer = await sent(client, path, body | {"ref": "r2"}, 409)
        assert answer["errors"][0]["pointer"] == "/ref"
        assert (await client.get(answer["url"])).json()["id"] == made["id"]
    await sent(client, f"{event}/claims", claim("It was a drone", said("A", ref="s1"), ref="c1"))
    assert await refused(client, f"{event}/claims", claim("It was a drone", ref="c2"), 409) == "/ref"
    assert (
        await refused(client, f"{event}/claims", claim("It was a drone", said("A", ref="s2")), 409)
        == "/statements/0/ref"
    )
    # The ref finds one document, its URL is another's.
    await sent(client, "/v1/documents", {"ref": "d1", "text": "words"})
    answer = await sent(client, "/v1/documents", {"ref": "d1", "url": "https://a.example/1"}, 409)
    assert answer["errors"][0]["pointer"] == "/url"
    assert (await client.get(answer["url"])).json()["url"] == "https://a.example/1"


async def test_a_source_of_the_same_name_under_another_ref_is_another_and_perhaps_the_same(
    client: httpx.AsyncClient, event: str
) -> None:
    """A wrong join in somebody's table costs no report, and makes no second witness."""
    told = {"source": {"name": "Ann Lee", "ref": "a1", "country": "FR"}}
    one = await sent(client, "/v1/reports", report(claim("It was a drone", told), ref="r1"), 201)
    told = {"source": {"name": "Ann  LEE", "ref": "a2"}}
    body = report(claim("It was a drone", told, said("Bob Roy", stance="deny")), ref="r2")
    answer = (await client.post("/v1/reports", json=body)).raise_for_status().json()
    first, second = (part["events"][0]["claims"][0]["statements"][0]["source"]["id"] for part in (one, answer))
    assert first != second
    [remark] = [remark for remark in answer["remarks"] if remark["what"] == "proposed"]
    assert (remark["pointer"], remark["stored"]["id"] if isinstance(remark["stored"], dict) else remark["stored"]) == (
        "/events/0/claims/0/statements/0/source/name", first,
    )  # fmt: skip
    dossier = (await client.get("/v1/events/ref:blast/dossier")).json()
    assert [len(shown["origins"]["support"]) for shown in dossier["unasked"]] == [1]
    again = await client.post("/v1/reports", json=body)
    assert (again.status_code, outcomes(again.json()["events"])) == (200, {"matched"})
    # Each is found by its own ref, and by a name without one neither is guessed.
    assert (await sent(client, "/v1/sources", {"name": "Ann Lee", "ref": "a2"}, 200))["id"] == second
    assert (await sent(client, "/v1/sources", {"name": "Ann Lee"}, 201))["placed"]


async def test_what_is_found_is_completed_and_not_overwritten(
    client: httpx.AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    least = claim("It was a drone", said("A", document={"url": "https://a.example/1"}))
    statement = {
        "source": {
            "name": "A",
            "kind": "official",
            "party": "east",
            "language": "ru",
            "aliases": [{"name": "B"}],
            "external_ids": {"x": "1"},
        },
        "document": {"url": "https://a.example/1", "title": "T", "language": "en", "text": "It was a drone"},
        "certainty": "certain",
        "said": None,
        "cue": "he said",
    }
    statement["source"].pop("kind")  # type: ignore[attr-defined]
    first = await sent(client, f"{event}/claims", least)
    before = rows(psql)
    more = await sent(
        client,
        f"{event}/claims",
        least | {"accuses": "west", "translations": {"ru": "дрон"}, "statements": [statement]},
    )
    assert new(before, rows(psql)) == {"document_version": 1}
    part = more["statements"][0]
    assert {part[name]["outcome"] for name in ("source", "document", "appearance")} | {part["outcome"]} == {"completed"}
    assert more["claim"] == of_claim(first["claim"]["id"], "completed")
    other = {
        "source": {
            "name": "A",
            "language": "en",
            "aliases": [{"name": "C"}],
            "external_ids": {"y": "2"},
            "role": "mayor",
        },
        "document": {"url": "https://a.example/1", "title": "Other", "language": "ru", "text": "It was a drone"},
        "certainty": "uncertain",
        "cue": "he claimed",
    }
    third = await sent(
        client, f"{event}/claims", least | {"accuses": "east", "translations": {"de": "x"}, "statements": [other]}
    )
    assert third["statements"][0]["source"]["outcome"] == "completed"
    assert outcomes(third) == {"matched", "completed"}
    source = (await client.get(f"/v1/sources/{part['source']['id']}")).json()
    assert (source["language"], source["role"], source["external_ids"]) == ("ru", "mayor", {"x": "1"})
    assert [alias["name"] for alias in source["aliases"]] == ["B", "C"]  # which add up
    document = (await client.get(f"/v1/documents/{part['document']['id']}")).json()
    assert (document["title"], document["language"]) == ("T", "en")
    stored = (await client.get(f"/v1/claims/{first['claim']['id']}")).json()
    assert (stored["accuses"], stored["translations"]) == ("west", {"ru": "дрон"})
    assert (await client.get(f"/v1/statements/{part['id']}")).json()["certainty"] == "certain"
    found = (await client.get(f"/v1/appearances/{part['appearance']['id']}")).json()
    assert (found["cue"], found["version_id"]) == ("he said", part["document"]["version_id"])


async def test_the_ref_of_a_deleted_record_is_gone(client: httpx.AsyncClient, event: str) -> None:
    await sent(client, "/v1/sources", {"ref": "s1", "name": "A"})
    await sent(client, f"{event}/claims", {"ref": "c1", "text": "T"})
    for path in ("/v1/sources/ref:s1", "/v1/claims/ref:c1"):
        assert (await client.delete(path, headers={"If-Match": "*"})).status_code == 204
    assert await refused(client, "/v1/sources", {"ref": "s1", "name": "A"}, 410) == "/ref"
    assert await refused(client, f"{event}/claims", {"ref": "c1", "text": "Other"}, 410) == "/ref"
    body = claim("U", {"source": "ref:s1"})
    assert await refused(client, f"{event}/claims", body, 410) == "/statements/0/source"
    assert await refused(client, f"{event}/claims", claim("U", {"source": "ref:s2"})) == "/statements/0/source"
    await sent(client, "/v1/sources", {"name": "A"}, 201)  # without the ref it is another


async def test_the_ref_of_a_merged_record_is_its_target(
    client: httpx.AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    for path, bodies in {
        "/v1/sources": ({"name": "A"}, {"name": "B"}),
        "/v1/documents": ({"url": "https://a.example/1"}, {"text": "words"}),
        "/v1/events": ({"title": "A", "slug": "a"}, {"title": "B"}),
    }.items():
        await sent(client, path, bodies[0] | {"ref": "old"})
        target = await sent(client, path, bodies[1])
        await sent(client, f"{path}/ref:old/merge", {"into": target["id"]})
        before = rows(psql)
        for body in (bodies[0] | {"ref": "old"}, bodies[0]):
            found = await sent(client, path, body, 200)
            assert (found["id"], found["ref"]) == (target["id"], None)
        assert rows(psql) == before
    await sent(client, f"{event}/claims", {"text": "A", "ref": "c1"})
    target = (await sent(client, f"{event}/claims", {"text": "B"}))["claim"]
    await sent(client, "/v1/claims/ref:c1/merge", {"into": target["id"]})
    for body in ({"text": "A", "ref": "c1"}, {"text": "A"}):
        assert (await sent(client, f"{event}/claims", body))["claim"] == of_claim(target["id"], "matched")
    made = await sent(client, f"{event}/statements", {"claim": "ref:c1", "source": "ref:old"})
    assert made["claim_id"] == target["id"]


async def test_a_ref_of_another_event_is_refused(client: httpx.AsyncClient, event: str) -> None:
    await sent(client, f"{event}/claims", {"text": "A", "ref": "c1", "statements": [said("X", ref="s1")]})
    await sent(client, f"{event}/questions", {"text": "Q", "ref": "q1"})
    other = f"/v1/events/{(await sent(client, '/v1/events', {'title': 'Other'}))['id']}"
    mine = (await sent(client, f"{other}/claims", {"text": "A"}))["claim"]["id"]
    assert await refused(client, f"{other}/claims", {"text": "A", "ref": "c1"}, 409) == "/ref"
    assert await refused(client, f"{other}/claims", {"text": "A", "question": "ref:q1"}) == "/question"
    assert await refused(client, f"{other}/statements", {"claim": "ref:c1"}) == "/claim"
    assert await refused(client, f"{other}/statements", {"claim": mine, "supersedes": "ref:s1"}) == "/supersedes"
    link = {"from": mine, "relation": "supports", "to": "ref:c1"}
    assert await refused(client, f"{other}/claim-links", link) == "/to"
    body = {"claim": "ref:c1", "author": {"name": "A"}, "scheme": "veracity", "rating": "true"}
    assert await refused(client, f"{other}/assessments", body) == "/claim"
    figure = {"question": {"measure": "killed"}, "figure": {"min": 1, "of": "ref:c1"}}
    assert await refused(client, f"{other}/claims", figure) == "/figure/of"
    two = report(claim("A", label="#a"), event="one")
    two["events"].append({"ref": "two", "title": "Two", "statements": [{"claim": "#a"}]})
    assert await refused(client, "/v1/reports", two) == "/events/1/statements/0/claim"
    two["events"][1] = {"ref": "two", "title": "Two", "claims": [claim("B", ref="c9")]}
    two["events"][0]["claims"][0]["ref"] = "c9"
    assert await refused(client, "/v1/reports", two) == "/events/1/claims/0/ref"


async def test_no_name_is_not_a_ref(client: httpx.AsyncClient, event: str) -> None:
    """A record without a ref is not found as `ref:None`."""
    one, other = [(await sent(client, f"{event}/claims", {"text": words}))["claim"]["id"] for words in ("A", "B")]
    assert one != other
    link = {"from": one, "relation": "supports", "to": "ref:None"}
    assert await refused(client, f"{event}/claim-links", link) == "/to"
