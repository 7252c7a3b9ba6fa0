"""One made-up event for the rules alone: claims, who says them, and where."""

from typing import Any

import make

from app import times
from app.derive.dossier import dossier
from app.derive.rows import Rows, View
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.dossiers import ClaimPicture, DossierRead, StatementPicture
from app.schemas.events import EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead

ALL = View(restricted=True, confidential=True)
EVENT = make.read(EventRead)
WHAT = make.read(QuestionRead, text="What was it?", kind="cause", single_answer=True)


def view(said_before: str, **given: Any) -> View:
    return View(said_before, times.span(said_before).end, **given)


def drawn(rows: Rows, asked: View = ALL) -> DossierRead:
    return dossier(rows, asked, "1-00000000")


def rows(**given: Any) -> Rows:
    return make.rows(EVENT, **given)


def claim(text: str = "This", **given: Any) -> ClaimRead:
    return make.read(ClaimRead, event_id=EVENT.id, text=text, **given)


def said(about: ClaimRead, by: SourceRead | None = None, **given: Any) -> StatementRead:
    return make.read(StatementRead, event_id=EVENT.id, claim_id=about.id, source_id=by.id if by else None, **given)


def found_in(statement: StatementRead, document: DocumentRead | None = None, **given: Any) -> AppearanceRead:
    place = document.id if document else None
    return make.read(AppearanceRead, event_id=EVENT.id, statement_id=statement.id, document_id=place, **given)


def claims(picture: DossierRead) -> list[ClaimPicture]:
    return [claim for question in picture.questions for claim in question.claims] + picture.unasked


def statements(picture: DossierRead) -> list[StatementPicture]:
    return [statement for claim in claims(picture) for statement in claim.statements]
