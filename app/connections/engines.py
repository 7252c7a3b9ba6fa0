"""The pools of connections, each with its limits: how many there are, and how long the database may take on them."""

import os
import selectors
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

from app.connections import guarded
from app.connections.askers import Askers
from app.connections.guarded import Unanswered
from app.connections.transactions import Transactions
from app.settings import Settings
from app.turns import Turns

# Seconds that the database may take for a statement. With what it may be silent for beyond them, no request waits for
# longer than ten.
ASK_SECONDS, READ_SECONDS, SEARCH_SECONDS, WRITE_SECONDS, EXPORT_SECONDS = 2, 5, 3, 8, 60
_SILENT_SECONDS: Final = 1.5
# For the ledger's lock, where the database's own limit is that of its migration.
_LOCK_SECONDS: Final = 5
# As the database has it by its migration; not if it was restored under another name. Compiling takes a second for what
# takes a millisecond.
_OF_ALL: Final = "SET jit = off; SET timezone = 'UTC'"
_OF_WRITERS: Final = (
    f"{_OF_ALL}; SELECT set_config('statement_timeout', '{WRITE_SECONDS}s', false), "
    f"CASE current_setting('lock_timeout') WHEN '10s' THEN set_config('lock_timeout', '{_LOCK_SECONDS}s', false) END"
)
# Of whoever draws, by fixed statements that find each row by an index. One plan for all values, because planning takes
# longer than running; and no table is read as a whole, because that plan stays, and may be made while tables are empty.
_OF_DRAWERS: Final = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"
# All that one request reads is of one moment: an ETag, and the picture that it is sent with. Each list with other
# filters is another statement: as it is kept, with what it was made of, one takes 100 to 200 kB and a thousand objects.
_SNAPSHOTS: Final[dict[str, Any]] = {
    "query_cache_size": 150,
    "isolation_level": "REPEATABLE READ",
    "execution_options": {"postgresql_readonly": True},
}
ReadKind: TypeAlias = Literal["reads", "pictures", "searches", "exports"]
"""What is read for, each with places of its own: whoever draws or searches leaves connections to the others."""
# The server finds out within four seconds that whoever holds a lock is no longer there, as after a power cut.
_OF_HOLDERS: Final = (
    "SELECT set_config('tcp_keepalives_idle', '1', false), set_config('tcp_keepalives_interval', '1', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)
_FRESH_SECONDS: Final = 1.0  # for which a connection that was just used need not be pinged
_PREPARE_AFTER: Final = 1  # runs of a statement: the next one prepares it, on each connection
_DIALECT: Final = make_url("postgresql+psycopg://").get_dialect()()
# What needs no descriptor of its own, where the system has it.
_Selector: Final[Any] = getattr(selectors, "PollSelector", selectors.SelectSelector)


class _Lined(AsyncAdaptedQueuePool):
    """A pool whose connections are waited for in a line that stays short."""

    turns: Turns

    def _do_get(self) -> Any:
        await_only(self.turns.take())
        began = time.monotonic()
        try:
            record = super()._do_get()
        except BaseException:
            self.turns.give_back(time.monotonic() - began)
            raise
        record.info["taken_at"] = began
        return record

    def _do_return_conn(self, record: Any) -> None:
        super()._do_return_conn(record)
        self.turns.give_back(time.monotonic() - record.info.get("taken_at", time.monotonic()))


def engine(
    settings: Settings, connections: int, silence: Unanswered, seconds: int, *, setting: str = "", **options: Any
) -> AsyncEngine:
    """An engine on whose connections a statement may take so long; `setting`: what is asked first on each."""
    connect_args = {
        **_options(settings),
        **options.pop("connect_args", {}),
        "async_creator_fn": partial(guarded.connect, silence, seconds + _SILENT_SECONDS, setting or _limit(seconds)),
    }
    new_engine = create_async_engine(
        settings.database_url,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args=connect_args,
        **options,
    )
    _ping_what_rested(new_engine)
    return new_engine


def writers(settings: Settings, silence: Unanswered, turns: Turns) -> AsyncEngine:
    """The engine of whoever writes. Its transactions are begun by hand, with the lock (`database`)."""
    pool = type("_Writers", (_Lined,), {"turns": turns})
    autocommit = {"autocommit": True}
    return engine(
        settings, turns.places, silence, WRITE_SECONDS, setting=_OF_WRITERS, poolclass=pool, connect_args=autocommit
    )


def turns_at_reading(settings: Settings) -> dict[ReadKind, Turns]:
    """The places of each kind of reading."""
    drawing = max(1, settings.readers * 4 // 10)
    # Each keeps a processor of the database busy, which is often on this machine.
    searching = max(1, min(settings.readers // 5, (os.cpu_count() or 1) - 1))
    return {
        "pictures": Turns("pictures", drawing, 0.05),
        "searches": Turns("searches and counts", searching, 0.05),
        "reads": Turns("lists", max(1, settings.readers - drawing - searching), 0.005),
        "exports": Turns("tags of exports", settings.exporters, 0.05),
    }


def readers(settings: Settings, silence: Unanswered, connections: int) -> AsyncEngine:
    """The engine of whoever reads."""
    return engine(settings, connections, silence, READ_SECONDS, **_SNAPSHOTS)


def drawers(settings: Settings, silence: Unanswered) -> Transactions:
    """The connections of whoever draws, who asks the same few statements each time."""
    return Transactions(_connecting(settings, silence, READ_SECONDS, f"{_limit(READ_SECONDS)}; {_OF_DRAWERS}"))


def exporters(settings: Settings, silence: Unanswered, turns: Turns) -> AsyncEngine:
    """The engine of whoever reads for long."""
    pool = type("_Exporters", (_Lined,), {"turns": turns})
    return engine(settings, turns.places, silence, EXPORT_SECONDS, poolclass=pool, **_SNAPSHOTS)


def askers(settings: Settings, silence: Unanswered, turns: Turns) -> Askers:
    """Connections for single statements."""
    return Askers(turns, _connecting(settings, silence, ASK_SECONDS, _limit(ASK_SECONDS)))


def _connecting(
    settings: Settings, silence: Unanswered, seconds: int, setting: str
) -> Callable[[], Awaitable[AsyncConnection[Any]]]:
    """What opens a connection in autocommit, on which a statement may take so long."""
    _, of_url = _DIALECT.create_connect_args(make_url(settings.database_url))
    options = {**_options(settings), **of_url, "autocommit": True}
    return partial(guarded.connect, silence, seconds + _SILENT_SECONDS, setting, **options)


async def holder(settings: Settings) -> AsyncConnection[Any]:
    """A connection that is held for a lock of its session. Raises psycopg's errors."""
    _, of_url = _DIALECT.create_connect_args(make_url(settings.database_url))
    options = {**_options(settings), **of_url, "autocommit": True}
    return await guarded.connect(Unanswered(), ASK_SECONDS + _SILENT_SECONDS, _OF_HOLDERS, **options)


def _options(settings: Settings) -> dict[str, Any]:
    """Of psycopg and libpq; what the URL says of them comes before."""
    of_url = make_url(settings.database_url).query
    return {name: value for name, value in guarded.WIRE.items() if name not in of_url} | {
        "prepare_threshold": _PREPARE_AFTER
    }


def _limit(seconds: int) -> str:
    return f"{_OF_ALL}; SET statement_timeout = '{seconds}s'"


def _ping_what_rested(engine: AsyncEngine) -> None:
    """Have the pool ping a connection only if it rested for a while, or if something has come in on it.

    A server that was restarted is then no failed request: what comes in on a connection that rests is its end. One that
    was just used and is silent is spared the ways there and back, which took a tenth of a request.
    """
    dialect = engine.sync_engine.dialect
    ping = dialect.do_ping
    used: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    @event.listens_for(engine.sync_engine, "checkin")
    def note_use(connection: Any, _record: object) -> None:
        if connection is not None:
            used[connection.driver_connection] = time.monotonic()

    def ping_if_rested(connection: Any) -> bool:
        rested_since = used.get(connection.driver_connection)
        if rested_since is not None and time.monotonic() - rested_since < _FRESH_SECONDS:
            with _Selector() as selector:
                selector.register(connection.driver_connection.fileno(), selectors.EVENT_READ)
                if not selector.select(0):
                    return True
        return ping(connection)

    dialect.do_ping = ping_if_rested  # type: ignore[method-assign, assignment]
