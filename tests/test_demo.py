"""What a newsroom must be able to see in the demo: each of its stories shows a rule at work."""

from typing import Any

import httpx

Answer = dict[str, Any]


async def dossier(demo: httpx.AsyncClient, slug: str, said_before: str = "") -> Answer:
    params = {"said_before": said_before} if said_before else {}
    answer: Answer = (await demo.get(f"/v1/events/{slug}/dossier", params=params)).raise_for_status().json()
    return answer


def question(of: Answer, what: str) -> Answer:
    """The question of this kind, or with this measure, of people in general."""
    (found,) = [one for one in of["questions"] if what == (one["measure"] or one["kind"]) and not one["subject"]]
    assert isinstance(found, dict)
    return found


def claim(of: Answer, text: str) -> Answer:
    (found,) = [claim for asked in of["questions"] for claim in asked["claims"] if claim["text"] == text]
    assert isinstance(found, dict)
    return found


def name(of: Answer, source_id: str | None) -> str | None:
    called: str | None = of["sources"][source_id]["name"] if source_id else None
    return called


def texts(of: Answer, ids: list[str]) -> set[str]:
    return {claim["text"] for asked in of["questions"] for claim in asked["claims"] if claim["id"] in ids}


async def test_the_cause_is_contested_until_the_court_settles_it(demo: httpx.AsyncClient) -> None:
    before, now = await dossier(demo, "zagorsk-2023", "2023-08-31"), await dossier(demo, "zagorsk-2023")
    cause = question(before, "cause")
    assert (cause["status"], cause["answers"], cause["settled_by"]) == ("contested", [], [])
    contested = {one["text"] for one in cause["claims"] if one["standing"] == "contested"}
    assert {"A drone struck the plant", "A rented pyrotechnics warehouse on the site blew up"} < contested
    assert {rival["text"] for rival in claim(before, "A drone struck the plant")["rivals"]} == {
        "A pyrotechnics hangar blew up",
        "A rented pyrotechnics warehouse on the site blew up",
        "Production rules were broken",
    }
    assert claim(before, "A boiler house blew up")["standing"] == "withdrawn"

    settled = question(now, "cause")
    assert (settled["status"], settled["why"]) == ("resolved", "settled by a Russian court")
    assert texts(now, settled["answers"]) == {
        "Production rules were broken",
        "Industrial safety rules were criminally breached",
    }
    judged = [one for text in texts(now, settled["answers"]) for one in claim(now, text)["assessments"]]
    assert {one["id"] for one in judged} == set(settled["settled_by"])
    assert {(name(now, one["author_id"]), one["settles"], one["made"]) for one in judged} == {
        ("a Russian court", True, "2025-11")
    }
    whys = {text: claim(now, text)["why"] for text in texts(now, settled["answers"])}
    assert all(why.endswith("; a Russian court settled that it holds") for why in whys.values()), whys
    # It takes no statement away.
    assert claim(now, "A drone struck the plant")["counts"] == claim(before, "A drone struck the plant")["counts"]


async def test_an_anonymous_chain_is_its_own_origin_and_only_implies_the_drone(demo: httpx.AsyncClient) -> None:
    found = await dossier(demo, "zagorsk-2023", "2023-08-31")
    (said,) = claim(found, "Something flew in: a whistle, a flash, then the blast")["statements"]
    assert found["sources"][said["source_id"]]["disclosure"] == "anonymous"
    hops = [[name(found, hop["source_id"]) for hop in place["hops"]] for place in said["appearances"]]
    assert hops == [["VChK-OGPU"], ["VChK-OGPU", "Northern Courier"]]
    (origin,) = claim(found, "Something flew in: a whistle, a flash, then the blast")["origins"]["support"]
    assert (name(found, origin["source_id"]), origin["statement_ids"]) == ("VChK-OGPU", [said["id"]])

    drone = claim(found, "A drone struck the plant")
    assert drone["beside"] == {"support": 1}
    (implied,) = [one for one in drone["statements"] if one["explicitness"] == "implied"]
    assert implied["source_id"] == said["source_id"]
    counted = {id_ for origin in drone["origins"]["support"] for id_ in origin["statement_ids"]}
    assert len(counted) == drone["counts"]["support"]["origins"] == 2
    assert implied["id"] not in counted


async def test_the_injured_rise_by_speaker_and_older_figures_are_outdated(demo: httpx.AsyncClient) -> None:
    found = await dossier(demo, "zagorsk-2023")
    series = [
        (name(found, said["source_id"]), one["figure"]["min"], one["standing"], said["figure_state"], said["live"])
        for one in question(found, "injured")["claims"]
        for said in one["statements"][:1]
    ]
    assert series == [
        ("TASS", 16, "outdated", "outdated", True),
        ("Baza", 22, "outdated", "outdated", True),
        ("Andrei Vorobyov", 31, "outdated", "replaced", True),
        ("Andrei Vorobyov", 43, "outdated", "outdated", True),
        (None, 56, "outdated", "outdated", True),
        ("Investigative Committee", 60, "contested", "current", True),
        ("Russian health ministry", 80, "contested", "current", True),
    ]
    # Before the second one, the governor's first figure was no older one.
    earlier = await dossier(demo, "zagorsk-2023", "2023-08-09T13:00+03:00")
    assert claim(earlier, "31 injured")["statements"][0]["figure_state"] == "current"


async def test_the_most_disputed_first(demo: httpx.AsyncClient) -> None:
    path = "/v1/events/zagorsk-2023/dossier"
    in_time, by_time, by_dispute = [await demo.get(path + order) for order in ("", "?order=time", "?order=dispute")]
    assert in_time.json() == by_time.json()
    assert in_time.headers["ETag"] == by_time.headers["ETag"] != by_dispute.headers["ETag"]
    questions = by_dispute.json()["questions"]
    statuses = [asked["status"] for asked in questions]
    assert statuses[: statuses.count("contested")] == ["contested"] * statuses.count("contested")
    assert statuses != [asked["status"] for asked in in_time.json()["questions"]]
    injured = next(asked for asked in questions if asked["measure"] == "injured")
    assert [one["text"] for one in injured["claims"]][:3] == ["60 injured", "80 injured", "16 injured"]
    refused = await demo.get(path + "?order=heat")
    assert refused.status_code == 422
    assert "'time' or 'dispute'" in refused.text


async def test_every_statement_has_a_time_as_exact_as_it_is_known(demo: httpx.AsyncClient) -> None:
    found = await dossier(demo, "zagorsk-2023")
    statements = [said for asked in found["questions"] for one in asked["claims"] for said in one["statements"]]
    told = [said for said in statements if said["said"]]
    assert [said["effective"] for said in told] == [said["said"] for said in told]
    by_document = [said for said in statements if said["effective_by"] == "published"]
    assert by_document
    for said in by_document:
        published = {found["documents"][place["document_id"]]["published"] for place in said["appearances"]}
        assert said["effective"] in published


async def test_nine_and_twelve_missing_are_rivals_for_a_day_and_nobodys_error(demo: httpx.AsyncClient) -> None:
    that_day, later = (
        await dossier(demo, "zagorsk-2023", "2023-08-09"),
        await dossier(demo, "zagorsk-2023", "2023-08-13"),
    )
    assert question(that_day, "missing")["status"] == "contested"
    for one, other in (("9 missing", "12 missing"), ("12 missing", "9 missing")):
        assert claim(that_day, one)["standing"] == "contested"
        assert [rival["text"] for rival in claim(that_day, one)["rivals"]] == [other]

    assert question(later, "missing")["status"] == "open"
    standings = {one["text"]: one["standing"] for one in question(later, "missing")["claims"]}
    assert standings == {"9 missing": "outdated", "12 missing": "outdated", "8 missing": "single_origin"}
    assert [one["rivals"] for one in question(later, "missing")["claims"]] == [[], [], []]
    assert all(said["live"] for one in question(later, "missing")["claims"] for said in one["statements"])
    assert later["self_contradictions"] == []


async def test_two_killed_is_taken_back_and_stays_to_be_seen(demo: httpx.AsyncClient) -> None:
    before = claim(await dossier(demo, "pokrovsk-2023", "2023-08-07T21:00+03:00"), "2 killed")
    assert (before["standing"], before["counts"]["support"]["origins"]) == ("single_origin", 1)

    found = await dossier(demo, "pokrovsk-2023", "2023-08-07T21:30+03:00")
    two, one = claim(found, "2 killed"), claim(found, "1 killed")
    assert (two["standing"], two["counts"], one["standing"]) == ("withdrawn", {}, "single_origin")
    (taken_back,) = two["statements"]
    assert (name(found, taken_back["source_id"]), taken_back["live"]) == ("Andriy Yermak", False)
    assert taken_back["why_not_live"]["reason"] == "withdrawn"
    assert taken_back["withdrawn_reason"] == "The figure was wrong: one death is confirmed"
    document = found["documents"][taken_back["withdrawn_document_id"]]
    assert document["url"] == "https://channels.example/yermak/5102"
    assert one["statements"][0]["supersedes_id"] == taken_back["id"]
    assert (one["rivals"], found["self_contradictions"]) == ([], [])


async def test_kyiv_has_not_answered_and_since_when(demo: httpx.AsyncClient) -> None:
    found = await dossier(demo, "moscow-drones-2023")
    asked = question(found, "responsibility")
    (silence,) = found["silences"]
    assert (silence["party"], silence["stance"], silence["since"]) == ("ukraine", "no_comment", "2023-08-09")
    assert (silence["question_id"], texts(found, silence["claim_ids"])) == (
        asked["id"],
        {"Ukraine launched the drones"},
    )
    (said,) = asked["statements"]
    assert (silence["statement_id"], name(found, said["source_id"])) == (said["id"], "Kyiv")


async def test_two_of_one_side_are_one_sided(demo: httpx.AsyncClient) -> None:
    found = await dossier(demo, "moscow-drones-2023")
    shot_down = claim(found, "Two Ukrainian drones were shot down, near Domodedovo and near the Minsk road")
    assert (shot_down["standing"], question(found, "occurrence")["status"]) == ("one_sided", "one_sided")
    assert {name(found, origin["source_id"]) for origin in shot_down["origins"]["support"]} == {
        "Russian defence ministry",
        "Sergei Sobyanin",
    }
    assert (shot_down["counts"]["support"]["origins"], shot_down["counts"]["support"]["parties"]) == (2, 1)
