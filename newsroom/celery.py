"""The Celery application. It runs work; what is to be done stands in the database (see ``corrections.jobs``)."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning  # type: ignore[attr-defined] # missing in the types

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

app = Celery("newsroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery warns when root runs a worker, since a pickled message could then do anything. Ours are JSON, and nothing else
# is accepted; in a container root is the usual thing.
warnings.filterwarnings("ignore", category=SecurityWarning)
