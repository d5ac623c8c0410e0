"""Answers by mail: an address is confirmed by its owner, then every decision is told there, once, in one letter.

    report with an address ──▶ asked (one letter a day at most) ──the owner confirms──▶ confirmed ⇄ stopped
    decision ──UNDO_WITHIN──▶ answer_readers ──▶ one letter to every confirmed address of the case
    withdrawal of the correction that answered them ──▶ the same; an amendment leaves the answer as it was

Nothing but the question goes to an address that was not confirmed. What is due looks at the case again: a decision that
was taken back is told to nobody, and of several the newest alone. Addresses are erased some time after the case's end.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from corrections import addresses, jobs, letters
from corrections.models import Address, Case, Event, Report
from corrections.policy import UNDO_WITHIN
from corrections.standing import decision_to_tell

ASK_AGAIN_AFTER = timedelta(days=1)
MOST_ASKS = 3
"""How often an address is asked to be confirmed without an answer: somebody may be typing another's address."""

MOST_ADDRESSES = 10
"""How many addresses one reader can have asked in a day: the form must not send mail to everybody."""


def take_address(report: Report) -> Address:
    """Give what is known of the address that a new report names; have it asked to be confirmed if that is fitting.

    For ``submit_report``, in its transaction.
    """
    digests = addresses.digests_of(report.email)
    address = Address.objects.select_for_update(no_key=True).filter(digest__in=digests).first()
    if address is None:
        Address.objects.bulk_create([Address(digest=digests[0])], ignore_conflicts=True)  # another report may be first
        address = Address.objects.select_for_update(no_key=True).get(digest=digests[0])
    # Locked: of two reports at the same time, one asks.
    if _is_to_be_asked(address, report):
        address.asked_at = timezone.now()
        address.times_asked += 1
        address.save(update_fields=["asked_at", "times_asked"])
        jobs.defer("ask_to_confirm", report.pk)
    return address


@transaction.atomic
def confirm_address(address: Address) -> None:
    """Note that the owner of an address wants answers there, and have decisions told that came before. Safe to repeat.

    Whoever had stopped mail and confirms again gets mail again.
    """
    address.refresh_from_db(from_queryset=Address.objects.select_for_update(no_key=True))
    if address.may_be_written_to:
        return
    address.confirmed_at = timezone.now()
    address.stopped_at = None
    address.save(update_fields=["confirmed_at", "stopped_at"])
    decided = address.reports.filter(case__status=Case.Status.RESOLVED).select_related("case").order_by("received_at")
    for report in _one_each(decided, "case_id"):
        assert report.case is not None  # noqa: S101 - the query asks for the case's status
        event = decision_to_tell(report.case)
        if event is not None:
            _defer_answer(event, report)


@transaction.atomic
def stop_mail(address: Address) -> None:
    """Note that nothing more may be sent to an address: no answer, no question. Safe to repeat."""
    address.refresh_from_db(from_queryset=Address.objects.select_for_update(no_key=True))
    if address.stopped_at is None:
        address.stopped_at = timezone.now()
        address.save(update_fields=["stopped_at"])


def ask_to_confirm(report: Report) -> None:
    """Send the letter that asks whether the report's address is the reader's own, unless that is settled by now.

    Outside of any transaction, at least once.
    """
    address = report.address
    if report.email and address is not None and address.confirmed_at is None and address.stopped_at is None:
        letters.send_question(report, address)


@transaction.atomic
def answer_readers(event: Event) -> None:
    """Have a decision told to every reader of the case who confirmed an address, once each. Safe to repeat."""
    if decision_to_tell(event.case) != event:
        return
    reports = event.case.reports.filter(address__confirmed_at__isnull=False, address__stopped_at__isnull=True)
    for report in _one_each(reports.order_by("received_at"), "address_id"):
        _defer_answer(event, report)


def mail_answer(event: Event, report: Report) -> None:
    """Send a reader the letter about a decision, unless the case was decided otherwise or the reader stopped mail.

    Outside of any transaction, at least once.
    """
    address = report.address
    stands = report.case_id == event.case_id and decision_to_tell(event.case) == event
    if stands and report.email and address is not None and address.may_be_written_to:
        letters.send_answer(event, report, address)


@transaction.atomic
def erase_addresses(at: datetime) -> int:
    """Erase addresses and names in reports whose case ended ``ADDRESS_DAYS`` ago. Gives in how many.

    A name that a notice thanks stays in the notice, as its reader was told.

    What is known of an address goes too when no report names it any more, unless its owner wants no mail.
    """
    ended = Report.objects.filter(case__resolved_at__lte=at - settings.ADDRESSES_KEPT)
    erased = ended.exclude(email="", credit="").update(email="", credit="", address=None)
    Address.objects.filter(reports=None, stopped_at=None).delete()
    return erased


def _is_to_be_asked(address: Address, report: Report) -> bool:
    if address.confirmed_at or address.stopped_at or address.times_asked >= MOST_ASKS:
        return False
    if address.asked_at is not None and address.asked_at > timezone.now() - ASK_AGAIN_AFTER:
        return False
    since = timezone.now() - timedelta(days=1)
    lately = Report.objects.filter(reader=report.reader, received_at__gt=since, address__isnull=False)
    return not report.reader or lately.values("address").distinct().count() < MOST_ADDRESSES


def _defer_answer(event: Event, report: Report) -> None:
    jobs.defer("mail_answer", f"{event.pk}:{report.pk}", due_at=max(timezone.now(), event.at + UNDO_WITHIN))


def _one_each(reports: Iterable[Report], field: str) -> list[Report]:
    """Keep the first report for each value of ``field``."""
    return list({getattr(report, field): report for report in reversed(list(reports))}.values())
