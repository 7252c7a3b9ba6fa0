"""Sources: whoever speaks or publishes, and who of them may be the same."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from app.schemas import urls
from app.schemas.addresses import (
    INLINE,
    NAME,
    REFERENCE,
    Address,
    EventAddress,
    Label,
    Reference,
    reference_name_or_inline,
)
from app.schemas.common import (
    SHORT_LIST_ITEMS,
    Input,
    Output,
    Paging,
    RecordRead,
    Viewed,
    comma_separated,
    text_alone,
    with_examples,
)
from app.schemas.fields import (
    Country,
    CountryAsked,
    ExternalIds,
    ExternalIdsChange,
    Key,
    Language,
    Misfit,
    Moment,
    Name,
    Prose,
    Ref,
    Score,
    Url,
)
from app.schemas.forms.words import (
    DisclosureIn,
    LinkStateIn,
    ReliabilityIn,
    SourceKindIn,
    SourceLinkKnownIn,
    SourceRelationIn,
)
from app.vocabulary import Disclosure, LinkState, Reliability, SourceKind, SourceLinkKnown, SourceRelation


class Alias(Input):
    _alone = text_alone("name")

    name: Name
    language: Language | None = None


class SourceFields(Input):
    ref: Ref | None = None
    name: Name | None = None
    """Needed for a named source; for others a description: `two officials`."""
    aliases: Annotated[list[Alias], Field(max_length=SHORT_LIST_ITEMS)] | None = None
    """Other names it goes by; each finds it, too."""
    kind: SourceKindIn | None = None
    """Not given, it is not known: a source of any kind with this name is the same, and the first that gives it
    completes it. Person, official, expert and witness are taken for each other, and so are all kinds of bodies."""
    disclosure: DisclosureIn | None = None
    """How much of who it is the public knows. Default `named`."""
    role: Name | None = None
    party: Key | None = None
    """The side it belongs to in the dispute."""
    country: Country | None = None
    language: Language | None = None
    url: Url | None = None
    reliability: ReliabilityIn | None = None
    """Admiralty scale: A (reliable) to E (unreliable), F (can't be judged)."""
    confidential: bool | None = None
    """Only the scope `confidential` shows more than kind and disclosure."""
    external_ids: ExternalIds | None = None
    notes: Prose | None = None


class SourceCreate(SourceFields):
    """Whoever speaks or publishes. The same name is the same source, unless what is given contradicts that.

    Country, party, parent, the host of its url, external ids, ref, and kinds of another class can.
    """

    model_config = with_examples(
        {
            "name": "Interfax",
            "kind": "agency",
            "country": "RU",
            "aliases": [{"name": "Интерфакс", "language": "ru"}],
            "url": "https://www.interfax.example/",
            "external_ids": {"wikidata": "Q1151287"},
        },
        {
            "ref": "two-officials",
            "name": "two officials",
            "disclosure": "anonymous",
            "kind": "official",
            "party": "russia",
        },
    )

    label: Label | None = None
    parent: "SourceIn | None" = None
    """Its owner, or the body it is part of."""

    @model_validator(mode="after")
    def _has_name_if_named(self) -> "SourceCreate":
        if (self.disclosure or "named") == "named" and self.name is None:
            raise Misfit("name", "a named source needs a name; others say disclosure: role_only, anonymous or group")
        return self


def _named(name: str) -> SourceCreate:
    if urls.is_meant(name):
        raise ValueError('an address is no name: {"name": …, "url": …} has room for both')
    return SourceCreate(name=name)


class _AnyOf:
    """For the description: a reference is a text as a name is, so that more than one of the forms may fit."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        return {"anyOf": described.pop("oneOf"), **described}


SourceName = Annotated[
    Name,
    AfterValidator(_named),
    Field(description='A source by its name alone, as `{"name": …}`.', examples=["Interfax"]),
]
SourceIn = Annotated[
    Annotated[Reference, Tag(REFERENCE)] | Annotated[SourceName, Tag(NAME)] | Annotated[SourceCreate, Tag(INLINE)],
    Discriminator(reference_name_or_inline),
    _AnyOf(),
]
# A source may describe its parent in place.
SourceCreate.model_rebuild()


class SourceChange(SourceFields):
    """A null empties a field. `merged_into: null` alone undoes a merge."""

    model_config = with_examples(
        {"role": "head of the district", "reliability": "C", "external_ids": {"wikidata": None}}
    )

    parent: Reference | None = None
    external_ids: ExternalIdsChange | None = None  # type: ignore[assignment]
    merged_into: None = None


class AliasRead(Output):
    name: str
    language: str | None = None


class SourceRead(RecordRead):
    """Whoever speaks or publishes."""

    name: str | None
    aliases: list[AliasRead]
    kind: SourceKind | None
    """Null where nobody told it."""
    disclosure: Disclosure
    role: str | None
    party: str | None
    parent_id: UUID | None
    country: str | None
    language: str | None
    url: str | None
    reliability: Reliability | None
    confidential: bool
    external_ids: dict[str, str]
    notes: str | None
    merged_into: UUID | None
    placed: bool
    """Its name fits several sources, to which it is linked."""


class SourceFilter(Input):
    """What narrows a list of sources."""

    q: Name | None = None
    """Words in its name or an alias; case and accents don't matter."""
    kind: SourceKindIn | None = None
    disclosure: DisclosureIn | None = None
    party: Key | None = None
    """Of a source: its own, or that of the nearest body it belongs to."""
    country: CountryAsked | None = None
    parent: Address | None = None
    updated_since: Moment | None = None
    ref: Ref | None = None
    merged: bool = False
    """Also those that were merged into others."""
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"] = "-created_at"


class SourceQuery(SourceFilter, Paging, Viewed):
    facets: Annotated[str, comma_separated("kind", "disclosure", "party", "country")] | None = None
    """Counts by any of these."""


class SourceLinkCreate(Input):
    """That this source may be the same as another, or is not."""

    model_config = with_examples(
        {"to": {"name": "Ministry of Health", "kind": "authority"}, "reason": "the letterhead is the same"}
    )

    to: SourceIn
    relation: SourceRelationIn | None = None
    """Default, and so far the only one: `same_as`."""
    how_known: SourceLinkKnownIn | None = None
    """Default `editor`; `name`: found by likeness."""
    score: Score | None = None
    """How surely they are the same; the surest go first."""
    reason: Prose | None = None
    state: LinkStateIn | None = None
    """Default `proposed`. `confirmed` takes a PATCH, which merges the two."""


class SourceLinkRead(RecordRead):
    """That one source may be the same as another."""

    from_id: UUID
    to_id: UUID
    relation: SourceRelation
    how_known: SourceLinkKnown
    score: float | None
    reason: str | None
    state: LinkState


class SourceLinkListed(SourceLinkRead):
    """A link as an editor reads it in a list."""

    from_name: str | None
    """What the source is called; null: not told."""
    to_name: str | None


class SourceLinkChange(Input):
    """`confirmed` merges the two sources; any other state undoes that."""

    model_config = with_examples({"state": "rejected"})

    ref: Ref | None = None
    how_known: SourceLinkKnownIn | None = None
    score: Score | None = None
    reason: Prose | None = None
    state: LinkStateIn | None = None


class EverySourceLinkQuery(Paging):
    """What narrows the list of all links between sources."""

    event: EventAddress | None = None
    """Of sources that speak in this event."""
    how_known: SourceLinkKnownIn | None = None
    state: LinkStateIn | None = None
    min_score: Score | None = None
    """With this score or a higher one."""
    ref: Ref | None = None
    sort: Literal["created_at", "-created_at", "-consequence"] = "-created_at"
    """`-consequence`: first those whose sources support most claims together."""


class SourceLinkQuery(Paging):
    state: LinkStateIn | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
