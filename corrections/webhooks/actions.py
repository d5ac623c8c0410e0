"""What people do with webhooks, one function each; the desk's screens and the API call these.

    active ──pause──▶ paused ──activate──▶ active
       └── gone, or failing for days: disabled ──activate──▶ active

An endpoint takes what is announced while it is active. What it missed can be delivered again.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import outgoing
from corrections import jobs
from corrections.sealing import seal
from corrections.webhooks import signing
from corrections.webhooks.events import fitted, message
from corrections.webhooks.models import TEST, Delivery, Endpoint, EventType

KEEP = timedelta(days=30)
"""How long deliveries are kept for the log, and so for how long what was missed can be delivered again."""

SECRETS_OVERLAP = timedelta(hours=24)
"""How long messages are signed with the old secret too after it was replaced."""

MOST_AT_ONCE = 10_000
"""How many deliveries can be put back at once."""


class BadAddress(ValueError):
    """No messages can be sent to this address. Says why."""


class NotActive(Exception):
    """The endpoint takes nothing now: activate it first."""


def check_address(url: str) -> None:
    """Raise ``BadAddress`` unless messages may be sent there: HTTPS, or a private host that the operator has named."""
    try:
        outgoing.check_secure_url(url)
    except outgoing.TargetRefused as error:
        raise BadAddress(str(error)) from error


@transaction.atomic
def create_endpoint(
    url: str, *, events: Collection[str] = tuple(EventType), description: str = "", contact: str = "", by: User
) -> Endpoint:
    """Store an endpoint, active at once. What this gives has the ``secret``, which is not shown again.

    Raises ``BadAddress``, and ``ValueError`` for events that there are not.
    """
    check_address(url)
    secret = signing.new_secret()
    endpoint = Endpoint.objects.create(
        url=url,
        events=_in_order(events),
        description=description,
        contact=contact,
        owner=by,
        sealed_secret=seal(secret),
    )
    endpoint.secret = secret
    return endpoint


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint,
    *,
    url: str | None = None,
    events: Collection[str] | None = None,
    description: str | None = None,
    contact: str | None = None,
) -> None:
    """Change what is given. Raises what ``create_endpoint`` raises."""
    _lock(endpoint)
    if url is not None and url != endpoint.url:
        check_address(url)
        former, endpoint.url = endpoint.lane, url
        endpoint.silences, endpoint.rests_until, endpoint.pace = 0, None, Endpoint.Pace.NEW
        jobs.change_lane(former, to=endpoint.lane)
    if events is not None:
        endpoint.events = _in_order(events)
    if description is not None:
        endpoint.description = description
    if contact is not None:
        endpoint.contact = contact
    endpoint.save(update_fields=["url", "events", "description", "contact", "silences", "rests_until", "pace"])


@transaction.atomic
def pause_endpoint(endpoint: Endpoint) -> None:
    """Send an endpoint nothing for now; what it misses is noted. Nothing happens to one that takes nothing already."""
    _lock(endpoint)
    if endpoint.status == Endpoint.Status.ACTIVE:
        endpoint.status = Endpoint.Status.PAUSED
        endpoint.save(update_fields=["status"])
        endpoint.deliveries.filter(status=Delivery.Status.PENDING).update(status=Delivery.Status.MISSED, due_at=None)


@transaction.atomic
def activate_endpoint(endpoint: Endpoint) -> None:
    """Send an endpoint what is announced from now on, with a clean record, however often it failed before."""
    _lock(endpoint)
    if endpoint.status != Endpoint.Status.ACTIVE:
        endpoint.status = Endpoint.Status.ACTIVE
        endpoint.disabled_reason, endpoint.disabled_at = "", None
        endpoint.failing_since, endpoint.silences, endpoint.rests_until = None, 0, None
        endpoint.save(
            update_fields=["status", "disabled_reason", "disabled_at", "failing_since", "silences", "rests_until"]
        )


@transaction.atomic
def delete_endpoint(endpoint: Endpoint) -> None:
    """Delete an endpoint with the log of its deliveries. A message that is on its way still arrives."""
    _lock(endpoint)
    endpoint.delete()


@transaction.atomic
def rotate_secret(endpoint: Endpoint) -> None:
    """Give an endpoint a new ``secret``. For ``SECRETS_OVERLAP`` messages are signed with the old one as well."""
    _lock(endpoint)
    secret = signing.new_secret()
    endpoint.sealed_previous_secret, endpoint.sealed_secret = endpoint.sealed_secret, seal(secret)
    endpoint.previous_expires_at = timezone.now() + SECRETS_OVERLAP
    endpoint.save(update_fields=["sealed_secret", "sealed_previous_secret", "previous_expires_at"])
    endpoint.secret = secret


@transaction.atomic
def send_test(endpoint: Endpoint, *, by: User) -> Delivery:
    """Have a message delivered that means nothing, once, whether the endpoint is active or not."""
    _lock(endpoint)
    now = timezone.now()
    data = {"endpoint": str(endpoint.pk), "note": "This is a test. Nothing has happened."}
    delivery = Delivery.objects.create(
        endpoint=endpoint,
        type=TEST,
        subject=f"{TEST}:{uuid.uuid4()}",
        body=fitted(message(TEST, now, data | {"sent_by": by.get_username()})),
        due_at=now,
    )
    _wake(endpoint)
    jobs.defer("deliver_webhook", delivery.job_subject, lane=endpoint.lane)
    return delivery


@transaction.atomic
def redeliver(delivery: Delivery) -> None:
    """Have a message delivered again, with all tries before it, whatever became of it.

    The ``webhook-id`` stays, by which a receiver that has dealt with it knows it. Raises ``NotActive``.
    """
    _lock_active(delivery.endpoint)
    delivery.refresh_from_db(from_queryset=Delivery.objects.select_for_update(no_key=True, of=("self",)))
    _put_back([delivery])
    _wake(delivery.endpoint)


@transaction.atomic
def redeliver_range(endpoint: Endpoint, *, since: datetime, until: datetime | None = None) -> int:
    """Have everything delivered again that was made in a time and has not arrived. Gives how much that is.

    ``until`` is not included; at most ``MOST_AT_ONCE``, the oldest first. Raises ``NotActive``.
    """
    _lock_active(endpoint)
    undelivered = endpoint.deliveries.undelivered().filter(created_at__gte=since).exclude(type=TEST)
    if until is not None:
        undelivered = undelivered.filter(created_at__lt=until)
    found = list(undelivered.order_by("created_at", "pk").select_for_update(no_key=True)[:MOST_AT_ONCE])
    _put_back(found)
    _wake(endpoint)
    return len(found)


def sweep(at: datetime) -> int:
    """Delete deliveries that are kept for long enough and wait for nothing. Gives how many rows that were."""
    old = Delivery.objects.filter(created_at__lte=at - KEEP).exclude(status=Delivery.Status.PENDING)
    return old.delete()[0]


def _lock(endpoint: Endpoint) -> None:
    endpoint.refresh_from_db(from_queryset=Endpoint.objects.select_for_update(no_key=True, of=("self",)))


def _lock_active(endpoint: Endpoint) -> None:
    _lock(endpoint)
    # Nobody can pause it any more before what is put back is on disk.
    if endpoint.status != Endpoint.Status.ACTIVE:
        raise NotActive(_("The webhook takes nothing now. Activate it, then deliver again."))


def _put_back(deliveries: list[Delivery]) -> None:
    now = timezone.now()
    for delivery in deliveries:
        delivery.status = Delivery.Status.PENDING
        delivery.round += 1
        delivery.tries, delivery.due_at, delivery.delivered_at = 0, now, None
    fields = ["status", "round", "tries", "due_at", "delivered_at"]
    Delivery.objects.bulk_update(deliveries, fields, batch_size=500)
    subjects = {delivery.job_subject: delivery.endpoint.lane for delivery in deliveries}
    jobs.defer_all("deliver_webhook", subjects)


def _wake(endpoint: Endpoint) -> None:
    """Somebody wants to see now whether the endpoint works."""
    endpoint.silences, endpoint.rests_until = 0, None
    endpoint.save(update_fields=["silences", "rests_until"])


def _in_order(events: Collection[str]) -> list[str]:
    unknown = set(events) - set(EventType)
    if unknown or not events:
        raise ValueError(f"Choose from: {', '.join(EventType)}.")
    return [str(kind) for kind in EventType if kind in events]
