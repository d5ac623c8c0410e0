"""Carrying a published correction back to the CMS of its article, and noting in the case's trail what came of it.

The requests are made outside of any transaction. Whoever is killed between the write there and the note here leaves the
push pending: the next try finds that the new wording stands there.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from corrections import jobs
from corrections.actions.cases import lock_case, record
from corrections.cms import letters
from corrections.cms.carrying import Carried, carry
from corrections.cms.interface import OF_THE_CONNECTION, Refused, Unavailable
from corrections.cms.models import Connection, Push
from corrections.models import Case, Event

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long before each try of what may get better by itself; two days in all."""
DEADLINE = 45.0
"""Seconds that all requests of a try may take together."""


def push_correction(subject: str) -> None:
    """Try a push. At least once. Raises ``jobs.Later`` when it has to be tried again."""
    pk, _dot, number = subject.partition(".")
    push = _start(pk, int(number))
    if push is None:
        return
    result: Carried | Refused | Unavailable
    try:
        # Half the lease: nobody else may try meanwhile.
        result = carry(push, deadline=min(DEADLINE, settings.JOB_LEASE.total_seconds() / 2))
    except (Refused, Unavailable) as error:
        result = error
    again_at = _note(push, result)
    if again_at is not None:
        raise jobs.Later(again_at)


@transaction.atomic(durable=True)
def _start(pk: str, number: int) -> Push | None:
    """Give the push if it is (still) to be tried, and note that it is: from now on it may have arrived."""
    found = Push.objects.filter(pk=pk, round=number, status=Push.Status.PENDING)
    case = found.values_list("event__case", flat=True).first()
    if case is None:
        return None
    list(Case.objects.select_for_update(no_key=True).filter(pk=case))
    # Whoever takes a decision back locks the case too, so it is taken back by now or sees that the push has begun.
    push = found.select_related("connection", "event", "correction__article", "correction__base").first()
    if push is not None and push.due_at is not None and push.due_at > timezone.now():
        raise jobs.Later(push.due_at)
    if push is not None and push.started_at is None:
        push.started_at = timezone.now()
        push.save(update_fields=["started_at"])
    return push


@transaction.atomic(durable=True)
def _note(push: Push, result: Carried | Refused | Unavailable) -> datetime | None:
    """Write what came of a try. Gives when to try again, nothing when not."""
    now = timezone.now()
    case = push.event.case
    lock_case(case, allowed_from=list(Case.Status))
    ours = Push.objects.select_for_update(no_key=True, of=("self",)).filter(pk=push.pk, round=push.round)
    ours = ours.filter(status=Push.Status.PENDING)
    if (push := ours.select_related("connection", "event").first()) is None:  # type: ignore[assignment]
        return None  # taken back or deleted meanwhile; the change back follows
    push.tries += 1
    push.due_at = None
    _note_health(push.connection, result, now)
    if isinstance(result, Unavailable):
        _note_delay(push, result, now)
    elif isinstance(result, Refused):
        push.status, push.reason, push.detail = Push.Status.REFUSED, result.reason, result.detail
    else:
        push.status = Push.Status.STOOD if result.stood else Push.Status.PUSHED
        push.reason = push.detail = ""
        push.there = result.post.revision
    if push.status != Push.Status.PENDING:
        push.done_at = now
        _record(case, push)
    if push.has_not_arrived:
        letters.have_told(push.connection, now)
    push.save()
    return push.due_at


def _note_delay(push: Push, result: Unavailable, now: datetime) -> None:
    push.reason, push.detail = result.reason, result.detail
    if push.tries >= len(SCHEDULE):
        push.status = Push.Status.FAILED
        return
    pause = max(SCHEDULE[push.tries], result.retry_after or timedelta(0))
    push.due_at = now + pause
    if result.retry_after:
        jobs.postpone(push.connection.lane, until=now + result.retry_after)


def _note_health(connection: Connection, result: Carried | Refused | Unavailable, now: datetime) -> None:
    if isinstance(result, Carried):
        connection.note_success(now)
    elif result.reason in OF_THE_CONNECTION:
        connection.note_failure(result.reason, result.detail, now)


def _record(case: Case, push: Push) -> None:
    has_arrived = push.status in (Push.Status.PUSHED, Push.Status.STOOD)
    with translation.override(settings.LANGUAGE_CODE):
        if not has_arrived:
            words = str(push.get_reason_display())
        elif push.status == Push.Status.STOOD:
            words = _("the wording stood there already")
        elif push.there:
            words = _("revision %(number)s") % {"number": push.there}
        else:
            words = _("stored")
    record(
        case,
        Event.Kind.PUSHED if has_arrived else Event.Kind.NOT_PUSHED,
        old=case.status,
        note=f"{push.connection.name}: {words}",
        push=str(push.pk),
        correction=push.correction_id,
        reverse=push.is_reverse,
        reason=push.reason,
    )
