"""Public corrections as JSON."""

from urllib.parse import urljoin

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from articles.models import Article, Part
from articles.rest.fields import At
from corrections.models import Correction
from corrections.policy import Kind, Severity

EXAMPLE_ARTICLE = {
    "id": "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10",
    "url": "https://news.example/articles/harbour-bridge-to-close/",
    "headline": "Harbour bridge to close",
}


PUBLIC_STATUSES = [
    (status.value, status.label) for status in Correction.Status if status in ("published", "amended", "withdrawn")
]


class AboutArticleSerializer(serializers.Serializer[Article]):
    """Which article something is about."""

    id = serializers.UUIDField(help_text="The article's id.")
    url = serializers.SerializerMethodField(help_text="The public page.")
    headline = serializers.CharField(help_text="Its headline now; plain text.")

    def get_url(self, article: Article) -> str:
        """Give the whole address."""
        return urljoin(f"{settings.SITE_URL}/", article.get_absolute_url())


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A correction",
            response_only=True,
            value={
                "number": "2026-0142",
                "url": "https://news.example/corrections/2026-0142/",
                "kind": "correction",
                "severity": "substantive",
                "status": "published",
                "article": EXAMPLE_ARTICLE,
                "part": "body",
                "start": 1204,
                "before": "five million",
                "after": "fifteen million",
                "notice": "An earlier version of this article said five million. It is fifteen million.",
                "language": "en",
                "revision_before": 2,
                "revision_after": 3,
                "published_at": "2026-03-05T10:02:11Z",
                "amends": None,
                "amended_by": None,
                "withdrawn_at": None,
                "withdrawal_reason": "",
            },
        )
    ]
)
class CorrectionSerializer(serializers.Serializer[Correction]):
    """An entry of the public corrections log. Its words never change; its status may."""

    number = serializers.CharField(help_text="Permanent: the year and the place in it.")
    url = serializers.SerializerMethodField(help_text="The permanent public page.")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="What was done to the article.")
    severity = serializers.ChoiceField(choices=Severity.choices, help_text="How much it alters the meaning.")
    status = serializers.ChoiceField(choices=PUBLIC_STATUSES, help_text="Whether it still stands.")
    article = AboutArticleSerializer(help_text="The article that was put right.")
    part = serializers.ChoiceField(choices=Part.choices, help_text="The part of the article that it stood in.")
    start = serializers.IntegerField(help_text="Where `before` stood in `revision_before`; code points.")
    before = serializers.CharField(help_text="What was wrong.")
    after = serializers.CharField(help_text="What is right.")
    notice = serializers.CharField(help_text="The sentence that tells the public.")
    language = serializers.CharField(help_text="BCP 47.")
    revision_before = serializers.IntegerField(
        source="base.number", help_text="The number of the last text with the error."
    )
    revision_after = serializers.IntegerField(source="revision.number", help_text="The number of the first without it.")
    published_at = At(help_text="When it came into the log; UTC.")
    amends = serializers.CharField(
        source="amends.number", allow_null=True, default=None, help_text="The entry that this one replaces."
    )
    amended_by = serializers.SerializerMethodField(help_text="The entry that replaces this one.")
    withdrawn_at = At(allow_null=True, help_text="When it was withdrawn, UTC; null for what stands.")
    withdrawal_reason = serializers.CharField(help_text="Why it was withdrawn; empty for what stands.")

    def get_url(self, correction: Correction) -> str:
        """Give the whole address."""
        return settings.SITE_URL + correction.get_absolute_url()

    def get_amended_by(self, correction: Correction) -> str | None:
        """Give the number of the amendment."""
        return next((amendment.number for amendment in correction.amendments.all()), None)
