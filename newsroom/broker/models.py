"""The one table of the embedded broker. Nothing here needs to last: the queue of record is ``corrections.jobs``."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, by what a worker asks for."""

    def visible(self, at: datetime) -> Self:
        """Keep what no worker holds, or has held for too long."""
        return self.filter(visible_at__lte=at)

    def in_turns(self) -> Self:
        """Order so that every queue has its turn, the oldest message of each first."""
        turn = Window(RowNumber(), partition_by=F("queue"), order_by=F("pk").asc())
        return self.alias(turn=turn).order_by("turn", "pk")


class Message(models.Model):
    """One message of a queue. Taking it hides it for a while, acknowledging it deletes it."""

    queue = models.CharField(max_length=100)
    payload = models.TextField()
    visible_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["queue", "id"], name="broker_queue")]

    def __str__(self) -> str:
        return f"{self.queue} {self.pk}"
