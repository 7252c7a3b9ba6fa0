"""Where a claim stands, and the question it answers."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from app.derive.rules.in_force import Ended
from app.derive.rules.origins import Origin, sides
from app.derive.rules.statements import StatementInContext
from app.vocabulary import NON_ANSWERS, Stance, Standing, Status

# So many origins, of so many parties, corroborate a claim.
CORROBORATING: Final = 2
# What a question has from the claims that answer it: the first that one of them has.
_STATUS_OF_STANDING: Final[tuple[tuple[Standing, Status], ...]] = (
    ("contested", "contested"),
    ("corroborated", "agreed"),
    ("one_sided", "one_sided"),
)


class Grounds(NamedTuple):
    """All that the standing of one claim follows from, at one moment."""

    ended: Sequence[tuple[StatementInContext, Ended]]
    """Explicit support that is no longer in force."""
    supporting: Sequence[StatementInContext]
    """Explicit support in force."""
    unreplaced: Sequence[StatementInContext]
    """And of it what its family has not replaced by a later figure."""
    support: Sequence[Origin]
    """The origins of that."""
    parties: int
    """And how many sides these are of at least."""
    denying: Sequence[StatementInContext]
    """Explicit denials in force."""
    denials: Sequence[Origin]
    """The origins of those."""
    evolving: bool
    """It is a figure whose true value changes with time."""
    outdated: bool
    """And later figures have left it behind."""
    retracted: int
    """How many explicit words for and against it are found only in retracted documents."""
    rivals: int
    """How many claims that can't be true together with it are supported."""


def standing(grounds: Grounds) -> Standing:
    """The standing of a claim: the first of the rules below that holds."""
    if not grounds.supporting:
        return _unsupported(grounds)
    if grounds.outdated:
        return "outdated"
    if not grounds.support:
        return "unattributed"
    if grounds.rivals or is_denied(grounds):
        return "contested"
    if len(grounds.support) < CORROBORATING:
        return "single_origin"
    return "corroborated" if grounds.parties >= CORROBORATING else "one_sided"


def _unsupported(grounds: Grounds) -> Standing:
    """The standing of a claim without live support."""
    if grounds.ended:
        corrected = all(ended.reason == "superseded" for _, ended in grounds.ended)
        return "outdated" if corrected and grounds.evolving else "withdrawn"
    return "denied" if grounds.denying else "unsupported"


def is_denied(grounds: Grounds) -> bool:
    """By another family than one that supports it."""
    supporters = {statement.family for statement in grounds.unreplaced if statement.row.source_id}
    deniers = {statement.family for statement in grounds.denying if statement.row.source_id}
    return bool(supporters) and bool(deniers) and len(supporters | deniers) > 1


def parties(origins: Collection[Origin]) -> int:
    """How many sides there are at least; whoever is of no party, and can be of none that is there, is one.

    Of whom was redacted nobody knows any more that he is of another side than the rest.
    """
    if len(origins) <= 1:
        return len(origins)
    of_known_side = [origin for origin in origins if not origin.first.forgotten]
    return max(len(sides(of_known_side)), 1)


def status(
    standings: Collection[Standing],
    stances: Collection[Stance],
    *,
    settled: bool = False,
    both_ways: bool = False,
    taken_back: bool = False,
) -> Status:
    """Of a question, the first that holds.

    `standings`: of the claims that answer it; `stances`: those that anybody takes toward it or toward them, implied
    ones too; `both_ways`: it is settled for answers of which only one can be true; `taken_back`: somebody took one
    toward them that no longer stands.
    """
    if settled:
        return "contested" if both_ways else "resolved"
    for claim_standing, question_status in _STATUS_OF_STANDING:
        if claim_standing in standings:
            return question_status
    if "support" in stances or "deny" in stances:
        return "open"
    if taken_back:  # whoever asks now asks for more than was ever asked: there was an answer
        return "withdrawn"
    return "unanswered" if any(stance in stances for stance in ("query", *NON_ANSWERS)) else "unaddressed"
