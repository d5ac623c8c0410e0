"""What readers propose for a case: reports that ask for the same wording stand together, with hints about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from corrections.desk import hints, passages, queue
from corrections.models import Report
from corrections.passages import Place


@dataclass(slots=True)
class Proposal:
    """What readers say: reports that ask for the same wording stand together.

    With ``start`` and ``end``, the suggestion can be taken over as ``wording`` in the place of ``before``.
    """

    reports: list[Report]
    age: str
    start: int | None = None
    end: int | None = None
    before: str = ""
    wording: str = ""
    hints: Sequence[str] = ()

    @property
    def report(self) -> Report:
        """The latest of the reports."""
        return self.reports[0]

    @property
    def comments(self) -> list[str]:
        """What the readers wrote, each wording once."""
        return list(dict.fromkeys(report.comment for report in self.reports if report.comment))

    @property
    def wants_answer(self) -> bool:
        """Whether somebody left an address."""
        return any(report.email for report in self.reports)

    @property
    def is_appealed(self) -> bool:
        """Whether somebody appealed an earlier decision."""
        return any(report.appealed_at for report in self.reports)


def proposals(reports: list[Report], place: Place, *, language: str) -> list[Proposal]:
    """Put the reports of a case together by what they ask for; what is about the passage itself comes first."""
    now = timezone.now()
    shown: dict[object, Proposal] = {}
    for report in reports:
        found = passages.proposed(report, place)
        suggestion = " ".join(report.suggestion.split())
        same = found or ((report.exact, suggestion) if suggestion else report.pk)
        if same in shown:
            shown[same].reports.append(report)
            continue
        shown[same] = Proposal([report], queue.in_words(now - report.received_at))
        if found is not None:
            start, end, wording = found
            shown[same] = Proposal([report], shown[same].age, start, end, place.text[start:end], wording)
    # A merged case's reports may be about other words: what is about the passage comes first, and is what a key takes.
    ordered = sorted(shown.values(), key=lambda each: (each.start, each.end) != (place.start, place.end))
    changes = [
        (each.before, each.wording) if each.wording else (each.report.exact, each.report.suggestion) for each in ordered
    ]
    for each, told in zip(ordered, hints.hints(changes, language), strict=True):
        each.hints = told
    return ordered
