"""What changed about each question in one plain paragraph, of the facts of the diff alone, in the answer's language."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
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
from app.schemas.pictures.dossiers import JoinRead, QuestionPicture, SilenceRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import Stance

Clause = tuple[UUID | None, str]
"""A part of a sentence, and the question it is about."""
# So many changes of a kind are told one by one, the others counted; names of sources likewise.
_CHANGES_NAMED: Final = 3
_QUOTED_CHARACTERS: Final = 120
_STANCES_WITH_ORIGINS: Final[tuple[Stance, ...]] = ("support", "deny")
# Also those of other scripts.
_QUESTION_MARKS: Final = ("?", "？", "؟")


def summaries(diff: DiffRead, pair: SnapshotPair) -> list[QuestionSummary]:
    """Of each question that changed, in the dossier's order; then of the claims that answer none."""
    words = (pair.before if pair.after.dossier is None else pair.after).words
    before, after = pair.before.questions, pair.after.questions
    questions = before | after
    texts = {id_: claim.text for snapshot in pair for id_, claim in snapshot.claims.items()}
    clauses_by_question = defaultdict(list)
    for question_id, clause in _clauses(words, diff, texts, pair):
        clauses_by_question[question_id].append(clause)
    return [
        built(
            QuestionSummary,
            question_id=id_,
            text=_paragraph(words, questions[id_] if id_ else None, clauses_by_question[id_]),
        )
        for id_ in [*after, *(id_ for id_ in before if id_ not in after), None]
        if id_ in clauses_by_question
    ]


def _paragraph(words: Wording, question: QuestionPicture | None, clauses: Sequence[str]) -> str:
    """`Injured (civilians): 31 → 43.`, `What caused the explosion? New question.`."""
    heading = wording.say(words, "changes_without_question") if question is None else labels.heading(words, question)
    changes = wording.joined(words, clauses)
    if heading.endswith(_QUESTION_MARKS):
        # After a question mark a sentence begins.
        changes = changes[0].upper() + changes[1:]
        return wording.say(words, "changes_after_question", {"heading": heading, "changes": changes})
    return wording.say(words, "changes", {"heading": heading, "changes": changes})


def _clauses(words: Wording, diff: DiffRead, texts: Mapping[UUID, str | None], pair: SnapshotPair) -> Iterator[Clause]:
    """In the order in which they are told; `texts`: of all claims."""
    # Another source may give what was given before: then the range is no news.
    ranges = [moved for moved in diff.figures if moved.from_.says != moved.to.says]
    quantities = {moved.question_id for moved in ranges}
    yield from _of_questions(words, diff)
    for moved in ranges:
        yield moved.question_id, figures_moved(words, moved, figures_given_first(diff, pair, moved))
    yield from _of_statements(words, diff)
    yield from _of_claims(words, diff, texts, quantities)
    # That a figure gave way, or was taken back, is told by the figures and statements themselves.
    standings = [
        moved
        for moved in diff.standings
        if moved.question_id not in quantities or not {moved.from_, moved.to} & {"outdated", "withdrawn"}
    ]
    parted = parted_origins(words, diff)
    yield from _first_few(
        words, standings, lambda moved: standing_moved(words, moved, parted.get(moved.claim_id, "")), "claims_moved"
    )
    # A standing that moved says by its reasons what became of the origins.
    moved_claims = {moved.claim_id for moved in diff.standings}
    origins = [
        moved for moved in diff.origins if moved.claim_id not in moved_claims and moved.stance in _STANCES_WITH_ORIGINS
    ]
    yield from _first_few(words, origins, lambda moved: _origins(words, moved), "origins_moved")
    silences = [*diff.silences.begun, *(changed.to for changed in diff.silences.changed)]
    yield from _first_few(words, silences, lambda silence: _silence(words, silence), "silences")
    yield from _first_few(
        words,
        diff.silences.ended,
        lambda silence: wording.say(words, "change_silence_over", {"name": silence.name}),
        "silences_over",
    )
    yield from _of_assessments(words, diff)
    for contradiction in diff.self_contradictions.new:
        family_id = contradiction.family_id
        named = family_id in diff.sources
        name = source_names.name(family_id, diff.sources, words) if named else wording.say(words, "joined_by_source")
        yield contradiction.question_id, wording.say(words, "change_contradiction", {"name": name})
    for status in diff.statuses:
        before, after = (wording.say(words, f"status_{end}") for end in (status.from_, status.to))
        yield status.question_id, wording.say(words, "change_status", {"before": before, "after": after})


def parted_origins(words: Wording, diff: DiffRead) -> dict[UUID, str]:
    """By claim, what had made one of origins that are several now."""
    return {
        moved.claim_id: causes(words, moved.parted_by)
        for moved in diff.origins
        if moved.stance in _STANCES_WITH_ORIGINS
    }


def figures_moved(words: Wording, moved: FiguresMoved, first_figures: Mapping[UUID, str | None]) -> str:
    """`60 → 80`; where there was none `first figure: 42`; where others came before it `“42 killed” first, now 38`."""
    before, after = moved.from_.says, moved.to.says
    if after is None:
        return wording.say(words, "change_figure_gone", {"before": str(before)})
    if before is not None:
        return wording.say(words, "change_figure", {"before": before, "after": after})
    if first_figures.keys() == {figure.claim_id for figure in moved.to.figures}:
        return wording.say(words, "change_figure_first", {"after": after})
    if len(first_figures) == 1:
        first = _quote(words, *first_figures.values())
        return wording.say(words, "change_figure_since", {"first": first, "after": after})
    return wording.say(words, "change_figure_now", {"after": after})


def figures_given_first(diff: DiffRead, pair: SnapshotPair, moved: FiguresMoved) -> dict[UUID, str | None]:
    """The claims that were given before all others, with their texts; none where there had been some before."""
    question = pair.before.questions.get(moved.question_id)
    if question is not None and any(claim.statements for claim in question.claims):
        return {}
    after = pair.after.questions.get(moved.question_id)
    outright = {said.id for claim in (after.claims if after else ()) for said in claim.statements if said.outright}
    figures = [entry for entry in diff.statements.new if entry.statement_id in outright and entry.stance == "support"]
    begun = min((entry.effective_from for entry in figures), default=None)
    return {entry.claim_id: entry.text for entry in figures if entry.claim_id and entry.effective_from == begun}


def _first_few(words: Wording, changes: Iterable[Any], says: Callable[[Any], str], counted_as: str) -> Iterator[Clause]:
    """The first few of each question one by one, and how many more there are."""
    by_question: dict[UUID | None, list[Any]] = defaultdict(list)
    for change in changes:
        by_question[change.question_id].append(change)
    for question_id, question_changes in by_question.items():
        yield from ((question_id, says(change)) for change in question_changes[:_CHANGES_NAMED])
        more = len(question_changes) - _CHANGES_NAMED
        if more > 0:
            yield question_id, wording.say(words, f"change_more_{counted_as}", {"count": more})


# --- questions, statements, claims, assessments ----------------------------------------------------------------------


def _of_questions(words: Wording, diff: DiffRead) -> Iterator[Clause]:
    for question in diff.questions.new:
        yield question.question_id, wording.say(words, "change_question_new")
    for question in diff.questions.removed:
        yield question.question_id, wording.say(words, "change_question_gone")
    for changed in diff.questions.changed:
        parts = {"fields": _fields(changed.changes)}
        yield changed.question_id, wording.say(words, "change_question_changed", parts)


def _of_statements(words: Wording, diff: DiffRead) -> Iterator[Clause]:
    statements = diff.statements
    for question_id, (_, says) in new_statements(words, diff).items():
        yield question_id, says
    # What was said and taken back between the two moments is no change of what stands, but nobody may miss it.
    taken_back = [entry for entry in statements.new if entry.why_not_live and entry.why_not_live.reason != "superseded"]
    ended = [*statements.withdrawn, *taken_back]
    yield from _first_few(words, ended, lambda entry: statement_ended(words, diff, entry, ending(entry)), "ended")
    yield from _first_few(
        words, statements.restored, lambda entry: statement_ended(words, diff, entry, "change_restored"), "restored"
    )
    for changes, code in (
        (statements.removed, "change_statements_gone"),
        (statements.changed, "change_statements_changed"),
    ):
        for question_id, count in Counter(entry.question_id for entry in changes).items():
            yield question_id, wording.say(words, code, {"count": count})


def new_statements(words: Wording, diff: DiffRead) -> dict[UUID | None, tuple[list[StatementEntry], str]]:
    """By question, what was newly said, and the clause that tells it."""
    new_by_question: dict[UUID | None, list[StatementEntry]] = defaultdict(list)
    for entry in diff.statements.new:
        new_by_question[entry.question_id].append(entry)
    return {
        question_id: (
            entries,
            wording.say(words, "change_statements_new", {"count": len(entries), "by": _by_whom(words, diff, entries)}),
        )
        for question_id, entries in new_by_question.items()
    }


def _by_whom(words: Wording, diff: DiffRead, entries: Sequence[StatementEntry]) -> str:
    """`by TASS and Baza`, `by 5 sources and in nobody's name`."""
    names = [source_names.name(entry.source_id, diff.sources, words) for entry in entries if entry.source_id]
    names = list(dict.fromkeys(names))
    parts = []
    if len(names) > _CHANGES_NAMED:
        parts.append(wording.say(words, "change_by_many", {"count": len(names)}))
    elif names:
        parts.append(wording.say(words, "change_by", {"sources": names}))
    if any(entry.source_id is None for entry in entries):
        parts.append(wording.say(words, "no_source"))
    return wording.listed(words, parts)


def ending(entry: StatementEntry) -> str:
    """The code of how it ended."""
    reason = entry.why_not_live.reason if entry.why_not_live is not None else None
    if reason == "superseded":
        return "change_replaced"
    if reason == "retracted":
        return "change_only_in_retracted"
    by_report = reason == "withdrawn" and entry.withdrawn_by == "document"
    return "change_taken_back_by_report" if by_report else "change_taken_back"


def statement_ended(words: Wording, diff: DiffRead, entry: StatementEntry, code: str) -> str:
    """`“2 killed” by Andriy Yermak was taken back`; `code`: of what became of it."""
    parts = {"claim": _quote(words, entry.text), "by": _by_whom(words, diff, [entry])}
    return wording.say(words, code, {"statement": wording.say(words, f"change_of_{entry.stance}", parts)})


def _of_claims(
    words: Wording, diff: DiffRead, texts: Mapping[UUID, str | None], quantities: set[UUID]
) -> Iterator[Clause]:
    """`quantities`: questions whose figures are told already."""
    claims = diff.claims

    def says(code: str) -> Callable[[Any], str]:
        return lambda entry: wording.say(words, code, {"claim": _quote(words, entry.text)})

    for entry in claims.removed:
        if entry.merged_into is not None and entry.merged_into in texts:
            parts = {"claim": _quote(words, entry.text), "other": _quote(words, texts[entry.merged_into])}
            yield entry.question_id, wording.say(words, "change_claim_merged", parts)
    new = [entry for entry in claims.new if entry.question_id not in quantities]
    yield from _first_few(words, new, says("change_claim_new"), "claims_new")
    yield from _first_few(
        words,
        claims.changed,
        lambda entry: wording.say(
            words, "change_claim_changed", {"claim": _quote(words, entry.text), "fields": _fields(entry.changes)}
        ),
        "claims_changed",
    )
    removed = [entry for entry in claims.removed if entry.merged_into is None and entry.question_id not in quantities]
    yield from _first_few(words, removed, says("change_claim_gone"), "claims_gone")


def _of_assessments(words: Wording, diff: DiffRead) -> Iterator[Clause]:
    assessments = diff.assessments
    says = partial(_assessment, words, diff)
    yield from _first_few(words, assessments.new, partial(rated, words, diff), "rated")
    yield from _first_few(
        words,
        assessments.changed,
        lambda entry: says("change_rating_changed", entry, fields=_fields(entry.changes)),
        "ratings_changed",
    )
    for entries, became in (
        (assessments.superseded, "replaced"),
        (assessments.restored, "restored"),
        (assessments.removed, "gone"),
    ):
        yield from _first_few(words, entries, partial(says, f"change_rating_{became}"), f"ratings_{became}")


def rated(words: Wording, diff: DiffRead, entry: AssessmentEntry) -> str:
    code = "change_rated_settling" if entry.settles else "change_rated"
    return _assessment(words, diff, code, entry, rating=wording.say(words, f"rating_{entry.rating}"))


def _assessment(words: Wording, diff: DiffRead, code: str, entry: AssessmentEntry, **parts: str) -> str:
    author = source_names.name(entry.author_id, diff.sources, words)
    return wording.say(words, code, {"author": author, "claim": _quote(words, entry.text), **parts})


# --- moves -----------------------------------------------------------------------------------------------------------


def standing_moved(words: Wording, moved: StandingMoved, parted: str) -> str:
    """With what of its reasons is new; `parted`: what made one of origins that are several now."""
    new_reasons = [reason for reason in moved.reasons if reason not in moved.reasons_before] or moved.reasons
    before, after = (wording.say(words, f"standing_{end}") for end in (moved.from_, moved.to))
    # With an "and" between each two: semicolons part the clauses, and commas stand in the reasons.
    why = reduce(
        lambda told, reason: wording.listed(words, [told, reason]),
        (reasons.in_words(words, [reason]) for reason in new_reasons),
    )
    parts = {"before": before, "after": after, "why": why}
    says = wording.say(words, "change_standing", {"claim": _quote(words, moved.text), **parts})
    return f"{says} ({wording.say(words, 'change_no_longer', {'what': parted})})" if parted else says


def _origins(words: Wording, moved: OriginsMoved) -> str:
    joined, parted = causes(words, moved.joined_by), causes(words, moved.parted_by)
    parts: dict[str, wording.Part] = {"before": moved.from_, "after": moved.to, "claim": _quote(words, moved.text)}
    why = joined or (wording.say(words, "change_no_longer", {"what": parted}) if parted else "")
    return wording.say(words, f"change_independent_{moved.stance}", parts) + (f" ({why})" if why else "")


def causes(words: Wording, joins: Iterable[JoinRead]) -> str:
    return wording.listed(words, [wording.say(words, f"joined_by_{join.how}") for join in joins])


def _silence(words: Wording, silence: SilenceRead) -> str:
    says = wording.say(words, f"silence_{silence.stance or 'accused'}")
    return wording.say(words, "change_silence", {"name": silence.name, "silence": says, "at": silence.since})


# --- words -----------------------------------------------------------------------------------------------------------


def _quote(words: Wording, text: str | None) -> str:
    quoted = text or "…"
    shortened = quoted if len(quoted) <= _QUOTED_CHARACTERS else quoted[: _QUOTED_CHARACTERS - 1] + "…"
    return wording.say(words, "quoted", {"text": shortened})


def _fields(changes: Iterable[FieldChange]) -> str:
    return ", ".join(change.field.removesuffix("_id").replace("_", " ") for change in changes)
