"""What is announced to other systems: from a report, an event of a case or a revision to messages for the endpoints.

Actions announce inside their transaction, which costs a row, and nothing where there is no endpoint. What an editor can
take back is due when that is no longer possible, and is looked at again then: what was taken back is not announced.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Revision
from corrections import jobs
from corrections.models import RESOLUTIONS, Case, Correction, Event, Report, Resolution
from corrections.policy import UNDO_WITHIN, Kind
from corrections.webhooks.models import Delivery, Endpoint, EventType

LARGEST_BODY = 20_000
"""Bytes. Receivers and proxies in between take this much without trouble; what is longer can be fetched."""

_LONGEST_TEXTS = (4_000, 2_000, 1_000, 500, 250, 100)
"""Characters to which texts are cut, in turn, until the body is small enough."""
_TEXTS = frozenset({"exact", "prefix", "suffix", "before", "after", "notice", "reason", "headline"})

Data = dict[str, Any]


def announce_report(report: Report) -> None:
    """Have a report announced, with the current transaction."""
    _announce(EventType.REPORT_RECEIVED, report.pk, due_at=timezone.now())


def announce_revision(revision: Revision) -> None:
    """Have a revision announced, with the current transaction. A correction that made it may still be taken back."""
    _announce(EventType.ARTICLE_REVISED, revision.pk, due_at=timezone.now() + UNDO_WITHIN)


def announce_event(event: Event) -> None:
    """Have what an event of a case means to other systems announced, with the current transaction."""
    due_at = event.at + UNDO_WITHIN if event.by_id else event.at
    for kind in _types_of(event):
        _announce(kind, event.pk, due_at=due_at)


@transaction.atomic
def fan_out(subject: str) -> None:
    """Make a delivery of an announced event for each endpoint that wants it. Safe to repeat.

    An endpoint that takes nothing at present has it noted as missed, to be delivered when somebody asks for it.
    """
    kind, _, pk = subject.partition(":")
    message = _MESSAGES[EventType(kind)](EventType(kind), pk)
    if message is None:
        return
    body = fitted(message)
    now = timezone.now()
    # Locked, so that none of them changes its lane or is paused before the jobs of its lane are on disk.
    endpoints = [each for each in Endpoint.objects.order_by("pk").select_for_update(no_key=True) if kind in each.events]
    made = []
    for endpoint in endpoints:
        is_active = endpoint.status == Endpoint.Status.ACTIVE
        made.append(
            Delivery(
                endpoint=endpoint,
                subject=subject,
                type=kind,
                body=body,
                status=Delivery.Status.PENDING if is_active else Delivery.Status.MISSED,
                due_at=max(now, endpoint.rests_until or now) if is_active else None,
            )
        )
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    lanes, due = {}, {}
    for delivery in Delivery.objects.filter(subject=subject).select_related("endpoint"):
        if delivery.due_at is not None:
            lanes[delivery.job_subject] = delivery.endpoint.lane
            due[delivery.job_subject] = delivery.due_at
    jobs.defer_all("deliver_webhook", lanes, due=due)


def message(kind: str, at: datetime, data: Data) -> Data:
    """Give a message in the form that Standard Webhooks recommends."""
    return {"type": str(kind), "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}


def fitted(message: Data) -> str:
    """Give the message as JSON under ``LARGEST_BODY``; texts that had to be cut for it are named in ``truncated``."""
    for longest in _LONGEST_TEXTS:
        names: list[str] = []
        cut = _cut(message, longest, "", names)
        body = json.dumps(cut | {"truncated": names} if names else cut, ensure_ascii=False, separators=(",", ":"))
        if len(body.encode()) < LARGEST_BODY:
            return body
    raise ValueError(f"A message of type {message['type']} is too long, however short its texts.")


def _announce(kind: EventType, pk: object, *, due_at: datetime) -> None:
    if Endpoint.objects.exists():
        jobs.defer("announce", f"{kind}:{pk}", due_at=due_at)


def _types_of(event: Event) -> list[EventType]:
    kinds = _EVENTS.get(Event.Kind(event.kind), [])
    if event.kind == Event.Kind.MERGED and "into" not in event.data:
        return []  # the other end of the same merge
    if event.kind == Event.Kind.CORRECTED and not event.data.get("number"):
        return [EventType.CASE_RESOLVED]  # a style fix is not in the public log
    return kinds


_EVENTS: Mapping[Event.Kind, list[EventType]] = {
    Event.Kind.OPENED: [EventType.CASE_OPENED],
    Event.Kind.REJECTED: [EventType.CASE_RESOLVED],
    Event.Kind.MERGED: [EventType.CASE_RESOLVED],
    Event.Kind.ALREADY_FIXED: [EventType.CASE_RESOLVED],
    Event.Kind.CORRECTED: [EventType.CASE_RESOLVED, EventType.CORRECTION_PUBLISHED],
    Event.Kind.AMENDED: [EventType.CORRECTION_AMENDED],
    Event.Kind.WITHDRAWN: [EventType.CORRECTION_WITHDRAWN],
}


def _report_message(kind: EventType, pk: str) -> Data | None:
    report = Report.objects.select_related("article__current").get(pk=pk)
    quote = {"exact": report.exact, "prefix": report.prefix, "suffix": report.suffix}
    data = {
        "id": str(report.pk),
        "article": _article(report.article),
        "part": report.part or None,
        "category": report.category or None,
        "quote": quote,
        "received_at": _time(report.received_at),
    }
    return message(kind, report.received_at, {"report": data})


def _case_message(kind: EventType, pk: str) -> Data | None:
    event = _standing_event(pk)
    if event is None:
        return None
    data: Data = {"case": _case(event.case)}
    if kind == EventType.CASE_RESOLVED:
        correction = _correction_of(event)
        data["case"] |= {"status": str(Case.Status.RESOLVED), "resolution": str(_resolution(event, correction))}
        data["correction"] = correction.number if correction else None
    return message(kind, event.at, data)


def _correction_message(kind: EventType, pk: str) -> Data | None:
    event = _standing_event(pk)
    correction = _correction_of(event) if event else None
    if event is None or correction is None:
        return None
    data = {
        "number": correction.number,
        "url": f"{settings.SITE_URL}{correction.get_absolute_url()}",
        "kind": correction.kind,
        "severity": correction.severity,
        "article": _article(correction.article),
        "case": correction.case_id,
        "part": correction.part,
        "before": correction.before,
        "after": correction.after,
        "notice": correction.notice,
        "language": correction.language,
        "revision": {"before": correction.base.number, "after": correction.revision and correction.revision.number},
        "published_at": _time(correction.published_at),
        "amends": correction.amends and correction.amends.number,
    }
    if kind == EventType.CORRECTION_WITHDRAWN:
        data |= {"withdrawn_at": _time(correction.withdrawn_at), "reason": correction.withdrawal_reason}
    return message(kind, event.at, {"correction": data})


def _revision_message(kind: EventType, pk: str) -> Data | None:
    revision = Revision.objects.select_related("article__current").get(pk=pk)
    if _was_taken_back(revision):
        return None
    number = {"number": revision.number, "headline": revision.headline, "saved_at": _time(revision.created_at)}
    return message(kind, revision.created_at, {"article": _article(revision.article), "revision": number})


_MESSAGES: Mapping[EventType, Callable[[EventType, str], Data | None]] = {
    EventType.REPORT_RECEIVED: _report_message,
    EventType.CASE_OPENED: _case_message,
    EventType.CASE_RESOLVED: _case_message,
    EventType.CORRECTION_PUBLISHED: _correction_message,
    EventType.CORRECTION_AMENDED: _correction_message,
    EventType.CORRECTION_WITHDRAWN: _correction_message,
    EventType.ARTICLE_REVISED: _revision_message,
}


def _standing_event(pk: str) -> Event | None:
    """Give the event if it was not taken back. The case is locked, so that nobody takes it back at this moment."""
    event = Event.objects.get(pk=pk)
    Case.objects.select_for_update(no_key=True).get(pk=event.case_id)
    event = Event.objects.select_related("case__article__current").get(pk=pk)
    decisions = [event.pk]
    if event.kind == Event.Kind.WITHDRAWN:
        # Taking back a publication withdraws the correction, of which nobody outside has heard.
        corrected = Event.objects.filter(case=event.case_id, kind=Event.Kind.CORRECTED)
        decisions += corrected.filter(data__correction=event.data["correction"]).values_list("pk", flat=True)
    undone = Event.objects.filter(case=event.case_id, kind=Event.Kind.UNDONE, data__undone__in=decisions)
    return None if undone.exists() else event


def _was_taken_back(revision: Revision) -> bool:
    """Tell whether a revision was made by a correction that was taken back, or by taking it back."""
    numbers = (revision.number, revision.number - 1)
    for correction in Correction.objects.filter(article=revision.article_id, revision__number__in=numbers):
        event = Event.objects.filter(kind=Event.Kind.CORRECTED, case=correction.case_id)
        decisions = event.filter(data__correction=correction.pk).values_list("pk", flat=True)
        undone = Event.objects.filter(case=correction.case_id, kind=Event.Kind.UNDONE, data__undone__in=list(decisions))
        if undone.exists() and (correction.revision_id == revision.pk or _is_same_text(revision, correction.base)):
            return True
    return False


def _is_same_text(one: Revision, other: Revision) -> bool:
    return (one.headline, one.standfirst, one.body) == (other.headline, other.standfirst, other.body)


def _correction_of(event: Event) -> Correction | None:
    found = Correction.objects.select_related("article__current", "base", "revision", "amends")
    return found.filter(pk=event.data.get("correction") or 0).first()


def _resolution(event: Event, correction: Correction | None) -> Resolution:
    """Say how the case ended then; by now it may have been reopened."""
    if correction is not None:
        return RESOLUTIONS[Kind(correction.kind)]
    if event.kind == Event.Kind.MERGED:
        return Resolution.DUPLICATE
    return Resolution(event.data.get("resolution") or Resolution.ALREADY_FIXED)


def _article(article: Article) -> Data:
    return {
        "id": str(article.pk),
        "url": f"{settings.SITE_URL}{article.get_absolute_url()}",
        "canonical_url": article.canonical_url or None,
        "source": article.source or None,
        "external_id": article.external_id or None,
        "headline": article.headline,
        "revision": article.current.number if article.current else None,
    }


def _case(case: Case) -> Data:
    return {
        "id": case.pk,
        "url": f"{settings.SITE_URL}{case.get_absolute_url()}",
        "article": _article(case.article),
        "part": case.part,
        "category": case.category,
        "quote": {"exact": case.exact, "prefix": case.prefix, "suffix": case.suffix},
        "passage": case.outcome,
        "status": case.status,
        "reports": case.report_count,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _cut(value: Any, longest: int, path: str, names: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _cut(inner, longest, f"{path}.{name}" if path else name, names) for name, inner in value.items()}
    if isinstance(value, str) and len(value) > longest and path.rpartition(".")[2] in _TEXTS:
        names.append(path)
        return value[: longest - 1] + "…"
    return value
