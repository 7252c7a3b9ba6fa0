"""What changed in an event, asked over HTTP."""

from itertools import pairwise
from random import Random
from typing import Any

import httpx
import make
import psycopg
import pytest
import soaking
from calls import Json, claim, get, patch, post, source, statement
from histories import ACTIONS, Archive

WRONG: list[tuple[str, int, str]] = [
    ("", 422, "since"),
    ("since=", 422, "since"),
    ("since=yesterday", 422, "since"),
    ("since=2023-08-09&until=never", 422, "until"),
    ("since=2023-08-09T10:00", 422, "since"),
    ("since=2023-08-10&until=2023-08-09", 422, "since"),
    ("clock=said&since=2023-08-10&until=2023-08-09", 422, "since"),
    ("clock=said&since=1-00000000", 422, "since"),
    ("clock=heard&since=2023", 422, "clock"),
    ("since=2023&as_of=2023", 422, "as_of"),
    ("since=2023&said_before=2023", 422, "said_before"),
    ("since=2023&independence=x", 422, "independence"),
    ("since=2023%00", 422, "since"),
    ("since=9998-12-31&until=9998-12-30", 422, "since"),
]


async def test_wrong_moments_are_named(client: httpx.AsyncClient, event: str) -> None:
    for query, status, parameter in WRONG:
        told = await get(client, f"{event}/diff?{query}", status)
        assert [one["parameter"] for one in told["errors"]] == [parameter], query
    assert (await get(client, f"{event}/diff?since=1-00000000", 410))["type"] == "/problems/gone"
    head = (await get(client, f"{event}/dossier"))["position"]
    await claim(client, event)
    later = (await get(client, f"{event}/dossier"))["position"]
    told = await get(client, f"{event}/diff?since={later}&until={head}", 422)
    assert [one["parameter"] for one in told["errors"]] == ["since"]
    await get(client, f"{event}/diff?since=2023&until=2023", 404)


async def test_an_event_that_was_not_recorded_yet_is_all_new(client: httpx.AsyncClient, event: str) -> None:
    before = (await get(client, f"{event}/dossier"))["position"]
    other = f"/v1/events/{(await post(client, '/v1/events', {'title': 'Other'}))['id']}"
    await statement(client, other, await claim(client, other, "It"), await source(client, "A"))
    for since in (before, "2023-08-09"):
        found = await get(client, f"{other}/diff?since={since}")
        assert found["since"] == {"asked": since, "position": None}
        assert [len(found[name]["new"]) for name in ("claims", "statements")] == [1, 1]
        assert (found["standings"], found["event"]["changes"]) == ([], [])
        assert [one["text"] for one in found["summary"]] == [
            "Without a question: 1 new statement by A; new claim “It”."
        ]
        assert [one["name"] for one in found["sources"].values()] == ["A"]
    head = (await get(client, f"{other}/dossier"))["position"]
    assert (await get(client, f"{other}/diff?since={head}"))["claims"] == {"new": [], "changed": [], "removed": []}


async def test_a_time_before_recording_began_is_answered_with_what_to_ask_instead(
    client: httpx.AsyncClient, event: str
) -> None:
    about = await claim(client, event, "It")
    await statement(client, event, about, await source(client, "A"), said="2023-08-10")
    began = (await get(client, event))["created_at"][:19]
    early = await get(client, f"{event}/diff?since=2023-08-09&until=2023-08-13", 404)
    assert began in early["detail"]
    assert "later than `until`" in early["detail"]
    assert "`clock=said`" in early["detail"]
    told = await get(client, f"{event}/diff?since=2023-08-09")
    assert began in told["hint"]
    assert "later than `since`" in told["hint"]
    assert "`clock=said`" in told["hint"]
    assert len(told["statements"]["new"]) == 1
    said = await get(client, f"{event}/diff?since=2023-08-09&until=2023-08-13&clock=said")
    assert [len(said["statements"]["new"]), said["hint"]] == [1, None]
    early = await get(client, f"{event}/diff?since=2020-01-01&until=2020-02&clock=said")
    assert "had been said" in early["hint"]
    head = (await get(client, f"{event}/dossier"))["position"]
    # Whoever asks for what was recorded gets that, and a caller who goes on from a position needs no hint.
    for query in ("since=2023-08-09&clock=recorded", f"since={head}", "since=2023-08-09&clock=said"):
        assert (await get(client, f"{event}/diff?{query}"))["hint"] is None, query
    other = f"/v1/events/{(await post(client, '/v1/events', {'title': 'Other'}))['id']}"
    assert (await get(client, f"{other}/diff?since={head}"))["hint"] is None


async def test_a_position_is_no_time_of_saying(client: httpx.AsyncClient, event: str) -> None:
    head = (await get(client, f"{event}/dossier"))["position"]
    for query, name in ((f"diff?clock=said&since={head}", "since"), (f"dossier?said_before={head}", "said_before")):
        [error] = (await get(client, f"{event}/{query}", 422))["errors"]
        assert error["parameter"] == name
        assert error["detail"].startswith(
            "a position says what had been recorded; what had been said is asked by a time"
        )


async def test_a_summary_calls_no_later_figure_the_first(client: httpx.AsyncClient, event: str) -> None:
    killed = {"measure": "killed"}
    for number, name, said in ((42, "A", "2024-12-25T09:00Z"), (39, "A", "2024-12-25T12:00Z"), (38, "B", "2024-12-27")):
        given = [{"source": {"name": name}, "said": said}]
        await post(client, f"{event}/claims", {"question": killed, "figure": {"min": number}, "statements": given})

    async def tells(query: str) -> str:
        [summary] = (await get(client, f"{event}/diff?clock=said&{query}"))["summary"]
        words: str = summary["text"].partition(";")[0]
        return words

    assert await tells("since=2024-12-01&until=2024-12-25T10:00Z") == "Killed: first figure: 42"
    assert await tells("since=2024-12-01&until=2024-12-26") == "Killed: “42 killed” first, now 39"
    assert await tells("since=2024-12-01") == "Killed: “42 killed” first, now 38"
    assert await tells("since=2024-12-25") == "Killed: 39 → 38"
    injured = {"question": {"measure": "injured"}, "figure": {"min": 5}}
    back = {"source": {"name": "A"}, "said": "2024-12-25", "withdrawn": "2024-12-26"}
    await post(client, f"{event}/claims", injured | {"statements": [back]})
    again = {"source": {"name": "B"}, "said": "2024-12-28"}
    await post(client, f"{event}/claims", injured | {"figure": {"min": 7}, "statements": [again]})
    summaries = (await get(client, f"{event}/diff?clock=said&since=2024-12-27"))["summary"]
    assert [summary["text"].partition(";")[0] for summary in summaries] == ["Injured: now 7"]


async def test_a_moment_before_recording_says_what_to_ask(client: httpx.AsyncClient, event: str) -> None:
    for asked in ("dossier", "timeline", "figures", "export.csv"):
        told = await get(client, f"{event}/{asked}?as_of=2020-01-01", 404)
        assert "that began at 20" in told["detail"]
        assert "`said_before`" in told["detail"]


async def test_both_ends_are_told_and_tagged(client: httpx.AsyncClient, event: str) -> None:
    first = (await get(client, f"{event}/dossier"))["position"]
    one = await claim(client, event, "It")
    middle = (await get(client, f"{event}/dossier"))["position"]
    await patch(client, f"/v1/claims/{one}", {"accuses": "russia"})
    last = (await get(client, f"{event}/dossier"))["position"]
    way = f"{event}/diff?since={first}"
    answer = await client.get(way)
    found, tag = answer.json(), answer.headers["ETag"]
    assert (found["since"], found["until"]) == ({"asked": first, "position": first}, {"asked": None, "position": last})
    assert (found["clock"], found["independence"]) == ("recorded", "family")
    changed = (await get(client, f"{event}/diff?since={middle}&until={last}"))["claims"]["changed"]
    assert [one["changes"] for one in changed] == [[{"field": "accuses", "from": None, "to": "russia"}]]
    again = await client.get(way, headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["ETag"]) == (304, tag)
    ways = (f"&until={last}", f"&until={middle}", "&independence=party", "&clock=recorded")
    tags = [(await client.get(way + more)).headers["ETag"] for more in ways]
    assert len({tag, *tags}) == 4
    assert tags[-1] == tag
    await patch(client, f"/v1/claims/{one}", {"accuses": None})
    assert (await client.get(way)).headers["ETag"] != tag
    told = await client.get(f"{event}/diff?since=2023&clock=said")
    assert told.json()["until"] == {"asked": None, "position": (await get(client, f"{event}/dossier"))["position"]}


async def test_it_is_not_there_for_who_may_not_see_the_event(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    one = await claim(client, event, "It")
    await statement(client, event, one, await source(client, "Secret", party="russia", confidential=True), said="2023")
    for clock in ("recorded", "said"):
        public = await get(anybody, f"{event}/diff?since=2020&clock={clock}")
        full = await get(client, f"{event}/diff?since=2020&clock={clock}")
        assert [len(one["statements"]["new"]) for one in (public, full)] == [1, 1]
        assert "Secret" in str(full)
        assert "Secret" not in str(public)
        assert "russia" not in str(public)
    await patch(client, event, {"visibility": "restricted"})
    for clock in ("recorded", "said"):
        await get(anybody, f"{event}/diff?since=2020&clock={clock}", 404)
        await get(client, f"{event}/diff?since=2020&clock={clock}")


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(1))
async def test_whatever_happened_the_diffs_of_two_steps_add_up(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, psql: psycopg.Connection, seed: int
) -> None:
    """Histories made up at random: what stood, with what is new, restored, withdrawn and removed, is what stands."""
    archive, random = Archive(psql), Random(seed)
    own = f"/v1/events/{archive.ids['event'][0]}"
    make.change(psql, "event", archive.ids["event"][0], visibility="public")
    moments: list[tuple[Json, Json]] = []
    for _ in range(6):
        for _ in range(6):
            archive.step(*random.choice(ACTIONS), random.randrange(10_000))
        make.change(psql, "event", archive.ids["event"][0], merged_into=None)
        moments.append((await get(client, f"{own}/dossier"), await get(anybody, f"{own}/dossier")))
    for caller, which in ((client, 0), (anybody, 1)):
        pictures = [moment[which] for moment in moments]
        for before, after in [*pairwise(pictures), (pictures[0], pictures[-1])]:
            found = await get(caller, f"{own}/diff?since={before['position']}&until={after['position']}")
            assert applied(live(before), found) == live(after)
            assert [one["question_id"] for one in found["summary"]] == list(
                dict.fromkeys(one["question_id"] for one in found["summary"])
            )
            nothing = await get(caller, f"{own}/diff?since={after['position']}&until={after['position']}")
            assert (nothing["summary"], nothing["sources"]) == ([], {})


def live(dossier: Json) -> set[str]:
    claims: list[Any] = [*dossier["unasked"], *(one for q in dossier["questions"] for one in (q, *q["claims"]))]
    return {one["id"] for of in claims for one in of["statements"] if one["live"]}


def applied(stood: set[str], found: Json) -> set[str]:
    ids = {name: {one["statement_id"] for one in every if one["live"]} for name, every in found["statements"].items()}
    gone = {one["statement_id"] for one in found["statements"]["withdrawn"]}
    assert ids["removed"] <= stood
    assert gone <= stood
    assert not ids["restored"] & stood
    return stood - gone - ids["removed"] | ids["new"] | ids["restored"]
