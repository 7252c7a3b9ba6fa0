"""A bare uvicorn app, what a service is measured beside: it answers everything with the same status, headers and bytes.

Or with the text that one look-up in a database gives, by psycopg, on as many connections as are needed.

python bench/bare.py FOLDER   (with what to answer: answer.json and body)
"""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import psycopg
import uvicorn

from app.commands.serving import SERVER

PATIENCE: Final = 60.0


def serve(folder: Path) -> None:
    told = json.loads((folder / "answer.json").read_text())
    headers = [(name.lower().encode(), value.encode()) for name, value in told["headers"]]
    start = {"type": "http.response.start", "status": told["status"], "headers": headers}
    rest = {"type": "http.response.body", "body": (folder / "body").read_bytes()}

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start)
        await send(rest)

    resting: list[psycopg.AsyncConnection[Any]] = []
    look_up = told["look_up"]

    async def find(_scope: Any, _receive: Any, send: Any) -> None:
        if resting:
            connection = resting.pop()
        else:
            connection = await psycopg.AsyncConnection.connect(look_up["url"], autocommit=True, prepare_threshold=1)
        row: Any = await (await connection.execute(look_up["query"], [look_up["value"]])).fetchone()
        resting.append(connection)
        body = row[0].encode()
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(find if look_up else answer, host="127.0.0.1", port=told["port"], lifespan="off", **SERVER)


@contextlib.contextmanager
def serving(
    status: int, headers: Sequence[tuple[str, str]], body: bytes, look_up: dict[str, str] | None = None
) -> Iterator[tuple[int, psutil.Process]]:
    """In a process of its own, under the settings of `counterclaim serve`: its port.

    `look_up`: instead of the body the first column of what this `query` has for this `value` in the database at `url`.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        # uvicorn adds a date by itself.
        own = [(name, value) for name, value in headers if name.lower() != "date"]
        told = {"port": port, "status": status, "headers": own, "look_up": look_up}
        (Path(folder) / "answer.json").write_text(json.dumps(told))
        (Path(folder) / "body").write_bytes(body)
        process = subprocess.Popen([sys.executable, __file__, folder], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            yield port, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise SystemExit("it does not answer")


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
