"""The address at which somebody of the newsroom stops the digest without signing in, as mail programs do.

A token is signed with the newsroom's secret and names an account; it allows to stop its digest, and nothing else.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse

_SALT = "corrections.stop_digest"


def stop_url_of(user: User) -> str:
    """Give the whole address of the page at which somebody stops the own digest."""
    return settings.SITE_URL + reverse("corrections:stop_digest", args=[signing.dumps(user.pk, salt=_SALT)])


def read(token: str) -> User | None:
    """Give the account that a token names; ``None`` when the token is not ours or the account is gone."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()
