"""Whatever a stranger's page has in it, reading it takes so much and no more, and the next page is read."""

import json
import time
from pathlib import Path

import pytest
import services_at as at
from local_sites import article, page, site

from app.commands import bounded
from app.commands.bounded import TooMuch
from app.commands.reading import UnreadableInput

LINKS = "".join(f"<a href='/{n}'>{n} <b>more</b></a>" for n in range(60_000))


def compute() -> int:
    total = 0
    while True:
        total += 1


def hoard() -> int:
    return len([bytes(1_000_000) for _ in range(5_000)])


def refuse() -> None:
    raise UnreadableInput("a front page")


def test_what_it_gives_and_what_it_raises_come_through() -> None:
    assert bounded.run(sorted, [2, 1], reverse=True) == [2, 1]
    with pytest.raises(UnreadableInput, match="a front page"):
        bounded.run(refuse)


@pytest.mark.parametrize("function", [compute, hoard])
def test_time_and_memory_are_bounded(monkeypatch: pytest.MonkeyPatch, function: object) -> None:
    monkeypatch.setattr(bounded, "CPU_SECONDS", 1)
    monkeypatch.setattr(bounded, "MEMORY_BYTES", 200_000_000)
    with pytest.raises(TooMuch, match="more than 1 seconds of the processor, or 200 MB"):
        bounded.run(function)  # type: ignore[arg-type]


def test_the_other_pages_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "CPU_SECONDS", 1)
    heavy = page(f"<html><body><p>{LINKS}</p></body></html>")
    with site({"/heavy": heavy, "/light": page(article("A title", "Some words of an article. " * 20))}) as (base, _):
        began = time.process_time()
        done = at.run(
            *("import", "url", f"{base}/heavy", f"{base}/light", "--allow-private"),
            "--out",
            str(tmp_path / "out"),
            "--json",
        )
    assert done.returncode == 1
    assert time.process_time() - began < 5
    (line,) = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["url"] == f"{base}/light"
    (unreadable,) = json.loads(done.stderr)["unreadable"]
    assert "takes more than 1 seconds" in unreadable
