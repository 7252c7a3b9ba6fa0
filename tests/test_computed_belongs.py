"""What is computed from texts and reports points at what is there, and goes with it."""

import pytest
from ledgers import fill, id_of, insert, value
from psycopg import Connection, errors
from psycopg.types.json import Jsonb
from test_ledger_constraints import NOBODY, refused_by


def test_what_is_computed_from_texts_belongs_to_them(psql: Connection) -> None:
    """It points at texts and events that are there, stands once, and goes with them."""
    fill(psql)
    print_ = {"version_id": id_of("document_version"), "marks": [1], "hashes": b"", "credits": Jsonb({})}
    mark = {"event_id": id_of("event"), "mark": 1, "version_id": id_of("document_version")}
    assert refused_by(psql, "text_mark", mark) == "fk_text_mark_version_id"
    assert refused_by(psql, "text_print", {**print_, "version_id": NOBODY}) == "fk_text_print_version_id"
    insert(psql, "text_print", print_)
    assert refused_by(psql, "text_print", print_) == "pk_text_print"
    assert refused_by(psql, "text_mark", {**mark, "event_id": NOBODY}) == "fk_text_mark_event_id"
    insert(psql, "text_mark", mark)
    assert refused_by(psql, "text_mark", mark) == "pk_text_mark"
    for column in ("event_id", "version_id"):
        with pytest.raises(errors.ForeignKeyViolation, match="mark"), psql.transaction():
            psql.execute(f"UPDATE text_mark SET {column} = %s".encode(), [NOBODY])
    psql.execute("DELETE FROM appearance_hop; DELETE FROM appearance; DELETE FROM document_version")
    assert value(psql, "SELECT (SELECT count(*) FROM text_print) + (SELECT count(*) FROM text_mark)") == 0


def test_marks_go_with_their_event(psql: Connection) -> None:
    fill(psql)
    empty = id_of("event of which nothing is said")
    insert(psql, "event", {"id": empty, "title": "Another", "slug": "another"})
    insert(
        psql, "text_print", {"version_id": id_of("document_version"), "marks": [1], "hashes": b"", "credits": Jsonb({})}
    )
    for event in (empty, id_of("event")):
        insert(psql, "text_mark", {"event_id": event, "mark": 1, "version_id": id_of("document_version")})
    psql.execute("DELETE FROM event WHERE id = %s", [empty])
    assert value(psql, "SELECT array_agg(event_id) FROM text_mark") == [id_of("event")]


def test_what_reports_mention_belongs_to_them(psql: Connection) -> None:
    fill(psql)
    mention = {"report_id": id_of("report"), "record_id": NOBODY}
    assert refused_by(psql, "mention", {**mention, "report_id": NOBODY}) == "fk_mention_report_id"
    insert(psql, "mention", mention)
    assert refused_by(psql, "mention", mention) == "pk_mention"
    with pytest.raises(errors.ForeignKeyViolation, match="mention"), psql.transaction():
        psql.execute("UPDATE mention SET report_id = %s", [NOBODY])
    psql.execute("DELETE FROM appearance_hop; DELETE FROM appearance; DELETE FROM report")
    assert value(psql, "SELECT count(*) FROM mention") == 0
