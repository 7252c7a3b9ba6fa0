"""Which scope each operation needs: every cell of the matrix that the description draws, and what stands beside it."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from calls import Json, claim, post, source
from describing import inlined
from fastapi import FastAPI
from key_holders import make_key

from app.database import Signature
from app.schemas.kinds import KINDS
from app.services.access import Keys
from app.vocabulary import Scope, words

SCOPES: Final = words(Scope)
RECORDS: Final = frozenset(kind.path for kind in KINDS) | {"reports", "ingest"}
REFUSED: Final = (401, 403)
FILLED: Final = {"records": "claims", "slug": "gone", "format": "csv"}
Client = httpx.AsyncClient


@pytest.fixture
async def keys(app: FastAPI) -> dict[frozenset[str], dict[str, str]]:
    """The header of a key with each scope alone, and with all but each."""
    every = [frozenset({scope}) for scope in SCOPES] + [frozenset(SCOPES) - {scope} for scope in SCOPES]
    async with app.state.database.writing(Signature("tests")) as session:
        tokens = [await make_key(session, f"key {nth}", scopes) for nth, scopes in enumerate(every)]
    return {scopes: {"Authorization": f"Bearer {token}"} for scopes, token in zip(every, tokens, strict=True)}


def operations(described: Json) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Method, path, and the scopes that it needs."""
    for path, methods in inlined(described).items():
        for method, operation in methods.items():
            locks = operation.get("security", [])
            yield method, path, frozenset(scope for lock in locks for scope in lock["Key"])


async def test_every_cell(
    app: FastAPI, anybody: Client, keys: dict[frozenset[str], dict[str, str]], described: Json
) -> None:
    app.state.kept, app.state.keys = None, Keys()
    cells = 0
    for method, path, needed in operations(described):
        address = re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], str(uuid4())), path)
        address += "?none=1" if path.endswith("/stream") else ""  # which would not end
        has_body = method in ("post", "patch")
        sent: dict[str, Any] = {"method": method.upper(), "url": address, "content": b"{}" if has_body else None}
        typed = {"Content-Type": "application/json"} if has_body else {}
        told = await anybody.request(**sent, headers=typed)
        assert (told.status_code == 401) == bool(needed), (method, path)
        if needed:
            scope = f', scope="{" ".join(needed)}"'
            assert told.headers["WWW-Authenticate"] == f'Bearer realm="counterclaim"{scope}'
        # Where none is needed, none is in the way.
        for scopes, key in keys.items() if needed else [*keys.items()][-1:]:
            answer = await anybody.request(**sent, headers={**key, **typed})
            assert (answer.status_code in REFUSED) == (not needed <= scopes), (method, path, scopes, answer.text)
            if not needed <= scopes:
                assert answer.status_code == 403
                challenge = f'Bearer realm="counterclaim", error="insufficient_scope", scope="{" ".join(needed)}"'
                assert answer.headers["WWW-Authenticate"] == challenge
            cells += 1
    assert cells > 600


def test_every_write_names_its_scope(described: Json) -> None:
    """One: what is recorded, rated, changed, or done for all."""
    for method, path, needed in operations(described):
        if method == "get" or path == "/v1/lookup":
            assert len(needed) <= (path.split("/")[2] not in RECORDS if path.startswith("/v1/") else 0), path
        elif "/keys" in path or path.endswith("/redact"):
            assert needed == {"admin"}, path
        elif "assessment" in path:
            assert needed == {"assess"}, path
        elif path.split("/")[2] in RECORDS and (method != "post" or path.endswith(("/merge", "/withdraw"))):
            assert needed == {"edit"}, path
        elif path.split("/")[2] in RECORDS:
            assert needed == {"ingest"}, path
        else:
            assert len(needed) == 1, path


async def test_whoever_may_edit_may_not_delete_what_points_at_it(
    client: Client, anybody: Client, keys: dict[frozenset[str], dict[str, str]], event: str
) -> None:
    about = await claim(client, event)
    for scopes, status in ((frozenset(SCOPES) - {"admin"}, 403), (frozenset(SCOPES) - {"read"}, 204)):
        address = f"/v1/claims/{about}?cascade=true"
        answer = await anybody.delete(address, headers={**keys[scopes], "If-Match": "*"})
        assert answer.status_code == status
        assert status == 204 or 'scope="admin"' in answer.headers["WWW-Authenticate"]


async def test_a_rating_needs_its_scope_wherever_it_stands(
    client: Client, anybody: Client, keys: dict[frozenset[str], dict[str, str]], event: str
) -> None:
    """One can settle a question: it must not pass as a part of something else."""
    about = await claim(client, event)
    rating = {"claim": about, "author": {"name": "A desk"}, "scheme": "veracity", "rating": "unverified"}
    reported = {"events": [{"event": event.rpartition("/")[2], "assessments": [rating]}]}
    rated = await post(client, f"{event}/assessments", {**rating, "author": await source(client, "Another desk")})
    raters = keys[frozenset(SCOPES) - {"assess"}], keys[frozenset(SCOPES) - {"edit"}]
    for key, status in zip(raters, (403, 201), strict=True):
        answer = await anybody.post("/v1/reports", json=reported, headers=key)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/events/0/assessments/0"]
        rated_otherwise = {"type": "assessment", **rating, "scheme": "claimreview", "rating": "false"}
        body = "".join(json.dumps(line) + "\n" for line in ({"type": "report", **reported}, rated_otherwise))
        answer = await anybody.post("/v1/ingest", content=body, headers={**key, "Content-Type": "application/x-ndjson"})
        told = [json.loads(line) for line in answer.text.splitlines()[:-1]]
        assert [line["status"] in (200, 201) for line in told] == [status == 201] * 2, told
        changed = await anybody.patch(
            f"/v1/assessments/{rated['id']}", json={"label": "No"}, headers={**key, "If-Match": "*"}
        )
        assert changed.status_code == (403 if status == 403 else 200)
