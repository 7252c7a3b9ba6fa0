"""The statements of an event with what every rule asks of them: what about, whose, and when."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from app.derive import ordering
from app.derive.ordering import NEVER, Named, SortKey, Words
from app.derive.rules import dates, families
from app.derive.rules.dates import DocumentTimes, Said
from app.derive.rules.families import Family, FamilyBy, Kin
from app.derive.rules.rows import Rows
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.vocabulary import LOOKING_AHEAD


class StatementInContext(NamedTuple):
    """A statement as the rules take it: merges followed, its family known, its time effective."""

    row: StatementRead
    """As stored."""
    appearances: list[AppearanceRead]
    """As stored; the earliest-published first."""
    claim_id: UUID | None
    """The claim that it is about, after merges."""
    question_id: UUID | None
    """The claim's, or its own."""
    source_id: UUID | None
    """After merges."""
    named: bool
    """Whether its source is; a statement without a source is not."""
    family: UUID
    family_by: FamilyBy
    party: str | None
    said: Said
    sort_key: SortKey
    retraction: DocumentRead | None = None
    """The last of its documents to be retracted, where all were."""
    predicted: bool = False
    """Whether it says what a number that grows will be, and not what it is."""
    told_by: UUID | None = None
    """As stored, the source in whose line its family is; None: no source tells it."""
    forgotten: bool = False
    """Whether its source was redacted, and the side that it is of with it."""
    passed_on_by: frozenset[UUID] = frozenset()
    """Of an unnamed source that belongs to nobody: the families of those who passed its words on first."""

    @property
    def outright(self) -> bool:
        """Whether it says in words that something is so, or is not: what else is said stands beside."""
        return self.row.explicitness == "explicit" and not self.predicted


order: Final[Callable[[StatementInContext], SortKey]] = attrgetter("sort_key")


_NEVER: Final = NEVER, NEVER, ""


def in_context(
    rows: Rows,
    claims: Mapping[UUID, ClaimRead],
    claim_targets: Mapping[UUID, UUID],
    kin: Kin,
    times: DocumentTimes,
    *,
    names: Named,
) -> list[StatementInContext]:
    """Every statement about a known claim or question, in order; `claims`: those that stayed after merges."""
    publishers = {id_: document.publisher_id for id_, document in rows.documents.items() if document.publisher_id}
    protected_ids = rows.confidential | rows.absorbed
    evolving_ids = {question.id for question in rows.questions if question.evolving}
    by_statement: dict[UUID, list[AppearanceRead]] = defaultdict(list)
    for appearance in rows.appearances:
        by_statement[appearance.statement_id].append(appearance)
    for appearances in by_statement.values():
        if len(appearances) > 1:
            appearances.sort(key=lambda appearance: _published(appearance, times, names))
    statements = []
    for row in rows.statements:
        appearances = by_statement.get(row.id, [])
        claim_id = claim_targets.get(row.claim_id) if row.claim_id else None
        if claim_id is None and row.question_id is None:
            continue  # its claim is not among the rows
        source = kin.members.get(row.source_id) if row.source_id else None
        family = families.family(row, _telling_family(appearances, times, names), kin, times.targets)
        said = dates.effective(row, appearances, times)
        subject = names.claims.get(claim_id, ()) if claim_id else names.questions.get(row.question_id or row.id, ())
        # A protected one that was merged into an open one: the order would tell of it.
        named_by = row.source_id if row.source_id in protected_ids else (source.id if source else None)
        speaker = names.sources.get(named_by, ()) if named_by else ()
        words = ordering.statement(row, _wording(appearances), subject, speaker, _place(appearances, names))
        statement = StatementInContext(
            row,
            appearances,
            claim_id,
            claims[claim_id].question_id if claim_id else row.question_id,
            source.id if source else row.source_id,
            source.named if source else row.source_id is not None,
            family.id,
            family.by,
            source.party if source else None,
            said,
            (said.start, said.end, words, row.id),
            dates.last_retraction(appearances, times.retracted, times.targets),
            claim_id is not None and _is_prediction(row, claims[claim_id], evolving_ids),
            family.told_by,
            source.forgotten if source else False,
            families.passed_on_by(appearances, kin, times.targets, publishers)
            if family.by in ("chain", "document")
            else frozenset(),
        )
        statements.append(statement)
    return sorted(statements, key=order)


def _is_prediction(row: StatementRead, claim: ClaimRead, evolving_ids: Collection[UUID]) -> bool:
    """Whether it foresees a figure; of what does not grow, as seats to be won, a forecast may be all that there is."""
    foresees = row.stance == "support" and row.act in LOOKING_AHEAD
    return foresees and claim.figure is not None and claim.question_id in evolving_ids


def _wording(appearances: list[AppearanceRead]) -> str:
    for appearance in appearances:
        if appearance.wording:
            return appearance.wording
    return ""


def unite_unnamed(
    statements: Sequence[StatementInContext], claims: Mapping[UUID, ClaimRead]
) -> list[StatementInContext]:
    """Give what an unnamed source says of one claim, or of one number, the family of its first statement of it.

    Who passed on what it says of another claim is known of that alone.
    """
    first: dict[tuple[UUID | None, UUID | None], Family] = {}
    united = []
    for statement in statements:
        if statement.family_by in ("chain", "document"):
            of_a_number = statement.claim_id is None or claims[statement.claim_id].figure is not None
            subject = statement.question_id if of_a_number else statement.claim_id
            stand = statement.source_id, subject
            own_family = Family(statement.family, statement.family_by, statement.told_by)
            family = first.setdefault(stand, own_family)
            united.append(
                statement
                if family == own_family
                else statement._replace(family=family.id, family_by=family.by, told_by=family.told_by)
            )
        else:
            united.append(statement)
    return united


def _place(appearances: list[AppearanceRead], names: Named) -> Words:
    """The words of the first document where it stands."""
    for appearance in appearances:
        if appearance.document_id:
            return names.documents.get(appearance.document_id, ())
    return ()


def _published(appearance: AppearanceRead, times: DocumentTimes, names: Named) -> SortKey:
    """By which appearances are sorted: the earliest published first, those without a date last."""
    document_id = times.targets.get(appearance.document_id) if appearance.document_id else None
    start, end, _ = times.published.get(document_id, _NEVER) if document_id else _NEVER
    return start, end, ordering.appearance(appearance, names), appearance.id


def _telling_family(appearances: list[AppearanceRead], times: DocumentTimes, names: Named) -> AppearanceRead | None:
    """Which appearance tells an unnamed source's family: the earliest published, of these one with a document.

    Not the first of the sorted list: whose words they are must not depend on the words, unless nothing else is left.
    """

    def key(appearance: AppearanceRead) -> tuple[object, ...]:
        start, _, words, id_ = _published(appearance, times, names)
        passed_on = [names.sources.get(hop.source_id, ()) for hop in appearance.hops if hop.state == "confirmed"]
        return start, not appearance.document_id, _place([appearance], names), not passed_on, passed_on, words, id_

    if len(appearances) > 1:
        return min(appearances, key=key)
    return appearances[0] if appearances else None
