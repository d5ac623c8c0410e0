"""What tests of the API start from: a key, and calls with it."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.rest.keys import make_key
from articles.rest.models import Key, Scope
from tests.desk import make_editor

API = "/api/v1"


def make_service(group: str = "Editors", *, name: str = "CMS", scopes: Any = tuple(Scope), **more: Any) -> Key:
    """Store a key with all scopes that acts for an account of its own."""
    account = User.objects.filter(username="service").first() or make_editor("service", group)
    return make_key(name=name, scopes=scopes, acts_for=more.pop("acts_for", account), per_minute=100_000, **more)


def call(method: str, address: str, body: Any = None, *, key: Key | None = None, **headers: str) -> Any:
    """Make a call; ``address`` is what follows ``/api/v1``, or a whole one."""
    if key:
        headers["authorization"] = f"Bearer {key.secret}"
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    kind = {"content_type": "application/json"} if raw else {"content_type": ""}
    address = address if address.startswith(("http", API)) else API + address
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic(method, address, raw, headers=sent, **kind)


def get(address: str, *, key: Key | None = None, **headers: str) -> Any:
    """Read something that is there."""
    response = call("GET", address, key=key, **headers)
    assert response.status_code == 200, response.content
    return response.json()


def problem(response: Any, status: int) -> Any:
    """Give the problem details of an answer."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    content = response.json()
    assert content["status"] == status
    assert content["type"]
    assert content["title"]
    assert content["detail"]
    return content


def queries_of(address: str, key: Key | None = None) -> int:
    """Count the queries that reading takes; the first call of a key in a minute notes its use."""
    get(address, key=key)
    with CaptureQueriesContext(connection) as queries:
        get(address, key=key)
    return len(queries)
