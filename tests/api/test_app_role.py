"""A role that serves and does not own the tables: it can read and write records, and can't touch the ledger's past."""

import re
import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest
import services_at as at
from calls import claim, get, patch, post
from conftest import ROOT
from databases import as_superuser, plain
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy.engine import make_url

from app import database
from app.services import ledger
from app.settings import Settings

Connection = psycopg.Connection
FORBIDDEN = """
UPDATE change SET actor = 'nobody'
UPDATE change SET record = NULL, salt = NULL
DELETE FROM change
TRUNCATE change
INSERT INTO change SELECT * FROM change LIMIT 1
COPY change FROM '/dev/null'
UPDATE ledger_head SET seq = 0
DELETE FROM ledger_head
UPDATE event_head SET seq = 0
UPDATE instance SET secret = 'x'
UPDATE alembic_version SET version_num = 'x'
DELETE FROM api_key
DELETE FROM redaction_key
UPDATE redaction_key SET digest = digest
TRUNCATE claim CASCADE
ALTER TABLE change DISABLE TRIGGER ALL
ALTER TABLE claim DISABLE TRIGGER c_insert
DROP TRIGGER guard ON change
DROP TABLE change CASCADE
DROP FUNCTION ledger_guard CASCADE
ALTER FUNCTION ledger_write RESET ALL
CREATE OR REPLACE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'
CREATE TRIGGER zz AFTER INSERT ON claim FOR EACH STATEMENT EXECUTE FUNCTION ledger_write()
CREATE TABLE mine (id uuid)
CREATE TEMP TABLE change (LIKE public.change)
CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE SCHEMA mine
SET session_replication_role = replica
SET ROLE {owner}
SET SESSION AUTHORIZATION {owner}
"""


@pytest.fixture
def app_url(database_url: str) -> Iterator[str]:
    """The test's database, for another role."""
    role = f"app_{uuid.uuid4().hex[:12]}"
    try:
        with as_superuser(database_url) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    except psycopg.errors.InsufficientPrivilege:
        pytest.skip("whoever the tests are on this server makes no roles")
    yield make_url(database_url).set(username=role, password="secret").render_as_string(hide_password=False)
    with as_superuser(database_url) as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


@pytest.fixture
def granted(database_url: str, app_url: str) -> str:
    role = make_url(app_url).username
    done = at.run("migrate", "--database-url", plain(database_url), "--app-role", str(role))
    assert (done.returncode, f"{role} may serve" in done.stderr) == (0, True), done.stderr
    return app_url


@pytest.fixture
async def served(service: FastAPI, granted: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The service, as that role."""
    settings = Settings(database_url=granted)
    at.use(service, settings, database.connect(settings))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service), base_url="http://test", headers=headers
    ) as one:
        yield one
    await service.state.database.dispose()


async def test_it_reads_and_writes_records(served: httpx.AsyncClient, database_url: str) -> None:
    report = {
        "ref": "r",
        "document": {"url": "https://news.example/1", "text": "“It was a drone,” he said. A drone, he thinks."},
        "events": [{"ref": "e", "title": "Blast", "slug": "blast", "claims": [
            {"label": "#a", "text": "A drone", "question": {"text": "Why?", "kind": "cause"}, "statements": [
                {"source": {"name": "Ada Mayor"}, "wording": "It was a drone,", "quoted": True}]},
        ], "assessments": [{"claim": "#a", "author": {"name": "Desk"}, "scheme": "veracity", "rating": "true"}]}],
    }  # fmt: skip
    for body in (report, report | {"events": [{"ref": "e", "title": "Blast"}]}):
        answer = await served.post("/v1/reports", json=body, headers={"Idempotency-Key": f"k-{len(str(body))}"})
        assert answer.is_success, answer.text
    line = '{"type": "source", "name": "Ada Mayor", "kind": "official"}\n'
    headers = {"Content-Type": "application/x-ndjson"}
    assert '"failed":0' in (await served.post("/v1/ingest", content=line, headers=headers)).text.replace(" ", "")
    event = "/v1/events/blast"
    one, two = await claim(served, event, "It was gas"), await claim(served, event, "Gas it was")
    await patch(served, event, {"title": "The blast", "visibility": "restricted"})
    await post(served, f"/v1/claims/{one}/merge", {"into": two}, 200)
    assert (await served.delete(f"/v1/claims/{two}?cascade=true", headers={"If-Match": "*"})).status_code == 204
    source_id = (await get(served, "/v1/sources?q=Ada"))["items"][0]["id"]
    await post(served, f"/v1/sources/{source_id}/redact", {"reason": "order of a court"}, 200)
    key = await post(served, "/v1/keys", {"name": "robot", "scopes": ["ingest"]})
    await post(served, f"/v1/keys/{key['id']}/rotate", {"overlap": 60}, 200)
    assert (await served.delete(f"/v1/keys/{key['id']}")).status_code == 204
    for path in (
        f"{event}/dossier",
        f"{event}/history",
        "/v1/search?q=drone",
        "/v1/export.ndjson",
        "/v1/keys",
        "/readyz",
    ):
        assert (await served.get(path)).is_success, path
    assert {line["actor"] for line in (await get(served, f"{event}/history"))["items"]} == {"tester"}
    assert ledger.verify(database_url) == []


def test_it_can_not_touch_the_past(granted: str, database_url: str) -> None:
    owner = make_url(database_url).username
    with psycopg.connect(plain(granted), autocommit=True) as connection:
        connection.execute("INSERT INTO event (slug, title) VALUES ('blast', 'Blast')")
        connection.execute("UPDATE event SET title = 'The blast'")
        actors = connection.execute("SELECT op, actor FROM change ORDER BY seq").fetchall()
        assert actors == [("insert", make_url(granted).username), ("update", make_url(granted).username)]
        for statement in FORBIDDEN.strip().format(owner=owner).splitlines():
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM change").fetchone() == (2,)
    assert ledger.verify(database_url) == []


def test_what_runs_as_the_owner_can_not_be_led_astray(psql: Connection) -> None:
    """Temporary tables come last in its search path, and only whoever is given it calls it."""
    rows = psql.execute(
        "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE')"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert "ledger_write" in {name for name, *_ in rows}
    for name, settings, is_for_all in rows:
        assert "search_path=public, pg_temp" in settings, name
        assert not is_for_all, name


def test_a_role_that_is_not_there_or_may_do_everything_is_refused(database_url: str, app_url: str) -> None:
    for role, says in (("nobody_here", "CREATE ROLE"), (str(make_url(database_url).username), "no superuser")):
        refused = at.run("migrate", "--database-url", plain(database_url), "--app-role", role)
        assert (refused.returncode, says in refused.stderr) == (1, True), refused.stderr
    # Before it is granted anything, it can do nothing.
    with psycopg.connect(plain(app_url)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT FROM change")


def test_the_guide_has_the_statements() -> None:
    guide = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for statement in re.findall(r"^(?!--).+$", (ROOT / "migrations" / "app_role.sql").read_text(), re.MULTILINE):
        told = sql.SQL(statement).format(
            **{
                name: sql.SQL(word)
                for name, word in (("role", "counterclaim_app"), ("schema", "public"), ("database", "counterclaim"))
            }
        )
        assert told.as_string() in guide
