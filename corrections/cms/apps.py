"""The application's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Holds the tables of connections and pushes."""

    name = "corrections.cms"
    label = "cms"
    verbose_name = _("Content management systems")
