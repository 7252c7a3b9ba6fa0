"""What the words of closed lists are called."""

from pydantic import ConfigDict, RootModel

from app.schemas.common import Input, Output
from app.schemas.forms.words import AnswerLanguageIn


class WordLabelsQuery(Input):
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class Labels(RootModel[dict[str, str]]):
    """By word, all of the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contested": "оспаривается"}]})


class WordLabels(Output):
    """What a page shows instead of the words of closed lists."""

    standing: Labels
    status: Labels
    stance: Labels
    fidelity: Labels
    figure_state: Labels
    qualifier: Labels
    explicitness: Labels
    measure: Labels
    why_not_live: Labels
    """Of its `reason`."""
