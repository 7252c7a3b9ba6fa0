"""Sends civilian-harm incidents, as Airwars publishes them, to Counterclaim: one report per incident.

    python examples/ingest_airwars.py incidents.jsonl --url http://127.0.0.1:8000 --key cc_...

One incident a line; `airwars_reports.py` beside this says what of it goes where. Several are sent at once. Everything
has a ref or a URL by which it is found, so sending it all again, also after a crash, creates nothing twice.
`--out FILE`, or `-` for standard output, writes the reports as lines for `counterclaim ingest` and sends nothing.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import airwars_reports
import httpx
from airwars_reports import Json, Notes

PAUSES: Final = (0.5, 1, 2, 4, 8)  # seconds, while the service is busy or away


def send(client: httpx.Client, body: Json) -> httpx.Response:
    """Post a report; again, after a while, when the service is busy or away."""
    for pause in PAUSES:
        try:
            answer = client.post("/v1/reports", json=body)
            if answer.status_code not in (429, 503):
                return answer
            time.sleep(max(pause, float(answer.headers.get("Retry-After", 0))))
        except httpx.TransportError:
            time.sleep(pause)
    return client.post("/v1/reports", json=body)


def outcomes(part: object) -> Iterator[str]:
    """Walk an answer: it has the shape of the report, and in each part its `outcome`."""
    if isinstance(part, dict):
        yield from [part["outcome"]] if "outcome" in part else []
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        yield from outcomes(inner)


def statements(event: Json) -> list[Json]:
    """All statements of an event, in a report or in the answer to it."""
    return [*(statement for claim in event["claims"] for statement in claim["statements"]), *event["statements"]]


def count(body: Json, answer: Json, counts: Counter[str], cited: Counter[str], addresses: set[str]) -> None:
    """Count what a report brought; `cited`: in how many incidents each page is, by its id."""
    sent, event = body["events"][0], answer["events"][0]
    pages = [statement["document"]["url"] for statement in statements(sent) if "document" in statement]
    stored = [
        statement["document"]["id"]
        for statement in statements(event)
        if statement["document"]["id"] != answer["document"]["id"]
    ]
    addresses.update(pages)
    cited.update(set(stored))
    counts.update(outcomes(answer))
    counts["appearances in listed pages"] += len(pages)
    counts["statements"] += len({statement["id"] for statement in statements(event)})
    counts["figures"] += sum("figure" in claim for claim in sent["claims"])
    counts["accusations"] += sum("accuses" in claim for claim in sent["claims"])
    counts["non-answers"] += sum(
        statement["stance"] in ("no_comment", "no_information") for statement in sent["statements"]
    )
    counts.update(f"graded {assessment['label']}" for assessment in sent["assessments"])


def write(bodies: list[Json], out: str) -> None:
    """Write each report as a line."""
    with open(sys.stdout.fileno() if out == "-" else out, "w", encoding="utf-8", closefd=out != "-") as lines:
        lines.writelines(json.dumps({"type": "report"} | body, ensure_ascii=False) + "\n" for body in bodies)


def print_notes(notes: Notes, file: TextIO) -> None:
    print("not used, or not as it stands:", file=file)
    for note, number in sorted(notes.items()):
        print(f"  {number:5} {note}", file=file)


def print_counts(counts: Counter[str], cited: Counter[str], addresses: set[str], notes: Notes) -> None:
    outcome = ("incidents", "created", "matched", "completed", "refused")
    print(", ".join(f"{word} {counts.pop(word, 0)}" for word in outcome))
    repeats = [number for number in cited.values() if number > 1]
    print(f"listed pages: {len(addresses)} addresses as given, {len(cited)} documents after canonicalisation")
    print(f"of these cited by several incidents: {len(repeats)} documents, {sum(repeats)} times")
    print(", ".join(f"{word} {number}" for word, number in sorted(counts.items())))
    print_notes(notes, sys.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description="Send Airwars' civilian-harm incidents to Counterclaim.")
    parser.add_argument("file", type=Path, help="JSON Lines, one incident each")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    destination = parser.add_mutually_exclusive_group(required=True)
    destination.add_argument("--key", help="made by: counterclaim keys create NAME --scopes ingest,assess")
    destination.add_argument("--out", help="write lines to this file, or - for standard output, and send nothing")
    parser.add_argument("--at-once", type=int, default=4, help="how many reports are under way at once")
    arguments, counts, notes = parser.parse_args(), Counter[str](), Notes()
    cited, addresses = Counter[str](), set[str]()
    incidents = [json.loads(line) for line in arguments.file.read_text(encoding="utf-8").splitlines()]
    names = airwars_reports.names_of(incidents)
    bodies = [airwars_reports.report(incident, names, notes) for incident in incidents]
    if arguments.out:
        write(bodies, arguments.out)
        print_notes(notes, sys.stderr)
        return 0
    headers = {"Authorization": f"Bearer {arguments.key}"}
    with (
        httpx.Client(base_url=arguments.url, headers=headers, timeout=60) as client,
        ThreadPoolExecutor(arguments.at_once) as pool,
    ):
        for body, answer in zip(bodies, pool.map(partial(send, client), bodies), strict=True):
            counts["incidents"] += 1
            if answer.is_success:
                count(body, answer.json(), counts, cited, addresses)
            else:
                counts["refused"] += 1
                print(body["ref"], answer.status_code, answer.text, file=sys.stderr)
    print_counts(counts, cited, addresses, notes)
    return 1 if counts["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
