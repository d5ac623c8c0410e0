"""What holds for all tests: which can run here, and how much time the slow ones may take."""

import os
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests import chromium

# How fast a machine is says nothing about the code: no deadlines, on busy machines too.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what belongs to the other of the two runs (``python -m tests`` makes both)."""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL only: set DATABASE_URL, or use make test")
    if item.get_closest_marker("redis") and not os.environ.get("REDIS_URL"):
        pytest.skip("runs on Redis only: set REDIS_URL, or use make test")


STORED_BY_MIGRATIONS = {
    "corrections.migrations.0002_log_groups_immutability": ("lay_log_head", "make_groups"),
    "corrections.migrations.0006_sites": ("let_chief_editors_manage_sites",),
    "corrections.migrations.0009_daily_snapshot": ("grant",),
    "corrections.migrations.0014_break_glass": ("grant",),
    "corrections.webhooks.migrations.0002_permission": ("let_chief_editors_manage_webhooks",),
    "corrections.cms.migrations.0002_permission": ("let_chief_editors_manage_connections",),
}


@pytest.fixture(autouse=True)
def stored_by_migrations(request: pytest.FixtureRequest) -> None:
    """Store anew what migrations store, if a test with real transactions emptied the database before this one."""
    if not request.node.get_closest_marker("django_db") and not {"db", "transactional_db"} & {*request.fixturenames}:
        return
    request.getfixturevalue("_django_db_helper")  # after which the database may be asked
    if not apps.get_model("corrections", "LogHead").objects.exists():
        for migration, functions in STORED_BY_MIGRATIONS.items():
            for function in functions:
                getattr(import_module(migration), function)(apps, None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, from ``CHROMIUM`` or the path. For a module only: its event loop keeps Django from the database."""
    executable = chromium.find()
    if executable is None:
        missing = "No Chromium: install it, or name it in CHROMIUM."
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=chromium.ARGS)
        yield launched
        launched.close()
