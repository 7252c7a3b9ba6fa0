"""SIGTERM ends the service within its grace, whatever computes; who is not answered by then is told."""

import signal
import socket
import subprocess
import sys
import time
from typing import Final

from services_at import PATIENCE, environment, free_port

GRACE_SECONDS: Final = 1
SERVER: Final = f"""
import sys
import uvicorn
from app import threads
from app.commands.serving import SERVER, application
from app.settings import Settings

def compute():
    while True:
        sum(range(1000))

async def answer():
    await threads.run(compute)

app = application(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
app.add_api_route("/compute", answer)
settings = SERVER | {{"timeout_graceful_shutdown": {GRACE_SECONDS}}}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), **settings)
"""


def test_nobody_waits_for_what_is_computed() -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=environment())
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        client.settimeout(PATIENCE)
        with client, client.makefile("rb") as answer:
            client.sendall(b"GET /compute HTTP/1.1\r\nHost: test\r\n\r\n")
            time.sleep(0.3)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert b" 503 " in answer.readline()
            assert b"retry-after: 1" in answer.read().lower()
        assert process.wait(PATIENCE) == -signal.SIGTERM
        assert time.monotonic() - began < GRACE_SECONDS + 5
    finally:
        process.kill()
        process.wait()
