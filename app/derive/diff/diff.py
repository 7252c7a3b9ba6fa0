"""What changed between two pictures of one event: two dossiers, compared."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.derive import ordering
from app.derive.diff import field_changes, snapshots, summaries, verdict_changes
from app.derive.diff.snapshots import Snapshot, SnapshotPair, compare
from app.derive.pictures import source_names
from app.derive.rules.construct import built
from app.schemas.pictures.diffs import (
    AssessmentChanged,
    AssessmentEntry,
    AssessmentsDiff,
    ClaimChanged,
    ClaimEntry,
    ClaimsDiff,
    Clock,
    ContradictionsDiff,
    DiffEnd,
    DiffRead,
    EventDiff,
    QuestionChanged,
    QuestionEntry,
    QuestionsDiff,
    SilenceChanged,
    SilencesDiff,
    StatementChanged,
    StatementEntry,
    StatementsDiff,
)
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    QuestionPicture,
    SilenceRead,
    StatementPicture,
)
from app.vocabulary import Independence

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=StatementEntry)
# What an entry takes of its record as it is.
_QUESTION_FIELDS: Final = ("text", "heading", "kind", "measure", "status", "why", "reasons")
_CLAIM_FIELDS: Final = ("question_id", "text", "standing", "why", "reasons")
_STATEMENT_FIELDS: Final = (
    *("source_id", "stance", "explicitness", "said", "effective", "effective_from", "effective_to", "live"),
    *("why_not_live", "withdrawn_reason", "withdrawn_document_id", "withdrawn_by"),
)
_ASSESSMENT_FIELDS: Final = ("claim_id", "author_id", "scheme", "rating", "label", "made", "settles", "superseded")
_SILENCE_FIELDS: Final = ("stance", "since_from", "since_to", "statement_id")


def diff(
    pair: SnapshotPair,
    event_id: UUID,
    clock: Clock,
    moments: tuple[str | None, str | None],
    independence: Independence,
) -> DiffRead:
    """Two dossiers of one event, drawn for one caller; `moments`: before and after, in the caller's words."""
    parts: dict[str, Any] = {
        "event": _event(pair),
        "questions": _questions(pair),
        "claims": _claims(pair),
        "statements": _statements(pair),
        "standings": verdict_changes.standings(pair),
        "statuses": verdict_changes.statuses(pair),
        "origins": verdict_changes.origins(pair),
        "figures": verdict_changes.figures_moved(pair),
        "assessments": _assessments(pair),
        "silences": _silences(pair),
        "self_contradictions": _contradictions(pair),
        "source_changes": field_changes.sources(pair),
        "document_changes": field_changes.documents(pair),
        "document_links": field_changes.links(pair),
        "source_links": field_changes.source_links(pair),
    }
    if clock == "said":  # of the same records: one can only look changed where what it is linked to is not shown yet
        for name in ("questions", "claims", "statements", "assessments"):
            parts[name] = built(type(parts[name]), parts[name].__dict__ | {"changed": []})
        parts["document_links"] = []
        parts["source_links"] = []
    # Everybody at either moment, as at the later one where they are shown there.
    before, after = ({} if snapshot.dossier is None else snapshot.dossier.sources for snapshot in pair)
    sources = ordering.side_map(before | after)
    named_ids = set(_strings(parts))
    fields: dict[str, Any] = {
        "event_id": event_id,
        "clock": clock,
        "independence": independence,
        "since": _end(pair.before, moments[0]),
        "until": _end(pair.after, moments[1]),
        "summary": [],
        "hint": None,
        **parts,
        "sources": source_names.side_map((id_ for id_ in sources if str(id_) in named_ids), sources),
    }
    return built(DiffRead, fields, summary=summaries.summaries(built(DiffRead, fields), pair))


def _end(snapshot: Snapshot, moment: str | None) -> DiffEnd:
    return built(DiffEnd, asked=moment, position=snapshot.dossier.position if snapshot.dossier else None)


def _strings(value: Any) -> Iterator[str]:
    """Every text and id in it, wherever it stands: looked through for the ids of sources."""
    if isinstance(value, BaseModel):
        value = value.__dict__
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, UUID | str):
        yield str(value)
    elif isinstance(value, Iterable):
        for part in value:
            yield from _strings(part)


def _as_is(record: BaseModel, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


# --- what came, changed and went -------------------------------------------------------------------------------------


def _event(pair: SnapshotPair) -> EventDiff:
    before, after = pair.before.dossier, pair.after.dossier
    if before is None or after is None:
        return built(EventDiff, changes=[], merged=[], parted=[])
    merged_before, merged_after = pair.before.merges.events, pair.after.merges.events
    return built(
        EventDiff,
        changes=field_changes.event(pair, before.event, after.event),
        merged=sorted(merged_after - merged_before),
        parted=sorted(merged_before - merged_after),
    )


def _questions(pair: SnapshotPair) -> QuestionsDiff:
    compared = compare(pair.before.questions, pair.after.questions)
    with_changes = [
        (after, field_changes.fields(pair, before, after, field_changes.QUESTION)) for before, after in compared.both
    ]
    return built(
        QuestionsDiff,
        new=[_question(QuestionEntry, question) for question in compared.new],
        changed=[
            _question(QuestionChanged, question, changes=changes) for question, changes in with_changes if changes
        ],
        removed=[_question(QuestionEntry, question) for question in compared.removed],
    )


def _question(kind: type[M], question: QuestionPicture, **fields: Any) -> M:
    return built(kind, {"question_id": question.id} | _as_is(question, _QUESTION_FIELDS), **fields)


def _claims(pair: SnapshotPair) -> ClaimsDiff:
    compared = compare(pair.before.claims, pair.after.claims)
    with_changes = [(after, field_changes.claim(pair, before, after)) for before, after in compared.both]
    # A new claim may have been merged before into another, a removed one may have been merged since.
    parted_since, merged_since = pair.before.merges.targets, pair.after.merges.targets
    return built(
        ClaimsDiff,
        new=[_claim(ClaimEntry, claim, parted_since.get(claim.id)) for claim in compared.new],
        changed=[_claim(ClaimChanged, claim, None, changes=changes) for claim, changes in with_changes if changes],
        removed=[_claim(ClaimEntry, claim, merged_since.get(claim.id)) for claim in compared.removed],
    )


def _claim(kind: type[M], claim: ClaimPicture, merged_into: UUID | None, **fields: Any) -> M:
    return built(kind, {"claim_id": claim.id} | _as_is(claim, _CLAIM_FIELDS), merged_into=merged_into, **fields)


def _statements(pair: SnapshotPair) -> StatementsDiff:
    compared = compare(pair.before.statements, pair.after.statements)
    with_changes = [
        (after, field_changes.statement(pair, before, after), field_changes.appearances(pair, before, after))
        for before, after in compared.both
    ]
    withdrawn = [after for before, after in compared.both if before.live and not after.live]
    restored = [after for before, after in compared.both if after.live and not before.live]
    return built(
        StatementsDiff,
        new=_sorted(pair, (_statement(StatementEntry, pair.after, statement) for statement in compared.new)),
        changed=_sorted(
            pair,
            (
                _statement(StatementChanged, pair.after, statement, changes=changes, appearances=appearances)
                for statement, changes, appearances in with_changes
                if changes or appearances
            ),
        ),
        withdrawn=_sorted(pair, (_statement(StatementEntry, pair.after, statement) for statement in withdrawn)),
        restored=_sorted(pair, (_statement(StatementEntry, pair.after, statement) for statement in restored)),
        removed=_sorted(pair, (_statement(StatementEntry, pair.before, statement) for statement in compared.removed)),
    )


def _statement(kind: type[S], snapshot: Snapshot, statement: StatementPicture, **fields: Any) -> S:
    subject = snapshot.subjects[statement.id]
    return built(
        kind,
        {
            "statement_id": statement.id,
            "question_id": subject.question_id,
            "claim_id": statement.claim_id,
            "text": subject.text,
        }
        | _as_is(statement, _STATEMENT_FIELDS),
        wording=next((appearance.wording for appearance in statement.appearances if appearance.wording), None),
        **fields,
    )


def _sorted(pair: SnapshotPair, entries: Iterable[S]) -> list[S]:
    """By time, then by words; what nothing here tells apart stays in the dossier's order."""
    sources = {id_: source for end in pair if end.dossier is not None for id_, source in end.dossier.sources.items()}
    english = pair.before.english | pair.after.english

    def key(entry: S) -> tuple[object, ...]:
        whose = ordering.source(sources[entry.source_id]) if entry.source_id else ()
        words = (english.get(entry.statement_id) or "", whose, entry.stance, entry.wording or "", entry.explicitness)
        return entry.effective_from, entry.effective_to, words

    return sorted(entries, key=key)


# --- beside them -----------------------------------------------------------------------------------------------------


def _assessments(pair: SnapshotPair) -> AssessmentsDiff:
    compared = compare(pair.before.assessments, pair.after.assessments)
    with_changes = [
        (after, field_changes.fields(pair, before, after, field_changes.ASSESSMENT)) for before, after in compared.both
    ]
    superseded = [after for before, after in compared.both if after.superseded and not before.superseded]
    restored = [after for before, after in compared.both if before.superseded and not after.superseded]
    return built(
        AssessmentsDiff,
        new=[_assessment(AssessmentEntry, pair.after, assessment) for assessment in compared.new],
        changed=[
            _assessment(AssessmentChanged, pair.after, assessment, changes=changes)
            for assessment, changes in with_changes
            if changes
        ],
        superseded=[_assessment(AssessmentEntry, pair.after, assessment) for assessment in superseded],
        restored=[_assessment(AssessmentEntry, pair.after, assessment) for assessment in restored],
        removed=[_assessment(AssessmentEntry, pair.before, assessment) for assessment in compared.removed],
    )


def _assessment(kind: type[M], snapshot: Snapshot, assessment: AssessmentPicture, **fields: Any) -> M:
    subject = snapshot.subjects[assessment.claim_id]
    return built(
        kind,
        {"assessment_id": assessment.id, "question_id": subject.question_id, "text": subject.text}
        | _as_is(assessment, _ASSESSMENT_FIELDS),
        **fields,
    )


def _silences(pair: SnapshotPair) -> SilencesDiff:
    compared = compare(pair.before.silences, pair.after.silences)
    return built(
        SilencesDiff,
        begun=compared.new,
        changed=[
            built(SilenceChanged, from_=before, to=after)
            for before, after in compared.both
            if _is_another_silence(pair, before, after)
        ],
        ended=compared.removed,
    )


def _is_another_silence(pair: SnapshotPair, before: SilenceRead, after: SilenceRead) -> bool:
    return not snapshots.is_same(pair, before.claim_ids, after.claim_ids) or any(
        getattr(before, name) != getattr(after, name) for name in _SILENCE_FIELDS
    )


def _contradictions(pair: SnapshotPair) -> ContradictionsDiff:
    compared = compare(pair.before.contradictions, pair.after.contradictions)
    return built(
        ContradictionsDiff,
        new=compared.new,
        ended=[after for before, after in compared.both if before.live and not after.live],
        restored=[after for before, after in compared.both if after.live and not before.live],
        removed=compared.removed,
    )
