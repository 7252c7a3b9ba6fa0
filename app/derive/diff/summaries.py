"""What changed about each question in one plain English paragraph, of the facts of the diff alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures import labels, reasons, source_names
from app.derive.rules.construct import built
from app.schemas.pictures.diffs import (
    AssessmentEntry,
    DiffRead,
    FieldChange,
    FiguresMoved,
    OriginsMoved,
    QuestionSummary,
    StandingMoved,
    StatementEntry,
)
from app.schemas.pictures.dossiers import JoinedBy, JoinRead, QuestionPicture, SilenceRead
from app.texts.messages.wording import ENGLISH
from app.vocabulary import Stance

Clause = tuple[UUID | None, str]
"""A part of a sentence, and the question it is about."""
# So many changes of a kind are told one by one, the others counted; names of sources likewise.
_CHANGES_NAMED: Final = 3
_QUOTED_CHARACTERS: Final = 120
_NON_ANSWER_WORDS: Final = {
    "no_comment": "has not commented since {}",
    "no_information": "has said since {} that it doesn't know",
}
_ORIGIN_WORDS: Final[dict[Stance, str]] = {
    "support": "independent sources for",
    "deny": "independent denials of",
}
JOIN_WORDS: Final[Mapping[JoinedBy, str]] = {
    "source": "one source",
    "family": "one family",
    "chain": "passed on by the same",
    "document": "of one document",
    "link": "of documents that are linked as copies",
    "same_as": "sources that may be the same",
    "party": "of one side",
}


def summaries(diff: DiffRead, pair: SnapshotPair) -> list[QuestionSummary]:
    """Of each question that changed, in the dossier's order; then of the claims that answer none."""
    before, after = pair.before.questions, pair.after.questions
    questions = before | after
    texts = {id_: claim.text for snapshot in pair for id_, claim in snapshot.claims.items()}
    clauses_by_question = defaultdict(list)
    for question_id, clause in _clauses(diff, texts, pair):
        clauses_by_question[question_id].append(clause)
    return [
        built(
            QuestionSummary,
            question_id=id_,
            text=_paragraph(_heading(questions[id_] if id_ else None), clauses_by_question[id_]),
        )
        for id_ in [*after, *(id_ for id_ in before if id_ not in after), None]
        if id_ in clauses_by_question
    ]


def _heading(question: QuestionPicture | None) -> str:
    """`Injured (civilians):`, `What caused the explosion?`."""
    if question is None:
        return "Without a question:"
    words = labels.heading(ENGLISH, question)
    return words if words.endswith("?") else f"{words}:"


def _paragraph(heading: str, clauses: Sequence[str]) -> str:
    words = "; ".join(clauses)
    # After a question mark a sentence begins.
    return f"{heading} {words[0].upper() + words[1:] if heading.endswith('?') else words}."


def _clauses(diff: DiffRead, texts: Mapping[UUID, str | None], pair: SnapshotPair) -> Iterator[Clause]:
    """In the order in which they are told; `texts`: of all claims."""
    quantities = {moved.question_id for moved in diff.figures}
    yield from _of_questions(diff)
    for moved in diff.figures:
        yield moved.question_id, _figures(moved, _first_figures(diff, pair, moved))
    yield from _of_statements(diff)
    yield from _of_claims(diff, texts, quantities)
    # That a figure gave way, or was taken back, is told by the figures and statements themselves.
    standings = [
        moved
        for moved in diff.standings
        if moved.question_id not in quantities or not {moved.from_, moved.to} & {"outdated", "withdrawn"}
    ]
    parted = {moved.claim_id: _causes(moved.parted_by) for moved in diff.origins if moved.stance in _ORIGIN_WORDS}
    yield from _first_few(standings, lambda moved: _standing(moved, parted.get(moved.claim_id, "")), "claims moved")
    # A standing that moved says by its reasons what became of the origins.
    moved_claims = {moved.claim_id for moved in diff.standings}
    origins = [moved for moved in diff.origins if moved.claim_id not in moved_claims and moved.stance in _ORIGIN_WORDS]
    yield from _first_few(origins, _origins, "counts of independent sources moved")
    silences = [*diff.silences.begun, *(changed.to for changed in diff.silences.changed)]
    yield from _first_few(silences, _silence, "are silent")
    yield from _first_few(
        diff.silences.ended, lambda silence: f"{silence.name} is silent no more", "are silent no more"
    )
    yield from _of_assessments(diff)
    for contradiction in diff.self_contradictions.new:
        family_id = contradiction.family_id
        family = source_names.name(family_id, diff.sources) if family_id in diff.sources else "one source"
        yield contradiction.question_id, f"{family}: two statements that contradict each other"
    yield from (
        (moved.question_id, f"the question went from {_spaced(moved.from_)} to {_spaced(moved.to)}")
        for moved in diff.statuses
    )


def _figures(moved: FiguresMoved, first_figures: Mapping[UUID, str | None]) -> str:
    """`60 → 80`; where there was none `first figure: 42`; where others came before it `“42 killed” first, now 38`."""
    before, after = moved.from_.says, moved.to.says
    if before is not None:
        return f"{before} → {after}" if after is not None else f"no figure any more, {before} before"
    if first_figures.keys() == {figure.claim_id for figure in moved.to.figures}:
        return f"first figure: {after}"
    return f"{_quote(*first_figures.values())} first, now {after}" if len(first_figures) == 1 else f"now {after}"


def _first_figures(diff: DiffRead, pair: SnapshotPair, moved: FiguresMoved) -> dict[UUID, str | None]:
    """The claims that were given before all others, with their texts; none where there had been some before."""
    question = pair.before.questions.get(moved.question_id)
    if question is not None and any(claim.statements for claim in question.claims):
        return {}
    after = pair.after.questions.get(moved.question_id)
    outright = {said.id for claim in (after.claims if after else ()) for said in claim.statements if said.outright}
    figures = [entry for entry in diff.statements.new if entry.statement_id in outright and entry.stance == "support"]
    begun = min((entry.effective_from for entry in figures), default=None)
    return {entry.claim_id: entry.text for entry in figures if entry.claim_id and entry.effective_from == begun}


def _first_few(changes: Iterable[Any], says: Callable[[Any], str], counted_as: str) -> Iterator[Clause]:
    """The first few of each question one by one, and how many more there are."""
    by_question: dict[UUID | None, list[Any]] = defaultdict(list)
    for change in changes:
        by_question[change.question_id].append(change)
    for question_id, question_changes in by_question.items():
        yield from ((question_id, says(change)) for change in question_changes[:_CHANGES_NAMED])
        if len(question_changes) > _CHANGES_NAMED:
            yield question_id, f"{len(question_changes) - _CHANGES_NAMED} more {counted_as}"


# --- questions, statements, claims, assessments ----------------------------------------------------------------------


def _of_questions(diff: DiffRead) -> Iterator[Clause]:
    for question in diff.questions.new:
        yield question.question_id, "new question"
    for question in diff.questions.removed:
        yield question.question_id, "the question was removed"
    for changed in diff.questions.changed:
        yield changed.question_id, f"the question was changed ({_fields(changed.changes)})"


def _of_statements(diff: DiffRead) -> Iterator[Clause]:
    statements = diff.statements
    new_by_question: dict[UUID | None, list[StatementEntry]] = defaultdict(list)
    for entry in statements.new:
        new_by_question[entry.question_id].append(entry)
    for question_id, entries in new_by_question.items():
        yield question_id, f"{_count(len(entries), 'new statement')} {_by(diff, entries)}"
    # What was said and taken back between the two moments is no change of what stands, but nobody may miss it.
    taken_back = [entry for entry in statements.new if entry.why_not_live and entry.why_not_live.reason != "superseded"]
    ended = [*statements.withdrawn, *taken_back]
    yield from _first_few(ended, lambda entry: _ended(diff, entry), "statements stand no more")
    yield from _first_few(
        statements.restored, lambda entry: f"{_statement(diff, entry)} stands again", "statements stand again"
    )
    for changes, became in ((statements.removed, "removed"), (statements.changed, "changed")):
        for question_id, count in Counter(entry.question_id for entry in changes).items():
            yield question_id, f"{_count(count, 'statement')} {'was' if count == 1 else 'were'} {became}"


def _by(diff: DiffRead, entries: Sequence[StatementEntry]) -> str:
    """`by TASS and Baza`, `by 5 sources and in nobody's name`."""
    names = list(
        dict.fromkeys(source_names.name(entry.source_id, diff.sources) for entry in entries if entry.source_id)
    )
    parts = [f"by {_listed(names) if len(names) <= _CHANGES_NAMED else f'{len(names)} sources'}"] if names else []
    if any(entry.source_id is None for entry in entries):
        parts.append("in nobody's name")
    return _listed(parts)


def _ended(diff: DiffRead, entry: StatementEntry) -> str:
    reason = entry.why_not_live.reason if entry.why_not_live is not None else None
    ended = "was replaced" if reason == "superseded" else "was taken back"
    if reason == "retracted":
        ended = "stands only in a retracted report"
    elif reason == "withdrawn" and entry.withdrawn_by == "document":
        ended = "was taken back by the report it stood in"
    return f"{_statement(diff, entry)} {ended}"


def _statement(diff: DiffRead, entry: StatementEntry) -> str:
    """`“2 killed” by Andriy Yermak`, `the denial of “A drone” by Russian officials`."""
    act = "" if entry.stance == "support" else "the denial of " if entry.stance == "deny" else f"the {entry.stance} on "
    speaker = f"by {source_names.name(entry.source_id, diff.sources)}" if entry.source_id else "in nobody's name"
    return f"{act.replace('_', ' ')}{_quote(entry.text)} {speaker}"


def _of_claims(diff: DiffRead, texts: Mapping[UUID, str | None], quantities: set[UUID]) -> Iterator[Clause]:
    """`quantities`: questions whose figures are told already."""
    claims = diff.claims
    for entry in claims.removed:
        if entry.merged_into is not None and entry.merged_into in texts:
            yield entry.question_id, f"{_quote(entry.text)} was merged into {_quote(texts[entry.merged_into])}"
    new = [entry for entry in claims.new if entry.question_id not in quantities]
    yield from _first_few(new, lambda entry: f"new claim {_quote(entry.text)}", "new claims")
    yield from _first_few(
        claims.changed,
        lambda entry: f"{_quote(entry.text)} was changed ({_fields(entry.changes)})",
        "claims changed",
    )
    removed = [entry for entry in claims.removed if entry.merged_into is None and entry.question_id not in quantities]
    yield from _first_few(removed, lambda entry: f"{_quote(entry.text)} is gone", "claims are gone")


def _of_assessments(diff: DiffRead) -> Iterator[Clause]:
    assessments = diff.assessments

    def rating(entry: AssessmentEntry) -> str:
        return f"the rating of {_quote(entry.text)} by {source_names.name(entry.author_id, diff.sources)}"

    def rated(entry: AssessmentEntry) -> str:
        settles = ", which settles the question" if entry.settles else ""
        return f"{source_names.name(entry.author_id, diff.sources)} rated {_quote(entry.text)} {entry.rating}{settles}"

    yield from _first_few(assessments.new, rated, "new ratings")
    yield from _first_few(
        assessments.changed,
        lambda entry: f"{rating(entry)} was changed ({_fields(entry.changes)})",
        "ratings changed",
    )
    yield from _first_few(
        assessments.superseded, lambda entry: f"{rating(entry)} was replaced", "ratings were replaced"
    )
    yield from _first_few(assessments.restored, lambda entry: f"{rating(entry)} holds again", "ratings hold again")
    yield from _first_few(assessments.removed, lambda entry: f"{rating(entry)} is gone", "ratings are gone")


# --- moves -----------------------------------------------------------------------------------------------------------


def _standing(moved: StandingMoved, parted: str) -> str:
    """With what of its reasons is new; `parted`: what made one of origins that are several now."""
    new_reasons = [reason for reason in moved.reasons if reason not in moved.reasons_before] or moved.reasons
    why = " and ".join(reasons.in_words(ENGLISH, [reason]) for reason in new_reasons)
    no_longer = f" (no longer {parted})" if parted else ""
    return f"{_quote(moved.text)} went from {_spaced(moved.from_)} to {_spaced(moved.to)} because {why}{no_longer}"


def _origins(moved: OriginsMoved) -> str:
    joined, parted = _causes(moved.joined_by), _causes(moved.parted_by)
    why = f" ({joined})" if joined else f" (no longer {parted})" if parted else ""
    return f"{_ORIGIN_WORDS[moved.stance]} {_quote(moved.text)}: {moved.from_} → {moved.to}{why}"


def _causes(joins: Iterable[JoinRead]) -> str:
    return " and ".join(dict.fromkeys(JOIN_WORDS[join.how] for join in joins))


def _silence(silence: SilenceRead) -> str:
    if silence.stance is None:
        return f"{silence.name} is accused and has said nothing since {silence.since}"
    return f"{silence.name} {_NON_ANSWER_WORDS[silence.stance].format(silence.since)}"


def _spaced(word: str) -> str:
    """`single_origin` as it is said."""
    return word.replace("_", " ")


# --- words -----------------------------------------------------------------------------------------------------------


def _quote(text: str | None) -> str:
    words = text or "…"
    return f"“{words if len(words) <= _QUOTED_CHARACTERS else words[: _QUOTED_CHARACTERS - 1] + '…'}”"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _fields(changes: Iterable[FieldChange]) -> str:
    return ", ".join(change.field.removesuffix("_id").replace("_", " ") for change in changes)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
