"""Mail addresses of readers: told apart by keyed digests, and the signed addresses at which mail is confirmed, stopped.

A token is signed with the newsroom's secret and names an ``Address`` row; where mail goes stands in the report alone.
"""

import uuid
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from corrections.models import Address


class Purpose(StrEnum):
    """What a token allows to do; one does not do for the other. The value is the name of the page's address."""

    CONFIRM = "confirm_address"
    STOP = "stop_mail"


def digests_of(email: str) -> list[str]:
    """Give the digests under which an address may be known: with the secret of today, then with former ones."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    folded = email.strip().casefold()
    return [
        salted_hmac("corrections.address", folded, secret=secret, algorithm="sha256").hexdigest() for secret in secrets
    ]


def url_of(address: Address, purpose: Purpose) -> str:
    """Give the whole address of the page at which a letter's recipient confirms the address, or stops mail."""
    token = signing.dumps(address.pk.hex, salt=f"corrections.{purpose}")
    return settings.SITE_URL + reverse(f"corrections:{purpose}", args=[token])


def read(token: str, purpose: Purpose) -> Address | None:
    """Give the address that a token names; ``None`` when the token is not ours or the address is forgotten."""
    try:
        pk = uuid.UUID(signing.loads(token, salt=f"corrections.{purpose}"))
    except (signing.BadSignature, ValueError):
        return None
    return Address.objects.filter(pk=pk).first()
