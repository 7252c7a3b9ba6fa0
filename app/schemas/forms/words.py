"""The closed lists as they come in: in any case, with spaces or hyphens, and in words that others use."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema, WrapValidator

from app import synonyms, vocabulary
from app.schemas.fields import Respelt

_CALLED: Final = "This is what it is called here."


def _taken(closed_list: str) -> WrapValidator:
    """Reads a word of the list. What differs from it by more than its spelling is told in the answer."""
    words = frozenset(vocabulary.words(getattr(vocabulary, closed_list)))

    def read(sent: Any, check: Callable[[Any], str]) -> str:
        if type(sent) is str and sent in words:  # nearly all are
            return sent
        if not isinstance(sent, str):
            return check(sent)
        word = check(synonyms.meant(closed_list, sent) or str(sent))
        if isinstance(sent, Respelt):
            return sent
        return word if synonyms.folded(word) == synonyms.folded(sent) else Respelt(word, sent, _CALLED)

    return WrapValidator(read)


def _without_region(sent: Any) -> Any:
    """A browser's language, `ru-RU`, as far as answers differ by it."""
    return re.split("[-_]", sent, maxsplit=1)[0] if isinstance(sent, str) else sent


def record_type(sent: Any) -> Any:
    """The type of a record as it is written here: `Source Link` is `source_link`."""
    return synonyms.folded(sent).replace(" ", "_") if isinstance(sent, str) else sent


def _any_of(example: str) -> tuple[WrapValidator, WithJsonSchema]:
    """In a filter: one of the words of a list, or several with commas, any of which may fit."""

    def read(sent: Any, check: Callable[[Any], str]) -> str:
        return ",".join(check(word.strip()) for word in sent.split(",")) if isinstance(sent, str) else check(sent)

    return WrapValidator(read), WithJsonSchema({"type": "string", "examples": [example]})


SourceKindIn = Annotated[vocabulary.SourceKind, _taken("SourceKind")]
DisclosureIn = Annotated[vocabulary.Disclosure, _taken("Disclosure")]
ReliabilityIn = Annotated[vocabulary.Reliability, _taken("Reliability")]
DocumentKindIn = Annotated[vocabulary.DocumentKind, _taken("DocumentKind")]
LifecycleIn = Annotated[vocabulary.Lifecycle, _taken("Lifecycle")]
DocumentRelationIn = Annotated[vocabulary.DocumentRelation, _taken("DocumentRelation")]
HowKnownIn = Annotated[vocabulary.HowKnown, _taken("HowKnown")]
LinkStateIn = Annotated[vocabulary.LinkState, _taken("LinkState")]
SourceRelationIn = Annotated[vocabulary.SourceRelation, _taken("SourceRelation")]
SourceLinkKnownIn = Annotated[vocabulary.SourceLinkKnown, _taken("SourceLinkKnown")]
VisibilityIn = Annotated[vocabulary.Visibility, _taken("Visibility")]
PlacePrecisionIn = Annotated[vocabulary.PlacePrecision, _taken("PlacePrecision")]
EventRelationIn = Annotated[vocabulary.EventRelation, _taken("EventRelation")]
QuestionKindIn = Annotated[vocabulary.QuestionKind, _taken("QuestionKind")]
AnswerKindIn = Annotated[vocabulary.AnswerKind, _taken("AnswerKind")]
MeasureIn = Annotated[vocabulary.Measure, _taken("Measure")]
QualifierIn = Annotated[vocabulary.Qualifier, _taken("Qualifier")]
StanceIn = Annotated[vocabulary.Stance, _taken("Stance")]
ActIn = Annotated[vocabulary.Act, _taken("Act")]
ExplicitnessIn = Annotated[vocabulary.Explicitness, _taken("Explicitness")]
CertaintyIn = Annotated[vocabulary.Certainty, _taken("Certainty")]
BasisIn = Annotated[vocabulary.Basis, _taken("Basis")]
WithdrawnByIn = Annotated[vocabulary.WithdrawnBy, _taken("WithdrawnBy")]
LocationIn = Annotated[vocabulary.Location, _taken("Location")]
FramingIn = Annotated[vocabulary.Framing, _taken("Framing")]
AttributionIn = Annotated[vocabulary.Attribution, _taken("Attribution")]
ClaimRelationIn = Annotated[vocabulary.ClaimRelation, _taken("ClaimRelation")]
SchemeIn = Annotated[vocabulary.Scheme, _taken("Scheme")]
RatingIn = Annotated[vocabulary.Rating, _taken("Rating")]
IndependenceIn = Annotated[vocabulary.Independence, _taken("Independence")]
AnswerViewIn = Annotated[vocabulary.AnswerView, _taken("AnswerView")]
DossierOrderIn = Annotated[vocabulary.DossierOrder, _taken("DossierOrder")]
AnswerLanguageIn = Annotated[vocabulary.AnswerLanguage, _taken("AnswerLanguage"), BeforeValidator(_without_region)]

# In filters.
StancesIn = Annotated[StanceIn, *_any_of("support,deny")]
ExplicitnessesIn = Annotated[ExplicitnessIn, *_any_of("implied,inferred")]
