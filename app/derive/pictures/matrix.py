"""Question by question, who takes which stance and who is silent: a slice of the dossier."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import Words
from app.derive.pictures import labels, source_names
from app.derive.rules.construct import built
from app.schemas.pictures import side_maps
from app.schemas.pictures.dossiers import (
    ClaimPicture,
    DossierRead,
    QuestionPicture,
    SilenceRead,
    StatementPicture,
    all_claims,
)
from app.schemas.pictures.matrices import (
    ColumnsBy,
    MatrixCell,
    MatrixColumn,
    MatrixRead,
    MatrixRow,
    MatrixStance,
    SaidAt,
)
from app.texts.messages import wording
from app.texts.messages.wording import ENGLISH, Wording
from app.vocabulary import Stance

_QUESTION_FIELDS: Final = ("text", "heading", "kind", "measure", "subject", "status")
_NO_QUESTION: Final[dict[str, Any]] = dict.fromkeys(_QUESTION_FIELDS)


class _Column(NamedTuple):
    party: str | None
    source_id: UUID | None = None


class _Row(NamedTuple):
    question: QuestionPicture | None
    """None: the claims that answer no question."""
    said: list[StatementPicture]
    """What stands, in its order."""
    silences: list[SilenceRead]


class _Cell(NamedTuple):
    stances: dict[Stance, MatrixStance]
    beside: dict[Stance, int]
    silence: SilenceRead | None


def matrix(
    dossier: DossierRead, by: ColumnsBy, question_id: UUID | None = None, *, words: Wording = ENGLISH
) -> MatrixRead:
    """All questions, or one that is in the dossier; the columns are parties, or sources."""
    rows = [row for row in _rows(dossier) if question_id is None or (row.question and row.question.id == question_id)]
    cells_by_row = [_cells(dossier, row, by) for row in rows]
    # Those whom nothing tells apart stay in the order in which they first spoke.
    first_seen = dict.fromkeys(column for cells in cells_by_row for column in cells)
    columns = sorted(first_seen, key=lambda column: _order(dossier, column, words))
    stances = [stance for cells in cells_by_row for cell in cells.values() for stance in cell.stances.values()]
    speaker_ids = {source_id for stance in stances for source_id in stance.source_ids}
    claim_ids = {claim_id for stance in stances for claim_id in stance.claim_ids}
    sources = source_names.side_map(
        speaker_ids | {column.source_id for column in columns if column.source_id}, dossier.sources
    )
    return built(
        MatrixRead,
        position=dossier.position,
        as_of=dossier.as_of,
        hint=None,
        said_before=dossier.said_before,
        event_id=dossier.event.id,
        by=by,
        columns=[_column(dossier, column, by, words) for column in columns],
        rows=[_row(row, cells, columns) for row, cells in zip(rows, cells_by_row, strict=True)],
        claims={claim.id: claim.text for claim in all_claims(dossier) if claim.id in claim_ids},
        sources=sources,
        parties=labels.parties(words, sources, (column.party for column in columns)),
        countries=labels.countries(words, sources),
    )


def _rows(dossier: DossierRead) -> Iterator[_Row]:
    silences = defaultdict(list)
    for silence in dossier.silences:
        silences[silence.question_id].append(silence)
    for question in dossier.questions:
        said = _live(dossier, [(question.text, question.statements), *_by_claim(question.claims)])
        yield _Row(question, said, silences[question.id])
    if said := _live(dossier, _by_claim(dossier.unasked)):
        yield _Row(None, said, [])


def _by_claim(claims: Iterable[ClaimPicture]) -> list[tuple[str | None, list[StatementPicture]]]:
    return [(claim.english, claim.statements) for claim in claims]


def _live(dossier: DossierRead, lists: Iterable[tuple[str | None, list[StatementPicture]]]) -> list[StatementPicture]:
    """What stands, by time, then by the text of what it is about and by who says it; each list is in its own order."""
    live = [
        (ordering.shown(statement, text, dossier), statement)
        for text, statements in lists
        for statement in statements
        if statement.live
    ]
    return [statement for _, statement in sorted(live, key=itemgetter(0))]


def _cells(dossier: DossierRead, row: _Row, by: ColumnsBy) -> dict[_Column, _Cell]:
    explicit: dict[_Column, dict[Stance, list[StatementPicture]]] = defaultdict(lambda: defaultdict(list))
    implied_counts: dict[_Column, dict[Stance, int]] = defaultdict(lambda: defaultdict(int))
    column_of: dict[UUID, _Column] = {}
    for statement in row.said:
        party = side_maps.party(statement.source_id, dossier.sources)
        column_of[statement.id] = column = _Column(party, statement.source_id if by == "source" else None)
        if statement.outright:
            explicit[column][statement.stance].append(statement)
        else:
            implied_counts[column][statement.stance] += 1
    silences: dict[_Column, SilenceRead] = {}
    for silence in row.silences:
        # A non-answer is its speaker's; a party that has said nothing has no source to stand under.
        by_speaker = silence.stance is not None and by == "source"
        silences[column_of[silence.statement_id] if by_speaker else _Column(silence.party)] = silence
    return {
        column: _Cell(
            {stance: _stance(said) for stance, said in sorted(explicit.get(column, {}).items())},
            dict(sorted(implied_counts.get(column, {}).items())),
            silences.get(column),
        )
        for column in dict.fromkeys([*column_of.values(), *silences])
    }


def _stance(said: list[StatementPicture]) -> MatrixStance:
    """`said`: in its order."""
    return built(
        MatrixStance,
        statements=len(said),
        first=_at(said[0]),
        last=_at(said[-1]),
        claim_ids=list(dict.fromkeys(statement.claim_id for statement in said if statement.claim_id)),
        source_ids=list(dict.fromkeys(statement.source_id for statement in said if statement.source_id)),
    )


def _at(statement: StatementPicture) -> SaidAt:
    return built(
        SaidAt,
        said=statement.effective,
        said_from=statement.effective_from,
        said_to=statement.effective_to,
        statement_id=statement.id,
    )


def _row(row: _Row, cells: dict[_Column, _Cell], columns: list[_Column]) -> MatrixRow:
    question = row.question
    fields = {name: getattr(question, name) for name in _QUESTION_FIELDS} if question else _NO_QUESTION
    return built(
        MatrixRow,
        fields,
        question_id=question.id if question else None,
        cells=[
            built(MatrixCell, cells[column]._asdict(), column=nth)
            for nth, column in enumerate(columns)
            if column in cells
        ],
    )


def _column(dossier: DossierRead, column: _Column, by: ColumnsBy, words: Wording) -> MatrixColumn:
    source = column.source_id
    return built(
        MatrixColumn,
        label=_label(dossier, column, by, words),
        party=column.party,
        source_id=source,
        family_id=side_maps.lineage(source, dossier.sources)[-1] if source else None,
    )


def _label(dossier: DossierRead, column: _Column, by: ColumnsBy, words: Wording) -> str:
    if column.source_id is not None:
        return source_names.name(column.source_id, dossier.sources, words)
    if column.party:
        return wording.party(words, column.party)
    return wording.say(words, "no_party" if by == "party" else "no_source")


def _order(dossier: DossierRead, column: _Column, words: Wording) -> tuple[bool, str, Words]:
    """By label, then by what else is known of a source."""
    nobody = column == _Column(None)
    source_words = ordering.source(dossier.sources[column.source_id]) if column.source_id else ()
    return nobody, _label(dossier, column, "party", words), source_words
