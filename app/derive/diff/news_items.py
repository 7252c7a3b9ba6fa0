"""What of a diff is news: one item for what was newly said about a question, and one for each thing that moved."""

from collections.abc import Iterator
from typing import Final, get_args
from uuid import UUID

from app.derive.diff import summaries
from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures import labels, source_names
from app.derive.rules.construct import built
from app.schemas.pictures.diffs import DiffRead
from app.schemas.pictures.news import NewsItem, NewsKind
from app.texts.messages import wording
from app.texts.messages.wording import Wording

_KINDS: Final = get_args(NewsKind)
# What a quotation was found to be, when that is bad news; what was never looked up is none.
_DOUBTFUL: Final = ("drifted", "not_found")


Told = tuple[NewsKind, UUID | None, UUID | None, list[UUID], str]
"""An item: its kind, question, claim, statements, and words."""


def items(diff: DiffRead, pair: SnapshotPair) -> list[NewsItem]:
    """In the order of the dossier's questions; of one question in the order of the kinds."""
    words = (pair.before if pair.after.dossier is None else pair.after).words
    questions = pair.before.questions | pair.after.questions
    order: dict[UUID | None, int] = {
        id_: position for position, id_ in enumerate(dict.fromkeys([*pair.after.questions, *pair.before.questions]))
    }
    news = [
        built(
            NewsItem,
            kind=kind,
            question_id=question_id,
            heading=labels.heading(words, questions[question_id])
            if question_id and question_id in questions
            else wording.say(words, "changes_without_question"),
            claim_id=claim_id,
            statement_ids=statement_ids,
            text=says,
            due=None,
        )
        for entries in (_statements(words, diff), _moves(words, diff, pair), _quotations(words, pair))
        for kind, question_id, claim_id, statement_ids, says in entries
    ]
    return sorted(news, key=lambda item: (order.get(item.question_id, len(order)), _KINDS.index(item.kind)))


def _statements(words: Wording, diff: DiffRead) -> Iterator[Told]:
    for question_id, (entries, said) in summaries.new_statements(words, diff).items():
        claim_ids = {entry.claim_id for entry in entries}
        claim_id = claim_ids.pop() if len(claim_ids) == 1 else None
        yield "statement", question_id, claim_id, [entry.statement_id for entry in entries], said
    for entry in [*diff.statements.withdrawn, *(entry for entry in diff.statements.new if not entry.live)]:
        if entry.why_not_live is not None and entry.why_not_live.reason == "superseded":
            continue  # what came instead is told
        said = summaries.statement_ended(words, diff, entry, summaries.ending(entry))
        yield "withdrawn", entry.question_id, entry.claim_id, [entry.statement_id], said


def _moves(words: Wording, diff: DiffRead, pair: SnapshotPair) -> Iterator[Told]:
    for figures in diff.figures:
        if figures.from_.says != figures.to.says:
            first = summaries.figures_given_first(diff, pair, figures)
            yield "figure", figures.question_id, None, [], summaries.figures_moved(words, figures, first)
    parted = summaries.parted_origins(words, diff)
    for moved in diff.standings:
        said = summaries.standing_moved(words, moved, parted.get(moved.claim_id, ""))
        yield "standing", moved.question_id, moved.claim_id, [], said
    for status in diff.statuses:
        ends = {
            name: wording.say(words, f"status_{end}") for name, end in (("before", status.from_), ("after", status.to))
        }
        yield "status", status.question_id, None, [], wording.say(words, "change_status", ends)
    for silence in diff.silences.ended:
        yield (
            "silence",
            silence.question_id,
            None,
            [],
            wording.say(words, "change_silence_over", {"name": silence.name}),
        )
    for assessment in diff.assessments.new:
        said = summaries.rated(words, diff, assessment)
        yield "assessment", assessment.question_id, assessment.claim_id, [], said


def _quotations(words: Wording, pair: SnapshotPair) -> Iterator[Told]:
    """Quotations that are not, or not any more, in the text that they were taken from as they are given."""
    for statement in pair.after.statements.values():
        before = pair.before.statements.get(statement.id)
        doubtful = [] if before is None else [said.id for said in before.appearances if said.fidelity in _DOUBTFUL]
        for appearance in statement.appearances:
            if appearance.fidelity in _DOUBTFUL and appearance.id not in doubtful:
                subject = pair.after.subjects[statement.id]
                parts = {
                    "name": source_names.name(statement.source_id, pair.after.dossier.sources, words)
                    if statement.source_id and pair.after.dossier
                    else wording.say(words, "no_source"),
                    "fidelity": wording.say(words, f"fidelity_{appearance.fidelity}"),
                }
                said = wording.say(words, "change_quotation", parts)
                yield "quotation", subject.question_id, statement.claim_id, [statement.id], said
