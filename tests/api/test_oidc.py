"""Tokens of an identity provider, which is a process of its own here: whose they are, and which are refused."""

import asyncio
import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
import services_at as at
from calls import Json, get, post
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from app.api.oidc import Provider
from app.main import create_app
from app.services.access import Keys
from app.settings import Settings

USERS: Final[dict[str, Json]] = {
    "alice": {"roles": ["cc:ingest", "cc:admin", "cc:everything", "edit", 7], "realm": {"roles": ["cc:read"]}},
    "bob": {},
}
NOWHERE: Final = "postgresql+psycopg://nobody@127.0.0.1/none"
AUDIENCE: Final = "counterclaim"
RETRY_SECONDS: Final = 0.2


@contextmanager
def running(port: int, seconds: int = 3600) -> Iterator[None]:
    users = [f"--user-claims={json.dumps({'sub': name, **claims})}" for name, claims in USERS.items()]
    command = [sys.executable, "-m", "oidc_provider_mock", f"--port={port}", f"--token-max-age={seconds}", *users]
    provider = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=at.environment())
    try:
        deadline = time.monotonic() + at.PATIENCE
        while not _answers(port):
            assert provider.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        provider.terminate()
        provider.wait(at.PATIENCE)


def _answers(port: int) -> bool:
    try:
        return at.get(f"http://127.0.0.1:{port}/jwks", timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def port() -> int:
    return at.free_port()


@pytest.fixture(scope="module")
def base(port: int) -> Iterator[str]:
    with running(port):
        yield f"http://127.0.0.1:{port}"


def settings_of(base: str, **more: Any) -> Settings:
    told = {
        "database_url": NOWHERE,
        "oidc_issuer": base,
        "oidc_audience": AUDIENCE,
        "oidc_scopes_claim": "roles",
        "oidc_scopes_prefix": "cc:",
    }
    return Settings(**(told | more))


@pytest.fixture
async def trusting(app: FastAPI, base: str) -> FastAPI:
    """The service, which takes this provider's tokens beside its keys."""
    app.state.keys = Keys(seconds=0, read_token=Provider(settings_of(base), retry_seconds=RETRY_SECONDS).read)
    return app


def token_of(base: str, user: str = "alice", audience: str = AUDIENCE) -> str:
    """As a client of the provider gets it for a user that logs in there."""
    asked = {
        "response_type": "code",
        "client_id": audience,
        "redirect_uri": "http://client.example/",
        "scope": "openid",
    }
    with httpx.Client(verify=False, base_url=base) as client:
        told = client.post("/oauth2/authorize", params=asked, data={"sub": user})
        code = parse_qs(urlsplit(told.headers["Location"]).query)["code"][0]
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]}
        answer = client.post("/oauth2/token", data={**grant, "client_id": audience, "client_secret": "any"})
    return str(answer.json()["id_token"])


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_whoever_the_provider_knows_may_do_what_it_says(
    trusting: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, base: str
) -> None:
    alice, bob = token_of(base), token_of(base, "bob")
    made = await anybody.post("/v1/sources", json={"name": "Ada Mayor"}, headers=bearing(alice))
    assert made.status_code == 201, made.text
    history = await get(client, f"/v1/sources/{made.json()['id']}/history")
    assert [line["actor"] for line in history["items"]] == [f"{base}#alice"]
    assert (await anybody.get("/v1/keys", headers=bearing(alice))).status_code == 200
    refused = await anybody.delete(f"/v1/sources/{made.json()['id']}", headers={**bearing(alice), "If-Match": "*"})
    assert (refused.status_code, 'scope="edit"' in refused.headers["WWW-Authenticate"]) == (403, True)
    told = await anybody.post("/v1/keys", json={"name": "more", "scopes": ["edit"]}, headers=bearing(alice))
    assert told.status_code == 403
    assert (await anybody.get("/v1/events", headers=bearing(bob))).status_code == 200
    assert (await anybody.post("/v1/sources", json={"name": "B"}, headers=bearing(bob))).status_code == 403
    await post(client, "/v1/sources", {"name": "A key goes on"})


async def test_the_scopes_may_stand_inside_of_another_claim(base: str) -> None:
    for claim, prefix, scopes in (
        ("realm.roles", "cc:", {"read"}),
        ("roles", "", {"edit"}),
        ("sub", "", set()),
        ("realm.none.at", "", set()),
    ):
        provider = Provider(settings_of(base, oidc_scopes_claim=claim, oidc_scopes_prefix=prefix))
        assert await provider.read(token_of(base)) == (f"{base}#alice", frozenset(scopes))


async def test_every_other_token_is_refused(
    trusting: FastAPI, anybody: httpx.AsyncClient, base: str, port: int
) -> None:
    good = token_of(base)
    head, claims, signature = good.split(".")
    content = jwt.decode(good, options={"verify_signature": False})
    other, curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    known = jwt.PyJWKSet.from_dict(at.get(f"{base}/jwks").json()).keys[0]
    public = known.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{claims}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, forged.encode(), hashlib.sha256)).decode().rstrip("=")
    tokens = {
        "another audience": token_of(base, audience="elsewhere"),
        "another issuer": token_of(f"http://localhost:{port}"),
        "nothing signs it": f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        "nothing signs it, with a signature": f"{part({'alg': 'none'})}.{claims}.{signature}",
        "the public key as a secret": f"{forged}.{mac}",
        "another's key": jwt.encode(content, other, "RS256"),
        "another's key by the name of one": jwt.encode(content, other, "RS256", {"kid": str(known.key_id)}),
        "a key that nobody knows": jwt.encode(content, other, "RS256", {"kid": "unknown"}),
        "another kind of key": jwt.encode(content, curve, "ES256"),
        "other claims": f"{head}.{part({**content, 'sub': 'root'})}.{signature}",
        "for something else": f"{part({'alg': 'RS256', 'typ': 'logout+jwt'})}.{claims}.{signature}",
        "a key in it": jwt.encode(content, other, "RS256", {"jwk": {"kty": "RSA"}, "jku": f"{base}/jwks"}),
        "no text as the id of its key": f"{part({'alg': 'RS256', 'kid': 7})}.{claims}.{signature}",
        "half of it": good[: len(good) // 2],
        "no token": "eyJ.eyJ.x",
        "no claims": f"{head}.{part([1])}.{signature}",
    }
    for what, token in tokens.items():
        answer = await anybody.post("/v1/sources", json={"name": "A"}, headers=bearing(token))
        assert (answer.status_code, token in answer.text) == (401, False), what
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], what
    assert (await anybody.post("/v1/sources", json={"name": "A"}, headers=bearing(good))).status_code == 201
    # As elsewhere, not in an address.
    assert (await anybody.get(f"/v1/sources?access_token={good}")).status_code == 400


async def test_keys_are_fetched_anew_when_they_change_and_tokens_end(app: FastAPI, anybody: httpx.AsyncClient) -> None:
    port = at.free_port()
    base = f"http://127.0.0.1:{port}"
    provider = Provider(settings_of(base), retry_seconds=RETRY_SECONDS)
    app.state.keys = Keys(seconds=0, read_token=provider.read)

    async def answered(token: str) -> int:
        return (await anybody.get("/v1/sources", headers=bearing(token))).status_code

    with running(port):
        before = token_of(base)
        assert await answered(before) == 200
    # While it is away, its keys are known.
    assert await answered(before) == 200
    with running(port, seconds=1):
        after = token_of(base)
        await asyncio.sleep(RETRY_SECONDS)
        assert [await answered(after), await answered(before)] == [200, 401]
        # Its second is over, and clocks may differ by a little; here by nothing.
        await asyncio.sleep(1)
        app.state.keys = Keys(seconds=0, read_token=Provider(settings_of(base), leeway_seconds=0).read)
        ended = await anybody.get("/v1/sources", headers=bearing(after))
        assert (ended.status_code, "expired" in ended.json()["detail"]) == (401, True)
    # Of one that was never reached nothing is known: that is nobody's fault.
    app.state.keys = Keys(seconds=0, read_token=Provider(settings_of(base)).read)
    answer = await anybody.get("/v1/sources", headers=bearing(after))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert (await anybody.get("/v1/sources")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"oidc_audience": ""}, {"oidc_issuer": "http://idp.example"}, {"oidc_jwks_url": "http://idp.example/jwks"}],
)
def test_settings_that_would_let_others_in_are_refused(wrong: Json) -> None:
    with pytest.raises(ValueError, match="COUNTERCLAIM_OIDC_"):
        create_app(settings_of("https://idp.example", **wrong))
    assert create_app(settings_of("https://idp.example")).state.keys is not None
