"""Corrections: drafted and published by ``correct``, approved, returned, amended, withdrawn.

    (claimed case) ──correct──▶ published                     when one editor is enough
                   ──correct──▶ awaiting_approval ──approve──▶ published
                                     └──return──▶ returned, and the case is claimed by its drafter again
                   ──correct, breaking the glass──▶ published, an approval owed ──approve──▶ approved
                                                          └──refuse──▶ amended or withdrawn
    published ──amend──▶ amended, by a new published entry that names it
              ──withdraw──▶ withdrawn, a tombstone at the same address

Publishing is one transaction: the revision, the correction, the log's entry, the case's resolution, the event.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions import RevisionConflict, splice_article, withdraw_article
from articles.models import Part, Revision
from corrections import log, notices
from corrections.actions.authors import tell_authors
from corrections.actions.cases import InvalidTransition, lock_case, record, reopen_case, resolve
from corrections.actions.signatures import (
    ApprovalRefused,
    check_break_glass,
    check_signer,
    needs_second_person,
    owe,
    settle,
)
from corrections.models import RESOLUTIONS, Case, Correction, Event, LogEntry, Report
from corrections.policy import RULES, SEVERITIES, Kind, Severity, Touch, touches

Status = Case.Status


class EditConflict(Exception):
    """The text at the passage is not the text that the editor saw. Load the case again and repeat the correction."""


class PolicyViolation(ValueError):
    """The correction is not what the policy allows: the message says which rule and what to do."""


class GuardedStyleFix(PolicyViolation):
    """A style fix touches what no style fix should; a reason lets it pass and is kept. ``touched`` names what."""

    def __init__(self, touched: list[Touch]) -> None:
        what = ", ".join(str(touch.label) for touch in touched)
        super().__init__(
            _("This change touches %(what)s, so it is hardly a style fix. Publish it, or give a reason.")
            % {"what": what}
        )
        self.touched = touched


@transaction.atomic
def correct_case(
    case: Case,
    *,
    start: int,
    end: int,
    expected: str,
    replacement: str,
    revision: int,
    kind: Kind,
    severity: Severity,
    notice: str = "",
    override_reason: str = "",
    thank: bool = False,
    for_approval: bool = False,
    break_glass_reason: str = "",
    by: User,
) -> Correction:
    """Put the passage right: replace ``expected``, at ``start`` to ``end`` of the part's text, by ``replacement``.

    Offsets are code points of the projection of the revision numbered ``revision``, the one that the editor saw. Where
    the policy wants a second person and ``FOUR_EYES`` is ``enforce``, or the editor asks with ``for_approval``, the
    correction waits for approval; else it is published at once. With a ``break_glass_reason`` what would wait is
    published at once too, and its approval is owed within ``policy.APPROVE_WITHIN``. Raises ``InvalidTransition``
    unless ``by`` holds the case, ``EditConflict`` when the article has moved on, ``PolicyViolation`` when kind,
    severity, notice and change do not go together, ``ApprovalRefused`` for who may not break the glass.

    With ``thank``, the notice ends with thanks to those readers of the case who consented to be named in it.
    """
    lock_case(case, allowed_from=(Status.CLAIMED,), holder=by)
    seen = _seen_revision(case, revision)
    words = seen.projection(case.part).text
    if not 0 <= start <= end <= len(words) or words[start:end] != expected:
        raise EditConflict(_("The words at the passage are not the ones you saw. Load the case again."))
    notice = notice.strip()
    _check_policy(kind, severity, notice=notice, before=expected, after=replacement)
    if kind == Kind.STYLE_FIX and not override_reason.strip():
        touched = touches_at(seen, case.part, start=start, end=end, replacement=replacement)
        if touched:
            raise GuardedStyleFix(touched)
    # Consent cannot be taken back meanwhile: that locks the case too.
    thanked = list(case.reports.exclude(credit="").order_by("received_at")) if thank and notice else []
    if thanked:
        names = list(dict.fromkeys(report.credit for report in thanked))
        notice = f"{notice} {notices.thanks(names, language=case.article.language)}"
    correction = Correction(
        case=case,
        article=case.article,
        base=seen,
        kind=kind,
        severity=severity,
        part=case.part,
        start=start,
        before=expected,
        after=replacement,
        notice=notice,
        language=case.article.language,
        override_reason=override_reason.strip(),
        status=Correction.Status.AWAITING_APPROVAL,
        drafted_by=by,
    )
    has_to_wait = needs_second_person(severity) and settings.FOUR_EYES == "enforce"
    if has_to_wait and break_glass_reason.strip() and not for_approval:
        check_break_glass(correction, by=by)
        owe(correction, reason=break_glass_reason.strip())
    elif has_to_wait or for_approval:
        correction.save()
        case.status = Status.AWAITING_APPROVAL
        case.save(update_fields=["status"])
        details = _named(thanked)
        record(
            case,
            Event.Kind.DRAFTED,
            old=Status.CLAIMED,
            by=by,
            correction=correction.pk,
            severity=str(severity),
            **details,
        )
        return correction
    _publish(case, correction, by=by, **_named(thanked))
    return correction


@transaction.atomic
def approve_case(case: Case, *, draft: int | None = None, by: User) -> Correction:
    """Give the second signature: publish the correction that waits for approval.

    ``draft``, its primary key, says which one was looked at: another one may wait by now. Raises
    ``InvalidTransition`` when none waits or another one than ``draft``, ``ApprovalRefused`` for who may not sign it,
    ``EditConflict`` when the article has moved on.
    """
    lock_case(case, allowed_from=(Status.AWAITING_APPROVAL,))
    correction = case.corrections.select_for_update(of=("self",)).get(status=Correction.Status.AWAITING_APPROVAL)
    if draft is not None and draft != correction.pk:
        raise InvalidTransition(_("The draft you looked at was replaced by another one. Read that one first."))
    check_signer(correction, by=by)
    correction.approved_by = by
    _publish(case, correction, by=by)
    return correction


@transaction.atomic
def return_case(case: Case, *, note: str, by: User) -> None:
    """Send a draft back to its editor with a note, instead of approving it."""
    lock_case(case, allowed_from=(Status.AWAITING_APPROVAL,))
    correction = case.corrections.select_for_update(of=("self",)).get(status=Correction.Status.AWAITING_APPROVAL)
    correction.status = Correction.Status.RETURNED
    correction.save(update_fields=["status"])
    old = case.status
    case.status = Status.CLAIMED
    case.assignee = correction.drafted_by
    case.claim_expires_at = timezone.now() + settings.CLAIM_LASTS
    case.save(update_fields=["status", "assignee", "claim_expires_at"])
    record(case, Event.Kind.RETURNED, old=old, by=by, note=note, correction=correction.pk)


@transaction.atomic
def approve_correction(correction: Correction, *, by: User) -> None:
    """Give the signature that is owed since the correction was published without it.

    Raises ``InvalidTransition`` when none is owed, ``ApprovalRefused`` for who may not sign it.
    """
    _lock_owing(correction)
    check_signer(correction, by=by)
    correction.approved_by = by
    correction.approval_due_at = None
    correction.save(update_fields=["approved_by", "approval_due_at"])
    settle(correction)
    case = correction.case
    record(case, Event.Kind.APPROVED, old=case.status, by=by, correction=correction.pk)


@transaction.atomic
def refuse_correction(correction: Correction, *, reason: str, notice: str = "", by: User) -> None:
    """Refuse the signature that is owed: amend the correction by a better ``notice``, or withdraw it without one.

    Where it is withdrawn, the public reads ``reason``, and the case comes back to the desk, since the article still
    says what the correction made of it. Raises as ``approve_correction``, and ``PolicyViolation`` without a reason.
    """
    _lock_owing(correction)
    check_signer(correction, by=by)
    if not reason.strip():
        raise PolicyViolation(_("Say why the correction cannot stay as it is."))
    case = correction.case
    record(case, Event.Kind.REFUSED, old=case.status, by=by, note=reason.strip(), correction=correction.pk)
    if notice.strip():
        amend_correction(correction, notice=notice, by=by)
        return
    withdraw_correction(correction, reason=reason, by=by)
    if case.status == Status.RESOLVED:
        reopen_case(case, note=reason.strip(), by=by)


@transaction.atomic
def amend_correction(correction: Correction, *, notice: str, by: User) -> Correction:
    """Publish a new entry with a better notice that names the old one; the old one's words stay as they were.

    An approval that is owed is given by who amends and may give it; else the amendment goes on owing it. Raises
    ``InvalidTransition`` unless ``correction`` is public and neither amended nor withdrawn.
    """
    _lock_published(correction)
    if not notice.strip():
        raise PolicyViolation(_("An amendment needs a notice."))
    now = timezone.now()
    signature = _signature_of_amendment(correction, by=by)
    year, sequence = log.take_number(at=now)
    amendment = Correction.objects.create(
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
        status=Correction.Status.PUBLISHED,
        drafted_by=by,
        published_at=now,
        year=year,
        sequence=sequence,
        number=f"{year}-{sequence:04}",
        amends=correction,
        break_glass_reason=correction.break_glass_reason,
        **signature,
    )
    correction.status = Correction.Status.AMENDED
    correction.approval_due_at = None
    correction.save(update_fields=["status", "approval_due_at"])
    settle(correction)
    log.append(amendment, LogEntry.Action.AMENDED, at=now)
    case = correction.case
    event = record(case, Event.Kind.AMENDED, old=case.status, by=by, correction=amendment.pk, amends=correction.number)
    tell_authors(event, amendment)
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
    settle(correction)
    log.append(correction, LogEntry.Action.WITHDRAWN, at=now)
    case = correction.case
    event = record(case, Event.Kind.WITHDRAWN, old=case.status, by=by, note=reason, correction=correction.pk)
    tell_authors(event, correction)


def touches_at(revision: Revision, part: str, *, start: int, end: int, replacement: str) -> list[Touch]:
    """Name what replacing a stretch would touch that is no mere style, given where in the part it stands."""
    projection = revision.projection(part)
    words = projection.text
    paragraph_start = words.rfind("\n", 0, start) + 1
    paragraph_end = words.find("\n", end) if "\n" in words[end:] else len(words)
    before = words[paragraph_start:start]
    in_quotation = _is_open(before) and _is_closed(words[end:paragraph_end])
    return touches(
        words[start:end],
        replacement,
        headline=part == Part.HEADLINE,
        in_quotation=in_quotation,
        in_link=part == Part.BODY and start < end and _lies_in_link(revision.body, projection.source_span(start, end)),
    )


def _is_open(before: str) -> bool:
    opened = sum(before.count(mark) for mark in "“„«") - sum(before.count(mark) for mark in "”»")
    return opened > 0 or before.count('"') % 2 == 1


def _is_closed(after: str) -> bool:
    return any(mark in after for mark in '”“»"')


def _lies_in_link(html: str, span: tuple[int, int]) -> bool:
    before = html[: span[1]].lower()
    return before.rfind("<a ") > before.rfind("</a") or "<a " in html[slice(*span)].lower()


def _seen_revision(case: Case, number: int) -> Revision:
    current = case.article.text
    if current.number != number:
        raise EditConflict(
            _("The article was revised meanwhile: it is at revision %(current)s, you saw %(seen)s. Load it again.")
            % {"current": current.number, "seen": number}
        )
    return current


def _check_policy(kind: Kind, severity: Severity, *, notice: str, before: str, after: str) -> None:
    if severity not in SEVERITIES[Kind(kind)]:
        allowed = ", ".join(str(Severity(each).label) for each in SEVERITIES[Kind(kind)])
        raise PolicyViolation(
            _("“%(kind)s” cannot be “%(severity)s”. Choose one of: %(allowed)s.")
            % {"kind": Kind(kind).label, "severity": Severity(severity).label, "allowed": allowed}
        )
    if RULES[severity].public and not notice:
        raise PolicyViolation(_("The public has to read what was wrong: write the notice."))
    if before == after and kind not in (Kind.EDITORS_NOTE, Kind.RETRACTION):
        raise PolicyViolation(_("The wording is unchanged. Edit the passage, or reject the case."))


def _named(thanked: list[Report]) -> dict[str, Any]:
    """Keep whose consent it was to be named in a notice that never changes."""
    return {"thanked": [str(report.pk) for report in thanked]} if thanked else {}


def _publish(case: Case, correction: Correction, *, by: User, **details: Any) -> None:
    now = timezone.now()
    article = correction.article
    if correction.before != correction.after:
        try:
            correction.revision = splice_article(
                article,
                part=correction.part,
                start=correction.start,
                end=correction.start + len(correction.before),
                replacement=correction.after,
                expected=correction.base.number,
                note=str(Kind(correction.kind).label),
                by=by,
            )
        except RevisionConflict as conflict:
            raise EditConflict(str(conflict)) from conflict
    else:
        correction.revision = correction.base
    if correction.kind == Kind.RETRACTION:
        withdraw_article(article)
    is_public = RULES[Severity(correction.severity)].public
    if is_public:
        correction.year, correction.sequence = log.take_number(at=now)
        correction.number = f"{correction.year}-{correction.sequence:04}"
    correction.status = Correction.Status.PUBLISHED
    correction.published_at = now
    correction.save()
    if is_public:
        log.append(correction, LogEntry.Action.PUBLISHED, at=now)
    old = case.status
    resolve(case, RESOLUTIONS[Kind(correction.kind)], at=now)
    is_owing = correction.approval_due_at is not None
    if is_owing:
        settle(correction)
    lone = needs_second_person(correction.severity) and correction.approved_by_id in (None, correction.drafted_by_id)
    event = record(
        case,
        Event.Kind.CORRECTED,
        old=old,
        by=by,
        note=correction.break_glass_reason if is_owing else "",
        correction=correction.pk,
        number=correction.number,
        without_second_person=lone and not is_owing,
        broke_glass=is_owing,
        **details,
        guard_overridden=_overrides_guard(correction),
    )
    tell_authors(event, correction)


def _overrides_guard(correction: Correction) -> bool:
    """Tell whether the correction is a style fix that the guard had stopped without its reason."""
    if correction.kind != Kind.STYLE_FIX or not correction.override_reason:
        return False
    start = correction.start
    end = start + len(correction.before)
    return bool(touches_at(correction.base, correction.part, start=start, end=end, replacement=correction.after))


def _signature_of_amendment(correction: Correction, *, by: User) -> dict[str, Any]:
    """Give the fields that say who signs an amendment, or until when that is owed."""
    if correction.approval_due_at is None:
        return {}
    try:
        check_signer(correction, by=by)
    except ApprovalRefused:
        return {"approval_due_at": correction.approval_due_at}
    return {"approved_by": by}


def _lock_owing(correction: Correction) -> None:
    _lock_published(correction)
    if correction.approval_due_at is None:
        raise InvalidTransition(_("Nobody’s approval is owed for correction %(number)s.") % {"number": correction})


def _lock_published(correction: Correction) -> None:
    correction.refresh_from_db(
        from_queryset=Correction.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "case", "article", "base"
        )
    )
    # Locked: nobody can amend or withdraw it at the same time.
    if correction.status != Correction.Status.PUBLISHED or correction.number is None:
        raise InvalidTransition(
            _("Correction %(number)s is %(status)s and cannot be changed now.")
            % {"number": correction.number or correction.pk, "status": correction.get_status_display()}
        )
