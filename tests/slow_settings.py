"""The settings, with a triage that takes its time, so that a kill comes in the middle of one."""

from newsroom.settings import *  # noqa: F403 - these are the settings, and one more

CELERY_IMPORTS = ["tests.slow_triage"]
