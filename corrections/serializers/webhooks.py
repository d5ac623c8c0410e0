"""Webhooks as JSON: endpoints, deliveries and their tries."""

import re
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from articles import outgoing
from articles.rest.fields import At, Body, Choice, Email, Moment, SecureAddress, Text
from corrections.webhooks.actions import BadAddress, check_address
from corrections.webhooks.models import TEST, Attempt, Delivery, Endpoint, EventType

_ENDPOINT: dict[str, Any] = {
    "id": "7d4fd7ba-51ef-45fb-95bd-12f4b0d6e2a3",
    "url": "https://cms.example.org/hooks/newsroom",
    "description": "The CMS",
    "events": ["correction.published", "correction.withdrawn"],
    "contact": "it@cms.example.org",
    "status": "active",
    "disabled_reason": None,
    "disabled_at": None,
    "failing_since": None,
    "old_secret_expires_at": None,
    "created_at": "2026-03-05T08:00:00Z",
}
_SECRET = {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfJMKqn2hE="}
_DELIVERY: dict[str, Any] = {
    "id": "0d6e2a37-d4fd-47ba-a51e-f45fb95bd12f",
    "message_id": "msg_0d6e2a37d4fd47baa51ef45fb95bd12f",
    "type": "correction.published",
    "status": "pending",
    "created_at": "2026-03-05T08:00:00Z",
    "tries": 1,
    "due_at": "2026-03-05T08:05:07Z",
    "delivered_at": None,
    "attempts": [
        {
            "at": "2026-03-05T08:00:01Z",
            "reply_status": 503,
            "reply": "down for maintenance",
            "error": "",
            "milliseconds": 84,
        }
    ],
}


@extend_schema_serializer(examples=[OpenApiExample("An endpoint", _ENDPOINT, response_only=True)])
class EndpointSerializer(serializers.Serializer[Endpoint]):
    """An endpoint, and how it has been doing. Its secret is never among it."""

    id = serializers.UUIDField(help_text="The endpoint's id.")
    url = serializers.CharField(help_text="Where messages are sent.")
    description = serializers.CharField(help_text="What it is, for people; may be empty.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EventType.choices), help_text="The types of messages that it wants."
    )
    contact = serializers.CharField(help_text="Who is told when it is disabled.")
    status = serializers.ChoiceField(
        choices=Endpoint.Status.choices, help_text="Paused by people; disabled by us, for the reason below."
    )
    disabled_reason = serializers.SerializerMethodField(help_text="Why we disabled it, if we did.")
    disabled_at = At(allow_null=True, help_text="When we disabled it; UTC.")
    failing_since = At(allow_null=True, help_text="The first failure since the last success; UTC.")
    old_secret_expires_at = At(
        source="previous_expires_at",
        allow_null=True,
        help_text="Until then messages are signed with both secrets; UTC.",
    )
    created_at = At(help_text="When it was made; UTC.")

    @extend_schema_field(serializers.ChoiceField(choices=Endpoint.Reason.choices, allow_null=True))
    def get_disabled_reason(self, endpoint: Endpoint) -> str | None:
        """Give the reason, if there is one."""
        return endpoint.disabled_reason or None


@extend_schema_serializer(examples=[OpenApiExample("An endpoint", _ENDPOINT | _SECRET, response_only=True)])
class EndpointWithSecretSerializer(EndpointSerializer):
    """An endpoint with a secret that was made just now."""

    secret = serializers.CharField(
        allow_null=True,
        help_text="Shown in this answer alone. Null when `Idempotency-Key` repeats a call: then replace the secret.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A CMS that wants corrections",
            {
                "url": "https://cms.example.org/hooks/newsroom",
                "events": ["correction.published", "correction.withdrawn"],
                "description": "The CMS",
                "contact": "it@cms.example.org",
            },
            request_only=True,
        )
    ]
)
class NewEndpointSerializer(Body):
    """An endpoint to be made."""

    url = SecureAddress(max_length=2000, help_text="By https.")
    events = serializers.ListField(
        child=Choice(choices=EventType.choices), min_length=1, max_length=len(EventType),
        default=list(EventType), help_text="All of them when left out.",
    )  # fmt: skip
    description = Text(max_length=200, allow_blank=True, default="", help_text="What it is, for people.")
    contact = Email(
        max_length=254, allow_blank=True, default="",
        help_text="Who is told when it is disabled; when left empty, the account that the key acts for.",
    )  # fmt: skip

    def validate_url(self, url: str) -> str:
        """Refuse an address to which nothing would be sent."""
        try:
            check_address(url)
        except BadAddress as error:
            raise serializers.ValidationError(str(error)) from error
        is_usual = re.fullmatch(SecureAddress().constraints["pattern"], url)
        if not (is_usual or outgoing.is_numbered(url) or outgoing.is_private_target(url)):
            raise serializers.ValidationError(
                "Write https://, the host's name in letters of ASCII (xn--… for others), then the path."
            )
        return url


@extend_schema_serializer(examples=[OpenApiExample("Pause it", {"status": "paused"}, request_only=True)])
class ChangedEndpointSerializer(NewEndpointSerializer):
    """What is to be changed of an endpoint; the rest stays."""

    events = serializers.ListField(
        child=Choice(choices=EventType.choices), min_length=1, max_length=len(EventType),
        help_text="The types of messages that it wants from now on, all of them.",
    )  # fmt: skip
    status = Choice(
        choices=[("active", "active"), ("paused", "paused")], required=False,
        help_text="`active` also ends being disabled.",
    )  # fmt: skip


class AttemptSerializer(serializers.Serializer[Attempt]):
    """One try of a delivery."""

    at = At(help_text="When it began; UTC.")
    reply_status = serializers.IntegerField(allow_null=True, help_text="Null when there was no whole reply.")
    reply = serializers.CharField(help_text="Its beginning.")
    error = serializers.CharField(help_text="Why there was no reply.")
    milliseconds = serializers.IntegerField(
        help_text="How long it took, from looking up the host to the last byte that was read."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("A delivery", _DELIVERY, response_only=True, status_codes=["200", "202"])]
)
class DeliverySerializer(serializers.Serializer[Delivery]):
    """A message for an endpoint, and its tries."""

    id = serializers.UUIDField(help_text="The delivery's id.")
    message_id = serializers.CharField(help_text="The header `webhook-id`.")
    type = serializers.ChoiceField(choices=[*EventType.values, TEST], help_text="What the message tells of.")
    status = serializers.ChoiceField(choices=Delivery.Status.choices, help_text="How far it has come.")
    created_at = At(help_text="When it was put on the list; UTC.")
    tries = serializers.IntegerField(help_text="Since it was last put back.")
    due_at = At(allow_null=True, help_text="The next try, UTC; null when there is none.")
    delivered_at = At(allow_null=True, help_text="When a 2xx came; UTC.")
    attempts = AttemptSerializer(many=True, help_text="Every try, in the order of time.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "What was missed that night",
            {"since": "2026-03-05T20:00:00Z", "until": "2026-03-06T06:00:00Z"},
            request_only=True,
        )
    ]
)
class RangeSerializer(Body):
    """The time whose undelivered messages are delivered again."""

    since = Moment(help_text="From when on, by the time at which messages were put on the list.")
    until = Moment(default=None, allow_null=True, help_text="Not included; now when left out.")


@extend_schema_serializer(
    examples=[OpenApiExample("Twelve messages", {"count": 12}, response_only=True, status_codes=["202"])]
)
class CountSerializer(serializers.Serializer[Any]):
    """How many messages are delivered again."""

    count = serializers.IntegerField(help_text="May be 0.")
