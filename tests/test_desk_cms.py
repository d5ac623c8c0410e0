"""Connections to CMSs at the desk: who may see them, passwords never shown, the test, and what did not arrive."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from corrections.actions import alarms
from corrections.cms import actions as cms
from corrections.cms.models import Connection, Push
from corrections.models import Case
from corrections.sealing import unseal
from tests.desk import make_editor
from tests.test_cms_push import BLOCKS, correct, work
from tests.wordpress import PASSWORD, Site, always, serving_site
from tests.work import work_off

pytestmark = pytest.mark.django_db

ADD = "/admin/cms/connection/add/"
VALUES = {
    "name": "Daily WordPress", "url": "https://site.example/", "user": "newsroom", "password": PASSWORD,
    "source": "site.example", "collections": "posts pages",
}  # fmt: skip


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with serving_site() as made:
        settings.OUTGOING_PRIVATE = [made.url.removeprefix("http://")]
        yield made


@pytest.fixture
def chief() -> User:
    return make_editor("chief", "Chief editors")


@pytest.fixture
def client(chief: User) -> Client:
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture
def connection(site: Site, chief: User) -> Connection:
    return cms.create_connection(**VALUES | {"url": site.url}, by=chief)  # type: ignore[arg-type]


def page_of(connection: Connection, button: str = "change") -> str:
    return reverse(f"admin:cms_connection_{button}", args=[connection.pk])


def not_arrived(site: Site, connection: Connection, editor: User) -> Case:
    """Have a correction published that the site refuses."""
    trouble = always(403, {"code": "rest_cannot_edit", "message": "<b>No.</b>", "data": {"status": 403}})
    case = correct(site.post(BLOCKS), editor)
    site.trouble.append(trouble)
    work()
    site.trouble.clear()
    return case


def test_a_connection_is_made_and_its_password_is_sealed_and_never_shown(client: Client) -> None:
    answer = client.post(ADD, VALUES, follow=True)

    made = Connection.objects.get()
    assert "Test it now" in answer.text
    assert (made.url, made.owner.username, made.status) == ("https://site.example", "chief", "active")
    assert PASSWORD not in made.sealed_password
    assert unseal(made.sealed_password) == PASSWORD
    for page in (page_of(made), "/admin/cms/connection/", page_of(made, "history")):
        assert PASSWORD not in client.get(page).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://site.example"}, "https:// alone"),
        ({"url": "https://10.0.0.1/"}, "not a public address"),
        ({"url": "https://site.example/wp-json"}, "without /wp-admin or /wp-json"),
        ({"password": ""}, "Enter the application password."),
        ({"collections": "../users"}, "separated by single spaces"),
        ({"source": ""}, "required"),
    ],
)
def test_what_cannot_work_is_said_beside_the_field(client: Client, change: dict[str, str], words: str) -> None:
    answer = client.post(ADD, VALUES | change)

    assert words in answer.text
    assert not Connection.objects.exists()


def test_a_source_has_one_connection(client: Client, connection: Connection) -> None:
    answer = client.post(ADD, VALUES | {"name": "Another"})

    assert "already exists" in answer.text
    assert Connection.objects.count() == 1


def test_the_stored_password_stays_with_its_address(client: Client, connection: Connection) -> None:
    elsewhere = VALUES | {"url": "https://elsewhere.example", "password": ""}

    refused = client.post(page_of(connection), elsewhere)
    renamed = client.post(page_of(connection), VALUES | {"url": connection.url, "password": "", "name": "Renamed"})
    kept = Connection.objects.get()
    client.post(page_of(connection), elsewhere | {"password": "new"})

    assert "Enter the password again" in refused.text
    assert renamed.status_code == 302
    assert (kept.name, kept.url, unseal(kept.sealed_password)) == ("Renamed", connection.url, PASSWORD)
    moved = Connection.objects.get()
    assert (moved.url, unseal(moved.sealed_password)) == ("https://elsewhere.example", "new")


@pytest.mark.parametrize("button", ["activate", "pause", "test", "again"])
def test_buttons_need_a_post_and_the_permission(client: Client, connection: Connection, button: str) -> None:
    address = page_of(connection, button)
    editor = Client()
    editor.force_login(make_editor())

    assert client.get(address).status_code == 405
    assert editor.post(address).status_code == 403
    assert Client().post(address).status_code == 302
    assert client.post(address.replace(str(connection.pk), "00000000-0000-0000-0000-000000000000")).status_code == 404


def test_an_editor_sees_no_connection_but_what_was_pushed(connection: Connection) -> None:
    editor = Client()
    editor.force_login(make_editor())
    stranger = Client()
    stranger.force_login(User.objects.create_user("intern", is_staff=True))

    for page in (page_of(connection), ADD, "/admin/cms/connection/"):
        assert editor.get(page).status_code == 403
    assert editor.get("/admin/cms/push/").status_code == 200
    assert stranger.get("/admin/cms/push/").status_code == 403


def test_the_test_button_says_what_was_found(client: Client, site: Site, connection: Connection) -> None:
    site.post(BLOCKS)

    good = client.post(page_of(connection, "test"), follow=True).text
    site.trouble.append(always(401, {"code": "incorrect_password", "message": "No.", "data": {"status": 401}}))
    bad = client.post(page_of(connection, "test"), follow=True).text
    site.trouble[:] = [always(200, b"<html>Log in</html>")]
    page = client.post(page_of(connection, "test"), follow=True).text

    assert "Signed in as Newsroom." in good
    assert "“posts” can be read and written." in good
    assert "last success" in good
    assert "Make a new application password" in bad
    assert "incorrect_password" in bad
    assert "failing since" in bad
    assert "It answers with a page instead of data" in page
    assert PASSWORD not in good + bad + page


def test_a_connection_is_paused_and_activated_and_deleted(client: Client, site: Site, connection: Connection) -> None:
    not_arrived(site, connection, make_editor())
    client.post(page_of(connection, "pause"))
    paused = Connection.objects.get().status
    client.post(page_of(connection, "activate"))
    active = Connection.objects.get().status
    asked = client.get(page_of(connection, "delete"))
    client.post(page_of(connection, "delete"), {"post": "yes"})

    assert (paused, active) == ("paused", "active")
    assert asked.status_code == 200
    assert not Connection.objects.exists()
    assert not Push.objects.exists()


def test_what_did_not_arrive_is_seen_in_the_queue_the_list_the_connection_and_the_case(
    client: Client, site: Site, connection: Connection
) -> None:
    editor = make_editor()
    before = client.get("/admin/").text
    case = not_arrived(site, connection, editor)
    reader = Client()
    reader.force_login(editor)

    queue = reader.get("/admin/").text
    pushes = reader.get("/admin/cms/push/?status__in=refused,failed").text
    page = reader.get(case.get_absolute_url()).text
    log = client.get(page_of(connection)).text

    assert "has not reached the CMS" not in before
    assert "1 correction has not reached the CMS" in queue
    assert f"#{case.pk}" in pushes
    for shown in (page, log):
        assert "he user may not edit this post" in shown
        assert "&lt;b&gt;No.&lt;/b&gt;" in shown
    assert "Give the user the right edit_others_posts" in page
    assert f"{site.url}/wp-admin/post.php?post=" in page
    assert "Push again" in page
    assert "1 correction has not arrived." in log


def test_what_did_not_arrive_is_in_the_morning_letter_and_in_the_metrics(
    client: Client, site: Site, connection: Connection
) -> None:
    editor = make_editor()
    editor.email = "olena@news.example"
    not_arrived(site, connection, editor)
    today = timezone.localdate(timezone.now(), timezone.get_default_timezone()).isoformat()

    alarms.mail_digest(today, editor)

    assert "1 correction has not reached the CMS" in outbox.outbox[-1].body
    assert "/admin/cms/push/?status__in=refused,failed" in outbox.outbox[-1].body
    assert "newsroom_pushes_not_arrived 1.0" in client.get("/metrics").text


def test_who_made_the_connection_gets_one_letter_about_all_that_was_given_up_in_a_while(
    site: Site, connection: Connection, chief: User
) -> None:
    User.objects.filter(pk=chief.pk).update(email="chief@news.example")
    editor = make_editor()
    with time_machine.travel("2026-03-02T10:01:00Z", tick=True):
        cases = [not_arrived(site, connection, editor) for _number in range(2)]
    with time_machine.travel("2026-03-02T10:14:00Z", tick=True):
        work_off()
        before = len(outbox.outbox)
    with time_machine.travel("2026-03-02T10:15:01Z", tick=True):
        work_off()
        work_off()

    assert before == 0
    (letter,) = outbox.outbox
    assert letter.to == ["chief@news.example"]
    assert letter.subject == "2 corrections did not get to Daily WordPress and are not tried again"
    for case in cases:
        assert f"#{case.pk}" in letter.body or f"Case {case.pk}" in letter.body
        assert f"{case.get_absolute_url()}#pushes" in letter.body
    assert "the user may not edit this post" in letter.body


def test_no_letter_is_sent_about_what_somebody_saw_to(site: Site, connection: Connection, chief: User) -> None:
    User.objects.filter(pk=chief.pk).update(email="chief@news.example")
    with time_machine.travel("2026-03-02T10:01:00Z", tick=True):
        not_arrived(site, connection, make_editor())
        cms.settle_push(Push.objects.get(), by=chief)
    with time_machine.travel("2026-03-02T10:15:01Z", tick=True):
        work_off()

    assert outbox.outbox == []


def test_the_managers_are_told_when_who_made_the_connection_has_left(site: Site, connection: Connection) -> None:
    User.objects.filter(username="chief").update(email="chief@news.example", is_active=False)
    another = make_editor("another", "Chief editors")
    User.objects.filter(pk=another.pk).update(email="another@news.example")
    with time_machine.travel("2026-03-02T10:01:00Z", tick=True):
        not_arrived(site, connection, make_editor())
    with time_machine.travel("2026-03-02T10:15:01Z", tick=True):
        work_off()

    assert [letter.to for letter in outbox.outbox] == [["another@news.example"]]


def test_an_editor_pushes_again_from_the_case(client: Client, site: Site, connection: Connection) -> None:
    case = not_arrived(site, connection, make_editor())
    push = Push.objects.get()
    address = reverse("admin:corrections_case_push_again", args=[case.pk])

    first = client.post(address, {"push": push.pk}, follow=True)
    second = client.post(address, {"push": push.pk})
    work()
    page = client.get(case.get_absolute_url()).text

    assert "It is pushed again." in first.text
    assert second.status_code == 409
    assert Push.objects.get().status == "pushed"
    assert "3,000 guests" in site.posts[int(case.article.external_id)].content
    assert "not pushed to the CMS" in page
    assert "pushed to the CMS" in page
    assert "Push again" not in page
    assert "has not reached" not in client.get("/admin/").text


def test_an_editor_settles_by_hand_and_it_says_who_did(client: Client, site: Site, connection: Connection) -> None:
    case = not_arrived(site, connection, make_editor())
    push = Push.objects.get()

    client.post(reverse("admin:corrections_case_settle_push", args=[case.pk]), {"push": push.pk})
    page = client.get(case.get_absolute_url()).text

    assert "settled by hand" in page
    push.refresh_from_db()
    assert (push.status, str(push.seen_to_by)) == ("settled", "chief")
    assert "has not reached" not in client.get("/admin/").text


@pytest.mark.parametrize("pk", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_push_that_is_none_of_the_case_is_refused(
    client: Client, site: Site, connection: Connection, pk: str
) -> None:
    case = not_arrived(site, connection, make_editor())

    answer = client.post(reverse("admin:corrections_case_push_again", args=[case.pk]), {"push": pk})

    assert answer.status_code in (409, 422)
    assert Push.objects.get().status == "refused"


def test_everything_is_pushed_again_from_the_connection(client: Client, site: Site, connection: Connection) -> None:
    editor = make_editor()
    not_arrived(site, connection, editor)
    not_arrived(site, connection, editor)

    answer = client.post(page_of(connection, "again"), follow=True)
    work()

    assert "2 corrections are pushed again." in answer.text
    assert set(Push.objects.values_list("status", flat=True)) == {"pushed"}


def test_the_lists_cost_the_same_for_many(
    client: Client, site: Site, connection: Connection, django_assert_num_queries: Any
) -> None:
    editor = make_editor()
    not_arrived(site, connection, editor)
    pages = (page_of(connection), "/admin/cms/push/")
    for page in pages:
        client.get(page)
    counts = []
    for page in pages:
        with CaptureQueriesContext(database) as queries:
            client.get(page)
        counts.append(len(queries))
    for _ in range(3):
        not_arrived(site, connection, editor)

    for page, count in zip(pages, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(page)
