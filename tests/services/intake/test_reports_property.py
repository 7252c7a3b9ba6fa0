"""For any report: sent again it stores nothing new, and the order of its claims does not matter for what is stored."""

import asyncio
from typing import Any

import httpx
import pytest
import soaking
from databases import plain
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import connect
from reporting import outcomes, reporter, rows, sent

NAMES = ("Ann", "ANN", "Élan", "elan", "Bob")
SOURCES = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"name": st.sampled_from(NAMES)}, optional={"party": st.just("east"), "role": st.just("mayor")}
    ),
    st.fixed_dictionaries(
        {"disclosure": st.sampled_from(["anonymous", "group"])},
        optional={
            "role": st.sampled_from(["aide", "AIDE"]),
            "party": st.just("east"),
            "kind": st.sampled_from(["military", "other"]),
        },
    ),
)
DOCUMENTS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"url": st.sampled_from(["https://a.example/1", "https://a.example/1?utm_source=x", "https://b.example"])},
        optional={"published": st.just("2023-08-09"), "text": st.sampled_from(["One.", "Two."]), "title": st.just("T")},
    ),
    st.fixed_dictionaries({"text": st.sampled_from(["One.", "Two."])}),
)
STATEMENTS = st.fixed_dictionaries(
    {"source": SOURCES},
    optional={
        "stance": st.sampled_from(["support", "deny", "query"]),
        "said": st.sampled_from(["2023-08-09", "2023-08-10", "2023-08-09T10:00Z"]),
        "document": DOCUMENTS,
        "wording": st.sampled_from(["It was", "it  was", "Not so"]),
        "explicitness": st.just("implied"),
        "hops": st.lists(st.fixed_dictionaries({"source": SOURCES.filter(bool)}), max_size=2),
    },
)
QUESTIONS = st.sampled_from([{"text": "What?", "kind": "cause"}, {"text": "what?", "kind": "cause"}])
QUANTITIES = st.sampled_from(
    [{"measure": "killed"}, {"measure": "distance", "text": "How far?"}, {"measure": "killed", "subject": "X"}]
)
CLAIMS = st.one_of(
    st.fixed_dictionaries(
        {"text": st.sampled_from(["A drone", "a  drone", "Gas"]), "statements": st.lists(STATEMENTS, max_size=3)},
        optional={"language": st.just("en"), "question": QUESTIONS, "accuses": st.just("west")},
    ),
    st.fixed_dictionaries(
        {
            "question": QUANTITIES,
            "figure": st.sampled_from(
                [{"min": 1}, {"min": 2}, {"qualifier": "at_least", "min": 1}, {"qualifier": "dozens"}]
            ),
            "statements": st.lists(STATEMENTS, max_size=3),
        }
    ),
)
REPORTS = st.fixed_dictionaries({"claims": st.lists(CLAIMS, min_size=1, max_size=4), "document": DOCUMENTS})


async def _whole(client: httpx.AsyncClient, event: str) -> list[str]:
    """What an event says, without ids and times and in an order of its own."""
    found = []
    for kind in ("questions", "claims", "statements"):
        items = (await client.get(f"/v1/events/{event}/{kind}?limit=200")).json()["items"]
        left_out = ("id", "_id", "created_at", "updated_at", "version", "ref", "merged_into")
        found += [str({k: fold(v) for k, v in one.items() if not k.endswith(left_out)}) for one in items]
        if kind == "statements":
            for one in items:
                places = (await client.get(f"/v1/statements/{one['id']}/appearances")).json()["items"]
                found += [f"{fold(place['wording'])} {len(place['hops'])}" for place in places]
    return sorted(found)


def fold(value: Any) -> Any:
    return " ".join(value.lower().split()) if isinstance(value, str) else value


@pytest.mark.soak
def test_any_report(database_url: str, on_loop: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
    client = loop.run_until_complete(reporter(on_loop))
    nth = iter(range(10**6))

    def body(report: dict[str, Any], ref: str | None, *, backwards: bool = False) -> dict[str, Any]:
        """The report under an event of its own; its documents, too, so that no example meets another's."""
        mark = str(report["mark"]) + "b" * backwards
        claims = [_marked(one, mark) for one in report["claims"]]
        event = {"ref": f"e{mark}", "title": "E", "claims": claims[::-1] if backwards else claims}
        whole: dict[str, Any] = {"document": _marked(report["document"], mark), "events": [event]}
        return whole | ({"ref": ref} if ref else {})

    @settings(max_examples=soaking.times(5), suppress_health_check=list(HealthCheck))
    @given(REPORTS)
    def check(report: dict[str, Any]) -> None:
        report["mark"] = next(nth)
        loop.run_until_complete(twice(report))

    async def twice(report: dict[str, Any]) -> None:
        ref = f"r{report['mark']}"
        first = await sent(client, "/v1/reports", body(report, ref), 201)
        with connect(plain(database_url), autocommit=True) as psql:
            before = rows(psql)
            again = await sent(client, "/v1/reports", body(report, ref), 200)
            assert outcomes(again) == {"matched"}
            assert rows(psql) == before
            copy = await sent(client, "/v1/reports", body(report, None), 201)
            assert outcomes(copy["events"]) | outcomes(copy["document"] or {}) == {"matched"}
            assert rows(psql) == before | {"report": before["report"] + 1, "ledger": before["ledger"] + 1}
        other = await sent(client, "/v1/reports", body(report, None, backwards=True), 201)
        events = [one["events"][0]["id"] for one in (first, other)]
        assert await _whole(client, events[0]) == await _whole(client, events[1])

    try:
        check()
    finally:
        loop.run_until_complete(client.aclose())


def _marked(value: Any, mark: str) -> Any:
    if isinstance(value, dict):
        return {
            name: f"{one}{'&' if '?' in one else '?'}n={mark}" if name == "url"
            else f"{one} {mark}" if name == "text" and "url" not in value and set(value) == {"text"} and one[-1] == "."
            else _marked(one, mark)
            for name, one in value.items()
        }  # fmt: skip
    return [_marked(one, mark) for one in value] if isinstance(value, list) else value
