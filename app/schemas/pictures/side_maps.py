"""The map of sources beside a picture: whose side a source is on, whom it belongs to, what it is called."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.schemas.sources import SourceRead

SideMap = Mapping[UUID, SourceRead]
"""The sources that a picture names, by the ids under which it names them: masked ones under their masks."""


# What a source is called in exports that has no name to show; in sentences: `app/texts/messages`.
PROTECTED: Final = "a protected source"
UNNAMED_IN_EXPORT: Final = "unnamed {role_or_kind}"
# What those are called of whom only the document is known that they stand in: its title stands for nobody.
UNNAMED_OF_DOCUMENT: Final = "unnamed sources (“{document}”)"


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


def name_or(source: SourceRead, description: str) -> str:
    """The source's name; `description` is for one without. That a source is protected goes before any description."""
    return source.name or (PROTECTED if source.confidential else description)
