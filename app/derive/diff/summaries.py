"""What changed about each question in one plain English paragraph, of the facts of the diff alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.derive.diff.snapshots import Between
from app.derive.pictures import source_names
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
from app.schemas.pictures.dossiers import JoinRead, QuestionPicture, SilenceRead
from app.vocabulary import Stance

Clause = tuple[UUID | None, str]
"""A part of a sentence, and the question it is about."""
# How many of a kind are told one by one, and how much is quoted.
_EACH: Final = 3
_QUOTED: Final = 120
# Quantities of which the measure alone says little.
_NEED_WORDS: Final = ("distance", "duration", "amount", "other")
_NO_ANSWER: Final = {"no_comment": "does not comment", "no_information": "says it doesn't know"}
_BEHIND: Final[dict[Stance, str]] = {"support": "independent sources for", "deny": "independent denials of"}
_ONE: Final = {
    "source": "one source",
    "family": "one family",
    "chain": "passed on by the same",
    "document": "of one document",
    "link": "of documents that are linked as copies",
    "party": "of one side",
}


def summaries(diff: DiffRead, ends: Between) -> list[QuestionSummary]:
    """Of each question that changed, in the dossier's order; then of the claims that answer none."""
    questions = ends.before.questions | ends.after.questions
    texts = {id_: claim.text for side in ends for id_, claim in side.claims.items()}
    told = defaultdict(list)
    for question_id, clause in _clauses(diff, texts):
        told[question_id].append(clause)
    order = [*ends.after.questions, *(id_ for id_ in ends.before.questions if id_ not in ends.after.questions), None]
    return [
        built(
            QuestionSummary,
            question_id=id_,
            text=f"{_heading(questions[id_] if id_ else None)} {'; '.join(told[id_])}.",
        )
        for id_ in order
        if id_ in told
    ]


def _heading(question: QuestionPicture | None) -> str:
    """`Injured (civilians):`, `What caused the explosion?`."""
    if question is None:
        return "Without a question:"
    words = question.text
    if question.measure and (words is None or question.measure not in _NEED_WORDS):
        words = question.measure.replace("_", " ").capitalize() + (f" ({question.subject})" if question.subject else "")
    return words if words and words.endswith("?") else f"{words}:"


def _clauses(diff: DiffRead, texts: Mapping[UUID, str | None]) -> Iterator[Clause]:
    """In the order in which they are told; `texts`: of all claims."""
    numbers = {moved.question_id for moved in diff.figures}
    yield from ((one.question_id, "it is a new question") for one in diff.questions.new)
    yield from ((one.question_id, "the question was removed") for one in diff.questions.removed)
    yield from (
        (one.question_id, f"the question was changed ({_fields(one.changes)})") for one in diff.questions.changed
    )
    yield from ((moved.question_id, _figures(moved)) for moved in diff.figures)
    yield from _of_statements(diff)
    yield from _of_claims(diff, texts, numbers)
    # That a figure gave way, or was taken back, is told by the figures and statements themselves.
    standings = [
        moved
        for moved in diff.standings
        if moved.question_id not in numbers or not {moved.from_, moved.to} & {"outdated", "withdrawn"}
    ]
    yield from _each(standings, _standing, "claims moved")
    told = {moved.claim_id for moved in diff.standings}
    origins = [moved for moved in diff.origins if moved.claim_id not in told and moved.stance in _BEHIND]
    yield from _each(origins, _origins, "counts of independent sources moved")
    yield from _each([*diff.silences.begun, *(one.to for one in diff.silences.changed)], _silence, "are silent")
    yield from _each(diff.silences.ended, lambda one: f"{one.party} is silent no more", "are silent no more")
    yield from _of_assessments(diff)
    for one in diff.self_contradictions.new:
        whose = source_names.name(one.family_id, diff.sources) if one.family_id in diff.sources else "one source"
        yield one.question_id, f"{whose} contradicts itself"
    yield from ((moved.question_id, f"the question went from {moved.from_} to {moved.to}") for moved in diff.statuses)


def _each(found: Iterable[Any], says: Callable[[Any], str], rest: str) -> Iterator[Clause]:
    """The first few of each question one by one, and how many more there are."""
    by_question: dict[UUID | None, list[Any]] = defaultdict(list)
    for one in found:
        by_question[one.question_id].append(one)
    for question_id, every in by_question.items():
        yield from ((question_id, says(one)) for one in every[:_EACH])
        if len(every) > _EACH:
            yield question_id, f"{len(every) - _EACH} more {rest}"


# --- statements, claims, assessments ---------------------------------------------------------------------------------


def _of_statements(diff: DiffRead) -> Iterator[Clause]:
    found = diff.statements
    new: dict[UUID | None, list[StatementEntry]] = defaultdict(list)
    for entry in found.new:
        new[entry.question_id].append(entry)
    yield from ((id_, f"{_count(len(said), 'new statement')} {_by(diff, said)}") for id_, said in new.items())
    yield from _each(found.withdrawn, lambda one: _ended(diff, one), "statements stand no more")
    yield from _each(found.restored, lambda one: f"{_what(diff, one)} stands again", "statements stand again")
    for entries, became in ((found.removed, "removed"), (found.changed, "changed")):
        for id_, count in Counter(entry.question_id for entry in entries).items():
            yield id_, f"{_count(count, 'statement')} {'was' if count == 1 else 'were'} {became}"


def _by(diff: DiffRead, said: Sequence[StatementEntry]) -> str:
    names = list(dict.fromkeys(source_names.name(one.source_id, diff.sources) for one in said if one.source_id))
    whom = [f"by {_listed(names) if len(names) <= _EACH else f'{len(names)} sources'}"] if names else []
    return _listed([*whom, *(["in nobody's name"] if any(one.source_id is None for one in said) else [])])


def _ended(diff: DiffRead, one: StatementEntry) -> str:
    replaced = one.why_not_live is not None and one.why_not_live.reason == "superseded"
    return f"{_what(diff, one)} was {'replaced' if replaced else 'taken back'}"


def _what(diff: DiffRead, one: StatementEntry) -> str:
    """`“2 killed” by Andriy Yermak`, `the denial of “A drone” by Russian officials`."""
    kind = "" if one.stance == "support" else "the denial of " if one.stance == "deny" else f"the {one.stance} on "
    whose = f"by {source_names.name(one.source_id, diff.sources)}" if one.source_id else "in nobody's name"
    return f"{kind.replace('_', ' ')}{_quote(one.text)} {whose}"


def _of_claims(diff: DiffRead, texts: Mapping[UUID, str | None], numbers: set[UUID]) -> Iterator[Clause]:
    """`numbers`: questions whose figures are told already."""
    found = diff.claims
    for one in found.removed:
        if one.merged_into is not None and one.merged_into in texts:
            yield one.question_id, f"{_quote(one.text)} was merged into {_quote(texts[one.merged_into])}"
    worded = [one for one in found.new if one.question_id not in numbers]
    yield from _each(worded, lambda one: f"new claim {_quote(one.text)}", "new claims")
    yield from _each(
        found.changed, lambda one: f"{_quote(one.text)} was changed ({_fields(one.changes)})", "claims changed"
    )
    gone = [one for one in found.removed if one.merged_into is None and one.question_id not in numbers]
    yield from _each(gone, lambda one: f"{_quote(one.text)} is gone", "claims are gone")


def _of_assessments(diff: DiffRead) -> Iterator[Clause]:
    found = diff.assessments

    def rating(one: AssessmentEntry) -> str:
        return f"the rating of {_quote(one.text)} by {source_names.name(one.author_id, diff.sources)}"

    def rated(one: AssessmentEntry) -> str:
        settles = ", which settles the question" if one.settles else ""
        return f"{source_names.name(one.author_id, diff.sources)} rated {_quote(one.text)} {one.rating}{settles}"

    yield from _each(found.new, rated, "new ratings")
    yield from _each(
        found.changed, lambda one: f"{rating(one)} was changed ({_fields(one.changes)})", "ratings changed"
    )
    yield from _each(found.superseded, lambda one: f"{rating(one)} was replaced", "ratings were replaced")
    yield from _each(found.restored, lambda one: f"{rating(one)} holds again", "ratings hold again")
    yield from _each(found.removed, lambda one: f"{rating(one)} is gone", "ratings are gone")


# --- moves -----------------------------------------------------------------------------------------------------------


def _figures(moved: FiguresMoved) -> str:
    return f"{moved.from_.says or 'no figure'} → {moved.to.says or 'no figure'}"


def _standing(moved: StandingMoved) -> str:
    """With what of its reasons is new."""
    before, after = moved.why_before.split("; "), moved.why.split("; ")
    reasons = [reason for reason in after if reason not in before] or after
    return f"{_quote(moved.text)} went from {moved.from_} to {moved.to} because {' and '.join(reasons)}"


def _origins(moved: OriginsMoved) -> str:
    joined, parted = _causes(moved.joined_by), _causes(moved.parted_by)
    why = f" ({joined})" if joined else f" (no longer {parted})" if parted else ""
    return f"{_BEHIND[moved.stance]} {_quote(moved.text)}: {moved.from_} → {moved.to}{why}"


def _causes(joins: Iterable[JoinRead]) -> str:
    return " and ".join(dict.fromkeys(_ONE[join.how] for join in joins))


def _silence(silence: SilenceRead) -> str:
    since = silence.since or f"{silence.since_from:%Y-%m-%d}"
    if silence.stance is None:
        return f"{silence.party} is accused and has said nothing since {since}"
    return f"{silence.party} {_NO_ANSWER[silence.stance]} since {since}"


# --- words -----------------------------------------------------------------------------------------------------------


def _quote(text: str | None) -> str:
    words = text or "…"
    return f"“{words if len(words) <= _QUOTED else words[: _QUOTED - 1] + '…'}”"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fields(changed: Iterable[FieldChange]) -> str:
    return ", ".join(change.field.removesuffix("_id").replace("_", " ") for change in changed)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
