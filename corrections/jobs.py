"""The queue of record: deferred work as rows, written together with what caused it, handed out on leases.

    defer ──▶ pending ──dispatch──▶ leased, its id in Celery ──perform──▶ done
                 ▲                     │
                 └── failed, lease ran out ──▶ after five attempts: parked ──unpark──▶ pending

Celery's messages may be lost or delivered twice at any point: a lost one costs a lease, a second one a query. What is
done stands in the row, written in the transaction of the work itself. Which function does a kind of work is the
business of ``corrections.tasks``.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from kombu import Connection

from articles.rest.models import IdempotencyKey
from corrections.models import Job

logger = logging.getLogger(__name__)

KINDS = {
    "triage_report": "triage",
    "reanchor_article": "reanchor",
    "count_words": "words",
    "find_regressions": "reanchor",
    "take_snapshot": "clocks",
    "fetch_article": "fetch",
    "answer_readers": "mail",
    "ask_to_confirm": "mail:questions",
    "mail_answer": "mail:answers",
    "announce": "announce",
    "deliver_webhook": "webhooks",
    "tell_webhook_disabled": "mail",
    "push_correction": "webhooks",
    "tell_author": "mail:newsroom",
    "tell_alarm": "mail:newsroom",
    "tell_not_pushed": "mail:newsroom",
    "mail_digest": "mail:newsroom",
    "mail_neglected": "mail:newsroom",
}
"""Every kind of work and its lane. A lane is a Celery queue; what follows a colon only divides the turns within it."""

IN_TURN = frozenset({"webhooks"})
"""Queues in each of whose lanes one job is done at a time, in the order of their rows: a lane is one other server."""

TURN = 5.0
"""Seconds for which a worker goes on with the lane it is at, before others get their turn."""

NEW, SLOW = "webhooks:new:", "webhooks:slow:"
"""How the lanes begin of servers that were not asked yet, and of those that were slow or failed last time."""

SHARES = {NEW: 3 / 4, SLOW: 1 / 8}
"""What part of the threads is for such lanes, however many there are: the rest is kept for servers that were prompt."""

ATTEMPTS = 5
RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=15))
"""How long a job waits after its first, second, third and fourth failure."""

QUEUE_LENGTH = 200
"""How many messages may wait in a Celery queue. Without a limit, a dead worker's queue grows with every lease."""

KEEP_DONE = timedelta(days=30)
KEEP_IDEMPOTENCY_KEYS = timedelta(hours=48)


Conclusion = Callable[[], datetime | None]
"""Writes down what came of work outside of the database, and says when to go on with it, if it is not done."""


class Later(Exception):
    """Raised by a handler: the work has not failed, it goes on at ``due_at``, with all attempts before it again."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(f"Goes on at {due_at:%Y-%m-%d %H:%M:%S}.")
        self.due_at = due_at


def defer(kind: str, subject_id: object, *, lane: str = "", due_at: datetime | None = None) -> None:
    """Have ``kind`` done for a subject, once, from ``due_at`` on; kept or undone with the current transaction."""
    defer_all(kind, {str(subject_id): lane or KINDS[kind]}, due_at=due_at)


def defer_all(
    kind: str, lanes: Mapping[str, str], *, due_at: datetime | None = None, due: Mapping[str, datetime] | None = None
) -> None:
    """Have ``kind`` done for many subjects, each in the lane that ``lanes`` says, from when ``due`` says if it does.

    Else like ``defer``.
    """
    due_at = due_at or timezone.now()
    rows = [
        Job(kind=kind, subject_id=subject, lane=lane, due_at=(due or {}).get(subject, due_at))
        for subject, lane in lanes.items()
    ]
    Job.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def defer_again(kind: str, subject_id: object, *, after: timedelta) -> None:
    """Have ``kind`` done for a subject now, also if it was done or given up longer than ``after`` ago."""
    defer(kind, subject_id)
    now = timezone.now()
    ended = Job.objects.filter(Q(done_at__lte=now - after) | Q(parked_at__lte=now - after))
    ended.filter(kind=kind, subject_id=str(subject_id)).update(
        done_at=None, parked_at=None, attempts=0, due_at=now, lease_expires_at=None
    )


def dispatch(at: datetime) -> int:
    """Take leases on what is due, lane by lane in turns, and hand it to Celery. Gives how many jobs that were.

    Raises the broker's error when it does not answer; the leases are given back, and no attempt is used up. A request
    must not call this. Safe to run in several processes at once.
    """
    _park_exhausted(at)
    lanes = list(Job.objects.to_dispatch(at).order_by("lane").values_list("lane", flat=True).distinct())
    if not lanes:
        return 0
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=0)
        jobs = _lease(lanes, room=_room_for(lanes, connection), at=at)
        producer = current_app.amqp.Producer(connection, auto_declare=False)
        try:
            with producer.batch():  # type: ignore[attr-defined] # newer than the types
                for job in jobs:
                    current_app.send_task(
                        task_name(job.kind),
                        (job.pk, job.attempts),
                        queue=_queue_of(job.lane),
                        producer=producer,
                        retry=False,
                    )
        except Exception:
            _held_by_us(jobs).update(lease_expires_at=None)
            raise
    return len(jobs)


def perform(job_id: int, attempt: int, handler: Callable[[str], Conclusion | None], *, outside: bool = False) -> None:
    """Start a job if nobody has since ``attempt`` starts of it, and do it: ``handler`` and "done" in one transaction.

    The start is counted before, in a transaction of its own, so that a start that kills the process counts. A failure
    is noted on the row, which is due again later or parked; it is logged, not raised.

    With ``outside``, the effect is beyond the database (a mail, a call of another server), which no transaction can
    undo: it is done without one, since a server that is slow to answer would keep every other writer of SQLite
    waiting. The lease alone keeps others away meanwhile, and a killed process leaves the work to be done once more.
    What the handler gives back is called when the effect is there, in one transaction with "done".
    """
    job = _start(job_id, attempt)
    if job is None:
        return
    if outside:
        _do_outside(job, handler, until=time.monotonic())
        return
    with _failures_noted(job), transaction.atomic(durable=True):
        # Locked until the end, so nobody else does this work meanwhile; a lock that is taken means somebody does.
        if Job.objects.pending().select_for_update(skip_locked=True).filter(pk=job.pk).first() is not None:
            handler(job.subject_id)
            _close(Job.objects.filter(pk=job.pk))


def perform_in_turn(job_id: int, attempt: int, handler: Callable[[str], Conclusion | None]) -> None:
    """Do a job of a lane of ``IN_TURN`` outside of any transaction, then what else is due there, for ``TURN`` seconds.

    So a lane is as fast as its server, where one hand-out for each job would make it as slow as the dispatcher. The
    end of a job and the start of the next are one transaction: SQLite has one writer, for whom all lanes wait.
    """
    until = time.monotonic() + TURN
    job = _start(job_id, attempt)
    while job is not None:
        job = _do_outside(job, handler, until=until)


def postpone(lane: str, *, until: datetime) -> None:
    """Leave what waits in a lane alone until a time."""
    waiting = Job.objects.pending().filter(lane=lane, lease_expires_at__isnull=True)
    waiting.filter(due_at__lt=until).update(due_at=until)


def change_lane(lane: str, to: str) -> None:
    """Have all that waits or is being done in a lane go on in another."""
    Job.objects.pending().filter(lane=lane).update(lane=to)


def unpark(jobs: QuerySet[Job]) -> int:
    """Put parked jobs back, with all attempts before them again. Gives how many."""
    return jobs.filter(parked_at__isnull=False).update(
        parked_at=None, attempts=0, due_at=timezone.now(), lease_expires_at=None
    )


def sweep(at: datetime) -> int:
    """Delete what has been done for long, and idempotency keys that are too old to be repeated. Gives how many."""
    done, _ = Job.objects.filter(done_at__lte=at - KEEP_DONE).delete()
    keys, _ = IdempotencyKey.objects.filter(created_at__lte=at - KEEP_IDEMPOTENCY_KEYS).delete()
    return done + keys


def task_name(kind: str) -> str:
    """Give the name of the Celery task that does a kind of work."""
    return f"corrections.{kind}"


def _queue_of(lane: str) -> str:
    return lane.partition(":")[0]


def _room_for(lanes: Iterable[str], connection: Connection) -> dict[str, int]:
    """Ask the broker how many more messages each lane's queue may take."""
    channel: Any = connection.default_channel
    queues = {_queue_of(lane) for lane in lanes}
    return {
        queue: QUEUE_LENGTH - channel.queue_declare(queue, durable=True, auto_delete=False).message_count
        for queue in queues
    }


@transaction.atomic(durable=True)
def _lease(lanes: list[str], *, room: dict[str, int], at: datetime) -> list[Job]:
    jobs: list[Job] = []
    for queue, limit in room.items():
        ours = [lane for lane in lanes if _queue_of(lane) == queue]
        if limit <= 0:
            continue
        # A row that another dispatcher holds is being handed out by it.
        due = Job.objects.to_dispatch(at).select_for_update(skip_locked=True)
        if queue in IN_TURN:
            heads = due.filter(pk__in=list(_heads(ours, at)))
            for beginning in SHARES:
                jobs += heads.filter(lane__startswith=beginning)[: _room_in_share(beginning, at)]
                heads = heads.exclude(lane__startswith=beginning)
            jobs += heads[:limit]
        else:
            for lane in ours:
                jobs += due.filter(lane=lane)[: limit // len(ours)]
    expires_at = at + settings.JOB_LEASE
    for job in jobs:
        job.lease_expires_at = expires_at
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(lease_expires_at=expires_at)
    return jobs


def _room_in_share(beginning: str, at: datetime) -> int:
    """Say how many more jobs of lanes that begin so may be handed out."""
    handed_out = Job.objects.pending().filter(lane__startswith=beginning, lease_expires_at__gt=at)
    return max(0, max(1, int(settings.WEBHOOK_THREADS * SHARES[beginning])) - handed_out.count())


def _heads(lanes: Collection[str], at: datetime) -> QuerySet[Job, int]:
    """Give the first due job of each lane in which none is handed out.

    One statement, so that two processes that ask at the same time are given the same jobs; the rows' locks tell then
    who gets each. Were it two, one of them could be given the second job while the other does the first.
    """
    busy = Job.objects.pending().filter(lane__in=lanes, lease_expires_at__gt=at)
    free = Job.objects.to_dispatch(at).filter(lane__in=lanes).exclude(lane__in=busy.values("lane"))
    return free.order_by().values("lane").annotate(head=Min("pk")).values_list("head", flat=True)


def _held_by_us(jobs: list[Job]) -> QuerySet[Job]:
    """The jobs whose lease is still the one that was just taken: nobody started or leased them since."""
    expiries = {job.lease_expires_at for job in jobs}
    return Job.objects.filter(pk__in=[job.pk for job in jobs], lease_expires_at__in=expiries)


@transaction.atomic(durable=True)
def _start(job_id: int, attempt: int) -> Job | None:
    # The number of starts tells messages of an earlier hand-out, and the second copy of one, from the one that counts.
    return _start_one_of(Job.objects.pending().filter(pk=job_id, attempts=attempt, due_at__lte=timezone.now()))


def _start_one_of(startable: QuerySet[Job]) -> Job | None:
    job = startable.select_for_update(skip_locked=True).first()
    if job is None:
        return None
    job.attempts += 1
    job.lease_expires_at = timezone.now() + settings.JOB_LEASE
    job.save(update_fields=["attempts", "lease_expires_at"])
    return job


def _do_outside(job: Job, handler: Callable[[str], Conclusion | None], *, until: float) -> Job | None:
    """Do a job outside of a transaction. Gives the next one of its lane, started, if there is one before ``until``."""
    following = None
    with _failures_noted(job):
        conclude = handler(job.subject_id)
        with transaction.atomic(durable=True):
            again_at = conclude() if conclude else None
            if again_at is None:
                _close(_held(job))
            else:
                _put_off(_held(job), again_at)
            if time.monotonic() < until:
                following = _start_following(job)
    return following


def _start_following(job: Job) -> Job | None:
    """Start what is due next in the lane that a job is in by now. One of the slow has to wait for its turn."""
    lane = Job.objects.filter(pk=job.pk).values_list("lane", flat=True).first()
    if lane is None or lane.startswith(SLOW):
        return None
    now = timezone.now()
    return _start_one_of(Job.objects.to_dispatch(now).filter(pk__in=list(_heads([lane], now))))


@contextmanager
def _failures_noted(job: Job) -> Iterator[None]:
    """Note on the row what goes wrong with the work, or that it goes on later. Nothing is raised."""
    try:
        yield
    except Later as later:
        _put_off(_held(job), later.due_at)
    except Exception as error:  # whatever a handler raises, the row must know
        logger.exception("%s failed at attempt %s of %s", job, job.attempts, ATTEMPTS)
        _note_failure(job, error)


def _held(job: Job) -> QuerySet[Job]:
    """Find the row as long as it is ours: nobody else has started the job since."""
    return Job.objects.pending().filter(pk=job.pk, attempts=job.attempts)


def _put_off(job: QuerySet[Job], due_at: datetime) -> None:
    job.update(due_at=due_at, attempts=0, lease_expires_at=None, last_error="")


def _close(job: QuerySet[Job]) -> None:
    job.update(done_at=timezone.now(), lease_expires_at=None, last_error="")


def _note_failure(job: Job, error: Exception) -> None:
    now = timezone.now()
    words = f"{type(error).__name__}: {error}"[:2000]
    if job.attempts >= ATTEMPTS:
        _held(job).update(parked_at=now, lease_expires_at=None, last_error=words)
    else:
        _held(job).update(due_at=now + RETRY_AFTER[job.attempts - 1], lease_expires_at=None, last_error=words)


def _park_exhausted(at: datetime) -> None:
    """Park what was started for the last time and did not come to an end: the process was killed."""
    parked = Job.objects.to_dispatch(at).filter(attempts__gte=ATTEMPTS).order_by()
    for pk in parked.values_list("pk", flat=True):
        killed = parked.filter(pk=pk).update(
            parked_at=at, lease_expires_at=None, last_error="The process was killed or ran into its time limit."
        )
        if killed:
            logger.error("Job %s is parked: its last attempt did not come to an end", pk)
