"""What to show of whom: of origins, series and silences their names, of questions a heading, each in the language."""

import re
from typing import Any, get_args

import make
import pytest
from scenes import EVENT, WHAT, claim, claims, drawn, found_in, rows, said

from app.derive.pictures import labels
from app.derive.pictures.matrix import matrix
from app.derive.pictures.series import series
from app.derive.pictures.timeline import timeline
from app.derive.rules.rows import View
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead
from app.texts.messages import wording
from app.texts.messages.wording import Wording
from app.vocabulary import AnswerLanguage, Measure

MINISTRY = make.read(SourceRead, name="Ministry", party="russia")
SPOKESMAN = make.read(SourceRead, name="Spokesman", parent_id=MINISTRY.id)
MAYOR = make.read(SourceRead, name="Mayor", party="russia")
DOCTOR, NURSE = (make.read(SourceRead, name=None, disclosure="anonymous", role=role) for role in ("doctor", None))
RESIDENTS, OTHER_RESIDENTS, NEIGHBOURS = (
    make.read(SourceRead, name=name, disclosure="group") for name in ("residents", "Residents", "neighbours")
)
STORY = make.read(DocumentRead, title="Blast injures dozens", url="https://news.example/1")
UNTITLED = make.read(DocumentRead, title=None, url="https://news.example/2")
SUBJECT = claim("A drone", question_id=WHAT.id)
CHANNEL = make.read(SourceRead, name="Channel")


def by(source: SourceRead | None, document: DocumentRead | None = None, **fields: Any) -> tuple[StatementRead, Any]:
    statement = said(SUBJECT, source, said="2023-08-09", **fields)
    return statement, found_in(statement, document) if document else None


def origin_names(*spoken: tuple[StatementRead, AppearanceRead | None], **view: Any) -> list[str]:
    event_rows = rows(
        questions=[WHAT],
        claims=[SUBJECT],
        statements=[statement for statement, _ in spoken],
        appearances=[appearance for _, appearance in spoken if appearance],
        sources=[MINISTRY, SPOKESMAN, MAYOR, DOCTOR, NURSE, CHANNEL, RESIDENTS, OTHER_RESIDENTS, NEIGHBOURS],
        documents=[STORY, UNTITLED],
    )
    (shown,) = claims(drawn(event_rows, View(restricted=True, confidential=True, **view)))
    return [origin.name for origin in shown.origins["support"]]


def test_an_origin_is_called_as_whoever_it_goes_by() -> None:
    assert origin_names(by(SPOKESMAN)) == ["Spokesman"]
    assert origin_names(by(SPOKESMAN), by(MINISTRY)) == ["Ministry"]
    statement, _ = by(DOCTOR)
    hop = make.read(HopRead, source_id=CHANNEL.id, state="confirmed")
    assert origin_names((statement, found_in(statement, STORY, hops=[hop]))) == ["Channel"]


def test_nobody_speaks_under_the_title_of_a_document() -> None:
    """An unnamed source of which only documents are known is called as in every sentence."""
    french, russian = {"wording": Wording("fr")}, {"wording": Wording("ru")}
    assert origin_names(by(DOCTOR, STORY)) == ["an unnamed source (doctor)"]
    assert origin_names(by(NURSE, STORY), **french) == ["une source anonyme"]
    assert origin_names(by(DOCTOR, STORY), by(NURSE, STORY)) == ["unnamed sources (“Blast injures dozens”)"]
    several = by(DOCTOR, STORY), by(NURSE, STORY)
    assert origin_names(*several, **russian) == ["неназванные источники («Blast injures dozens»)"]
    assert origin_names(by(DOCTOR, UNTITLED), by(NURSE, UNTITLED)) == ["unnamed sources (“https://news.example/2”)"]


def test_unnamed_sources_are_called_as_they_are_described() -> None:
    """Where the document has no title, its address says less than what is known of them."""
    alike = by(RESIDENTS, UNTITLED), by(OTHER_RESIDENTS, UNTITLED)
    assert origin_names(*alike) in (["residents"], ["Residents"])
    assert origin_names(*alike, wording=Wording("fr")) == origin_names(*alike)
    assert origin_names(by(RESIDENTS, STORY), by(OTHER_RESIDENTS, STORY)) == origin_names(*alike)
    differing = by(RESIDENTS, UNTITLED), by(NEIGHBOURS, UNTITLED)
    assert sorted(origin_names(*differing)[0].split(", ")) == ["neighbours", "residents"]
    assert origin_names(by(RESIDENTS, STORY), by(NEIGHBOURS, STORY)) == ["unnamed sources (“Blast injures dozens”)"]
    some = by(RESIDENTS, UNTITLED), by(NURSE, UNTITLED)
    assert origin_names(*some) == ["unnamed sources (“https://news.example/2”)"]


def test_several_of_one_side_are_called_as_the_side() -> None:
    of_side = by(SPOKESMAN), by(MAYOR)
    assert sorted(origin_names(*of_side)) == ["Mayor", "Spokesman"]
    assert origin_names(*of_side, independence="party") == ["Russia"]
    assert origin_names(*of_side, independence="party", wording=Wording("uk")) == ["Росія"]
    assert origin_names(by(SPOKESMAN), independence="party", wording=Wording("uk")) == ["Spokesman"]


def test_a_hidden_source_is_a_protected_one_in_origins_and_series() -> None:
    secret = make.read(SourceRead, name="Ivan", party="russia", confidential=True)
    open_child = make.read(SourceRead, name="Aide", parent_id=secret.id)
    other = make.read(SourceRead, name="Pyotr", confidential=True)
    toll = make.read(QuestionRead, event_id=EVENT.id, measure="killed", answer="quantity", unit="persons")
    number = make.read(ClaimRead, event_id=EVENT.id, question_id=toll.id, figure=make.figure("exact", 3, 3))
    event_rows = rows(
        questions=[toll],
        claims=[number],
        statements=[said(number, source) for source in (secret, open_child, other, None)],
        sources=[secret, open_child, other],
        confidential=frozenset([secret.id, other.id]),
        masks={(EVENT.id, secret.id): make.uuid(), (EVENT.id, other.id): make.uuid()},
    )
    public = View(wording=Wording("fr"))
    dossier, figures = drawn(event_rows, public), series(event_rows, public, "1-00000000")
    # That the aide is of the hidden one's family is not told: its origin goes by itself.
    assert {origin.name for origin in claims(dossier)[0].origins["support"]} == {"Aide", "une source protégée"}
    lines = figures.questions[0].series
    assert sorted(line.name for line in lines) == [
        "Aide",
        "sans source nommée",
        "une source protégée",
        "une source protégée",
    ]
    assert {line.family_id for line in lines} - {None} == set(figures.sources)
    assert not {"Ivan", "Pyotr"} & set(re.findall(r"\w+", dossier.model_dump_json() + figures.model_dump_json()))


def test_whoever_passed_figures_on_is_among_the_sources_of_figures() -> None:
    toll = make.read(QuestionRead, event_id=EVENT.id, measure="killed", answer="quantity", unit="persons")
    number = make.read(ClaimRead, event_id=EVENT.id, question_id=toll.id, figure=make.figure("exact", 3, 3))
    statement = said(number, DOCTOR, said="2023-08-09")
    place = found_in(statement, STORY, hops=[make.read(HopRead, source_id=CHANNEL.id, state="confirmed")])
    event_rows = rows(
        questions=[toll],
        claims=[number],
        statements=[statement],
        appearances=[place],
        sources=[DOCTOR, CHANNEL],
        documents=[STORY],
    )
    figures = series(event_rows, View(), "1-00000000")
    assert [line.name for line in figures.questions[0].series] == ["Channel"]
    assert {CHANNEL.id, DOCTOR.id} == set(figures.sources)


@pytest.mark.parametrize(("language", "name"), [("en", "Russia"), ("ru", "Россия")])
def test_a_silence_has_the_name_of_its_party(language: AnswerLanguage, name: str) -> None:
    silent = make.read(StatementRead, event_id=EVENT.id, question_id=WHAT.id, source_id=MAYOR.id, stance="no_comment")
    event_rows = rows(questions=[WHAT], statements=[silent], sources=[MAYOR])
    (silence,) = drawn(event_rows, View(wording=Wording(language))).silences
    assert (silence.party, silence.name) == ("russia", name)


def test_times_are_as_exact_as_they_are_known_wherever_they_are_shown() -> None:
    """By the document where nothing else is told, or by when it was recorded."""
    story = make.read(DocumentRead, published="2023-08-09T13:24+03:00")
    accused = claim("A drone", question_id=WHAT.id, accuses="ukraine")
    by_document, by_nothing = said(accused, MAYOR, said=None), said(accused, MINISTRY, said=None)
    event_rows = rows(
        questions=[WHAT],
        claims=[accused],
        statements=[by_document, by_nothing],
        appearances=[found_in(by_document, story)],
        sources=[MAYOR, MINISTRY],
        documents=[story],
    )
    dossier = drawn(event_rows)
    times = ["2023-08-09T13:24+03:00", "2026-01-01T00:00:00Z"]
    assert [statement.effective for statement in claims(dossier)[0].statements] == times
    assert [entry.at for entry in timeline(dossier, None).entries] == times
    (stance,) = [cell.stances["support"] for cell in matrix(dossier, "party").rows[0].cells if cell.stances]
    assert [stance.first.said, stance.last.said] == times
    assert [silence.since for silence in dossier.silences] == times[:1]


# --- headings --------------------------------------------------------------------------------------------------------


def heading(language: AnswerLanguage = "en", **fields: Any) -> str:
    return labels.heading(Wording(language), make.read(QuestionRead, **fields))


@pytest.mark.parametrize(
    ("fields", "heads"),
    [
        ({"text": "Что взорвалось?"}, "Что взорвалось?"),
        ({"measure": "injured", "unit": "persons"}, "Injured"),
        ({"measure": "injured", "unit": "persons", "text": "Сколько раненых?"}, "Injured"),
        ({"measure": "injured", "unit": "persons", "subject": "civilians"}, "Injured (civilians)"),
        ({"measure": "displaced", "unit": "million persons"}, "Displaced (million persons)"),
        ({"measure": "amount", "unit": "EUR", "subject": "damage"}, "Amount (damage, EUR)"),
        ({"measure": "distance", "unit": "km", "text": "How far from the border?"}, "How far from the border?"),
        ({"measure": "distance", "unit": "km"}, "Distance"),
        ({"measure": "other", "unit": "flights"}, "Number (flights)"),
    ],
)
def test_what_stands_above_a_question(fields: dict[str, Any], heads: str) -> None:
    assert heading(**fields) == heads


def test_a_quantity_is_headed_in_the_language_of_the_answer() -> None:
    houses = {"measure": "buildings_damaged", "unit": "buildings", "subject": "houses"}
    assert heading("fr", **houses) == "Bâtiments endommagés (houses)"
    assert heading("ru", measure="missing", unit="persons") == "Пропавшие без вести"
    assert heading("uk", measure="missing", unit="persons") == "Зниклі безвісти"


@pytest.mark.parametrize("language", get_args(AnswerLanguage))
def test_every_measure_has_words(language: AnswerLanguage) -> None:
    assert len({wording.say(Wording(language), f"measure_{measure}") for measure in get_args(Measure)}) == 18


def test_what_is_not_answered_is_headed_in_a_timeline_and_in_no_other_place_for_that() -> None:
    toll = make.read(QuestionRead, event_id=EVENT.id, measure="killed", answer="quantity", unit="persons")
    silent = [
        make.read(StatementRead, event_id=EVENT.id, question_id=question.id, source_id=MAYOR.id, stance="no_comment")
        for question in (WHAT, toll)
    ]
    event_rows = rows(questions=[WHAT, toll], statements=silent, sources=[MAYOR])
    entries = {
        language: timeline(drawn(event_rows, View(wording=Wording(language))), None).entries
        for language in get_args(AnswerLanguage)
    }
    assert {entry.text for entry in entries["en"]} == {WHAT.text, "Killed"}
    assert {entry.text for entry in entries["uk"]} == {WHAT.text, "Загиблі"}
    assert len({tuple(entry.statement_id for entry in told) for told in entries.values()}) == 1
