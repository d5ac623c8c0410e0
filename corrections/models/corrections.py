"""Corrections, and the chain of the log that they are published in."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Part, Revision
from corrections.models.cases import Case
from corrections.policy import Kind, Severity


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Corrections, by what the public pages ask for."""

    def public(self) -> Self:
        """Keep what stands in the corrections log: published, with a number; withdrawn ones stay as tombstones."""
        return self.filter(number__isnull=False)

    def newest_first(self) -> Self:
        """Order by number, newest first."""
        return self.order_by("-year", "-sequence")


class Correction(models.Model):
    """The record that an article was put right.

    A draft until published; then what was published never changes (the database refuses it). ``year`` and ``sequence``
    make the number of a public one; a style fix has none and is only counted.
    """

    class Status(models.TextChoices):
        """``draft → awaiting_approval → published → amended | withdrawn``."""

        AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("published")
        AMENDED = "amended", _("amended")
        WITHDRAWN = "withdrawn", _("withdrawn")

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="corrections")
    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="corrections"
    )
    base = models.ForeignKey(
        Revision, verbose_name=_("revision before"), on_delete=models.PROTECT, related_name="+",
        help_text=_("The revision that the editor saw; offsets count in its text."),
    )  # fmt: skip
    revision = models.ForeignKey(
        Revision, verbose_name=_("revision after"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    severity = models.CharField(_("severity"), max_length=20, choices=Severity.choices)
    part = models.CharField(_("part"), max_length=16, choices=Part.choices)
    start = models.PositiveIntegerField(_("start"))
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    notice = models.TextField(_("notice"), blank=True)
    language = models.CharField(_("language"), max_length=35)
    override_reason = models.TextField(
        _("reason"), blank=True, help_text=_("Why a style fix touches what it should not.")
    )
    break_glass_reason = models.TextField(
        _("reason of the haste"), blank=True, help_text=_("Why it was published before it was approved.")
    )
    approval_due_at = models.DateTimeField(
        _("approval owed"), null=True, blank=True, help_text=_("Empty when none is owed (any more).")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    drafted_at = models.DateTimeField(_("drafted"), default=timezone.now)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("drafted by"), on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    sequence = models.PositiveIntegerField(_("number in the year"), null=True, blank=True)
    number = models.CharField(_("number"), max_length=16, null=True, blank=True, unique=True)
    amends = models.ForeignKey(
        "self", verbose_name=_("amends"), null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="correction_number_once"),
            models.CheckConstraint(
                condition=Q(
                    status__in=("awaiting_approval", "returned"), published_at__isnull=True, number__isnull=True
                )
                | Q(status__in=("published", "amended", "withdrawn"), published_at__isnull=False),
                name="correction_published_with_time",
            ),
        ]
        indexes = [models.Index(fields=["-year", "-sequence"], name="correction_log_order")]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} ({self.get_status_display()})"

    def get_absolute_url(self) -> str:
        """Give the path of the permanent public page; only a numbered correction has one."""
        return reverse("corrections:correction", args=[self.number])


class LogEntry(models.Model):
    """One link of the corrections log's chain: what was published, as canonical JSON, and its digest.

    Appended by ``corrections.log`` alone; never changed, never removed.
    """

    class Action(models.TextChoices):
        """What the entry records of its correction."""

        PUBLISHED = "published", _("published")
        AMENDED = "amended", _("amended")
        WITHDRAWN = "withdrawn", _("withdrawn")

    position = models.PositiveIntegerField(_("position"), unique=True)
    correction = models.ForeignKey(
        Correction, verbose_name=_("correction"), on_delete=models.PROTECT, related_name="log_entries"
    )
    action = models.CharField(_("action"), max_length=16, choices=Action.choices)
    at = models.DateTimeField(_("when"))
    payload = models.TextField(_("content"))
    previous_digest = models.CharField(_("digest before"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position}: {self.action}"


class LogHead(models.Model):
    """The end of the log's chain, one row: locked to append, compared to notice a cut tail."""

    position = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    year = models.PositiveSmallIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("head of the log")
        verbose_name_plural = _("head of the log")

    def __str__(self) -> str:
        return f"{self.position} {self.digest[:12]}"
