"""A kombu transport over a database table, so that Celery runs without a server beside the database.

A message is one row: written whole or not at all, hidden while a worker holds it, deleted once acknowledged. A worker
that is killed leaves its messages hidden; they come back after the visibility time-out. Every message may therefore be
delivered more than once, as with Redis. Built on ``kombu.transport.virtual``; workers poll. A child process must not
inherit a database connection, so the pool has to start its processes with ``spawn``.
"""

import json
from collections import deque
from datetime import timedelta
from queue import Empty
from typing import Any

from django.db import Error, connection, transaction
from django.utils import timezone
from kombu.transport import virtual

from newsroom.broker.models import Message

Payload = dict[str, Any]


class PublishBatch:
    """Keeps the messages of one ``Producer.batch()`` back, and writes them in one statement."""

    def __init__(self, channel: "Channel") -> None:
        self.channel = channel
        channel.held_back = []

    def publish(self, message: Payload, **options: Any) -> Any:
        """Route a message and keep it."""
        return self.channel.basic_publish(message, **options)

    def flush(self) -> None:
        """Write what was kept."""
        Message.objects.bulk_create(self.channel.held_back or [])
        self.channel.held_back = []

    def discard(self) -> None:
        """Forget what was kept."""
        self.channel.held_back = []

    def close(self) -> None:
        """Let the channel write by itself again."""
        self.channel.held_back = None


class Channel(virtual.Channel):
    """Reads and writes the table."""

    from_transport_options = (*virtual.Channel.from_transport_options, "visibility_timeout")
    visibility_timeout: float = 3600
    """For how many seconds a message stays hidden that was taken and not acknowledged."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held_back: list[Message] | None = None
        self._acknowledged: deque[int] = deque()

    def create_publish_batch(self, max_size: int) -> PublishBatch:  # noqa: ARG002 - kombu's signature
        """Serve ``Producer.batch()``."""
        return PublishBatch(self)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Note that a message is dealt with. Called from the pool's threads: the next poll deletes the row."""
        super().basic_ack(delivery_tag, multiple=multiple)
        self._acknowledged.append(int(delivery_tag))

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give a message back, or drop it."""
        super().basic_reject(delivery_tag, requeue=requeue)
        if not requeue:
            self._acknowledged.append(int(delivery_tag))

    def close(self) -> None:
        """Give back what was taken and not started, and delete what was acknowledged."""
        if not self.closed:
            super().close()
            self._delete_acknowledged()

    def _put(self, queue: str, message: Payload, **_: Any) -> None:
        row = Message(queue=queue, payload=json.dumps(message))
        if self.held_back is None:
            row.save()
        else:
            self.held_back.append(row)

    def _get(self, queue: str, timeout: float | None = None) -> Payload:  # noqa: ARG002 - kombu's signature
        for _, payload in self._take([queue], limit=1):
            return payload
        raise Empty

    def _get_many(self, queues: list[str], timeout: float | None = None) -> None:  # noqa: ARG002 - kombu's signature
        limit = self.qos.can_consume_max_estimate()
        taken = self._take(list(dict.fromkeys(queues)), limit=1 if limit is None else limit)
        if not taken:
            raise Empty
        for queue, payload in taken:
            self.connection._deliver(payload, queue)  # noqa: SLF001 - what kombu's own _get_many call

    def _take(self, queues: list[str], *, limit: int) -> list[tuple[str, Payload]]:
        now = timezone.now()
        waiting = Message.objects.filter(queue__in=queues).visible(now)
        if not waiting.exists() and not self._acknowledged:
            return []  # an idle worker only reads
        with transaction.atomic():
            self._delete_acknowledged()
            turns = list(waiting.in_turns().values_list("pk", flat=True)[:limit])
            # Another worker may have taken some of them in between, so they are looked at again under the lock.
            rows = list(waiting.filter(pk__in=turns).select_for_update(skip_locked=True))
            hidden = Message.objects.filter(pk__in=[row.pk for row in rows])
            hidden.update(visible_at=now + timedelta(seconds=self.visibility_timeout))
        return [(row.queue, self._payload_of(row)) for row in sorted(rows, key=lambda row: turns.index(row.pk))]

    @staticmethod
    def _payload_of(row: Message) -> Payload:
        payload: Payload = json.loads(row.payload)
        payload["properties"]["delivery_tag"] = str(row.pk)
        return payload

    def _delete_acknowledged(self) -> None:
        tags = []
        while self._acknowledged:
            tags.append(self._acknowledged.popleft())
        if tags:
            Message.objects.filter(pk__in=tags).delete()

    def _restore(self, message: virtual.Message) -> None:
        Message.objects.filter(pk=int(str(message.delivery_tag))).update(visible_at=timezone.now())

    def _size(self, queue: str) -> int:
        return Message.objects.filter(queue=queue).count()

    def _purge(self, queue: str) -> int:
        return Message.objects.filter(queue=queue).delete()[0]


class Transport(virtual.Transport):
    """Celery's way to the table."""

    Channel = Channel
    driver_type = "database"
    driver_name = "django"
    polling_interval = 0.1
    connection_errors = (*virtual.Transport.connection_errors, Error)

    def establish_connection(self) -> Any:
        """Make sure that the database answers, so that kombu waits and repeats if it does not."""
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        Message.objects.exists()
        return super().establish_connection()

    def driver_version(self) -> str:
        """Give a version for Celery's banner."""
        return "1"
