"""Endpoints, what was sent to them, and every try of it."""

import uuid
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corrections import jobs


class EventType(models.TextChoices):
    """What can be announced; the value stands in a message's ``type``."""

    REPORT_RECEIVED = "report.received", _("a report was received")
    CASE_OPENED = "case.opened", _("a case was opened")
    CASE_RESOLVED = "case.resolved", _("a case was resolved")
    CORRECTION_PUBLISHED = "correction.published", _("a correction was published")
    CORRECTION_AMENDED = "correction.amended", _("a correction was amended")
    CORRECTION_WITHDRAWN = "correction.withdrawn", _("a correction was withdrawn")
    ARTICLE_REVISED = "article.revised", _("an article was revised")


TEST = "webhook.test"
"""The type of the message that somebody sends to see whether an endpoint works. Nobody subscribes to it."""


class Endpoint(models.Model):
    """The address at which another system takes messages, and how it has been doing."""

    class Status(models.TextChoices):
        """``active`` ⇄ ``paused`` by people; ``disabled`` by us, ``active`` again by people."""

        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("disabled")

    class Reason(models.TextChoices):
        """Why we disabled it."""

        GONE = "gone", _("it answered 410 Gone")
        FAILING = "failing", _("nothing was delivered for five days")

    class Pace(models.TextChoices):
        """How the last try went; it says among which others the endpoint waits."""

        NEW = "new", _("not tried yet")
        PROMPT = "prompt", _("delivered at once")
        SLOW = "slow", _("slow or failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.CharField(_("address"), max_length=2000)
    description = models.CharField(_("what it is"), max_length=200, blank=True)
    events = models.JSONField(_("events"), default=list)
    contact = models.EmailField(
        _("contact"), blank=True,
        help_text=_("Who is told when the endpoint is disabled. When left empty, who made it."),
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    sealed_secret = models.TextField(editable=False)
    sealed_previous_secret = models.TextField(blank=True, editable=False)
    previous_expires_at = models.DateTimeField(_("old secret expires"), null=True, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    disabled_reason = models.CharField(_("disabled because"), max_length=16, choices=Reason.choices, blank=True)
    disabled_at = models.DateTimeField(_("disabled"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    silences = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Tries in a row without a reply.")
    rests_until = models.DateTimeField(_("rests until"), null=True, editable=False)
    pace = models.CharField(_("last try"), max_length=8, choices=Pace.choices, default=Pace.NEW, editable=False)

    secret = ""
    """What signs; only on the object that making an endpoint or rotating its secret gives, never stored as it is."""

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        default_permissions = ()
        permissions = [("manage_webhooks", _("Can manage webhooks: addresses, secrets, deliveries"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="disabled", disabled_at__isnull=False) & ~Q(disabled_reason="")
                | ~Q(status="disabled") & Q(disabled_at__isnull=True, disabled_reason=""),
                name="endpoint_disabled_with_reason",
            )
        ]

    def __str__(self) -> str:
        return self.description or urlsplit(self.url).netloc

    def get_absolute_url(self) -> str:
        """Give the path of the endpoint's page at the desk."""
        return reverse("admin:webhooks_endpoint_change", args=[self.pk])

    @property
    def lane(self) -> str:
        """The lane of the endpoint's deliveries: one at a time, and none waits for an endpoint of another pace."""
        beginning = {self.Pace.NEW: jobs.NEW, self.Pace.SLOW: jobs.SLOW}.get(self.Pace(self.pace), "webhooks:")
        return f"{beginning}{self.pk.hex}"

    def is_resting(self, at: datetime) -> bool:
        """Tell whether it is left alone for a while, since it did not answer or asked for it."""
        return self.rests_until is not None and self.rests_until > at


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, by what the log asks for."""

    def undelivered(self) -> Self:
        """Keep what did not arrive and is not going to by itself."""
        return self.filter(status__in=(Delivery.Status.FAILED, Delivery.Status.MISSED))


class Delivery(models.Model):
    """One message for one endpoint. The body is made once and is the same, byte for byte, at every try."""

    class Status(models.TextChoices):
        """``pending → delivered | failed``; ``missed`` while the endpoint took nothing; redelivering: pending again."""

        PENDING = "pending", _("pending")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        MISSED = "missed", _("missed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="deliveries"
    )
    type = models.CharField(_("event"), max_length=32)
    subject = models.CharField(_("about"), max_length=64, help_text="The job that announced it; each is sent once.")
    body = models.TextField(_("body"))
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PENDING)
    round = models.PositiveSmallIntegerField(default=0, help_text="How many times somebody had it delivered again.")
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, help_text="In this round.")
    due_at = models.DateTimeField(_("next try"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "subject"], name="delivery_once_per_event"),
            models.CheckConstraint(
                condition=Q(status="pending", due_at__isnull=False) | ~Q(status="pending") & Q(due_at__isnull=True),
                name="delivery_pending_with_time",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_log"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"

    def get_absolute_url(self) -> str:
        """Give the path of the delivery's page at the desk."""
        return reverse("admin:webhooks_delivery_change", args=[self.pk])

    @property
    def last_attempt(self) -> "Attempt | None":
        """The latest try, of those that were fetched along."""
        return next(reversed(self.attempts.all()), None)

    @property
    def message_id(self) -> str:
        """The ``webhook-id``: the same at every try, so that the receiver can tell a repetition."""
        return f"msg_{self.pk.hex}"

    @property
    def job_subject(self) -> str:
        """What the job that delivers it in this round is about."""
        return f"{self.pk.hex}.{self.round}"


class Attempt(models.Model):
    """One try of a delivery: what came back, and after what time."""

    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.CASCADE, related_name="attempts"
    )
    at = models.DateTimeField(_("when"))
    reply_status = models.PositiveSmallIntegerField(_("status of the reply"), null=True)
    reply = models.TextField(_("beginning of the reply"), blank=True)
    error = models.TextField(_("error"), blank=True)
    milliseconds = models.PositiveIntegerField(_("time taken (ms)"))

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["delivery", "at"], name="attempt_order")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.reply_status or self.error}"

    @property
    def is_success(self) -> bool:
        """Whether the receiver took the message: 2xx and nothing else."""
        return self.reply_status is not None and 200 <= self.reply_status < 300
