"""What nobody told of a question is not stored as told: the first that tells it fills it."""

from typing import Any

import httpx
import psycopg
import pytest
from calls import get, patch, post
from reporting import claim, report, said
from sqlalchemy import Text, literal, select
from sqlalchemy.dialects.postgresql.base import PGDialect

from app.models.question import shown_kind
from app.schemas.questions import with_defaults
from app.vocabulary import Measure, QuestionKind, words

Json = dict[str, Any]
SHOWN = ("kind", "evolving", "single_answer", "told")


async def question(client: httpx.AsyncClient, event: str) -> Json:
    (found,) = (await get(client, f"{event}/questions"))["items"]
    return {name: found[name] for name in SHOWN}


async def standings(client: httpx.AsyncClient, event: str) -> list[str]:
    (found,) = (await get(client, f"{event}/dossier"))["questions"]
    return sorted(one["standing"] for one in found["claims"])


@pytest.mark.parametrize("text", ["What was it?", "Что это было?", "ما الذي حدث؟"])
async def test_a_kind_told_later_makes_rivals(client: httpx.AsyncClient, event: str, text: str) -> None:
    about = {"text": text}
    for words_, name in (("It was gas", "Ana Ruiz"), ("It was a drone", "Li Wei")):
        await post(client, f"{event}/claims", claim(words_, said(name), question=about))
    untold = {"kind": "other", "evolving": False, "single_answer": False, "told": []}
    assert await question(client, event) == untold
    assert await standings(client, event) == ["single_origin", "single_origin"]
    answer = await client.post(f"{event}/questions", json=about | {"kind": "cause"})
    assert (answer.status_code, answer.json()["changed"]) == (200, True)
    assert [(one["what"], one["pointer"]) for one in answer.json()["remarks"]] == [("completed", "/kind")]
    assert await question(client, event) == untold | {"kind": "cause", "single_answer": True, "told": ["kind"]}
    assert await standings(client, event) == ["contested", "contested"]


async def test_what_was_told_stays(client: httpx.AsyncClient, event: str) -> None:
    await post(client, f"{event}/questions", {"text": "Why?", "kind": "other", "single_answer": False})
    answer = await client.post(f"{event}/questions", json={"text": "Why?", "kind": "cause", "single_answer": True})
    assert answer.json()["changed"] is False
    told = {(one["what"], one["pointer"]) for one in answer.json()["remarks"]}
    assert told == {("not_taken", "/kind"), ("not_taken", "/single_answer")}
    assert (await question(client, event))["told"] == ["kind", "single_answer"]


@pytest.mark.parametrize(("text", "guess"), [("Who did it?", "responsibility"), ("Почему?", "cause"), ("Fire?", None)])
async def test_what_it_may_ask_for_is_only_suggested(
    client: httpx.AsyncClient, event: str, text: str, guess: str | None
) -> None:
    answer = (await client.post(f"{event}/questions", json={"text": text})).json()
    assert (answer["kind"], answer["told"]) == ("other", [])
    suggested = [one for one in answer["remarks"] if (one["what"], one["pointer"]) == ("suggested", "/kind")]
    assert [guess] * len(suggested) == ([guess] if guess else [])
    assert all(f" {guess}" in one["detail"] for one in suggested)
    assert (await client.post(f"{event}/questions", json={"text": text})).json()["remarks"] == []


async def test_a_flag_alone_is_told(client: httpx.AsyncClient, event: str) -> None:
    await post(client, f"{event}/questions", {"measure": "killed"})
    shown = {"kind": "casualties", "evolving": True, "single_answer": True, "told": []}
    assert await question(client, event) == shown
    await post(client, f"{event}/questions", {"measure": "killed", "evolving": False}, 200)
    assert await question(client, event) == shown | {"evolving": False, "told": ["evolving"]}


async def test_a_null_takes_it_back(client: httpx.AsyncClient, event: str) -> None:
    made = await post(client, f"{event}/questions", {"text": "Who?", "kind": "identity", "evolving": True})
    changed = await patch(client, f"/v1/questions/{made['id']}", {"kind": None, "evolving": None})
    assert [changed[name] for name in SHOWN] == ["other", False, False, []]


async def test_it_is_looked_for_and_counted_as_it_is_shown(client: httpx.AsyncClient, event: str) -> None:
    for body in ({"measure": "killed"}, {"measure": "distance"}, {"text": "Why?"}, {"text": "How?", "kind": "cause"}):
        await post(client, f"{event}/questions", body)
    counts = {}
    for kind in ("casualties", "other", "cause"):
        counts[kind] = len((await get(client, f"{event}/questions?kind={kind}"))["items"])
    assert counts == {"casualties": 1, "other": 2, "cause": 1}
    assert (await get(client, f"{event}/questions?facets=kind"))["facets"]["kind"] == counts


async def test_an_export_tells_what_was_told(client: httpx.AsyncClient, event: str) -> None:
    await post(client, f"{event}/questions", {"text": "Why?", "single_answer": True})
    lines = (await client.get(f"{event}/export.ndjson")).text.splitlines()
    (line,) = [line for line in lines if '"type":"question"' in line]
    assert '"single_answer":true' in line
    assert '"kind"' not in line
    assert '"evolving"' not in line


async def test_a_report_that_tells_no_more_untells(client: httpx.AsyncClient) -> None:
    asked = {"text": "Why?", "kind": "cause"}
    await client.post("/v1/reports", json=report(claim("Gas", question=asked), ref="r"))
    await client.post("/v1/reports", json=report(claim("Gas", question={"text": "Why?"}), ref="r"))
    assert (await question(client, "/v1/events/ref:blast"))["told"] == []


def test_the_kind_is_one_in_python_and_in_sql(psql: psycopg.Connection) -> None:
    told = [
        {"kind": kind, "measure": measure, "evolving": None, "single_answer": None}
        for kind in (None, *words(QuestionKind))
        for measure in (None, *words(Measure))
    ]
    dialect = PGDialect()  # type: ignore[no-untyped-call]
    for question in told:
        query = select(shown_kind(literal(question["kind"], Text()), literal(question["measure"], Text())))
        compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        assert psql.execute(str(compiled).encode()).fetchone() == (with_defaults(question)["kind"],)
