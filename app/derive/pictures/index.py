"""What the parts of a picture are looked up in while it is drawn."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.derive.pictures import statements
from app.derive.pictures.masking import Faces
from app.derive.rules import origins
from app.derive.rules.construct import built
from app.derive.rules.context import Scene
from app.derive.rules.in_force import Ended
from app.derive.rules.origins import Copies, Origin
from app.derive.rules.standing import Grounds
from app.derive.rules.voices import Voice
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import ClaimTie, StatementPicture
from app.vocabulary import Stance


@dataclass(frozen=True, slots=True)
class Drawing:
    scene: Scene
    faces: Faces
    statements: dict[UUID, list[StatementPicture]]
    """By claim, or by question where there is no claim."""
    first: dict[UUID, Voice]
    """Of each of these lists."""
    counting: dict[UUID, dict[Stance, list[Voice]]]
    """By claim and stance: what is explicit and stands."""
    beside: dict[UUID, dict[Stance, int]]
    """By claim, or by question where there is no claim: what stands and is implied or inferred."""
    ended: dict[UUID, list[tuple[Voice, Ended]]]
    """By claim: explicit support that no longer stands."""
    copies: Copies
    ties: dict[UUID, list[ClaimTie]]
    assessments: dict[UUID, list[AssessmentRead]]
    replaced: set[UUID]
    """Assessments that another one supersedes."""


def drawing(found: Scene, faces: Faces) -> Drawing:
    spoken = statements.statements(found, faces)
    first: dict[UUID, Voice] = {}
    by_subject: dict[UUID, list[StatementPicture]] = defaultdict(list)
    counting: dict[UUID, dict[Stance, list[Voice]]] = defaultdict(lambda: defaultdict(list))
    beside: dict[UUID, dict[Stance, int]] = defaultdict(lambda: defaultdict(int))
    ended = defaultdict(list)
    for voice, picture in zip(found.heard, spoken, strict=True):
        subject = voice.claim_id or voice.question_id
        if subject is None:
            continue
        first.setdefault(subject, voice)
        by_subject[subject].append(picture)
        why = found.ended.get(voice.row.id)
        if voice.row.explicitness != "explicit":
            beside[subject][voice.row.stance] += why is None
        elif why is None:
            counting[subject][voice.row.stance].append(voice)
        elif voice.row.stance == "support":
            ended[subject].append((voice, why))
    assessments = defaultdict(list)
    for assessment in found.assessments:
        assessments[assessment.claim_id].append(assessment)
    return Drawing(
        found,
        faces,
        by_subject,
        first,
        counting,
        beside,
        ended,
        origins.copies(found.rows, found.dates.ends),
        _ties(found),
        assessments,
        {row.supersedes_id for row in found.assessments if row.supersedes_id},
    )


def origins_of(drawn: Drawing, voices: Sequence[Voice]) -> list[Origin]:
    found = drawn.scene
    return origins.origins(voices, drawn.copies, found.kin, found.dates.ends, found.view.independence)


def grounds(drawn: Drawing, claim_id: UUID, support: list[Origin], denials: list[Origin]) -> Grounds:
    found, taken = drawn.scene, drawn.counting.get(claim_id, {})
    claim = found.claims[claim_id]
    question = found.questions.get(claim.question_id) if claim.question_id else None
    supporting = taken.get("support", [])
    return Grounds(
        drawn.ended.get(claim_id, []),
        supporting,
        standing_behind(drawn, supporting),
        support,
        taken.get("deny", []),
        denials,
        claim.figure is not None and question is not None and question.evolving,
        claim_id in found.weighed.outdated,
        len(found.rivals.get(claim_id, ())),
    )


def standing_behind(drawn: Drawing, supporting: list[Voice]) -> list[Voice]:
    """Support that its family has not replaced by a later figure."""
    replaced = drawn.scene.weighed.replaced
    return [voice for voice in supporting if voice.row.id not in replaced] if replaced else supporting


def _ties(found: Scene) -> dict[UUID, list[ClaimTie]]:
    ties: dict[UUID, list[ClaimTie]] = defaultdict(list)
    for link in found.links:
        for own, other, direction in ((link.from_id, link.to_id, "from"), (link.to_id, link.from_id, "to")):
            tie = built(ClaimTie, id=link.id, claim_id=other, relation=link.relation, direction=direction)
            ties[own].append(tie)
    for of_one in ties.values():
        of_one.sort(key=lambda tie: (*found.places[tie.claim_id], tie.relation, tie.direction))
    return ties
