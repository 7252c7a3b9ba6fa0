"""What the words of closed lists are called."""

from collections.abc import Mapping
from typing import Final

from pydantic import ConfigDict, RootModel

from app import vocabulary
from app.schemas.common import Input
from app.schemas.forms.words import AnswerLanguageIn
from app.schemas.pictures import audits, diffs, dossiers, figures, track_records
from app.schemas.search import HitField, HitType

# By the name of the list in snake_case, as far as it has one; with the words in their order. The messages of the
# catalogues begin with these names.
WORD_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    name: vocabulary.words(closed_list)
    for name, closed_list in {
        "standing": vocabulary.Standing,
        "status": vocabulary.Status,
        "stance": vocabulary.Stance,
        "fidelity": vocabulary.Fidelity,
        "figure_state": figures.PointState,
        "qualifier": vocabulary.Qualifier,
        "explicitness": vocabulary.Explicitness,
        "measure": vocabulary.Measure,
        "why_not_live": dossiers.EndedBy,
        "question_kind": vocabulary.QuestionKind,
        "answer_kind": vocabulary.AnswerKind,
        "claim_relation": vocabulary.ClaimRelation,
        "event_relation": vocabulary.EventRelation,
        "document_relation": vocabulary.DocumentRelation,
        "link_state": vocabulary.LinkState,
        "act": vocabulary.Act,
        "certainty": vocabulary.Certainty,
        "basis": vocabulary.Basis,
        "withdrawn_by": vocabulary.WithdrawnBy,
        "location": vocabulary.Location,
        "framing": vocabulary.Framing,
        "attribution": vocabulary.Attribution,
        "place_precision": vocabulary.PlacePrecision,
        "visibility": vocabulary.Visibility,
        "source_kind": vocabulary.SourceKind,
        "disclosure": vocabulary.Disclosure,
        "reliability": vocabulary.Reliability,
        "document_kind": vocabulary.DocumentKind,
        "lifecycle": vocabulary.Lifecycle,
        "rating": vocabulary.Rating,
        "verdict": track_records.Verdict,
        "said_by": dossiers.SaidBy,
        "joined_by": dossiers.JoinedBy,
        "turn": dossiers.Turn,
        "contradiction_kind": audits.ContradictionKind,
        "self_contradiction": dossiers.SelfContradiction,
        "appearance_change": diffs.AppearanceChange,
        "operation": vocabulary.Operation,
        "hit_type": HitType,
        "hit_field": HitField,
    }.items()
} | {
    # `accused`: its `stance` is null, for it has said nothing.
    "silence": (*vocabulary.NON_ANSWERS, "accused"),
    "how_known": (*vocabulary.words(vocabulary.HowKnown), "name"),
}


class WordLabelsQuery(Input):
    lang: AnswerLanguageIn | None = None
    """The language of sentences, figures and names. Default: what Accept-Language prefers, else English."""


class Labels(RootModel[dict[str, str]]):
    """By word, all of the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contested": "оспаривается"}]})


class WordLabels(RootModel[dict[str, Labels]]):
    """By list, what a page shows instead of its words."""

    # With an enumeration the description would have a property for each, which takes five times the room.
    model_config = ConfigDict(json_schema_extra={"propertyNames": {"pattern": f"^({'|'.join(WORD_LISTS)})$"}})
