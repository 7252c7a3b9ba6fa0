"""Forms that are taken beside the documented one: where they can mean one thing; and what is told of all others."""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from app import synonyms, vocabulary
from app.schemas import claims, documents, events, findings, lines, questions, reports, sources, statements
from app.schemas.common import Input
from app.schemas.fields import Respelt, respelt_in, unquoted_in
from app.schemas.forms import numbers, words

# What only a regular expression has.
_PATTERN = re.compile(r"\^|\[[^\]]*-|\\[dws.]|\{\d|\)\*|\.\*|\(\?")
# No two of one kind: something is wrong with each of them nearly everywhere.
_WRONG: tuple[Any, ...] = (
    "^[a-z] no!",
    "",
    "\x07",
    -1.5,
    10**400,
    True,
    None,
    [],
    {"no such": 1},
    [["a"]],
    "#",
    "ref:",
)


def inputs() -> Iterator[type[Input]]:
    """Every model of what comes in."""
    assert lines.Line  # the last to be made of the others
    waiting: list[type[Input]] = [Input]
    while waiting:
        model = waiting.pop()
        yield model
        waiting += model.__subclasses__()


def told(model: type[BaseModel], body: Any) -> Iterator[tuple[str, str, str]]:
    """The kind of each error, where it is, and what is said."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        for reported in error.errors():
            yield reported["type"], str(reported["loc"]), findings.sentence(reported)


def test_no_field_of_a_body_shows_a_pattern_and_each_says_what_would_be_right() -> None:
    seen: set[str] = set()
    for model in inputs():
        for name, field in model.model_fields.items():
            for wrong in _WRONG:
                for kind, where, words_told in told(model, {field.alias or name: wrong}):
                    at = f"{model.__name__}.{name} of {wrong!r:.40}, {where}: {words_told}"
                    assert not _PATTERN.search(words_told), at
                    assert "form that is needed here" not in words_told, at
                    seen.add(kind)
                    if kind == "string_pattern_mismatch":
                        assert (
                            "such as" in words_told
                            or "{" in words_told
                            or "self" in words_told
                            or "one or more of" in words_told
                        ), at
    assert {"string_pattern_mismatch", "literal_error", "model_type", "string_type", "list_type"} <= seen


def test_every_closed_list_that_comes_in_takes_other_spellings() -> None:
    """No field of what comes in has a closed list that knows only its own words."""
    lists = {value: name for name, value in vars(vocabulary).items() if get_origin(value) is Literal}
    for model in inputs():
        if model.__name__ == "AppearanceLine":  # of what an export says itself
            continue
        for name, field in model.model_fields.items():
            annotation = field.annotation
            alone = [part for part in (annotation, *get_args(annotation)) if part in lists]
            assert not alone or field.metadata, f"{model.__name__}.{name} knows only the words of {lists[alone[0]]}"


def test_synonyms_mean_one_word_of_a_list_and_none_that_is_there() -> None:
    for closed_list, by_word in synonyms.SYNONYMS.items():
        known = vocabulary.words(getattr(vocabulary, closed_list))
        assert set(by_word) <= set(known)
        others = [synonyms.folded(other) for written in by_word.values() for other in written.split(", ")]
        assert len(others) == len(set(others)), closed_list
        assert not set(others) & {synonyms.folded(word) for word in known}, closed_list
        assert all(synonyms.meant(closed_list, word.upper().replace("_", " - ")) == word for word in known)
        assert hasattr(words, f"{closed_list}In")
    for closed_list, refused in synonyms.REFUSED.items():
        for word in ", ".join(refused).split(", "):
            assert synonyms.meant(closed_list, word) is None, word


@pytest.mark.parametrize(
    ("closed_list", "sent", "word"),
    [
        *(("Stance", sent, "deny") for sent in ("denied", "denies", "DENY", " rejects ")),
        *(("Stance", sent, "no_comment") for sent in ("no comment", "No-Comment", "NO_COMMENT", "declined to comment")),
        *(("Qualifier", sent, "at_least") for sent in ("at least", "At-Least", "no fewer than", ">=")),
        *(("Qualifier", sent, "about") for sent in ("approximately", "approx.", "roughly", "~")),
        *(("Qualifier", sent, "at_most") for sent in ("up to", "no more than", "maximum")),
        *(("Qualifier", sent, "more_than") for sent in ("over", "above", "more than")),
        *(("Measure", sent, "killed") for sent in ("deaths", "Dead", "fatalities")),
        ("DocumentKind", "press release", "press_release"),
        ("SourceKind", "news agency", "agency"),
        ("Reliability", "a", "A"),
        ("Stance", "doubts", None),
        ("Qualifier", "nearly", "about"),
        *(
            ("Stance", sent, "no_comment")
            for sent in ("did not respond", "has not answered", "no answer", "refused to comment")
        ),
        *(
            ("Stance", sent, "no_information")
            for sent in ("could not confirm", "can’t confirm", "unknown", "unclear", "not yet known")
        ),
        *(("Measure", sent, "killed") for sent in ("death toll", "toll", "dead")),
        ("Stance", "", None),
    ],
)
def test_words_that_others_use(closed_list: str, sent: str, word: str | None) -> None:
    assert synonyms.meant(closed_list, sent) == word


@pytest.mark.parametrize(
    ("body", "says"),
    [
        *(({"stance": sent}, "told with `withdrawn`") for sent in ("retracted", "Withdrawn", "took back")),
        ({"stance": "refused"}, "who refuses to comment is told as `no_comment`"),
        ({"stance": "suport"}, "did you mean `support`?"),
        ({"measure": "casualties"}, "killed and injured"),
        ({"measure": "victims"}, "killed or injured"),
        *(
            ({"measure": sent}, f'{{"measure": "other", "subject": "{sent}", "unit": "persons"}}')
            for sent in ("survivors", "aboard", "rescued", "evacuated")
        ),
        ({"measure": "fatalites"}, "did you mean `killed`?"),
    ],
)
def test_a_word_of_no_list_is_told_as_what_it_is(body: dict[str, Any], says: str) -> None:
    model = statements.StatementInClaim if "stance" in body else questions.QuestionCreate
    ((_, _, words_told),) = told(model, body)
    assert says in words_told


@pytest.mark.parametrize(
    "body",
    [
        *(
            {"stance": sent}
            for sent in ("could not conform to it", "refused", "unconfirmed", "unsupported", "retracted")
        ),
        *({"measure": sent} for sent in ("casualties", "causalties of war", "casualities", "unhurt")),
    ],
)
def test_no_word_of_another_meaning_is_offered(body: dict[str, Any]) -> None:
    model = statements.StatementInClaim if "stance" in body else questions.QuestionCreate
    ((_, _, words_told),) = told(model, body)
    assert "did you mean" not in words_told


@pytest.mark.parametrize(
    ("sent", "qualifier", "low", "high"),
    [
        *((sent, "exact", 74, 74) for sent in (74, 74.0, "74", " 74 ", "٧٤")),
        *((sent, "at_least", 20, None) for sent in ("at least 20", "At-least 20", "20+", "20 or more", "≥20", ">= 20")),
        *((sent, "about", 30, 30) for sent in ("about 30", "~30", "approximately 30", "ca. 30")),
        *((sent, "more_than", 20, None) for sent in ("over 20", "more than 20", ">20")),
        *((sent, "at_most", None, 20) for sent in ("up to 20", "no more than 20", "20 or fewer")),
        *((sent, "between", 20, 30) for sent in ("20-30", "20 – 30", "20 to 30", "between 20 and 30", "from 20 to 30")),
        *((sent, "dozens", None, None) for sent in ("dozens", "Dozens of")),
        *((sent, "tens", None, None) for sent in ("десятки", "Десятки", "عشرات", "decenas")),
        *((sent, "hundreds", None, None) for sent in ("сотни", "сотні", "des centaines", "مئات")),
        *((sent, "at_least", 38, None) for sent in ("не менее 38", "щонайменше 38", "mindestens 38", "au moins 38")),
        *((sent, "at_least", 38, None) for sent in ("al menos 38", "38 или более", "38 على الأقل")),
        *((sent, "about", 40, 40) for sent in ("около 40", "environ 40", "nearly 40", "almost 40", "حوالي ٤٠")),
        *((sent, "more_than", 20, None) for sent in ("более 20", "понад 20", "ma\u0301s de 20")),
        *((sent, "at_most", None, 30) for sent in ("до 30", "as many as 30", "jusqu’à 30", "bis zu 30")),
        *((sent, "exact", 12_000, 12_000) for sent in ("12 000", "12\u202f000", "12'000")),
        ("1,200,000", "exact", 1_200_000, 1_200_000),
    ],
)
def test_a_figure_by_a_number_or_a_text_alone(sent: Any, qualifier: str, low: float | None, high: float | None) -> None:
    figure = claims.Figure.model_validate(sent)
    assert (figure.qualifier, figure.min, figure.max) == (qualifier, low, high)
    change = claims.FigureChange.model_validate(sent)
    assert change.model_fields_set >= {"qualifier", "min", "max"}
    assert (change.qualifier, change.min, change.max) == (qualifier, low, high)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        *(
            (sent, 'a figure is a number, 74, a text such as "at least 20"')
            for sent in ("many", "74 people", "30 to 20", "20 and 30", "")
        ),
        ("1,000", "is it 1000 or 1.000"),
        ("1.000", "thousands"),
        ("at least 1.000", "thousands"),
        ("десятки людей", "without what is counted"),
        ("thirty", "in digits"),
        ("38 (preliminary)", '"preliminary": true'),
        ("all aboard", "`all` needs `of`"),
        ({"qualifier": "at_most", "min": 42}, "put 42 in max"),
        ({"qualifier": "at_least", "max": 2.5}, "put 2.5 in min"),
        (True, 'an object is needed here: {"qualifier"'),
        ([74], "an object is needed here"),
    ],
)
def test_what_is_no_figure_or_may_be_two_is_told(sent: Any, says: str) -> None:
    body = {"question": {"measure": "injured"}, "figure": sent}
    ((_, where, words_told),) = told(claims.ClaimCreate, body)
    assert says in words_told
    assert "figure" in where


def test_a_figure_that_was_read_out_of_words_says_so() -> None:
    def respelt(sent: Any) -> list[str]:
        return [words_sent.sent for _, words_sent in respelt_in(claims.Figure.model_validate(sent), "")]

    assert respelt("at least 20") == ["at least 20"]
    assert respelt("десятки") == ["десятки"]
    assert respelt({"qualifier": "up to", "max": 3}) == ["up to"]
    assert respelt(74) == respelt("74") == respelt("dozens") == respelt({"qualifier": "At Least", "min": 3}) == []
    assert isinstance(numbers.figure("20+")["qualifier"], Respelt)


def test_a_text_alone_where_an_object_is_meant() -> None:
    claim = claims.ClaimCreate.model_validate("It was a drone")
    assert claim == claims.ClaimCreate(text="It was a drone")
    asked = claims.ClaimCreate.model_validate({"text": "T", "question": "What caused it?"}).question
    assert asked == questions.QuestionCreate(text="What caused it?")
    counted = claims.ClaimCreate.model_validate({"figure": 74, "question": "deaths"}).question
    assert isinstance(counted, questions.QuestionCreate)
    assert counted.measure == "killed"
    report = reports.ReportCreate.model_validate({"document": "https://n.example/1", "events": ["zagorsk-2023"]})
    assert report.document == documents.DocumentCreate(url="https://n.example/1")
    assert report.events[0].event == "zagorsk-2023"
    assert sources.SourceCreate(name="N", aliases=["M"]).aliases == [sources.Alias(name="M")]  # type: ignore[list-item]
    assert claims.ClaimCreate.model_validate({"text": "T", "question": "ref:cause"}).question == "ref:cause"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"document": "Some newspaper"}, '{"url": …}'),
        ({"document": "news.example/1"}, "https://news.example/1"),
        ({"events": ["An explosion"]}, '{"ref": …, "title": …}'),
        ({"events": [{"event": "e", "claims": ["ref:there"]}]}, "a claim is described here"),
        ({"events": [{"event": "e", "claims": ['{"text": "encoded twice"}']}]}, "not a text that holds one"),
        ({"events": [{"event": "e", "claims": [{"text": "T", "statements": ["A ministry"]}]}]}, '{"source": …'),
        ({"events": [{"event": {"slug": "e"}}]}, "such as ref:"),
        ({"document": {"url": "https://n.example/1", "kind": "artcle"}}, "did you mean `article`?"),
        ({"document": {"url": "https://n.example/1", "kind": "tweat"}}, "did you mean `post`?"),
    ],
)
def test_a_text_that_may_be_two_things_is_told_the_right_form(body: dict[str, Any], says: str) -> None:
    ((_, _, words_told),) = told(reports.ReportCreate, {"events": ["e"]} | body)
    assert says in words_told


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"hops": "Euronews"}, 'a list is needed here: ["Euronews"]'),
        ({"hops": {"source": "Euronews"}}, 'a list is needed here: [{"source": {"name": …}}]'),
        ({"hops": [{"name": "Euronews"}]}, '{"source": {"name": …}}'),
        ({"said": 1735200000}, '"2024-12-27"'),
        ({"withdrawn": True}, '"2024-12-27"'),
    ],
)
def test_a_list_a_step_and_a_time_are_told_as_they_are_written(body: dict[str, Any], says: str) -> None:
    ((_, _, words_told),) = told(statements.StatementInClaim, body)
    assert says in words_told


def test_a_figure_of_what_is_no_measure_is_told_how_to_measure_it() -> None:
    ((_, _, words_told),) = told(claims.ClaimCreate, {"question": "aboard", "figure": 10})
    assert '{"measure": "other", "subject": "aboard", "unit": "persons"}' in words_told
    assert not list(told(claims.ClaimCreate, {"question": "Survivors", "text": "Ten survived"}))


def test_a_list_is_told_by_what_stands_in_it() -> None:
    bodies: list[tuple[type[BaseModel], Any, str]] = [
        (sources.SourceCreate, {"name": "N", "aliases": "M"}, '["…"]'),
        (events.EventCreate, {"title": "T", "tags": 1}, "[…]"),
        (claims.ClaimCreate, {"text": "T", "statements": {"source": "A"}}, '[{"source": …, "wording": …}]'),
        (claims.ClaimCreate, {"text": "T", "statements": "A"}, '[{"source": …, "wording": …}]'),
    ]
    for model, body, list_told in bodies:
        ((_, _, words_told),) = told(model, body)
        assert words_told == f"a list is needed here: {list_told}"


def test_a_key_with_spaces_is_folded_and_says_so() -> None:
    event = events.EventCreate.model_validate({"title": "T", "kind": " Plane  Crash ", "tags": ["Fire", "Air Raid"]})
    assert (event.kind, event.tags) == ("plane_crash", ["fire", "air_raid"])
    changed = {pointer: (str(words_sent), words_sent.sent) for pointer, words_sent in respelt_in(event, "")}
    assert changed == {"/kind": ("plane_crash", " Plane  Crash "), "/tags/1": ("air_raid", "Air Raid")}
    for wrong in ("Авиакатастрофа", "plane, crash", " "):
        ((_, _, words_told),) = told(events.EventCreate, {"title": "T", "kind": wrong})
        assert "1 to 64 Latin letters" in words_told


def test_people_are_persons_and_have_no_halves() -> None:
    question = questions.QuestionCreate.model_validate({"measure": "other", "unit": "People"})
    assert [(at, str(unit)) for at, unit in respelt_in(question, "")] == [("/unit", "persons")]
    stored = lines.QuestionLine.model_validate(
        {"type": "question", "id": str(uuid4()), "event": "e", "measure": "other", "unit": "people"}
    )
    assert (stored.unit, list(respelt_in(stored, ""))) == ("people", [])
    assert vocabulary.counts_things("other", "persons")
    assert vocabulary.counts_things("other", "people")
    assert vocabulary.counts_things("killed", None)
    for measure, unit in (("other", "tonnes"), ("other", "million persons"), ("distance", None), (None, "persons")):
        assert not vocabulary.counts_things(measure, unit)


def test_numbers_in_quotes_that_are_taken_as_a_range_are_told_as_both() -> None:
    figure = claims.Figure.model_validate({"min": "2", "max": "5"})
    assert {name: told.sent for name, told in unquoted_in(figure).items()} == {"min": "2", "max": "5"}
    assert isinstance(figure.qualifier_as_taken, Respelt)
    assert not isinstance(claims.Figure.model_validate({"min": "2", "max": "2"}).qualifier_as_taken, Respelt)
    assert not unquoted_in(claims.Figure.model_validate({"min": 2, "max": 5}))
