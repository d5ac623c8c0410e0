"""``manage.py verify_log``: recomputes the corrections log's chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from corrections import log
from corrections.models import LogHead


class Command(BaseCommand):
    """Exits with 1 and the first bad entry if anything in the log was altered or removed."""

    help = "Recompute the corrections log's chain; exit 1 and name the first bad entry if anything was altered."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the length and the head of the chain."""
        fault = next(log.faults(), None)
        if fault is not None:
            raise CommandError(fault, returncode=1)
        head = LogHead.objects.first() or LogHead()
        self.stdout.write(f"{head.position} entries, none altered. Head: {head.digest or '(empty)'}")
