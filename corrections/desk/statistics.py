"""The statistics page: how much comes in, how old it gets, how it ends; and the same figures as CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from corrections import statistics
from corrections.desk import plots
from corrections.models import Category
from corrections.statistics import Figures, Share

PERIODS = (7, 30, 90, 365)
_LONGEST = 3 * 366
_DAYS_AS_DAYS = 92
"""A longer period is shown by weeks."""

MAY_SEE_EDITORS = "corrections.view_editor_figures"

_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


class Chosen(forms.Form):
    """The period: so many days up to today, or from one day to another."""

    days = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, choices=[(days, str(days)) for days in PERIODS]
    )
    first = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and one of more than three years."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            raise forms.ValidationError(_("The period ends before it begins."))
        today = statistics.today()
        if first and min(last or today, today) - first > timedelta(days=_LONGEST):
            raise forms.ValidationError(_("Choose three years at most."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; ``days`` when it is so many up to today."""

    first: date
    last: date
    days: int | None
    query: str

    @property
    def words(self) -> str:
        """Say the period."""
        return f"{formats.date_format(self.first, 'j M Y')} – {formats.date_format(self.last, 'j M Y')}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The figures of a day, or of a week of a long period."""

    day: date
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Row:
    """A share among others: what it is of, and how long the bars of its counts are (of 100)."""

    name: str
    share: Share
    percent: str
    decided: str
    accepted: str


def show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the statistics of a period."""
    form, period = _period(request)
    buckets = list(_buckets(statistics.between(period.first, period.last)))
    whole = statistics.total(bucket.figures for bucket in buckets)
    may_see_editors = request.user.has_perm(MAY_SEE_EDITORS)
    return TemplateResponse(
        request,
        "admin/desk/statistics.html",
        context
        | {
            "title": _("Statistics"),
            "desk_section": "statistics",
            "form": form,
            "period": period,
            "periods": [
                (days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in PERIODS if days < 365
            ]
            + [(365, _("a year"))],
            "whole": whole,
            "shares": _shares(whole),
            "oldest": plots.span(whole.oldest),
            "days": [(bucket, plots.span(bucket.figures.oldest)) for bucket in reversed(buckets)],
            "is_by_week": bool(buckets) and len(buckets) < (period.last - period.first).days + 1,
            "flow": _flow(buckets),
            "backlog": _backlog(buckets),
            "age": _age(buckets),
            "times": list(_times(whole)),
            "scale": plots.scale(),
            "sections": list(_rows(whole.sections, {"": _("without a section")})),
            "categories": list(_rows(whole.categories, dict(Category.choices))),
            "editors": list(_editors(whole)) if may_see_editors else [],
            "may_see_editors": may_see_editors,
        },
        status=422 if form.errors else 200,
    )


def export(request: HttpRequest, table: str) -> HttpResponse:
    """Give one table of the page as CSV."""
    if table == "editors" and not request.user.has_perm(MAY_SEE_EDITORS):
        raise PermissionDenied
    if table not in TABLES:
        raise Http404
    _form, period = _period(request)
    rows = TABLES[table](statistics.between(period.first, period.last))
    name = f"{table}-{period.first}-{period.last}.csv"
    return HttpResponse(
        as_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV (RFC 4180) that a spreadsheet takes for text and numbers, never for a formula.

    Begins with a byte order mark, by which spreadsheets know UTF-8.
    """
    text = StringIO()
    csv.writer(text).writerows([harmless(value) for value in row] for row in rows)
    return "\ufeff" + text.getvalue()


def harmless(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet could take for a formula, whatever blanks or quotes precede it.

    See OWASP, “CSV Injection”. Numbers stay numbers.
    """
    if not isinstance(value, str):
        return value
    begins_with_control = value[:1] in ("\t", "\r", "\n", "\0")
    bare = value.lstrip(" \t\r\n\f\v\0\u00a0\u200b\ufeff\"'“”‘’«»`")
    return f"'{value}" if begins_with_control or bare.startswith(_RISKY) else value


def _period(request: HttpRequest) -> tuple[Chosen, Period]:
    form = Chosen(request.GET)
    today = statistics.today()
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("first") or chosen.get("last"):
        last = min(chosen.get("last") or today, today)
        first = min(chosen.get("first") or last - timedelta(days=29), last)
        return form, Period(first, last, None, urlencode({"first": first, "last": last}))
    days = chosen.get("days") or 30
    period = Period(today - timedelta(days=days - 1), today, days, urlencode({"days": days}))
    if not form.errors:
        form = Chosen({"first": period.first.isoformat(), "last": period.last.isoformat()})
        form.is_valid()
    return form, period


def _buckets(days: list[tuple[date, Figures]]) -> Iterator[Bucket]:
    if len(days) <= _DAYS_AS_DAYS:
        for day, figures in days:
            yield Bucket(day, formats.date_format(day, "D j M"), figures)
        return
    for _week, group in groupby(days, key=lambda item: item[0].isocalendar()[:2]):
        week = list(group)
        label = _("%(first)s to %(last)s") % {
            "first": formats.date_format(week[0][0], "j M Y"),
            "last": formats.date_format(week[-1][0], "j M"),
        }
        yield Bucket(week[-1][0], label, statistics.total(figures for _day, figures in week))


def _flow(buckets: list[Bucket]) -> plots.Columns:
    return plots.columns(
        [bucket.day for bucket in buckets],
        [bucket.figures.opened + bucket.figures.reopened for bucket in buckets],
        [max(bucket.figures.closed, 0) for bucket in buckets],
        [
            _("%(day)s: %(in)s in, %(out)s out")
            % {
                "day": bucket.label,
                "in": bucket.figures.opened + bucket.figures.reopened,
                "out": bucket.figures.closed,
            }
            for bucket in buckets
        ],
    )


def _backlog(buckets: list[Bucket]) -> plots.Line:
    return plots.line(
        [bucket.day for bucket in buckets],
        [bucket.figures.backlog for bucket in buckets],
        [f"{bucket.label}: {plots.of_cases(bucket.figures.backlog)}" for bucket in buckets],
    )


def _age(buckets: list[Bucket]) -> plots.Line:
    return plots.line(
        [bucket.day for bucket in buckets],
        [bucket.figures.oldest or 0 for bucket in buckets],
        [f"{bucket.label}: {plots.span(bucket.figures.oldest)}" for bucket in buckets],
        seconds=True,
    )


def _times(whole: Figures) -> Iterator[dict[str, Any]]:
    for name, explanation, seconds in (
        (_("First look"), _("until an editor opened the case"), whole.looks),
        (_("Decision"), _("until it was rejected, or a correction drafted"), whole.decisions),
        (_("Publication"), _("until the article was corrected"), whole.publications),
    ):
        found = statistics.spread(seconds)
        yield {
            "name": name,
            "explanation": explanation,
            "count": found.count,
            "median": plots.span(found.median),
            "p75": plots.span(found.p75),
            "p90": plots.span(found.p90),
            "range": plots.ranges(found.median, found.p75, found.p90),
        }


def _shares(whole: Figures) -> list[dict[str, Any]]:
    """Give the shares of the period: what of what, and in per cent."""
    return [
        {"name": name, "explanation": explanation, "part": part, "of": of, "percent": plots.percent(part, of)}
        for name, explanation, part, of in (
            (_("Accepted"), _("of the decided cases, without spam and duplicates"), whole.accepted, whole.decided),
            (_("Silent fixes"), _("of the corrections: style, without a notice"), whole.silent, whole.accepted),
            (_("Self-approvals"), _("of the corrections: nobody else signed, though the policy asks for it"),
             whole.alone, whole.accepted),
            (_("Published before the approval"), _("of the corrections: the glass was broken, an approval owed"),
             whole.urgent, whole.accepted),
            (_("Overrides"), _("of the silent fixes: the guard stopped it, a reason let it pass"),
             whole.overridden, whole.silent),
            (_("Reopened"), _("for each decided case"), whole.reopened, whole.decided),
        )
    ]  # fmt: skip


def _rows(shares: Mapping[str, Share], names: Mapping[str, str | StrPromise]) -> Iterator[Row]:
    most = max((share.decided for share in shares.values()), default=0) or 1
    for name, share in sorted(shares.items(), key=lambda item: (-item[1].decided, item[0])):
        yield Row(
            name=str(names.get(name, name)),
            share=share,
            percent=plots.percent(share.accepted, share.decided),
            decided=f"{100 * share.decided / most:.1f}",
            accepted=f"{100 * share.accepted / most:.1f}",
        )


def _editors(whole: Figures) -> Iterator[dict[str, Any]]:
    names = _names(whole)
    for pk, editor in sorted(whole.editors.items(), key=lambda item: (-item[1].decided, item[0])):
        yield {
            "name": names.get(pk, f"#{pk}"),
            "figures": editor,
            "percent": plots.percent(editor.accepted, editor.decided),
            "median": plots.span(statistics.spread(editor.seconds).median),
        }


def _names(whole: Figures) -> dict[int, str]:
    return {user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=whole.editors)}


Days = list[tuple[date, Figures]]
_SPREADS = ("look", "decision", "publication")


def _days_table(days: Days) -> Iterator[list[object]]:
    yield [
        "day", "reports", "opened", "reopened", "closed", "backlog", "oldest_seconds", "decided", "accepted", "silent",
        "self_approved", "before_approval", "overridden",
        *(f"{what}_{of}_seconds" for what in _SPREADS for of in ("median", "p75", "p90")),
    ]  # fmt: skip
    for day, of_day in days:
        spreads = [statistics.spread(seconds) for seconds in (of_day.looks, of_day.decisions, of_day.publications)]
        yield [
            day.isoformat(), of_day.reports, of_day.opened, of_day.reopened, of_day.closed, of_day.backlog,
            of_day.oldest, of_day.decided, of_day.accepted, of_day.silent, of_day.alone, of_day.urgent,
            of_day.overridden,
            *(None if value is None else round(value) for one in spreads for value in (one.median, one.p75, one.p90)),
        ]  # fmt: skip


def _shares_table(name: str, shares: Mapping[str, Share]) -> Iterator[list[object]]:
    yield [name, "decided", "accepted"]
    for key, share in sorted(shares.items()):
        yield [key, share.decided, share.accepted]


def _editors_table(days: Days) -> Iterator[list[object]]:
    whole = statistics.total(figures for _day, figures in days)
    names = _names(whole)
    yield [
        "editor", "decided", "accepted", "silent", "self_approved", "before_approval", "overridden", "reopened",
        "median_seconds",
    ]  # fmt: skip
    for pk, editor in sorted(whole.editors.items()):
        median = statistics.spread(editor.seconds).median
        yield [
            names.get(pk, f"#{pk}"), editor.decided, editor.accepted, editor.silent, editor.alone, editor.urgent,
            editor.overridden,
            editor.reopened, None if median is None else round(median),
        ]  # fmt: skip


TABLES = {
    "days": _days_table,
    "sections": lambda days: _shares_table("section", statistics.total(figures for _day, figures in days).sections),
    "categories": lambda days: _shares_table("category", statistics.total(f for _day, f in days).categories),
    "editors": _editors_table,
}
"""The tables that can be fetched as CSV."""
