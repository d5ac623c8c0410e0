"""The queue of record: deferred work, a row each."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, by what the dispatcher and the operator ask for."""

    def pending(self) -> Self:
        """Keep what is neither done nor parked."""
        return self.filter(done_at__isnull=True, parked_at__isnull=True)

    def to_dispatch(self, at: datetime) -> Self:
        """Keep what is due and held by no lease, the longest due first."""
        return (
            self.pending()
            .filter(Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=at), due_at__lte=at)
            .order_by("due_at", "pk")
        )

    def parked(self) -> Self:
        """Keep what was given up after the last attempt and waits for an operator."""
        return self.filter(parked_at__isnull=False)


class Job(models.Model):
    """One piece of deferred work: a row of the queue of record, written together with what caused it.

    ``kind`` names the task, ``subject_id`` the row it is about; each kind is done once per subject.
    """

    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.CharField(_("subject"), max_length=64)
    lane = models.CharField(_("lane"), max_length=64)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_expires_at = models.DateTimeField(_("lease runs out"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    parked_at = models.DateTimeField(_("parked"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="job_once_per_subject"),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(parked_at__isnull=True), name="job_one_end"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
                name="job_pending",
            ),
            # The dispatcher asks four times a second which lanes have work; with webhooks there are many lanes.
            models.Index(
                fields=["lane", "due_at"],
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
                name="job_lanes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
