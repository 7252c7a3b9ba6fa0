"""One event at one moment, as far as one caller sees it, with merges followed: what all pictures are drawn from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import NEVER, Named, SortKey
from app.derive.rules import dates, families, figures, in_force, merges, rivals, statements
from app.derive.rules.construct import built
from app.derive.rules.families import Kin
from app.derive.rules.figures import FigureStates, Whole
from app.derive.rules.in_force import Ended
from app.derive.rules.rivals import Exclusions, Supporter
from app.derive.rules.rows import Rows, View
from app.derive.rules.statements import StatementInContext
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead, FigureRead
from app.schemas.documents import DocumentRead
from app.schemas.questions import QuestionRead


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContext:
    rows: Rows
    """Without what the caller may not know to be there."""
    view: View
    kin: Kin
    document_targets: dict[UUID, UUID]
    """Of each document the one that it was merged into, or itself."""
    retracted: dict[UUID, DocumentRead]
    """By the id after merges, each document that was retracted at some time, as the one that says so."""
    questions: dict[UUID, QuestionRead]
    claims: dict[UUID, ClaimRead]
    """The claims that are left after merges, figures with their English text, in order."""
    wholes: dict[UUID, Whole]
    """Of claims whose figure is `all` of another, as far as that is known: that one, with its range."""
    claim_targets: dict[UUID, UUID]
    """Of each claim the one that it was merged into, or itself."""
    claim_links: list[ClaimLinkRead]
    """Between `claims`, each once."""
    statements: list[StatementInContext]
    """What had been said, in its order."""
    ended: dict[UUID, Ended]
    """Of each statement that was no longer in force: why."""
    counted: list[StatementInContext]
    """The explicit statements in force, without predictions of what grows, in order: the rules count these."""
    assessments: list[AssessmentRead]
    """What had been assessed, in its order."""
    sort_keys: dict[UUID, SortKey]
    """Of each claim."""
    names: Named
    """By which what is of one time is sorted."""
    part_figures: frozenset[UUID]
    """Claims whose figure is a part of another one of their own question."""
    figure_states: FigureStates
    exclusions: Exclusions
    rivals: dict[UUID, list[UUID]]
    """Of each of `claims`, in their order."""


def event_context(rows: Rows, view: View) -> EventContext:
    """Follow merges, date and sort everything, and decide what was in force, what counted and what were rivals."""
    rows = merges.as_seen(rows, view)
    questions = {question.id: question for question in rows.questions}
    claim_targets = merges.targets({claim.id: claim.merged_into for claim in rows.claims})
    stored_claims = {claim.id: claim for claim in rows.claims}
    wholes = _wholes(questions, stored_claims, claim_targets)
    remaining = {
        claim.id: _worded(claim, questions, wholes, claim_targets)
        for claim in rows.claims
        if claim_targets[claim.id] == claim.id
    }
    hidden = frozenset() if view.confidential else families.hidden_sources(rows)
    kin, times = families.kinship(rows.sources, hidden), dates.document_times(rows)
    names = ordering.named(rows.sources, rows.confidential | rows.absorbed, rows.documents, questions, remaining)
    ever_said = statements.in_context(rows, remaining, claim_targets, kin, times, names=names)
    said_by_then = [s for s in ever_said if view.until is None or s.said.end <= view.until]
    said_by_then = statements.unite_unnamed(said_by_then, remaining)
    assessments = _assessed(rows, claim_targets, view, names)
    sort_keys = _sort_keys(remaining, said_by_then, names)
    # At an earlier moment only those claims are there that somebody had spoken of or assessed by then.
    spoken_of = {statement.claim_id for statement in said_by_then} | {row.claim_id for row in assessments}
    claim_ids = sorted((id_ for id_ in remaining if view.until is None or id_ in spoken_of), key=sort_keys.__getitem__)
    claims = {id_: remaining[id_] for id_ in claim_ids}
    claim_links = _claim_links(rows.claim_links, claim_targets, claims.keys())
    ended = in_force.endings(said_by_then, view.until)
    # A figure can be a part of one that nobody had given yet.
    counted, part_figures = in_force.counted(said_by_then, ended), figures.parts(remaining)
    exclusions = rivals.find_exclusions(claims.values(), claim_links, questions)
    figure_states = figures.weigh(counted, questions, claims, part_figures, exclusions)
    return EventContext(
        rows=rows,
        view=view,
        kin=kin,
        document_targets=times.targets,
        retracted=times.retracted,
        questions=questions,
        claims=claims,
        wholes=wholes,
        claim_targets=claim_targets,
        claim_links=claim_links,
        statements=said_by_then,
        ended=ended,
        counted=counted,
        assessments=assessments,
        sort_keys=sort_keys,
        names=names,
        part_figures=part_figures,
        figure_states=figure_states,
        exclusions=exclusions,
        rivals=_rivals(claims, exclusions, figure_states, counted, said_by_then),
    )


def _rivals(
    claims: Mapping[UUID, ClaimRead],
    exclusions: Exclusions,
    figure_states: FigureStates,
    counted: Iterable[StatementInContext],
    said_by_then: Iterable[StatementInContext],
) -> dict[UUID, list[UUID]]:
    """Of each claim: by the links between them, else of claims in words by their question, of figures by ranges."""
    left_behind = figure_states.weighed - figure_states.current
    supporters = _supporters(s for s in counted if s.row.id not in left_behind) if left_behind else _supporters(counted)
    behind = _supporters(s for s in said_by_then if s.claim_id not in supporters)
    rivals_of = rivals.rivals(list(claims.values()), exclusions, supporters, behind)
    positions = {id_: position for position, id_ in enumerate(claims)}
    for id_, rival_figures in figure_states.rivals.items():
        rivals_of[id_] = sorted({*rivals_of[id_], *rival_figures}, key=positions.__getitem__)
    return rivals_of


def _supporters(statements: Iterable[StatementInContext]) -> dict[UUID, set[Supporter]]:
    """By claim, who supports it; what is said in nobody's name has nobody behind it."""
    supporters: dict[UUID, set[Supporter]] = defaultdict(set)
    for statement in statements:
        if statement.claim_id and statement.row.stance == "support" and statement.row.source_id:
            supporters[statement.claim_id].add(Supporter(statement.family, statement.source_id))
    return supporters


def _worded(
    claim: ClaimRead,
    questions: Mapping[UUID, QuestionRead],
    wholes: Mapping[UUID, Whole],
    claim_targets: Mapping[UUID, UUID],
) -> ClaimRead:
    """The claim with the text of its figure, and with what that is a part of after merges."""
    question = questions.get(claim.question_id) if claim.question_id else None
    if claim.question_id and question is None:  # it is of a merged event that the caller may not read
        claim = built(ClaimRead, claim.__dict__ | {"question_id": None})
    if claim.figure is None or question is None or "record" in claim.redacted:
        return claim
    figure, total = claim.figure, wholes.get(claim.id)
    of_id = figure.of_id and claim_targets.get(figure.of_id)
    if of_id != figure.of_id:
        figure = built(FigureRead, figure.__dict__ | {"of_id": of_id})
    if figure.qualifier == "all":
        figure = figures.all_of(figure, total)
    return built(ClaimRead, claim.__dict__ | {"figure": figure, "text": figures.text(question, figure, total)})


def _wholes(
    questions: Mapping[UUID, QuestionRead], claims: Mapping[UUID, ClaimRead], claim_targets: Mapping[UUID, UUID]
) -> dict[UUID, Whole]:
    """By claim; `claims`: all, as stored."""
    wholes = (
        (claim.id, _whole(claim, questions, claims, claim_targets))
        for claim in claims.values()
        if claim.figure is not None and claim.figure.qualifier == "all"
    )
    return {id_: total for id_, total in wholes if total is not None}


def _whole(
    claim: ClaimRead,
    questions: Mapping[UUID, QuestionRead],
    claims: Mapping[UUID, ClaimRead],
    claim_targets: Mapping[UUID, UUID],
) -> Whole | None:
    """What it is all of, with its range where that is itself all of another; None: that is not known."""
    line: list[Whole] = []
    passed: set[UUID] = set()
    while (
        claim.figure is not None and claim.figure.qualifier == "all" and claim.figure.of_id and claim.id not in passed
    ):
        passed.add(claim.id)
        total = claims.get(claim_targets.get(claim.figure.of_id, claim.figure.of_id))
        question = questions.get(total.question_id) if total is not None and total.question_id else None
        if total is None or total.figure is None or question is None:
            break
        line.append((question, total.figure))
        claim = total
    resolved: Whole | None = None
    for question, figure in reversed(line):
        resolved = (question, figures.all_of(figure, resolved) if figure.qualifier == "all" else figure)
    return resolved


def _assessed(rows: Rows, claim_targets: Mapping[UUID, UUID], view: View, names: Named) -> list[AssessmentRead]:
    """What had been assessed: an assessment without a time of its own was made when it was recorded."""
    assessments = [
        # Under the claim that its own was merged into.
        row
        if (claim_id := claim_targets[row.claim_id]) == row.claim_id
        else built(AssessmentRead, row.__dict__ | {"claim_id": claim_id})
        for row in rows.assessments
        if row.claim_id in claim_targets and (view.until is None or (row.made_to or row.created_at) <= view.until)
    ]
    return sorted(
        assessments,
        key=lambda row: (
            row.made_from or row.created_at,
            row.made_to or row.created_at,
            ordering.assessment(row, names),
            row.id,
        ),
    )


def _sort_keys(
    claim_ids: Iterable[UUID], said_by_then: Iterable[StatementInContext], names: Named
) -> dict[UUID, SortKey]:
    """By when a claim was first said; those that nobody said last."""
    first: dict[UUID | None, StatementInContext] = {}
    for statement in said_by_then:
        first.setdefault(statement.claim_id, statement)
    keys = {}
    for id_ in claim_ids:
        start, end, *_ = first[id_].said if id_ in first else (NEVER, NEVER)
        keys[id_] = (start, end, names.claims[id_], id_)
    return keys


def _claim_links(
    links: Iterable[ClaimLinkRead], claim_targets: Mapping[UUID, UUID], claim_ids: Collection[UUID]
) -> list[ClaimLinkRead]:
    """The links between the claims at hand; links that became the same by a merge are listed once."""
    links_by_ends: dict[tuple[UUID, str, UUID], ClaimLinkRead] = {}
    for link in sorted(links, key=lambda link: (link.ref or "", link.id)):
        from_id, to_id = claim_targets.get(link.from_id), claim_targets.get(link.to_id)
        if from_id is None or to_id is None or from_id == to_id:
            continue
        if from_id in claim_ids and to_id in claim_ids:
            key = from_id, link.relation, to_id
            links_by_ends.setdefault(key, built(ClaimLinkRead, link.__dict__ | {"from_id": from_id, "to_id": to_id}))
    return list(links_by_ends.values())
