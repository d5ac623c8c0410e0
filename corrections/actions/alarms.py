"""A case's clock rings: at half time its holder is reminded, when it is due the standards editors are told.

    came ──half of the time to decide──▶ reminded ──due──▶ escalated ──NEGLECTED_AFTER──▶ escalated to the chief
                                                           editors, who hear of it every day until it is dealt with

An approval that is owed rings likewise: half of ``APPROVE_WITHIN`` before the end, at its end, and every day from then
on. ``alarm_at`` says when a case rings next; it is moved in the transaction that records the event, so that ringing
twice does nothing twice. A case that is put off is not reminded of, but does not sleep through ``NEGLECTED_AFTER``.
"""

import logging
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from corrections import jobs, staff_letters
from corrections.actions.cases import record
from corrections.cms.models import Push
from corrections.models import Case, Correction, Event, Preferences
from corrections.policy import APPROVE_WITHIN, NEGLECTED_AFTER, RULES, Approver, Severity
from corrections.staff_letters import Stage

logger = logging.getLogger(__name__)

AT_ONCE = 500
_AGAIN = timedelta(days=1)


def ring_cases(at: datetime) -> None:
    """Ring every case whose time has come, some at a time. One that fails is logged and keeps no other from ringing."""
    for pk in list(Case.objects.filter(alarm_at__lte=at).order_by("alarm_at").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            ring_case(pk, at=at)
        except Exception:  # whatever is wrong with it, the next one may be in order
            logger.exception("Cannot ring case %s", pk)


@transaction.atomic
def ring_case(pk: int, *, at: datetime) -> None:
    """Record what the clock of a case says at ``at``, have it told, and wind the clock up again. Safe to repeat."""
    ringing = Case.objects.filter(pk=pk, alarm_at__lte=at)
    case = ringing.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("article").first()
    if case is None:  # another scheduler was faster, or an editor is at it: it rings at the next round
        return
    stage, case.alarm_at = _said_by_the_clock(case, at)
    case.save(update_fields=["alarm_at"])
    if stage is None:
        return
    kind = Event.Kind.REMINDED if stage in (Stage.HALF_TIME, Stage.APPROVAL_HALF_TIME) else Event.Kind.ESCALATED
    event = record(case, kind, old=case.status, stage=str(stage))
    for user in _recipients(case, stage):
        jobs.defer("tell_alarm", f"{event.pk}:{user.pk}")
    if stage == Stage.HALF_TIME and case.status == Case.Status.OPEN:
        jobs.defer("tell_alarm", f"{event.pk}:desk")


def tell_alarm(event: Event, to: str) -> None:
    """Send the letter about a ringing clock, unless the case was dealt with since. Outside, at least once.

    ``to`` is the primary key of an account, or ``desk`` for the addresses of the desk.
    """
    case = event.case
    stage = Stage(event.data["stage"])
    is_of_approval = stage in (Stage.APPROVAL_HALF_TIME, Stage.APPROVAL_OVERDUE)
    if case.approval_due_at is None if is_of_approval else case.resolved_at is not None:
        return
    for address, language in _addresses(to):
        staff_letters.send_alarm(case, stage, to=address, language=language, key=f"alarm-{event.pk}-{to}-{address}")


def neglected(at: datetime) -> QuerySet[Case]:
    """Give the cases that nobody has decided for ``NEGLECTED_AFTER``, put off or not, the oldest first."""
    waiting = Case.objects.unresolved().filter(resolved_at__isnull=True, came_at__lte=at - NEGLECTED_AFTER)
    return waiting.order_by("came_at", "pk")


def _said_by_the_clock(case: Case, at: datetime) -> tuple[Stage | None, datetime | None]:
    """Say what a ringing clock means, and when it rings next."""
    if case.approval_due_at is not None:
        return _said_of_approval(case.approval_due_at, at)
    if case.resolved_at is not None:
        return None, None
    last_chance = case.came_at + NEGLECTED_AFTER
    if at >= last_chance:
        return Stage.NEGLECTED, None  # from now on it stands in the daily letter to the chief editors
    due_at = case.due_at or last_chance
    half_time = case.came_at + (due_at - case.came_at) / 2
    if case.status == Case.Status.SNOOZED or at >= due_at:
        return (None if case.status == Case.Status.SNOOZED else Stage.OVERDUE), last_chance
    return (Stage.HALF_TIME, due_at) if at >= half_time else (None, half_time)


def _said_of_approval(due_at: datetime, at: datetime) -> tuple[Stage | None, datetime]:
    half_time = due_at - APPROVE_WITHIN / 2
    if at >= due_at:
        return Stage.APPROVAL_OVERDUE, at + _AGAIN
    return (Stage.APPROVAL_HALF_TIME, due_at) if at >= half_time else (None, half_time)


def _recipients(case: Case, stage: Stage) -> QuerySet[User]:
    if stage == Stage.OVERDUE:
        return staff_letters.holders_of(Approver.STANDARDS_EDITOR)
    if stage in (Stage.NEGLECTED, Stage.APPROVAL_OVERDUE):
        return staff_letters.holders_of(Approver.CHIEF_EDITOR)
    if stage == Stage.APPROVAL_HALF_TIME or case.status == Case.Status.AWAITING_APPROVAL:
        waiting = (
            Correction.objects.filter(case=case).exclude(status=Correction.Status.RETURNED).order_by("-pk").first()
        )
        severity = Severity(waiting.severity) if waiting else Severity.SUBSTANTIVE
        signers = staff_letters.holders_of(RULES[severity].approver or Approver.EDITOR)
        return signers.exclude(pk=waiting.drafted_by_id) if waiting else signers
    if case.status != Case.Status.CLAIMED:
        return User.objects.none()
    return User.objects.filter(claimed_cases=case, is_active=True).exclude(email="")


def _addresses(to: str) -> list[tuple[str, str]]:
    if to == "desk":
        return staff_letters.desk()
    user = User.objects.filter(pk=int(to), is_active=True).exclude(email="").first()
    return [] if user is None else [(user.email, Preferences.language_of(user))]


@transaction.atomic
def defer_daily_letters(at: datetime) -> None:
    """Have today's letters sent: the digest to who wants it, what is neglected to the chief editors. Safe to repeat."""
    day = timezone.localdate(at, timezone.get_default_timezone()).isoformat()
    refusing = Preferences.objects.filter(digest=False).values("user")
    for user in staff_letters.holders_of(Approver.EDITOR).exclude(pk__in=refusing):
        jobs.defer("mail_digest", f"{day}:{user.pk}")
    if neglected(at).exists():
        for user in staff_letters.holders_of(Approver.CHIEF_EDITOR):
            jobs.defer("mail_neglected", f"{day}:{user.pk}")


def stop_digest(user: User) -> None:
    """Send somebody of the newsroom no digest any more."""
    Preferences.objects.update_or_create(user=user, defaults={"digest": False})


def refuses_digest(user: User) -> bool:
    """Tell whether somebody of the newsroom wants no digest."""
    return Preferences.objects.filter(user=user, digest=False).exists()


def mail_digest(day: str, user: User) -> None:
    """Send an editor what waits at the desk today; nothing when nothing waits. Outside, at least once."""
    now = timezone.now()
    if not refuses_digest(user) and day == timezone.localdate(now, timezone.get_default_timezone()).isoformat():
        not_pushed = Push.objects.not_arrived().count()
        staff_letters.send_digest(day, user, neglected(now), not_pushed=not_pushed, at=now)


def mail_neglected(day: str, user: User) -> None:
    """Send a chief editor the cases that nobody has decided for too long, if any are left. Outside, at least once."""
    now = timezone.now()
    if day == timezone.localdate(now, timezone.get_default_timezone()).isoformat():
        staff_letters.send_neglected(day, user, neglected(now))
