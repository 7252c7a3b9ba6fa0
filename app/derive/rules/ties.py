"""Sources that may be the same: until an editor has said, they are not counted as independent of each other.

A tie joins origins and nothing else: whether somebody denies, takes back or contradicts himself is asked of families,
which no guess makes one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product, starmap
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from app.derive import ordering
from app.derive.rules.families import Kin
from app.derive.rules.rows import Rows
from app.derive.rules.statements import StatementInContext
from app.schemas.sources import SourceLinkRead, SourceRead
from app.texts import folding
from app.texts.traits import contradict, is_named
from app.vocabulary import AMBIGUOUS_NAME

T = TypeVar("T")
# Ties of one claim of which all ways to hold together are tried; of more, the surest go first.
_MOST_WEIGHED: Final = 14
_JOINING: Final = ("proposed", "confirmed")
_BY_HAND: Final = 1.0  # the score of a link that an editor made without one


class TiedTraits(NamedTuple):
    """What is known of a source that is tied: its traits, with the parent after merges."""

    name: str
    kind: str | None
    party: str | None
    country: str | None
    parent_id: UUID | None
    url: str | None
    external_ids: dict[str, str]


class Tie(NamedTuple):
    """Two sources after merges, which may be one."""

    start: UUID
    """Of a mention whose name fits several, that."""
    end: UUID
    ambiguous: bool
    link: SourceLinkRead


class Ties(NamedTuple):
    every: list[Tie]
    """The surest first, those of ambiguous mentions last."""
    known: Mapping[UUID, Sequence[TiedTraits]]
    """Of the sources at their ends: their own traits first, then those of what was merged into them."""
    mentions: Mapping[UUID, str] = {}
    """Of each ambiguous mention its folded name; of an office or a body that nothing tells from others, its words."""
    parted: frozenset[frozenset[UUID]] = frozenset()
    """Pairs of which an editor has said that they are not the same."""
    sides: Mapping[UUID, Mapping[str, SourceLinkRead]] = {}
    """Of each source of no party the parties of those that it may be, each with a link that leads to one of these."""
    may_be: Mapping[UUID, Sequence[UUID]] = {}
    """Of each source those that it may be, the surest first."""


NONE: Final = Ties([], {})


def find(rows: Rows, kin: Kin) -> Ties:
    """The links that join, in an order that does not depend on what was recorded first."""
    parted = frozenset(
        frozenset((kin.targets[link.from_id], kin.targets[link.to_id]))
        for link in rows.source_links
        if link.state == "rejected" and {link.from_id, link.to_id} <= kin.targets.keys()
    )
    ties = list[Tie]()
    words = dict[UUID, tuple[object, ...]]()
    for link in rows.source_links:
        start, end = kin.targets.get(link.from_id), kin.targets.get(link.to_id)
        if start is None or end is None or start == end or link.state not in _JOINING:
            continue
        if frozenset((start, end)) in parted:
            continue
        if rows.sources[end].placed and not rows.sources[start].placed:
            start, end = end, start
        for id_ in {start, end} - words.keys():
            words[id_] = _words(rows.sources[id_])
        ambiguous = rows.sources[start].placed or link.reason == AMBIGUOUS_NAME
        if not ambiguous:  # it leads to what came first, which is no order
            start, end = sorted((start, end), key=lambda id_: (words[id_], id_), reverse=True)
        ties.append(Tie(start, end, ambiguous, link))

    def surest_first(tie: Tie) -> tuple[object, ...]:
        ends = sorted((words[id_], str(id_)) for id_ in (tie.start, tie.end))
        return (
            tie.ambiguous,
            -_score(tie.link),
            [end_words for end_words, _ in ends],
            # Where what was merged makes one pair of two.
            _link_words(tie.link, rows),
            [id_ for _, id_ in ends],
            str(tie.link.id),
        )

    mentions = _mentions(rows, kin)
    for id_ in mentions.keys() - words.keys():
        words[id_] = _words(rows.sources[id_])
    in_order = sorted(mentions, key=lambda id_: (words[id_], id_))
    all_ties = Ties(
        sorted(ties, key=surest_first),
        _known(rows, kin, words),
        {id_: mentions[id_] for id_ in in_order},
        parted,
    )
    return all_ties._replace(sides=_sides(all_ties, kin), may_be=_may_be(all_ties))


def perhaps_one(
    ties: Ties, statements: Iterable[StatementInContext], compared: Iterable[StatementInContext]
) -> tuple[StatementInContext, StatementInContext] | None:
    """The first two, one of each, whose sources may be the same and are of two families."""
    sought: dict[UUID, StatementInContext] = {}
    for statement in compared:
        for id_ in ties.may_be.get(statement.source_id, ()) if statement.source_id else ():
            sought.setdefault(id_, statement)
    for statement in statements if sought else ():
        match = sought.get(statement.source_id) if statement.source_id else None
        if match is not None and match.family != statement.family:
            return statement, match
    return None


def _may_be(ties: Ties) -> dict[UUID, list[UUID]]:
    may_be = defaultdict[UUID, list[UUID]](list)
    for tie in ties.every:
        if _may_be_one(ties, tie.start, tie.end):
            may_be[tie.start].append(tie.end)
            may_be[tie.end].append(tie.start)
    return may_be


def _sides(ties: Ties, kin: Kin) -> dict[UUID, dict[str, SourceLinkRead]]:
    """Over other sources, too, be they of this event's speakers or not; an ambiguous mention makes nobody another."""
    tied_to = defaultdict[UUID, list[tuple[UUID, Tie]]](list)
    for tie in ties.every:
        if not {tie.start, tie.end} & kin.hidden:
            tied_to[tie.start].append((tie.end, tie))
            tied_to[tie.end].append((tie.start, tie))
    sides = dict[UUID, dict[str, SourceLinkRead]]()
    for source_id in tied_to:
        if kin.parties.get(source_id) is None:
            by_party = sides[source_id] = {}
            met, reached = {source_id}, [(source_id, list[Tie]())]
            for id_, way in reached:
                for next_id, tie in tied_to[id_]:
                    through_a_mention = bool(way) and (tie.ambiguous or way[-1].ambiguous)
                    if next_id in met or through_a_mention or not _may_be_one(ties, source_id, next_id):
                        continue
                    met.add(next_id)
                    party = kin.parties.get(next_id)
                    if party is None:
                        reached.append((next_id, [*way, tie]))
                    else:
                        by_party.setdefault(party, tie.link)
    return sides


def _may_be_one(ties: Ties, first: UUID, second: UUID) -> bool:
    told_apart = any(starmap(contradict, product(ties.known[first], ties.known[second])))
    return not told_apart and frozenset((first, second)) not in ties.parted


def _mentions(rows: Rows, kin: Kin) -> dict[UUID, str]:
    """Where the same name stands in two places and fits several, it may be the same one that is meant.

    So may "the police" of two papers. Whom else a description is of, residents say, there are many of.
    """
    return {
        id_: folding.name(source.name)
        for id_, source in rows.sources.items()
        if source.name is not None and kin.targets.get(id_) == id_ and _is_mention(source, kin)
    }


def _is_mention(source: SourceRead, kin: Kin) -> bool:
    if source.disclosure == "role_only":
        return not kin.members[source.id].belongs
    return source.placed and is_named(source.name, source.disclosure, source.kind)


def _known(rows: Rows, kin: Kin, tied_ids: Iterable[UUID]) -> dict[UUID, list[TiedTraits]]:
    """What was told of a source before it was merged still tells others from it."""
    traits_by_id = {id_: [_traits(rows.sources[id_], kin)] for id_ in tied_ids}
    for id_, target_id in kin.targets.items():
        if id_ != target_id and target_id in traits_by_id:
            traits_by_id[target_id].append(_traits(rows.sources[id_], kin))
    return traits_by_id


def _traits(source: SourceRead, kin: Kin) -> TiedTraits:
    parent_id = kin.targets.get(source.parent_id, source.parent_id) if source.parent_id else None
    return TiedTraits(
        source.name or "", source.kind, source.party, source.country, parent_id, source.url, source.external_ids
    )


def _words(source: SourceRead) -> tuple[object, ...]:
    return *ordering.source(source), repr(sorted(source.external_ids.items()))


def _link_words(link: SourceLinkRead, rows: Rows) -> tuple[object, ...]:
    ends = sorted(_words(rows.sources[id_]) for id_ in (link.from_id, link.to_id) if id_ in rows.sources)
    return ends, link.state, link.how_known, link.reason or "", link.ref or ""


def _score(link: SourceLinkRead) -> float:
    return _BY_HAND if link.score is None else link.score


class _Groups(NamedTuple):
    """Groups as some ties have joined them. None is changed: another tie makes others."""

    of: Mapping[UUID, UUID]
    """Of each tied source its group."""
    tied: Mapping[UUID, tuple[UUID, ...]]
    """Of each group the tied sources in it."""
    joined: Mapping[UUID, tuple[UUID, ...]]
    """Of each group those that it was made of."""
    same: Mapping[UUID, frozenset[UUID]]
    """Of each tied source those that its group takes for the same one: others of it belong to one body."""
    links: Mapping[UUID, tuple[SourceLinkRead | None, ...]]


def united(ties: Ties, groups: Mapping[UUID, Iterable[UUID]]) -> list[tuple[list[UUID], list[SourceLinkRead | None]]]:
    """The groups that ties join, each with the others and by which links; of each group its sources are given.

    Never two sources whose traits contradict; and an ambiguous mention goes with one group at most, and joins none.
    Where not all ties can hold together, as many as can, the surest first: so one more never makes more of them.
    Ambiguous mentions of one name that go with nobody may be the same: None stands for the link between them.
    """
    group_of = {id_: key for key, ids in groups.items() for id_ in ids if id_ in ties.known}
    present = [tie for tie in ties.every if tie.start in group_of and tie.end in group_of]
    pairs = _pairs(ties, group_of)
    if not present and not pairs:
        return []
    tied: dict[UUID, list[UUID]] = {key: [] for key in groups}
    for id_, key in group_of.items():
        tied[key].append(id_)
    separate = _Groups(
        group_of,
        {key: tuple(ids) for key, ids in tied.items()},
        {key: (key,) for key in groups},
        {id_: frozenset((id_,)) for id_ in group_of},
        dict.fromkeys(groups, ()),
    )
    state = separate
    for tie in present:
        state = _with(state, tie, ties) or state
    blocked = [tie for tie in present if state.of[tie.start] != state.of[tie.end]]
    if blocked and len(present) <= _MOST_WEIGHED:
        state = _most(separate, present, ties, len(state.joined))
    for pair in pairs:
        state = _with_mentions(state, pair, ties) or state
    return [(list(keys), list(state.links[key])) for key, keys in state.joined.items() if len(keys) > 1]


def _with(groups: _Groups, tie: Tie, ties: Ties) -> _Groups | None:
    """The groups with two of them joined; None: the tie joins none, or can't hold."""
    key, into = groups.of[tie.start], groups.of[tie.end]
    # An ambiguous mention that is no longer alone has found its group.
    if key == into or (tie.ambiguous and len(groups.joined[key]) > 1) or _contradict(groups, key, into, ties):
        return None
    return None if _parted(groups, (tie.start, tie.end), ties) else _joined(groups, (tie.start, tie.end), tie.link)


def _pairs(ties: Ties, group_of: Mapping[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    """The ambiguous mentions of one name, each with those before it."""
    by_name = defaultdict[str, list[UUID]](list)
    for id_, name in ties.mentions.items():
        if id_ in group_of:
            by_name[name].append(id_)
    return [
        (later, earlier)
        for ids in by_name.values()
        for earlier, later in combinations(ids, 2)
        if frozenset((earlier, later)) not in ties.parted
    ]


def _with_mentions(groups: _Groups, pair: tuple[UUID, UUID], ties: Ties) -> _Groups | None:
    """The groups with two mentions joined, unless one of them goes with somebody who is no mention of that name."""
    key, into = (groups.of[id_] for id_ in pair)
    name = ties.mentions[pair[0]]
    among_mentions = all(ties.mentions.get(id_) == name for id_ in (*groups.tied[key], *groups.tied[into]))
    if key == into or not among_mentions or _contradict(groups, key, into, ties):
        return None
    return None if _parted(groups, pair, ties) else _joined(groups, pair, None)


def _parted(groups: _Groups, ends: tuple[UUID, UUID], ties: Ties) -> bool:
    """Whether an editor has said that any two are not the same that would be, if these two were."""
    return bool(ties.parted) and any(
        frozenset(pair) in ties.parted for pair in product(*(groups.same[id_] for id_ in ends))
    )


def _contradict(groups: _Groups, key: UUID, into: UUID, ties: Ties) -> bool:
    return any(
        contradict(traits, met_traits)
        for source_id, met_id in product(groups.tied[key], groups.tied[into])
        for traits, met_traits in product(ties.known[source_id], ties.known[met_id])
    )


def _joined(groups: _Groups, ends: tuple[UUID, UUID], link: SourceLinkRead | None) -> _Groups:
    key, into = (groups.of[id_] for id_ in ends)
    same_ids = groups.same[ends[0]] | groups.same[ends[1]]
    return _Groups(
        {id_: into if group == key else group for id_, group in groups.of.items()},
        _moved(groups.tied, key, into),
        _moved(groups.joined, key, into),
        {**groups.same, **dict.fromkeys(same_ids, same_ids)},
        {**_moved(groups.links, key, into), into: (*groups.links[into], *groups.links[key], link)},
    )


def _moved(by_group: Mapping[UUID, tuple[T, ...]], key: UUID, into: UUID) -> dict[UUID, tuple[T, ...]]:
    moved = {group: values for group, values in by_group.items() if group != key}
    return moved | {into: (*by_group[into], *by_group[key])}


def _most(separate: _Groups, ordered: Sequence[Tie], ties: Ties, known_count: int) -> _Groups:
    """The fewest groups that can be made, and of several ways the one that has the surest ties."""
    best: _Groups | None = None
    open_ways = [(separate, 0)]
    while open_ways:
        state, nth = open_ways.pop()
        fewest = len(state.joined) - (len(ordered) - nth)
        if fewest > known_count if best is None else fewest >= len(best.joined):
            continue
        if nth == len(ordered):
            best = state
            continue
        open_ways.append((state, nth + 1))
        if (further := _with(state, ordered[nth], ties)) is not None:
            open_ways.append((further, nth + 1))
    return best or separate
