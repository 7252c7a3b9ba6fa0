"""What Prometheus is told. Labels are of closed lists: routes' templates, never paths; kinds of problems, never texts.

Each worker counts by itself and answers on a port of its own: adding up is what Prometheus does. In files that workers
share (prometheus-client's multiprocess mode) a request's numbers cost four times as much.
"""

import errno
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from threading import Thread
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})
_WAITS: Final = (0.001, 0.01, 0.1, 1.0, 5.0)

PROBLEMS: Final = Counter(
    "counterclaim_problems", "Requests that were refused or failed, by the kind of problem.", ("problem",)
)
KEPT_BYTES: Final = Gauge("counterclaim_kept_bytes", "What kept answers take of memory.")
INGEST_LINES: Final = Counter("counterclaim_ingest_lines", "Lines of ingest: created, matched or failed.", ("outcome",))
TURNS: Final = Gauge(
    "counterclaim_turns", "Places of each kind of work: taken, all places, and who waits in line.", ("work", "state")
)
TURN_WAITS: Final = Histogram(
    "counterclaim_turn_wait_seconds", "How long who found no free place waited for one.", ("work",), buckets=_WAITS
)
TURNS_REFUSED: Final = Counter("counterclaim_turns_refused", "Answered 503, for too many waited.", ("work",))
LEDGER_WAITS: Final = Histogram(
    "counterclaim_ledger_wait_seconds", "How long writes waited for the ledger's lock.", buckets=_WAITS
)
LEDGER_SEQ: Final = Gauge("counterclaim_ledger_seq", "The number of the ledger's last change.")
STREAMS: Final = Gauge("counterclaim_streams", "Streams of changes that somebody listens to.")
WEBHOOK_DELIVERIES: Final = Counter("counterclaim_webhook_deliveries", "Attempts to deliver.", ("outcome",))
WEBHOOKS: Final = Gauge("counterclaim_webhooks", "Webhooks: sent to, failing, or disabled.", ("state",))
WEBHOOK_LAG: Final = Gauge("counterclaim_webhook_lag_seconds", "How long the one has failed that has failed longest.")
WEBHOOK_SENDERS: Final = Gauge("counterclaim_webhook_senders", "1 in the worker that sends to webhooks.")


# --- what every request counts ----------------------------------------------------------------------------------------

_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _OfRequests(Collector):
    """Of what is kept an answer takes 20 µs: counted by prometheus-client, under a lock, they would be three more."""

    def __init__(self) -> None:
        self.hits, self.misses = 0, 0
        self.seconds: dict[tuple[str, str, int], list[float]] = {}
        """By method, route and status: how many took up to each of `_SECONDS` and no less, and what all took."""

    def collect(self) -> Iterator[Metric]:
        requests = HistogramMetricFamily(
            "counterclaim_request_seconds",
            "Requests: from the first byte to the end of the answer.",
            labels=("method", "route", "status"),
        )
        for (method, route, status), (*counts, total) in list(self.seconds.items()):
            buckets = list(zip((*map(floatToGoString, _SECONDS), "+Inf"), accumulate(counts), strict=True))
            requests.add_metric((method, route, str(status)), buckets, total)
        yield requests
        kept_answers = CounterMetricFamily(
            "counterclaim_kept_answers",
            "Reads that may be kept: answered out of memory (hit), or made (miss).",
            labels=("result",),
        )
        kept_answers.add_metric(("hit",), self.hits)
        kept_answers.add_metric(("miss",), self.misses)
        yield kept_answers


OF_REQUESTS: Final = _OfRequests()
REGISTRY.register(OF_REQUESTS)


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered. No label is what somebody made up."""
    name = method, route, status
    counts = OF_REQUESTS.seconds.get(name)
    if counts is None:
        name = method if method in _METHODS else "OTHER", route or "none", status
        counts = OF_REQUESTS.seconds.setdefault(name, [0] * (len(_SECONDS) + 2))
    counts[bisect_left(_SECONDS, seconds)] += 1
    counts[-1] += seconds


# --- for whoever scrapes ---------------------------------------------------------------------------------------------

MOST_WORKERS: Final = 64


@contextmanager
def served(host: str, port: int) -> Iterator[None]:
    """Answer scrapers, for as long as this lasts, on this port, or where other workers are on it on the next free one.

    Raises OSError where none is free.
    """
    server, thread = _start(host, port, port + MOST_WORKERS)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _start(host: str, port: int, end: int) -> tuple[WSGIServer, Thread]:
    try:
        return start_http_server(port, host)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or port + 1 == end:
            raise
    return _start(host, port + 1, end)
