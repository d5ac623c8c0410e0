"""How often articles are read: counted by day, without cookies and without anything about the reader.

A page tells of a read once it has been on the screen for a while (``read.js``). A web process gathers what it is told
and writes it every few seconds, so that an article that everybody reads costs the database next to nothing; what a
process has not written when it ends is lost, which matters to nobody. A newsroom that counts elsewhere, or whose
readers are on another site, brings its own figures with ``manage.py import_reads``. The higher figure counts.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from articles.models import Article, DailyReads

WRITE_EVERY = 5.0
"""Seconds between two writes of one process. The first read after a quiet time is written at once."""

MOST_GATHERED = 500
"""How many articles a process remembers before it writes."""


class Gathering:
    """The reads that one process has been told of and has not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[UUID] = Counter()
        self._written_at = float("-inf")

    def add(self, article: UUID) -> None:
        """Count a read; write what has been gathered if it is time."""
        with self._lock:
            self._counts[article] += 1
            now = time.monotonic()
            if now < self._written_at + WRITE_EVERY and len(self._counts) < MOST_GATHERED:
                return
            counts, self._counts, self._written_at = self._counts, Counter(), now
        add_counted(counts, day=timezone.localdate())

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()
            self._written_at = float("-inf")


gathering = Gathering()


@transaction.atomic
def add_counted(counts: Mapping[UUID, int], *, day: date) -> None:
    """Add reads that we counted to a day's; what is no article is left out."""
    # In the order of keys, so that two processes cannot wait for each other.
    articles = sorted(Article.objects.filter(pk__in=counts).values_list("pk", flat=True))
    DailyReads.objects.bulk_create([DailyReads(article_id=pk, day=day) for pk in articles], ignore_conflicts=True)
    for pk in articles:
        DailyReads.objects.filter(article=pk, day=day).update(counted=F("counted") + counts[pk])


def tell(article: Article, *, day: date, reads: int) -> None:
    """Set what another system counted on a day, in the place of what it said before."""
    DailyReads.objects.update_or_create(article=article, day=day, defaults={"told": reads})


def count_since(articles: Iterable[UUID], day: date) -> dict[UUID, int]:
    """Count the reads of each article from a day on; articles without any are left out."""
    counted = (
        DailyReads.objects.filter(article__in=list(articles), day__gte=day)
        .order_by()
        .values("article")
        .annotate(reads=Sum(Greatest("counted", "told")))
    )
    return {row["article"]: row["reads"] for row in counted}
