"""An event as a Feature of GeoJSON (RFC 7946)."""

from collections.abc import Mapping

from pydantic_core import to_json

from app.schemas.events import EventRead
from app.schemas.pictures.exports import EventDigest, EventFeature, EventProperties, Point


def feature(event: EventRead, counts: Mapping[str, int], digest: EventDigest | None) -> bytes:
    """`counts`: how many records of each kind there are about it; `digest`: where its questions stand, if drawn."""
    derived = digest.__dict__ if digest is not None else {"statuses": None, "tolls": None}
    is_located = event.latitude is not None and event.longitude is not None
    return (
        EventFeature(
            id=event.id,
            geometry=Point(coordinates=[event.longitude, event.latitude]) if is_located else None,  # type: ignore[list-item]
            properties=EventProperties.model_validate(event.__dict__ | dict(counts) | derived),
        )
        .model_dump_json()
        .encode()
    )


def end(bbox: list[float] | None) -> bytes:
    """What follows the features: the area that they lie in, if any has a point."""
    return b"\n]" + (b"" if bbox is None else b',"bbox":' + to_json(bbox)) + b"}\n"
