"""Paging by key: a page begins after a row, not after a number of rows, so the thousandth costs what the first does.

No page is counted. An order is a tuple of field names, a minus before those that descend, with the primary key last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from corrections.models import Case

Order = Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases; ``previous`` and ``next`` are the rows to go on from, ``None`` at an end."""

    cases: list[Case]
    previous: Case | None
    next: Case | None


def page(cases: QuerySet[Case], order: Order, *, size: int, after: Case | None, before: Case | None) -> Page:
    """Fetch the page that follows ``after``, or that leads up to ``before``, or the first one."""
    if before is not None:
        rows = list(beyond(cases, reverse(order), before)[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, rows[0] if more else None, rows[-1] if rows else None)
    rows = list((beyond(cases, order, after) if after else cases.order_by(*order))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, rows[0] if after and rows else None, rows[-1] if more else None)


def beyond(cases: QuerySet[Case], order: Order, row: Case) -> QuerySet[Case]:
    """Keep what comes after ``row`` in ``order``."""
    conditions = []
    equal: dict[str, object] = {}
    for field in order:
        name = field.removeprefix("-")
        comparison = "lt" if field.startswith("-") else "gt"
        conditions.append(Q(**equal, **{f"{name}__{comparison}": getattr(row, name)}))
        equal[name] = getattr(row, name)
    # The first field by itself lets the database begin in the middle of the index; alone, the rest would not.
    first = order[0].removeprefix("-")
    bound = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": getattr(row, first)})
    return cases.filter(bound, reduce(or_, conditions)).order_by(*order)


def reverse(order: Order) -> Order:
    """Give the order from the other end."""
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)
