"""What became of what a family said, where its question has been settled since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.derive.pictures import masking, source_names
from app.derive.pictures.masking import MaskedSources
from app.derive.rules import families, in_force, merges, rivals
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext, event_context
from app.derive.rules.in_force import Lapses
from app.derive.rules.rows import Rows, View
from app.derive.rules.statements import StatementInContext
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.track_records import TrackEntry, Verdict
from app.schemas.sources import SourceRead
from app.vocabulary import Stance


class Settlement(NamedTuple):
    """How authorities have settled an open question."""

    by: list[AssessmentRead]
    """The earliest first."""
    at: datetime
    """When the first of them was made: what was said before its end counts."""
    answers: list[UUID]
    """The claims that hold."""


def entries(rows: Rows, view: View, source_id: UUID) -> tuple[list[TrackEntry], dict[UUID, SourceRead], UUID]:
    """What the source's family had said, as this caller may know it; those who said it; and whom the family goes by.

    `rows` may be of several events. Where the caller may not know of the family, only the source's own words are told.
    """
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
    speaker_id = context.kin.targets.get(source_id, source_id)
    family = families.top(context.kin, speaker_id)
    # It is named also where nothing that it said itself is in the record.
    masking.show_if_visible(sources, speaker_id)
    known_family = families.known_top(context.kin, source_id)
    shown_family = masking.show_if_visible(sources, family) if known_family == family else None
    lapses = in_force.lapses(context.statements)
    settlements = _settlements(context)
    # Whoever settles a question is not judged by it.
    by_others = {
        id_: settlement
        for id_, settlement in settlements.items()
        if family not in {families.top(context.kin, row.author_id) for row in settlement.by}
    }
    last_words: dict[UUID, StatementInContext] = {}
    for statement in context.statements:
        ended = context.ended.get(statement.row.id)
        if ended is not None and ended.by_report:
            continue  # nobody knows whether it had said so
        if _counts(statement, family, by_others, lapses) and _may_know(
            sources, statement, None if shown_family else speaker_id
        ):
            last_words[statement.claim_id or statement.row.id] = statement
    track = [
        _entry(context, sources, statement, settlements[_present(statement.question_id)])
        for statement in sorted(last_words.values(), key=lambda statement: statement.sort_key)
    ]
    record_of = shown_family or speaker_id
    speakers = {entry.source_id for entry in track} | {record_of}
    return track, source_names.side_map(speakers, sources.side_map), record_of


def _settlements(context: EventContext) -> dict[UUID, Settlement]:
    """Open questions by id, with the assessments that settle them and that nobody has replaced."""
    superseded_ids = {row.supersedes_id for row in context.assessments}
    by_question: dict[UUID, list[AssessmentRead]] = defaultdict(list)
    for row in context.assessments:
        claim = context.claims.get(row.claim_id)
        question = context.questions.get(claim.question_id) if claim and claim.question_id else None
        if row.settles and row.id not in superseded_ids and question is not None and question.answer == "open":
            by_question[question.id].append(row)
    return {
        question_id: Settlement(
            by=rows,
            at=rows[0].made_to or rows[0].created_at,
            answers=list(dict.fromkeys(row.claim_id for row in rows)),
        )
        for question_id, rows in by_question.items()
        # Where authorities settle it for answers of which only one can be true, nobody's word was right or wrong.
        if not rivals.any_exclude(context.exclusions, [*{row.claim_id for row in rows}])
    }


def _counts(
    statement: StatementInContext,
    family: UUID,
    settlements: Mapping[UUID, Settlement],
    lapses: Lapses,
) -> bool:
    """Whether this is the family's explicit word on a question settled later, and stood until then."""
    # Who is known by a document alone, or not at all, is of no family but that document.
    if statement.family != family or statement.family_by not in ("source", "chain") or statement.claim_id is None:
        return False
    settlement = settlements.get(statement.question_id) if statement.question_id else None
    row = statement.row
    if settlement is None or not statement.outright or row.stance not in ("support", "deny"):
        return False
    stood = not any(lapse.start < settlement.at <= lapse.end for lapse in lapses.get(row.id, ()))
    return statement.said.start < settlement.at and stood


def _may_know(sources: MaskedSources, statement: StatementInContext, only: UUID | None) -> bool:
    """Whether this caller may know who spoke; `only`: of this source's own words alone."""
    row = statement.row
    if row.source_id is None or masking.mask_id(sources, row.event_id, row.source_id) is not None:
        return False
    return masking.way(sources, row) is None if only is None else statement.source_id == only


def _entry(
    context: EventContext, sources: MaskedSources, statement: StatementInContext, settlement: Settlement
) -> TrackEntry:
    row = statement.row
    events = context.rows.events
    merged_into = {id_: event.merged_into for id_, event in events.items()}
    event = events[merges.chain(row.event_id, merged_into)[-1]]
    question, claim = context.questions[_present(statement.question_id)], context.claims[_present(statement.claim_id)]
    return built(
        TrackEntry,
        verdict=_verdict(context, claim.id, row.stance, settlement.answers),
        event_id=event.id,
        event_slug=event.slug,
        event_title=event.title,
        question_id=question.id,
        question=question.text,
        claim_id=claim.id,
        claim=claim.text,
        statement_id=row.id,
        source_id=masking.show(sources, row.event_id, _present(row.source_id)),
        stance=row.stance,
        said=row.said,
        effective=statement.said.words,
        effective_from=statement.said.start,
        effective_to=statement.said.end,
        settled_by=[assessment.id for assessment in settlement.by],
        settled=settlement.by[0].made,
        answers=settlement.answers,
    )


def _verdict(context: EventContext, claim_id: UUID, stance: Stance, answers: Sequence[UUID]) -> Verdict:
    """A claim that can stand together with any of the answers is none that they exclude."""
    if claim_id in answers:
        return "right" if stance == "support" else "wrong"
    compatible = context.exclusions.compatible.get(claim_id, set())
    if compatible.isdisjoint(answers) and any(
        rivals.exclude(context.exclusions, claim_id, answer) for answer in answers
    ):
        return "wrong" if stance == "support" else "right"
    return "unscored"


def _present(id_: UUID | None) -> UUID:
    if id_ is None:
        raise TypeError
    return id_
