"""An event in a few numbers: how many questions stand where, and what is said of its casualties."""

from collections import Counter
from typing import Final

from app.derive.pictures import dossier, latest_figures
from app.derive.rules.construct import built
from app.derive.rules.rows import Rows, View
from app.schemas.pictures.dossiers import QuestionPicture
from app.schemas.pictures.exports import EventDigest, Toll
from app.vocabulary import MEASURE_DEFAULTS

_CASUALTIES: Final = frozenset(measure for measure, (kind, _) in MEASURE_DEFAULTS.items() if kind == "casualties")


def digest(rows: Rows, view: View) -> EventDigest:
    """Of the event of these rows, as its dossier has it."""
    questions = dossier.questions(rows, view)
    return built(
        EventDigest,
        statuses=dict(Counter(question.status for question in questions).most_common()),
        tolls=[_toll(view, question) for question in questions if question.measure in _CASUALTIES],
    )


def _toll(view: View, question: QuestionPicture) -> Toll:
    figures = latest_figures.latest(question, view.wording)
    return built(
        Toll,
        question_id=question.id,
        measure=question.measure,
        subject=question.subject,
        says=figures.says,
        min=figures.min,
        max=figures.max,
        status=question.status,
    )
