"""What one document carries: a slice of the dossiers of the events that cite it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

from app.derive import ordering
from app.derive.pictures import labels, reasons, source_names
from app.derive.rules.construct import built
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.events import EventName
from app.schemas.pictures.audits import AuditedStatement, AuditRead, Contradiction, ContradictionKind
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, StatementPicture, all_claims
from app.schemas.pictures.reason_codes import ReasonCode
from app.schemas.pictures.side_maps import SideMap
from app.schemas.sources import SourceRead
from app.texts.messages.wording import ENGLISH, Wording
from app.vocabulary import Fidelity

_CODES: Final[dict[ContradictionKind, ReasonCode]] = {
    "rivals": "carries_rivals",
    "contradicts": "carries_contradicting",
    "supported_and_denied": "carries_both_ways",
}


class _Carried(NamedTuple):
    """A claim with those of its statements that count and that the document carries, by stance."""

    claim: ClaimPicture
    statement_ids: dict[str, list[UUID]]


def audit(
    document: DocumentRead,
    versions: Sequence[VersionRead],
    dossiers: Sequence[DossierRead],
    *,
    position: str,
    as_of: str | None,
    said_before: str | None,
    events_left_out: int,
    words: Wording = ENGLISH,
) -> AuditRead:
    """`document`: as it was after merges, with its `versions`; `dossiers`: of the events that cite it."""
    # By event, so that it is the same in whatever order these were recorded.
    dossiers = sorted(dossiers, key=lambda dossier: ordering.event(dossier.event))
    statements = [statement for dossier in dossiers for statement in _audited_statements(dossier, document.id, words)]
    sources = _sources(document, statements, dossiers)
    english = {id_: text for dossier in dossiers for id_, text in ordering.english_texts(dossier).items()}
    statements.sort(key=lambda statement: _order(statement, sources, english.get(statement.statement_id)))
    fidelity_counts = Counter(statement.appearance.fidelity for statement in statements)
    event_ids = {statement.event_id for statement in statements}
    return built(
        AuditRead,
        position=position,
        as_of=as_of,
        hint=None,
        said_before=said_before,
        events_left_out=events_left_out,
        document=document,
        versions=versions,
        events=[
            built(EventName, id=dossier.event.id, slug=dossier.event.slug, title=dossier.event.title)
            for dossier in dossiers
            if dossier.event.id in event_ids
        ],
        statements=statements,
        fidelity={
            fidelity: fidelity_counts[fidelity] for fidelity in get_args(Fidelity) if fidelity in fidelity_counts
        },
        unattributed=[
            assertion
            for dossier in dossiers
            for assertion in dossier.unattributed
            if assertion.document_id == document.id
        ],
        contradictions=[
            contradiction for dossier in dossiers for contradiction in _contradictions(dossier, document.id, words)
        ],
        sources=sources,
    )


def _order(statement: AuditedStatement, sources: SideMap, english: str | None) -> tuple[object, ...]:
    """What nothing here tells apart stays in the order of the dossiers; `english`: the text of its claim."""
    whose = ordering.source(sources[statement.source_id]) if statement.source_id else ()
    wording = statement.appearance.wording or ""
    times = statement.effective_from, statement.effective_to
    return *times, english or "", whose, statement.stance, wording, statement.explicitness


def _audited_statements(dossier: DossierRead, document_id: UUID, words: Wording) -> Iterator[AuditedStatement]:
    for statement, subject in _statements(dossier, words):
        for appearance in statement.appearances:
            if appearance.document_id == document_id:
                yield built(
                    AuditedStatement,
                    subject,
                    event_id=dossier.event.id,
                    statement_id=statement.id,
                    source_id=statement.source_id,
                    stance=statement.stance,
                    explicitness=statement.explicitness,
                    live=statement.live,
                    effective=statement.effective,
                    effective_from=statement.effective_from,
                    effective_to=statement.effective_to,
                    appearance=appearance,
                )


def _statements(dossier: DossierRead, words: Wording) -> Iterator[tuple[StatementPicture, dict[str, Any]]]:
    """Every statement, with what it is about."""
    for question in dossier.questions:
        for statement in question.statements:
            yield statement, {"question_id": question.id, "claim_id": None, "text": question.heading}
    for claim in all_claims(dossier):
        for statement in claim.statements:
            text = labels.as_given(words, claim.text, figure=claim.figure, preliminary=statement.preliminary)
            yield statement, {"question_id": claim.question_id, "claim_id": claim.id, "text": text}


def _contradictions(dossier: DossierRead, document_id: UUID, words: Wording) -> Iterator[Contradiction]:
    """Of what the document carries itself: each claim taken both ways, then each pair of claims, in their order."""
    carried = [_Carried(claim, _counting(claim, document_id)) for claim in all_claims(dossier)]
    for entry in carried:
        if entry.statement_ids["support"] and entry.statement_ids["deny"]:
            yield _contradiction(dossier, "supported_and_denied", [entry], ("support", "deny"), words)
    supported = [entry for entry in carried if entry.statement_ids["support"]]
    for first, second in combinations(supported, 2):
        if kind := _kind(first.claim, second.claim):
            yield _contradiction(dossier, kind, [first, second], ("support",), words)


def _counting(claim: ClaimPicture, document_id: UUID) -> dict[str, list[UUID]]:
    """By stance, the explicit live statements toward a claim that the document carries."""
    statement_ids: dict[str, list[UUID]] = defaultdict(list)
    for statement in claim.statements:
        in_document = any(appearance.document_id == document_id for appearance in statement.appearances)
        if in_document and statement.live and statement.outright:
            statement_ids[statement.stance].append(statement.id)
    return statement_ids


def _kind(first: ClaimPicture, second: ClaimPicture) -> ContradictionKind | None:
    # First what somebody recorded: it says more than that both answer one question.
    if any(tie.relation == "contradicts" and tie.claim_id == second.id for tie in first.links):
        return "contradicts"
    rival_ids = {rival.claim_id for claim in (first, second) for rival in claim.rivals}
    return "rivals" if rival_ids & {first.id, second.id} else None


def _contradiction(
    dossier: DossierRead, kind: ContradictionKind, carried: Sequence[_Carried], stances: Sequence[str], words: Wording
) -> Contradiction:
    # Of one claim there is no second text.
    texts = dict(zip(("first", "second"), (claim.text or "…" for claim, _ in carried), strict=False))
    why = [reasons.reason(_CODES[kind], **texts)]
    return built(
        Contradiction,
        event_id=dossier.event.id,
        kind=kind,
        claim_ids=[claim.id for claim, _ in carried],
        statement_ids=[id_ for _, by_stance in carried for stance in stances for id_ in by_stance[stance]],
        why=reasons.in_words(words, why),
        reasons=why,
    )


def _sources(
    document: DocumentRead, statements: Sequence[AuditedStatement], dossiers: Sequence[DossierRead]
) -> dict[UUID, SourceRead]:
    named = {statement.source_id for statement in statements} | {document.publisher_id}
    named |= {hop.source_id for statement in statements for hop in statement.appearance.hops}
    # A masked source has an id of its own in each event: only a visible one stands in several, and is the same in all.
    sources = {id_: source for dossier in dossiers for id_, source in dossier.sources.items()}
    return source_names.side_map({id_ for id_ in named if id_ in sources}, ordering.side_map(sources))
