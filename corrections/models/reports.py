"""Reports as received, and what is known of the mail addresses that readers gave."""

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Part
from corrections.models.cases import Case
from corrections.models.outcomes import Category
from corrections.models.sites import Site


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
            models.Index(fields=["received_at", "id"], name="report_arrival"),
            models.Index(fields=["reader", "received_at"], name="report_rate"),
            models.Index(fields=["site", "received_at"], condition=Q(site__isnull=False), name="report_site_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.exact[:60]}"

    def get_absolute_url(self) -> str:
        """Give the path of the receipt: who holds it can follow this report."""
        return reverse("corrections:receipt", args=[self.token])
