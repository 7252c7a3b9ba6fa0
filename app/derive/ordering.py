"""What goes before what: its time, then texts and names, and ids only where nothing else tells two apart.

Ids grow with the time of storing. Where an id decided, one and the same record would be shown in another order, or with
another first and last, only because it arrived in another order. Whose name may be hidden takes no part by it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead, as_given
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, QuestionPicture, StatementPicture, all_claims
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.vocabulary import Stance, Standing

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The time of what nobody has spoken of: when it was recorded is no order of what was said."""

_SIDES: Final[tuple[Stance, ...]] = ("support", "deny")
# In dispute, then what is denied and nobody supports; all others are not disputed.
_DISPUTED: Final[Mapping[Standing, int]] = {"contested": 0, "denied": 1}

Words = tuple[Any, ...]
"""Texts, and words of others that belong to it."""
SortKey = tuple[datetime, datetime, Words, UUID]
"""When it was said, then what tells it from others of that time, then its id: the order of every list of statements."""


class Named(NamedTuple):
    """The words of what statements of one event are about, whose they are and where they stand; by id."""

    sources: dict[UUID, Words]
    documents: dict[UUID, Words]
    questions: dict[UUID, Words]
    claims: dict[UUID, Words]


def named(
    sources: Mapping[UUID, SourceRead],
    hidden_ids: Collection[UUID],
    documents: Mapping[UUID, DocumentRead],
    questions: Mapping[UUID, QuestionRead],
    claims: Mapping[UUID, ClaimRead],
) -> Named:
    """`hidden_ids`: of the sources that not everybody may know; `claims`: what stayed after merges, with texts."""
    question_words = {id_: question(row) for id_, row in questions.items()}
    return Named(
        {id_: source(row, hidden=id_ in hidden_ids) for id_, row in sources.items()},
        {id_: document(row) for id_, row in documents.items()},
        question_words,
        {id_: _claim(row, question_words, claims) for id_, row in claims.items()},
    )


def source(row: SourceRead, *, hidden: bool = False) -> Words:
    """`hidden`: without what not every caller may know of it."""
    if hidden:
        return "", row.kind or "", row.disclosure
    traits = row.role or "", row.party or "", row.country or "", row.url or "", row.ref or ""
    return row.name or "", row.kind or "", row.disclosure, *traits


def document(row: DocumentRead) -> Words:
    traits = row.title or "", row.byline or "", row.published or "", row.language or "", row.kind
    return row.canonical_url or "", row.url or "", *traits, row.ref or ""


def event(row: EventRead) -> tuple[datetime, str, str, UUID]:
    """When it happened, then its title; undated ones last."""
    return row.occurred_from or NEVER, row.title, row.slug, row.id


def question(row: QuestionRead) -> Words:
    traits = row.measure or "", row.subject or "", row.unit or "", row.kind, row.language or "", row.ref or ""
    return row.text or row.measure or "", *traits


def _claim(row: ClaimRead, questions: Mapping[UUID, Words], claims: Mapping[UUID, ClaimRead]) -> Words:
    total = claims.get(row.figure.of_id) if row.figure and row.figure.of_id else None
    question_words = questions.get(row.question_id, ()) if row.question_id else ()
    traits = row.language or "", row.accuses or "", row.ref or ""
    return row.text or "", question_words, (total.text or "" if total else ""), *traits


def statement(row: StatementRead, wording: str, subject: Words, speaker: Words, document: Words) -> Words:
    """What it says of what, who says it, and which way; `document`: the first where that stands."""
    return wording, subject, speaker, row.stance, row.explicitness, document, row.ref or ""


def appearance(row: AppearanceRead, names: Named) -> Words:
    traits = (row.wording, row.language, row.translation, row.location, row.ref)
    return *(trait or "" for trait in traits), names.documents.get(row.document_id, ()) if row.document_id else ()


def assessment(row: AssessmentRead, names: Named) -> Words:
    traits = (row.label or row.rating, row.rating, row.scheme, row.url, row.explanation, row.ref)
    return *(trait or "" for trait in traits), names.claims.get(row.claim_id, ()), names.sources.get(row.author_id, ())


def version(row: VersionRead) -> tuple[datetime, Words, UUID]:
    traits = (row.headline, row.sha256, row.archive_url, row.translated_from, row.ref)
    return row.retrieved_at, tuple(trait or "" for trait in traits), row.id


def document_links(links: Iterable[DocumentLinkRead], documents: Mapping[UUID, Words]) -> list[DocumentLinkRead]:
    """By relation and both ends, then by how they are known."""

    def key(link: DocumentLinkRead) -> tuple[object, ...]:
        ends = documents.get(link.from_id, ()), documents.get(link.to_id, ())
        return link.relation, *ends, link.how_known, link.state, link.score or 0, link.ref or "", link.id

    return sorted(links, key=key)


def ids(ids_to_sort: Iterable[UUID], words: Mapping[UUID, Words]) -> list[UUID]:
    """Those of sources or documents, by their words."""
    return sorted(ids_to_sort, key=lambda id_: (words.get(id_, ()), id_))


def side_map(sources: Mapping[UUID, SourceRead]) -> dict[UUID, SourceRead]:
    """As this caller is shown them: of namesakes that nothing tells apart the one named first in the picture."""
    return dict(sorted(sources.items(), key=lambda item: source(item[1])))


def disputed(claim: ClaimPicture) -> tuple[int, int, int]:
    """The most disputed first; those that this leaves equal stay in the order in which they are, which is by time."""
    if claim.standing not in _DISPUTED:
        return len(_DISPUTED), 0, 0
    supported, denied = (claim.counts[stance].origins if stance in claim.counts else 0 for stance in _SIDES)
    return _DISPUTED[claim.standing], -denied - len(claim.rivals), -supported


def disputed_question(question: QuestionPicture) -> tuple[bool, int, int]:
    """As `disputed`: by its status, then by its contested claims and the independent sources that speak to these."""
    counts = [claim.counts for claim in question.claims if claim.standing == "contested"]
    sources = sum(of_claim[stance].origins for of_claim in counts for stance in _SIDES if stance in of_claim)
    return question.status != "contested", -len(counts), -sources


def english_texts(dossier: DossierRead | None) -> dict[UUID, str | None]:
    """By claim and by statement about one: the text that sorts them, which is the same in every language.

    Headings of questions have none: they are in the language of the answer.
    """
    texts: dict[UUID, str | None] = {}
    for claim in all_claims(dossier) if dossier is not None else ():
        texts[claim.id] = claim.english
        for statement in claim.statements:
            texts[statement.id] = as_given(claim.english, figure=claim.figure, preliminary=statement.preliminary)
    return texts


def shown(row: StatementPicture, text: str | None, dossier: DossierRead) -> SortKey:
    """A statement as it is shown, among those about other claims and questions; `text`: of what it is about."""
    wording = next((appearance.wording for appearance in row.appearances if appearance.wording), "")
    speaker = dossier.sources.get(row.source_id) if row.source_id else None
    document_ids = (appearance.document_id for appearance in row.appearances if appearance.document_id)
    first_document = next((dossier.documents[id_] for id_ in document_ids if id_ in dossier.documents), None)
    words = statement(
        row,
        wording,
        (text or "",),
        source(speaker) if speaker else (),
        document(first_document) if first_document else (),
    )
    return row.effective_from, row.effective_to, words, row.id
