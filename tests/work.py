"""Does the deferred work of a test, in its own process: what a scheduler and a worker would do by ``at``."""

from datetime import datetime

from celery import current_app
from django.utils import timezone

from corrections import jobs, tasks  # noqa: F401 - tasks are known to Celery once their module is loaded
from corrections.models import Job


def work_off(at: datetime | None = None) -> None:
    """Start every job that is due by ``at`` (now, when left out), and what these defer, until nothing more is due."""
    started: set[tuple[int, int]] = set()
    while True:
        due = [job for job in Job.objects.to_dispatch(at or timezone.now()) if (job.pk, job.attempts) not in started]
        if not due:
            return
        for job in due:
            started.add((job.pk, job.attempts))
            current_app.tasks[jobs.task_name(job.kind)](job.pk, job.attempts)
