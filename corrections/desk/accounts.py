"""Accounts and groups in the Django admin, with rights to tick instead of lists to move names between.

Django's two lists side by side need a script, do not fit a phone and are not told apart by a screen reader.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

admin.site.unregister([User, Group])


class _Ticked(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Offers rows of another table as boxes to tick."""

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Leave the button away that would add a row elsewhere."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show a box for each."""
        kwargs["widget"] = forms.CheckboxSelectMultiple(attrs={"class": "ticked"})
        return super().formfield_for_manytomany(db_field, request=request, **kwargs)


@admin.register(Group)
class DeskGroupAdmin(GroupAdmin, _Ticked):
    """What the members of a group may do."""

    filter_horizontal = ()


@admin.register(User)
class DeskUserAdmin(UserAdmin, _Ticked):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Who may sign in. Rights come with groups; those that somebody has alone are folded away."""

    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Rights apart from those of the groups"), {"classes": ("collapse",), "fields": ("user_permissions",)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
