"""The review queue: the cases that wait for someone, by saved view, filter and search, most urgent first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import F, Prefetch, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from articles.models import Article
from corrections.cms.models import Push
from corrections.desk import paging
from corrections.desk.search import FEW, Search
from corrections.models import REJECTIONS, Case, CaseQuerySet, Category, Outcome, Presence, Report
from corrections.policy import NEGLECTED_AFTER

PAGE_SIZE = 25
_MANY = 1000
_CONTEXT = 60
_LOST = (Outcome.LOST, Outcome.AMBIGUOUS, Outcome.SIMILAR)
_URGENT = ("-priority", "first_reported_at", "pk")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A cut through the cases that editors work by, with its own order."""

    slug: str
    label: StrPromise
    keep: Callable[[CaseQuerySet, User, datetime], CaseQuerySet]
    order: paging.Order = _URGENT
    has_resolved: bool = False
    """Whether cases that have ended may be among them."""


VIEWS = {
    view.slug: view
    for view in (
        SavedView("all", _("All"), lambda cases, *_: cases.waiting()),
        SavedView("mine", _("Mine"), lambda cases, by, _: cases.waiting().filter(assignee=by)),
        SavedView(
            "unclaimed",
            _("Unclaimed"),
            lambda cases, _, at: cases.waiting().filter(
                Q(status=Case.Status.OPEN) | Q(status=Case.Status.CLAIMED, claim_expires_at__lte=at)
            ),
        ),
        SavedView(
            "approval",
            _("Needs approval"),
            lambda cases, *_: cases.needing_approval(),
            has_resolved=True,
        ),
        SavedView(
            "overdue",
            _("Overdue"),
            lambda cases, _, at: cases.overdue(at),
            ("due_at", "pk"),
            has_resolved=True,
        ),
        SavedView(
            "old",
            _("Over 2 weeks"),
            lambda cases, _, at: cases.unresolved().filter(resolved_at__isnull=True, came_at__lte=at - NEGLECTED_AFTER),
            ("came_at", "pk"),
        ),
        SavedView(
            "lost",
            _("Lost passages"),
            lambda cases, *_: cases.waiting().filter(outcome__in=_LOST),
        ),
        SavedView(
            "snoozed",
            _("Snoozed"),
            lambda cases, *_: cases.filter(status=Case.Status.SNOOZED),
        ),
        SavedView(
            "decided",
            _("Decided"),
            lambda cases, *_: cases.filter(status=Case.Status.RESOLVED),
            ("-resolved_at", "-pk"),
            has_resolved=True,
        ),
    )
}


_SUGGESTING = Prefetch(
    "reports",
    Report.objects.exclude(suggestion="").filter(exact=F("case__exact")).order_by("-received_at")[:1],
    to_attr="suggesting",
)
"""One suggestion a case, the latest for just these words: enough to decide what is plain."""


class Filters(forms.Form):
    """What narrows a view down. Everything is optional; what is not understood is left out."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Quote, article or case number")}),
    )
    section = forms.ChoiceField(label=_("Section"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False, choices=[("", _("any")), *Category.choices])
    outcome = forms.ChoiceField(label=_("Passage"), required=False, choices=[("", _("any")), *Outcome.choices])
    arrival = forms.ChoiceField(
        label=_("Here because"), required=False, choices=[("", _("any")), *Case.Arrival.choices]
    )
    age = forms.TypedChoiceField(
        label=_("Age"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("any")), (1, _("over a day")), (3, _("over 3 days")), (7, _("over a week")),
                 (14, _("over 2 weeks"))],
    )  # fmt: skip
    reports = forms.TypedChoiceField(
        label=_("Reports"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("any")), (2, _("2 or more")), (5, _("5 or more")), (10, _("10 or more"))],
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    within = forms.ChoiceField(
        label=_("Search in"),
        required=False,
        choices=[("", _("quotes and articles")), ("quotes", _("quotes only"))],
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self._old: list[int] | None = None
        for name in ("section", "language"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker: declared above
            field.choices = [("", _("any")), *((value, value) for value in _values_of_articles(name))]
        self.is_valid()

    def chosen(self) -> dict[str, Any]:
        """Give the filters that are set and understood."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def narrow(
        self, cases: CaseQuerySet, at: datetime, *, few: bool = False, has_resolved: bool = True
    ) -> CaseQuerySet:
        """Keep what the filters ask for.

        Unless ``cases`` are ``few`` anyway, what few cases have is looked up first, and these are named: the database
        guesses how many there are, and a wrong guess reads the whole queue.
        """
        chosen = self.chosen()
        for name, lookup in _LOOKUPS.items():
            if name in chosen:
                cases = cases.filter(**{lookup: chosen[name]})
        if "age" in chosen:
            before = at - timedelta(days=chosen["age"])
            cases = cases.filter(first_reported_at__lte=before)
            old = None if few or has_resolved else self._few_older_than(before)
            cases = cases if old is None else cases.filter(pk__in=old)
        if self._search is not None:
            cases = cases.filter(self._search.condition if few else self._search.by_key)
        return cases

    def _few_older_than(self, before: datetime) -> list[int] | None:
        """Give the keys of the unresolved cases that are so old, if they are few."""
        if self._old is None:
            older = Case.objects.filter(resolved_at__isnull=True, first_reported_at__lte=before)
            self._old = list(older.order_by("first_reported_at", "pk").values_list("pk", flat=True)[: FEW + 1])
        return self._old if len(self._old) <= FEW else None

    @cached_property
    def _search(self) -> Search | None:
        chosen = self.chosen()
        return Search(chosen["q"], quotes_only="within" in chosen) if "q" in chosen else None


_LOOKUPS = {
    "section": "article__section",
    "language": "article__language",
    "category": "category",
    "outcome": "outcome",
    "arrival": "arrival",
    "reports": "report_count__gte",
}


class Cut:
    """The cases that a query string asks for: a saved view and filters. Shared by the queue and the case page."""

    def __init__(self, request: HttpRequest) -> None:
        assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
        self.now = timezone.now()
        self.view = VIEWS.get(request.GET.get("view", ""), VIEWS["all"])
        self.filters = Filters(request.GET)
        self.by = request.user

    @cached_property
    def query(self) -> str:
        """The query string that leads back to this cut, "" for the whole queue."""
        view = {} if self.view.slug == "all" else {"view": self.view.slug}
        return urlencode({**view, **self.filters.chosen()})

    def cases(self) -> CaseQuerySet:
        """Give the cases of the cut, without an order."""
        return self.filters.narrow(self._viewed(), self.now, has_resolved=self.view.has_resolved)

    def newer(self, than: int) -> CaseQuerySet:
        """Give the cases of the cut with a number above ``than``, which are few."""
        return self.filters.narrow(self._viewed().filter(pk__gt=than), self.now, few=True).order_by("pk")

    def _viewed(self) -> CaseQuerySet:
        return self.view.keep(Case.objects.all(), self.by, self.now)

    def page(self, *, after: str, before: str) -> paging.Page:
        """Fetch the page that ``after`` or ``before``, the number of a case, points to."""
        mark = Case.objects.filter(pk=int(after or before)).first() if (after or before).isdecimal() else None
        return paging.page(
            with_lookers(self.cases().for_queue().prefetch_related(_SUGGESTING), by=self.by, at=self.now),
            self.view.order,
            size=PAGE_SIZE,
            after=mark if after else None,
            before=mark if not after else None,
        )

    def neighbours(self, case: Case) -> tuple[int | None, int | None]:
        """Give the numbers of the cases before and after one in this cut."""
        order = self.view.order
        if any(getattr(case, field.removeprefix("-")) is None for field in order):
            return None, self.cases().order_by(*order).values_list("pk", flat=True).first()
        cases = self.cases().exclude(pk=case.pk).only("pk")
        previous, following = (
            next((each.pk for each in paging.beyond(cases, way, case, most=1)), None)
            for way in (paging.reverse(order), order)
        )
        return previous, following

    def next_after(self, case: Case) -> int | None:
        """Give the number of the case to go on with once ``case`` is decided: the next one, else the first."""
        following = self.neighbours(case)[1]
        return following or self.cases().exclude(pk=case.pk).order_by(*self.view.order).values_list(
            "pk", flat=True
        ).first()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Who is at a case: ``kind`` is ``mine``, ``held``, ``looked``, ``lapsed`` or ""; ``text`` says it in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What the queue shows of a case beside its own fields."""

    case: Case
    age: str
    due: str
    is_overdue: bool
    is_mine: bool
    is_held: bool
    holder: str
    company: "Company"
    before: str
    after: str
    suggestion: str


def show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the review queue, or the case whose number was searched for."""
    cut = Cut(request)
    sought = cut.filters.chosen().get("q", "").removeprefix("#")
    if sought.isdecimal() and len(sought) < 18 and Case.objects.filter(pk=int(sought)).exists():
        return redirect("admin:corrections_case_change", int(sought))
    page = cut.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    chosen = cut.filters.chosen()
    return TemplateResponse(
        request,
        "admin/desk/queue.html",
        context
        | {
            "title": _("Review queue"),
            "desk_section": "queue",
            "rows": list(rows(page.cases, by=cut.by, at=cut.now)),
            "page": page,
            "cut": cut,
            "filters": cut.filters,
            "chosen": chosen,
            "has_filters": bool(chosen),
            "views": [(view, _query_of(view, chosen)) for view in VIEWS.values()],
            "not_pushed": len(Push.objects.not_arrived().values_list("pk", flat=True)[:_MANY]),
            "newest": Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
            "reasons": [(reason.value, reason.label) for reason in REJECTIONS],
        },
    )


def rows(cases: list[Case], *, by: User, at: datetime) -> Iterator[Row]:
    """Say of each case what depends on the time and on who looks."""
    for case in cases:
        company = company_of(case, by=by, at=at)
        yield Row(
            case=case,
            age=in_words(at - case.first_reported_at),
            due=in_words(abs(case.due_at - at)) if case.due_at else "",
            is_overdue=case.due_at is not None
            and case.due_at <= at
            and (case.status in Case.WAITING or case.approval_due_at is not None),
            is_mine=case.assignee_id == by.pk,
            is_held=case.status == Case.Status.CLAIMED and not case.is_claim_lapsed(at),
            holder=name_of(case.assignee) if case.assignee else "",
            before=_words_before(case.prefix),
            after=_words_after(case.suffix),
            company=company,
            suggestion=next((report.suggestion for report in getattr(case, "suggesting", ())), ""),
        )


def company_of(case: Case, *, by: User, at: datetime) -> Company:
    """Say who is at a case, as far as it matters to ``by``; ``with_lookers`` has fetched who looks at it."""
    is_lapsed = case.is_claim_lapsed(at)
    if case.status == Case.Status.CLAIMED and case.assignee and not is_lapsed:
        if case.assignee_id == by.pk:
            return Company("mine", gettext("yours"))
        return Company("held", gettext("held by %(name)s") % {"name": name_of(case.assignee)})
    if lookers := [name_of(presence.editor) for presence in getattr(case, "lookers", ())]:
        return Company("looked", gettext("being looked at by %(names)s") % {"names": ", ".join(lookers)})
    if case.status == Case.Status.CLAIMED and case.assignee_id == by.pk:
        return Company("lapsed", gettext("your claim lapsed"))
    if case.status == Case.Status.CLAIMED and case.assignee:
        return Company("lapsed", gettext("%(name)s’s claim lapsed") % {"name": name_of(case.assignee)})
    return Company("", "")


def with_lookers(cases: CaseQuerySet, *, by: User, at: datetime) -> CaseQuerySet:
    """Fetch along who else has the cases on the screen."""
    lookers = Presence.objects.of_others(by, at).select_related("editor")
    return cases.prefetch_related(Prefetch("presences", lookers, to_attr="lookers"))


def name_of(editor: User) -> str:
    """Give the name by which colleagues know an editor."""
    return editor.get_full_name() or editor.username


def in_words(span: timedelta) -> str:
    """Give a length of time in its largest unit: an editor compares, and does not reckon."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    if minutes == 0:
        return gettext("less than a minute")
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


def _words_before(prefix: str) -> str:
    """Give the last words before a quote, whole ones, with the space that parts them from it."""
    shown = prefix[-_CONTEXT:]
    return f"…{shown.partition(' ')[2]}" if " " in shown.strip() else shown


def _words_after(suffix: str) -> str:
    """Give the first words after a quote, whole ones."""
    shown = suffix[:_CONTEXT]
    return f"{shown.rpartition(' ')[0]}\N{NO-BREAK SPACE}…" if " " in shown.strip() else shown


def _query_of(view: SavedView, chosen: dict[str, Any]) -> str:
    return urlencode({"view": view.slug, **chosen} if view.slug != "all" else chosen)


def _values_of_articles(field: str) -> list[str]:
    """Give the values of an article's field in use; a minute old at most, since the table is long."""
    key = f"desk-values-{field}"
    values: list[str] | None = cache.get(key)
    if values is None:
        values = sorted(filter(None, Article.objects.values_list(field, flat=True).order_by().distinct()))
        cache.set(key, values, 60)
    return values
