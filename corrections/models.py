"""Sites, reports, cases, their trails, corrections, the log's entries, and the queue of record.

Models hold state and what must always be true of it. Changes are made by ``corrections.actions`` alone.
"""

import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Part, Revision
from articles.rest.models import Key
from corrections.policy import Kind, Severity


class Outcome(models.TextChoices):
    """How surely a passage was found (``corrections.anchoring``), as stored and shown."""

    EXACT = "exact", _("exact")
    MOVED = "moved", _("moved")
    AMBIGUOUS = "ambiguous", _("several places fit")
    ALREADY_FIXED = "already_fixed", _("already fixed")
    SIMILAR = "similar", _("similar")
    LOST = "lost", _("lost")


class Category(models.TextChoices):
    """What the reader says the error is."""

    TYPO = "typo", _("typo")
    FACT = "fact", _("fact")
    WORDING = "wording", _("wording")
    OTHER = "other", _("other")


class Resolution(models.TextChoices):
    """How a case ended. The first group with a change of the article, the second with a reason, the last by itself."""

    CORRECTED = "corrected", _("corrected")
    CLARIFIED = "clarified", _("clarified")
    FIXED_SILENTLY = "fixed_silently", _("fixed without a notice")
    UPDATED = "updated", _("updated")
    RETRACTED = "retracted", _("retracted")
    NOT_AN_ERROR = "not_an_error", _("not an error")
    STYLE_PREFERENCE = "style_preference", _("a matter of style")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")
    INSUFFICIENT_INFORMATION = "insufficient_information", _("not enough information")
    DUPLICATE = "duplicate", _("duplicate")
    SPAM = "spam", _("spam")
    ALREADY_FIXED = "already_fixed", _("already fixed")


RESOLUTIONS: Mapping[Kind, Resolution] = {
    Kind.STYLE_FIX: Resolution.FIXED_SILENTLY,
    Kind.CORRECTION: Resolution.CORRECTED,
    Kind.CLARIFICATION: Resolution.CLARIFIED,
    Kind.EDITORS_NOTE: Resolution.CLARIFIED,
    Kind.UPDATE: Resolution.UPDATED,
    Kind.RETRACTION: Resolution.RETRACTED,
}
"""How a case ends by a correction of each kind."""

REJECTIONS = (
    Resolution.NOT_AN_ERROR,
    Resolution.STYLE_PREFERENCE,
    Resolution.OUT_OF_SCOPE,
    Resolution.INSUFFICIENT_INFORMATION,
    Resolution.DUPLICATE,
    Resolution.SPAM,
)
"""The resolutions an editor can give as the reason of a rejection."""


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, by what the desk asks for."""

    def waiting(self) -> Self:
        """Keep what waits for an editor: the review queue."""
        # The second condition follows from the first. SQLite uses a partial index only for a condition without
        # parameters, and a list of statuses has some.
        return self.filter(status__in=Case.WAITING, resolved_at__isnull=True)

    def unresolved(self) -> Self:
        """Keep what is not ended: waiting, or put off."""
        return self.exclude(status=Case.Status.RESOLVED)

    def most_urgent_first(self) -> Self:
        """Order by priority, then by age, then by number."""
        return self.order_by("-priority", "first_reported_at", "pk")

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
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
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
                condition=Q(status="awaiting_approval"),
                name="case_to_approve",
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
                condition=Q(resolved_at__isnull=True),
                name="case_due",
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
            models.Index(
                fields=["-priority", "first_reported_at", "id"],
                condition=Q(approval_due_at__isnull=False),
                name="case_owed",
            ),
        ]

    def __str__(self) -> str:
        words = " ".join(self.exact.split())
        return f"#{self.pk} “{words[:60]}{'…' if len(words) > 60 else ''}”"

    def get_absolute_url(self) -> str:
        """Give the path of the case's page at the desk."""
        return reverse("admin:corrections_case_change", args=[self.pk])

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


class SiteQuerySet(models.QuerySet["Site"]):
    """Other sites, by what a request from one of their pages asks for."""

    def active(self) -> Self:
        """Keep those whose pages may send reports."""
        return self.filter(active=True)


def make_site_key() -> str:
    """Give a key for a site's script tag. It is public: the origin of a request is what is checked."""
    return secrets.token_urlsafe(12)


class Site(models.Model):
    """Another site with our script on its pages: from where these report, and what we may do for it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    key = models.CharField(_("key"), max_length=32, unique=True, default=make_site_key, editable=False)
    origins = models.TextField(
        _("origins"),
        help_text=_("Exactly from where its pages come, one a line: https://www.example.org, without a path."),
    )
    may_fetch = models.BooleanField(
        _("fetch its articles"),
        default=False,
        help_text=_("Whether an article that we do not have yet is read from its address when a reader reports it."),
    )
    active = models.BooleanField(_("active"), default=True, help_text=_("Whether its pages may send reports."))
    reports_per_minute = models.PositiveIntegerField(
        _("reports a minute"), default=60, help_text=_("From all its readers together.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Bring the origins to the spelling that browsers send, or say which line is none."""
        origins = []
        for line in self.origins.split():
            origin = origin_of(line)
            if not origin or re.search(r"[@?#*]|[^:/]/.", line):
                raise ValidationError({"origins": _("“%(line)s” is no origin.") % {"line": line[:200]}})
            origins.append(origin)
        self.origins = "\n".join(dict.fromkeys(origins))

    def allows(self, origin: str) -> bool:
        """Tell whether pages of ``origin`` may send reports with this site's key."""
        return origin in self.origins.split()

    def has_page(self, url: str) -> bool:
        """Tell whether an address is one of this site's."""
        return self.allows(origin_of(url))


_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Give the origin of a web address as browsers write it (RFC 6454, section 6.2), or "" when it has none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in _DEFAULT_PORTS:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")


class Address(models.Model):
    """What is known of a mail address that a reader gave: asked whether it is theirs, confirmed, or not to be used.

    The address itself stands in the reports; here is its keyed digest alone, so that who wants no mail is remembered
    when the address is forgotten.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    asked_at = models.DateTimeField(_("asked to confirm"), null=True, blank=True)
    times_asked = models.PositiveSmallIntegerField(_("times asked"), default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("wants no mail since"), null=True, blank=True)

    class Meta:
        verbose_name = _("address of a reader")
        verbose_name_plural = _("addresses of readers")

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def may_be_written_to(self) -> bool:
        """Whether answers may go there: the reader confirmed it and has not stopped mail since."""
        return self.confirmed_at is not None and self.stopped_at is None


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Presences, by what the desk asks for."""

    def of_others(self, editor: User, at: datetime) -> Self:
        """Keep who looks at a case at this moment, without the editor who asks."""
        return self.filter(seen_at__gt=at - Presence.LASTS).exclude(editor=editor).order_by("editor__username")


class Presence(models.Model):
    """An editor has a case on the screen. The page says so again and again; when it is silent, the editor is gone."""

    LASTS = timedelta(seconds=40)
    """Longer than two of the page's reports apart, so that one may be lost."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="presences")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["case", "editor"], name="presence_once")]
        indexes = [models.Index(fields=["editor", "seen_at"], name="presence_of_editor")]

    def __str__(self) -> str:
        return f"{self.editor_id} at {self.case_id}"


class WordCount(models.Model):
    """In how many articles of a language a word stands now; kept by ``corrections.vocabulary``."""

    language = models.CharField(max_length=35)
    word = models.CharField(max_length=60)
    articles = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("count of a word")
        verbose_name_plural = _("counts of words")
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="word_once_a_language")]

    def __str__(self) -> str:
        return f"{self.word} {self.articles}"


class CountedText(models.Model):
    """The text of an article whose words are in the counts."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("counted text")
        verbose_name_plural = _("counted texts")

    def __str__(self) -> str:
        return f"{self.article_id} {self.revision_id}"


class Report(models.Model):
    """One reader's claim about one quote. Kept as received; the database refuses to change what the reader wrote.

    The mail address and the name to thank by are no part of that: they are erased some time after the case's end, and
    the consent to be named can be taken back until a correction is drafted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe, editable=False)
    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="reports")
    url = models.URLField(_("address"), max_length=1000, blank=True, help_text=_("The page the reader was on."))
    site = models.ForeignKey(
        Site, verbose_name=_("site"), null=True, blank=True, on_delete=models.PROTECT, related_name="reports",
        help_text=_("The other site on whose page the reader was."),
    )  # fmt: skip
    revision_number = models.PositiveIntegerField(_("revision seen"), null=True, blank=True)
    part = models.CharField(_("part"), max_length=16, choices=Part.choices, blank=True)
    exact = models.TextField(_("quote"))
    prefix = models.TextField(_("words before"), blank=True)
    suffix = models.TextField(_("words after"), blank=True)
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, blank=True)
    suggestion = models.TextField(_("suggestion"), blank=True)
    comment = models.TextField(_("comment"), blank=True)
    email = models.EmailField(_("address for the answer"), blank=True)
    address = models.ForeignKey(
        Address, verbose_name=_("state of the address"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="reports", editable=False,
    )  # fmt: skip
    credit = models.CharField(
        _("thank by the name"), max_length=100, blank=True,
        help_text=_("With the reader’s consent; empty without it."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=35, blank=True)
    reader = models.CharField(_("reader"), max_length=64, blank=True, help_text=_("A keyed digest of the address."))
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    case = models.ForeignKey(
        Case, verbose_name=_("case"), null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    triaged_at = models.DateTimeField(_("triaged"), null=True, blank=True)
    appealed_at = models.DateTimeField(_("appealed"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, triaged_at__isnull=True)
                | Q(case__isnull=False, triaged_at__isnull=False),
                name="report_triaged_into_case",
            )
        ]
        indexes = [
            models.Index(fields=["reader", "received_at"], name="report_rate"),
            models.Index(fields=["site", "received_at"], condition=Q(site__isnull=False), name="report_site_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.exact[:60]}"

    def get_absolute_url(self) -> str:
        """Give the path of the receipt: who holds it can follow this report."""
        return reverse("corrections:receipt", args=[self.token])


class Event(models.Model):
    """One row of a case's trail: who did what, when and why. Written once, never changed."""

    class Kind(models.TextChoices):
        """What happened; the verbs are the actions' names."""

        OPENED = "opened", _("opened")
        REPORTED = "reported", _("reported")
        LOOKED = "looked", _("looked at")
        CLAIMED = "claimed", _("claimed")
        TAKEN_OVER = "taken_over", _("taken over")
        RELEASED = "released", _("released")
        REJECTED = "rejected", _("rejected")
        DRAFTED = "drafted", _("correction drafted")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")
        CORRECTED = "corrected", _("corrected")
        ALREADY_FIXED = "already_fixed", _("already fixed")
        SNOOZED = "snoozed", _("snoozed")
        WOKEN = "woken", _("woken")
        MERGED = "merged", _("merged")
        UNMERGED = "unmerged", _("parted again")
        REOPENED = "reopened", _("reopened")
        APPEALED = "appealed", _("appealed")
        REANCHORED = "reanchored", _("passage carried over")
        PLACED = "placed", _("passage picked")
        AMENDED = "amended", _("correction amended")
        WITHDRAWN = "withdrawn", _("correction withdrawn")
        UNDONE = "undone", _("decision taken back")
        REFUSED = "refused", _("approval refused")
        REMINDED = "reminded", _("reminded")
        ESCALATED = "escalated", _("escalated")
        REGRESSED = "regressed", _("corrected error is back")

    ENTERING = (Kind.OPENED, Kind.REOPENED, Kind.APPEALED)
    """What brings a case into the queue, for the first time or again."""

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    key = models.ForeignKey(
        Key, verbose_name=_("by key"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("The API key that was used, if it was done by another system."),
    )  # fmt: skip
    old_status = models.CharField(_("status before"), max_length=20, choices=Case.Status.choices, blank=True)
    new_status = models.CharField(_("status after"), max_length=20, choices=Case.Status.choices)
    note = models.TextField(_("why"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["case", "at"], name="event_trail"),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


DECIDING = (Event.Kind.REJECTED, Event.Kind.CORRECTED, Event.Kind.ALREADY_FIXED)
"""The events that end a case with an answer to its readers; a merged case's readers get the other case's."""


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


class DailySnapshot(models.Model):
    """The figures of one past day of the newsroom, as ``corrections.statistics`` reckons them from the events.

    Kept so that nobody waits for the reckoning; it can be repeated at any time. ``basis`` says by which definitions
    and in which time zone it was done: figures on another basis count as missing.
    """

    day = models.DateField(_("day"), unique=True)
    basis = models.CharField(_("basis"), max_length=64)
    figures = models.JSONField(_("figures"))
    taken_at = models.DateTimeField(_("taken"), default=timezone.now)

    class Meta:
        verbose_name = _("daily snapshot")
        verbose_name_plural = _("daily snapshots")
        default_permissions = ("view",)
        permissions = [("view_editor_figures", _("Can see the figures of each editor"))]

    def __str__(self) -> str:
        return self.day.isoformat()


class Preferences(models.Model):
    """What letters somebody of the newsroom wants, and in which language."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE)
    digest = models.BooleanField(_("Every morning, what waits at the desk"), default=True)
    language = models.CharField(
        _("language"), max_length=35, choices=settings.LANGUAGES, blank=True,
        help_text=_("The newsroom’s, when left empty."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def language_of(cls, user: User) -> str:
        """Give the language in which somebody wants letters: the newsroom's if nothing is known."""
        return cls.objects.filter(user=user).values_list("language", flat=True).first() or settings.LANGUAGE_CODE
