"""Keys: made, recognised, counted, revoked; and the one in whose name something is being done.

A key's secret is 256 random bits behind a visible prefix. With that much chance in it a plain SHA-256 is enough to
keep, and finding a row by the digest tells nobody anything by the time it takes.
"""

import hashlib
import math
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from articles.rest.models import Key, Scope

_BEGINNING = "nrk_"
_MINUTE = timedelta(minutes=1)
_acting: ContextVar[Key | None] = ContextVar("articles.rest.keys.acting", default=None)


class UnusableKey(Exception):
    """The secret is no key's, or its key was revoked or has expired. Says which."""


def make_key(
    *,
    name: str,
    scopes: Collection[Scope],
    acts_for: User,
    per_minute: int = 600,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> Key:
    """Store a new key. What this gives has the ``secret``, which nobody can find out again."""
    prefix = _BEGINNING + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_hex(32)}"
    key = Key.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        scopes=sorted(Scope(scope).value for scope in scopes),
        acts_for=acts_for,
        per_minute=per_minute,
        expires_at=expires_at,
        created_by=by,
    )
    key.secret = secret
    return key


def recognise(secret: str) -> Key:
    """Give the key that ``secret`` opens. Raises ``UnusableKey``."""
    key = Key.objects.select_related("acts_for").filter(digest=_digest(secret)).first()
    if key is None:
        raise UnusableKey("There is no such key.")
    if key.revoked_at is not None:
        raise UnusableKey(f"The key “{key}” was revoked.")
    if key.expires_at is not None and key.expires_at <= timezone.now():
        raise UnusableKey(f"The key “{key}” has expired.")
    if not key.acts_for.is_active:
        raise UnusableKey(f"The account that the key “{key}” acts for is closed.")
    return key


def note_use(key: Key) -> None:
    """Note that a key was used just now: at most one write a minute."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at <= now - _MINUTE:
        # The condition again: of many requests at once, one writes.
        unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _MINUTE)
        Key.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


def take_turn(key: Key) -> int:
    """Count a call against the key's ``per_minute``. Gives 0, or the seconds to wait when there are none left.

    The generic cell rate algorithm (ITU-T I.371) in one statement: each call moves the end of what is used up by a
    share of a minute, and none may move it further than a minute ahead. So the limit holds over all processes.
    """
    now = timezone.now().timestamp()
    share = 60 / key.per_minute
    latest = now + 60 - share + 0.001  # fractions of a second do not add up exactly
    if Key.objects.filter(pk=key.pk, busy_until__lte=latest).update(busy_until=Greatest(F("busy_until"), now) + share):
        return 0
    key.refresh_from_db(fields=["busy_until"])
    return max(1, math.ceil(key.busy_until - latest))


@transaction.atomic
def revoke_key(key: Key) -> None:
    """End a key, for good. Requests that come with it from now on are refused; what was done with it stays."""
    key.refresh_from_db(from_queryset=Key.objects.select_for_update(of=("self",)))
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])


@contextmanager
def acting_through(key: Key | None) -> Iterator[None]:
    """Have everything that is recorded meanwhile name ``key``, whichever action records it."""
    token = _acting.set(key)
    try:
        yield
    finally:
        _acting.reset(token)


def acting_key() -> Key | None:
    """Give the key in whose name something is being done, if any."""
    return _acting.get()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()
