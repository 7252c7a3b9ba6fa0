"""Events in an area of the map, and the area of a map."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from calls import get, post

from app.schemas.forms import boxes

PLACES = {
    "Kyiv": (30.52, 50.45),
    "Lviv": (24.03, 49.84),
    "Suva": (178.44, -18.14),
    "Apia": (-171.77, -13.83),
    "Line": (180, 0),
    "Pole": (0, 90),
}


@pytest.fixture
async def places(client: httpx.AsyncClient) -> None:
    await post(client, "/v1/events", {"title": "Nowhere"})
    for title, (longitude, latitude) in PLACES.items():
        await post(client, "/v1/events", {"title": title, "longitude": longitude, "latitude": latitude})


@pytest.mark.parametrize(
    ("bbox", "titles"),
    [
        ("22,44,40,53", ["Kyiv", "Lviv"]),
        (" 24.03, 49.84, 24.03, 49.84 ", ["Lviv"]),  # its edges belong to it
        ("170,-30,-165,10", ["Apia", "Line", "Suva"]),  # across the antimeridian
        ("170,-30,195,10", ["Apia", "Line", "Suva"]),  # as a map counts on that was dragged there
        ("-190,-30,-165,10", ["Apia", "Line", "Suva"]),
        ("-181,-30,-165,10", ["Apia", "Line"]),
        ("-180,-90,180,90", sorted(PLACES)),
        ("-540,-90,540,90", sorted(PLACES)),
        ("180,0,180,0", ["Line"]),
        ("-180,0,-180,0", ["Line"]),  # the same meridian
        ("40,0,22,60", ["Line"]),  # nearly all around the earth
    ],
)
async def test_events_in_an_area(anybody: httpx.AsyncClient, places: None, bbox: str, titles: list[str]) -> None:
    listed = await get(anybody, f"/v1/events?sort=title&bbox={quote(bbox)}")
    assert [event["title"] for event in listed["items"]] == titles
    drawn = await get(anybody, f"/v1/events.geojson?bbox={quote(bbox)}")
    assert sorted(feature["properties"]["title"] for feature in drawn["features"]) == titles
    table = await anybody.get("/v1/export.csv", params={"bbox": bbox})
    assert table.status_code == 200


@pytest.mark.parametrize(
    ("bbox", "says"),
    [
        ("", "four numbers"),
        ("22,44,40", "four numbers"),
        ("22,44,0,40,53,9", "four numbers"),
        ("22 44 40 53", "four numbers"),
        ("nan,44,40,53", "four numbers"),
        ("1e9,44,40,53", "four numbers"),
        ("22;44;40;53", "four numbers"),
        ("٢٢,44,40,53", "four numbers"),
        ("22,53,40,44", "south is more than north"),
        ("44,122,53,140", "longitude comes first"),
        ("190,0,-165,10", "a longitude is"),
        ("0,0,541,10", "a longitude is"),
    ],
)
async def test_what_is_no_area(anybody: httpx.AsyncClient, bbox: str, says: str) -> None:
    for path in ("/v1/events", "/v1/events.geojson"):
        refused = await anybody.get(path, params={"bbox": bbox})
        assert refused.status_code == 422
        assert says in refused.json()["errors"][0]["detail"]


async def test_the_area_of_a_map(anybody: httpx.AsyncClient, places: None) -> None:
    async def area(bbox: str) -> Any:
        return (await get(anybody, f"/v1/events.geojson?bbox={quote(bbox)}")).get("bbox")

    assert await area("22,44,40,53") == [24.03, 49.84, 30.52, 50.45]
    assert await area("170,-30,-165,10") == [178.44, -18.14, -171.77, 0]
    assert await area("0,10,1,11") is None
    assert "bbox" not in await get(anybody, "/v1/events.geojson?kind=fire")


@pytest.mark.parametrize(
    ("longitudes", "ends"),
    [
        ([5], (5, 5)),
        ([-90, 90], (-90, 90)),
        ([-179, 179], (179, -179)),
        ([-178, 0, 179], (179, 0)),
        ([-120, 0, 120], (-120, 120)),
        ([-180, 180], (180, -180)),
    ],
)
def test_the_smallest_area(longitudes: list[float], ends: tuple[float, float]) -> None:
    points = [(longitude, 1.0) for longitude in longitudes]
    assert boxes.around(points) == [ends[0], 1, ends[1], 1]
    assert boxes.around([]) is None
