"""What an editor sends from the case page, one form a verb. Each form parses, then calls one action."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from corrections import actions, passages
from corrections.models import REJECTIONS, Case, Correction, Resolution
from corrections.policy import SEVERITIES, Approver, Kind, Severity

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

    def act(self, *, by: User) -> str:
        """Call the action; give the sentence that says what was done. Raises one of ``REFUSALS``."""
        raise NotImplementedError


class Claim(Decision):
    """Take the case, or prolong the claim."""

    verb = "claim"
    stays = True

    def act(self, *, by: User) -> str:
        """Claim the case."""
        actions.claim_case(self.case, by=by)
        return _("Case %(case)s is yours.") % {"case": self.case.pk}


class TakeOver(Decision):
    """Take a case that somebody else is working on. Its trail keeps that."""

    verb = "take-over"
    stays = True

    def act(self, *, by: User) -> str:
        """Claim the case from its holder."""
        actions.claim_case(self.case, takeover=True, by=by)
        return _("You have taken over case %(case)s.") % {"case": self.case.pk}


class Release(Decision):
    """Give the case back."""

    verb = "release"

    def act(self, *, by: User) -> str:
        """Release the case."""
        actions.release_case(self.case, by=by)
        return _("Case %(case)s is back in the queue.") % {"case": self.case.pk}


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


class Reject(Decision):
    """Close the case without a correction, with a reason that the readers are told."""

    verb = "reject"
    can_be_undone = True
    looks_at_text = True

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[(reason.value, reason.label) for reason in REJECTIONS],
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Follows the canned sentence. May stay empty."),
    )

    def act(self, *, by: User) -> str:
        """Reject the case."""
        reason = Resolution(self.cleaned_data["reason"])
        actions.reject_case(self.case, reason=reason, message=self.cleaned_data["message"], by=by)
        return _("Case %(case)s is closed: %(reason)s.") % {"case": self.case.pk, "reason": reason.label}


class Snooze(Decision):
    """Put the case off."""

    verb = "snooze"
    can_be_undone = True

    days = forms.TypedChoiceField(
        label=gettext_lazy("For"),
        coerce=int,
        empty_value=None,
        required=False,
        initial=1,
        choices=[("", gettext_lazy("no set time")), (1, gettext_lazy("until tomorrow")),
                 (3, gettext_lazy("3 days")), (7, gettext_lazy("a week")),
                 (14, gettext_lazy("2 weeks"))],
    )  # fmt: skip
    day = forms.DateField(
        label=gettext_lazy("or until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    reports = forms.IntegerField(
        label=gettext_lazy("or until so many more reports"), required=False, min_value=1, max_value=1000
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)

    def act(self, *, by: User) -> str:
        """Snooze the case until the morning of the day, until more reports, or until the first of both."""
        day, reports = self.cleaned_data["day"], self.cleaned_data["reports"]
        if day is None and self.cleaned_data["days"] is not None:
            day = timezone.localdate() + timedelta(days=self.cleaned_data["days"])
        until = timezone.make_aware(datetime.combine(day, time(hour=7))) if day else None
        actions.snooze_case(self.case, until=until, reports=reports, note=self.cleaned_data["note"], by=by)
        case = self.case.pk
        if day is None:
            return ngettext(
                "Case %(case)s comes back with %(n)d more report.",
                "Case %(case)s comes back with %(n)d more reports.",
                reports,
            ) % {"case": case, "n": reports}
        if reports is None:
            return _("Case %(case)s comes back on %(day)s.") % {"case": case, "day": day.isoformat()}
        return ngettext(
            "Case %(case)s comes back on %(day)s, or with %(n)d more report.",
            "Case %(case)s comes back on %(day)s, or with %(n)d more reports.",
            reports,
        ) % {"case": case, "day": day.isoformat(), "n": reports}


class Wake(Decision):
    """Bring a snoozed case back."""

    verb = "wake"
    stays = True

    def act(self, *, by: User) -> str:
        """Wake the case."""
        actions.wake_case(self.case, by=by)
        return _("Case %(case)s is back in the queue.") % {"case": self.case.pk}


class Merge(Decision):
    """Close the case as the same error as another case of the article."""

    verb = "merge"
    can_be_undone = True

    into = forms.IntegerField(label=gettext_lazy("Into case"), min_value=1)

    def clean_into(self) -> Case:
        """Find the other case."""
        case = Case.objects.filter(pk=self.cleaned_data["into"]).first()
        if case is None:
            raise forms.ValidationError(_("There is no case with this number."))
        return case

    def act(self, *, by: User) -> str:
        """Merge the case into the other one."""
        into: Case = self.cleaned_data["into"]
        actions.merge_case(self.case, into=into, by=by)
        return _("Case %(case)s is part of case %(into)s now.") % {"case": self.case.pk, "into": into.pk}


class Unmerge(Decision):
    """Part a merged case from the one that took it."""

    verb = "unmerge"
    stays = True

    note = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def act(self, *, by: User) -> str:
        """Unmerge the case."""
        actions.unmerge_case(self.case, note=self.cleaned_data["note"], by=by)
        return _("Case %(case)s is open again, with its own reports.") % {"case": self.case.pk}


class Reopen(Decision):
    """Bring a decided case back."""

    verb = "reopen"
    stays = True

    note = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def act(self, *, by: User) -> str:
        """Reopen the case."""
        actions.reopen_case(self.case, note=self.cleaned_data["note"], by=by)
        return _("Case %(case)s is open again.") % {"case": self.case.pk}


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
        actions.refuse_correction(correction, reason=values["reason"], notice=values["notice"], by=by)
        if values["notice"].strip():
            return _("Correction %(number)s is amended.") % {"number": correction.number}
        return _("Correction %(number)s is withdrawn.") % {"number": correction.number}


class Undo(Decision):
    """Take back what was decided a moment ago."""

    verb = "undo"
    stays = True

    def act(self, *, by: User) -> str:
        """Undo the last decision."""
        actions.undo_case(self.case, by=by)
        return _("Taken back: case %(case)s is yours again.") % {"case": self.case.pk}


class Place(Decision):
    """Say where the passage lies."""

    verb = "place"
    stays = True

    start = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    expected = forms.CharField(strip=False, widget=forms.HiddenInput)

    def act(self, *, by: User) -> str:
        """Place the case."""
        values = self.cleaned_data
        if values["revision"] != self.place.revision.number:
            raise actions.EditConflict(_("The article was revised while you were reading. Pick the passage again."))
        actions.place_case(self.case, start=values["start"], end=values["end"], expected=values["expected"], by=by)
        return _("The passage of case %(case)s is picked.") % {"case": self.case.pk}


VERBS: dict[str, type[Decision]] = {
    form.verb: form
    for form in (
        Claim,
        TakeOver,
        Release,
        Correct,
        Reject,
        Snooze,
        Wake,
        Merge,
        Unmerge,
        Reopen,
        Amend,
        Withdraw,
        Approve,
        Return,
        ApprovePublished,
        RefusePublished,
        Undo,
        Place,
    )
}


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


def _newlines(value: Any) -> Any:
    # Browsers send every line break of a form as CR LF; the one text knows only LF.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
