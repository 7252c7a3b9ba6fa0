"""Who belongs to whom: the family of a statement, the party of a source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.rows import Rows
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
    forgotten: bool = False
    """Whether it was redacted, and its party with it."""


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
    known_lines: Mapping[UUID, Sequence[UUID]]
    """The lines as far as the caller may know them: of a hidden source none."""
    hidden: frozenset[UUID]
    """The ids, as stored, of the sources that this caller may not know."""
    cut: Mapping[UUID, UUID]
    """Of each source whose line leads on through a hidden one, after merges: the last that comes before that."""
    beyond: frozenset[UUID]
    """The tops that are reached through a hidden one."""


def kinship(sources: Mapping[UUID, SourceRead], hidden: frozenset[UUID] = frozenset()) -> Kin:
    """Lines of descent after merges. Where merges close a circle, its lowest id is the top of all on it.

    Families are those of all rows. What is told of them, and parties, ends where a line comes to a `hidden` source.
    """
    merged_into = {id_: source.merged_into for id_, source in sources.items()}
    targets = merges.targets(merged_into)
    # The parent that a source kept may itself have been merged since.
    stored_parents = {id_: sources[id_].parent_id for id_ in set(targets.values())}
    parents = {id_: None if parent is None else targets.get(parent) for id_, parent in stored_parents.items()}
    lines = {id_: [id_] if parent is None else merges.chain(id_, parents) for id_, parent in parents.items()}
    tops = {id_: _top(line, parents) if len(line) > 1 else id_ for id_, line in lines.items()}
    known_lines = lines if not hidden else _known_lines(stored_parents, parents, hidden)
    parties = {
        id_: next((party for source_id in line if (party := sources[source_id].party)), None)
        for id_, line in known_lines.items()
    }
    members: dict[UUID, Member] = {}
    for id_, line in lines.items():
        source, party = sources[id_], parties[id_]
        named = source.disclosure == "named"
        belongs, is_group = named or len(line) > 1, source.disclosure in _OF_SEVERAL
        forgotten = bool(source.redacted) and party is None
        members[id_] = Member(id_, tops[id_], party, named, belongs, is_group, forgotten)
    members_by_id = {id_: members[target_id] for id_, target_id in targets.items()}
    for id_ in hidden & members_by_id.keys():
        members_by_id[id_] = members_by_id[id_]._replace(party=None)
    cut = {id_: line[-1] for id_, line in known_lines.items() if line and len(line) < len(lines[id_])}
    beyond = frozenset(tops[targets[id_]] for id_ in (*cut, *hidden) if id_ in targets)
    return Kin(merged_into, targets, lines, tops, parties, members_by_id, known_lines, hidden, cut, beyond)


def _known_lines(
    stored_parents: Mapping[UUID, UUID | None], parents: Mapping[UUID, UUID | None], hidden: frozenset[UUID]
) -> dict[UUID, list[UUID]]:
    """Each line as far as nothing in it is hidden."""
    known_parents = {id_: None if stored_parents[id_] in hidden else parent for id_, parent in parents.items()}
    return {id_: [] if id_ in hidden else merges.chain(id_, known_parents) for id_ in parents}


def hidden_sources(rows: Rows) -> frozenset[UUID]:
    """Who is confidential, or was merged into one that is, then or since."""
    if not rows.confidential and not rows.absorbed:
        return frozenset()
    merged_into = {id_: source.merged_into for id_, source in rows.sources.items()}
    return rows.absorbed.union(
        id_ for id_ in rows.sources if not rows.confidential.isdisjoint(merges.chain(id_, merged_into))
    )


def source_ids(rows: Rows, hidden: frozenset[UUID]) -> set[UUID]:
    """The sources that these rows lead to, not over a hidden one; `rows`: as seen."""
    named = {statement.source_id for statement in rows.statements}
    named |= {hop.source_id for appearance in rows.appearances for hop in appearance.hops}
    named |= {assessment.author_id for assessment in rows.assessments}
    named |= {document.publisher_id for document in rows.documents.values()}
    reached: set[UUID] = set()
    following: Iterable[UUID | None] = named
    while new := {id_ for id_ in following if id_ in rows.sources and id_ not in reached} - hidden:
        reached |= {id_ for id_ in new if id_}
        following = [up for id_ in new if id_ for up in (rows.sources[id_].parent_id, rows.sources[id_].merged_into)]
    return reached


def _top(line: Sequence[UUID], parents: Mapping[UUID, UUID | None]) -> UUID:
    following = parents[line[-1]]
    return min(line[line.index(following) :]) if following in line else line[-1]


def top(kin: Kin, source_id: UUID) -> UUID:
    """The family of a source."""
    target_id = kin.targets.get(source_id, source_id)
    return kin.tops.get(target_id, target_id)


def known_top(kin: Kin, source_id: UUID) -> UUID | None:
    """The family of a source, as far as the caller may know who belongs to it. None: the source is hidden."""
    if not kin.hidden:
        return top(kin, source_id)
    target_id = kin.targets.get(source_id, source_id)
    return None if source_id in kin.hidden else kin.cut.get(target_id, kin.tops.get(target_id, target_id))


def party(kin: Kin, source_id: UUID | None) -> str | None:
    """The source's own party, else its nearest parent's."""
    return None if source_id is None else kin.parties.get(kin.targets.get(source_id, source_id))


class Family(NamedTuple):
    """The family of a statement."""

    id: UUID
    """The record that it goes by."""
    by: FamilyBy
    told_by: UUID | None = None
    """As stored, the source in whose line it is."""


def family(statement: StatementRead, first: AppearanceRead | None, kin: Kin, documents: Mapping[UUID, UUID]) -> Family:
    """The record that this statement's family goes by, and how it is known.

    The top of its source's line. An unnamed source that belongs to nobody: that of the first who is confirmed to have
    passed the words on, else the document. No source: the document. `first`: the statement's earliest-published
    appearance; `documents`: of each document the one that it was merged into.
    """
    source_id = statement.source_id
    if source_id is not None:
        member = kin.members.get(source_id)
        if member is None or member.belongs:
            return Family(member.top if member else source_id, "source", source_id)
        first_hop = _first_hop(first) if first else None
        if first_hop:
            return Family(top(kin, first_hop), "chain", first_hop)
        source_id = member.id
    document_id = documents.get(first.document_id, first.document_id) if first and first.document_id else None
    return Family(document_id or source_id or statement.id, "document" if source_id else "nobody")


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
