"""Connections to content management systems, and every change of a text that is carried to one."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corrections.cms.interface import ADVICE, PASSING, Reason
from corrections.models import Correction, Event


class Connection(models.Model):
    """A system that articles come from and corrections go back to, and how it has been doing."""

    class Kind(models.TextChoices):
        """Which system it is."""

        WORDPRESS = "wordpress", "WordPress"

    class Status(models.TextChoices):
        """``active`` ⇄ ``paused``, by people."""

        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("system"), max_length=16, choices=Kind.choices, default=Kind.WORDPRESS, editable=False)
    url = models.CharField(_("address of the site"), max_length=500)
    user = models.CharField(_("user name"), max_length=100)
    sealed_password = models.TextField(editable=False)
    source = models.CharField(
        _("source of its articles"), max_length=100, unique=True,
        help_text=_("As it stands at the articles; imported posts have the host of their site, without www."),
    )  # fmt: skip
    collections = models.CharField(
        _("types of posts"), max_length=200, default="posts pages",
        help_text=_("As the REST API names them (rest_base), separated by spaces; looked through in this order."),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    last_reason = models.CharField(max_length=16, choices=Reason.choices, blank=True, editable=False)
    last_detail = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("connection to a CMS")
        verbose_name_plural = _("connections to CMSs")
        default_permissions = ()
        permissions = [("manage_connections", _("Can manage connections to CMSs: addresses, passwords"))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Give the path of the connection's page at the desk."""
        return reverse("admin:cms_connection_change", args=[self.pk])

    @property
    def lane(self) -> str:
        """The lane of the connection's pushes: one at a time, and none waits for another server."""
        return f"webhooks:{self.pk.hex}"

    @property
    def last_advice(self) -> object:
        """What to do about the last failure; nothing about one that may pass."""
        return "" if self.last_reason in PASSING else ADVICE.get(self.last_reason, "")

    def note_success(self, at: datetime) -> None:
        """Write that it works."""
        self.succeeded_at, self.failing_since, self.last_reason, self.last_detail = at, None, "", ""
        self.save(update_fields=["succeeded_at", "failing_since", "last_reason", "last_detail"])

    def note_failure(self, reason: Reason, detail: str, at: datetime) -> None:
        """Write that it does not work."""
        self.failing_since = self.failing_since or at
        self.last_reason, self.last_detail = reason, detail
        self.save(update_fields=["failing_since", "last_reason", "last_detail"])


class PushQuerySet(models.QuerySet["Push"]):
    """Pushes, by what the desk asks for."""

    def not_arrived(self) -> Self:
        """Keep what did not get there and is not going to by itself: somebody has to look."""
        return self.filter(status__in=(Push.Status.REFUSED, Push.Status.FAILED))


class Push(models.Model):
    """One change of an article's text that is carried to a connection: a correction, or its being taken back."""

    class Status(models.TextChoices):
        """``pending → pushed | stood | refused | failed``; refused, failed → pending again, or settled by hand."""

        PENDING = "pending", _("on its way")
        PUSHED = "pushed", _("pushed")
        STOOD = "stood", _("stands there")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        SETTLED = "settled", _("settled by hand")
        TAKEN_BACK = "taken_back", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(
        Connection, verbose_name=_("connection"), on_delete=models.CASCADE, related_name="pushes"
    )
    event = models.ForeignKey(Event, verbose_name=_("because of"), on_delete=models.PROTECT, related_name="pushes")
    correction = models.ForeignKey(
        Correction, verbose_name=_("correction"), on_delete=models.PROTECT, related_name="pushes"
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(_("why not"), max_length=16, choices=Reason.choices, blank=True)
    detail = models.TextField(_("what it said"), blank=True)
    round = models.PositiveSmallIntegerField(default=0, help_text="How many times somebody had it pushed again.")
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, help_text="In this round.")
    due_at = models.DateTimeField(_("next try"), null=True, blank=True)
    started_at = models.DateTimeField(_("first try"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    seen_to_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("seen to by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    there = models.CharField(_("revision there"), max_length=40, blank=True)
    page = models.TextField(_("post"), blank=True, help_text=_("Where people edit it."))

    objects = PushQuerySet.as_manager()

    class Meta:
        verbose_name = _("push to a CMS")
        verbose_name_plural = _("pushes to CMSs")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["connection", "event"], name="push_once_per_event"),
            models.CheckConstraint(
                condition=Q(status="pending", due_at__isnull=False) | ~Q(status="pending") & Q(due_at__isnull=True),
                name="push_pending_with_time",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "-created_at", "-id"], name="push_log"),
            models.Index(
                fields=["-created_at"], condition=Q(status__in=("refused", "failed")), name="push_not_arrived"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection}: {self.correction}"

    @property
    def is_reverse(self) -> bool:
        """Whether it takes a correction back."""
        return self.event.kind == Event.Kind.UNDONE

    @property
    def advice(self) -> object:
        """What to do about it."""
        return ADVICE.get(self.reason, "")

    @property
    def has_not_arrived(self) -> bool:
        """Whether somebody has to look."""
        return self.status in (self.Status.REFUSED, self.Status.FAILED)

    @property
    def may_have_arrived(self) -> bool:
        """Whether anything may have been written there: what was begun and not refused beforehand."""
        wrote = self.status != self.Status.REFUSED or self.reason in (Reason.ALTERED, Reason.OVERWRITTEN)
        return self.started_at is not None and wrote

    @property
    def job_subject(self) -> str:
        """What the job that carries it in this round is about."""
        return f"{self.pk.hex}.{self.round}"
