"""What an operator sets that can't be used ends `serve` before it begins, with a sentence."""

import pytest
import services_at as at

from app import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEPT_MB", "many"),
        ("READERS", "0"),
        ("STREAMS", "-1"),
        ("RATE_KEY", "-1"),
        ("LOG_LEVEL", "loud"),
        ("PUBLIC_READ", "perhaps"),
        ("METRICS_PORT", "65536"),
        *(("WEBHOOK_SCHEDULE", value) for value in ("", "5 x", "5,300", "5 -1", "0", "nan", "inf", "3000000")),
    ],
)
def test_what_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COUNTERCLAIM_{name}", value)
    run = at.run("serve", "--database-url", "postgresql://nobody@127.0.0.1:1/none")
    assert run.returncode == 1
    assert run.stderr.startswith(f"COUNTERCLAIM_{name}: ")
    assert run.stderr.count("\n") == 1


def test_each_worker_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("COUNTERCLAIM_METRICS_PORT", "65534")
    run = at.run("serve", "--workers", "3", "--database-url", database_url)
    assert (run.returncode, run.stderr) == (
        1,
        "COUNTERCLAIM_METRICS_PORT: each of 3 workers has a port, up to 65535.\n",
    )


def test_what_can_be_used_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERCLAIM_WEBHOOK_SCHEDULE", " 0.5  60 ")
    monkeypatch.setenv("COUNTERCLAIM_LOG_LEVEL", "WARNING")
    read = settings.read(database_url="x")
    assert (read.webhook_schedule, read.log_level, read.database_url) == ((0.5, 60), "warning", "x")
