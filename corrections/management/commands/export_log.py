"""``manage.py export_log``: the whole corrections log as a file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from corrections.exports import archive


class Command(BaseCommand):
    """Writes the log to standard output, entry by entry: a log of any length takes no memory."""

    help = "Write the whole corrections log to standard output: jsonl can be verified (verify_log FILE), csv be read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the format."""
        parser.add_argument("format", choices=("jsonl", "csv"))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the lines as they come."""
        lines = archive.jsonl_lines() if options["format"] == "jsonl" else archive.csv_lines()
        for line in lines:
            self.stdout.write(line, ending="")
