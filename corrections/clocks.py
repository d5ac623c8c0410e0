"""What the passing of time brings about: the scheduler calls ``wind`` again and again, and what is due becomes a job.

Safe to run twice and in several processes: a job is deferred once for its subject.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from corrections import jobs, statistics
from corrections.actions import alarms

_SETTLED_AFTER = timedelta(minutes=5)
"""How long after midnight a day's figures stand: what was decided just before can be taken back for some seconds."""

_SNAPSHOTS_AT_ONCE = 60


def wind(at: datetime) -> None:
    """Defer what is due by the clock at ``at``."""
    defer_snapshots(at)
    alarms.ring_cases(at)
    if timezone.localtime(at, timezone.get_default_timezone()).hour >= settings.DIGEST_HOUR:
        alarms.defer_daily_letters(at)


def defer_snapshots(at: datetime) -> None:
    """Have the days that are over and have no snapshot reckoned, the earliest first, some at a time."""
    today = timezone.localdate(at - _SETTLED_AFTER, timezone.get_default_timezone())
    for day in statistics.missing_days(before=today, most=_SNAPSHOTS_AT_ONCE):
        jobs.defer("take_snapshot", f"{day.isoformat()} {statistics.basis()}")
