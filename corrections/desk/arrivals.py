"""Tells an open page what has happened since it was loaded: new cases in the queue, another editor at the case."""

from dataclasses import asdict

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections import actions
from corrections.desk import queue
from corrections.models import Case, Event

_MANY = 50
_NAMED = 5


def tell(request: HttpRequest) -> JsonResponse:
    """Say how many cases of the cut are newer than ``since``, and who is at each case that the page shows.

    ``since`` is the newest case of all when the page was loaded; no further is counted than a few dozen. ``shown`` are
    the numbers of the shown cases, with commas.
    """
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"text": ""}, status=400)
    cut = queue.Cut(request)
    count = len(cut.newer(int(since)).values_list("pk", flat=True)[: _MANY + 1])
    if count > _MANY:
        text = _("More than %(n)d new cases") % {"n": _MANY}
    else:
        text = ngettext("%(n)d new case", "%(n)d new cases", count) % {"n": count} if count else ""
    return JsonResponse({"text": text, "company": _company(cut, request.GET.get("shown", ""))})


def _company(cut: queue.Cut, shown: str) -> dict[int, dict[str, str]]:
    numbers = [int(number) for number in shown.split(",")[: queue.PAGE_SIZE] if number.isdecimal() and len(number) < 18]
    cases = queue.with_lookers(Case.objects.filter(pk__in=numbers).select_related("assignee"), by=cut.by, at=cut.now)
    return {case.pk: asdict(queue.company_of(case, by=cut.by, at=cut.now)) for case in cases}


def tell_of_others(request: HttpRequest, pk: int) -> JsonResponse:
    """Take notice that the editor has the case on the screen; say who else has, and what others have done with it.

    ``since`` is the latest event that the page shows. With ``active``, the editor has typed, clicked or scrolled since
    the page asked before: that keeps the editor's own claim.
    """
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
    if request.method != "POST":
        return JsonResponse({}, status=405)
    since = request.POST.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"text": ""}, status=400)
    case = Case.objects.filter(pk=pk).first()
    if case is None:
        raise Http404
    actions.note_presence(case, by=request.user)
    if request.POST.get("active"):
        actions.keep_claim(case, by=request.user)
    return JsonResponse(
        {
            "text": _happened(case, since=int(since), to=request.user),
            "here": present(case, to=request.user),
            "until": _claimed_until(case, by=request.user),
        }
    )


def present(case: Case, *, to: User) -> str:
    """Say who else looks at the case, "" when nobody does."""
    others = case.presences.of_others(to, timezone.now()).select_related("editor")
    names = [queue.name_of(presence.editor) for presence in others[:_NAMED]]
    if not names:
        return ""
    return ngettext("%(names)s is looking at this case too.", "%(names)s are looking at this case too.", len(names)) % {
        "names": ", ".join(names)
    }


def _happened(case: Case, *, since: int, to: User) -> str:
    events = case.events.filter(pk__gt=since).exclude(by=to).exclude(kind=Event.Kind.LOOKED).select_related("by")
    event = events.order_by("-pk").first()
    if event is None:
        return ""
    who = queue.name_of(event.by) if event.by else _("Meanwhile")
    return _("%(who)s: %(what)s") % {"who": who, "what": event.get_kind_display()}


def _claimed_until(case: Case, *, by: User) -> str:
    if case.status != Case.Status.CLAIMED or case.assignee_id != by.pk or case.claim_expires_at is None:
        return ""
    return _("Yours until %(time)s.") % {"time": date_format(timezone.localtime(case.claim_expires_at), "H:i")}
