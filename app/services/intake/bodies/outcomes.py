"""What became of each part of a body: its id, and whether it was created, matched or completed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.models import Question
from app.schemas import kinds
from app.schemas.common import Remark
from app.schemas.reports import (
    AppearancePart,
    ClaimPart,
    ComparedPart,
    DocumentPart,
    EventPart,
    Outcome,
    Part,
    Removed,
    ReportRead,
    Similar,
    StatementPart,
)
from app.services.intake.bodies.walking import ClaimDrafts, EventDrafts, ReportDrafts, StatementDrafts
from app.services.intake.drafts import Batch, Draft, Drafts
from app.services.search.similar import SIMILAR_IN_ANSWER


@dataclass(frozen=True, slots=True)
class Effect:
    """What a body did to what is stored."""

    created: bool
    """Whether any record is new."""
    changed: bool
    """Whether anything that was there before was completed, replaced or removed."""
    similar: Sequence[Similar] = ()
    """Of a single question that is new: those that it may repeat."""


def effect(batch: Batch, removed: Removed | None = None) -> Effect:
    taken_back = bool(batch.replaced) or (removed is not None and any(removed.model_dump().values()))
    of_parts = effect_of_parts(batch)
    return replace(of_parts, changed=True) if taken_back else of_parts


def effect_of_parts(body: Drafts) -> Effect:
    """The same of a body of which nothing takes anything back."""
    seen_outcomes = {draft.outcome for drafts in body.drafts.values() for draft in drafts}
    return Effect("created" in seen_outcomes, not seen_outcomes.isdisjoint(("completed", "replaced")))


def part(draft: Draft) -> Part:
    return Part(id=_id(draft), outcome=_outcome(draft), url=url(draft))


def url(draft: Draft) -> str | None:
    """Where the record is read, if it is by itself."""
    id_, kind = _id(draft), kinds.kind_of(draft.model)
    return None if id_ is None or kind.read is None or kind.part_of is not None else kinds.url(draft.model, id_)


def _id(draft: Draft) -> UUID | None:
    return None if _outcome(draft) == "gone" else draft.original.id


def _outcome(draft: Draft) -> Outcome:
    """A duplicate of a part that is gone is `gone`, too."""
    return "gone" if draft.original.outcome == "gone" else draft.outcome


def _compared(batch: Batch, draft: Draft) -> ComparedPart:
    described = draft.original
    # That of another line has its pointer in that one's body.
    similar = batch.similar.get(described.pointer, []) if described.line == draft.line else []
    return ComparedPart(**dict(part(draft)), similar=similar)


def _maybe(batch: Batch, draft: Draft | None) -> ComparedPart | None:
    return _compared(batch, draft) if draft is not None else None


def document(batch: Batch, draft: Draft | None) -> DocumentPart | None:
    if draft is None:
        return None
    version = batch.versions.get(draft)
    return DocumentPart(**dict(part(draft)), version_id=_id(version) if version else None)


def appearance(draft: Draft | None) -> AppearancePart | None:
    if draft is None:
        return None
    outcome = _outcome(draft)
    fidelity = draft.original.value("fidelity") if outcome != "gone" else None
    return AppearancePart(**dict(part(draft)), fidelity=fidelity)


def statement(batch: Batch, drafts: StatementDrafts) -> StatementPart:
    return StatementPart(
        **dict(part(drafts.statement)),
        source=_maybe(batch, drafts.source),
        document=document(batch, drafts.document),
        appearance=appearance(drafts.appearance),
        question=_maybe(batch, drafts.question),
    )


def claim(batch: Batch, drafts: ClaimDrafts) -> ClaimPart:
    return ClaimPart(
        claim=part(drafts.claim),
        question=_maybe(batch, drafts.question),
        statements=[statement(batch, statement_drafts) for statement_drafts in drafts.statements],
    )


def event(batch: Batch, drafts: EventDrafts) -> EventPart:
    described = drafts.event.original
    return EventPart(
        **dict(part(drafts.event)),
        slug=described.slug or described.value("slug"),
        event_links=[part(link) for link in drafts.event_links],
        questions=[_compared(batch, draft) for draft in drafts.questions],
        claims=[claim(batch, claim_drafts) for claim_drafts in drafts.claims],
        statements=[statement(batch, statement_drafts) for statement_drafts in drafts.statements],
        claim_links=[part(link) for link in drafts.claim_links],
        assessments=[part(draft) for draft in drafts.assessments],
    )


def report(batch: Batch, drafts: ReportDrafts, removed: Removed, remarks: list[Remark]) -> ReportRead:
    return ReportRead(
        changed=effect(batch, removed).changed,
        **dict(part(drafts.report)),
        ref=drafts.report.value("ref"),
        owner=drafts.report.values["actor"],
        document=document(batch, drafts.document),
        events=[event(batch, event_drafts) for event_drafts in drafts.events],
        removed=removed,
        remarks=remarks,
    )


# --- what may be the same --------------------------------------------------------------------------------------------


def name_similar(batch: Batch, remarked: Sequence[Remark]) -> None:
    """Note what the sources and questions of a stored body may be, for the parts of its answer."""
    batch.similar = similar_sources(remarked) | _similar_questions(batch)


def similar_sources(remarked: Sequence[Remark]) -> dict[str, list[Similar]]:
    """By the pointer of each source those that it may be, as the remarks tell this caller of them."""
    similar: dict[str, list[Similar]] = defaultdict(list)
    for remark in remarked:
        if remark.what == "proposed" and remark.url is not None and {"name", "score"} <= remark.stored.keys():
            named = {name: remark.stored[name] for name in ("id", "score")} | {"text": remark.stored["name"]}
            similar[remark.pointer.removesuffix("/name")].append(Similar(url=remark.url, **named))
    return {pointer: sorted(sources, key=lambda source: -source.score) for pointer, sources in similar.items()}


def _similar_questions(batch: Batch) -> dict[str, list[Similar]]:
    """Those that are alike to each new question: each once, and not itself."""
    candidates = batch.compared.nearby if batch.compared is not None else {}
    drafts = {draft.pointer: draft for draft in batch.drafts[Question]}
    similar: dict[str, list[Similar]] = {}
    for pointer in candidates.keys() & drafts.keys():
        if drafts[pointer].outcome == "created":
            by_id = {
                candidate.id or drafts[candidate.pointer].original.id: candidate
                for candidate in reversed(candidates[pointer])
            }
            similar[pointer] = [
                Similar(id=id_, url=kinds.url(Question, id_), text=candidate.text, score=candidate.score)
                for id_, candidate in reversed(by_id.items())
                if id_ != drafts[pointer].id
            ][:SIMILAR_IN_ANSWER]
    return similar
