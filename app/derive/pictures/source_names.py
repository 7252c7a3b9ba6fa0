"""Sources as the readers of a picture know them: what they are called, of which side they are, whose they are."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.schemas.sources import SourceRead

SideMap = Mapping[UUID, SourceRead]
"""The sources that a picture names, by the ids under which it names them: masked ones under their masks."""


def lineage(id_: UUID, sources: SideMap) -> list[UUID]:
    """The source, whom it belongs to, and so on, as far as this caller is shown it."""
    line = [id_]
    while (parent := sources[line[-1]].parent_id) is not None and parent not in line:
        line.append(parent)
    return line


def party(id_: UUID | None, sources: SideMap) -> str | None:
    """The source's own party, else its nearest parent's."""
    if id_ is None:
        return None
    return next((sources[ancestor].party for ancestor in lineage(id_, sources) if sources[ancestor].party), None)


def name(id_: UUID | None, sources: SideMap) -> str:
    """What a sentence calls it."""
    if id_ is None:
        return "nobody"
    source = sources[id_]
    if source.name:
        return source.name
    if source.confidential:
        return "a protected source"
    return f"an unnamed source ({source.role})" if source.role else "an unnamed source"


def side_map(ids: Iterable[UUID], sources: SideMap) -> dict[UUID, SourceRead]:
    """These sources and whom they belong to, in the order of `sources`."""
    named = {ancestor for id_ in ids for ancestor in lineage(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in named}
