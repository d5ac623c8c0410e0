"""The embedded broker: a message is there whole until it is acknowledged, for one worker at a time."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from queue import Empty
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone
from kombu import Connection, Consumer, Queue

from newsroom.broker.models import Message

pytestmark = pytest.mark.django_db


def connect() -> Connection:
    """Connect as Celery does without Redis."""
    return Connection(
        "embedded", transport="newsroom.broker.transport:Transport", transport_options={"visibility_timeout": 60}
    )


@pytest.fixture
def broker() -> Iterator[Connection]:
    """A connection to the embedded broker."""
    with connect() as made:
        yield made


def publish(broker: Connection, queue: str, *bodies: object) -> None:
    """Put messages into a queue, as the dispatcher does: in one batch."""
    producer: Any = broker.Producer()
    with producer.batch():
        for body in bodies:
            producer.publish(body, routing_key=queue, serializer="json")


def get(broker: Connection, queue: str) -> Any:
    """Take the next message, or ``None``."""
    return broker.default_channel.basic_get(queue)  # type: ignore[attr-defined]


def test_messages_come_in_order_and_are_gone_once_acknowledged(broker: Connection) -> None:
    publish(broker, "triage", "first", "second")

    first, second = get(broker, "triage"), get(broker, "triage")
    first.ack()
    second.ack()

    assert (first.payload, second.payload) == ("first", "second")
    assert get(broker, "triage") is None
    assert not Message.objects.exists()


def test_a_batch_that_fails_leaves_no_message(broker: Connection) -> None:
    producer: Any = broker.Producer()

    def publish_half() -> None:
        with producer.batch():
            producer.publish("half", routing_key="triage", serializer="json")
            raise LookupError

    with pytest.raises(LookupError):
        publish_half()

    assert not Message.objects.exists()
    publish(broker, "triage", "whole")
    assert get(broker, "triage").payload == "whole"


def test_a_taken_message_is_hidden_from_others_and_comes_back_when_its_worker_dies(broker: Connection) -> None:
    publish(broker, "triage", "only")
    with connect() as dying:
        dying.default_channel.do_restore = False  # type: ignore[attr-defined] # it is killed: nothing is given back
        assert get(dying, "triage").payload == "only"

        assert get(broker, "triage") is None
    hidden_until = Message.objects.get().visible_at
    Message.objects.update(visible_at=hidden_until - timedelta(seconds=60))

    assert timedelta(seconds=50) < hidden_until - timezone.now() <= timedelta(seconds=60)
    assert get(broker, "triage").payload == "only"


def test_a_worker_that_ends_properly_gives_back_what_it_has_not_started(broker: Connection) -> None:
    publish(broker, "triage", "done", "waiting")
    with connect() as ending:
        get(ending, "triage").ack()
        get(ending, "triage")

    assert get(broker, "triage").payload == "waiting"
    assert get(broker, "triage") is None


def test_a_rejected_message_is_dropped_and_a_requeued_one_comes_back(broker: Connection) -> None:
    publish(broker, "triage", "bad", "good")

    get(broker, "triage").reject()
    get(broker, "triage").requeue()

    assert get(broker, "triage").payload == "good"
    assert get(broker, "triage") is None


def test_a_worker_takes_no_more_than_its_prefetch_and_every_queue_has_its_turn(broker: Connection) -> None:
    publish(broker, "triage", *range(10))
    publish(broker, "mail", "quick")
    taken: list[Any] = []
    with Consumer(
        broker, [Queue("triage"), Queue("mail")], callbacks=[lambda body, message: taken.append((body, message))]
    ) as consumer:
        consumer.qos(prefetch_count=4)
        broker.drain_events(timeout=1)

        with pytest.raises(TimeoutError):
            broker.drain_events(timeout=0.01)
        assert sorted(str(body) for body, _ in taken) == ["0", "1", "2", "quick"]
        taken[0][1].ack()
        broker.drain_events(timeout=1)

    assert len(taken) == 5


def test_an_idle_worker_only_reads(broker: Connection, django_assert_num_queries: Any) -> None:
    channel: Any = broker.default_channel

    with django_assert_num_queries(1) as queries, pytest.raises(Empty):
        channel._get("triage")

    assert queries[0]["sql"].startswith("SELECT")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_get_every_message_once(broker: Connection) -> None:
    publish(broker, "triage", *range(60))
    taken: list[list[int]] = [[], []]

    def work(mine: list[int]) -> None:
        with connect() as worker:
            while (message := get(worker, "triage")) is not None or Message.objects.filter(
                visible_at__lte=timezone.now()
            ).exists():
                if message is not None:
                    mine.append(message.payload)
                    message.ack()
        connections.close_all()

    threads = [threading.Thread(target=work, args=[mine]) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken[0] + taken[1]) == list(range(60))
    assert not Message.objects.exists()


def test_a_broken_database_connection_is_an_error_that_celery_waits_out(broker: Connection) -> None:
    assert issubclass(OperationalError, broker.connection_errors)
    assert issubclass(InterfaceError, broker.connection_errors)
