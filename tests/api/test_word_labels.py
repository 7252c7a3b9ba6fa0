"""`GET /v1/words`: what the words of closed lists are called in the reader's language."""

from collections.abc import Iterator
from typing import Any

import httpx

from app.schemas.pictures.word_labels import WORD_LISTS

LANGUAGES = ("en", "fr", "ru", "uk")
# Closed lists whose words no reader is shown, by their name in the description, or the field that has them.
NO_LABELS = {
    "AnswerLanguage": "a language: browsers know what each is called",
    "AnswerView": "what a program asks for",
    "Clock": "what a program asks for",
    "ColumnsBy": "what a program asks for",
    "Direction": "which end of a link an address is",
    "DossierOrder": "what a program asks for",
    "Independence": "what a program asks for",
    "LookupType": "kinds of records, for programs",
    "NewsItem.kind": "for programs; its text is a sentence",
    "Outcome": "for the script that sent the body",
    "QuestionRead.told": "names of fields",
    "ReasonCode": "codes of sentences, which come beside them",
    "RemarkKind": "for the script that sent the body; the remark is a sentence",
    "RedactedPart.what": "for the editor who redacts",
    "Scheme": "proper names",
    "WebhookEnd": "for the script that is called",
    "Scope": "what a key may do: words of the settings",
    "JoinRead.relation": "of links between documents as there; `same_as` is one word alone",
    "SourceLinkCreate.relation": "one word alone",
    "SourceLinkRead.relation": "one word alone",
    "EventCollection.type": "a word of GeoJSON",
    "EventFeature.type": "a word of GeoJSON",
    "Point.type": "a word of GeoJSON",
}


def _closed_lists(node: Any, at: str = "") -> Iterator[tuple[str, set[str]]]:
    """Those of schemas, by where they stand; what a parameter may be is for programs."""
    if not isinstance(node, dict):
        return
    if "enum" in node or "const" in node:
        yield at, {str(word) for word in node.get("enum", [node.get("const")])}
    for name, part in node.items():
        if name == "properties":
            for field, schema in part.items():
                yield from _closed_lists(schema, f"{at}.{field}")
        elif name not in ("examples", "default"):
            for member in part if isinstance(part, list) else [part]:
                yield from _closed_lists(member, at)


async def test_every_word_has_a_label_in_every_language(demo: httpx.AsyncClient) -> None:
    shown = {language: (await demo.get("/v1/words", params={"lang": language})).json() for language in LANGUAGES}
    for labels in shown.values():
        assert {name: list(labels_of) for name, labels_of in labels.items()} == {
            name: list(listed) for name, listed in WORD_LISTS.items()
        }
        for labels_of in labels.values():
            assert all(label == label.strip() and label and "_" not in label for label in labels_of.values())
            assert len(set(labels_of.values())) == len(labels_of)
    for name in WORD_LISTS:
        assert len({tuple(labels[name].values()) for labels in shown.values()}) == len(shown)
    assert shown["ru"]["standing"] == {
        "withdrawn": "больше не утверждается",
        "denied": "только опровергается",
        "unsupported": "никто не утверждает",
        "outdated": "устарело",
        "unattributed": "без указания источника",
        "contested": "оспаривается",
        "one_sided": "говорит одна сторона",
        "corroborated": "подтверждено независимыми источниками",
        "single_origin": "один источник",
    }
    assert [labels["qualifier"]["at_least"] for labels in shown.values()] == [
        "at least", "au moins", "не менее", "щонайменше",
    ]  # fmt: skip


def test_every_closed_list_of_answers_has_labels(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    closed_lists = dict(closed_list for name in schemas for closed_list in _closed_lists(schemas[name], name))
    without = {
        at for at, words in closed_lists.items() if not any(words <= {*listed} for listed in WORD_LISTS.values())
    }
    assert without <= NO_LABELS.keys()
    assert closed_lists.keys() >= NO_LABELS.keys()


async def test_labels_are_kept_by_caches_for_each_language(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/v1/words", headers={"Accept-Language": "uk"})
    assert answer.headers["Content-Language"] == "uk"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Accept-Language" in answer.headers["Vary"].split(", ")
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = await demo.get("/v1/words", headers=tag | {"Accept-Language": "uk"})
    assert (again.status_code, again.headers["Content-Language"]) == (304, "uk")
    assert again.headers["Cache-Control"] == "public, max-age=3600"
    assert (await demo.get("/v1/words", headers=tag)).status_code == 200
    assert (await demo.get("/v1/words", params={"lang": "de"})).status_code == 422
    assert (await demo.get("/v1/words", params={"language": "ru"})).status_code == 422
    assert (await demo.get("/v1/words", headers={"Authorization": "Bearer cc_none"})).status_code == 401
