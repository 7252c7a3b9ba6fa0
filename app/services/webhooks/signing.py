"""Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 of id, timestamp and body, under a secret of its own.

The secret is kept nowhere: it follows from the instance's own secret. Whoever reads the table of webhooks, or a copy of
it, has none.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final
from uuid import UUID

_PREFIX: Final = "whsec_"


def secret(instance_secret: bytes, webhook_id: UUID, generation: int) -> bytes:
    """The secret of a webhook, by how often it was rotated."""
    return hmac.digest(instance_secret, f"webhook {webhook_id} {generation}".encode(), hashlib.sha256)


def written(secret: bytes) -> str:
    """A secret as its owner is told it."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(message_id: str, timestamp: int, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """What a message is sent with, signed under each of these secrets; `timestamp`: seconds since 1970."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    signatures = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
