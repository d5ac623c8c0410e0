"""Webhooks at the desk: who may see them, secrets that are shown once, the log, and sending again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections.models import Job
from corrections.webhooks import actions
from corrections.webhooks.models import Attempt, Delivery, Endpoint, EventType
from tests.desk import make_editor

pytestmark = pytest.mark.django_db

ADD = "/admin/webhooks/endpoint/add/"


@pytest.fixture
def chief() -> User:
    return make_editor("chief", "Chief editors")


@pytest.fixture
def client(chief: User) -> Client:
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture
def endpoint(chief: User) -> Endpoint:
    return actions.create_endpoint("https://cms.example.org/hook", description="The CMS", by=chief)


def deliveries(endpoint: Endpoint, count: int, status: str = "failed") -> list[Delivery]:
    now = timezone.now()
    rows = [
        Delivery(
            endpoint=endpoint, type="case.opened", subject=f"{status}:{number}", body='{"type":"case.opened"}',
            status=status, created_at=now - timedelta(minutes=number),
        )
        for number in range(count)
    ]  # fmt: skip
    made = Delivery.objects.bulk_create(rows)
    Attempt.objects.bulk_create(
        [
            Attempt(delivery=row, at=now, reply_status=500, reply="<script>alert(1)</script>", milliseconds=12)
            for row in made
        ]
    )
    return made


def page_of(endpoint: Endpoint) -> str:
    return reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])


def test_a_webhook_is_made_and_its_secret_is_shown_this_once(client: Client) -> None:
    answer = client.post(
        ADD, {"url": "https://cms.example.org/in", "description": "CMS", "events": ["case.opened", "report.received"]}
    )

    endpoint = Endpoint.objects.get()
    secret = re.search(r'value="(whsec_[^"]+)"', answer.text)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert secret is not None
    assert endpoint.events == ["report.received", "case.opened"]
    assert endpoint.owner.username == "chief"
    for page in (page_of(endpoint), "/admin/webhooks/endpoint/", f"{page_of(endpoint)[:-7]}history/"):
        assert "whsec_" not in client.get(page, follow=True).text


def test_the_secret_is_replaced_and_the_new_one_is_shown_this_once(client: Client, endpoint: Endpoint) -> None:
    old = endpoint.secret

    answer = client.post(reverse("admin:webhooks_endpoint_rotate", args=[endpoint.pk]))

    secret = re.search(r'value="(whsec_[^"]+)"', answer.text)
    assert secret is not None
    assert secret[1] != old
    assert old not in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert "signed with the old secret too" in client.get(page_of(endpoint)).text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/", "https:// alone"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://example.org:22/", "Port 22"),
        ("", "required"),
        ("https://u:p@example.org/", "password"),
    ],
)
def test_an_address_to_which_nothing_would_be_sent_is_refused(client: Client, url: str, words: str) -> None:
    answer = client.post(ADD, {"url": url, "events": ["case.opened"]})

    assert words in answer.text
    assert not Endpoint.objects.exists()


def test_what_is_changed_is_changed_and_the_rest_stays(client: Client, endpoint: Endpoint) -> None:
    client.post(
        page_of(endpoint),
        {"url": endpoint.url, "description": "Another", "events": ["case.opened"], "contact": "it@example.org"},
    )

    changed = Endpoint.objects.get()
    assert (changed.description, changed.events, changed.contact) == ("Another", ["case.opened"], "it@example.org")
    assert (changed.url, changed.status, changed.sealed_secret) == (endpoint.url, "active", endpoint.sealed_secret)


@pytest.mark.parametrize("name", ["activate", "pause", "test", "rotate", "redeliver"])
def test_buttons_need_a_post_and_the_permission(client: Client, endpoint: Endpoint, name: str) -> None:
    address = reverse(f"admin:webhooks_endpoint_{name}", args=[endpoint.pk])
    editor = Client()
    editor.force_login(make_editor())

    assert client.get(address).status_code == 405
    assert editor.post(address).status_code == 403
    assert Client().post(address).status_code == 302
    assert client.post(address.replace(str(endpoint.pk), "00000000-0000-0000-0000-000000000000")).status_code == 404


def test_an_editor_sees_nothing_of_webhooks(endpoint: Endpoint) -> None:
    delivery = deliveries(endpoint, 1)[0]
    editor = Client()
    editor.force_login(make_editor())

    for page in (page_of(endpoint), ADD, "/admin/webhooks/endpoint/", delivery.get_absolute_url()):
        assert editor.get(page).status_code == 403
    again = reverse("admin:webhooks_delivery_redeliver", args=[delivery.pk])
    assert editor.post(again).status_code == 403
    assert "webhooks" not in editor.get("/admin/apps/").text


def test_a_webhook_is_paused_and_activated(client: Client, endpoint: Endpoint) -> None:
    client.post(reverse("admin:webhooks_endpoint_pause", args=[endpoint.pk]))
    paused = Endpoint.objects.get().status
    client.post(reverse("admin:webhooks_endpoint_activate", args=[endpoint.pk]))

    assert (paused, Endpoint.objects.get().status) == ("paused", "active")
    assert "It is sent nothing now" in client.get(f"{page_of(endpoint)[:-7]}history/").text


def test_a_test_is_sent_and_its_page_shows_what_was_sent(client: Client, endpoint: Endpoint) -> None:
    answer = client.post(reverse("admin:webhooks_endpoint_test", args=[endpoint.pk]), follow=True)

    delivery = Delivery.objects.get()
    assert answer.redirect_chain == [(delivery.get_absolute_url(), 302)]
    assert "&quot;webhook.test&quot;" in answer.text
    assert delivery.message_id in answer.text
    assert Job.objects.get(kind="deliver_webhook").lane == endpoint.lane


def test_the_log_shows_replies_escaped_and_costs_the_same_for_many(
    client: Client, endpoint: Endpoint, django_assert_num_queries: Any
) -> None:
    deliveries(endpoint, 1)
    client.get(page_of(endpoint))
    with django_assert_num_queries(9):
        one = client.get(page_of(endpoint))
    deliveries(endpoint, 45, "delivered")
    with django_assert_num_queries(9):
        many = client.get(page_of(endpoint))

    assert "&lt;script&gt;alert(1)" in one.text
    assert "<script>alert" not in many.text
    assert many.text.count("<code>case.opened</code>") == 46


def test_the_log_has_pages_and_every_row_is_on_one_of_them(client: Client, endpoint: Endpoint) -> None:
    deliveries(endpoint, 120)
    seen: list[str] = []
    address = page_of(endpoint)

    for _ in range(5):
        page = client.get(address).text
        seen += re.findall(r'<td><a href="/admin/webhooks/delivery/([^/]+)/', page)
        following = re.search(r'rel="next" href="([^"#]+)', page)
        if following is None:
            break
        address = page_of(endpoint) + following[1].replace("&amp;", "&")

    assert (len(seen), len(set(seen))) == (120, 120)


@pytest.mark.parametrize("query", ["status=nonsense", "before=nonsense", "before=%00", "status=%00", "before="])
def test_nonsense_in_the_address_shows_the_log_all_the_same(client: Client, endpoint: Endpoint, query: str) -> None:
    deliveries(endpoint, 1)

    answer = client.get(f"{page_of(endpoint)}?{query}")

    assert answer.status_code in (200, 400)


def test_the_log_is_narrowed_to_a_status(client: Client, endpoint: Endpoint) -> None:
    deliveries(endpoint, 2, "failed")
    deliveries(endpoint, 3, "delivered")

    assert client.get(f"{page_of(endpoint)}?status=failed").text.count("<code>case.opened</code>") == 2


def test_a_time_is_delivered_again(client: Client, endpoint: Endpoint) -> None:
    deliveries(endpoint, 10)
    since = timezone.now() - timedelta(minutes=4, seconds=30)

    answer = client.post(
        reverse("admin:webhooks_endpoint_redeliver", args=[endpoint.pk]),
        {"since": since.strftime("%Y-%m-%dT%H:%M:%S")},
        follow=True,
    )

    assert "5 messages are delivered again." in answer.text
    assert Delivery.objects.filter(status="pending").count() == 5


@pytest.mark.parametrize("since", ["", "yesterday", "9999-99-99T00:00"])
def test_a_time_that_is_none_is_refused(client: Client, endpoint: Endpoint, since: str) -> None:
    deliveries(endpoint, 1)

    answer = client.post(
        reverse("admin:webhooks_endpoint_redeliver", args=[endpoint.pk]), {"since": since}, follow=True
    )

    assert "Say from when on" in answer.text
    assert not Delivery.objects.filter(status="pending").exists()


def test_one_is_delivered_again_unless_the_webhook_takes_nothing(client: Client, endpoint: Endpoint) -> None:
    delivery = deliveries(endpoint, 1)[0]
    address = reverse("admin:webhooks_delivery_redeliver", args=[delivery.pk])
    actions.pause_endpoint(endpoint)

    refused = client.post(address, follow=True)
    actions.activate_endpoint(endpoint)
    done = client.post(address, {"back": "endpoint"}, follow=True)

    assert "Activate it, then deliver again." in refused.text
    assert "It is delivered again." in done.text
    assert done.redirect_chain == [(page_of(endpoint), 302)]
    assert Delivery.objects.get().status == "pending"


def test_a_webhook_is_deleted_with_its_log(client: Client, endpoint: Endpoint) -> None:
    deliveries(endpoint, 3)
    address = reverse("admin:webhooks_endpoint_delete", args=[endpoint.pk])

    asked = client.get(address)
    client.post(address, {"post": "yes"})

    assert asked.status_code == 200
    assert not Endpoint.objects.exists()
    assert not Attempt.objects.exists()


def test_a_delivery_cannot_be_changed_added_or_deleted(client: Client, endpoint: Endpoint) -> None:
    delivery = deliveries(endpoint, 1)[0]

    assert client.get("/admin/webhooks/delivery/add/").status_code == 403
    assert client.post(f"/admin/webhooks/delivery/{delivery.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(delivery.get_absolute_url(), {"status": "delivered"}).status_code == 403
    assert list(EventType) == Endpoint.objects.get().events
