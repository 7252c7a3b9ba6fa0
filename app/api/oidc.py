"""Tokens of an identity provider that the operator trusts (OpenID Connect): whose one is, and what that may do.

PyJWT is an extra: this module is imported where a provider is named, and nowhere else.
"""

import asyncio
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx
import jwt
import structlog

from app.errors import Unauthorized, Unavailable
from app.flights import Flights
from app.settings import Settings
from app.vocabulary import Scope, words

log = structlog.get_logger()
# By the kind of key that checks them. No HS256: whoever can check such a signature can make one.
_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
_TYPES: Final = ("jwt", "at+jwt", "application/at+jwt")
_FRESH_SECONDS: Final = 300.0  # for which the provider's keys are taken to be what they were
_RETRY_SECONDS: Final = 10.0  # at least, between two fetches: a key that nobody knows does not make us ask each time
_FETCH_SECONDS: Final = 5.0
_LEEWAY_SECONDS: Final = 30.0  # by which clocks may differ
_SUBJECT_CHARACTERS: Final = 255
_SCOPES: Final = frozenset(words(Scope))
_REFUSALS: Final = (
    (jwt.ExpiredSignatureError, "The token has expired."),
    (jwt.ImmatureSignatureError, "The token is not valid yet."),
    (jwt.InvalidAudienceError, "The token is for another audience."),
    (jwt.InvalidIssuerError, "The token is of another issuer."),
    (jwt.MissingRequiredClaimError, "The token lacks one of exp, iss, aud and sub."),
)


class CheckingKey(NamedTuple):
    """A public key of the provider, and the algorithms whose signatures it may check."""

    key: Any
    algorithms: tuple[str, ...]


class Provider:
    """The provider of the settings, with the keys that it signs with."""

    def __init__(
        self, settings: Settings, leeway_seconds: float = _LEEWAY_SECONDS, retry_seconds: float = _RETRY_SECONDS
    ) -> None:
        """Nothing is fetched yet. Raises ValueError for settings that can't be."""
        if not settings.oidc_audience:
            raise ValueError(
                "COUNTERCLAIM_OIDC_AUDIENCE is needed: without it, a token for any other service would do."
            )
        for url in filter(None, (settings.oidc_issuer, settings.oidc_jwks_url)):
            if not _is_safe(url):
                raise ValueError("COUNTERCLAIM_OIDC_ISSUER and COUNTERCLAIM_OIDC_JWKS_URL begin with https://")
        self._settings = settings
        self._leeway_seconds = leeway_seconds
        self._retry_seconds = retry_seconds
        self._keys: dict[str | None, CheckingKey] = {}
        self._fetched_at = self._tried_at = -float("inf")
        self._fetching = Flights[None]()

    async def read(self, token: str) -> tuple[str, frozenset[str]]:
        """Whose token it is, as `issuer#subject`, and their scopes. Raises Unauthorized; Unavailable without keys."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise _refused("This is neither a key of this service nor a token of its identity provider.") from None
        if str(header.get("typ") or "jwt").lower() not in _TYPES:
            raise _refused("This is a token for something else.")
        checking = await self._checking_key(header.get("kid"))
        try:
            claims = self._checked(token, checking)
        except jwt.InvalidSignatureError:
            # Without an id nothing else tells that there is another key by now.
            if "kid" in header:
                raise _refused(_WRONG_SIGNATURE) from None
            claims = self._checked_anew(token, await self._checking_key(None, other_than=checking))
        subject = claims["sub"]
        if not (1 <= len(subject) <= _SUBJECT_CHARACTERS and subject.isprintable()):
            raise _refused("The token's subject can't be used.")
        return f"{self._settings.oidc_issuer}#{subject}", self._scopes(claims)

    def _checked(self, token: str, checking: CheckingKey) -> dict[str, Any]:
        """What the token claims. Raises Unauthorized; InvalidSignatureError where another key may fit."""
        try:
            return jwt.decode(
                token,
                checking.key,
                algorithms=checking.algorithms,
                audience=self._settings.oidc_audience,
                issuer=self._settings.oidc_issuer,
                leeway=self._leeway_seconds,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.InvalidSignatureError:
            raise
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            says = next((says for kind, says in _REFUSALS if isinstance(error, kind)), _WRONG_SIGNATURE)
            raise _refused(says) from None

    def _checked_anew(self, token: str, checking: CheckingKey) -> dict[str, Any]:
        try:
            return self._checked(token, checking)
        except jwt.InvalidSignatureError:
            raise _refused(_WRONG_SIGNATURE) from None

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """Those scopes of ours that the claim names: a text with spaces, or a list."""
        prefix, claim = self._settings.oidc_scopes_prefix, _member(claims, self._settings.oidc_scopes_claim)
        names = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
        return _SCOPES & {
            name.removeprefix(prefix) for name in names if isinstance(name, str) and name.startswith(prefix)
        }

    # --- the keys that it signs with ---------------------------------------------------------------------------------

    async def _checking_key(self, key_id: Any, other_than: CheckingKey | None = None) -> CheckingKey:
        """The key of this id; without one the only key there is, if it is another than that."""
        if not isinstance(key_id, str | None):
            raise _refused(_UNKNOWN_KEY)
        now = time.monotonic()
        checking = self._known(key_id, other_than)
        if checking is None or now - self._fetched_at > _FRESH_SECONDS:
            if now - self._tried_at >= self._retry_seconds and self._fetching.join("keys") is None:
                self._tried_at = now
                self._fetching.start("keys", self._fetch)
            flight = self._fetching.join("keys")
            # A key that is known is good enough meanwhile.
            if checking is None and flight is not None:
                await flight.landed()
                checking = self._known(key_id, other_than)
        if checking is None and not self._keys:
            raise Unavailable("The identity provider's keys can't be had.", retry_after=int(self._retry_seconds) or 1)
        if checking is None:
            raise _refused(_UNKNOWN_KEY)
        return checking

    def _known(self, key_id: str | None, other_than: CheckingKey | None) -> CheckingKey | None:
        only_id = next(iter(self._keys)) if len(self._keys) == 1 else None
        checking = self._keys.get(only_id if key_id is None else key_id)
        return checking if checking is not other_than else None

    async def _fetch(self) -> None:
        """Fetch the keys; where that fails, those that are known stay."""
        settings = self._settings
        try:
            # In a thread: it reads the certificates of all authorities.
            async with await asyncio.to_thread(httpx.AsyncClient, timeout=_FETCH_SECONDS) as client:
                url = settings.oidc_jwks_url or await self._discovered(client)
                answer = (await client.get(url)).raise_for_status().json()
            keys = dict(filter(None, map(_key, answer["keys"])))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("the identity provider's keys can't be had", error=repr(error)[:500])
            return
        self._keys, self._fetched_at = keys, time.monotonic()

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        """Where the provider says that its keys are. Raises ValueError where it is another."""
        issuer = self._settings.oidc_issuer
        discovery = (
            (await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")).raise_for_status().json()
        )
        if discovery["issuer"] != issuer or not _is_safe(discovery["jwks_uri"]):
            raise ValueError(
                "the provider calls itself otherwise than COUNTERCLAIM_OIDC_ISSUER, or its keys are not at https://"
            )
        return str(discovery["jwks_uri"])


_WRONG_SIGNATURE: Final = "The token's signature is wrong."
_UNKNOWN_KEY: Final = "The token is signed with a key that its provider does not name."


def _refused(detail: str) -> Unauthorized:
    return Unauthorized(detail, error="invalid_token")


def _key(member: Mapping[str, Any]) -> tuple[str | None, CheckingKey] | None:
    """A key of a JWK set, by its id; None: none that checks signatures."""
    fitting = _ALGORITHMS.get(member.get("kty", ""), ())
    algorithms = tuple(name for name in fitting if member.get("alg") in (None, name))
    if not algorithms or member.get("use", "sig") != "sig":
        return None
    try:
        return member.get("kid"), CheckingKey(jwt.PyJWK.from_dict(dict(member)).key, algorithms)
    except jwt.PyJWTError:
        return None


def _member(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, or one inside of others: `realm_access.roles`."""
    if path in claims:
        return claims[path]
    member: Any = claims
    for name in path.split("."):
        member = member.get(name) if isinstance(member, dict) else None
    return member


def _is_safe(url: str) -> bool:
    """Whether nobody between can put other keys there: TLS, or this machine."""
    parts = urlsplit(url)
    try:
        is_here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    return parts.scheme == "https" or (parts.scheme == "http" and is_here)
