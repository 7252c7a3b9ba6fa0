"""The statements of an event with what every rule asks of them: what about, whose, and when."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from app.derive.rules import dates, families
from app.derive.rules.dates import Dates, Said
from app.derive.rules.families import FamilyBy, Kin
from app.derive.rules.rows import Rows
from app.schemas.claims import ClaimRead
from app.schemas.statements import AppearanceRead, StatementRead

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


Place = tuple[datetime, datetime, str, UUID]
"""When it was said, then its words, then its id: the order of every list of statements."""


class Voice(NamedTuple):
    """A statement; the claim that it is about, after merges; and the question, be it the claim's or its own."""

    row: StatementRead
    appearances: list[AppearanceRead]
    claim_id: UUID | None
    question_id: UUID | None
    source_id: UUID | None
    """After merges."""
    named: bool
    """Whether the source is: nobody is not."""
    family: UUID
    by: FamilyBy
    """How the family is known."""
    party: str | None
    said: Said
    place: Place
    """In every list."""


order: Final[Callable[[Voice], Place]] = attrgetter("place")


def voices(
    rows: Rows, claims: Mapping[UUID, ClaimRead], ends: Mapping[UUID, UUID], kin: Kin, known: Dates
) -> list[Voice]:
    """Every statement, sorted; `ends`: which of `claims` each claim was merged into."""
    found: dict[UUID, list[AppearanceRead]] = defaultdict(list)
    none: list[AppearanceRead] = []
    for appearance in rows.appearances:
        found[appearance.statement_id].append(appearance)
    for several in found.values():
        if len(several) > 1:
            several.sort(key=lambda a: _published(a, known))
    heard = []
    for row in rows.statements:
        places = found.get(row.id, none)
        about = ends.get(row.claim_id) if row.claim_id else None
        if about is None and row.question_id is None:
            continue  # its claim is no longer known
        who = kin.members.get(row.source_id) if row.source_id else None
        voice = Voice(
            row,
            places,
            about,
            claims[about].question_id if about else row.question_id,
            who.end if who else row.source_id,
            who.named if who else row.source_id is not None,
            *families.family(row, _first(places, known), kin, known.ends),
            who.party if who else None,
            when := dates.effective(row, places, known),
            (when.start, when.end, _wording(places), row.id),
        )
        heard.append(voice)
    return sorted(heard, key=order)


def _wording(places: list[AppearanceRead]) -> str:
    for appearance in places:
        if appearance.wording:
            return appearance.wording
    return ""


def united(heard: Sequence[Voice]) -> list[Voice]:
    """The same with every unnamed source of one family, that of the first statement, wherever else it speaks."""
    first: dict[UUID | None, tuple[UUID, FamilyBy]] = {}
    together = []
    for voice in heard:
        if voice.by in ("chain", "document"):
            family, by = first.setdefault(voice.source_id, (voice.family, voice.by))
            same = (family, by) == (voice.family, voice.by)
            together.append(voice if same else voice._replace(family=family, by=by))
        else:
            together.append(voice)
    return together


def _published(appearance: AppearanceRead, known: Dates) -> tuple[datetime, datetime, str, UUID]:
    document = known.ends.get(appearance.document_id) if appearance.document_id else None
    start, end = known.published.get(document, (_NEVER, _NEVER)) if document else (_NEVER, _NEVER)
    return start, end, appearance.wording or "", appearance.id


def _first(places: list[AppearanceRead], known: Dates) -> AppearanceRead | None:
    if len(places) > 1:
        return min(places, key=lambda appearance: _first_published(appearance, known))
    return places[0] if places else None


def _first_published(appearance: AppearanceRead, known: Dates) -> tuple[datetime, bool, UUID]:
    """Which appearance tells whose an unnamed source's words are: dated before undated, then those with a document."""
    return _published(appearance, known)[0], appearance.document_id is None, appearance.id
