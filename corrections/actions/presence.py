"""Which editors have a case on their screens. Kept for a moment, outside of the trail: looking changes nothing."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from corrections.actions.cases import InvalidTransition, claim_case
from corrections.models import Case, Presence

_FORGOTTEN_AFTER = timedelta(hours=1)
_PROLONG_EVERY = timedelta(minutes=1)


@transaction.atomic
def note_presence(case: Case, *, by: User) -> None:
    """Note that an editor has the case before the eyes now."""
    now = timezone.now()
    _, is_new = Presence.objects.update_or_create(case=case, editor=by, defaults={"seen_at": now})
    if is_new:
        Presence.objects.filter(editor=by, seen_at__lt=now - _FORGOTTEN_AFTER).delete()


def keep_claim(case: Case, *, by: User) -> None:
    """Prolong the claim of an editor who is at work on the case; whoever does not hold it gets nothing by this.

    A claim that lapsed and was not taken by anybody goes on. It is written once a minute at most.
    """
    if case.status != Case.Status.CLAIMED or case.assignee_id != by.pk or case.claim_expires_at is None:
        return
    if case.claim_expires_at > timezone.now() + settings.CLAIM_LASTS - _PROLONG_EVERY:
        return
    try:
        claim_case(case, by=by)
    except InvalidTransition:
        # Decided, or taken over, since the row was read: the page tells of that.
        case.refresh_from_db(fields=["status", "assignee", "claim_expires_at"])
