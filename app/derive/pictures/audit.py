"""What one document carries: a slice of the dossiers of the events that cite it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

from app.derive.pictures import source_names
from app.derive.rules.construct import built
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.pictures.audits import Against, AuditedEvent, AuditedStatement, AuditRead, Contradiction
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, StatementPicture
from app.schemas.sources import SourceRead
from app.vocabulary import Fidelity

_WHY: Final[dict[Against, str]] = {
    "rivals": "The document carries both “{}” and “{}”, and only one of them can be true.",
    "contradicts": "The document carries both “{}” and “{}”, which are recorded as contradicting each other.",
    "supported_and_denied": "The document carries support for “{}” as well as a denial.",
}


class _Carried(NamedTuple):
    """A claim with those of its statements that count and that the document carries, by stance."""

    claim: ClaimPicture
    by_stance: dict[str, list[UUID]]


def audit(
    document: DocumentRead, versions: Sequence[VersionRead], dossiers: Sequence[DossierRead], **told: Any
) -> AuditRead:
    """`document`: as it was after merges, with its `versions`; `told`: what is only said again."""
    statements = [one for dossier in dossiers for one in _statements(dossier, document.id)]
    statements.sort(key=lambda one: (one.effective_from, one.effective_to, one.text or "", one.appearance.id))
    counted = Counter(one.appearance.fidelity for one in statements)
    concerned = {one.event_id for one in statements}
    return built(
        AuditRead,
        told,
        document=document,
        versions=versions,
        events=[
            built(AuditedEvent, id=dossier.event.id, slug=dossier.event.slug, title=dossier.event.title)
            for dossier in dossiers
            if dossier.event.id in concerned
        ],
        statements=statements,
        fidelity={fidelity: counted[fidelity] for fidelity in get_args(Fidelity) if fidelity in counted},
        unattributed=[one for dossier in dossiers for one in dossier.unattributed if one.document_id == document.id],
        contradictions=[one for dossier in dossiers for one in _contradictions(dossier, document.id)],
        sources=_sources(document, statements, dossiers),
    )


def _statements(dossier: DossierRead, document_id: UUID) -> Iterator[AuditedStatement]:
    for statement, about in _all(dossier):
        for appearance in statement.appearances:
            if appearance.document_id == document_id:
                yield built(
                    AuditedStatement,
                    about,
                    event_id=dossier.event.id,
                    statement_id=statement.id,
                    source_id=statement.source_id,
                    stance=statement.stance,
                    explicitness=statement.explicitness,
                    live=statement.live,
                    effective_from=statement.effective_from,
                    effective_to=statement.effective_to,
                    appearance=appearance,
                )


def _all(dossier: DossierRead) -> Iterator[tuple[StatementPicture, dict[str, Any]]]:
    """Every statement, with what it is about."""
    for question in dossier.questions:
        for statement in question.statements:
            yield statement, {"question_id": question.id, "claim_id": None, "text": question.text}
    for claim in _claims(dossier):
        for statement in claim.statements:
            yield statement, {"question_id": claim.question_id, "claim_id": claim.id, "text": claim.text}


def _claims(dossier: DossierRead) -> list[ClaimPicture]:
    return [claim for question in dossier.questions for claim in question.claims] + dossier.unasked


def _contradictions(dossier: DossierRead, document_id: UUID) -> Iterator[Contradiction]:
    """In the order of the claims."""
    carried = [_Carried(claim, _counting(claim, document_id)) for claim in _claims(dossier)]
    for one in carried:
        if one.by_stance["support"] and one.by_stance["deny"]:
            yield _contradiction(dossier, "supported_and_denied", [one], ("support", "deny"))
    supported = [one for one in carried if one.by_stance["support"]]
    for one, other in combinations(supported, 2):
        if kind := _against(one.claim, other.claim):
            yield _contradiction(dossier, kind, [one, other], ("support",))


def _counting(claim: ClaimPicture, document_id: UUID) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for statement in claim.statements:
        there = any(appearance.document_id == document_id for appearance in statement.appearances)
        if there and statement.live and statement.explicitness == "explicit":
            found[statement.stance].append(statement.id)
    return found


def _against(one: ClaimPicture, other: ClaimPicture) -> Against | None:
    if any(tie.relation == "contradicts" and tie.claim_id == other.id for tie in one.links):
        return "contradicts"
    return "rivals" if other.id in one.rivals or one.id in other.rivals else None


def _contradiction(
    dossier: DossierRead, kind: Against, carried: Sequence[_Carried], stances: Sequence[str]
) -> Contradiction:
    return built(
        Contradiction,
        event_id=dossier.event.id,
        kind=kind,
        claim_ids=[one.claim.id for one in carried],
        statement_ids=[id_ for one in carried for stance in stances for id_ in one.by_stance[stance]],
        why=_WHY[kind].format(*(one.claim.text for one in carried)),
    )


def _sources(
    document: DocumentRead, statements: Sequence[AuditedStatement], dossiers: Sequence[DossierRead]
) -> dict[UUID, SourceRead]:
    named = {one.source_id for one in statements} | {document.publisher_id}
    named |= {hop.source_id for one in statements for hop in one.appearance.hops}
    known = {id_: source for dossier in dossiers for id_, source in dossier.sources.items()}
    return source_names.named({id_ for id_ in named if id_ in known}, dict(sorted(known.items())))
