"""Other sites with our script on their pages."""

import re
import secrets
from typing import Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteQuerySet(models.QuerySet["Site"]):
    """Other sites, by what a request from one of their pages asks for."""

    def active(self) -> Self:
        """Keep those whose pages may send reports."""
        return self.filter(active=True)


def make_site_key() -> str:
    """Give a key for a site's script tag. It is public: the origin of a request is what is checked."""
    return secrets.token_urlsafe(12)


class Site(models.Model):
    """Another site with our script on its pages: from where these report, and what we may do for it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    key = models.CharField(_("key"), max_length=32, unique=True, default=make_site_key, editable=False)
    origins = models.TextField(
        _("origins"),
        help_text=_("Exactly from where its pages come, one a line: https://www.example.org, without a path."),
    )
    may_fetch = models.BooleanField(
        _("fetch its articles"),
        default=False,
        help_text=_("Whether an article that we do not have yet is read from its address when a reader reports it."),
    )
    active = models.BooleanField(_("active"), default=True, help_text=_("Whether its pages may send reports."))
    reports_per_minute = models.PositiveIntegerField(
        _("reports a minute"), default=60, help_text=_("From all its readers together.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Bring the origins to the spelling that browsers send, or say which line is none."""
        origins = []
        for line in self.origins.split():
            origin = origin_of(line)
            if not origin or re.search(r"[@?#*]|[^:/]/.", line):
                raise ValidationError({"origins": _("“%(line)s” is no origin.") % {"line": line[:200]}})
            origins.append(origin)
        self.origins = "\n".join(dict.fromkeys(origins))

    def allows(self, origin: str) -> bool:
        """Tell whether pages of ``origin`` may send reports with this site's key."""
        return origin in self.origins.split()

    def has_page(self, url: str) -> bool:
        """Tell whether an address is one of this site's."""
        return self.allows(origin_of(url))


_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Give the origin of a web address as browsers write it (RFC 6454, section 6.2), or "" when it has none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in _DEFAULT_PORTS:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")
