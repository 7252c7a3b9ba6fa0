"""What happened to the knowledge about one event, as an Atom feed (RFC 4287): the newest first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from app.formats import iso8601, naming
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    DossierRead,
    QuestionPicture,
    StatementPicture,
)
from app.schemas.pictures.exports import DayMoves

MOST: Final = 100
_ATOM: Final = "http://www.w3.org/2005/Atom"
_SERVICE: Final = "Counterclaim"
# What XML 1.0 has no way to write, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Entry:
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
    """Where it can be read."""


def rendered(dossier: DossierRead, moves: Sequence[DayMoves]) -> bytes:
    """The newest entries, of statements, withdrawals, assessments, and of standings and statuses that moved."""
    entries = [*_statements(dossier), *_assessments(dossier), *_moves(dossier, moves)]
    entries.sort(key=lambda entry: (entry.updated, entry.id), reverse=True)
    event = dossier.event
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", f"urn:uuid:{event.id}")
    _add(feed, "title", event.title)
    _add(feed, "updated", iso8601.moment(max([event.updated_at, *(entry.updated for entry in entries)])))
    if event.summary:
        _add(feed, "subtitle", event.summary)
    _author(feed, _SERVICE)
    _add(feed, "generator", _SERVICE)
    _link(feed, "self", f"/v1/events/{event.id}/export.atom", "application/atom+xml")
    _link(feed, "alternate", f"/v1/events/{event.id}/dossier", "application/json")
    for entry in entries[:MOST]:
        _render(feed, entry)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


# --- what is told ----------------------------------------------------------------------------------------------------


def _statements(dossier: DossierRead) -> Iterator[_Entry]:
    for question, claim, row in naming.statements(dossier):
        who = naming.called(row.source_id, dossier.sources) or "A document, in nobody's name,"
        about = _about(question, claim)
        path, places = f"/v1/statements/{row.id}", _urls(row, dossier)
        terms = (row.stance, row.explicitness, "live" if row.live else "not-live")
        author = naming.called(row.source_id, dossier.sources) or "unattributed"
        yield _Entry(
            row.id,
            f"{who} {naming.VERBS[row.stance]}: {about}",
            row.updated_at,
            path,
            author,
            _words(row, dossier) or about,
            row.effective_from,
            terms,
            places,
        )
        if row.withdrawn is not None:
            yield _Entry(
                uuid5(row.id, "withdrawn"),
                f"Withdrawn: {who} {naming.VERBS[row.stance]}: {about}",
                row.updated_at,
                path,
                author,
                "\n".join(part for part in (f"Taken back {row.withdrawn}", row.withdrawn_reason) if part),
                row.withdrawn_from,
                ("withdrawn", *terms),
                places,
            )


def _assessments(dossier: DossierRead) -> Iterator[_Entry]:
    for question, claim in naming.claims(dossier):
        for one in claim.assessments:
            author = naming.called(one.author_id, dossier.sources)
            yield _Entry(
                one.id,
                f"{author} rates “{_label(one)}”: {_about(question, claim)}",
                one.updated_at,
                f"/v1/assessments/{one.id}",
                author,
                one.explanation or _label(one),
                one.made_from,
                ("assessment", one.scheme, one.rating),
                [one.url] if one.url else [],
            )


def _moves(dossier: DossierRead, days: Sequence[DayMoves]) -> Iterator[_Entry]:
    asked = {question.id: naming.asked(question) for question in dossier.questions}
    for day in days:
        for standing in day.standings:
            yield _Entry(
                uuid5(standing.claim_id, f"standing {day.day}"),
                f"{_plain(standing.from_)} → {_plain(standing.to)}: {standing.text}",
                day.at,
                f"/v1/claims/{standing.claim_id}",
                _SERVICE,
                f"{standing.why}\nBefore: {standing.why_before}",
                terms=("standing", standing.to),
            )
        for status in day.statuses:
            yield _Entry(
                uuid5(status.question_id, f"status {day.day}"),
                f"{_plain(status.from_)} → {_plain(status.to)}: {status.text or asked.get(status.question_id, '')}",
                day.at,
                f"/v1/questions/{status.question_id}",
                _SERVICE,
                f"{status.why}\nBefore: {status.why_before}",
                terms=("status", status.to),
            )


def _about(question: QuestionPicture | None, claim: ClaimPicture | None) -> str:
    if claim is not None:
        return claim.text or ""
    return naming.asked(question) if question else ""


def _label(one: AssessmentPicture) -> str:
    return one.label or _plain(one.rating)


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _words(row: StatementPicture, dossier: DossierRead) -> str:
    """What was said, each time it is found, with where."""
    told = []
    for place in row.appearances:
        document = dossier.documents.get(place.document_id) if place.document_id else None
        publisher = naming.called(document.publisher_id, dossier.sources) if document else ""
        where = ", ".join(part for part in (publisher, document.title if document else None) if part)
        words = place.translation or place.wording
        told.append(" — ".join(part for part in (words and f"“{words}”", where) if part))
    return "\n".join(filter(None, told))


def _urls(row: StatementPicture, dossier: DossierRead) -> list[str]:
    found = [dossier.documents[p.document_id].url for p in row.appearances if p.document_id in dossier.documents]
    return [url for url in dict.fromkeys(found) if url]


# --- XML -------------------------------------------------------------------------------------------------------------


def _render(feed: ET.Element, entry: _Entry) -> None:
    element = ET.SubElement(feed, "entry")
    _add(element, "id", f"urn:uuid:{entry.id}")
    _add(element, "title", " ".join(entry.title.split()))
    _add(element, "updated", iso8601.moment(entry.updated))
    if entry.published is not None:
        _add(element, "published", iso8601.moment(entry.published))
    _author(element, entry.author)
    _link(element, "alternate", entry.path, "application/json")
    for url in entry.via:
        _link(element, "via", url)
    for term in entry.terms:
        ET.SubElement(element, "category", term=term)
    _add(element, "content", entry.text, type="text")


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _author(parent: ET.Element, name: str) -> None:
    _add(ET.SubElement(parent, "author"), "name", name)


def _link(parent: ET.Element, relation: str, to: str, kind: str | None = None) -> None:
    # Relative to where the feed was read: the service does not know by which name it is reached.
    ET.SubElement(parent, "link", {"rel": relation, "href": to} | ({"type": kind} if kind else {}))
