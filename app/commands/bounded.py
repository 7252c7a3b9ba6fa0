"""What is read from strangers' pages is read in a process of its own, which may take so much and no more.

The readers of HTML, JSON and tables are libraries: of 9 MB of links one took 38 s and 2 GB. A bound around them all
holds whatever the next page has in it.
"""

import multiprocessing
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from app.commands.reading import UnreadableInput

P = ParamSpec("P")
T = TypeVar("T")

CPU_SECONDS: Final = 20
"""Of the processor, for one source. A page of 10 MB of text takes three."""
MEMORY_BYTES: Final = 1_000_000_000
"""More than the process has when it begins."""


class TooMuch(UnreadableInput):
    """A source takes more than it may."""


def run(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """What the function gives, which must be picklable, or the exception that it raises. Raises TooMuch."""
    # Forked: what was imported is there, and a function need have no name.
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_bounded, args=(sending, function, arguments, named), daemon=True)
    process.start()
    sending.close()
    try:
        is_raised, result = receiving.recv()
    except EOFError:  # it was ended before it could answer
        raise _too_much() from None
    finally:
        receiving.close()
        process.join()
    if is_raised:
        raise result
    value: T = result
    return value


def _bounded(sending: Any, function: Callable[..., Any], arguments: Any, named: Any) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    bytes_ = _address_space() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))
    try:
        answer = False, function(*arguments, **named)
    except MemoryError:
        answer = True, _too_much()
    except Exception as error:  # noqa: BLE001  (it is raised where it is waited for)
        answer = True, error
    try:
        sending.send(answer)
    except MemoryError:
        sending.send((True, _too_much()))


def _too_much() -> TooMuch:
    megabytes = MEMORY_BYTES // 1_000_000
    return TooMuch(f"reading it takes more than {CPU_SECONDS} seconds of the processor, or {megabytes} MB of memory")


def _address_space() -> int:
    """Bytes that this process has mapped; 0 where that is not told."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
