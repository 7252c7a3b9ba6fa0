"""Claims that can't both be true."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.questions import QuestionRead

# Two answers so linked can stand together.
_TOGETHER = ("supports", "refines", "compatible", "same_as")


def rivals(
    claims: Sequence[ClaimRead],
    links: Iterable[ClaimLinkRead],
    questions: Mapping[UUID, QuestionRead],
    families: Mapping[UUID, Collection[UUID]],
) -> dict[UUID, list[UUID]]:
    """The rivals of each claim, in the order of `claims`; figures have none here.

    They are the other answers to a question that has but one, unless a link says that both can stand, and what is
    linked as contradicting. `families`: who supports each claim with a source, explicitly and still. A rival has any,
    and the two claims together have two: one family against itself is no dispute.
    """
    worded = {claim.id: claim for claim in claims if claim.figure is None}
    opposed, together = _linked(links)
    supported = defaultdict(list)
    for claim in worded.values():
        question = questions.get(claim.question_id) if claim.question_id else None
        if question is not None and question.single_answer and families.get(claim.id):
            supported[question.id].append(claim.id)
    order = {claim.id: place for place, claim in enumerate(claims)}
    found = {}
    for id_, claim in worded.items():
        answers = supported.get(claim.question_id, []) if claim.question_id else []
        others = {other for other in opposed[id_] if other in worded}
        others |= {other for other in answers if other not in together[id_]}
        own = families.get(id_, ())
        found[id_] = sorted((o for o in others if o != id_ and _two(own, families.get(o, ()))), key=order.__getitem__)
    return found


def _two(own: Collection[UUID], theirs: Collection[UUID]) -> bool:
    """Whether the other claim has a family behind it, and the two have more than one."""
    return bool(theirs) and (len(theirs) > 1 or any(family not in theirs for family in own))


def _linked(links: Iterable[ClaimLinkRead]) -> tuple[defaultdict[UUID, set[UUID]], defaultdict[UUID, set[UUID]]]:
    """By claim, whichever end it is: those that contradict it, and those that it can stand with."""
    opposed: defaultdict[UUID, set[UUID]] = defaultdict(set)
    together: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for link in links:
        kept = together if link.relation in _TOGETHER else opposed
        kept[link.from_id].add(link.to_id)
        kept[link.to_id].add(link.from_id)
    return opposed, together
