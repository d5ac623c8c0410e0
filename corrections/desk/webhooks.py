"""Webhooks at the desk: their addresses and secrets, how each has been doing, what was sent, and sending it again."""

import json
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from corrections.desk.records import ReadOnly
from corrections.webhooks import actions
from corrections.webhooks.models import Delivery, Endpoint, EventType

_PERMISSION = "webhooks.manage_webhooks"
_PAGE = 50


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Where messages go, which ones, and who looks after it."""

    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"), choices=EventType.choices, widget=forms.CheckboxSelectMultiple,
        initial=list(EventType),
    )  # fmt: skip

    class Meta:
        model = Endpoint
        fields = ("url", "description", "events", "contact")
        widgets = {
            "url": forms.URLInput(attrs={"class": "vURLField", "placeholder": "https://"}),
            "description": forms.TextInput(attrs={"class": "vTextField"}),
            "contact": forms.EmailInput(attrs={"class": "vTextField"}),
        }

    def clean_url(self) -> str:
        """Refuse an address to which nothing would be sent."""
        url: str = self.cleaned_data["url"]
        if url != self.instance.url:
            try:
                actions.check_address(url)
            except actions.BadAddress as error:
                raise forms.ValidationError(str(error)) from error
        return url


class RangeForm(forms.Form):
    """Which time's undelivered messages are delivered again."""

    since = forms.DateTimeField(
        label=gettext_lazy("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label=gettext_lazy("until"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class _Managed:
    """Lets those in who may manage webhooks, and nobody else."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether to list it."""
        return request.user.has_perm(_PERMISSION)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether it can be looked at."""
        return request.user.has_perm(_PERMISSION)


@admin.register(Endpoint)
class EndpointAdmin(_Managed, admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Endpoints, each with the log of what was sent to it."""

    form = EndpointForm
    add_form_template = "admin/change_form.html"
    change_form_template = "admin/desk/webhook.html"
    list_display = ("__str__", "url", "status", "pace", "failing_since", "owner", "created_at")
    list_select_related = ("owner",)
    list_filter = ("status",)
    search_fields = ("url", "description")
    ordering = ("created_at", "pk")
    show_full_result_count = False
    view_on_site = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether one can be made."""
        return request.user.has_perm(_PERMISSION)

    def has_change_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        """Tell whether it can be changed."""
        return request.user.has_perm(_PERMISSION)

    def has_delete_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        """Tell whether it can be deleted."""
        return request.user.has_perm(_PERMISSION)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of each button."""
        views = {
            "activate": self.activate,
            "pause": self.pause,
            "test": self.test,
            "rotate": self.rotate,
            "redeliver": self.redeliver,
        }
        return [
            *(
                path(
                    f"<uuid:pk>/{name}/",
                    self.admin_site.admin_view(require_POST(view)),
                    name=f"webhooks_endpoint_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Endpoint, form: forms.Form, change: bool) -> None:
        """Make or change it by its action."""
        if change:
            wanted = {name: form.cleaned_data[name] for name in form.changed_data}
            obj.refresh_from_db()
            actions.change_endpoint(obj, **wanted)
            return
        made = actions.create_endpoint(**form.cleaned_data, by=_user(request))
        obj.pk = made.pk
        obj.refresh_from_db()
        obj.secret = made.secret

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        """Delete it by its action."""
        actions.delete_endpoint(obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Say that its log goes with it, without listing every delivery or asking for rights to delete one."""
        count = Delivery.objects.filter(endpoint__in=objs).count()
        return [str(obj) for obj in objs], {str(Delivery._meta.verbose_name_plural): count}, set(), []  # noqa: SLF001 - its documented way

    def response_add(self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret, this once: it is not sent through a redirect."""
        return self._show_secret(request, obj, title=_("The webhook is made"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show it with its state, its buttons and its log."""
        endpoint = self.get_object(request, object_id)
        context = self._log(request, endpoint) if isinstance(endpoint, Endpoint) else {}
        context["title"] = _("Webhook")
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def activate(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Send it messages again."""
        endpoint = self._endpoint(request, pk)
        actions.activate_endpoint(endpoint)
        return self._done(request, endpoint, _("It is sent what happens from now on."))

    def pause(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Send it nothing for now."""
        endpoint = self._endpoint(request, pk)
        actions.pause_endpoint(endpoint)
        return self._done(request, endpoint, _("It is sent nothing now. What it misses is kept for 30 days."))

    def test(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Send it a message that means nothing."""
        endpoint = self._endpoint(request, pk)
        delivery = actions.send_test(endpoint, by=_user(request))
        self._done(
            request, endpoint, _("A test is on its way. What came of it stands here in a moment: load the page again.")
        )
        return HttpResponseRedirect(delivery.get_absolute_url())

    def rotate(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Give it a new secret, and show that this once."""
        endpoint = self._endpoint(request, pk)
        actions.rotate_secret(endpoint)
        self.log_change(request, endpoint, _("The secret was replaced."))
        return self._show_secret(request, endpoint, title=_("The secret is replaced"))

    def redeliver(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Deliver again what did not arrive in a time."""
        endpoint = self._endpoint(request, pk)
        form = RangeForm(request.POST)
        if not form.is_valid():
            return self._done(request, endpoint, _("Say from when on, as a date and a time."), level=messages.ERROR)
        try:
            count = actions.redeliver_range(endpoint, **form.cleaned_data)
        except actions.NotActive as error:
            return self._done(request, endpoint, str(error), level=messages.ERROR)
        words = ngettext("%(n)s message is delivered again.", "%(n)s messages are delivered again.", count)
        return self._done(request, endpoint, words % {"n": count})

    def _endpoint(self, request: HttpRequest, pk: uuid.UUID) -> Endpoint:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Endpoint, pk=pk)

    def _done(
        self, request: HttpRequest, endpoint: Endpoint, words: str, *, level: int = messages.SUCCESS
    ) -> HttpResponse:
        if level == messages.SUCCESS:
            self.log_change(request, endpoint, words)
        self.message_user(request, words, level)
        return HttpResponseRedirect(endpoint.get_absolute_url())

    def _show_secret(self, request: HttpRequest, endpoint: Endpoint, *, title: str) -> HttpResponse:
        context = {"title": title, "endpoint": endpoint, "opts": self.opts, "desk_section": "records"}
        response = TemplateResponse(
            request, "admin/desk/webhook_secret.html", self.admin_site.each_context(request) | context
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _log(self, request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
        status = request.GET.get("status", "")
        deliveries = endpoint.deliveries.order_by("-created_at", "-pk")
        if status in Delivery.Status:
            deliveries = deliveries.filter(status=status)
        page = _before(deliveries, request.GET.get("before", "")).prefetch_related("attempts")
        rows = list(page[: _PAGE + 1])
        now = timezone.now()
        return {
            "endpoint": endpoint,
            "statuses": Delivery.Status.choices,
            "status": status,
            "deliveries": rows[:_PAGE],
            "next": rows[_PAGE - 1].pk if len(rows) > _PAGE else None,
            "is_resting": endpoint.is_resting(now),
            "has_old_secret": endpoint.previous_expires_at is not None and endpoint.previous_expires_at > now,
            "range_form": RangeForm(initial={"since": endpoint.disabled_at or endpoint.failing_since}),
            "undelivered": endpoint.deliveries.undelivered().count(),
        }


@admin.register(Delivery)
class DeliveryAdmin(_Managed, ReadOnly):
    """One message: what was sent, every try of it, and sending it again."""

    change_form_template = "admin/desk/delivery.html"
    view_on_site = False
    list_display = ("created_at", "endpoint", "type", "status", "tries", "due_at")
    list_select_related = ("endpoint",)
    list_filter = ("status", "type")
    ordering = ("-created_at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button."""
        again = self.admin_site.admin_view(require_POST(self.redeliver))
        return [path("<uuid:pk>/redeliver/", again, name="webhooks_delivery_redeliver"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the message as JSON, and its tries."""
        found = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if isinstance(found, Delivery):
            body = json.dumps(json.loads(found.body), ensure_ascii=False, indent=2)
            context = {
                "delivery": found,
                "body": body,
                "attempts": found.attempts.all(),
                "title": found.type,
                "subtitle": None,
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def redeliver(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Deliver it again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        delivery = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=pk)
        try:
            actions.redeliver(delivery)
        except actions.NotActive as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, delivery, _("It is delivered again."))
            self.message_user(request, _("It is delivered again."))
        back = delivery.endpoint if request.POST.get("back") == "endpoint" else delivery
        return HttpResponseRedirect(back.get_absolute_url())


def _before(deliveries: QuerySet[Delivery], pk: str) -> QuerySet[Delivery]:
    """Go on after the row that was the last of the page before."""
    try:
        last = Delivery.objects.filter(pk=uuid.UUID(pk)).first()
    except ValueError:
        return deliveries
    if last is None:
        return deliveries
    beyond = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
    return deliveries.filter(beyond, created_at__lte=last.created_at)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker: the admin lets nobody else in
    return request.user
