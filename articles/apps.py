"""The application's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """Stores articles and shows them."""

    name = "articles"
    verbose_name = _("Articles")
