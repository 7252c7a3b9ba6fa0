"""A trait of a source that a report alone tells of: its next delivery mends it, however often the report names it."""

from typing import Any

import httpx
import pytest
from reporting import claim, report

Json = dict[str, Any]
WHOLE = {
    "name": "Carl See", "kind": "official", "party": "russia", "country": "RU", "url": "https://t.me/carl",
    "parent": "Office",
}  # fmt: skip
CHANGES: tuple[Json, ...] = (
    {"party": "ukraine"},
    {"country": "UA"},
    {"kind": "authority"},
    {"url": "https://t.me/see"},
    {"parent": "Bureau"},
    {"name": "CARL SEE"},
    {"name": "Carl Sea"},
    {"party": None, "country": None},
    {"party": "ukraine", "country": "UA", "kind": "military", "url": None, "name": "Karl Seee"},
)
HOW = ("whole", "by name", "by name first", "by label", "once")


def body(source: Json, how: str, ref: str = "r1", **given: Any) -> Json:
    """A report that names its source thrice."""
    told = {name: value for name, value in source.items() if value is not None}
    label = {**told, "label": "#who"}
    mentions = {
        "whole": [told, told, told],
        "by name": [told, told["name"], told["name"]],
        "by name first": [told["name"], told, told["name"]],
        "by label": [label, "#who", "#who"],
        "once": [told],
    }[how]
    question = {"text": "What?", "kind": "cause"}
    claims = [claim(f"Claim {nth}", {"source": who}, question=question) for nth, who in enumerate(mentions)]
    return report(*claims, ref=ref, **given)


async def deliver(client: httpx.AsyncClient, sent_body: Json) -> Json:
    answer = await client.post("/v1/reports", json=sent_body)
    assert answer.is_success, answer.text
    read: Json = answer.json()
    return read


async def sources(client: httpx.AsyncClient) -> dict[str, Json]:
    return {one["id"]: one for one in (await client.get("/v1/sources")).raise_for_status().json()["items"]}


async def ids(client: httpx.AsyncClient, path: str) -> set[str]:
    return {one["id"] for one in (await client.get(f"/v1/{path}")).raise_for_status().json()["items"]}


def speakers(answer: Json) -> list[str]:
    return [one["statements"][0]["source"]["id"] for one in answer["events"][0]["claims"]]


@pytest.mark.parametrize("how", HOW)
async def test_it_stays_one_record(client: httpx.AsyncClient, how: str) -> None:
    """Mended again and again, in each trait and in all, with nothing of before in the way of what comes next."""
    (id_,) = set(speakers(await deliver(client, body(WHOLE, how))))
    statements = await ids(client, "statements")
    for nth, change in enumerate((*CHANGES, {})):
        mended = {**WHOLE, **change}
        answer = await deliver(client, body(mended, how))
        assert (set(speakers(answer)), answer["changed"]) == ({id_}, True)
        assert {one["what"] for one in answer["remarks"]} <= {"replaced", "completed", "removed"}
        found = await sources(client)
        traits = ("name", "kind", "party", "country", "url")
        assert {name: found[id_][name] for name in traits} == {name: mended[name] for name in traits}
        assert [one["name"] for one in found.values() if one["id"] != id_] == [mended["parent"]]
        assert await ids(client, "statements") == statements
        answer = await deliver(client, body(mended, how, title=f"Event {nth}"))
        assert (set(speakers(answer)), answer["removed"]["sources"]) == ({id_}, 0)
        assert [one["what"] for one in answer["remarks"]] == ["replaced"]  # the title
    assert (await client.get("/v1/source-links")).json()["items"] == []


async def test_two_of_a_name_stay_two(client: httpx.AsyncClient) -> None:
    def of(*countries: str, title: str = "Blast") -> Json:
        who = [{"source": {"name": "Carl See", "country": country}} for country in countries]
        return report(*(claim(f"Of {nth}", one) for nth, one in enumerate(who)), ref="r1", title=title)

    first = speakers(await deliver(client, of("RU", "UA")))
    assert speakers(await deliver(client, of("RU", "UA", title="Fire"))) == first
    assert speakers(await deliver(client, of("RU", "KZ"))) == first
    found = await sources(client)
    assert [found[id_]["country"] for id_ in first] == ["RU", "KZ"]
    answer = await deliver(client, of("UA", "UA"))
    assert [one["country"] for one in (await sources(client)).values()] == ["UA"]
    assert answer["removed"]["sources"] == 1


async def test_what_others_say_of_it_stays(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    """Another report that says the same, or whoever calls without one: then it is another source of the name."""
    russian, ukrainian = {"name": "Carl See", "party": "russia"}, {"name": "Carl See", "party": "ukraine"}
    (id_,) = set(speakers(await deliver(client, body(russian, "whole"))))
    await deliver(client, body(russian, "once", "r2"))
    answer = await deliver(client, body(ukrainian, "whole"))
    (another,) = set(speakers(answer))
    found = await sources(client)
    assert {found[id_]["party"], found[another]["party"]} == {"russia", "ukraine"}
    told = [one for one in answer["remarks"] if one["what"] == "not_taken" and one["pointer"].endswith("/party")]
    assert [(one["sent"], one["url"]) for one in told] == [("ukraine", f"/v1/sources/{id_}")]
    event = f"/v1/events/{answer['events'][0]['id']}"
    bare = claim("By hand", {"source": {"name": "Ann"}})
    (id_,) = set(speakers(await deliver(client, body({"name": "Ann", "party": "russia"}, "whole", "r3"))))
    (await other.post(f"{event}/claims", json=bare)).raise_for_status()
    answer = await deliver(client, body({"name": "Ann", "party": "ukraine"}, "whole", "r3"))
    assert id_ not in speakers(answer)
    assert (await sources(client))[id_]["party"] == "russia"


async def test_what_others_only_name_is_mended_for_them_too(client: httpx.AsyncClient) -> None:
    russian, ukrainian = {"name": "Carl See", "party": "russia"}, {"name": "Carl See", "party": "ukraine"}
    (id_,) = set(speakers(await deliver(client, body(russian, "by name"))))
    assert set(speakers(await deliver(client, body({"name": "Carl See"}, "once", "r2")))) == {id_}
    for title in ("Blast", "Fire"):
        answer = await deliver(client, body(ukrainian, "by name", title=title))
        assert set(speakers(answer)) == {id_}
        assert [one["party"] for one in (await sources(client)).values()] == ["ukraine"]
    await deliver(client, body({"name": "Carl See", "party": "west"}, "once", "r2"))
    assert {one["party"] for one in (await sources(client)).values()} == {"ukraine", "west"}


async def test_what_an_editor_changed_stays(client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    (id_,) = set(speakers(await deliver(client, body({"name": "Carl See", "party": "russia"}, "by name"))))
    patched = await other.patch(f"/v1/sources/{id_}", json={"party": "west"}, headers={"If-Match": "*"})
    assert patched.status_code == 200
    answer = await deliver(client, body({"name": "Carl See", "party": "ukraine"}, "whole"))
    assert id_ not in speakers(answer)
    assert "party" in {one["pointer"].rpartition("/")[2] for one in answer["remarks"] if one["what"] == "not_taken"}
    (await deliver(client, body({"name": "Carl See", "party": "ukraine"}, "whole", title="Fire")))
