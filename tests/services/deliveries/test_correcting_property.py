"""For any two bodies of one report: what stands after both is what would stand had only the second been sent."""

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import soaking
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reporting import reporter, sent

Json = dict[str, Any]
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
# What is the service's own, or kept although it is said otherwise: an event's address.
_LEFT_OUT: Final = {"id", "sha256", "created_at", "updated_at", "version", "slug", "position", "retrieved_at"}


def some(**fields: Any) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in fields.items()})


def with_(base: Json, optional: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return optional.map(lambda given: {**base, **given})


TRAITS = some(
    kind=["official", "expert", "company"], role=["mayor", "мэр"], party=["east", "west"], country=["RU", "UA"],
    language=["ru", "uk"], reliability=["A", "B"], notes=["n1", "n2"], external_ids=[{"wd": "Q1"}, {"wd": "Q2"}],
    aliases=[[{"name": "Alias of @"}], [{"name": "Alias of @"}, {"name": "Псевдоним @"}]],
)  # fmt: skip
SOURCES = st.one_of(
    st.none(),
    st.builds(lambda name, traits: {"name": name, **traits}, st.sampled_from(["Ann @", "ANN @", "Юрий @"]), TRAITS),
    st.builds(lambda traits: {"disclosure": "anonymous", **traits}, some(role=["aide", "aide 2"], party=["east"])),
)
HOPS = st.lists(
    st.builds(
        lambda source, how: {"source": source, **how},
        SOURCES.filter(lambda source: bool(source) and "name" in source),
        some(disclosure=["named", "anonymous"], how_known=["declared", "editor"], score=[0.5, 1]),
    ),
    max_size=2,
)
FOUND = some(
    wording=["It burned @", "it  burned @"], language=["en", "ru"], translation=["Es brannte"], quoted=[True, False],
    translation_language=["de"], cue=["said", "claimed"], framing=["neutral", "doubting"], note=["n1", "n2"],
    attribution=["clear", "ambiguous"], location=["headline", "body"],
)  # fmt: skip
ACTS = some(
    stance=["support", "deny", "query"], act=["warn", "predict"], explicitness=["explicit", "implied"],
    certainty=["certain", "uncertain"], basis=["first_hand", "hearsay"], said=["2023-08-09", "2023-08-10T10:00Z"],
    recheck_at=["2030-01-01T00:00Z", "2031-01-01T03:00+03:00"], credibility=[1, 3],
)  # fmt: skip
TAKEN_BACK = st.one_of(
    st.just({}),
    st.builds(
        lambda when, why: {"withdrawn": when, **why},
        st.sampled_from(["2023-09-01", "2023-09-02"]), some(withdrawn_reason=["a mistake", "ошибка"]),
    ),
)  # fmt: skip
STATEMENTS = st.builds(
    lambda source, hops, *parts: {
        **({"source": source} if source else {}), **({"hops": hops} if hops else {}),
        **{name: value for part in parts for name, value in part.items()},
    },
    SOURCES, HOPS, FOUND, ACTS, TAKEN_BACK,
)  # fmt: skip
QUESTIONS = st.one_of(
    with_({"text": "What caused it?"}, some(kind=["cause", "other"], evolving=[True], single_answer=[True, False])),
    with_({"text": "what caused it"}, some(kind=["cause"], language=["en"])),
)
QUANTITIES = with_({"measure": "killed"}, some(kind=["casualties", "other"], evolving=[True, False], subject=["crew"]))
CLAIMS = st.one_of(
    st.builds(
        lambda text, details, question, statements: {
            "text": text, **details, **({"question": question} if question else {}), "statements": statements,
        },
        st.sampled_from(["A drone", "a  drone!", "Gas"]),
        some(language=["en"], accuses=["west", "east"], translations=[{"de": "Gas"}, {"de": "Drohne", "fr": "Drone"}]),
        st.one_of(st.none(), QUESTIONS), st.lists(STATEMENTS, max_size=2),
    ),
    st.builds(
        lambda question, figure, statements: {"question": question, "figure": figure, "statements": statements},
        QUANTITIES, st.sampled_from([{"min": 1}, {"min": 2}, {"qualifier": "dozens"}]),
        st.lists(STATEMENTS, max_size=2),
    ),
)  # fmt: skip
ASSESSMENTS = with_(
    {"claim": "#first", "author": {"name": "Desk @", "kind": "ngo"}, "scheme": "claimreview"},
    some(
        label=["Wrong", "Falsch"], explanation=["e1", "e2"], language=["en", "de"], made=["2023-10-01"],
        rating_value=[1, 2], documents=[[{"url": "https://proof.example/@"}], [{"url": "https://other.example/@"}]],
    ).flatmap(lambda given: st.sampled_from(["true", "false"]).map(lambda rating: {**given, "rating": rating})),
)  # fmt: skip
EVENTS = with_(
    {},
    some(
        title=["Blast", "Взрыв"], summary=["s1", "s2"], kind=["explosion", "fire"], language=["en", "ru"],
        occurred=["2023-08-09", "2023-08"], place_name=["Town", "Город"], country=["RU", "UA"], tags=[["a"], ["b"]],
        place_precision=["town", "region"], external_ids=[{"x": "1"}, {"x": "2"}],
    ),
)  # fmt: skip
POINTS = st.sampled_from([{}, {"latitude": 1.5, "longitude": 2}, {"latitude": 50, "longitude": 30.25}])
DOCUMENTS = with_(
    {"url": "https://a.example/@", "text": "It burned @, they said.", "retrieved_at": "2023-08-20T10:00Z"},
    some(
        title=["T1", "T2"], byline=["By A", "By B"], language=["en", "ru"], kind=["article", "post"],
        published=["2023-08-09", "2023-08-11"], lifecycle=["live", "edited"], external_ids=[{"x": "1"}, {"x": "2"}],
        publisher=[{"name": "Paper @", "kind": "outlet"}, {"name": "Other @", "kind": "outlet"}],
        links=[[{"relation": "translation_of", "to": {"url": "https://b.example/@"}}], [
            {"relation": "quotes", "to": {"url": "https://c.example/@", "title": "C"}}]],
    ),
)  # fmt: skip
REPORTS = st.builds(
    lambda document, event, point, claims, questions, assessments, links: {
        "document": document,
        "events": [
            {
                "ref": "e@", "title": "Blast", **event, **point, "questions": questions,
                "claims": [{**claim, **({"label": "#first"} if nth == 0 else {})} for nth, claim in enumerate(claims)],
                "assessments": assessments,
                "event_links": links,
            },
            {"ref": "before@", "title": "Before"},
        ],
    },
    DOCUMENTS, EVENTS, POINTS, st.lists(CLAIMS, min_size=1, max_size=3), st.lists(QUESTIONS, max_size=1),
    st.lists(ASSESSMENTS, max_size=1), st.sampled_from([[], [{"relation": "same_site", "to": "ref:before@"}]]),
)  # fmt: skip


# Of each source its traits, and which of those before it it belongs to.
FAMILIES = st.lists(st.tuples(TRAITS, st.none() | st.integers(0, 3)), min_size=2, max_size=5)


def _told_once(family: list[tuple[Json, int | None]], order: list[int], changed: int) -> Json:
    """A report whose sources are named whole in one place, and barely in another; `order`: of the places."""
    names = [f"Source {nth} @" for nth in range(len(family))]
    whole = [
        {"name": name, **traits, **({} if parent is None or parent >= nth else {"parent": names[parent]})}
        for nth, (name, (traits, parent)) in enumerate(zip(names, family, strict=True))
    ]
    places: list[Any] = [*whole, *names]
    *spoken, passed_on, publisher = [places[nth] for nth in order]
    statements = [{"source": source, "wording": f"Burned {nth}"} for nth, source in enumerate(spoken)]
    statements[changed % len(spoken)] |= {"wording": "Gone", "hops": [{"source": passed_on}]}
    claims = [{"text": f"Claim {nth}", "statements": [statement]} for nth, statement in enumerate(statements)]
    document = {"url": "https://a.example/@", "publisher": publisher}
    return {"ref": "r@", "document": document, "events": [{"ref": "e@", "title": "Blast", "claims": claims}]}


@st.composite
def told_once(draw: st.DrawFn) -> tuple[Json, Json]:
    """Two reports that differ in their order and in what is no source."""
    family = draw(FAMILIES)
    order, changed = st.permutations(range(2 * len(family))), st.integers(0, 9)
    return _told_once(family, draw(order), draw(changed)), _told_once(family, draw(order), draw(changed))


def marked(value: Any, mark: str) -> Any:
    """A body in a world of its own."""
    return json.loads(json.dumps(value).replace("@", mark))


def _not_taken(answer: Json) -> set[str]:
    return {remark["pointer"] for remark in answer["remarks"] if remark["what"] == "not_taken"}


async def shown(client: httpx.AsyncClient, mark: str) -> list[str]:
    """All that an event shows, without the mark, ids and times of recording; each record with what it points at."""
    lines = (await client.get(f"/v1/events/ref:e{mark}/export.ndjson")).text.replace(mark, "@").splitlines()
    records = {record["id"]: _stripped(record) for record in map(json.loads, lines) if "id" in record}
    names = dict.fromkeys(records, "?")
    for _ in range(4):
        names = {id_: _named(record, names) for id_, record in records.items()}
    dossier = (await client.get(f"/v1/events/ref:e{mark}/dossier")).json()
    told = [_UUID.sub("id", line).replace(mark, "@") for line in _leaves(_sorted(_stripped(dossier)))]
    return [*sorted(_filled(record, names) for record in records.values()), *told]


def _leaves(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(one, f"{at}/{name}")
    else:
        yield f"{at}: {json.dumps(value, ensure_ascii=False)}"


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(one) for name, one in value.items() if name not in _LEFT_OUT}
    return [_stripped(one) for one in value] if isinstance(value, list) else value


def _sorted(value: Any) -> Any:
    """Lists in an order that does not depend on ids."""
    if isinstance(value, dict):
        members = {("id" if _UUID.fullmatch(name) else name): _sorted(one) for name, one in value.items()}
        return (
            members
            if "id" not in members
            else sorted(_UUID.sub("id", json.dumps(_sorted(one), sort_keys=True)) for one in value.values())
        )
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=lambda one: _UUID.sub("id", json.dumps(one, sort_keys=True)))
    return value


def _filled(record: Json, names: dict[str, str]) -> str:
    return _UUID.sub(lambda found: names.get(found[0], "gone"), json.dumps(record, sort_keys=True, ensure_ascii=False))


def _named(record: Json, names: dict[str, str]) -> str:
    return hashlib.sha256(_filled(record, names).encode()).hexdigest()[:12]


async def sources(client: httpx.AsyncClient, mark: str) -> list[Json]:
    found = (await client.get(f"/v1/events/ref:e{mark}/export.ndjson")).text.replace(mark, "@").splitlines()
    records = [record for record in map(json.loads, found) if record.get("type") == "source"]
    names = {record["id"]: record["name"] for record in records}
    for record in records:
        record["parent"] = names.get(record.get("parent"))
    return sorted(map(_stripped, records), key=lambda record: record["name"])


@pytest.mark.soak
def test_sources_that_are_told_once_and_named_barely(on_loop: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
    client = loop.run_until_complete(reporter(on_loop))
    nth = iter(range(10**6))

    @settings(max_examples=soaking.times(8, few=5), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(told_once())
    def check(bodies: tuple[Json, Json]) -> None:
        loop.run_until_complete(thrice(*bodies, f"s{next(nth)}s"))

    async def thrice(first: Json, second: Json, mark: str) -> None:
        again, alone = f"{mark}a", f"{mark}b"
        answer = (await client.post("/v1/reports", json=marked(first, again))).raise_for_status().json()
        assert {remark["what"] for remark in answer["remarks"]}.isdisjoint({"completed", "not_taken", "replaced"})
        for body in (second, first):
            answer = (await client.post("/v1/reports", json=marked(body, again))).raise_for_status().json()
            assert _not_taken(answer) == set()
        await sent(client, "/v1/reports", marked(first, alone))
        assert await sources(client, again) == await sources(client, alone)

    try:
        check()
    finally:
        loop.run_until_complete(client.aclose())


@pytest.mark.soak
def test_any_two_bodies(on_loop: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
    client = loop.run_until_complete(reporter(on_loop))
    nth = iter(range(10**6))

    @settings(max_examples=soaking.times(12, few=7), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(REPORTS, REPORTS)
    def check(first: Json, second: Json) -> None:
        loop.run_until_complete(twice(first, second, f"q{next(nth)}q"))

    async def twice(first: Json, second: Json, mark: str) -> None:
        again, alone = f"{mark}a", f"{mark}b"
        await sent(client, "/v1/reports", marked({**first, "ref": "r@"}, again))
        corrected = marked({**second, "ref": "r@"}, again)
        answers = [
            await client.post("/v1/reports", json=body) for body in (corrected, marked({**second, "ref": "r@"}, alone))
        ]
        # What a body says otherwise of one record in two places is the same in both.
        kept, contradicted = [_not_taken(answer.raise_for_status().json()) for answer in answers]
        assert kept <= contradicted
        corrected_shown, alone_shown = await shown(client, again), await shown(client, alone)
        assert [one for one in corrected_shown if one not in alone_shown] == []
        assert corrected_shown == alone_shown
        repeated = (await client.post("/v1/reports", json=corrected)).raise_for_status()
        assert (repeated.status_code, repeated.json()["changed"]) == (200, False)

    try:
        check()
    finally:
        loop.run_until_complete(client.aclose())
