"""What an editor does from the case page about a correction that did not get to the CMS of its article."""

from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from corrections import actions
from corrections.cms import actions as cms
from corrections.cms.models import Push
from corrections.desk.decisions import Decision
from corrections.models import Case


class PushAgain(Decision):
    """Push the change again."""

    verb = "push-again"
    stays = True

    push = forms.UUIDField(widget=forms.HiddenInput)

    def act(self, *, by: User) -> str:
        """Put the push back."""
        push = _push_of(self.case, self.cleaned_data["push"])
        try:
            cms.push_again(push, by=by)
        except cms.NotWaiting as error:
            raise actions.InvalidTransition(str(error)) from error
        return _("It is pushed again. What came of it stands here in a moment: load the page again.")


class SettlePush(Decision):
    """Say that somebody saw to it by hand."""

    verb = "settle-push"
    stays = True

    push = forms.UUIDField(widget=forms.HiddenInput)

    def act(self, *, by: User) -> str:
        """Settle the push."""
        push = _push_of(self.case, self.cleaned_data["push"])
        try:
            cms.settle_push(push, by=by)
        except cms.NotWaiting as error:
            raise actions.InvalidTransition(str(error)) from error
        return _("Nothing is left to do there.")


VERBS: dict[str, type[Decision]] = {form.verb: form for form in (PushAgain, SettlePush)}


def _push_of(case: Case, pk: UUID) -> Push:
    push = Push.objects.filter(pk=pk, event__case=case).first()
    if push is None:
        raise actions.InvalidTransition(_("This is no push of the case."))
    return push
