"""Documents: what was read of them, version by version, and how they depend on each other."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, Field, Tag, model_validator

from app import times
from app.schemas.addresses import INLINE, REFERENCE, Address, EventAddress, Label, Reference, reference_or_url
from app.schemas.common import (
    SHORT_LIST_ITEMS,
    HexDigest,
    Input,
    Paging,
    RecordRead,
    Viewed,
    comma_separated,
    text_alone,
    with_examples,
)
from app.schemas.fields import (
    CoarseTime,
    ExternalIds,
    ExternalIdsChange,
    Language,
    Languages,
    Misfit,
    Moment,
    Name,
    PastMoment,
    PastTime,
    Prose,
    Ref,
    Score,
    Url,
    Verbatim,
    WholeNumber,
)
from app.schemas.forms.words import DocumentKindIn, DocumentRelationIn, HowKnownIn, LifecycleIn, LinkStateIn
from app.schemas.sources import SourceIn
from app.vocabulary import DocumentKind, DocumentRelation, HowKnown, Lifecycle, LinkState


class VersionFields(Input):
    text: Verbatim | None = None
    """The whole text, in which quotations are looked up."""
    headline: Name | None = None
    retrieved_at: PastMoment | None = None
    """When it was read. Default: now."""
    archive_url: Url | None = None
    http_status: Annotated[WholeNumber, Field(ge=100, le=599)] | None = None
    translated_from: Language | None = None
    translator: Name | None = None
    part: bool | None = None
    """True: the text is but a part, such as a teaser: what is not in it may stand in the rest. Told otherwise of a
    stored text, it makes another version."""


class VersionCreate(VersionFields):
    """What was read at one moment. The same text is the same version."""

    model_config = with_examples(
        {
            "text": "The headline was changed in the evening.",
            "headline": "Blast injures dozens",
            "retrieved_at": "2023-08-09T20:00:00+03:00",
            "http_status": 200,
        }
    )


class DocumentFields(Input):
    ref: Ref | None = None
    url: Url | None = None
    title: Name | None = None
    byline: Name | None = None
    language: Language | None = None
    kind: DocumentKindIn | None = None
    """Default `article`."""
    published: PastTime | None = None
    lifecycle: LifecycleIn | None = None
    """Default `live`; with a time in `retracted`, `retracted`."""
    retracted: PastTime | None = None
    """When its publisher took it back."""
    retracted_reason: Prose | None = None
    retraction_url: Url | None = None
    external_ids: ExternalIds | None = None

    @model_validator(mode="after")
    def _retracted_at_a_time(self) -> "DocumentFields":
        if self.retracted is not None and "lifecycle" not in self.model_fields_set:
            self.lifecycle = "retracted"
        elif self.retracted is not None and self.lifecycle != "retracted":
            raise Misfit("lifecycle", "a document with a time in `retracted` is `retracted`: leave out one of the two")
        is_early = self.published and self.retracted and times.is_before(self.retracted, self.published)
        if is_early and getattr(self, "id", None) is None:  # not of an export
            raise Misfit("retracted", f"it can't be retracted before it was published ({self.published})")
        return self


class DocumentLinkCreate(Input):
    """This document is made out of `to`, or answers it."""

    model_config = with_examples(
        {"relation": "translation_of", "to": {"url": "https://news.example/ru/2023/08/09/blast", "language": "ru"}},
    )

    relation: DocumentRelationIn
    to: "DocumentIn"
    how_known: HowKnownIn | None = None
    """Default `declared`."""
    score: Score | None = None
    state: LinkStateIn | None = None
    """Default `confirmed`; if found by likeness, `proposed`."""


class DocumentCreate(DocumentFields, VersionFields):
    """A publication, and what was read of it. The same URL is the same document."""

    model_config = with_examples(
        {
            "url": "https://news.example/2023/08/10/inquiry",
            "title": "Inquiry opened",
            "publisher": {"name": "Example News", "kind": "outlet"},
            "published": "2023-08-10T09:00+03:00",
            "language": "en",
            "text": "An inquiry was opened on Thursday.",
            "links": [{"relation": "revision_of", "to": {"url": "https://news.example/2023/08/09/blast"}}],
        }
    )

    _alone = text_alone("url")

    label: Label | None = None
    publisher: SourceIn | None = None
    links: Annotated[list[DocumentLinkCreate], Field(max_length=SHORT_LIST_ITEMS)] | None = None

    @model_validator(mode="after")
    def _retraction_whole(self) -> "DocumentCreate":
        if self.retracted is None and self.lifecycle == "retracted":
            raise Misfit("retracted", "a retraction needs its time, as exactly as it is known: 2023-08-15, or 2023-08")
        if self.retracted is None and (self.retracted_reason or self.retraction_url):
            raise Misfit("retracted", "what tells of a retraction needs the time of it: 2023-08-15, or 2023-08")
        return self


DocumentIn = Annotated[
    Annotated[Reference, Tag(REFERENCE)] | Annotated[DocumentCreate, Tag(INLINE)], Discriminator(reference_or_url)
]
# A document described in place has links, and each link may describe a document in place.
DocumentLinkCreate.model_rebuild()
DocumentCreate.model_rebuild()


class DocumentChange(DocumentFields):
    """A null empties a field. `merged_into: null` alone undoes a merge."""

    model_config = with_examples({"lifecycle": "edited", "byline": "A. Reporter"})

    publisher: Reference | None = None
    external_ids: ExternalIdsChange | None = None  # type: ignore[assignment]
    merged_into: None = None


class DocumentRead(RecordRead):
    """One publication."""

    url: str | None
    canonical_url: str | None
    publisher_id: UUID | None
    title: str | None
    byline: str | None
    language: str | None
    kind: DocumentKind
    published: str | None
    published_from: datetime | None
    published_to: datetime | None
    lifecycle: Lifecycle
    retracted: str | None
    retracted_from: datetime | None
    retracted_to: datetime | None
    retracted_reason: str | None
    retraction_url: str | None
    external_ids: dict[str, str]
    merged_into: UUID | None


class VersionRead(RecordRead):
    """What was read of a document at one moment."""

    document_id: UUID
    retrieved_at: datetime
    headline: str | None
    text: str | None = None
    """Only with `text=true`."""
    sha256: HexDigest | None
    """Of the text, in hex."""
    archive_url: str | None
    http_status: int | None
    translated_from: str | None
    translator: str | None
    part: bool | None
    """Whether the text is but a part; null: not told."""


class DocumentLinkRead(RecordRead):
    """How one document depends on another."""

    from_id: UUID
    to_id: UUID
    relation: DocumentRelation
    how_known: HowKnown
    score: float | None
    state: LinkState


class DocumentLinkChange(Input):
    model_config = with_examples({"state": "confirmed", "how_known": "editor"})

    ref: Ref | None = None
    relation: DocumentRelationIn | None = None
    how_known: HowKnownIn | None = None
    score: Score | None = None
    state: LinkStateIn | None = None


class DocumentFilter(Input):
    """What narrows a list of documents."""

    q: Name | None = None
    """Words of the title."""
    url: Url | None = None
    """Any spelling of its address."""
    canonical_url: Url | None = None
    kind: DocumentKindIn | None = None
    lifecycle: LifecycleIn | None = None
    language: Languages | None = None
    publisher: Address | None = None
    published_from: CoarseTime | None = None
    published_to: CoarseTime | None = None
    updated_since: Moment | None = None
    ref: Ref | None = None
    merged: bool = False
    """Also those that were merged into others."""
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at", "published", "-published"] = "-created_at"


class DocumentQuery(DocumentFilter, Paging, Viewed):
    facets: Annotated[str, comma_separated("kind", "lifecycle", "language")] | None = None
    """Counts by any of these."""


class VersionQuery(Paging):
    text: bool = False
    """Give the text of each version, too."""
    sort: Literal["retrieved_at", "-retrieved_at"] = "-retrieved_at"


class EveryDocumentLinkQuery(Paging):
    """What narrows the list of all links."""

    event: EventAddress | None = None
    """Between documents that this event cites."""
    relation: DocumentRelationIn | None = None
    how_known: HowKnownIn | None = None
    state: LinkStateIn | None = None
    min_score: Score | None = None
    """With this score or a higher one."""
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class DocumentLinkQuery(Paging):
    relation: DocumentRelationIn | None = None
    state: LinkStateIn | None = None
    direction: Literal["from", "to"] | None = None
    """Only links from this document, or only links to it."""
    sort: Literal["created_at", "-created_at"] = "-created_at"
