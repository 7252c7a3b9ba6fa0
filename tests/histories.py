"""Histories made up at random: an archive in which anything is inserted, changed, merged, taken back and deleted."""

from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Any, Final
from uuid import UUID

import make
import psycopg
from psycopg import sql

# What is there before the first step. Of some tables there is more, and more happens to them.
START: Final = (
    *("event", "event", "event", "source", "source", "source", "document", "document", "document_version", "question"),
    *("question", "question", "claim", "claim", "claim", "claim", "statement", "statement", "statement", "statement"),
    *("appearance", "appearance", "appearance", "appearance_hop", "assessment", "assessment_document", "event_link"),
    *("document_link", "claim_link", "source_link"),
)
TABLES: Final = tuple(dict.fromkeys(START))
ACTIONS: Final = (
    *(("insert", table) for table in (*TABLES, "statement", "appearance")),
    *(("change", table) for table in (*TABLES, "statement") if table != "document_version"),
    *(("delete", table) for table in TABLES),
    *((verb, table) for verb in ("merge", "part") * 4 for table in ("source", "document", "event", "event", "claim")),
)
TIMES: Final = (
    "2023-08-09",
    "2023-08-09T13:00+03:00",
    "2023-08-10",
    "2023-08-10T09:00Z",
    "2023-08",
    "2023-08-12/2023-08-13",
)
PARTIES: Final = (None, "russia", "ukraine", "france")
# What never changes, or is judged by the present whatever moment is asked for.
FIXED: Final = (
    "event_id",
    "from_id",
    "to_id",
    "confidential",
    "step",
    "measure",
    "question_id",
    "claim_id",
)
EVENTS: Final = 4
Columns = dict[str, Any]


class MissingError(Exception):
    """There is nothing yet that the row could point at."""


class Archive:
    """What is stored, by table. A step that the database refuses leaves nothing behind."""

    def __init__(self, connection: make.Connection) -> None:
        self.connection = connection
        self.ids: dict[str, list[UUID]] = defaultdict(list)
        self.events: dict[UUID, UUID] = {}
        """Of each row that belongs to one."""
        self.protected: set[UUID] = set()
        """Confidential sources. They keep out of merges, which would change who is masked."""
        self.quantities: set[UUID] = set()
        for seed, table in enumerate(START):
            self.step("insert", table, seed)

    def step(self, verb: str, table: str, seed: int) -> None:
        doing: dict[str, Callable[[str, Random], None]] = {
            "insert": self.insert,
            "change": self.change,
            "merge": self.merge,
            "part": self.part,
            "delete": self.delete,
        }
        try:
            with self.connection.transaction():
                doing[verb](table, Random(seed))
        except (MissingError, psycopg.errors.IntegrityError):
            pass

    def insert(self, table: str, random: Random) -> None:
        columns = COLUMNS[table](self, random)
        if table == "event" and len(self.ids[table]) == EVENTS:
            return
        id_ = make.row(self.connection, table, **columns)
        self.ids[table].append(id_)
        self.events[id_] = columns.get("event_id", id_)
        self.protected |= {id_} if columns.get("confidential") else set()
        self.quantities |= {id_} if "measure" in columns else set()

    def change(self, table: str, random: Random) -> None:
        id_, columns = self.one(table, random), COLUMNS[table](self, random)
        fixed = (*FIXED, "text", "qualifier", "min") if table in ("claim", "question") else FIXED
        own = {name: value for name, value in columns.items() if name not in fixed and random.random() < 0.6}
        if "retracted" in columns:  # told as a whole or not at all
            own |= {name: columns[name] for name in ("lifecycle", "retracted", "retracted_reason")}
        if table == "statement" and random.random() < 0.3:
            own |= {"claim_id": self.one("claim", random, self.events[id_]), "question_id": None}
        if own:
            make.change(self.connection, table, id_, **own)

    def merge(self, table: str, random: Random) -> None:
        one, other = self.two(table, random)
        if not {one, other} & self.protected:
            make.change(self.connection, table, one, merged_into=other)

    def part(self, table: str, random: Random) -> None:
        query = sql.SQL("SELECT id FROM {} WHERE merged_into IS NOT NULL ORDER BY id").format(sql.Identifier(table))
        if merged := self.connection.execute(query).fetchall():
            make.change(self.connection, table, random.choice(merged)[0], merged_into=None)

    def delete(self, table: str, random: Random) -> None:
        id_ = self.one(table, random)
        if table != "event" or len(self.ids[table]) == EVENTS:
            make.remove(self.connection, table, id_)
            self.ids[table].remove(id_)

    def one(self, table: str, random: Random, event: UUID | None = None) -> UUID:
        """A row of the table; of this event, if one is given."""
        fit = [id_ for id_ in self.ids[table] if event in (None, self.events[id_])]
        if not fit:
            raise MissingError
        return random.choice(fit)

    def some(self, table: str, random: Random, event: UUID | None = None) -> UUID | None:
        """The same, or none."""
        fit = [id_ for id_ in self.ids[table] if event in (None, self.events[id_])]
        return random.choice(fit) if fit and random.random() < 0.8 else None

    def two(self, table: str, random: Random, event: UUID | None = None) -> list[UUID]:
        fit = [id_ for id_ in self.ids[table] if event in (None, self.events[id_])]
        if len(fit) < 2:
            raise MissingError
        return random.sample(fit, 2)

    def event(self, random: Random) -> UUID:
        """An event, more often one of the first two."""
        return random.choice(self.ids["event"][:2] * 3 + self.ids["event"])


# --- what a new row holds --------------------------------------------------------------------------------------------


def _source(archive: Archive, random: Random) -> Columns:
    return {
        "name": random.choice("AB"),
        "disclosure": random.choice(("named", "named", "anonymous", "role_only")),
        "party": random.choice(PARTIES),
        "parent_id": archive.some("source", random),
        "confidential": random.random() < 0.2,
    }


def _document(archive: Archive, random: Random) -> Columns:
    published, retracted = random.choice((None, *TIMES)), random.choice((None,) * 4 + TIMES)
    columns = {"title": random.choice("XY"), "publisher_id": archive.some("source", random), "published": published}
    lifecycle, why = ("retracted", random.choice((None, "a mistake"))) if retracted else ("live", None)
    return columns | {"lifecycle": lifecycle, "retracted": retracted, "retracted_reason": why}


def _version(archive: Archive, random: Random) -> Columns:
    document = archive.one("document", random)
    return {"document_id": document, "headline": random.choice("HI"), "text": str(random.random())}


def _document_link(archive: Archive, random: Random) -> Columns:
    one, other = archive.two("document", random)
    relation, state = random.choice(("quotes", "syndicated_from")), random.choice(("confirmed", "proposed", "rejected"))
    return {"from_id": one, "to_id": other, "relation": relation, "state": state}


def _source_link(archive: Archive, random: Random) -> Columns:
    one, other = archive.two("source", random)
    state = random.choice(("confirmed", "proposed", "rejected"))
    return {"from_id": one, "to_id": other, "state": state, "score": random.choice((None, 0.5, 0.9))}


def _event(_: Archive, random: Random) -> Columns:
    shown = random.choice(("public", "public", "restricted"))
    return {"title": random.choice("EF"), "occurred": random.choice((None, *TIMES)), "visibility": shown}


def _event_link(archive: Archive, random: Random) -> Columns:
    one, other = archive.two("event", random)
    return {"from_id": one, "to_id": other, "relation": random.choice(("related", "follow_up"))}


def _question(archive: Archive, random: Random) -> Columns:
    kind, asked = random.choice(("cause", "responsibility", "other")), {"text": random.choice(("Who?", "Why?"))}
    about = {"measure": "killed"} if random.random() < 0.2 else asked
    return {"event_id": archive.event(random), "kind": kind, "single_answer": random.random() < 0.7, **about}


def _claim(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    question = archive.some("question", random, event)
    about = {"event_id": event, "question_id": question, "accuses": random.choice(PARTIES)}
    if question in archive.quantities:
        of = archive.some("claim", random, event) if random.random() < 0.3 else None
        figure = {"qualifier": "at_least", "min": random.randrange(99)}
        if of is not None and random.random() < 0.3:
            figure = {"qualifier": "all"}
        return about | figure | {"of_id": of}
    return about | {"text": random.choice(("This", "That"))}


def _claim_link(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    one, other = archive.two("claim", random, event)
    return {"event_id": event, "from_id": one, "to_id": other, "relation": random.choice(("contradicts", "refines"))}


def _statement(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    claim = archive.some("claim", random, event)
    about = {"claim_id": claim} if claim else {"question_id": archive.one("question", random, event)}
    stances = ("support", "support", "deny", "no_comment", "query") if claim else ("no_comment", "no_information")
    withdrawn = random.choice((None, None, *TIMES))
    return about | {
        "event_id": event,
        "source_id": archive.some("source", random),
        "stance": random.choice(stances),
        "explicitness": random.choice(("explicit", "explicit", "implied")),
        "preliminary": random.choice((None, None, True, False)),
        "said": random.choice((None, *TIMES)),
        "supersedes_id": archive.some("statement", random, event) if random.random() < 0.3 else None,
        "withdrawn": withdrawn,
        "withdrawn_document_id": archive.some("document", random) if withdrawn else None,
        "withdrawn_by": random.choice((None, "source", "document")) if withdrawn else None,
    }


def _appearance(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    statement, document = archive.one("statement", random, event), archive.some("document", random)
    wording = random.choice((None, "so", "no"))
    return {"event_id": event, "statement_id": statement, "document_id": document, "wording": wording}


def _hop(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    appearance, source = archive.one("appearance", random, event), archive.one("source", random)
    place = {"step": random.randrange(1, 4), "state": random.choice(("confirmed", "proposed"))}
    return {"event_id": event, "appearance_id": appearance, "source_id": source, **place}


def _assessment(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    return {
        "event_id": event,
        "claim_id": archive.one("claim", random, event),
        "author_id": archive.one("source", random),
        "rating": random.choice(("true", "false")),
        "made": random.choice((None, *TIMES)),
        "supersedes_id": archive.some("assessment", random, event) if random.random() < 0.3 else None,
    }


def _evidence(archive: Archive, random: Random) -> Columns:
    event = archive.event(random)
    assessment, document = archive.one("assessment", random, event), archive.one("document", random)
    return {"event_id": event, "assessment_id": assessment, "document_id": document}


COLUMNS: Final[dict[str, Callable[[Archive, Random], Columns]]] = {
    "source": _source,
    "document": _document,
    "document_version": _version,
    "document_link": _document_link,
    "source_link": _source_link,
    "event": _event,
    "event_link": _event_link,
    "question": _question,
    "claim": _claim,
    "claim_link": _claim_link,
    "statement": _statement,
    "appearance": _appearance,
    "appearance_hop": _hop,
    "assessment": _assessment,
    "assessment_document": _evidence,
}
