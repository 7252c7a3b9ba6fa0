"""Lists of statements go by when something was said as dossiers have it, also where only its document tells that."""

import csv
import io

from calls import claim, document, get, patch, post, source, statement
from httpx import AsyncClient


async def dated(client: AsyncClient, path: str = "/v1/export.csv") -> list[tuple[str, str]]:
    """By their pictures, when each statement was said, and its id; in that order."""
    text = (await client.get(path)).text
    return sorted((row["said_from"], row["statement_id"]) for row in csv.DictReader(io.StringIO(text, newline="")))


async def pages(client: AsyncClient, path: str) -> list[str]:
    """The ids of all pages, which are the same read backwards."""
    onward: list[list[str]] = []
    page = await get(client, path)
    onward.append([row["id"] for row in page["items"]])
    while page["next"]:
        page = await get(client, page["next"])
        onward.append([row["id"] for row in page["items"]])
    backward = [onward[-1]]
    while page["prev"]:
        page = await get(client, page["prev"])
        backward.insert(0, [row["id"] for row in page["items"]])
    assert backward == onward
    return [id_ for ids in onward for id_ in ids]


async def test_the_demo_is_sorted_and_narrowed_by_effective_times(demo: AsyncClient) -> None:
    every = await dated(demo)
    assert await pages(demo, "/v1/statements?sort=said&limit=13") == [id_ for _, id_ in every]
    assert await pages(demo, "/v1/statements?sort=-said&limit=13") == [id_ for _, id_ in reversed(every)]
    since, until = "2023-08-09T00:00:00Z", "2023-08-12T00:00:00Z"
    fitting = [id_ for said_from, id_ in every if since <= said_from < until]
    assert 0 < len(fitting) < len(every)
    for path in ("/v1/statements", "/v1/events/zagorsk-2023/statements"):
        listed = await get(demo, f"{path}?sort=said&said_from=2023-08-09&said_to=2023-08-11&limit=200")
        ids = [row["id"] for row in listed["items"]]
        assert ids == [id_ for id_ in fitting if path == "/v1/statements" or id_ in ids]
        assert None in {row["said"] for row in listed["items"]}
    table = await dated(demo, "/v1/statements.csv?said_from=2023-08-09&said_to=2023-08-11")
    assert [id_ for _, id_ in table] == fitting


async def test_times_follow_merged_documents_readings_and_recording(client: AsyncClient, event: str) -> None:
    about, official = await claim(client, event), await source(client, "Official")
    papers = [await document(client, f"https://a.example/{nth}") for nth in range(3)]
    merged = await document(client, "https://b.example/1", published="2023-08-02")
    further = await document(client, "https://c.example/1", published="2023-08-01")
    for id_, into in ((further, merged), (merged, papers[0])):
        await post(client, f"/v1/documents/{id_}/merge", {"into": into}, 200)
    for nth, day in ((1, "2023-08-04"), (1, "2023-08-03"), (2, "2023-08-05")):
        text = {"text": f"Words of {day}", "retrieved_at": f"{day}T00:00:00Z"}
        await post(client, f"/v1/documents/{papers[nth]}/versions", text)
    ids = [await statement(client, event, about, official, document=paper, said=None) for paper in papers[:2]]
    two_places = await statement(client, event, about, official, stance="deny", document=papers[2], said=None)
    await post(client, f"/v1/statements/{two_places}/appearances", {"document": papers[0]})
    read_later = await statement(
        client, event, about, await source(client, "Mayor of Kesra"), document=papers[2], said=None
    )
    nowhere = await statement(client, event, about, None, stance="query")
    said = await statement(client, event, about, official, said="2023-08-06")
    every = await dated(client)
    assert [id_ for _, id_ in every] == await pages(client, "/v1/statements?sort=said&limit=2")
    assert {id_: said_from[:10] for said_from, id_ in every if id_ != nowhere} == {
        ids[0]: "2023-08-01",
        ids[1]: "2023-08-03",
        read_later: "2023-08-05",
        two_places: "2023-08-01",
        said: "2023-08-06",
    }
    assert every[-1][1] == nowhere
    assert await pages(client, "/v1/statements?said_from=2023-08-04&said_to=2023-08-05") == [read_later]
    await patch(client, f"/v1/statements/{said}", {"said": "2023-08-02"})
    assert [id_ for _, id_ in await dated(client)] == await pages(client, "/v1/statements?sort=said&limit=2")
