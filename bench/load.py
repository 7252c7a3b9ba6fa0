"""A client that asks as fast as it is answered, in a process of its own: what the benches of this folder measure with.

    python bench/load.py --port 8000 --connections 16 --seconds 3   (and the request on standard input)

It sends the same request over each of its connections again and again, to this machine alone, and prints as JSON: how
many answers came in a second, the bytes of one, its status, and the milliseconds of the 50th, 95th and 99th percentile.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import uvloop

WARM_SECONDS: Final = 0.5


class Connection(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer is in."""

    def __init__(self, request: bytes, took: list[float], answer: dict[str, Any]) -> None:
        self.request, self.took, self.answer = request, took, answer
        self.lost = asyncio.get_running_loop().create_future()
        self.missing = 0
        self.head = b""
        self.began = 0.0
        self.is_over = False
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
        else:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            self.missing = self._length(self.head[: end + 2]) - (len(self.head) - end - 4)
            self.head = b""
        if self.missing == 0:
            self.took.append(time.perf_counter() - self.began)
            if not self.is_over:
                self.ask()
            else:
                self.transport.close()

    def _length(self, head: bytes) -> int:
        status = int(head[9:12])
        start = head.lower().find(b"\r\ncontent-length: ")
        length = 0 if start < 0 else int(head[start + 18 : head.find(b"\r\n", start + 18)].strip() or b"0")
        self.answer |= {"status": status, "bytes": len(head) + 2 + length}
        return length

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_over:
            self.lost.set_exception(error or ConnectionError("the server hung up"))
        elif not self.lost.done():
            self.lost.set_result(None)


async def measure(port: int, connections: int, seconds: float, request: bytes) -> dict[str, Any]:
    took: list[float] = []
    answer: dict[str, Any] = {}
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: Connection(request, took, answer), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(WARM_SECONDS)
    for connection in made:
        if connection.lost.done():
            connection.lost.result()
    counted = len(took)
    took.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    count, lasted = len(took), time.perf_counter() - began
    if not count:
        raise SystemExit("no answer")
    ordered = sorted(took)
    for connection in made:
        connection.is_over = True
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(connection.lost for connection in made)), 10)
    shares = {f"p{share}": round(1000 * ordered[min(count - 1, count * share // 100)], 2) for share in (50, 95, 99)}
    return {"rate": count / lasted, "answers": counted + len(ordered) + connections, **answer, **shares}


def requested(path: str, headers: dict[str, str] | None = None) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def run(port: int, request: bytes, *, connections: int = 16, seconds: float = 3.0) -> dict[str, Any]:
    """Measure from a process of its own."""
    numbers = ["--port", str(port), "--connections", str(connections), "--seconds", str(seconds)]
    command = [sys.executable, str(Path(__file__)), *numbers]
    done = subprocess.run(command, input=request, capture_output=True, check=False, timeout=60, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    request = sys.stdin.buffer.read()
    print(json.dumps(uvloop.run(measure(given.port, given.connections, given.seconds, request))))


if __name__ == "__main__":
    main()
