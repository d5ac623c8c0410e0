"""The scheduler: it lives on, whatever is out of order, and wakes what was put off."""

import logging
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone

from corrections import actions
from corrections.management.commands.scheduler import Chore, wake_cases
from corrections.models import Case
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


def test_a_failing_chore_is_tried_again_after_growing_pauses_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    ran: list[float] = []

    def run(_at: datetime) -> None:
        ran.append(clock[0])
        if len(ran) <= 2:
            raise OperationalError("down")

    chore = Chore("hand jobs to Celery", run, every=0.25)
    caplog.set_level(logging.INFO)

    with patch("corrections.management.commands.scheduler.connection"):  # the test's own is not to be closed
        for quarter in range(15):
            clock[0] = quarter / 4
            chore.run_if_due(clock[0])

    assert ran == [0.0, 1.0, 3.0, 3.25, 3.5]
    assert [record.getMessage() for record in caplog.records] == [
        "Cannot hand jobs to Celery, trying again in 1 s: OperationalError: down",
        "Cannot hand jobs to Celery, trying again in 2 s: OperationalError: down",
        "Can hand jobs to Celery again, after 2 failures",
    ]


def test_snoozed_cases_wake_when_their_time_has_come_and_not_before() -> None:
    editor = make_editor()
    soon, later = make_case("teh"), make_case("five million", article=make_article(headline="Another"))
    now = timezone.now()
    actions.snooze_case(soon, until=now + timedelta(hours=1), by=editor)
    actions.snooze_case(later, until=now + timedelta(hours=3), by=editor)

    wake_cases(now + timedelta(hours=2))
    wake_cases(now + timedelta(hours=2))

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.status, soon.arrival, later.status) == (Case.Status.OPEN, Case.Arrival.WOKEN, Case.Status.SNOOZED)
    assert soon.events.filter(kind="woken").count() == 1


def test_a_case_that_cannot_be_woken_keeps_no_other_from_waking(caplog: pytest.LogCaptureFixture) -> None:
    editor = make_editor()
    bad, good = make_case("teh"), make_case("five million", article=make_article(headline="Another"))
    now = timezone.now()
    for case in (bad, good):
        actions.snooze_case(case, until=now + timedelta(hours=1), by=editor)
    wake = actions.wake_case

    def wake_all_but_one(case: Case) -> None:
        if case.pk == bad.pk:
            raise LookupError("broken")
        wake(case)

    with patch("corrections.actions.wake_case", wake_all_but_one):
        wake_cases(now + timedelta(hours=2))

    good.refresh_from_db()
    assert good.status == Case.Status.OPEN
    assert "broken" in caplog.text
