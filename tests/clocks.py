"""A database whose clock is ahead, and is set back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ledgers import Connection, value

# What asks for the time; the last is told it by whoever else does.
_READING: Final = {
    **dict.fromkeys(("ledger_touch", "ledger_write", "ledger_redacted"), "clock_timestamp()"),
    "ledger_behind": "clock",
}


@contextmanager
def ahead(connection: Connection, by: str = "1 day", names: tuple[str, ...] = tuple(_READING)) -> Iterator[None]:
    """For the ledger it is later, as long as this lasts; then it is set back. `names`: its functions that ask."""
    definitions = {name: value(connection, f"SELECT pg_get_functiondef('{name}'::regproc)") for name in names}
    for name, definition in definitions.items():
        head, begin, body = definition.partition("AS $function$")
        asks = _READING[name]
        connection.execute((head + begin + body.replace(asks, f"({asks} + interval '{by}')")).encode())
    yield
    for definition in definitions.values():
        connection.execute(definition.encode())
