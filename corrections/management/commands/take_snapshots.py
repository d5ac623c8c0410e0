"""``manage.py take_snapshots``: reckons the statistics of past days anew, from the events."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from corrections import statistics


class Command(BaseCommand):
    """Replaces the snapshots of a period, day by day in their order, since each backlog goes on from the one before."""

    help = "Reckon the daily figures of the statistics anew: all days since the first event, or those named."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--first", type=date.fromisoformat, help="YYYY-MM-DD; the day of the first event if left out"
        )
        parser.add_argument("--last", type=date.fromisoformat, help="YYYY-MM-DD; yesterday if left out")

    def handle(self, *_args: Any, first: date | None, last: date | None, **_options: Any) -> None:
        """Take the snapshots."""
        begin = statistics.first_day()
        if begin is None:
            self.stdout.write("There are no events yet.")
            return
        yesterday = statistics.today() - timedelta(days=1)
        day, last = max(first or begin, begin), last or yesterday
        if last > yesterday:
            raise CommandError("Snapshots are of days that are over: yesterday is the last one.")
        count = 0
        while day <= last:
            statistics.take_snapshot(day)
            count += 1
            day += timedelta(days=1)
        self.stdout.write(f"Took the snapshots of {count} days.")
