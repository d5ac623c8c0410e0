"""The project: settings, addresses, processes. It may import everything; nothing imports it."""

from newsroom.celery import app as celery_app

__all__ = ["celery_app"]
