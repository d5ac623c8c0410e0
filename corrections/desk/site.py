"""The admin site of the newsroom: the review queue first, the list of applications beside it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from corrections.desk import arrivals, bulk, preferences, queue, statistics
from corrections.exports import views as exports


class DeskSite(admin.AdminSite):
    """The Django admin, with the review queue as the first thing there."""

    site_header = _("Newsroom")
    site_title = _("Newsroom")
    index_title = _("Review queue")
    site_url = "/"
    enable_nav_sidebar = False  # the desk has a navigation of its own, in the header

    def index(  # type: ignore[override]  # a search for a number answers with a redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the review queue to who may review, the applications to everybody else."""
        if not request.user.has_perm("corrections.review_case"):
            return self.applications(request, extra_context)
        return queue.show(request, self.each_context(request) | (extra_context or {}))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask who comes, in the newsroom's name: Django's own page would call it by its host."""
        return super().login(request, {"site_name": settings.SITE_NAME, **(extra_context or {})})

    def applications(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show everything that can be looked at, by application."""
        return super().index(request, {"title": _("Records"), "desk_section": "records", **(extra_context or {})})

    def bulk(self, request: HttpRequest) -> HttpResponse:
        """Decide many cases at once."""
        return bulk.decide(request, self.each_context(request))

    def statistics(self, request: HttpRequest) -> HttpResponse:
        """Show how the desk does to who may review."""
        _ask_for_review(request)
        return statistics.show(request, self.each_context(request))

    def preferences(self, request: HttpRequest) -> HttpResponse:
        """Let an editor choose the own letters."""
        _ask_for_review(request)
        return preferences.show(request, self.each_context(request))

    def statistics_export(self, request: HttpRequest, table: str) -> HttpResponse:
        """Give a table of the statistics as CSV to who may review."""
        _ask_for_review(request)
        return statistics.export(request, table)

    def report_annotations(self, request: HttpRequest) -> HttpResponse:
        """Give readers' reports as Web Annotations to who may review."""
        _ask_for_review(request)
        address = settings.SITE_URL + reverse("admin:report_annotations")
        return exports.report_annotations(request, address=address)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the list of applications to the addresses."""
        return [
            path("apps/", self.admin_view(self.applications), name="apps"),
            path("bulk/", self.admin_view(self.bulk), name="bulk"),
            path("reports.jsonld", self.admin_view(self.report_annotations), name="report_annotations"),
            path("arrivals/", self.admin_view(arrivals.tell), name="arrivals"),
            path("preferences/", self.admin_view(self.preferences), name="preferences"),
            path("statistics/", self.admin_view(self.statistics), name="statistics"),
            path("statistics/<slug:table>.csv", self.admin_view(self.statistics_export), name="statistics_export"),
            *super().get_urls(),
        ]


def _ask_for_review(request: HttpRequest) -> None:
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
