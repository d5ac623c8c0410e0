"""``manage.py verify_log [FILE]``: recomputes the corrections log's chain."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from corrections import log
from corrections.exports import archive
from corrections.models import LogHead


class Command(BaseCommand):
    """Exits with 1 and the first bad entry if anything in the log was altered or removed."""

    help = (
        "Recompute the corrections log's chain; exit 1 and name the first bad entry if anything was altered. "
        "With a file, as /corrections/chain.jsonl gives it (- for standard input), recompute that instead."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file to verify in the place of the database."""
        parser.add_argument("file", nargs="?", help="lines of JSON, as /corrections/chain.jsonl gives them; -: stdin")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the length and the head of the chain."""
        if options["file"]:
            self._verify_file(options["file"])
            return
        fault = next(log.faults(), None)
        if fault is not None:
            raise CommandError(fault, returncode=1)
        head = LogHead.objects.first() or LogHead()
        self.stdout.write(f"{head.position} entries, none altered. Head: {head.digest or '(empty)'}")

    def _verify_file(self, name: str) -> None:
        chain = archive.Chain()
        try:
            with nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8") as lines:
                fault = next(chain.faults(lines), None)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read: {error}", returncode=2) from error
        if fault is not None:
            raise CommandError(fault, returncode=1)
        self.stdout.write(f"{chain.position} entries, none altered. Head: {chain.digest or '(empty)'}")
