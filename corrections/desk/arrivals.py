"""Tells an open page what has happened since it was loaded: new cases in the queue, another editor at the case."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.desk import queue
from corrections.models import Event

_MANY = 50


def tell(request: HttpRequest) -> JsonResponse:
    """Say how many cases of the cut are newer than ``since``, counting no further than a few dozen."""
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"text": ""}, status=400)
    newer = queue.Cut(request).cases().filter(pk__gt=int(since)).order_by("pk").values_list("pk", flat=True)
    count = len(newer[: _MANY + 1])
    if count > _MANY:
        text = _("More than %(n)d new cases") % {"n": _MANY}
    else:
        text = ngettext("%(n)d new case", "%(n)d new cases", count) % {"n": count} if count else ""
    return JsonResponse({"text": text})


def tell_of_others(request: HttpRequest, pk: int) -> JsonResponse:
    """Say what others have done with the case since the event ``since``, the latest that the page shows."""
    if not request.user.has_perm("corrections.review_case"):
        raise PermissionDenied
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 18:
        return JsonResponse({"text": ""}, status=400)
    events = Event.objects.filter(case=pk, pk__gt=int(since)).exclude(by=request.user.pk).select_related("by")
    event = events.order_by("-pk").first()
    if event is None:
        return JsonResponse({"text": ""})
    who = (event.by.get_full_name() or event.by.username) if event.by else _("Meanwhile")
    return JsonResponse({"text": _("%(who)s: %(what)s") % {"who": who, "what": event.get_kind_display()}})
