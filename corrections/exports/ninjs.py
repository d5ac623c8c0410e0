"""IPTC ninjs 3.0 (News in JSON): an article with its version, its status and its corrections.

https://www.iptc.org/std/ninjs/userguide/ and http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json. ninjs has no
signals: what was corrected stands in ``edNote``, and entry by entry in ``associations``, whose ``rel`` is the kind.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from articles.models import Part
from corrections.exports.wire import WireItem
from corrections.models import Correction

MEDIA_TYPE = "application/json"
_SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#"
"""The identifier that the published schema gives itself."""


def render(item: WireItem) -> dict[str, Any]:
    """Give the ninjs object of an article. A withdrawn one is ``canceled`` and has no body."""
    article, revision = item.article, item.revision
    content: dict[str, Any] = {
        "standard": {"name": "ninjs", "version": "3.0", "schema": _SCHEMA},
        "uri": item.guid,
        "type": "text",
        "representationType": "full",
        "version": str(item.version),
        "firstCreated": _date(article.published_at),
        "versionCreated": _date(item.version_created),
        "pubStatus": "canceled" if item.is_killed else "usable",
        "language": article.language,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": revision.headline}],
        "altIds": [{"role": "canonical", "value": article.canonical_url or item.address}],
        "trustIndicators": [
            {
                "role": "https://schema.org/correctionsPolicy",
                "title": settings.SITE_NAME,
                "href": settings.SITE_URL + reverse("corrections:policy"),
            }
        ],
    }
    if article.external_id:
        content["altIds"].append({"role": article.source, "value": article.external_id})
    if item.notes:
        content["edNote"] = "\n".join(item.notes)
    if item.entries:
        content["associations"] = [_association(entry) for entry in item.entries]
    if article.byline:
        content["by"] = article.byline
    if article.section:
        content["subjects"] = [{"name": article.section, "rel": "section"}]
    if item.is_killed:
        return content
    if revision.standfirst:
        content["descriptions"] = [{"role": "standfirst", "contentType": "text/plain", "value": revision.standfirst}]
    text = revision.projection(Part.BODY).text
    counts = {"charCount": len(text), "wordCount": len(text.split())}
    content["bodies"] = [
        {"role": "main", "contentType": "text/html", **counts, "value": revision.body},
        {"role": "plain", "contentType": "text/plain", **counts, "value": text},
    ]
    return content


def _association(entry: Correction) -> dict[str, Any]:
    assert entry.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    is_withdrawn = entry.status == Correction.Status.WITHDRAWN
    content = {
        "name": str(entry.number),
        "rel": entry.kind,
        "uri": settings.SITE_URL + entry.get_absolute_url(),
        "type": "text",
        "profile": entry.kind,
        "pubStatus": "canceled" if is_withdrawn else "usable",
        "firstCreated": _date(entry.published_at),
        "versionCreated": _date(entry.withdrawn_at or entry.published_at),
        "language": entry.language,
        "bodies": [{"contentType": "text/plain", "value": entry.notice}],
    }
    if is_withdrawn:
        content["edNote"] = entry.withdrawal_reason
    return content


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
