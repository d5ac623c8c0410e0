"""Connections to CMSs at the desk: address and password, a test of them, and what was pushed there."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from corrections.cms import actions
from corrections.cms.interface import Refused, Unavailable
from corrections.cms.models import Connection, Push
from corrections.desk.records import ReadOnly

_PERMISSION = "cms.manage_connections"
_SHOWN = 50


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Where the system is, who we are there, and which articles come from it."""

    password = forms.CharField(
        label=gettext_lazy("Application password"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=gettext_lazy("From the user’s profile there. Kept sealed and never shown; empty keeps it."),
    )

    class Meta:
        model = Connection
        fields = ("name", "url", "user", "password", "source", "collections")
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "url": forms.URLInput(attrs={"class": "vURLField", "placeholder": "https://"}),
            "user": forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
            "source": forms.TextInput(attrs={"class": "vTextField", "placeholder": "example.org"}),
            "collections": forms.TextInput(attrs={"class": "vTextField"}),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse values with which nothing can be asked."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"url", "user", "collections"} <= cleaned.keys():
            return cleaned
        is_new = not Connection.objects.filter(pk=self.instance.pk).exists()
        if is_new and not cleaned.get("password"):
            self.add_error("password", _("Enter the application password."))
        try:
            actions.check_values(url=cleaned["url"], user=cleaned["user"], collections=cleaned["collections"])
            if not is_new and not cleaned.get("password"):
                actions.check_address_stays(self.initial["url"], cleaned["url"])
        except actions.BadConnection as error:
            self.add_error(error.field, str(error))
        return cleaned


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Connections, each with what was pushed there. For those who may manage them alone."""

    form = ConnectionForm
    add_form_template = "admin/change_form.html"
    change_form_template = "admin/desk/connection.html"
    list_display = ("name", "url", "source", "status", "succeeded_at", "failing_since")
    ordering = ("created_at", "pk")
    show_full_result_count = False
    view_on_site = False
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether to list them."""
        return request.user.has_perm(_PERMISSION)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether one can be looked at."""
        return request.user.has_perm(_PERMISSION)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether one can be made."""
        return request.user.has_perm(_PERMISSION)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether it can be changed."""
        return request.user.has_perm(_PERMISSION)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether it can be deleted."""
        return request.user.has_perm(_PERMISSION)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of each button."""
        views = {"activate": self.activate, "pause": self.pause, "test": self.test, "again": self.again}
        return [
            *(
                path(
                    f"<uuid:pk>/{name}/",
                    self.admin_site.admin_view(require_POST(view)),
                    name=f"cms_connection_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Connection, form: forms.Form, change: bool) -> None:
        """Make or change it by its action."""
        if change:
            obj.refresh_from_db()
            actions.change_connection(obj, **form.cleaned_data)
            return
        made = actions.create_connection(**form.cleaned_data, by=_user(request))
        obj.pk = made.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to its page, where it can be tested."""
        self.message_user(request, _("The connection is made. Test it now."))
        return HttpResponseRedirect(obj.get_absolute_url())

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        """Delete it by its action."""
        actions.delete_connection(obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Say that its log goes with it, without asking for rights to delete a push."""
        count = Push.objects.filter(connection__in=objs).count()
        return [str(obj) for obj in objs], {str(Push._meta.verbose_name_plural): count}, set(), []  # noqa: SLF001 - its documented way

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show it with its state, its buttons and its log."""
        connection = self.get_object(request, object_id)
        context: dict[str, Any] = {"title": _("Connection to a CMS")}
        if isinstance(connection, Connection):
            pushes = connection.pushes.select_related("event", "correction__article__current")
            context |= {
                "connection": connection,
                "pushes": list(pushes.order_by("-created_at", "-pk")[:_SHOWN]),
                "not_arrived": connection.pushes.not_arrived().count(),
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def activate(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Push there again."""
        connection = self._connection(request, pk)
        actions.activate_connection(connection)
        return self._done(request, connection, _("What is published from now on is pushed there."))

    def pause(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Push nothing there for now."""
        connection = self._connection(request, pk)
        actions.pause_connection(connection)
        return self._done(request, connection, _("Nothing is pushed there now. What is missed can be pushed later."))

    def test(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask the system, and say what was found."""
        connection = self._connection(request, pk)
        try:
            for finding in actions.check_connection(connection):
                level = messages.SUCCESS if finding.is_fine else messages.ERROR
                self.message_user(request, finding.words, level)
        except (Refused, Unavailable) as error:
            said = f"{error.reason.label} ({error.detail})." if error.detail else f"{error.reason.label}."
            words = f"{said[:1].upper()}{said[1:]} {connection.last_advice}"
            self.message_user(request, words.strip(), messages.ERROR)
        return HttpResponseRedirect(connection.get_absolute_url())

    def again(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Push everything again that did not arrive."""
        connection = self._connection(request, pk)
        count = actions.push_all_again(connection, by=_user(request))
        words = ngettext("%(n)s correction is pushed again.", "%(n)s corrections are pushed again.", count)
        return self._done(request, connection, words % {"n": count})

    def _connection(self, request: HttpRequest, pk: uuid.UUID) -> Connection:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Connection, pk=pk)

    def _done(self, request: HttpRequest, connection: Connection, words: str) -> HttpResponse:
        self.log_change(request, connection, words)
        self.message_user(request, words)
        return HttpResponseRedirect(connection.get_absolute_url())


@admin.register(Push)
class PushAdmin(ReadOnly):
    """What was pushed to all systems, for every editor: what did not arrive leads to its case."""

    list_display = ("created_at", "case", "article", "connection", "status", "reason", "done_at")
    list_display_links = None
    list_select_related = ("event", "correction__article__current", "connection")
    list_filter = ("status", "connection")
    ordering = ("-created_at", "-pk")
    view_on_site = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether to list them."""
        return request.user.has_perm("corrections.review_case")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether they can be looked at."""
        return request.user.has_perm("corrections.review_case")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list under a title that says what it is."""
        return super().changelist_view(request, {"title": _("Pushed corrections"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("case"))
    def case(self, push: Push) -> str:
        """Lead to the case."""
        number = push.event.case_id
        return format_html(
            '<a href="{}#pushes">#{}</a>', reverse("admin:corrections_case_change", args=[number]), number
        )

    @admin.display(description=gettext_lazy("article"))
    def article(self, push: Push) -> str:
        """Name the article."""
        return push.correction.article.headline


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker: the admin lets nobody else in
    return request.user
