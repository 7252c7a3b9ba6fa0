"""A small world in which much is hidden, each hidden thing with words of its own that nothing else has: canaries."""

import hashlib
import itertools
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

Json = dict[str, Any]
# What a key needs to be told of something.
RESTRICTED: Final = frozenset({"read"})
CONFIDENTIAL: Final = frozenset({"confidential"})
OPEN: Final = frozenset[str]()
EDITORS: Final = frozenset({"edit"})
NOBODY: Final = frozenset({"nobody"})
# Words of which neither search nor folding makes others, and none like another.
_LETTERS: Final = "bcdfghjklmnpqrtv"
_WORD: Final = re.compile(f"kq[{_LETTERS}]{{12}}")


def word(seed: str) -> str:
    """The same for the same seed."""
    return "kq" + "".join(_LETTERS[byte % 16] for byte in hashlib.sha256(seed.encode()).digest()[:12])


@dataclass
class World:
    """What is there, and who may know of it."""

    editor: httpx.AsyncClient
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    """Each canary, a word or an id, with the scopes without which nobody is told it."""
    addresses: dict[str, dict[str, frozenset[str]]] = field(default_factory=lambda: defaultdict(dict))
    """By kind: where there is something, with the scopes without which there is nothing."""
    redacted: dict[str, frozenset[str]] = field(default_factory=dict)
    """Each word of what was redacted, with the scopes without which nobody is told that it was."""
    apart: list[tuple[str, str]] = field(default_factory=list)
    """What no answer at an address says to who lacks `confidential`, though others say it: by a part of the address."""
    ids: dict[str, str] = field(default_factory=dict)
    """By the names that the tests have for them."""
    own: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """By the same: the kind, and all words and addresses that only this record has."""
    _numbers: Any = field(default_factory=itertools.count)

    def word(self, needs: frozenset[str]) -> str:
        made = word(str(next(self._numbers)))
        if needs:
            self.words[made] = needs
        return made

    async def made(self, name: str, kind: str, path: str, body: Json, needs: frozenset[str] = OPEN) -> str:
        """Store a record under a ref of its own. Its id, and that is a canary where the record is hidden."""
        ref = self.word(needs)
        words = frozenset(_WORD.findall(json.dumps({**body, "ref": ref})))
        answer = await self.editor.post(path, json={**body, "ref": ref})
        assert answer.status_code == 201, answer.text
        told = answer.json()
        id_: str = told["claim"]["id"] if "claim" in told and "stance" not in told else told["id"]
        self._knows(name, kind, id_, needs, f"ref:{ref}", *([body["slug"]] if "slug" in body else []))
        self.own[name] = kind, words | {id_}
        return id_

    def _knows(self, name: str, kind: str, id_: str, needs: frozenset[str], *others: str) -> None:
        self.ids[name] = id_
        self.addresses[kind] |= dict.fromkeys((id_, *others), needs)
        if needs:
            self.words[id_] = needs

    async def source(self, name: str, needs: frozenset[str] = OPEN, **more: Any) -> str:
        hidden = needs or OPEN
        body: Json = {
            "name": self.word(hidden), "role": self.word(hidden), "notes": self.word(hidden),
            "url": f"https://{self.word(hidden)}.example", "external_ids": {"wikidata": f"Q{self.word(hidden)}"},
            "aliases": [{"name": self.word(hidden)}], "country": "FR", "kind": "authority",
        }  # fmt: skip
        if needs >= CONFIDENTIAL:
            body |= {"confidential": True, "party": self.word(needs), "kind": "witness"}
        return await self.made(name, "source", "/v1/sources", body | more, needs)

    async def document(self, name: str, needs: frozenset[str] = OPEN, **more: Any) -> str:
        body = {
            "url": f"https://{self.word(needs)}.example/{self.word(needs)}", "title": self.word(needs),
            "byline": self.word(needs), "external_ids": {"doi": self.word(needs)}, "text": self.word(needs),
            "headline": self.word(needs), "archive_url": f"https://archive.example/{self.word(needs)}",
            "published": "2023-08-09",
        }  # fmt: skip
        return await self.made(name, "document", "/v1/documents", body | more, needs)

    async def event(self, name: str, needs: frozenset[str] = OPEN, **more: Any) -> str:
        body = {
            "title": self.word(needs), "slug": self.word(needs), "summary": self.word(needs),
            "place_name": self.word(needs),
            "tags": [self.word(needs)], "external_ids": {"gdelt": self.word(needs)}, "kind": self.word(needs),
            "visibility": "restricted" if needs else "public", "occurred": "2023-08-09",
        }  # fmt: skip
        return await self.made(name, "event", "/v1/events", body | more, needs)

    async def dispute(self, event: str, speaker: str, paper: str, needs: frozenset[str] = OPEN) -> None:
        """A question of the event, two claims, who says what, where, and what came of it."""
        at = f"/v1/events/{self.ids[event]}"
        question = {"text": self.word(needs), "kind": "cause"}
        asked = await self.made(f"{event} question", "question", f"{at}/questions", question, needs)
        first, second = [
            await self.made(f"{event} {nth}", "claim", f"{at}/claims", {
                "text": self.word(needs), "translations": {"fr": self.word(needs)}, "question": asked,
                "language": "en", "accuses": self.word(needs)}, needs)
            for nth in ("first", "second")
        ]  # fmt: skip
        await self.made(f"{event} claim link", "claim_link", f"{at}/claim-links",
                        {"from": first, "relation": "supports", "to": second}, needs)  # fmt: skip
        await self.says(f"{event} said", event, first, speaker, paper, needs)
        rating = {
            "claim": first, "author": speaker, "scheme": "veracity", "rating": "true", "documents": [paper],
            "explanation": self.word(needs), "label": self.word(needs), "url": f"https://{self.word(needs)}.example/1",
            "language": "en",
        }  # fmt: skip
        await self.made(f"{event} rating", "assessment", f"{at}/assessments", rating, needs)

    async def says(  # noqa: PLR0917
        self, name: str, event: str, claim: str, speaker: str, paper: str, needs: frozenset[str] = OPEN, **more: Any
    ) -> None:
        """`needs`: to read it; who speaks may be hidden besides."""
        found = {
            "document": paper, "wording": self.word(needs), "translation": self.word(needs), "language": "en",
            "translation_language": "fr", "cue": self.word(needs), "note": self.word(needs),
        }  # fmt: skip
        body = {"claim": claim, "source": speaker, "said": "2023-08-09", "recheck_at": "2023-09-01T00:00Z"}
        at = f"/v1/events/{self.ids[event]}/statements"
        said = await self.made(name, "statement", at, body | found | more, needs)
        places = await self.editor.get(f"/v1/statements/{said}/appearances")
        self._knows(f"{name} found", "appearance", places.json()["items"][0]["id"], needs)

    async def link(self, name: str, kind: str, path: str, body: Json, needs: frozenset[str]) -> None:
        """A link that is as hidden as its hidden end."""
        answer = await self.editor.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        self._knows(name, kind, answer.json()["id"], needs)

    async def change(self, kind: str, name: str, /, **columns: Any) -> None:
        answer = await self.editor.patch(f"/v1/{kind}/{self.ids[name]}", json=columns, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text

    async def merge(self, kind: str, name: str, into: str) -> None:
        answer = await self.editor.post(f"/v1/{kind}/{self.ids[name]}/merge", json={"into": self.ids[into]})
        assert answer.status_code == 200, answer.text

    def hide(self, name: str, needs: frozenset[str]) -> None:
        """From now on nobody is told of it without these scopes: neither its words nor that there is something."""
        kind, own = self.own[name]
        for word in own:
            self.words[word] = self.words.get(word, OPEN) | needs
        for address, needed in self.addresses[kind].items():
            if address.removeprefix("ref:") in own:
                self.addresses[kind][address] = needed | needs

    def show(self, name: str) -> None:
        """Nothing hides it any more."""
        kind, own = self.own[name]
        for word in own:
            self.words.pop(word, None)
        for address in self.addresses[kind]:
            if address.removeprefix("ref:") in own:
                self.addresses[kind][address] = OPEN


async def world(editor: httpx.AsyncClient) -> World:
    """Two open events, and beside and inside them what is hidden."""
    made = World(editor)
    # Which key wrote something, and why, is told to who may edit.
    reason = made.word(EDITORS)
    editor.headers["Change-Reason"] = reason
    made.words["tester"] = EDITORS
    await _open(made)
    await _confidential(made)
    await _restricted(made)
    await _deleted(made)
    return made


async def _open(made: World) -> None:
    await made.source("ministry", party="russia")
    await made.source("speaker", party="france")
    await made.source("grandparent", party="italy")
    await made.event("event")
    await made.event("elsewhere")
    await made.document("paper", publisher=made.ids["speaker"])
    await made.document("other paper")
    await made.dispute("event", made.ids["ministry"], made.ids["paper"])
    await made.dispute("elsewhere", made.ids["grandparent"], made.ids["other paper"])
    await made.event("linked")
    await made.link("open link", "event_link", f"/v1/events/{made.ids['event']}/event-links",
                    {"to": made.ids["linked"], "relation": "related"}, OPEN)  # fmt: skip


async def _confidential(made: World) -> None:
    ids = made.ids
    # Whom a protected source belongs to is read by whoever reads what is restricted; but not that it does.
    await made.source("owner", RESTRICTED)
    await made.source("protected", CONFIDENTIAL, parent=ids["owner"])
    await made.source("hidden parent", CONFIDENTIAL, parent=ids["grandparent"])
    await made.source("child", parent=ids["hidden parent"])
    await made.source("to be merged")
    await made.source("open target")
    await made.source("merged into open", CONFIDENTIAL)
    await made.document("its own paper", publisher=ids["protected"])
    first = ids["event first"]
    hop = [{"source": ids["hidden parent"]}]
    await made.says("protected said", "event", first, ids["protected"], ids["its own paper"])
    await made.says("child said", "event", first, ids["child"], ids["paper"], hops=hop)
    await made.says("merged said", "event", first, ids["to be merged"], ids["paper"])
    await made.says("target said", "event", first, ids["open target"], ids["paper"])
    await made.says("merged into open said", "event", ids["event second"], ids["merged into open"], ids["paper"])
    rating = {"claim": ids["event second"], "author": ids["protected"], "scheme": "veracity", "rating": "false"}
    await made.made("protected rating", "assessment", f"/v1/events/{ids['event']}/assessments", rating)
    for name, end in (("tie", "ministry"), ("tie of a child", "child")):
        await made.link(name, "source_link", f"/v1/sources/{ids['protected']}/links", {"to": ids[end]}, CONFIDENTIAL)
    for name in ("owner", "grandparent"):
        made.apart.append((ids["event"], ids[name]))
    made.apart.append((ids["child"], ids["grandparent"]))


async def _restricted(made: World) -> None:
    ids = made.ids
    await made.source("insider", RESTRICTED)
    await made.document("secret paper", RESTRICTED)
    await made.document("evidence", RESTRICTED)
    await made.event("secret", RESTRICTED)
    await made.dispute("secret", ids["insider"], ids["secret paper"], RESTRICTED)
    await made.says("evidence said", "secret", ids["secret second"], ids["insider"], ids["evidence"], RESTRICTED)
    await made.event("merged into open event", RESTRICTED)
    await made.dispute("merged into open event", ids["insider"], ids["secret paper"], RESTRICTED)
    await made.event("merged into secret")
    text = {"text": made.word(OPEN)}
    own = f"/v1/events/{ids['merged into secret']}/claims"
    await made.made("claim of a merged event", "claim", own, text)
    await made.change("events", "event", parent=ids["secret"])
    for name, start, end in (("to secret", "event", "secret"), ("from secret", "secret", "event")):
        await made.link(name, "event_link", f"/v1/events/{ids[start]}/event-links",
                        {"to": ids[end], "relation": "follow_up"}, RESTRICTED)  # fmt: skip
    await made.link("copy", "document_link", f"/v1/documents/{ids['paper']}/links",
                    {"relation": "syndicated_from", "to": ids["secret paper"]}, RESTRICTED)  # fmt: skip
    await made.link("tie of an insider", "source_link", f"/v1/sources/{ids['insider']}/links",
                    {"to": ids["speaker"]}, RESTRICTED)  # fmt: skip


async def _deleted(made: World) -> None:
    """What is gone is gone for those who could have read it, and was never there for others."""
    ids = made.ids
    await made.source("protected and gone", CONFIDENTIAL)
    await made.event("secret and gone", RESTRICTED)
    claim = {"text": made.word(RESTRICTED)}
    await made.made("claim and gone", "claim", f"/v1/events/{ids['secret']}/claims", claim, RESTRICTED)
    for kind, name in (("sources", "protected and gone"), ("events", "secret and gone"), ("claims", "claim and gone")):
        answer = await made.editor.delete(f"/v1/{kind}/{ids[name]}?cascade=true", headers={"If-Match": "*"})
        assert answer.status_code == 204, answer.text


# Each pair of what is merged, by kind.
MERGES: Final = (
    ("sources", "to be merged", "protected"),
    ("sources", "merged into open", "open target"),
    ("sources", "insider", "speaker"),
    ("documents", "secret paper", "paper"),
    ("events", "merged into open event", "event"),
    ("events", "merged into secret", "secret"),
)


async def merge_all(made: World) -> None:
    for kind, name, into in MERGES:
        answer = await made.editor.post(f"/v1/{kind}/{made.ids[name]}/merge", json={"into": made.ids[into]})
        assert answer.status_code == 200, answer.text
    made.hide("to be merged", CONFIDENTIAL)


async def part_all(made: World) -> None:
    for kind, name, _ in MERGES:
        await made.change(kind, name, merged_into=None)
    made.show("to be merged")


async def hide_elsewhere(made: World) -> None:
    """What was open is restricted, and what only it cites is hidden with it."""
    await made.change("events", "elsewhere", visibility="restricted")
    for name in made.own:
        if name.startswith("elsewhere") or name in ("grandparent", "other paper"):
            made.hide(name, RESTRICTED)


async def redact_some(made: World) -> None:
    """What was hidden is gone for everybody, by its words; that something was there is told as before."""
    for kind, name in (("sources", "protected"), ("documents", "evidence"), ("statements", "evidence said")):
        answer = await made.editor.post(f"/v1/{kind}/{made.ids[name]}/redact", json={"reason": "A court"})
        assert answer.status_code == 200, answer.text
        for word in made.own[name][1] - {made.ids[name]}:
            made.redacted[word] = made.words.get(word, OPEN)
            made.words[word] = NOBODY


async def at_random(made: World, chance: Random) -> str:
    """Do something to what is hidden, or hide something; gives the name of it."""
    kind, name, into = chance.choice(MERGES)
    answer = await made.editor.get(f"/v1/{kind}/{made.ids[name]}?merged=self")
    if answer.json()["merged_into"] is not None:
        await made.change(kind, f"{name}", merged_into=None)
        if name == "to be merged":
            made.show(name)
        return f"parted {name}"
    merging = await made.editor.post(f"/v1/{kind}/{made.ids[name]}/merge", json={"into": made.ids[into]})
    assert merging.status_code == 200, merging.text
    if name == "to be merged":
        made.hide(name, CONFIDENTIAL)
    return f"merged {name}"


# --- what happens to hidden things alone -----------------------------------------------------------------------------


async def stir(made: World) -> None:
    """Change what is hidden from those without any scope, in every way: for them nothing has changed."""
    ids = made.ids
    new = made.word
    await made.change("sources", "protected", name=new(CONFIDENTIAL), party="russia", notes=new(CONFIDENTIAL))
    await made.change("sources", "hidden parent", party="france", aliases=[{"name": new(CONFIDENTIAL)}])
    await made.change("sources", "insider", name=new(RESTRICTED), role=new(RESTRICTED))
    await made.change("documents", "secret paper", title=new(RESTRICTED), published="2023-08-01")
    await made.change("documents", "evidence", lifecycle="retracted", retracted="2023-08-10")
    await made.change("events", "secret", title=new(RESTRICTED), summary=new(RESTRICTED))
    version = {"text": new(RESTRICTED), "headline": new(RESTRICTED)}
    answer = await made.editor.post(f"/v1/documents/{ids['secret paper']}/versions", json=version)
    assert answer.status_code == 201, answer.text
    since = {"said": "2023-08-12"}
    await made.says("said since", "secret", ids["secret first"], ids["insider"], ids["evidence"], RESTRICTED, **since)
    await made.source("another insider", RESTRICTED)
    await made.link("tie since", "source_link", f"/v1/sources/{ids['protected']}/links",
                    {"to": ids["speaker"]}, CONFIDENTIAL)  # fmt: skip
    await made.link("copy since", "document_link", f"/v1/documents/{ids['secret paper']}/links",
                    {"relation": "quotes", "to": ids["evidence"]}, RESTRICTED)  # fmt: skip
    await made.link("between hidden ones", "event_link", f"/v1/events/{ids['secret']}/event-links",
                    {"to": ids["merged into open event"], "relation": "related"}, RESTRICTED)  # fmt: skip
