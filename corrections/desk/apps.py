"""Puts our admin site, with the review queue first, in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """The admin application, with the desk as its site."""

    default_site = "corrections.desk.site.DeskSite"
