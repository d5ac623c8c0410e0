"""What became of a report, as its reader may know it: for the receipt page, the API and mail alike."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from corrections.models import Case, Correction, Event, Report, Resolution


class Stage(TextChoices):
    """How far a report has come."""

    RECEIVED = "received", _("received")
    UNDER_REVIEW = "under_review", _("under review")
    RESOLVED = "resolved", _("decided")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands; ``message`` is what the editor wrote to the reader, ``correction`` the public record."""

    stage: Stage
    resolution: Resolution | None = None
    message: str = ""
    correction: Correction | None = None


def standing_of(report: Report) -> Standing:
    """Say what became of ``report``."""
    case = report.case
    if case is None:
        return Standing(Stage.RECEIVED)
    if case.status != Case.Status.RESOLVED:
        return Standing(Stage.UNDER_REVIEW)
    rejection = case.events.filter(kind=Event.Kind.REJECTED).order_by("-at", "-pk").first()
    correction = case.corrections.exclude(published_at=None).order_by("-published_at", "-pk").first()
    return Standing(
        Stage.RESOLVED,
        Resolution(case.resolution),
        message=rejection.note if rejection and rejection.data.get("resolution") == case.resolution else "",
        correction=correction,
    )
