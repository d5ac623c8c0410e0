"""Priorities of cases, reckoned from what ``corrections.priority`` names and kept in the case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from articles import reads
from corrections.models import Case, Report
from corrections.priority import READ_WITHIN_DAYS, Facts, changes_at, priority, severity_of

AT_ONCE = 500

RANKED = ("priority", "rerank_at")
"""The fields that ``rank_cases`` sets."""


@transaction.atomic
def rerank_cases(at: datetime) -> int:
    """Reckon the priorities anew of the cases for which it is time, ``AT_ONCE`` at most. Gives how many they were.

    Safe to run in several processes: a case that somebody else is working on is left for the next time.
    """
    due = Case.objects.unresolved().filter(resolved_at__isnull=True, rerank_at__lte=at).order_by("rerank_at")
    cases = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("article")[:AT_ONCE])
    rank_cases(cases, at=at)
    Case.objects.bulk_update(cases, RANKED)
    return len(cases)


def rank_cases(cases: Sequence[Case], *, at: datetime) -> None:
    """Set what ``RANKED`` names of cases whose rows are locked, without saving them. For actions alone."""
    readers = _count_readers(case.pk for case in cases)
    read = reads.count_since({case.article_id for case in cases}, (at - timedelta(days=READ_WITHIN_DAYS)).date())
    for case in cases:
        facts = Facts(
            severity=severity_of(case.part, case.category),
            readers=readers.get(case.pk, 0),
            published_at=case.article.published_at,
            reads=read.get(case.article_id, 0),
            reported_at=case.first_reported_at,
            due_at=case.due_at,
            is_regression=case.regression_of_id is not None,
        )
        case.priority = priority(facts, at=at)
        case.rerank_at = changes_at(facts, at=at)


def _count_readers(cases: Iterable[int]) -> Mapping[int, int]:
    """Count the distinct readers of each case; a report without a reader's mark counts as one of somebody else."""
    counted = (
        Report.objects.filter(case__in=list(cases))
        .order_by()
        .values("case")
        .annotate(known=Count("reader", distinct=True, filter=~Q(reader="")), unknown=Count("pk", filter=Q(reader="")))
    )
    return {row["case"]: row["known"] + row["unknown"] for row in counted}
