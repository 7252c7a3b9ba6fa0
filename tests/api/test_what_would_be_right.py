"""Remarks and refusals that say what would be right."""

import json
from typing import Any

import httpx
import pytest
from calls import post
from reporting import sent

KILLED = {"measure": "killed"}


async def remarks(client: httpx.AsyncClient, path: str, body: Any) -> list[tuple[str, str, str]]:
    answer = (await client.post(path, json=body)).raise_for_status().json()
    return [(one["what"], one["pointer"], one["detail"]) for one in answer["remarks"]]


async def refusal(client: httpx.AsyncClient, path: str, body: Any) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    detail: str = answer.json()["errors"][0]["detail"]
    return detail


@pytest.mark.parametrize(
    ("told", "low", "high"),
    [
        ("10k", 10_000, 10_000),
        ("2.5k", 2500, 2500),
        ("1k-2k", 1000, 2000),
        ("от 30 до 40", 30, 40),
        ("між 30 та 40", 30, 40),
        ("entre 30 et 40", 30, 40),
        ("von 30 bis 40", 30, 40),
        ("من 30 إلى 40", 30, 40),
    ],
)
async def test_more_ways_to_write_a_figure(
    client: httpx.AsyncClient, event: str, told: str, low: float, high: float
) -> None:
    body = {"question": KILLED, "figure": told}
    assert ("changed", "/figure/qualifier") in [one[:2] for one in await remarks(client, f"{event}/claims", body)]
    [claim] = (await client.get(f"{event}/claims")).json()["items"]
    assert (claim["figure"]["min"], claim["figure"]["max"]) == (low, high)


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ("22 killed", '{"measure": "killed"}'),
        ("22 wounded", '{"measure": "injured"}'),
        ("half a dozen", '6, or "about 6"'),
        ("a dozen", '12, or "about 12"'),
        ("quite a lot", "Ukrainian or Arabic"),
        ("67%", '{"measure": "other", "unit": "percent"}, and the figure is 67'),
        ("about 67 percent", "and the figure is about 67"),
        ("67 процентов", '"unit": "percent"'),
        ("٦٧ في المئة", '"unit": "percent"'),
        ("from 30 and 40", '"20-30"'),
        ("1.000k", "point parts thousands"),
    ],
)
async def test_a_figure_that_is_refused(client: httpx.AsyncClient, event: str, told: str, right: str) -> None:
    assert right in await refusal(client, f"{event}/claims", {"question": KILLED, "figure": told})


async def test_who_denounces(client: httpx.AsyncClient, event: str) -> None:
    body = {"text": "A drone", "statements": [{"source": "Ann Lee", "stance": "denounces"}]}
    detail = await refusal(client, f"{event}/claims", body)
    assert all(words in detail for words in ("`act`: accuse", "`accuses`", "`comment`"))


@pytest.mark.parametrize(("tag", "language"), [("ua", "uk"), ("cn", "zh"), ("JP", "ja")])
async def test_the_language_of_a_country(client: httpx.AsyncClient, event: str, tag: str, language: str) -> None:
    detail = await refusal(client, f"{event}/claims", {"text": "A drone", "language": tag})
    assert f"`{tag.upper()}` is a country: did you mean the language `{language}`?" in detail


@pytest.mark.parametrize(
    ("text", "measure"),
    [("How many people were killed?", "killed"), ("Скільки поранених?", "injured"), ("How many were there?", None)],
)
async def test_a_number_asked_for_in_words(
    client: httpx.AsyncClient, event: str, text: str, measure: str | None
) -> None:
    answer = await client.post(f"{event}/claims", json={"text": "7", "question": text})
    [remark] = [one for one in answer.json()["remarks"] if one["what"] == "suggested"]
    assert (remark["pointer"], remark["stored"]) == ("/question/measure", measure)
    assert f'{{"measure": "{measure or "killed"}"}}' in remark["detail"]


@pytest.mark.parametrize(
    ("told", "suggested"),
    [({}, True), ({"kind": "casualties"}, False), ({"kind": "other"}, False), ({"evolving": False}, False)],
)
async def test_whether_a_count_of_persons_grows(
    client: httpx.AsyncClient, event: str, told: dict[str, Any], *, suggested: bool
) -> None:
    question = {"measure": "other", "subject": "survivors", "unit": "persons"} | told
    body = {"question": question, "figure": 3}
    found = [one for one in await remarks(client, f"{event}/claims", body) if one[1] == "/question/evolving"]
    assert [one[0] for one in found] == ["suggested"] * suggested
    again = await remarks(client, f"{event}/claims", body | {"figure": 4})
    assert not [one for one in again if one[0] == "suggested"]


async def test_what_has_no_persons_or_a_measure_of_its_own_is_not_asked_about(
    client: httpx.AsyncClient, event: str
) -> None:
    for question in (KILLED, {"measure": "other", "unit": "shells"}, {"measure": "distance"}):
        found = await remarks(client, f"{event}/claims", {"question": question, "figure": 3})
        assert not [one for one in found if one[0] == "suggested"]


async def test_a_subject_in_the_plural_is_named_as_similar(client: httpx.AsyncClient, event: str) -> None:
    one = await post(client, f"{event}/questions", KILLED | {"subject": "civilian"})
    several = await post(client, f"{event}/claims", {"question": KILLED | {"subject": "civilians"}, "figure": 3})
    [near] = several["question"]["similar"]
    assert (near["id"], near["text"]) == (one["id"], "killed (civilian)")
    assert several["question"]["id"] != one["id"]
    for other in ({"measure": "injured", "subject": "civilians"}, KILLED | {"subject": "soldiers"}, KILLED):
        assert (await client.post(f"{event}/questions", json=other)).json()["similar"] == []
    asked = {"text": "Who was killed (civilians)?"}
    assert (await client.post(f"{event}/questions", json=asked)).json()["similar"] == []


async def test_two_subjects_of_one_report(client: httpx.AsyncClient) -> None:
    claims = [{"question": KILLED | {"subject": subject}, "figure": 3} for subject in ("drone", "drones")]
    body = {"document": {"url": "https://a.example/1"}, "events": [{"ref": "e", "title": "E", "claims": claims}]}
    answer = await sent(client, "/v1/reports", body)
    first, second = (claim["question"]["similar"] for claim in answer["events"][0]["claims"])
    assert [near["text"] for near in first] == ["killed (drones)"]
    assert [near["text"] for near in second] == ["killed (drone)"]


async def test_a_source_is_not_looked_up_by_its_name(client: httpx.AsyncClient) -> None:
    detail = await refusal(client, "/v1/lookup", {"items": [{"type": "source", "name": "TASS"}]})
    assert "/v1/sources?q=" in detail


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ({"source": "Ann Lee"}, '`"statements": [{"source": …}]`'),
        ({"speaker": "Ann Lee"}, '`"statements": [{"source": …}]`'),
        ({"quote": "It fell"}, '`"statements": [{"wording": …}]`'),
        ({"said": "2024-05-01"}, '`"statements": [{"said": …}]`'),
        ({"measure": "killed"}, '`"question": {"measure": …}`'),
        ({"statements": [{"source": "Ann Lee", "figure": 3}]}, "a claim has it, beside its `statements`"),
    ],
)
async def test_a_field_that_stands_one_step_up_or_down(
    client: httpx.AsyncClient, event: str, claim: dict[str, Any], right: str
) -> None:
    assert right in await refusal(client, f"{event}/claims", {"text": "It fell"} | claim)


async def test_one_sentence_has_what_is_wrong_wherever_that_was_seen(client: httpx.AsyncClient, event: str) -> None:
    """Whoever shows `detail` alone shows the place and what would be right there, of lines as well."""
    refused = {
        "/v1/events": {"title": "E", "latitude": 20},
        f"{event}/claims": {"text": "It fell", "question": "ref:nowhere"},
        f"{event}/statements": {"claim": "ref:nowhere", "source": "Ann Lee"},
    }
    for path, body in refused.items():
        answer = (await client.post(path, json=body)).json()
        [error] = answer["errors"]
        assert error["detail"] in answer["detail"], path
    lines: list[dict[str, Any]] = [
        {"type": "statement", "claim": "ref:nowhere", "source": "Ann Lee"},
        {"type": "claim", "event": f"ref:{'x' * 9}", "text": "It fell"},
        {"type": "claim", "event": event.rpartition("/")[2], "question": KILLED, "figure": 3.5},
        {"type": "claims"},
        {"type": "claim", "event": event.rpartition("/")[2], "text": "It fell", "question": "ref:nowhere"},
    ]
    sent_lines = "\n".join(json.dumps(line) for line in lines)
    answers = await client.post("/v1/ingest", content=sent_lines, headers={"Content-Type": "application/x-ndjson"})
    *told, _ = (json.loads(line) for line in answers.text.splitlines())
    for number, line in enumerate(told, 1):
        [error] = line["errors"]
        assert line["detail"].endswith(f"{error['pointer']}: {error['detail']}"), line
        assert f"/{number}/" not in line["detail"]


@pytest.mark.parametrize(
    ("body", "right"),
    [
        ({"question": KILLED, "text": "3 were killed", "figure": 3}, "leave out the text, and tell what it counts"),
        ({"question": KILLED, "figure": {"min": 9, "max": 3}}, "min is above max"),
        ({"question": KILLED, "figure": {"qualifier": "between", "min": 9, "max": 3}}, "min is above max"),
        ({"text": "A", "statements": [{"source": {"name": "X", "kind": "website"}}]}, "is an `outlet`"),
    ],
)
async def test_what_to_do_instead(client: httpx.AsyncClient, event: str, body: Any, right: str) -> None:
    assert right in await refusal(client, f"{event}/claims", body)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [("minister", "official"), ("Spokesman", "official"), ("politician", "official"), ("journalist", "person"),
     ("survivor", "witness")],
)  # fmt: skip
async def test_what_people_are_called(client: httpx.AsyncClient, kind: str, meant: str) -> None:
    source = (await client.post("/v1/sources", json={"name": "Ann Lee", "kind": kind})).raise_for_status().json()
    assert source["kind"] == meant


async def test_a_standing_is_no_filter(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/claims?standing=contested")
    assert answer.status_code == 422
    assert "a standing is derived" in answer.json()["errors"][0]["detail"]
    assert "/v1/events/{event}/dossier" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(("sent", "meant"), [("reports", "report"), ("Claims", "claim"), ("sorce-link", "source_link")])
async def test_the_type_of_a_line(client: httpx.AsyncClient, sent: str, meant: str) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post("/v1/ingest", content=json.dumps({"type": sent}), headers=headers)
    assert f"did you mean `{meant}`?" in json.loads(answer.text.splitlines()[0])["errors"][0]["detail"]


async def test_what_is_counted_and_no_measure_is_found_by_its_subject(client: httpx.AsyncClient, event: str) -> None:
    for subject, number in (("aboard", 10), ("crew", 3)):
        question = {"measure": "other", "subject": subject, "unit": "persons"}
        body = {"question": question, "figure": number, "statements": [{"source": "Ann Lee"}]}
        (await client.post(f"{event}/claims", json=body)).raise_for_status()
    for path in ("/v1/statements", "/v1/claims", "/v1/questions", f"{event}/figures"):
        answer = await client.get(path, params={"measure": "aboard"})
        assert answer.status_code == 422
        assert "narrow by measure=other&subject=aboard" in answer.json()["errors"][0]["detail"]
    for narrowed in ({"subject": "Aboard"}, {"measure": "other", "subject": "aboard "}):
        for path in ("/v1/statements", "/v1/claims", "/v1/questions"):
            assert len((await client.get(path, params=narrowed)).raise_for_status().json()["items"]) == 1, path
        assert len((await client.get("/v1/statements.ndjson", params=narrowed)).text.splitlines()) == 1
        (quantity,) = (await client.get(f"{event}/figures", params=narrowed)).raise_for_status().json()["questions"]
        assert quantity["subject"] == "aboard"
    assert (await client.get("/v1/statements?measure=killed&subject=aboard")).json()["items"] == []
