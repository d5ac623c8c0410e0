"""Plots as inline SVG: from figures to coordinates, which ``templates/admin/desk/plot_*.html`` draw.

Coordinates are text already, since a template would write numbers in the reader's language. No colours here: the
stylesheet knows light and dark. A plot never stands alone: the page gives its figures as a table too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDTH, HEIGHT = 400, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 6, 10, 24
_INNER_WIDTH = WIDTH - _LEFT - _RIGHT
_INNER_HEIGHT = HEIGHT - _TOP - _BOTTOM

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot with its label, or a label below it."""

    at: str
    label: str
    anchor: str = "middle"
    is_zero: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; ``tip`` says what it stands for."""

    x: str
    y: str
    width: str
    height: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Two counts a day, one above and one below the line."""

    above: list[Bar]
    below: list[Bar]
    rows: list[Tick]
    days: list[Tick]


@dataclass(frozen=True, slots=True)
class Line:
    """A value a day, as a line (SVG path) over its area; ``dots`` carry the tips. ``end`` marks the last value."""

    path: str
    area: str
    dots: list[Bar]
    end: tuple[str, str] | None
    rows: list[Tick]
    days: list[Tick]


@dataclass(frozen=True, slots=True)
class Range:
    """Where three percentiles of a length of time lie on a logarithmic scale from a minute to a hundred days."""

    median: str
    p75: str
    p90: str
    between: str


def columns(days: Sequence[date], above: Sequence[int], below: Sequence[int], tips: Sequence[str]) -> Columns:
    """Draw one count upwards and another downwards for each day."""
    step = _nice(max([*above, 1]) + max([*below, 1]), parts=4)
    top, bottom = _ceil(max(above, default=0), step), _ceil(max(below, default=0), step)
    unit = _INNER_HEIGHT / (top + bottom)
    zero = _TOP + top * unit
    slot = _INNER_WIDTH / max(len(days), 1)
    width = max(min(slot * 0.72, 26), 1)
    bars: list[list[Bar]] = [[], []]
    for number, tip in enumerate(tips):
        x = _LEFT + slot * (number + 0.5) - width / 2
        for side, count in ((0, above[number]), (1, below[number])):
            if count:
                y = zero - count * unit if side == 0 else zero
                bars[side].append(Bar(_at(x), _at(y), _at(width), _at(count * unit), tip))
    rows = [
        Tick(_at(zero - value * unit), formats.number_format(abs(value)), is_zero=value == 0)
        for value in range(-bottom, top + 1, step)
    ]
    return Columns(bars[0], bars[1], rows, _days(days, slot))


def line(days: Sequence[date], values: Sequence[float | None], tips: Sequence[str], *, seconds: bool = False) -> Line:
    """Draw a value for each day; ``None`` interrupts the line. With ``seconds`` the values are lengths of time."""
    highest = max((value for value in values if value is not None), default=0)
    unit_of_scale = _unit(highest) if seconds else 1
    step = _nice(max(highest / unit_of_scale, 1), parts=4) * unit_of_scale
    top = _ceil(highest, step)
    slot = _INNER_WIDTH / max(len(days), 1)
    points: list[tuple[str, str] | None] = [
        None if value is None else (_at(_LEFT + slot * (number + 0.5)), _at(_TOP + _INNER_HEIGHT * (1 - value / top)))
        for number, value in enumerate(values)
    ]
    path, area = "", ""
    for run in _runs(points):
        path += f"M{' L'.join(f'{x} {y}' for x, y in run)} "
        closed = [(run[0][0], str(HEIGHT - _BOTTOM)), *run, (run[-1][0], str(HEIGHT - _BOTTOM))]
        area += f"M{' L'.join(f'{x} {y}' for x, y in closed)} Z "
    dots = [
        Bar(_at(_LEFT + slot * number), str(_TOP), _at(slot), str(_INNER_HEIGHT), tip)
        for number, (point, tip) in enumerate(zip(points, tips, strict=True))
        if point
    ]
    rows = [
        Tick(
            _at(_TOP + _INNER_HEIGHT * (1 - value / top)),
            span(value) if seconds and value else formats.number_format(value),
            is_zero=value == 0,
        )
        for value in (step * number for number in range(round(top / step) + 1))
    ]
    return Line(path.strip(), area.strip(), dots, points[-1] if points else None, rows, _days(days, slot))


def ranges(median: float | None, p75: float | None, p90: float | None) -> Range | None:
    """Place three percentiles (seconds) on the logarithmic scale; ``None`` where there are none."""
    if median is None or p75 is None or p90 is None:
        return None
    begin, middle, end = _on_scale(median), _on_scale(p75), _on_scale(p90)
    return Range(_at(begin), _at(middle), _at(end), _at(end - begin))


def scale() -> list[Tick]:
    """Name the marks of the logarithmic scale."""
    return [Tick(_at(_on_scale(seconds)), span(seconds)) for seconds in (MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY)]


def span(seconds: float | None) -> str:
    """Say a length of time shortly, in its largest unit, with one decimal below ten of hours and days."""
    if seconds is None:
        return "–"
    for unit, words in ((DAY, _("%s d")), (HOUR, _("%s h")), (MINUTE, _("%s min"))):
        if seconds >= unit * 0.995:
            amount = seconds / unit
            digits = 1 if amount < 9.95 and unit > MINUTE and round(amount, 1) != round(amount) else 0
            return words % formats.number_format(round(amount, digits), decimal_pos=digits)
    return _("0 min") if seconds < 1 else _("under 1 min")


def percent(part: int, whole: int) -> str:
    """Give a share in whole per cent."""
    return _("%s%%") % round(100 * part / whole) if whole else "–"


def of_cases(count: int) -> str:
    """Say how many cases."""
    return ngettext("%(n)d case", "%(n)d cases", count) % {"n": count}


def _days(days: Sequence[date], slot: float) -> list[Tick]:
    """Name a few of the days: the first, the last and some between."""
    if not days:
        return []
    every = max(math.ceil((len(days) - 1) / 4), 1)
    marked = list(range(len(days) - 1, -1, -every))[::-1]
    return [
        Tick(
            _at(_LEFT + slot * (number + 0.5)),
            formats.date_format(days[number], "j M"),
            "end" if number == len(days) - 1 and slot < 40 else "middle",
        )
        for number in marked
    ]


def _runs(points: Sequence[tuple[str, str] | None]) -> list[list[tuple[str, str]]]:
    runs: list[list[tuple[str, str]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _on_scale(seconds: float) -> float:
    """Give the place, of 100, of a length of time between a minute and a hundred days."""
    reach = math.log(100 * DAY / MINUTE)
    return min(max(math.log(max(seconds, 1) / MINUTE) / reach, 0), 1) * 100


def _unit(seconds: float) -> int:
    return next((unit for unit in (DAY, HOUR) if seconds >= 2 * unit), MINUTE)


def _nice(highest: float, *, parts: int) -> int:
    """Give the smallest step of 1, 2 or 5 times a power of ten that reaches ``highest`` in so many parts."""
    size = 1
    while True:
        for digit in (1, 2, 5):
            if digit * size * parts >= highest:
                return digit * size
        size *= 10


def _ceil(value: float, step: int) -> int:
    return max(math.ceil(value / step), 1) * step


def _at(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")
