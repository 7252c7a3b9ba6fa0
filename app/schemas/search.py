"""What is asked of the search, and what it finds."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas.addresses import Address, EventAddress
from app.schemas.claims import ClaimRead
from app.schemas.common import Input, Output, Page, Paging, comma_separated
from app.schemas.events import EventName
from app.schemas.fields import Languages, Name, Prose
from app.vocabulary import Disclosure, SourceKind, Stance

HitType = Literal["event", "claim", "statement", "document"]
HitField = Literal[
    "title", "place_name", "tags", "summary", "text", "translations", "wording", "translation", "byline", "headline"
]


class SearchQuery(Paging):
    q: Name
    """Words, all of which a text must have, at most 32; `"some words"` one after the other; `or` between alternatives;
    `-word` for what it must not have."""
    type: Annotated[str, comma_separated("event", "claim", "statement", "document")] | None = None
    """Of `event`, `claim`, `statement`, `document`, with commas."""
    event: EventAddress | None = None
    """Only what belongs to this event, or is cited in it."""
    language: Languages | None = None
    """Only words, also of `q`, in this language (`en` is also `en-GB`; `und`: not told), or in several, with commas."""
    sort: Literal["-rank"] = "-rank"
    """The best come first; there is no other order."""
    facets: Annotated[str, comma_separated("type", "language")] | None = None
    """Counts by `type`, and by `language` of the words found (`und`: not told)."""


class Highlight(Output):
    """Words that were found, where they stand."""

    field: HitField
    """`headline` and `text` are of a version of the document."""
    language: str | None
    text: str
    """The field, or a part of it, as stored: no HTML."""
    start: int
    """Where it begins in the field, in code points."""
    ranges: list[tuple[int, int]]
    """Begin and end of each found word in `text`, in code points."""


class HitSource(Output):
    """Who speaks or publishes."""

    id: UUID
    name: str | None
    kind: SourceKind | None
    disclosure: Disclosure


class Hit(Output):
    """A record that was found; of a merged one its target."""

    type: HitType
    id: UUID
    url: str
    event_id: UUID | None
    event: EventName | None
    """The event that it is or belongs to; null: a document."""
    title: str | None
    """The title, or the text of the claim or question."""
    rank: Annotated[float, Field(ge=0, le=1)]
    """How well it fits, in this search alone."""
    language: str | None
    """Of the best of the words found: the first subtag."""
    highlights: list[Highlight]
    claim_id: UUID | None = None
    question_id: UUID | None = None
    stance: Stance | None = None
    source: HitSource | None = None
    """Who speaks, or publishes the document."""
    document_id: UUID | None = None
    """Where the statement is found; the document itself."""
    appearance_id: UUID | None = None
    version_id: UUID | None = None
    """The latest version of the document that has the words."""


class OtherWords(Output):
    """What a claim that was found says in another language."""

    claim_id: UUID
    language: str
    text: str
    """Its text, a translation, or that of a claim that is the same."""
    url: str
    """A search for these words in that language."""


class HitPage(Page[Hit]):
    """One page of a search."""

    other_words: list[OtherWords]
    """What claims of this page, and those that its statements are about, say in languages that were not asked for;
    without `language`, in which they were not found. At most 10."""
    latest: Annotated[
        bool,
        Field(
            description="Very many texts have these words: these are the best of the latest 10,000. Never with "
            "`event`, `count` or `facets`."
        ),
    ]


class SimilarQuery(Input):
    text: Prose
    """A claim, in words."""
    event: EventAddress | None = None
    """Only claims about this event; else about any."""
    question: Address | None = None
    """Only claims that answer this question."""
    language: Languages | None = None
    """Of the text, or several, with commas: only words in these, or in none that is told, are compared."""
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    """How many at most."""


class SimilarRead(Output):
    claim: ClaimRead
    """What was merged leads to what it was merged into."""
    text: str
    """Its text, a translation, or those of a claim that was merged into it."""
    score: Annotated[float, Field(ge=0, le=1)]
    """How alike the words are; another number, or a "not", lowers it."""
    exact: bool
    """The same words, but for case, accents and signs."""


class SimilarList(Output):
    """The most alike first."""

    items: list[SimilarRead]
