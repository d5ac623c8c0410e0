"""Cases: one suspected error at one passage each, and the queue's order."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Part, Revision
from corrections.models.outcomes import Category, Outcome, Resolution
from corrections.policy import RULES
from corrections.priority import severity_of


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, by what the desk asks for."""

    def waiting(self) -> Self:
        """Keep what waits for an editor: the review queue."""
        # The second condition follows from the first. SQLite uses a partial index only for a condition without
        # parameters, and a list of statuses has some.
        return self.filter(status__in=Case.WAITING, resolved_at__isnull=True)

    def needing_approval(self) -> Self:
        """Keep what waits for a second signature: a draft, or what was published without the one that it owes."""
        return self.filter(Q(status=Case.Status.AWAITING_APPROVAL) | Q(approval_due_at__isnull=False))

    def overdue(self, at: datetime) -> Self:
        """Keep what should have been decided or approved before ``at``. What is put off is not overdue."""
        # The first condition is that of the index, word for word, as SQLite wants it.
        owed = Q(resolved_at__isnull=True) | Q(approval_due_at__isnull=False)
        return self.filter(owed, due_at__lte=at).exclude(status=Case.Status.SNOOZED)

    def unresolved(self) -> Self:
        """Keep what is not ended: waiting, or put off."""
        return self.exclude(status=Case.Status.RESOLVED)

    def most_urgent_first(self) -> Self:
        """Order by priority, then by age, then by number."""
        return self.order_by("-priority", "first_reported_at", "pk")

    def nearest_first(self, case: "Case") -> Self:
        """Order cases of the same article by how far their passages lie from that of ``case``; lost ones last."""
        is_elsewhere = models.Case(models.When(part=case.part, then=0), default=1)
        distance = Coalesce(Abs(F("start") - (case.start or 0)), 2**31 - 1)
        return self.order_by(is_elsewhere, distance, "pk")

    def for_queue(self) -> Self:
        """Fetch along what a row of the queue shows."""
        return self.select_related("article", "article__current", "assignee")


class Case(models.Model):
    """One suspected error at one passage of an article. Collects the reports about it; what an editor works on."""

    class Status(models.TextChoices):
        """Where the case stands; the arrows between are in ``corrections.actions.cases``."""

        OPEN = "open", _("open")
        CLAIMED = "claimed", _("claimed")
        AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
        SNOOZED = "snoozed", _("snoozed")
        RESOLVED = "resolved", _("resolved")

    WAITING = (Status.OPEN, Status.CLAIMED, Status.AWAITING_APPROVAL)

    class Arrival(models.TextChoices):
        """Why the case is in the queue."""

        NEW = "new", _("new")
        REOPENED = "reopened", _("reopened")
        REGRESSION = "regression", _("regression")
        APPEAL = "appeal", _("appeal")
        WOKEN = "woken", _("woken")

    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="cases")
    part = models.CharField(_("part"), max_length=16, choices=Part.choices, default=Part.BODY)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, default=Category.OTHER)

    exact = models.TextField(_("quote"))
    prefix = models.TextField(_("words before"), blank=True)
    suffix = models.TextField(_("words after"), blank=True)

    revision = models.ForeignKey(
        Revision, verbose_name=_("revision"), on_delete=models.PROTECT, related_name="+",
        help_text=_("The revision whose text the passage's offsets count in."),
    )  # fmt: skip
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    end = models.PositiveIntegerField(_("end"), null=True, blank=True)
    outcome = models.CharField(_("passage"), max_length=16, choices=Outcome.choices)

    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.OPEN)
    arrival = models.CharField(_("here because"), max_length=16, choices=Arrival.choices, default=Arrival.NEW)
    resolution = models.CharField(_("resolution"), max_length=32, choices=Resolution.choices, blank=True)
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    regression_of = models.ForeignKey(
        "Correction", verbose_name=_("brings back"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="regressions", help_text=_("The correction whose error is back in the text."),
    )  # fmt: skip
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("held by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="claimed_cases",
    )  # fmt: skip
    claim_expires_at = models.DateTimeField(_("claim lapses"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    wake_at_reports = models.PositiveIntegerField(_("snoozed until so many reports"), null=True, blank=True)

    priority = models.PositiveIntegerField(_("priority"), default=0)
    rerank_at = models.DateTimeField(_("priority reckoned anew"), default=timezone.now)
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    first_reported_at = models.DateTimeField(_("first reported"), default=timezone.now)
    last_reported_at = models.DateTimeField(_("last reported"), default=timezone.now)
    due_at = models.DateTimeField(
        _("due"), null=True, blank=True,
        help_text=_("When it has to be decided; while an approval is owed, when that is due, if that is earlier."),
    )  # fmt: skip
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    came_at = models.DateTimeField(
        _("came into the queue"), default=timezone.now, help_text=_("For the first time or again: its clock's start.")
    )
    alarm_at = models.DateTimeField(_("clock rings"), null=True, blank=True, default=timezone.now)
    approval_due_at = models.DateTimeField(
        _("approval owed"), null=True, blank=True,
        help_text=_("Until when a correction that was published without its approval has to be approved or refused."),
    )  # fmt: skip

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("review queue")
        permissions = [
            ("review_case", _("Can review cases: claim, correct, reject")),
            ("approve_serious", _("Can approve serious corrections")),
            ("approve_withdrawal", _("Can approve the withdrawal of an article")),
            ("break_glass", _("Can publish at once what needs an approval, which is then owed")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False) & ~Q(resolution="")
                | ~Q(status="resolved") & Q(resolved_at__isnull=True, resolution=""),
                name="case_resolved_with_resolution",
            ),
            models.CheckConstraint(
                condition=~Q(status="claimed") | Q(assignee__isnull=False, claim_expires_at__isnull=False),
                name="case_claimed_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="snoozed") | Q(snoozed_until__isnull=False) | Q(wake_at_reports__isnull=False),
                name="case_snoozed_until_something",
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True)
                | Q(start__isnull=False, end__isnull=False, start__lte=F("end")),
                name="case_passage_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True),
                name="case_queue",
            ),
            models.Index(
                fields=["assignee", "-priority", "first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True),
                name="case_of_editor",
            ),
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(status="awaiting_approval") | Q(approval_due_at__isnull=False),
                name="case_needs_approval",
            ),
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(
                    status__in=("open", "claimed", "awaiting_approval"), outcome__in=("lost", "ambiguous", "similar")
                ),
                name="case_to_place",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(resolved_at__isnull=True) | Q(approval_due_at__isnull=False),
                name="case_overdue",
            ),
            models.Index(
                fields=["category", "-priority", "first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True),
                name="case_by_category",
            ),
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True, arrival__in=("reopened", "regression", "appeal", "woken")),
                name="case_back_again",
            ),
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True, report_count__gte=2),
                name="case_reported_often",
            ),
            models.Index(
                fields=["first_reported_at", "id"],
                condition=Q(resolved_at__isnull=True),
                name="case_oldest",
            ),
            models.Index(fields=["-resolved_at", "-id"], condition=Q(status="resolved"), name="case_decided"),
            models.Index(fields=["article", "status"], name="case_of_article"),
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed"), name="case_to_wake"),
            models.Index(
                fields=["-priority", "first_reported_at", "id"], condition=Q(status="snoozed"), name="case_snoozed"
            ),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="case_to_ring"),
            models.Index(fields=["came_at", "id"], condition=Q(resolved_at__isnull=True), name="case_by_coming"),
            models.Index(fields=["rerank_at"], condition=Q(resolved_at__isnull=True), name="case_to_rerank"),
        ]

    def __str__(self) -> str:
        words = " ".join(self.exact.split())
        return f"#{self.pk} “{words[:60]}{'…' if len(words) > 60 else ''}”"

    def get_absolute_url(self) -> str:
        """Give the path of the case's page at the desk."""
        return reverse("admin:corrections_case_change", args=[self.pk])

    def due(self) -> datetime:
        """Say when something has to be done about the case next: its decision, or an approval that it owes."""
        decided_by = self.came_at + RULES[severity_of(self.part, self.category)].decide_within
        if self.approval_due_at is None:
            return decided_by
        return self.approval_due_at if self.resolved_at else min(decided_by, self.approval_due_at)

    @property
    def has_passage(self) -> bool:
        """Whether the case points at a stretch of its revision's text."""
        return self.start is not None

    @property
    def passage_text(self) -> str:
        """The words at the passage now, "" without one."""
        return self.revision.projection(self.part).text[self.start : self.end] if self.has_passage else ""

    @property
    def has_reports_to_wake(self) -> bool:
        """Whether the case was put off until more reports, and they have come."""
        return self.wake_at_reports is not None and self.report_count >= self.wake_at_reports

    def is_claim_lapsed(self, at: datetime) -> bool:
        """Tell whether the holder has been silent for too long, so that anybody may claim."""
        return self.claim_expires_at is not None and self.claim_expires_at <= at
