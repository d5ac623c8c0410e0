"""What happens here reaches other systems: signed, once or more, in time, and never after it was taken back."""

import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
import standardwebhooks
import time_machine
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema import Draft202012Validator
from pytest_django import Settings

from articles.actions import Text, revise_article
from corrections import actions, jobs, tasks
from corrections.models import Case, Correction, Job, Report, Resolution
from corrections.policy import UNDO_WITHIN, Kind, Severity
from corrections.webhooks import actions as webhooks
from corrections.webhooks import events, sending
from corrections.webhooks.models import Attempt, Delivery, Endpoint, EventType
from tests.api import get
from tests.desk import make_article, make_case, make_editor, report
from tests.outside import Behaviour, Received, Server, hang, reply, serving

pytestmark = pytest.mark.django_db


class World:
    """Receivers on this machine, and the work that is due, done at once and in this process."""

    def __init__(self, stack: ExitStack, settings: Settings, owner: User) -> None:
        self.stack, self.settings, self.owner = stack, settings, owner

    def endpoint(self, behave: Behaviour, **more: Any) -> tuple[Endpoint, Server]:
        server = self.stack.enter_context(serving(behave))
        self.settings.OUTGOING_PRIVATE = [*self.settings.OUTGOING_PRIVATE, f"{server.host}:{server.port}"]
        return webhooks.create_endpoint(f"{server.url}hook", by=self.owner, **more), server

    def work(self, *, in_: timedelta = UNDO_WITHIN) -> None:
        """Do what is due after a time, and what becomes due by it."""
        with time_machine.travel(timezone.now() + in_, tick=True):
            for _ in range(50):
                due = Job.objects.to_dispatch(timezone.now()).exclude(kind="reanchor_article")
                job = due.first()
                if job is None:
                    return
                getattr(tasks, job.kind)(job.pk, job.attempts)
        raise AssertionError("there is no end to it")


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    settings.OUTGOING_PRIVATE = []
    with ExitStack() as stack:
        yield World(stack, settings, make_editor("chief", "Chief editors"))


@pytest.fixture
def editor() -> User:
    return make_editor()


def claimed(by: User, exact: str = "300 guests", **more: Any) -> Case:
    case = make_case(exact, **more)
    actions.claim_case(case, by=by)
    return case


def correct(case: Case, by: User, **more: Any) -> Correction:
    words: dict[str, Any] = {
        "start": case.start, "end": case.end, "expected": "300 guests", "replacement": "3,000 guests", "revision": 1,
        "kind": Kind.CORRECTION, "severity": Severity.MINOR, "notice": "There were 3,000 guests.",
    }  # fmt: skip
    return actions.correct_case(case, **words | more, by=by)


def announced(endpoint: Endpoint) -> list[str]:
    return list(endpoint.deliveries.order_by("created_at", "pk").values_list("type", flat=True))


def one_delivery(endpoint: Endpoint) -> Delivery:
    """Have a report announced to an endpoint, not yet delivered."""
    report_only(make_article())
    job = Job.objects.get(kind="announce")
    tasks.announce(job.pk, job.attempts)
    return endpoint.deliveries.get()


def report_only(article: Any) -> Report:
    made = report(article, "teh")
    Job.objects.exclude(subject_id__startswith="report.received").delete()
    return made


def test_a_correction_is_delivered_and_the_standard_library_verifies_it(world: World, editor: User) -> None:
    endpoint, server = world.endpoint(reply(), events=["correction.published"])
    correction = correct(claimed(editor), editor)

    world.work()

    received = server.requests[0]
    message = standardwebhooks.Webhook(endpoint.secret).verify(received.body, received.headers)
    assert received.line == "POST /hook HTTP/1.1"
    assert received.headers["content-type"] == "application/json"
    assert message["type"] == "correction.published"
    assert message["data"]["correction"]["number"] == correction.number
    assert message["data"]["correction"]["before"] == "300 guests"
    assert message["data"]["correction"]["after"] == "3,000 guests"
    assert message["data"]["correction"]["revision"] == {"before": 1, "after": 2}
    assert "truncated" not in message
    assert datetime.fromisoformat(message["timestamp"]) <= timezone.now()
    delivery = endpoint.deliveries.get()
    assert (delivery.status, delivery.tries, delivery.due_at) == ("delivered", 1, None)
    assert delivery.attempts.get().reply_status == 200
    assert delivery.attempts.get().reply == "thank you"


@pytest.mark.parametrize("change", ["body", "id", "time", "secret"])
def test_a_message_that_was_changed_on_the_way_is_not_verified(world: World, change: str) -> None:
    endpoint, server = world.endpoint(reply())
    one_delivery(endpoint)
    world.work()
    received = server.requests[0]
    body, headers, secret = received.body, dict(received.headers), endpoint.secret
    if change == "body":
        body = body.replace(b"report.received", b"report.refused!")
    elif change == "id":
        headers["webhook-id"] += "x"
    elif change == "time":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    else:
        secret = webhooks.create_endpoint(endpoint.url, by=world.owner).secret

    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret).verify(body, headers)


def test_every_event_is_announced_once_when_it_can_no_longer_be_taken_back(world: World, editor: User) -> None:
    endpoint, _ = world.endpoint(reply())
    article = make_article()
    case = claimed(editor, article=article)
    correction = correct(case, editor)
    world.work(in_=timedelta(seconds=1))
    early = announced(endpoint)
    world.work()
    actions.amend_correction(correction, notice="There were exactly 3,000 guests.", by=editor)
    world.work()
    actions.withdraw_correction(Correction.objects.get(amends=correction), reason="It was right.", by=editor)
    world.work()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        spam, kept, twin = (make_case(words, article) for words in ("Monday", "bridge", "million"))
        for other in (spam, twin):
            actions.claim_case(other, by=editor)
        actions.reject_case(spam, reason=Resolution.NOT_AN_ERROR, by=editor)
        actions.merge_case(twin, into=kept, by=editor)
    world.work(in_=timedelta(minutes=2))

    assert sorted(early) == ["case.opened", "report.received"]
    assert {kind: announced(endpoint).count(kind) for kind in EventType} == {
        "report.received": 4,
        "case.opened": 4,
        "case.resolved": 3,
        "correction.published": 1,
        "correction.amended": 1,
        "correction.withdrawn": 1,
        "article.revised": 1,
    }
    sent = [json.loads(delivery.body) for delivery in endpoint.deliveries.all()]
    assert sorted(body["data"]["case"]["resolution"] for body in sent if body["type"] == "case.resolved") == [
        "corrected", "duplicate", "not_an_error"
    ]  # fmt: skip
    document = get("/schema/?format=json")
    assert [fault for body in sent for fault in not_as_described(body, document)] == []
    assert not_as_described(sent[0] | {"data": {}}, document) != []
    assert not_as_described(sent[0] | {"more": 1}, document) != []


def not_as_described(body: Any, document: Any) -> list[str]:
    """Give what the API's document does not say of a message, or says otherwise. No field may be there unsaid."""
    components = json.loads(json.dumps(document["components"]))
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    (content,) = document["webhooks"][body["type"]]["post"]["requestBody"]["content"].values()
    validator = Draft202012Validator(content["schema"] | {"components": components})
    return [f"{body['type']} {error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def test_a_correction_that_is_taken_back_is_not_announced_and_neither_is_its_withdrawal(
    world: World, editor: User
) -> None:
    endpoint, server = world.endpoint(reply())
    case = claimed(editor)
    correct(case, editor)
    actions.undo_case(case, by=editor)

    world.work()

    assert sorted(announced(endpoint)) == ["case.opened", "report.received"]
    assert len(server.requests) == 2


def test_a_rejection_that_is_taken_back_is_not_announced_and_the_next_one_is(world: World, editor: User) -> None:
    endpoint, _ = world.endpoint(reply(), events=["case.resolved"])
    case = claimed(editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)
    actions.undo_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.OUT_OF_SCOPE, by=editor)

    world.work()

    assert json.loads(endpoint.deliveries.get().body)["data"]["case"]["resolution"] == "out_of_scope"


def test_a_case_that_was_reopened_meanwhile_is_announced_as_it_was_decided(world: World, editor: User) -> None:
    endpoint, _ = world.endpoint(reply(), events=["case.resolved"])
    case = claimed(editor)
    correct(case, editor)
    actions.reopen_case(case, by=editor)

    world.work()

    data = json.loads(endpoint.deliveries.get().body)["data"]
    assert (data["case"]["status"], data["case"]["resolution"]) == ("resolved", "corrected")


def test_a_style_fix_is_not_in_the_public_log_and_not_announced_as_a_correction(world: World, editor: User) -> None:
    endpoint, _ = world.endpoint(reply(), events=["case.resolved", "correction.published"])
    case = claimed(editor, "teh")
    style = {"kind": Kind.STYLE_FIX, "severity": Severity.STYLE, "notice": ""}
    correct(case, editor, expected="teh", replacement="the", **style)

    world.work()

    assert announced(endpoint) == ["case.resolved"]


def test_a_revision_from_elsewhere_is_announced(world: World) -> None:
    endpoint, _ = world.endpoint(reply(), events=["article.revised"])
    article = make_article(source="cms", external_id="77")
    revise_article(article, Text(headline="Another headline", body="<p>Another text.</p>"))

    world.work()

    data = json.loads(endpoint.deliveries.get().body)["data"]
    assert (data["article"]["source"], data["article"]["external_id"]) == ("cms", "77")
    assert (data["revision"]["number"], data["revision"]["headline"]) == (2, "Another headline")


def test_what_a_reader_wrote_and_who_the_reader_is_stay_here(world: World) -> None:
    _, server = world.endpoint(reply())
    report(make_article(), "teh", comment="My secret comment", suggestion="My words", email="reader@example.org")

    world.work()

    sent = b"".join(received.body for received in server.requests)
    assert len(server.requests) == 2
    for private in (b"secret comment", b"My words", b"reader@", Report.objects.get().token.encode()):
        assert private not in sent


def test_nothing_is_queued_where_there_is_no_endpoint(editor: User) -> None:
    correct(claimed(editor), editor)

    assert Job.objects.exists()
    assert not Job.objects.filter(kind__in=("announce", "deliver_webhook")).exists()


def test_an_endpoint_gets_only_what_it_wants(world: World) -> None:
    endpoint, server = world.endpoint(reply(), events=["correction.published"])
    report(make_article(), "teh")

    world.work()

    assert (announced(endpoint), server.connections) == ([], 0)


def test_announcing_twice_makes_one_delivery(world: World) -> None:
    endpoint, _ = world.endpoint(reply(), events=["report.received"])
    subject = f"report.received:{report(make_article(), 'teh').pk}"

    events.fan_out(subject)
    events.fan_out(subject)

    assert endpoint.deliveries.count() == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_two_hundreds_are_delivered(world: World, status: int) -> None:
    endpoint, server = world.endpoint(reply(status, b""))
    delivery = one_delivery(endpoint)

    world.work()

    delivery.refresh_from_db()
    assert (delivery.status, len(server.requests)) == ("delivered", 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503])
def test_everything_else_is_tried_again_and_a_redirect_is_not_followed(world: World, status: int) -> None:
    _, elsewhere = world.endpoint(reply(), events=["article.revised"])
    endpoint, server = world.endpoint(reply(status, b"no", Location=elsewhere.url), events=["report.received"])
    delivery = one_delivery(endpoint)

    world.work(in_=timedelta(seconds=1))

    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries) == ("pending", 1)
    assert delivery.due_at is not None
    assert timedelta(seconds=3) < delivery.due_at - timezone.now() < timedelta(seconds=9)
    assert (len(server.requests), elsewhere.connections) == (1, 0)


def test_a_message_is_tried_ten_times_in_growing_pauses_with_the_same_id_and_body(world: World) -> None:
    endpoint, server = world.endpoint(reply(500))
    delivery = one_delivery(endpoint)
    for _ in range(15):
        delivery.refresh_from_db()
        if delivery.due_at is not None:
            world.work(in_=delivery.due_at - timezone.now() + timedelta(milliseconds=1))

    assert (delivery.status, delivery.tries) == ("failed", 10)
    assert {received.headers["webhook-id"] for received in server.requests} == {delivery.message_id}
    assert {received.body for received in server.requests} == {delivery.body.encode()}
    at = [attempt.at for attempt in delivery.attempts.all()]
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    wanted = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert len(pauses) == len(wanted)
    assert all(least <= pause <= least * 1.2 + 3 for pause, least in zip(pauses, wanted, strict=True)), pauses
    stamps = [int(received.headers["webhook-timestamp"]) for received in server.requests]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("120", 120),
        ("0", 5),
        ("99999999999999999999", 86400),
        ("9" * 5000, 5),
        (lambda: format_datetime(timezone.now() + timedelta(seconds=600), usegmt=False), 600),
        (lambda: format_datetime(timezone.now() - timedelta(days=1)), 5),
        ("Mon, 01 Jan 2035 00:00:00 GMT", 86400),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 5),
        ("soon", 5),
        ("-5", 5),
        ("١٢٠", 5),
    ],
)
def test_retry_after_is_honoured_within_limits(world: World, words: Any, seconds: int) -> None:
    said = words if isinstance(words, str) else words()
    endpoint, _ = world.endpoint(reply(503, Retry_After=said) if said.isascii() else reply(503))
    delivery = one_delivery(endpoint)

    world.work(in_=timedelta(0))

    delivery.refresh_from_db()
    assert delivery.due_at is not None
    wait = (delivery.due_at - timezone.now()).total_seconds()
    assert seconds - 4 < wait < max(seconds, 6) * 1.2 + 1


def test_who_asks_to_be_left_alone_gets_nothing_else_meanwhile(world: World) -> None:
    endpoint, server = world.endpoint(reply(429, Retry_After="600"), events=["report.received"])
    one_delivery(endpoint)
    world.work(in_=timedelta(0))
    report(make_article("Another one"), "teh")

    world.work(in_=timedelta(minutes=9))
    before = len(server.requests)
    world.work(in_=timedelta(minutes=13))

    assert (before, len(server.requests)) == (1, 2)


def test_an_endpoint_that_does_not_answer_is_left_alone_for_ever_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PROMPT", 0.2)
    monkeypatch.setattr(sending, "DEADLINE", 0.2)
    endpoint, server = world.endpoint(hang, events=["report.received"])
    announce_several(5)

    world.work(in_=timedelta(0))
    first = server.connections
    world.work(in_=timedelta(seconds=6))
    second = server.connections
    world.work(in_=timedelta(seconds=20))

    endpoint.refresh_from_db()
    assert (first, second, server.connections) == (1, 2, 2)
    assert endpoint.silences == 2
    assert endpoint.deliveries.filter(status="pending").count() == 5
    assert "within 0.2 seconds" in Attempt.objects.earliest("at").error


def lanes_of(endpoint: Endpoint) -> set[str]:
    return set(Job.objects.pending().filter(kind="deliver_webhook").values_list("lane", flat=True))


def announce_several(count: int) -> None:
    for number in range(count):
        report(make_article(f"Number {number}"), "teh")
    for job in Job.objects.pending().filter(kind="announce"):
        tasks.announce(job.pk, job.attempts)


def test_an_endpoint_waits_among_those_that_fare_like_it_with_all_that_waits_for_it(world: World) -> None:
    statuses = [500]

    def behave(wire: socket.socket, received: Received) -> None:
        reply(statuses[0])(wire, received)

    endpoint, server = world.endpoint(behave, events=["report.received"])
    announce_several(3)
    new = lanes_of(endpoint)
    first = Job.objects.pending().filter(kind="deliver_webhook").earliest("pk")
    tasks.deliver_webhook(first.pk, first.attempts)
    slow = lanes_of(endpoint)
    statuses[0] = 200
    second = Job.objects.to_dispatch(timezone.now()).filter(kind="deliver_webhook").earliest("pk")
    tasks.deliver_webhook(second.pk, second.attempts)

    assert (new, slow) == ({f"webhooks:new:{endpoint.pk.hex}"}, {f"webhooks:slow:{endpoint.pk.hex}"})
    assert lanes_of(endpoint) == {f"webhooks:{endpoint.pk.hex}"}
    assert len(server.requests) == 3, "a prompt endpoint is given at once all that is due"


@pytest.mark.parametrize(("pace", "within"), [("new", 0.2), ("prompt", 0.2), ("slow", 0.6)])
def test_who_has_not_been_slow_is_waited_for_a_shorter_time(
    world: World, monkeypatch: pytest.MonkeyPatch, pace: str, within: float
) -> None:
    monkeypatch.setattr(sending, "PROMPT", 0.2)
    monkeypatch.setattr(sending, "DEADLINE", 0.6)
    endpoint, _ = world.endpoint(hang)
    Endpoint.objects.update(pace=pace)
    delivery = one_delivery(endpoint)

    world.work(in_=timedelta(0))

    endpoint.refresh_from_db()
    assert f"within {within:g} seconds" in delivery.attempts.get().error
    assert endpoint.pace == "slow"


def test_an_answer_that_takes_long_is_a_delivery_and_the_endpoint_stays_among_the_slow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def behave(wire: socket.socket, received: Received) -> None:
        time.sleep(0.4)
        reply()(wire, received)

    monkeypatch.setattr(sending, "PROMPT", 0.2)
    endpoint, server = world.endpoint(behave, events=["report.received"])
    delivery = one_delivery(endpoint)
    world.work(in_=timedelta(0))
    world.work(in_=timedelta(seconds=7))

    endpoint.refresh_from_db()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries, endpoint.pace) == ("delivered", 2, "slow")
    assert len({received.headers["webhook-id"] for received in server.requests}) == 1


def test_another_address_is_not_tried_yet(world: World) -> None:
    endpoint, _ = world.endpoint(reply(500))
    one_delivery(endpoint)
    world.work(in_=timedelta(0))
    endpoint.refresh_from_db()

    webhooks.change_endpoint(endpoint, url="https://example.org/hook")

    assert endpoint.pace == "new"
    assert lanes_of(endpoint) == {f"webhooks:new:{endpoint.pk.hex}"}


def test_announcing_to_many_endpoints_takes_as_many_queries_as_to_one(world: World) -> None:
    def queries() -> int:
        subject = f"report.received:{report_only(make_article()).pk}"
        with CaptureQueriesContext(connection) as seen:
            events.fan_out(subject)
        return len(seen)

    webhooks.create_endpoint("https://example.org/0", by=world.owner)
    one = queries()
    for number in range(1, 30):
        webhooks.create_endpoint(f"https://example.org/{number}", by=world.owner)

    assert queries() == one
    assert Delivery.objects.count() == 1 + 30


def test_gone_disables_at_once_and_its_owner_is_told(world: World) -> None:
    world.owner.email = "chief@news.example"
    world.owner.save()
    endpoint, server = world.endpoint(reply(410))
    delivery = one_delivery(endpoint)

    world.work()
    report(make_article("Another one"), "teh")
    world.work()

    endpoint.refresh_from_db()
    delivery.refresh_from_db()
    assert (endpoint.status, endpoint.disabled_reason, delivery.status) == ("disabled", "gone", "failed")
    assert len(server.requests) == 1
    assert [message.to for message in outbox.outbox] == [["chief@news.example"]]
    assert "410 Gone" in outbox.outbox[0].body
    assert f"/admin/webhooks/endpoint/{endpoint.pk}/" in outbox.outbox[0].body
    assert set(endpoint.deliveries.exclude(pk=delivery.pk).values_list("status", flat=True)) == {"missed"}


def test_five_days_of_failure_disable_and_one_success_in_between_counts(world: World) -> None:
    statuses = [500]

    def behave(wire: socket.socket, received: Received) -> None:
        reply(statuses[0])(wire, received)

    endpoint, _ = world.endpoint(behave, contact="it@cms.example")
    start = timezone.now()

    def on_day(day: float) -> str:
        with time_machine.travel(start + timedelta(days=day)):
            report(make_article(f"Day {day}"), "teh")
            world.work(in_=timedelta(seconds=1))
        endpoint.refresh_from_db()
        return endpoint.status

    assert [on_day(0), on_day(4)] == ["active", "active"]
    statuses[0] = 200
    assert on_day(4.5) == "active"
    statuses[0] = 500
    assert [on_day(5.1), on_day(10), on_day(10.2)] == ["active", "active", "disabled"]
    assert (endpoint.disabled_reason, [message.to for message in outbox.outbox]) == ("failing", [["it@cms.example"]])


def test_nobody_is_told_of_an_endpoint_that_was_activated_meanwhile(world: World) -> None:
    endpoint, _ = world.endpoint(reply(410), contact="it@cms.example")
    delivery = one_delivery(endpoint)
    sending_job = Job.objects.get(subject_id=delivery.job_subject)
    tasks.deliver_webhook(sending_job.pk, 0)
    webhooks.activate_endpoint(endpoint)

    world.work()

    assert outbox.outbox == []


def test_while_a_secret_is_exchanged_both_verify_and_then_the_new_one_alone(world: World) -> None:
    endpoint, server = world.endpoint(reply(), events=["report.received"])
    old = endpoint.secret
    webhooks.rotate_secret(endpoint)
    new = endpoint.secret
    delivery = one_delivery(endpoint)
    world.work()
    webhooks.redeliver(delivery)
    world.work(in_=timedelta(hours=25))
    both, one = server.requests

    assert new != old
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(both.body, both.headers)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        standardwebhooks.Webhook(new).verify(one.body, one.headers)
        with pytest.raises(standardwebhooks.WebhookVerificationError, match="No matching"):
            standardwebhooks.Webhook(old).verify(one.body, one.headers)


def test_a_secret_has_256_bits_and_no_two_are_alike(world: World) -> None:
    secrets = {webhooks.create_endpoint("https://example.org/", by=world.owner).secret for _ in range(20)}

    assert len(secrets) == 20
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) for secret in secrets)


def test_a_copy_of_the_database_and_the_log_give_no_secret_away(
    world: World, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint, _ = world.endpoint(reply(500))
    one_delivery(endpoint)
    world.work()
    bare = endpoint.secret.removeprefix("whsec_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_secret, sealed_previous_secret FROM webhooks_endpoint")
        stored = str(cursor.fetchall())

    assert bare not in stored
    assert bare not in caplog.text
    assert Endpoint.objects.get().secret == ""


def test_a_former_secret_key_still_opens_and_without_it_the_try_fails_and_says_why(
    world: World, settings: Settings
) -> None:
    endpoint, server = world.endpoint(reply(), events=["report.received"])
    delivery = one_delivery(endpoint)
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    world.work(in_=timedelta(0))
    settings.SECRET_KEY_FALLBACKS = [former]
    without = server.connections
    world.work(in_=timedelta(seconds=7))

    assert (without, server.connections) == (0, 1)
    assert "SECRET_KEY" in delivery.attempts.all()[0].error
    received = server.requests[0]
    standardwebhooks.Webhook(endpoint.secret).verify(received.body, received.headers)


@pytest.mark.parametrize("size", [10, 3_000, 200_000])
@pytest.mark.parametrize("letter", ["a", "ї", "🙂", '"', "\x01"])
def test_a_body_is_under_20_kilobytes_and_names_what_was_cut(
    world: World, editor: User, letter: str, size: int
) -> None:
    endpoint, server = world.endpoint(reply(), events=["correction.published"])
    notice = letter * size if letter.strip() and letter.isprintable() else f"x{letter * size}x"
    correction = correct(claimed(editor), editor, notice=notice, replacement=letter * size)

    world.work()

    received = server.requests[0]
    message = standardwebhooks.Webhook(endpoint.secret).verify(received.body, received.headers)
    cut = set(message.get("truncated", []))
    assert len(received.body) < 20_000
    assert message["data"]["correction"]["number"] == correction.number
    for name, whole in (("notice", notice), ("after", letter * size)):
        sent = message["data"]["correction"][name]
        if f"data.correction.{name}" in cut:
            assert sent.endswith("…")
            assert whole.startswith(sent[:-1])
        else:
            assert sent == whole
    both = json.dumps([notice, letter * size], ensure_ascii=False).encode()
    assert bool(cut) == (size > 4_000 or len(both) > 18_000)


def test_what_an_endpoint_missed_is_delivered_when_somebody_asks_for_it(world: World) -> None:
    endpoint, server = world.endpoint(reply(), events=["report.received"])
    began = timezone.now()
    webhooks.pause_endpoint(endpoint)
    for number in range(3):
        report(make_article(f"Number {number}"), "teh")
    world.work()
    missed = set(endpoint.deliveries.values_list("status", flat=True))
    with pytest.raises(webhooks.NotActive, match="Activate"):
        webhooks.redeliver_range(endpoint, since=began)
    webhooks.activate_endpoint(endpoint)

    count = webhooks.redeliver_range(endpoint, since=began)
    again = webhooks.redeliver_range(endpoint, since=began)
    world.work()

    assert (missed, count, again, len(server.requests)) == ({"missed"}, 3, 0, 3)
    assert set(endpoint.deliveries.values_list("status", flat=True)) == {"delivered"}


def test_a_range_is_a_range(world: World) -> None:
    endpoint, _ = world.endpoint(reply(), events=["report.received"])
    start = timezone.now()
    delivery = one_delivery(endpoint)
    rows = [
        Delivery(endpoint=endpoint, type="case.opened", subject=str(day), body="{}", status=status,
                 created_at=start + timedelta(days=day))
        for day, status in enumerate(["failed", "missed", "failed", "delivered", "failed"])
    ]  # fmt: skip
    Delivery.objects.bulk_create(rows)

    count = webhooks.redeliver_range(endpoint, since=start + timedelta(days=1), until=start + timedelta(days=4))

    assert count == 2
    pending = endpoint.deliveries.filter(status="pending").exclude(pk=delivery.pk)
    assert set(pending.values_list("subject", flat=True)) == {"1", "2"}


def test_what_waits_when_an_endpoint_is_paused_is_not_sent(world: World) -> None:
    endpoint, server = world.endpoint(reply(), events=["report.received"])
    delivery = one_delivery(endpoint)
    webhooks.pause_endpoint(endpoint)

    world.work()

    delivery.refresh_from_db()
    assert (delivery.status, server.connections) == ("missed", 0)


def test_a_delivered_message_is_delivered_again_with_its_old_id(world: World) -> None:
    endpoint, server = world.endpoint(reply())
    delivery = one_delivery(endpoint)
    world.work()

    webhooks.redeliver(delivery)
    world.work()

    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert delivery.attempts.count() == 2


def test_delivering_again_what_is_on_its_way_sends_it_once(world: World) -> None:
    endpoint, server = world.endpoint(reply())
    delivery = one_delivery(endpoint)

    webhooks.redeliver(delivery)
    world.work()

    assert len(server.requests) == 1


def test_a_test_is_one_try_counts_nowhere_and_works_while_paused(world: World) -> None:
    endpoint, server = world.endpoint(reply(500))
    webhooks.pause_endpoint(endpoint)
    delivery = webhooks.send_test(endpoint, by=world.owner)

    world.work()
    world.work(in_=timedelta(days=1))

    endpoint.refresh_from_db()
    delivery.refresh_from_db()
    assert (delivery.status, len(server.requests), endpoint.failing_since) == ("failed", 1, None)
    standardwebhooks.Webhook(endpoint.secret)
    assert json.loads(server.requests[0].body)["type"] == "webhook.test"


def test_a_killed_worker_leaves_the_message_to_be_sent_again_with_the_same_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    endpoint, server = world.endpoint(reply())
    delivery = one_delivery(endpoint)
    job = Job.objects.get(subject_id=delivery.job_subject)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_note", die)  # sent, and nothing written of it
        with pytest.raises(Killed):
            tasks.deliver_webhook(job.pk, 0)
    world.work(in_=timedelta(seconds=1))
    held = len(server.requests)
    world.work(in_=timedelta(minutes=3))

    delivery.refresh_from_db()
    assert (held, delivery.status) == (1, "delivered")
    assert len({received.headers["webhook-id"] for received in server.requests}) == 1
    assert len(server.requests) == 2


def test_deleting_an_endpoint_ends_what_waits_for_it(world: World) -> None:
    endpoint, server = world.endpoint(reply())
    one_delivery(endpoint)

    webhooks.delete_endpoint(endpoint)
    world.work()

    assert server.connections == 0
    assert not Job.objects.pending().exists()
    assert not Job.objects.exclude(last_error="").exists()


def test_deleting_an_endpoint_while_something_is_being_sent_fails_nothing(world: World) -> None:
    endpoint, _ = world.endpoint(reply())
    delivery = one_delivery(endpoint)
    attempt = Attempt(delivery=delivery, at=timezone.now(), reply_status=200, milliseconds=1)
    webhooks.delete_endpoint(endpoint)

    assert sending._note(delivery, attempt, None) is None


def test_what_an_editor_decides_while_a_message_is_on_its_way_is_not_overwritten(world: World) -> None:
    endpoint, _ = world.endpoint(reply())
    delivery = one_delivery(endpoint)
    on_its_way = Delivery.objects.select_related("endpoint").get(pk=delivery.pk)
    webhooks.redeliver(delivery)

    attempt = Attempt(delivery=on_its_way, at=timezone.now(), reply_status=500, milliseconds=1)

    again_at = sending._note(on_its_way, attempt, None)

    delivery.refresh_from_db()
    assert (again_at, delivery.status, delivery.tries, delivery.round) == (None, "pending", 0, 1)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://127.0.0.1/", "https://localhost/", "https://example.org:22/", "ftp://example.org/",
     "https://user:pw@example.org/", "https://", "nonsense", "https://[::1]/", "https://10.0.0.1/"],
)  # fmt: skip
def test_an_address_that_cannot_be_sent_to_is_refused_when_it_is_entered(world: World, url: str) -> None:
    with pytest.raises(webhooks.BadAddress):
        webhooks.create_endpoint(url, by=world.owner)

    assert not Endpoint.objects.exists()


def test_an_endpoint_whose_name_comes_to_lead_into_our_own_network_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(reply()) as canary:
        world.settings.OUTGOING_PORTS = [canary.port]
        endpoint = webhooks.create_endpoint(f"https://cms.example:{canary.port}/hook", by=world.owner)
        delivery = one_delivery(endpoint)
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", canary.port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [place])

        world.work(in_=timedelta(0))

    assert canary.connections == 0
    assert delivery.attempts.get().error == "cms.example is not a public address."


@pytest.mark.parametrize("wanted", [[], ["nonsense"], ["webhook.test"], ["case.opened", "case.closed"]])
def test_events_that_there_are_not_cannot_be_subscribed(world: World, wanted: list[str]) -> None:
    with pytest.raises(ValueError, match=r"Choose from: report\.received"):
        webhooks.create_endpoint("https://example.org/", events=wanted, by=world.owner)


def test_old_deliveries_are_swept_and_what_waits_is_not(world: World) -> None:
    endpoint, _ = world.endpoint(reply(), events=["report.received"])
    waiting = one_delivery(endpoint)
    done = Delivery.objects.create(endpoint=endpoint, type="case.opened", subject="x", body="{}", status="delivered")
    Attempt.objects.create(delivery=done, at=timezone.now(), milliseconds=1)

    webhooks.sweep(timezone.now() + timedelta(days=29))
    early = Delivery.objects.count()
    webhooks.sweep(timezone.now() + timedelta(days=31))

    assert early == 2
    assert list(Delivery.objects.all()) == [waiting]
    assert jobs.KINDS["deliver_webhook"] in jobs.IN_TURN
