"""`counterclaim keys`: what the operator makes, sees and takes away."""

import re
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest
import services_at as at
from databases import plain

Run = Callable[..., CompletedProcess[str]]
TOKEN = r"cc_[0-9a-f]{32}_[0-9A-Za-z]{40}\n"


@pytest.fixture
def keys(database_url: str) -> Run:
    return lambda *arguments: at.run("keys", *arguments, "--database-url", plain(database_url))


def stored(psql: psycopg.Connection[Any], name: str, columns: str) -> Any:
    return psql.execute(f"SELECT {columns} FROM api_key WHERE name = %s ORDER BY created_at DESC", [name]).fetchone()


def test_a_key_reads_and_records_unless_it_is_told_otherwise(keys: Run, psql: psycopg.Connection[Any]) -> None:
    made = keys("create", "plain")
    assert re.fullmatch(TOKEN, made.stdout), "it is printed alone"
    assert "read, ingest" in made.stderr
    assert stored(psql, "plain", "scopes, owner, expires_at") == (["read", "ingest"], None, None)
    assert re.fullmatch(TOKEN, keys("create", "all", "--scopes", "all").stdout)
    assert len(stored(psql, "all", "scopes")[0]) == 6
    told = ("--scopes", "assess, ingest", "--owner", " Ines  Varga ", "--expires", "2999-01-31")
    assert re.fullmatch(TOKEN, keys("create", "desk", *told).stdout)
    ends = "(expires_at AT TIME ZONE 'UTC')::text"
    assert stored(psql, "desk", f"scopes, owner, {ends}") == (["ingest", "assess"], "Ines Varga", "2999-01-31 00:00:00")
    assert keys("create", "guest", "--expires", "90d").returncode == 0
    assert stored(psql, "guest", "round(extract(epoch FROM expires_at - now()) / 86400)")[0] == 90


def test_what_can_not_be_is_refused_and_says_what_can(keys: Run, psql: psycopg.Connection[Any]) -> None:
    for arguments, says in (
        (("create", "x", "--scopes", "everything"), "read, ingest, edit, assess, confidential, admin"),
        (("create", "x", "--scopes", ""), "--scopes takes"),
        (("create", "x", "--expires", "soon"), "2027-01-31"),
        (("create", "x", "--expires", "2001-01-01"), "lies ahead"),
        (("create", "https://idp.example#x"), "can't begin with"),
        (("create", " "), "1 to 500"),
        (("create", "a\x07b"), "can't be used"),
        (("create", "tester"), "tester"),
        (("rotate", "tester", "--overlap", "soon"), "24h"),
        (("rotate", "tester", "--overlap", "31d"), "30d"),
        (("rotate", "nobody"), "no key nobody"),
        (("revoke", "nobody"), "no key nobody"),
    ):
        refused = keys(*arguments)
        assert (refused.returncode, refused.stdout) == (1, ""), arguments
        assert says in refused.stderr, (arguments, refused.stderr)
    assert psql.execute("SELECT count(*) FROM api_key").fetchone() == (1,)


def test_rotated_listed_and_revoked(keys: Run, psql: psycopg.Connection[Any]) -> None:
    first = keys("create", "desk", "--owner", "Ines Varga").stdout
    second = keys("rotate", "desk", "--overlap", "24h", "--expires", "2999-01-31T12:00Z").stdout
    assert re.fullmatch(TOKEN, second)
    assert (first[:36] == second[:36], first == second) == (True, False)
    overlap = "round(extract(epoch FROM previous_until - now()) / 3600)"
    assert stored(psql, "desk", f"{overlap}, sha256 <> previous_sha256") == (24, True)
    assert keys("rotate", "desk").returncode == 0
    assert stored(psql, "desk", "previous_sha256, previous_until") == (None, None)
    assert keys("revoke", "desk").returncode == 0
    listed = keys("list").stdout
    for words in ("desk", "read ingest", "Ines Varga", "2999-01-31", str(stored(psql, "desk", "id")[0])):
        assert words in listed
    assert re.search(TOKEN.strip(), listed) is None
    assert keys("rotate", "desk").returncode == 1
