"""Quotations are looked up when they are stored, when they change, and in every version that comes later."""

from typing import Any

import psycopg
import pytest
from calls import Json, claim, delete, get, patch, post, source, statement
from fastapi import FastAPI
from httpx import AsyncClient
from reporting import report, rows, said, sent

from app.services.intake import quotes as looking
from app.services.search import locating
from app.texts.quoting.effort import Spots

URL = "https://news.example/1"
WORDS = "it was a drone that struck the plant"
TEXT = f"A witness told us: “{WORDS.capitalize()}.” Nobody else saw it."
OTHER = "A witness told us that something had struck the plant."
EARLY, NOON, LATE = (f"2023-08-09T{hour}:00:00Z" for hour in ("08", "12", "20"))


@pytest.fixture
async def place(client: AsyncClient, event: str) -> str:
    """The path of a statement's appearances."""
    one = await statement(client, event, await claim(client, event), await source(client, "A witness"))
    return f"/v1/statements/{one}/appearances"


async def quoted(client: AsyncClient, place: str, **more: Any) -> Json:
    given = {"wording": WORDS, "quoted": True, "language": "en", "document": {"url": URL, "language": "en"}}
    return await post(client, place, given | more)


async def read(client: AsyncClient, made: Json, text: str, at: str, status: int = 201, **more: Any) -> Json:
    """Store another version of the appearance's document; gives the appearance as it is then."""
    body = {"text": text, "retrieved_at": at, **more}
    version = await post(client, f"/v1/documents/{made['document_id']}/versions", body, status)
    now = await get(client, f"/v1/appearances/{made['id']}")
    return now | {"version": version["id"]}


def selected(found: Json, text: str = TEXT) -> str:
    """The words at the place that an appearance tells."""
    place = found["selector"]
    assert text[place["start"] : place["end"]] == place["exact"]
    assert text[: place["start"]].endswith(place["prefix"])
    assert text[place["end"] :].startswith(place["suffix"])
    exact: str = place["exact"]
    return exact


# --- storing ---------------------------------------------------------------------------------------------------------


async def test_a_new_quotation_is_stored_with_its_place(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "text": TEXT})
    assert (made["fidelity"], made["version"], selected(made)) == ("verbatim", 1, WORDS.capitalize())
    assert made["selector"]["prefix"] == "A witness told us: “"
    assert made["version_id"] == (await get(client, f"/v1/documents/{made['document_id']}/versions"))["items"][0]["id"]


@pytest.mark.parametrize(
    ("given", "fidelity"),
    [
        ({"wording": "it was a missile that struck the plant"}, "edited"),
        ({"wording": "nobody has said so to us"}, "not_found"),
        ({"wording": "C'était un drone", "language": "fr", "translation": WORDS}, "translated"),
        ({"wording": "C'était un drone", "language": "fr"}, "unchecked"),
        ({"quoted": False}, "paraphrase"),
        ({"wording": None}, "unchecked"),
        ({"wording": "‘drone’ strikes", "location": "headline"}, "verbatim"),
        ({"wording": f"«{WORDS}»"}, "verbatim"),
        ({"document": {"url": URL}}, "unchecked"),
        ({"document": None}, "unchecked"),
    ],
)
async def test_each_fidelity(client: AsyncClient, place: str, given: Json, fidelity: str) -> None:
    document = {"url": URL, "language": "en", "text": TEXT, "headline": "‘Drone’ strikes"}
    made = await quoted(client, place, **{"document": document, **given})
    assert made["fidelity"] == fidelity
    assert (made["selector"] is not None) == (
        fidelity in ("verbatim", "edited", "translated") and given.get("location") is None
    )
    assert (made["version_id"] is not None) == ("document" not in given)


async def test_a_document_that_is_only_named_is_looked_at(client: AsyncClient, place: str) -> None:
    paper = await post(client, "/v1/documents", {"url": URL, "ref": "paper", "text": OTHER, "retrieved_at": EARLY})
    await post(client, f"/v1/documents/{paper['id']}/versions", {"text": TEXT, "retrieved_at": LATE})
    made = await quoted(client, place, document="ref:paper")
    assert (made["fidelity"], selected(made)) == ("verbatim", WORDS.capitalize())
    assert (await quoted(client, place, wording="something had struck", document=paper["id"]))["fidelity"] == "drifted"
    again = await client.post(place, json={"wording": WORDS, "quoted": True, "document": "ref:paper"})
    assert again.status_code == 200
    assert again.json() == made | {"changed": False, "remarks": []}


async def test_answers_tell_the_fidelity(client: AsyncClient, event: str) -> None:
    body = {
        "text": "A drone",
        "statements": [
            {"source": {"name": "A"}, "wording": WORDS, "quoted": True, "document": {"url": URL, "text": TEXT}},
            {"source": {"name": "B"}, "wording": "no such words in it", "quoted": True, "document": {"url": URL}},
            {"source": {"name": "C"}},
        ],
    }
    for status in (201, 200):
        made = await post(client, f"{event}/claims", body, status)
        told = [one["appearance"] and one["appearance"]["fidelity"] for one in made["statements"]]
        assert told == ["verbatim", "not_found", None]
    whole = report(
        {"text": "It", "statements": [said("A", wording="the whole text", quoted=True)]},
        {"text": "That", "statements": [said("A", wording="nothing of it at all", quoted=True)]},
        ref="r1",
    )
    for status, ref in ((201, "r1"), (200, "r1"), (201, "r2")):
        told = [
            one["statements"][0]["appearance"]["fidelity"]
            for one in (await sent(client, "/v1/reports", whole | {"ref": ref}, status))["events"][0]["claims"]
        ]
        assert told == ["verbatim", "not_found"]


async def test_what_a_later_body_completes_is_looked_up_again(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, wording="C'était un drone", language=None, document={"url": URL, "text": TEXT})
    assert made["fidelity"] == "not_found"
    given = {"language": "fr", "translation": WORDS, "translation_language": "en"}
    body = {"wording": "C'était un drone", "quoted": True, "document": {"url": URL}}
    assert (await post(client, place, body | given, 200))["fidelity"] == "translated"


# --- changing --------------------------------------------------------------------------------------------------------


async def test_a_change_of_the_words_is_looked_up(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "language": "en", "text": TEXT})
    where = f"/v1/appearances/{made['id']}"
    changed = await patch(client, where, {"wording": "Nobody else saw it"})
    assert (changed["fidelity"], changed["version"], selected(changed)) == ("verbatim", 2, "Nobody else saw it")
    changed = await patch(client, where, {"wording": "Nobody has ever seen this"})
    assert (changed["fidelity"], changed["selector"]) == ("not_found", None)
    assert (await patch(client, where, {"language": "fr"}))["fidelity"] == "unchecked"
    changed = await patch(client, where, {"translation": "nobody else saw it", "translation_language": "en"})
    assert (changed["fidelity"], selected(changed)) == ("translated", "Nobody else saw it")
    assert (await patch(client, where, {"quoted": False}))["fidelity"] == "paraphrase"
    changed = await patch(client, where, {"quoted": True, "note": "x"})
    assert changed["fidelity"] == "translated"
    before = changed["version"]
    assert (await patch(client, where, {"note": "y"}))["version"] == before + 1
    elsewhere = {"url": "https://news.example/2", "text": OTHER, "language": "fr"}
    other = await post(client, "/v1/documents", elsewhere)
    changed = await patch(client, where, {"document": other["id"], "wording": "something had struck the plant"})
    assert (changed["fidelity"], selected(changed, OTHER)) == ("verbatim", "something had struck the plant")
    assert (await patch(client, where, {"document": None}))["fidelity"] == "unchecked"
    await patch(client, where, {"fidelity": "verbatim"}, 422)
    await patch(client, where, {"document": "ref:none", "wording": "x"}, 422)
    assert (await client.patch(where, json={"wording": "x"})).status_code == 428


# --- versions --------------------------------------------------------------------------------------------------------


async def test_what_a_later_version_no_longer_says_has_drifted(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "text": TEXT, "retrieved_at": EARLY})
    gone = await read(client, made, OTHER, NOON)
    assert (gone["fidelity"], gone["version_id"]) == ("drifted", made["version_id"])
    assert gone["selector"] == made["selector"]
    assert (await read(client, made, OTHER + " More.", NOON))["fidelity"] == "drifted"
    back = await read(client, made, f"Updated. {TEXT}", LATE)
    assert (back["fidelity"], back["version_id"], back["selector"]) == (
        "verbatim",
        made["version_id"],
        made["selector"],
    )
    history = (await get(client, f"/v1/appearances/{made['id']}/history"))["items"]
    assert [(one["record"]["fidelity"], one["actor"]) for one in history] == [
        ("verbatim", "tester"),
        ("drifted", "tester"),
        ("verbatim", "tester"),
    ]
    assert "looked up in another version" in history[1]["reason"]


async def test_a_quotation_that_stays_is_left_alone(client: AsyncClient, place: str, psql: psycopg.Connection) -> None:
    made = await quoted(client, place, document={"url": URL, "text": TEXT, "retrieved_at": EARLY})
    lost = await quoted(client, place, wording="nobody has said so to us")
    before = rows(psql)
    stays = await read(client, made, f"Updated. {TEXT}", NOON)
    assert {**stays, "version": 1} == made
    assert rows(psql)["ledger"] == before["ledger"] + 1  # the version
    edited = await read(client, made, TEXT.replace("drone", "missile"), LATE)
    assert (edited["fidelity"], edited["version_id"]) == ("edited", edited["version"])
    assert selected(edited, TEXT.replace("drone", "missile")) == WORDS.capitalize().replace("drone", "missile")
    assert (await get(client, f"/v1/appearances/{lost['id']}"))["fidelity"] == "not_found"


async def test_an_older_version_that_comes_late_makes_no_drift(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "text": TEXT, "retrieved_at": NOON})
    assert {**await read(client, made, OTHER, EARLY), "version": 1} == made
    lost = await quoted(client, place, wording="something was seen before the blast")
    assert lost["fidelity"] == "not_found"
    early = "Something was seen before the blast."
    now = await read(client, lost, early, EARLY)
    assert (now["fidelity"], now["version_id"]) == ("drifted", now["version"])
    assert selected(now, early) == "Something was seen before the blast"
    await read(client, lost, early, EARLY, 200)


async def test_that_a_text_is_a_part_may_be_learnt_later(client: AsyncClient, place: str) -> None:
    """By the same text again: a version never changes, so it is another."""
    made = await quoted(client, place, document={"url": URL, "text": OTHER, "retrieved_at": NOON})
    path, fidelities = f"/v1/documents/{made['document_id']}/versions", [made["fidelity"]]
    for body, status in (({"part": True}, 201), ({"part": True}, 200), ({}, 200), ({"part": False}, 201)):
        await post(client, path, {"text": OTHER, **body}, status)
        fidelities.append((await get(client, f"/v1/appearances/{made['id']}"))["fidelity"])
    assert fidelities == ["not_found", "unchecked", "unchecked", "unchecked", "not_found"]
    assert [version["part"] for version in (await get(client, path))["items"]] == [False, True, None]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0), (2, 0, 1)])
async def test_the_order_in_which_versions_come_makes_no_difference(
    client: AsyncClient, place: str, order: tuple[int, ...]
) -> None:
    versions = [(EARLY, OTHER), (NOON, TEXT), (LATE, OTHER + " More.")]
    made = await quoted(client, place)
    assert made["fidelity"] == "unchecked"
    for nth in order:
        now = await read(client, made, versions[nth][1], versions[nth][0])
    assert (now["fidelity"], selected(now)) == ("drifted", WORDS.capitalize())


async def test_a_translated_text_does_not_make_an_original_drift(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "language": "en", "text": TEXT, "retrieved_at": EARLY})
    text = "C'était un drone, dit un témoin."
    now = await read(client, made, text, LATE, translated_from="en", translator="a machine")
    assert {**now, "version": 1} == made
    assert (await quoted(client, place, wording="and nobody else"))["fidelity"] == "unchecked"


async def test_what_is_not_in_a_part_may_stand_in_the_rest(client: AsyncClient, place: str) -> None:
    teaser = {"url": URL, "text": "A witness told us what had struck the plant…", "retrieved_at": NOON, "part": True}
    made = await quoted(client, place, document=teaser)
    assert (made["fidelity"], made["selector"]) == ("unchecked", None)
    stood = await quoted(client, place, wording="A witness told us what had struck the plant")
    assert stood["fidelity"] == "verbatim"
    (version,) = (await get(client, f"/v1/documents/{made['document_id']}/versions"))["items"]
    assert version["part"] is True
    assert (await read(client, made, OTHER, LATE))["fidelity"] == "not_found"
    told_whole = {"url": "https://news.example/2", "text": "Nobody said why […]", "part": False}
    assert (await quoted(client, place, document=told_whole))["fidelity"] == "not_found"
    cut = {"url": "https://news.example/3", "text": "Nobody said why […]"}
    assert (await quoted(client, place, document=cut))["fidelity"] == "unchecked"


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0), (2, 0, 1)])
async def test_a_part_that_is_read_later_takes_no_words_away(
    client: AsyncClient, place: str, order: tuple[int, ...]
) -> None:
    steps: list[Json] = [{"text": TEXT, "retrieved_at": NOON}, {"text": OTHER, "retrieved_at": LATE, "part": True}]
    for nth in order:
        if nth < len(steps):
            (await client.post("/v1/documents", json={"url": URL, **steps[nth]})).raise_for_status()
        else:
            made = await quoted(client, place)
    found = await get(client, f"/v1/appearances/{made['id']}")
    assert (found["fidelity"], selected(found)) == ("verbatim", WORDS.capitalize())


async def test_versions_of_merged_documents_count(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place)
    other = await post(client, "/v1/documents", {"url": "https://news.example/amp", "text": TEXT, "retrieved_at": NOON})
    await post(client, f"/v1/documents/{other['id']}/merge", {"into": made["document_id"]}, 200)
    here = await quoted(client, place, wording="nobody else saw it", document={"url": URL})
    assert (here["fidelity"], here["selector"], here["document_id"]) == ("verbatim", None, made["document_id"])
    own = await read(client, made, f"Updated. {TEXT}", LATE)
    assert (own["fidelity"], own["version_id"]) == ("verbatim", own["version"])
    assert (await get(client, f"/v1/appearances/{here['id']}"))["selector"]["exact"] == "Nobody else saw it"
    await post(client, "/v1/documents", {"url": "https://news.example/amp", "text": OTHER}, 201)
    assert (await get(client, f"/v1/appearances/{made['id']}"))["fidelity"] == "drifted"


async def test_a_deleted_document_takes_its_quotations_along(client: AsyncClient, place: str) -> None:
    made = await quoted(client, place, document={"url": URL, "text": TEXT})
    await delete(client, f"/v1/documents/{made['document_id']}?cascade=true")
    await get(client, f"/v1/appearances/{made['id']}", 410)


# --- reports ---------------------------------------------------------------------------------------------------------


async def test_looking_up_again_is_not_touching(client: AsyncClient, other: AsyncClient) -> None:
    """What somebody else's version made drift goes with the report that had said it; what they changed stays."""
    body = report(
        {"text": "A", "statements": [said("A", wording="The whole text", quoted=True)]},
        {"text": "B", "statements": [said("B", wording="Whole text", quoted=True)]},
        ref="r1",
    )
    made = await sent(client, "/v1/reports", body, 201)
    first, second = (one["statements"][0]["appearance"]["id"] for one in made["events"][0]["claims"])
    await post(other, f"/v1/documents/{made['document']['id']}/versions", {"text": "All was rewritten."})
    assert (await get(client, f"/v1/appearances/{first}"))["fidelity"] == "drifted"
    await patch(other, f"/v1/appearances/{second}", {"note": "seen"})
    answer = await sent(client, "/v1/reports", report(ref="r1") | {"document": {"url": URL}})
    assert {kind: count for kind, count in answer["removed"].items() if count} == {
        "appearances": 1,
        "sources": 1,
        "statements": 1,
        "claims": 1,
    }


async def test_the_same_report_again_stores_nothing(client: AsyncClient, psql: psycopg.Connection) -> None:
    body = report(
        {"text": "A", "statements": [said("A", wording="The whole … text", quoted=True)]},
        {"text": "B", "statements": [said("B", wording="no such words in it", quoted=True)]},
        ref="r1",
    )
    await sent(client, "/v1/reports", body, 201)
    before = rows(psql)
    await sent(client, "/v1/reports", body, 200)
    assert rows(psql) == before
    await sent(client, "/v1/reports", body | {"ref": "r2"}, 201)
    assert rows(psql)["ledger"] == before["ledger"] + 1


async def test_a_newer_text_in_a_report_makes_the_old_quotations_drift(client: AsyncClient, event: str) -> None:
    document = {"url": URL, "text": TEXT, "retrieved_at": EARLY}
    old = {"text": "A", "statements": [said("A", wording=WORDS, quoted=True)]}
    made = await sent(
        client, "/v1/reports", {"document": document, "events": [{"event": "explosion", "claims": [old]}]}
    )
    document = {"url": URL, "text": OTHER, "retrieved_at": LATE}
    new = {"text": "B", "statements": [said("A", wording="something had struck the plant", quoted=True)]}
    again = {"document": document, "events": [{"event": "explosion", "claims": [new, old]}]}
    told = (await sent(client, "/v1/reports", again))["events"][0]["claims"]
    assert [one["statements"][0]["appearance"]["fidelity"] for one in told] == ["verbatim", "drifted"]
    key = made["events"][0]["claims"][0]["statements"][0]["appearance"]["id"]
    assert (await get(client, f"/v1/appearances/{key}"))["fidelity"] == "drifted"


# --- the ledger's lock -----------------------------------------------------------------------------------------------


async def test_an_old_version_counts_only_for_what_was_found_in_it(client: AsyncClient, event: str) -> None:
    """Earlier than the latest ten, it is looked at for the quotation that names it, and for no other one."""
    document = {"url": URL, "text": TEXT, "retrieved_at": EARLY}
    old = {"text": "A", "statements": [said("A", wording=WORDS, quoted=True)]}
    about = {"event": event.rsplit("/", 1)[-1]}
    made = await sent(client, "/v1/reports", {"document": document, "events": [about | {"claims": [old]}]})
    for minute in range(locating.SEARCHED_VERSIONS):
        version = {"text": f"{OTHER} {minute}", "retrieved_at": f"2023-08-09T12:{minute:02}:00Z"}
        await post(client, f"/v1/documents/{made['document']['id']}/versions", version)
    document = {"url": URL, "text": "Nothing of it.", "retrieved_at": LATE}
    new = {"text": "B", "statements": [said("B", wording="Nobody else saw it", quoted=True)]}
    answer = await sent(client, "/v1/reports", {"document": document, "events": [about | {"claims": [new, old]}]})
    claims = answer["events"][0]["claims"]
    assert [claim["statements"][0]["appearance"]["fidelity"] for claim in claims] == ["not_found", "drifted"]


async def test_nothing_is_looked_up_under_the_lock(
    app: FastAPI, client: AsyncClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, locate = [], Spots.locate

    def noted(spots: Spots, wanted: Any, texts: Any) -> None:
        locked.append(app.state.database.writers.pool.checkedout())
        locate(spots, wanted, texts)

    monkeypatch.setattr(Spots, "locate", noted)
    made = await quoted(client, place, document={"url": URL, "ref": "paper", "text": TEXT, "retrieved_at": EARLY})
    assert locked == [0]
    await quoted(client, place, wording="a witness told us", document="ref:paper")
    assert locked == [0] * 2
    await read(client, made, OTHER, NOON)
    assert locked == [0] * 3
    await quoted(client, place, wording="nobody else saw it", document={"url": URL})
    assert locked == [0] * 5  # in the latest version, and in the one before
    await patch(client, f"/v1/appearances/{made['id']}", {"wording": "something had struck the plant"})
    assert locked == [0] * 6
    one = {"text": "A", "statements": [said("A", wording="The whole text", quoted=True)]}
    await sent(client, "/v1/reports", report(one, ref="r1"), 201)
    assert len(locked) == 7
    await sent(client, "/v1/reports", report(one, ref="r1"), 200)
    assert locked == [0] * 7


async def test_what_changes_in_between_is_still_looked_up(
    client: AsyncClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> None:
        pass

    monkeypatch.setattr(looking, "look_ahead", nothing)
    made = await quoted(client, place, document={"url": URL, "text": TEXT, "retrieved_at": EARLY})
    assert made["fidelity"] == "verbatim"
    assert (await read(client, made, OTHER, NOON))["fidelity"] == "drifted"
    assert (await quoted(client, place, wording="nobody else saw it"))["fidelity"] == "drifted"
