"""The one table of the kinds of record: what each is called, how it goes in and out, and which rules it follows.

Whatever asks "which kinds are there" or "what is special about this one" reads it here. A new kind is one row, its
model (`app/models`), its schemas (what it is read as, and its line), its walk (`services/intake`) and its key
(`services/intake/keys`); tests/schemas/test_kinds.py says what is still missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from app.models import (
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Claim,
    ClaimLink,
    Document,
    DocumentLink,
    DocumentVersion,
    Event,
    EventLink,
    Question,
    Record,
    Report,
    Source,
    SourceLink,
    Statement,
    table_of,
)
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimLinkRead, ClaimRead
from app.schemas.common import Input, RecordRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.lines import (
    AppearanceLine,
    AssessmentLine,
    ClaimLine,
    ClaimLinkLine,
    DocumentLine,
    DocumentLinkLine,
    EventLine,
    EventLinkLine,
    QuestionLine,
    ReportLine,
    SourceLine,
    SourceLinkLine,
    StatementLine,
    VersionLine,
)
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceLinkRead, SourceRead
from app.schemas.statements import AppearanceRead, StatementRead


class Round(IntEnum):
    """When new records are stored. Within a round it goes by the order of the table, and so does an export."""

    SUBJECTS = 1
    """What there is to speak in and about. Unnamed sources come after it: they are told apart by it."""
    STATEMENTS = 2
    """Who says what, and where that is found."""
    ASSESSMENTS = 3
    """What holds between claims and between sources, and what others say of claims."""


@dataclass(frozen=True, slots=True)
class PublicIf:
    """What asks whether a record outside of an event is public."""

    check: str
    """A function of the database, of an id."""
    columns: tuple[str, ...]
    """Whose ids must all pass."""


@dataclass(frozen=True, eq=False)
class Kind:
    model: type[Record]
    path: str
    """A record is at /v1/{path}/{id}."""
    stored: Round
    read: type[RecordRead] | None = None
    """What it is read as. None: it has no address of its own, and is shown in another or not at all."""
    line: type[Input] | None = None
    """What it is in NDJSON. None: it is a part of another's line."""
    exported: str = ""
    """The fields of its line in an export, beside type, id and ref: in their order, with spaces."""
    sorts: Mapping[str, str] = field(default_factory=dict)
    """By which column each `sort` of its list sorts."""
    part_of: str | None = None
    """The column of what it belongs to: it is found there and deleted with it."""
    public_if: PublicIf | None = None
    """None: it is as public as its event."""
    apart: str | None = None
    """A column that is too long to be read along: it is no part of the record in lists, pictures and the ledger."""
    derived: tuple[str, ...] = ()
    """Columns for matching alone, which follow from others: no part of the record in pictures and ledger."""
    identity: tuple[str, ...] = ()
    """The columns that say together which record it is: a later mention of it fills in none of them alone."""
    key: tuple[str, ...] = ()
    """The columns by which it is told from others of its kind, beside its ref (services/intake/keys)."""
    together: tuple[tuple[str, ...], ...] = ()
    """The columns that only together make sense: they are replaced together or not at all."""
    chain: str | None = None
    """The kind of the steps of its chain, which is written and taken away whole."""
    fixed: bool = False
    """It never changes."""
    counted: bool = False
    """Whether a map says of each event how many there are."""
    left: Mapping[str, str] = field(default_factory=dict)
    """What SQL makes of a column of what is redacted, where `services/redacting` does not say it of all kinds."""

    @property
    def name(self) -> str:
        """That of its table, and its type in lines, look-ups, search and the ledger."""
        return table_of(self.model).name

    @property
    def words(self) -> str:
        return self.name.replace("_", " ")

    @property
    def plural(self) -> str:
        """What many of them are called where they are loaded: `document_links`."""
        return self.path.replace("-", "_")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(table_of(self.model).columns.keys())

    @cached_property
    def exported_fields(self) -> tuple[str, ...]:
        return tuple(self.exported.split())

    @property
    def in_event(self) -> bool:
        """Whether each belongs to one event."""
        return "event_id" in self.columns

    @cached_property
    def tells_of(self) -> tuple[str, ...]:
        """The columns of a link that is not there for whoever may not see the sources at its ends."""
        return tuple(name for name in self.pointers_to(Source) if name in ("from_id", "to_id"))

    @cached_property
    def is_step(self) -> bool:
        """Whether it is a step of another's chain."""
        return any(kind.chain == self.name for kind in KINDS)

    @property
    def is_delivery(self) -> bool:
        """Whether it is what was delivered, and says nothing itself: it has no address, and is part of nothing."""
        return self.read is None and self.part_of is None

    @property
    def mergeable(self) -> bool:
        return "merged_into" in self.columns

    @cached_property
    def points_at(self) -> Mapping[str, type[Record]]:
        """By column, the kind of record that it names."""
        return {
            column.name: _BY_NAME[key.column.table.name].model
            for column in table_of(self.model).columns
            for key in column.foreign_keys
            if key.column.name == "id"
        }

    def pointers_to(self, model: type[Record]) -> tuple[str, ...]:
        """The columns that name a record of this kind."""
        return tuple(column for column, target in self.points_at.items() if target is model)

    @cached_property
    def own_pointers(self) -> tuple[str, ...]:
        """The columns that name another record of the same kind."""
        return self.pointers_to(self.model)


# What is left of a name or text: told apart from all others, for what is told alike is taken for the same.
_CALLED: Final = "'[redacted ' || right(id::text, 12) || ']'"
_TIMES: Final = {"created_at": "created_at", "updated_at": "updated_at"}
# In the order of an export: every record stands after those that it points at, but for those of its own kind.
KINDS: Final = (
    Kind(
        Source,
        "sources",
        Round.SUBJECTS,
        SourceRead,
        SourceLine,
        exported="name aliases kind disclosure role party parent country language url reliability confidential "
        "external_ids notes placed merged_into",
        sorts=_TIMES | {"name": "name"},
        key=("name",),
        together=(("name", "disclosure"),),
        left={"name": _CALLED},
        public_if=PublicIf("source_is_public", ("id",)),
        derived=("shadow",),
    ),
    # After the sources that only what they speak in tells apart: a line may link these, too.
    Kind(
        SourceLink,
        "source-links",
        Round.ASSESSMENTS,
        SourceLinkRead,
        SourceLinkLine,
        exported="from relation to how_known score reason state",
        sorts=_TIMES,
        key=("from_id", "relation", "to_id"),
        public_if=PublicIf("source_is_public", ("from_id", "to_id")),
    ),
    Kind(
        Document,
        "documents",
        Round.SUBJECTS,
        DocumentRead,
        DocumentLine,
        exported="url title byline language kind publisher published lifecycle retracted "
        "retracted_reason retraction_url external_ids merged_into",
        sorts=_TIMES | {"published": "published_from"},
        key=("url",),
        together=(("lifecycle", "retracted", "retracted_reason", "retraction_url"),),
        public_if=PublicIf("document_is_public", ("id",)),
        derived=("page_key", "shadow"),
        left={"title": _CALLED},
    ),
    Kind(
        DocumentVersion,
        "versions",
        Round.SUBJECTS,
        VersionRead,
        VersionLine,
        exported="document retrieved_at headline text archive_url http_status translated_from translator part",
        sorts={"retrieved_at": "retrieved_at"},
        part_of="document_id",
        public_if=PublicIf("document_is_public", ("document_id",)),
        apart="text",
        fixed=True,
    ),
    Kind(
        DocumentLink,
        "document-links",
        Round.SUBJECTS,
        DocumentLinkRead,
        DocumentLinkLine,
        exported="from relation to how_known score state",
        sorts=_TIMES,
        key=("from_id", "relation", "to_id"),
        public_if=PublicIf("document_is_public", ("from_id", "to_id")),
    ),
    Kind(Report, "reports", Round.SUBJECTS, line=ReportLine, left={"sha256": "sha256(uuid_send(id))"}),
    Kind(
        Event,
        "events",
        Round.SUBJECTS,
        EventRead,
        EventLine,
        exported="slug title summary language kind occurred place_name country latitude longitude place_precision "
        "parent visibility tags external_ids merged_into",
        sorts=_TIMES | {"occurred": "occurred_from", "title": "title"},
        key=("slug",),
        left={"title": _CALLED, "slug": "'redacted-' || right(id::text, 12)"},
        together=(("latitude", "longitude"),),
    ),
    Kind(
        EventLink,
        "event-links",
        Round.SUBJECTS,
        EventLinkRead,
        EventLinkLine,
        exported="from relation to",
        sorts=_TIMES,
        key=("from_id", "relation", "to_id"),
        public_if=PublicIf("is_public", ("from_id", "to_id")),
    ),
    Kind(
        Question,
        "questions",
        Round.SUBJECTS,
        QuestionRead,
        QuestionLine,
        exported="event text language kind answer measure subject unit evolving single_answer",
        identity=("measure", "subject", "unit"),
        sorts=_TIMES,
        key=("measure", "subject", "unit", "text"),
        together=(("text", "measure", "subject", "unit"),),
        left={"text": _CALLED, "measure": "measure", "unit": f"CASE WHEN measure IS NOT NULL THEN {_CALLED} END"},
        counted=True,
    ),
    Kind(
        Claim,
        "claims",
        Round.SUBJECTS,
        ClaimRead,
        ClaimLine,
        exported="event question text language translations accuses figure merged_into",
        identity=("text", "qualifier", "min", "max", "of_id"),
        sorts=_TIMES,
        key=("question_id", "text", "language", "qualifier", "min", "max", "of_id"),
        together=(("question_id", "text", "qualifier", "min", "max", "of_id"),),
        left={
            "text": f"CASE WHEN qualifier IS NULL THEN {_CALLED} END",
            "qualifier": "CASE WHEN qualifier IS NOT NULL THEN 'unknown' END",
        },
        counted=True,
    ),
    Kind(
        ClaimLink,
        "claim-links",
        Round.ASSESSMENTS,
        ClaimLinkRead,
        ClaimLinkLine,
        exported="from relation to",
        sorts=_TIMES,
        key=("from_id", "relation", "to_id"),
    ),
    Kind(
        Statement,
        "statements",
        Round.STATEMENTS,
        StatementRead,
        StatementLine,
        exported="event claim question source stance act explicitness certainty basis preliminary said recheck_at "
        "credibility supersedes withdrawn withdrawn_reason withdrawn_document withdrawn_by",
        identity=("claim_id", "question_id"),
        key=("claim_id", "question_id", "source_id", "stance", "explicitness", "said"),
        together=(
            ("claim_id", "question_id", "stance"),
            ("withdrawn", "withdrawn_reason", "withdrawn_document_id", "withdrawn_by"),
        ),
        sorts=_TIMES | {"said": "effective_from"},
        # Who said it, and how, is what it says.
        left={"stance": "CASE WHEN claim_id IS NULL THEN 'query' ELSE 'comment' END", "explicitness": "'inferred'"}
        | dict.fromkeys(("source_id", "preliminary", "recheck_at"), "NULL"),
        counted=True,
    ),
    Kind(
        Appearance,
        "appearances",
        Round.STATEMENTS,
        AppearanceRead,
        AppearanceLine,
        exported="statement document version wording language translation translation_language quoted cue framing "
        "attribution location selector fidelity note hops",
        sorts=_TIMES,
        key=("statement_id", "document_id", "wording"),
        chain="appearance_hop",
        left={"fidelity": "'unchecked'"},
    ),
    Kind(AppearanceHop, "hops", Round.STATEMENTS, part_of="appearance_id"),
    Kind(
        Assessment,
        "assessments",
        Round.ASSESSMENTS,
        AssessmentRead,
        AssessmentLine,
        exported="claim author scheme rating label rating_value best_rating worst_rating explanation url language "
        "made settles supersedes documents",
        sorts=_TIMES | {"made": "made_from"},
        key=("claim_id", "author_id", "scheme", "url", "made"),
        together=(("scheme", "rating", "settles"),),
        counted=True,
        derived=("url_key",),
        left={"scheme": "'claimreview'", "rating": "'other'", "settles": "false"},
    ),
    Kind(AssessmentDocument, "evidence", Round.ASSESSMENTS, part_of="assessment_id", key=("document_id",)),
)
_BY_MODEL: Final = {kind.model: kind for kind in KINDS}
_BY_NAME: Final = {kind.name: kind for kind in KINDS}
# What can be read by itself, and as what.
READS: Final[Mapping[type[Record], type[RecordRead]]] = {kind.model: kind.read for kind in KINDS if kind.read}
_BY_READ: Final = {read: _BY_MODEL[model] for model, read in READS.items()}


def kind_of(model: type[Record]) -> Kind:
    return _BY_MODEL[model]


def named(name: str) -> Kind:
    """The kind of this type: `claim_link`."""
    return _BY_NAME[name]


def read_as(read: type[RecordRead]) -> Kind:
    """The kind that is read as this."""
    return _BY_READ[read]


def url(model: type[Record], key: object) -> str:
    """Where a record is found."""
    return f"/v1/{_BY_MODEL[model].path}/{key}"
