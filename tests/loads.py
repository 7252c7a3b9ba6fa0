"""A load of lines made at random, of records that lean on earlier ones; and what a database should then hold."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import psycopg

Line = dict[str, Any]
STANCES: Final = ("support", "support", "deny", "query", "comment")
# How often each comes, and what it names: there has to be one of each before.
NEEDS: Final = {
    "event": (1, ()),
    "source": (8, ()),
    "document": (8, ("source",)),
    "question": (4, ("event",)),
    "claim": (12, ("question",)),
    "statement": (40, ("claim", "source")),
    "appearance": (27, ("statement", "document")),
}
# The same, read from the tables: of every row, also of those that nobody has sent.
STORED: Final = {
    "event": "SELECT ref, title FROM event",
    "source": "SELECT ref, name FROM source",
    "document": "SELECT d.ref, p.ref, d.url FROM document d LEFT JOIN source p ON p.id = d.publisher_id",
    "question": "SELECT q.ref, e.ref, q.text FROM question q JOIN event e ON e.id = q.event_id",
    "claim": "SELECT c.ref, q.ref, c.text FROM claim c LEFT JOIN question q ON q.id = c.question_id",
    "statement": """
        SELECT s.ref, c.ref, o.ref, s.stance, s.said
        FROM statement s LEFT JOIN claim c ON c.id = s.claim_id LEFT JOIN source o ON o.id = s.source_id""",
    "appearance": """
        SELECT a.ref, s.ref, d.ref, a.wording
        FROM appearance a JOIN statement s ON s.id = a.statement_id LEFT JOIN document d ON d.id = a.document_id""",
}
SENT: Final = {
    "event": ("ref", "title"),
    "source": ("ref", "name"),
    "document": ("ref", "publisher", "url"),
    "question": ("ref", "event", "text"),
    "claim": ("ref", "question", "text"),
    "statement": ("ref", "claim", "source", "stance", "said"),
    "appearance": ("ref", "statement", "document", "wording"),
}
Rows = dict[str, list[tuple[Any, ...]]]


def lines(tag: str, count: int, random: Random) -> list[Line]:
    """Refs begin with the tag. No line says the same as another, so each makes a record."""
    made: dict[str, list[Line]] = {kind: [] for kind in NEEDS}
    found: list[Line] = []
    for number in range(count):
        possible = [kind for kind, (_, needs) in NEEDS.items() if all(made[need] for need in needs)]
        kind = random.choices(possible, [NEEDS[one][0] for one in possible])[0]
        needed = {need: random.choice(made[need]) for need in NEEDS[kind][1]}
        line = {"type": kind, "ref": f"{tag}:{number}", **_said(kind, f"{tag} {number}", number, needed, random)}
        made[kind].append(line)
        found.append(line)
    return found


def _said(kind: str, words: str, number: int, needed: dict[str, Line], random: Random) -> Line:
    """What a line says, beside its ref, type and what it names."""
    own: dict[str, Line] = {
        "event": {"title": f"Взрыв {words}"},
        "source": {"name": f"Anna {words}", "kind": random.choice(("person", "official", "outlet"))},
        "document": {"url": f"https://news.example/{words.replace(' ', '/')}", "published": "2023-08-09"},
        "question": {"text": f"What about {words}?", "kind": "other"},
        "claim": {"text": f"It was {words}", "language": "en"},
        "statement": {
            "stance": random.choice(STANCES),
            "said": (datetime(2023, 8, 9, tzinfo=UTC) + timedelta(seconds=number)).isoformat(),
        },
        "appearance": {"wording": f"„{words}“{' – she said' * random.randrange(8)}", "quoted": True},
    }
    names = {"publisher" if kind == "document" else need: f"ref:{one['ref']}" for need, one in needed.items()}
    if kind == "claim":
        names["event"] = needed["question"]["event"]
    return names | own[kind]


def text(some: Sequence[Line]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in some)


def expected(some: Sequence[Line]) -> Rows:
    """The rows of these lines."""
    rows: Rows = {kind: [] for kind in NEEDS}
    for line in some:
        rows[line["type"]].append(tuple(str(line[name]).removeprefix("ref:") for name in SENT[line["type"]]))
    return {kind: sorted(these) for kind, these in rows.items()}


def stored(url: str) -> Rows:
    """What the tables hold."""
    with psycopg.connect(url) as connection:
        return {kind: sorted(connection.execute(query.encode()).fetchall()) for kind, query in STORED.items()}
