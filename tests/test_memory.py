"""How much memory a private PostgreSQL counts on, by what Linux says of this process's groups."""

import os
from pathlib import Path

import pytest

from app import embedded
from app.connections import memory

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
MB = 2**20


@pytest.mark.parametrize(
    ("own", "limits", "expected"),
    [
        ("0::/\n", {"memory.max": f"{900 * MB}\n"}, 900 * MB),  # a container
        ("0::/docker/f00\n", {"memory.max": f"{900 * MB}"}, 900 * MB),  # one that is told its name outside
        ("0::/a.slice/b.service\n", {"a.slice/b.service/memory.max": f"{700 * MB}"}, 700 * MB),
        ("0::/a.slice/b.service\n", {"a.slice/b.service/memory.max": "max", "a.slice/memory.max": "99"}, 99),
        ("0::/a.slice/b.service\n", {"other.slice/memory.max": "99", "a.slice/b.service/memory.max": "max"}, MACHINE),
        ("4:memory:/docker/f00\n2:cpu:/\n0::/\n", {"memory/memory.limit_in_bytes": f"{800 * MB}"}, 800 * MB),
        ("5:cpu,memory:/c\n", {"memory/c/memory.limit_in_bytes": f"{600 * MB}", "cpu/c/memory.max": "1"}, 600 * MB),
        ("4:memory:/\n", {"memory/memory.limit_in_bytes": "9223372036854771712"}, MACHINE),
        ("0::/caf\udce9.slice/b:c\n", {"caf\udce9.slice/b:c/memory.max": "99"}, 99),  # a name that is no UTF-8
        ("0::/a\x85b\n", {"a\x85b/memory.max": "99"}, 99),
        ("0::/\n", {"memory.max": "soon"}, MACHINE),
        ("\nnothing known\n0::/\n", {"memory.max": "99"}, 99),
        ("", {}, MACHINE),
        (None, {"memory.max": "99"}, MACHINE),  # no Linux
    ],
)
def test_the_least_of_all_limits_counts(tmp_path: Path, own: str | None, limits: dict[str, str], expected: int) -> None:
    if own is not None:
        (tmp_path / "own").write_bytes(os.fsencode(own))
    for name, text in limits.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert memory.available(tmp_path / "groups", tmp_path / "own") == min(expected, MACHINE)
    assert 0 < memory.available() <= MACHINE


@pytest.mark.parametrize(
    ("available", "kept"), [(200 * MB, 128), (2048 * MB, 256), (24 * 1024 * MB, 3072), (2**40, 4096)]
)
def test_postgresql_keeps_an_eighth_of_it(monkeypatch: pytest.MonkeyPatch, available: int, kept: int) -> None:
    monkeypatch.setattr(memory, "available", lambda: available)
    assert embedded.shared_mb() == kept
