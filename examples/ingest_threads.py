"""Sends rumour threads to Counterclaim: one report per post, with its author's stance toward the rumour.

    python examples/ingest_threads.py threads.jsonl --url http://127.0.0.1:8000 --key cc_...

One thread a line, as in the RumourEval data: thread_id, event, veracity, source {id, user, created_at, text, sdqc} and
replies [{the same, and in_reply_to, lang}]. Nothing is looked up first and nobody remembers what was sent: everything
has a ref or a URL by which it is found, so sending it all again, also after a crash, creates nothing twice.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]

ANNOTATORS = {"ref": "rumoureval:annotators", "name": "RumourEval 2017 annotators", "kind": "group"}
LONGEST = 8  # seconds between two attempts; the first pause is half a second, and each is twice the one before
# What the service refuses in a text: control characters, halves of surrogate pairs, what is no character at all.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def known(**fields: Any) -> Json:
    """Keep what says something. A gap is left out, and whoever knows more may fill it later."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def text(post: Json) -> str:
    return UNWANTED.sub("", post.get("text") or "").strip()


def account(post: Json) -> Json | None:
    """Give the author a ref of its own, so that it is one account in whichever thread it speaks."""
    user = post.get("user")
    return user and {
        "ref": f"twitter:{user.lower()}", "name": f"@{user}", "kind": "account", "external_ids": {"twitter": user}
    }  # fmt: skip


def document(post: Json, parents: dict[str, Json]) -> Json:
    """Describe the post. What it answers is named by its address: it may be deleted, or come later in the file."""
    parent = post.get("in_reply_to")
    answers = parent and {
        "relation": "reply_to",
        "to": {"url": address(parents.get(parent, {"id": parent})), "kind": "post"},
    }
    return known(
        url=address(post), kind="post", publisher=account(post), language=language(post), published=moment(post),
        text=text(post), links=[answers] if answers else None,
    )  # fmt: skip


def address(post: Json) -> str:
    return f"https://twitter.com/{post.get('user') or 'i'}/status/{post['id']}"


def language(post: Json) -> str | None:
    """Leave `und` out: it says that Twitter could not tell."""
    return None if post.get("lang") == "und" else post.get("lang")


def moment(post: Json) -> str | None:
    """Turn `Tue Mar 24 10:43:44 +0000 2015` into RFC 3339."""
    written = post.get("created_at")
    return datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y").isoformat() if written else None


def statement(post: Json) -> Json:
    """Say what the author does toward the rumour. With its time, a second reply is a statement of its own."""
    return known(
        source=account(post) or {"kind": "account", "disclosure": "anonymous"}, stance=post.get("sdqc"),
        said=moment(post), wording=text(post), language=language(post), quoted=bool(text(post)),  # letter by letter
    )  # fmt: skip


def reports(thread: Json) -> Iterator[Json]:
    """Make the source post's report, which brings the event, the rumour and its veracity, and then each reply's."""
    source, replies, name = thread["source"], thread.get("replies") or [], thread.get("event")
    rumour = f"rumoureval:{thread['thread_id']}"
    event = f"rumoureval:{re.sub('[^A-Za-z0-9._~-]+', '-', name)}" if name else f"{rumour}:event"  # or one of its own
    title = name.replace("-", " ").capitalize() if name else text(source)[:200]
    claim = known(ref=rumour, text=text(source), language=language(source), statements=[statement(source)])
    judged = {"ref": f"{rumour}:veracity", "claim": f"ref:{rumour}", "author": ANNOTATORS, "scheme": "veracity"}
    if rating := thread.get("veracity"):
        judged |= {"rating": rating, "label": rating}
    posts = {post["id"]: post for post in [source, *replies]}
    first = known(ref=event, title=title, claims=[claim], assessments=[judged] if rating else None)
    yield {"ref": f"{rumour}:{source['id']}", "document": document(source, posts), "events": [first]}
    for reply in replies:
        if reply.get("sdqc"):  # one that nobody has labelled takes no stance that we know of
            said = {"event": f"ref:{event}", "statements": [{"claim": f"ref:{rumour}", **statement(reply)}]}
            yield {"ref": f"{rumour}:{reply['id']}", "document": document(reply, posts), "events": [said]}


def send(client: httpx.Client, report: Json, pause: float = 0.5) -> httpx.Response:
    """Post a report. A service that is busy or away for a moment is asked again; when it stays so, this raises."""
    wait = pause
    try:
        answer = client.post("/v1/reports", json=report)
    except httpx.TransportError:
        if pause > LONGEST:
            raise
    else:
        if answer.status_code not in (429, 503):
            return answer
        if pause > LONGEST:
            answer.raise_for_status()
        asked = answer.headers.get("Retry-After", "")
        wait = max(pause, min(float(asked), 60.0)) if asked.isdecimal() else pause
    time.sleep(wait)
    return send(client, report, 2 * pause)


def outcomes(part: Any) -> Iterator[str]:
    """Walk an answer: it has the shape of the report, and in each part its `outcome`."""
    if isinstance(part, dict):
        yield from [part["outcome"]] if "outcome" in part else []
        part = list(part.values())
    for inner in part if isinstance(part, list) else []:
        yield from outcomes(inner)


def ingest(client: httpx.Client, thread: Json, counts: Counter[str]) -> None:
    for nth, report in enumerate(reports(thread)):
        answer = send(client, report)
        if answer.is_success:
            counts.update(outcomes(answer.json()))
            continue
        counts["failed"] += 1
        problem = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        print(report["ref"], answer.status_code, problem.get("detail"), *problem.get("errors", ()), file=sys.stderr)
        if nth == 0:  # without the rumour its replies would have nothing to point at
            return


def main() -> int:
    parser = argparse.ArgumentParser(description="Send rumour threads to Counterclaim.")
    parser.add_argument("file", type=Path, help="JSON Lines, one thread each")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="made by: counterclaim keys create NAME")
    given, counts = parser.parse_args(), Counter[str]()
    headers = {"Authorization": f"Bearer {given.key}"}
    with (
        given.file.open(encoding="utf-8") as lines,
        httpx.Client(base_url=given.url, headers=headers, timeout=60) as client,
    ):
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                counts["threads"] += 1
                try:
                    ingest(client, json.loads(line), counts)
                except (ValueError, KeyError, TypeError, AttributeError) as mistake:
                    counts["failed"] += 1
                    print(f"line {number} is not a thread: {mistake!r}", file=sys.stderr)
        except httpx.HTTPError as lost:
            counts["failed"] += 1
            print(f"{given.url} can't take it: {lost!r}. Run this again later.", file=sys.stderr)
    print(", ".join(f"{word} {counts[word]}" for word in ("threads", "created", "matched", "completed", "failed")))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
