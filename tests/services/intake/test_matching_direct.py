"""The quick way to match statements finds what the full one finds, wherever it says that it can tell."""

import itertools
from collections import Counter
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import soaking
from histories import ACTIONS, Archive
from sqlalchemy import TextClause, create_engine

from app import times
from app.models import Claim, Question
from app.services.intake import keys, storing
from app.texts import folding
from app.vocabulary import QUESTION_STANCES

SAID = (None, "2023-08-09", "2023-08-10", "2023-08-09/2023-08-10")
MERGES = ("source", "document", "event", "claim")
Row = dict[str, Any]


def make_history(psql: psycopg.Connection, pick: Random) -> None:
    archive = Archive(psql)
    for _ in range(40):
        archive.step(*pick.choice(ACTIONS), pick.randrange(10_000))


def drafts(psql: psycopg.Connection, pick: Random, *, sourceless: bool) -> list[Row]:
    """Statements as they are stored, some with something changed; and some of anything."""

    def ids(table: str) -> list[Any]:
        return [row[0] for row in psql.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()]

    stored = psql.execute(
        "SELECT claim_id, question_id, source_id, stance, explicitness, said, said_from, said_to, a.document_id "
        "FROM statement s LEFT JOIN appearance a ON a.statement_id = s.id ORDER BY s.id, a.id"
    ).fetchall()
    texts: dict[Any, str | None] = dict(psql.execute("SELECT id, text FROM claim").fetchall())
    events: dict[Any, Any] = dict(
        psql.execute("SELECT id, event_id FROM claim UNION ALL SELECT id, event_id FROM question").fetchall()
    )
    names = (
        "claim_id",
        "question_id",
        "source_id",
        "stance",
        "explicitness",
        "said",
        "said_from",
        "said_to",
        "document",
    )
    made = [dict(zip(names, row, strict=True)) for row in stored for _ in range(6)]
    # What is stored, as if another of the sources, claims or documents were meant: after a merge it may be the same.
    made += [
        dict(zip(names, row, strict=True)) | {name: other}
        for row in stored
        for name, table in (("source_id", "source"), ("claim_id", "claim"), ("document", "document"))
        for other in ids(table)
        if row[names.index(name)] is not None
    ]
    for claim, source in itertools.product(ids("claim"), ids("source")):
        made.append(dict.fromkeys(names) | {"claim_id": claim, "source_id": source, "stance": "support"})
    made += [
        dict.fromkeys(names) | {"question_id": question, "stance": pick.choice(QUESTION_STANCES)}
        for question in ids("question")
    ]
    for nth, one in enumerate(made):
        one["id"] = f"00000000-0000-0000-0000-{nth:012}"
        one["explicitness"] = one["explicitness"] or "explicit"
        one["event_id"] = events[one["claim_id"] or one["question_id"]]
        one["source_id"] = None if sourceless else one["source_id"] or pick.choice(ids("source"))
        if nth % 6 == 1:
            one["document"] = pick.choice([None, *ids("document")])
        if nth % 6 == 2:
            said = pick.choice(SAID)
            one["said"], (one["said_from"], one["said_to"]) = said, times.span(said) if said else (None, None)
        if sourceless or pick.random() < 0.3:
            one["nameless"] = True
        if nth % 2 and (words := texts.get(one["claim_id"])) is not None:
            one["folded"] = folding.whole(words)
    again = [one | {"id": f"10000000-0000-0000-0000-{nth:012}"} for nth, one in enumerate(made[::5])]
    return made + again


def asked(psql: psycopg.Connection, query: TextClause, rows: list[Row]) -> dict[Any, Row]:
    compiled = str(query.compile(dialect=create_engine("postgresql+psycopg://").dialect))
    plain = [{name: value for name, value in row.items() if value is not None} for row in rows]
    cursor = psql.cursor(row_factory=psycopg.rows.dict_row)
    return {row["draft"]: row for row in cursor.execute(compiled, {"rows": storing.as_json(plain)}).fetchall()}


@pytest.mark.soak
@pytest.mark.parametrize("sourceless", [False, True])
def test_the_quick_way_finds_the_same(psql: psycopg.Connection, *, sourceless: bool) -> None:
    met = {"silent": 0, "tangled": 0, "hit": 0, "new": 0}
    for seed in soaking.seeds(8):
        pick = Random(seed)
        with psql.transaction(force_rollback=True):
            make_history(psql, pick)
            for table in pick.sample(MERGES, 2 + seed % 2):  # or hardly anything is left that is not tangled
                psql.execute(f"UPDATE {table} SET merged_into = NULL")
            undated = "said = NULL, said_from = NULL, said_to = NULL"
            psql.execute(f"UPDATE statement SET {undated} WHERE get_byte(uuid_send(id), 15) < 128")
            if sourceless:
                psql.execute("UPDATE statement SET source_id = NULL")
            rows = drafts(psql, pick, sourceless=sourceless)
            expected = asked(psql, keys.STATEMENTS, rows)
            key_pairs: dict[str, str] = {}
            alike = Counter(row["key"] for row in expected.values())
            told = asked(psql, keys.DIRECT_STATEMENTS, rows)
            for draft, right in expected.items():
                found = told.get(draft)
                if found is None:
                    met["silent"] += 1
                    assert (right["hit"], alike[right["key"]]) == (None, 1)
                elif found["tangled"]:
                    met["tangled"] += 1
                else:
                    met["hit" if found["hit"] else "new"] += 1
                    assert (found["hit"], found["owner"]) == (right["hit"], right["owner"])
                    assert key_pairs.setdefault(right["key"], found["key"]) == found["key"]
            assert len(set(key_pairs.values())) == len(key_pairs)
            # And it stores the others, in their order.
            assert asked(psql, keys.STORING_STATEMENTS, rows) == told
            ids = [row["id"] for row in rows]
            stored = psql.execute(
                "SELECT record_id::text FROM change WHERE op = 'insert' AND record_id = ANY (%s::uuid[]) ORDER BY seq",
                (ids,),
            ).fetchall()
            assert [id_ for (id_,) in stored] == [id_ for id_ in ids if UUID(id_) not in told]
    assert min(met.values()) > 10, met


@pytest.mark.soak
def test_places_are_the_same_whoever_says_what_was_asked(psql: psycopg.Connection) -> None:
    """Open questions are found by words that were folded before, and so are those beside which a claim may stand."""
    met = Counter[bool]()
    for seed in soaking.seeds(6):
        pick = Random(seed)
        with psql.transaction(force_rollback=True):
            make_history(psql, pick)
            psql.execute("UPDATE claim SET question_id = q.id FROM question q WHERE q.event_id = claim.event_id "
                         "AND q.measure IS NULL AND claim.qualifier IS NULL AND claim.question_id IS NULL "
                         "AND get_byte(uuid_send(claim.id), 15) < 128")  # fmt: skip
            questions = psql.execute(
                "SELECT id, event_id, text FROM question WHERE measure IS NULL AND text IS NOT NULL ORDER BY id"
            ).fetchall()
            events = [row[0] for row in psql.execute("SELECT id FROM event ORDER BY id").fetchall()]
            texts = [row[0] for row in psql.execute("SELECT DISTINCT text FROM claim WHERE text <> '' ORDER BY 1")]
            pairs = [(event, words) for event in events for words in {text.upper() for _, _, text in questions}]
            rows = [
                {"id": uuid4(), "event_id": event, "text": words, "folded": folding.whole(words)}
                for event, words in pairs
            ]
            found = asked(psql, keys.STATEMENTS_OF[Question][None], rows)
            for row in rows:
                (stored,) = psql.execute(
                    "SELECT (SELECT id FROM question WHERE id IN (SELECT questions_like(%s, NULL, %s, NULL, NULL)) "
                    "ORDER BY created_at, id LIMIT 1)", (row["event_id"], row["text"])
                ).fetchone() or ()  # fmt: skip
                assert found[row["id"]]["hit"] == stored
                met[stored is not None] += 1
            claims = [
                {"id": uuid4(), "question_id": question, "event_id": event, "folded": folding.whole(words)}
                | ({"language": "en"} if pick.random() < 0.5 else {})
                for question, event, _ in questions
                for words in texts
            ]
            asked_of = {question: folding.whole(text) for question, _, text in questions}
            telling = [claim | {"asked": asked_of[claim["question_id"]]} for claim in claims]
            expected = asked(psql, keys.STATEMENTS_OF[Claim][None], claims)
            assert asked(psql, keys.STATEMENTS_OF[Claim][None], telling) == expected
            met.update(row["hit"] is not None for row in expected.values())
    assert min(met.values()) > 10, met
