"""The queue of record: what was deferred is done once, whatever fails in between."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from articles.models import Article
from articles.rest.models import IdempotencyKey
from corrections import jobs
from corrections.models import Job
from tests.desk import make_editor

pytestmark = pytest.mark.django_db


def nothing(_subject_id: str) -> None:
    """Do a job's work without any effect."""


def failing(_subject_id: str) -> None:
    """Fail."""
    raise LookupError("no such thing")


@pytest.fixture
def job() -> Job:
    """One job that is due."""
    jobs.defer("triage_report", 7)
    return Job.objects.get()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, int], str]]:
    """Catch what goes to Celery: (task, arguments, queue)."""
    sent: list[tuple[str, tuple[int, int], str]] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task",
        lambda _app, name, args, *, queue, **_options: sent.append((name, args, queue)),
    )
    return sent


def test_a_job_is_deferred_once_for_a_subject() -> None:
    jobs.defer("triage_report", 7)
    jobs.defer("triage_report", "7")
    jobs.defer("triage_report", 8)

    assert list(Job.objects.order_by("pk").values_list("subject_id", "lane")) == [("7", "triage"), ("8", "triage")]


def test_a_job_is_undone_with_the_transaction_that_caused_it() -> None:
    with transaction.atomic():
        jobs.defer("triage_report", 7)
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_an_unknown_kind_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        jobs.defer("triage_reprot", 7)


def test_what_is_due_is_leased_and_handed_to_celery_once(job: Job, published: list[object]) -> None:
    now = timezone.now()

    first, second = jobs.dispatch(now), jobs.dispatch(now)

    assert (first, second) == (1, 0)
    assert published == [("corrections.triage_report", (job.pk, 0), "triage")]
    job.refresh_from_db()
    assert job.lease_expires_at == now + settings.JOB_LEASE
    assert job.attempts == 0


def test_what_is_not_due_waits(published: list[object]) -> None:
    jobs.defer("triage_report", 7, due_at=timezone.now() + timedelta(minutes=1))

    jobs.dispatch(timezone.now())

    assert published == []


def test_a_job_whose_message_was_lost_is_handed_out_again_when_its_lease_runs_out(
    job: Job, published: list[object]
) -> None:
    jobs.dispatch(timezone.now())

    jobs.dispatch(timezone.now() + settings.JOB_LEASE)

    assert published == [("corrections.triage_report", (job.pk, 0), "triage")] * 2


def test_a_broker_that_does_not_answer_uses_up_no_attempt_and_no_lease(job: Job) -> None:
    with (
        patch("celery.app.base.Celery.send_task", side_effect=OperationalError("gone")),
        pytest.raises(OperationalError),
    ):
        jobs.dispatch(timezone.now())

    job.refresh_from_db()
    assert (job.attempts, job.lease_expires_at, job.last_error) == (0, None, "")


def test_a_long_lane_leaves_turns_to_the_others(monkeypatch: pytest.MonkeyPatch, published: list[object]) -> None:
    monkeypatch.setattr(jobs, "QUEUE_LENGTH", 4)
    for number in range(20):
        jobs.defer("triage_report", number)
        jobs.defer("triage_report", f"slow {number}", lane="mail:1")
    jobs.defer("triage_report", "quick", lane="mail:2")

    jobs.dispatch(timezone.now())

    leased = Job.objects.filter(lease_expires_at__isnull=False)
    assert [leased.filter(lane=lane).count() for lane in ("triage", "mail:1", "mail:2")] == [4, 2, 1]
    assert {queue for _, _, queue in published} == {"triage", "mail"}  # type: ignore[misc]


def test_of_a_lane_in_turn_only_the_first_job_is_handed_out_until_it_is_done(published: list[object]) -> None:
    for number in range(3):
        jobs.defer("triage_report", f"slow {number}", lane="webhooks:1")
        jobs.defer("triage_report", f"quick {number}", lane="webhooks:2")

    at = timezone.now()
    jobs.dispatch(at)
    jobs.dispatch(at)
    leased = set(Job.objects.filter(lease_expires_at__isnull=False).values_list("subject_id", flat=True))
    Job.objects.filter(subject_id="quick 0").update(done_at=at, lease_expires_at=None)
    jobs.dispatch(at)

    assert leased == {"slow 0", "quick 0"}
    assert len(published) == 3
    assert set(Job.objects.filter(lease_expires_at__isnull=False).values_list("subject_id", flat=True)) == {
        "slow 0", "quick 1"
    }  # fmt: skip


def test_more_lanes_in_turn_than_a_queue_has_room_for_are_handed_out_all_the_same(
    monkeypatch: pytest.MonkeyPatch, published: list[object]
) -> None:
    monkeypatch.setattr(jobs, "QUEUE_LENGTH", 4)
    for number in range(20):
        jobs.defer("triage_report", number, lane=f"webhooks:{number}")

    assert jobs.dispatch(timezone.now()) == 4


def test_however_many_servers_are_slow_or_new_threads_are_left_for_the_prompt(
    settings: Settings, published: list[object]
) -> None:
    settings.WEBHOOK_THREADS = 16
    for number in range(40):
        for beginning in (jobs.SLOW, jobs.NEW, "webhooks:"):
            jobs.defer("triage_report", f"{beginning}{number}", lane=f"{beginning}{number}")

    for _ in range(3):
        jobs.dispatch(timezone.now())

    leased = list(Job.objects.filter(lease_expires_at__isnull=False).values_list("lane", flat=True))
    slow = [lane for lane in leased if lane.startswith(jobs.SLOW)]
    new = [lane for lane in leased if lane.startswith(jobs.NEW)]
    assert (len(slow), len(new), len(leased)) == (2, 12, 2 + 12 + 40)


def test_a_slow_server_is_given_one_job_at_a_hand_out() -> None:
    for number in range(3):
        jobs.defer("triage_report", number, lane=f"{jobs.SLOW}1")
    done: list[str] = []

    jobs.perform_in_turn(Job.objects.order_by("pk")[0].pk, 0, done.append)

    assert done == ["0"]


def test_what_came_of_work_outside_and_that_it_is_done_are_written_together(job: Job) -> None:
    def conclude() -> None:
        jobs.defer("triage_report", "written")
        raise LookupError("the database is gone")

    jobs.perform(job.pk, 0, lambda _: conclude, outside=True)

    job.refresh_from_db()
    assert (job.done_at, job.last_error) == (None, "LookupError: the database is gone")
    assert Job.objects.count() == 1


def test_the_end_of_a_job_and_the_start_of_the_next_in_its_lane_are_one_transaction() -> None:
    for number in range(5):
        jobs.defer("triage_report", number, lane="webhooks:1")
    first = Job.objects.order_by("pk")[0]

    with CaptureQueriesContext(connection) as seen:
        jobs.perform_in_turn(first.pk, 0, nothing)

    begun = [query["sql"] for query in seen.captured_queries if query["sql"].startswith("SAVEPOINT")]
    assert not Job.objects.pending().exists()
    assert len(begun) == 1 + 5


def test_who_does_a_job_in_turn_goes_on_with_what_else_is_due_in_its_lane() -> None:
    for number in range(3):
        jobs.defer("triage_report", number, lane="webhooks:1")
    jobs.defer("triage_report", "other", lane="webhooks:2")
    jobs.defer("triage_report", "later", lane="webhooks:1", due_at=timezone.now() + timedelta(hours=1))
    done: list[str] = []

    jobs.perform_in_turn(Job.objects.order_by("pk")[0].pk, 0, done.append)

    assert done == ["0", "1", "2"]


def test_work_that_is_to_go_on_later_has_not_failed(job: Job) -> None:
    at = timezone.now() + timedelta(hours=3)

    def not_yet(_subject_id: str) -> None:
        raise jobs.Later(at)

    for _ in range(7):
        Job.objects.update(due_at=timezone.now())
        jobs.perform(job.pk, 0, not_yet, outside=True)

    job.refresh_from_db()
    assert (job.due_at, job.attempts, job.lease_expires_at, job.parked_at, job.last_error) == (at, 0, None, None, "")


def test_a_performed_job_is_done_and_a_second_message_does_nothing(job: Job) -> None:
    done: list[str] = []

    jobs.perform(job.pk, 0, done.append)
    jobs.perform(job.pk, 0, done.append)
    jobs.perform(job.pk, 1, done.append)

    assert done == ["7"]
    job.refresh_from_db()
    assert (job.attempts, job.lease_expires_at) == (1, None)
    assert job.done_at is not None


def test_the_effect_of_a_failed_job_is_rolled_back_and_it_is_due_again_later(job: Job) -> None:
    def half_done(_subject_id: str) -> None:
        Article.objects.create(slug="half")
        raise LookupError("no such thing")

    jobs.perform(job.pk, 0, half_done)

    assert not Article.objects.exists()
    job.refresh_from_db()
    assert (job.attempts, job.last_error, job.done_at, job.lease_expires_at) == (
        1,
        "LookupError: no such thing",
        None,
        None,
    )
    assert job.due_at > timezone.now() + jobs.RETRY_AFTER[0] - timedelta(seconds=1)


def test_a_message_of_an_earlier_attempt_starts_nothing(job: Job) -> None:
    jobs.perform(job.pk, 0, failing)
    Job.objects.update(due_at=timezone.now())

    jobs.perform(job.pk, 0, failing)

    job.refresh_from_db()
    assert job.attempts == 1


def test_a_failed_job_does_not_start_before_it_is_due_again(job: Job) -> None:
    jobs.perform(job.pk, 0, failing)

    jobs.perform(job.pk, 1, failing)

    job.refresh_from_db()
    assert job.attempts == 1


def test_a_job_is_parked_after_five_failures_and_can_be_put_back(job: Job) -> None:
    for attempt in range(5):
        Job.objects.update(due_at=timezone.now())
        jobs.perform(job.pk, attempt, failing)
    job.refresh_from_db()
    assert (job.attempts, job.parked_at is not None) == (5, True)

    put_back = jobs.unpark(Job.objects.all())

    assert put_back == 1
    jobs.perform(job.pk, 0, nothing)
    job.refresh_from_db()
    assert (job.done_at is not None, job.parked_at, job.last_error) == (True, None, "")


def test_a_start_that_kills_the_process_counts_and_the_fifth_parks_the_job(job: Job, published: list[object]) -> None:
    def killed(_subject_id: str) -> None:
        raise SystemExit

    for attempt in range(5):
        with pytest.raises(SystemExit):
            jobs.perform(job.pk, attempt, killed)
        job.refresh_from_db()
        assert job.attempts == attempt + 1

    jobs.dispatch(timezone.now() + settings.JOB_LEASE)

    job.refresh_from_db()
    assert published == []
    assert (job.parked_at is not None, job.done_at) == (True, None)
    assert "killed" in job.last_error


def test_done_jobs_and_old_idempotency_keys_are_swept(job: Job) -> None:
    now = timezone.now()
    jobs.defer("triage_report", "pending")
    Job.objects.filter(pk=job.pk).update(done_at=now - timedelta(days=31))
    jobs.defer("triage_report", "done lately")
    Job.objects.filter(subject_id="done lately").update(done_at=now - timedelta(days=29))
    for hours in (47, 49):
        IdempotencyKey.objects.create(scope="t", key=str(hours), created_at=now - timedelta(hours=hours))

    jobs.sweep(now)

    assert set(Job.objects.values_list("subject_id", flat=True)) == {"pending", "done lately"}
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["47"]


def test_an_operator_puts_parked_jobs_back_in_the_admin(client: Client, admin_user: User, job: Job) -> None:
    jobs.defer("triage_report", "done")
    Job.objects.filter(subject_id="done").update(done_at=timezone.now(), attempts=1)
    Job.objects.filter(pk=job.pk).update(parked_at=timezone.now(), attempts=5)
    form = {"action": "put_back", "_selected_action": list(Job.objects.values_list("pk", flat=True))}
    client.force_login(admin_user)

    response = client.post("/admin/corrections/job/", form, follow=True)

    assert "1 job is due again." in response.content.decode()
    job.refresh_from_db()
    assert (job.parked_at, job.attempts) == (None, 0)
    assert Job.objects.get(subject_id="done").attempts == 1


def test_an_editor_cannot_put_jobs_back(client: Client, job: Job) -> None:
    editor = make_editor()
    editor.user_permissions.add(Permission.objects.get(codename="view_job"))
    Job.objects.filter(pk=job.pk).update(parked_at=timezone.now(), attempts=5)
    client.force_login(editor)

    client.post("/admin/corrections/job/", {"action": "put_back", "_selected_action": [job.pk]})

    job.refresh_from_db()
    assert job.attempts == 5


@pytest.mark.django_db(transaction=True)
def test_work_outside_of_the_database_holds_no_transaction_and_is_done_once() -> None:
    jobs.defer("triage_report", 7)
    job = Job.objects.get()
    seen: list[bool] = []

    jobs.perform(job.pk, 0, lambda _: seen.append(connection.in_atomic_block), outside=True)
    jobs.perform(job.pk, 0, lambda _: seen.append(connection.in_atomic_block), outside=True)

    job.refresh_from_db()
    assert seen == [False]
    assert (job.attempts, job.lease_expires_at, job.done_at is not None) == (1, None, True)


def test_failed_work_outside_of_the_database_is_due_again_and_parked_after_five_times(job: Job) -> None:
    for attempt in range(5):
        Job.objects.update(due_at=timezone.now())
        jobs.perform(job.pk, attempt, failing, outside=True)

    job.refresh_from_db()
    assert (job.attempts, job.parked_at is not None, job.done_at) == (5, True, None)
    assert job.last_error == "LookupError: no such thing"


def test_work_outside_that_lost_its_lease_does_not_close_what_another_one_does(job: Job) -> None:
    def overtaken(_subject_id: str) -> None:
        Job.objects.update(attempts=2)

    jobs.perform(job.pk, 0, overtaken, outside=True)

    job.refresh_from_db()
    assert (job.attempts, job.done_at) == (2, None)
