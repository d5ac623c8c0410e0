"""The one signal of the project: other applications learn here that an article has a new revision."""

from django.dispatch import Signal

article_revised = Signal()
"""Sent with ``article``, ``revision`` (the new one) and ``previous`` (the one before, or ``None``), inside the
transaction that saves the revision: what a receiver writes is kept or undone together with it."""
