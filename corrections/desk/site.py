"""The admin site of the newsroom."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class DeskSite(admin.AdminSite):
    """The Django admin, with the review queue as the first thing there."""

    site_header = _("Newsroom")
    site_title = _("Newsroom")
    index_title = _("Desk")
