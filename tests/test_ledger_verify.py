"""Whoever owns the database can get past its triggers; verifying finds what they did, and where."""

import threading

import psycopg
import pytest
from databases import plain
from ledgers import ROWS, Connection, changes, fill, head, id_of

from app.services import ledger

ALTERED = "it was altered: its hash is not that of what it says and of the change before it"
RECORD = "its record was altered: it is not the one its digest was made of"
CONTENTS = "recorded_at, actor, type, record_id, event_id, op, version, record, salt, digest"
SEQ = {name: number for number, name in enumerate(ROWS, 1)}
LAST = len(ROWS)


@pytest.fixture
def filled(psql: Connection) -> Connection:
    fill(psql)
    return psql


def tamper(connection: Connection, table: str, *statements: str) -> None:
    with connection.transaction():
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.execute(statement, {name: id_of(name) for name in ROWS})
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(url: str) -> list[str]:
    return [str(fault) for fault in ledger.verify(url)]


def chain_after(connection: Connection, *statements: str) -> list[tuple[int | None, str]]:
    """Tell what is wrong with the chain after these, which are undone again."""
    with connection.transaction(force_rollback=True):
        tamper(connection, "change", *statements)
        return connection.execute("SELECT bad_seq, fault FROM ledger_verify()").fetchall()


def swap(columns: str, one: int, other: int) -> list[str]:
    """Let two changes give each other these columns; `seq` stands for all the others."""
    if columns == "seq":
        place = f"CASE seq WHEN -{one} THEN {other} ELSE {one} END"
        return [
            f"UPDATE change SET seq = -seq WHERE seq IN ({one}, {other})",
            f"UPDATE change SET seq = {place} WHERE seq < 0",
        ]
    given = f"SELECT {columns} FROM change p WHERE p.seq = {one} + {other} - change.seq"
    return [f"UPDATE change SET ({columns}) = ({given}) WHERE seq IN ({one}, {other})"]


def test_nothing_is_wrong(database_url: str, psql: Connection) -> None:
    assert found(database_url) == []
    fill(psql)
    assert found(database_url) == []


def test_an_altered_change_is_named_and_not_those_after_it(filled: Connection) -> None:
    def after(change: str, where: str) -> list[tuple[int | None, str]]:
        return chain_after(filled, f"UPDATE change SET {change} WHERE seq {where}")

    for seq in (1, 2, 9, LAST - 1, LAST):
        for change in ("record = '{}'", "record = '{}', salt = NULL", "salt = '\\x00'", "record = NULL", "salt = NULL"):
            assert after(change, f"= {seq}") == [(seq, RECORD)]
        for change in (
            "actor = 'x'",
            "recorded_at = 'epoch'",
            "version = 2",
            "op = 'delete'",
            "hash = '\\x00'",
            "event_id = id",
        ):
            assert after(change.replace("= id", "= record_id, type = 'x'"), f"= {seq}") == [(seq, ALTERED)]
        assert after("digest = '\\x00'", f"= {seq}") == [(seq, ALTERED), (seq, RECORD)]
    assert after("actor = 'x'", "IN (7, 8, 20)") == [(seq, ALTERED) for seq in (7, 8, 20)]
    assert after("hash = '\\x00'", "IN (7, 9, 20)") == [(seq, ALTERED) for seq in (7, 9, 20)]


def test_swapped_changes_are_named_and_not_those_after_them(filled: Connection) -> None:
    for one, other in ((1, 2), (3, 4), (3, 5), (3, 9), (1, LAST), (LAST - 1, LAST)):
        # Whole, without their hashes, parts of them.
        for columns in ("seq", CONTENTS, "record, salt, digest", "record, salt"):
            assert chain_after(filled, *swap(columns, one, other)) == [
                (one, f"it changed places with change {other}"),
                (other, f"it changed places with change {one}"),
            ]


def test_missing_changes_are_named(filled: Connection) -> None:
    for gone, seq, says in (
        ("= 1", 1, "it is missing"),
        ("= 9", 9, "it is missing"),
        ("BETWEEN 9 AND 11", 9, "the changes 9 to 11 are missing"),
        (f"= {LAST}", LAST, "it is missing: the head counts it"),
        (f"> {LAST - 3}", LAST - 2, f"the changes {LAST - 2} to {LAST} are missing: the head counts them"),
        ("> 0", 1, f"the changes 1 to {LAST} are missing: the head counts them"),
    ):
        assert chain_after(filled, f"DELETE FROM change WHERE seq {gone}") == [(seq, says)]


def test_the_head_is_held_against_the_last_change(filled: Connection) -> None:
    for statement, says in (
        ("UPDATE ledger_head SET hash = '\\x00'", "the head was altered: its hash is not the last change's"),
        ("UPDATE ledger_head SET recorded_at = 'infinity'", "the head was altered: its time is not the last change's"),
        ("UPDATE ledger_head SET seq = 3", "the head was altered: it stops at change 3"),
        ("DELETE FROM ledger_head", "the ledger's head is gone"),
    ):
        assert chain_after(filled, statement) == [(None, says)]


def test_a_missing_change_is_found_though_the_others_were_renumbered(database_url: str, filled: Connection) -> None:
    tamper(
        filled,
        "change",
        "DELETE FROM change WHERE seq = 20",
        "UPDATE change SET seq = -seq WHERE seq > 20",
        "UPDATE change SET seq = -seq - 1 WHERE seq < 0",
        f"UPDATE ledger_head SET seq = {LAST - 1}",
    )
    chain = [fault for fault in found(database_url) if fault.startswith("change")]
    assert chain == [f"change {seq}: {ALTERED}" for seq in range(20, LAST)]


def test_cutting_off_the_end_and_the_head_still_shows(database_url: str, filled: Connection) -> None:
    tamper(
        filled,
        "change",
        f"DELETE FROM change WHERE seq = {LAST}",
        "UPDATE ledger_head h SET seq = c.seq, hash = c.hash, recorded_at = c.recorded_at"
        f" FROM change c WHERE c.seq = {LAST - 1}",
    )
    assert found(database_url) == [
        f"assessment_document {id_of('assessment_document')}: no change tells of it",
        f"event {id_of('event')}: its head is {LAST}, its last change {SEQ['assessment']}",
    ]


def test_a_row_changed_without_its_triggers_is_named(database_url: str, filled: Connection) -> None:
    tamper(filled, "source", "UPDATE source SET notes = 'x', party = NULL WHERE id = %(source)s")
    tamper(filled, "report", "UPDATE report SET sha256 = '\\x01'")
    tamper(filled, "event", "UPDATE event SET latitude = 0.3 WHERE id = %(event)s")
    tamper(filled, "question", "UPDATE question SET version = 7 WHERE id = %(question)s")
    tamper(filled, "claim", "UPDATE claim SET translations = '{}' WHERE id = %(claim)s")
    tamper(filled, "claim_link", "DELETE FROM claim_link")
    tamper(filled, "appearance_hop", "DELETE FROM appearance_hop")
    differs, gone = (
        "it is not as its last change, {}, left it: {}",
        "it is gone, though its last change, {}, did not delete it",
    )
    assert sorted(found(database_url)) == sorted(
        f"{name} {id_of(name)}: {says.format(SEQ[name], what)}"
        for name, says, what in (
            ("source", differs, "notes, party"),
            ("report", differs, "sha256"),
            ("event", differs, "latitude"),
            ("question", differs, "version"),
            ("claim", differs, "translations"),
            ("claim_link", gone, ""),
            ("appearance_hop", gone, ""),
        )
    )


def test_a_row_put_there_without_its_triggers_is_named(database_url: str, filled: Connection) -> None:
    filled.execute("DELETE FROM assessment_document; DELETE FROM claim_link")
    back = (
        "INSERT INTO claim_link (id, event_id, from_id, to_id, relation) VALUES (%(claim_link)s, %(event)s, %(claim)s"
    )
    tamper(filled, "claim_link", f"{back}, %(claim rival)s, 'contradicts')")
    tamper(filled, "source", "INSERT INTO source (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'Nobody')")
    assert found(database_url) == [
        f"claim_link {id_of('claim_link')}: it is there, though change {LAST + 2} deleted it",
        "source 00000000-0000-0000-0000-000000000001: no change tells of it",
    ]


def test_a_text_is_held_against_its_hash(database_url: str, filled: Connection) -> None:
    """The ledger keeps the hash of a document's text; the text's own CHECK may have been dropped."""
    filled.execute("ALTER TABLE document_version DROP CONSTRAINT ck_document_version_sha256")
    tamper(filled, "document_version", "UPDATE document_version SET text = 'No blast was heard.'")
    version = f"document_version {id_of('document_version')}"
    assert found(database_url) == [f"{version}: its text is not the one its sha256 was made of"]
    tamper(filled, "document_version", "UPDATE document_version SET sha256 = sha256(convert_to(text, 'UTF8'))")
    assert found(database_url) == [
        f"{version}: it is not as its last change, {SEQ['document_version']}, left it: sha256"
    ]


def test_triggers_that_are_off_are_named(database_url: str, filled: Connection) -> None:
    filled.execute("ALTER TABLE claim DISABLE TRIGGER c_update; ALTER TABLE change DISABLE TRIGGER guard")
    filled.execute("DROP TRIGGER a_lock ON source; DROP TRIGGER c_delete ON source")
    says = "its triggers are missing or disabled"
    assert found(database_url) == [
        f"change: {says}: guard",
        f"claim: {says}: c_update",
        f"source: {says}: a_lock, c_delete",
    ]


def test_heads_that_do_not_tell_of_the_last_change(database_url: str, filled: Connection) -> None:
    filled.execute("UPDATE event_head SET seq = 1 WHERE event_id = %s", [id_of("event")])
    filled.execute("DELETE FROM event_head WHERE event_id = %s", [id_of("event other")])
    filled.execute("UPDATE ledger_head SET directory = 1")
    link, assessment = SEQ["document_link"], SEQ["assessment other"]
    assert sorted(found(database_url)) == sorted(
        [
            f"event {id_of('event')}: its head is 1, its last change {LAST}",
            f"event {id_of('event other')}: its head is missing, its last change {assessment}",
            f"ledger: the directory's head is 1, its last change {link}",
            f"event {id_of('event')}: its head of what is shown is later than that of all",
            "ledger: a head of what is shown is later than that of all",
        ]
    )


def test_columns_that_came_later_are_no_difference(database_url: str, filled: Connection) -> None:
    filled.execute("ALTER TABLE claim ADD COLUMN later text DEFAULT 'x' NOT NULL, ADD COLUMN latest integer")
    filled.execute("UPDATE claim SET latest = 1 WHERE id = %s", [id_of("claim")])
    assert changes(filled)[-1]["record"]["later"] == "x"
    assert found(database_url) == []
    tamper(filled, "claim", "UPDATE claim SET later = 'y', accuses = 'x'")
    assert {fault.rsplit(": ")[-1] for fault in found(database_url)} == {"accuses", "accuses, later"}


def test_redacted_changes_are_compared_by_version(database_url: str, filled: Connection) -> None:
    filled.execute("UPDATE change SET record = NULL, salt = NULL")
    assert found(database_url) == []
    tamper(filled, "source", "UPDATE source SET version = 2 WHERE id = %(source)s")
    assert found(database_url) == [f"source {id_of('source')}: it is not as its last change, 1, left it: version"]


def test_many_faults_are_cut_off_and_limits_lifted(database_url: str, psql: Connection) -> None:
    psql.execute("INSERT INTO source (name) SELECT 'Witness ' || n FROM generate_series(1, 10000) n")
    psql.execute(f"ALTER DATABASE {psql.info.dbname} SET statement_timeout = '100ms'")
    assert found(database_url) == []  # which takes longer
    tamper(psql, "source", "UPDATE source SET party = 'x'")
    faults = ledger.verify(database_url)
    assert len(faults) == ledger.FAULTS
    tamper(psql, "change", "UPDATE change SET actor = 'x'")
    faults = ledger.verify(database_url)
    assert [fault.seq for fault in faults] == list(range(1, ledger.FAULTS + 1))


def test_others_go_on_writing_meanwhile(database_url: str, filled: Connection) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(plain(database_url), autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("UPDATE event SET summary = gen_random_uuid()::text")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            assert found(database_url) == []
    finally:
        stop.set()
        writer.join()
    assert head(filled) > LAST
