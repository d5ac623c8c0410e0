"""The whole corrections log as a file: JSON Lines to verify and to keep, CSV to read in a spreadsheet.

Lines are given one by one, so that a log of any length takes the memory of one entry. JSON Lines is the chain itself,
as ``/corrections/chain.jsonl`` has it: whoever holds the file can recompute every digest (``Chain``). CSV is for
people, names the same digests, and cannot be taken for a formula by any spreadsheet.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse

from corrections import log
from corrections.models import LogEntry

COLUMNS = (
    "position", "at", "action", "number", "kind", "severity", "headline", "part", "before", "after", "notice", "reason",
    "amends", "published", "language", "article", "address", "previous_digest", "digest",
)  # fmt: skip
_CHUNK = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BYTE_ORDER_MARK = "\ufeff"


def jsonl_lines() -> Iterator[str]:
    """Give the chain, a line of JSON for each entry: ``position``, ``previous_digest``, ``payload``, ``digest``."""
    fields = ("position", "previous_digest", "payload", "digest")
    for row in LogEntry.objects.order_by("position").values(*fields).iterator(chunk_size=_CHUNK):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines() -> Iterator[str]:
    """Give the log as CSV (RFC 4180) with a heading. It begins with a byte order mark: else Excel misreads UTF-8.

    A cell that a spreadsheet would run as a formula begins with an apostrophe, as OWASP recommends.
    """
    writer = csv.writer(_Echo())
    yield _BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    fields = ("position", "payload", "previous_digest", "digest", "correction__article__current__headline")
    for row in LogEntry.objects.order_by("position").values(*fields).iterator(chunk_size=_CHUNK):
        yield writer.writerow(cells_of({**row, "headline": row["correction__article__current__headline"]}))


def cells_of(row: dict[str, Any]) -> list[object]:
    """Give the cells of an entry, in the order of ``COLUMNS``, from its payload and what else ``row`` says of it."""
    values = {**json.loads(row["payload"]), **row}
    values["address"] = settings.SITE_URL + reverse("corrections:correction", args=[values["number"]])
    return [_harmless(values.get(column)) for column in COLUMNS]


class Chain:
    """The chain of a file of JSON Lines, recomputed line by line without the database.

    That entries were cut off at the end shows only when ``digest`` is compared with one that was kept elsewhere.
    """

    def __init__(self) -> None:
        self.position = 0
        self.digest = ""

    def faults(self, lines: Iterable[str]) -> Iterator[str]:
        """Give each fault in words, nothing when the chain is whole; ``position`` and ``digest`` are then its end."""
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                position, previous = int(entry["position"]), str(entry["previous_digest"])
                payload, digest = str(entry["payload"]), str(entry["digest"])
            except (ValueError, TypeError, KeyError):
                yield f"Line {number} is no entry of the log."
                continue
            if position != self.position + 1:
                yield f"Entry {self.position + 1} is missing: line {number} has entry {position}."
            elif previous != self.digest:
                yield f"Entry {position} does not follow the entry before it."
            if digest != log.digest(previous, payload):
                yield f"Entry {position} was altered: its digest does not fit."
            self.position, self.digest = position, digest


class _Echo:
    """What the CSV writer writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
