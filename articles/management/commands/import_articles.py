"""``import_articles``: see docs/import.md."""

import sys
import time
from argparse import ArgumentParser
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from articles.importers.sources import FORMAT_NAMES, Entry, open_source
from articles.importers.store import OUTCOMES, Import, Outcome


class Command(BaseCommand):
    """Import articles and print what became of each; 1 is the exit code when one was refused."""

    help = "Import articles from a file, a folder or standard input. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source, its format, and whose articles they are."""
        parser.add_argument("source", metavar="SOURCE", help="a file, a folder, or - for standard input")
        parser.add_argument("--format", choices=("auto", *FORMAT_NAMES), default="auto", help="told by content if auto")
        parser.add_argument(
            "--source", dest="name", default="", metavar="NAME", help="the system the articles come from"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Import."""
        name = options["name"]
        if len(name) > 100:
            raise CommandError("--source: at most 100 characters.", returncode=2)
        importing = Import(name)
        progress = _Progress(importing)
        try:
            with open_source(options["source"], sys.stdin.buffer) as entries:
                if not entries:
                    raise CommandError(f"{options['source']} holds no files.", returncode=2)
                for number, entry in enumerate(entries):
                    self.import_entry(entry, options, importing, progress.at(number, len(entries)))
        except OSError as error:
            raise CommandError(f"{options['source']}: {error.strerror or error}", returncode=2) from error
        except KeyboardInterrupt:
            progress.clear()
            self.stdout.write(f"Interrupted after: {_summary(importing)}. What is stored stays; run it again to go on.")
            sys.exit(130)
        progress.clear()
        self.stdout.write(_summary(importing))
        if importing.counts["refused"]:
            sys.exit(1)

    def import_entry(self, entry: Entry, options: dict[str, Any], importing: Import, progress: "_Progress") -> None:
        """Import what is in one file."""
        for found in entry.read(options["format"], progress.opened):
            outcome = importing.store(found)
            if options["verbosity"] > 0:
                progress.clear()
                self.stdout.write(_line(outcome))
            progress.show()


def _line(outcome: Outcome) -> str:
    return f"{outcome.what:<11} {outcome.where}: {outcome.reason or outcome.headline}"


def _summary(importing: Import) -> str:
    counts = importing.counts
    told = [f"{counts[what]:,} {what}" for what in OUTCOMES if counts[what] or what != "passed over"]
    return ", ".join(told)


class _Progress:
    """One line on a terminal that says how far the import is; nothing anywhere else."""

    def __init__(self, importing: Import) -> None:
        self.importing = importing
        self.wanted = sys.stderr.isatty()
        self.started = time.monotonic()
        self.shown = 0.0
        self.done, self.total = 0, 1
        self.file: BinaryIO | None = None
        self.size = 0

    def at(self, done: int, total: int) -> "_Progress":
        self.done, self.total = done, total
        return self

    def opened(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        file.seek(0)

    def show(self) -> None:
        now = time.monotonic()
        if not self.wanted or now - self.shown < 0.2:
            return
        self.shown = now
        within = self.file.tell() / self.size if self.file and self.size and not self.file.closed else 0
        share = min(1.0, (self.done + within) / self.total)
        count = self.importing.counts.total()
        bar = "━" * round(share * 24)
        rate = count / max(now - self.started, 0.001)
        sys.stderr.write(f"\r{bar:<24} {share:4.0%}  {count:,} articles, {rate:,.0f} a second\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        if self.wanted and self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
