"""The application's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RestConfig(AppConfig):
    """Keeps the keys of the API and the answers that were given to repeated requests."""

    name = "articles.rest"
    verbose_name = _("API")
