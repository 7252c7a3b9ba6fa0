"""Asks a service for what is small, again and again, until it is told to stop; prints how long each answer took.

python looking.py BASE PATH…    prints [{path: [milliseconds, …]}, [what failed, …]]
"""

import http.client
import json
import sys
import threading
import time
from typing import Final
from urllib.parse import urlsplit

PAUSE_SECONDS: Final = 0.02


def look(base: str, path: str, stop: threading.Event, times: list[float], failed: list[str]) -> None:
    connection, nth = http.client.HTTPConnection(urlsplit(base).netloc, timeout=120), 0
    while not stop.wait(PAUSE_SECONDS):
        nth += 1
        asked = f"{path}?said_before={2000 + nth % 900}-01-01" if path.endswith("/dossier") else path
        began = time.perf_counter()
        connection.request("GET", asked)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            failed.append(f"{path}: {answer.status}")
    connection.close()


def main() -> None:
    base, *paths = sys.argv[1:]
    times: dict[str, list[float]] = {path: [] for path in paths}
    failed: list[str] = []
    stop = threading.Event()
    lookers = [threading.Thread(target=look, args=(base, path, stop, times[path], failed)) for path in paths]
    for looker in lookers:
        looker.start()
    sys.stdin.read()
    stop.set()
    for looker in lookers:
        looker.join()
    sys.stdout.write(json.dumps([times, failed]))


if __name__ == "__main__":
    main()
