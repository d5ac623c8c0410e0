"""Puts our admin site, with the review queue first, in the place of Django's."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """The admin application, with the desk as its site."""

    default_site = "corrections.desk.site.DeskSite"

    def ready(self) -> None:
        """Register the screens, beside those that other applications' ``admin`` modules register."""
        super().ready()
        for screens in ("cases", "records", "sites", "webhooks", "cms", "accounts"):
            import_module(f"corrections.desk.{screens}")
