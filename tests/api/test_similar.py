"""Claims that say nearly the same, asked for and named in answers."""

from typing import Any

import pytest
from calls import claim, get, names_nothing, patch, post
from httpx import AsyncClient
from psycopg import Connection
from reporting import report, said, sent

from app.texts.alike import SIMILAR, fold, likeness

WAREHOUSE = "The blast began in a rented pyrotechnics warehouse"
REWORDED = "Explosion started at a pyrotechnics warehouse that was rented"

SAME = [
    (WAREHOUSE, REWORDED),
    ("A drone struck the plant", "The plant was hit by a drone"),
    ("It was a drone attack", "The attack was carried out by a drone"),
    ("31 people were injured in the blast", "The blast injured 31 people"),
    ("10,000 people were evacuated", "10000 people were evacuated from there"),
    ("L'explosion a débuté dans un entrepôt loué", "L'explosion a commencé dans l'entrepôt qu'on avait loué"),
    ("Un drone a frappé l'usine", "L'usine a été frappée par un drone"),
    ("Взрыв начался на арендованном складе пиротехники", "Взрыв произошёл на складе пиротехники, который арендовали"),
    ("Завод был атакован беспилотником", "Беспилотник атаковал завод"),
    ("Die Explosion begann in einem gemieteten Lager", "In einem gemieteten Lager begann die Explosion"),
    ("爆炸始于一间租用的烟火仓库", "爆炸发生在一个租用的烟火仓库里"),
    ("无人机袭击了工厂", "工厂遭到无人机袭击"),
]  # fmt: skip
ANOTHER = [
    (WAREHOUSE, "The governor ordered an evacuation"),
    ("A drone struck the plant", "A missile struck the hospital"),
    ("The blast killed 2", "The blast killed 20"),
    ("3.5 tons burned", "35 tons burned"),
    ("It was a drone", "It was not a drone"),
    ("The building was empty", "The building wasn't empty"),
    ("The building was empty", "The building wasn’t empty"),
    ("C'était un drone", "Ce n'était pas un drone"),
    ("Это был беспилотник", "Это был не беспилотник"),
    ("Взрыв начался на складе пиротехники", "Взрыв вызвала атака беспилотника"),
    ("Es war eine Drohne", "Es war keine Drohne"),
    ("这是无人机", "这不是无人机"),
    ("ドローンだった", "ドローンではない"),
    ("爆炸始于一间租用的烟火仓库", "工厂遭到无人机袭击"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert SIMILAR <= likeness(fold(one), fold(other)) < 1
    assert likeness(fold(one), fold(other)) == likeness(fold(other), fold(one))


@pytest.mark.parametrize(("one", "other"), ANOTHER)
def test_something_else_however_alike(one: str, other: str) -> None:
    assert 0 < likeness(fold(one), fold(other)) < SIMILAR


def test_the_same_words() -> None:
    assert likeness(fold("It was a  Drone!"), fold("it was a drône")) == 1
    assert likeness(fold("3.5"), fold("3 5")) < 1
    assert likeness(fold("..."), fold("drone")) == 0


# --- asked for --------------------------------------------------------------------------------------------------------


async def similar(client: AsyncClient, text: str, **more: Any) -> list[tuple[str, float, bool]]:
    answer = await client.get("/v1/claims/similar", params={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return [(one["claim"]["id"], one["score"], one["exact"]) for one in answer.json()["items"]]


async def test_the_most_alike_come_first(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    cause = {"text": "Cause?", "ref": "cause"}
    near = await claim(client, event, REWORDED, language="en", question=cause)
    far = await claim(client, event, "A warehouse was searched", language="en")
    await claim(client, event, "Nothing in common", language="en")
    other = (await post(client, "/v1/events", {"title": "Other"}))["id"]
    elsewhere = await claim(client, f"/v1/events/{other}", WAREHOUSE.upper())
    found = await similar(anybody, WAREHOUSE)
    assert [(id_, exact) for id_, _, exact in found] == [(elsewhere, True), (near, False), (far, False)]
    assert [score for _, score, _ in found] == sorted((score for _, score, _ in found), reverse=True)
    assert found[0][1] == 1
    assert found[1][1] >= SIMILAR > found[2][1]
    assert [id_ for id_, *_ in await similar(anybody, WAREHOUSE, event="explosion")] == [near, far]
    assert [id_ for id_, *_ in await similar(anybody, WAREHOUSE, question="ref:cause")] == [near]
    assert [id_ for id_, *_ in await similar(anybody, WAREHOUSE, language="en-GB", limit=2)] == [elsewhere, near]
    await names_nothing(anybody, "/v1/claims/similar?text=warehouse&event=nowhere")
    (first, *_) = (await get(anybody, f"/v1/claims/similar?text={REWORDED}"))["items"]
    assert (first["claim"]["text"], first["text"], first["claim"]["question_id"] is None) == (REWORDED, REWORDED, False)


async def test_in_a_translation_and_of_what_was_merged(client: AsyncClient, event: str) -> None:
    one = await claim(client, event, "Взрыв на складе", language="ru", translations={"en": WAREHOUSE})
    into = await claim(client, event, "Das Lager flog in die Luft", language="de")
    assert await similar(client, WAREHOUSE, language="en") == [(one, 1, True)]
    await post(client, f"/v1/claims/{one}/merge", {"into": into}, 200)
    (found,) = (await get(client, f"/v1/claims/similar?text={WAREHOUSE}"))["items"]
    assert (found["claim"]["id"], found["text"], found["exact"]) == (into, WAREHOUSE, True)


async def test_nothing_of_a_restricted_event(client: AsyncClient, anybody: AsyncClient, event: str) -> None:
    one = await claim(client, event, WAREHOUSE)
    await patch(client, event, {"visibility": "restricted"})
    assert [id_ for id_, *_ in await similar(client, WAREHOUSE)] == [one]
    assert await similar(anybody, WAREHOUSE) == []
    await names_nothing(anybody, "/v1/claims/similar?text=warehouse&event=explosion")


@pytest.mark.parametrize(
    "query",
    ["", "text=", "text=%00", f"text={'x' * 5001}", "text=x&limit=51", "text=x&limit=0", "text=x&question=cause",
     "text=x&cursor=x", "text=x&language=no%20language"],
)  # fmt: skip
async def test_what_is_not_taken(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/claims/similar?{query}")).status_code == 422


@pytest.mark.parametrize("text", ["...", "'", "\\' | a:*", "of the", "😀", "x " * 2500])
async def test_odd_texts_do_no_harm(client: AsyncClient, event: str, text: str) -> None:
    await claim(client, event, "It's of the x' \\ y")
    await similar(client, text)
    await claim(client, event, text)


# --- named in answers -------------------------------------------------------------------------------------------------


async def test_the_core_call_names_what_a_new_claim_may_repeat(client: AsyncClient, event: str) -> None:
    first = await post(client, f"{event}/claims", {"text": REWORDED})
    assert first["similar"] == []
    for text in ("The governor resigned", "Not a pyrotechnics warehouse that was rented: there no explosion started"):
        await claim(client, event, text)
    other = (await post(client, "/v1/events", {"title": "Other"}))["id"]
    await claim(client, f"/v1/events/{other}", WAREHOUSE)
    made = await post(client, f"{event}/claims", {"text": WAREHOUSE})
    (near,) = made["similar"]
    assert (near["id"], near["text"]) == (first["claim"]["id"], REWORDED)
    assert SIMILAR <= near["score"] < 1
    again = await post(client, f"{event}/claims", {"text": WAREHOUSE}, 200)
    assert again["similar"] == []
    # The same words as an answer to a question are another claim.
    asked = await post(client, f"{event}/claims", {"text": WAREHOUSE, "question": {"text": "Where?"}})
    assert [(one["id"], one["score"] == 1) for one in asked["similar"]] == [
        (made["claim"]["id"], True),
        (first["claim"]["id"], False),
    ]
    figure = await post(client, f"{event}/claims", {"question": {"measure": "injured"}, "figure": {"min": 3}})
    assert figure["similar"] == []


async def test_a_report_names_them_for_each_new_claim(client: AsyncClient) -> None:
    first = await sent(
        client, "/v1/reports", report({"text": WAREHOUSE}, {"text": "A drone struck the plant"}, ref="one")
    )
    ids = [part["claim"]["id"] for part in first["events"][0]["claims"]]
    assert [part["similar"] for part in first["events"][0]["claims"]] == [[], []]
    body = report(
        {"text": REWORDED}, {"text": "A drone struck the plant"}, {"text": "The plant was hit by a drone"}, ref="two"
    )
    body["document"]["url"] = "https://b.example"
    body["events"].append(
        {
            "ref": "other",
            "title": "Other",
            "claims": [{"text": REWORDED}, {"text": REWORDED.lower()}, {"text": WAREHOUSE}],
        }
    )
    made = (await sent(client, "/v1/reports", body, 201))["events"]
    named = [[[one["id"] for one in part["similar"]] for part in event["claims"]] for event in made]
    new = [part["claim"]["id"] for part in made[1]["claims"]]
    assert new[0] == new[1]
    assert named == [[[ids[0]], [], [ids[1]]], [[new[2]], [], [new[0]]]]
    again = await sent(client, "/v1/reports", body, 200)
    assert all(part["similar"] == [] for event in again["events"] for part in event["claims"])


async def test_what_a_delivery_takes_back_is_not_named(client: AsyncClient) -> None:
    await sent(client, "/v1/reports", report({"text": WAREHOUSE, "statements": [said("Bob")]}, ref="r"), 201)
    made = await sent(client, "/v1/reports", report({"text": REWORDED, "statements": [said("Bob")]}, ref="r"), 201)
    assert made["removed"]["claims"] == 1
    assert made["events"][0]["claims"][0]["similar"] == []


async def test_who_may_write_but_not_read_learns_nothing(
    client: AsyncClient, other: AsyncClient, psql: Connection[Any]
) -> None:
    await sent(client, "/v1/reports", report({"text": WAREHOUSE}, visibility="restricted"), 201)
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    told = await sent(other, "/v1/reports", report({"text": REWORDED}), 409)
    assert told["errors"] == [{"pointer": "/events/0/ref", "detail": "it is taken"}]
    psql.execute("UPDATE api_key SET scopes = '{ingest,read}' WHERE name = 'other'")
    body = report({"text": "The blast started in a rented pyrotechnics warehouse"}, ref="again")
    made = await sent(other, "/v1/reports", body, 201)
    assert [one["text"] for one in made["events"][0]["claims"][0]["similar"]] == [WAREHOUSE]


async def test_nor_of_a_restricted_event_that_was_merged_into_theirs(
    client: AsyncClient, other: AsyncClient, event: str, psql: Connection[Any]
) -> None:
    secret = (await post(client, "/v1/events", {"title": "Secret", "visibility": "restricted"}))["id"]
    await claim(client, f"/v1/events/{secret}", WAREHOUSE)
    await post(client, f"/v1/events/{secret}/merge", {"into": event.rpartition("/")[2]}, 200)
    psql.execute("UPDATE api_key SET scopes = '{ingest}' WHERE name = 'other'")
    assert (await post(other, f"{event}/claims", {"text": REWORDED}))["similar"] == []
    named = (await post(client, f"{event}/claims", {"text": "The blast started in a rented pyrotechnics warehouse"}))[
        "similar"
    ]
    assert [one["text"] for one in named] == [WAREHOUSE, REWORDED]


async def test_among_many_that_share_their_words(client: AsyncClient) -> None:
    """The rarest of its words finds what a claim repeats."""
    many = report(*({"text": f"Drone {nth} struck the plant"} for nth in range(300)))
    await sent(client, "/v1/reports", many, 201)
    many["events"][0]["claims"] = [{"text": f"The plant was struck by drone {nth}"} for nth in range(300)]
    made = await sent(client, "/v1/reports", many | {"ref": "second"}, 201)
    named = [part["similar"] for part in made["events"][0]["claims"]]
    assert [one[0]["text"] for one in named] == [f"Drone {nth} struck the plant" for nth in range(300)]
