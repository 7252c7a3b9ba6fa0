"""Loads that would stop the others: each is bounded, and told how long small answers take meanwhile.

Only in `make soak`, one after the other. `make reliability` writes what they tell into docs/reliability.md.
"""

import json
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

import equipment
import pytest
from databases import copied
from services import PICTURE, WATCHED, WORDS, Loaded, Watch, filled, sentence, watched
from soaking import SOAK

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not SOAK, reason="minutes of load")]

P99_MILLISECONDS: Final = 100
# With nothing to do, on a machine that does nothing else. Where it takes longer, the machine is busy, and all the rest
# may take as many times as long.
IDLE_P99_MILLISECONDS: Final = 10
GROWN_MB: Final = 64 + 64  # what answers may be kept in, and what is in the making
AGAIN_SECONDS: Final = 5
SECONDS: Final = 10  # that a load lasts, where it does not end by itself
Tell = Callable[[str, str, Watch], None]


@pytest.fixture(scope="module")
def loaded(server_url: str, template: str) -> Iterator[Loaded]:
    with copied(server_url, template) as database_url, filled(database_url, equipment._KEYS["tester"]) as loaded:
        loaded.ask("GET", "/v1/events/ref:large/dossier")
        for path in (*WATCHED, PICTURE):
            loaded.ask("GET", path)
        yield loaded


@pytest.fixture(scope="module")
def p99_milliseconds(loaded: Loaded) -> float:
    """What small answers may take on this machine, as busy as it is now."""
    with watched(loaded) as watch:
        time.sleep(SECONDS / 2)
    return P99_MILLISECONDS * max(1, max(map(watch.p99, WATCHED)) / IDLE_P99_MILLISECONDS)


@pytest.fixture
def tell(record_property: Callable[[str, Any], None], p99_milliseconds: float) -> Tell:
    """Take the figures down, and hold them against what is promised."""

    def told(load: str, came: str, watch: Watch) -> None:
        times = {path: watch.p99(path) for path in watch.milliseconds}
        small = max(times[path] for path in WATCHED)
        figures = f"{small:.0f} ms", f"{watch.grown_mb:+.0f} MB", f"{watch.again_seconds:.1f} s"
        record_property("reliability", (load, came, *figures))
        rest = f"from {watch.bytes_before / 1e6:.0f} MB, {len(watch.failed)} failed"
        print(f"\n{load}: {came}; p99 {times}, {figures[1:]}, {rest}")  # noqa: T201
        assert small < p99_milliseconds, times
        assert watch.grown_mb < GROWN_MB
        assert watch.again_seconds < AGAIN_SECONDS
        assert not [failure for failure in watch.failed if failure.startswith(WATCHED)], watch.failed[:5]

    return told


def together(count: int, ask: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def again_and_again(count: int, seconds: float, ask: Callable[[int], tuple[int, bytes, float]]) -> list[Any]:
    """As many clients, each asking without a pause for so long; the status and the seconds of each answer."""
    until = time.monotonic() + seconds

    def client(nth: int) -> list[tuple[int, float]]:
        answers = list[tuple[int, float]]()
        while time.monotonic() < until:
            status, _, took = ask(nth + len(answers) * count)
            answers.append((status, took))
        return answers

    return [answer for answers in together(count, client) for answer in answers]


def summary(answers: list[tuple[int, float]]) -> str:
    refused = [seconds for status, seconds in answers if status == 503]
    assert {status for status, _ in answers} <= {200, 201, 503}, Counter(status for status, _ in answers)
    late = f", the slowest after {max(refused) * 1000:.0f} ms" if refused else ""
    return f"{len(answers):,} asked, {len(refused):,} told 503{late}"


def test_alone(loaded: Loaded, tell: Tell) -> None:
    with watched(loaded) as watch:
        time.sleep(SECONDS / 2)
    tell("nothing", "", watch)


def test_dossiers_whose_readers_leave(loaded: Loaded, tell: Tell) -> None:
    host, port = urlsplit(loaded.base).netloc.split(":")

    def leave(nth: int) -> None:
        with socket.create_connection((host, int(port))) as client:
            path = f"/v1/events/ref:middle/dossier?said_before={1000 + nth}-01-01"
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
            time.sleep(0.01)

    with watched(loaded) as watch:
        for start in range(0, 1000, 50):
            together(50, lambda nth, start=start: leave(start + nth))  # type: ignore[misc]
    tell("1,000 dossiers of 190 kB whose readers leave after 10 ms", "given up", watch)


def test_dossiers_that_are_waited_for(loaded: Loaded, tell: Tell) -> None:
    with watched(loaded) as watch:
        path = "/v1/events/ref:middle/dossier?said_before={}-01-01"
        answers = again_and_again(100, SECONDS, lambda nth: loaded.ask("GET", path.format(1000 + nth % 9000)))
    tell("100 readers of ever other dossiers", summary(answers), watch)


@pytest.mark.parametrize(
    "picture",
    [
        *(f"{name}?said_before=" for name in ("dossier", "timeline", "figures", "matrix")),
        *(f"export.{name}?said_before=" for name in ("csv", "jsonld")),
        "diff?clock=said&since=2000&until=",
    ],
)  # fmt: skip
def test_large_pictures(loaded: Loaded, tell: Tell, picture: str) -> None:
    def ask(nth: int) -> tuple[int, bytes, float]:
        return loaded.ask("GET", f"/v1/events/ref:large/{picture}{3000 + nth % 900}")

    with watched(loaded) as watch:
        answers = again_and_again(2, SECONDS, ask)
    tell(f"2 readers of a picture of 5,000 statements: {picture.partition('?')[0]}", summary(answers), watch)


def test_feeds_and_maps(loaded: Loaded, tell: Tell) -> None:
    with watched(loaded) as watch:
        paths = ("/v1/events/ref:large/export.atom", "/v1/events.geojson")
        answers = again_and_again(2, SECONDS, lambda nth: loaded.ask("GET", paths[nth % 2]))
    tell("2 readers of its feed and of the map", summary(answers), watch)


def quoting(nth: int, quotations: int = 200, characters: int = 18_000) -> dict[str, Any]:
    text = " ".join(sentence(number) for number in range(nth, nth + 10_000))[:1_000_000]
    words = text.split(" ")
    count = characters // 8

    def wording(number: int) -> str:
        quoted = words[number * 37 : number * 37 + count]
        quoted[::9] = ["otherwise"] * len(quoted[::9])
        return " ".join(quoted)[:characters]

    said = [{"source": {"name": f"Speaker {n}"}, "wording": wording(n), "quoted": True} for n in range(quotations)]
    return {
        "ref": f"quoting:{nth}:{time.time()}",
        "document": {"url": f"https://long.example/{nth}/{time.time()}", "text": text},
        "events": [{"ref": "quoted", "title": "Quoted", "claims": [{"text": sentence(nth), "statements": said}]}],
    }


def test_quotations(loaded: Loaded, tell: Tell) -> None:
    with watched(loaded) as watch:
        answers = together(7, lambda nth: loaded.ask("POST", "/v1/reports", quoting(nth)))
    told = [(status, seconds) for status, _, seconds in answers]
    longest = max(seconds for _, seconds in told)
    tell("7 reports with 200 quotations of 18,000 characters in 1 MB", f"{longest:.0f} s, {summary(told)}", watch)


def test_readers_who_sip(loaded: Loaded, tell: Tell) -> None:
    host, port = urlsplit(loaded.base).netloc.split(":")
    stop = threading.Event()

    def sip(_: int) -> None:
        with socket.create_connection((host, int(port))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"GET /v1/export.ndjson HTTP/1.1\r\nHost: test\r\n\r\n")
            while not stop.wait(0.5) and client.recv(500):
                pass

    with watched(loaded) as watch, ThreadPoolExecutor(6) as pool:
        sipping = [pool.submit(sip, nth) for nth in range(6)]
        time.sleep(SECONDS)
        status, _, seconds = loaded.ask("GET", "/v1/events/ref:small/export.ndjson")
        stop.set()
        for sipper in sipping:
            sipper.result()
    assert status == 200
    tell("6 readers who sip an export", f"another's export after {seconds:.1f} s", watch)


# What a list may be narrowed by, with values of which there is no end; and what more its readers choose.
FILTERS: Final = {
    "claims": ("q", "ref", "subject", "updated_since"),
    "statements": ("ref", "subject", "said_from", "said_to", "recheck_before"),
    "sources": ("q", "ref", "updated_since"),
    "documents": ("q", "ref", "url", "published_from", "published_to"),
    "events": ("q", "ref", "tag", "occurred_from", "bbox"),
}
SORTS: Final = ("created_at", "-created_at", "updated_at", "-updated_at")


def a_list(nth: int) -> str:
    """One that nobody has asked for before."""
    chance = random.Random(nth)
    name = chance.choice(list(FILTERS))
    values = {"updated_since": f"{1000 + nth}-01-01T00:00:00Z", "recheck_before": f"{1000 + nth}-01-01T00:00:00Z"}
    values |= dict.fromkeys(
        ("said_from", "said_to", "published_from", "published_to", "occurred_from"), f"{1000 + nth}"
    )
    values |= {"url": f"https://news.example/{nth}", "bbox": f"{nth % 180},-{nth % 90},180,{nth % 90}"}
    filters = chance.sample(FILTERS[name], chance.randint(1, 3))
    narrowed = "&".join(f"{parameter}={values.get(parameter, f'w{nth}')}" for parameter in filters)
    return f"/v1/{name}?limit={1 + nth % 50}&sort={chance.choice(SORTS)}&{narrowed}"


def test_lists_with_ever_other_filters(loaded: Loaded, tell: Tell) -> None:
    """Of one reader, for longer: what is remembered of them is looked through every five seconds."""
    with watched(loaded) as watch:
        answers = again_and_again(1, 3 * SECONDS, lambda nth: loaded.ask("GET", a_list(nth % 8000)))
    tell("one reader of lists with ever other filters", summary(answers), watch)


@pytest.mark.parametrize(
    ("load", "path"),
    [
        ("searches for 32 words, counted", "/v1/search?q={words}&facets=type,language&count=true&limit=200"),
        ("claims:search for 32 words", "/v1alpha1/claims:search?query={words}"),
        ("sources by name, counted", "/v1/sources?q=speaker%20{nth}&facets=kind,party&count=true&limit=200"),
    ],
)
def test_searches(loaded: Loaded, tell: Tell, load: str, path: str) -> None:
    def ask(nth: int) -> tuple[int, bytes, float]:
        words = "%20or%20".join(f"{sentence(nth + n).split()[0]}" for n in range(16))
        asked = path.format(words=words, nth=nth % 1000)
        return loaded.ask("GET", asked)

    with watched(loaded, PICTURE) as watch:
        answers = again_and_again(16, SECONDS, ask)
    picture = watch.p99(PICTURE)
    tell(f"16 clients with {load}", f"{summary(answers)}; a small picture's p99 {picture:.0f} ms", watch)


def test_searches_of_another_caller(loaded: Loaded, tell: Tell) -> None:
    """Sixteen clients of one key have the place for searches all the time; who has no key searches beside them."""
    words = "%20or%20".join(f"{sentence(nth).split()[0]}" for nth in range(16))
    asked = f"/v1/search?q={words}&facets=type,language&count=true&limit="
    others = list[tuple[int, float]]()
    until = time.monotonic() + SECONDS

    def search_without_key() -> None:
        while time.monotonic() < until - 2:
            status, _, seconds = loaded.ask("GET", "/v1/search?q=harbour", Authorization="")
            others.append((status, seconds))
            time.sleep(0.2)

    with watched(loaded) as watch, ThreadPoolExecutor(1) as pool:
        search = pool.submit(search_without_key)
        answers = again_and_again(16, SECONDS, lambda nth: loaded.ask("GET", f"{asked}{nth % 200 + 1}"))
        search.result()
    assert {status for status, _ in others} == {200}, others
    longest = max(seconds for _, seconds in others)
    came = f"{summary(answers)}; another caller's {len(others)} are answered, the slowest after {longest:.1f} s"
    tell("16 clients of one key with searches for 32 words, and a caller without a key", came, watch)


def lines_of_claims(nth: int, size: int = 1_000_000) -> bytes:
    """So many bytes of claims that have little in common."""
    pick, ref = random.Random(nth), f"lines-{nth}-{time.time()}"
    lines = [json.dumps({"type": "event", "ref": ref, "title": f"Lines {nth}"})]
    while size > 0:
        text = " ".join(f"{pick.randrange(10**6)} {pick.choice(WORDS)}" for _ in range(40))
        lines.append(json.dumps({"type": "claim", "event": f"ref:{ref}", "text": text}))
        size -= len(lines[-1])
    return "\n".join(lines).encode()


def line_of_a_document(nth: int) -> bytes:
    text = " ".join(f"{sentence(number)} был взрыв" for number in range(nth, nth + 25_000))
    return json.dumps({"type": "document", "url": f"https://lines.example/{nth}", "text": text[:990_000]}).encode()


@pytest.mark.parametrize(
    ("load", "body", "most_stored"),
    [
        ("16 bodies of a megabyte of lines", lines_of_claims, 12),
        (
            "16 bodies with four texts of a megabyte",
            lambda nth: b"\n".join(map(line_of_a_document, range(nth, nth + 4))),
            5,
        ),
    ],
)
def test_bodies_of_lines(loaded: Loaded, tell: Tell, load: str, body: Callable[[int], bytes], most_stored: int) -> None:
    """As many as one caller may send at once are let in, and what is let in is stored."""
    contents = [body(nth) for nth in range(16)]
    headers = {"Content-Type": "application/x-ndjson"}
    with watched(loaded) as watch:
        answers = together(16, lambda nth: loaded.ask("POST", "/v1/ingest", contents[nth], **headers))
    taken = [(status, seconds) for status, _, seconds in answers]
    assert [status for status, _ in taken].count(200) == most_stored
    tell(load, f"{max(seconds for _, seconds in taken):.0f} s, {summary(taken)}", watch)


@pytest.mark.parametrize(("count", "expected"), [(950, 413), (200, 201)])
def test_many_long_claims(loaded: Loaded, tell: Tell, count: int, expected: int) -> None:
    long_claims = [{"text": " ".join(sentence(nth * 7 + n, 14) for n in range(60))[:4_900]} for nth in range(count)]
    body = {
        "ref": f"claims:{time.time()}",
        "document": {"url": f"https://claims.example/{time.time()}"},
        "events": [{"ref": f"claims-{time.time()}", "title": "Claims", "claims": long_claims}],
    }
    writes: list[tuple[int, float]] = []
    stop = threading.Event()

    def write() -> None:
        nth = 0
        while not stop.wait(0.05):
            nth += 1
            status, _, seconds = loaded.ask(
                "POST", "/v1/sources", {"name": f"Ines Varga {nth} {time.time()}", "kind": "person"}
            )
            writes.append((status, seconds))

    writer = threading.Thread(target=write)
    with watched(loaded) as watch:
        writer.start()
        until, answers = time.monotonic() + SECONDS / 3, [loaded.ask("POST", "/v1/reports", body)]
        while time.monotonic() < until:  # or so few small answers are seen that one late one is all of them
            answers.append(loaded.ask("POST", "/v1/reports", body))
        stop.set()
        writer.join()
    status, answer, seconds = answers[0]
    assert status == expected, answer[:500]
    waited = max(took for _, took in writes)
    tell(
        f"{count} claims of 4,900 characters in one report",
        f"{status} after {seconds:.1f} s; other writes {summary(writes)}, the longest {waited:.1f} s",
        watch,
    )


def test_sigterm(server_url: str, template: str, record_property: Callable[[str, Any], None]) -> None:
    with (
        copied(server_url, template) as url,
        filled(url, equipment._KEYS["tester"]) as loaded,
        ThreadPoolExecutor(7) as pool,
    ):
        answers = [pool.submit(loaded.ask, "POST", "/v1/reports", quoting(nth)) for nth in range(7)]
        time.sleep(3)
        began = time.monotonic()
        loaded.process.send_signal(signal.SIGTERM)
        loaded.process.wait(60)
        seconds = time.monotonic() - began
        statuses = sorted({answer.result()[0] for answer in answers if answer.exception() is None})
    record_property(
        "reliability",
        ("SIGTERM while quotations are looked up", f"ends after {seconds:.1f} s, answers {statuses}", "", "", ""),
    )
    assert seconds < 15
