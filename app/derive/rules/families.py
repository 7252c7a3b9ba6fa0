"""Who belongs to whom: the family of a statement, the party of a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead

FamilyBy = Literal["source", "chain", "document", "nobody"]
"""How a family is known: by the source's own line, by who passed the words on, only by where they are found; and of
nobody's words there is none but where they are found."""


class Member(NamedTuple):
    """A source, as the rules ask for it."""

    end: UUID
    """After merges."""
    top: UUID
    """Its family."""
    party: str | None
    named: bool
    belongs: bool
    """Whether its family is its own: it is named, or has a parent."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The sources after their merges, each with its line: itself, its parent, and so on to its top."""

    into: dict[UUID, UUID | None]
    ends: dict[UUID, UUID]
    lines: dict[UUID, list[UUID]]
    tops: dict[UUID, UUID]
    parties: dict[UUID, str | None]
    members: dict[UUID, Member]
    """Each under all its ids."""


def kinship(sources: Mapping[UUID, SourceRead]) -> Kin:
    """Lines of descent after merges. Where merges close a circle, its lowest id is the top of all on it."""
    into = {id_: source.merged_into for id_, source in sources.items()}
    ends = merges.ends(into)
    parents = {id_: sources[id_].parent_id for id_ in set(ends.values())}
    above = {id_: None if parent is None else ends.get(parent) for id_, parent in parents.items()}
    lines = {id_: merges.way(id_, above) for id_ in above}
    tops = {id_: _top(line, above) for id_, line in lines.items()}
    parties = {id_: next((p for s in line if (p := sources[s].party)), None) for id_, line in lines.items()}
    known = {
        id_: Member(id_, tops[id_], parties[id_], named := sources[id_].disclosure == "named", named or len(line) > 1)
        for id_, line in lines.items()
    }
    return Kin(into, ends, lines, tops, parties, {id_: known[end] for id_, end in ends.items()})


def _top(line: Sequence[UUID], above: Mapping[UUID, UUID | None]) -> UUID:
    following = above[line[-1]]
    return min(line[line.index(following) :]) if following in line else line[-1]


def top(kin: Kin, source_id: UUID) -> UUID:
    """The family of a source."""
    end = kin.ends.get(source_id, source_id)
    return kin.tops.get(end, end)


def party(kin: Kin, source_id: UUID | None) -> str | None:
    """The source's own party, else its nearest parent's."""
    return None if source_id is None else kin.parties.get(kin.ends.get(source_id, source_id))


def family(
    statement: StatementRead, first: AppearanceRead | None, kin: Kin, documents: Mapping[UUID, UUID]
) -> tuple[UUID, FamilyBy]:
    """The record that this statement's family goes by, and how it is known; `first`: its earliest-published appearance.

    The top of its source's line. An unnamed source that belongs to nobody: that of the first who is confirmed to have
    passed the words on, else the document. No source: the document.
    """
    source = statement.source_id
    if source is not None:
        member = kin.members.get(source)
        if member is None or member.belongs:
            return (member.top if member else source), "source"
        if first and first.hops:
            confirmed = sorted((hop.step, hop.source_id) for hop in first.hops if hop.state == "confirmed")
            if confirmed:
                return top(kin, confirmed[0][1]), "chain"
        source = member.end
    document = documents.get(first.document_id, first.document_id) if first and first.document_id else None
    return document or source or statement.id, "document" if source else "nobody"
