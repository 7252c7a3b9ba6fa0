"""Tells what moves in an event, as it moves: `python follow_event.py zagorsk-2023`. It comes back by itself."""

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

BASE = os.environ.get("COUNTERCLAIM_URL", "http://127.0.0.1:8000")


def follow(event: str, position: str = "") -> Iterator[dict[str, Any]]:
    """Each change after a position, or from now on, that moves a standing or a status."""
    address = f"{BASE}/v1/events/{quote(event)}/stream?moved=standing,status"
    while True:
        asking = Request(address, headers={"Last-Event-ID": position} if position else {})  # noqa: S310
        try:
            with urlopen(asking, timeout=60) as answer:  # noqa: S310  (a ping comes every 15 s)
                for line in answer:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "data":
                        yield json.loads(value)
                    elif name == "id":
                        position = value
        except HTTPError as refused:
            sys.exit(json.load(refused)["detail"])
        except OSError:
            time.sleep(2)


if __name__ == "__main__":
    for change in follow(*sys.argv[1:3]):
        if "moved" not in change:  # a fork: another database answers than before
            sys.exit(change["detail"])
        for moved in change["moved"]["standings"] + change["moved"]["statuses"]:
            print(f"{moved['text']}: {moved['from']} → {moved['to']}: {moved['why']}", flush=True)
