"""Secrets that we have to use again, and so cannot keep as digests: encrypted in the database.

The key comes from ``SECRET_KEY``, so that a copy of the database alone gives none of them away. Secrets sealed under a
former key can be read as long as it stands in ``SECRET_KEY_FALLBACKS``.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed under a key that is gone. It has to be made or entered anew."""


def seal(secret: str) -> str:
    """Encrypt a secret for the database."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Give the secret back. Raises ``Unreadable``."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("The secret cannot be read: SECRET_KEY was changed since. Make a new one.") from error


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key))) for key in keys])


def _digest(key: str) -> bytes:
    return hashlib.sha256(b"corrections.sealing\0" + key.encode()).digest()
