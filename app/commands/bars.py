"""The progress bar of a command that sends lines. Without a terminal only pauses are printed; quiet, nothing is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


@dataclass(slots=True)
class Bar:
    console: Console
    progress: Progress
    task: TaskID
    began: float = field(default_factory=time.monotonic)
    lines: int = 0
    """Sent by this run alone, for its speed."""
    bytes: int = 0


@contextmanager
def bar(total: int | None, *, quiet: bool) -> Iterator[Bar]:
    """A bar for `total` bytes of input; None: not known."""
    console = Console(stderr=True, soft_wrap=True, quiet=quiet)
    name, detail = (TextColumn(words, markup=False) for words in ("{task.description}", "{task.fields[detail]}"))
    columns: list[ProgressColumn] = [name, BarColumn(), detail]
    if total is not None:
        columns += [TaskProgressColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield Bar(console, progress, progress.add_task("", total=total, detail=""))


def begin(bar: Bar, name: str, read: int) -> None:
    """Show the name of an input; `read` bytes of the total lie before it."""
    bar.progress.reset(bar.task, description=name, completed=read)


def move(bar: Bar, read: int, lines: int, size: int) -> None:
    """Add lines and bytes that were acknowledged; `read` bytes of the total are read."""
    bar.lines += lines
    bar.bytes += size
    rate = bar.lines / max(time.monotonic() - bar.began, 0.001)
    detail = f"{bar.lines:,} lines  {rate:,.0f} lines/s  {decimal(bar.bytes)}"
    bar.progress.update(bar.task, completed=read, detail=detail)


def wait(bar: Bar, reason: str, seconds: float) -> None:
    """Show why and for how long a pause is made."""
    detail = f"waiting {seconds:.1f} s: {reason}"
    bar.progress.update(bar.task, detail=detail)
    if not bar.console.is_terminal:
        bar.console.print(detail, markup=False, highlight=False)
