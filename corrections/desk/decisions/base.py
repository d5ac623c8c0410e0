"""What every form of the case page carries, and what an action may say no with."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from corrections import actions, passages
from corrections.models import Case

REFUSALS = (
    actions.ApprovalRefused,
    actions.EditConflict,
    actions.InvalidTransition,
    ValueError,
)
"""What an action says no with; ``PolicyViolation`` and its kin are ``ValueError``."""


class Decision(forms.Form):
    """The fields that every verb carries: the revision and the words that the editor saw."""

    verb: ClassVar[str]
    stays: ClassVar[bool] = False
    """Whether the editor stays at the case; else the next case comes up."""
    looks_at_text: ClassVar[bool] = False
    """Whether the decision is about the words at the passage, so that it fails when others stand there by now."""

    permission: ClassVar[str] = "corrections.review_case"
    """The right that the verb takes."""
    can_be_undone: ClassVar[bool] = False
    """Whether the decision can be taken back for a few seconds."""

    refusal: Exception | None = None
    """What the action said no with, once it has."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(
        self, case: Case, data: Mapping[str, Any] | None = None, *, place: passages.Place | None = None
    ) -> None:
        self.case = case
        self.place = place or passages.place_of(case)
        super().__init__(data, initial=self.starting(), auto_id=f"{self.verb}-%s")

    def starting(self) -> dict[str, Any]:
        """Give what the fields hold before the editor has typed."""
        return {"revision": self.place.revision.number, "seen": self.place.words}

    def clean(self) -> dict[str, Any]:
        """Refuse a decision about words that have changed since the editor read them."""
        cleaned = {name: _newlines(value) for name, value in (super().clean() or self.cleaned_data).items()}
        is_other_revision = cleaned.get("revision") != self.place.revision.number
        if self.looks_at_text and is_other_revision and cleaned.get("seen") != self.place.words:
            raise forms.ValidationError(
                _("The article was revised while you were reading, and the passage reads otherwise now. "
                  "Look at it again; what you typed is kept.")
            )  # fmt: skip
        return cleaned

    @property
    def typed(self) -> list[tuple[str, str]]:
        """The editor's own words, each under its label: for a page that no longer has the form."""
        words = [field for field in self if isinstance(field.field, forms.CharField) and not field.is_hidden]
        return [(str(field.label), field.value().strip()) for field in words if (field.value() or "").strip()]

    def act(self, *, by: User) -> str:
        """Call the action; give the sentence that says what was done. Raises one of ``REFUSALS``."""
        raise NotImplementedError


def _newlines(value: Any) -> Any:
    # Browsers send every line break of a form as CR LF; the one text knows only LF.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
