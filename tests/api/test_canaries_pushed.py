"""Nobody is sent what is hidden from them, nor that it is there: by streams, webhooks and answers given again."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any, Final

import canaries
import httpx
import psycopg
import pushed
import pytest
import soaking
import writing
from crawling import Told
from fastapi import FastAPI
from following import Stream
from hooking import hook, sending, until
from pushed import Followed, Kept
from receiving import Receiver
from services_at import serving
from test_canaries import IDENTITIES, STATES, Callers, holders, report

from app.api.routes import changes
from app.services.webhooks import sender

EVERY: Final = 12 if soaking.SOAK else 179  # of so many streams one is listened to by each caller in each state
REPEATED: Final = 1 if soaking.SOAK else 40  # of so many writes one is sent
# None: what happens is what the crawlers of reads and writes have, too; else it is made up.
HISTORIES: Final = [None, *(soaking.seeds(1)[:3] if soaking.SOAK else ())]
# Who writes, and then has a key that may read less.
WRITERS: Final = {
    "writer": frozenset({"ingest", "edit", "assess"}),
    "reading writer": frozenset({"ingest", "edit", "assess", "read"}),
    "writer of all": frozenset({"ingest", "edit", "assess", "read", "confidential"}),
}


async def unfold(world: canaries.World, seed: int | None) -> AsyncIterator[str]:
    """The name of each state of the world."""
    yield "as made"
    chance = Random(seed)
    for change in STATES[1:]:
        if seed is None and change is not None:
            await change(world)
            yield change.__name__
        else:
            yield f"{seed}, {await canaries.at_random(world, chance)}"


def found_nothing(told: Told) -> None:
    assert not told.canaries, "\n".join(told.canaries)
    assert not told.differences, "\n".join(told.differences)


async def position(client: httpx.AsyncClient) -> str:
    told: str = (await client.get("/v1/changes/checkpoint")).json()["position"]
    return told


def headers_of(caller: httpx.AsyncClient) -> dict[str, str]:
    return {"Authorization": caller.headers["Authorization"]} if "Authorization" in caller.headers else {}


class Listeners:
    """Listens to streams as several callers."""

    def __init__(self, base: str, callers: Callers, world: canaries.World) -> None:
        self.base, self.callers, self.world, self.told = base, callers, world, Told()
        self.turn = 0

    async def listen(self, when: str) -> None:
        until = await position(self.world.editor)
        everything = pushed.streams(self.world)
        for name, caller in self.callers.items():
            self.turn += 1
            for followed in [everything[self.turn % 7], *everything[self.turn * 5 % EVERY :: EVERY]]:
                await asyncio.to_thread(self._compare, name, headers_of(caller), followed, until, f"{when}, {name}: ")

    def _compare(self, name: str, headers: dict[str, str], followed: Followed, until: str, when: str) -> None:
        scopes = IDENTITIES[name]
        sent = pushed.listen(self.base, headers, followed, until)
        self.note(sent)
        asked = followed.path
        self.told.canaries += [
            f"{when}{asked}: {word}" for word in pushed.canaries_in(repr(sent), scopes, self.world, asked)
        ]
        if pushed.is_hidden(followed, scopes, self.world):
            never = followed.elsewhere()
            other = pushed.listen(self.base, headers, never, until)
            self.note(other)
            shown = [
                repr(one).replace(each.named[1].removeprefix("ref:"), "…")
                for one, each in ((sent, followed), (other, never))
            ]
            if shown[0] != shown[1]:
                self.told.differences.append(f"{when}{asked}: {shown[0]} ≠ {shown[1]}")

    def note(self, sent: list[tuple[Any, ...]]) -> None:
        self.told.asked += 1
        status = sent[0][0] if sent and isinstance(sent[0][0], int) else 200
        self.told.statuses[status] = self.told.statuses.get(status, 0) + 1
        self.told.operations.add("stream")


@pytest.fixture
async def listeners(
    app: FastAPI,
    client: httpx.AsyncClient,
    psql: psycopg.Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    monkeypatch.setattr(changes, "PING_SECONDS", 0.05)
    callers = await holders(app, psql, IDENTITIES)
    world = await canaries.world(client)
    with serving(database_url) as base:
        yield Listeners(base, callers, world)
    for caller in callers.values():
        await caller.aclose()


@pytest.mark.soak
@pytest.mark.parametrize("seed", HISTORIES)
async def test_who_listens_is_not_told_what_is_hidden(listeners: Listeners, seed: int | None) -> None:
    states = []
    async for state in unfold(listeners.world, seed):
        states.append(state)
        await listeners.listen(state)
    report(listeners.told, len(listeners.callers), states)
    found_nothing(listeners.told)
    assert listeners.told.statuses[200] > listeners.told.asked / 4


async def test_who_listens_hears_nothing_where_only_what_is_hidden_changes(listeners: Listeners) -> None:
    """While somebody listens: not even that something is sent, or an id, moves with what is hidden."""
    world, open_event = listeners.world, listeners.world.ids["event"]
    paths = ["/v1/changes/stream", f"/v1/changes/stream?event={open_event}", f"/v1/events/{open_event}/stream"]
    paths += [f"{path}{'&' if '?' in path else '?'}moved=standing,status" for path in paths]
    base, anybody = listeners.base, headers_of(listeners.callers["anybody"])
    all_seeing = headers_of(listeners.callers["all"])
    streams = [await asyncio.to_thread(Stream(base, path, anybody).__enter__) for path in paths]
    seeing = await asyncio.to_thread(Stream(base, "/v1/changes/stream", all_seeing).__enter__)
    await canaries.stir(world)
    # Who follows an event is woken by what is shown of it: so the position of its pings is the last one's only then.
    await world.change("claims", "event first", text="Another text")
    here = await position(world.editor)
    heard = [await asyncio.to_thread(pushed.heard, stream, here) for stream in streams]
    assert [len(events) for events in heard] == [1, 1, 1, 0, 0, 0], heard
    assert len(await asyncio.to_thread(pushed.heard, seeing, here)) > 10
    for stream in (*streams, seeing):
        stream.__exit__()


# --- webhooks --------------------------------------------------------------------------------------------------------

_SENDER: Final = sender.Sender
# By name: the scopes with which a webhook is made, and those that its key has when it is sent to.
HOOKED: Final = {
    "read": ({"read"}, {"read"}),
    "all": ({"read", "confidential"}, {"read", "confidential"}),
    "lost read": ({"read"}, {"ingest"}),
    "lost confidential": ({"read", "confidential"}, {"read"}),
    "lost all": ({"read", "confidential"}, set()),
}  # fmt: skip
FILTERS: Final = (
    "", "moved=standing,status", "type=source,document,event", "event={event}", "question={event question}",
    "event={secret}", "event={merged into open event},{event}", "event={elsewhere}", "party=russia",
)  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("seed", HISTORIES)
async def test_webhooks_are_not_sent_what_is_hidden(  # noqa: PLR0917
    hooked: FastAPI,
    client: httpx.AsyncClient,
    psql: psycopg.Connection,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    seed: int | None,
) -> None:
    senders = list[sender.Sender]()

    def begin(*given: Any) -> sender.Sender:
        senders.append(_SENDER(*given))
        return senders[-1]

    monkeypatch.setattr(sender, "Sender", begin)
    world = await canaries.world(client)
    made = await holders(hooked, psql, {name: frozenset(before) for name, (before, _) in HOOKED.items()})
    filters = FILTERS if soaking.SOAK else FILTERS[:1]
    owners, told, sent, states = dict[str, str](), Told(), 0, list[str]()
    for name, caller in made.items():
        for words in filters:
            narrowing = {"filter": words.format_map(world.ids)} if words else {}
            owners[(await hook(caller, receiver, since="2000-01-01", **narrowing))["id"]] = name
        hidden = [*world.addresses["event"], *world.addresses["question"]][:: 1 if soaking.SOAK else 5]
        for address in hidden:
            await _refused_alike(caller, frozenset(HOOKED[name][0]), world, address, told)
    for name, (_, after) in HOOKED.items():
        psql.execute("UPDATE api_key SET scopes = %s WHERE name = %s", [list(after), name])
    async with sending(hooked):
        async for state in unfold(world, seed):
            states.append(state)
            here = int((await position(client)).partition("-")[0])
            await until(lambda here=here: senders and _are_over(psql, senders[-1], here))  # type: ignore[misc]
            for message in receiver.messages[sent:]:
                name = owners[message.data["webhook"]]
                text = message.body.decode() + repr(sorted(message.headers.items()))
                found = pushed.canaries_in(text, frozenset(HOOKED[name][1]), world)
                told.canaries += [f"{state}, {name}: {word} in {text[:300]}" for word in found]
                told.asked += 1
            sent = len(receiver.messages)
    report(told, len(HOOKED), states)
    found_nothing(told)
    assert {owners[message.data["webhook"]] for message in receiver.messages} == set(HOOKED)
    for caller in made.values():
        await caller.aclose()


def _are_over(psql: psycopg.Connection, sending_to: sender.Sender, seq: int) -> bool:
    """Whether the ledger was looked through for all webhooks up to there: what was sent, and what fits nothing."""
    webhooks = psql.execute("SELECT id, seq FROM webhook").fetchall()
    scanned = {id_: position.seq for id_, (_, _, position) in sending_to.scanned.items()}
    return all(max(sent, scanned.get(id_, 0)) >= seq for id_, sent in webhooks)


async def _refused_alike(
    caller: httpx.AsyncClient, scopes: frozenset[str], world: canaries.World, address: str, told: Told
) -> None:
    kind = "event" if address in world.addresses["event"] else "question"
    followed = Followed(f"{kind}={address}", (kind, address))
    if pushed.is_hidden(followed, scopes, world):
        answers = []
        for each in (followed, followed.elsewhere()):
            body = {"url": "https://desk.example/hooks", "filter": each.path}
            answer = await caller.post("/v1/webhooks", json=body)
            answers.append(writing.plain(answer, [each.named[1].removeprefix("ref:")]))
            told.asked += 1
        if answers[0] != answers[1]:
            told.differences.append(f"{address}: {answers[0]} ≠ {answers[1]}")


# --- answers that are kept -------------------------------------------------------------------------------------------


async def protect(world: canaries.World) -> None:
    await world.change("sources", "child", confidential=True)
    world.hide("child", canaries.CONFIDENTIAL)


@pytest.mark.soak
@pytest.mark.parametrize("seed", HISTORIES)
async def test_an_answer_is_not_given_again_when_it_tells_what_is_hidden_since(
    app: FastAPI, client: httpx.AsyncClient, psql: psycopg.Connection, seed: int | None
) -> None:
    world = await canaries.world(client)
    callers = await holders(app, psql, WRITERS)
    told, kept, states = Told(), dict[str, Kept](), list[str]()
    writes = list(pushed.repeatable(world))
    for nth, (name, caller) in enumerate(callers.items()):
        kept[name] = Kept(caller)
        await kept[name].send(writes[nth % REPEATED :: REPEATED], told)
    assert sum(map(len, (one.answers for one in kept.values()))) > told.asked / 4
    async for state in unfold(world, seed):
        states.append(state)
        for name in callers:
            await kept[name].repeat(WRITERS[name], world, told, f"{state}, {name}: ")
        if seed is None or state == "as made":  # what is made up need not hide anything at once
            assert (410 in told.statuses) == (state != "as made")
        if state == "part_all":
            await protect(world)
    # The same names with keys that may read less: what was answered to more is not given again.
    psql.execute("UPDATE api_key SET scopes = %s WHERE name = 'writer of all'", [list(WRITERS["reading writer"])])
    psql.execute("UPDATE api_key SET scopes = %s WHERE name = 'reading writer'", [list(WRITERS["writer"])])
    before = told.statuses.get(410, 0)
    for name in ("writer of all", "reading writer"):
        await kept[name].repeat(WRITERS["writer"], world, told, f"with less, {name}: ")
    repeated = sum(len(kept[name].answers) for name in ("writer of all", "reading writer"))
    # Where nothing is made up, all of them tell something that is hidden by now.
    assert (repeated if seed is None else 1) <= told.statuses[410] - before <= repeated
    report(told, len(callers), states)
    found_nothing(told)
    for caller in callers.values():
        await caller.aclose()
