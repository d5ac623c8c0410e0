"""Taking back what an editor has just decided, within ``UNDO_WITHIN``: nobody outside has been told by then.

    rejected, snoozed, merged, drafted, corrected ──undo──▶ claimed by the editor, as if nothing had happened

The trail keeps both the decision and its undoing. A public correction that is taken back stays in the log as a
withdrawn entry, since the log never forgets; the article gets a further revision with the text from before.
"""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions import RevisionConflict, Text, revise_article
from corrections.actions.amending import withdraw_correction
from corrections.actions.cases import InvalidTransition, lock_case, record
from corrections.actions.merging import part_from_holder
from corrections.actions.publication import EditConflict
from corrections.models import Case, Correction, Event
from corrections.policy import UNDO_WITHIN, Kind

Status = Case.Status


@transaction.atomic
def undo_case(case: Case, *, by: User) -> None:
    """Take back the last decision about a case; it is claimed by ``by`` again.

    Raises ``InvalidTransition`` unless the last thing that happened to the case is a decision of ``by``, no older than
    ``UNDO_WITHIN``, and ``EditConflict`` for a correction when the article was revised since.
    """
    if case.merged_into_id:
        # Always in the order of the numbers, as merging does, so that the two cannot wait for each other.
        list(Case.objects.select_for_update(no_key=True).filter(pk__in=(case.pk, case.merged_into_id)).order_by("pk"))
    lock_case(case, allowed_from=(Status.RESOLVED, Status.SNOOZED, Status.AWAITING_APPROVAL))
    event = case.events.exclude(kind__in=Event.BESIDE).order_by("-pk").first()
    # The row is locked, and every action locks it before it writes an event: this one stays the last.
    if event is None or event.kind not in _UNDOING or event.by_id != by.pk:
        raise InvalidTransition(_("There is nothing of yours to take back at case %(case)s.") % {"case": case.pk})
    if timezone.now() > event.at + UNDO_WITHIN:
        raise InvalidTransition(
            _("A decision can be taken back for %(seconds)s seconds. Reopen the case.")
            % {"seconds": UNDO_WITHIN.seconds}
        )
    _UNDOING[Event.Kind(event.kind)](case, event, by)
    old = case.status
    case.status = Status.CLAIMED
    case.assignee = by
    case.claim_expires_at = timezone.now() + settings.CLAIM_LASTS
    case.resolution = ""
    case.resolved_at = None
    case.snoozed_until = case.wake_at_reports = None
    case.alarm_at = timezone.now()
    case.save(
        update_fields=[
            "status", "assignee", "claim_expires_at", "resolution", "resolved_at", "snoozed_until", "wake_at_reports",
            "alarm_at",
        ]
    )  # fmt: skip
    record(case, Event.Kind.UNDONE, old=old, by=by, undone=event.pk)


def _nothing_more(_case: Case, _event: Event, _by: User) -> None:
    """A rejection or a snooze changed nothing but the case."""


def _part_again(case: Case, event: Event, by: User) -> None:
    into = part_from_holder(case, event)
    record(into, Event.Kind.UNDONE, old=into.status, by=by, given_back=case.pk)


def _take_draft_back(case: Case, event: Event, _by: User) -> None:
    correction = case.corrections.select_for_update(of=("self",)).get(pk=event.data["correction"])
    correction.status = Correction.Status.RETURNED
    correction.save(update_fields=["status"])


def _restore_article(case: Case, event: Event, by: User) -> None:
    correction = case.corrections.select_related("base", "revision", "article").get(pk=event.data["correction"])
    if correction.kind == Kind.RETRACTION:
        raise InvalidTransition(_("The withdrawal of an article cannot be taken back."))
    published, base = correction.revision, correction.base
    if published is not None and published.pk != base.pk:
        text = Text(headline=base.headline, standfirst=base.standfirst, body=base.body)
        try:
            restored = revise_article(correction.article, text, expected=published.number, note=_("Taken back"), by=by)
        except RevisionConflict as conflict:
            raise EditConflict(str(conflict)) from conflict
        if restored is not None and case.revision_id == base.pk:
            # The very same text: the passage stands where it stood.
            case.revision = restored
            case.save(update_fields=["revision"])
    reason = _("Published by mistake and taken back at once.")
    if correction.number is not None:
        withdraw_correction(correction, reason=reason, by=by)
    else:
        # A style fix is in no log, so there is nothing to tell; but the text is no longer under it.
        correction.status = Correction.Status.WITHDRAWN
        correction.withdrawn_at = timezone.now()
        correction.withdrawal_reason = reason
        correction.save(update_fields=["status", "withdrawn_at", "withdrawal_reason"])


_UNDOING: Mapping[Event.Kind, Callable[[Case, Event, User], None]] = {
    Event.Kind.REJECTED: _nothing_more,
    Event.Kind.SNOOZED: _nothing_more,
    Event.Kind.MERGED: _part_again,
    Event.Kind.DRAFTED: _take_draft_back,
    Event.Kind.CORRECTED: _restore_article,
}
