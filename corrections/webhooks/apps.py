"""The application's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Holds the tables of endpoints and deliveries."""

    name = "corrections.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")
