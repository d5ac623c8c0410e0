"""What editors do with a case short of correcting: claim, release, reject, snooze, reopen, place."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.rest.keys import acting_key
from corrections import jobs
from corrections.anchoring import CONTEXT
from corrections.cms.planning import plan_push
from corrections.models import REJECTIONS, TOLD, Case, Correction, Event, Outcome, Resolution
from corrections.passages import place_after
from corrections.policy import UNDO_WITHIN
from corrections.webhooks.events import announce_event

Status = Case.Status


class InvalidTransition(Exception):
    """The case is not in a state in which this can be done, or somebody else holds it. Says which."""


@transaction.atomic
def look_at_case(case: Case, *, by: User) -> None:
    """Record that an editor has looked at a case that nobody had seen since it came into the queue; else do nothing.

    Does nothing either at a case that is put off, waits for approval or has ended: what was decided last must stay the
    last event while it can be taken back.
    """
    if not _is_unseen(case):
        return
    lock_case(case, allowed_from=list(Status))
    # Locked: of two editors who open the page at the same time, the second finds the first one's event.
    if _is_unseen(case):
        record(case, Event.Kind.LOOKED, old=case.status, by=by)


def _is_unseen(case: Case) -> bool:
    """Tell whether the case waits and no editor has done anything with it since it came (again) into the queue."""
    if case.status != Status.OPEN:
        return False
    came = Q(kind__in=Event.ENTERING)
    last = case.events.filter(came | Q(by__isnull=False)).order_by("-at", "-pk").first()
    return last is None or last.kind in Event.ENTERING


@transaction.atomic
def claim_case(case: Case, *, takeover: bool = False, by: User) -> None:
    """Take a case to work on it, for ``CLAIM_LASTS``; claiming one's own again prolongs the claim.

    Raises ``InvalidTransition`` while somebody else holds it, unless ``takeover`` says so (which is recorded).
    """
    lock_case(case, allowed_from=(Status.OPEN, Status.CLAIMED))
    now = timezone.now()
    old, holder = case.status, case.assignee
    is_mine = old == Status.CLAIMED and holder == by
    is_held = old == Status.CLAIMED and not is_mine and not case.is_claim_lapsed(now)
    if is_held and not takeover:
        raise InvalidTransition(
            _("%(holder)s is working on case %(case)s. Take it over if you mean to.")
            % {"holder": holder, "case": case.pk}
        )
    case.status = Status.CLAIMED
    case.assignee = by
    case.claim_expires_at = now + settings.CLAIM_LASTS
    case.save(update_fields=["status", "assignee", "claim_expires_at"])
    if not is_mine:
        kind = Event.Kind.TAKEN_OVER if is_held else Event.Kind.CLAIMED
        record(case, kind, old=old, by=by, **({"from": str(holder)} if is_held else {}))


@transaction.atomic
def release_case(case: Case, *, by: User) -> None:
    """Give a claimed case back to the queue. Raises ``InvalidTransition`` unless ``by`` holds it."""
    lock_case(case, allowed_from=(Status.CLAIMED,), holder=by)
    old = case.status
    _free(case)
    case.status = Status.OPEN
    case.save(update_fields=["status", "assignee", "claim_expires_at"])
    record(case, Event.Kind.RELEASED, old=old, by=by)


@transaction.atomic
def reject_case(case: Case, *, reason: Resolution, message: str = "", by: User) -> None:
    """Close a case without a correction; its readers are told ``reason`` and ``message``.

    Raises ``InvalidTransition`` unless ``by`` holds the case, ``ValueError`` for a resolution that is no rejection.
    """
    if reason not in REJECTIONS:
        raise ValueError(
            _("“%(reason)s” is no reason for a rejection. Choose one of: %(reasons)s.")
            % {"reason": reason, "reasons": ", ".join(REJECTIONS)}
        )
    lock_case(case, allowed_from=(Status.CLAIMED,), holder=by)
    old = case.status
    resolve(case, Resolution(reason), at=timezone.now())
    record(case, Event.Kind.REJECTED, old=old, by=by, note=message, resolution=str(reason))


@transaction.atomic
def snooze_case(
    case: Case, *, until: datetime | None = None, reports: int | None = None, note: str = "", by: User
) -> None:
    """Put a case off until a time (UTC), or until so many more reports have come, whichever is first.

    It comes back by itself. Raises ``ValueError`` for a time that is past, and when neither is given.
    """
    if until is None and reports is None:
        raise ValueError(_("Say until when the case is put off, or until how many more reports."))
    if until is not None and until <= timezone.now():
        raise ValueError(_("A case can be snoozed only until a time in the future."))
    if reports is not None and reports < 1:
        raise ValueError(_("A case can be snoozed only until at least one more report."))
    lock_case(case, allowed_from=(Status.OPEN, Status.CLAIMED), holder=by)
    old = case.status
    _free(case)
    case.status = Status.SNOOZED
    case.snoozed_until = until
    case.wake_at_reports = None if reports is None else case.report_count + reports
    case.save(update_fields=["status", "snoozed_until", "wake_at_reports", "assignee", "claim_expires_at"])
    until_what: dict[str, Any] = {} if until is None else {"until": until.isoformat()}
    until_what |= {} if reports is None else {"reports": reports}
    record(case, Event.Kind.SNOOZED, old=old, by=by, note=note, **until_what)


@transaction.atomic
def wake_case(case: Case, *, by: User | None = None) -> None:
    """Bring a snoozed case back into the queue: by the clock, by its reports or by an editor."""
    lock_case(case, allowed_from=(Status.SNOOZED,))
    old = case.status
    case.status = Status.OPEN
    case.arrival = Case.Arrival.WOKEN
    case.snoozed_until = case.wake_at_reports = None
    case.alarm_at = timezone.now()
    case.save(update_fields=["status", "arrival", "snoozed_until", "wake_at_reports", "alarm_at"])
    record(case, Event.Kind.WOKEN, old=old, by=by)


@transaction.atomic
def reopen_case(
    case: Case, *, note: str = "", arrival: Case.Arrival = Case.Arrival.REOPENED, by: User | None = None
) -> None:
    """Bring a resolved case back into the queue; its clock begins anew."""
    lock_case(case, allowed_from=(Status.RESOLVED,))
    if case.merged_into_id:
        raise InvalidTransition(
            _("Case %(case)s was merged into case %(into)s. Reopen that one.")
            % {"case": case.pk, "into": case.merged_into_id}
        )
    old, ended_as = case.status, case.resolution
    case.status = Status.OPEN
    case.arrival = arrival
    case.resolution = ""
    case.resolved_at = None
    case.came_at = case.alarm_at = timezone.now()
    case.due_at = case.due()
    case.save(update_fields=["status", "arrival", "resolution", "resolved_at", "came_at", "due_at", "alarm_at"])
    if arrival in (Case.Arrival.REOPENED, Case.Arrival.APPEAL):
        _go_with_correction(case)
    kind = Event.Kind.APPEALED if arrival == Case.Arrival.APPEAL else Event.Kind.REOPENED
    record(case, kind, old=old, by=by, note=note, resolution=ended_as)


@transaction.atomic
def place_case(case: Case, *, start: int, end: int, expected: str, by: User) -> None:
    """Say where the passage of an ambiguous, similar or lost case lies in the current revision.

    ``expected`` are the words that the editor picked. Raises ``InvalidTransition`` unless ``by`` may change the case,
    ``ValueError`` when other words stand there now.
    """
    lock_case(case, allowed_from=(Status.OPEN, Status.CLAIMED), holder=by)
    revision = case.article.text
    text = revision.projection(case.part).text
    words = text[start:end]
    if start < 0 or not words or words != expected:
        raise ValueError(_("The article has changed: other words stand there now. Pick the passage again."))
    case.revision, case.start, case.end, case.outcome = revision, start, end, Outcome.EXACT
    # From now on the case is about the picked words; its reports keep what their readers selected.
    case.exact, case.prefix, case.suffix = words, text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    case.save(update_fields=["revision", "start", "end", "outcome", "exact", "prefix", "suffix"])
    record(case, Event.Kind.PLACED, old=case.status, by=by, start=start, end=end, revision=revision.number)


def lock_case(case: Case, *, allowed_from: Collection[Case.Status], holder: User | None = None) -> None:
    """Lock the row, load it anew into ``case`` and check its state; for actions alone, inside a transaction.

    With ``holder``, a claimed case must be that editor's. A lapsed claim still counts for its holder, until another
    editor claims the case.
    """
    case.refresh_from_db(
        from_queryset=Case.objects.select_for_update(no_key=True, of=("self",)).select_related("article", "revision")
    )
    # The row cannot change any more until the end of the transaction, so the checks below hold.
    if case.status not in allowed_from:
        raise InvalidTransition(
            _("Case %(case)s is %(status)s; this cannot be done with it now.")
            % {"case": case.pk, "status": case.get_status_display()}
        )
    if holder is not None and case.status == Status.CLAIMED and case.assignee != holder:
        raise InvalidTransition(
            _("%(holder)s holds case %(case)s. Claim it first.") % {"holder": case.assignee, "case": case.pk}
        )


def resolve(case: Case, resolution: Resolution, *, at: datetime, also: Collection[str] = ()) -> None:
    """Write that the case has ended; ``also`` names other changed fields to save. For actions alone."""
    case.status = Status.RESOLVED
    case.resolution = resolution
    case.resolved_at = at
    _free(case, keep_assignee=True)
    case.save(update_fields=["status", "resolution", "resolved_at", "claim_expires_at", *also])


def record(
    case: Case, kind: Event.Kind, *, old: str = "", by: User | None = None, note: str = "", **data: Any
) -> Event:
    """Write an event into the case's trail, in the action's transaction. For actions alone.

    After a decision, or the withdrawal of a correction, telling readers and other systems is due as soon as it cannot
    be taken back any more.
    """
    event = Event.objects.create(
        case=case, kind=kind, by=by, key=acting_key(), old_status=old, new_status=case.status, note=note, data=data
    )
    if kind in TOLD and case.reports.filter(address__isnull=False).exists():
        jobs.defer("answer_readers", event.pk, due_at=event.at + UNDO_WITHIN)
    announce_event(event)
    plan_push(event)
    return event


def _go_with_correction(case: Case) -> None:
    """Let the passage be the words that the case's correction brought, where they still stand."""
    published = case.corrections.filter(status=Correction.Status.PUBLISHED).order_by("-published_at").first()
    place = place_after(case, published) if published else None
    if place is not None and place.is_sure:
        case.revision, case.start, case.end = place.revision, place.start, place.end
        case.save(update_fields=["revision", "start", "end"])


def _free(case: Case, *, keep_assignee: bool = False) -> None:
    if not keep_assignee:
        case.assignee = None
    case.claim_expires_at = None
