"""Claims that can't both be true."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead

# Two answers so linked can stand together.
_TOGETHER: Final = ("supports", "refines", "compatible", "same_as")


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Which claims in words exclude each other, whoever supports them."""

    answers: dict[UUID, UUID]
    """Of each claim that answers a question which has but one answer: that question."""
    opposed: dict[UUID, set[UUID]]
    """By claim, whichever end of the link it is: those that contradict it."""
    together: dict[UUID, set[UUID]]
    """And those that it can stand with."""


def exclusions(
    claims: Iterable[ClaimRead], links: Iterable[ClaimLinkRead], questions: Mapping[UUID, QuestionRead]
) -> Exclusions:
    """What questions and links say of these claims; of figures nothing, they are judged by their ranges."""
    worded = {claim.id: claim.question_id for claim in claims if claim.figure is None}
    opposed: defaultdict[UUID, set[UUID]] = defaultdict(set)
    together: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for link in links:
        if link.from_id in worded and link.to_id in worded:
            kept = together if link.relation in _TOGETHER else opposed
            kept[link.from_id].add(link.to_id)
            kept[link.to_id].add(link.from_id)
    single = {id_ for id_, question in questions.items() if question.single_answer}
    return Exclusions({id_: asked for id_, asked in worded.items() if asked in single and asked}, opposed, together)


def exclude(found: Exclusions, one: UUID, other: UUID) -> bool:
    """Whether the two can't both be true."""
    if other in found.opposed.get(one, ()):
        return True
    question = found.answers.get(one)
    same = question is not None and question == found.answers.get(other)
    return same and one != other and other not in found.together.get(one, ())


def rivals(
    claims: Sequence[ClaimRead], found: Exclusions, families: Mapping[UUID, Collection[UUID]]
) -> dict[UUID, list[UUID]]:
    """The rivals of each claim in words, in the order of `claims`.

    They are the other answers to a question that has but one, unless a link says that both can stand, and what is
    linked as contradicting. `families`: who supports each claim with a source, explicitly and still. A rival has any,
    and the two claims together have two: one family against itself is no dispute.
    """
    supported = defaultdict(list)
    for id_, question_id in found.answers.items():
        if families.get(id_):
            supported[question_id].append(id_)
    order = {claim.id: place for place, claim in enumerate(claims)}
    rivals_of = {}
    for claim in claims:
        answers = supported.get(found.answers[claim.id], ()) if claim.id in found.answers else ()
        others = {*found.opposed.get(claim.id, ()), *answers}
        own = families.get(claim.id, ())
        two = (o for o in others if exclude(found, claim.id, o) and _two(own, families.get(o, ())))
        rivals_of[claim.id] = sorted(two, key=order.__getitem__)
    return rivals_of


def _two(own: Collection[UUID], theirs: Collection[UUID]) -> bool:
    """Whether the other claim has a family behind it, and the two have more than one."""
    return bool(theirs) and (len(theirs) > 1 or any(family not in theirs for family in own))
