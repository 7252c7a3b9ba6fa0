"""One event's rows grouped by what pictures look them up by, so that this is done once."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from app.derive.pictures import labels, statements
from app.derive.pictures.masking import MaskedSources
from app.derive.rules import in_force, origins, ties
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext
from app.derive.rules.in_force import Ended
from app.derive.rules.origins import Copies
from app.derive.rules.statements import StatementInContext
from app.derive.rules.ties import Ties
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import ClaimTie, EndedBy, StatementPicture
from app.vocabulary import Stance


@dataclass(frozen=True, slots=True)
class EventIndex:
    """`Subject`: the claim that a statement is about, or its question where there is no claim."""

    context: EventContext
    texts: dict[UUID, str | None]
    """By claim, in the language of the answer."""
    sources: MaskedSources
    statements: dict[UUID, list[StatementPicture]]
    """By subject, in their order."""
    first_statements: dict[UUID, StatementInContext]
    """By subject: what was said of it first."""
    counting: dict[UUID, dict[Stance, list[StatementInContext]]]
    """By subject and stance: what is explicit and stands."""
    beside: dict[UUID, dict[Stance, int]]
    """By subject and stance: how many statements stand and are implied, inferred or predicted."""
    ended: dict[UUID, list[tuple[StatementInContext, Ended]]]
    """By subject: explicit support that no longer stands."""
    denials_taken_back: dict[UUID, list[StatementInContext]]
    """By claim: explicit denials that their sources took back or replaced."""
    taken_back: dict[UUID, set[EndedBy]]
    """Claims that somebody supported or denied, if only by implication, which does not stand any more; and why not."""
    retracted: Counter[UUID]
    """By claim: how many explicit words for and against it are found only in retracted documents."""
    copies: Copies
    ties: Ties
    links: dict[UUID, list[ClaimTie]]
    """By claim, whichever end of the link it is."""
    assessments: dict[UUID, list[AssessmentRead]]
    """By claim."""
    superseded_ids: set[UUID]
    """Assessments that another one supersedes."""


def index_event(context: EventContext, sources: MaskedSources) -> EventIndex:
    first_statements: dict[UUID, StatementInContext] = {}
    by_subject: dict[UUID, list[StatementPicture]] = defaultdict(list)
    counting: dict[UUID, dict[Stance, list[StatementInContext]]] = defaultdict(lambda: defaultdict(list))
    implied_counts: dict[UUID, dict[Stance, int]] = defaultdict(lambda: defaultdict(int))
    ended = defaultdict(list)
    taken_back: dict[UUID, set[EndedBy]] = defaultdict(set)
    retracted = Counter[UUID]()
    for statement, picture in zip(context.statements, statements.statements(context, sources), strict=True):
        subject = statement.claim_id or statement.question_id
        if subject is None:
            continue  # never so: `statements.in_context` leaves out what is about neither; this tells the type checker
        first_statements.setdefault(subject, statement)
        by_subject[subject].append(picture)
        ending = context.ended.get(statement.row.id)
        if ending is not None and statement.row.stance in ("support", "deny"):
            taken_back[subject].add(ending.reason)
            if ending.reason == "retracted" and statement.outright:
                retracted[subject] += 1
        if not statement.outright:
            if ending is None:
                implied_counts[subject][statement.row.stance] += 1
        elif ending is None:
            counting[subject][statement.row.stance].append(statement)
        elif statement.row.stance == "support":
            ended[subject].append((statement, ending))
    assessments = defaultdict(list)
    for assessment in context.assessments:
        assessments[assessment.claim_id].append(assessment)
    return EventIndex(
        context=context,
        texts=labels.claim_texts(context),
        sources=sources,
        statements=by_subject,
        first_statements=first_statements,
        counting=counting,
        beside=implied_counts,
        ended=ended,
        denials_taken_back=_denials_taken_back(context),
        taken_back=taken_back,
        retracted=retracted,
        copies=origins.find_copies(context.rows, context.document_targets, context.names),
        ties=ties.find(context.rows, context.kin),
        links=_claim_links(context),
        assessments=assessments,
        superseded_ids={row.supersedes_id for row in context.assessments if row.supersedes_id},
    )


def _denials_taken_back(context: EventContext) -> dict[UUID, list[StatementInContext]]:
    denials: dict[UUID, list[StatementInContext]] = defaultdict(list)
    for statement in in_force.taken_back(context.statements, context.ended):
        if statement.claim_id and statement.row.stance == "deny":
            denials[statement.claim_id].append(statement)
    return denials


def _claim_links(context: EventContext) -> dict[UUID, list[ClaimTie]]:
    links: dict[UUID, list[ClaimTie]] = defaultdict(list)
    for link in context.claim_links:
        # Each link shows at both claims, told from the one where it is shown.
        tie = built(ClaimTie, id=link.id, claim_id=link.to_id, relation=link.relation, direction="from")
        links[link.from_id].append(tie)
        tie = built(ClaimTie, id=link.id, claim_id=link.from_id, relation=link.relation, direction="to")
        links[link.to_id].append(tie)
    for of_claim in links.values():
        of_claim.sort(key=lambda tie: (*context.sort_keys[tie.claim_id], tie.relation, tie.direction))
    return links
