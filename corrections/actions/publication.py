"""Corrections up to their publication: drafted by ``correct``, approved, returned, published.

    (claimed case) ──correct──▶ published                     when one editor is enough
                   ──correct──▶ awaiting_approval ──approve──▶ published
                                     └──return──▶ returned, and the case is claimed by its drafter again
                   ──correct, breaking the glass──▶ published, an approval owed

Publishing is one transaction: the revision, the correction, the log's entry, the case's resolution, the event. What
happens to a correction from then on is in ``corrections.actions.amending``.
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
from corrections.actions.cases import InvalidTransition, lock_case, record, resolve
from corrections.actions.signatures import (
    check_break_glass,
    check_signer,
    has_to_wait,
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
    if has_to_wait(severity) and break_glass_reason.strip() and not for_approval:
        check_break_glass(correction, by=by)
        owe(correction, reason=break_glass_reason.strip())
    elif has_to_wait(severity) or for_approval:
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
    correction = _lock_draft(case)
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
    correction = _lock_draft(case)
    correction.status = Correction.Status.RETURNED
    correction.save(update_fields=["status"])
    old = case.status
    case.status = Status.CLAIMED
    case.assignee = correction.drafted_by
    case.claim_expires_at = timezone.now() + settings.CLAIM_LASTS
    case.save(update_fields=["status", "assignee", "claim_expires_at"])
    record(case, Event.Kind.RETURNED, old=old, by=by, note=note, correction=correction.pk)


def _lock_draft(case: Case) -> Correction:
    """Give the draft that a locked case waits with. An amendment that waits is none: its case has ended."""
    drafts = case.corrections.select_for_update(of=("self",))
    return drafts.get(status=Correction.Status.AWAITING_APPROVAL, amends=None)


def touches_at(revision: Revision, part: str, *, start: int, end: int, replacement: str) -> list[Touch]:
    """Name what replacing a stretch would touch that is no mere style, given where in the part it stands."""
    projection = revision.projection(part)
    words = projection.text
    paragraph_start = words.rfind("\n", 0, start) + 1
    paragraph_end = words.find("\n", end) if "\n" in words[end:] else len(words)
    return touches(
        words[start:end],
        replacement,
        headline=part == Part.HEADLINE,
        in_quotation=_is_quoted(words[paragraph_start:start], words[end:paragraph_end]),
        in_link=part == Part.BODY and start < end and _lies_in_link(revision.body, projection.source_span(start, end)),
    )


_CLOSED_BY = {"“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", '"': '"'}
"""What ends a quotation that a mark begins: English, German, Polish, Swedish, Ukrainian, French, and typewriters."""


def _is_quoted(before: str, after: str) -> bool:
    """Tell whether a quotation begins before a stretch and ends behind it, in the same paragraph."""
    begun_by = ""
    for char in before:
        if begun_by and char in _CLOSED_BY[begun_by]:
            begun_by = ""
        elif not begun_by and char in _CLOSED_BY:
            begun_by = char
    return bool(begun_by) and any(mark in after for mark in _CLOSED_BY[begun_by])


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
