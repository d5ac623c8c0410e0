"""Who may make which call: keys as the framework's authentication, permission and throttle.

A view says in ``scopes`` what each of its methods takes: a scope, or ``PUBLIC``. What it does not name is closed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from articles.rest import keys
from articles.rest.models import Key

if TYPE_CHECKING:  # the framework's views import this module by its name in the settings
    from rest_framework.views import APIView

PUBLIC = ""
"""What a method takes that needs no key."""

_REALM = 'Bearer realm="newsroom"'


class KeyAuthentication(BaseAuthentication):
    """Takes ``Authorization: Bearer <key>``: the request's user is whom the key acts for, its ``auth`` the key."""

    def authenticate(self, request: Request) -> tuple[User, Key] | None:
        """Give user and key, nothing without a key. Raises ``AuthenticationFailed`` for one that opens nothing."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            key = keys.recognise(secret.strip())
        except keys.UnusableKey as error:
            raise AuthenticationFailed(str(error)) from error
        keys.note_use(key)
        return key.acts_for, key

    def authenticate_header(self, request: Request) -> str:
        """Say how to come with a key (RFC 6750)."""
        return _REALM + (', error="invalid_token"' if "Authorization" in request.headers else "")


class HasScope(BasePermission):
    """Lets a request through whose key has the scope that the view names for the method."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Compare the key's scopes with ``view.scopes``. A method that the view does not have is left to it (405)."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        scopes: Mapping[str, str] = getattr(view, "scopes", {})
        needed = scopes.get(method)
        if needed is None:
            return method not in view.allowed_methods
        if needed == PUBLIC:
            return True
        key = request.auth
        if isinstance(key, Key) and needed not in key.scopes:
            self.message = f"The key “{key}” has no scope {needed}."
            return False
        right = getattr(view, "permissions", {}).get(method)
        if right and not request.user.has_perm(right):
            self.message = f"The account “{request.user}”, for which the key acts, lacks the permission {right}."
            return False
        return isinstance(key, Key)


class KeyRate(BaseThrottle):
    """Lets a key make as many calls a minute as it is allowed to. What needs no key is not counted here."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call."""
        if isinstance(request.auth, Key):
            self.seconds = keys.take_turn(request.auth)
        return not self.seconds

    def wait(self) -> float:
        """Give the seconds after which there is room again."""
        return self.seconds


def user_of(request: Request) -> User:
    """Give the account for which the request's key acts; for calls that take a scope."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
