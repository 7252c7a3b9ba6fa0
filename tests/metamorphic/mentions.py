"""Lines that mention stored records without ids and refs: as they are, written otherwise, or of something else."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import addresses_written
import signs
from worlds import Json, World

from app.texts import folding
from app.texts.who import descriptions

_LEFT_OUT: Final = ("id", "ref", "type", "placed", "confidential", "lifecycle", "merged_into")
# What tells a source from others of its name: it may be left out where there are no others.
_TRAITS: Final = ("kind", "country", "party", "url", "external_ids", "parent")
_SOURCE_REST: Final = ("language", "role", "aliases", "disclosure")
_QUESTION: Final = ("text", "language", "kind", "measure", "subject", "unit")
_STATEMENT: Final = ("stance", "explicitness", "said", "act", "certainty", "basis")
_APPEARANCE: Final = ("wording", "language", "translation", "translation_language", "quoted", "cue")
# Texts of which a record is known, and those that only describe it.
_WORDED: Final = ("text", "wording", "subject", "unit", "role")
_KINDS: Final = {
    "person": "channel",
    "official": "channel",
    "expert": "account",
    "outlet": "account",
    "agency": "person",
}
_COUNTRIES: Final = ("NO", "SE", "FI", "PT", "IS", "NZ")


@dataclass
class Plain:
    """A record as it may be mentioned; `same` rewrites it, where it is given a pen."""

    type: str
    id: str
    line: Json


class Mentions:
    def __init__(self, world: World) -> None:
        self.world = world
        sources = world.of("source")
        named = Counter(folding.name(source["name"]) for source in sources if source.get("name"))
        self._shared_names = {name for name, count in named.items() if count > 1}
        self._slugs = {event["id"]: event.get("slug") or event["id"] for event in world.of("event")}
        self._places: dict[str, list[Json]] = {}
        for appearance in world.of("appearance"):
            self._places.setdefault(appearance["statement"], []).append(appearance)

    def all(self, pick: Random) -> list[Plain]:
        """One of every record that has a key."""
        made: list[tuple[str, Callable[[Random, Json], Json | None]]] = [
            ("source", lambda _, record: self.source(record["id"]) if self._is_named(record) else None),
            ("document", lambda _, record: self.document(record["id"], whole=True) if record.get("url") else None),
            ("question", lambda _, record: {"event": self._slugs[record["event"]]} | self.question(record["id"])),
            ("claim", lambda _, record: self._claim(record)),
            ("statement", self._statement),
            ("document_link", lambda _, record: self._document_link(record)),
            ("assessment", lambda _, record: self._assessment(record)),
        ]
        return [
            Plain(type_, record["id"], {"type": type_} | line)
            for type_, make in made
            for record in self.world.of(type_)
            if (line := make(pick, record)) is not None
        ]

    @staticmethod
    def _is_named(source: Json) -> bool:
        return source.get("disclosure") == "named" and not source.get("placed")

    def shares_its_name(self, name: str) -> bool:
        return folding.name(name) in self._shared_names

    def source(self, id_: str) -> Json:
        stored = self.world.records["source"][id_]
        names = ("name", *_TRAITS, *_SOURCE_REST)
        source = {name: stored[name] for name in names if stored.get(name)}
        if "parent" in source:
            source["parent"] = self.source(source["parent"])
        return source

    def document(self, id_: str, *, whole: bool = False) -> Json:
        stored = self.world.records["document"][id_]
        if not stored.get("url"):
            return {"ref": stored["ref"]}
        document = {"url": stored["url"]}
        if whole:
            document |= {name: stored[name] for name in ("title", "language", "kind", "published") if stored.get(name)}
            if stored.get("publisher") and self._is_named(self.world.records["source"][stored["publisher"]]):
                document["publisher"] = self.source(stored["publisher"])
        return document

    def question(self, id_: str) -> Json:
        stored = self.world.records["question"][id_]
        return {name: stored[name] for name in _QUESTION if stored.get(name)}

    def _claim(self, stored: Json) -> Json:
        claim = {"event": self._slugs[stored["event"]]}
        claim |= {name: stored[name] for name in ("text", "language", "figure") if stored.get(name)}
        return claim | ({"question": self.question(stored["question"])} if stored.get("question") else {})

    def _statement(self, pick: Random, stored: Json) -> Json:
        statement = {name: stored[name] for name in _STATEMENT if stored.get(name)}
        if stored.get("claim"):
            statement["claim"] = stored["claim"]
        else:
            statement |= {"event": self._slugs[stored["event"]], "question": self.question(stored["question"])}
        if stored.get("source"):
            statement["source"] = self.source(stored["source"])
        if places := self._places.get(stored["id"]):
            place = pick.choice(places)
            statement |= {name: place[name] for name in _APPEARANCE if place.get(name)}
            if place.get("document"):
                statement["document"] = self.document(place["document"])
        return statement

    def _document_link(self, stored: Json) -> Json:
        return {"from": stored["from"], "relation": stored["relation"], "to": self.document(stored["to"])}

    def _assessment(self, stored: Json) -> Json:
        names = ("claim", "scheme", "rating", "url", "language", "made")
        return {name: stored[name] for name in names if stored.get(name)} | {"author": self.source(stored["author"])}

    # --- all of it anew

    def anew(self, pick: Random) -> list[Json]:
        """Lines that tell the worlds to an empty service: events and documents, then who says what in one of these."""
        events = [
            {"type": "event", "slug": self._slugs[event["id"]]}
            | {name: event[name] for name in ("title", "occurred", "kind") if event.get(name)}
            for event in self.world.of("event")
        ]
        dated = [
            {"type": "document", "url": document["url"], "published": document["published"]}
            for document in self.world.of("document")
            if document.get("url") and document.get("published")
        ]
        told = []
        for plain in self.all(pick):
            line = dict(plain.line)
            if plain.type == "statement" and "claim" in line:
                claim = self._claim(self.world.records["claim"][line.pop("claim")])
                if "of" in claim.get("figure", {}):  # which names its whole by an id
                    continue
                statement = {name: value for name, value in line.items() if name != "type"}
                told.append({"type": "claim"} | claim | {"statements": [statement]})
            elif plain.type in ("source", "document", "question", "statement"):
                told.append(line)
        return [*events, *dated, *told]


# --- the same --------------------------------------------------------------------------------------------------------


def same(pick: Random, line: Json, mentions: Mentions, *, all_traits: bool = False) -> Json:
    """The line with texts, names and addresses in other signs, in places, and without some of what may be left out.

    With `all_traits` a source's traits stay: what no mention tells of it is not known.
    """
    kept = _fewer(pick, line, mentions)
    if all_traits and line["type"] == "source":
        kept = {name: value for name, value in line.items() if name in kept or name in _TRAITS}
    return {name: _same(pick, name, value, mentions) for name, value in kept.items()}


def _fewer(pick: Random, part: Json, mentions: Mentions) -> Json:
    may_go = {"language", "translation_language", "aliases", "quoted", "cue", "translation", "title"}
    if "name" in part and part.get("disclosure", "named") == "named" and not mentions.shares_its_name(part["name"]):
        may_go |= {*_TRAITS, "role", "disclosure"}
        if descriptions.describes(part["name"]):  # a body that every country has is told by whose it is
            may_go -= {"country", "party"}
    elif "name" not in part:
        may_go |= {"kind", "published"} if "disclosure" not in part else {"kind"}
    gone = {name for name in may_go if pick.random() < 0.3}
    if "translation" in gone or "language" in gone:
        gone |= {"translation", "translation_language"}
    return {name: value for name, value in part.items() if name not in gone}


def _same(pick: Random, name: str, value: Any, mentions: Mentions) -> Any:
    if name == "statements":
        return [same(pick, statement, mentions) for statement in value]
    if isinstance(value, dict):
        return value if name in ("figure", "external_ids") else same(pick, value, mentions)
    if not isinstance(value, str) or pick.random() < 0.25:
        return value
    if name == "url":
        return addresses_written.same_page(pick, value)
    if name == "name":
        return signs.same_name(pick, value)
    return signs.same_text(pick, value) if name in _WORDED else value


# --- something else --------------------------------------------------------------------------------------------------


def other(pick: Random, plain: Plain, mentions: Mentions) -> Json | None:
    """A line of another record, however much alike."""
    return _OTHERS[plain.type](pick, plain.line, mentions) if plain.type in _OTHERS else None


def _other_source(pick: Random, line: Json, _: Mentions) -> Json:
    ways: list[Json] = [{"name": signs.other_name(pick, line["name"]), "aliases": []}]
    if "country" in line:
        ways.append({"country": pick.choice([code for code in _COUNTRIES if code != line["country"]])})
    if "party" in line:
        ways.append({"party": f"other-{pick.randrange(1000)}"})
    if "url" in line:
        ways.append({"url": f"https://another{pick.randrange(1000)}.example/"})
    if line.get("kind") in _KINDS:
        ways.append({"kind": _KINDS[line["kind"]]})
    way = pick.choice(ways)
    return line | way


def _other_document(pick: Random, line: Json, _: Mentions) -> Json:
    return line | {"url": addresses_written.other_page(pick, line["url"])}


def _other_question(pick: Random, line: Json, _: Mentions) -> Json:
    if "measure" not in line:
        return line | {"text": signs.other_text(pick, line["text"], line.get("language"))}
    return line | pick.choice(
        (
            {"unit": f"unit {pick.randrange(10**6)}"},
            {"subject": f"{pick.choice(('children', 'firemen', 'people'))} of house {pick.randrange(10**6)}"},
        )
    )


def _other_claim(pick: Random, line: Json, mentions: Mentions) -> Json:
    if "question" in line and pick.random() < 0.2:
        return line | {"question": _other_question(pick, line["question"], mentions)}
    if "figure" in line:
        return line | {"figure": {"qualifier": "exact", "min": pick.randrange(10**4, 10**9)}}
    if "language" in line and pick.random() < 0.1:
        return line | {"language": pick.choice([tag for tag in ("nl", "sw", "ko", "fi") if tag != line["language"]])}
    return line | {"text": signs.other_text(pick, line["text"], line.get("language"))}


def _other_statement(pick: Random, line: Json, mentions: Mentions) -> Json | None:
    day = f"19{pick.randrange(92, 99)}-0{pick.randint(1, 9)}-{pick.randint(10, 28)}"
    ways: list[Json] = [{"said": day}]
    source = line.get("source", {})
    if source.get("disclosure") == "named":
        ways.append({"source": _other_source(pick, source, mentions)})
    elif "document" in line:  # who is known in a place alone is another one elsewhere
        ways.append({"document": {"url": f"https://elsewhere.example/{pick.randrange(10**9)}"}})
    if line.get("claim"):
        ways.append({"stance": {"support": "deny", "deny": "support"}.get(line["stance"], "support")})
    way = pick.choice(ways)
    return None if way.get("stance") and not source else line | way


_OTHERS: Final[dict[str, Callable[[Random, Json, Mentions], Json | None]]] = {
    "source": _other_source,
    "document": _other_document,
    "question": _other_question,
    "claim": _other_claim,
    "statement": _other_statement,
}
