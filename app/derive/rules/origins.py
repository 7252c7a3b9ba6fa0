"""Who does not depend on whom: ten outlets that carry one wire story are one origin."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules.families import Kin
from app.derive.rules.rows import Rows
from app.derive.rules.statements import StatementInContext, order
from app.schemas.documents import DocumentLinkRead
from app.vocabulary import SURE_COPY, Independence

# An answer to a document is not made out of it.
_APART: Final = ("reply_to",)


class Copies(NamedTuple):
    """Documents that are one for unnamed sources: one was made out of the other, or both out of a third."""

    roots: dict[UUID, UUID]
    """Of each document that is linked to another: the lowest id among all it hangs together with."""
    links: dict[UUID, list[DocumentLinkRead]]
    """By that id: what joins them, after merges."""


class Origin(NamedTuple):
    """Statements that go back to one and the same."""

    members: list[StatementInContext]
    """In their order."""
    joined: list[DocumentLinkRead]
    """What makes one of the documents of its unnamed sources."""
    party: str | None

    @property
    def first(self) -> StatementInContext:
        return self.members[0]


def copies(rows: Rows, ends: Mapping[UUID, UUID]) -> Copies:
    """Documents joined by links that are confirmed, or proposed with a score of SURE_COPY or more."""
    above: dict[UUID, UUID] = {}
    joining = []
    for link in sorted(rows.document_links, key=lambda link: link.id):
        start, end = ends.get(link.from_id), ends.get(link.to_id)
        if start is not None and end is not None and start != end and joins(link):
            joining.append((start, link))
            _join(above, start, end)
    roots = {document: _root(above, document) for document in above}
    links: dict[UUID, list[DocumentLinkRead]] = defaultdict(list)
    for start, link in joining:
        links[roots[start]].append(link)
    return Copies(roots, links)


def joins(link: DocumentLinkRead) -> bool:
    sure = link.state == "confirmed" or (link.state == "proposed" and (link.score or 0) >= SURE_COPY)
    return sure and link.relation not in _APART


def _root(above: dict[UUID, UUID], one: UUID) -> UUID:
    while above[one] != one:
        above[one] = above[above[one]]
        one = above[one]
    return one


def _join(above: dict[UUID, UUID], one: UUID, other: UUID) -> None:
    low, high = sorted((_root(above, above.setdefault(one, one)), _root(above, above.setdefault(other, other))))
    above[high] = low


def origins(
    statements: Sequence[StatementInContext],
    found: Copies,
    kin: Kin,
    ends: Mapping[UUID, UUID],
    independence: Independence,
) -> list[Origin]:
    """The origins of statements of one stance toward one claim, by their first members.

    A statement without a source is none. What is of one family goes back to one; of `independence` source, what is of
    one source, and of party, what is of one party. An unnamed source of which only documents are known goes with the
    others in these and in their copies: unknown never counts as new. Named ones are never joined by documents.
    """
    if len(statements) == 1:
        return [] if statements[0].source_id is None else [Origin([statements[0]], [], party(statements, kin))]
    groups: dict[UUID, list[StatementInContext]] = defaultdict(list)
    unknown, tied = [], []
    for statement in statements:
        if statement.family_by == "document":
            unknown.append(statement)
        elif statement.source_id is not None:
            by_source = independence == "source" and statement.family_by == "source"
            key = statement.source_id if by_source else statement.family
            groups[key].append(statement)
            if not statement.named:
                tied.append((key, statement))
    for key, members in _placed(unknown, list(groups), tied, found, ends).items():
        groups[key] += members
    parted = [(members, party(members, kin)) for members in groups.values()]
    if independence == "party":
        parted = _by_party(parted)
    every = []
    for members, of in parted:
        together = sorted(members, key=order) if len(members) > 1 else members
        every.append(Origin(together, joining(together, found, ends), of))
    return every if len(every) == 1 else sorted(every, key=lambda origin: order(origin.first))


def _documents(statement: StatementInContext, ends: Mapping[UUID, UUID]) -> set[UUID]:
    return {ends.get(a.document_id, a.document_id) for a in statement.appearances if a.document_id}


def _places(statement: StatementInContext, found: Copies, ends: Mapping[UUID, UUID]) -> set[UUID]:
    """The documents of an unnamed source's statement, of copies the one that stands for all."""
    return {found.roots.get(document, document) for document in _documents(statement, ends)}


def _placed(
    unknown: Iterable[StatementInContext],
    groups: Iterable[UUID],
    tied: Iterable[tuple[UUID, StatementInContext]],
    found: Copies,
    ends: Mapping[UUID, UUID],
) -> dict[UUID, list[StatementInContext]]:
    """Unnamed sources of which only documents are known, by the origin they go with: one source always with one.

    `groups`: the others' origins, by source or family, which may be one of these sources; `tied`: those of unnamed
    sources, the earliest first. What shares its documents with several of these goes with the earliest; they themselves
    stay apart.
    """
    above: dict[UUID, UUID] = {}
    placed = []
    for statement in unknown:
        own = statement.source_id or statement.family
        for place in (own, *_places(statement, found, ends)):
            _join(above, own, place)
        placed.append((own, statement))
    if not placed:
        return {}
    keys: dict[UUID, UUID] = {}
    for key in groups:
        if key in above:
            keys.setdefault(_root(above, key), key)
    for key, statement in tied:
        for place in _places(statement, found, ends):
            if place in above:
                keys.setdefault(_root(above, place), key)
    joined: dict[UUID, list[StatementInContext]] = defaultdict(list)
    for place, statement in placed:
        root = _root(above, place)
        joined[keys.get(root, root)].append(statement)
    return joined


def _by_party(
    parted: Iterable[tuple[list[StatementInContext], str | None]],
) -> list[tuple[list[StatementInContext], str | None]]:
    """Origins of one party are one, those of none stay."""
    together: list[tuple[list[StatementInContext], str | None]] = []
    known: dict[str, list[StatementInContext]] = {}
    for members, of in parted:
        if of is not None and of in known:
            known[of] += members
        else:
            together.append((members, of))
            if of is not None:
                known[of] = members
    return together


def party(members: Sequence[StatementInContext], kin: Kin) -> str | None:
    """Its members', if they agree; else its top's; None: its own."""
    if len(members) == 1 and members[0].party:
        return members[0].party
    parties = {statement.party for statement in members if statement.party}
    if len(parties) == 1:
        return parties.pop()
    return next((kin.parties.get(statement.family) for statement in members if statement.family_by != "document"), None)


def joining(members: Sequence[StatementInContext], found: Copies, ends: Mapping[UUID, UUID]) -> list[DocumentLinkRead]:
    """The links by which the documents of its unnamed members hang together, be it over others."""
    if len(members) == 1 or not found.roots:
        return []
    shown = {
        document
        for statement in members
        if not statement.named
        for document in _documents(statement, ends)
        if document in found.roots
    }
    if len(shown) < 2:  # noqa: PLR2004
        return []
    links = [link for root in {found.roots[document] for document in shown} for link in found.links[root]]
    touching: dict[UUID, set[int]] = defaultdict(set)
    for nth, link in enumerate(links):
        touching[ends[link.from_id]].add(nth)
        touching[ends[link.to_id]].add(nth)
    loose = [document for document, some in touching.items() if len(some) == 1 and document not in shown]
    while loose:  # a document at the end of a chain joins nothing
        for nth in touching.pop(loose.pop()):
            for document in {ends[links[nth].from_id], ends[links[nth].to_id]} & touching.keys():
                touching[document].discard(nth)
                if len(touching[document]) == 1 and document not in shown:
                    loose.append(document)
    kept = set().union(*touching.values())
    return sorted((links[nth] for nth in kept), key=lambda link: link.id)
