"""``manage.py import_reads FILE``: how often articles were read, as another system counted. Safe to repeat."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from articles import reads
from articles.models import Article


class Command(BaseCommand):
    """Reads lines of CSV and says which of them it could not use."""

    help = "Take in how often articles were read: lines of CSV, “article,day,reads”, from a file or “-”."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the file."""
        parser.add_argument(
            "file",
            help="CSV with a line of names: article (identifier or address), day (2026-11-25), reads; “-” reads stdin",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Take the lines in one by one."""
        if options["file"] == "-":
            self._take(sys.stdin)
        else:
            with Path(options["file"]).open(encoding="utf-8-sig", newline="") as lines:
                self._take(lines)

    def _take(self, lines: Iterable[str]) -> None:
        taken = refused = 0
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                count, day = _count(row["reads"] or ""), date.fromisoformat(row["day"] or "")
                reads.tell(_find(row["article"] or ""), day=day, reads=count)
            except KeyError as missing:
                self.stderr.write(f"line {number}: there is no column {missing}")
                refused += 1
            except (ValueError, LookupError) as error:
                self.stderr.write(f"line {number}: {error}")
                refused += 1
            else:
                taken += 1
        self.stdout.write(f"{taken} taken, {refused} refused")


def _count(words: str) -> int:
    count = int(words)
    if not 0 <= count < 2**31:
        raise ValueError(f"{count} is no number of reads")
    return count


def _find(name: str) -> Article:
    try:
        article = Article.objects.filter(pk=UUID(name)).first()
    except ValueError:
        article = Article.objects.filter(canonical_url=name).first() if name else None
    if article is None:
        raise LookupError(f"no article “{name}”")
    return article
