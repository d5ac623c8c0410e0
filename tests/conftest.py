"""What holds for all tests: which can run here, and how much time the slow ones may take."""

import os

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

# How fast a machine is says nothing about the code: no deadlines, on busy machines too.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what belongs to the other of the two runs (``python -m tests`` makes both)."""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL only: set DATABASE_URL, or use make test")
    if item.get_closest_marker("redis") and not os.environ.get("REDIS_URL"):
        pytest.skip("runs on Redis only: set REDIS_URL, or use make test")
