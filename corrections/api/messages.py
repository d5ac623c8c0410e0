"""What the API's document says of the messages that webhooks receive, each with its fields and an example."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema

from corrections.serializers.messages import MESSAGES
from corrections.webhooks.models import EventType

_ARTICLE = {
    "id": "3b0d1a1e-8f6e-4a51-a5fb-1d5c8a3c8f11",
    "url": "https://news.example/articles/a-bridge-opens/",
    "canonical_url": None,
    "source": "cms",
    "external_id": "77",
    "headline": "A bridge opens",
    "revision": 3,
}
_QUOTE = {"exact": "five million", "prefix": "It cost ", "suffix": ", the mayor said."}
_CASE = {
    "id": 7,
    "url": "https://news.example/admin/corrections/case/7/change/",
    "article": _ARTICLE,
    "part": "body",
    "category": "fact",
    "quote": _QUOTE,
    "passage": "exact",
    "status": "open",
    "reports": 1,
}
_CORRECTION = {
    "number": "2026-0142",
    "url": "https://news.example/corrections/2026-0142/",
    "kind": "correction",
    "severity": "substantive",
    "article": _ARTICLE,
    "case": 7,
    "part": "body",
    "before": "five million",
    "after": "fifteen million",
    "notice": "The bridge cost fifteen million, not five.",
    "language": "en",
    "revision": {"before": 2, "after": 3},
    "published_at": "2026-03-05T10:00:00Z",
    "amends": None,
}
_DATA: dict[EventType, dict[str, Any]] = {
    EventType.REPORT_RECEIVED: {
        "report": {
            "id": "0d6e2a37-d4fd-47ba-a51e-f45fb95bd12f",
            "article": _ARTICLE,
            "part": "body",
            "category": "fact",
            "quote": _QUOTE,
            "received_at": "2026-03-05T08:00:00Z",
        }
    },
    EventType.CASE_OPENED: {"case": _CASE},
    EventType.CASE_RESOLVED: {
        "case": _CASE | {"status": "resolved", "resolution": "corrected"}, "correction": "2026-0142"
    },
    EventType.CORRECTION_PUBLISHED: {"correction": _CORRECTION},
    EventType.CORRECTION_AMENDED: {"correction": _CORRECTION | {"number": "2026-0143", "amends": "2026-0142"}},
    EventType.CORRECTION_WITHDRAWN: {
        "correction": _CORRECTION | {"withdrawn_at": "2026-03-06T09:00:00Z", "reason": "It was right."}
    },
    EventType.ARTICLE_REVISED: {
        "article": _ARTICLE,
        "revision": {"number": 3, "headline": "A bridge opens", "saved_at": "2026-03-05T10:00:00Z"},
    },
}  # fmt: skip


def _described(kind: EventType) -> OpenApiWebhook:
    value = {"type": str(kind), "timestamp": "2026-03-05T10:00:00Z", "data": _DATA[kind]}
    return OpenApiWebhook(
        name=str(kind),
        decorator=extend_schema(
            operation_id=f"receive_{kind.replace('.', '_')}",
            tags=["webhooks"],
            summary=f"Sent when {kind.label}.",
            description=_SIGNED,
            request=MESSAGES[kind],
            responses={
                200: OpenApiResponse(description="Taken, as with every 2xx. All else is tried again, for three days."),
                410: OpenApiResponse(description="Not wanted any more: the endpoint is disabled."),
            },
            examples=[OpenApiExample(str(kind), value)],
        ),
    )


_SIGNED = "Signed by the rules of Standard Webhooks; the guide for receivers has the lines that verify it."
_HEADERS = {
    "webhook-id": "The message's identifier, the same at every try: keep those that you have dealt with.",
    "webhook-timestamp": "When this try began, in seconds of Unix time: refuse what is more than five minutes off.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by full stops; "
    "there are two with a space between while the secret is exchanged.",
}


def name_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every message in the OpenAPI document the headers that it comes with."""
    for operation in (described["post"] for described in result.get("webhooks", {}).values()):
        operation["parameters"] = [
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
            for name, words in _HEADERS.items()
        ]
    return result


REPORT_RECEIVED = _described(EventType.REPORT_RECEIVED)
CASE_OPENED = _described(EventType.CASE_OPENED)
CASE_RESOLVED = _described(EventType.CASE_RESOLVED)
CORRECTION_PUBLISHED = _described(EventType.CORRECTION_PUBLISHED)
CORRECTION_AMENDED = _described(EventType.CORRECTION_AMENDED)
CORRECTION_WITHDRAWN = _described(EventType.CORRECTION_WITHDRAWN)
ARTICLE_REVISED = _described(EventType.ARTICLE_REVISED)
