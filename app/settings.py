"""What an operator can set, from the environment. Nothing is read at import."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "COUNTERCLAIM_"
_Some = Annotated[int, Field(ge=1)]
_AnyNumber = Annotated[int, Field(ge=0)]
_Seconds = Annotated[float, Field(gt=0, le=30 * 86_400, allow_inf_nan=False)]


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """`COUNTERCLAIM_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    database_url: str = ""
    public_read: bool = True
    # Whose tokens are taken beside keys: an OpenID provider; needs the extra `oidc`. Empty: nobody's.
    oidc_issuer: str = ""
    oidc_audience: str = ""  # what its tokens must be for
    oidc_jwks_url: str = ""  # where its keys are; empty: where its discovery says
    oidc_scopes_claim: str = "scope"  # a text with spaces or a list; one inside of others: realm_access.roles
    oidc_scopes_prefix: str = ""  # what our scopes begin with there: counterclaim:
    cors_origins: str = ""  # whose pages may send a key, parted by spaces: https://desk.example
    party_labels: str = ""  # a JSON file of what parties are called: {"russia": {"en": "Russia", "uk": "Росія"}}
    # Connections for reading, each process: 4 for pictures, 2 for searches; more are for single statements
    readers: _Some = 10
    writers: _Some = 4  # connections for writing: the ledger lets one write at a time, the others wait
    exporters: _Some = 2  # exports that are read at once, each process; one caller has one less
    streams: _AnyNumber = 2_000  # of changes that are listened to at once, each process
    kept_mb: _AnyNumber = 64  # of ready answers, each process; 0: every read is made anew
    # Names under which the service is asked, parted by spaces: desk.example *.news.example. Empty: under any
    hosts: str = ""
    # Whose word counts for who asks, as which scheme and host: 127.0.0.1 10.0.0.0/8. Empty: nobody's
    trusted_proxies: str = ""
    # Requests in 30 s of one address without a key, each process; 0: as many as they like
    rate_anonymous: _AnyNumber = 9_000
    rate_key: _AnyNumber = 18_000  # of one key
    hsts_seconds: _AnyNumber = 0  # for which browsers ask by TLS alone, once they did; 0: they are not told to
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)] = "info"
    # Where Prometheus scrapes, over plain HTTP and without a key; the next worker has the next port. 0: nowhere
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    webhook_private: bool = False  # whether webhooks may lead to addresses that are not public, and without TLS
    # Seconds from each attempt that fails to the next: three days in all. One fifth less or more, by chance.
    webhook_schedule: Annotated[tuple[_Seconds, ...], NoDecode, BeforeValidator(_words), Field(min_length=1)] = (
        5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    )  # fmt: skip
    metrics_host: str = "127.0.0.1"


def read(**overrides: Any) -> Settings:
    """The settings of the environment; `overrides` go before. Raises ValueError: which can't be used, and why."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = (f"{PREFIX}{str(details['loc'][0]).upper()}: {details['msg']}" for details in error.errors())
        raise ValueError("; ".join(dict.fromkeys(wrong))) from None
