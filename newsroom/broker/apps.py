"""The application's configuration."""

from django.apps import AppConfig


class BrokerConfig(AppConfig):
    """Holds the table of the embedded broker."""

    name = "newsroom.broker"
    label = "broker"
