"""The authors of an article are told what becomes public about it: a correction, its amendment, its withdrawal.

Authors are accounts of the newsroom, with or without access to the desk (``Article.authors``). Whoever did it knows
already and is not told.
"""

from django.contrib.auth.models import User
from django.utils import timezone

from corrections import jobs, staff_letters
from corrections.models import Correction, Event
from corrections.policy import UNDO_WITHIN


def tell_authors(event: Event, correction: Correction) -> None:
    """Have the authors told once the event cannot be taken back any more. For actions, in their transaction."""
    if correction.number is None:
        return
    for author in correction.article.authors.filter(is_active=True).exclude(email=""):
        if author.pk not in (event.by_id, correction.drafted_by_id):
            jobs.defer("tell_author", f"{event.pk}:{author.pk}", due_at=timezone.now() + UNDO_WITHIN)


def tell_author(event: Event, author: User) -> None:
    """Send an author the letter about an event, unless it was taken back. Outside of any transaction, at least once."""
    correction = Correction.objects.select_related("article__current", "amends").get(pk=event.data["correction"])
    if author.is_active and author.email and not _was_taken_back(correction):
        staff_letters.send_author(event, correction, author)


def _was_taken_back(correction: Correction) -> bool:
    """Tell whether the correction was undone at once, so that its author has never heard of it."""
    events = correction.case.events
    published = events.filter(kind=Event.Kind.CORRECTED, data__correction=correction.pk).values_list("pk", flat=True)
    return events.filter(kind=Event.Kind.UNDONE, data__undone__in=list(published)).exists()
