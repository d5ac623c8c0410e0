"""Idempotency keys: the same key with the same body gives the first answer again.

A key is claimed, the work done and the answer stored in one transaction. Parallel requests with one key wait for the
first at the unique constraint; a request that fails leaves no key behind, so it can be repeated.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction

from articles.rest.models import IdempotencyKey

Answer = tuple[int, dict[str, Any]]


class KeyReused(Exception):
    """The key was used with another body before. Make a new key for a new request."""


class InvalidKey(ValueError):
    """The key is not 1–255 printable characters."""


@transaction.atomic
def answer_once(scope: str, key: str | None, body: bytes, answer: Callable[[], Answer]) -> Answer:
    """Give what ``answer`` gives, or what it gave when ``key`` came first; without a key, just do it.

    Raises ``InvalidKey`` and ``KeyReused``. An answer is a status and a JSON object.
    """
    if key is None:
        return answer()
    key = _decoded(key)
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise InvalidKey("The key has to be 1 to 255 printable characters.")
    digest = hashlib.sha256(body).hexdigest()
    IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(scope=scope, key=key, body_digest=digest)], ignore_conflicts=True
    )
    row = IdempotencyKey.objects.select_for_update().get(scope=scope, key=key)
    # Locked, and no row is committed without its answer: one without is ours.
    if row.body_digest != digest:
        raise KeyReused("This Idempotency-Key was used with another body. Make a new one for a new request.")
    if row.response_status is None:
        row.response_status, row.response = answer()
        row.save(update_fields=["response_status", "response"])
    return row.response_status, row.response or {}


def _decoded(header: str) -> str:
    """Give a header's value as its sender meant it: WSGI reads bytes as Latin-1, whatever they were (PEP 3333)."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
