"""Signatures by the rules of Standard Webhooks (https://www.standardwebhooks.com), and the secrets that make them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

_PREFIX = "whsec_"
_SECRET_BYTES = 32
"""The rules allow 24 to 64."""


def new_secret() -> str:
    """Make a secret."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(message_id: str, *, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Give the three headers by which a receiver verifies a message; ``timestamp`` is in seconds of Unix time.

    One signature for each secret, so that a receiver may know either of them while they are exchanged.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(signed, secret) for secret in secrets),
    }


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
