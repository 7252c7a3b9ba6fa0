"""What exports call sources and questions, and their walks through a dossier."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from app.schemas.pictures import side_maps
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead, QuestionPicture, StatementPicture
from app.schemas.pictures.side_maps import SideMap

SaidAbout = tuple[QuestionPicture | None, ClaimPicture | None, StatementPicture]

# What a source did with a stance, in a sentence before the claim or the question: a name may be of one or of several.
_VERBS: Final = {
    "support": "said",
    "deny": "denied",
    "query": "asked about",
    "comment": "commented on",
    "no_comment": "did not comment on",
    "no_information": "had no information on",
}
# How it did so, where not outright.
_NOT_OUTRIGHT: Final = {"implied": "by implication", "inferred": "as others infer"}


def source_name(id_: UUID | None, sources: SideMap) -> str:
    """The source's name or description; empty where the words are the document's own."""
    if id_ is None:
        return ""
    source = sources[id_]
    return side_maps.name_or(
        source, side_maps.UNNAMED_IN_EXPORT.format(role_or_kind=source.role or source.kind or "source")
    )


def act(statement: StatementPicture) -> str:
    """What its source did: `denied`; `said, by implication`."""
    verb, manner = _VERBS[statement.stance], _NOT_OUTRIGHT.get(statement.explicitness)
    return f"{verb}, {manner}" if manner else verb


def claims(dossier: DossierRead) -> Iterator[tuple[QuestionPicture | None, ClaimPicture]]:
    """Every claim with its question, in the dossier's order."""
    for question in dossier.questions:
        for claim in question.claims:
            yield question, claim
    for claim in dossier.unasked:
        yield None, claim


def statements(dossier: DossierRead) -> Iterator[SaidAbout]:
    """Every statement with its claim and question, in the dossier's order."""
    for question in dossier.questions:
        for statement in question.statements:
            yield question, None, statement
        for claim in question.claims:
            for statement in claim.statements:
                yield question, claim, statement
    for claim in dossier.unasked:
        for statement in claim.statements:
            yield None, claim, statement


def question_text(question: QuestionPicture) -> str:
    """The question in words. A question for a quantity may have no text: then as it is headed."""
    return question.text or question.heading
