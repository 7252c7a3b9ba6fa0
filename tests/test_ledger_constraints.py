"""Wrong data can't be stored, whoever tries: a row for every constraint of every table that breaks it, and only it."""

from hashlib import sha256
from uuid import UUID, uuid4

import psycopg
import pytest
from ledgers import ROWS, Connection, Row, id_of, insert, kind_of, value
from psycopg import errors
from psycopg.types.json import Jsonb

from app import vocabulary
from app.schemas.kinds import KINDS

TABLES = sorted(kind.name for kind in KINDS)
NOBODY, NAN = uuid4(), float("nan")
EARLY, LATE = "2023-08-09T00:00Z", "2023-08-10T00:00Z"
WITHDRAWN = {"withdrawn": "x", "withdrawn_from": EARLY, "withdrawn_to": LATE}
RETRACTED = {"lifecycle": "retracted", "retracted": "2023", "retracted_from": EARLY, "retracted_to": LATE}
OTHER = {name: id_of(name) for name in ROWS}

Wrong = dict[str, list[Row]]


def sized(size: int, *columns: str) -> Wrong:
    return {f"ck_{column}_length": [{column: ""}, {column: "ы" * (size + 1)}] for column in columns}


def listed(*columns: str) -> Wrong:
    return {f"ck_{column}": [{column: "nonsense"}, {column: ""}] for column in columns}


def languages(*columns: str) -> Wrong:
    wrong = ("", "e", "en_GB", "english language", "en-", "en\n", "ру", "abcdefghi")
    return {f"ck_{column}": [{column: word} for word in wrong] for column in columns}


def keys(*columns: str) -> Wrong:
    return {
        f"ck_{column}": [{column: word} for word in ("", "State", "a b", "a" * 65, "é", "a\n")] for column in columns
    }


def coarse(column: str) -> Wrong:
    since, until = f"{column}_from", f"{column}_to"
    bounds = {since: EARLY, until: LATE}
    return {
        f"ck_{column}_length": [{column: words, **bounds} for words in ("", "2" * (vocabulary.TIME_CHARACTERS + 1))],
        f"ck_{column}_bounds": [
            {column: "2023"},
            {column: "2023", since: EARLY},
            {column: "2023", until: LATE},
            bounds,
            {column: "2023", since: LATE, until: EARLY},
            {column: "2023", since: EARLY, until: EARLY},
        ],
    }


def nobody(*columns: str) -> Wrong:
    """Point at records that are not there."""
    return {f"fk_{column}": [{column: NOBODY}] for column in columns}


NAME, TEXT, WORDING, URL = (
    vocabulary.NAME_CHARACTERS,
    vocabulary.TEXT_CHARACTERS,
    vocabulary.WORDING_CHARACTERS,
    vocabulary.URL_CHARACTERS,
)
# Qualifiers with numbers that do not go with them.
NO_FIGURES = (
    ("exact", 1, 2), ("exact", 1, None), ("exact", None, 1), ("exact", None, None), ("about", 1, 2),
    ("between", 1, None), ("between", None, None), ("at_least", None, 1), ("at_least", 1, 1), ("more_than", None, None),
    ("at_most", 1, None), ("at_most", 1, 1), ("fewer_than", None, None), ("dozens", 24, 99), ("hundreds", 200, None),
    ("unknown", None, 1), ("none", 0, 0),
)  # fmt: skip
OBJECTS = [Jsonb([]), Jsonb("x"), Jsonb(1), Jsonb(None)]
COUNTRIES = {"ck_country": [{"country": word} for word in ("", "ru", "RUS", "РФ", "RU\n")]}
SCORES = {"ck_score": [{"score": number} for number in (-0.01, 1.01, NAN)]}
SELECTOR: Row = {"exact": "no drone", "prefix": "", "suffix": ".", "start": 0, "end": 8}
WRONG_SELECTORS: list[Row] = [
    {"exact": 1},
    {"prefix": None},
    {"suffix": []},
    {"start": "0"},
    {"end": "8"},
    {"start": -1, "end": 7},
    {"start": 0.5, "end": 8.5},
    {"end": 9},
    {"exact": "", "end": 0},
    {"more": ""},
]
SAME = UUID(int=7)  # the id of every row that is tried

# A second good row of each table, as a difference from the first.
FRESH: dict[str, Row] = {
    "source_link": {"to_id": OTHER["source third"]},
    "document": {"canonical_url": None},
    "document_version": {"text": None, "sha256": None, "headline": "x"},
    "document_link": {"relation": "quotes"},
    "event": {"slug": "blast-2"},
    "event_link": {"relation": "same_site"},
    "claim_link": {"relation": "refines"},
    "appearance_hop": {"step": 2},
    "assessment_document": {"document_id": OTHER["document copy"]},
}

# By table and constraint (without the table's name): differences from that good row.
WRONG: dict[str, Wrong] = {
    "source": {
        **sized(NAME, "name", "role"),
        **sized(TEXT, "notes"),
        **sized(URL, "url"),
        **listed("kind", "disclosure"),
        "ck_reliability": [{"reliability": word} for word in ("", "G", "a", "AB")],
        **keys("party"),
        **COUNTRIES,
        **languages("language"),
        "ck_external_ids": [{"external_ids": thing} for thing in OBJECTS],
        "ck_named": [{"name": None}],
        "ck_parent": [{"parent_id": SAME}],
        "ck_merge": [{"merged_into": SAME}],
        **nobody("parent_id", "merged_into"),
    },
    "source_link": {
        **listed("relation", "how_known", "state"),
        **SCORES,
        **sized(TEXT, "reason"),
        "ck_ends": [{"to_id": OTHER["source outlet"]}],
        "uq_from_id_to_id_relation": [{"to_id": OTHER["source"]}],
        "uq_pair": [{"from_id": OTHER["source"], "to_id": OTHER["source outlet"]}],
        **nobody("from_id", "to_id"),
    },
    "document": {
        **sized(URL, "url", "canonical_url", "page_key"),
        **sized(NAME, "title", "byline"),
        **coarse("published"),
        **{
            f"ck_{name}_length": [RETRACTED | {name: words} for words in ("", "x" * (most + 1))]
            for name, most in (
                ("retracted", vocabulary.TIME_CHARACTERS),
                ("retracted_reason", TEXT),
                ("retraction_url", URL),
            )
        },
        "ck_retracted_bounds": [RETRACTED | {"retracted_to": EARLY}, RETRACTED | {"retracted_to": None}],
        "ck_retraction": [{"lifecycle": "retracted"}, {"retraction_url": "x"}, RETRACTED | {"lifecycle": "live"}],
        **languages("language"),
        **listed("kind", "lifecycle"),
        "ck_external_ids": [{"external_ids": thing} for thing in OBJECTS],
        "ck_merge": [{"merged_into": SAME}],
        **nobody("publisher_id", "merged_into"),
        "uq_canonical_url": [{"canonical_url": "https://paper.example/1"}],
    },
    "document_version": {
        **sized(NAME, "headline", "translator"),
        **sized(URL, "archive_url"),
        "ck_text_length": [
            {"text": words, "sha256": sha256(words.encode()).digest()}
            for words in ("", "x" * (vocabulary.DOCUMENT_TEXT_CHARACTERS + 1))
        ],
        **languages("translated_from"),
        "ck_http_status": [{"http_status": 99}, {"http_status": 600}],
        "ck_sha256": [{"text": "x"}, {"sha256": b"x"}, {"text": "x", "sha256": b"x"}],
        "uq_text": [{column: ROWS["document_version"].get(column) for column in ("text", "sha256", "part")}],
        **nobody("document_id"),
    },
    "document_link": {
        **listed("relation", "how_known", "state"),
        **SCORES,
        "ck_ends": [{"to_id": OTHER["document copy"]}],
        "uq_from_id_to_id_relation": [{"relation": "rewrites"}],
        **nobody("from_id", "to_id"),
    },
    "report": nobody("document_id"),
    "event": {
        "ck_slug": [{"slug": word} for word in ("a b", "A", "-a", "a-", "a--b", "ж", "a\n")],
        "ck_slug_length": [{"slug": "a" * (vocabulary.SLUG_CHARACTERS + 1)}],
        **sized(NAME, "title", "place_name"),
        **sized(WORDING, "summary"),
        **coarse("occurred"),
        **languages("language"),
        **keys("kind"),
        **COUNTRIES,
        **listed("place_precision", "visibility"),
        "ck_latitude": [{"latitude": number} for number in (-90.1, 90.1, NAN)],
        "ck_longitude": [{"longitude": number} for number in (-180.1, 180.1, NAN)],
        "ck_point": [{"latitude": None}, {"longitude": None}],
        "ck_external_ids": [{"external_ids": thing} for thing in OBJECTS],
        "ck_parent": [{"parent_id": SAME}],
        "ck_merge": [{"merged_into": SAME}],
        "uq_slug": [{"slug": "blast"}],
        **nobody("parent_id", "merged_into"),
    },
    "event_link": {
        **listed("relation"),
        "ck_ends": [{"to_id": OTHER["event"]}],
        "uq_from_id_to_id_relation": [{"relation": "related"}],
        **nobody("from_id", "to_id"),
    },
    "question": {
        **sized(TEXT, "text"),
        **languages("language"),
        **listed("kind", "answer"),
        "ck_measure": [{"answer": "quantity", "measure": word, "unit": "x"} for word in ("", "nonsense")],
        "ck_subject_length": [
            {"answer": "quantity", "measure": "killed", "unit": "x", "subject": words}
            for words in ("", "x" * (NAME + 1))
        ],
        "ck_unit_length": [
            {"answer": "quantity", "measure": "killed", "unit": words} for words in ("", "x" * (NAME + 1))
        ],
        "ck_quantity": [
            {"text": None},
            {"measure": "killed"},
            {"unit": "persons"},
            {"subject": "civilians"},
            {"answer": "quantity"},
            {"answer": "quantity", "measure": "killed"},
            {"answer": "quantity", "unit": "persons"},
        ],
        **nobody("event_id"),
    },
    "claim": {
        **sized(TEXT, "text"),
        **languages("language"),
        **keys("accuses"),
        "ck_translations": [{"translations": thing} for thing in OBJECTS],
        "ck_qualifier": [{"text": None, "qualifier": word} for word in ("", "nonsense")],
        "ck_text_or_figure": [{"text": None}, {"qualifier": "unknown"}],
        "ck_figure_answers": [{"text": None, "qualifier": "unknown", "question_id": None}],
        "ck_of_figure": [{"of_id": OTHER["claim toll"]}],
        "ck_of": [{"text": None, "qualifier": "unknown", "of_id": SAME}],
        "ck_merge": [{"merged_into": SAME}],
        "ck_range": [
            {"text": None, "qualifier": "between", "min": low, "max": high}
            for low, high in ((2, 1), (-1, 1), (-2, -1), (0, 1.1e15), (NAN, NAN), (0, NAN), (0, float("inf")))
        ],
        "ck_figure": [
            {"text": None, "qualifier": qualifier, "min": low, "max": high} for qualifier, low, high in NO_FIGURES
        ]
        + [{"min": 1, "max": 1}],
        "ck_answers": [{"question_id": OTHER["question toll"]}, {"text": None, "qualifier": "unknown"}],
        "fk_event_id": [{"event_id": NOBODY, "question_id": None}],
        "fk_event_id_question_id": [{"question_id": NOBODY}, {"question_id": OTHER["question other"]}],
        "fk_event_id_of_id": [
            {"text": None, "qualifier": "unknown", "question_id": OTHER["question toll"], "of_id": of_id}
            for of_id in (NOBODY, OTHER["claim other"])
        ],
        "fk_event_id_merged_into": [{"merged_into": NOBODY}, {"merged_into": OTHER["claim other"]}],
    },
    "claim_link": {
        **listed("relation"),
        "ck_ends": [{"to_id": OTHER["claim"]}],
        "uq_from_id_to_id_relation": [{"relation": "contradicts"}],
        "fk_event_id_from_id": [{"from_id": NOBODY}, {"from_id": OTHER["claim other"]}, {"event_id": NOBODY}],
        "fk_event_id_to_id": [{"to_id": NOBODY}, {"to_id": OTHER["claim other"]}],
    },
    "statement": {
        **listed("stance", "act", "explicitness", "certainty", "basis"),
        "ck_withdrawn_by": [WITHDRAWN | {"withdrawn_by": words} for words in ("", "editor")],
        **coarse("said"),
        **coarse("withdrawn"),
        "ck_withdrawn_reason_length": [WITHDRAWN | {"withdrawn_reason": words} for words in ("", "x" * (TEXT + 1))],
        "ck_about": [{"claim_id": None}, {"question_id": OTHER["question"], "stance": "query"}],
        "ck_question_stance": [
            {"claim_id": None, "question_id": OTHER["question"], "stance": stance}
            for stance in ("support", "deny", "comment")
        ],
        "ck_credibility": [{"credibility": 0}, {"credibility": 7}],
        "ck_supersedes": [{"supersedes_id": SAME}],
        "ck_withdrawal": [
            {"withdrawn_reason": "x"},
            {"withdrawn_document_id": OTHER["document"]},
            {"withdrawn_by": "source"},
        ],
        "fk_event_id_claim_id": [{"claim_id": NOBODY}, {"claim_id": OTHER["claim other"]}, {"event_id": NOBODY}],
        "fk_event_id_question_id": [
            {"claim_id": None, "question_id": question, "stance": "query"}
            for question in (NOBODY, OTHER["question other"])
        ],
        "fk_event_id_supersedes_id": [{"supersedes_id": NOBODY}, {"supersedes_id": OTHER["statement other"]}],
        **nobody("source_id"),
        "fk_withdrawn_document_id": [WITHDRAWN | {"withdrawn_document_id": NOBODY}],
    },
    "appearance": {
        **sized(WORDING, "wording", "translation"),
        **sized(NAME, "cue"),
        **sized(TEXT, "note"),
        **languages("language", "translation_language"),
        **listed("framing", "attribution", "location", "fidelity"),
        "ck_selector": [{"selector": thing} for thing in OBJECTS]
        + [{"selector": Jsonb({**SELECTOR, **wrong})} for wrong in WRONG_SELECTORS]
        + [{"selector": Jsonb({name: SELECTOR[name] for name in SELECTOR if name != left})} for left in SELECTOR],
        "ck_selected": [{"version_id": None}],
        "ck_version_of": [{"document_id": None, "selector": None}],
        "fk_event_id_statement_id": [{"statement_id": NOBODY}, {"statement_id": OTHER["statement other"]}],
        "fk_document_id": [{"document_id": NOBODY, "version_id": None, "selector": None}],
        "fk_document_id_version_id": [{"version_id": NOBODY}, {"document_id": OTHER["document copy"]}],
        **nobody("report_id"),
    },
    "appearance_hop": {
        **listed("disclosure", "how_known", "state"),
        **SCORES,
        "ck_step": [{"step": 0}, {"step": 21}],
        "uq_appearance_id_step": [{"step": 1}],
        "fk_event_id_appearance_id": [{"appearance_id": NOBODY}, {"appearance_id": OTHER["appearance other"]}],
        **nobody("source_id"),
    },
    "assessment": {
        **sized(NAME, "label"),
        **sized(WORDING, "explanation"),
        **sized(URL, "url", "url_key"),
        **coarse("made"),
        **languages("language"),
        "ck_scheme": [{"scheme": "nonsense"}, {"scheme": ""}],
        "ck_rating": [{"rating": "confirmed"}, {"rating": ""}, {"scheme": "averitec"}, {"scheme": "airwars"}],
        "ck_settles": [{"settles": True}, {"settles": True, "scheme": "claimreview", "rating": "mixture"}],
        "ck_numbers": [
            {column: number}
            for column in ("rating_value", "best_rating", "worst_rating")
            for number in (1.1e15, -1.1e15, NAN)
        ],
        "ck_supersedes": [{"supersedes_id": SAME}],
        "fk_event_id_claim_id": [{"claim_id": NOBODY}, {"claim_id": OTHER["claim other"]}],
        "fk_event_id_supersedes_id": [{"supersedes_id": NOBODY}, {"supersedes_id": OTHER["assessment other"]}],
        **nobody("author_id"),
    },
    "assessment_document": {
        "uq_assessment_id_document_id": [{"document_id": OTHER["document"]}],
        "fk_event_id_assessment_id": [{"assessment_id": NOBODY}, {"assessment_id": OTHER["assessment other"]}],
        **nobody("document_id"),
    },
}


def refused_by(connection: Connection, table: str, row: Row) -> str | None:
    """Tell which constraint keeps this row out."""
    with connection.transaction(force_rollback=True):
        try:
            insert(connection, table, row)
        except psycopg.IntegrityError as error:
            return error.diag.constraint_name
    return None


def constraints(connection: Connection, table: str) -> set[str]:
    kinds = "conrelid = %s::regclass AND contype IN ('c', 'f', 'u', 'p')"
    return set(value(connection, f"SELECT array_agg(conname::text) FROM pg_constraint WHERE {kinds}", table))


@pytest.mark.parametrize("table", TABLES)
def test_each_constraint_keeps_its_wrong_rows_out(psql: Connection, table: str) -> None:
    for name, row in ROWS.items():
        insert(psql, kind_of(name), {"id": id_of(name), "ref": "taken" if name == table else None, **row})
    good = {**ROWS[table], **FRESH.get(table, {}), "id": SAME}
    assert refused_by(psql, table, good) is None
    wrong: Wrong = {
        "pk": [{"id": id_of(table)}],
        "ck_ref": [{"ref": ref} for ref in ("", "a b", "é", "a" * 201, "a\n", "a/b")],
        "uq_ref": [{"ref": "taken"}],
        "ck_version": [{"version": 0}],
        **WRONG[table],
    }
    full = {name: f"{name[:2]}_{table}{name[2:]}" for name in wrong}
    for name, rows in wrong.items():
        for row in rows:
            assert refused_by(psql, table, {**good, **row}) == full[name], row

    # Of the others each says what another one says already.
    untried = constraints(psql, table) - set(full.values())
    assert untried <= {
        f"uq_{table}_event_id_id",
        f"uq_{table}_document_id_id",
        f"fk_{table}_event_id",
        "ck_source_aliases",
    }


def test_aliases_are_a_list(psql: Connection) -> None:
    for thing in OBJECTS[1:]:
        with pytest.raises(errors.CheckViolation, match="ck_source_aliases"):
            insert(psql, "source", {"name": "x", "aliases": thing})
