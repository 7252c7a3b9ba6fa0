"""What needs asking again."""

from contextlib import suppress
from typing import Any

import httpx
import make
import psycopg
import pytest
import soaking
from calls import Json, claim, delete, get, names_nothing, patch, post, source, statement
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as engine_event

from app.derive.rules import families
from app.schemas.sources import SourceRead

LATER = "2023-08-10T12:00:00Z"
FIRST: Json = {"said": "2023-08-09", "recheck_at": LATER}


async def open_(client: httpx.AsyncClient, query: str = "") -> list[str]:
    """The ids of the statements that are to be asked about again."""
    return [item["statement"]["id"] for item in (await get(client, f"/v1/rechecks{query}"))["items"]]


@pytest.fixture
async def perishable(client: httpx.AsyncClient, event: str) -> dict[str, str]:
    """A ministry that did not know yet, about a claim."""
    body = {"question": {"text": "Who did it?", "kind": "responsibility", "ref": "who"}}
    found = {"ministry": await source(client, "Ministry of Kesra", party="russia")}
    found["claim"] = await claim(client, event, "They did it", **body)
    found["other"] = await claim(client, event, "Others did it", **body)
    found["statement"] = await statement(
        client, event, found["claim"], found["ministry"], stance="no_information", **FIRST
    )
    return found


async def test_it_says_what_about_whom_and_in_which_words(
    client: httpx.AsyncClient, event: str, perishable: dict[str, str]
) -> None:
    body = {"question": {"measure": "missing"}, "figure": {"min": 12}}
    figure = (await post(client, f"{event}/claims", body))["claim"]["id"]
    first = {"url": "https://news.example/1", "published": "2023-08-08"}
    said = await statement(
        client, event, figure, perishable["ministry"],
        recheck_at="2023-08-09T12:00:00+03:00", wording="12 so far", language="en", document=first,
    )  # fmt: skip
    later = {"document": {"url": "https://news.example/2", "published": "2023-08-09"}, "wording": "12 so far, he said"}
    await post(client, f"/v1/statements/{said}/appearances", later)
    found = (await get(client, "/v1/rechecks"))["items"]
    assert [one["statement"]["id"] for one in found] == [said, perishable["statement"]]
    one = found[0]
    assert (one["recheck_at"], one["text"], one["question"]) == ("2023-08-09T09:00:00Z", "12 missing", "Missing")
    assert (one["event"]["slug"], one["event"]["title"]) == ("explosion", "Explosion")
    assert (one["source"]["name"], one["wording"], one["language"]) == ("Ministry of Kesra", "12 so far, he said", None)
    assert one["document_id"] == (await get(client, "/v1/documents?url=https://news.example/2"))["items"][0]["id"]
    assert (found[1]["text"], found[1]["question"], found[1]["wording"]) == ("They did it", "Who did it?", None)
    assert await open_(client, f"?before={LATER}") == [said]
    assert await open_(client, "?before=2023-08-09T08:59:59Z") == []
    assert await open_(client, "?sort=-recheck_at") == [perishable["statement"], said]
    assert await open_(client, "?event=explosion&source=" + perishable["ministry"]) == [said, perishable["statement"]]
    other = (await post(client, "/v1/events", {"title": "Other"}))["id"]
    assert await open_(client, f"?event={other}") == []
    await names_nothing(client, "/v1/rechecks?source=ref:nobody")


@pytest.mark.parametrize("what", ["event", "claim", "question", "source", "document"])
async def test_what_is_left_of_what_was_redacted_is_shown(
    client: httpx.AsyncClient, event: str, perishable: dict[str, str], what: str
) -> None:
    document = {"url": "https://news.example/1", "published": "2023-08-08"}
    await post(client, f"/v1/statements/{perishable['statement']}/appearances", {"document": document, "wording": "No"})
    shown = (await get(client, "/v1/rechecks"))["items"][0]
    ids = {"event": shown["event"]["id"], "source": perishable["ministry"], "document": shown["document_id"]}
    ids |= {"claim": perishable["claim"], "question": shown["question_id"]}
    await post(client, f"/v1/{what}s/{ids[what]}/redact", {"reason": "A court"}, 200)
    told = (await get(client, "/v1/rechecks"))["items"]
    assert [item["statement"]["id"] for item in told] == [perishable["statement"]]
    texts = {"event": told[0]["event"]["title"], "claim": told[0]["text"], "question": told[0]["question"]}
    texts |= {"source": told[0]["source"]["name"]}
    before = {"event": "Explosion", "claim": "They did it", "question": "Who did it?", "source": "Ministry of Kesra"}
    left = {what: f"[redacted {ids[what][-12:]}]"} if what in before else {}
    assert texts == before | left
    assert told[0]["document_id"] == ids["document"]


async def test_pages_are_walked_by_cursor(client: httpx.AsyncClient, event: str) -> None:
    made = []
    for n in range(5):
        one = await claim(client, event, f"Claim {n}")
        made.append(await statement(client, event, one, recheck_at=f"2023-08-1{n % 2}T12:00:00Z"))
    whole = await open_(client)
    assert (sorted(whole), whole[:3]) == (sorted(made), [made[0], made[2], made[4]])
    walked, way = [], "/v1/rechecks?limit=2&count=true"
    while way:
        page = await get(client, way)
        assert page["total"] == 5
        walked += [item["statement"]["id"] for item in page["items"]]
        way = page["next"]
    assert walked == whole
    for query, status in (("cursor=x", 400), ("before=yesterday", 422), ("before=1", 422), ("as_of=1-00000000", 422)):
        await get(client, f"/v1/rechecks?{query}", status)


async def test_a_later_answer_of_the_same_family_closes_it(
    client: httpx.AsyncClient, event: str, perishable: dict[str, str]
) -> None:
    ministry, about, other = perishable["ministry"], perishable["claim"], perishable["other"]
    department = await source(client, "Department", parent=ministry)
    stranger = await source(client, "Stranger", party="russia")
    later = {"said": "2023-08-11"}
    question: Json = {"question": "ref:who", "source": ministry}
    answers: list[tuple[bool, Json]] = [
        (True, {"claim": about, "source": ministry, "stance": "support", **later}),
        (True, {"claim": about, "source": department, "stance": "deny", **later}),
        (True, {"claim": other, "source": ministry, "stance": "comment", **later}),
        # On one day an answer comes after a non-answer.
        (True, {"claim": about, "source": ministry, "stance": "deny", "said": "2023-08-09"}),
        # What has a time of its own takes its place.
        (True, {**question, "stance": "no_comment", "recheck_at": LATER, **later}),
        (False, {**question, "stance": "no_comment", **later}),
        (False, {**question, "stance": "query", **later}),
        (False, {"claim": about, "source": stranger, **later}),
        (False, {"claim": about, **later}),
        (False, {"claim": about, "source": ministry, "explicitness": "implied", **later}),
        (False, {"claim": about, "source": ministry, "said": "2023-08-08"}),
        (False, {"claim": about, "source": ministry, "withdrawn": "2023-08-12", **later}),
        (False, {"claim": await claim(client, event, "Unrelated"), "source": ministry, **later}),
    ]
    for closes, body in answers:
        answer = (await post(client, f"{event}/statements", body))["id"]
        assert (perishable["statement"] not in await open_(client)) == closes, body
        await delete(client, f"/v1/statements/{answer}?cascade=true")
        assert await open_(client) == [perishable["statement"]]


async def test_a_withdrawn_replaced_or_covered_one_is_not_asked_about(
    client: httpx.AsyncClient, event: str, perishable: dict[str, str]
) -> None:
    ministry, about, one = perishable["ministry"], perishable["claim"], perishable["statement"]
    await post(client, f"/v1/statements/{one}/withdraw", {"withdrawn": "2023-08-10"}, 200)
    assert await open_(client) == []
    await patch(client, f"/v1/statements/{one}", {"withdrawn": None})
    same: Json = {"stance": "no_information", "said": "2023-08-08"}
    replacing = await statement(client, event, about, ministry, supersedes=one, **same)
    assert await open_(client) == []
    await patch(client, f"/v1/statements/{replacing}", {"supersedes": None})
    assert await open_(client) == [one]
    await post(client, f"/v1/statements/{replacing}/withdraw", {"withdrawn": "2023-08-10"}, 200)
    assert await open_(client) == []
    await patch(client, f"/v1/statements/{replacing}", {"withdrawn": "2023-08-08"})
    assert await open_(client) == [one]


async def test_merges_are_followed(client: httpx.AsyncClient, event: str, perishable: dict[str, str]) -> None:
    twin, again = await source(client, "Ministry, again"), await claim(client, event, "It was they")
    await statement(client, event, again, twin, said="2023-08-11")
    assert await open_(client) == [perishable["statement"]]
    await post(client, f"/v1/sources/{twin}/merge", {"into": perishable["ministry"]}, 200)
    assert await open_(client) == [perishable["statement"]]
    await post(client, f"/v1/claims/{again}/merge", {"into": perishable["claim"]}, 200)
    assert await open_(client) == []
    await patch(client, f"/v1/sources/{twin}", {"merged_into": None})
    assert await open_(client) == [perishable["statement"]]
    other = (await post(client, "/v1/events", {"title": "The same", "slug": "same"}))["id"]
    heir = await source(client, "Heir")
    await post(client, f"/v1/sources/{perishable['ministry']}/merge", {"into": heir}, 200)
    await post(client, f"/v1/claims/{perishable['claim']}/merge", {"into": perishable["other"]}, 200)
    await post(client, f"{event}/merge", {"into": other}, 200)
    found = (await get(client, "/v1/rechecks?event=same"))["items"]
    assert [(one["source"]["name"], one["text"], one["event"]["slug"]) for one in found] == [
        ("Heir", "Others did it", "same")
    ]
    assert found[0]["claim_id"] == perishable["other"]


async def test_nobody_sees_what_is_hidden(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, perishable: dict[str, str]
) -> None:
    secret = (await post(client, "/v1/events", {"title": "Secret", "visibility": "restricted"}))["id"]
    inside = f"/v1/events/{secret}"
    hidden = await statement(client, inside, await claim(client, inside), perishable["ministry"], recheck_at=LATER)
    assert set(await open_(client)) == {hidden, perishable["statement"]}
    assert await open_(anybody) == [perishable["statement"]]
    await patch(client, f"/v1/sources/{perishable['ministry']}", {"confidential": True})
    shown = (await get(anybody, "/v1/rechecks"))["items"][0]
    assert (shown["source"]["name"], shown["source"]["party"], shown["source"]["confidential"]) == (None, None, True)
    assert shown["source"]["id"] == shown["statement"]["source_id"] != perishable["ministry"]
    await names_nothing(anybody, f"/v1/rechecks?source={perishable['ministry']}")
    assert await open_(anybody, f"?source={shown['source']['id']}") == [perishable["statement"]]
    # What closes it is the same for everybody.
    await statement(client, event, perishable["claim"], perishable["ministry"], said="2023-08-11")
    assert await open_(anybody) == []


async def test_the_number_of_statements_does_not_grow(client: httpx.AsyncClient, app: Any, event: str) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    counts = []
    for n in range(2):
        for each in range(4):
            one = await claim(client, event, f"Claim {n} {each}")
            await statement(client, event, one, await source(client, f"S {n} {each}"), recheck_at=LATER)
        engine = app.state.database.readers.sync_engine
        engine_event.listen(engine, "before_cursor_execute", note)
        await open_(client)
        engine_event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 8


@settings(max_examples=soaking.times(25))
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=6))
def test_a_family_is_the_same_in_the_database_and_in_the_rules(
    psql: psycopg.Connection, ties: list[tuple[int, int, bool]]
) -> None:
    """Lines of parents and merges, and the circles that these close together."""
    with psql.transaction(force_rollback=True):
        ids = [make.row(psql, "source", name=str(n)) for n in range(5)]
        for one, other, merged in ties:
            with suppress(psycopg.errors.CheckViolation), psql.transaction():  # a circle of one kind alone
                make.change(psql, "source", ids[one], **{"merged_into" if merged else "parent_id": ids[other]})
        sources = {
            row[0]: make.read(SourceRead, id=row[0], parent_id=row[1], merged_into=row[2])
            for row in psql.execute("SELECT id, parent_id, merged_into FROM source").fetchall()
        }
        kin = families.kinship(sources)
        told: Any = psql.execute("SELECT id, source_family(id) FROM source").fetchall()
        assert dict(told) == {id_: families.top(kin, id_) for id_ in ids}
