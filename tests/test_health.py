"""What an operator's machines see."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from corrections import jobs
from corrections.models import Job
from tests.desk import make_case

pytestmark = pytest.mark.django_db


def numbers(client: Client) -> dict[tuple[str, str], float]:
    """Fetch the metrics, by name and label."""
    text = client.get("/metrics").content.decode()
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_livez_asks_nobody(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/livez")

    assert response.status_code == 200


def test_readyz_is_ready_when_database_migrations_and_broker_are(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "migrations": "ok", "broker": "ok"})


def test_readyz_says_that_the_broker_does_not_answer(client: Client) -> None:
    with patch("kombu.Connection.ensure_connection", side_effect=OperationalError):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "ok", "broker": "OperationalError"}


def test_readyz_says_that_migrations_are_missing(client: Client) -> None:
    with patch("django.db.migrations.executor.MigrationExecutor.migration_plan", return_value=[1, 2]):
        response = client.get("/readyz")

    assert (response.status_code, response.json()["migrations"]) == (503, "2 not applied")


def test_metrics_count_jobs_by_kind_cases_and_reports(client: Client) -> None:
    make_case()
    Job.objects.all().delete()
    for subject in range(3):
        jobs.defer("triage_report", subject, due_at=timezone.now() - timedelta(minutes=5))
    Job.objects.filter(subject_id="2").update(parked_at=timezone.now())
    Job.objects.filter(subject_id="1").update(done_at=timezone.now())

    found = numbers(client)

    assert found["newsroom_jobs_pending", "triage_report"] == 1
    assert found["newsroom_jobs_parked", "triage_report"] == 1
    assert found["newsroom_jobs_oldest_due_seconds", "triage_report"] == pytest.approx(300, abs=5)
    assert found["newsroom_jobs_pending", "reanchor_article"] == 0
    assert found["newsroom_cases_waiting", "open"] == 1
    assert found["newsroom_reports_total", ""] == 1
