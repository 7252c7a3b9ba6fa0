"""Searches for words that very many texts have."""

from calls import claim
from httpx import AsyncClient
from psycopg import Connection
from searching import found

# Entries that all lead to one claim.
_MANY = """
INSERT INTO search_entry (part, type, language, id, owner, event_id, vector)
SELECT gen_random_uuid(), type, language, id, owner, event_id, vector FROM search_entry, generate_series(1, 25000)
WHERE id = %s"""


async def test_of_what_very_many_have_the_latest_are_found(client: AsyncClient, event: str, psql: Connection) -> None:
    old = await claim(client, event, "A drone over the harbour")
    psql.execute(_MANY, [old])
    new = await claim(client, event, "Drone, drone, drone")
    pages = {
        more: (await client.get(f"/v1/search?{more}")).json()
        for more in ("q=drone", "q=harbour drones", "q=drone -harbour", f"q=drone&event={event.rpartition('/')[2]}")
    }
    assert {more: page["latest"] for more, page in pages.items()} == {
        "q=drone": True, "q=harbour drones": True, "q=drone -harbour": False,
        f"q=drone&event={event.rpartition('/')[2]}": False,
    }  # fmt: skip
    assert {hit["id"] for hit in pages["q=drone"]["items"]} == {old, new}
    assert [hit["id"] for hit in pages["q=drone -harbour"]["items"]] == [new]
    # What is counted is counted among all: here without a text, as only its entries are left of it.
    psql.execute("DELETE FROM search_entry WHERE part = id AND id = %s", [old])
    assert await found(client, "harbour") == []
    counted = (await client.get("/v1/search?q=harbour&count=true")).json()
    assert (counted["total"], counted["latest"], [hit["id"] for hit in counted["items"]]) == (1, False, [old])


async def test_claims_that_share_a_rare_word_are_found_among_very_many(
    client: AsyncClient, event: str, psql: Connection
) -> None:
    old = await claim(client, event, "A drone over the harbour")
    psql.execute(_MANY, [old])
    rare = await claim(client, event, "Zeppelin struck by a drone")
    similar = (await client.get("/v1/claims/similar?text=A drone struck a zeppelin")).json()["items"]
    assert similar[0]["claim"]["id"] == rare
    assert {item["claim"]["id"] for item in similar} == {rare, old}
