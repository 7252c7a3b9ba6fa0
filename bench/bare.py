"""A bare uvicorn app, what a service is measured beside: it answers everything with the same status, headers and bytes.

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

    uvicorn.run(answer, host="127.0.0.1", port=told["port"], lifespan="off", **SERVER)


@contextlib.contextmanager
def serving(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Iterator[tuple[int, psutil.Process]]:
    """In a process of its own, under the settings of `counterclaim serve`: its port."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        # uvicorn adds a date by itself.
        own = [(name, value) for name, value in headers if name.lower() != "date"]
        told = {"port": port, "status": status, "headers": own}
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
