"""The forms of readers without JavaScript: a report, an appeal. The limits are those of the API."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from corrections.models import Category


class ReaderForm(forms.Form):
    """A form on a public page."""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")


class CreditForm(ReaderForm):
    """Whether and how a reader wants to be named in public."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": _("Please write at most %(limit_value)d characters; these are %(show_value)d.")},
    )
    credit = forms.BooleanField(
        label=_("You may thank me by this name in the published notice, which then stands in the log for good."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse consent without a name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("credit") and "name" in cleaned and not cleaned["name"]:
            self.add_error("name", _("Write the name by which we may thank you."))
        return cleaned

    @property
    def consented_name(self) -> str:
        """The name by which the reader may be thanked, "" without consent: then no name is kept."""
        return self.cleaned_data["name"] if self.cleaned_data["credit"] else ""


class ReportForm(CreditForm):
    """A report, as a reader types it. The place is found from the quote alone."""

    exact = forms.CharField(
        label=_("Which words are wrong?"),
        help_text=_("Copy them from the article, or type them as they stand there."),
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={
            "required": _("Tell us which words you mean."),
            "max_length": _("Please quote at most %(limit_value)d characters; these are %(show_value)d."),
        },
    )
    suggestion = forms.CharField(
        label=_("How should it read?"),
        max_length=4000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"max_length": _("Please write at most %(limit_value)d characters; these are %(show_value)d.")},
    )
    category = forms.ChoiceField(
        label=_("What kind of error is it?"),
        choices=[
            (Category.TYPO, _("A slip of the pen")),
            (Category.FACT, _("A wrong fact")),
            (Category.WORDING, _("Unclear or unfair wording")),
            (Category.OTHER, _("Something else")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("What should the editors know?"),
        help_text=_("A source helps us most: where can we read how it really is?"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Please write at most %(limit_value)d characters; these are %(show_value)d.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("Only if you want the answer by mail. You get a private link to follow your report in any case."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    """A field that people do not see, and programs fill in. Whose browser did is shown it, and loses nothing."""

    def clean_exact(self) -> str:
        """Refuse a quote without any word."""
        exact = _lines(self.cleaned_data["exact"])
        if not exact.strip():
            raise forms.ValidationError(_("Tell us which words you mean."))
        return exact

    def clean_suggestion(self) -> str:
        """Keep the suggestion with the line breaks that articles have."""
        return _lines(self.cleaned_data["suggestion"])

    def clean_comment(self) -> str:
        """Keep the comment with the line breaks that articles have."""
        return _lines(self.cleaned_data["comment"])

    def clean_website(self) -> str:
        """Refuse what a program has filled in."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Empty this field, please: it is there to keep programs out."))
        return ""


class AppealForm(ReaderForm):
    """Why a decision should be looked at again."""

    message = forms.CharField(
        label=_("Why should we look at it again?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why the decision should be looked at again.")},
    )


def _lines(text: str) -> str:
    """Undo what browsers do to line breaks in a form."""
    return text.replace("\r\n", "\n")
