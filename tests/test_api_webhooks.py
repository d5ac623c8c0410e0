"""The API of webhooks: made, changed, paused, tested, replayed; its secret shown once, to who may have it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from articles.rest.models import IdempotencyKey, Key, Scope
from corrections.webhooks import actions
from corrections.webhooks.models import Attempt, Delivery, Endpoint, EventType
from tests.api import call, get, make_service, problem, queries_of

pytestmark = pytest.mark.django_db

URL = "https://cms.example.org/hook"


@pytest.fixture
def key() -> Key:
    return make_service("Chief editors")


@pytest.fixture
def endpoint(key: Key) -> Endpoint:
    return actions.create_endpoint(URL, by=key.acts_for)


def log(endpoint: Endpoint, count: int, status: str = "failed") -> list[Delivery]:
    now = timezone.now()
    rows = [
        Delivery(
            endpoint=endpoint, type="case.opened", subject=str(uuid.uuid4()), body="{}", status=status,
            created_at=now - timedelta(minutes=number),
        )
        for number in range(count)
    ]  # fmt: skip
    made = Delivery.objects.bulk_create(rows)
    Attempt.objects.bulk_create([Attempt(delivery=row, at=now, reply_status=500, milliseconds=3) for row in made])
    return made


def test_an_endpoint_is_made_and_its_secret_is_in_that_answer_alone(key: Key) -> None:
    answer = call("POST", "/webhooks/", {"url": URL, "events": ["case.opened"], "description": "CMS"}, key=key)

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"], made["status"]) == (URL, ["case.opened"], "active")
    for address in ("/webhooks/", f"/webhooks/{made['id']}/", f"/webhooks/{made['id']}/deliveries/"):
        assert "whsec" not in call("GET", address, key=key).text
    assert get("/webhooks/", key=key)["results"][0] == {name: made[name] for name in made if name != "secret"}


def test_a_repeated_call_makes_one_endpoint_and_keeps_no_secret(key: Key) -> None:
    first = call("POST", "/webhooks/", {"url": URL}, key=key, idempotency_key="one").json()
    again = call("POST", "/webhooks/", {"url": URL}, key=key, idempotency_key="one").json()

    assert Endpoint.objects.count() == 1
    assert again == first | {"secret": None}
    assert "whsec" not in str(IdempotencyKey.objects.get().response)


def test_without_a_list_every_event_is_meant(key: Key) -> None:
    assert call("POST", "/webhooks/", {"url": URL}, key=key).json()["events"] == list(EventType)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": 7}, "url"),
        ({"url": "http://example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://10.1.2.3/"}, "url"),
        ({"url": "https://[::1]/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://example.org:6379/"}, "url"),
        ({"url": "https://u:p@example.org/"}, "url"),
        ({"url": "https://" + "a" * 2000}, "url"),
        ({"url": "x\x00"}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["nonsense"]}, "events.0"),
        ({"url": URL, "events": "case.opened"}, "events"),
        ({"url": URL, "events": [{}]}, "events.0"),
        ({"url": URL, "description": "x" * 201}, "description"),
        ({"url": URL, "contact": "nobody"}, "contact"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_by_field(key: Key, body: Any, field: str) -> None:
    found = problem(call("POST", "/webhooks/", body, key=key), 422)

    assert list(found["errors"]) == [field]
    assert not Endpoint.objects.exists()


def test_what_is_named_is_changed_and_the_rest_stays(key: Key, endpoint: Endpoint) -> None:
    before = get(f"/webhooks/{endpoint.pk}/", key=key)

    after = call("PATCH", f"/webhooks/{endpoint.pk}/", {"events": ["case.opened"]}, key=key).json()

    assert after == before | {"events": ["case.opened"]}


def test_an_endpoint_is_paused_and_activated_also_after_it_was_disabled(key: Key, endpoint: Endpoint) -> None:
    paused = call("PATCH", f"/webhooks/{endpoint.pk}/", {"status": "paused"}, key=key).json()
    Endpoint.objects.update(status="disabled", disabled_reason="gone", disabled_at=timezone.now())
    active = call("PATCH", f"/webhooks/{endpoint.pk}/", {"status": "active"}, key=key).json()
    refused = call("PATCH", f"/webhooks/{endpoint.pk}/", {"status": "disabled"}, key=key)

    assert (paused["status"], active["status"], active["disabled_reason"]) == ("paused", "active", None)
    assert list(problem(refused, 422)["errors"]) == ["status"]


def test_an_endpoint_is_deleted(key: Key, endpoint: Endpoint) -> None:
    log(endpoint, 2)

    answer = call("DELETE", f"/webhooks/{endpoint.pk}/", key=key)

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Endpoint.objects.exists()
    problem(call("GET", f"/webhooks/{endpoint.pk}/", key=key), 404)


def test_a_secret_is_replaced_and_the_new_one_is_in_that_answer_alone(key: Key, endpoint: Endpoint) -> None:
    answer = call("POST", f"/webhooks/{endpoint.pk}/rotate/", key=key)

    assert answer.status_code == 200
    assert answer.json()["secret"] not in ("", None, endpoint.secret)
    assert answer.json()["old_secret_expires_at"] is not None


def test_a_test_is_sent(key: Key, endpoint: Endpoint) -> None:
    answer = call("POST", f"/webhooks/{endpoint.pk}/test/", key=key)

    assert answer.status_code == 202
    assert (answer.json()["type"], answer.json()["status"]) == ("webhook.test", "pending")


def test_the_log_names_every_try_and_is_paged(key: Key, endpoint: Endpoint) -> None:
    log(endpoint, 5)
    first = get(f"/webhooks/{endpoint.pk}/deliveries/?page_size=3", key=key)
    second = get(first["next"].partition("testserver")[2], key=key)

    assert [len(page["results"]) for page in (first, second)] == [3, 2]
    assert len({row["id"] for page in (first, second) for row in page["results"]}) == 5
    assert first["results"][0]["attempts"][0]["reply_status"] == 500


def test_the_log_costs_the_same_for_many(key: Key, endpoint: Endpoint) -> None:
    log(endpoint, 1)
    one = queries_of(f"/webhooks/{endpoint.pk}/deliveries/", key)
    log(endpoint, 20)

    assert queries_of(f"/webhooks/{endpoint.pk}/deliveries/", key) == one


def test_one_message_and_a_time_are_delivered_again(key: Key, endpoint: Endpoint) -> None:
    delivery = log(endpoint, 5)[0]

    one = call("POST", f"/webhooks/{endpoint.pk}/deliveries/{delivery.pk}/redeliver/", key=key)
    since = {"since": (timezone.now() - timedelta(hours=1)).isoformat()}
    rest = call("POST", f"/webhooks/{endpoint.pk}/redeliver/", since, key=key)

    assert (one.status_code, one.json()["status"]) == (202, "pending")
    assert (rest.status_code, rest.json()) == (202, {"count": 4})


def test_an_endpoint_that_takes_nothing_is_a_conflict(key: Key, endpoint: Endpoint) -> None:
    delivery = log(endpoint, 1)[0]
    actions.pause_endpoint(endpoint)

    for address, body in (
        (f"/webhooks/{endpoint.pk}/deliveries/{delivery.pk}/redeliver/", None),
        (f"/webhooks/{endpoint.pk}/redeliver/", {"since": "2026-01-01T00:00:00Z"}),
    ):
        assert problem(call("POST", address, body, key=key), 409)["type"].endswith("#endpoint-not-active")


def test_a_delivery_of_another_endpoint_is_not_there(key: Key, endpoint: Endpoint) -> None:
    other = actions.create_endpoint(URL, by=key.acts_for)
    delivery = log(other, 1)[0]

    problem(call("POST", f"/webhooks/{endpoint.pk}/deliveries/{delivery.pk}/redeliver/", key=key), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("POST", ""), ("GET", "{pk}/"), ("PATCH", "{pk}/"), ("DELETE", "{pk}/"), ("POST", "{pk}/rotate/"),
        ("POST", "{pk}/test/"), ("POST", "{pk}/redeliver/"), ("GET", "{pk}/deliveries/"),
        ("POST", "{pk}/deliveries/{pk}/redeliver/"),
    ],
)  # fmt: skip
def test_every_call_takes_the_scope_and_the_accounts_permission(
    key: Key, endpoint: Endpoint, method: str, path: str
) -> None:
    address = "/webhooks/" + path.format(pk=endpoint.pk)
    scoped = make_service("Chief editors", name="Reader", scopes=[s for s in Scope if s != Scope.WEBHOOKS_MANAGE])
    key.acts_for.groups.clear()

    problem(call(method, address), 401)
    assert "scope" in problem(call(method, address, key=scoped), 403)["detail"]
    problem(call(method, address, key=key), 403)


def test_the_document_describes_every_message() -> None:
    document = get("/schema/?format=json")

    assert set(document["webhooks"]) == set(EventType)
    for kind, described in document["webhooks"].items():
        content = described["post"]["requestBody"]["content"]["application/json"]
        example = next(iter(content["examples"].values()))["value"]
        assert example["type"] == kind
        Draft202012Validator(content["schema"] | {"components": document["components"]}).validate(example)
        headers = {parameter["name"] for parameter in described["post"]["parameters"] if parameter["in"] == "header"}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
