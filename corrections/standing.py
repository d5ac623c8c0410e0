"""What became of a report, as its reader may know it: for the receipt page, the API and mail alike."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Part
from corrections.fragments import text_directive
from corrections.models import DECIDING, Case, Correction, Event, Report, Resolution
from corrections.passages import directive_of, passage_of
from corrections.policy import APPEAL_WITHIN, UNDO_WITHIN


class Stage(TextChoices):
    """How far a report has come."""

    RECEIVED = "received", _("received")
    UNDER_REVIEW = "under_review", _("under review")
    RESOLVED = "resolved", _("decided")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands; ``message`` is what the editor wrote to the reader.

    ``correction`` is the record that the decision made, or what amended it since; while the case is under review there
    is none, unless it was withdrawn after readers were told of it.
    """

    stage: Stage
    resolution: Resolution | None = None
    message: str = ""
    correction: Correction | None = None
    decided_at: datetime | None = None
    """When the decision was made, or its correction withdrawn, whichever is later."""
    may_be_credited: bool = True
    """Whether the reader can still say how to be thanked in public: until a correction is drafted."""

    @property
    def is_withdrawn(self) -> bool:
        """Whether the correction that the reader was told of does not stand any more."""
        return self.correction is not None and self.correction.status == Correction.Status.WITHDRAWN


def standing_of(report: Report) -> Standing:
    """Say what became of ``report``."""
    case = report.case
    if case is None:
        return Standing(Stage.RECEIVED)
    decided = _decision_of(case)
    correction = _correction_of(case, decided)
    if case.status != Case.Status.RESOLVED:
        may_be_credited = case.status != Case.Status.AWAITING_APPROVAL
        withdrawn = correction if decided and correction and _was_withdrawn_late(correction, decided) else None
        return Standing(Stage.UNDER_REVIEW, correction=withdrawn, may_be_credited=may_be_credited)
    times = [case.resolved_at, correction.withdrawn_at if correction else None]
    return Standing(
        Stage.RESOLVED,
        Resolution(case.resolution),
        message=decided.note if decided and decided.kind == Event.Kind.REJECTED else "",
        correction=correction,
        decided_at=max(time for time in times if time is not None),
        may_be_credited=False,
    )


def decision_to_tell(case: Case) -> Event | None:
    """Give the event that decided the case as it stands, if its readers are to be told of it.

    That is the withdrawal of the correction that answered them, if there was one: also when the case came back to the
    desk by it. There is none while the case is undecided, when it was merged (its readers belong to the other case),
    for spam, and for what was taken back before anybody was told.
    """
    if case.merged_into_id or case.resolution == Resolution.SPAM:
        return None
    is_resolved = case.status == Case.Status.RESOLVED
    decided = _decision_of(case)
    correction = _correction_of(case, decided)
    if decided and correction and correction.status == Correction.Status.WITHDRAWN:
        if not is_resolved and not _was_withdrawn_late(correction, decided):
            return None
        withdrawals = case.events.filter(kind=Event.Kind.WITHDRAWN, data__correction=correction.pk)
        return withdrawals.order_by("-pk").first()
    return decided if is_resolved else None


def _decision_of(case: Case) -> Event | None:
    return case.events.filter(kind__in=DECIDING).order_by("-pk").first()


def _correction_of(case: Case, decided: Event | None) -> Correction | None:
    """Give what the decision published, or what amended it since; of a decision without a correction an earlier one
    of the case that still stands.
    """
    if decided is None:
        return None
    published = list(case.corrections.exclude(published_at=None).order_by("published_at", "pk"))
    if decided.kind != Event.Kind.CORRECTED:
        return next((one for one in reversed(published) if one.status == Correction.Status.PUBLISHED), None)
    found = None
    for one in published:  # an amendment comes after what it amends
        if one.pk == decided.data.get("correction") or (found is not None and one.amends_id == found.pk):
            found = one
    return found


def _was_withdrawn_late(correction: Correction, decided: Event) -> bool:
    """Tell whether the correction was withdrawn when readers may have been told of it already."""
    return correction.withdrawn_at is not None and correction.withdrawn_at > decided.at + UNDO_WITHIN


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
        return f"{address}#{directive_of(current, case.part, *place)}"
    for part in [report.part] if report.part else Part:
        at = current.projection(part).text.find(report.prefix + report.exact + report.suffix)
        if at >= 0:
            start = at + len(report.prefix)
            return f"{address}#{directive_of(current, part, start, start + len(report.exact))}"
    # The first and the last word around the quote may have been cut.
    prefix, suffix = report.prefix.partition(" ")[2], report.suffix.rpartition(" ")[0]
    start, end = len(prefix), len(prefix) + len(report.exact)
    return f"{address}#{text_directive(prefix + report.exact + suffix, start, end)}"


def appeal_until(report: Report, standing: Standing) -> datetime | None:
    """Give until when the reader can appeal; ``None`` when that is not possible (any more)."""
    if standing.decided_at is None or report.appealed_at:
        return None
    until = standing.decided_at + APPEAL_WITHIN
    return until if timezone.now() <= until else None
