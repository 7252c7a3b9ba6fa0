"""What is new about an event since somebody looked, asked over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from calls import Json, claim, get, patch, post, source, statement

QUESTION = {"text": "What was it?", "kind": "cause", "single_answer": True}


async def asked(client: httpx.AsyncClient, event: str, since: str, **parameters: str) -> Json:
    query = "".join(f"&{name}={value}" for name, value in parameters.items())
    return await get(client, f"{event}/news?since={since}{query}")


def told(answer: Json) -> list[tuple[str, str]]:
    return [(item["kind"], item["text"]) for item in answer["items"]]


async def said(client: httpx.AsyncClient, event: str, text: str, name: str, **fields: Any) -> Json:
    body = {
        "text": text,
        "question": QUESTION,
        "statements": [{"source": {"name": name, "kind": "official"}, **fields}],
    }
    return await post(client, f"{event}/claims", body)


async def test_each_kind_of_news_in_plain_words(client: httpx.AsyncClient, event: str) -> None:
    first = await said(client, event, "A drone", "Olena Koval", said="2023-08-09")
    looked = (await get(client, f"{event}/dossier"))["position"]
    assert (await asked(client, event, looked))["items"] == []
    second = await said(client, event, "A warehouse", "Ivan Bondar", said="2023-08-10")
    answer = await asked(client, event, looked)
    assert told(answer)[0] == ("statement", "1 new statement by Ivan Bondar")
    assert {kind for kind, _ in told(answer)} == {"statement", "standing", "status"}
    (moved,) = [item for item in answer["items"] if item["kind"] == "standing"]
    assert moved["claim_id"] == first["claim"]["id"]
    assert moved["text"] == "“A drone” went from one source to contested because 1 rival claim is supported"
    assert {item["heading"] for item in answer["items"]} == {"What was it?"}
    assert answer["position"] == (await get(client, f"{event}/dossier"))["position"]

    looked = answer["position"]
    await post(
        client,
        f"/v1/statements/{second['statements'][0]['id']}/withdraw",
        {"withdrawn": "2023-08-11", "reason": "misheard"},
        200,
    )
    await post(
        client,
        f"{event}/assessments",
        {
            "claim": first["claim"]["id"],
            "author": {"name": "A court", "kind": "court"},
            "scheme": "veracity",
            "rating": "true",
        },
    )
    answer = await asked(client, event, looked)
    assert ("withdrawn", "“A warehouse” by Ivan Bondar was taken back") in told(answer)
    assert [kind for kind, _ in told(answer) if kind == "assessment"]
    assert told(await asked(client, event, looked, kind="withdrawn")) == [
        ("withdrawn", "“A warehouse” by Ivan Bondar was taken back")
    ]


async def test_figures_and_silences(client: httpx.AsyncClient, event: str) -> None:
    toll = {"question": {"measure": "killed"}, "figure": {"min": 31, "max": 31}}
    await post(
        client, f"{event}/claims", toll | {"statements": [{"source": {"name": "TASS"}, "said": "2023-08-09T12:00Z"}]}
    )
    ask = {"source": {"name": "Ministry", "kind": "authority", "party": "russia"}, "stance": "no_comment"}
    about = {"text": "Who did it?", "kind": "responsibility"}
    await post(client, f"{event}/statements", ask | {"question": about, "said": "2023-08-09"})
    looked = (await get(client, f"{event}/dossier"))["position"]
    toll["figure"] = {"min": 80, "max": 80}
    await post(
        client, f"{event}/claims", toll | {"statements": [{"source": {"name": "TASS"}, "said": "2023-08-09T20:00Z"}]}
    )
    answered = {
        "text": "Others did it",
        "question": about,
        "statements": [ask | {"stance": "support", "said": "2023-08-11"}],
    }
    await post(client, f"{event}/claims", answered)
    answer = told(await asked(client, event, looked))
    assert ("figure", "31 → 80") in answer
    assert [kind for kind, _ in answer].count("silence") == 1


async def test_a_quotation_that_is_gone_from_its_page(client: httpx.AsyncClient, event: str) -> None:
    words = "The blast began in a rented warehouse full of fireworks"
    page = {"url": "https://news.example/1", "text": f"He said: {words}. Then he left."}
    await said(client, event, "It began in a warehouse", "Ivan Bondar", wording=words, quoted=True, document=page)
    looked = (await get(client, f"{event}/dossier"))["position"]
    document = (await get(client, "/v1/documents"))["items"][0]["id"]
    await post(client, f"/v1/documents/{document}/versions", {"text": "He said nothing about it at all. Then he left."})
    assert told(await asked(client, event, looked)) == [
        ("quotation", "a quotation of Ivan Bondar: gone from the latest version")
    ]


async def test_who_is_to_be_asked_again_is_told_once_it_is_due(client: httpx.AsyncClient, event: str) -> None:
    now = datetime.now(UTC)
    claim_id, source_id = await claim(client, event, "It"), await source(client, "Ministry")
    due = now - timedelta(minutes=5)
    await statement(client, event, claim_id, source_id, recheck_at=due.isoformat(), stance="no_comment")
    await statement(
        client,
        event,
        claim_id,
        await source(client, "Army"),
        recheck_at=(now + timedelta(days=1)).isoformat(),
        stance="no_comment",
    )
    earlier, later = (
        f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (due - timedelta(minutes=9), due + timedelta(minutes=1))
    )
    (item,) = (await asked(client, event, earlier, kind="recheck"))["items"]
    assert item["text"] == f"Ministry: to be asked again since {due:%Y-%m-%d %H:%M}Z"
    assert (await asked(client, event, later, kind="recheck"))["items"] == []


async def test_in_other_languages(client: httpx.AsyncClient, event: str) -> None:
    looked = (await get(client, f"{event}/dossier"))["position"]
    await said(client, event, "A drone", "Olena Koval")
    for language, word in (("fr", "nouvelle"), ("uk", "нов"), ("ru", "нов")):
        assert word in told(await asked(client, event, looked, lang=language, kind="statement"))[0][1]


async def test_wrong_questions_are_named(client: httpx.AsyncClient, event: str) -> None:
    for query, parameter in (
        ("", "since"),
        ("since=x", "since"),
        ("since=2023&kind=x", "kind"),
        ("since=2023&until=2022", "since"),
        ("since=2023&as_of=2024", "as_of"),
    ):
        refusal = await get(client, f"{event}/news?{query}", 422)
        assert [error["parameter"] for error in refusal["errors"]] == [parameter]
    await get(client, f"{event}/news?since=1-00000000", 410)
    await get(client, "/v1/events/nowhere/news?since=2023", 404)


async def test_a_thousand_changes_are_a_handful_of_items(client: httpx.AsyncClient, event: str) -> None:
    looked = (await get(client, f"{event}/dossier"))["position"]
    statements = [{"source": {"name": f"Witness number {n} of the street", "kind": "witness"}} for n in range(60)]
    await post(client, f"{event}/claims", {"text": "A drone", "question": QUESTION, "statements": statements})
    (item,) = (await asked(client, event, looked))["items"]
    assert (item["kind"], len(item["statement_ids"])) == ("statement", 60)
    assert len(item["text"]) < 60
    await patch(client, f"{event}", {"title": "Another title"})
    assert (await asked(client, event, looked))["title"] == "Another title"
