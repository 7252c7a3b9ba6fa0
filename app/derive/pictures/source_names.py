"""What the sentences of a picture call a source, and the sources that a picture names."""

from collections.abc import Iterable
from uuid import UUID

from app.schemas.pictures import side_maps
from app.schemas.pictures.side_maps import SideMap
from app.schemas.sources import SourceRead


def name(id_: UUID | None, sources: SideMap) -> str:
    """What a sentence calls it."""
    if id_ is None:
        return "nobody"
    source = sources[id_]
    return side_maps.name_or(source, f"an unnamed source ({source.role})" if source.role else "an unnamed source")


def side_map(ids: Iterable[UUID], sources: SideMap) -> dict[UUID, SourceRead]:
    """These sources and whom they belong to, in the order of `sources`."""
    named = {ancestor for id_ in ids for ancestor in side_maps.lineage(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in named}
