"""The application's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    """Takes reports, reviews cases, publishes corrections."""

    name = "corrections"
    verbose_name = _("Corrections")

    def ready(self) -> None:
        """Connect the receivers of other applications' signals, and register the checks."""
        from corrections import checks, receivers  # noqa: F401 - models must be loaded first
