"""Paging by key: a page begins after a row, not after a number of rows, so the thousandth costs what the first does.

No page is counted. An order is a tuple of field names, a minus before those that descend, with the primary key last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
        rows = beyond(cases, reverse(order), before, most=size + 1)
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, rows[0] if more else None, rows[-1] if rows else None)
    rows = beyond(cases, order, after, most=size + 1) if after else list(cases.order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, rows[0] if after and rows else None, rows[-1] if more else None)


def beyond(cases: QuerySet[Case], order: Order, row: Case, *, most: int) -> list[Case]:
    """Fetch what comes after ``row`` in ``order``, so many at most.

    First what is equal to the row but for the last two fields, then what is equal but for the last three, and so on:
    each is a stretch of the index. All of it in one condition makes the database read everything that is equal in the
    first field, and of a million cases thousands are of one priority.
    """
    found: list[Case] = []
    *shared, last, _key = order
    for condition in (_equal(shared, row) & _not_before(last, row) & (_after(last, row) | _after_key(order, row)), *(
        _equal(shared[:at], row) & _after(shared[at], row) for at in reversed(range(len(shared)))
    )):  # fmt: skip
        if len(found) < most:
            found += cases.filter(condition).order_by(*order)[: most - len(found)]
    return found


def _equal(fields: Order, row: Case) -> Q:
    return Q(**{_name(field): getattr(row, _name(field)) for field in fields})


def _after(field: str, row: Case) -> Q:
    return Q(**{f"{_name(field)}__{'lt' if field.startswith('-') else 'gt'}": getattr(row, _name(field))})


def _not_before(field: str, row: Case) -> Q:
    return Q(**{f"{_name(field)}__{'lte' if field.startswith('-') else 'gte'}": getattr(row, _name(field))})


def _after_key(order: Order, row: Case) -> Q:
    return _equal(order[-2:-1], row) & _after(order[-1], row)


def _name(field: str) -> str:
    return field.removeprefix("-")


def reverse(order: Order) -> Order:
    """Give the order from the other end."""
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)
