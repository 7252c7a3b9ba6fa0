"""What is sent without being asked for each time: streams and webhooks, and answers that are kept and given again."""

import json
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import canaries
import httpx
import writing
from canaries import World
from crawling import Told
from following import Stream
from writing import Write, never

PATIENCE: Final = 20.0
BEGINNING: Final = "since=2000-01-01"
# What is narrowed by the address of a record of a kind.
_NARROWED: Final = {"event": "event", "question": "question"}
_VARIANTS: Final = ("", "&moved=standing,status", "&type=source,document,source_link", "&op=deleted,redacted,merged")


class Followed(NamedTuple):
    """A stream to listen to, and the address that it names, with the kind of that."""

    path: str
    named: tuple[str, str] = ("", "")

    def elsewhere(self) -> "Followed":
        """The same of what never was."""
        kind, address = self.named
        bare = address.removeprefix("ref:")
        return Followed(self.path.replace(bare, never(bare)), (kind, address.replace(bare, never(bare))))


def streams(world: World) -> list[Followed]:
    """All of them, narrowed by each address where one can stand."""
    everything = [Followed(f"/v1/changes/stream?{BEGINNING}{variant}") for variant in _VARIANTS]
    everything += [Followed(f"/v1/changes/stream?{BEGINNING}&party={party}") for party in ("russia", "france", "italy")]
    for kind, parameter in _NARROWED.items():
        for address in world.addresses[kind]:
            everything += [
                Followed(f"/v1/changes/stream?{BEGINNING}&{parameter}={address}{variant}", (kind, address))
                for variant in _VARIANTS[:2]
            ]
    for address in world.addresses["event"]:
        at = f"/v1/events/{address}/stream?{BEGINNING}"
        everything += [Followed(at + variant, ("event", address)) for variant in _VARIANTS[:2]]
    return everything


def heard(stream: Stream, until: str) -> list[tuple[Any, ...]]:
    """All that a stream sends until a ping says that it is at this position; of a refusal its status and body."""
    if stream.status != httpx.codes.OK:
        problem = json.loads(stream.body())
        return [(stream.status, {name: problem[name] for name in problem.keys() - {"request_id", "instance"}})]
    sent, deadline = list[tuple[Any, ...]](), time.monotonic() + PATIENCE
    while (event := stream.next()) and not (event.comment is not None and event.id == until):
        assert time.monotonic() < deadline, (event, until, sent[-1:])
        if event.data or event.event != "message":
            sent.append((event.id, event.event, event.data, event.comment))
    return sent


def listen(base: str, headers: dict[str, str], followed: Followed, until: str) -> list[tuple[Any, ...]]:
    with Stream(base, followed.path, headers, patience=30) as stream:
        return heard(stream, until)


def canaries_in(text: str, scopes: frozenset[str], world: World, but: str = "") -> list[str]:
    """The names of what these scopes may not know and the text has, `but` what was asked."""
    names = {word: name for name, (_, own) in world.own.items() for word in own}
    forbidden = [word for word, needed in world.words.items() if not needed <= scopes and word not in but]
    return [names.get(word, word) for word in forbidden if word in text]


def is_hidden(followed: Followed, scopes: frozenset[str], world: World) -> bool:
    kind, address = followed.named
    return bool(kind) and not world.addresses[kind].get(address, canaries.OPEN) <= scopes


# --- answers that are kept -------------------------------------------------------------------------------------------

# What is open at first, by kind.
_OPEN: Final = {
    "source": ("to be merged", "grandparent", "speaker", "ministry", "child", "open target"),
    "document": ("paper", "other paper", "its own paper"),
    "event": ("elsewhere", "linked", "merged into secret"),
    "question": ("event question",),
    "claim": ("event first", "event second"),
}
_AT_EVENTS: Final = ("elsewhere", "linked", "merged into secret")


def repeatable(world: World) -> Iterator[Write]:
    """Writes that name what is open, each in several places; what they make is new."""
    for kind, names in _OPEN.items():
        for name in names:
            for address in world.addresses[kind]:
                if address.removeprefix("ref:") in world.own[name][1]:
                    written = writing.naming(world.ids, kind, address)
                    yield from (write for write in written if write.operation.startswith("create_"))
    for name in _AT_EVENTS:
        at = f"/v1/events/{world.ids[name]}"
        yield Write("create_claim", "POST", f"{at}/claims", {
            "text": "Something", "statements": [{"source": world.ids["grandparent"], "document": {
                "url": f"https://{canaries.word(name)}.example/1", "publisher": world.ids["speaker"]}}]})  # fmt: skip
        yield Write("create_question", "POST", f"{at}/questions", {"text": f"What of {canaries.word(name)}?"})


class Kept:
    """Writes of one caller under keys of their own, and how each was answered first."""

    def __init__(self, caller: httpx.AsyncClient) -> None:
        self.caller = caller
        self.answers: list[tuple[Write, str, httpx.Response]] = []

    async def send(self, writes: list[Write], told: Told) -> None:
        for write in writes:
            key = f"key {len(self.answers)} {write.operation}"
            answer = await self._sent(write, key, told)
            if answer.is_success:
                self.answers.append((write, key, answer))

    async def repeat(
        self, scopes: frozenset[str], world: World, told: Told, when: str, *, every: int = 1, start: int = 0
    ) -> None:
        """Send them again: each is answered as before, or as gone, and tells nothing that is hidden now."""
        shown = await self._shown(scopes, world)
        for write, key, first in self.answers[start % every :: every]:
            answer = await self._sent(write, key, told)
            text = answer.text + repr(sorted(answer.headers.items()))
            found = set(canaries_in(text, scopes, world, "" if answer.is_success else write.written())) - shown
            told.canaries += [f"{when}{write}: {name} in {answer.status_code}" for name in found]
            is_gone = answer.status_code == httpx.codes.GONE
            if not is_gone and (answer.status_code, answer.content) != (first.status_code, first.content):
                told.differences.append(f"{when}{write}: {first.text[:300]} ≠ {answer.status_code} {answer.text[:300]}")

    async def _shown(self, scopes: frozenset[str], world: World) -> set[str]:
        """The names of what would be hidden, had the caller not cited it in public meanwhile."""
        shown = set[str]()
        for name, (kind, _) in world.own.items():
            if kind in ("source", "document") and not world.addresses[kind][world.ids[name]] <= scopes:
                answer = await self.caller.get(f"/v1/{kind}s/{world.ids[name]}")
                shown |= {name} if answer.is_success else set()
        return shown

    async def _sent(self, write: Write, key: str, told: Told) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        answer = await self.caller.request(write.method, write.path, json=write.body, headers=headers)
        told.asked += 1
        told.operations.add(write.operation)
        told.statuses[answer.status_code] = told.statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, (write, answer.text)
        return answer
