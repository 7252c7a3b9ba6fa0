"""How much memory a private PostgreSQL may count on: the machine's, or less in a container or service that has less."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN_GROUPS: Final = Path("/proc/self/cgroup")
_MEMBERSHIP: Final = re.compile(r"^\d+:([^:\n]*):(.*)$", re.MULTILINE)  # its controllers, and its path


def available(groups: Path = _GROUPS, own_groups: Path = _OWN_GROUPS) -> int:
    """Bytes. `groups`, `own_groups`: where Linux has control groups, and says which of them this process is in."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(groups, own_groups)])


def _limits(groups: Path, own_groups: Path) -> Iterator[int]:
    """The limits of this process's groups and of those around them, of both versions of control groups."""
    with suppress(OSError):  # elsewhere there are none
        # A group's name may have any bytes.
        for controllers, group in _MEMBERSHIP.findall(os.fsdecode(own_groups.read_bytes())):
            if controllers and "memory" not in controllers.split(","):
                continue
            folder, name = (groups / "memory", "memory.limit_in_bytes") if controllers else (groups, "memory.max")
            # In a container its own group is the root of what it sees, whatever it is called outside.
            own = folder / group.lstrip("/")
            for around in (own, *own.parents):
                with suppress(OSError, ValueError):  # not there, or `max`
                    yield int((around / name).read_text())
