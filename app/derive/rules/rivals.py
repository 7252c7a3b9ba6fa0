"""Claims that can't both be true."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Final, NamedTuple
from uuid import UUID

from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead
from app.texts import folding

# Two answers so linked can stand together.
_COMPATIBLE_RELATIONS: Final = ("supports", "refines", "compatible", "same_as")


class Supporter(NamedTuple):
    """Who stands behind a claim. An unnamed source may be of another family in each: of whoever passed that on."""

    family: UUID
    source_id: UUID | None


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Which claims exclude each other, whoever supports them; what figures allow is not asked here."""

    answers: dict[UUID, UUID]
    """Of each claim in words that answers a question which has but one answer: that question."""
    opposed: dict[UUID, set[UUID]]
    """By claim, whichever end of the link it is: those that contradict it."""
    compatible: dict[UUID, set[UUID]]
    """And those that it can stand with."""
    folded: dict[UUID, str]
    """The text of each, as it is compared: two that say the same exclude nothing, whatever language they are in."""


NO_EXCLUSIONS: Final = Exclusions({}, {}, {}, {})


def find_exclusions(
    claims: Iterable[ClaimRead], links: Iterable[ClaimLinkRead], questions: Mapping[UUID, QuestionRead]
) -> Exclusions:
    """What questions and links say of these claims; of figures links alone, else they are judged by their ranges."""
    claim_ids, in_words, folded = set(), {}, {}
    for claim in claims:
        claim_ids.add(claim.id)
        if claim.figure is None:
            in_words[claim.id] = claim.question_id
        if claim.text is not None:
            folded[claim.id] = folding.whole(claim.text)
    opposed: defaultdict[UUID, set[UUID]] = defaultdict(set)
    compatible: defaultdict[UUID, set[UUID]] = defaultdict(set)
    inner_links = [link for link in links if link.from_id in claim_ids and link.to_id in claim_ids]
    for link in inner_links:
        linked = compatible if link.relation in _COMPATIBLE_RELATIONS else opposed
        linked[link.from_id].add(link.to_id)
        linked[link.to_id].add(link.from_id)
    _carry_over(inner_links, opposed, compatible)
    single = {id_ for id_, question in questions.items() if question.single_answer}
    answers = {id_: question_id for id_, question_id in in_words.items() if question_id and question_id in single}
    return Exclusions(answers, opposed, compatible, folded)


def _carry_over(
    links: Sequence[ClaimLinkRead], opposed: dict[UUID, set[UUID]], compatible: dict[UUID, set[UUID]]
) -> None:
    """What is linked with a claim is linked with all that say the same, unless a link of theirs says something else."""
    groups = _groups((link.from_id, link.to_id) for link in links if link.relation == "same_as")
    if not groups:
        return
    group_links = {
        (
            groups.get(link.from_id, (link.from_id,)),
            groups.get(link.to_id, (link.to_id,)),
            link.relation in _COMPATIBLE_RELATIONS,
        )
        for link in links
    }
    linked_ids = {
        id_: opposed.get(id_, set()) | compatible.get(id_, set()) for id_ in opposed.keys() | compatible.keys()
    }
    for group, other_group, may_stand in group_links:
        linked = compatible if may_stand else opposed
        for first, second in product(group, other_group):
            if first != second and second not in linked_ids.get(first, ()):
                linked[first].add(second)
                linked[second].add(first)


def _groups(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, tuple[UUID, ...]]:
    """By claim, all that are said to be the same as it, and it."""
    groups: dict[UUID, list[UUID]] = {}
    for first, second in pairs:
        group, joined = groups.setdefault(first, [first]), groups.setdefault(second, [second])
        if group is not joined:
            smaller, larger = sorted((group, joined), key=len)
            larger += smaller
            groups.update(dict.fromkeys(smaller, larger))
    tuples = {id(group): tuple(group) for group in groups.values()}
    return {id_: tuples[id(group)] for id_, group in groups.items()}


def exclude(exclusions: Exclusions, first: UUID, second: UUID) -> bool:
    """Whether the two claims can't both be true."""
    if first in exclusions.folded and exclusions.folded[first] == exclusions.folded.get(second):
        return False
    if second in exclusions.opposed.get(first, ()):
        return True
    question_id = exclusions.answers.get(first)
    same_question = question_id is not None and question_id == exclusions.answers.get(second)
    return same_question and first != second and second not in exclusions.compatible.get(first, ())


def any_exclude(exclusions: Exclusions, claim_ids: Sequence[UUID]) -> bool:
    """Whether not all of these can be true together."""
    return any(exclude(exclusions, first, second) for first, second in combinations(claim_ids, 2))


def rivals(
    claims: Sequence[ClaimRead],
    exclusions: Exclusions,
    supporters: Mapping[UUID, Collection[Supporter]],
    behind: Mapping[UUID, Collection[Supporter]],
) -> dict[UUID, list[UUID]]:
    """The rivals of each claim, in the order of `claims`; but not yet those of figures by their ranges.

    They are the other answers to a question that has but one, unless a link says that both can stand, and what is
    linked as contradicting. `supporters`: who supports each claim with a source, explicitly and still; `behind`: who
    ever did, if only by implication, and stands for a claim that nobody supports. A rival is supported, and the two
    claims together have two families and two sources: one against itself is no dispute. What nobody was ever behind is
    opposed by whatever is supported. A figure that nobody gives any more is left behind, and has no rivals.
    """
    supported_answers = defaultdict(list)
    for claim_id, question_id in exclusions.answers.items():
        if supporters.get(claim_id):
            supported_answers[question_id].append(claim_id)
    positions = {claim.id: position for position, claim in enumerate(claims)}
    rivals_of: dict[UUID, list[UUID]] = {}
    for claim in claims:
        answers = supported_answers[exclusions.answers[claim.id]] if claim.id in exclusions.answers else ()
        claim_supporters = supporters.get(claim.id) or behind.get(claim.id, ())
        if claim.figure is not None and not supporters.get(claim.id):
            rivals_of[claim.id] = []
            continue
        rival_ids = (
            id_
            for id_ in {*exclusions.opposed.get(claim.id, ()), *answers}
            if exclude(exclusions, claim.id, id_) and _are_two(claim_supporters, supporters.get(id_, ()))
        )
        rivals_of[claim.id] = sorted(rival_ids, key=positions.__getitem__)
    return rivals_of


def _are_two(claim_supporters: Collection[Supporter], rival_supporters: Collection[Supporter]) -> bool:
    """Whether the rival claim is supported, and not only by the one family or source that is behind the claim."""
    if not claim_supporters or not rival_supporters:
        return bool(rival_supporters)
    first, rival = next(iter(claim_supporters)), next(iter(rival_supporters))
    if rival.family != first.family and rival.source_id != first.source_id:  # mostly so
        return True
    return any(supporter.family != first.family for supporter in chain(rival_supporters, claim_supporters)) and any(
        supporter.source_id != first.source_id for supporter in chain(rival_supporters, claim_supporters)
    )
