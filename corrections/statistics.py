"""How the desk does, in figures: reckoned day by day from the cases' events, kept as snapshots, added up over a period.

What the figures mean:

- A day is a day of the newsroom's time zone. What was taken back (``undone``) is left out.
- *Opened* are new cases, *reopened* those that came back (by an editor, an appeal or a regression), *closed* those that
  ended in whatever way. The *backlog* are the cases that had not ended when the day did.
- *First look*: from the receipt of the report that opened the case (or from its reopening) to the first thing that an
  editor did with the case, be it to open its page. *Decision*: to the first rejection, draft or correction.
  *Publication*: to the correction of the article.
- *Accepted* are decided cases whose article was changed; rejections as spam or as a duplicate judge nothing and are
  left out of the share.
- *Silent* are style fixes, which have no notice. *Alone* are corrections that needed a second person and had none.
  *Urgent* are those that were published before an approval that is owed since. *Overridden* are style fixes that the
  guard had stopped and a reason let pass.
- An editor's figures count what this editor decided or drafted; ``reopened`` are decisions of theirs that came back.

Percentiles are those of SQL's ``percentile_cont``: linear between the two nearest values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Self

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from corrections.models import Case, DailySnapshot, Event, Resolution
from corrections.policy import UNDO_WITHIN

VERSION = 2
"""Of the definitions above: with a new one, snapshots that follow the old ones are taken again."""

_DECIDING = (Event.Kind.REJECTED, Event.Kind.DRAFTED, Event.Kind.CORRECTED)
_NO_JUDGEMENT = (Resolution.SPAM, Resolution.DUPLICATE)
_ENDED = Q(new_status=Case.Status.RESOLVED)
_HAD_ENDED = Q(old_status=Case.Status.RESOLVED)
_COMES = ~_ENDED & (_HAD_ENDED | Q(old_status=""))
_GOES = _ENDED & ~_HAD_ENDED & ~Q(old_status="")


@dataclass(slots=True)
class Share:
    """Of so many decided cases, so many ended in a change of the article."""

    accepted: int = 0
    decided: int = 0


@dataclass(slots=True)
class EditorFigures:
    """What one editor did. ``seconds`` are the times from the case's coming to this editor's decision."""

    accepted: int = 0
    decided: int = 0
    silent: int = 0
    alone: int = 0
    urgent: int = 0
    overridden: int = 0
    reopened: int = 0
    seconds: list[int] = field(default_factory=list)


class Shares(dict[str, Share]):
    """Shares by name; a new name begins with none."""

    def __missing__(self, name: str) -> Share:
        return self.setdefault(name, Share())


class Editors(dict[int, EditorFigures]):
    """The figures of editors by primary key; a new editor begins with none."""

    def __missing__(self, pk: int) -> EditorFigures:
        return self.setdefault(pk, EditorFigures())


@dataclass(slots=True)
class Figures:
    """The figures of a day, or of several: counts add up; ``backlog`` and ``oldest`` (seconds) are of the last day."""

    reports: int = 0
    opened: int = 0
    reopened: int = 0
    closed: int = 0
    backlog: int = 0
    oldest: int | None = None
    decided: int = 0
    accepted: int = 0
    silent: int = 0
    alone: int = 0
    urgent: int = 0
    overridden: int = 0
    looks: list[int] = field(default_factory=list)
    decisions: list[int] = field(default_factory=list)
    publications: list[int] = field(default_factory=list)
    sections: Shares = field(default_factory=Shares)
    categories: Shares = field(default_factory=Shares)
    editors: Editors = field(default_factory=Editors)

    def to_json(self) -> dict[str, Any]:
        """Give the figures as plain JSON, for a snapshot."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read a snapshot's figures."""
        return cls(
            **{
                **kept,
                "sections": Shares({name: Share(**share) for name, share in kept["sections"].items()}),
                "categories": Shares({name: Share(**share) for name, share in kept["categories"].items()}),
                "editors": Editors({int(pk): EditorFigures(**editor) for pk, editor in kept["editors"].items()}),
            }
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number of lengths of time (seconds) are spread; ``None`` where there is none."""

    count: int
    median: float | None
    p75: float | None
    p90: float | None


def spread(seconds: Iterable[int]) -> Spread:
    """Give the median, the 75th and the 90th percentile."""
    ordered = sorted(seconds)
    return Spread(len(ordered), *(percentile(ordered, fraction) for fraction in (0.5, 0.75, 0.9)))


def percentile(ordered: Sequence[int], fraction: float) -> float | None:
    """Give the value below which ``fraction`` of the ordered values lie, as ``percentile_cont`` does."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * fraction
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def total(days: Iterable[Figures]) -> Figures:
    """Add up the figures of days, given in their order."""
    whole = Figures()
    for day in days:
        _add(whole, day)
        whole.backlog, whole.oldest = day.backlog, day.oldest
    return whole


def between(first: date, last: date) -> list[tuple[date, Figures]]:
    """Give the figures of each day from ``first`` to ``last``: from a snapshot, else reckoned now."""
    kept = dict(
        DailySnapshot.objects.filter(day__range=(first, last), basis=basis()).values_list("day", "figures").iterator()
    )
    begin = first_day()
    found = []
    day = first
    while day <= last:
        if day in kept:
            found.append((day, Figures.from_json(kept[day])))
        elif begin is None or day < begin:
            found.append((day, Figures()))
        else:
            found.append((day, reckon(day)))
        day += timedelta(days=1)
    return found


def take_snapshot(day: date) -> None:
    """Reckon a past day's figures and keep them, in the place of those that were kept before. Safe to repeat.

    Raises ``ValueError`` for a day that is not over.
    """
    if _end_of(day) > timezone.now():
        raise ValueError(f"{day} is not over: its figures still change.")
    DailySnapshot.objects.update_or_create(
        day=day, defaults={"basis": basis(), "figures": reckon(day).to_json(), "taken_at": timezone.now()}
    )


def missing_days(*, before: date, most: int) -> list[date]:
    """Give the earliest days before ``before``, since the first event, that have no snapshot: at most ``most``."""
    begin = first_day()
    if begin is None:
        return []
    kept = set(DailySnapshot.objects.filter(basis=basis(), day__lt=before).values_list("day", flat=True).iterator())
    days = (begin + timedelta(days=number) for number in range((before - begin).days))
    missing = []
    for day in days:
        if day not in kept:
            missing.append(day)
            if len(missing) == most:
                break
    return missing


def first_day() -> date | None:
    """Give the day of the very first event."""
    first = Event.objects.order_by("at").values_list("at", flat=True).first()
    return None if first is None else timezone.localdate(first, timezone.get_default_timezone())


def today() -> date:
    """Give the day that it is in the newsroom's time zone."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def basis() -> str:
    """Say by which definitions and in which time zone figures are reckoned now."""
    return f"{VERSION} {settings.TIME_ZONE}"


def reckon(day: date) -> Figures:
    """Reckon a day's figures from the events, today's up to now."""
    start, end = _start_of(day), _end_of(day)
    events = Event.objects.filter(at__gte=start, at__lt=end)
    counts = events.aggregate(
        reports=Count("pk", filter=Q(kind=Event.Kind.REPORTED)),
        opened=Count("pk", filter=Q(kind=Event.Kind.OPENED)),
        reopened=Count("pk", filter=Q(kind__in=(Event.Kind.REOPENED, Event.Kind.APPEALED))),
        gone=Count("pk", filter=_GOES),
        taken_back=Count("pk", filter=_HAD_ENDED & Q(kind__in=(Event.Kind.UNDONE, Event.Kind.UNMERGED)) & ~_ENDED),
    )
    figures = Figures(
        reports=counts["reports"],
        opened=counts["opened"],
        reopened=counts["reopened"],
        closed=counts["gone"] - counts["taken_back"],
        backlog=_backlog(day),
        oldest=_oldest(end),
    )
    touched = events.filter(Q(by__isnull=False) | Q(kind__in=(Event.Kind.REOPENED, Event.Kind.APPEALED))).values("case")
    # A decision of the last seconds may be taken back in the first ones of the next day.
    trails = Event.objects.filter(case__in=touched, at__lt=end + 2 * UNDO_WITHIN).order_by("case_id", "at", "pk")
    rows = trails.annotate(section=F("case__article__section"), category=F("case__category")).iterator(chunk_size=2000)
    for _case, trail in groupby(rows, key=lambda event: event.case_id):
        _follow(list(trail), start, end, figures)
    for seconds in (figures.looks, figures.decisions, figures.publications):
        seconds.sort()
    return figures


@dataclass(slots=True)
class _Stay:
    """A case's time in the queue, from its coming to its end."""

    came: datetime
    is_seen: bool = False
    is_decided: bool = False
    drafter: int | None = None
    decider: int | None = None


def _follow(trail: list[Any], start: datetime, end: datetime, figures: Figures) -> None:
    """Go through a case's events in their order and add to ``figures`` what happened from ``start`` to ``end``."""
    undone = {event.data["undone"] for event in trail if event.kind == Event.Kind.UNDONE and "undone" in event.data}
    stay: _Stay | None = None
    for event in trail:
        if event.at >= end:
            break
        counting = figures if event.at >= start else Figures()  # what happened before is followed, not counted
        if event.kind in Event.ENTERING:
            if stay is not None and stay.decider is not None:
                counting.editors[stay.decider].reopened += 1
            stay = _Stay(parse_datetime(event.data.get("received_at", "")) or event.at)
        elif stay is not None and event.by_id is not None:
            _work(event, stay, counting, is_undone=event.pk in undone)


def _work(event: Any, stay: _Stay, figures: Figures, *, is_undone: bool) -> None:
    """Count something that an editor did with a case."""
    seconds = max(int((event.at - stay.came).total_seconds()), 0)
    if not stay.is_seen:
        stay.is_seen = True
        figures.looks.append(seconds)
    if event.kind not in _DECIDING or is_undone:
        return
    if not stay.is_decided:
        stay.is_decided = True
        figures.decisions.append(seconds)
    if event.kind == Event.Kind.DRAFTED:
        stay.drafter = event.by_id
        return
    stay.decider = (stay.drafter if event.kind == Event.Kind.CORRECTED else None) or event.by_id
    _count(event, stay.decider, seconds, figures)


def _count(event: Any, decider: int, seconds: int, figures: Figures) -> None:
    """Count the end of a case: a correction, or a rejection."""
    if event.data.get("resolution") in _NO_JUDGEMENT:
        return
    is_accepted = event.kind == Event.Kind.CORRECTED
    editor = figures.editors[decider]
    for share in (figures, figures.sections[event.section], figures.categories[event.category], editor):
        share.decided += 1
        share.accepted += is_accepted
    editor.seconds.append(seconds)
    if not is_accepted:
        return
    figures.publications.append(seconds)
    for tally in (figures, editor):
        tally.silent += event.data.get("number") is None
        tally.alone += bool(event.data.get("without_second_person"))
        tally.urgent += bool(event.data.get("broke_glass"))
        tally.overridden += bool(event.data.get("guard_overridden"))


def _add(whole: Any, part: Any) -> None:
    """Add counts, lists and tables of counts of ``part`` to those of ``whole``; ``None`` is left alone."""
    for each in fields(part):
        mine, theirs = getattr(whole, each.name), getattr(part, each.name)
        if isinstance(theirs, dict):
            for name, value in theirs.items():
                _add(mine[name], value)
        elif isinstance(theirs, list):
            mine.extend(theirs)
        elif isinstance(theirs, int) and mine is not None:
            setattr(whole, each.name, mine + theirs)


def _backlog(day: date) -> int:
    """Count the cases that had come and not gone at the end of a day, onwards from the snapshot before."""
    events = Event.objects.filter(at__lt=_end_of(day))
    before = DailySnapshot.objects.filter(day__lt=day, basis=basis()).order_by("-day").first()
    if before is not None:
        events = events.filter(at__gte=_end_of(before.day))
    counts = events.aggregate(came=Count("pk", filter=_COMES), gone=Count("pk", filter=_GOES))
    already = int(before.figures["backlog"]) if before else 0
    return already + int(counts["came"]) - int(counts["gone"])


def _oldest(end: datetime) -> int | None:
    """Give the age, in seconds, of the oldest case that had not ended at ``end``, or now; ``None`` without one."""
    now = timezone.now()
    at = min(end, now)
    cases = Case.objects.unresolved()
    if end < now:
        last = Event.objects.filter(case=OuterRef("pk"), at__lt=end).order_by("-at", "-pk").values("new_status")[:1]
        cases = Case.objects.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=end), first_reported_at__lt=end)
        cases = cases.annotate(stood=Subquery(last)).exclude(stood=Case.Status.RESOLVED).filter(stood__isnull=False)
    since = cases.order_by("first_reported_at").values_list("first_reported_at", flat=True).first()
    return None if since is None else int((at - since).total_seconds())


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _end_of(day: date) -> datetime:
    return _start_of(day + timedelta(days=1))
