"""What pydantic reports, as a problem: where in the body it is, and what would be right there."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from app import jsontext, synonyms, vocabulary
from app.errors import Invalid, Problem, TooLarge
from app.schemas import addresses
from app.schemas.addresses import INLINE, NAME, REFERENCE
from app.schemas.common import LONG_LIST_ITEMS
from app.schemas.fields import Misfit
from app.schemas.forms import misnamed
from app.schemas.forms.misnamed import LIKE_ENOUGH
from app.vocabulary import COUNTRY_PATTERN, KEY_PATTERN, REF_PATTERN, SLUG_PATTERN

_ERRORS_TOLD: Final = 100
_ERRORS_READ: Final = 10_000  # pydantic gives all at once, and nobody else has a turn meanwhile
_LONG_LIST: Final = ("too_long", "List", LONG_LIST_ITEMS)
_ANY_OF_WORDS: Final = re.compile(r"\^\\b\(,\?\\b\(([a-z_|]+)\)\\b\)\+\$")
_REF: Final = "1 to 200 letters, digits and . _ : ~ @ -"
# What fits each pattern, in words: nobody has to read the pattern.
_RIGHT: Final = {
    REF_PATTERN: f"a ref has {_REF}, such as ria:2023-08-09:1",
    SLUG_PATTERN: "a slug has lower-case letters a-z, digits and single hyphens between them, such as zagorsk-2023",
    KEY_PATTERN: "a key is a word of your own: 1 to 64 Latin letters a-z, digits, _ and -, such as plane_crash",
    COUNTRY_PATTERN: "a country is its two letters in ISO 3166-1, such as RU",
    addresses.ADDRESS_PATTERN: f"a record is named by its id (a UUID), or by ref: and its ref ({_REF}), such as "
    "ref:ria:2023-08-09:1",
    addresses.EVENT_ADDRESS_PATTERN: f"a record is named by its id (a UUID), or by ref: and its ref ({_REF}); an "
    "event also by its slug, in lower case, such as zagorsk-2023",
    addresses.REFERENCE_PATTERN: f"a record is named by its id (a UUID), by ref: and its ref ({_REF}), or by the "
    "#label that it has in this body, such as ref:ria:2023-08-09:1",
    addresses.LABEL_PATTERN: "a label is # and 1 to 100 letters, digits and . _ : ~ @ -, such as #31",
    "^self$": "self is all that can stand here",
    "^[a-z-]{1,40}$": "lower-case letters and hyphens, such as not-found",
}
# Where a record may be described in place, by the name of its member.
_IN_PLACE: Final = {
    **dict.fromkeys(("document", "documents", "to"), 'a document that is described here is an object: {"url": …}'),
    **dict.fromkeys(
        ("source", "publisher", "author", "parent"), 'a name that begins so stands in an object: {"name": …}'
    ),
    "question": 'a question that is described here is an object: {"text": …}',
    "events": 'an event that is described here is an object: {"ref": …, "title": …}',
}
# An object, by the name of its member.
_OBJECTS: Final = {
    "statements": '{"source": …, "wording": …}',
    "claims": '{"text": …}',
    "questions": '{"text": …}',
    "question": '{"text": …}',
    "events": '{"ref": …, "title": …}',
    "event_links": '{"relation": "same_site", "to": …}',
    "claim_links": '{"from": …, "relation": "contradicts", "to": …}',
    "links": '{"relation": "translation_of", "to": {"url": …}}',
    "assessments": '{"claim": …, "author": …, "scheme": "veracity", "rating": "unverified"}',
    "figure": '{"qualifier": "at_least", "min": 74}, or a number, 74',
    "aliases": '{"name": …}',
    **dict.fromkeys(("document", "documents"), '{"url": …}'),
    **dict.fromkeys(("source", "publisher", "author", "parent"), '{"name": …}'),
    "hops": '{"source": {"name": …}}',
    "external_ids": '{"wikidata": "Q4193"}',
    "translations": '{"fr": …}',
    "items": '{"type": "source", "ref": …}',
}
# A text alone in a list, by the name of the list.
_TEXTS_IN_LISTS: Final = {"hops": '"Euronews"', "aliases": '"…"', "tags": '"explosion"', "documents": '"https://…"'}
# A text that names a record.
_NAMES_A_RECORD: Final = (
    *("event", "claim", "question", "source", "document", "statement", "version", "supersedes", "withdrawn_document"),
    *("of", "from", "to", "parent", "author", "publisher", "into"),
)
_TIMES: Final = ("said", "withdrawn", "published", "retracted", "occurred", "made")
_EXTERNAL_SYSTEM: Final = "a system's name has 1 to 64 letters, digits and _ . : -, such as wikidata"
_RIGHT_BY_NAME: Final = {
    "ExternalIds": _EXTERNAL_SYSTEM,
    "Change-Reason": "a reason is one line of text, without control characters",
    "Idempotency-Key": "a key is 1 to 255 visible ASCII characters, in double quotes or without",
}
# Pydantic's words where they say less than they could.
_SENTENCES: Final = {
    "extra_forbidden": "there is no field of this name here",
    "missing": "this is needed",
    "none_required": "null is all that can stand here",
    "string_type": "a text is needed here, in double quotes",
    "finite_number": "a number is needed here that a double can hold",
    "uuid_parsing": "an id is a UUID: 01890a5d-ac96-774b-bcce-b302099a8057",
    "uuid_type": "an id is a UUID: 01890a5d-ac96-774b-bcce-b302099a8057",
    "timezone_aware": "a time needs its offset from UTC: 2023-08-09T13:24:00+03:00 or …Z",
    "bool_type": "true or false is needed here",
    "bool_parsing": "true or false is needed here",
    "int_parsing": "a whole number is needed here",
    "int_from_float": "a whole number is needed here",
    "int_type": "a whole number is needed here",
    "float_parsing": "a number is needed here, without quotes",
    "float_type": "a number is needed here",
}

# Of what is counted and no measure: in a query it is no object.
_AS_FIGURE: Final = re.compile(r'this is told as \{"measure": "other", "subject": "(\w+)".*?\}')

_BOUNDS: Final = {
    "greater_than_equal": "at least {ge} is needed here",
    "less_than_equal": "at most {le} is possible here",
    "too_short": "at least {min_length} is needed here",
    "string_too_short": "at least {min_length} characters are needed here",
    "string_too_long": "longer than {max_length} characters",
}
_QUOTED: Final = re.compile("'([^']+)'")
_WORD_CHARACTERS: Final = 100
_LETTERS_TO_A_SLIP: Final = 4  # of a word that was misspelt
# What turns a word into its opposite.
_TURNING: Final = ("un", "in", "dis", "non", "non ", "not ", "no ", "mis")


@dataclass(frozen=True, slots=True)
class Description:
    """The JSON schema of a body."""

    document: Any
    """What its references lead into."""
    schema: Any

    def members(self, location: Sequence[str | int]) -> list[str]:
        """The names of the members that an object at this place may have, by pydantic's steps to it."""
        schemas = self._alternatives(self.schema)
        for step in location:
            if step not in (REFERENCE, INLINE, NAME):
                schemas = [part for schema in schemas for part in self._alternatives(_at_step(schema, step))]
        return sorted({name for schema in schemas for name in schema.get("properties", {})})

    def _alternatives(self, schema: Any) -> list[dict[str, Any]]:
        """The schemas that one stands for: what it refers to, and what it may be."""
        if "$ref" in schema:
            target = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            return self._alternatives(target)
        choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
        return [schema, *(part for choice in choices for part in self._alternatives(choice))]


def _at_step(schema: dict[str, Any], step: str | int) -> Any:
    return (schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)) or {}


def reported(error: ValidationError) -> list[Any]:
    """What is wrong, as pydantic reports it, as far as it is told; only how much it is, where it is too much."""
    count = error.error_count()
    if count > _ERRORS_READ:
        words = f"{count:,} things are wrong here, most likely of few kinds: send a small part of it to see which"
        return [{"type": "value_error", "loc": (), "msg": words, "input": None}]
    return error.errors(include_url=False)[:_ERRORS_TOLD]


def problem(reported: Sequence[Any], body: Any, noun: str, description: Description | None = None) -> Problem:
    """Pydantic's errors as one problem, each with a pointer into the body or the name of the parameter.

    The first step of each location says where the input came from, as FastAPI has it: `body`, `query` … `description`:
    of the body, for what there is in place of a member that there is not.
    """
    entries: list[dict[str, str]] = []
    too_long: list[dict[str, str]] = []
    for error in reported[:_ERRORS_TOLD]:
        source, *location = error["loc"] or ("body",)
        if source in ("query", "path", "header"):
            address = {"parameter": str(location[0]) if location else str(source)}
        else:
            address = {"pointer": pointer(location, body, error["type"]) + member(error)}
        entry = address | {"detail": sentence(error)}
        if description is not None and error["type"] == "extra_forbidden":
            entry["detail"] = misnamed.no_such("field", str(location[-1]), description.members(location[:-1]))
        if source == "query":
            entry["detail"] = _AS_FIGURE.sub(r"narrow by measure=other&subject=\1", entry["detail"])
        if entry not in entries:
            entries.append(entry)
        if _is_long_list(error):
            too_long.append(entry)
    if too_long:
        return TooLarge(f"The {noun} carries more than it may. Send several.", errors=too_long)
    return Invalid(f"Something in the {noun} can't be used as it is.", entries)


def member(error: Any) -> str:
    """As the end of a pointer, the member of an object at which it is told what is wrong between several."""
    cause = error.get("ctx", {}).get("error")
    return f"/{cause.member}" if isinstance(cause, Misfit) else ""


def _is_long_list(error: Any) -> bool:
    """Whether a list has too many for one body; a short one, of aliases for example, is just wrong."""
    context = error.get("ctx", {})
    return (error["type"], context.get("field_type"), context.get("max_length")) == _LONG_LIST


def sentence(error: Any) -> str:
    """What is wrong in one place, and what would be right."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return right(context["pattern"], error["loc"]) + _words_meant(error.get("input"), context["pattern"])
    if kind == "too_long":
        many = f"{context['actual_length']:,} are too many" if context["actual_length"] else "too many"
        return f"{many}: at most {context['max_length']:,}"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**context)
    if kind == "float_type" and isinstance(error.get("input"), int):  # with more digits than any double
        kind = "finite_number"
    return _by_place(error) or _SENTENCES.get(kind) or error["msg"].removeprefix("Value error, ")


def _by_place(error: Any) -> str | None:
    """What it takes the member's name or the value to tell."""
    kind, location = error["type"], error["loc"]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        described = [_OBJECTS[step] for step in location if step in _OBJECTS]
        return f"an object is needed here: {described[-1] if described else '{…}'}"
    if kind == "list_type":
        return f"a list is needed here: {_in_a_list(error.get('input'), location)}"
    if kind == "string_type" and location and location[-1] in _TIMES:
        return 'a time is needed here, as a text: "2024-12-27"'
    if kind == "string_type" and location and location[-1] in _NAMES_A_RECORD:
        return f"a text is needed here: {_RIGHT[addresses.ADDRESS_PATTERN]}"
    return _word_meant(error.get("input"), error["ctx"]["expected"]) if kind == "literal_error" else None


def _in_a_list(sent: Any, location: Sequence[str | int]) -> str:
    """A list of one, of what may stand there: of a text where one was sent."""
    name = str(location[-1]) if location else ""
    inside = _TEXTS_IN_LISTS.get(name) if isinstance(sent, str) else None
    return f"[{inside or _OBJECTS.get(name, '…')}]"


@lru_cache
def _closed_list(words: tuple[str, ...]) -> str | None:
    return next((name for name in synonyms.SYNONYMS if vocabulary.words(getattr(vocabulary, name)) == words), None)


def _word_meant(sent: Any, expected: str) -> str:
    """The words that there are, and the one that is nearly what stands there; `expected`: pydantic's list of them."""
    choices = f"one of these is needed here: {expected}"
    words = tuple(_QUOTED.findall(expected))
    if not isinstance(sent, str) or not words:
        return choices
    closed_list = _closed_list(words)
    if closed_list and (why := synonyms.why_refused(closed_list, sent)):
        return f"{why}; {choices}"
    # `-said` is folded as `said` is: the first of the two stands for both, and the sign is put before it again.
    spellings = (
        synonyms.spellings(closed_list) if closed_list else {synonyms.folded(word): word for word in words[::-1]}
    )
    nearest = _misspelt(synonyms.folded(sent[:_WORD_CHARACTERS]), spellings)
    if nearest is None:
        return choices
    backwards = f"-{spellings[nearest]}"
    meant = backwards if sent.startswith("-") and backwards in words else spellings[nearest]
    return f"{choices}; did you mean `{meant}`?"


def meant(sent: Any, words: Sequence[str]) -> str:
    """`; did you mean `report`?`, of a word that is nearly one of these; empty where none is near."""
    nearest = (
        _misspelt(synonyms.folded(sent[:_WORD_CHARACTERS]).replace(" ", "_"), words) if isinstance(sent, str) else None
    )
    return f"; did you mean `{nearest}`?" if nearest else ""


def _words_meant(sent: Any, pattern: str) -> str:
    """Of a parameter that takes words of a list with commas: which ones may be meant by those that are none of it."""
    listed = _ANY_OF_WORDS.fullmatch(pattern)
    if listed is None or not isinstance(sent, str):
        return ""
    words = listed[1].split("|")
    misspelt = [word.strip() for word in sent[:_WORD_CHARACTERS].split(",") if word.strip() not in words]
    meant = dict.fromkeys(filter(None, (_misspelt(word.casefold(), words) for word in misspelt)))
    return f"; did you mean {', '.join(f'`{word}`' for word in meant)}?" if meant else ""


def _misspelt(sent: str, spellings: Collection[str]) -> str | None:
    """What a word is a slip of. Words may be as like and mean another thing: `unconfirmed`, `casualties`."""
    slips = max(1, len(sent) // _LETTERS_TO_A_SLIP)
    for candidate, *_ in process.extract(
        sent, list(spellings), scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH, limit=None
    ):
        turned = any(sent == prefix + candidate or candidate == prefix + sent for prefix in _TURNING)
        if not turned and OSA.distance(sent, candidate, score_cutoff=slips) <= slips:
            return candidate
    return None


def right(pattern: str, location: Sequence[str | int] = ()) -> str:
    """What fits a pattern, in words."""
    if words := _ANY_OF_WORDS.fullmatch(pattern):
        return f"one or more of {', '.join(words[1].split('|'))} are needed here, with commas and without spaces"
    if "external_ids" in location:
        return _EXTERNAL_SYSTEM
    if pattern == addresses.EVENT_ADDRESS_PATTERN and "events" in location[-3:]:
        return f"{_RIGHT[pattern]}; {_IN_PLACE['events']}"
    if pattern == addresses.REFERENCE_PATTERN and REFERENCE in location:
        described = [words for name, words in _IN_PLACE.items() if name in location[-3:]]
        return "; ".join([_RIGHT[pattern], *described[-1:]])
    return _RIGHT.get(pattern) or next(
        (words for name, words in _RIGHT_BY_NAME.items() if name in location), "not in the form that is needed here"
    )


def pointer(location: Sequence[str | int], body: Any, kind: str) -> str:
    """A JSON pointer (RFC 6901): of pydantic's steps those that are steps in the body, not in a model's union.

    `kind`: pydantic's type of the error. The last step to a `missing` field leads to what is not in the body.
    """
    steps: list[str] = []
    value = body
    for nth, step in enumerate(location):
        if step in (REFERENCE, INLINE, NAME):
            continue
        inside = step in value if isinstance(value, dict) else isinstance(step, int) and isinstance(value, list)
        if inside:
            value = value[step]
        elif kind != "missing" or nth != len(location) - 1:
            continue
        steps.append(str(step))
    return jsontext.pointer(steps)
