"""What the sentences of a picture call a source, and the sources that a picture names."""

from collections.abc import Iterable
from uuid import UUID

from app.schemas.pictures import side_maps
from app.schemas.pictures.side_maps import SideMap
from app.schemas.sources import SourceRead


def name(id_: UUID | None, sources: SideMap) -> str:
    """What a sentence calls it."""
    if id_ is None:
        return side_maps.NOBODY
    source = sources[id_]
    unnamed = side_maps.UNNAMED_WITH_ROLE.format(role=source.role) if source.role else side_maps.UNNAMED
    return side_maps.name_or(source, unnamed)


def side_map(ids: Iterable[UUID], sources: SideMap) -> dict[UUID, SourceRead]:
    """These sources and whom they belong to, in the order of `sources`."""
    named = {ancestor for id_ in ids for ancestor in side_maps.lineage(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in named}
