"""Names that may be those of one are proposed when they are stored, and count once until an editor says no."""

import httpx
import pytest
from calls import Json, claim, delete, get, ids, patch, post, source, statement

QUEUE = "/v1/source-links?state=proposed&sort=created_at"


async def proposed(client: httpx.AsyncClient) -> list[tuple[float, str]]:
    return [(one["score"], one["reason"]) for one in (await get(client, QUEUE))["items"]]


async def told(client: httpx.AsyncClient, event: str) -> Json:
    found: Json = (await get(client, f"{event}/dossier"))["unasked"][0]
    return {"origins": len(found["origins"]["support"]), "standing": found["standing"], "why": found["why"]} | {
        "how": [join["how"] for origin in found["origins"]["support"] for join in origin["joined_by"]]
    }


async def test_two_scripts_of_a_name_count_once_until_an_editor_says_no(client: httpx.AsyncClient, event: str) -> None:
    latin = await source(client, "Olena Hrushevska", kind="official")
    cyrillic = await source(client, "Олена Грушевська", kind="expert")
    about = await claim(client, event)
    for one in (latin, cyrillic):
        await statement(client, event, about, one)
    assert await proposed(client) == [(0.9, "the name in another script")]
    assert await told(client, event) == {
        "origins": 1, "standing": "single_origin", "how": ["same_as"],
        "why": "1 independent source supports it: 2 sources go back to one, or may be the same",
    }  # fmt: skip
    seen = (await client.get(f"{event}/dossier")).headers["etag"]
    position = (await get(client, f"{event}/dossier"))["position"]
    (link,) = await ids(client, QUEUE)
    await patch(client, f"/v1/source-links/{link}", {"state": "rejected"})
    assert (await client.get(f"{event}/dossier", headers={"If-None-Match": seen})).status_code == 200
    assert (await told(client, event))["standing"] == "corroborated"
    diff = await get(client, f"{event}/diff?since={position}")
    (moved,) = diff["origins"]
    assert (moved["from"], moved["to"], [join["link_id"] for join in moved["parted_by"]]) == (1, 2, [link])
    assert [(one["state_from"], one["state_to"], one["reason"]) for one in diff["source_links"]] == [
        ("proposed", "rejected", "the name in another script")
    ]
    assert [(one["from"], one["to"]) for one in diff["standings"]] == [("single_origin", "corroborated")]
    assert diff["summary"][0]["text"].endswith(
        "went from one source to corroborated by independent sources because 2 independent sources support it,"
        " not all of one side (no longer: perhaps one source)."
    )
    # What an editor has said is not asked again.
    await patch(client, f"/v1/sources/{latin}", {"aliases": [{"name": "Olena Hruschevska"}]})
    assert await proposed(client) == []


async def test_confirmed_they_are_one(client: httpx.AsyncClient, event: str) -> None:
    first, second = await source(client, "Imre Kovács"), await source(client, "Kovacs, Imre J.")
    about = await claim(client, event)
    for one in (first, second):
        await statement(client, event, about, one)
    (link,) = await ids(client, QUEUE)
    await patch(client, f"/v1/source-links/{link}", {"state": "confirmed"})
    assert (await told(client, event))["how"] == ["source"]
    await patch(client, f"/v1/source-links/{link}", {"state": "rejected"})
    assert (await told(client, event))["origins"] == 2


async def test_what_contradicts_is_not_proposed(client: httpx.AsyncClient) -> None:
    await source(client, "Petra Lindqvist", kind="person", country="SE")
    await source(client, "Lindqvist Petra", kind="person", country="FI")
    await source(client, "Petra Maria Lindqvist", kind="person", url="https://one.example/", party="left")
    await source(client, "Petra K. Lindqvist", kind="person", url="https://other.example/", party="right")
    assert {reason for _, reason in await proposed(client)} == {"a middle name or patronymic left out"}
    assert len(await proposed(client)) == 4


async def test_one_name_of_two_kinds_is_proposed_once_they_are_of_different_classes(client: httpx.AsyncClient) -> None:
    await source(client, "Aurora", kind="outlet")
    await source(client, "Aurora", kind="account")
    assert await proposed(client) == [(0.8, "the same name, of another kind of source")]


async def test_numbers_and_brothers_stay_apart(client: httpx.AsyncClient) -> None:
    for name in ("12th Brigade", "13th Brigade", "Anton Weiss", "Jakob Weiss", "Weiss"):
        await source(client, name)
    assert await proposed(client) == []


async def test_a_confidential_name_is_not_proposed(client: httpx.AsyncClient) -> None:
    await source(client, "Sofia Markova", confidential=True)
    await source(client, "София Маркова")
    assert await proposed(client) == []


async def test_a_renamed_source_is_compared_by_its_new_name(client: httpx.AsyncClient) -> None:
    await source(client, "Tomasz Zieliński")
    other = await source(client, "T.Z.")
    assert await proposed(client) == []
    await patch(client, f"/v1/sources/{other}", {"name": "Zieliński Tomasz"})
    (link,) = await ids(client, QUEUE)
    await delete(client, f"/v1/source-links/{link}")
    await patch(client, f"/v1/sources/{other}", {"name": "T.Z."})
    await source(client, "Zielinski, Tomasz Z.")
    assert len(await proposed(client)) == 1


async def test_the_order_of_arrival_changes_no_proposal(client: httpx.AsyncClient) -> None:
    names = ["Yusuf Demir", "Demir Yusuf", "Юсуф Демир", "Yusuf Ali Demir", "Yusuf Demirel"]
    found = []
    for order, other in ((names, "Demir"), (names[::-1], "Karaman")):
        by_id = {}
        for name in order:
            stored = name.replace("Demir", other).replace("Демир", "Караман" if other == "Karaman" else "Демир")
            by_id[await source(client, stored)] = name
        links = [one for one in (await get(client, f"{QUEUE}&limit=200"))["items"] if one["from_id"] in by_id]
        pairs = [(*sorted((by_id[one["from_id"]], by_id[one["to_id"]])), one["reason"]) for one in links]
        found.append(sorted(pairs))
    assert found[0] == found[1]
    assert len(found[0]) == 6


async def test_an_export_brings_its_own_links(client: httpx.AsyncClient) -> None:
    lines = [
        f'{{"type": "source", "id": "018f0000-0000-7000-8000-00000000000{n}", "name": "{name}"}}'
        for n, name in enumerate(("Nino Beridze", "Beridze Nino"))
    ]
    answer = await client.post("/v1/ingest", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"})
    assert answer.is_success
    assert await proposed(client) == []
    await post(client, "/v1/sources", {"name": "ნინო ბერიძე"})
    assert len(await proposed(client)) == 2


async def test_a_mention_that_fits_two_adds_nothing_to_either(client: httpx.AsyncClient, event: str) -> None:
    """Nor is it one of them: what it denies is still denied."""
    ministry = {"name": "Ministry of Fisheries", "kind": "authority"}
    for country in ("NO", "IS"):
        await post(client, "/v1/sources", ministry | {"country": country})
    about = await claim(client, event)
    first = {"claim": about, "source": ministry | {"country": "NO"}}
    await post(client, f"{event}/statements", first)
    paper = {"document": {"url": "https://paper.example/fish"}}
    said = await post(client, f"{event}/statements", {"claim": about, "source": ministry} | paper)
    assert await proposed(client) == [(0.5, "the name fits more than one source")] * 2
    assert await told(client, event) == {
        "origins": 1, "standing": "single_origin", "how": ["same_as"],
        "why": "1 independent source supports it: 2 sources go back to one, or may be the same",
    }  # fmt: skip
    await patch(client, f"/v1/statements/{said['id']}", {"stance": "deny"})
    assert (await told(client, event))["standing"] == "contested"


async def test_two_bare_mentions_of_an_ambiguous_name_are_no_two_witnesses(
    client: httpx.AsyncClient, event: str
) -> None:
    """Who bears the name speaks elsewhere: whoever is meant, it may be the same one."""
    for country in ("UA", "RU"):
        await source(client, "Ministry of Defence", country=country)
    about, mentions = await claim(client, event), []
    for number in (1, 2):
        said = {
            "claim": about,
            "source": {"name": "Ministry of Defence"},
            "document": {"url": f"https://{number}.example/a"},
        }
        mentions.append((await post(client, f"{event}/statements", said))["source_id"])
    assert len(set(mentions)) == 2
    assert await told(client, event) == {
        "origins": 1, "standing": "single_origin", "how": ["same_as"],
        "why": "1 independent source supports it: 2 sources go back to one, or may be the same",
    }  # fmt: skip
    for link in await ids(client, QUEUE):
        await patch(client, f"/v1/source-links/{link}", {"state": "rejected"})
    assert (await told(client, event))["origins"] == 1  # nobody has said yet that the two mentions are not one
    await post(client, f"/v1/sources/{mentions[0]}/links", {"to": mentions[1], "state": "rejected"})
    assert (await told(client, event))["standing"] == "corroborated"


async def test_the_queue_has_first_what_a_decision_may_change(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    pairs = [
        (await source(client, f"Maria {name}"), await source(client, f"{name} Maria"))
        for name in ("Ek", "Lund", "Berg")
    ]
    about = await claim(client, event)
    for one in pairs[1]:
        await statement(client, event, about, one)
    queue = [one["from_id"] for one in (await get(client, f"{QUEUE}".replace("created_at", "-consequence")))["items"]]
    assert queue == [pairs[1][1], pairs[2][1], pairs[0][1]]
    assert len((await get(anybody, "/v1/source-links?sort=-consequence"))["items"]) == 1
    page = await get(client, "/v1/source-links?sort=-consequence&limit=2")
    assert len((await get(client, page["next"]))["items"]) == 1


async def test_what_tells_two_of_a_name_apart_may_be_taken_back(client: httpx.AsyncClient) -> None:
    first = await source(client, "Coast Guard", kind="authority", country="NO")
    await source(client, "Coast Guard", kind="authority", country="SE")
    assert await proposed(client) == []
    await patch(client, f"/v1/sources/{first}", {"country": None})
    assert await proposed(client) == [(0.95, "the same name, and nothing that tells the two apart")]


async def test_other_forms_of_a_name_are_no_second_witness(client: httpx.AsyncClient, event: str) -> None:
    """A title left out, a given name as another language has it, a name written as one word or as two."""
    pairs = [
        ("Bundeskanzlerin Vera Lindt", "Vera Lindt"),
        ("Cumhurbaşkanı Emre Dağlı", "Emre Dağlı"),
        ("Володимир Ладов", "Владимир Ладов"),
        ("Abdel Fattah el-Karim", "عبد الفتاح الكريم"),
        ("林小红", "Lin Xiaohong"),
        ("يوسف نبيه", "Yousef Nabih"),
    ]
    for first, second in pairs:
        about = await claim(client, event, text=f"As {second} says")
        for name in (first, second):
            await statement(client, event, about, await source(client, name, kind="official"))
    claims = (await get(client, f"{event}/dossier"))["unasked"]
    assert {one["text"]: len(one["origins"]["support"]) for one in claims} == {
        f"As {second} says": 1 for _, second in pairs
    }


ALIAS = [{"name": "МОЗ", "language": "uk"}]


async def test_one_alias_of_two_is_no_second_witness(client: httpx.AsyncClient, event: str) -> None:
    """It is not enough to take them for one: more than one ministry is "the ministry"."""
    ministry = {"name": "Ministry of Health of Fooland", "kind": "authority", "country": "UA", "aliases": ALIAS}
    about = await claim(client, event)
    first = (await post(client, "/v1/sources", ministry))["id"]
    other = (
        await client.post("/v1/sources", json={"name": "Fooland Health Authority", "aliases": [{"name": "Моз"}]})
    ).json()
    second = other["id"]
    assert [(one["what"], one["pointer"], one["stored"]["id"]) for one in other["remarks"]] == [
        ("proposed", "/name", first)
    ]
    assert "both have the same alias" in other["remarks"][0]["detail"]
    for one in (first, second):
        await statement(client, event, about, one)
    found = await told(client, event)
    assert (found["origins"], found["standing"], found["how"]) == (1, "single_origin", ["same_as"])
    # Whoever is called that alone may be either, and is no third one.
    await post(client, f"{event}/claims", {"text": "It was a drone", "statements": [{"source": "МОЗ"}]}, 201)
    assert (await told(client, event))["origins"] == 1
    assert sorted(await proposed(client)) == [
        (0.5, "the name fits more than one source"), (0.5, "the name fits more than one source"),
        (0.7, "both have the same alias"),
    ]  # fmt: skip
    (link,) = [one["id"] for one in (await get(client, QUEUE))["items"] if one["score"] == 0.7]
    await patch(client, f"/v1/source-links/{link}", {"state": "rejected"})
    assert (await told(client, event))["origins"] == 2


async def test_an_alias_of_two_that_contradict_links_nobody(client: httpx.AsyncClient) -> None:
    for country in ("UA", "RU"):
        await post(client, "/v1/sources", {"name": f"Ministry {country}", "country": country, "aliases": ALIAS})
    await post(client, "/v1/sources", {"name": "Secret Board", "confidential": True, "aliases": ALIAS})
    assert await proposed(client) == []


@pytest.mark.parametrize("alias", ["МОЗ", "1+1", "國防部", "وزارة الصحة"])
async def test_aliases_in_any_signs_are_compared(client: httpx.AsyncClient, alias: str) -> None:
    for name in ("Office of Crops", "Grain Department"):
        await post(client, "/v1/sources", {"name": name, "aliases": [{"name": alias}]})
    # Of two that are alike by more than one rule the surest is given; and a person is called as a body is.
    await post(client, "/v1/sources", {"name": "Crops Office", "aliases": [{"name": alias}]})
    await post(client, "/v1/sources", {"name": "Mira Holt", "kind": "person", "aliases": [{"name": alias}]})
    shared = (0.7, "both have the same alias")
    assert sorted(await proposed(client)) == [*[shared] * 5, (0.85, "the words of the name in another order")]


async def test_whoever_may_be_of_a_side_does_not_corroborate_it(client: httpx.AsyncClient, event: str) -> None:
    minister = await source(client, "Дмитро Ковальчук", kind="official", party="ukraine")
    bare = await source(client, "Dmytro Kovalchuk")
    await statement(client, event, await claim(client, event, "There were two"), minister)
    about = await claim(client, event)
    for one in (bare, await source(client, "Police", party="ukraine")):
        await statement(client, event, about, one)

    async def verdict(**view: str) -> list[str]:
        unasked = (await get(client, f"{event}/dossier?{httpx.QueryParams(view)}"))["unasked"]
        (shown,) = [one for one in unasked if one["id"] == about]
        return [shown["standing"], shown["why"], shown["reasons"][0]["code"]]

    assert await verdict() == [
        "one_sided",
        "2 sources support it, perhaps both of one side (Ukraine): which sources are the same is not decided",
        "supported_by_perhaps_one_side",
    ]  # fmt: skip
    assert (await verdict(independence="party"))[0] == "single_origin"
    (link,) = await ids(client, QUEUE)
    for state, standing in (("rejected", "corroborated"), ("proposed", "one_sided"), ("confirmed", "one_sided")):
        await patch(client, f"/v1/source-links/{link}", {"state": state})
        assert (await verdict())[0] == standing
