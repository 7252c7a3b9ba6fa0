"""Histories made up at random: an archive in which anything is inserted, changed, merged, taken back and deleted."""

from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Any, Final
from uuid import UUID

import make
import psycopg

TIMES: Final = (
    "2023-08-09",
    "2023-08-09T13:00+03:00",
    "2023-08-10",
    "2023-08-10T09:00Z",
    "2023-08",
    "2023-08-12/2023-08-13",
)
PARTIES: Final = (None, "russia", "ukraine", "france")
START: Final = (
    *("event", "event", "event", "source", "source", "source", "document", "document", "document_version", "question"),
    *("question", "question", "claim", "claim", "claim", "claim", "statement", "statement", "statement", "statement"),
    *("appearance", "appearance", "appearance", "appearance_hop", "assessment", "assessment_document", "event_link"),
    *("document_link", "claim_link"),
)
TABLES: Final = tuple(dict.fromkeys(START))
ACTIONS: Final = (
    *(("insert", table) for table in TABLES + ("statement", "appearance")),
    *(("change", table) for table in TABLES + ("statement",) if table != "document_version"),
    *(("delete", table) for table in TABLES),
    *((verb, table) for verb in ("merge", "part") * 4 for table in ("source", "document", "event", "event", "claim")),
)
Columns = dict[str, Any]


class Archive:
    """What is stored, by table; a step that the database refuses leaves nothing behind."""

    def __init__(self, connection: make.Connection) -> None:
        self.connection = connection
        self.ids: dict[str, list[UUID]] = defaultdict(list)
        self.events: dict[UUID, UUID] = {}
        """Of each row that belongs to an event."""
        self.protected: set[UUID] = set()
        """Confidential sources: they keep out of merges, which would change who is masked."""
        self.quantities: set[UUID] = set()
        for seed, table in enumerate(START):
            self.step("insert", table, seed)

    def step(self, verb: str, table: str, seed: int) -> None:
        random = Random(seed)
        doing: dict[str, Callable[[str, Random], None]] = {
            "insert": self.insert,
            "change": self.change,
            "merge": self.merge,
            "part": self.part,
            "delete": self.delete,
        }
        try:
            with self.connection.transaction():
                doing[verb](table, random)
        except (psycopg.errors.IntegrityError, psycopg.errors.RaiseException, psycopg.errors.FeatureNotSupported):
            self.ids[table] = [id_ for id_ in self.ids[table] if self._there(table, id_)]

    def insert(self, table: str, random: Random) -> None:
        columns = self._columns(table, random)
        if columns is None or (table == "event" and len(self.ids[table]) > 3):
            return
        id_ = make.row(self.connection, table, **columns)
        self.ids[table].append(id_)
        if "event_id" in columns:
            self.events[id_] = columns["event_id"]
        if columns.get("confidential"):
            self.protected.add(id_)
        if "measure" in columns:
            self.quantities.add(id_)

    def change(self, table: str, random: Random) -> None:
        columns = self._columns(table, random) or {}
        fixed = (
            "event_id",
            "from_id",
            "to_id",
            "confidential",
            "visibility",
            "step",
            "measure",
            "question_id",
            "claim_id",
        )
        fixed += ("text", "qualifier", "min") if table in ("claim", "question") else ()
        loose = {name: value for name, value in columns.items() if name not in fixed}
        if loose and self.ids[table]:
            id_ = random.choice(self.ids[table])
            if table == "statement" and random.random() < 0.3:
                loose["claim_id"] = self._one("claim", random, self.events[id_])
            own = {name: value for name, value in loose.items() if random.random() < 0.6}
            if own:
                make.change(self.connection, table, id_, **own)

    def merge(self, table: str, random: Random) -> None:
        free = [id_ for id_ in self.ids[table] if id_ not in self.protected]
        if len(free) > 1:
            one, other = random.sample(free, 2)
            make.change(self.connection, table, one, merged_into=other)

    def part(self, table: str, random: Random) -> None:
        merged = self.connection.execute(
            f"SELECT id FROM {table} WHERE merged_into IS NOT NULL ORDER BY id"  # type: ignore[arg-type]
        ).fetchall()
        if fit := [id_ for (id_,) in merged if id_ in self.ids[table]]:
            make.change(self.connection, table, random.choice(fit), merged_into=None)

    def delete(self, table: str, random: Random) -> None:
        if self.ids[table] and not (table == "event" and len(self.ids[table]) < 3):
            id_ = random.choice(self.ids[table])
            make.remove(self.connection, table, id_)
            self.ids[table].remove(id_)

    def _there(self, table: str, id_: UUID) -> bool:
        return self.connection.execute(f"SELECT FROM {table} WHERE id = %s", [id_]).rowcount == 1  # type: ignore[arg-type]

    def _one(self, table: str, random: Random, event: UUID | None = None) -> UUID | None:
        """A row of the table, of this event if one is given; sometimes none."""
        fit = [id_ for id_ in self.ids[table] if event is None or self.events[id_] == event]
        return random.choice(fit) if fit and random.random() < 0.9 else None

    def _columns(self, table: str, random: Random) -> Columns | None:
        """What a new row of the table holds; None: what it would point at is missing."""
        pick = random.choice
        event = pick(self.ids["event"][:2] * 3 + self.ids["event"]) if self.ids["event"] else None
        match table:
            case "source":
                disclosure = pick(("named", "named", "anonymous", "role_only"))
                given = {"name": pick(("A", "B")), "disclosure": disclosure, "party": pick(PARTIES)}
                return given | {"parent_id": self._one(table, random), "confidential": random.random() < 0.2}
            case "document":
                publisher = self._one("source", random)
                return {"title": pick(("X", "Y")), "publisher_id": publisher, "published": pick((None, *TIMES))}
            case "document_version":
                document = self._one("document", random)
                return document and {
                    "document_id": document,
                    "headline": pick(("H", "I")),
                    "text": str(random.random()),
                }
            case "document_link" | "event_link":
                ends = self._two(table.removesuffix("_link"), random)
                relations = {"document_link": ("syndicated_from", "quotes"), "event_link": ("related", "follow_up")}
                loose = {"state": pick(("confirmed", "proposed", "rejected"))} if table == "document_link" else {}
                return ends and ends | loose | {"relation": pick(relations[table])}
            case "event":
                shown = "restricted" if random.random() < 0.3 else "public"
                return {"title": pick(("E", "F")), "occurred": pick((None, *TIMES)), "visibility": shown}
            case "question":
                kind = pick(("cause", "responsibility", "other"))
                given = {"measure": "killed"} if random.random() < 0.2 else {"text": pick(("Who?", "Why?"))}
                return event and given | {"event_id": event, "kind": kind, "single_answer": random.random() < 0.7}
            case "claim":
                question = self._one("question", random, event)
                given = {"text": pick(("This", "That")), "accuses": pick(PARTIES)}
                if question in self.quantities:
                    given = {
                        "qualifier": "at_least",
                        "min": random.randrange(99),
                        "of_id": self._one(table, random, event),
                    }
                return event and given | {"event_id": event, "question_id": question}
            case "claim_link":
                ends = self._two("claim", random, event)
                return ends and ends | {"event_id": event, "relation": pick(("contradicts", "refines"))}
            case "statement":
                return event and self._statement(event, random)
            case _:
                return event and self._beside(table, event, random)

    def _two(self, table: str, random: Random, event: UUID | None = None) -> Columns | None:
        fit = [id_ for id_ in self.ids[table] if event is None or self.events[id_] == event]
        return dict(zip(("from_id", "to_id"), random.sample(fit, 2), strict=True)) if len(fit) > 1 else None

    def _statement(self, event: UUID, random: Random) -> Columns | None:
        claim, question = self._one("claim", random, event), self._one("question", random, event)
        about: Columns = (
            {"claim_id": claim, "question_id": None} if claim else {"claim_id": None, "question_id": question}
        )
        stances = ("support", "support", "deny", "no_comment", "query") if claim else ("no_comment", "no_information")
        withdrawn = random.choice((None, None, *TIMES))
        document = self._one("document", random) if withdrawn and random.random() < 0.5 else None
        return (claim or question) and about | {
            "event_id": event,
            "source_id": self._one("source", random),
            "stance": random.choice(stances),
            "explicitness": random.choice(("explicit", "explicit", "implied")),
            "said": random.choice((None, *TIMES)),
            "supersedes_id": self._one("statement", random, event) if random.random() < 0.3 else None,
            "withdrawn": withdrawn,
            "withdrawn_document_id": document,
        }  # type: ignore[return-value]

    def _beside(self, table: str, event: UUID, random: Random) -> Columns | None:
        own = {"event_id": event}
        match table:
            case "appearance":
                statement = self._one("statement", random, event)
                words = {"document_id": self._one("document", random), "wording": random.choice((None, "so", "no"))}
                return statement and own | words | {"statement_id": statement}
            case "appearance_hop":
                appearance, source = self._one("appearance", random, event), self._one("source", random)
                about = {"step": random.randrange(1, 4), "state": random.choice(("confirmed", "proposed"))}
                return appearance and source and own | about | {"appearance_id": appearance, "source_id": source}
            case "assessment":
                claim, author = self._one("claim", random, event), self._one("source", random)
                about = {"rating": random.choice(("true", "false")), "made": random.choice((None, *TIMES))}
                earlier = self._one("assessment", random, event) if random.random() < 0.3 else None
                return (
                    claim
                    and author
                    and own | about | {"claim_id": claim, "author_id": author, "supersedes_id": earlier}
                )
            case _:
                assessment, document = self._one("assessment", random, event), self._one("document", random)
                return assessment and document and own | {"assessment_id": assessment, "document_id": document}
