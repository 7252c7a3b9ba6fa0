"""`COUNTERCLAIM_METRICS_PORT`: where a scraper asks."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import services_at as at
import soaking
from following import Stream
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from app.telling import metrics


def scraped(port: int) -> dict[str, float]:
    """Each number by its name and labels."""
    text = at.get(f"http://127.0.0.1:{port}/metrics").text
    return {
        " ".join([sample.name, *(sample.labels[label] for label in sorted(sample.labels))]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def soon(ask: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + at.PATIENCE
    value = None
    while value != wanted:
        assert time.monotonic() < deadline, f"{value}, not {wanted}"
        time.sleep(0.05)
        with suppress(httpx.ConnectError):
            value = ask()


COUNT = "counterclaim_request_seconds_count GET /v1/events 200"


def test_a_worker_tells_of_itself_and_looks_again(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERCLAIM_METRICS_PORT", str(port := at.free_port()))
    metrics.LEDGER_SEQ.set(-1)
    with at.serving(database_url) as base:
        before = scraped(port).get(COUNT, 0)
        assert at.get(f"{base}/v1/events").status_code == 200
        assert at.get(f"{base}/metrics").status_code == 404, "a port of its own"
        soon(lambda: scraped(port).get(COUNT), before + 1)
        soon(lambda: scraped(port)["counterclaim_ledger_seq"], 0)
        with metrics.served("127.0.0.1", port):  # as another worker
            assert scraped(port + 1)[COUNT] == before + 1
    with pytest.raises(httpx.ConnectError):
        scraped(port)


def test_a_port_that_is_taken_is_told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with metrics.served("127.0.0.1", port := at.free_port()):
        for first, workers in ((port, "1"), (port - 1, "2")):
            monkeypatch.setenv("COUNTERCLAIM_METRICS_PORT", str(first))
            where = ["--database-url", database_url, "--port", str(at.free_port()), "--workers", workers]
            failed = at.run("serve", *where)
            assert failed.returncode == 1
            assert f"127.0.0.1:{port}; choose another COUNTERCLAIM_METRICS_PORT" in " ".join(failed.stderr.split())


@pytest.mark.soak
@pytest.mark.skipif(not soaking.SOAK, reason="takes half a minute")
def test_workers_of_the_command_have_a_port_each(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = at.free_port()
    environment = at.environment() | {"COUNTERCLAIM_METRICS_PORT": str(port)}
    monkeypatch.setattr(at, "environment", lambda: environment)
    with at.running("serve", "--database-url", database_url, "--workers", "2") as (_, base):
        soon(lambda: bool(scraped(port) and scraped(port + 1)), wanted=True)
        for _ in range(20):  # each on a connection of its own: no worker has them all
            assert at.get(f"{base}/v1/events").status_code == 200
        soon(lambda: scraped(port).get(COUNT, 0) + scraped(port + 1).get(COUNT, 0), 20)


def test_streams_are_counted_while_somebody_listens(database_url: str) -> None:
    def streams() -> float | None:
        return REGISTRY.get_sample_value("counterclaim_streams")

    with at.serving(database_url) as base:
        with Stream(base, "/v1/changes/stream") as stream:
            stream.next()
            soon(streams, 1)
        soon(streams, 0)
