"""Reports as JSON, and what became of them."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from articles.models import Part
from articles.rest.fields import SOME_TEXT, At, Choice, Constraints, Email, Language, Text, Truth, Whole
from corrections.anchoring import Quote
from corrections.models import Category, Correction, Report, Resolution
from corrections.standing import Stage, standing_of

_REPORT = {
    "article": "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10",
    "revision": 2,
    "part": "body",
    "quote": {"exact": "five million", "prefix": "It cost ", "suffix": ", the mayor said.", "start": 1204},
    "category": "fact",
    "suggestion": "fifteen million",
    "comment": "See the council's budget.",
    "email": "reader@example.org",
    "language": "en",
}
_RECEIVED = {
    "id": "3b0d1a1e-8f6e-4a51-a5fb-1d5c8a3c8f11",
    "status": "received",
    "receipt": "https://news.example/receipts/4Yk0jE1kq8Zr1B2q0mJ1m9m3d0Yx7J0sW8uQ5cJq2hE/",
}
_STANDING = {
    "id": "3b0d1a1e-8f6e-4a51-a5fb-1d5c8a3c8f11",
    "status": "resolved",
    "resolution": "corrected",
    "message": "You were right. We have corrected the article and say so below it.",
    "correction": "2026-0142",
    "correction_status": "published",
    "received_at": "2026-03-05T08:00:00Z",
}


class QuoteSerializer(serializers.Serializer[Quote]):
    """A quote in the terms of W3C's TextQuoteSelector and TextPositionSelector; offsets in code points."""

    exact = Text(max_length=2000, trim_whitespace=False, help_text="The words as they were selected.")
    prefix = Text(
        max_length=256, required=False, default="", allow_blank=True, trim_whitespace=False,
        help_text="What stands before them: tells the passage from others of the same words.",
    )  # fmt: skip
    suffix = Text(
        max_length=256, required=False, default="", allow_blank=True, trim_whitespace=False,
        help_text="What stands after them.",
    )  # fmt: skip
    start = Whole(
        min_value=0, required=False, default=None, allow_null=True,
        help_text="Where they begin, in code points of the part's plain text.",
    )  # fmt: skip

    def validate_exact(self, exact: str) -> str:
        """Refuse a quote without any word."""
        if not exact.strip():
            raise serializers.ValidationError(_("Tell us which words you mean."))
        return exact


@extend_schema_serializer(examples=[OpenApiExample("A slip", _REPORT, request_only=True)])
class ReportSerializer(serializers.Serializer[Report]):
    """A report as a reader's page sends it. What else is in it is left aside: no report is lost over a newer page."""

    constraints: ClassVar[Constraints] = {
        "anyOf": [{"required": ["article"]}, {"required": ["url"]}],
        "if": {"properties": {"credit": {"const": True}}, "required": ["credit"]},
        "then": {"properties": {"name": {"pattern": SOME_TEXT}}, "required": ["name"]},
    }

    article = Text(max_length=100, required=False, help_text="The article's id.")
    url = Text(max_length=1000, required=False, help_text="Or its canonical address.")
    revision = Whole(min_value=1, required=False, allow_null=True, help_text="The one the reader saw.")
    part = Choice(
        choices=Part.choices, required=False, default="", allow_blank=True,
        help_text="The part of the article that the quote was selected in; searched for in all of them when left out.",
    )  # fmt: skip
    quote = QuoteSerializer(help_text="The words that the reader selected.")
    category = Choice(
        choices=Category.choices, required=False, default="", allow_blank=True,
        help_text="What kind of error the reader thinks it is.",
    )  # fmt: skip
    suggestion = Text(
        max_length=4000, required=False, default="", allow_blank=True, trim_whitespace=False,
        help_text="The words that should stand there instead.",
    )  # fmt: skip
    comment = Text(
        max_length=4000,
        required=False,
        default="",
        allow_blank=True,
        help_text="What the editors should know; only they see it.",
    )
    email = Email(
        max_length=254, required=False, default="", allow_blank=True,
        help_text="Where the answer goes, once its owner has confirmed it. Erased some time after the case's end.",
    )  # fmt: skip
    name = Text(
        max_length=100, required=False, default="", allow_blank=True, help_text="Kept only together with ``credit``."
    )
    credit = Truth(
        required=False, default=False, help_text="The reader consents to be thanked by ``name`` in a published notice."
    )
    language = Language(required=False, default="", allow_blank=True, help_text="BCP 47.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require one of ``article`` and ``url``, and a name if the reader wants to be named.

        A suggestion that is the quote itself, as the script's dialog offers it, is none.
        """
        if not attrs.get("article") and not attrs.get("url"):
            message = _("Name the article by its id, or give its address in url.")
            raise serializers.ValidationError({"article": [message]})
        if attrs["credit"] and not attrs["name"]:
            raise serializers.ValidationError({"name": [_("Write the name by which we may thank you.")]})
        if attrs["suggestion"] == attrs["quote"]["exact"]:
            attrs["suggestion"] = ""
        return attrs


@extend_schema_serializer(
    examples=[OpenApiExample("It is on disk", _RECEIVED, response_only=True, status_codes=["202"])]
)
class ReceivedSerializer(serializers.Serializer[Report]):
    """The answer to a report: it is on disk."""

    id = serializers.UUIDField(help_text="The report's id.")
    status = serializers.ChoiceField(choices=[Stage.RECEIVED], help_text="It waits for triage.")
    receipt = serializers.URLField(
        help_text="The secret page on which the reader follows the report. Its last part is the token of `get_report`."
    )


@extend_schema_serializer(examples=[OpenApiExample("It was put right", _STANDING, response_only=True)])
class StandingSerializer(serializers.Serializer[Report]):
    """What became of a report."""

    id = serializers.UUIDField(help_text="The report's id.")
    status = serializers.ChoiceField(choices=Stage.choices, help_text="How far it has come.")
    resolution = serializers.ChoiceField(
        choices=Resolution.choices, allow_null=True, help_text="How its case ended; null while it has not."
    )
    message = serializers.CharField(allow_blank=True, help_text="The same for the reader, in the report's language.")
    correction = serializers.CharField(
        allow_null=True, help_text="The number of the log's entry that it led to, if any."
    )
    correction_status = serializers.ChoiceField(
        choices=[Correction.Status.PUBLISHED, Correction.Status.WITHDRAWN], allow_null=True,
        help_text="Whether that entry stands; null where there is none.",
    )  # fmt: skip
    received_at = At(help_text="When it came in; UTC.")

    def to_representation(self, instance: Report) -> dict[str, Any]:
        """Put the standing in words."""
        standing = standing_of(instance)
        return {
            "id": str(instance.pk),
            "status": str(standing.stage),
            "resolution": str(standing.resolution) if standing.resolution else None,
            "message": standing.message,
            "correction": standing.correction.number if standing.correction else None,
            "correction_status": standing.correction.status if standing.correction else None,
            "received_at": self.fields["received_at"].to_representation(instance.received_at),
        }
