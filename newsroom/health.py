"""What an operator's machines ask: ``/livez``, ``/readyz``, ``/metrics``. Numbers are counted when asked for."""

from collections.abc import Callable, Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from corrections.cms.models import Push
from corrections.jobs import KINDS
from corrections.models import Case, Job, Report

_BROKER_ANSWERS_WITHIN = 1.0  # seconds


def livez(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives. Asks nobody, so that a slow database restarts no web process."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """Say whether this process can serve, and what is wrong where it cannot (503)."""
    found = {name: _look(check) for name, check in _CHECKS.items()}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def metrics(_request: HttpRequest) -> HttpResponse:
    """Give the newsroom's numbers in Prometheus' text format, the same from every web process."""
    registry = CollectorRegistry()
    registry.register(_Newsroom())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def missing_migrations() -> int:
    """Count the migrations that the database has not seen."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class _Newsroom(Collector):
    """The numbers: jobs by kind, cases that wait, pushes that need somebody, reports received."""

    def collect(self) -> Iterable[Any]:
        now = timezone.now()
        pending = GaugeMetricFamily("newsroom_jobs_pending", "Jobs that are neither done nor parked.", labels=["kind"])
        parked = GaugeMetricFamily("newsroom_jobs_parked", "Jobs given up after the last attempt.", labels=["kind"])
        age = GaugeMetricFamily(
            "newsroom_jobs_oldest_due_seconds", "For how long the job that is due longest has been.", labels=["kind"]
        )
        is_pending = Q(parked_at__isnull=True)
        rows = Job.objects.filter(done_at__isnull=True).order_by("kind").values("kind")
        counted = rows.annotate(
            pending=Count("pk", filter=is_pending),
            parked=Count("pk", filter=~is_pending),
            oldest=Min("due_at", filter=is_pending),
        )
        found = {kind: numbers for kind, *numbers in counted.values_list("kind", "pending", "parked", "oldest")}
        for kind in sorted({*KINDS, *found}):
            waiting, given_up, oldest = found.get(kind, (0, 0, None))
            pending.add_metric([kind], waiting)
            parked.add_metric([kind], given_up)
            age.add_metric([kind], max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
        yield from (pending, parked, age)
        cases = GaugeMetricFamily("newsroom_cases_waiting", "Cases in the review queue.", labels=["status"])
        by_status = dict(Case.objects.waiting().order_by("status").values_list("status").annotate(n=Count("pk")))
        for status in Case.WAITING:
            cases.add_metric([status.value], by_status.get(status.value, 0))
        yield cases
        not_pushed = Push.objects.not_arrived().count()
        yield GaugeMetricFamily(
            "newsroom_pushes_not_arrived", "Corrections that did not get to a CMS.", value=not_pushed
        )
        yield CounterMetricFamily("newsroom_reports", "Reports received.", value=Report.objects.count())


def _look(check: Callable[[], str | None]) -> str:
    try:
        return check() or "ok"
    except Exception as error:  # noqa: BLE001 - whatever is out of order is the answer
        return type(error).__name__


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> str | None:
    missing = missing_migrations()
    return f"{missing} not applied" if missing else None


def _broker() -> None:
    options = {"socket_timeout": _BROKER_ANSWERS_WITHIN} if settings.REDIS_URL else {}
    with current_app.connection_for_read(transport_options=options) as broker:
        broker.ensure_connection(max_retries=0)


_CHECKS: dict[str, Callable[[], str | None]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
}
