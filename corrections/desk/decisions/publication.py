"""What an editor decides about a correction: its wording and notice, its approval, its amendment and withdrawal."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections import actions
from corrections.desk.decisions.base import Decision
from corrections.models import Case, Correction
from corrections.policy import SEVERITIES, Approver, Kind, Severity


class Correct(Decision):
    """Put the passage right."""

    verb = "correct"
    can_be_undone = True

    asks_for_reason = False
    """Whether the guard for silent fixes has stopped the change, so that the page asks for a reason."""

    start = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    expected = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    replacement = forms.CharField(
        label=gettext_lazy("Wording"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=Severity.choices)
    notice = forms.CharField(
        label=gettext_lazy("Notice"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The public reads this below the article and in the corrections log."),
    )
    thank = forms.BooleanField(required=False)
    override_reason = forms.CharField(
        label=gettext_lazy("Why this is a style fix all the same"),
        required=False,
        widget=forms.TextInput,
        help_text=gettext_lazy("Kept with the correction."),
    )
    for_approval = forms.BooleanField(
        label=gettext_lazy("Have a second person approve it first"), required=False, initial=False
    )
    break_glass_reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"),
        required=False,
        max_length=2000,
        widget=forms.TextInput,
        help_text=gettext_lazy("It is published at once, and its approval is owed within 24 hours. Kept for good."),
    )

    def starting(self) -> dict[str, Any]:
        """Begin with the passage as it stands, or as it was corrected before, and what is likely to be said of it."""
        kind, severity = likely(self.case)
        place = self.place
        brought_back = self.case.regression_of
        return super().starting() | {
            "start": place.start,
            "end": place.end,
            "expected": place.words,
            "replacement": brought_back.after if brought_back and place.words == brought_back.before else place.words,
            "kind": kind,
            "severity": severity,
        }

    @cached_property
    def credits(self) -> list[str]:
        """The names by which readers of the case consented to be thanked."""
        return list(self.case.reports.exclude(credit="").order_by("credit").values_list("credit", flat=True).distinct())

    def clean(self) -> dict[str, Any]:
        """Read kind and severity as what they are."""
        cleaned = super().clean()
        for name, choices in (("kind", Kind), ("severity", Severity)):
            if name in cleaned:
                cleaned[name] = choices(cleaned[name])
        return cleaned

    def act(self, *, by: User) -> str:
        """Correct the article at the passage."""
        values = self.cleaned_data
        correction = actions.correct_case(
            self.case,
            **{
                name: values[name]
                for name in (
                    "start", "end", "expected", "replacement", "revision", "kind", "severity", "notice",
                    "override_reason", "thank", "for_approval", "break_glass_reason",
                )
            },
            by=by,
        )  # fmt: skip
        if correction.published_at is None:
            return _("The correction of case %(case)s waits for a second person.") % {"case": self.case.pk}
        if correction.approval_due_at is not None:
            return _("Correction %(number)s is published. Its approval is owed.") % {"number": correction.number}
        if correction.number:
            return _("Correction %(number)s is published.") % {"number": correction.number}
        return _("The article is corrected; a style fix has no notice.")


class Amend(Decision):
    """Publish a better notice, as an entry of its own that names the old one."""

    verb = "amend"
    stays = True

    correction = forms.IntegerField(widget=forms.HiddenInput)
    notice = forms.CharField(
        label=gettext_lazy("New notice"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def act(self, *, by: User) -> str:
        """Amend the correction."""
        correction = _correction_of(self.case, self.cleaned_data["correction"])
        amendment = actions.amend_correction(correction, notice=self.cleaned_data["notice"], by=by)
        if amendment.published_at is None:
            return _("The amendment waits for a second person.")
        return _("%(new)s amends %(old)s.") % {"new": amendment.number, "old": correction.number}


class Withdraw(Decision):
    """Withdraw a published correction; it stays in the log as a tombstone."""

    verb = "withdraw"
    stays = True
    permission = f"corrections.{Approver.STANDARDS_EDITOR}"

    correction = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why the correction was wrong"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The public reads this in the log. The article itself stays as it is."),
    )

    def act(self, *, by: User) -> str:
        """Withdraw the correction."""
        correction = _correction_of(self.case, self.cleaned_data["correction"])
        actions.withdraw_correction(correction, reason=self.cleaned_data["reason"], by=by)
        return _("Correction %(number)s is withdrawn.") % {"number": correction.number}


class Approve(Decision):
    """Give the second signature to the draft that was looked at."""

    verb = "approve"

    draft = forms.IntegerField(widget=forms.HiddenInput)

    def act(self, *, by: User) -> str:
        """Publish the draft."""
        correction = actions.approve_case(self.case, draft=self.cleaned_data["draft"], by=by)
        return _("Correction %(number)s is published.") % {"number": correction.number or self.case.pk}


class Return(Decision):
    """Send the draft back to its editor."""

    verb = "return"

    note = forms.CharField(
        label=gettext_lazy("What has to change"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def act(self, *, by: User) -> str:
        """Return the draft."""
        actions.return_case(self.case, note=self.cleaned_data["note"], by=by)
        return _("The draft of case %(case)s went back to its editor.") % {"case": self.case.pk}


class ApprovePublished(Decision):
    """Give the signature that is owed since the correction was published without it."""

    verb = "approve-published"
    stays = True

    correction = forms.IntegerField(widget=forms.HiddenInput)

    def act(self, *, by: User) -> str:
        """Approve the published correction."""
        correction = _correction_of(self.case, self.cleaned_data["correction"])
        actions.approve_correction(correction, by=by)
        return _("Correction %(number)s is approved.") % {"number": correction.number}


class RefusePublished(Decision):
    """Refuse the signature that is owed: the notice is replaced, or the correction withdrawn."""

    verb = "refuse"
    stays = True

    correction = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why it cannot stay as it is"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The public reads this if the correction is withdrawn."),
    )
    notice = forms.CharField(
        label=gettext_lazy("Better notice"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "With a notice the correction is amended. Without one it is withdrawn, and the case is open again."
        ),
    )

    def act(self, *, by: User) -> str:
        """Refuse the published correction."""
        values = self.cleaned_data
        correction = _correction_of(self.case, values["correction"])
        is_amendment = correction.published_at is None
        actions.refuse_correction(correction, reason=values["reason"], notice=values["notice"], by=by)
        if is_amendment:
            return _("The amendment is refused; what was published stands.")
        if values["notice"].strip():
            return _("Correction %(number)s is amended.") % {"number": correction.number}
        return _("Correction %(number)s is withdrawn.") % {"number": correction.number}


def likely(case: Case) -> tuple[Kind, Severity]:
    """Guess kind and severity: as it was corrected before, or from what the reader called it and where it stands."""
    if case.regression_of is not None:
        return Kind(case.regression_of.kind), Severity(case.regression_of.severity)
    if case.part == "headline":
        return Kind.CORRECTION, Severity.SERIOUS
    if case.category == "typo":
        return Kind.STYLE_FIX, Severity.STYLE
    if case.category == "fact":
        return Kind.CORRECTION, Severity.SUBSTANTIVE
    return Kind.CORRECTION, SEVERITIES[Kind.CORRECTION][0]


def _correction_of(case: Case, pk: int) -> Correction:
    correction = case.corrections.filter(pk=pk).first()
    if correction is None:
        raise actions.InvalidTransition(_("This is no correction of the case."))
    return correction
