"""The whole event in one answer; every other picture is a slice of it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import NEVER, SortKey
from app.derive.pictures import claims, documents, event, labels, masking, reasons
from app.derive.pictures.index import EventIndex, index_event
from app.derive.rules import contradictions, figures, in_force, rivals, silences, standing, unattributed
from app.derive.rules.construct import built
from app.derive.rules.context import EventContext, event_context
from app.derive.rules.contradictions import SelfContradiction
from app.derive.rules.rows import Rows, View
from app.derive.rules.silences import Silence
from app.schemas.pictures.dossiers import (
    ClaimPicture,
    ContradictionRead,
    DossierRead,
    OrderUnknownRead,
    QuestionPicture,
    SilenceRead,
    UnattributedRead,
)
from app.schemas.questions import QuestionRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import Stance

_A_DAY: Final = timedelta(days=1)


def dossier(rows: Rows, view: View, position: str, as_of: str | None = None) -> DossierRead:
    """The picture of these rows as this caller may see it; `position` and `as_of` are echoed."""
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
    document_pictures = documents.pictures(context, _cited_ids(context), sources, beyond=view.restricted)
    index = index_event(context, sources)
    questions, unasked = _questions(index, document_pictures)
    taken_back = in_force.taken_back(context.statements, context.ended)
    all_silences = silences.silences(context.counted, taken_back, context.questions, context.claims)
    pairs = _contradictions(index)
    return built(
        DossierRead,
        position=position,
        as_of=as_of,
        hint=None,
        said_before=view.said_before,
        independence=view.independence,
        event=event.event(context),
        questions=questions,
        unasked=unasked,
        silences=[_silence(silence, view.wording) for silence in all_silences],
        self_contradictions=[_contradiction(index, pair) for pair in pairs if pair.kind != "order_unknown"],
        order_unknown=[_order_unknown(index, pair) for pair in pairs if pair.kind == "order_unknown"],
        unattributed=[
            built(
                UnattributedRead,
                document_id=assertion.document_id,
                statement_id=assertion.statement.row.id,
                claim_id=assertion.statement.claim_id,
            )
            for assertion in unattributed.unattributed(
                context.counted, context.document_targets, context.retracted, view.until
            )
        ],
        documents=document_pictures,
        # Last: all of the above puts the sources that it names into the side map.
        sources=ordering.side_map(sources.side_map),
        parties=labels.parties(view.wording, sources.side_map, _accused(context, all_silences)),
        countries=labels.countries(view.wording, sources.side_map, context.rows.events[context.rows.event_id].country),
    )


def by_dispute(picture: DossierRead) -> DossierRead:
    """The same with the most disputed question first, and in each the most disputed claim."""
    questions = [
        built(QuestionPicture, question.__dict__ | {"claims": sorted(question.claims, key=ordering.disputed)})
        for question in sorted(picture.questions, key=ordering.disputed_question)
    ]
    unasked = sorted(picture.unasked, key=ordering.disputed)
    return built(DossierRead, picture.__dict__ | {"questions": questions, "unasked": unasked})


def _accused(context: EventContext, all_silences: Iterable[Silence]) -> set[str | None]:
    return {claim.accuses for claim in context.claims.values()}.union(silence.party for silence in all_silences)


def questions(rows: Rows, view: View) -> list[QuestionPicture]:
    """Its questions alone, without documents: where they stand does not depend on what is shown of these."""
    context = event_context(rows, view)
    sources = masking.masked_sources(context)
    return _questions(index_event(context, sources), {})[0]


# --- questions -------------------------------------------------------------------------------------------------------


def _questions(index: EventIndex, documents: Mapping[UUID, object]) -> tuple[list[QuestionPicture], list[ClaimPicture]]:
    """The questions with their claims, and the claims without. `documents`: by id, those that this caller is shown."""
    context = index.context
    answers: dict[UUID | None, list[ClaimPicture]] = defaultdict(list)
    first_keys: dict[UUID, SortKey] = {}
    for claim in context.claims.values():
        answers[claim.question_id].append(claims.picture(index, claim, documents))
        if claim.question_id:
            first_keys.setdefault(claim.question_id, context.sort_keys[claim.id])
    questions = sorted(
        context.questions.values(), key=lambda question: _order(index, question, first_keys.get(question.id))
    )
    return [_question(index, question, answers[question.id]) for question in questions], answers[None]


def _question(index: EventIndex, question: QuestionRead, answers: list[ClaimPicture]) -> QuestionPicture:
    settling = [assessment for claim in answers for assessment in claims.settling(index, claim.id)]
    standings = [claim.standing for claim in answers]
    taken_back = [claim for claim in answers if claim.id in index.taken_back]
    stances = _stances(index, question, answers)
    settled_ids = list(dict.fromkeys(assessment.claim_id for assessment in settling))
    status = standing.status(
        standings,
        stances,
        settled=bool(settling),
        both_ways=_exclude_each_other(index, question, settled_ids),
        taken_back=bool(taken_back),
    )
    settlers = [claims.author(index, assessment) for assessment in settling]
    why_ended = frozenset(ended_by for claim in taken_back for ended_by in index.taken_back[claim.id])
    answers_ended = reasons.AnswersEnded(len(taken_back), why_ended)
    question_reasons = reasons.question(status, standings, settlers, answers_ended)
    return built(
        QuestionPicture,
        question.__dict__,
        heading=labels.heading(index.context.view.wording, question),
        status=status,
        why=reasons.in_words(index.context.view.wording, question_reasons),
        reasons=question_reasons,
        settled_by=[assessment.id for assessment in settling],
        answers=settled_ids,
        claims=answers,
        statements=index.statements.get(question.id, []),
    )


def _exclude_each_other(index: EventIndex, question: QuestionRead, claim_ids: Sequence[UUID]) -> bool:
    """Whether not all of these answers can be true; of what changes with time each may have been."""
    context = index.context
    settled_figures = [figure for id_ in claim_ids if (figure := context.claims[id_].figure) is not None]
    apart = any(figures.exclude(question, first, second) for first, second in combinations(settled_figures, 2))
    return rivals.any_exclude(context.exclusions, claim_ids) or (apart and not question.evolving)


def _stances(index: EventIndex, question: QuestionRead, answers: list[ClaimPicture]) -> set[Stance]:
    """Those that anybody takes toward it or toward what answers it, implied ones too."""
    stances: set[Stance] = set()
    for subject in (question.id, *(claim.id for claim in answers)):
        stances.update(index.counting.get(subject, ()), index.beside.get(subject, ()))
    return stances


def _order(index: EventIndex, question: QuestionRead, first_claim: SortKey | None) -> tuple[object, ...]:
    """By the first statement about it, with or without a claim; those that nobody spoke of last."""
    statement = index.first_statements.get(question.id)
    times = [first_claim[:2]] if first_claim else []
    times += [(statement.said.start, statement.said.end)] if statement else []
    return (*min(times, default=(NEVER, NEVER)), index.context.names.questions[question.id], question.id)


def _cited_ids(context: EventContext) -> set[UUID]:
    """The documents that what is shown names, after merges."""
    named = {appearance.document_id for statement in context.statements for appearance in statement.appearances}
    named |= {statement.row.withdrawn_document_id for statement in context.statements}
    named |= {document_id for assessment in context.assessments for document_id in assessment.document_ids}
    return {context.document_targets[document_id] for document_id in named if document_id in context.document_targets}


# --- contradictions and silences -------------------------------------------------------------------------------------


def _contradictions(index: EventIndex) -> list[SelfContradiction]:
    """Those that this caller may know: not if that tells whose family a protected source is of."""
    return [
        contradiction
        for contradiction in contradictions.contradictions(index.context)
        if masking.may_know_one_family(index.sources, contradiction.earlier.row, contradiction.later.row)
    ]


def _contradiction(index: EventIndex, contradiction: SelfContradiction) -> ContradictionRead:
    return built(ContradictionRead, _of_both(index, contradiction), kind=contradiction.kind)


def _order_unknown(index: EventIndex, pair: SelfContradiction) -> OrderUnknownRead:
    said = (pair.earlier.said, pair.later.said)
    figures = [
        figure
        for statement in (pair.earlier, pair.later)
        if statement.claim_id and (figure := index.context.claims[statement.claim_id].figure)
    ]
    figures.sort(key=lambda figure: (figure.max or math.inf) if figure.min is None else figure.min)
    words = index.context.view.wording
    numbers = [labels.amount(words, figure.qualifier, figure.min, figure.max) for figure in figures]
    one_day = max(span.end for span in said) - min(span.start for span in said) <= _A_DAY
    says = wording.say(
        words,
        "gave_on_one_day" if one_day else "gave_at_overlapping_times",
        {"first": numbers[0], "second": numbers[-1]},
    )
    return built(OrderUnknownRead, _of_both(index, pair), says=says)


def _of_both(index: EventIndex, pair: SelfContradiction) -> dict[str, Any]:
    earlier, later, ended = pair.earlier, pair.later, index.context.ended
    return {
        "family_id": masking.family_id(index.sources, later),
        "question_id": later.question_id if later.question_id == earlier.question_id else None,
        "claim_ids": list(dict.fromkeys((earlier.claim_id, later.claim_id))),
        "statement_ids": [earlier.row.id, later.row.id],
        "live": earlier.row.id not in ended and later.row.id not in ended,
    }


def _silence(silence: Silence, words: Wording) -> SilenceRead:
    answered, since = silence.answered_with, silence.since
    return built(
        SilenceRead,
        question_id=silence.question_id,
        party=silence.party,
        name=wording.party(words, silence.party),
        stance=answered.row.stance if answered else None,
        since=since.said.words,
        since_from=since.said.start,
        since_to=since.said.end,
        statement_id=since.row.id,
        claim_ids=silence.accusing,
    )
