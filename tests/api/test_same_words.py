"""Claims and questions in other signs are the same, whichever language is told; and no rivals of themselves."""

import pytest
from calls import Json, get, ids, post
from httpx import AsyncClient

CLAIM = "A drone struck the plant's depot"


def said(text: str, name: str, **more: object) -> Json:
    return {"text": text, "statements": [{"source": {"name": name}, "stance": "support"}], **more}


async def standing(client: AsyncClient, event: str) -> list[tuple[str, int]]:
    dossier = await get(client, f"{event}/dossier")
    claims = [one for question in dossier["questions"] for one in question["claims"]] + dossier.get("claims", [])
    return [(one["standing"], len(one["rivals"])) for one in claims]


@pytest.mark.parametrize(
    "other",
    [
        "A drone struck the plant’s depot.",
        "“a Drone struck the plant`s depot”!",
        "A drone  struck the plant's de\u00adpot",
        "(A drone struck the plant's depot …)",
        "A drone struck the plant \u200b\u0301s depot",
    ],
)
async def test_a_claim_in_other_signs_is_one(client: AsyncClient, event: str, other: str) -> None:
    cause = {"text": "What caused the fire?", "single_answer": True}
    first = await post(client, f"{event}/claims", said(CLAIM, "Ines", question=cause))
    again = await post(
        client, f"{event}/claims", said(other, "Tomas", question=cause | {"text": "«What caused the fire»"}), 201
    )
    assert again["claim"]["id"] == first["claim"]["id"]
    assert (await get(client, f"/v1/claims/{first['claim']['id']}"))["text"] == CLAIM
    assert len(await ids(client, f"{event}/questions")) == 1


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u2028", " \u200b"])
async def test_an_apostrophe_that_became_an_accent_makes_no_other_wording(
    client: AsyncClient, event: str, space: str
) -> None:
    """A normal form makes a space with an accent of ´, and a line may be broken at that space."""
    made = await post(client, f"{event}/claims", said(CLAIM, "Ines"))
    statement = {"claim": made["claim"]["id"], "source": {"name": "Ines"}, "document": {"url": "https://a.example/1"}}
    wording = CLAIM.replace("'", "´")
    first = await post(client, f"{event}/statements", statement | {"wording": wording}, 201)
    other = wording.replace("´", f"{space}\u0301")
    again = await post(client, f"{event}/statements", statement | {"wording": other}, 200)
    assert again["id"] == first["id"]
    assert len(await ids(client, f"/v1/statements/{first['id']}/appearances")) == 1


@pytest.mark.parametrize(
    ("languages", "claims"),
    [
        ([None, "en"], 1),
        (["en", None], 1),
        (["en", "en-GB"], 1),
        (["nb", "no", "nn"], 1),
        (["zh-Hans", "zh-TW"], 1),
        (["arz", "ar"], 1),
        (["en", "fr"], 2),
        ([None, "fr", "en"], 2),
        (["fr", "en", None], 2),
    ],
)
async def test_a_language_that_fits(client: AsyncClient, event: str, languages: list[str | None], claims: int) -> None:
    """One after the other, and all in one body."""
    for nth, language in enumerate(languages):
        await post(client, f"{event}/claims", said(CLAIM, f"Source {nth}", language=language))
    assert len(await ids(client, f"{event}/claims")) == claims
    listed = [said(f"{CLAIM}!", f"Source {nth}", language=language) for nth, language in enumerate(languages)]
    await post(client, "/v1/reports", {"events": [{"event": event.rsplit("/", 1)[1], "claims": listed}]})
    assert len(await ids(client, f"{event}/claims")) == claims
    other = (await post(client, "/v1/events", {"title": "Other", "slug": "other"}))["slug"]
    await post(client, "/v1/reports", {"events": [{"event": other, "claims": listed}]})
    assert len(await ids(client, f"/v1/events/{other}/claims")) == claims


async def test_the_first_language_that_is_told_completes(client: AsyncClient, event: str) -> None:
    await post(client, f"{event}/claims", said(CLAIM, "Ines"))
    again = await post(client, f"{event}/claims", said(CLAIM, "Tomas", language="en-GB"))
    assert (await get(client, f"/v1/claims/{again['claim']['id']}"))["language"] == "en-GB"


async def test_one_text_in_two_languages_is_no_rival_of_itself(client: AsyncClient, event: str) -> None:
    cause = {"text": "Cause?", "single_answer": True}
    await post(client, f"{event}/claims", said("Sabotage", "Ines", question=cause, language="en"))
    await post(client, f"{event}/claims", said("sabotage.", "Tomas", question=cause, language="fr"))
    assert await standing(client, event) == [("single_origin", 0), ("single_origin", 0)]
