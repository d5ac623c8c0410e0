"""Tells an open queue of cases that have come since it was loaded."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.desk import queue

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
