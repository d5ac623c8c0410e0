"""Corrections after their publication: an approval that is owed is given or refused, they are amended or withdrawn.

    published, an approval owed ──approve──▶ approved
                                ──refuse──▶ amended or withdrawn
    published ──amend──▶ amended, by a new published entry that names it
                  └──where a second person is needed──▶ (amendment) awaiting approval ──approve──▶ published
                                                                      └──refuse──▶ returned
              ──withdraw──▶ withdrawn, a tombstone at the same address

Whoever amends writes what the public reads, so an amendment needs the signatures that its correction needed. Until it
has them, what was published stands, and the case owes the approval: it shows where approvals are due, and it rings.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections import log
from corrections.actions.authors import tell_authors
from corrections.actions.cases import InvalidTransition, record, reopen_case
from corrections.actions.publication import PolicyViolation
from corrections.actions.signatures import check_signer, has_to_wait, needs_second_person, settle
from corrections.models import Case, Correction, Event, LogEntry
from corrections.policy import APPROVE_WITHIN

Status = Case.Status


@transaction.atomic
def approve_correction(correction: Correction, *, by: User) -> None:
    """Give the signature that is owed: to what was published without it, or to an amendment, which is published then.

    Raises ``InvalidTransition`` when none is owed, ``ApprovalRefused`` for who may not sign it.
    """
    _lock_owing(correction)
    check_signer(correction, by=by)
    correction.approved_by = by
    correction.approval_due_at = None
    if correction.status == Correction.Status.AWAITING_APPROVAL:
        _publish_amendment(correction, by=by)
        return
    correction.save(update_fields=["approved_by", "approval_due_at"])
    settle(correction)
    case = correction.case
    record(case, Event.Kind.APPROVED, old=case.status, by=by, correction=correction.pk)


@transaction.atomic
def refuse_correction(correction: Correction, *, reason: str, notice: str = "", by: User) -> None:
    """Refuse the signature that is owed: amend the correction by a better ``notice``, or withdraw it without one.

    Where it is withdrawn, the public reads ``reason``, and the case comes back to the desk, since the article still
    says what the correction made of it. Of an amendment that was not published yet nothing is left but the trail. A
    better notice owes an approval itself: nobody approves what they drafted. Raises as ``approve_correction``, and
    ``PolicyViolation`` without a reason.
    """
    _lock_owing(correction)
    check_signer(correction, by=by)
    if not reason.strip():
        raise PolicyViolation(_("Say why the correction cannot stay as it is."))
    case = correction.case
    record(case, Event.Kind.REFUSED, old=case.status, by=by, note=reason.strip(), correction=correction.pk)
    if correction.amends is not None and correction.status == Correction.Status.AWAITING_APPROVAL:
        _return(correction)
        if notice.strip():
            amend_correction(correction.amends, notice=notice, by=by)
        return
    if notice.strip():
        amend_correction(correction, notice=notice, by=by)
        return
    withdraw_correction(correction, reason=reason, by=by)
    if case.status == Status.RESOLVED:
        reopen_case(case, note=reason.strip(), by=by)


@transaction.atomic
def amend_correction(correction: Correction, *, notice: str, by: User) -> Correction:
    """Publish a new entry with a better notice that names the old one; the old one's words stay as they were.

    Where the policy wants a second person and ``FOUR_EYES`` is ``enforce``, the amendment waits for approval, within
    ``policy.APPROVE_WITHIN``. Where the correction owes an approval, it is published at once, and goes on owing it.
    Raises ``InvalidTransition`` unless ``correction`` is public and neither amended nor withdrawn, and when another
    amendment of it waits.
    """
    _lock_published(correction)
    if not notice.strip():
        raise PolicyViolation(_("An amendment needs a notice."))
    if _waiting_amendments(correction).exists():
        raise InvalidTransition(
            _("An amendment of correction %(number)s waits for its approval already.") % {"number": correction.number}
        )
    amendment = Correction(
        case=correction.case,
        article=correction.article,
        base=correction.base,
        revision=correction.revision,
        kind=correction.kind,
        severity=correction.severity,
        part=correction.part,
        start=correction.start,
        before=correction.before,
        after=correction.after,
        notice=notice.strip(),
        language=correction.language,
        status=Correction.Status.AWAITING_APPROVAL,
        drafted_by=by,
        amends=correction,
        break_glass_reason=correction.break_glass_reason,
        approval_due_at=correction.approval_due_at,
    )
    if has_to_wait(correction.severity) and correction.approval_due_at is None:
        amendment.approval_due_at = timezone.now() + APPROVE_WITHIN
        amendment.save()
        settle(amendment)
        case = correction.case
        kind = Event.Kind.AMENDMENT_DRAFTED
        record(case, kind, old=case.status, by=by, correction=amendment.pk, amends=correction.number)
        return amendment
    _publish_amendment(amendment, by=by)
    return amendment


@transaction.atomic
def withdraw_correction(correction: Correction, *, reason: str, by: User) -> None:
    """Withdraw a public correction: it stays in the log as a tombstone with the reason. The article is not changed.

    Raises ``InvalidTransition`` unless it is public and neither amended nor withdrawn.
    """
    _lock_published(correction)
    if not reason.strip():
        raise PolicyViolation(_("A withdrawal needs a reason, which the public reads."))
    now = timezone.now()
    correction.status = Correction.Status.WITHDRAWN
    correction.withdrawn_at = now
    correction.withdrawal_reason = reason.strip()
    correction.approval_due_at = None
    correction.save(update_fields=["status", "withdrawn_at", "withdrawal_reason", "approval_due_at"])
    for amendment in _waiting_amendments(correction):
        _return(amendment)
    settle(correction)
    log.append(correction, LogEntry.Action.WITHDRAWN, at=now)
    case = correction.case
    event = record(case, Event.Kind.WITHDRAWN, old=case.status, by=by, note=reason, correction=correction.pk)
    tell_authors(event, correction)


def _publish_amendment(amendment: Correction, *, by: User) -> None:
    """Publish the amendment of a correction that is locked."""
    now = timezone.now()
    amended = amendment.amends
    assert amended is not None  # noqa: S101  # for the type checker: the callers have looked
    amended.status = Correction.Status.AMENDED
    amended.approval_due_at = None
    amended.save(update_fields=["status", "approval_due_at"])
    amendment.year, amendment.sequence = log.take_number(at=now)
    amendment.number = f"{amendment.year}-{amendment.sequence:04}"
    amendment.status = Correction.Status.PUBLISHED
    amendment.published_at = now
    amendment.save()
    settle(amendment)
    log.append(amendment, LogEntry.Action.AMENDED, at=now)
    case = amendment.case
    is_alone = needs_second_person(amendment.severity) and amendment.approved_by is None
    event = record(
        case,
        Event.Kind.AMENDED,
        old=case.status,
        by=by,
        correction=amendment.pk,
        amends=amended.number,
        without_second_person=is_alone and amendment.approval_due_at is None,
    )
    tell_authors(event, amendment)


def _waiting_amendments(correction: Correction) -> QuerySet[Correction]:
    return correction.amendments.filter(status=Correction.Status.AWAITING_APPROVAL)


def _return(amendment: Correction) -> None:
    amendment.status = Correction.Status.RETURNED
    amendment.approval_due_at = None
    amendment.save(update_fields=["status", "approval_due_at"])
    settle(amendment)


def _lock_owing(correction: Correction) -> None:
    """Lock a correction that owes an approval; of an amendment that waits for it, first what it amends."""
    if correction.amends is not None and correction.published_at is None:
        _lock_published(correction.amends)
    _lock(correction)
    if correction.approval_due_at is None:
        raise InvalidTransition(_("Nobody’s approval is owed for correction %(number)s.") % {"number": correction})


def _lock_published(correction: Correction) -> None:
    _lock(correction)
    # Locked: nobody can amend or withdraw it at the same time.
    if correction.status != Correction.Status.PUBLISHED or correction.number is None:
        raise InvalidTransition(
            _("Correction %(number)s is %(status)s and cannot be changed now.")
            % {"number": correction.number or correction.pk, "status": correction.get_status_display()}
        )


def _lock(correction: Correction) -> None:
    """Lock the row, and load it anew into ``correction``, with what it amends where that was loaded."""
    amended = correction.amends
    correction.refresh_from_db(
        from_queryset=Correction.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "case", "article", "base"
        )
    )
    correction.amends = amended
