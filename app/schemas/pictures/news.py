"""What is new about one event since somebody last looked, in plain words."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from app.schemas.common import Input, Output, comma_separated
from app.schemas.fields import TimeParameter
from app.schemas.forms.words import AnswerLanguageIn

NewsKind = Literal[
    "statement", "withdrawn", "figure", "standing", "status", "silence", "quotation", "assessment", "recheck"
]


class NewsQuery(Input):
    since: TimeParameter
    """What was seen last: the `position` of an answer, or a time, through its end."""
    until: TimeParameter | None = None
    """The later moment. Default: now."""
    kind: Annotated[str, comma_separated(*get_args(NewsKind))] | None = None
    """What counts as news, with commas. Default: all."""
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class NewsItem(Output):
    kind: NewsKind
    """What of it is new: said, taken back, moved, broken, gone from its page, rated, due to be asked again."""
    question_id: UUID | None
    heading: str
    """What the question is called."""
    claim_id: UUID | None
    statement_ids: list[UUID]
    """What was newly said, taken back, quoted, or is to be asked again."""
    text: str
    """What is new, in a few plain words."""
    due: datetime | None
    """Of a recheck: since when."""


class NewsRead(Output):
    """What is new, in the dossier's order."""

    event_id: UUID
    title: str
    position: str
    """What to send as `since` the next time."""
    hint: str | None
    items: list[NewsItem]
    """Of each question; of what was newly said about one, a single item."""
