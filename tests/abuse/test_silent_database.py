"""A database that takes what it is sent and does not answer: whoever asks is told so, and soon."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from proxies import between
from services_at import get, serving
from soaking import SOAK

from app.connections import engines, guarded

EVENT = {"title": "Explosion", "ref": "blast"}
TEN_SECONDS = 10.0


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> float:
    """In which each answer is there: the real limits in `make soak`, else shorter ones."""
    if SOAK:
        return TEN_SECONDS
    for name in ("ASK_SECONDS", "READ_SECONDS", "WRITE_SECONDS", "_SILENT_SECONDS"):
        monkeypatch.setattr(engines, name, 0.5)
    monkeypatch.setitem(guarded.WIRE, "connect_timeout", 2)
    return 6


@pytest.fixture
def timed(record_property: Callable[[str, Any], None]) -> Iterator[list[float]]:
    seconds: list[float] = []
    yield seconds
    came = f"503, the slowest after {max(seconds):.1f} s; `/livez` as ever"
    record_property("reliability", ("a database that takes what is sent and does not answer", came, "", "", "< 5 s"))


@pytest.mark.soak
def test_everybody_is_told(database_url: str, key: str, seconds: float, timed: list[float]) -> None:
    with between(database_url) as (proxy, url), serving(url) as base:
        keyed = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=base, headers=keyed, timeout=60) as client:
            assert client.post("/v1/events", json=EVENT).status_code == 201
            requests = [
                *(("GET", path) for path in ("/v1/events/ref:blast", "/v1/events", "/v1/events/ref:blast/dossier")),
                *(("GET", path) for path in ("/v1/search?q=explosion", "/readyz", "/v1/export.ndjson")),
                ("POST", "/v1/events"),
            ]
            for method, path in requests:
                assert client.request(method, path, json=EVENT if method == "POST" else None).status_code == 200, path
            proxy.fall_silent()
            for method, path in [*requests, *requests[:2]]:
                began = time.monotonic()
                answer = client.request(method, path, json=EVENT if method == "POST" else None)
                timed.append(time.monotonic() - began)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), path
                assert get(f"{base}/livez").status_code == 200
                if path == "/readyz":
                    time.sleep(guarded._REMEMBERED_SECONDS)  # what follows is asked anew
            assert max(timed) < seconds
            proxy.speak_again()
            began = time.monotonic()
            while client.get("/v1/events/ref:blast").status_code != 200:
                assert time.monotonic() - began < 5
                time.sleep(0.1)
            assert client.post("/v1/events", json=EVENT).status_code == 200
