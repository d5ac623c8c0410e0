"""Who may sign a correction beside its drafter, and the signatures that are owed since the glass was broken.

A correction needs two people, one of whom holds the permission that the policy names for its severity: either the
approver, or the drafter already. Nobody signs what they drafted (under ``FOUR_EYES=enforce``) or what was written about
an article of theirs.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections.models import Correction
from corrections.policy import APPROVE_WITHIN, BREAK_GLASS, RULES, Approver, Severity

_ANY_EDITOR = f"corrections.{Approver.EDITOR}"


class ApprovalRefused(Exception):
    """This person may not approve this correction. Says why."""


def needs_second_person(severity: str) -> bool:
    """Tell whether the policy wants two people for a correction of this severity."""
    return RULES[Severity(severity)].approver is not None


def has_to_wait(severity: str) -> bool:
    """Tell whether what one editor writes of this severity is published only when another one has approved it."""
    return needs_second_person(severity) and settings.FOUR_EYES == "enforce"


def check_signer(correction: Correction, *, by: User) -> None:
    """Raise ``ApprovalRefused`` unless ``by`` may give the second signature. For actions and screens alike."""
    needed = f"corrections.{RULES[Severity(correction.severity)].approver or Approver.EDITOR}"
    is_held_by_drafter = correction.drafted_by_id != by.pk and correction.drafted_by.has_perm(needed)
    if not by.has_perm(_ANY_EDITOR if is_held_by_drafter else needed):
        raise ApprovalRefused(
            _("A correction of the severity “%(severity)s” needs somebody with more authority.")
            % {"severity": correction.get_severity_display()}
        )
    if correction.drafted_by_id == by.pk and (settings.FOUR_EYES == "enforce" or correction.approval_due_at):
        raise ApprovalRefused(_("You drafted this correction; somebody else has to approve it."))
    if is_author(correction, by):
        raise ApprovalRefused(_("You wrote this article; somebody else has to approve its correction."))


def check_break_glass(correction: Correction, *, by: User) -> None:
    """Raise ``ApprovalRefused`` unless ``by`` may publish the correction before it is approved."""
    if not by.has_perm(BREAK_GLASS):
        raise ApprovalRefused(_("Only who has the right to may publish before the approval. Send it for approval."))
    if is_author(correction, by):
        raise ApprovalRefused(_("You wrote this article; somebody else has to approve its correction."))


def is_author(correction: Correction, user: User) -> bool:
    """Tell whether somebody is an author of the article that the correction is about."""
    return correction.article.authors.filter(pk=user.pk).exists()


def owe(correction: Correction, *, reason: str) -> None:
    """Note that an approval is owed from now on; the caller saves the correction, then calls ``settle``."""
    correction.break_glass_reason = reason
    correction.approval_due_at = timezone.now() + APPROVE_WITHIN


def settle(correction: Correction) -> None:
    """Have the case say until when it owes an approval: the earliest of its corrections', or none any more.

    That moves the case's due time, so that an approval which is late is overdue like a decision which is late.
    """
    case = correction.case
    owed = case.corrections.filter(approval_due_at__isnull=False).order_by("approval_due_at")
    case.approval_due_at = owed.values_list("approval_due_at", flat=True).first()
    case.due_at = case.due()
    case.alarm_at = timezone.now()
    case.save(update_fields=["approval_due_at", "due_at", "alarm_at"])
