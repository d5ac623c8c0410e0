"""What can be looked at and not changed: reports, events, corrections, the log's entries, jobs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corrections import jobs
from corrections.models import Correction, Event, Job, LogEntry, Report


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Shows rows and changes none, whatever permissions somebody holds."""

    actions: list[str] | None = None
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show every field as text."""
        return [field.name for field in self.opts.fields if field.name not in (self.exclude or ())]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False


@admin.register(Report)
class ReportAdmin(ReadOnly):
    """Readers' reports as they were received."""

    list_display = ("exact", "article", "site", "category", "case", "received_at")
    list_select_related = ("article__current", "case", "site")
    list_filter = ("category", "received_at", "site")
    search_fields = ("exact", "comment", "suggestion")
    exclude = ("token", "reader")  # whoever holds the token can appeal in the reader's name


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The trails of all cases."""

    list_display = ("at", "case", "kind", "by", "key", "note")
    list_select_related = ("case", "by", "key")
    list_filter = ("kind", "at")
    ordering = ("-at", "-pk")


@admin.register(Correction)
class CorrectionAdmin(ReadOnly):
    """Corrections, drafts included."""

    list_display = ("__str__", "article", "kind", "severity", "status", "drafted_by", "published_at")
    list_select_related = ("article__current", "drafted_by")
    list_filter = ("status", "kind", "severity")
    search_fields = ("number", "before", "after", "notice")
    ordering = ("-drafted_at",)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly):
    """The chain of the corrections log."""

    list_display = ("position", "correction", "action", "at", "digest")
    list_select_related = ("correction",)
    ordering = ("-position",)


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Deferred work: what is due, what was given up. Who may change jobs can put back what was given up."""

    actions = ["put_back"]
    list_display = ("kind", "subject_id", "lane", "due_at", "attempts", "done_at", "parked_at", "last_error")
    list_filter = (("parked_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter), "kind")
    ordering = ("-pk",)

    @admin.action(description=_("Try the parked ones again"), permissions=["put_back"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Give parked jobs all their attempts anew."""
        count = jobs.unpark(queryset)
        self.message_user(
            request, ngettext("%(count)s job is due again.", "%(count)s jobs are due again.", count) % {"count": count}
        )

    def has_put_back_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission that Django gives to change a job, though nothing else of it can be changed."""
        return request.user.has_perm("corrections.change_job")
