"""One source against itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from app.derive.rules import figures, in_force, rivals
from app.derive.rules.rivals import Bounds
from app.derive.rules.voices import Voice, order
from app.schemas.claims import ClaimRead
from app.schemas.questions import QuestionRead

Kind = Literal["both_ways", "rival_claims"]
_Sense = tuple[UUID, str]
"""A claim, and support or deny."""
_EVER: Final = datetime.max.replace(tzinfo=UTC)


class Contradiction(NamedTuple):
    """Two statements of one family that can't both hold: the earlier still stood when the later was made."""

    kind: Kind
    """`both_ways`: it supports and denies one claim; `rival_claims`: it supports two that exclude each other."""
    earlier: Voice
    later: Voice


class Known(NamedTuple):
    """What the statements are compared by."""

    questions: Mapping[UUID, QuestionRead]
    claims: Mapping[UUID, ClaimRead]
    bounds: Bounds
    beside: frozenset[UUID]
    """Figures that are a part of another of their own question."""


def contradictions(heard: Sequence[Voice], known: Known) -> list[Contradiction]:
    """Each pair of claims, and each claim taken both ways, once for a family: where that was first so.

    `heard`: what had been said, in its order. Families here are those of named sources and of unnamed ones that belong
    to somebody; any other unnamed source is compared with itself alone. On a question whose true value changes with
    time two figures contradict each other only where neither is the later one.
    """
    by_family: dict[UUID, list[Voice]] = defaultdict(list)
    for voice in heard:
        if voice.row.explicitness == "explicit" and voice.claim_id and voice.row.stance in ("support", "deny"):
            whose = voice.family if voice.by == "source" else voice.source_id
            if whose is not None:
                by_family[whose].append(voice)
    stood = in_force.stood_until(heard)
    found = [one for voices in by_family.values() if len(voices) > 1 for one in _of_family(voices, stood, known)]
    return sorted(found, key=lambda one: (order(one.later), order(one.earlier)))


def _of_family(voices: Sequence[Voice], stood: Mapping[UUID, datetime], known: Known) -> Iterator[Contradiction]:
    """`voices`: of one family, in their order."""
    told: set[frozenset[UUID]] = set()
    # By question, or all that answer none: what the family said in each sense.
    before: dict[UUID | None, dict[_Sense, list[Voice]]] = defaultdict(dict)
    for later in voices:
        claim = known.claims.get(_about(later))
        if claim is None:
            continue
        own = before[claim.question_id]
        if _is_new_figure(later, claim, known):
            for claim_id in [id_ for id_, stance in own if stance == "support" and id_ not in known.beside]:
                said = own.pop((claim_id, "support"))
                if left := [earlier for earlier in said if not figures.gives_way(earlier, later.said.start)]:
                    own[claim_id, "support"] = left
        opposite = (_last(said, stood, later) for said in _opposite(later, claim, before, known))
        for earlier in sorted((one for one in opposite if one is not None), key=order):
            kind, pair = _kind(earlier, later, known), frozenset((_about(earlier), claim.id))
            if kind is not None and pair not in told:
                told.add(pair)
                yield Contradiction(kind, earlier, later)
        own.setdefault((claim.id, later.row.stance), []).append(later)


def _last(said: Sequence[Voice], stood: Mapping[UUID, datetime], later: Voice) -> Voice | None:
    """The last of these that still stood when the later statement was made."""
    return next((one for one in reversed(said) if stood.get(one.row.id, _EVER) > later.said.end), None)


def _is_new_figure(later: Voice, claim: ClaimRead, known: Known) -> bool:
    """Whether it takes the place of the family's earlier figures."""
    question = known.questions.get(claim.question_id) if claim.figure and claim.question_id else None
    evolving = question is not None and question.evolving and claim.id not in known.beside
    return evolving and later.row.stance == "support"


def _opposite(
    later: Voice, claim: ClaimRead, before: Mapping[UUID | None, Mapping[_Sense, list[Voice]]], known: Known
) -> Iterator[list[Voice]]:
    """What the family said before in each sense that can stand against this: few, however much it said."""
    own = before.get(claim.question_id, {})
    if (other_way := own.get((claim.id, "deny" if later.row.stance == "support" else "support"))) is not None:
        yield other_way
    if later.row.stance == "support":
        opposed = known.bounds.opposed.get(claim.id, set())
        for other in opposed & known.claims.keys():
            said = before.get(known.claims[other].question_id, {}).get((other, "support"))
            if said is not None:
                yield said
        if claim.figure is not None or claim.id in known.bounds.answers:
            yield from (v for (id_, stance), v in own.items() if stance == "support" and id_ not in opposed)


def _kind(earlier: Voice, later: Voice, known: Known) -> Kind | None:
    one, other = known.claims[_about(earlier)], known.claims[_about(later)]
    if one.id == other.id:
        return "both_ways" if earlier.row.stance != later.row.stance else None
    if {earlier.row.stance, later.row.stance} != {"support"}:
        return None
    if one.figure is not None and other.figure is not None:
        asked = one.question_id if one.question_id == other.question_id else None
        apart = asked is not None and not {one.id, other.id} & known.beside
        exclude = apart and asked is not None and figures.exclude(known.questions[asked], one.figure, other.figure)
    else:
        exclude = rivals.exclude(known.bounds, one.id, other.id)
    return "rival_claims" if exclude else None


def _about(voice: Voice) -> UUID:
    if voice.claim_id is None:
        raise TypeError
    return voice.claim_id
