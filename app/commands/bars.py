"""The progress bar of a command that sends lines; without a terminal, a line for each pause; quiet: nothing."""

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
    shown: Progress
    task: TaskID
    began: float = field(default_factory=time.monotonic)
    lines: int = 0
    """Sent by this run; what an earlier one sent says nothing about this one's speed."""
    bytes: int = 0


@contextmanager
def bar(total: int | None, *, quiet: bool) -> Iterator[Bar]:
    """A bar for so many bytes of input; for an unknown number, one that only moves."""
    console = Console(stderr=True, soft_wrap=True, quiet=quiet)
    name, told = (TextColumn(words, markup=False) for words in ("{task.description}", "{task.fields[told]}"))
    columns: list[ProgressColumn] = [name, BarColumn(), told]
    if total is not None:
        columns += [TaskProgressColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as shown:
        yield Bar(console, shown, shown.add_task("", total=total, told=""))


def begin(bar: Bar, name: str, read: int) -> None:
    """An input, which is read from here: so many bytes of the total."""
    bar.shown.reset(bar.task, description=name, completed=read)


def move(bar: Bar, read: int, lines: int, size: int) -> None:
    """So many lines and bytes more were acknowledged; `read` of the total are read."""
    bar.lines += lines
    bar.bytes += size
    rate = bar.lines / max(time.monotonic() - bar.began, 0.001)
    told = f"{bar.lines:,} lines  {rate:,.0f} lines/s  {decimal(bar.bytes)}"
    bar.shown.update(bar.task, completed=read, told=told)


def wait(bar: Bar, why: str, seconds: float) -> None:
    """A pause begins."""
    told = f"waiting {seconds:.1f} s: {why}"
    bar.shown.update(bar.task, told=told)
    if not bar.console.is_terminal:
        bar.console.print(told, markup=False, highlight=False)
