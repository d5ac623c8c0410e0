"""Keys in the Django admin: made and shown once, changed, revoked. Every step is in the admin's own history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.rest.keys import make_key, revoke_key
from articles.rest.models import Key, Scope


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """What a key may do, for whom, how often and how long."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("What the key may be used for. Give no more than the other system needs."),
    )  # fmt: skip
    expires_at = forms.DateTimeField(
        label=_("expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Key
        fields = ("name", "scopes", "acts_for", "per_minute", "expires_at")


@admin.register(Key)
class KeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Keys of the API. Who may do this is a matter of the stock permissions; no group of the desk has them."""

    form = KeyForm
    actions = ["revoke"]
    list_display = ("name", "prefix", "acts_for", "scope_list", "last_used_at", "expires_at", "is_usable")
    list_select_related = ("acts_for",)
    search_fields = ("name", "prefix")
    ordering = ("name",)
    show_full_result_count = False

    @admin.display(description=_("scopes"))
    def scope_list(self, key: Key) -> str:
        """Show the scopes on one line."""
        return ", ".join(key.scopes)

    @admin.display(description=_("usable"), boolean=True)
    def is_usable(self, key: Key) -> bool:
        """Show whether the key opens anything now."""
        return key.revoked_at is None and (key.expires_at is None or key.expires_at > timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Key | None = None) -> tuple[str, ...]:
        """Keep for whom a key acts: events that name the key name that account too."""
        return ("acts_for", "prefix", "created_by", "created_at", "last_used_at", "revoked_at") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Key | None = None) -> bool:
        """A key is revoked, never deleted: events name it."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer accounts of the desk; only a superuser may make a key that acts for somebody else."""
        if db_field.name == "acts_for":
            accounts = User.objects.filter(is_active=True, is_staff=True).order_by("username")
            assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
            kwargs["queryset"] = accounts if request.user.is_superuser else accounts.filter(pk=request.user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Key, form: "ModelForm[Key]", change: bool) -> None:
        """Make the key by its action, or save what was changed of it."""
        if change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
        made = make_key(**form.cleaned_data, by=request.user)
        obj.pk = made.pk
        obj.refresh_from_db()
        obj.secret = made.secret

    def response_add(self, request: HttpRequest, obj: Key, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret, this once: it is neither stored nor sent through a redirect."""
        response = TemplateResponse(
            request,
            "admin/rest/key/made.html",
            self.admin_site.each_context(request)
            | {"title": _("The key is made"), "key": obj, "opts": self.opts, "desk_section": "records"},
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke the chosen keys, for good"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Key]) -> None:
        """End keys; each one's history says by whom."""
        count = 0
        for key in queryset.filter(revoked_at__isnull=True):
            revoke_key(key)
            self.log_change(request, key, [{"changed": {"fields": [str(_("revoked"))]}}])
            count += 1
        self.message_user(
            request, ngettext("%(count)s key is revoked.", "%(count)s keys are revoked.", count) % {"count": count}
        )
