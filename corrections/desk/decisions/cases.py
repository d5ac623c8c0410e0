"""What an editor decides about a case short of correcting it: who has it, how it ends, where its passage lies."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from corrections import actions
from corrections.answers import ANSWERS
from corrections.desk.decisions.base import Decision
from corrections.models import REJECTIONS, Case, Resolution


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

    @property
    def answer(self) -> str:
        """What the readers will read, in the article's language; "" until a reason is chosen."""
        reason = self.data.get("reason", "")
        if reason not in REJECTIONS:
            return ""
        return answer_of(self.case, Resolution(reason), self.data.get("message", ""))

    def act(self, *, by: User) -> str:
        """Reject the case."""
        reason = Resolution(self.cleaned_data["reason"])
        actions.reject_case(self.case, reason=reason, message=self.cleaned_data["message"], by=by)
        return _("Case %(case)s is closed: %(reason)s.") % {"case": self.case.pk, "reason": reason.label}


def canned(case: Case, reason: Resolution) -> str:
    """Give the sentences that readers read for a reason, in the article's language."""
    with translation.override(case.article.language):
        return f"{ANSWERS[reason].title}\n{ANSWERS[reason].meaning}"


def answer_of(case: Case, reason: Resolution, message: str) -> str:
    """Give all that readers read: the canned sentences, then the editor's own words."""
    return "\n\n".join(filter(None, (canned(case, reason), message.strip())))


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

    into = forms.IntegerField(label=gettext_lazy("Into case"), min_value=1, required=False)
    number = forms.IntegerField(label=gettext_lazy("or into the case with the number"), min_value=1, required=False)

    def clean(self) -> dict[str, Any]:
        """Find the other case, by the number that was typed or else the one that was chosen."""
        cleaned = super().clean()
        pk = cleaned.get("number") or cleaned.get("into")
        if not pk:
            raise forms.ValidationError(_("Choose a case."))
        cleaned["into"] = Case.objects.filter(pk=pk).first()
        if cleaned["into"] is None:
            raise forms.ValidationError(_("There is no case with this number."))
        return cleaned

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
