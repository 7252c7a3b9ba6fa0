"""What is taken back, replaced, merged, linked, settled or deleted shows at once in every picture and in the diff."""

from typing import Any

import httpx
import pytest
from calls import Json, delete, get, patch, post
from describing import goes_on, inlined
from fastapi import FastAPI

CAUSE: Json = {"ref": "cause", "text": "What was it?", "kind": "cause"}
ARMY: Json = {"ref": "army", "name": "Army", "party": "russia"}
PLANT: Json = {"ref": "plant", "name": "Plant", "party": "company"}
OFFICIAL: Json = {"name": "an official", "kind": "official", "disclosure": "anonymous"}


def said(ref: str, source: Json | str, day: int, document: str) -> Json:
    paper = {"ref": document, "url": f"https://{document}.example/"}
    return {"ref": ref, "source": source, "said": f"2023-08-{day:02}", "document": paper}


DRONE: Json = {
    "ref": "drone",
    "text": "A drone",
    "accuses": "ukraine",
    "question": CAUSE,
    "statements": [
        said("army", ARMY, 9, "a"),
        said("again", ARMY, 10, "b"),
        said("one", OFFICIAL, 9, "a"),
        said("two", OFFICIAL, 9, "b"),
    ],
}
GAS: Json = {"ref": "gas", "text": "Gas", "question": CAUSE, "statements": [said("plant", PLANT, 10, "c")]}
EVENT: Json = {"ref": "blast", "title": "Blast", "slug": "blast", "claims": [DRONE, GAS]}
BOMB: Json = {"ref": "bomb", "text": "A bomb", "statements": [{"source": {"name": "Witness"}, "said": "2023-08-09"}]}
TWIN: Json = {"ref": "twin", "title": "The same blast", "slug": "twin", "claims": [BOMB]}
BLAST = "/v1/events/blast"
Pictures = dict[str, tuple[str, Json]]


class Watch:
    """All pictures of the blast, looked at before and after each act."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.start = ""
        self.link = ""

    async def look(self) -> Pictures:
        """Each picture, with its ETag, by name."""
        ways = {name: f"{BLAST}/{name}" for name in ("dossier", "timeline", "matrix")}
        ways["sources"] = f"{BLAST}/matrix?by=source"
        ways["recorded"] = f"{BLAST}/diff?since={self.start}"
        ways["said"] = f"{BLAST}/diff?clock=said&since=2023-08-08"
        found = {}
        for name, way in ways.items():
            answer = await self.client.get(way)
            assert answer.status_code == 200, answer.text
            found[name] = answer.headers["ETag"], answer.json()
        return found

    async def diff(self, before: Pictures) -> Json:
        """What was recorded since."""
        return await get(self.client, f"{BLAST}/diff?since={before['dossier'][1]['position']}")


@pytest.fixture
async def watch(client: httpx.AsyncClient) -> Watch:
    watching = Watch(client)
    await post(client, "/v1/reports", {"events": [EVENT, TWIN]})
    link = {"relation": "rewrites", "to": "ref:a", "how_known": "similarity", "score": 0.5}
    made = await post(client, "/v1/documents/ref:b/links", link)
    watching.link = f"/v1/document-links/{made['id']}"
    watching.start = (await get(client, f"{BLAST}/dossier"))["position"]
    return watching


def tags(found: Pictures) -> dict[str, str]:
    return {name: tag for name, (tag, _) in found.items()}


def body(found: Pictures, name: str) -> Any:
    return found[name][1]


def claim(found: Pictures, text: str) -> Json:
    picture = body(found, "dossier")
    every = [*picture["unasked"], *(one for question in picture["questions"] for one in question["claims"])]
    return next((one for one in every if one["text"] == text), {})


def cell(found: Pictures, column: str, name: str = "matrix") -> Json:
    """A cell of the question."""
    picture = body(found, name)
    place = next(n for n, one in enumerate(picture["columns"]) if one["label"] == column)
    return next((one for one in picture["rows"][0]["cells"] if one["column"] == place), {})


def ids(entries: list[Json]) -> list[str]:
    return [one.get("statement_id") or one.get("claim_id") or one["id"] for one in entries]


def plain(value: Any) -> Any:
    """Without what every change of a record moves."""
    if isinstance(value, dict):
        return {n: plain(v) for n, v in value.items() if n not in ("version", "updated_at", "position")}
    return [plain(one) for one in value] if isinstance(value, list) else value


async def all_moved(watch: Watch, before: Pictures) -> Pictures:
    after = await watch.look()
    assert [name for name, tag in tags(after).items() if tag == tags(before)[name]] == []
    return after


async def undone(watch: Watch, before: Pictures, after: Pictures) -> None:
    """All pictures are as they were, and say so."""
    again = await all_moved(watch, after)
    assert not set(tags(again).values()) & set(tags(before).values())
    for name in before:
        assert plain(body(again, name)) == plain(body(before, name)), name
    assert said_nothing(await watch.diff(before))


def said_nothing(diff: Json) -> bool:
    lists = [part for whole in diff.values() if isinstance(whole, dict) for part in whole.values()]
    return not any(part for part in [*diff.values(), *lists] if isinstance(part, list))


async def test_withdrawing_covers_the_earlier_words_of_the_family(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    assert claim(before, "A drone")["counts"]["support"] == {"statements": 4, "sources": 3, "origins": 3, "parties": 3}
    army, again = [await get(client, f"/v1/statements/ref:{ref}") for ref in ("army", "again")]
    taken_back = {"withdrawn": "2023-08-12", "reason": "He was misinformed"}
    await post(client, "/v1/statements/ref:again/withdraw", taken_back, 200)
    after = await all_moved(watch, before)
    assert claim(after, "A drone")["counts"]["support"]["statements"] == 2
    ended = {one["id"]: one["why_not_live"] for one in claim(after, "A drone")["statements"] if not one["live"]}
    assert ended == {
        army["id"]: {"reason": "withdrawn_elsewhere", "at": "2023-08-12", "statement_id": again["id"]},
        again["id"]: {"reason": "withdrawn", "at": "2023-08-12", "statement_id": None},
    }
    turns = [entry for entry in body(after, "timeline")["entries"] if entry["what"] == "withdrawn"]
    assert [(entry["statement_id"], entry["at"]) for entry in turns] == [(again["id"], "2023-08-12")]
    assert cell(before, "Russia")["stances"]["support"]["statements"] == 2
    assert "russia" not in str(body(after, "matrix")["columns"])
    found = await watch.diff(before)
    assert ids(found["statements"]["withdrawn"]) == [army["id"], again["id"]]
    assert found["statements"]["withdrawn"][1]["withdrawn_reason"] == "He was misinformed"
    assert [(one["stance"], one["from"], one["to"]) for one in found["origins"]] == [("support", 3, 2)]
    assert "“A drone” by Army was taken back" in found["summary"][0]["text"]
    told = await get(client, f"{BLAST}/diff?clock=said&since=2023-08-11&until=2023-08-12")
    assert ids(told["statements"]["withdrawn"]) == [army["id"], again["id"]]
    assert (told["statements"]["new"], told["figures"]) == ([], [])
    assert said_nothing(await get(client, f"{BLAST}/diff?clock=said&since=2023-08-10&until=2023-08-11"))
    await patch(client, "/v1/statements/ref:again", {"withdrawn": None, "withdrawn_reason": None})
    await undone(watch, before, after)
    restored = await get(client, f"{BLAST}/diff?since={body(after, 'dossier')['position']}")
    assert ids(restored["statements"]["restored"]) == [army["id"], again["id"]]


async def test_superseding_takes_the_place_of_one_statement(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    plant = await get(client, "/v1/statements/ref:plant")
    later = {
        "claim": "ref:drone",
        "source": "ref:plant",
        "said": "2023-08-11",
        "supersedes": "ref:plant",
        "ref": "later",
    }
    new = await post(client, f"{BLAST}/statements", later)
    after = await all_moved(watch, before)
    assert (claim(before, "Gas")["standing"], claim(after, "Gas")["standing"]) == ("contested", "withdrawn")
    why = {"reason": "superseded", "at": "2023-08-11", "statement_id": new["id"]}
    assert [one["why_not_live"] for one in claim(after, "Gas")["statements"]] == [why]
    assert "superseded" in {entry["what"] for entry in body(after, "timeline")["entries"]}
    stances = (cell(found, "company")["stances"]["support"]["claim_ids"] for found in (before, after))
    assert [*stances] == [[plant["claim_id"]], [new["claim_id"]]]
    for found in (
        await watch.diff(before),
        await get(client, f"{BLAST}/diff?clock=said&since=2023-08-10&until=2023-08-11"),
    ):
        assert ids(found["statements"]["new"]) == [new["id"]]
        assert [one["why_not_live"] for one in found["statements"]["withdrawn"]] == [why]
        moved = {one["text"]: (one["from"], one["to"]) for one in found["standings"]}
        assert moved == {"A drone": ("contested", "corroborated"), "Gas": ("contested", "withdrawn")}
        assert [(one["from"], one["to"]) for one in found["statuses"]] == [("contested", "agreed")]
    await patch(client, "/v1/statements/ref:later", {"supersedes": None})
    apart = await all_moved(watch, after)
    assert claim(apart, "Gas")["standing"] == "contested"
    assert ids((await watch.diff(after))["statements"]["restored"]) == [plant["id"]]


async def test_merging_two_sources(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    names = {name: (await get(client, f"/v1/sources/ref:{name}"))["id"] for name in ("army", "plant")}
    await post(client, "/v1/sources/ref:plant/merge", {"into": "ref:army"}, 200)
    after = await all_moved(watch, before)
    assert [one["kind"] for one in body(after, "dossier")["self_contradictions"]] == ["rival_claims"]
    assert [one["label"] for one in body(after, "matrix")["columns"]] == ["Russia", "Ukraine", "no party"]
    assert {one["source_id"] for one in body(after, "timeline")["entries"]} >= {names["army"]}
    assert names["plant"] not in str(plain(body(after, "timeline")))
    found = await watch.diff(before)
    assert [(one["id"], one["into_id"]) for one in found["source_changes"]["merged"]] == [
        (names["plant"], names["army"])
    ]
    assert [one["kind"] for one in found["self_contradictions"]["new"]] == ["rival_claims"]
    assert not any(found["statements"].values())
    await patch(client, "/v1/sources/ref:plant", {"merged_into": None})
    await undone(watch, before, after)


async def test_merging_two_documents(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    papers = [(await get(client, f"/v1/documents/ref:{ref}"))["id"] for ref in ("b", "a")]
    await post(client, "/v1/documents/ref:b/merge", {"into": "ref:a"}, 200)
    after = await all_moved(watch, before)
    assert [claim(found, "A drone")["counts"]["support"]["origins"] for found in (before, after)] == [3, 2]
    found = await watch.diff(before)
    assert [[one["id"], one["into_id"]] for one in found["document_changes"]["merged"]] == [papers]
    assert [(one["from"], one["to"], [join["how"] for join in one["joined_by"]]) for one in found["origins"]] == [
        (3, 2, ["document"])
    ]
    assert not any(found["statements"].values())
    await patch(client, "/v1/documents/ref:b", {"merged_into": None})
    await undone(watch, before, after)


async def test_merging_two_claims_and_two_events(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    gas, drone = [(await get(client, f"/v1/claims/ref:{ref}"))["id"] for ref in ("gas", "drone")]
    await post(client, "/v1/claims/ref:gas/merge", {"into": "ref:drone"}, 200)
    after = await all_moved(watch, before)
    assert (claim(after, "Gas"), claim(after, "A drone")["standing"]) == ({}, "corroborated")
    assert {entry["text"] for entry in body(after, "timeline")["entries"]} == {"A drone"}
    assert cell(after, "company")["stances"]["support"]["claim_ids"] == [drone]
    found = await watch.diff(before)
    assert [(one["claim_id"], one["merged_into"]) for one in found["claims"]["removed"]] == [(gas, drone)]
    assert not any(found["statements"].values())
    assert "“Gas” was merged into “A drone”" in found["summary"][0]["text"]
    await patch(client, "/v1/claims/ref:gas", {"merged_into": None})
    await undone(watch, before, after)

    before = await watch.look()
    twin = (await get(client, "/v1/events/twin"))["id"]
    await post(client, "/v1/events/twin/merge", {"into": "blast"}, 200)
    after = await all_moved(watch, before)
    assert claim(after, "A bomb")["standing"] == "single_origin"
    assert "A bomb" in {entry["text"] for entry in body(after, "timeline")["entries"]}
    assert [row["question_id"] is None for row in body(after, "matrix")["rows"]] == [False, True]
    found = await watch.diff(before)
    assert (found["event"]["merged"], [one["text"] for one in found["claims"]["new"]]) == ([twin], ["A bomb"])
    assert "A bomb" in str((await watch.look())["said"][1]["claims"]["new"])
    await patch(client, "/v1/events/ref:twin", {"merged_into": None})
    await undone(watch, before, after)


async def test_confirming_and_rejecting_a_link_of_documents(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    after: dict[str, Pictures] = {}
    for state, origins in (("confirmed", 2), ("rejected", 3)):
        await patch(client, watch.link, {"state": state})
        after[state] = await watch.look()
        assert claim(after[state], "A drone")["counts"]["support"]["origins"] == origins
        found = await watch.diff(before)
        assert [(one["state_from"], one["state_to"]) for one in found["document_links"]] == [("proposed", state)]
        moved = [(one["from"], one["to"], [join["how"] for join in one["joined_by"]]) for one in found["origins"]]
        assert moved == ([(3, 2, ["link"])] if state == "confirmed" else [])
    every = [tags(found) for found in (before, *after.values())]
    assert all(len({tag[name] for tag in every}) == 3 for name in every[0])
    for name in ("timeline", "matrix", "said"):
        assert plain(body(after["rejected"], name)) == plain(body(before, name))
    await patch(client, watch.link, {"state": "proposed"})
    await undone(watch, before, after["rejected"])


async def test_settling_a_question(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    court = {"name": "Court", "kind": "court", "disclosure": "named"}
    word = {
        "ref": "word",
        "claim": "ref:gas",
        "author": court,
        "scheme": "veracity",
        "rating": "true",
        "made": "2023-09",
    }
    rated = await post(client, f"{BLAST}/assessments", {**word, "settles": True})
    after = await all_moved(watch, before)
    question = body(after, "dossier")["questions"][0]
    assert (question["status"], question["settled_by"], question["why"]) == (
        "resolved",
        [rated["id"]],
        "settled by Court",
    )
    assert "assessed" in {entry["what"] for entry in body(after, "timeline")["entries"]}
    assert [body(found, "matrix")["rows"][0]["status"] for found in (before, after)] == ["contested", "resolved"]
    for found in (await watch.diff(before), await get(client, f"{BLAST}/diff?clock=said&since=2023-08&until=2023-09")):
        assert [one["assessment_id"] for one in found["assessments"]["new"]] == [rated["id"]]
        assert [(one["from"], one["to"]) for one in found["statuses"]] == [("contested", "resolved")]
        assert "Court rated “Gas” true, which settles the question" in found["summary"][0]["text"]
    await patch(client, "/v1/assessments/ref:word", {"settles": False})
    undecided = await all_moved(watch, after)
    assert body(undecided, "dossier")["questions"][0]["status"] == "contested"
    changed = (await watch.diff(after))["assessments"]["changed"]
    assert [one["changes"] for one in changed] == [[{"field": "settles", "from": True, "to": False}]]


async def test_deleting(watch: Watch) -> None:
    client, before = watch.client, await watch.look()
    statement = (await get(client, "/v1/statements/ref:plant"))["id"]
    await delete(client, "/v1/statements/ref:plant?cascade=true")
    after = await all_moved(watch, before)
    assert (claim(after, "Gas")["statements"], claim(after, "Gas")["standing"]) == ([], "unsupported")
    assert statement not in str(body(after, "timeline"))
    assert "company" not in str(body(after, "matrix")["columns"])
    found = await watch.diff(before)
    assert ids(found["statements"]["removed"]) == [statement]
    assert {one["text"]: one["to"] for one in found["standings"]} == {"A drone": "corroborated", "Gas": "unsupported"}
    await delete(client, "/v1/claims/ref:gas")
    assert [one["text"] for one in (await watch.diff(after))["claims"]["removed"]] == ["Gas"]
    await delete(client, "/v1/questions/ref:cause?cascade=true")
    found = await watch.diff(after)
    assert [one["text"] for one in found["questions"]["removed"]] == ["What was it?"]
    assert (await watch.look())["dossier"][1]["questions"] == []


# --- the two clocks --------------------------------------------------------------------------------------------------


def routes(app: FastAPI, *parameters: str) -> dict[str, set[str]]:
    """Every picture of an event that takes these, with all that it takes; not what is drawn of it in other formats."""
    found = {}
    for path, operations in inlined(app.openapi()).items():
        if goes_on(operations.get("get", {"responses": {}})):
            continue
        names = {one["name"] for one in operations.get("get", {}).get("parameters", []) if one["in"] == "query"}
        if path.startswith("/v1/events/{event}/") and set(parameters) <= names and "/export." not in path:
            found[path.rpartition("/")[2]] = names
    return found


async def test_as_of_now_every_picture_is_that_of_now(watch: Watch, app: FastAPI) -> None:
    """Whatever pictures there are: found in the description of the interface."""
    client = watch.client
    await post(client, "/v1/statements/ref:again/withdraw", {"withdrawn": "2023-08-12"}, 200)
    head = (await get(client, f"{BLAST}/dossier"))["position"]
    pictures = routes(app, "as_of")
    assert {"dossier", "timeline", "matrix"} <= pictures.keys()
    for name, parameters in pictures.items():
        assert {"as_of", "said_before", "independence"} <= parameters, name
        now = await get(client, f"{BLAST}/{name}")
        then = await get(client, f"{BLAST}/{name}?as_of={head}")
        assert (then["as_of"], then["position"]) == (head, head), name
        assert then | {"as_of": None} == now, name
        for until in ("2100", "9998-12-31"):
            whole = await get(client, f"{BLAST}/{name}?as_of={head}&said_before={until}")
            assert whole["said_before"] == until, name
            assert whole | {"said_before": None} == then, name
        before = await get(client, f"{BLAST}/{name}?said_before=2023-08-08")
        assert before != now, name
        past = await get(client, f"{BLAST}/{name}?as_of={watch.start}")
        assert plain(past) != plain(then), name
        assert past == await get(client, f"{BLAST}/{name}?as_of={past['position']}"), name
    assert routes(app, "since", "clock").keys() == {"diff"}
    whole = await get(client, f"{BLAST}/diff?since={watch.start}")
    then = await get(client, f"{BLAST}/diff?since={watch.start}&until={head}")
    assert then | {"until": whole["until"]} == whole
    ever = await get(client, f"{BLAST}/diff?clock=said&since=2023-08-09")
    assert (await get(client, f"{BLAST}/diff?clock=said&since=2023-08-09&until=2100")) | {
        "until": ever["until"]
    } == ever
