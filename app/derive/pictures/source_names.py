"""What the sentences of a picture call a source, and the sources that a picture names."""

from collections.abc import Iterable
from uuid import UUID

from app.schemas.pictures import side_maps
from app.schemas.pictures.side_maps import SideMap
from app.schemas.sources import SourceRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording


def name(id_: UUID | None, sources: SideMap, words: Wording = wording.ENGLISH) -> str:
    """What a sentence calls it. That a source is protected goes before what it is like."""
    if id_ is None:
        return wording.say(words, "no_source")
    source = sources[id_]
    if source.name:
        return source.name
    if source.confidential:
        return wording.say(words, "protected_source")
    return wording.say(words, "unnamed_source", {"role": source.role} if source.role else {})


def side_map(ids: Iterable[UUID], sources: SideMap) -> dict[UUID, SourceRead]:
    """These sources and whom they belong to, in the order of `sources`."""
    named = {ancestor for id_ in ids for ancestor in side_maps.lineage(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in named}
