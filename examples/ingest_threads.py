"""Sends rumour threads to Counterclaim: one report per post, with its author's stance toward the rumour.

    python examples/ingest_threads.py threads.jsonl --url http://127.0.0.1:8000 --key cc_...

One thread a line, as in the RumourEval data. Nothing is looked up and nobody remembers what was sent: everything has a
ref or a URL by which it is found, so sending it all again, also after a crash, creates nothing twice.
`--out FILE`, or `-` for standard output, writes the reports as lines for `counterclaim ingest` and sends nothing.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
ANNOTATORS = {"ref": "rumoureval:annotators", "name": "RumourEval 2017 annotators", "kind": "group"}
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # what the service refuses in a text
PAUSES = (0.5, 1, 2, 4, 8)  # seconds, while the service is busy or away


def known(**fields: Any) -> Json:
    """Leave gaps out: whoever knows more may fill them later."""
    return {name: value for name, value in fields.items() if value}


def words(post: Json) -> Json:
    """Give the text, its language (`und`: nobody knows) and its time, from `Tue Mar 24 10:43:44 +0000 2015`."""
    when = post.get("created_at")
    return known(
        text=CONTROL.sub("", post["text"]).strip(),
        language=post.get("lang") if post.get("lang") != "und" else None,
        time=datetime.strptime(when, "%a %b %d %H:%M:%S %z %Y").isoformat() if when else None,
    )


def account(post: Json) -> Json:
    return {"ref": f"twitter:{post['user'].lower()}", "name": f"@{post['user']}", "kind": "account"}


def address(post: Json) -> str:
    return f"https://twitter.com/{post.get('user', 'i')}/status/{post['id']}"


def statement(post: Json) -> Json:
    """Say what the author does toward the rumour. With its time, a second reply is a statement of its own."""
    said = words(post)
    return known(
        source=account(post), stance=post["sdqc"], said=said.get("time"), wording=said.get("text"),
        language=said.get("language"), quoted=True,
    )  # fmt: skip


def report(thread: Json, post: Json) -> Json:
    """Make a post's report: the source post brings the event, the rumour and its veracity, a reply its stance."""
    rumour = f"rumoureval:{thread['thread_id']}"
    name = thread.get("event") or thread["thread_id"]
    event: Json = {"ref": f"rumoureval:{name}", "title": name.replace("-", " ").capitalize()}
    said, parent = words(post), post.get("in_reply_to")
    if parent:
        event["statements"] = [{"claim": f"ref:{rumour}", **statement(post)}]
    else:
        text, language = said.get("text"), said.get("language")
        event["claims"] = [known(ref=rumour, text=text, language=language, statements=[statement(post)])]
        judged = {"ref": f"{rumour}:veracity", "claim": f"ref:{rumour}", "author": ANNOTATORS, "scheme": "veracity"}
        if rating := thread.get("veracity"):
            event["assessments"] = [{**judged, "rating": rating, "label": rating}]
    posts = {member["id"]: member for member in [thread["source"], *thread["replies"]]}
    answered = {"url": address(posts.get(parent, {"id": parent})), "kind": "post"}  # it may be deleted by now
    document = known(
        url=address(post), kind="post", publisher=account(post), language=said.get("language"),
        published=said.get("time"), text=said.get("text"),
        links=[{"relation": "reply_to", "to": answered}] if parent else None,
    )  # fmt: skip
    return {"ref": f"{rumour}:{post['id']}", "document": document, "events": [event]}


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


def outcomes(part: Any) -> Iterator[str]:
    """Walk an answer: it has the shape of the report, and in each part its `outcome`."""
    if isinstance(part, dict):
        yield from [part["outcome"]] if "outcome" in part else []
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        yield from outcomes(inner)


def write(threads: Iterable[Json], out: str) -> None:
    """Write each report as a line."""
    with open(sys.stdout.fileno() if out == "-" else out, "w", encoding="utf-8", closefd=out != "-") as lines:
        for thread in threads:
            bodies = (report(thread, post) for post in [thread["source"], *thread["replies"]])
            lines.writelines(json.dumps({"type": "report"} | body, ensure_ascii=False) + "\n" for body in bodies)


def main() -> int:
    parser = argparse.ArgumentParser(description="Send rumour threads to Counterclaim.")
    parser.add_argument("file", type=Path, help="JSON Lines, one thread each")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    destination = parser.add_mutually_exclusive_group(required=True)
    destination.add_argument("--key", help="made by: counterclaim keys create NAME --scopes ingest,assess")
    destination.add_argument("--out", help="write lines to this file, or - for standard output, and send nothing")
    arguments, counts = parser.parse_args(), Counter[str]()
    if arguments.out:
        with arguments.file.open(encoding="utf-8") as lines:
            write(map(json.loads, lines), arguments.out)
        return 0
    headers = {"Authorization": f"Bearer {arguments.key}"}
    with (
        arguments.file.open(encoding="utf-8") as lines,
        httpx.Client(base_url=arguments.url, headers=headers, timeout=60) as client,
    ):
        for thread in map(json.loads, lines):
            counts["threads"] += 1
            for post in [thread["source"], *thread["replies"]]:
                answer = send(client, report(thread, post))
                counts.update(outcomes(answer.json()) if answer.is_success else ["failed"])
                if not answer.is_success:
                    print(post["id"], answer.status_code, answer.text, file=sys.stderr)
    print(", ".join(f"{word} {counts[word]}" for word in ("threads", "created", "matched", "completed", "failed")))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
