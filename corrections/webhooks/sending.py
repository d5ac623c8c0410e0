"""One try of a delivery, and what follows from it: delivered, tried again later, given up, the endpoint disabled.

The message is sent outside of any transaction. What came of it is written afterwards in one; whoever is killed in
between leaves the delivery pending, and it is sent again with the same ``webhook-id``.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles import outgoing
from corrections import jobs, mail
from corrections.sealing import Unreadable, unseal
from corrections.webhooks import signing
from corrections.webhooks.models import TEST, Attempt, Delivery, Endpoint

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long before each try: the example of Standard Webhooks, three days in all."""
JITTER = 0.2
"""The share of a pause that chance may add to it, so that not everything comes at once after an outage."""

RESTS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
)
"""How long an endpoint is left alone that did not answer, the first time, the second in a row, and so on. A tar pit
holds one of the threads for the slow for as long as a try may take; resting, it does so ever less often."""

PROMPT = 5.0
"""Seconds that a try may take in all at an endpoint that has not been slow: one that suddenly hangs, or hangs from the
first try on, holds one of the threads that others wait for no longer than this, once."""
DEADLINE = 15.0
"""Seconds that a try may take at an endpoint that was slow or failed last time."""
DISABLED_AFTER = timedelta(days=5)
_PERMISSIONS = "django.contrib.auth.backends.ModelBackend"
REPLY_KEPT = 500
"""Characters of a reply that are kept for the log."""


def deliver(subject: str) -> jobs.Conclusion | None:
    """Try a delivery. At least once. Gives what writes down what came of it.

    Raises ``jobs.Later`` when it is too early for a try.
    """
    pk, _, number = subject.partition(".")
    pending = Delivery.objects.filter(pk=pk, round=number, status=Delivery.Status.PENDING)
    delivery = pending.select_related("endpoint").first()
    if delivery is None or delivery.due_at is None:
        return None  # done, redelivered or deleted meanwhile
    endpoint, now = delivery.endpoint, timezone.now()
    if delivery.type != TEST and endpoint.status != Endpoint.Status.ACTIVE:
        pending.update(status=Delivery.Status.MISSED, due_at=None)
        return None
    due_at = max(delivery.due_at, endpoint.rests_until or delivery.due_at)
    if due_at > now:
        raise jobs.Later(due_at)
    attempt, retry_after = _try(delivery, endpoint, now)
    return lambda: _note(delivery, attempt, retry_after)


def tell_disabled(subject: str) -> None:
    """Write to who looks after an endpoint that it is disabled, unless it no longer is. At least once."""
    pk, _, _disabled = subject.partition(":")
    endpoint = Endpoint.objects.select_related("owner").filter(pk=pk, status=Endpoint.Status.DISABLED).first()
    if endpoint is None:
        return
    context = {
        "endpoint": endpoint,
        "page": f"{settings.SITE_URL}{endpoint.get_absolute_url()}",
        "is_gone": endpoint.disabled_reason == Endpoint.Reason.GONE,
        "last": Attempt.objects.filter(delivery__endpoint=endpoint).order_by("-at", "-pk").first(),
    }
    for number, to in enumerate(_lookers_after(endpoint)):
        key = f"webhook-disabled.{subject}.{number}"
        mail.send("webhook_disabled", to=to, language=settings.LANGUAGE_CODE, key=key, context=context)


def _lookers_after(endpoint: Endpoint) -> list[str]:
    """Give the addresses of who is told: the contact, or the owner, or everybody who manages webhooks."""
    if named := endpoint.contact or (endpoint.owner.email if endpoint.owner.is_active else ""):
        return [named]
    managers = User.objects.with_perm("webhooks.manage_webhooks", backend=_PERMISSIONS).exclude(email="")
    return sorted(managers.values_list("email", flat=True))


def _try(delivery: Delivery, endpoint: Endpoint, now: datetime) -> tuple[Attempt, timedelta | None]:
    """Send the message; give what came of it, and how long the receiver wants to be left alone."""
    attempt = Attempt(delivery=delivery, at=now, milliseconds=0)
    body = delivery.body.encode()
    try:
        signature = signing.headers(
            delivery.message_id, timestamp=int(now.timestamp()), body=body, secrets=_secrets(endpoint, now)
        )
        reply = outgoing.send(
            "POST",
            endpoint.url,
            body=body,
            headers={"Content-Type": "application/json", **signature},
            # No longer than half a lease, else another worker would try meanwhile.
            deadline=min(
                DEADLINE if endpoint.pace == Endpoint.Pace.SLOW else PROMPT, settings.JOB_LEASE.total_seconds() / 2
            ),
        )
    except (outgoing.TargetRefused, outgoing.NoReply, Unreadable) as error:
        attempt.error = str(error)
        attempt.milliseconds = round((timezone.now() - now).total_seconds() * 1000)
        return attempt, None
    attempt.reply_status = reply.status
    attempt.reply = reply.body.decode("utf-8", "replace").replace("\0", "�")[:REPLY_KEPT]
    attempt.milliseconds = round(reply.seconds * 1000)
    return attempt, outgoing.retry_after(reply, now)


def _secrets(endpoint: Endpoint, at: datetime) -> list[str]:
    sealed = [endpoint.sealed_secret]
    if endpoint.previous_expires_at is not None and endpoint.previous_expires_at > at:
        sealed.append(endpoint.sealed_previous_secret)
    return [unseal(secret) for secret in sealed]


@transaction.atomic
def _note(delivery: Delivery, attempt: Attempt, retry_after: timedelta | None) -> datetime | None:
    """Write what came of a try. Gives when to try again, nothing when not."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        return None  # deleted meanwhile, with its deliveries
    now, seen = timezone.now(), delivery.round
    delivery.refresh_from_db(from_queryset=Delivery.objects.select_for_update(no_key=True, of=("self",)))
    attempt.save()
    _note_pace(endpoint, attempt)
    is_ours = delivery.round == seen and delivery.status == Delivery.Status.PENDING
    if not (is_ours or attempt.is_success):
        return None  # redelivered or paused meanwhile: what comes next is said already
    delivery.tries += 1
    delivery.due_at = None
    if attempt.is_success:
        delivery.status = Delivery.Status.DELIVERED
        delivery.delivered_at = now
        _note_health(endpoint)
    elif delivery.type == TEST:
        delivery.status = Delivery.Status.FAILED  # it was to tell whether the endpoint works, and did
    else:
        _note_failure(delivery, endpoint, attempt, retry_after, now)
    delivery.save(update_fields=["tries", "due_at", "status", "delivered_at"])
    return delivery.due_at


def _note_pace(endpoint: Endpoint, attempt: Attempt) -> None:
    """Let an endpoint wait among those that fare like it, with all that waits for it."""
    is_prompt = attempt.is_success and attempt.milliseconds < PROMPT * 1000
    pace = Endpoint.Pace.PROMPT if is_prompt else Endpoint.Pace.SLOW
    if pace != endpoint.pace:
        former, endpoint.pace = endpoint.lane, pace
        endpoint.save(update_fields=["pace"])
        jobs.change_lane(former, to=endpoint.lane)


def _note_health(endpoint: Endpoint) -> None:
    if endpoint.failing_since or endpoint.silences or endpoint.rests_until:
        endpoint.failing_since, endpoint.silences, endpoint.rests_until = None, 0, None
        endpoint.save(update_fields=["failing_since", "silences", "rests_until"])


def _note_failure(
    delivery: Delivery, endpoint: Endpoint, attempt: Attempt, retry_after: timedelta | None, now: datetime
) -> None:
    delivery.status = Delivery.Status.FAILED
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.silences = endpoint.silences + 1 if attempt.reply_status is None else 0
    if attempt.reply_status == 410:
        _disable(endpoint, Endpoint.Reason.GONE, now)
    elif now - endpoint.failing_since >= DISABLED_AFTER:
        _disable(endpoint, Endpoint.Reason.FAILING, now)
    else:
        if delivery.tries < len(SCHEDULE):
            delivery.status = Delivery.Status.PENDING
            pause = SCHEDULE[delivery.tries] * random.uniform(1, 1 + JITTER)  # noqa: S311 - not a secret
            delivery.due_at = now + max(pause, retry_after or pause)
        _let_rest(endpoint, retry_after, now)
    endpoint.save(update_fields=["failing_since", "silences", "rests_until"])


def _let_rest(endpoint: Endpoint, retry_after: timedelta | None, now: datetime) -> None:
    """Leave an endpoint alone that did not answer or said for how long, with all that waits for it."""
    rest = retry_after or timedelta(0)
    if endpoint.silences:
        rest = RESTS[min(endpoint.silences, len(RESTS)) - 1]
    if rest:
        endpoint.rests_until = now + rest
        jobs.postpone(endpoint.lane, until=endpoint.rests_until)


def _disable(endpoint: Endpoint, reason: Endpoint.Reason, now: datetime) -> None:
    """Send an endpoint nothing more until somebody activates it again, and have its owner told."""
    if endpoint.status == Endpoint.Status.DISABLED:
        return
    endpoint.status = Endpoint.Status.DISABLED
    endpoint.disabled_reason = reason
    endpoint.disabled_at = now
    endpoint.save(update_fields=["status", "disabled_reason", "disabled_at"])
    endpoint.deliveries.filter(status=Delivery.Status.PENDING).update(status=Delivery.Status.MISSED, due_at=None)
    jobs.defer("tell_webhook_disabled", f"{endpoint.pk}:{int(now.timestamp())}")
