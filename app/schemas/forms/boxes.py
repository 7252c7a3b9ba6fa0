"""Areas on a map, as RFC 7946 writes them: west, south, east, north, in degrees."""

import re
from collections.abc import Collection
from itertools import pairwise
from operator import itemgetter
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, Field

_NUMBER: Final = r"\s*([-+]?\d{1,3}(?:\.\d{0,20})?)\s*"
_FOUR_NUMBERS: Final = re.compile(",".join([_NUMBER] * 4), re.ASCII)
_HALF_TURN: Final = 180.0
_TURN: Final = 360.0
# Maps that can be dragged around the earth count on: 190 for -170.
_LONGITUDE_MAX: Final = _HALF_TURN + _TURN
_LATITUDE_MAX: Final = 90.0
_NEEDED: Final = "four numbers with commas are needed: west, south, east, north in degrees (22,44,40,53)"


class Box(NamedTuple):
    west: float
    south: float
    east: float
    """Not less than `west`: beyond 180 where the area goes on behind the antimeridian."""
    north: float


def read(words: str) -> Box:
    """Raises ValueError. An area whose east is less than its west crosses the antimeridian."""
    numbers = _FOUR_NUMBERS.fullmatch(words)
    if numbers is None:
        raise ValueError(_NEEDED)
    west, south, east, north = map(float, numbers.groups())
    if max(abs(south), abs(north)) > _LATITUDE_MAX:
        raise ValueError("a latitude is -90 to 90; longitude comes first: west, south, east, north")
    if south > north:
        raise ValueError("south is more than north: west, south, east, north are needed")
    if max(abs(west), abs(east)) > (_HALF_TURN if west > east else _LONGITUDE_MAX):
        raise ValueError("a longitude is -180 to 180")
    return Box(west, south, east + _TURN if west > east else east, north)


def around(points: Collection[tuple[float, float]]) -> list[float] | None:
    """West, south, east, north of the smallest area that has all these points, each longitude and latitude.

    East is less than west where it crosses the antimeridian. None: there are no points.
    """
    longitudes, latitudes = {longitude for longitude, _ in points}, {latitude for _, latitude in points}
    if not longitudes:
        return None
    eastward = sorted(longitudes)
    # The area leaves out the widest gap between neighbours; that behind the last one holds the antimeridian.
    gaps = [
        *((after - before, after, before) for before, after in pairwise(eastward)),
        (eastward[0] + _TURN - eastward[-1], eastward[0], eastward[-1]),
    ]
    _, west, east = max(reversed(gaps), key=itemgetter(0))
    return [west, min(latitudes), east, max(latitudes)]


def _checked(words: str) -> str:
    read(words)
    return words


BoxIn = Annotated[
    str,
    AfterValidator(_checked),
    Field(
        description="Only what lies in this area: west, south, east, north in degrees. West may be more than east: "
        "across the antimeridian.",
        examples=["22,44,40,53"],
    ),
]
