"""Made-up threads in the form of the RumourEval data: a rumour, and who says what about it."""

from typing import Any

Json = dict[str, Any]


def post(number: int, user: str, stance: str, text: str, **more: Any) -> Json:
    when = f"Tue Mar 24 10:{number:02}:44 +0000 2015"
    return {"id": str(number), "created_at": when, "user": user, "text": text, "sdqc": stance, "lang": "en", **more}


THREADS: list[Json] = [
    {
        "thread_id": "1",
        "event": "big-fire",
        "veracity": "false",
        "source": post(1, "Herald", "support", "The bridge has fallen"),
        "replies": [
            post(2, "anna", "deny", "I stand on it\u0007", in_reply_to="1"),
            post(3, "ben", "query", "Says who?", in_reply_to="1", lang="und"),
            post(4, "anna", "deny", "Still standing on it", in_reply_to="3"),
            post(5, "cleo", "comment", "Oh dear", in_reply_to="999"),
        ],
    },
    {
        "thread_id": "6",
        "event": None,
        "veracity": "true",
        "source": post(6, "ANNA", "support", "Мост стоит"),
        "replies": [post(7, "Herald", "support", "We were wrong", in_reply_to="6")],
    },
]


def posts(thread: Json) -> list[Json]:
    return [thread["source"], *thread["replies"]]
