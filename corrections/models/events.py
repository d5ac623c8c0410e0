"""The trail of a case: who did what, when and why."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.rest.models import Key
from corrections.models.cases import Case


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
        AMENDMENT_DRAFTED = "amendment_drafted", _("amendment drafted")
        AMENDED = "amended", _("correction amended")
        WITHDRAWN = "withdrawn", _("correction withdrawn")
        UNDONE = "undone", _("decision taken back")
        REFUSED = "refused", _("approval refused")
        REMINDED = "reminded", _("reminded")
        ESCALATED = "escalated", _("escalated")
        REGRESSED = "regressed", _("corrected error is back")
        PUSHED = "pushed", _("pushed to the CMS")
        NOT_PUSHED = "not_pushed", _("not pushed to the CMS")

    ENTERING = (Kind.OPENED, Kind.REOPENED, Kind.APPEALED)
    """What brings a case into the queue, for the first time or again."""
    BESIDE = (Kind.REMINDED, Kind.ESCALATED, Kind.PUSHED, Kind.NOT_PUSHED)
    """What changes nothing of a case: the decision before it is still the last one."""

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

TOLD = (*DECIDING, Event.Kind.WITHDRAWN)
"""The events that readers may have to be told of: an answer, and that the correction it named was withdrawn."""
