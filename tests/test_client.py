"""What is sent arrives, once, whatever the network does; and what is said of it is true."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import httpx
import networks
import pytest
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import Network

from app import client
from app.client import GaveUp, Progress, Refused, SendingPace

PACE = SendingPace(lines=3, retries=8, max_wait=20)
LINES = [b'{"n": %d}\n' % n for n in range(10)]
BARE = [line.strip() for line in LINES]
FAULTS = {
    "dropped at once": networks.drop_at_once,
    "dropped half way": networks.drop_half_way,
    "answer dropped": networks.drop_the_answer,
    "answer cut": networks.cut_the_answer,
    "no summary": networks.leave_the_summary_out,
    "half is stored": networks.store_half,
    "more bytes": networks.change(lambda told: told[-1].update(bytes=told[-1]["bytes"] + 1)),
    "fewer lines": networks.change(lambda told: told[-1].update(lines=told[-1]["lines"] - 1)),
    "more created": networks.change(lambda told: told[-1].update(created=told[-1]["created"] + 1)),
    "not done": networks.change(lambda told: told[-1].update(done=False)),
    "a line twice": networks.change(lambda told: told.insert(1, told[0])),
    "a line missing": networks.change(lambda told: told.pop(0)),
    "another line": networks.change(lambda told: told[0].update(line=7)),
    "a status of its own": networks.change(lambda told: told[0].update(status=302)),
    "no status": networks.change(lambda told: told[0].update(status="201")),
    "no objects": networks.change(lambda told: told.insert(0, [])),  # type: ignore[arg-type]
    "a portal's page": networks.status(200),
    "429": networks.status(429, Retry_After="0"),
    "502": networks.status(502),
    "503": networks.status(503, b'{"title": "Busy", "detail": "Later."}'),
    "504": networks.status(504, Retry_After="nonsense"),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(client, "LONGEST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def network() -> Iterator[Network]:
    with networks.network() as made:
        yield made


def send(
    network: Network, lines: list[bytes], pace: SendingPace = PACE, so_far: Progress = Progress()
) -> list[Progress]:
    with client.connected(network.url, "cc_key", timeout=5) as http:
        return list(client.send(http, lines, pace, so_far))


def refused(steps: list[Progress]) -> list[tuple[int, bytes]]:
    return [(one.line.number, one.line.data) for step in steps for one in step.rejected]


def test_splits_by_lines_and_by_bytes(network: Network) -> None:
    steps = send(network, LINES)
    assert [len(lines) for lines in network.requests] == [3, 3, 3, 1]
    assert network.stored == BARE
    assert [(step.lines, step.created) for step in steps] == [(3, 3), (6, 6), (9, 9), (10, 10), (10, 10)]
    size = len(LINES[0])
    send(network, LINES, replace(PACE, bytes=2 * size))
    assert [len(lines) for lines in network.requests[4:]] == [2] * 5
    assert send(network, [b"x" * size], replace(PACE, bytes=size))[-1].created == 1


def test_says_who_asks_and_why(network: Network) -> None:
    with client.connected(f"{network.url}/", "cc_key", reason="нашли ошибку") as http:
        list(client.send(http, LINES))
    (headers,) = network.headers
    assert headers["authorization"] == "Bearer cc_key"
    assert headers["change-reason"].encode("latin-1").decode() == "нашли ошибку"
    assert (headers["content-type"], headers["content-encoding"]) == ("application/x-ndjson", "zstd")


def test_what_no_line_is(network: Network) -> None:
    """Blank lines count and are not sent; a byte order mark and line ends of any kind don't matter."""
    steps = send(network, [b"\xef\xbb\xbf{}\r\n", b"\n", b"  \t\r\n", b'{"a":\n1}', b"\n"])
    assert network.requests == [[b"{}", b'{"a": 1}']]
    assert steps[-1] == Progress(lines=5, created=2)
    assert send(network, []) == [Progress()]
    assert send(network, [b"\n"]) == [Progress(lines=1)]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_a_network_loses_a_line(network: Network, fault: str) -> None:
    network.faults = [networks.honest, FAULTS[fault], FAULTS[fault]]
    last = send(network, LINES)[-1]
    assert network.stored == BARE
    assert (last.lines, last.created + last.matched, last.failed) == (10, 10, 0)
    assert len(network.headers) == len(LINES) // 3 + 1 + 2, "a request is sent again"


@settings(max_examples=soaking.times(40))
@given(
    st.lists(st.sampled_from([networks.honest, *FAULTS.values()]), max_size=12),
    st.lists(st.sampled_from([b"a", b"b", b"bad 1", b"bad 2", b"", b"busy"]), max_size=12),
    st.integers(1, 5),
)
def test_any_faults_and_any_lines(faults: list[Any], lines: list[bytes], size: int) -> None:
    """In whatever order: each line is stored, or refused with its number; nothing is counted twice or left out."""
    with networks.network(*faults) as network:
        seen: list[bytes] = []

        def refuses(line: bytes) -> Any:
            seen.append(line)
            if line.startswith(b"bad"):
                return networks.BAD
            if line == b"busy" and seen.count(line) % 3:
                return networks.BUSY
            return None

        network.refuses = refuses
        # Not `connected`: it loads the machine's certificates, which takes longer than all the rest.
        with httpx.Client(base_url=network.url, verify=False) as http:
            steps = list(client.send(http, lines, SendingPace(lines=size, retries=20, max_wait=30)))
        lost = [line for line in lines if line.startswith(b"bad")]
        assert sorted(data for _, data in refused(steps)) == sorted(lost)
        assert all(lines[number - 1] == data for number, data in refused(steps))
        assert set(network.stored) == {line for line in lines if line} - set(lost)
        last = steps[-1]
        assert (last.lines, last.failed) == (len(lines), len(lost))
        assert last.created + last.matched + last.failed == len([line for line in lines if line])


# --- lines that are refused ----------------------------------------------------------------------------------------


def test_a_refused_line_comes_back_with_its_problem(network: Network) -> None:
    network.refuses = lambda line: networks.BAD if line == BARE[4] else None
    (one,) = [one for step in send(network, LINES) for one in step.rejected]
    assert (one.line.number, one.line.data, one.problem) == (5, BARE[4], networks.BAD)
    assert [line for lines in network.requests for line in lines].count(BARE[4]) == 1


def test_a_line_too_long_is_not_sent(network: Network) -> None:
    steps = send(network, [b"a", b"b" * 101, b"c"], replace(PACE, bytes=100))
    assert network.requests == [[b"a"], [b"c"]]
    assert refused(steps) == [(2, b"")]
    assert steps[-1] == Progress(lines=3, created=2, failed=1)


def test_lines_that_met_a_busy_service_go_again_with_those_that_failed_beside_them(network: Network) -> None:
    """A line may have been refused because one before it, which it names, was not stored."""

    def refuses(line: bytes) -> Any:
        if line == b"a":
            return networks.BUSY if len(network.requests) == 1 else None
        return None if b"a" in network.stored else networks.BAD

    network.refuses = refuses
    assert send(network, [b"a", b"b", b"c"])[-1] == Progress(lines=3, created=3)
    assert network.requests == [[b"a", b"b", b"c"]] * 2


def test_a_service_that_is_slow_is_waited_for_as_long_as_it_gets_on(network: Network) -> None:
    network.refuses = lambda line: networks.BUSY if int(line) > len(network.requests) else None
    steps = send(network, [b"%d" % n for n in range(30)], SendingPace(lines=30, retries=2, max_wait=1))
    assert steps[-1] == Progress(lines=30, created=30)
    network.refuses = lambda line: networks.BUSY if line == b"poison" else None
    with pytest.raises(GaveUp, match=r"line 2: 503 Busy: Try again.*3 attempts"):
        send(network, [b"d", b"poison", b"e"], replace(PACE, retries=2))
    assert set(network.stored) >= {b"d", b"e"}


def test_what_was_refused_can_be_sent_as_it_was_kept(network: Network) -> None:
    odd = [b'{"a": "\xd0\xb0"}', b"\xff\xfe", b'{"line": 1}', b'{"line":']
    records = [{"line": 9, "problem": networks.BAD, "input": client.text_of(line)} for line in odd]
    send(network, [json.dumps(record).encode() for record in records])
    assert network.stored == odd
    last = send(
        network, [b'{"line": 1, "problem": {}, "input": "{\\n}"}', b'{"line": 2, "problem": {}, "input": " "}']
    )[-1]
    assert network.requests[-1] == [b"{ }"]
    assert last.lines == 2


def test_goes_on_from_what_was_acknowledged(network: Network) -> None:
    first = send(network, LINES[:3])[0]
    assert send(network, LINES[3:], so_far=first)[-1] == Progress(lines=10, created=10)
    network.refuses = lambda _: networks.BAD
    steps = send(network, LINES[:1], so_far=first)
    assert refused(steps) == [(4, BARE[0])]
    assert steps[-1] == Progress(lines=4, created=3, failed=1)


# --- when to wait, and when not ------------------------------------------------------------------------------------


def test_a_request_that_is_too_large_goes_in_halves(network: Network) -> None:
    network.faults = [networks.at_most(2)]
    assert send(network, LINES, replace(PACE, lines=10))[-1] == Progress(lines=10, created=10)
    assert network.stored == BARE
    network.faults = [networks.at_most(0)]
    steps = send(network, LINES[:2])
    assert [one.problem["status"] for step in steps for one in step.rejected] == [413, 413]


def test_waits_as_long_as_it_is_told(network: Network) -> None:
    waited: list[tuple[str, float]] = []
    network.faults = [networks.status(503, Retry_After="1")]
    began = time.monotonic()
    send(network, LINES[:1], replace(PACE, waiting=lambda *told: waited.append(told)))
    assert time.monotonic() - began >= 1
    ((why, seconds),) = waited
    assert "503" in why
    assert seconds == 1


@pytest.mark.parametrize(
    ("words", "least", "most"), [("5", 5, 5), (10.0, 8, 10), (-10.0, 0, 0), ("", 0, 0), ("-1", 0, 0), ("soon", 0, 0)]
)
def test_retry_after_is_a_number_or_a_date(words: str | float, least: float, most: float) -> None:
    told = words if isinstance(words, str) else formatdate(time.time() + words, usegmt=True)
    assert least <= client._retry_after(told) <= most


def test_gives_up(network: Network) -> None:
    network.faults = [networks.status(503)] * 9
    with pytest.raises(GaveUp, match=r"503 Service Unavailable .*9 attempts"):
        send(network, LINES)
    network.faults = [networks.status(503, Retry_After="30")]
    with pytest.raises(GaveUp, match="1 attempts"):  # it would be too late
        send(network, LINES, replace(PACE, max_wait=10))
    network.faults = [networks.status(503)] * 99
    with pytest.raises(GaveUp):
        send(network, LINES, replace(PACE, retries=99, max_wait=0.05))
    assert len(network.faults) > 50
    network.faults = [networks.sleep(0.3)] * 2
    with client.connected(network.url, "cc_key", timeout=0.1) as http, pytest.raises(GaveUp, match="timed out"):
        list(client.send(http, LINES, replace(PACE, retries=1)))


def test_gives_up_where_nobody_listens() -> None:
    with networks.network() as gone:
        pass
    with pytest.raises(GaveUp, match=f"{gone.url}.*refused"):
        send(gone, LINES, replace(PACE, retries=2))


@pytest.mark.parametrize(
    ("code", "said"),
    [(401, "401 Unauthorized"), (403, "403"), (404, "404"), (400, "400 Bad Request"), (307, "elsewhere.example: give")],
)
def test_some_refusals_are_final(network: Network, code: int, said: str) -> None:
    """And the key goes nowhere else."""
    network.faults = [networks.status(code, Location="http://elsewhere.example")]
    with pytest.raises(Refused, match=said) as error:
        send(network, LINES)
    assert len(network.headers) == 1
    assert "cc_key" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "file:///etc/passwd", "127.0.0.1:8000", "http://", "http://a:b@c", "http://a/?b", "http://a/#b", ""],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(Refused, match="address"), client.connected(url, "cc_key"):
        pass


@pytest.mark.parametrize("key", ["", "cc_secret\r\nX: y", "cc_secret two", "cc_sécret"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(Refused, match="key") as error, client.connected("http://127.0.0.1", key):
        pass
    assert "cret" not in str(error.value)
