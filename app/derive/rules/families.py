"""Who belongs to whom: the family of a statement, the party of a source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead

FamilyBy = Literal["source", "chain", "document", "nobody"]
"""How a family is known: by the source's own line; by who passed the words on; only by the document they are found in;
or, of what nobody says, by that document or by nothing."""


_OF_SEVERAL: Final = ("group", "role_only")


class Member(NamedTuple):
    """A source, as the rules ask for it."""

    id: UUID
    """After merges."""
    top: UUID
    """Its family."""
    party: str | None
    named: bool
    belongs: bool
    """Whether its family is its own: it is named, or has a parent."""
    several: bool = False
    """Whether more than one may be meant: a group, or whoever holds an office."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The sources after their merges, each with its line: itself, its parent, and so on to its top."""

    merged_into: dict[UUID, UUID | None]
    """As stored: one step of a chain of merges."""
    targets: dict[UUID, UUID]
    """Of each source the one that it was merged into at last, or itself."""
    lines: dict[UUID, list[UUID]]
    tops: dict[UUID, UUID]
    parties: dict[UUID, str | None]
    members: dict[UUID, Member]
    """Each under all its ids."""


def kinship(sources: Mapping[UUID, SourceRead]) -> Kin:
    """Lines of descent after merges. Where merges close a circle, its lowest id is the top of all on it."""
    merged_into = {id_: source.merged_into for id_, source in sources.items()}
    targets = merges.targets(merged_into)
    # The parent that a source kept may itself have been merged since.
    stored_parents = {id_: sources[id_].parent_id for id_ in set(targets.values())}
    parents = {id_: None if parent is None else targets.get(parent) for id_, parent in stored_parents.items()}
    lines = {id_: merges.chain(id_, parents) for id_ in parents}
    tops = {id_: _top(line, parents) for id_, line in lines.items()}
    parties = {
        id_: next((party for source_id in line if (party := sources[source_id].party)), None)
        for id_, line in lines.items()
    }
    members = {
        id_: Member(
            id_,
            tops[id_],
            parties[id_],
            named := sources[id_].disclosure == "named",
            named or len(line) > 1,
            sources[id_].disclosure in _OF_SEVERAL,
        )
        for id_, line in lines.items()
    }
    return Kin(
        merged_into, targets, lines, tops, parties, {id_: members[target_id] for id_, target_id in targets.items()}
    )


def _top(line: Sequence[UUID], parents: Mapping[UUID, UUID | None]) -> UUID:
    following = parents[line[-1]]
    return min(line[line.index(following) :]) if following in line else line[-1]


def top(kin: Kin, source_id: UUID) -> UUID:
    """The family of a source."""
    target_id = kin.targets.get(source_id, source_id)
    return kin.tops.get(target_id, target_id)


def party(kin: Kin, source_id: UUID | None) -> str | None:
    """The source's own party, else its nearest parent's."""
    return None if source_id is None else kin.parties.get(kin.targets.get(source_id, source_id))


def family(
    statement: StatementRead, first: AppearanceRead | None, kin: Kin, documents: Mapping[UUID, UUID]
) -> tuple[UUID, FamilyBy]:
    """The record that this statement's family goes by, and how it is known.

    The top of its source's line. An unnamed source that belongs to nobody: that of the first who is confirmed to have
    passed the words on, else the document. No source: the document. `first`: the statement's earliest-published
    appearance; `documents`: of each document the one that it was merged into.
    """
    source_id = statement.source_id
    if source_id is not None:
        member = kin.members.get(source_id)
        if member is None or member.belongs:
            return (member.top if member else source_id), "source"
        first_hop = _first_hop(first) if first else None
        if first_hop:
            return top(kin, first_hop), "chain"
        source_id = member.id
    document_id = documents.get(first.document_id, first.document_id) if first and first.document_id else None
    return document_id or source_id or statement.id, "document" if source_id else "nobody"


def passed_on_by(
    appearances: Iterable[AppearanceRead], kin: Kin, documents: Mapping[UUID, UUID], publishers: Mapping[UUID, UUID]
) -> frozenset[UUID]:
    """The families of those who heard it from the speaker: the first of each chain, else who published the document.

    `documents`: of each the one that it was merged into; `publishers`: of these.
    """
    source_ids = set()
    for appearance in appearances:
        document_id = documents.get(appearance.document_id, appearance.document_id) if appearance.document_id else None
        source_ids.add(_first_hop(appearance) or (publishers.get(document_id) if document_id else None))
    return frozenset(top(kin, source_id) for source_id in source_ids if source_id)


def _first_hop(appearance: AppearanceRead) -> UUID | None:
    confirmed = [(hop.step, hop.source_id) for hop in appearance.hops if hop.state == "confirmed"]
    return min(confirmed)[1] if confirmed else None
