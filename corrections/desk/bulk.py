"""Decisions about many cases at once: the chosen ones are frozen, shown and confirmed, then each goes its own way.

Every case is decided by the same form and action as on its own page, in a transaction of its own. What could not be
done is told, case by case; what was done can be taken back together.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from corrections import actions
from corrections.answers import ANSWERS
from corrections.desk import decisions
from corrections.desk.queue import PAGE_SIZE
from corrections.models import REJECTIONS, Case, Resolution
from corrections.passages import Place, place_of

MOST = 4 * PAGE_SIZE
"""How many cases one request decides; more would hold the editor and the database for too long."""

_VERBS = {
    "claim": gettext_lazy("Claim"),
    "release": gettext_lazy("Release"),
    "reject": gettext_lazy("Reject"),
    "snooze": gettext_lazy("Snooze"),
}


class Choice(forms.Form):
    """What is to be done with the chosen cases."""

    verb = forms.ChoiceField(label=gettext_lazy("What"), choices=[*_VERBS.items(), ("undo", gettext_lazy("Undo"))])
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        required=False,
        choices=[(reason.value, reason.label) for reason in REJECTIONS],
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    days = forms.ChoiceField(
        label=gettext_lazy("For"),
        required=False,
        choices=[("1", gettext_lazy("until tomorrow")), ("3", gettext_lazy("3 days")), ("7", gettext_lazy("a week"))],
    )


def decide(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Ask whether the chosen cases are to be decided so; with ``confirmed``, decide them and tell what came of it."""
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
    query = request.META.get("QUERY_STRING", "")
    back = reverse("admin:index") + (f"?{query}" if query else "")
    form = Choice(request.POST)
    chosen = [int(pk) for pk in request.POST.getlist("case")[:MOST] if pk.isdecimal() and len(pk) < 18]
    if request.method != "POST" or not chosen or not form.is_valid():
        messages.warning(request, _("Choose cases first."))
        return redirect(back)
    cases = list(Case.objects.for_queue().select_related("revision").filter(pk__in=chosen).order_by("pk"))
    verb = form.cleaned_data["verb"]
    if verb != "undo" and ("confirmed" not in request.POST or "preview" in request.POST):
        is_new = "confirmed" not in request.POST
        answers = [] if is_new or verb != "reject" else list(_answers(cases, form.cleaned_data))
        form = Choice(initial={"reason": REJECTIONS[0]}) if is_new else form
        return TemplateResponse(
            request,
            "admin/desk/bulk.html",
            context
            | {
                "title": _VERBS[verb],
                "desk_section": "queue",
                "cases": [_as_seen(case, request.POST) for case in cases],
                "form": form,
                "answers": answers,
                "reasons": [(radio, ANSWERS[Resolution(radio.data["value"])]) for radio in form["reason"]],
                "verb": verb,
                "label": _VERBS[verb],
                "query": f"?{query}" if query else "",
                "back": back,
            },
        )
    done, refused = _each(cases, verb, request.POST, by=request.user)
    _tell(request, verb, done, refused)
    return redirect(back)


def _as_seen(case: Case, data: QueryDict) -> tuple[Case, int | str, str]:
    """Give a case with the revision and the words that the editor saw first: a preview is no second look."""
    place: Place = place_of(case)
    return (
        case, data.get(f"revision-{case.pk}", place.revision.number), data.get(f"seen-{case.pk}", place.words)
    )  # fmt: skip


def _answers(cases: Iterable[Case], values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what the readers will read, once for each language of the articles."""
    reason = Resolution(values["reason"] or REJECTIONS[0])
    by_language = {case.article.language: case for case in cases}
    for language, case in sorted(by_language.items()):
        yield language, decisions.answer_of(case, reason, values["message"])


def _each(cases: Iterable[Case], verb: str, data: QueryDict, *, by: User) -> tuple[list[Case], list[tuple[Case, str]]]:
    done: list[Case] = []
    refused: list[tuple[Case, str]] = []
    for case in cases:
        # Each case comes with what was seen of it when the choice was confirmed.
        seen = {name: data.get(f"{name}-{case.pk}", "") for name in ("revision", "seen")}
        form = decisions.VERBS[verb](case, data.dict() | seen)
        try:
            with transaction.atomic():
                if verb == "reject":
                    actions.claim_case(case, by=by)
                if not form.is_valid():
                    raise ValueError(" ".join(str(error) for errors in form.errors.values() for error in errors))
                form.act(by=by)
        except decisions.REFUSALS as refusal:
            refused.append((case, str(refusal)))
        else:
            done.append(case)
    return done, refused


def _tell(request: HttpRequest, verb: str, done: Sequence[Case], refused: Sequence[tuple[Case, str]]) -> None:
    if done:
        text = ngettext("%(n)d case is done.", "%(n)d cases are done.", len(done)) % {"n": len(done)}
        can_undo = decisions.VERBS[verb].can_be_undone
        messages.success(
            request, text, extra_tags=f"undo {' '.join(str(case.pk) for case in done)}" if can_undo else ""
        )
    for case, reason in refused:
        messages.error(request, _("Case %(case)s: %(reason)s") % {"case": case.pk, "reason": reason})
