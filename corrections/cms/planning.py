"""Which events of a case are carried to a CMS: a correction that changes words, and its being taken back."""

from django.utils import timezone

from corrections import jobs
from corrections.cms.models import Connection, Push
from corrections.cms.registry import page_of
from corrections.models import Correction, Event
from corrections.policy import UNDO_WITHIN, Kind


def plan_push(event: Event) -> None:
    """Have what an event changed carried to the system that the article came from, with the current transaction.

    A correction is due when it can no longer be taken back. One that is taken back before anything was asked for is
    left alone; one that may have arrived is followed by the change back. A withdrawn or amended correction changes no
    word of the article, so there is nothing to carry.
    """
    if event.kind == Event.Kind.CORRECTED:
        _plan(event)
    elif event.kind == Event.Kind.UNDONE and "undone" in event.data:
        _take_back(event)


def _plan(event: Event) -> None:
    article = event.case.article
    connection = Connection.objects.filter(source=article.source).first() if article.external_id else None
    if connection is None:
        return
    correction = Correction.objects.get(pk=event.data["correction"])
    if correction.before == correction.after and correction.kind != Kind.RETRACTION:
        return  # a note beside the text
    _defer(Push(connection=connection, event=event, correction=correction, due_at=event.at + UNDO_WITHIN))


def _take_back(event: Event) -> None:
    for push in Push.objects.select_for_update(no_key=True, of=("self",)).filter(event=event.data["undone"]):
        if push.may_have_arrived:
            _defer(Push(connection=push.connection, event=event, correction=push.correction, due_at=timezone.now()))
        if push.status in (Push.Status.PENDING, Push.Status.REFUSED, Push.Status.FAILED):
            push.status, push.due_at = Push.Status.TAKEN_BACK, None
            push.save(update_fields=["status", "due_at"])


def _defer(push: Push) -> None:
    """Store a push and its job."""
    push.page = page_of(push.connection, push.correction.article.external_id)
    push.save()
    jobs.defer("push_correction", push.job_subject, lane=push.connection.lane, due_at=push.due_at)
