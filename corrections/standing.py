"""What became of a report, as its reader may know it: for the receipt page, the API and mail alike."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from corrections.models import DECIDING, Case, Correction, Event, Report, Resolution
from corrections.passages import passage_of, text_directive
from corrections.policy import APPEAL_WITHIN


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
    may_be_credited: bool = True
    """Whether the reader can still say how to be thanked in public: until a correction is drafted."""


def standing_of(report: Report) -> Standing:
    """Say what became of ``report``."""
    case = report.case
    if case is None:
        return Standing(Stage.RECEIVED)
    if case.status != Case.Status.RESOLVED:
        return Standing(Stage.UNDER_REVIEW, may_be_credited=case.status != Case.Status.AWAITING_APPROVAL)
    rejection = case.events.filter(kind=Event.Kind.REJECTED).order_by("-at", "-pk").first()
    correction = case.corrections.exclude(published_at=None).order_by("-published_at", "-pk").first()
    return Standing(
        Stage.RESOLVED,
        Resolution(case.resolution),
        message=rejection.note if rejection and rejection.data.get("resolution") == case.resolution else "",
        correction=correction,
        may_be_credited=False,
    )


def decision_to_tell(case: Case) -> Event | None:
    """Give the event that decided the case as it stands, if its readers are to be told of it.

    There is none while the case is undecided, when it was merged (its readers belong to the other case), and for spam.
    """
    if case.status != Case.Status.RESOLVED or case.merged_into_id or case.resolution == Resolution.SPAM:
        return None
    return case.events.filter(kind__in=DECIDING).order_by("-pk").first()


def passage_href(report: Report, standing: Standing) -> str:
    """Give a link to the very words in the article: those that the correction brought, else those of the reader.

    They are looked for where they stand in the current text. Where they do not, the link carries the reader's quote,
    and a browser that does not find it shows the article from its beginning.
    """
    article = report.article
    address = article.get_absolute_url()
    if article.status == Article.Status.WITHDRAWN:
        return address
    case, correction, current = report.case, standing.correction, article.text
    place = passage_of(correction, current) if correction is not None else None
    if place is None and case is not None and case.revision_id == current.pk and case.has_passage:
        place = (case.start or 0, case.end or 0)
    if place is not None and case is not None:
        return f"{address}#{text_directive(current.projection(case.part).text, *place)}"
    prefix = report.prefix.partition(" ")[2]  # its first word may have been cut
    start, end = len(prefix), len(prefix) + len(report.exact)
    return f"{address}#{text_directive(prefix + report.exact + report.suffix, start, end)}"


def appeal_until(report: Report) -> datetime | None:
    """Give until when the reader can appeal; ``None`` when that is not possible (any more)."""
    case = report.case
    if case is None or case.status != Case.Status.RESOLVED or case.resolved_at is None or report.appealed_at:
        return None
    until = case.resolved_at + APPEAL_WITHIN
    return until if timezone.now() <= until else None
