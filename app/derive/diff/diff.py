"""What changed between two pictures of one event: two dossiers, compared."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.derive.diff import field_changes, snapshots, summaries, verdict_changes
from app.derive.diff.snapshots import Between, Side
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
from app.schemas.sources import SourceRead
from app.vocabulary import Independence

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=StatementEntry)
# What an entry takes of its statement as it is.
_ENTRY: Final = (
    *("source_id", "stance", "explicitness", "said", "effective_from", "effective_to", "live", "why_not_live"),
    *("withdrawn_reason", "withdrawn_document_id"),
)


def diff(
    ends: Between, event_id: UUID, clock: Clock, asked: tuple[str | None, str | None], independence: Independence
) -> DiffRead:
    """Two dossiers of one event, drawn for one caller; `asked`: the words that the two moments were asked in."""
    found: dict[str, Any] = {
        "event": _event(ends),
        "questions": _questions(ends),
        "claims": _claims(ends),
        "statements": _statements(ends),
        "standings": verdict_changes.standings(ends),
        "statuses": verdict_changes.statuses(ends),
        "origins": verdict_changes.origins(ends),
        "figures": verdict_changes.figures_moved(ends),
        "assessments": _assessments(ends),
        "silences": _silences(ends),
        "self_contradictions": _contradictions(ends),
        "source_changes": field_changes.sources(ends),
        "document_changes": field_changes.documents(ends),
        "document_links": field_changes.links(ends),
    }
    if clock == "said":  # of the same records: one can only look changed where what it is linked to is not shown yet
        for name in ("questions", "claims", "statements", "assessments"):
            found[name] = built(type(found[name]), found[name].__dict__ | {"changed": []})
        found["document_links"] = []
    sources = _sources(ends)
    told = set(_told(found))
    whole: dict[str, Any] = {
        "event_id": event_id,
        "clock": clock,
        "independence": independence,
        "since": _end(ends.before, asked[0]),
        "until": _end(ends.after, asked[1]),
        "summary": [],
        **found,
        "sources": source_names.side_map((id_ for id_ in sources if str(id_) in told), sources),
    }
    return built(DiffRead, whole, summary=summaries.summaries(built(DiffRead, whole), ends))


def _end(side: Side, asked: str | None) -> DiffEnd:
    return built(DiffEnd, asked=asked, position=side.dossier.position if side.dossier else None)


def _sources(ends: Between) -> dict[UUID, SourceRead]:
    """Everybody at either moment, as at the later one where they are shown there."""
    was, is_ = ({} if end.dossier is None else end.dossier.sources for end in ends)
    return dict(sorted((was | is_).items()))


def _told(value: Any) -> Iterator[str]:
    """Every id in it, among other words."""
    if isinstance(value, BaseModel):
        value = value.__dict__
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, UUID | str):
        yield str(value)
    elif isinstance(value, Iterable):
        for part in value:
            yield from _told(part)


# --- what came, changed and went -------------------------------------------------------------------------------------


def _event(ends: Between) -> EventDiff:
    was, is_ = ends.before.dossier, ends.after.dossier
    merged = ends.after.merged.events, ends.before.merged.events
    both = was is not None and is_ is not None
    return built(
        EventDiff,
        changes=field_changes.event(ends, was.event, is_.event) if was and is_ else [],
        merged=sorted(merged[0] - merged[1]) if both else [],
        parted=sorted(merged[1] - merged[0]) if both else [],
    )


def _questions(ends: Between) -> QuestionsDiff:
    was, is_ = ends.before.questions, ends.after.questions
    both = [
        (is_[id_], field_changes.fields(ends, was[id_], is_[id_], field_changes.QUESTION)) for id_ in is_ if id_ in was
    ]
    return built(
        QuestionsDiff,
        new=[_question(QuestionEntry, is_[id_]) for id_ in is_ if id_ not in was],
        changed=[_question(QuestionChanged, question, changes=found) for question, found in both if found],
        removed=[_question(QuestionEntry, was[id_]) for id_ in was if id_ not in is_],
    )


def _question(kind: type[M], question: QuestionPicture, **more: Any) -> M:
    about = {name: getattr(question, name) for name in ("text", "kind", "measure", "status", "why")}
    return built(kind, {"question_id": question.id} | about, **more)


def _claims(ends: Between) -> ClaimsDiff:
    was, is_ = ends.before.claims, ends.after.claims
    before, after = ends.before.merged.ends, ends.after.merged.ends
    both = [(is_[id_], field_changes.claim(ends, was[id_], is_[id_])) for id_ in is_ if id_ in was]
    return built(
        ClaimsDiff,
        new=[_claim(ClaimEntry, is_[id_], before.get(id_)) for id_ in is_ if id_ not in was],
        changed=[_claim(ClaimChanged, claim, None, changes=found) for claim, found in both if found],
        removed=[_claim(ClaimEntry, was[id_], after.get(id_)) for id_ in was if id_ not in is_],
    )


def _claim(kind: type[M], claim: ClaimPicture, into: UUID | None, **more: Any) -> M:
    about = {name: getattr(claim, name) for name in ("question_id", "text", "standing", "why")}
    return built(kind, {"claim_id": claim.id} | about, merged_into=into, **more)


def _statements(ends: Between) -> StatementsDiff:
    was, is_ = ends.before.statements, ends.after.statements
    both = [(was[id_], is_[id_]) for id_ in is_ if id_ in was]
    changed = [
        (one, field_changes.statement(ends, old, one), field_changes.appearances(ends, old, one)) for old, one in both
    ]
    return built(
        StatementsDiff,
        new=_sorted(_statement(StatementEntry, ends.after, is_[id_]) for id_ in is_ if id_ not in was),
        changed=_sorted(
            _statement(StatementChanged, ends.after, one, changes=found, appearances=places)
            for one, found, places in changed
            if found or places
        ),
        withdrawn=_sorted(_statement(StatementEntry, ends.after, one) for old, one in both if old.live > one.live),
        restored=_sorted(_statement(StatementEntry, ends.after, one) for old, one in both if old.live < one.live),
        removed=_sorted(_statement(StatementEntry, ends.before, was[id_]) for id_ in was if id_ not in is_),
    )


def _statement(kind: type[S], side: Side, one: StatementPicture, **more: Any) -> S:
    about = {name: getattr(one, name) for name in _ENTRY}
    of = side.about[one.id]
    return built(
        kind,
        {"statement_id": one.id, "question_id": of.question_id, "claim_id": one.claim_id, "text": of.text} | about,
        wording=next((appearance.wording for appearance in one.appearances if appearance.wording), None),
        **more,
    )


def _sorted(entries: Iterable[S]) -> list[S]:
    return sorted(entries, key=lambda s: (s.effective_from, s.effective_to, s.text or "", s.statement_id))


# --- beside them -----------------------------------------------------------------------------------------------------


def _assessments(ends: Between) -> AssessmentsDiff:
    was, is_ = ends.before.assessments, ends.after.assessments
    both = [(was[id_], is_[id_]) for id_ in is_ if id_ in was]
    changed = [(one, field_changes.fields(ends, old, one, field_changes.ASSESSMENT)) for old, one in both]
    return built(
        AssessmentsDiff,
        new=[_assessment(AssessmentEntry, ends.after, is_[id_]) for id_ in is_ if id_ not in was],
        changed=[_assessment(AssessmentChanged, ends.after, one, changes=found) for one, found in changed if found],
        superseded=[
            _assessment(AssessmentEntry, ends.after, one) for old, one in both if old.superseded < one.superseded
        ],
        restored=[
            _assessment(AssessmentEntry, ends.after, one) for old, one in both if old.superseded > one.superseded
        ],
        removed=[_assessment(AssessmentEntry, ends.before, was[id_]) for id_ in was if id_ not in is_],
    )


def _assessment(kind: type[M], side: Side, one: AssessmentPicture, **more: Any) -> M:
    names = ("claim_id", "author_id", "scheme", "rating", "label", "made", "settles", "superseded")
    of = side.about[one.claim_id]
    about = {name: getattr(one, name) for name in names}
    return built(kind, {"assessment_id": one.id, "question_id": of.question_id, "text": of.text} | about, **more)


def _silences(ends: Between) -> SilencesDiff:
    was, is_ = ends.before.silences, ends.after.silences
    both = [(was[key], is_[key]) for key in is_ if key in was]
    return built(
        SilencesDiff,
        begun=[is_[key] for key in is_ if key not in was],
        changed=[built(SilenceChanged, from_=old, to=one) for old, one in both if _silent_otherwise(ends, old, one)],
        ended=[was[key] for key in was if key not in is_],
    )


def _silent_otherwise(ends: Between, old: SilenceRead, one: SilenceRead) -> bool:
    return not snapshots.same(ends, old.claim_ids, one.claim_ids) or any(
        getattr(old, name) != getattr(one, name) for name in ("stance", "since_from", "since_to", "statement_id")
    )


def _contradictions(ends: Between) -> ContradictionsDiff:
    was, is_ = ends.before.contradictions, ends.after.contradictions
    both = [(was[key], is_[key]) for key in is_ if key in was]
    return built(
        ContradictionsDiff,
        new=[is_[key] for key in is_ if key not in was],
        ended=[one for old, one in both if old.live > one.live],
        restored=[one for old, one in both if old.live < one.live],
        removed=[was[key] for key in was if key not in is_],
    )
