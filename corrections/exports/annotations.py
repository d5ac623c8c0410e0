"""W3C Web Annotations: reports and corrections as annotations of the very words that they are about.

https://www.w3.org/TR/annotation-model/. The target is the article's page; ``CssSelector`` picks the part (its element
carries ``data-corrections-part``), and in it ``TextQuoteSelector`` and ``TextPositionSelector`` pick the words. Both
refer to the *projection* of that part (``articles.text``); positions count Unicode code points. ``TimeState`` says when
the page showed that text: for a correction, until it was published.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from corrections.anchoring import CONTEXT
from corrections.models import Correction, Report

CONTEXT_OF_JSON_LD = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT_OF_JSON_LD}"'


def of_correction(entry: Correction) -> dict[str, Any]:
    """Give an entry of the log as an annotation of the words that were there before.

    One body, with the purpose ``classifying``, says what kind of entry it is: ``correction``, ``update`` …
    """
    assert entry.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    text = entry.base.projection(entry.part).text
    start, end = entry.start, entry.start + len(entry.before)
    address = settings.SITE_URL + entry.get_absolute_url()
    bodies: list[dict[str, str]] = [_text(entry.kind, "classifying")]
    if entry.before != entry.after:
        bodies.append(_text(entry.after, "editing", entry.language))
    bodies.append(_text(entry.notice, "describing", entry.language))
    if entry.status == Correction.Status.WITHDRAWN:
        bodies += [_text("withdrawn", "classifying"), _text(entry.withdrawal_reason, "replying", entry.language)]
    return {
        "id": f"{address}annotation.jsonld",
        "type": "Annotation",
        "motivation": "editing" if entry.before != entry.after else "moderating",
        "created": _time(entry.published_at),
        "modified": _time(entry.withdrawn_at or entry.published_at),
        "creator": {"type": "Organization", "name": settings.SITE_NAME, "homepage": settings.SITE_URL + "/"},
        "body": [*bodies, {"type": "SpecificResource", "purpose": "linking", "source": address}],
        "target": _target(
            settings.SITE_URL + entry.article.get_absolute_url(),
            entry.part,
            _quote(entry.before, text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]),
            _position(start, end),
            since=entry.base.created_at,
            until=entry.published_at,
        ),
    }


def of_report(report: Report) -> dict[str, Any]:
    """Give a report as an annotation, as it was received. Nothing in it says who the reader is."""
    bodies = [_text(report.category or "other", "classifying")]
    language = report.language
    if report.suggestion:
        bodies.append(_text(report.suggestion, "editing", report.article.language))
    if report.comment:
        bodies.append(_text(report.comment, "commenting", language))
    return {
        "id": report.pk.urn,
        "type": "Annotation",
        "motivation": "editing",
        "created": _time(report.received_at),
        "body": bodies,
        "target": _target(
            report.url or settings.SITE_URL + report.article.get_absolute_url(),
            report.part,
            _quote(report.exact, report.prefix, report.suffix),
            _position(report.start, report.start + len(report.exact)) if report.start is not None else None,
            since=None,
            until=report.received_at,
        ),
    }


def collection(address: str, *, label: str, total: int, per_page: int) -> dict[str, Any]:
    """Give an ``AnnotationCollection``: how many there are, and where its pages are."""
    content: dict[str, Any] = {
        "@context": CONTEXT_OF_JSON_LD,
        "id": address,
        "type": "AnnotationCollection",
        "label": label,
        "total": total,
    }
    if total:
        content["first"] = _page(address, 1)
        content["last"] = _page(address, _last_page(total, per_page))
    return content


def page(
    address: str, number: int, items: list[dict[str, Any]], *, label: str, total: int, per_page: int
) -> dict[str, Any]:
    """Give page ``number``, from 1, of a collection, with its annotations."""
    content: dict[str, Any] = {
        "@context": CONTEXT_OF_JSON_LD,
        "id": _page(address, number),
        "type": "AnnotationPage",
        "partOf": {"id": address, "type": "AnnotationCollection", "label": label, "total": total},
        "startIndex": (number - 1) * per_page,
    }
    if number > 1:
        content["prev"] = _page(address, number - 1)
    if number < _last_page(total, per_page):
        content["next"] = _page(address, number + 1)
    content["items"] = items
    return content


def _page(address: str, number: int) -> str:
    return f"{address}?page={number}"


def _last_page(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def _text(value: str, purpose: str, language: str = "") -> dict[str, str]:
    body = {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}
    return body | {"language": language} if language else body


def _quote(exact: str, prefix: str, suffix: str) -> dict[str, str]:
    return {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}


def _position(start: int, end: int) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def _target(
    source: str,
    part: str,
    quote: dict[str, str],
    position: dict[str, Any] | None,
    *,
    since: datetime | None,
    until: datetime,
) -> dict[str, Any]:
    words = [quote, position] if position else quote
    within_part = {"type": "CssSelector", "value": f'[data-corrections-part="{part}"]', "refinedBy": words}
    span = {"sourceDateStart": _time(since), "sourceDateEnd": _time(until)} if since else {}
    return {
        "type": "SpecificResource",
        "source": source,
        "state": {"type": "TimeState", **(span or {"sourceDate": _time(until)})},
        "selector": within_part if part else words,
    }


def _time(moment: datetime) -> str:
    """Write a time as the model demands: ``xsd:dateTime`` in UTC, which is expressed as "Z"."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
