"""Tells what moves in an event, as it moves, and comes back by itself: `python follow_event.py zagorsk-2023`."""

import json
import os
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

event, position = sys.argv[1], "".join(sys.argv[2:])  # a position to go on from; or from now on
events = os.environ.get("COUNTERCLAIM_URL", "http://127.0.0.1:8000") + "/v1/events"
while True:
    asking = Request(f"{events}/{quote(event)}/stream?moved=standing,status", headers={"Last-Event-ID": position})  # noqa: S310
    try:
        for line in urlopen(asking, timeout=60):  # noqa: S310  (a ping comes every 15 s)
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                position = value
            elif name == "data":
                change = json.loads(value)
                if "moved" not in change:  # a fork: another database answers than before
                    sys.exit(change["detail"])
                for moved in change["moved"]["standings"] + change["moved"]["statuses"]:
                    print(f"{moved['text']}: {moved['from']} → {moved['to']}: {moved['why']}", flush=True)
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError) and error.code in (404, 410, 422):
            sys.exit(json.load(error)["detail"])
    time.sleep(2)
