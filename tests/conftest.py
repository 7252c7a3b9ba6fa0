"""How the tests are run. What they are given stands in `equipment.py` and `clusters.py`."""

import gc
import os
import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2_000_000_000
NEW_OBJECTS = 50_000  # made before the garbage collector looks at them, as in `counterclaim serve`


# One that takes long, started last, would leave the other workers waiting for it.
LONG = (
    "test_ingest_killed",
    "test_examples",
    "test_cli",
    "test_schemathesis",
    "test_oidc",
    "test_scopes",
    "test_clients",
    "test_embedded_killed",
    "test_histories",
    "test_variants",
    "test_bounds",
    "test_roundtrip",
    "test_export_command",
    "test_reports_property",
    "test_correcting_property",
    "test_corrected_sources_property",
    "test_kept_fresh",
    "test_kept_workers",
    "test_socket",
    "test_streams",
    "test_order_of_arrival",
    "test_matching_direct",
    "test_search",
    "test_canaries",
    "test_canaries_pushed",
    "test_webhooks_killed",
    "test_redaction",
)


def pytest_configure() -> None:
    """All files of the tests are in memory where that can be had: many databases are made there, and none is kept."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    # A shell's job in the background ignores Ctrl-C and Ctrl-\, and so would every command that the tests interrupt.
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the service, seconds of work, where tests are run; not where they are only given to workers."""
    if not session.config.pluginmanager.hasplugin("dsession"):
        gc.disable()  # nothing that an import makes is garbage
        import soaking  # noqa: PLC0415

        soaking.register()
        for name in ("equipment", "clusters", "hooking"):
            session.config.pluginmanager.import_plugin(name)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # modules and tests stay to the end: nobody need look through them again
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)


def write_figures(page: Path, figures: list[tuple[str, ...]]) -> None:
    """Put the table of loads and faults into the page, in place of the one that is there."""
    head, begin, rest = page.read_text(encoding="utf-8").partition("| load or fault |")
    _, end, tail = rest.partition("\n\n")
    columns = "| load or fault | what came of it | small answers, p99 | memory | itself again after |"
    rows = [columns, "|---|---|---|---|---|", *(f"| {' | '.join(figure)} |" for figure in figures)]
    assert begin
    assert end
    page.write_text(f"{head}{chr(10).join(rows)}\n\n{tail}", encoding="utf-8")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many variants were tried of what is the same and of what is not (tests/metamorphic).

    And write what loads and faults did (tests/abuse) into the file that the environment names.
    """
    tried, figures = Counter[str](), list[tuple[str, ...]]()
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for report in sorted(reports, key=lambda report: report.start):
        for name, value in report.user_properties:
            tried.update(value if name == "variants" else {})
            figures += [tuple(value)] if name == "reliability" else []
    if figures and (page := os.environ.get("COUNTERCLAIM_RELIABILITY")):
        write_figures(Path(page), figures)
    if tried:
        terminalreporter.write_line(f"variants tried: {tried['same']:,} of the same, {tried['other']:,} of others")
