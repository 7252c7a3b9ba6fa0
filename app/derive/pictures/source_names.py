"""Sources as the readers of a picture know them: what they are called, of which side they are, whose they are."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.schemas.sources import SourceRead

Shown = Mapping[UUID, SourceRead]
"""The side map of a picture."""


def line(id_: UUID, sources: Shown) -> list[UUID]:
    """The source, whom it belongs to, and so on, as far as this caller is shown it."""
    found = [id_]
    while (parent := sources[found[-1]].parent_id) is not None and parent not in found:
        found.append(parent)
    return found


def party(id_: UUID | None, sources: Shown) -> str | None:
    """The source's own party, else its nearest parent's."""
    return None if id_ is None else next((own for one in line(id_, sources) if (own := sources[one].party)), None)


def name(id_: UUID | None, sources: Shown) -> str:
    """What a sentence calls it."""
    if id_ is None:
        return "nobody"
    source = sources[id_]
    if source.name:
        return source.name
    if source.confidential:
        return "a protected source"
    return f"an unnamed source ({source.role})" if source.role else "an unnamed source"


def named(ids: Iterable[UUID], sources: Shown) -> dict[UUID, SourceRead]:
    """These sources, and whom they belong to."""
    found = {one for id_ in ids for one in line(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in found}
