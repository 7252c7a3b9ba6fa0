"""What an operator can set, from the environment. Nothing is read at import."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`COUNTERCLAIM_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="COUNTERCLAIM_")

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
    readers: int = (
        10  # connections for reading, each process: 4 for pictures, 2 for searches; more are for single statements
    )
    writers: int = 4  # connections for writing: the ledger lets one write at a time, the others wait
    exporters: int = 2  # exports that are read at once, each process; one caller has one less
    streams: int = 2_000  # of changes that are listened to at once, each process
    kept_mb: int = 64  # of ready answers, each process; 0: every read is made anew
    # Names under which the service is asked, parted by spaces: desk.example *.news.example. Empty: under any
    hosts: str = ""
    # Whose word counts for who asks, as which scheme and host: 127.0.0.1 10.0.0.0/8. Empty: nobody's
    trusted_proxies: str = ""
    rate_anonymous: int = 9_000  # requests in 30 s of one address without a key, each process; 0: as many as they like
    rate_key: int = 18_000  # of one key
    hsts_seconds: int = 0  # for which browsers ask by TLS alone, once they did; 0: they are not told to
    log_level: str = "info"
    # Where Prometheus scrapes, over plain HTTP and without a key; the next worker has the next port. 0: nowhere
    metrics_port: int = 0
    webhook_private: bool = False  # whether webhooks may lead to addresses that are not public, and without TLS
    # Seconds from each attempt that fails to the next: three days in all. One fifth less or more, by chance.
    webhook_schedule: str = "5 300 1800 7200 18000 36000 50400 72000 86400"
    metrics_host: str = "127.0.0.1"
