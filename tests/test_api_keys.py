"""Another system comes with a key: made in the admin, shown once, recognised, limited, revoked, named on events."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from time_machine import travel

from articles.rest.access import PUBLIC
from articles.rest.keys import acting_through, make_key, revoke_key
from articles.rest.models import Key, Scope
from articles.rest.views import ApiView
from corrections.actions import claim_case
from corrections.models import Event
from newsroom.urls import urlpatterns as project_urls
from tests.desk import make_case, make_editor

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Probe(ApiView):
    scopes = {"GET": Scope.CASES_READ, "DELETE": PUBLIC}

    def get(self, request: Request) -> Response:
        return Response({"user": str(request.user), "key": str(request.auth)})

    def delete(self, request: Request) -> Response:
        return Response(status=204)

    def post(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/v1/probe/", Probe.as_view()), *project_urls]


def key_for(user: User | None = None, **more: Any) -> Key:
    values = {"name": "CMS", "scopes": [Scope.CASES_READ], "acts_for": user or make_editor("service")} | more
    return make_key(**values)


def call(secret: str | None = None, method: str = "get", **headers: str) -> Any:
    sent = headers | ({"authorization": f"Bearer {secret}"} if secret is not None else {})
    return getattr(Client(), method)("/api/v1/probe/", headers=sent)


def test_a_key_opens_the_calls_of_its_scope_in_the_name_of_its_account() -> None:
    key = key_for()

    response = call(key.secret)

    assert response.status_code == 200
    assert response.json() == {"user": "service", "key": "CMS"}


@pytest.mark.parametrize("secret", [None, "", "nrk_00000000_00", "ключ".encode().decode("latin-1"), "a b", "x" * 5000])
def test_without_a_usable_key_the_answer_is_401_and_says_how_to_come_with_one(secret: str | None) -> None:
    response = call(secret)

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert response.json()["status"] == 401
    assert ("invalid_token" in response.headers["WWW-Authenticate"]) == (secret is not None)


def test_an_expired_a_revoked_and_an_orphaned_key_open_nothing() -> None:
    expired = key_for(name="old", expires_at=timezone.now() - timedelta(seconds=1))
    revoked = key_for(expired.acts_for, name="lost")
    revoke_key(revoked)
    closed = key_for(User.objects.create_user("gone", is_active=False), name="orphan")

    answers = [call(key.secret) for key in (expired, revoked, closed)]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert "expired" in answers[0].json()["detail"]
    assert "revoked" in answers[1].json()["detail"]
    assert "closed" in answers[2].json()["detail"]


def test_a_key_that_expires_later_opens_until_then() -> None:
    key = key_for(expires_at=timezone.now() + timedelta(hours=1))

    before = call(key.secret)
    with travel(timezone.now() + timedelta(hours=2)):
        after = call(key.secret)

    assert (before.status_code, after.status_code) == (200, 401)


def test_another_scope_does_not_do_and_the_answer_names_the_one_that_is_missing() -> None:
    key = key_for(scopes=[Scope.CASES_WRITE])

    response = call(key.secret)

    assert response.status_code == 403
    assert "cases:read" in response.json()["detail"]


def test_a_method_that_no_scope_is_named_for_is_closed_to_everybody() -> None:
    key = key_for(scopes=list(Scope))

    assert call(key.secret, "post").status_code == 403
    assert call(None, "post").status_code == 401
    assert call(None, "delete").status_code == 204
    assert call(key.secret, "put").status_code == 405


def test_another_way_to_sign_in_is_none_here() -> None:
    editor = make_editor()
    client = Client()
    client.force_login(editor)

    assert client.get("/api/v1/probe/").status_code == 401
    assert call(None, authorization="Basic b2xlbmE6cGFzcy13b3JkLTE=").status_code == 401


def test_only_a_digest_of_the_secret_is_kept() -> None:
    key = key_for()

    stored = Key.objects.values().get()

    assert key.secret.startswith(f"{stored['prefix']}_")
    assert not any(key.secret in str(value) or key.secret[13:] in str(value) for value in stored.values())
    assert len(key.secret) > 70
    assert Key.objects.get().secret == ""


def test_the_last_use_is_noted_with_at_most_one_write_a_minute() -> None:
    key = key_for()
    start = timezone.now().replace(microsecond=0)

    with travel(start, tick=False):
        call(key.secret)
        first = Key.objects.get().last_used_at
    with travel(start + timedelta(seconds=59), tick=False):
        call(key.secret)
        second = Key.objects.get().last_used_at
    with travel(start + timedelta(seconds=61), tick=False):
        call(key.secret)
        third = Key.objects.get().last_used_at

    assert (first, second, third) == (start, start, start + timedelta(seconds=61))


def test_more_calls_than_the_key_may_make_in_a_minute_are_told_when_to_come_again() -> None:
    key = key_for(per_minute=3)
    other = key_for(key.acts_for, name="other", per_minute=3)
    start = timezone.now()

    with travel(start, tick=False):
        answers = [call(key.secret) for _ in range(5)]
        unconcerned = call(other.secret)
    with travel(start + timedelta(seconds=20), tick=False):
        later = [call(key.secret).status_code for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].headers["Retry-After"] == "20"
    assert answers[3].headers["Content-Type"] == "application/problem+json"
    assert unconcerned.status_code == 200
    assert later == [200, 429]


def test_what_is_done_with_a_key_names_it_on_the_event_and_the_database_keeps_that() -> None:
    case = make_case()
    key = key_for()

    with acting_through(key):
        claim_case(case, by=key.acts_for)
    claim_case(case, takeover=True, by=make_editor())

    claimed, taken = case.events.filter(kind__in=("claimed", "taken_over")).order_by("pk")
    assert (claimed.key, claimed.by) == (key, key.acts_for)
    assert taken.key is None
    with pytest.raises(IntegrityError):
        Event.objects.filter(pk=claimed.pk).update(key=None)


def test_the_case_page_says_which_key_was_used() -> None:
    case = make_case()
    key = key_for()
    with acting_through(key):
        claim_case(case, by=key.acts_for)
    client = Client()
    client.force_login(make_editor())

    page = client.get(case.get_absolute_url()).content.decode()

    assert "with the key “CMS”" in page


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def made_in(client: Client, acts_for: User, **changes: Any) -> Any:
    data = {"name": "CMS", "scopes": ["articles:write", "cases:read"], "acts_for": acts_for.pk, "per_minute": 60}
    return client.post("/admin/rest/key/add/", data | changes)


def test_a_key_is_made_in_the_admin_shown_once_and_works(admin: Client) -> None:
    service = make_editor("service")

    page = made_in(admin, service)

    (secret,) = re.findall(r'value="(nrk_\w+)"', page.content.decode())
    key = Key.objects.get()
    assert "no-store" in page.headers["Cache-Control"]
    assert call(secret).status_code == 200
    assert (key.acts_for, str(key.created_by), key.scopes) == (service, "root", ["articles:write", "cases:read"])
    for address in ("/admin/rest/key/", f"/admin/rest/key/{key.pk}/change/"):
        shown = admin.get(address).content.decode()
        assert key.prefix in shown
        assert secret not in shown
    assert AdminLogEntry.objects.get().user.username == "root"


def test_a_key_is_revoked_in_the_admin_which_keeps_who_did_it(admin: Client) -> None:
    key = key_for()

    answer = admin.post("/admin/rest/key/", {"action": "revoke", "_selected_action": [key.pk]})

    assert answer.status_code == 302
    assert call(key.secret).status_code == 401
    assert AdminLogEntry.objects.get(object_id=str(key.pk)).user.username == "root"


def test_a_key_cannot_be_made_with_an_unknown_scope_or_without_any(admin: Client) -> None:
    service = make_editor("service")

    for scopes in ([], ["everything"]):
        assert made_in(admin, service, scopes=scopes).status_code == 200
    made_in(admin, service, per_minute=0)

    assert not Key.objects.exists()


def test_who_is_no_superuser_makes_keys_for_the_own_account_alone_and_editors_make_none() -> None:
    chief = make_editor("chief", "Chief editors")
    client = Client()
    client.force_login(chief)
    closed = client.get("/admin/rest/key/add/")
    chief.user_permissions.add(*permissions_for_keys())
    root = User.objects.create_superuser("root")

    made_in(client, root)
    refused = Key.objects.count()
    made_in(client, chief)

    assert closed.status_code == 403
    assert (refused, Key.objects.count()) == (0, 1)


def permissions_for_keys() -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=("add_key", "change_key", "view_key"))


def test_a_key_is_never_deleted_and_keeps_its_account(admin: Client) -> None:
    key = key_for()

    deleted = admin.post(f"/admin/rest/key/{key.pk}/delete/", {"post": "yes"})
    data = {"name": "New name", "scopes": ["cases:write"], "acts_for": make_editor().pk, "per_minute": 7}
    changed = admin.post(f"/admin/rest/key/{key.pk}/change/", data)

    key.refresh_from_db()
    assert deleted.status_code == 403
    assert changed.status_code == 302
    assert (key.name, key.scopes, key.per_minute, key.acts_for.username) == ("New name", ["cases:write"], 7, "service")
