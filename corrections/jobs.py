"""The queue of record: deferred work as rows, written together with what caused it."""

from datetime import datetime

from django.utils import timezone

from corrections.models import Job


def defer(kind: str, subject_id: object, *, lane: str = "", due_at: datetime | None = None) -> None:
    """Have ``kind`` done for a subject, once, from ``due_at`` on; kept or undone with the current transaction."""
    Job.objects.bulk_create(
        [Job(kind=kind, subject_id=str(subject_id), lane=lane or kind, due_at=due_at or timezone.now())],
        ignore_conflicts=True,
    )
