"""Who does not depend on whom: ten outlets that carry one wire story are one origin."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import Named
from app.derive.rules import families, ties, witnesses
from app.derive.rules.families import Kin
from app.derive.rules.rows import Rows
from app.derive.rules.statements import StatementInContext, order
from app.derive.rules.ties import Ties
from app.schemas.documents import DocumentLinkRead
from app.schemas.sources import SourceLinkRead
from app.vocabulary import SURE_COPY, Independence

# An answer to a document is not made out of it.
_NOT_COPIES: Final = ("reply_to",)


class Copies(NamedTuple):
    """Documents that are one for unnamed sources: one was made out of the other, or both out of a third."""

    roots: dict[UUID, UUID]
    """Of each document that is linked to another: the lowest id among all it hangs together with."""
    links: dict[UUID, list[DocumentLinkRead]]
    """By that id: what joins them, as stored, in order."""
    places: dict[UUID, int]
    """Of each of these links: its place among all."""


class Origin(NamedTuple):
    """Statements that go back to one and the same."""

    members: list[StatementInContext]
    """In their order."""
    joined: list[DocumentLinkRead]
    """What makes one of the documents of its unnamed sources."""
    party: str | None
    tied: list[SourceLinkRead | None]
    """What says that its sources may be the same; None: mentions of one name that fits several."""
    may_be_of: Mapping[str, SourceLinkRead] = {}
    """Of one of no party: those of the sources that its own may be, each with a link that says so."""

    @property
    def first(self) -> StatementInContext:
        return self.members[0]


# --- which documents are one -----------------------------------------------------------------------------------------


def find_copies(rows: Rows, document_targets: Mapping[UUID, UUID], names: Named) -> Copies:
    """Documents joined by links that are confirmed, or proposed with a score of SURE_COPY or more."""
    parents: dict[UUID, UUID] = {}
    joining_links = []
    for link in ordering.document_links(rows.document_links, names.documents):
        from_id, to_id = document_targets.get(link.from_id), document_targets.get(link.to_id)
        if from_id is not None and to_id is not None and from_id != to_id and joins(link):
            joining_links.append((from_id, link))
            _join(parents, from_id, to_id)
    roots = {document_id: _root(parents, document_id) for document_id in parents}
    links: dict[UUID, list[DocumentLinkRead]] = defaultdict(list)
    for from_id, link in joining_links:
        links[roots[from_id]].append(link)
    return Copies(roots, links, {link.id: nth for nth, (_, link) in enumerate(joining_links)})


def joins(link: DocumentLinkRead) -> bool:
    """Whether the two documents are surely one made out of the other."""
    sure = link.state == "confirmed" or (link.state == "proposed" and (link.score or 0) >= SURE_COPY)
    return sure and link.relation not in _NOT_COPIES


# Sets that grow together (union-find): each id points toward the root of its set, the lowest id in it.


def _root(parents: dict[UUID, UUID], id_: UUID) -> UUID:
    while parents[id_] != id_:
        parents[id_] = parents[parents[id_]]  # halves the path for the next to come
        id_ = parents[id_]
    return id_


def _join(parents: dict[UUID, UUID], first: UUID, second: UUID) -> None:
    low, high = sorted(
        (
            _root(parents, parents.setdefault(first, first)),
            _root(parents, parents.setdefault(second, second)),
        )
    )
    parents[high] = low


# --- which statements are one ----------------------------------------------------------------------------------------


def origins(  # noqa: PLR0917
    statements: Sequence[StatementInContext],
    copies: Copies,
    kin: Kin,
    document_targets: Mapping[UUID, UUID],
    independence: Independence,
    tied: Ties = ties.NONE,
) -> list[Origin]:
    """The origins of statements of one stance toward one claim, by their first members.

    A statement without a source is none. What is of one family goes back to one; of `independence` source, what is of
    one source, and of party, what is of one party. An unnamed source of which only documents are known goes with the
    others in these and in their copies, else with whoever published these: unknown never counts as new. Named ones are
    never joined by documents. Last, sources that may be the same are one.
    """
    if len(statements) == 1:
        statement = statements[0]
        return [] if statement.source_id is None else [Origin([statement], [], party(statements, kin), [])]
    groups: dict[UUID, list[StatementInContext]] = defaultdict(list)
    # Unnamed sources: of some only documents are known, the others have a group of their own to be joined to.
    unplaced, placed = [], []
    for statement in statements:
        if statement.family_by == "document":
            unplaced.append(statement)
        elif statement.source_id is not None:
            by_source = independence == "source" and statement.family_by == "source"
            key = statement.source_id if by_source else statement.family
            groups[key].append(statement)
            if not statement.named:
                placed.append((key, statement))
    for key, members in _by_documents(unplaced, list(groups), placed, copies, document_targets).items():
        groups[key] += members
    links_of = _unite(groups, tied, kin, independence)
    unsorted = []
    for members in groups.values():
        links = [link for id_, link in links_of if any(id_ == statement.row.id for statement in members)]
        group_party = party(members, kin)
        may_be_of = _may_be_of(members, tied, kin) if group_party is None else {}
        unsorted.append(Origin(members, [], group_party, links, may_be_of))
    if independence == "party":
        unsorted = _by_party(sorted(unsorted, key=lambda origin: min(map(order, origin.members))))
    in_order = [_in_order(origin, copies, document_targets) for origin in unsorted]
    return in_order if len(in_order) == 1 else sorted(in_order, key=lambda origin: order(origin.first))


def _in_order(origin: Origin, copies: Copies, document_targets: Mapping[UUID, UUID]) -> Origin:
    if len(origin.members) == 1:
        return origin
    members = sorted(origin.members, key=order)
    return origin._replace(members=members, joined=joining(members, copies, document_targets))


def _documents(statement: StatementInContext, document_targets: Mapping[UUID, UUID]) -> set[UUID]:
    return {document_targets.get(a.document_id, a.document_id) for a in statement.appearances if a.document_id}


def _originals(statement: StatementInContext, copies: Copies, document_targets: Mapping[UUID, UUID]) -> set[UUID]:
    """The documents of an unnamed source's statement, of copies the one that stands for all."""
    return {copies.roots.get(document_id, document_id) for document_id in _documents(statement, document_targets)}


def _by_documents(
    unplaced: Sequence[StatementInContext],
    group_keys: Sequence[UUID],
    placed: Sequence[tuple[UUID, StatementInContext]],
    copies: Copies,
    document_targets: Mapping[UUID, UUID],
) -> dict[UUID, list[StatementInContext]]:
    """Unnamed sources of which only documents are known, by the origin they go with: one source always with one.

    `group_keys`: the others' origins, by source or family, which may be one of these sources; `placed`: those of
    unnamed sources, the earliest first. What shares its documents with several of these goes with the earliest; they
    themselves stay apart. Copies join only those whose words are alike. What shares documents with none of them goes
    with whoever passed it on first: a reader who told an agency is the agency's, in its own article and in a paper's.
    """
    if not unplaced:
        return {}
    if copies.roots:
        unnamed = [*unplaced, *(statement for _, statement in placed)]
        copies = copies._replace(roots=witnesses.original_of_each(unnamed, copies.roots, document_targets))
    # Sources and their documents in one union-find: what hangs together there is one origin.
    parents: dict[UUID, UUID] = {}
    speakers = []
    for statement in unplaced:
        speaker = statement.source_id or statement.family
        for id_ in (speaker, *_originals(statement, copies, document_targets)):
            _join(parents, speaker, id_)
        speakers.append((speaker, statement))
    # Each root with the groups that it may go with: it goes with the first of them.
    groups_by_root = [(_root(parents, key), key) for key in group_keys if key in parents]
    groups_by_root += [
        (_root(parents, document_id), key)
        for key, statement in placed
        for document_id in _originals(statement, copies, document_targets)
        if document_id in parents
    ]
    heard_by: dict[UUID, list[UUID]] = defaultdict(list)
    for speaker, statement in speakers:
        for family in statement.passed_on_by:
            heard_by[family].append(speaker)
    groups_by_root += [(_root(parents, speaker), key) for key in group_keys for speaker in heard_by.get(key, ())]
    group_of_root = dict(reversed(groups_by_root))
    joined: dict[UUID, list[StatementInContext]] = defaultdict(list)
    for speaker, statement in speakers:
        root = _root(parents, speaker)
        joined[group_of_root.get(root, root)].append(statement)
    return joined


def _unite(
    groups: dict[UUID, list[StatementInContext]], tied: Ties, kin: Kin, independence: Independence
) -> list[tuple[UUID, SourceLinkRead | None]]:
    """Put the groups together whose sources may be the same; gives these links, each with a statement of its group."""
    if not (tied.every or tied.mentions) or len(groups) == 1:
        return []
    sources = {key: _sources(members, kin, independence) for key, members in groups.items()}
    links_of = []
    for keys, links in ties.united(tied, sources):
        for key in keys[1:]:
            groups[keys[0]] += groups.pop(key)
        links_of += [(groups[keys[0]][0].row.id, link) for link in links]
    return links_of


def _sources(members: Iterable[StatementInContext], kin: Kin, independence: Independence) -> list[UUID]:
    """Who speaks for a group, and whom they belong to."""
    speakers = dict.fromkeys(statement.source_id for statement in members if statement.source_id)
    if independence == "source":
        return list(speakers)
    passed_on_by = (statement.family for statement in members if statement.family_by == "chain")
    lines = (id_ for source_id in speakers for id_ in kin.lines.get(source_id, (source_id,)))
    return list(dict.fromkeys([*lines, *passed_on_by]))


def _may_be_of(members: Iterable[StatementInContext], tied: Ties, kin: Kin) -> dict[str, SourceLinkRead]:
    """The parties of those that the sources of an origin may be, or those whom they belong to."""
    by_party = dict[str, SourceLinkRead]()
    if not tied.sides:
        return by_party
    for source_id in _known_sources(members, kin):
        by_party = {**tied.sides.get(source_id, {}), **by_party}
    return by_party


def _known_sources(members: Iterable[StatementInContext], kin: Kin) -> Iterator[UUID]:
    """Who speaks, and whom they belong to, as far as the caller may know it."""
    for statement in members:
        if statement.source_id and statement.row.source_id not in kin.hidden:
            yield from kin.known_lines.get(statement.source_id, (statement.source_id,))
    for statement in members:
        top = families.known_top(kin, statement.told_by) if statement.told_by else None
        if top is not None and statement.family_by == "chain":
            yield top


def _by_party(origins: Collection[Origin]) -> list[Origin]:
    """Origins of one side are one, those of none stay."""
    united: list[Origin] = []
    for group in sides(origins):
        members = [statement for origin in group for statement in origin.members]
        links = [link for origin in group for link in origin.tied]
        group_party = next((origin.party for origin in group if origin.party), None)
        if len(group) > 1:
            common = _common(group) if group_party is None else {group_party}
            links += [link for origin in group for side, link in origin.may_be_of.items() if side in common]
        united.append(Origin(members, [], group_party, links, group[0].may_be_of if group_party is None else {}))
    return united


def sides(origins: Collection[Origin]) -> list[list[Origin]]:
    """The fewest sides that origins may be of: those of none are of one that they may be of, else each of its own."""
    by_party = dict[str, list[Origin]]()
    for origin in origins:
        if origin.party is not None:
            by_party.setdefault(origin.party, []).append(origin)
    unknown, singles = list[Origin](), list[list[Origin]]()
    for origin in origins:
        if not origin.may_be_of:
            if origin.party is None:
                singles.append([origin])
            continue
        known_side = next((side for side in origin.may_be_of if side in by_party), None)
        if known_side is not None:
            by_party[known_side].append(origin)
        else:
            unknown.append(origin)
    while unknown:  # of a side of which nobody else is: the one of which most may be
        counted = Counter(side for origin in unknown for side in origin.may_be_of)
        most_likely = max(sorted(counted), key=counted.__getitem__)
        by_party[most_likely] = [origin for origin in unknown if most_likely in origin.may_be_of]
        unknown = [origin for origin in unknown if most_likely not in origin.may_be_of]
    return [*by_party.values(), *singles]


def _common(group: Sequence[Origin]) -> set[str]:
    """The sides of which all of these may be."""
    return set.intersection(*(set(origin.may_be_of) for origin in group))


def party(members: Sequence[StatementInContext], kin: Kin) -> str | None:
    """Its members', if they agree; else its top's; None: its own."""
    if len(members) == 1 and members[0].party:  # by far the most
        return members[0].party
    parties = {statement.party for statement in members if statement.party}
    if len(parties) == 1:
        return parties.pop()
    for statement in members:
        if statement.told_by and (top := families.known_top(kin, statement.told_by)):
            return kin.parties.get(top)
    return None


def joining(
    members: Sequence[StatementInContext], copies: Copies, document_targets: Mapping[UUID, UUID]
) -> list[DocumentLinkRead]:
    """The links by which the documents of its unnamed members hang together, be it over others."""
    if len(members) == 1 or not copies.roots:
        return []
    copied = {
        document_id
        for statement in members
        if not statement.named
        for document_id in _documents(statement, document_targets)
        if document_id in copies.roots
    }
    if len(copied) < 2:  # noqa: PLR2004
        return []
    links = [link for root in {copies.roots[document_id] for document_id in copied} for link in copies.links[root]]
    touching: dict[UUID, set[int]] = defaultdict(set)
    for nth, link in enumerate(links):
        touching[document_targets[link.from_id]].add(nth)
        touching[document_targets[link.to_id]].add(nth)
    # Cut what joins nothing: a document at the end of a chain, link by link, until only ways between members are left.
    loose_ends = [id_ for id_, nths in touching.items() if len(nths) == 1 and id_ not in copied]
    while loose_ends:
        for nth in touching.pop(loose_ends.pop()):
            link = links[nth]
            for id_ in {document_targets[link.from_id], document_targets[link.to_id]} & touching.keys():
                touching[id_].discard(nth)
                if len(touching[id_]) == 1 and id_ not in copied:
                    loose_ends.append(id_)
    remaining = set().union(*touching.values())
    return sorted((links[nth] for nth in remaining), key=lambda link: copies.places[link.id])
