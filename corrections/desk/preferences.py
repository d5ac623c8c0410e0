"""What letters an editor wants, and in which language: everybody's own page."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from corrections.models import Preferences


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """The digest, and the language of all letters."""

    class Meta:
        model = Preferences
        fields = ("digest", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        assert isinstance(language, forms.TypedChoiceField)  # noqa: S101  # for the type checker: the model has choices
        language.choices = [("", _("the newsroom’s")), *settings.DESK_LANGUAGES]


def show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the preferences of who is signed in, and keep what is sent."""
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
    kept = Preferences.objects.filter(user=request.user).first() or Preferences(user=request.user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=kept)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept."))
        return redirect("admin:preferences")
    context |= {"title": _("Letters to me"), "form": form}
    return TemplateResponse(request, "admin/desk/preferences.html", context, status=422 if form.errors else 200)
