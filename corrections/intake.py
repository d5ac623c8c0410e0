"""Who may send a report, and how many: the checks that the API and the form without JavaScript share.

They need the database alone: no cache, no broker, no cookie, since article pages may be cached for everyone.
"""

import math
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from corrections.models import Report, Site


class ForeignOrigin(Exception):
    """The request comes from a page of another site that may not send reports here."""


class TooManyReports(Exception):
    """This reader has sent as many reports as one may for now; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"You have sent many reports. Wait {retry_after} seconds, then send this one again.")
        self.retry_after = retry_after


def check_origin(request: HttpRequest) -> None:
    """Raise ``ForeignOrigin`` when a browser says that the request comes from a page that is not ours.

    A request without ``Origin`` is no browser's cross-site request and passes.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    own = {urlsplit(settings.SITE_URL).netloc, request.get_host()}
    if _host_of(origin) not in own:
        raise ForeignOrigin(f"Pages of {origin[:200]} may not send reports here.")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""  # no browser writes such an origin


def site_of(request: HttpRequest) -> Site | None:
    """Give the other site on whose page a request says (``?site=``) it was made; ``None`` when it says nothing.

    Raises ``ForeignOrigin`` unless the origin is one of that site's, or one of ours when no site is named.
    """
    key = request.GET.get("site", "")
    if not key:
        check_origin(request)
        return None
    origin = request.headers.get("Origin", "")
    site = Site.objects.active().filter(key=key).first() if "\0" not in key else None
    if site is None or not site.allows(origin):
        raise ForeignOrigin(f"Pages of {origin[:200] or 'an unknown origin'} may not send reports with this key.")
    return site


def reader_of(request: HttpRequest) -> str:
    """Give a keyed digest of the reader's network address: tells readers apart, tells nobody who they are."""
    return salted_hmac("corrections.reader", _address_of(request), algorithm="sha256").hexdigest()


def check_rate(reader: str, site: Site | None = None) -> None:
    """Raise ``TooManyReports`` when the reader, or all readers of the site together, sent as many as they may."""
    by_reader = Report.objects.filter(reader=reader)
    _check_window(by_reader, timedelta(minutes=1), settings.REPORTS_PER_MINUTE)
    _check_window(by_reader, timedelta(days=1), settings.REPORTS_PER_DAY)
    if site is not None:
        _check_window(Report.objects.filter(site=site), timedelta(minutes=1), site.reports_per_minute)


def _check_window(reports: QuerySet[Report], window: timedelta, limit: int) -> None:
    now = timezone.now()
    recent = reports.filter(received_at__gt=now - window).order_by("-received_at")
    times = list(recent.values_list("received_at", flat=True)[:limit])
    if len(times) >= limit:
        free_at = times[-1] + window if times else now + window
        raise TooManyReports(retry_after=max(1, math.ceil((free_at - now).total_seconds())))


def _address_of(request: HttpRequest) -> str:
    """Give the address as the outermost proxy of ours saw it; what came before it anybody can forge."""
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if settings.TRUSTED_PROXIES and len(forwarded) >= settings.TRUSTED_PROXIES:
        return forwarded[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
