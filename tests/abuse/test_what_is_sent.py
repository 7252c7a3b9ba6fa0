"""What is sent to the database: no secret of anybody's, and what callers send only as parameters.

So neither `pg_stat_activity` nor a log of statements has it: parameters are in neither, unless PostgreSQL is told so.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from proxies import Proxy, between
from services_at import run, serving

from app import tokens

NO_KEY: Final = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
MISTYPED: Final = f"cc_{'0' * 32}_{'x' * 40}"
OLDER: Final = f"cc_{secrets.token_urlsafe(32)}"  # as keys were before they had ids
WORD: Final = "kqxvortex"


@pytest.fixture
def listening(database_url: str) -> Iterator[tuple[Proxy, str]]:
    with between(database_url) as (proxy, url):
        yield proxy, url


def test_no_secret_is_sent_to_the_database(listening: tuple[Proxy, str], key: str) -> None:
    """Not in a query, nor as a parameter: of a key its digest, of a webhook what its secret is derived from."""
    proxy, url = listening
    of_command = run("keys", "create", "desk", "--database-url", url).stdout.strip().splitlines()[-1]
    assert tokens.is_meant(of_command)
    told = [key, of_command, MISTYPED, NO_KEY, OLDER]
    with serving(url) as base:
        for token in told:
            answer = ask(base, token, "GET", "/v1/events")
            assert answer.status_code == (200 if token in (key, of_command) else 401)
        made = ask(base, key, "POST", "/v1/keys", {"name": "script", "scopes": ["read"]}).json()
        rotated = ask(base, key, "POST", f"/v1/keys/{made['id']}/rotate", {"overlap": 60}).json()
        told += [made["token"], rotated["token"]]
        for token in told[-2:]:
            assert ask(base, token, "GET", "/v1/events").status_code == 200
        hook = ask(base, made["token"], "POST", "/v1/webhooks", {"url": "https://desk.example/hooks"}).json()
        another = ask(base, made["token"], "PATCH", f"/v1/webhooks/{hook['id']}", {"rotate": 60}).json()
    sent = proxy.taken
    looked_up = [token for token in told if hashlib.sha256(token.encode()).digest() in sent]
    assert looked_up == [token for token in told if token not in (MISTYPED, NO_KEY)]
    for token in told:
        secret = token.rpartition("_")[2].encode()
        assert secret not in sent, token
        assert secret.hex().encode() not in sent, token
    for webhook in (hook, another):
        written = webhook["secret"].removeprefix("whsec_")
        secret = base64.b64decode(written)
        for form in (written.encode(), secret, secret.hex().encode()):
            assert form not in sent


def ask(base: str, token: str, method: str, path: str, body: object = None, **more: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", **more}
    answer = httpx.request(method, base + path, json=body, headers=headers, verify=False, timeout=60)
    assert answer.status_code < 300 or answer.status_code == 401, answer.text
    return answer


def test_what_callers_send_is_in_no_text_of_a_query(listening: tuple[Proxy, str], key: str) -> None:
    proxy, url = listening
    report = {
        "ref": f"{WORD}-report",
        "document": {"url": f"https://paper.example/{WORD}", "title": WORD, "text": f"It was {WORD}, said {WORD}."},
        "events": [
            {
                "title": WORD,
                "ref": f"{WORD}-event",
                "claims": [
                    {
                        "text": f"It was {WORD}",
                        "question": {"text": f"What was {WORD}?"},
                        "statements": [{"source": {"name": WORD}, "wording": f"It was {WORD}", "quoted": True}],
                    }
                ],
            }
        ],
    }
    with serving(url) as base:
        event = f"/v1/events/ref:{WORD}-event"
        assert ask(base, key, "POST", "/v1/reports", report).status_code == 201
        ask(base, key, "POST", "/v1/lookup", {"items": [{"url": f"https://paper.example/{WORD}"}]})
        headers = {"If-Match": "*", "Change-Reason": f"It was {WORD}"}
        ask(base, key, "PATCH", event, {"summary": WORD}, **headers)
        ask(base, key, "POST", f"{event}/redact", {"reason": f"The name of {WORD}"})
        for path in (f"search?q={WORD}", f"sources?q={WORD}"):
            ask(base, key, "GET", f"/v1/{path}")
    assert proxy.taken.count(WORD.encode()) > 20
    texts = list(proxy.queries())
    assert len(texts) > 20
    assert any("pg_advisory_xact_lock" in text for text in texts)
    assert [text for text in texts if WORD in text] == []
