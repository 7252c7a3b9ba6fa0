"""What was recorded about one event, as an Atom feed (RFC 4287), newest first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from app import times
from app.formats import naming
from app.schemas.claims import as_given
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    DossierRead,
    QuestionPicture,
    StatementPicture,
)
from app.schemas.pictures.exports import DayMoves
from app.texts import cleaning

FEED_ENTRIES: Final = 100
_ATOM: Final = "http://www.w3.org/2005/Atom"
_SERVICE: Final = "Counterclaim"
# Characters that XML 1.0 can't write, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _FeedEntry:
    id: UUID
    title: str
    updated: datetime
    """When it was recorded."""
    path: str
    author: str
    text: str
    published: datetime | None = None
    """When it happened."""
    terms: tuple[str, ...] = ()
    via: list[str] = field(default_factory=list)
    """The documents that it stands in."""


def render(dossier: DossierRead, moves: Sequence[DayMoves]) -> bytes:
    """The newest entries: statements, withdrawals, retractions, assessments, and what moved where something stands."""
    entries = [*_statements(dossier), *_retractions(dossier), *_assessments(dossier), *_moves(dossier, moves)]
    entries.sort(key=lambda entry: (entry.updated, entry.id), reverse=True)
    event = dossier.event
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", f"urn:uuid:{event.id}")
    _add(feed, "title", event.title)
    _add(feed, "updated", times.rfc3339(max([event.updated_at, *(entry.updated for entry in entries)])))
    if event.summary:
        _add(feed, "subtitle", event.summary)
    _author(feed, _SERVICE)
    _add(feed, "generator", _SERVICE)
    _link(feed, "self", f"/v1/events/{event.id}/export.atom", "application/atom+xml")
    _link(feed, "alternate", f"/v1/events/{event.id}/dossier", "application/json")
    for entry in entries[:FEED_ENTRIES]:
        _render(feed, entry)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


# --- the entries ----------------------------------------------------------------------------------------------------


def _statements(dossier: DossierRead) -> Iterator[_FeedEntry]:
    for question, claim, statement in naming.statements(dossier):
        speaker = naming.source_name(statement.source_id, dossier.sources) or "A document, in nobody's name,"
        subject = _subject(question, claim, statement)
        path, urls = f"/v1/statements/{statement.id}", _urls(statement, dossier)
        terms = (statement.stance, statement.explicitness, "live" if statement.live else "not-live")
        author = naming.source_name(statement.source_id, dossier.sources) or "unattributed"
        yield _FeedEntry(
            statement.id,
            f"{speaker} {naming.act(statement)}: {subject}",
            statement.updated_at,
            path,
            author,
            _quotations(statement, dossier) or f"{naming.act(statement)}: {subject}",
            statement.effective_from,
            terms,
            urls,
        )
        if statement.withdrawn is not None:
            yield _FeedEntry(
                uuid5(statement.id, "withdrawn"),
                f"Withdrawn: {speaker} {naming.act(statement)}: {subject}",
                statement.updated_at,
                path,
                author,
                "\n".join(part for part in (_taken_back(statement), statement.withdrawn_reason) if part),
                statement.withdrawn_from,
                ("withdrawn", *terms),
                urls,
            )


def _taken_back(statement: StatementPicture) -> str:
    by_report = " by the report it stood in" if statement.withdrawn_by == "document" else ""
    return f"Taken back{by_report} {statement.withdrawn}"


def _retractions(dossier: DossierRead) -> Iterator[_FeedEntry]:
    """The documents that were retracted: what is found in nothing else stands no more."""
    for document in dossier.documents.values():
        if document.retracted is not None:
            publisher = naming.source_name(document.publisher_id, dossier.sources)
            yield _FeedEntry(
                uuid5(document.id, "retracted"),
                f"Retracted: {document.title or document.url or 'a document'}",
                document.updated_at,
                f"/v1/documents/{document.id}",
                publisher or "unattributed",
                "\n".join(part for part in (f"Retracted {document.retracted}", document.retracted_reason) if part),
                document.retracted_from,
                ("retracted",),
                [url for url in (document.retraction_url, document.url) if url],
            )


def _assessments(dossier: DossierRead) -> Iterator[_FeedEntry]:
    for question, claim in naming.claims(dossier):
        for assessment in claim.assessments:
            author = naming.source_name(assessment.author_id, dossier.sources)
            yield _FeedEntry(
                assessment.id,
                f"{author} rates “{_label(assessment)}”: {_subject(question, claim)}",
                assessment.updated_at,
                f"/v1/assessments/{assessment.id}",
                author,
                assessment.explanation or _label(assessment),
                assessment.made_from,
                ("assessment", assessment.scheme, assessment.rating),
                [assessment.url] if assessment.url else [],
            )


def _moves(dossier: DossierRead, days: Sequence[DayMoves]) -> Iterator[_FeedEntry]:
    wordings = {question.id: naming.question_text(question) for question in dossier.questions}
    for day in days:
        for standing in day.standings:
            yield _FeedEntry(
                uuid5(standing.claim_id, f"standing {day.day}"),
                f"{_spaced(standing.from_)} → {_spaced(standing.to)}: {standing.text}",
                day.at,
                f"/v1/claims/{standing.claim_id}",
                _SERVICE,
                f"{standing.why}\nBefore: {standing.why_before}",
                terms=("standing", standing.to),
            )
        for status in day.statuses:
            question = status.text or wordings.get(status.question_id, "")
            yield _FeedEntry(
                uuid5(status.question_id, f"status {day.day}"),
                f"{_spaced(status.from_)} → {_spaced(status.to)}: {question}",
                day.at,
                f"/v1/questions/{status.question_id}",
                _SERVICE,
                f"{status.why}\nBefore: {status.why_before}",
                terms=("status", status.to),
            )


def _subject(
    question: QuestionPicture | None, claim: ClaimPicture | None, statement: StatementPicture | None = None
) -> str:
    if claim is not None:
        preliminary = statement.preliminary if statement else None
        return as_given(claim.text, figure=claim.figure, preliminary=preliminary) or ""
    return naming.question_text(question) if question else ""


def _label(assessment: AssessmentPicture) -> str:
    return assessment.label or _spaced(assessment.rating)


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _quotations(statement: StatementPicture, dossier: DossierRead) -> str:
    """The words of each appearance, a line each, with who published them."""
    quotations = []
    for appearance in statement.appearances:
        document = dossier.documents.get(appearance.document_id) if appearance.document_id else None
        publisher = naming.source_name(document.publisher_id, dossier.sources) if document else ""
        source_line = ", ".join(part for part in (publisher, document.title if document else None) if part)
        words = appearance.translation or appearance.wording
        quotations.append(" — ".join(part for part in (words and f"“{words}”", source_line) if part))
    return "\n".join(filter(None, quotations))


def _urls(statement: StatementPicture, dossier: DossierRead) -> list[str]:
    urls = [
        dossier.documents[appearance.document_id].url
        for appearance in statement.appearances
        if appearance.document_id in dossier.documents
    ]
    return [url for url in dict.fromkeys(urls) if url]


# --- XML -------------------------------------------------------------------------------------------------------------


def _render(feed: ET.Element, entry: _FeedEntry) -> None:
    element = ET.SubElement(feed, "entry")
    _add(element, "id", f"urn:uuid:{entry.id}")
    _add(element, "title", " ".join(entry.title.split()))
    _add(element, "updated", times.rfc3339(entry.updated))
    if entry.published is not None:
        _add(element, "published", times.rfc3339(entry.published))
    _author(element, entry.author)
    _link(element, "alternate", entry.path, "application/json")
    for url in entry.via:
        _link(element, "via", url)
    for term in entry.terms:
        ET.SubElement(element, "category", term=term)
    _add(element, "content", entry.text, type="text")


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = cleaning.visible(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
    return element


def _author(parent: ET.Element, name: str) -> None:
    _add(ET.SubElement(parent, "author"), "name", name)


def _link(parent: ET.Element, relation: str, to: str, kind: str | None = None) -> None:
    # Relative to where the feed was read: the service does not know by which name it is reached.
    ET.SubElement(parent, "link", {"rel": relation, "href": to} | ({"type": kind} if kind else {}))
