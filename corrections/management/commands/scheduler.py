"""``manage.py scheduler``: hands due jobs to Celery, wakes snoozed cases, minds the clocks. A process of its own.

Several at once are harmless: each row is taken by one of them. A database or broker that does not answer is waited for.
"""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from corrections import actions, clocks, jobs
from corrections.models import Case
from corrections.webhooks import actions as webhooks

logger = logging.getLogger(__name__)

_TICK = 0.25
_LONGEST_PAUSE = 30.0


@dataclass
class Chore:
    """Something to be done again and again; after a failure it is tried again after growing pauses (seconds)."""

    what: str
    run: Callable[[datetime], object]
    every: float
    failures: int = 0
    due: float = 0.0

    def run_if_due(self, at: float) -> None:
        """Do it if its time has come; ``at`` is of the monotonic clock. Never raises: the scheduler has to live on."""
        if at < self.due:
            return
        try:
            self.run(timezone.now())
        except Exception as error:  # noqa: BLE001 - whatever is out of order may come back
            self.failures += 1
            pause = min(2.0**self.failures / 2, _LONGEST_PAUSE)
            self.due = at + pause
            logger.error("Cannot %s, trying again in %g s: %s: %s", self.what, pause, type(error).__name__, error)  # noqa: TRY400 - one line each, not a traceback every few seconds
            connection.close()  # whatever state it is in; the next use opens another
        else:
            if self.failures:
                logger.info("Can %s again, after %s failures", self.what, self.failures)
            self.failures = 0
            self.due = at + self.every


def wake_cases(at: datetime) -> None:
    """Bring back the snoozed cases whose time has come. One that fails is logged and keeps no other from waking."""
    due = Case.objects.filter(status=Case.Status.SNOOZED, snoozed_until__lte=at)
    for pk in due.values_list("pk", flat=True):
        try:
            _wake(due.filter(pk=pk))
        except Exception:  # whatever is wrong with it, the next one may be in order
            logger.exception("Cannot wake case %s", pk)


@transaction.atomic
def _wake(due: QuerySet[Case]) -> None:
    case = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    # None: an editor was faster, or another scheduler is at it.
    if case is not None:
        actions.wake_case(case)


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Hand due jobs to Celery, wake snoozed cases, sweep what is old. Runs until it gets SIGTERM or Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do the chores in turn."""
        is_told_to_stop = False

        def stop(*_: object) -> None:
            # No event: the second of two signals at once would wait for ever for the lock that the first one holds.
            nonlocal is_told_to_stop
            is_told_to_stop = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        chores = [
            Chore("hand jobs to Celery", jobs.dispatch, every=_TICK),
            Chore("wake snoozed cases", wake_cases, every=5),
            Chore("reckon priorities anew", actions.rerank_cases, every=5),
            Chore("set the clocks' work due", clocks.wind, every=60),
            Chore("sweep what is old", jobs.sweep, every=3600),
            Chore("erase readers' addresses", actions.erase_addresses, every=3600),
            Chore("sweep old deliveries", webhooks.sweep, every=3600),
        ]
        logger.info("Scheduler started")
        while not is_told_to_stop:
            time.sleep(_TICK)
            for chore in chores:
                chore.run_if_due(time.monotonic())
        logger.info("Scheduler stopped")
