"""What the rules cost: the dossier of events of 110, 1,000 and 5,000 statements, made up the same on every run.

Prints for each size the time of one dossier without and with the garbage collector, and beside it the limit: validating
the same rows once, which loading them has to do anyway. Nothing is stored and no database is asked.
"""

import gc
import random
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import make
from pydantic import TypeAdapter
from pydantic_core import from_json

from app.derive.pictures.dossier import dossier
from app.derive.rules.rows import Rows, View
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentLinkRead, DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.questions import QuestionRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, StatementRead
from app.services.pictures import lifting

SIZES = (110, 1_000, 5_000)
EVERYTHING = View(restricted=True, confidential=True)


def event_of(size: int) -> Rows:
    """An event with this many statements: four in ten are figures, three sources in ten are unnamed.

    For 110 statements there are 11 questions, 33 claims, 55 documents and 33 sources, and a tenth of the documents are
    copies; more statements have more of all.
    """
    pick = random.Random(size)
    event = make.read(EventRead)
    tops = [make.read(SourceRead, name=f"house {n}", party=pick.choice(PARTIES)) for n in range(size // 20 + 2)]
    sources = tops + [
        make.read(
            SourceRead,
            name=f"speaker {n}",
            parent_id=pick.choice(tops).id if pick.random() < 0.4 else None,
            disclosure=pick.choice((*("named",) * 7, "anonymous", "anonymous", "role_only")),
        )
        for n in range(size * 3 // 10)
    ]  # fmt: skip
    questions = [_question(n, event) for n in range(size // 10)]
    claims = [_claim(pick, n, event, pick.choice(questions)) for n in range(size * 3 // 10)]
    documents = [
        make.read(DocumentRead, title=f"article {n}", published=f"2023-08-{pick.randrange(9, 30):02}")
        for n in range(size // 2)
    ]
    links = [
        make.read(
            DocumentLinkRead, from_id=document.id, to_id=original.id, relation="syndicated_from", state="confirmed"
        )
        for document, original in (pick.sample(documents, 2) for _ in range(size // 20))
    ]
    statements, appearances = [], []
    for _ in range(size):
        statement, statement_appearances = _statement(pick, event, pick.choice(claims), sources, documents)
        statements.append(statement)
        appearances += statement_appearances
    return make.rows(
        event,
        sources=sources,
        questions=questions,
        claims=claims,
        documents=documents,
        versions=[make.read(VersionRead, document_id=document.id) for document in documents],
        document_links=links,
        statements=statements,
        appearances=appearances,
    )


PARTIES = (None, "russia", "ukraine", "france")
STANCES = ("support",) * 6 + ("deny", "query", "comment", "no_comment")


def _question(nth: int, event: EventRead) -> QuestionRead:
    if nth % 5 < 2:
        return make.read(
            QuestionRead, event_id=event.id, measure="injured", answer="quantity", unit="persons", evolving=True,
            single_answer=True, kind="casualties",
        )  # fmt: skip
    return make.read(
        QuestionRead, event_id=event.id, text=f"What was it, {nth}?", kind="cause", single_answer=nth % 2 == 0
    )


def _claim(pick: random.Random, nth: int, event: EventRead, question: QuestionRead) -> ClaimRead:
    subject = {"event_id": event.id, "question_id": question.id}
    if question.measure:
        count = pick.randrange(5, 90)
        return make.read(ClaimRead, figure=make.figure("exact", count, count), **subject)
    return make.read(ClaimRead, text=f"It was this, {nth}", accuses=pick.choice(PARTIES), **subject)


def _statement(
    pick: random.Random, event: EventRead, claim: ClaimRead, sources: list[SourceRead], documents: list[DocumentRead]
) -> tuple[StatementRead, list[AppearanceRead]]:
    source = pick.choice(sources) if pick.random() < 0.9 else None
    statement = make.read(
        StatementRead,
        event_id=event.id,
        claim_id=claim.id,
        source_id=source and source.id,
        stance=pick.choice(STANCES),
        explicitness="explicit" if pick.random() < 0.9 else "implied",
        said=f"2023-08-{pick.randrange(9, 30):02}T{pick.randrange(24):02}:00Z" if pick.random() < 0.7 else None,
        withdrawn="2023-08-30" if pick.random() < 0.03 else None,
    )
    appearances = [
        make.read(
            AppearanceRead, event_id=event.id, statement_id=statement.id, document_id=document.id, wording="so it was"
        )
        for document in pick.sample(documents, pick.choice((1, 1, 1, 2)))
    ]
    return statement, appearances


def loaded(rows: Rows) -> Rows:
    """The same rows as the loader gives them."""
    ids: dict[str, UUID] = {}
    kinds = {read: kind for kind, read in lifting.READS.items()}

    def again(value: Any) -> Any:
        records = list(value.values()) if isinstance(value, dict) else value
        if not records or not isinstance(records, list):
            return value
        raw = [from_json(record.model_dump_json()) for record in records]
        for record in raw if kinds[type(records[0])] == "claim" else ():
            record.update(record.pop("figure") or dict.fromkeys(("qualifier", "min", "max", "of_id")))
        fresh = lifting.read(kinds[type(records[0])], raw, ids)
        return {record.id: record for record in fresh} if isinstance(value, dict) else fresh

    return replace(rows, **{field.name: again(getattr(rows, field.name)) for field in fields(rows)})


def fastest(call: Callable[[], Any], runs: int, *, collecting: bool) -> float:
    """The fastest of several runs, in ms."""
    gc.collect()
    gc.enable() if collecting else gc.disable()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    gc.enable()
    return min(times) * 1000


def main() -> None:
    print(f"{'statements':>10} {'dossier':>10} {'with gc':>10} {'limit':>10} {'ratio':>7}   per statement")
    for size in SIZES:
        rows = loaded(event_of(size))
        limit = _limit(rows)
        runs = 30_000 // size
        draw = partial(dossier, rows, EVERYTHING, "1-00000000")
        alone, with_gc = (fastest(draw, runs, collecting=collecting) for collecting in (False, True))
        least = fastest(limit, runs, collecting=False)
        print(
            f"{size:>10,} {alone:>7.2f} ms {with_gc:>7.2f} ms {least:>7.2f} ms {alone / least:>7.2f}"
            f"   {alone / size * 1000:.1f} µs"
        )


def _limit(rows: Rows) -> Callable[[], None]:
    """Validating the statements and appearances."""
    statements, appearances = TypeAdapter(list[StatementRead]), TypeAdapter(list[AppearanceRead])
    raw = statements.dump_json(rows.statements), appearances.dump_json(rows.appearances)

    def validate() -> None:
        statements.validate_json(raw[0])
        appearances.validate_json(raw[1])

    return validate


if __name__ == "__main__":
    main()
