"""Pictures in the language that the caller asks for: sentences, names of parties and countries, headers, ETags."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import services_at
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders

from app.api import negotiation
from app.services.pictures import moments
from app.texts.messages import party_labels, wording

EVENT = "/v1/events/moscow-drones-2023"
PICTURES = ("dossier", "timeline", "figures", "matrix", "diff?since=2023-08-05&clock=said")


def whys(value: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every `why` of an answer with its reasons, wherever it stands."""
    if isinstance(value, list):
        return [why for part in value for why in whys(part)]
    if not isinstance(value, dict):
        return []
    own = [(value["why"], value["reasons"])] if "why" in value else []
    own += [(value["why_before"], value["reasons_before"])] if "why_before" in value else []
    return own + [why for part in value.values() for why in whys(part)]


async def read(demo: httpx.AsyncClient, path: str, lang: str | None = None, accepted: str | None = None) -> Any:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    answer = await demo.get(path, params={} if lang is None else {"lang": lang}, headers=headers)
    return answer.raise_for_status()


async def test_every_why_has_its_reasons_which_are_the_same_in_all_languages(demo: httpx.AsyncClient) -> None:
    path = "/v1/events/zagorsk-2023/dossier"
    english = whys((await read(demo, path)).json())
    assert len({reason["code"] for _, reasons in english for reason in reasons}) > 5
    for language in ("fr", "ru", "uk"):
        answer = await read(demo, path, language)
        others = whys(answer.json())
        assert [reasons for _, reasons in others] == [reasons for _, reasons in english]
        assert all(why and why != said for (why, _), (said, _) in zip(others, english, strict=True))


async def test_a_sentence_in_four_languages(demo: httpx.AsyncClient) -> None:
    says = {}
    for language in ("en", "fr", "ru", "uk"):
        dossier = (await read(demo, f"{EVENT}/dossier", language)).json()
        says[language] = dossier["questions"][1]["claims"][0]["why"]
    assert says == {
        "en": "2 sources support it, both of one side (Russia)",
        "fr": "2 sources l'appuient, toutes deux du même camp (Russie)",
        "ru": "об этом говорят 2 источника, оба принадлежат одной стороне (Россия)",
        "uk": "про це говорять 2 джерела, обидва належать до однієї сторони (Росія)",
    }


@pytest.mark.parametrize("picture", PICTURES)
async def test_lang_goes_before_the_header_and_both_tell_caches(demo: httpx.AsyncClient, picture: str) -> None:
    path = f"{EVENT}/{picture}"
    plain = await demo.get(path)
    by_parameter = await demo.get(f"{path}{'&' if '?' in path else '?'}lang=uk", headers={"Accept-Language": "fr"})
    by_header = await demo.get(path, headers={"Accept-Language": "de, fr-CH;q=0.9, en;q=0.8"})
    languages = [answer.headers["Content-Language"] for answer in (plain, by_parameter, by_header)]
    assert languages == ["en", "uk", "fr"]
    assert len({answer.headers["ETag"] for answer in (plain, by_parameter, by_header)}) == len(languages)
    for answer in (plain, by_parameter, by_header):
        assert "Accept-Language" in answer.headers["Vary"].split(", ")
    tag = {"If-None-Match": by_header.headers["ETag"]}
    again = await demo.get(path, headers=tag | {"Accept-Language": "fr"})
    assert (again.status_code, again.headers["Content-Language"]) == (304, "fr")
    assert "Accept-Language" in again.headers["Vary"].split(", ")
    assert (await demo.get(path, headers=tag | {"Accept-Language": "ru"})).status_code == 200


@pytest.mark.parametrize("picture", ["dossier", "timeline", "figures", "matrix"])
async def test_parties_and_countries_have_their_names(demo: httpx.AsyncClient, picture: str) -> None:
    shown = (await demo.get(f"{EVENT}/{picture}", params={"lang": "uk"})).json()
    parties = {source["party"] for source in shown["sources"].values() if source["party"]}
    countries = {source["country"] for source in shown["sources"].values() if source["country"]}
    assert parties <= shown["parties"].keys()
    assert countries <= shown["countries"].keys()
    assert shown["parties"].get("russia", "Росія") == "Росія"
    assert shown["countries"].get("RU", "Росія") == "Росія"


async def test_questions_are_headed_and_origins_named(demo: httpx.AsyncClient) -> None:
    path = "/v1/events/zagorsk-2023"
    dossier, figures, matrix = [
        (await demo.get(f"{path}/{picture}", params={"lang": "fr"})).json()
        for picture in ("dossier", "figures", "matrix")
    ]
    headings = {question["id"]: question["heading"] for question in dossier["questions"]}
    assert {"What caused the explosion?", "Blessés", "Disparus"} < set(headings.values())
    for shown in (*figures["questions"], *(row for row in matrix["rows"] if row["question_id"])):
        assert shown["heading"] == headings[shown["question_id"]]
    names = {source_id: source["name"] for source_id, source in dossier["sources"].items()}
    claims = [claim for question in dossier["questions"] for claim in question["claims"]]
    origins = [origin for claim in claims for stance in claim["origins"].values() for origin in stance]
    assert all(origin["name"] == names[origin["source_id"]] for origin in origins if names.get(origin["source_id"]))
    titles = {document["title"] for document in dossier["documents"].values()}
    unknown = [origin["name"] for origin in origins if origin["source_id"] is None]
    assert unknown
    assert not titles & set(unknown)


async def test_figures_and_what_changed_are_said_in_the_language(demo: httpx.AsyncClient) -> None:
    path = "/v1/events/zagorsk-2023"
    english, russian = [(await read(demo, f"{path}/dossier", language)).json() for language in ("en", "ru")]
    in_english, in_russian = [
        {claim["id"]: claim["text"] for question in shown["questions"] for claim in question["claims"]}
        for shown in (english, russian)
    ]
    assert list(in_english) == list(in_russian)
    figures = [claim for question in russian["questions"] if question["measure"] for claim in question["claims"]]
    assert {in_english[claim["id"]]: claim["text"] for claim in figures}["43 injured"] == "Раненые: 43"
    assert all(re.match(r"[А-Яа-яё ]+( \(.+\))?: ", claim["text"]) for claim in figures)
    assert "english" not in figures[0]
    query = "clock=said&since=2023-08-09&until=2023-08-13"
    changed = [(await demo.get(f"{path}/diff?{query}&lang={language}")).json() for language in ("en", "ru")]
    assert [one["text"] for one in changed[1]["summary"]] == [
        (
            "Пропавшие без вести: от 9 до 12 → 8; 1 новое высказывание (Russian emergencies ministry); "
            "вопрос: оспаривается → открыт."
        ),
        "Раненые: от 43 до 56 → от 60 до 80; 2 новых высказывания (Investigative Committee и Russian health ministry).",
    ]
    assert changed[1]["figures"][0]["to"]["says"] in ("8", "от 60 до 80")
    assert all(re.match("[А-Я]", entry["text"]) for entry in changed[1]["statements"]["new"])


async def test_words_that_changed_with_an_update_are_fetched(
    demo: httpx.AsyncClient, service: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [f"{EVENT}/{picture}" for picture in PICTURES]
    paths = [*pictures, "/v1/events.geojson?lang=fr", f"{EVENT}/export.csv?lang=uk"]
    tags = [{"If-None-Match": (await demo.get(path)).headers["ETag"]} for path in paths]
    for edition, status in ((wording.EDITION, 304), ("another", 200)):
        monkeypatch.setattr(moments, "EDITION", edition)
        services_at.use(service, service.state.settings, service.state.database)  # it would be another process
        answers = [await demo.get(path, headers=tag) for path, tag in zip(paths, tags, strict=True)]
        assert [answer.status_code for answer in answers] == [status] * len(paths)


async def test_a_map_says_its_tolls_in_the_language_that_its_address_asks_for(demo: httpx.AsyncClient) -> None:
    for path, accepted, language, says in (
        ("/v1/events.geojson?q=Pokrovsk", "uk", "en", ["at least 9", "82 to 88", "2"]),
        ("/v1/events.geojson?q=Pokrovsk&lang=uk", "en", "uk", ["щонайменше 9", "від 82 до 88", "2"]),
    ):
        answer = await demo.get(path, headers={"Accept-Language": accepted})
        assert answer.headers["Content-Language"] == language
        (feature,) = answer.json()["features"]
        assert [toll["says"] for toll in feature["properties"]["tolls"]] == says


async def test_columns_of_a_matrix_are_called_by_their_party(demo: httpx.AsyncClient) -> None:
    matrix = (await demo.get("/v1/events/zagorsk-2023/matrix", params={"lang": "fr"})).json()
    labels = {column["party"]: column["label"] for column in matrix["columns"]}
    assert (labels["russia"], labels[None]) == ("Russie", "aucun camp")


async def test_an_operator_names_the_parties(demo: httpx.AsyncClient, service: FastAPI, tmp_path: Path) -> None:
    plain = await demo.get(f"{EVENT}/dossier")
    file = tmp_path / "labels.json"
    file.write_text('{"russia": {"en": "Russian side"}}')
    before = service.state.party_labels
    service.state.party_labels = party_labels.read(str(file))
    services_at.use(service, service.state.settings, service.state.database)  # it would be another process
    try:
        renamed = await demo.get(f"{EVENT}/dossier", headers={"If-None-Match": plain.headers["ETag"]})
    finally:
        service.state.party_labels = before
    assert renamed.status_code == 200
    assert renamed.json()["parties"]["russia"] == "Russian side"
    assert "both of one side (Russian side)" in renamed.text


async def test_a_language_that_there_is_not(demo: httpx.AsyncClient) -> None:
    refused = await demo.get(f"{EVENT}/dossier", params={"lang": "de"})
    assert refused.status_code == 422
    assert all(f"'{language}'" in refused.text or language in refused.text for language in ("en", "fr", "ru", "uk"))
    assert (await demo.get(f"{EVENT}/dossier", headers={"Accept-Language": "de"})).headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("uk", "uk"),
        ("UK-ua", "uk"),
        ("de,ru;q=0.4,fr;q=0.5", "fr"),
        ("fr;q=0, ru", "ru"),
        ("fr;q=0", "en"),
        ("fr ; q = 0.3 , uk ; q=0.9", "uk"),
        ("fr;q=many, ru;q=0.1", "ru"),
        ("frr, ukr", "en"),
        ("fr;q=nan, uk;q=0.2", "uk"),
        (";;;,,,=;q", "en"),
        ("ru," * 5000 + "fr", "ru"),
        ("\x00é, fr", "fr"),
    ],
)
def test_what_a_header_prefers(header: str, language: str) -> None:
    assert negotiation.preferred(header) == language


async def test_no_header_is_a_500(demo: httpx.AsyncClient) -> None:
    for header in (b"fr;q=1e400", b"\xff\xfe", b"fr;q=-1,uk;q=inf", b"q=;" * 2000):
        request = demo.build_request("GET", f"{EVENT}/timeline")
        MutableHeaders(raw=request.headers.raw)
        request.headers = httpx.Headers([*request.headers.raw, (b"accept-language", header)])
        assert (await demo.send(request)).status_code == 200


async def test_a_language_with_its_region_is_that_language(demo: httpx.AsyncClient) -> None:
    """As the header has it, and as browsers tell it."""
    for asked, language in (("ru-RU", "ru"), ("en-US", "en"), ("uk_UA", "uk"), ("fr-CH", "fr")):
        for path in ("/v1/words", f"{EVENT}/dossier", "/v1/statements.csv"):
            assert (await read(demo, path, asked)).headers["Content-Language"] == language, path
    assert (await demo.get("/v1/words", params={"lang": "de-CH"})).status_code == 422
